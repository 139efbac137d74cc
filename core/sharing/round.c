/* round.c - one event decided for its recipients, and what comes of each decision. */
#include "sharing/decide.h"
#include "sharing/run.h"

bool run_decision(struct run *r, const struct decision *d)
{
    struct decision *item = list_add(r->arena, &r->decisions);
    if (!item)
        return err_memory(r->e);
    *item = *d;
    return true;
}

static bool add_hold(struct run *r, const struct event *ev, const struct decision *d)
{
    if (draft_hold(&r->draft, &ev->id, d->to.n))
        return true;
    struct hold *h = list_add(r->arena, &r->draft.holds);
    if (!h)
        return err_memory(r->e);
    *h = (struct hold){ .event = ev->id,
                        .service = d->to.n,
                        .reason = slice_text(d->reason),
                        .since_ms = ev->decided_ms,
                        .bytes = ev->framed };
    if (d->clause_count)
        h->clause = clause_name(r->in->bundle, d->clauses[0]);
    r->draft.changed = true;
    return true;
}

static const struct receiver *find_receiver(const struct episode_event *x, uint16_t service)
{
    for (size_t i = 0; x && i < x->receiver_count; i++)
        if (x->receivers[i].service == service)
            return &x->receivers[i];
    return NULL;
}

static bool add_receiver(struct run *r, const struct event *ev, const struct disclosure *d,
                         struct slice clause)
{
    struct episode_event *x = draft_event(&r->draft, &ev->id);
    if (!x)
        return true;
    struct receiver *more = ARENA_ARRAY(r->arena, x->receiver_count + 1, struct receiver);
    if (!more)
        return err_memory(r->e);
    if (x->receiver_count)
        memcpy(more, x->receivers, x->receiver_count * sizeof *more);
    more[x->receiver_count] = (struct receiver){ d->to.n, d->id, clause };
    x->receivers = more;
    x->receiver_count++;
    r->draft.changed = true;
    return true;
}

/* Projects and notes the disclosure that a decision permits. */
bool run_disclose(struct run *r, const struct event *ev, struct decision *d, struct slice clause,
                  struct slice original, struct slice tell)
{
    struct project p = { .in = r->in,
                         .arena = r->arena,
                         .event = ev,
                         .recipient = d->to.n,
                         .released = &d->released,
                         .obliged = d->obliged,
                         .clause = clause,
                         .original = original,
                         .tell = tell };
    struct disclosure *item = list_add(r->arena, &r->disclosures);
    if (!item)
        return err_memory(r->e);
    d->disclosure = (int32_t)r->disclosures.count - 1;
    draft_end_hold(&r->draft, &ev->id, d->to.n);
    return project_disclosure(&p, item, r->e) && add_receiver(r, ev, item, clause);
}

static bool decide_recipient(struct run *r, const struct question *q, const struct round *round,
                             uint16_t recipient)
{
    struct decision d;
    struct slice tell, original = { 0 };
    bool held = draft_hold(&r->draft, &round->event->id, recipient) != NULL;
    if (!decide_for(q, recipient, &d, &tell, r->e))
        return false;
    d.caught_up = round->caught_up;
    if (round->caught_up && (d.outcome == OUTCOME_WITHHOLD || (held && d.outcome == OUTCOME_HOLD)))
        return true;
    if (d.outcome == OUTCOME_HOLD && !add_hold(r, round->event, &d))
        return false;
    const struct receiver *got = find_receiver(round->original, recipient);
    if (got)
        original = slice_text(got->id.text);
    if (d.outcome == OUTCOME_DISCLOSE &&
        !run_disclose(r, round->event, &d, clause_name(r->in->bundle, d.clauses[0]), original,
                      tell))
        return false;
    return run_decision(r, &d);
}

/* Decides one event for its candidates, or for one of them; who has it already is passed over. */
bool run_round(struct run *r, const struct round *round, const struct hold *release)
{
    struct person facts;
    draft_view(&r->draft, &facts);
    struct question q = { .bundle = r->in->bundle,
                          .event = round->event,
                          .facts = &facts,
                          .arena = r->arena,
                          .unknown_is_true = release != NULL };
    if (!decide_begin(&q, r->e))
        return false;
    for (size_t i = 0; i < r->in->bundle->service_count; i++) {
        if (release ? release->service != i : !services_have(&q.candidates, (unsigned)i))
            continue;
        if (find_receiver(draft_event(&r->draft, &round->event->id), (uint16_t)i))
            continue;
        if (!decide_recipient(r, &q, round, (uint16_t)i))
            return false;
    }
    return true;
}

/* The same outcome and reason for every candidate. */
bool run_alike(struct run *r, const struct event *ev, enum outcome outcome, enum reason reason,
               const struct episode_event *except)
{
    struct question q = {
        .bundle = r->in->bundle, .event = ev, .facts = r->in->facts, .arena = r->arena
    };
    if (!decide_begin(&q, r->e))
        return false;
    for (size_t i = 0; i < r->in->bundle->service_count; i++) {
        if (!services_have(&q.candidates, (unsigned)i) || find_receiver(except, (uint16_t)i))
            continue;
        struct decision d = { .event = ev->id,
                              .to = { (uint16_t)i },
                              .outcome = outcome,
                              .withheld = q.all,
                              .reason = reason_code(reason),
                              .disclosure = -1 };
        if ((outcome == OUTCOME_HOLD && !add_hold(r, ev, &d)) || !run_decision(r, &d))
            return false;
    }
    return true;
}
