/* generate_event.c - random facts of a person, and random events, for one bundle. */
#include <stdlib.h>

#include "reference.h"

struct maker {
    struct arena *arena;
    struct ref_random *random;
    const struct catalogue *catalogue;
    const struct ref_bundle *bundle;
    int64_t at_ms;
};

#define PICK(m, list) (list)[ref_below((m)->random, sizeof(list) / sizeof(list)[0])]

static size_t below(const struct maker *m, size_t n)
{
    return ref_below(m->random, n);
}

static bool chance(const struct maker *m, unsigned percent)
{
    return ref_chance(m->random, percent);
}

const char *ref_pick_text(struct ref_random *r, const struct ref_bundle *b)
{
    static const char *const texts[] = { "",
                                         "A",
                                         "a",
                                         "B",
                                         "W7 STROKE",
                                         "home",
                                         "it's",
                                         "say \"no\"",
                                         "back\\slash",
                                         "M\xc3\xbcller",
                                         "10",
                                         "2",
                                         "2026-03-29",
                                         "2026-03-29T01:30:00Z",
                                         "2026-03-29T01:30",
                                         "1941-11-01",
                                         "E1",
                                         "admitted",
                                         "1941",
                                         "Ward 7",
                                         "agency-0",
                                         "agency-1/",
                                         "P1",
                                         "urgent" };
    if (ref_chance(r, 25))
        return b->services[ref_below(r, b->service_count)].name;
    return texts[ref_below(r, sizeof texts / sizeof texts[0])];
}

/* ---- facts ---- */

/* One of few moments, so that two words are now and then of one. */
static int64_t some_time(const struct maker *m)
{
    return m->at_ms - (int64_t)(1 + below(m, 6)) * 3600000;
}

static int some_service(const struct maker *m)
{
    return (int)below(m, m->bundle->service_count);
}

static int some_or_all(const struct maker *m)
{
    return chance(m, 50) ? -1 : some_service(m);
}

/* Mostly the agency whose service it is. */
static size_t some_claimant(const struct maker *m, int service)
{
    return service >= 0 && chance(m, 60) ? m->bundle->services[service].agency
                                         : below(m, m->bundle->agency_count);
}

static void make_relationships(const struct maker *m, struct ref_facts *f)
{
    size_t n = below(m, 2 * m->bundle->service_count);
    f->relationships = ARENA_ARRAY(m->arena, n + 1, struct ref_relationship);
    for (; f->relationship_count < n; f->relationship_count++)
        f->relationships[f->relationship_count] = (struct ref_relationship){
            .kind = PICK(m, ref_relationships), .with = some_service(m), .is_open = chance(m, 80)
        };
    for (size_t i = 0; i < n; i++)
        f->relationships[i].by = some_claimant(m, f->relationships[i].with);
}

/* Of half of the persons nobody has said a birth date, and nothing is in doubt but for who may not
 * use numbers; of the others few dates, so that agencies agree, disagree, and say nothing. */
static void make_births(const struct maker *m, struct ref_facts *f)
{
    size_t n = chance(m, 50) ? 1 + below(m, 6) : 0;
    size_t *alike = ARENA_ARRAY(m->arena, m->bundle->agency_count, size_t);
    f->births = ARENA_ARRAY(m->arena, n + m->bundle->agency_count, struct ref_birth);
    for (size_t i = 0; i < n; i++) {
        size_t agency = below(m, m->bundle->agency_count);
        if (m->bundle->entitled[agency] && alike[agency]++ < 2)
            f->births[f->birth_count++] =
                (struct ref_birth){ agency, chance(m, 70) ? "aa" : "bb", some_time(m) };
    }
    for (size_t i = 0; i < m->bundle->agency_count; i++)
        if (!m->bundle->entitled[i] && chance(m, 70))
            f->births[f->birth_count++] = (struct ref_birth){ i, "", some_time(m) };
}

