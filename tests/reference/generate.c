/* generate.c - random bundles: agencies, agreements with versions and approvals, clauses,
 * prohibitions.
 *
 * Few types, words and days, so that chance brings them together. */
#include <stdlib.h>

#include "reference.h"

#define TYPES REF_TYPES

const char *const ref_relationships[4] = { "open-case", "inpatient", "care-package", "tenancy" };
const char *const ref_functions[3] = { "adult-social-care", "homelessness", "safeguarding" };
const char *const ref_restrictions[5] = { "location", "record", "unknown", "location-unchecked",
                                          "deceased" };
const char *const ref_purposes[3] = { "individual-care", "housing-adaptation", "duty-to-refer" };

static const char *const roles[] = { "acute-trust",       "community-health",  "gp",
                                     "care-transfer-hub", "adult-social-care", "safeguarding",
                                     "homelessness",      "adaptations",       "landlord",
                                     "care-provider" };

struct maker {
    struct arena *arena;
    struct ref_random *random;
    const struct catalogue *catalogue;
    struct ref_bundle *bundle;
    const size_t *types; /* the bundle's */
    bool obliges_much;
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

static void add_word(const struct maker *m, struct ref_words *w, const char *word)
{
    const char **grown = ARENA_ARRAY(m->arena, w->n + 1, const char *);
    for (size_t i = 0; i < w->n; i++) {
        grown[i] = w->at[i];
        if (ref_same(grown[i], word))
            return;
    }
    grown[w->n++] = word;
    w->at = grown;
}

static bool has_word(const struct ref_words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (ref_same(w->at[i], word))
            return true;
    return false;
}

/* ---- region ---- */

static void make_region(const struct maker *m, const struct ref_size *size)
{
    struct ref_bundle *b = m->bundle;
    b->agencies = ARENA_ARRAY(m->arena, size->agencies, const char *);
    b->services = ARENA_ARRAY(m->arena, size->services, struct ref_service);
    b->entitled = ARENA_ARRAY(m->arena, size->agencies, bool);
    for (size_t i = 0; i < size->agencies; i++) {
        b->agencies[i] = arena_format(m->arena, "agency-%zu", i);
        b->entitled[i] = chance(m, 80);
    }
    b->agency_count = size->agencies;
    for (size_t i = 0; i < size->services; i++) {
        size_t agency = i * size->agencies / size->services;
        b->services[i] = (struct ref_service){
            agency, arena_format(m->arena, "agency-%zu/service-%zu", agency, i), PICK(m, roles)
        };
    }
    b->service_count = size->services;
}

/* Some types that can be disclosed, the stay most often: it has most kinds. */
static void pick_types(struct maker *m)
{
    for (size_t i = 0; i < TYPES; i++) {
        const struct schema *s;
        do {
            m->bundle->types[i] = below(m, catalogue_count(m->catalogue));
            s = catalogue_at(m->catalogue, m->bundle->types[i]);
        } while (s->internal || !s->disclosable || s->kind_count == 0);
    }
    m->types = m->bundle->types;
}

static bool has_kind(const struct ref_kinds *k, size_t schema, size_t kind)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->at[i].schema == schema && k->at[i].kind == kind)
            return true;
    return false;
}

/* Kinds of one type stand together, as a YAML map has them. */
static struct ref_kinds some_kinds(const struct maker *m)
{
    struct ref_kinds k = { ARENA_ARRAY(m->arena, 16, struct ref_kind), 0 };
    size_t types = chance(m, 80) ? 1 : 2, before = SIZE_MAX;
    for (size_t t = 0; t < types; t++) {
        size_t schema = m->types[below(m, TYPES)], wanted = 1 + below(m, 5);
        const struct schema *s = catalogue_at(m->catalogue, schema);
        for (size_t i = 0; i < wanted && schema != before; i++) {
            size_t kind = below(m, s->kind_count);
            if (!has_kind(&k, schema, kind))
                k.at[k.n++] = (struct ref_kind){ schema, kind };
        }
        before = schema;
    }
    return k;
}

