/* run_round.c - one event decided for its recipients, and what comes of each decision. */
#include "sharing/decide/conflict.h"
#include "sharing/decide/decide.h"
#include "sharing/judge/released.h"
#include "sharing/judge/run.h"
#include "sharing/rules/clause.h"

/* The hold that a person has just released, when it is of this event and service; else NULL. If the
 * event must still be held, the new hold keeps its time: otherwise its deadline would start
 * again. */
static const struct hold *released_hold(const struct run *r, const struct event *ev,
                                        uint16_t service)
{
    const struct hold *was = r->in->release;
    bool is_same = was && was->service == service && event_id_equal(&was->event, &ev->id);
    return is_same ? was : NULL;
}

static int64_t held_since(const struct run *r, const struct event *ev, uint16_t service)
{
    const struct hold *was = released_hold(r, ev, service);
    return was ? was->since_ms : ev->decided_ms;
}

static bool stays_reopened(const struct run *r, const struct event *ev, uint16_t service)
{
    const struct hold *was = released_hold(r, ev, service);
    return was && was->reopened;
}

/* Held already, and for a claim that is in doubt otherwise now, or because of a conflict: who is
 * asked must see that. */
static bool is_held_otherwise(const struct hold *h, const struct decision *d)
{
    bool may_change = hold_is_of_facts(h) || reason_is_of_conflict(slice_text(d->reason));
    return may_change && !slice_equal_text(h->reason, d->reason);
}

/* Who released it first did so for what it was held for then. */
static void hold_for(struct hold *h, const struct decision *d)
{
    h->reason = slice_text(d->reason);
    h->first_by = slice_of(NULL, 0);
}

static bool add_hold_of(struct run *r, const struct event *ev, const struct decision *d,
                        bool is_reopened)
{
    struct hold *h = draft_hold(&r->draft, &ev->id, d->to.n);
    if (h) {
        if (is_held_otherwise(h, d))
            hold_for(h, d);
        return true;
    }
    h = list_add(r->arena, &r->draft.holds);
    if (!h)
        return err_memory(r->e);
    *h = (struct hold){ .event = ev->id,
                        .service = d->to.n,
                        .reason = slice_text(d->reason),
                        .since_ms = held_since(r, ev, d->to.n),
                        .bytes = ev->framed,
                        .source = ev->source_name,
                        .reopened = is_reopened || stays_reopened(r, ev, d->to.n) };
    if (d->clause_count)
        h->clause = clause_name(r->in->bundle, d->clauses[0]);
    r->draft.changed = true;
    return true;
}

static const struct receiver *find_receiver(const struct episode_event *x, uint16_t service)
{
    return x ? receiver_of(x->receivers, x->receiver_count, service) : NULL;
}

/* The same, but NULL when the disclosure was withdrawn at the door. */
static const struct receiver *find_having(const struct episode_event *x, uint16_t service)
{
    const struct receiver *has = find_receiver(x, service);
    if (has && has->wait == WAIT_WITHDRAWN)
        return NULL;
    return has;
}

static bool add_receiver(struct run *r, const struct event *ev, const struct decision *d,
                         const struct disclosure *sent, struct slice clause)
{
    struct episode_event *x = draft_event(&r->draft, &ev->id);
    if (!x)
        return true;
    struct released released;
    struct receiver *more = ARENA_ARRAY(r->arena, x->receiver_count + 1, struct receiver);
    if (!more)
        return err_memory(r->e);
    if (!released_by(r->in->bundle, r->arena, ev, d, &released, r->e))
        return false;
    if (x->receiver_count)
        memcpy(more, x->receivers, x->receiver_count * sizeof *more);
    more[x->receiver_count] = (struct receiver){
        .service = d->to.n,
        .id = sent->id,
        .clause = clause,
        .released = released,
        .let_go = released_hold(r, ev, d->to.n) != NULL,
    };
    x->receivers = more;
    x->receiver_count++;
    r->draft.changed = true;
    return true;
}

/* Projects and notes the disclosure that a decision permits. */
bool run_disclose(struct run *r, const struct event *ev, struct decision *d,
                  const struct sending *how)
{
    struct project p = { .in = r->in,
                         .arena = r->arena,
                         .event = ev,
                         .recipient = d->to.n,
                         .portions = bundle_portions(r->in->bundle, ev->schema),
                         .released = &d->released,
                         .obliged = d->obliged,
                         .clause = how->clause,
                         .original = how->original,
                         .tell = how->tell,
                         .action = how->action,
                         .again = how->again };
    struct disclosure *item = list_add(r->arena, &r->disclosures);
    if (!item)
        return err_memory(r->e);
    d->disclosure = (int32_t)r->disclosures.count - 1;
    draft_end_hold(&r->draft, &ev->id, d->to.n);
    return project_disclosure(&p, item, r->e) && add_receiver(r, ev, d, item, how->clause);
}

