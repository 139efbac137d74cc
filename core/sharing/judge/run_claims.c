/* run_claims.c - the claims on the person that have changed. */
#include "sharing/judge/run.h"

#include "sharing/facts/claimed.h"

static uint32_t caught_up_by(const struct judged *j, uint16_t service)
{
    uint32_t n = 0;
    for (size_t i = 0; i < j->decision_count; i++) {
        const struct decision *d = &j->decisions[i];
        if (d->to.n == service && d->caught_up && d->disclosure >= 0)
            n++;
    }
    return n;
}

static bool has_change(const struct list *l, uint16_t service)
{
    const struct claim_change *c = l->items;
    for (size_t i = 0; i < l->count; i++)
        if (c[i].service == service)
            return true;
    return false;
}

bool run_claim_changes(const struct bundle *b, const struct draft *d, const struct person *before,
                       struct judged *out, struct err *e)
{
    const struct person *const after = out->after;
    const struct person *const both[] = { before, after };
    struct list l;
    list_init(&l, sizeof(struct claim_change));
    for (size_t n = 0; n < 2; n++)
        for (size_t i = 0; i < both[n]->relationship_count; i++) {
            uint16_t who = both[n]->relationships[i].with;
            if (!d->shown && claimed_by_itself(b, before, who) == claimed_by_itself(b, after, who))
                continue;
            struct claim_change c = { .service = who,
                                      .before = claimed_state(b, before, who),
                                      .after = claimed_state(b, after, who) };
            if (c.before == c.after || has_change(&l, who))
                continue;
            if (c.before == CLAIM_NONE)
                c.caught_up = caught_up_by(out, who);
            if (!list_put(d->arena, &l, &c))
                return err_memory(e);
        }
    out->claims = l.items;
    out->claim_count = l.count;
    return true;
}