/* Whether nothing else is meant by the last word of its name. */
static bool is_clear(const struct maker *m, struct slice word)
{
    size_t n = 0;
    for (unsigned i = 0; i < catalogue_category_count(m->catalogue); i++) {
        struct slice name = catalogue_category(m->catalogue, i);
        size_t dot = slice_find(name, '.');
        n += slice_equal(slice_from(name, dot + 1), word);
        n += 2 * slice_equal(slice_head(name, dot), word);
    }
    return word.n && n == 1;
}

static const char *some_category(const struct maker *m)
{
    for (;;) {
        const struct plan *p = catalogue_at(m->catalogue, m->types[below(m, TYPES)])->plan;
        unsigned n = plan_slot_at(p, below(m, plan_slots(p)))->category;
        struct slice name = catalogue_category(m->catalogue, n);
        struct slice word = slice_from(name, slice_find(name, '.') + 1);
        bool is_group = chance(m, 15);
        if (slice_equal_text(name, "always") || slice_equal_text(name, "never"))
            continue;
        if (is_group && !slice_starts(name, SLICE("free-text")))
            name = slice_head(name, slice_find(name, '.'));
        else if (chance(m, 10) && is_clear(m, word))
            name = word;
        return arena_text(m->arena, name);
    }
}

/* ---- agreements ---- */

static const char *some_day(const struct maker *m, const char *usual)
{
    static const char *const days[] = { "2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30",
                                        "2026-03-31", "2026-04-01", "2026-04-02" };
    return chance(m, 35) ? PICK(m, days) : usual;
}

/* What was ordered later: that it stops, or goes on for a short while. */
static void make_orders(const struct maker *m, struct ref_agreement *g)
{
    static const char *const stops[] = { "2026-03-28T10:00:00Z", "2026-03-29T02:00:00+01:00",
                                         "2026-04-01T00:00:00Z" };
    if (chance(m, 8)) {
        g->stopped = PICK(m, stops);
        g->is_stopped_in_all_versions = chance(m, 40);
    }
    if (chance(m, 30) && strcmp(g->until, "2026-04-03") < 0)
        g->extended_until = strcmp(g->until, "2026-04-01") < 0 ? "2026-04-01" : "2026-04-05";
}

static void make_agreement(const struct maker *m, size_t n)
{
    static const char *const confidentialities[] = { "implied-consent",  "implied-consent",
                                                     "explicit-consent", "explicit-consent",
                                                     "statutory-duty",   "public-interest" };
    struct ref_agreement *g = &m->bundle->agreements[n];
    size_t from = n > 0 && chance(m, 35) ? below(m, n) : n;
    *g = (struct ref_agreement){ .name = from == n ? arena_format(m->arena, "agreement-%zu", n)
                                                   : m->bundle->agreements[from].name,
                                 .version = (unsigned)(n * 7 % 101 + 1), /* unlike, in no order */
                                 .purpose = PICK(m, ref_purposes),
                                 .confidentiality = PICK(m, confidentialities),
                                 .from = some_day(m, "2025-01-01"),
                                 .until = some_day(m, "2034-12-31") };
    if (strcmp(g->until, g->from) < 0)
        g->until = g->from;
    while (g->parties.n < 2 || chance(m, 60))
        add_word(m, &g->parties, m->bundle->agencies[below(m, m->bundle->agency_count)]);
    for (size_t i = 0; i < g->parties.n; i++)
        if (chance(m, 95))
            add_word(m, &g->approved, g->parties.at[i]);
    make_orders(m, g);
}

