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

bool draft_settle_conflict(struct draft *d, const struct sharing_question *ask, bool yes,
                     struct slice people, int64_t at_ms, struct err *e)
{
    struct person p;
    draft_view(d, &p);
    struct slice overruled = facts_words(&p, ask, !yes, at_ms, d->arena);
    if (overruled.p && overruled.n == 0)
        return true; /* it was asked twice */
    make_room_for_settlement(d, ask);
    struct settlement *s = list_add(d->arena, &d->settlements);
    if (!s || !overruled.p)
        return err_memory(e);
    *s = (struct settlement){ .is_objection = ask->is_objection,
                              .purpose = ask->purpose,
                              .recipient = ask->who,
                              .yes = yes,
                              .at_ms = at_ms,
                              .people = people,
                              .overruled = overruled };
    d->changed = true;
    d->gate = true;
    d->doors = true;
    return true;
}
