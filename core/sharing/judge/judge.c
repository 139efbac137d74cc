/* judge.c - the one decision, step by step: read the event, change the facts, decide, project.
 *
 * This file is the coordinator: what the facts table does is apply.c, who gets what is decide.c and
 * round.c, bytes are project.c and notice.c, doors are doors.c. Same input, same bytes out: nothing
 * here reads a clock or keeps state. */
#include "sharing/judge/judge.h"

#include "record/wire.h"
#include "sharing/facts/claimed.h"
#include "sharing/decide/conflict.h"
#include "sharing/facts/owner.h"
#include "sharing/judge/run.h"

/* ---- whose event ---- */

static bool is_right_environment(const struct judge_input *in, const struct event *ev)
{
    struct slice environment = view_text(ev->view, (size_t)ev->slots->environment);
    return slice_equal_text(environment, in->test ? "test" : "live");
}

/* ---- an event that says something ---- */

/* What is decided of an event that stands, whatever was decided of it before. */
static bool take_standing(struct run *r, struct round *round, const struct hold *release)
{
    struct episode_event before;
    const struct episode_event *x = draft_event(&r->draft, &round->event->id);
    if (x && event_id_is_set(&x->original)) {
        if (!run_receivers(r, &x->original, &before))
            return false;
        round->original = &before;
    }
    return run_round(r, round, release);
}

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
    return take_standing(r, &round, is_late ? NULL : r->in->release);
}

static bool take_event(struct run *r, const struct event *ev, bool is_late)
{
    enum arrival how;
    if (!run_drop_claims(r, ev))
        return false;
    if (ev->retracts)
        return run_retraction(r, ev);
    return run_learn(r, ev, &how) && take_learned(r, ev, how, is_late);
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
    return take_event(r, ev, false);
}

/* ---- law 9: when a gate opens, the latest catches up ---- */

static int compare_entries(const struct episode_event *a, const struct episode_event *b)
{
    if (a->occurred_ms != b->occurred_ms)
        return a->occurred_ms < b->occurred_ms ? -1 : 1;
    return memcmp(a->id.b, b->id.b, ID_BYTES);
}

static bool may_catch_up(const struct run *r, const struct episode_event *x)
{
    return x->bytes.n && !x->closed && draft_is_latest(&r->draft, x);
}

/* Its hold, where it waits because of a claim in doubt: then it is decided again though a later one of
 * its kind has come, or its episode is closed; NULL: it does not wait for that. */
static const struct hold *hold_of_facts(const struct run *r, const struct episode_event *x)
{
    const struct hold *holds = r->draft.holds.items;
    for (size_t i = 0; i < r->draft.holds.count; i++)
        if (event_id_equal(&holds[i].event, &x->id) && hold_is_of_facts(&holds[i]))
            return &holds[i];
    return NULL;
}

static const struct episode_event *next_entry(const struct run *r, const struct episode_event *last,
                                              bool with_waiting)
{
    const struct episode_event *events = r->draft.events.items, *next = NULL;
    for (size_t i = 0; i < r->draft.events.count; i++) {
        const struct episode_event *x = &events[i];
        if (event_id_equal(&x->id, &r->event.id) ||
            (!may_catch_up(r, x) && !(with_waiting && hold_of_facts(r, x))))
            continue;
        if ((!last || compare_entries(x, last) > 0) && (!next || compare_entries(x, next) < 0))
            next = x;
    }
    return next;
}

const struct episode_event *run_next_entry(const struct run *r, const struct episode_event *last)
{
    return next_entry(r, last, false);
}

bool run_reopen(struct run *r, struct slice framed, const struct event **out)
{
    struct view *v = ARENA_NEW(r->arena, struct view);
    struct event *ev = ARENA_NEW(r->arena, struct event);
    struct slice body;
    uint64_t fingerprint = 0;
    *out = NULL;
    if (!v || !ev)
        return err_memory(r->e);
    if (!wire_open(framed, &fingerprint, &body, r->e))
        return false;
    const struct schema *s = catalogue_fingerprint(r->in->bundle->catalogue, fingerprint);
    if (!s)
        return true;
    if (!plan_view(s->plan, r->arena, body, v, r->e))
        return false;
    if (!event_read(r->in->bundle, v, framed, r->in->decided_ms, ev))
        *out = ev;
    return true;
}