/* Often one that is raised and lifted at one moment, as extracts that know days only tell it. */
static void make_restrictions(const struct maker *m, struct ref_facts *f)
{
    size_t n = below(m, 5);
    f->restrictions = ARENA_ARRAY(m->arena, 2 * n + 1, struct ref_restriction);
    for (size_t i = 0; i < n; i++) {
        struct ref_restriction r = { ref_restrictions[below(m, 3)], chance(m, 40), some_time(m),
                                     (int)below(m, 3) - 1 };
        f->restrictions[f->restriction_count++] = r;
        r.stands = !r.stands;
        if (chance(m, 40))
            f->restrictions[f->restriction_count++] = r;
    }
}

/* What people have said of some conflict, whatever it was: some words count no more. */
static void make_settlements(const struct maker *m, struct ref_facts *f)
{
    size_t n = chance(m, 30) ? 1 + below(m, 2) : 0;
    f->settlements = ARENA_ARRAY(m->arena, n + 1, struct ref_settlement);
    for (; f->settlement_count < n; f->settlement_count++) {
        struct ref_settlement *s = &f->settlements[f->settlement_count];
        *s = (struct ref_settlement){ .purpose = chance(m, 60) ? PICK(m, ref_purposes) : NULL,
                                      .to = some_service(m),
                                      .yes = chance(m, 50),
                                      .by = -1 };
        if (s->yes && chance(m, 50))
            s->by = (int)below(m, m->bundle->agency_count);
        size_t words = s->purpose ? f->consent_count : f->objection_count;
        s->overrules = ARENA_ARRAY(m->arena, REF_WORDS_MAX, bool);
        for (size_t i = 0; i < words; i++)
            s->overrules[i] = chance(m, 50);
    }
}

/* A no, behind it a yes of the same agency that mostly never held (no capacity, or ended before it
 * was said), and last a yes of anybody's that holds: only whether the second counts decides. */
static void add_yes_over_no(const struct maker *m, struct ref_facts *f)
{
    const int source = some_service(m);
    const int64_t at_ms = some_time(m);
    struct ref_consent c = { .purpose = PICK(m, ref_purposes),
                             .to = some_or_all(m),
                             .basis = "",
                             .capacity = "",
                             .at_ms = at_ms - 2,
                             .until_ms = INT64_MAX,
                             .source = source };
    for (size_t i = 0; i < 3; i++) {
        c.granted = i > 0;
        c.number = f->consent_count;
        c.at_ms = at_ms - 2 + (int64_t)i;
        c.until_ms = i == 1 && chance(m, 40) ? c.at_ms - (int64_t)below(m, 2) : INT64_MAX;
        c.capacity = i == 1 && chance(m, 40) ? "lacks-capacity" : "";
        c.source = i < 2 ? source : some_service(m);
        f->consents[f->consent_count++] = c;
    }
}

static void make_words(const struct maker *m, struct ref_facts *f)
{
    static const char *const bases[] = { "", "explicit", "best-interests" };
    static const char *const capacities[] = { "", "", "has-capacity", "lacks-capacity" };
    size_t n = below(m, 6);
    f->consents = ARENA_ARRAY(m->arena, n + 3, struct ref_consent);
    for (; f->consent_count < n; f->consent_count++) {
        struct ref_consent *c = &f->consents[f->consent_count];
        *c = (struct ref_consent){ .purpose = chance(m, 10) ? "" : PICK(m, ref_purposes),
                                   .to = some_or_all(m),
                                   .granted = chance(m, 70),
                                   .basis = PICK(m, bases),
                                   .capacity = PICK(m, capacities),
                                   .at_ms = some_time(m),
                                   .until_ms = INT64_MAX,
                                   .source = some_service(m),
                                   .number = f->consent_count };
        if (c->granted && chance(m, 30))
            c->until_ms = m->at_ms + (int64_t)below(m, 3) - 1;
        else if (c->granted && chance(m, 10))
            c->until_ms = c->at_ms - (int64_t)below(m, 2);
        if (f->consent_count &&
            chance(m, 40)) { /* the same question as the one before, often by the same */
            c->purpose = c[-1].purpose;
            c->to = c[-1].to;
            if (chance(m, 60))
                c->source = c[-1].source;
        }
    }
    if (chance(m, 25))
        add_yes_over_no(m, f);
    n = below(m, 4);
    f->objections = ARENA_ARRAY(m->arena, n + 1, struct ref_objection);
    for (; f->objection_count < n; f->objection_count++)
        f->objections[f->objection_count] =
            (struct ref_objection){ some_or_all(m), chance(m, 50), some_time(m), some_service(m),
                                    f->objection_count };
    make_restrictions(m, f);
    make_settlements(m, f);
}