/* Services and roles; among the parties where there are such. */
static struct ref_words some_services(const struct maker *m, const struct ref_words *parties)
{
    const struct ref_bundle *b = m->bundle;
    struct ref_words w = { NULL, 0 };
    size_t wanted = 1 + below(m, 3);
    while (w.n < wanted) {
        const struct ref_service *s = &b->services[below(m, b->service_count)];
        if (parties && !has_word(parties, b->agencies[s->agency]))
            continue;
        const char *word = chance(m, 65) ? s->role : s->name;
        if (has_word(&w, word))
            wanted--;
        else
            add_word(m, &w, word);
    }
    return w;
}

static struct ref_words some_categories(const struct maker *m, size_t most)
{
    struct ref_words w = { NULL, 0 };
    size_t wanted = 1 + below(m, most);
    for (size_t i = 0; i < wanted; i++)
        add_word(m, &w, some_category(m));
    return w;
}

/* ---- fields by name ---- */

static bool is_for_agreements(const struct maker *m, const struct slot *s)
{
    return s->category != catalogue_always(m->catalogue) &&
           s->category != catalogue_never(m->catalogue);
}

static bool has_fellow(const struct plan *p, size_t slot)
{
    for (size_t i = 0; i < plan_slots(p); i++)
        if (i != slot && plan_slot_at(p, i)->category == plan_slot_at(p, slot)->category)
            return true;
    return false;
}

/* A few of those that share their category with others; in some bundles none. */
static void pick_fields(const struct maker *m)
{
    size_t wanted = chance(m, 30) ? 0 : 1 + below(m, 5);
    for (size_t tries = 0; tries < 200 && m->bundle->fields.n < wanted; tries++) {
        const struct plan *p = catalogue_at(m->catalogue, m->types[below(m, TYPES)])->plan;
        size_t slot = below(m, plan_slots(p));
        const struct slot *s = plan_slot_at(p, slot);
        if (is_for_agreements(m, s) && (has_fellow(p, slot) || chance(m, 5)))
            add_word(m, &m->bundle->fields, arena_text(m->arena, s->path));
    }
}

/* Of the kinds' types: those that have it. share none: of all that can be disclosed. */
static size_t count_types(const struct maker *m, const struct ref_kinds *share, const char *path,
                          size_t *of)
{
    size_t found = 0;
    *of = 0;
    for (size_t i = 0; i < catalogue_count(m->catalogue); i++) {
        const struct schema *s = catalogue_at(m->catalogue, i);
        bool is_shared = !share->n && s->disclosable && !s->internal;
        for (size_t n = 0; n < share->n; n++)
            is_shared |= share->at[n].schema == i;
        *of += is_shared;
        found += is_shared && plan_slot(s->plan, slice_text(path)) >= 0;
    }
    return found;
}

/* The path as somebody writes it. */
static const char *field_word(const struct maker *m, const char *path)
{
    size_t n = strlen(path);
    bool is_list = path[n - 1] == ']';
    return arena_format(m->arena, "%s%.*s", chance(m, 60) ? "field " : "",
                        (int)(is_list && chance(m, 70) ? n - 2 : n), path);
}

/* One that all of these types have, or at least one has; NULL: none that was tried. */
static const char *some_field(const struct maker *m, const struct ref_kinds *share, bool in_all)
{
    const struct ref_words *fields = &m->bundle->fields;
    const char *path = fields->n ? fields->at[below(m, fields->n)] : NULL;
    size_t of = 0, found = path ? count_types(m, share, path, &of) : 0;
    return found && (!in_all || found == of) ? path : NULL;
}

/* Whether one of the clause's types has it in a field of free words. */
static bool is_in_words(const struct maker *m, const struct ref_clause *c, const char *category)
{
    for (size_t i = 0; i < c->share.n; i++) {
        const struct plan *p = catalogue_at(m->catalogue, c->share.at[i].schema)->plan;
        for (size_t n = 0; n < plan_slots(p); n++) {
            const struct slot *s = plan_slot_at(p, n);
            if (s->type == SLOT_STRING && !s->vocabulary_count &&
                slice_equal_text(catalogue_category(m->catalogue, s->category), category))
                return true;
        }
    }
    return false;
}

