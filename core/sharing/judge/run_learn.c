/* run_learn.c - what an event makes known, what it replaces, and what it takes back (law 10).
 *
 * An event may come after its own correction or retraction. It is then noted, so that both find it,
 * and makes nothing known. A retraction follows each disclosure of each version of the event, one
 * by one: a door may have sent the first and still hold the second. Nobody else gets it. */
#include "sharing/facts/claimed.h"
#include "sharing/judge/released.h"
#include "sharing/decide/decide.h"
#include "sharing/facts/owner.h"
#include "sharing/judge/run.h"

static bool learn_identity(struct run *r, const struct event *ev)
{
    struct draft *d = &r->draft;
    if (!claimed_note_birth(d, r->in->bundle, ev, r->e))
        return false;
    struct slice confidence = view_text(ev->view, (size_t)ev->slots->identity_confidence);
    bool is_news = !d->verified && slice_equal_text(confidence, "verified");
    d->verified |= is_news;
    d->changed |= is_news;
    r->identified |= is_news || d->shown;
    return true;
}

/* Whether some agency's birth date is that one. */
static bool is_birth_on_file(const struct run *r, struct slice born)
{
    struct person p;
    draft_view(&r->draft, &p);
    for (size_t i = 0; i < p.birth_count; i++)
        if (slice_equal(claimed_birth(&p, p.births[i].agency), born))
            return true;
    return false;
}

bool run_joins(const struct run *r, const struct event *ev)
{
    struct slice confidence = view_text(ev->view, (size_t)ev->slots->identity_confidence);
    struct slice born = view_text(ev->view, (size_t)ev->slots->birth_hash);
    if (!slice_equal_text(confidence, "unverified"))
        return true;
    return !slice_is_empty(born) && is_birth_on_file(r, born);
}

static bool learn_link(struct run *r, const struct event *ev)
{
    struct slice confidence = view_text(ev->view, (size_t)ev->slots->identity_confidence);
    if (slice_equal_text(confidence, "local"))
        return true; /* the agency derived the key from that very id */
    return draft_link(&r->draft, ev->agency, view_text(ev->view, (size_t)ev->slots->local_id),
                      &ev->id, r->e);
}

/* Marks that x no longer stands, and ends its holds. Reopened holds wait for `by`, which corrects
 * it (NULL: nothing does). */
static bool strike_event(struct run *r, struct episode_event *x, const struct event *ev,
                         const struct event *by, enum reason why)
{
    const struct event_id id = x->id;
    x->retracted = true;
    x->replaced = why == REASON_REPLACED;
    x->bytes = (struct slice){ 0 };
    r->draft.changed = true;
    draft_undo(&r->draft, &id, ev);
    return run_end_holds(r, &id, by, why);
}

/* ---- what waited for it ---- */

static bool note_claim(struct run *r, const struct event_id *id, struct slice source)
{
    char hex[ID_HEX];
    id_hex(id->b, hex);
    r->overstepped++;
    return run_note(r, arena_format(r->arena, "%s: %s of %.*s", reason_code(REASON_NOT_YOURS), hex,
                                    SHOWN(source)));
}

/* Strikes versions that came before ev, and turn out to replace another owner's event; and whatever
 * has replaced those since. */
static bool drop_versions(struct run *r, const struct event *ev)
{
    struct episode_event *events = r->draft.events.items;
    for (size_t i = 0; i < r->draft.events.count; i++) {
        struct episode_event *x = &events[i];
        if (!event_id_equal(&x->original, &ev->id) || owner_is_same(x, ev))
            continue;
        struct episode_event *newest = draft_newest(&r->draft, x);
        const struct event own = { .source_name = newest->source,
                                   .agency = newest->agency,
                                   .type = newest->type,
                                   .episode = newest->episode,
                                   .decided_ms = ev->decided_ms,
                                   .is_word = true };
        x->original = (struct event_id){ { 0 } };
        r->draft.changed = true;
        r->draft.doors = true;
        if (!newest->retracted && !strike_event(r, newest, &own, NULL, REASON_NOT_YOURS))
            return false;
        draft_settle(&r->draft, r->in->bundle, &own); /* what it ended goes on */
        if (!note_claim(r, &newest->id, newest->source))
            return false;
    }
    return true;
}

