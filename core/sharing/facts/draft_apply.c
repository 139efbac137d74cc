/* draft_apply.c - the facts table at work: what an event makes known, and taking that back.
 *
 * No event type is named here: facts.yaml says which kinds do what. Every word is kept with its
 * time of occurring and the event it came from; whoever asks takes the latest (facts_query.c). */
#include "base/clock.h"
#include "sharing/facts/draft.h"

struct effect {
    struct draft *d;
    const struct bundle *b;
    const struct event *ev;
    const struct fact_rule *rule;
    struct err *e;
};

static struct slice field_text(const struct effect *x, const struct fact_value *v)
{
    int slot = v->from == FACT_FIELD ? v->slots[x->ev->schema] : -1;
    return slot < 0 ? (struct slice){ 0 } : view_text(x->ev->view, (size_t)slot);
}

/* Besides a service's number and SERVICE_UNKNOWN: nobody is named, or a service outside the
 * region. */
enum { SERVICE_UNNAMED = -10, SERVICE_FOREIGN = -11 };

static int meant_service(const struct effect *x, const struct fact_value *v)
{
    if (v->from == FACT_SOURCE)
        return x->ev->source;
    if (v->from == FACT_UNKNOWN)
        return SERVICE_UNKNOWN;
    struct slice name = field_text(x, v);
    if (slice_is_empty(name))
        return SERVICE_UNNAMED;
    for (size_t i = 0; i < v->place_count; i++)
        if (slice_equal(v->places[i].text, name))
            return v->places[i].service;
    if (v->place_count)
        return SERVICE_UNKNOWN;
    int service = bundle_service(x->b, name);
    return service < 0 ? SERVICE_FOREIGN : service;
}

#define FORM(type, same, time)                                                                     \
    {                                                                                              \
        same, offsetof(struct type, by), offsetof(struct type, time)                               \
    }

static bool same_relationship(const void *item, const void *like)
{
    const struct relationship *a = item, *b = like;
    return a->with == b->with && a->agency == b->agency && slice_equal(a->kind, b->kind) &&
           slice_equal(a->episode, b->episode);
}

static bool open_relationship(struct effect *x)
{
    static const struct word_form form = { same_relationship,
                                           offsetof(struct relationship, opened_by),
                                           offsetof(struct relationship, opened_ms) };
    int with = meant_service(x, &x->rule->who);
    struct relationship r = { .kind = x->rule->word,
                              .with = (uint16_t)with,
                              .agency = x->ev->agency,
                              .episode = x->ev->episode,
                              .opened_by = x->ev->id,
                              .opened_ms = x->ev->occurred_ms };
    x->d->claims |= with >= 0;
    return with < 0 || draft_word(x->d, &x->d->relationships, &r, &form, x->e);
}

/* The first moment past an expiry. A day counts whole; a text that cannot be read has expired. */
static int64_t until_of(struct slice text)
{
    struct moment m;
    if (slice_is_empty(text))
        return NEVER_MS;
    if (!time_from_iso(text, &m) || m.precision < TIME_DAY)
        return INT64_MIN;
    return m.precision > TIME_DAY ? m.ms : london_day_end(m.ms);
}

static bool have_same_agency(struct slice a, struct slice b)
{
    return slice_equal(source_agency(a), source_agency(b));
}

static bool same_consent(const void *item, const void *like)
{
    const struct consent_fact *a = item, *b = like;
    return a->recipient == b->recipient && slice_equal(a->away, b->away) &&
           slice_equal(a->purpose, b->purpose) && have_same_agency(a->source, b->source);
}

static bool same_objection(const void *item, const void *like)
{
    const struct objection_fact *a = item, *b = like;
    return a->recipient == b->recipient && slice_equal(a->away, b->away) &&
           have_same_agency(a->source, b->source);
}

static bool same_restriction(const void *item, const void *like)
{
    const struct restriction_fact *a = item, *b = like;
    return slice_equal(a->source, b->source) && slice_equal(a->kind, b->kind);
}