static void add_field(const struct maker *m, struct ref_words *w, const struct ref_kinds *share,
                      bool in_all)
{
    const char *path = some_field(m, share, in_all);
    if (path)
        add_word(m, w, field_word(m, path));
}

static bool is_field_in_words(const struct maker *m, const struct ref_clause *c, const char *path)
{
    for (size_t i = 0; i < c->share.n; i++) {
        const struct plan *p = catalogue_at(m->catalogue, c->share.at[i].schema)->plan;
        int slot = plan_slot(p, slice_text(path));
        const struct slot *s = slot < 0 ? NULL : plan_slot_at(p, (size_t)slot);
        if (s && s->type == SLOT_STRING && s->nullable && !s->vocabulary_count)
            return true;
    }
    return false;
}

/* The whole category of a field that may be named elsewhere. */
static void add_whole(const struct maker *m, struct ref_clause *c)
{
    const char *path = some_field(m, &c->share, true);
    if (!path)
        return;
    const struct plan *p = catalogue_at(m->catalogue, c->share.at[0].schema)->plan;
    unsigned category = plan_slot_at(p, (size_t)plan_slot(p, slice_text(path)))->category;
    add_word(m, &c->release, arena_text(m->arena, catalogue_category(m->catalogue, category)));
}

/* A field of the release, or of a category of it, travels changed. */
static void oblige_field(const struct maker *m, struct ref_clause *c)
{
    const char *path = some_field(m, &c->share, true);
    if (!path || !is_field_in_words(m, c, path))
        return;
    const struct plan *p = catalogue_at(m->catalogue, c->share.at[0].schema)->plan;
    const struct slot *s = plan_slot_at(p, (size_t)plan_slot(p, slice_text(path)));
    const char *word = field_word(m, path);
    bool whole = chance(m, 50);
    add_word(m, &c->release,
             whole ? arena_text(m->arena, catalogue_category(m->catalogue, s->category)) : word);
    add_word(m, &c->oblige[below(m, REF_OBLIGATIONS_COUNT)], word);
}

/* In some bundles most clauses oblige to something about one category, so that they differ on
 * it. */
static void make_obligations(const struct maker *m, struct ref_clause *c)
{
    size_t first = below(m, REF_OBLIGATIONS_COUNT);
    for (size_t n = 0; n < REF_OBLIGATIONS_COUNT; n++) {
        size_t o = (first + n) % REF_OBLIGATIONS_COUNT;
        bool is_hot = m->obliges_much && n == 0;
        const char *word = is_hot || chance(m, 30) ? "identity.birth-date" : some_category(m);
        bool is_taken = !chance(m, is_hot ? 85 : 30) || !is_in_words(m, c, word);
        for (size_t i = 0; i < REF_OBLIGATIONS_COUNT; i++)
            is_taken |= has_word(&c->oblige[i], word);
        if (is_taken)
            continue;
        add_word(m, &c->release, word);
        add_word(m, &c->oblige[o], word);
    }
}

/* Of whichever of the bundle's types. */
static void add_ending(const struct maker *m, const char *kind)
{
    struct ref_kinds *ending = &m->bundle->ending;
    for (size_t t = 0; t < TYPES; t++) {
        const struct schema *s = catalogue_at(m->catalogue, m->types[t]);
        for (size_t i = 0; i < s->kind_count; i++)
            if (slice_equal_text(s->kinds[i], kind) && !has_kind(ending, m->types[t], i))
                ending->at[ending->n++] = (struct ref_kind){ m->types[t], i };
    }
}

