/* judge_refuse.c - a named person's no, and what opens again when named people take it back.
 *
 * A refusal stands above every gate (decide_for asks it first) and outside every limit. It knows
 * the ids of all versions of the refused event, so that it recognises a correction when the events
 * themselves are no longer on file. Reopening discloses nothing: what was kept back is held, and no
 * rule ends such a hold, only a person's release. */
#include "sharing/decide/decide.h"
#include "sharing/facts/refusal.h"
#include "sharing/judge/run.h"

/* ---- refusing ---- */

/* The event that a person decides about; NULL: it can no longer be read. */
static const struct event *event_at_hand(struct run *r)
{
    const struct judge_input *in = r->in;
    bool is_read = !event_read(in->bundle, &in->event, in->framed, in->decided_ms, &r->event);
    return is_read ? &r->event : NULL;
}

static bool add_replaced(struct run *r, struct refusal *x)
{
    const struct episode_event *was = draft_event(&r->draft, &x->event);
    for (size_t steps = 0; was && steps < EVENTS_MAX; steps++) {
        bool has_original = event_id_is_set(&was->original);
        if (has_original && !refusal_add_version(r->arena, x, &was->original, r->e))
            return false;
        was = draft_replaced(&r->draft, was);
    }
    return true;
}

/* Fills in what is refused, from the record itself: its source may have left the region. */
static bool fill_refusal(struct run *r, const struct view *v, struct refusal *x)
{
    const struct header_slots *s = plan_header(v->plan);
    x->agency = view_text(v, (size_t)s->source_agency);
    x->episode = view_text(v, (size_t)s->episode);
    x->type = view_text(v, (size_t)s->type);
    x->kind = view_text(v, (size_t)s->kind);
    return refusal_add_version(r->arena, x, &x->event, r->e) && add_replaced(r, x);
}

bool run_add_refusal(struct run *r, const struct hold *h, const struct view *v,
                     const struct refusal *as, struct refusal *out)
{
    *out = (struct refusal){ .service = r->in->bundle->services[h->service].name,
                             .at_ms = as->at_ms,
                             .by = as->by,
                             .event = h->event,
                             .reason = h->reason,
                             .clause = h->clause,
                             .bytes = h->bytes };
    if (!fill_refusal(r, v, out))
        return false;
    out->is_whole_episode = as->is_whole_episode && out->episode.n;
    r->draft.changed = true;
    return list_put(r->arena, &r->draft.refusals, out) || err_memory(r->e);
}

static bool is_of_episode(const struct run *r, const struct refusal *x, const struct event *ev)
{
    return refusal_is_of_agency(r->in->bundle, x, ev) && refusal_covers_episode(x, ev->episode);
}

/* Ends the holds of other events of that episode for the same service. Each gets a refusal of its
 * own, for whoever reopens it. */
static bool end_episode(struct run *r, const struct refusal *x, uint16_t service)
{
    struct list *holds = &r->draft.holds;
    for (size_t i = 0; i < holds->count;) {
        const struct hold h = ((const struct hold *)holds->items)[i];
        const struct event *ev = NULL;
        struct refusal own;
        i++;
        if (h.service != service)
            continue;
        if (!run_reopen(r, h.bytes, &ev))
            return false;
        if (!ev || ev->retracts || !is_of_episode(r, x, ev))
            continue;
        if (!run_add_refusal(r, &h, ev->view, x, &own))
            return false;
        if (!run_end_hold(r, &h.event, ev, service, REASON_HOLD_REFUSED))
            return false;
        i--; /* the hold has left the list */
    }
    return true;
}

/* What was refused, taken back and is refused again in one moment is another no. */
static int64_t find_moment(const struct run *r, const struct hold *h)
{
    const struct refusal *list = r->draft.refusals.items;
    int64_t at_ms = r->in->decided_ms;
    for (size_t i = 0; i < r->draft.refusals.count; i++)
        if (event_id_equal(&list[i].event, &h->event) && list[i].at_ms >= at_ms)
            at_ms = list[i].at_ms + 1;
    return at_ms;
}

static bool refuse_hold(struct run *r, const struct hold *h, struct slice by, bool is_whole_episode)
{
    struct refusal x;
    const uint16_t service = h->service;
    const struct refusal as = { .by = by,
                                .is_whole_episode = is_whole_episode,
                                .at_ms = find_moment(r, h) };
    if (!run_add_refusal(r, h, &r->in->event, &as, &x))
        return false;
    if (!run_end_hold(r, &x.event, event_at_hand(r), service, REASON_HOLD_REFUSED))
        return false;
    return !x.is_whole_episode || end_episode(r, &x, service);
}

bool judge_refuse(const struct judge_input *in, const struct hold *hold, struct slice by,
                  bool is_whole_episode, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && refuse_hold(&r, hold, by, is_whole_episode) &&
           run_refusals(&r) && run_end(&r, out);
}

/* ---- reopening ---- */

