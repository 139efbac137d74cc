/* judge.c - the one decision, step by step: read the event, change the facts, decide, project.
 *
 * This file is the coordinator; what the facts table does is apply.c, who gets what is decide.c, bytes
 * are project.c and notice.c. Same input, same bytes out: nothing here reads a clock or keeps state. */
#include "sharing/judge.h"

#include "record/wire.h"
#include "sharing/decide.h"
#include "sharing/project.h"

struct run {
    const struct judge_input *in;
    struct arena *arena;
    struct err *e;
    struct draft draft;
    struct event event;
    struct list decisions, disclosures, notices, links;
    size_t links_before;
    const char *error;
};

const char *outcome_name(enum outcome o)
{
    static const char *const names[] = { "disclose", "withhold", "hold" };
    return names[o];
}

/* ---- the event ---- */

/* Reads what the rules need. NULL when it can be judged, else the reason why not. */
static const char *read_event(const struct bundle *b, const struct view *v, struct slice framed,
                              int64_t decided_ms, struct event *ev)
{
    const struct header_slots *s = plan_header(v->plan);
    int schema = bundle_schema(b, v->plan);
    *ev = (struct event){ .view = v, .slots = s, .framed = framed, .decided_ms = decided_ms };
    if (!s || schema < 0 || !id_from_hex(view_text(v, (size_t)s->id), ev->id.b))
        return reason_code(REASON_UNKNOWN_KIND);
    ev->schema = (size_t)schema;
    ev->type = b->compiled->schemas[schema]->name;
    ev->kind_name = view_text(v, (size_t)s->kind);
    ev->episode = view_text(v, (size_t)s->episode);
    ev->occurred_ms = view_is_null(v, (size_t)s->occurred) ? decided_ms
                                                           : view_long(v, (size_t)s->occurred);
    struct slice action = view_text(v, (size_t)s->action);
    ev->retracts = slice_equal_text(action, "retracts");
    ev->replaces = slice_equal_text(action, "replaces");
    int64_t kind = bundle_kind(b, ev->schema, ev->kind_name);
    if (kind < 0)
        return reason_code(REASON_UNKNOWN_KIND);
    ev->kind = (uint32_t)kind;
    struct slice service = view_text(v, (size_t)s->source_service);
    struct slice agency = view_text(v, (size_t)s->source_agency);
    int n = -1;
    for (size_t i = 0; i < b->service_count && n < 0; i++) {
        struct slice full = b->services[i].name, own = b->agencies[b->services[i].agency].name;
        if (slice_equal(own, agency) &&
            (slice_equal(full, service) || slice_equal(slice_from(full, own.n + 1), service)))
            n = (int)i;
    }
    if (n < 0)
        return reason_code(REASON_UNKNOWN_SOURCE);
    ev->source = (uint16_t)n;
    ev->agency = b->services[n].agency;
    return NULL;
}

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

/* ---- writing results ---- */

static bool add_decision(struct run *r, const struct decision *d)
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
    *h = (struct hold){ .event = ev->id, .service = d->to.n, .reason = slice_text(d->reason),
                        .since_ms = ev->decided_ms, .bytes = ev->framed };
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
static bool disclose(struct run *r, const struct event *ev, struct decision *d, struct slice clause,
                     struct slice original, struct slice tell)
{
    struct project p = { .in = r->in, .arena = r->arena, .event = ev, .recipient = d->to.n,
                         .released = &d->released, .clause = clause, .original = original,
                         .tell = tell };
    struct disclosure *item = list_add(r->arena, &r->disclosures);
    if (!item)
        return err_memory(r->e);
    d->disclosure = (int32_t)r->disclosures.count - 1;
    draft_end_hold(&r->draft, &ev->id, d->to.n);
    return project_disclosure(&p, item, r->e) && add_receiver(r, ev, item, clause);
}

/* ---- deciding for recipients ---- */

struct round {
    const struct event *event;
    const struct episode_event *original; /* of an event that replaces; else NULL */
    bool caught_up;
};

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
        !disclose(r, round->event, &d, clause_name(r->in->bundle, d.clauses[0]), original, tell))
        return false;
    return add_decision(r, &d);
}

