/* ask.c - see ask.h. */
#include "ask.h"

#include <stdio.h>

#include <CUnit/CUnit.h>

#include "host/log.h"

struct rig r;
const struct other *other;

void say_which(bool good, const char *sentence)
{
    if (!good)
        fprintf(stderr, "\n    %s: %s\n", other ? other->name : "?", sentence);
    CU_ASSERT(good);
}

void begin(const struct transport *t)
{
    other = other_of(t);
    rig_init(&r, t);
    log_set_level((enum log_level) - 1);
}

void end(void)
{
    rig_done(&r);
    other->done();
}

static bool can_be_asked(const struct transport *t)
{
    const struct other *o = other_of(t);
    return o && !other_lacks(t, o);
}

const struct transport *const *next_to_ask(const struct transport *const *t)
{
    while (*t && !can_be_asked(*t))
        t++;
    return t;
}