static bool same_function(const void *item, const void *like)
{
    const struct responsible_fact *a = item, *b = like;
    return slice_equal(a->function, b->function) && have_same_agency(a->source, b->source);
}

/* The moment a statement counts from. One dated in the future counts from now: otherwise a refusal
 * made before that date would rank as older. */
static int64_t said_ms(const struct effect *x)
{
    return x->ev->occurred_ms < x->ev->decided_ms ? x->ev->occurred_ms : x->ev->decided_ms;
}

/* Whether something is held because words are in conflict: a no may end that too. */
static bool is_conflict_waited_for(const struct draft *d)
{
    const struct hold *holds = d->holds.items;
    for (size_t i = 0; i < d->holds.count; i++)
        if (reason_is_of_conflict(holds[i].reason))
            return true;
    return false;
}

/* A consent names its purpose to the letter, as the agreement does. A refusal for one that no
 * agreement has, however its letters are, counts for every purpose: nobody can tell which was
 * meant. */
static struct slice meant_purpose(const struct effect *x, bool granted)
{
    struct slice said = field_text(x, &x->rule->what);
    const struct words *known = &x->b->compiled->purposes;
    if (granted || words_have(known, said))
        return said;
    for (size_t i = 0; i < known->count; i++)
        if (slice_equal_nocase(known->list[i], said))
            return known->list[i];
    return (struct slice){ 0 };
}

/* A consent for a service outside the region has no effect. A refusal for one counts for
 * everybody. */
static bool add_consent(struct effect *x, bool granted)
{
    static const struct word_form form = FORM(consent_fact, same_consent, occurred_ms);
    int who = meant_service(x, &x->rule->who);
    struct consent_fact f = { .purpose = meant_purpose(x, granted),
                              .granted = granted,
                              .recipient = who < 0 ? -1 : who,
                              .occurred_ms = said_ms(x),
                              .until_ms = until_of(field_text(x, &x->rule->until)),
                              .by = x->ev->id,
                              .capacity = field_text(x, &x->rule->capacity),
                              .basis = field_text(x, &x->rule->basis),
                              .recorder = field_text(x, &x->rule->recorder),
                              .source = x->ev->source_name };
    if (granted && (who == SERVICE_FOREIGN || slice_is_empty(f.purpose)))
        return true;
    x->d->gate |= granted || is_conflict_waited_for(x->d);
    x->d->doors = true;
    return draft_word(x->d, &x->d->consents, &f, &form, x->e);
}

static bool add_objection(struct effect *x, bool stands)
{
    static const struct word_form form = FORM(objection_fact, same_objection, occurred_ms);
    int who = meant_service(x, &x->rule->who);
    struct objection_fact f = { .recipient = who < 0 ? -1 : who,
                                .stands = stands,
                                .occurred_ms = said_ms(x),
                                .by = x->ev->id,
                                .source = x->ev->source_name };
    if (!stands && who == SERVICE_FOREIGN)
        return true;
    x->d->gate |= !stands || is_conflict_waited_for(x->d);
    x->d->doors = true;
    return draft_word(x->d, &x->d->objections, &f, &form, x->e);
}

static bool add_restriction(struct effect *x, bool stands)
{
    static const struct word_form form = FORM(restriction_fact, same_restriction, occurred_ms);
    struct restriction_fact f = { .kind = field_text(x, &x->rule->what),
                                  .stands = stands,
                                  .occurred_ms = said_ms(x),
                                  .by = x->ev->id,
                                  .source = x->ev->source_name };
    if (slice_is_empty(f.kind))
        f.kind = SLICE("unknown");
    x->d->gate |= !stands;
    x->d->doors = true;
    return draft_word(x->d, &x->d->restrictions, &f, &form, x->e);
}

/* Whether one of the last words names somebody else as responsible. A ward move repeats what the
 * admission said, and so opens no gate. */
