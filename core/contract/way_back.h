/* way_back.h - what a named person does with what was set aside: takes it again, or gives it up.
 *
 * intake and delivery stand on one level; both select in this way, and the daemon and the commands
 * say it to each. */
#ifndef CONCORDAT_CONTRACT_WAY_BACK_H
#define CONCORDAT_CONTRACT_WAY_BACK_H

#include <stdint.h>

#include "base/slice.h"

#define SELECTION_IDS_MAX 8

/* Selects by ids alone, or all that was set aside in [since_ms, until_ms) for that code (empty:
 * any). */
struct selection {
    struct slice ids[SELECTION_IDS_MAX];
    size_t id_count;
    struct slice code;
    int64_t since_ms, until_ms;
};
static inline bool selection_takes(const struct selection *s, struct slice id, struct slice code,
                                   int64_t at_ms)
{
    for (size_t i = 0; i < s->id_count; i++)
        if (slice_equal(s->ids[i], id))
            return true;
    if (s->id_count > 0)
        return false;
    bool is_in_time = at_ms >= s->since_ms && at_ms < s->until_ms;
    bool is_of_code = slice_is_empty(s->code) || slice_equal(s->code, code);
    return is_in_time && is_of_code;
}

struct way_back {
    bool drop; /* given up for good; else taken again */
    struct selection which;
};

/* What was set aside or waits, as a list shows it. Of all this only words and bytes are payload. */
struct aside {
    struct slice id, state, code, sentence, said;
    struct slice words, bytes; /* what a partner says; the record or the message itself */
    const char *until; /* what ends it; NULL: it ends by itself, or the list tells nothing */
    int64_t at_ms, due_ms, tries, place;
    bool answered; /* a feed's: its sender was told that it is kept */
};

#endif