/* Decides one event for its candidates, or for one of them; who has it already is passed over. */
static bool decide_round(struct run *r, const struct round *round, const struct hold *release)
{
    struct person facts;
    draft_view(&r->draft, &facts);
    struct question q = { .bundle = r->in->bundle, .event = round->event, .facts = &facts,
                          .arena = r->arena, .unknown_is_true = release != NULL };
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
static bool decide_alike(struct run *r, const struct event *ev, enum outcome outcome, enum reason reason,
                         const struct episode_event *except)
{
    struct question q = { .bundle = r->in->bundle, .event = ev, .facts = r->in->facts,
                          .arena = r->arena };
    if (!decide_begin(&q, r->e))
        return false;
    for (size_t i = 0; i < r->in->bundle->service_count; i++) {
        if (!services_have(&q.candidates, (unsigned)i) || find_receiver(except, (uint16_t)i))
            continue;
        struct decision d = { .event = ev->id, .to = { (uint16_t)i }, .outcome = outcome,
                              .withheld = q.all, .reason = reason_code(reason), .disclosure = -1 };
        if ((outcome == OUTCOME_HOLD && !add_hold(r, ev, &d)) || !add_decision(r, &d))
            return false;
    }
    return true;
}

/* ---- law 10: a retraction follows its original ---- */

static bool retract_from(struct run *r, const struct receiver *got)
{
    const struct categories none = { { 0 } };
    struct decision d = { .event = r->event.id, .to = { got->service }, .outcome = OUTCOME_DISCLOSE,
                          .released = none, .reason = reason_code(REASON_DISCLOSED) };
    schema_categories(r->in->bundle->compiled->schemas[r->event.schema], &d.withheld);
    return disclose(r, &r->event, &d, got->clause, slice_text(got->id.text), (struct slice){ 0 }) &&
           add_decision(r, &d);
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
        return decide_alike(r, &r->event, OUTCOME_WITHHOLD, REASON_RETRACTION_WITHOUT_ORIGINAL, NULL);
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
    return decide_alike(r, &r->event, OUTCOME_WITHHOLD, REASON_RETRACTION_FOLLOWS, &was);
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
    struct slice confidence =
        view_text(r->event.view, (size_t)r->event.slots->identity_confidence);
    if (slice_equal_text(confidence, "local"))
        return true; /* the agency derived the key from that very id */
    return draft_link(&r->draft, r->event.agency,
                      view_text(r->event.view, (size_t)r->event.slots->local_id), &r->event.id, r->e);
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
    return decide_round(r, &round, NULL);
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
    return decide_round(r, &round, &release);
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
    if (read_event(r->in->bundle, v, x->bytes, r->in->decided_ms, ev))
        return true; /* its source left the region */
    struct round round = { .event = ev, .caught_up = true };
    return decide_round(r, &round, NULL);
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

/* ---- law 6: doors; and agencies' own ids ---- */

/* Everybody who has something of this subject, or is in a relationship with it. */
static void find_doors(const struct person *p, struct services *out)
{
    for (size_t i = 0; i < p->event_count; i++)
        for (size_t j = 0; j < p->events[i].receiver_count; j++)
            services_add(out, p->events[i].receivers[j].service);
    for (size_t i = 0; i < p->relationship_count; i++)
        if (p->relationships[i].is_open)
            services_add(out, p->relationships[i].with);
}

static bool tell_doors(struct run *r)
{
    struct services doors = { { 0 } };
    struct person facts;
    if (!r->draft.doors)
        return true;
    draft_view(&r->draft, &facts);
    find_doors(&facts, &doors);
    facts.notices = ++r->draft.notices;
    r->draft.changed = true;
    for (size_t i = 0; i < r->in->bundle->service_count; i++) {
        if (!services_have(&doors, (unsigned)i))
            continue;
        struct notice *item = list_add(r->arena, &r->notices);
        if (!item)
            return err_memory(r->e);
        if (!project_notice(r->in, r->arena, &facts, &r->event, (uint16_t)i, item, r->e))
            return false;
    }
    return true;
}

static bool was_linked(const struct person *before, const struct local_link *l)
{
    for (size_t i = 0; i < before->link_count; i++)
        if (before->links[i].agency == l->agency && slice_equal(before->links[i].local_id, l->local_id))
            return true;
    return false;
}

static bool tell_agencies(struct run *r)
{
    const struct bundle *b = r->in->bundle;
    const struct local_link *links = r->draft.links.items;
    for (size_t i = 0; i < r->draft.links.count; i++) {
        if (was_linked(r->in->facts, &links[i]))
            continue;
        const struct agency *agency = &b->agencies[links[i].agency];
        for (uint16_t s = 0; s < agency->service_count; s++) {
            struct link_out *item = list_add(r->arena, &r->links);
            if (!item)
                return err_memory(r->e);
            if (!project_link(r->in, r->arena, &r->event, links[i].local_id,
                              (uint16_t)(agency->first_service + s), item, r->e))
                return false;
        }
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
    if (!decide_alike(r, &r->event, OUTCOME_HOLD, REASON_IDENTITY_UNVERIFIED, NULL))
        return false;
    if (r->decisions.count == 0)
        r->error = reason_code(REASON_IDENTITY_UNVERIFIED);
    return true;
}

static bool judge(struct run *r)
{
    const struct judge_input *in = r->in;
    r->error = read_event(in->bundle, &in->event, in->framed, in->decided_ms, &r->event);
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
    return catch_up(r) && tell_doors(r) && tell_agencies(r);
}

static bool finish(struct run *r, struct judged *out)
{
    struct person *after = ARENA_NEW(r->arena, struct person);
    if (!after)
        return err_memory(r->e);
    draft_view(&r->draft, after);
    *out = (struct judged){
        .decisions = r->decisions.items,     .decision_count = r->decisions.count,
        .disclosures = r->disclosures.items, .disclosure_count = r->disclosures.count,
        .notices = r->notices.items,         .notice_count = r->notices.count,
        .links = r->links.items,             .link_count = r->links.count,
        .after = r->draft.changed ? after : r->in->facts,
        .facts_changed = r->draft.changed,   .error = r->error,
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
