/* judge.c - the one decision, step by step: read the event, change the facts, decide, project.
 *
 * This file is the coordinator. The facts table is applied in draft_apply.c; decide.c and
 * run_round.c say who gets what; project.c and project_notice.c make the bytes; run_doors.c tells
 * the doors. The same input gives the same bytes: nothing here reads a clock or keeps state. */
#include "sharing/judge/judge.h"

#include "sharing/facts/claimed.h"
#include "sharing/facts/owner_use.h"
#include "sharing/judge/run.h"

/* ---- whose event ---- */

static bool is_right_environment(const struct judge_input *in, const struct event *ev)
{
    struct slice environment = view_text(ev->view, (size_t)ev->slots->environment);
    return slice_equal_text(environment, in->test ? "test" : "live");
}

/* ---- an event that says something ---- */

/* What is decided of an event that was just learned. A release is for its own event, never for one
 * that catches up beside it. */
static bool take_learned(struct run *r, const struct event *ev, enum arrival how, bool is_late)
{
    struct episode_event *x = draft_event(&r->draft, &ev->id);
    if (how == ARRIVED_REPLACED)
        return run_alike(r, ev, OUTCOME_WITHHOLD, REASON_REPLACED, NULL);
    if (how == ARRIVED_RETRACTED) {
        const struct event_id newest = draft_newest(&r->draft, x)->id;
        return run_take_back(r, ev, &newest, REASON_RETRACTED);
    }
    struct round round = { .event = ev, .caught_up = is_late, .is_joining = is_late };
    return run_standing(r, &round, is_late ? NULL : r->in->release);
}

static bool take_said(struct run *r, const struct event *ev, bool is_late)
{
    enum arrival how;
    if (!run_drop_claims(r, ev))
        return false;
    if (ev->retracts)
        return run_retraction(r, ev);
    if (!run_learn(r, ev, &how))
        return false;
    return take_learned(r, ev, how, is_late);
}

/* A human has released the hold: that event, for that recipient, with unknowns taken as true. */
static bool take_release(struct run *r)
{
    const struct event *ev = &r->event;
    uint16_t service = r->in->release->service;
    if (!draft_hold(&r->draft, &ev->id, service)) {
        r->error = reason_code(REASON_DUPLICATE);
        return true;
    }
    draft_end_hold(&r->draft, &ev->id, service);
    if (draft_event(&r->draft, &ev->id))
        return take_learned(r, ev, ARRIVED_STANDING, false);
    if (owner_oversteps(&r->draft, ev)) {
        r->error = reason_code(REASON_NOT_YOURS);
        return true;
    }
    return take_said(r, ev, false);
}

/* ---- what waited for a verified number ---- */

/* The first event held for its unverified number that now joins; NULL: none. */
static bool find_joining(struct run *r, const struct event **out)
{
    const struct hold *holds = r->draft.holds.items;
    *out = NULL;
    for (size_t i = 0; i < r->draft.holds.count; i++) {
        const struct hold *h = &holds[i];
        bool is_unverified = slice_equal_text(h->reason, reason_code(REASON_IDENTITY_UNVERIFIED));
        bool is_of_clause = h->clause.n > 0;
        if (!is_unverified || is_of_clause || draft_event(&r->draft, &h->event))
            continue;
        if (!run_reopen(r, h->bytes, out))
            return false;
        if (*out && run_joins(r, *out))
            return true;
        *out = NULL;
    }
    return true;
}

/* Takes a held event as if it came now. One that its sender does not own is withheld for good. */
static bool join_one(struct run *r, const struct event *ev)
{
    if (!owner_oversteps(&r->draft, ev))
        return take_said(r, ev, true);
    r->overstepped++;
    if (!draft_forget(&r->draft, &ev->id, ev->source_name, r->e))
        return false;
    return run_alike(r, ev, OUTCOME_WITHHOLD, REASON_NOT_YOURS, NULL);
}

/* Of a service that is away, too: rules decide that event from now on. */
static void end_joined_away(struct run *r, const struct event_id *event)
{
    const struct hold *holds = r->draft.away_holds.items;
    for (size_t i = r->draft.away_holds.count; i-- > 0;) {
        if (!event_id_equal(&holds[i].event, event) || holds[i].reopened)
            continue;
        list_remove(&r->draft.away_holds, i);
        r->draft.changed = true;
    }
}

/* Ends the holds of an event and lists their services. Reopened holds go on waiting for a
 * person. */