static void make_responsible(const struct maker *m, struct ref_facts *f)
{
    size_t n = below(m, 5);
    f->responsible = ARENA_ARRAY(m->arena, n + 1, struct ref_responsible);
    for (; f->responsible_count < n; f->responsible_count++)
        f->responsible[f->responsible_count] =
            (struct ref_responsible){ PICK(m, ref_functions),
                                      chance(m, 15) ? -1 - (int)below(m, 2) : some_service(m),
                                      some_time(m), 0 };
    for (size_t i = 0; i < n; i++)
        f->responsible[i].by = some_claimant(m, f->responsible[i].service);
}

/* An earlier event that is one of these kinds; its days few, so that many fall on the same. */
static void add_past(const struct maker *m, const struct ref_kinds *of, int64_t decided_ms,
                     struct ref_facts *f)
{
    static const char *const episodes[] = { "E1", "E2", "E3" };
    const struct ref_kind *k = &of->at[below(m, of->n)];
    int source = some_service(m);
    f->past[f->past_count++] =
        (struct ref_past){ .agency = m->bundle->services[source].agency,
                           .source = source,
                           .schema = k->schema,
                           .kind = k->kind,
                           .episode = PICK(m, episodes),
                           .occurred_ms = m->at_ms - (int64_t)below(m, 5) * 12 * REF_DAY_MS,
                           .decided_ms = decided_ms,
                           .retracted = chance(m, 20) };
}

/* Endings that clauses last beyond, by a millisecond more or less or by days, and beginnings
 * between them. */
static void make_past(const struct maker *m, struct ref_facts *f)
{
    const struct ref_bundle *b = m->bundle;
    f->past = ARENA_ARRAY(m->arena, 2 * b->clause_count + 1, struct ref_past);
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct ref_clause *c = &b->clauses[i];
        if (!c->lasting_kind || f->past_count >= 8 || !chance(m, 60))
            continue;
        int64_t ago = c->lasting_days * REF_DAY_MS + (int64_t)below(m, 3) - 1;
        add_past(m, &b->ending, chance(m, 60) ? m->at_ms - ago : m->at_ms - 5 * REF_DAY_MS, f);
        if (b->beginning.n && chance(m, 50))
            add_past(m, &b->beginning, m->at_ms - REF_DAY_MS, f);
    }
}

struct ref_facts *ref_random_facts(struct arena *a, struct ref_random *r,
                                   const struct ref_bundle *b, int64_t at_ms,
                                   const struct catalogue *c)
{
    struct ref_facts *f = ARENA_NEW(a, struct ref_facts);
    struct maker m = { a, r, c, b, at_ms };
    if (!f)
        abort();
    make_relationships(&m, f);
    make_words(&m, f);
    make_responsible(&m, f);
    f->deaths = ARENA_ARRAY(a, 2, struct ref_death);
    while (f->death_count < 2 && ref_chance(r, 15))
        f->deaths[f->death_count++].is_formal = ref_chance(r, 50);
    make_past(&m, f);
    make_births(&m, f);
    return f;
}

/* ---- events ---- */

