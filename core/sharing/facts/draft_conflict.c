/* draft_conflict.c - named people have said yes or no where words are in conflict. */
#include "sharing/facts/draft.h"
#include "sharing/facts/facts_query.h"

#define SETTLEMENTS_MAX_ALIKE 8 /* of one question */

/* When one question has too many, its first goes: what it overruled is then asked about again. */
static void make_room_for_settlement(struct draft *d, const struct sharing_question *ask)
{
    const struct settlement *list = d->settlements.items;
    size_t alike = 0, first = 0;
    for (size_t i = d->settlements.count; i-- > 0;) {
        if (!facts_settles(&list[i], ask))
            continue;
        alike++;
        first = i;
    }
    if (alike < SETTLEMENTS_MAX_ALIKE)
        return;
    list_remove(&d->settlements, first);
    d->dropped++;
}

/* What is on file no more as an event was known long since. */
static bool is_known_at(const struct draft *d, const uint8_t *id, int64_t signed_ms)
{
    struct event_id by;
    memcpy(by.b, id, ID_BYTES);
    const struct episode_event *x = draft_event(d, &by);
    return !x || x->decided_ms <= signed_ms;
}

/* p NULL: no memory. */
static struct slice known_words(const struct draft *d, struct slice words, int64_t signed_ms)
{
    uint8_t *ids = arena_alloc(d->arena, words.n + 1);
    size_t n = 0;
    for (size_t at = 0; ids && at + ID_BYTES <= words.n; at += ID_BYTES)
        if (is_known_at(d, words.p + at, signed_ms)) {
            memcpy(ids + n, words.p + at, ID_BYTES);
            n += ID_BYTES;
        }
    return slice_of(ids, n);
}

bool draft_settle_conflict(struct draft *d, const struct sharing_question *ask,
                           const struct settlement *said, int64_t signed_ms, struct err *e)
{
    struct person p;
    draft_view(d, &p);
    struct slice words = facts_words(&p, ask, !said->yes, said->at_ms, d->arena);
    struct slice overruled = words.p ? known_words(d, words, signed_ms) : words;
    if (overruled.p && overruled.n == 0)
        return true; /* it was asked twice, or all came since */
    make_room_for_settlement(d, ask);
    struct settlement *s = list_add(d->arena, &d->settlements);
    if (!s || !overruled.p)
        return err_memory(e);
    *s = *said;
    s->is_objection = ask->is_objection;
    s->purpose = ask->purpose;
    s->recipient = ask->who;
    s->overruled = overruled;
    d->changed = true;
    d->gate = true;
    d->doors = true;
    return true;
}