static void hold_instead(const struct question *q, struct decision *d, const char *reason)
{
    d->outcome = OUTCOME_HOLD;
    d->reason = reason;
    d->withheld = q->had;
    memset(&d->released, 0, sizeof d->released);
    memset(d->obliged, 0, sizeof d->obliged);
}

/* Holds an event that its sender restricts by a code that nobody here knows: no rule may release
 * it. */
static void hold_unread(const struct question *q, struct decision *d)
{
    if (d->outcome != OUTCOME_DISCLOSE || !q->event->is_restricted_unread || q->unknown_is_true)
        return;
    hold_instead(q, d, reason_code(REASON_SENDER_RESTRICTION_UNKNOWN));
}

/* Holds an event of a person of whom a message could not be read that may restrict it. */
static void hold_unlooked(const struct question *q, struct decision *d)
{
    if (d->outcome == OUTCOME_DISCLOSE && q->facts->unread_count && !q->unknown_is_true)
        hold_instead(q, d, reason_code(REASON_UNREAD_MESSAGE));
}

/* What was refused once goes by a person's word alone, whatever rules say now. */
static bool hold_reopened(struct run *r, const struct question *q, const struct round *round,
                          struct decision *d)
{
    const struct hold *h = draft_hold(&r->draft, &round->event->id, d->to.n);
    if (q->unknown_is_true || d->refused)
        return true;
    if (h && h->reopened) {
        const char *reason = arena_text(r->arena, h->reason);
        if (!reason)
            return err_memory(r->e);
        hold_instead(q, d, reason);
    } else if (round->is_reopened && d->outcome == OUTCOME_DISCLOSE) {
        hold_instead(q, d, reason_code(REASON_REOPENED));
    }
    return true;
}

/* Whether what would go tells more than before, and the door lets that through: it knows facts, and
 * no event, and may take out what this one would not lose. before NULL: nothing is there, but the
 * door has stopped it once. */
static bool tells_more(struct run *r, const struct event *ev, const struct decision *d,
                       const struct receiver *before, bool *yes)
{
    static const struct released nothing;
    struct categories forbidden;
    struct released now, through;
    struct person facts;
    bool took = false;
    if (!released_by(r->in->bundle, r->arena, ev, d, &now, r->e))
        return false;
    *yes = !before || released_more(&now, &before->released);
    if (!*yes)
        return true;
    draft_view(&r->draft, &facts);
    project_forbidden(r->in, r->arena, &facts, ev, d->to.n, &forbidden);
    if (!released_let_through(&now, &forbidden, bundle_portions(r->in->bundle, ev->schema),
                              r->arena, &through, &took))
        return err_memory(r->e);
    *yes = !took || released_more(&through, before ? &before->released : &nothing);
    return true;
}

/* Whether a decision made when a gate opened says anything new. What was withheld stays withheld;
 * what is held is held already; who has the event gets it again only when it now tells more. */
static bool says_anything_new(struct run *r, const struct round *round, const struct decision *d,
                              bool *yes)
{
    const struct event *ev = round->event;
    const struct episode_event *x = draft_event(&r->draft, &ev->id);
    const struct receiver *has = find_having(x, d->to.n);
    const struct hold *h = draft_hold(&r->draft, &ev->id, d->to.n);
    if (d->outcome == OUTCOME_DISCLOSE && find_receiver(x, d->to.n))
        return tells_more(r, ev, d, has, yes);
    if (!has && d->outcome == OUTCOME_DISCLOSE)
        *yes = true;
    else if (!has && d->outcome == OUTCOME_HOLD)
        *yes = !h || is_held_otherwise(h, d);
    else
        *yes = !has && (round->is_joining || (h && hold_is_of_facts(h)));
    return true;
}

static bool send_disclosure(struct run *r, const struct round *round, struct decision *d,
                            struct slice tell)
{
    const struct episode_event *x = draft_event(&r->draft, &round->event->id);
    const struct receiver *has = find_receiver(x, d->to.n);
    const struct receiver *before = has;
    if (!before)
        before = find_receiver(round->original, d->to.n);
    struct sending how = { .clause = clause_name(r->in->bundle, d->clauses[0]), .tell = tell };
    if (before)
        how.original = slice_text(before->id.text);
    if (has)
        how.action = SLICE("replaces");
    for (size_t i = 0; has && i < x->receiver_count; i++)
        if (x->receivers[i].service == d->to.n)
            how.again++;
    return run_disclose(r, round->event, d, &how);
}

/* A release answers what the hold names: where words are in conflict and it does not say so, it
 * waits for whoever sees that. */
