/* load_clause.c - the clauses of an agreement. */
#include "sharing/load/load.h"

#define DAY_MS ((int64_t)86400000)
#define LASTING_DAYS_MAX 3660

/* People type names and illnesses into free text. So no group name may release it: each field is
 * named (core/ARCHITECTURE.md, Records). */
static void check_free_text(struct loader *l, const struct node *list)
{
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n))
        if (slice_equal_text(n->text, "free-text"))
            (void)strict_say(&l->reader, n, "bundle.free-text",
                             "free text must be released by the full name of its category");
}

/* Whether the clause shares a kind of that name; *ends: whether it closes something by
 * facts.yaml. */
static bool has_kind_named(const struct loader *l, const struct clause *c, struct slice kind,
                           bool *ends)
{
    const struct bundle *b = l->bundle;
    bool any = false;
    *ends = false;
    for (size_t s = 0; s < catalogue_count(b->catalogue); s++) {
        int64_t n = bundle_kind(b, s, kind);
        if (n < 0 || !kinds_have(c->kinds, c->kind_count, (uint32_t)n))
            continue;
        any = true;
        for (size_t f = 0; f < b->fact_count; f++)
            *ends |= kinds_have(b->facts[f].closed_by, b->facts[f].closed_by_count, (uint32_t)n);
    }
    return any;
}

/* "discharged + 14 days": that kind of one of the clause's types, then so long by decision time. */
static void load_lasting(struct loader *l, const struct node *n, struct clause *c)
{
    if (!n || n->kind != NODE_TEXT)
        return;
    size_t plus = slice_find(n->text, '+');
    struct slice kind = slice_trim(slice_head(n->text, plus));
    struct slice rest = slice_trim(slice_from(n->text, plus + 1));
    size_t blank = slice_find(rest, ' ');
    struct slice unit = slice_trim(slice_from(rest, blank));
    uint64_t days = 0;
    bool ends = false;
    bool has_number = slice_to_u64(slice_head(rest, blank), &days);
    bool is_in_range = has_number && days > 0 && days <= LASTING_DAYS_MAX;
    bool has_unit = slice_equal_text(unit, "days") || slice_equal_text(unit, "day");
    if (!is_in_range || !has_unit)
        (void)strict_say(&l->reader, n, "bundle.lasting",
                         "'lasting' must be written KIND + N days");
    else if (!has_kind_named(l, c, kind, &ends))
        (void)strict_say(&l->reader, n, "bundle.kind",
                         "'lasting' names the kind '%.*s', which this clause does not share",
                         SHOWN(kind));
    else if (!ends)
        (void)strict_say(&l->reader, n, "bundle.lasting",
                         "'lasting' names the kind '%.*s', which ends nothing in facts.yaml",
                         SHOWN(kind));
    c->lasting_kind = kind;
    c->lasting_ms = (int64_t)days * DAY_MS;
}

void load_scope(const struct loader *l, const bool *schemas, struct when_scope *s)
{
    const struct compiled *k = l->compiled;
    *s = (struct when_scope){ .bundle = l->bundle,
                              .schemas = schemas,
                              .relationships = k->relationships,
                              .functions = k->functions,
                              .restrictions = k->restrictions,
                              .purposes = k->purposes };
}

static void load_release(struct loader *l, const struct node *list, const bool *schemas,
                         struct clause *c)
{
    check_free_text(l, list);
    load_named(l, list, &(struct load_types){ schemas, true }, &c->release);
}

/* Whether the clause releases the portion, by itself or with its whole category. */
static bool is_released(const struct bundle *b, const struct clause *c, unsigned portion)
{
    return categories_has(&c->release, portion) ||
           categories_has(&c->release, bundle_portion_category(b, portion));
}

static bool can_be_obliged(const struct loader *l, const bool *schemas, unsigned portion,
                           enum obligation o)
{
    unsigned category = bundle_portion_category(l->bundle, portion);
    struct slice path = bundle_portion_path(l->bundle, portion);
    for (size_t i = 0; i < catalogue_count(l->bundle->catalogue); i++) {
        const struct plan *p = catalogue_at(l->bundle->catalogue, i)->plan;
        for (size_t j = 0; schemas[i] && j < plan_slots(p); j++) {
            const struct slot *s = plan_slot_at(p, j);
            bool is_meant = !path.n || slice_equal(plan_bare(s->path), path);
            if (s->category == category && is_meant && obligation_fits(s, o))
                return true;
        }
    }
    return false;
}