static bool add_reopened(struct run *r, const struct refusal *x, const struct event_id *newest,
                         uint16_t service)
{
    struct hold *h = draft_hold(&r->draft, newest, service); /* it may have been away */
    if (!h)
        h = list_add(r->arena, &r->draft.holds);
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

/* Holds the newest version again, unless it was taken back in the meantime. ev NULL: its source has
 * left the region; it is held all the same, under that id. */
static bool hold_again(struct run *r, const struct refusal *x, uint16_t service,
                       const struct event *ev, const struct event_id *newest)
{
    struct person facts;
    const struct episode_event *on_file;
    struct decision d = {
        .event = *newest, .to = { service }, .outcome = OUTCOME_HOLD, .disclosure = -1
    };
    d.reason = arena_text(r->arena, x->reason);
    if (!d.reason)
        return err_memory(r->e);
    draft_view(&r->draft, &facts);
    run_name(&d, ev);
    if (ev)
        d.refused = refusal_against(r->in->bundle, &facts, ev, service);
    on_file = draft_event(&r->draft, &d.event);
    if (d.refused) {
        d.outcome = OUTCOME_WITHHOLD;
        d.reason = reason_code(REASON_HOLD_REFUSED);
        return run_decision(r, &d); /* another refusal stands */
    }
    if (on_file && on_file->retracted) {
        d.outcome = OUTCOME_WITHHOLD;
        d.reason = reason_code(on_file->replaced ? REASON_REPLACED : REASON_RETRACTED);
        return run_decision(r, &d);
    }
    return add_reopened(r, x, &d.event, service) && run_decision(r, &d);
}

/* Holds the event at hand again, by its newest version. */
static bool hold_named(struct run *r, const struct refusal *x, uint16_t service)
{
    const struct event *ev = event_at_hand(r);
    const struct view *v = &r->in->event;
    struct event_id newest;
    if (!id_from_hex(view_text(v, (size_t)plan_header(v->plan)->id), newest.b))
        newest = x->event;
    return hold_again(r, x, service, ev, &newest);
}

/* Holds another event again that was refused with it. One without bytes is held under the key where
 * it was refused. */
static bool hold_other(struct run *r, const struct refusal *x, uint16_t service)
{
    const struct event *ev = NULL;
    if (x->bytes.n == 0)
        return true;
    if (!run_reopen(r, x->bytes, &ev))
        return false;
    return hold_again(r, x, service, ev, ev ? &ev->id : &x->event);
}

/* Decides an event of the episode for the service: what a rule would let go waits for a person. */
static bool hold_kept_back(struct run *r, const struct refusal *x, struct slice bytes,
                           uint16_t service)
{
    const struct event *ev = NULL;
    if (!run_reopen(r, bytes, &ev))
        return false;
    if (!ev || !is_of_episode(r, x, ev) || draft_hold(&r->draft, &ev->id, service))
        return true;
    struct round round = {
        .event = ev, .caught_up = true, .is_reopened = true, .reopened_for = service
    };
    return run_round(r, &round, NULL);
}

/* Holds what else of the episode was kept back: the last of each kind, and the named one. */
static bool hold_episode(struct run *r, const struct refusal *x, const struct event_id *named,
                         uint16_t service)
{
    struct episode_event *one = draft_event(&r->draft, named);
    if (one)
        one = draft_newest(&r->draft, one);
    bool is_due = one && one->bytes.n && !one->retracted;
    struct episode_event wanted = { .agency = 0 };
    if (is_due)
        wanted = *one;
    const struct episode_event *entry = run_next_entry(r, NULL);
    while (entry) {
        const struct episode_event last = *entry; /* the list may move */
        if (event_id_equal(&last.id, &wanted.id))
            is_due = false;
        if (!hold_kept_back(r, x, last.bytes, service))
            return false;
        entry = run_next_entry(r, &last);
    }
    return !is_due || hold_kept_back(r, x, wanted.bytes, service);
}

/* All that are taken back by it, oldest first. From elsewhere that no alone: of others people say
 * so there. */
static bool lift(struct run *r, const struct refusal *x, bool is_carried, struct list *lifted)
{
    struct refusal *all = r->draft.refusals.items;
    list_init(lifted, sizeof *x);
    for (size_t i = 0; i < r->draft.refusals.count; i++) {
        if (!(is_carried ? refusal_is_one_act(x, &all[i]) : refusal_reopens(x, &all[i])))
            continue;
        if (!list_put(r->arena, lifted, &all[i]))
            return err_memory(r->e);
        all[i] = refusal_over(&all[i], r->reopened_by, r->by_two);
    }
    r->draft.changed = true;
    return true;
}

static bool reopen_refusal(struct run *r, const struct reopening *how)
{
    const struct refusal x = *how->refusal;
    int service = bundle_service(r->in->bundle, x.service);
    struct list lifted;
    if (!lift(r, &x, how->is_carried, &lifted))
        return false;
    if (service < 0)
        return true; /* nobody is there to be disclosed to */
    if (x.bytes.n && !hold_named(r, &x, (uint16_t)service))
        return false;
    for (size_t i = 0; i < lifted.count; i++) {
        const struct refusal *y = &((const struct refusal *)lifted.items)[i];
        if (refusal_has(y, &x.event))
            continue; /* held above */
        if (!hold_other(r, y, (uint16_t)service))
            return false;
    }
    return !x.is_whole_episode || hold_episode(r, &x, how->named, (uint16_t)service);
}

bool judge_reopen(const struct judge_input *in, const struct reopening *how, struct arena *a,
                  struct judged *out, struct err *e)
{
    struct run r;
    if (!run_begin(&r, in, a, e))
        return false;
    r.reopened_by = how->by;
    r.by_two = how->by_two;
    return reopen_refusal(&r, how) && run_refusals(&r) && run_end(&r, out);
}
