/* judge.c - the one decision, step by step: read the event, change the facts, decide, project.
 *
 * This file is the coordinator: what the facts table does is apply.c, who gets what is decide.c and
 * round.c, bytes are project.c and notice.c, doors are doors.c. Same input, same bytes out: nothing
 * here reads a clock or keeps state. */
#include "sharing/judge.h"

#include "record/wire.h"
#include "sharing/run.h"

const char *outcome_name(enum outcome o)
{
    static const char *const names[] = { "disclose", "withhold", "hold" };
    return names[o];
}

/* ---- whose event ---- */

static bool is_right_environment(const struct judge_input *in, const struct event *ev)
{
    struct slice environment = view_text(ev->view, (size_t)ev->slots->environment);
    return slice_equal_text(environment, in->test ? "test" : "live");
}

/* An unverified number joins only when the birth date agrees with the one on file. */
static bool is_joined(const struct run *r)
{
    const struct event *ev = &r->event;
    struct slice confidence = view_text(ev->view, (size_t)ev->slots->identity_confidence);
    struct slice born = view_text(ev->view, (size_t)ev->slots->birth_hash);
    if (!slice_equal_text(confidence, "unverified"))
        return true;
    return !slice_is_empty(born) && slice_equal(born, r->draft.birth_hash);
}

static void learn_identity(struct run *r)
{
    const struct event *ev = &r->event;
    struct slice born = view_text(ev->view, (size_t)ev->slots->birth_hash);
    if (!slice_equal_text(view_text(ev->view, (size_t)ev->slots->identity_confidence), "verified"))
        return;
    if (!r->draft.verified || (born.n && !slice_equal(born, r->draft.birth_hash)))
        r->draft.changed = true;
    r->draft.verified = true;
    if (born.n)
        r->draft.birth_hash = born;
}

/* ---- law 10: a retraction follows its original ---- */

static bool retract_from(struct run *r, const struct receiver *got)
{
    const struct categories none = { { 0 } };
    struct decision d = { .event = r->event.id,
                          .to = { got->service },
                          .outcome = OUTCOME_DISCLOSE,
                          .released = none,
                          .reason = reason_code(REASON_DISCLOSED) };
    struct categories own = { { 0 } };
    schema_categories(r->in->bundle->compiled->schemas[r->event.schema], &d.withheld);
    categories_add(&own, catalogue_always(r->in->bundle->catalogue));
    categories_add(&own, catalogue_never(r->in->bundle->catalogue));
    categories_drop(&d.withheld, &own);
    return run_disclose(r, &r->event, &d, got->clause, slice_text(got->id.text),
                        (struct slice){ 0 }) &&
           run_decision(r, &d);
}

static void end_holds_of(struct run *r, const struct event_id *id)
{
    for (size_t i = r->draft.holds.count; i-- > 0;) {
        const struct hold *h = (const struct hold *)r->draft.holds.items + i;
        if (event_id_equal(&h->event, id))
            draft_end_hold(&r->draft, id, h->service);
    }
}

static bool follow_retraction(struct run *r)
{
    struct episode_event *original = draft_original(&r->draft, &r->event);
    if (!original)
        return run_alike(r, &r->event, OUTCOME_WITHHOLD, REASON_RETRACTION_WITHOUT_ORIGINAL, NULL);
    const struct episode_event was = *original;
    original->retracted = true;
    original->bytes = (struct slice){ 0 };
    r->draft.changed = true;
    r->draft.doors |= was.receiver_count > 0;
    draft_undo(&r->draft, &was.id);
    draft_settle(&r->draft, r->in->bundle, &r->event);
    end_holds_of(r, &was.id);
    for (size_t i = 0; i < was.receiver_count; i++)
        if (!retract_from(r, &was.receivers[i]))
            return false;
    return run_alike(r, &r->event, OUTCOME_WITHHOLD, REASON_RETRACTION_FOLLOWS, &was);
}

/* ---- an event that says something ---- */

static bool learn(struct run *r, struct episode_event *original, bool *has_original)
{
    const struct bundle *b = r->in->bundle;
    struct episode_event *found = r->event.replaces ? draft_original(&r->draft, &r->event) : NULL;
    *has_original = found != NULL;
    if (found) {
        *original = *found;
        draft_undo(&r->draft, &original->id);
    }
    learn_identity(r);
    if (!draft_record(&r->draft, b, &r->event, r->e) || !draft_apply(&r->draft, b, &r->event, r->e))
        return false;
    draft_settle(&r->draft, b, &r->event);
    struct slice confidence = view_text(r->event.view, (size_t)r->event.slots->identity_confidence);
    if (slice_equal_text(confidence, "local"))
        return true; /* the agency derived the key from that very id */
    return draft_link(&r->draft, r->event.agency,
                      view_text(r->event.view, (size_t)r->event.slots->local_id), &r->event.id,
                      r->e);
}