static void make_clause(const struct maker *m, size_t n, size_t agreement, struct ref_clause *c)
{
    const struct ref_agreement *g = &m->bundle->agreements[agreement];
    *c = (struct ref_clause){ .agreement = agreement,
                              .id = arena_format(m->arena, "clause-%zu", n),
                              .share = some_kinds(m),
                              .from = some_services(m, &g->parties),
                              .to = some_services(m, &g->parties),
                              .release = some_categories(m, 6) };
    struct ref_scope scope = { m->catalogue, m->bundle, c->share, g->purpose, false };
    if (chance(m, 75))
        c->when = ref_random_condition(m->arena, m->random, &scope);
    if (chance(m, 25)) {
        const struct ref_kind *k = &c->share.at[below(m, c->share.n)];
        c->lasting_kind =
            arena_text(m->arena, catalogue_at(m->catalogue, k->schema)->kinds[k->kind]);
        c->lasting_days = 1 + (int)below(m, 3) * 13;
        add_ending(m, c->lasting_kind);
    }
    make_obligations(m, c);
    while (chance(m, 40))
        add_field(m, &c->release, &c->share, true);
    if (chance(m, 30))
        add_whole(m, c);
    if (chance(m, m->obliges_much ? 70 : 20))
        oblige_field(m, c);
}

static void make_prohibition(const struct maker *m, size_t n, struct ref_prohibition *p)
{
    static const char *const tells[] = { "restricted-ask-the-source", "ask-first" };
    static const char *const reasons[] = { "sexual-health", "gender-history", "refuge" };
    *p = (struct ref_prohibition){ .id = arena_format(m->arena, "prohibition-%zu", n),
                                   .withhold = some_categories(m, 4) };
    if (chance(m, 40))
        p->share = some_kinds(m);
    while (chance(m, 40))
        add_field(m, &p->withhold, &p->share, false);
    if (chance(m, 30) && p->withhold.n > 1)
        p->withhold = (struct ref_words){ &p->withhold.at[p->withhold.n - 1], 1 };
    if (chance(m, 40))
        p->to = some_services(m, NULL);
    if (chance(m, 25))
        p->from = some_services(m, NULL);
    if (chance(m, 30))
        p->reason = PICK(m, reasons);
    else if (chance(m, 40))
        p->tell = PICK(m, tells);
    struct ref_scope scope = { m->catalogue, m->bundle, p->share, m->bundle->agreements[0].purpose,
                               false };
    if (!p->share.n) {
        scope.share.at = ARENA_ARRAY(m->arena, catalogue_count(m->catalogue), struct ref_kind);
        for (size_t i = 0; i < catalogue_count(m->catalogue); i++)
            if (catalogue_at(m->catalogue, i)->disclosable &&
                !catalogue_at(m->catalogue, i)->internal)
                scope.share.at[scope.share.n++] = (struct ref_kind){ i, 0 };
    }
    if (chance(m, 75))
        p->when = ref_random_condition(m->arena, m->random, &scope);
}

/* Kinds that change the facts they are decided by; not of types whose episodes end. */
static void make_openings(const struct maker *m)
{
    struct ref_bundle *b = m->bundle;
    b->opening.at = ARENA_ARRAY(m->arena, TYPES, struct ref_kind);
    for (size_t t = 0; t < TYPES; t++) {
        bool ends = false;
        for (size_t i = 0; i < b->ending.n; i++)
            ends |= b->ending.at[i].schema == m->types[t];
        size_t kind = below(m, catalogue_at(m->catalogue, m->types[t])->kind_count);
        if (!ends && chance(m, 50) && !has_kind(&b->opening, m->types[t], kind))
            b->opening.at[b->opening.n++] = (struct ref_kind){ m->types[t], kind };
    }
}

void ref_random_clause(struct arena *a, struct ref_random *r, const struct catalogue *c,
                       struct ref_bundle *b, size_t agreement, struct ref_clause *out)
{
    struct maker m = { .arena = a, .random = r, .catalogue = c, .bundle = b, .types = b->types };
    make_clause(&m, ref_below(r, 9000) + 1000, agreement, out);
}