bool run_drop_claims(struct run *r, const struct event *ev)
{
    struct event_id by;
    struct slice source;
    for (;;) {
        if (!draft_drop_early(&r->draft, ev, &by, &source, r->e))
            return false;
        if (!event_id_is_set(&by))
            break;
        if (!note_claim(r, &by, source))
            return false;
    }
    return drop_versions(r, ev);
}

/* ---- learning ---- */

static const char *const says[] = {
    [FACT_OPENS] = "opens ",        [FACT_RESPONSIBLE] = "responsible ",
    [FACT_GRANTS] = "grants",       [FACT_REVOKES] = "revokes",
    [FACT_OBJECTS] = "objects",     [FACT_LIFTS_OBJECTION] = "lifts_objection",
    [FACT_RESTRICTS] = "restricts", [FACT_LIFTS] = "lifts",
    [FACT_LINKS] = "links",         [FACT_DIES] = "dies",
};

/* "facts.not-allowed: facts.yaml:12 opens open-case" */
static bool note_unsaid(struct run *r)
{
    const struct unsaid *list = r->draft.unsaid.items;
    for (size_t i = 0; i < r->draft.unsaid.count; i++) {
        const struct fact_rule *f = list[i].rule;
        const char *what = list[i].closes ? "closes " : says[f->effect];
        const char *text = arena_format(r->arena, "facts.not-allowed: facts.yaml:%u %s%.*s",
                                        f->line, what, SHOWN(f->word));
        if (!run_note(r, text))
            return false;
    }
    r->not_allowed += (unsigned)r->draft.unsaid.count;
    r->draft.unsaid.count = 0;
    return true;
}

/* Strikes the event that ev replaces. *id: its id; zeros: ev replaces nothing. *was_taken_back: the
 * event was retracted with all its versions. */
static bool replace_original(struct run *r, const struct event *ev, struct event_id *id,
                             bool *was_taken_back)
{
    *was_taken_back = false;
    *id = (struct event_id){ { 0 } };
    if (!ev->replaces)
        return true;
    *id = ev->original;
    struct episode_event *original = draft_original(&r->draft, ev);
    if (!original)
        return true;
    *id = original->id;
    if (!original->retracted)
        return strike_event(r, original, ev, ev, REASON_REPLACED);
    *was_taken_back = !original->replaced;
    return true;
}

bool run_learn(struct run *r, const struct event *ev, enum arrival *how)
{
    struct draft *d = &r->draft;
    struct event_id original;
    bool was_taken_back = false;
    *how = ARRIVED_RETRACTED;
    if (!replace_original(r, ev, &original, &was_taken_back))
        return false;
    if (!was_taken_back && !draft_arrival(d, ev, how, r->e))
        return false;
    if (!learn_identity(r, ev))
        return false;
    if (!draft_record(d, r->in->bundle, ev, r->e))
        return false;
    struct episode_event *x = draft_event(d, &ev->id);
    x->original = original;
    draft_date(d, x);
    if (!refusal_follow(d, r->in->bundle, ev, &original, r->e))
        return false;
    struct episode_event *newest = draft_newest(d, x);
    bool is_replaced = newest != x;
    if (*how == ARRIVED_RETRACTED && is_replaced &&
        !strike_event(r, newest, ev, NULL, REASON_RETRACTED))
        return false;
    if (*how == ARRIVED_STANDING) {
        if (!draft_apply(d, r->in->bundle, ev, r->e) || !note_unsaid(r))
            return false;
    } else if (!strike_event(r, x, ev, NULL, is_replaced ? REASON_REPLACED : REASON_RETRACTED)) {
        return false;
    }
    draft_settle(d, r->in->bundle, ev);
    return learn_link(r, ev);
}

/* ---- who got it ---- */

static bool add_receivers(struct run *r, const struct episode_event *x, struct list *out)
{
    for (size_t i = x->receiver_count; i-- > 0;) {
        struct receiver *item = list_add(r->arena, out);
        if (!item)
            return err_memory(r->e);
        *item = x->receivers[i];
    }
    return true;
}

