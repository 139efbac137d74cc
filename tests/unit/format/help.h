/* help.h - what the suites of the small formats share: an arena and an error, fresh for each
 * test. */
#ifndef CONCORDAT_TESTS_FORMAT_HELP_H
#define CONCORDAT_TESTS_FORMAT_HELP_H

#include "base/arena.h"
#include "contract/format.h"

static const struct format_options no_options;
static struct arena arena;
static struct err err;

static void fresh(void)
{
    arena_init(&arena, (size_t)64 << 20);
    err_clear(&err);
}

static void done(void)
{
    arena_release(&arena);
}

#endif