void ref_random_prohibition(struct arena *a, struct ref_random *r, const struct catalogue *c,
                            struct ref_bundle *b, struct ref_prohibition *out)
{
    struct maker m = { .arena = a, .random = r, .catalogue = c, .bundle = b, .types = b->types };
    make_prohibition(&m, ref_below(r, 9000) + 1000, out);
}

/* Of each type of which some kinds end, one kind that does not begins what they end. */
static void make_beginnings(const struct maker *m)
{
    struct ref_bundle *b = m->bundle;
    b->beginning.at = ARENA_ARRAY(m->arena, TYPES, struct ref_kind);
    for (size_t t = 0; t < TYPES; t++) {
        bool ends = false, begins = false;
        for (size_t i = 0; i < b->ending.n; i++)
            ends |= b->ending.at[i].schema == m->types[t];
        for (size_t i = 0; i < b->beginning.n; i++)
            begins |= b->beginning.at[i].schema == m->types[t];
        size_t kind = below(m, catalogue_at(m->catalogue, m->types[t])->kind_count);
        if (ends && !begins && !has_kind(&b->ending, m->types[t], kind))
            b->beginning.at[b->beginning.n++] = (struct ref_kind){ m->types[t], kind };
    }
}

/* Some roles, or all. */
static struct ref_words make_sayers(const struct maker *m)
{
    const size_t n = sizeof roles / sizeof roles[0];
    struct ref_words by = { ARENA_ARRAY(m->arena, n, const char *), 0 };
    unsigned share = chance(m, 50) ? 100 : 40;
    for (size_t i = 0; i < n; i++)
        if (chance(m, share) || (i + 1 == n && by.n == 0))
            by.at[by.n++] = roles[i];
    return by;
}

struct ref_size ref_random_size(struct ref_random *r)
{
    struct ref_size s = { 2 + ref_below(r, 4), 0, 1 + ref_below(r, 5), 0, ref_below(r, 6) };
    s.services = s.agencies + ref_below(r, 8);
    s.clauses = s.agreements + ref_below(r, 12);
    if (ref_chance(r, 4))
        s = (struct ref_size){ 6, 60 + ref_below(r, 90), 10, 60 + ref_below(r, 150),
                               ref_below(r, 90) };
    return s;
}

struct ref_bundle *ref_random_bundle(struct arena *a, struct ref_random *r,
                                     const struct catalogue *c, struct ref_size size)
{
    struct ref_bundle *b = ARENA_NEW(a, struct ref_bundle);
    struct maker m = { .arena = a, .random = r, .catalogue = c, .bundle = b };
    if (!b)
        abort();
    pick_types(&m);
    pick_fields(&m);
    m.obliges_much = ref_chance(r, 25);
    b->ending.at = ARENA_ARRAY(a, TYPES * 64, struct ref_kind);
    make_region(&m, &size);
    b->agreements = ARENA_ARRAY(a, size.agreements, struct ref_agreement);
    b->clauses = ARENA_ARRAY(a, size.clauses, struct ref_clause);
    b->prohibitions = ARENA_ARRAY(a, size.prohibitions + 1, struct ref_prohibition);
    for (size_t i = 0; i < size.agreements; i++)
        make_agreement(&m, i);
    b->agreement_count = size.agreements;
    for (size_t i = 0; i < size.clauses; i++)
        make_clause(&m, i, i * size.agreements / size.clauses, &b->clauses[i]);
    b->clause_count = size.clauses;
    make_openings(&m);
    make_beginnings(&m);
    b->opening_by = make_sayers(&m);
    b->beginning_by = make_sayers(&m);
    b->ending_by = make_sayers(&m);
    for (size_t i = 0; i < size.prohibitions; i++)
        make_prohibition(&m, i, &b->prohibitions[i]);
    b->prohibition_count = size.prohibitions;
    return b;
}