static void reverse_receivers(struct receiver *list, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        struct receiver swap = list[i];
        list[i] = list[n - 1 - i];
        list[n - 1 - i] = swap;
    }
}

bool run_receivers(struct run *r, const struct event_id *newest, struct episode_event *out)
{
    const struct episode_event *x = draft_event(&r->draft, newest);
    struct list all;
    list_init(&all, sizeof(struct receiver));
    for (size_t steps = 0; x && steps < EVENTS_MAX; steps++, x = draft_replaced(&r->draft, x))
        if (!add_receivers(r, x, &all))
            return false;
    reverse_receivers(all.items, all.count);
    *out = (struct episode_event){ .id = *newest,
                                   .receivers = all.items,
                                   .receiver_count = all.count };
    return true;
}

/* ---- taking back ---- */

/* Sends a retraction: ids and kind only, never fields. */
static bool retract_from(struct run *r, const struct event *ev, const struct receiver *got,
                         unsigned again)
{
    struct decision d = { .event = ev->id,
                          .to = { got->service },
                          .outcome = OUTCOME_DISCLOSE,
                          .reason = reason_code(REASON_DISCLOSED),
                          .schema = (uint16_t)ev->schema,
                          .kind = ev->kind_name,
                          .source = ev->source_name };
    struct sending how = { .clause = got->clause,
                           .original = slice_text(got->id.text),
                           .action = SLICE("retracts"),
                           .again = again };
    if (!event_had(r->in->bundle, r->arena, ev, &d.withheld, r->e))
        return false;
    return run_disclose(r, ev, &d, &how) && run_decision(r, &d);
}

/* How many of the first n went to the service of the one after them. */
static unsigned count_alike(const struct receiver *list, size_t n)
{
    unsigned alike = 0;
    for (size_t i = 0; i < n; i++)
        alike += list[i].service == list[n].service;
    return alike;
}

/* ev under the kind of what it takes back: who got that hears no other word for it. */
static struct event as_was_told(const struct run *r, const struct event *ev,
                                const struct event_id *newest)
{
    const struct episode_event *x = draft_event(&r->draft, newest);
    struct event told = *ev;
    int64_t kind = x ? bundle_kind(r->in->bundle, ev->schema, x->kind) : -1;
    if (kind < 0)
        return told;
    told.kind = (uint32_t)kind;
    told.kind_name = x->kind;
    return told;
}

bool run_take_back(struct run *r, const struct event *ev, const struct event_id *newest,
                   enum reason others)
{
    struct episode_event was;
    const struct event told = as_was_told(r, ev, newest);
    if (!run_receivers(r, newest, &was))
        return false;
    r->draft.doors |= was.receiver_count > 0;
    for (size_t i = 0; i < was.receiver_count; i++)
        if (!retract_from(r, &told, &was.receivers[i], count_alike(was.receivers, i)))
            return false;
    return run_alike(r, &told, OUTCOME_WITHHOLD, others, &was);
}

bool run_retraction(struct run *r, const struct event *ev)
{
    struct episode_event *x = draft_original(&r->draft, ev);
    if (!x) {
        /* An event that fell out of the list may still have made something known. */
        if (event_id_is_set(&ev->original))
            draft_undo(&r->draft, &ev->original, ev);
        if (!draft_await(&r->draft, ev, r->e))
            return false;
        return run_alike(r, ev, OUTCOME_WITHHOLD, REASON_RETRACTION_WITHOUT_ORIGINAL, NULL);
    }
    if (!draft_forget(&r->draft, &ev->id, ev->source_name, r->e))
        return false;
    if (x->retracted)
        return run_alike(r, ev, OUTCOME_WITHHOLD, REASON_RETRACTED, NULL);
    const struct event_id newest = x->id;
    if (!strike_event(r, x, ev, NULL, REASON_RETRACTED))
        return false;
    draft_settle(&r->draft, r->in->bundle, ev);
    return run_take_back(r, ev, &newest, REASON_RETRACTION_FOLLOWS);
}
