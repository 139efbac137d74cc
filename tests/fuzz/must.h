/* must.h - what a fuzz target holds for true. */
#ifndef CONCORDAT_TESTS_FUZZ_MUST_H
#define CONCORDAT_TESTS_FUZZ_MUST_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* What is broken is a crash: that is what the fuzzer looks for. */
static inline void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

#endif
