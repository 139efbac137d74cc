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
static bool describe(struct run *r, const struct view *v, struct refusal *x)
{
    const struct header_slots *s = plan_header(v->plan);
    x->agency = view_text(v, (size_t)s->source_agency);
    x->episode = view_text(v, (size_t)s->episode);
    x->type = view_text(v, (size_t)s->type);
    x->kind = view_text(v, (size_t)s->kind);
    return refusal_add_version(r->arena, x, &x->event, r->e) && add_replaced(r, x);
}

bool run_add_refusal(struct run *r, const struct hold *h, const struct view *v, struct slice by,
                     bool is_whole_episode, struct refusal *out)
{
    *out = (struct refusal){ .service = r->in->bundle->services[h->service].name,
                             .at_ms = r->in->decided_ms,
                             .by = by,
                             .event = h->event,
                             .reason = h->reason,
                             .clause = h->clause,
                             .bytes = h->bytes };
    if (!describe(r, v, out))
        return false;
    out->is_whole_episode = is_whole_episode && out->episode.n;
    r->draft.changed = true;
    return list_put(r->arena, &r->draft.refusals, out) || err_memory(r->e);
}

/* Other events of that episode that wait for the same service's release: each is kept, for whoever
 * reopens it. */
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
        if (!ev || ev->retracts || !refusal_is_of_agency(r->in->bundle, x, ev) ||
            !refusal_covers_episode(x, ev->episode))
            continue;
        if (!run_add_refusal(r, &h, ev->view, x->by, true, &own) ||
            !run_end_hold(r, &h.event, ev, service, REASON_HOLD_REFUSED))
            return false;
        i--;
    }
    return true;
}

static bool refuse(struct run *r, const struct hold *h, struct slice by, bool is_whole_episode)
{
    struct refusal x;
    const uint16_t service = h->service;
    if (!run_add_refusal(r, h, &r->in->event, by, is_whole_episode, &x))
        return false;
    return run_end_hold(r, &x.event, event_at_hand(r), service, REASON_HOLD_REFUSED) &&
           (!x.is_whole_episode || end_episode(r, &x, service));
}

bool judge_refuse(const struct judge_input *in, const struct hold *hold, struct slice by,
                  bool is_whole_episode, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && refuse(&r, hold, by, is_whole_episode) &&
           run_refusals(&r) && run_end(&r, out);
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

/* The newest version waits again; what was taken back in the meantime does not. ev NULL: its source
 * has gone, and it waits all the same, under that id. */
static bool hold_again(struct run *r, const struct refusal *x, uint16_t service,
                       const struct event *ev, const struct event_id *newest)
{
    struct person facts;
    const struct episode_event *on_file;
    struct decision d = { .event = *newest, .to = { service }, .outcome = OUTCOME_HOLD,
                          .disclosure = -1 };
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

/* The one at hand, by its newest version. */
static bool hold_named(struct run *r, const struct refusal *x, uint16_t service)
{
    const struct event *ev = event_at_hand(r);
    const struct view *v = &r->in->event;
    struct event_id newest;
    if (!id_from_hex(view_text(v, (size_t)plan_header(v->plan)->id), newest.b))
        newest = x->event;
    return hold_again(r, x, service, ev, &newest);
}

/* Another that was refused with it; without bytes it waits where it was refused. */
static bool hold_other(struct run *r, const struct refusal *x, uint16_t service)
{
    const struct event *ev = NULL;
    return !x->bytes.n || (run_reopen(r, x->bytes, &ev) &&
                           hold_again(r, x, service, ev, ev ? &ev->id : &x->event));
}

/* Whatever a rule would let go now waits for a person. */
static bool hold_kept_back(struct run *r, const struct refusal *x, struct slice bytes,
                           uint16_t service)
{
    const struct event *ev = NULL;
    if (!run_reopen(r, bytes, &ev))
        return false;
    if (!ev || !refusal_is_of_agency(r->in->bundle, x, ev) || !refusal_covers_episode(x, ev->episode) ||
        draft_hold(&r->draft, &ev->id, service))
        return true;
    struct round round = {
        .event = ev, .caught_up = true, .is_reopened = true, .reopened_for = service
    };
    return run_round(r, &round, NULL);
}

/* What else of the episode was kept back: the last of each kind, and the one that was named. */
static bool hold_episode(struct run *r, const struct refusal *x, const struct event_id *named,
                         uint16_t service)
{
    const struct episode_event *entry = NULL;
    struct episode_event last, *one = draft_event(&r->draft, named);
    one = one ? draft_newest(&r->draft, one) : NULL;
    bool is_due = one && one->bytes.n && !one->retracted;
    const struct episode_event wanted = is_due ? *one : (struct episode_event){ .agency = 0 };
    while ((entry = run_next_entry(r, entry ? &last : NULL))) {
        last = *entry;
        entry = &last;
        is_due = is_due && !event_id_equal(&last.id, &wanted.id);
        if (!hold_kept_back(r, x, last.bytes, service))
            return false;
    }
    return !is_due || hold_kept_back(r, x, wanted.bytes, service);
}

/* Out of the facts: all that are taken back by it, oldest first. */
static bool lift(struct run *r, const struct refusal *x, struct list *lifted)
{
    struct list *all = &r->draft.refusals;
    list_init(lifted, sizeof *x);
    for (size_t i = 0; i < all->count;) {
        const struct refusal y = ((const struct refusal *)all->items)[i];
        if (!refusal_reopens(x, &y)) {
            i++;
            continue;
        }
        if (!list_put(r->arena, lifted, &y))
            return err_memory(r->e);
        list_remove(all, i);
    }
    r->draft.changed = true;
    return true;
}

static bool reopen_refusal(struct run *r, const struct refusal *refusal,
                           const struct event_id *named)
{
    const struct refusal x = *refusal;
    int service = bundle_service(r->in->bundle, x.service);
    struct list lifted;
    if (!lift(r, &x, &lifted))
        return false;
    if (service < 0)
        return true; /* nobody is there to be disclosed to */
    if (x.bytes.n && !hold_named(r, &x, (uint16_t)service))
        return false;
    for (size_t i = 0; i < lifted.count; i++) {
        const struct refusal *y = &((const struct refusal *)lifted.items)[i];
        if (!refusal_has(y, &x.event) && !hold_other(r, y, (uint16_t)service))
            return false;
    }
    return !x.is_whole_episode || hold_episode(r, &x, named, (uint16_t)service);
}

bool judge_reopen(const struct judge_input *in, const struct reopening *how, struct arena *a,
                  struct judged *out, struct err *e)
{
    struct run r;
    if (!run_begin(&r, in, a, e))
        return false;
    r.reopened_by = how->by;
    r.by_two = how->by_two;
    return reopen_refusal(&r, how->refusal, how->named) && run_refusals(&r) && run_end(&r, out);
}