static void pick_event(const struct maker *m, struct ref_event *ev)
{
    const struct ref_bundle *b = m->bundle;
    const struct ref_clause *c = &b->clauses[below(m, b->clause_count)];
    const struct ref_kind *k = &c->share.at[below(m, c->share.n)];
    ev->schema = k->schema;
    ev->kind = k->kind;
    ev->source = some_service(m);
    for (size_t tries = 0; tries < 40 && chance(m, 95); tries++) {
        const struct ref_service *s = &b->services[ev->source];
        for (size_t i = 0; i < c->from.n; i++)
            if (ref_same(c->from.at[i], s->name) || ref_same(c->from.at[i], s->role))
                return;
        ev->source = some_service(m);
    }
    while (chance(m, 5) || !catalogue_at(m->catalogue, ev->schema)->kind_count) {
        ev->schema = below(m, catalogue_count(m->catalogue));
        if (catalogue_at(m->catalogue, ev->schema)->internal)
            ev->schema = k->schema;
        ev->kind = below(m, catalogue_at(m->catalogue, ev->schema)->kind_count);
    }
}

static const char *text_for_slot(const struct maker *m, const struct slot *s)
{
    static const char *const born[] = { "1941-11-01", "1941-11",    "1941",
                                        "2008-03-28", "2008-03-29", "2008-03-30",
                                        "2008-02-29", "1961-03-31", "2007-04-01" };
    if (s->vocabulary_count)
        return arena_text(m->arena, s->vocabulary[below(m, s->vocabulary_count)]);
    if (s->symbol_count)
        return arena_text(m->arena, s->symbols[below(m, s->symbol_count)]);
    if (slice_equal_text(s->path, "person.birth_date"))
        return PICK(m, born);
    return ref_pick_text(m->random, m->bundle);
}

static struct ref_value some_value(const struct maker *m, const struct slot *s)
{
    struct ref_value v = { .sort = REF_NULL };
    if (s->nullable && chance(m, 35))
        return v;
    switch (s->type) {
    case SLOT_STRING:
    case SLOT_ENUM:
        return (struct ref_value){ .sort = REF_IS_TEXT, .text = text_for_slot(m, s) };
    case SLOT_INT:
    case SLOT_LONG:
        v.number =
            s->is_time_ms ? m->at_ms - (int64_t)below(m, 8) * 43200000 : (int64_t)below(m, 90);
        v.sort = REF_IS_NUMBER;
        return v;
    case SLOT_BOOLEAN:
        return (struct ref_value){ .sort = REF_IS_BOOL, .number = (int64_t)below(m, 2) };
    case SLOT_ARRAY:
        break;
    default:
        return v;
    }
    if (s->item)
        return (struct ref_value){ .sort = REF_IS_RECORDS, .number = (int64_t)below(m, 1000) };
    v.sort = REF_IS_TEXTS;
    v.texts.at = ARENA_ARRAY(m->arena, 3, const char *);
    for (v.texts.n = 0; v.texts.n < 3 && chance(m, 60);)
        v.texts.at[v.texts.n++] = ref_pick_text(m->random, m->bundle);
    return v;
}

struct ref_value ref_random_value(struct arena *a, struct ref_random *r, const struct ref_bundle *b,
                                  const struct slot *s, int64_t at_ms)
{
    struct maker m = { a, r, NULL, b, at_ms };
    return some_value(&m, s);
}

static void set_text(struct ref_event *ev, int slot, const char *text)
{
    if (slot >= 0)
        ev->values[slot] = text ? (struct ref_value){ .sort = REF_IS_TEXT, .text = text }
                                : (struct ref_value){ .sort = REF_NULL };
}

/* Of a few fields its sender says that they are empty now. */
static void set_cleared(const struct maker *m, struct ref_event *ev)
{
    const struct plan *p = catalogue_at(m->catalogue, ev->schema)->plan;
    struct ref_value *v = &ev->values[plan_header(p)->cleared];
    *v = (struct ref_value){ .sort = REF_IS_TEXTS };
    v->texts.at = ARENA_ARRAY(m->arena, 4, const char *);
    while (v->texts.n < 4 && chance(m, 60)) {
        struct slice path = plan_slot_at(p, below(m, plan_slots(p)))->path;
        bool is_list = slice_ends(path, SLICE("[]"));
        path.n -= is_list && chance(m, 50) ? 2 : 0;
        v->texts.at[v->texts.n++] = arena_text(m->arena, path);
    }
}