static bool hold_unnamed(struct run *r, const struct question *q, struct decision *d)
{
    const struct hold *was = released_hold(r, q->event, d->to.n);
    struct question as_it_is = {
        .bundle = q->bundle, .event = q->event, .facts = q->facts, .arena = q->arena
    };
    struct decision now;
    struct slice tell;
    if (!was || d->outcome != OUTCOME_DISCLOSE || reason_is_of_conflict(was->reason))
        return true;
    if (!decide_begin(&as_it_is, r->e) || !decide_for(&as_it_is, d->to.n, &now, &tell, r->e))
        return false;
    enum reason why = now.outcome == OUTCOME_HOLD ? conflict_reason(&as_it_is, &now) : REASON_COUNT;
    if (why < REASON_COUNT)
        hold_instead(q, d, reason_code(why));
    return true;
}

/* What clauses say, and what stands above them: whatever else holds it. */
static bool decide_over_all(struct run *r, const struct question *q, const struct round *round,
                            uint16_t recipient, struct decision *d, struct slice *tell)
{
    if (!decide_for(q, recipient, d, tell, r->e) || !hold_unnamed(r, q, d))
        return false;
    hold_unread(q, d);
    hold_unlooked(q, d);
    d->caught_up = round->caught_up;
    return hold_reopened(r, q, round, d);
}

static bool decide_recipient(struct run *r, const struct question *q, const struct round *round,
                             uint16_t recipient)
{
    struct decision d;
    struct slice tell;
    bool is_new = true;
    const struct event *ev = round->event;
    if (!decide_over_all(r, q, round, recipient, &d, &tell))
        return false;
    if (round->caught_up && !says_anything_new(r, round, &d, &is_new))
        return false;
    if (!is_new)
        return true;
    /* A conflict ended in a no, or a claim was withdrawn. */
    if (d.outcome == OUTCOME_WITHHOLD && round->caught_up)
        draft_end_hold(&r->draft, &ev->id, recipient);
    if (d.outcome == OUTCOME_HOLD && !add_hold_of(r, ev, &d, round->is_reopened))
        return false;
    if (d.outcome == OUTCOME_DISCLOSE && !send_disclosure(r, round, &d, tell))
        return false;
    return run_decision(r, &d);
}

static bool waits_for_facts(const struct run *r, const struct event *ev, uint16_t service)
{
    const struct hold *h = draft_hold(&r->draft, &ev->id, service);
    return h && hold_is_of_facts(h);
}

/* Whether the round decides for that service. One that has the event already is passed over, unless
 * a gate opened. */
static bool is_of_round(const struct run *r, const struct question *q, const struct round *round,
                        const struct hold *release, uint16_t service)
{
    const struct event *ev = round->event;
    bool is_asked = release ? release->service == service : services_have(&q->candidates, service);
    if (!is_asked)
        return false;
    if (round->is_reopened && round->reopened_for != service)
        return false;
    if (round->waiting_only && !waits_for_facts(r, ev, service))
        return false;
    return round->caught_up || !find_having(draft_event(&r->draft, &ev->id), service);
}

/* Decides one event for its candidates, or for the one of a release. */
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
    if (!list_reserve(r->arena, &r->decisions, q.candidate_count))
        return err_memory(r->e);
    for (uint16_t i = 0; i < r->in->bundle->service_count; i++) {
        if (!is_of_round(r, &q, round, release, i))
            continue;
        if (!decide_recipient(r, &q, round, i))
            return false;
    }
    return true;
}

/* The same outcome and reason for every candidate. */
bool run_alike(struct run *r, const struct event *ev, enum outcome outcome, enum reason reason,
               const struct episode_event *except)
{
    struct person facts;
    struct question q = {
        .bundle = r->in->bundle, .event = ev, .facts = r->in->facts, .arena = r->arena
    };
    draft_view(&r->draft, &facts);
    if (!decide_begin(&q, r->e))
        return false;
    for (size_t i = 0; i < r->in->bundle->service_count; i++) {
        if (!services_have(&q.candidates, (unsigned)i) || find_receiver(except, (uint16_t)i))
            continue;
        struct decision d = { .event = ev->id,
                              .to = { (uint16_t)i },
                              .outcome = outcome,
                              .withheld = q.had,
                              .reason = reason_code(reason),
                              .disclosure = -1,
                              .schema = (uint16_t)ev->schema,
                              .kind = ev->kind_name,
                              .source = ev->source_name };
        if (outcome == OUTCOME_HOLD)
            d.refused = refusal_against(q.bundle, &facts, ev, d.to.n);
        if (d.refused) {
            d.outcome = OUTCOME_WITHHOLD;
            d.reason = reason_code(REASON_HOLD_REFUSED);
        }
        if (d.outcome == OUTCOME_HOLD && !add_hold_of(r, ev, &d, false))
            return false;
        if (!run_decision(r, &d))
            return false;
    }
    return true;
}