static bool catch_up_one(struct run *r, const struct episode_event *x)
{
    const struct event *ev;
    struct round round = { .caught_up = true, .waiting_only = !may_catch_up(r, x) };
    if (!run_reopen(r, round.waiting_only ? hold_of_facts(r, x)->bytes : x->bytes, &ev))
        return false;
    round.event = ev;
    return !ev || take_standing(r, &round, NULL);
}

/* The first event held for its unverified number that now joins; NULL: none. */
static bool find_joining(struct run *r, const struct event **out)
{
    const struct hold *holds = r->draft.holds.items;
    *out = NULL;
    for (size_t i = 0; !*out && i < r->draft.holds.count; i++) {
        if (!slice_equal_text(holds[i].reason, reason_code(REASON_IDENTITY_UNVERIFIED)) ||
            holds[i].clause.n || draft_event(&r->draft, &holds[i].event))
            continue;
        if (!run_reopen(r, holds[i].bytes, out))
            return false;
        if (*out && !run_joins(r, *out))
            *out = NULL;
    }
    return true;
}

/* What was not its sender's to say when it came is not now; the hold ends as withheld. */
static bool join_one(struct run *r, const struct event *ev)
{
    if (!owner_oversteps(&r->draft, ev))
        return take_event(r, ev, true);
    r->overstepped++;
    return draft_forget(&r->draft, &ev->id, ev->source_name, r->e) &&
           run_alike(r, ev, OUTCOME_WITHHOLD, REASON_NOT_YOURS, NULL);
}

/* What a rule may end; what was reopened goes on waiting for a person. */
static bool end_joined(struct run *r, const struct event_id *event, struct list *services)
{
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

/* No clause shares it with them any more. */
static bool end_others(struct run *r, const struct event *ev, const struct list *services,
                       size_t from)
{
    const uint16_t *list = services->items;
    for (size_t i = services->count; i-- > 0;)
        if (!is_decided(r, from, &ev->id, list[i]) &&
            !run_end_hold(r, &ev->id, ev, list[i], REASON_NO_CLAUSE))
            return false;
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
        if (!end_joined(r, &ev->id, &services) || !join_one(r, ev) ||
            !end_others(r, ev, &services, from))
            return false;
    }
}

bool run_catch_up(struct run *r)
{
    const struct episode_event *x = NULL;
    struct episode_event last;
    if (!r->draft.gate)
        return true;
    while ((x = next_entry(r, x ? &last : NULL, true))) {
        last = *x;
        if (!catch_up_one(r, &last))
            return false;
        x = &last;
    }
    return true;
}

/* Whether what was learnt makes some claim count otherwise than before opens gates; doors hear of that, and
 * of claims that come or go while one is in doubt. */
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
    d->doors |= !turned && (claimed_in_doubt(b, &after) || claimed_in_doubt(b, before));
    return !d->doors || !claimed_doubt_is_new(b, before, &after) || run_forget_let_go(r);
}

/* ---- the whole ---- */

/* Why the event is refused before anything is decided; NULL: it is not. */
static const char *refusal(const struct run *r)
{
    const struct event *ev = &r->event;
    if (!is_right_environment(r->in, ev))
        return reason_code(REASON_WRONG_ENVIRONMENT);
    if (r->in->release)
        return NULL;
    enum owner_use use = owner_use(&r->draft, ev);
    if (use == USED_BY_ITS_OWN)
        return reason_code(REASON_DUPLICATE);
    return use == USED_BY_ANOTHER || owner_oversteps(&r->draft, ev) ? reason_code(REASON_NOT_YOURS)
                                                                   : NULL;
}

static bool hold_identity(struct run *r)
{
    static const struct event_id none;
    if (!refusal_follow(&r->draft, r->in->bundle, &r->event, &none, r->e) ||
        !run_alike(r, &r->event, OUTCOME_HOLD, REASON_IDENTITY_UNVERIFIED, NULL))
        return false;
    if (r->decisions.count == 0)
        r->error = reason_code(REASON_IDENTITY_UNVERIFIED);
    return true;
}