static bool is_someone_else(const struct draft *d, const struct responsible_fact *f)
{
    const struct responsible_fact *words = d->responsible.items;
    int64_t last_ms = INT64_MIN;
    bool is_other = true;
    for (size_t i = 0; i < d->responsible.count; i++) {
        if (!slice_equal(words[i].function, f->function) || words[i].occurred_ms < last_ms)
            continue;
        bool is_tie = words[i].occurred_ms == last_ms;
        bool differs = words[i].service != f->service;
        is_other = differs || (is_tie && is_other);
        last_ms = words[i].occurred_ms;
    }
    return is_other;
}

/* A service outside the region is somebody, but none of ours. A place that the table does not list,
 * or a word that says so, leaves it unknown. An empty field says nothing. */
static bool add_responsible(struct effect *x)
{
    static const struct word_form form = FORM(responsible_fact, same_function, occurred_ms);
    int who = meant_service(x, &x->rule->who);
    struct responsible_fact f = { .function = x->rule->word,
                                  .service = who,
                                  .occurred_ms = said_ms(x),
                                  .by = x->ev->id,
                                  .source = x->ev->source_name };
    if (who == SERVICE_UNNAMED)
        return true;
    if (who == SERVICE_FOREIGN)
        f.service = SERVICE_OUTSIDE;
    x->d->gate |= is_someone_else(x->d, &f);
    x->d->claims = true;
    return draft_word(x->d, &x->d->responsible, &f, &form, x->e);
}

static bool same_death(const void *item, const void *like)
{
    const struct death_fact *a = item, *b = like;
    return a->is_formal == b->is_formal && have_same_agency(a->source, b->source);
}

static bool add_death(struct effect *x)
{
    static const struct word_form form = FORM(death_fact, same_death, occurred_ms);
    struct death_fact f = { .is_formal = slice_equal_text(field_text(x, &x->rule->what), "formal"),
                            .occurred_ms = said_ms(x),
                            .by = x->ev->id,
                            .source = x->ev->source_name };
    x->d->gate = true;
    x->d->doors = true;
    return draft_word(x->d, &x->d->deaths, &f, &form, x->e);
}

bool draft_link(struct draft *d, uint16_t agency, struct slice local_id, const struct event_id *by,
                struct err *e)
{
    struct local_link *links = d->links.items;
    size_t count = 0, first = 0;
    if (slice_is_empty(local_id))
        return true;
    for (size_t i = d->links.count; i-- > 0;) {
        if (links[i].agency != agency)
            continue;
        if (slice_equal(links[i].local_id, local_id))
            return true;
        count++;
        first = i;
    }
    if (count >= LINKS_MAX) {
        list_remove(&d->links, first);
        d->dropped++;
    }
    links = list_add(d->arena, &d->links);
    if (!links)
        return err_memory(e);
    *links = (struct local_link){ agency, local_id, *by };
    d->changed = true;
    return true;
}

static bool take_effect(struct effect *x)
{
    switch (x->rule->effect) {
    case FACT_OPENS:
        return open_relationship(x);
    case FACT_RESPONSIBLE:
        return add_responsible(x);
    case FACT_GRANTS:
    case FACT_REVOKES:
        return add_consent(x, x->rule->effect == FACT_GRANTS);
    case FACT_OBJECTS:
    case FACT_LIFTS_OBJECTION:
        return add_objection(x, x->rule->effect == FACT_OBJECTS);
    case FACT_DIES:
        return add_death(x);
    case FACT_RESTRICTS:
    case FACT_LIFTS:
        return add_restriction(x, x->rule->effect == FACT_RESTRICTS);
    default:
        return draft_link(x->d, x->ev->agency, field_text(x, &x->rule->what), &x->ev->id, x->e);
    }
}

/* Lifting a restriction is about the source itself: only the service that raised it lifts it. */
static bool may_say(const struct effect *x)
{
    int about = x->rule->effect == FACT_LIFTS ? x->ev->source : meant_service(x, &x->rule->who);
    return sayers_have(&x->rule->by, x->ev->source, about);
}