static bool end_joined(struct run *r, const struct event_id *event, struct list *services)
{
    end_joined_away(r, event);
    for (size_t i = r->draft.holds.count; i-- > 0;) {
        const struct hold h = ((const struct hold *)r->draft.holds.items)[i];
        if (!event_id_equal(&h.event, event) || h.reopened)
            continue;
        uint16_t *service = list_add(r->arena, services);
        if (!service)
            return err_memory(r->e);
        *service = h.service;
        draft_end_hold(&r->draft, event, h.service);
    }
    return true;
}

static bool is_decided(const struct run *r, size_t from, const struct event_id *event,
                       uint16_t service)
{
    const struct decision *list = r->decisions.items;
    for (size_t i = from; i < r->decisions.count; i++)
        if (list[i].to.n == service && event_id_equal(&list[i].event, event))
            return true;
    return false;
}

/* Withholds the event from those whose hold ended and whom no clause shares it with any more. */
static bool end_others(struct run *r, const struct event *ev, const struct list *services,
                       size_t from)
{
    const uint16_t *list = services->items;
    for (size_t i = services->count; i-- > 0;) {
        if (is_decided(r, from, &ev->id, list[i]))
            continue;
        if (!run_end_hold(r, &ev->id, ev, list[i], REASON_NO_CLAUSE))
            return false;
    }
    return true;
}

/* Events that waited for the person to be verified are taken as if they came now. */
static bool join_held(struct run *r)
{
    const struct event *ev = NULL;
    if (!r->identified)
        return true;
    for (;;) {
        if (!find_joining(r, &ev))
            return false;
        if (!ev)
            return true;
        struct list services;
        const size_t from = r->decisions.count;
        list_init(&services, sizeof(uint16_t));
        if (!end_joined(r, &ev->id, &services))
            return false;
        if (!join_one(r, ev) || !end_others(r, ev, &services, from))
            return false;
    }
}

/* Opens gates when a claim now counts that did not, or the reverse. Doors hear of that, and of
 * claims that come or go while one is in doubt. */
static bool look_at_claims(struct run *r)
{
    const struct bundle *b = r->in->bundle;
    const struct person *before = r->in->facts;
    struct draft *d = &r->draft;
    struct person after;
    if (!d->shown && !d->claims)
        return true;
    draft_view(d, &after);
    bool turned = d->shown && claimed_turned(b, before, &after);
    d->gate |= turned;
    d->doors |= turned;
    if (!turned)
        d->doors |= claimed_in_doubt(b, &after) || claimed_in_doubt(b, before);
    if (!d->doors || !claimed_doubt_is_new(b, before, &after))
        return true;
    return run_forget_let_go(r);
}

/* ---- the whole ---- */

/* Why the event is refused before anything is decided; NULL: it is not. */
static const char *why_refused(const struct run *r)
{
    const struct event *ev = &r->event;
    if (!is_right_environment(r->in, ev))
        return reason_code(REASON_WRONG_ENVIRONMENT);
    if (r->in->release)
        return NULL;
    enum owner_use use = owner_use(&r->draft, ev);
    if (use == USED_BY_ITS_OWN)
        return reason_code(REASON_DUPLICATE);
    if (use == USED_BY_ANOTHER || owner_oversteps(&r->draft, ev))
        return reason_code(REASON_NOT_YOURS);
    return NULL;
}

static bool hold_identity(struct run *r)
{
    static const struct event_id none;
    if (!refusal_follow(&r->draft, r->in->bundle, &r->event, &none, r->e))
        return false;
    if (!run_alike(r, &r->event, OUTCOME_HOLD, REASON_IDENTITY_UNVERIFIED, NULL))
        return false;
    if (r->decisions.count == 0)
        r->error = reason_code(REASON_IDENTITY_UNVERIFIED);
    return true;
}

/* What follows from the facts as they are now. */
static bool follow_facts(struct run *r)
{
    if (!look_at_claims(r))
        return false;
    if (!draft_prune(&r->draft, r->in->bundle, r->in->decided_ms, r->e))
        return false;
    if (!run_catch_up(r))
        return false;
    if (!run_doors(r))
        return false;
    if (!run_links(r))
        return false;
    return run_refusals(r);
}

static bool judge_all(struct run *r)
{
    const struct judge_input *in = r->in;
    r->error = event_read(in->bundle, &in->event, in->framed, in->decided_ms, &r->event);
    if (!r->error)
        r->error = why_refused(r);
    if (r->error)
        return true;
    if (in->release)
        return take_release(r) && follow_facts(r);
    if (!run_joins(r, &r->event))
        return hold_identity(r) && run_refusals(r);
    if (!take_said(r, &r->event, false) || !join_held(r))
        return false;
    return follow_facts(r);
}

bool judge_event(const struct judge_input *in, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && judge_all(&r) && run_end(&r, out);
}