static bool judge(struct run *r)
{
    const struct judge_input *in = r->in;
    r->error = event_read(in->bundle, &in->event, in->framed, in->decided_ms, &r->event);
    if (!r->error)
        r->error = refusal(r);
    if (r->error)
        return true;
    if (in->release) {
        if (!take_release(r))
            return false;
    } else if (!run_joins(r, &r->event)) {
        return hold_identity(r);
    } else if (!take_event(r, &r->event, false) || !join_held(r)) {
        return false;
    }
    return look_at_claims(r) && draft_prune(&r->draft, in->bundle, in->decided_ms, r->e) &&
           run_catch_up(r) && run_doors(r) && run_links(r);
}

bool run_end(struct run *r, struct judged *out)
{
    struct person *after = ARENA_NEW(r->arena, struct person);
    if (!after)
        return err_memory(r->e);
    draft_view(&r->draft, after);
    *out = (struct judged){
        .decisions = r->decisions.items,
        .decision_count = r->decisions.count,
        .disclosures = r->disclosures.items,
        .disclosure_count = r->disclosures.count,
        .notices = r->notices.items,
        .notice_count = r->notices.count,
        .links = r->links.items,
        .link_count = r->links.count,
        .after = r->draft.changed ? after : r->in->facts,
        .facts_changed = r->draft.changed,
        .note = r->note,
        .not_allowed = r->not_allowed,
        .overstepped = r->overstepped,
        .error = r->error,
    };
    return !r->draft.changed ||
           claimed_changes(r->in->bundle, &r->draft, r->in->facts, out, r->e);
}

bool run_begin(struct run *r, const struct judge_input *in, struct arena *a, struct err *e)
{
    *r = (struct run){ .in = in, .arena = a, .e = e };
    list_init(&r->decisions, sizeof(struct decision));
    list_init(&r->disclosures, sizeof(struct disclosure));
    list_init(&r->notices, sizeof(struct notice));
    list_init(&r->links, sizeof(struct link_out));
    return draft_init(&r->draft, a, in->facts, e);
}

/* ---- a conflict that people end ---- */

struct settling {
    struct run *run;
    bool yes, failed, any;
    struct slice people;
};

static void settle_one(void *ctx, const struct sharing_question *ask)
{
    struct settling *s = ctx;
    struct run *r = s->run;
    s->any = true;
    s->failed = s->failed || !draft_settle_conflict(&r->draft, ask, s->yes, s->people,
                                              r->in->decided_ms, r->e);
}

/* What the hold rests on is settled for everything that rests on it; then all is decided anew. */
static bool settle_hold(struct run *r, const struct hold *hold, bool yes, struct slice people)
{
    struct person facts;
    struct decision d;
    struct slice tell;
    struct settling s = { .run = r, .yes = yes, .people = people };
    struct question q = {
        .bundle = r->in->bundle, .event = &r->event, .facts = &facts, .arena = r->arena
    };
    r->error = event_read(r->in->bundle, &r->in->event, r->in->framed, r->in->decided_ms, &r->event);
    if (r->error)
        return true;
    draft_view(&r->draft, &facts);
    if (!decide_begin(&q, r->e) || !decide_for(&q, hold->service, &d, &tell, r->e))
        return false;
    conflict_each(&q, &d, settle_one, &s);
    if (s.failed)
        return false;
    if (!s.any) {
        r->error = reason_code(REASON_DUPLICATE);
        return true;
    }
    r->event.id = (struct event_id){ { 0 } }; /* the held event is among those decided anew */
    return run_catch_up(r) && run_doors(r);
}

bool judge_settle(const struct judge_input *in, const struct hold *hold, bool yes,
                  struct slice people, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && settle_hold(&r, hold, yes, people) && run_end(&r, out);
}

bool judge_event(const struct judge_input *in, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && judge(&r) && run_end(&r, out);
}
