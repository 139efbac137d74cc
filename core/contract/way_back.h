/* way_back.h - how a named person takes messages again that were set aside, or gives them up.
 *
 * intake and delivery stand on one level, and both select messages in this way. The daemon and the
 * commands tell each of them. */
#ifndef CONCORDAT_CONTRACT_WAY_BACK_H
#define CONCORDAT_CONTRACT_WAY_BACK_H

#include <stdint.h>

#include "base/slice.h"

#define SELECTION_IDS_MAX 8

/* With ids, the messages of those ids. Without, all that were set aside in [since_ms, until_ms) for
 * that code (empty: for any code). */
struct selection {
    struct slice ids[SELECTION_IDS_MAX];
    size_t id_count;
    struct slice code;
    struct slice except; /* a code that is meant only where it, or an id, is named */
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
    bool is_passed =
        !slice_is_empty(s->except) && slice_is_empty(s->code) && slice_equal(s->except, code);
    return is_in_time && is_of_code && !is_passed;
}

struct way_back {
    bool drop; /* the messages are given up for good; else they are taken again */
    struct selection which;
};

/* A message that was set aside or waits, as a list shows it. Of all fields only words and bytes
 * have payload. */
struct aside {
    struct slice id, state, code, sentence, said;
    struct slice words, bytes; /* what a partner says; the record or the message itself */
    const char *until; /* what ends it; NULL: it ends by itself, or the list tells nothing */
    int64_t at_ms, due_ms, tries, place;
    bool answered; /* a feed's: its sender was told that it is kept */
};

#endif