static bool take_event(struct run *r)
{
    struct episode_event original;
    bool has_original = false;
    if (r->event.retracts)
        return follow_retraction(r);
    if (!learn(r, &original, &has_original))
        return false;
    struct round round = { .event = &r->event, .original = has_original ? &original : NULL };
    return run_round(r, &round, NULL);
}

/* A human has released the hold: that event, for that recipient, with unknowns taken as true. */
static bool take_release(struct run *r)
{
    const struct hold release = *r->in->release;
    struct hold *h = draft_hold(&r->draft, &r->event.id, release.service);
    struct episode_event original;
    bool has_original = false, is_known = draft_event(&r->draft, &r->event.id) != NULL;
    if (!h) {
        r->error = reason_code(REASON_DUPLICATE);
        return true;
    }
    draft_end_hold(&r->draft, &r->event.id, release.service);
    if (r->event.retracts)
        return follow_retraction(r);
    if (!is_known && !learn(r, &original, &has_original))
        return false;
    struct round round = { .event = &r->event, .original = has_original ? &original : NULL };
    return run_round(r, &round, &release);
}

/* ---- law 9: when a gate opens, the latest catches up ---- */

static int compare_entries(const struct episode_event *a, const struct episode_event *b)
{
    if (a->occurred_ms != b->occurred_ms)
        return a->occurred_ms < b->occurred_ms ? -1 : 1;
    return memcmp(a->id.b, b->id.b, ID_BYTES);
}

/* The next entry in order of occurring after last, that may be caught up; NULL at the end. */
static const struct episode_event *next_entry(const struct run *r, const struct episode_event *last)
{
    const struct episode_event *events = r->draft.events.items, *next = NULL;
    for (size_t i = 0; i < r->draft.events.count; i++) {
        const struct episode_event *x = &events[i];
        if (x->bytes.n == 0 || x->retracted || x->closed || event_id_equal(&x->id, &r->event.id))
            continue;
        if ((!last || compare_entries(x, last) > 0) && (!next || compare_entries(x, next) < 0))
            next = x;
    }
    return next;
}

static bool catch_up_one(struct run *r, const struct episode_event *x)
{
    const struct catalogue *c = r->in->bundle->catalogue;
    struct view *v = ARENA_NEW(r->arena, struct view);
    struct event *ev = ARENA_NEW(r->arena, struct event);
    struct slice body;
    uint64_t fingerprint = 0;
    if (!v || !ev)
        return err_memory(r->e);
    if (!wire_open(x->bytes, &fingerprint, &body, r->e))
        return false;
    const struct schema *s = catalogue_fingerprint(c, fingerprint);
    if (!s)
        return true; /* its schema is gone: it can no longer be released */
    if (!plan_view(s->plan, r->arena, body, v, r->e))
        return false;
    if (event_read(r->in->bundle, v, x->bytes, r->in->decided_ms, ev))
        return true; /* its source left the region */
    struct round round = { .event = ev, .caught_up = true };
    return run_round(r, &round, NULL);
}

static bool catch_up(struct run *r)
{
    const struct episode_event *x = NULL;
    struct episode_event last;
    if (!r->draft.gate)
        return true;
    while ((x = next_entry(r, x ? &last : NULL))) {
        last = *x;
        if (!catch_up_one(r, &last))
            return false;
        x = &last;
    }
    return true;
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
    if (draft_event(&r->draft, &ev->id))
        return reason_code(REASON_DUPLICATE);
    for (size_t i = 0; i < r->draft.holds.count; i++)
        if (event_id_equal(&((const struct hold *)r->draft.holds.items)[i].event, &ev->id))
            return reason_code(REASON_DUPLICATE);
    return NULL;
}

static bool hold_identity(struct run *r)
{
    if (!run_alike(r, &r->event, OUTCOME_HOLD, REASON_IDENTITY_UNVERIFIED, NULL))
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
    } else if (!is_joined(r)) {
        return hold_identity(r);
    } else if (!take_event(r)) {
        return false;
    }
    draft_prune(&r->draft, in->decided_ms);
    return catch_up(r) && run_doors(r) && run_links(r);
}

static bool finish(struct run *r, struct judged *out)
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
        .error = r->error,
    };
    return true;
}

bool judge_event(const struct judge_input *in, struct arena *a, struct judged *out, struct err *e)
{
    struct run r = { .in = in, .arena = a, .e = e };
    list_init(&r.decisions, sizeof(struct decision));
    list_init(&r.disclosures, sizeof(struct disclosure));
    list_init(&r.notices, sizeof(struct notice));
    list_init(&r.links, sizeof(struct link_out));
    return draft_init(&r.draft, a, in->facts, e) && judge(&r) && finish(&r, out);
}