static bool add_unsaid(struct effect *x, bool closes)
{
    struct unsaid *u = list_add(x->d->arena, &x->d->unsaid);
    if (!u)
        return err_memory(x->e);
    *u = (struct unsaid){ x->rule, closes };
    return true;
}

/* Whether an event says that something is over, and may end it nowhere. */
static bool is_no_closer(const struct effect *x)
{
    const struct fact_rule *r = x->rule;
    if (!kinds_have(r->closed_by, r->closed_by_count, x->ev->kind))
        return false;
    return !r->closers.itself && !sayers_have(&r->closers, x->ev->source, -1);
}

bool draft_apply(struct draft *d, const struct bundle *b, const struct event *ev, struct err *e)
{
    for (size_t i = 0; i < b->fact_count; i++) {
        struct effect x = { d, b, ev, &b->facts[i], e };
        if (is_no_closer(&x) && !add_unsaid(&x, true))
            return false;
        if (!kinds_have(x.rule->on, x.rule->on_count, ev->kind))
            continue;
        bool done = may_say(&x) ? take_effect(&x) : add_unsaid(&x, false);
        if (!done)
            return false;
    }
    return true;
}

/* Takes back what the event `original` made known, as far as ev owns it. */
struct undoing {
    const struct event_id *original;
    const struct event *ev;
};

/* Facts belong to an agency; words about sharing belong to a service. */
static bool is_undone(const struct undoing *u, const struct event_id *by, struct slice source)
{
    if (!event_id_equal(by, u->original))
        return false;
    if (u->ev->is_word)
        return slice_equal(source, u->ev->source_name);
    return have_same_agency(source, u->ev->source_name);
}

static bool remove_relationships(struct list *l, const struct undoing *u)
{
    bool any = false;
    for (size_t i = l->count; i-- > 0;) {
        const struct relationship *r = (const struct relationship *)l->items + i;
        if (r->agency != u->ev->agency || !event_id_equal(&r->opened_by, u->original))
            continue;
        list_remove(l, i);
        any = true;
    }
    return any;
}

static bool remove_births(struct list *l, const struct undoing *u)
{
    bool any = false;
    for (size_t i = l->count; i-- > 0;) {
        const struct birth_fact *f = (const struct birth_fact *)l->items + i;
        if (f->agency != u->ev->agency || !event_id_equal(&f->by, u->original))
            continue;
        list_remove(l, i);
        any = true;
    }
    return any;
}

/* id_at, source_at: where in an item its event's id and its source stand. */
static bool remove_by(struct list *l, size_t id_at, size_t source_at, const struct undoing *u)
{
    bool any = false;
    for (size_t i = l->count; i-- > 0;) {
        const uint8_t *item = (const uint8_t *)l->items + i * l->item_bytes;
        struct event_id by;
        struct slice source;
        memcpy(&by, item + id_at, sizeof by);
        memcpy(&source, item + source_at, sizeof source);
        if (!is_undone(u, &by, source))
            continue;
        list_remove(l, i);
        any = true;
    }
    return any;
}
#define REMOVE(list, type)                                                                         \
    remove_by(&d->list, offsetof(struct type, by), offsetof(struct type, source), &u)

void draft_undo(struct draft *d, const struct event_id *original, const struct event *ev)
{
    const struct undoing u = { original, ev };
    bool doors = REMOVE(consents, consent_fact);
    doors |= REMOVE(objections, objection_fact);
    doors |= REMOVE(restrictions, restriction_fact);
    doors |= REMOVE(deaths, death_fact);
    bool others = remove_relationships(&d->relationships, &u);
    others |= REMOVE(responsible, responsible_fact);
    bool shown = remove_births(&d->births, &u);
    d->doors |= doors;
    d->gate |= doors || others;
    d->claims |= others;
    d->shown |= shown;
    d->changed |= doors || others || shown;
}
