/* run_ended.c - a hold that ends without going to its recipient. That is a decision like any other,
 * so that lists of what is held, and the sums, end it too. */
#include "sharing/judge/released.h"
#include "sharing/judge/run.h"

void run_name(struct decision *d, const struct event *ev)
{
    if (!ev)
        return;
    d->schema = (uint16_t)ev->schema;
    d->kind = ev->kind_name;
    d->source = ev->source_name;
}

static bool note_ended(struct run *r, const struct event_id *event, const struct event *ev,
                       uint16_t service, enum reason why)
{
    struct decision d = { .event = *event,
                          .to = { service },
                          .outcome = OUTCOME_WITHHOLD,
                          .reason = reason_code(why),
                          .disclosure = -1 };
    run_name(&d, ev);
    if (ev && !event_had(r->in->bundle, r->arena, ev, &d.withheld, r->e))
        return false;
    return run_decision(r, &d);
}

bool run_end_hold(struct run *r, const struct event_id *event, const struct event *ev,
                  uint16_t service, enum reason why)
{
    draft_end_hold(&r->draft, event, service);
    return note_ended(r, event, ev, service, why);
}

/* Without a decision: nobody is there whom it could be about. */
static void end_away_holds(struct run *r, const struct event_id *event, const struct event *by)
{
    struct hold *holds = r->draft.away_holds.items;
    for (size_t i = r->draft.away_holds.count; i-- > 0;) {
        if (!event_id_equal(&holds[i].event, event))
            continue;
        if (by && holds[i].reopened) {
            holds[i].event = by->id;
            holds[i].bytes = by->framed;
        } else {
            list_remove(&r->draft.away_holds, i);
        }
        r->draft.changed = true;
    }
}

bool run_end_holds(struct run *r, const struct event_id *event, const struct event *by,
                   enum reason why)
{
    end_away_holds(r, event, by);
    for (size_t i = 0; i < r->draft.holds.count;) {
        struct hold *h = (struct hold *)r->draft.holds.items + i;
        const struct event *ev = NULL;
        const uint16_t service = h->service;
        if (!event_id_equal(&h->event, event)) {
            i++;
            continue;
        }
        if (!run_reopen(r, h->bytes, &ev))
            return false;
        if (!note_ended(r, event, ev, service, why))
            return false;
        if (by && h->reopened) {
            h->event = by->id;
            h->bytes = by->framed;
        } else {
            list_remove(&r->draft.holds, i);
        }
        r->draft.changed = true;
    }
    return true;
}