static void load_obligation(struct loader *l, const struct node *list, const bool *schemas,
                            enum obligation o, struct clause *c)
{
    const struct bundle *b = l->bundle;
    load_named(l, list, &(struct load_types){ schemas, false }, &c->obliged[o]);
    for (unsigned i = 0; i < bundle_portion_count(b); i++) {
        if (!categories_has(&c->obliged[o], i))
            continue;
        if (!is_released(b, c, i))
            (void)strict_say(&l->reader, list, "bundle.oblige",
                             "an obligation names '%.*s', which this clause does not release",
                             SHOWN(bundle_portion_name(b, i)));
        else if (!can_be_obliged(l, schemas, i, o))
            (void)strict_say(&l->reader, list, "bundle.oblige",
                             "no field of '%.*s' that is shared can travel as '%s'",
                             SHOWN(bundle_portion_name(b, i)), obligation_name(o));
    }
    c->has_obligations = true;
}

/* "oblige: {year: [identity.birth-date]}": the portion of the release that travels only changed. */
static void load_obligations(struct loader *l, const struct node *map, const bool *schemas,
                             struct clause *c)
{
    if (!map)
        return;
    strict_keys(&l->reader, map, &load_keys_oblige);
    for (enum obligation o = 0; o < OBLIGE_COUNT; o++) {
        const struct node *list = strict_member(map, obligation_name(o), NODE_LIST);
        if (list)
            load_obligation(l, list, schemas, o, c);
    }
}

static struct slice clause_full_name(struct loader *l, const struct agreement *g, struct slice id)
{
    const char *name =
        arena_format(l->reader.arena, "%.*s/%d/%.*s", (int)g->name.n, (const char *)g->name.p,
                     g->version, (int)id.n, (const char *)id.p);
    if (!name)
        (void)strict_memory(&l->reader);
    return slice_text(name);
}

/* The kinds it shares; schemas gets their types. */
static void load_share(struct loader *l, const struct node *n, bool *schemas, struct clause *c)
{
    const struct catalogue *types = l->bundle->catalogue;
    (void)load_kinds(l, n, &c->kinds, &c->kind_count, schemas);
    for (size_t i = 0; i < catalogue_count(types); i++)
        if (schemas[i] && !catalogue_at(types, i)->disclosable)
            (void)strict_say(
                &l->reader, n, "bundle.type",
                "events of the type '%.*s' are never disclosed, so no clause can share them",
                SHOWN(catalogue_at(types, i)->name));
}

static void load_clause(struct loader *l, const struct node *n, const bool *parties,
                        struct clause *c)
{
    const struct agreement *g = &l->bundle->agreements[c->agreement];
    bool *schemas = ARENA_ARRAY(l->reader.arena, catalogue_count(l->bundle->catalogue), bool);
    struct when_scope scope;
    if (!schemas) {
        (void)strict_memory(&l->reader);
        return;
    }
    strict_keys(&l->reader, n, &load_keys_clause);
    c->id = load_id(l, n, "id");
    c->name = clause_full_name(l, g, c->id);
    c->file = n->file;
    c->line = n->line;
    c->column = n->column;
    load_share(l, node_get(n, "share"), schemas, c);
    load_services(l, node_get(n, "from"), parties, &c->from);
    load_services(l, node_get(n, "to"), parties, &c->to);
    load_release(l, node_get(n, "release"), schemas, c);
    load_obligations(l, strict_member(n, "oblige", NODE_MAP), schemas, c);
    load_lasting(l, node_get(n, "lasting"), c);
    const struct node *untold = strict_member(n, "death_not_told", NODE_TEXT);
    c->death_not_told = untold ? untold->text : (struct slice){ .n = 0 };
    load_scope(l, schemas, &scope);
    scope.purposes = (struct words){ &g->purpose, 1 };
    c->when = load_when(l, node_get(n, "when"), &scope);
}

void load_clauses(struct loader *l, const struct node *list, uint16_t agreement,
                  const bool *parties)
{
    struct bundle *b = l->bundle;
    size_t first = b->clause_count;
    for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
        struct clause *grown = arena_grow(l->reader.arena, l->clauses, &l->clause_room,
                                          b->clause_count, sizeof *grown);
        if (!grown) {
            (void)strict_memory(&l->reader);
            return;
        }
        b->clauses = l->clauses = grown;
        struct clause *c = &grown[b->clause_count];
        *c = (struct clause){ .agreement = agreement };
        load_clause(l, n, parties, c);
        for (size_t i = first; i < b->clause_count; i++)
            if (slice_equal(grown[i].id, c->id))
                (void)strict_say(&l->reader, n, "bundle.duplicate", "clause '%.*s' stands twice",
                                 SHOWN(c->id));
        b->clause_count++;
    }
    if (list && b->clause_count == first)
        (void)strict_say(&l->reader, list, "bundle.missing", "the agreement has no clauses");
}
