/* judge_refuse.c - a named person's no, and what opens again when named people take it back.
 *
 * A refusal stands above every gate (decide_for asks it first) and outside every limit. It knows by
 * id all versions of what was refused, so that a correction is recognised when the events
 * themselves are on file no more. Whoever reopens one discloses nothing: what it kept back is held,
 * and no rule ends such a hold, only a person's release. */
#include "sharing/decide/decide.h"
#include "sharing/facts/refusal.h"
#include "sharing/judge/run.h"

/* ---- refusing ---- */

/* The one at hand, which a person decides about. */
static const struct event *event_at_hand(struct run *r)
{
    return event_read(r->in->bundle, &r->in->event, r->in->framed, r->in->decided_ms, &r->event)
               ? NULL
               : &r->event;
}

/* Other events of that episode that wait for the same service's release. */
static bool end_episode(struct run *r, const struct refusal *x, uint16_t service)
{
    struct list *holds = &r->draft.holds;
    for (size_t i = 0; i < holds->count;) {
        const struct hold h = ((const struct hold *)holds->items)[i];
        const struct event *ev = NULL;
        i++;
        if (h.service != service)
            continue;
        if (!run_reopen(r, h.bytes, &ev))
            return false;
        if (!ev || ev->retracts || !refusal_is_of_agency(r->in->bundle, x, ev) ||
            !refusal_covers_episode(x, ev->episode))
            continue;
        if (!run_end_hold(r, &h.event, ev, service, REASON_HOLD_REFUSED))
            return false;
        i--;
    }
    return true;
}

static bool add_replaced(struct run *r, struct refusal *x)
{
    const struct episode_event *was = draft_event(&r->draft, &x->event);
    for (size_t steps = 0; was && steps < EVENTS_MAX; steps++) {
        if (event_id_is_set(&was->original) &&
            !refusal_add_version(r->arena, x, &was->original, r->e))
            return false;
        was = draft_replaced(&r->draft, was);
    }
    return true;
}

/* By the record itself: its source may have left the region. */
static bool describe(struct run *r, const struct hold *h, struct refusal *x)
{
    const struct view *v = &r->in->event;
    const struct header_slots *s = plan_header(v->plan);
    x->agency = view_text(v, (size_t)s->source_agency);
    x->episode = view_text(v, (size_t)s->episode);
    x->type = view_text(v, (size_t)s->type);
    x->kind = view_text(v, (size_t)s->kind);
    x->event = h->event;
    return refusal_add_version(r->arena, x, &h->event, r->e) && add_replaced(r, x);
}

static bool refuse(struct run *r, const struct hold *h, struct slice by, bool is_whole_episode)
{
    struct refusal *x = list_add(r->arena, &r->draft.refusals);
    if (!x)
        return err_memory(r->e);
    *x = (struct refusal){ .service = r->in->bundle->services[h->service].name,
                           .at_ms = r->in->decided_ms,
                           .by = by,
                           .reason = h->reason,
                           .clause = h->clause,
                           .bytes = h->bytes };
    if (!describe(r, h, x))
        return false;
    x->is_whole_episode = is_whole_episode && x->episode.n;
    r->draft.changed = true;
    const uint16_t service = h->service;
    return run_end_hold(r, &x->event, event_at_hand(r), service, REASON_HOLD_REFUSED) &&
           (!x->is_whole_episode || end_episode(r, x, service));
}

bool judge_refuse(const struct judge_input *in, const struct hold *hold, struct slice by,
                  bool is_whole_episode, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && refuse(&r, hold, by, is_whole_episode) && run_end(&r, out);
}

/* ---- reopening ---- */

static bool add_reopened(struct run *r, const struct refusal *x, const struct event_id *newest,
                         uint16_t service)
{
    struct hold *h = list_add(r->arena, &r->draft.holds);
    if (!h)
        return err_memory(r->e);
    *h = (struct hold){ .event = *newest,
                        .service = service,
                        .reason = x->reason,
                        .clause = x->clause,
                        .since_ms = r->in->decided_ms,
                        .bytes = x->bytes,
                        .reopened = true };
    return true;
}

/* The newest version waits again; what was taken back in the meantime does not. */
static bool hold_again(struct run *r, const struct refusal *x, uint16_t service, bool is_known)
{
    struct person facts;
    const struct episode_event *on_file;
    struct decision d = { .to = { service }, .outcome = OUTCOME_HOLD, .disclosure = -1 };
    d.reason = arena_text(r->arena, x->reason);
    if (!d.reason)
        return err_memory(r->e);
    if (!id_from_hex(view_text(&r->in->event, (size_t)plan_header(r->in->event.plan)->id),
                     d.event.b))
        d.event = x->event;
    draft_view(&r->draft, &facts);
    run_name(&d, is_known ? &r->event : NULL);
    if (is_known)
        d.refused = refusal_against(r->in->bundle, &facts, &r->event, service);
    on_file = draft_event(&r->draft, &d.event);
    if (d.refused) {
        d.outcome = OUTCOME_WITHHOLD;
        d.reason = reason_code(REASON_HOLD_REFUSED);
        return run_decision(r, &d); /* another refusal stands, of its episode */
    }
    if (on_file && on_file->retracted) {
        d.outcome = OUTCOME_WITHHOLD;
        d.reason = reason_code(on_file->replaced ? REASON_REPLACED : REASON_RETRACTED);
        return run_decision(r, &d);
    }
    return add_reopened(r, x, &d.event, service) && run_decision(r, &d);
}

/* What else of the episode was kept back: whatever a rule would let go now waits for a person. */
static bool hold_episode(struct run *r, const struct refusal *x, uint16_t service)
{
    const struct episode_event *entry = NULL;
    struct episode_event last;
    while ((entry = run_next_entry(r, entry ? &last : NULL))) {
        const struct event *ev = NULL;
        last = *entry;
        entry = &last;
        if (!run_reopen(r, last.bytes, &ev))
            return false;
        if (!ev || !refusal_is_of_agency(r->in->bundle, x, ev) || !refusal_covers_episode(x, ev->episode))
            continue;
        struct round round = {
            .event = ev, .caught_up = true, .is_reopened = true, .reopened_for = service
        };
        if (!run_round(r, &round, NULL))
            return false;
    }
    return true;
}

static bool reopen_refusal(struct run *r, const struct refusal *refusal)
{
    struct refusal *refusals = r->draft.refusals.items;
    const struct refusal x = *refusal;
    int service = bundle_service(r->in->bundle, x.service);
    for (size_t i = r->draft.refusals.count; i-- > 0;)
        if (slice_equal(refusals[i].service, x.service) && refusal_has(&refusals[i], &x.event))
            list_remove(&r->draft.refusals, i);
    r->draft.changed = true;
    if (service < 0)
        return true; /* nobody is there to be disclosed to */
    /* The hold waits also when its source has gone. */
    bool is_known = event_at_hand(r) != NULL;
    return hold_again(r, &x, (uint16_t)service, is_known) &&
           (!x.is_whole_episode || hold_episode(r, &x, (uint16_t)service));
}

bool judge_reopen(const struct judge_input *in, const struct refusal *refusal, struct arena *a,
                  struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && reopen_refusal(&r, refusal) && run_end(&r, out);
}