/* What the header must say; and no word on who the subject is that a judge would ask back about. */
static void set_header(const struct maker *m, struct ref_event *ev)
{
    const struct schema *s = catalogue_at(m->catalogue, ev->schema);
    const struct header_slots *h = plan_header(s->plan);
    const char *service = m->bundle->services[ev->source].name;
    size_t slash = slice_find(slice_text(service), '/');
    set_text(ev, h->id, arena_format(m->arena, "%032llx", (unsigned long long)ev->serial));
    set_text(ev, h->type, arena_text(m->arena, s->name));
    set_text(ev, h->kind, arena_text(m->arena, s->kinds[ev->kind]));
    set_text(ev, h->action, "asserts");
    set_text(ev, h->source_agency, arena_text(m->arena, slice_head(slice_text(service), slash)));
    set_text(ev, h->source_service, service + slash + 1);
    set_text(ev, h->environment, "live");
    set_text(ev, h->identity_confidence,
             chance(m, 50)  ? "verified"
             : chance(m, 5) ? "local"
                            : NULL);
    set_text(ev, h->episode, ev->episode);
    set_text(ev, h->birth_hash, !chance(m, 40) ? NULL : chance(m, 70) ? "aa" : "bb");
    set_text(ev, h->original, NULL);
    set_text(ev, h->case_reference, NULL);
    set_text(ev, h->reference, chance(m, 30) ? "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a" : NULL);
    set_text(ev, h->reference_of, NULL);
    set_text(ev, plan_slot(s->plan, SLICE("header.unknown_restriction")),
             chance(m, 3) ? "XYZ" : NULL);
    set_cleared(m, ev);
    ev->values[h->occurred] =
        (struct ref_value){ .sort = REF_IS_NUMBER, .number = ev->occurred_ms };
}

struct ref_event *ref_random_event(struct arena *a, struct ref_random *r,
                                   const struct ref_bundle *b, const struct catalogue *c,
                                   int64_t at_ms)
{
    static const char *const episodes[] = { NULL, "E1", "E1", "E2" };
    struct ref_event *ev = ARENA_NEW(a, struct ref_event);
    struct maker m = { a, r, c, b, at_ms };
    if (!ev)
        abort();
    pick_event(&m, ev);
    const struct plan *p = catalogue_at(c, ev->schema)->plan;
    ev->serial = ref_next(r);
    ev->episode = PICK(&m, episodes);
    ev->occurred_ms = at_ms - (int64_t)below(&m, 8) * 43200000;
    ev->value_count = plan_slots(p);
    ev->values = ARENA_ARRAY(a, ev->value_count, struct ref_value);
    for (size_t i = 0; i < ev->value_count; i++)
        ev->values[i] = some_value(&m, plan_slot_at(p, i));
    set_header(&m, ev);
    return ev;
}

/* Mostly around the edges of days that agreements name. */
int64_t ref_random_moment(struct ref_random *r, const struct ref_bundle *b)
{
    const struct ref_agreement *g = &b->agreements[ref_below(r, b->agreement_count)];
    int64_t edges[] = { ref_day_start(g->from), ref_day_end(g->until), 0,
                        ref_day_end(g->extended_until ? g->extended_until : g->until) };
    if (g->stopped && !ref_time(g->stopped, &edges[2]))
        abort();
    int64_t edge = edges[ref_below(r, 4)], usual = ref_day_start("2026-03-29");
    if (ref_chance(r, 40) && edge > usual - 5 * REF_DAY_MS && edge < usual + 9 * REF_DAY_MS)
        return edge + (int64_t)ref_below(r, 3) - 1;
    return usual + (int64_t)ref_below(r, 14 * 24) * 1800000 - 2 * REF_DAY_MS;
}
