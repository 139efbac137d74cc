/* shrink.h - the tools that make a failing case small: drop a part, ask whether it still fails, and
 * put it back when it does not. */
#ifndef CONCORDAT_TESTS_REFERENCE_SHRINK_H
#define CONCORDAT_TESTS_REFERENCE_SHRINK_H

#include "reference.h"

struct shrink {
    struct ref_case *of; /* changed in place */
    uint64_t shuffle;
    bool (*still_fails)(const struct shrink *s);
    void *ctx;
};
/* Each item of a list, the last first. Here and below: whether anything went. */
bool shrink_items(const struct shrink *s, void *list, size_t *count, size_t size);
bool shrink_facts(const struct shrink *s);
/* Fields become null; a record that cannot do without one is no failing case. */
bool shrink_event(const struct shrink *s);

#endif
