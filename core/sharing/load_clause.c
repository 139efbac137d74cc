/* load_clause.c - the clauses of an agreement, and the prohibitions of the region. */
#include "sharing/load.h"

#define DAY_MS ((int64_t)86400000)

/* Free text leaks (domain.md 0.10): no group name may sweep it in, each field is named. */
static void check_free_text(struct loader *l, const struct node *list)
{
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n))
        if (slice_equal_text(n->text, "free-text"))
            (void)strict_say(&l->reader, n, "bundle.free-text",
                             "free text is released by its full name only");
}

static bool has_kind_named(const struct loader *l, const struct clause *c, struct slice kind)
{
    for (size_t i = 0; i < c->kind_count; i++)
        for (size_t s = 0; s < catalogue_count(l->bundle->catalogue); s++)
            if (bundle_kind(l->bundle, s, kind) == (int64_t)c->kinds[i])
                return true;
    return false;
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
    bool is_read = slice_to_u64(slice_head(rest, blank), &days) && days > 0 && days <= 3660 &&
                   (slice_equal_text(unit, "days") || slice_equal_text(unit, "day"));
    if (!is_read)
        (void)strict_say(&l->reader, n, "bundle.lasting", "'lasting' is written KIND + N days");
    else if (!has_kind_named(l, c, kind))
        (void)strict_say(&l->reader, n, "bundle.kind", "the clause shares no kind '%.*s'",
                         SHOWN(kind));
    c->lasting_kind = kind;
    c->lasting_ms = (int64_t)days * DAY_MS;
}

static void fill_scope(const struct loader *l, bool *schemas, struct when_scope *s)
{
    const struct compiled *k = l->compiled;
    *s = (struct when_scope){ .bundle = l->bundle,
                              .schemas = schemas,
                              .relationships = k->relationships,
                              .functions = k->functions,
                              .restrictions = k->restrictions,
                              .purposes = k->purposes };
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

static void load_clause(struct loader *l, const struct node *n, const bool *parties,
                        struct clause *c)
{
    static const struct strict_key keys[] = {
        { "id", true, STRICT_TEXT },       { "share", true, STRICT_MAP },
        { "from", true, STRICT_TEXTS },    { "to", true, STRICT_TEXTS },
        { "when", false, STRICT_TEXT },    { "release", true, STRICT_LIST },
        { "lasting", false, STRICT_TEXT }, { "because", false, STRICT_TEXT },
    };
    const struct agreement *g = &l->bundle->agreements[c->agreement];
    bool *schemas = ARENA_ARRAY(l->reader.arena, catalogue_count(l->bundle->catalogue), bool);
    struct when_scope scope;
    if (!schemas) {
        (void)strict_memory(&l->reader);
        return;
    }
    STRICT_KEYS(&l->reader, n, keys);
    c->id = strict_text(n, "id");
    c->name = clause_full_name(l, g, c->id);
    c->file = n->file;
    c->line = n->line;
    if (node_get(n, "id") && !load_is_id(c->id))
        (void)strict_say(&l->reader, node_get(n, "id"), "bundle.id", "'%.*s' is no id",
                         SHOWN(c->id));
    (void)load_kinds(l, node_get(n, "share"), &c->kinds, &c->kind_count, schemas);
    for (size_t i = 0; i < catalogue_count(l->bundle->catalogue); i++)
        if (schemas[i] && !catalogue_at(l->bundle->catalogue, i)->disclosable)
            (void)strict_say(&l->reader, node_get(n, "share"), "bundle.type",
                             "'%.*s' is never disclosed",
                             SHOWN(catalogue_at(l->bundle->catalogue, i)->name));
    load_services(l, node_get(n, "from"), parties, &c->from);
    load_services(l, node_get(n, "to"), parties, &c->to);
    load_categories(l, node_get(n, "release"), &c->release);
    check_free_text(l, node_get(n, "release"));
    load_lasting(l, node_get(n, "lasting"), c);
    fill_scope(l, schemas, &scope);
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
        (void)strict_say(&l->reader, list, "bundle.missing", "an agreement without clauses");
}

/* Without "share" a prohibition is for every type that can be disclosed. */
static void load_prohibited_kinds(struct loader *l, const struct node *n, bool *schemas,
                                  struct prohibition *p)
{
    const struct node *share = node_get(n, "share");
    const struct catalogue *c = l->bundle->catalogue;
    if (share) {
        (void)load_kinds(l, share, &p->kinds, &p->kind_count, schemas);
        return;
    }
    p->is_for_all_kinds = true;
    for (size_t i = 0; i < catalogue_count(c); i++)
        schemas[i] = !catalogue_at(c, i)->internal && catalogue_at(c, i)->disclosable;
}

static void load_prohibition(struct loader *l, const struct node *n, struct prohibition *p)
{
    static const struct strict_key keys[] = {
        { "id", true, STRICT_TEXT },     { "withhold", true, STRICT_LIST },
        { "to", false, STRICT_TEXTS },   { "when", false, STRICT_TEXT },
        { "share", false, STRICT_MAP },  { "tell", false, STRICT_TEXT },
        { "source", true, STRICT_TEXT },
    };
    bool *schemas = ARENA_ARRAY(l->reader.arena, catalogue_count(l->bundle->catalogue), bool);
    struct when_scope scope;
    if (!schemas) {
        (void)strict_memory(&l->reader);
        return;
    }
    STRICT_KEYS(&l->reader, n, keys);
    p->id = strict_text(n, "id");
    p->tell = strict_text(n, "tell");
    p->source = strict_text(n, "source");
    p->file = n->file;
    p->line = n->line;
    if (node_get(n, "id") && !load_is_id(p->id))
        (void)strict_say(&l->reader, node_get(n, "id"), "bundle.id", "'%.*s' is no id",
                         SHOWN(p->id));
    load_prohibited_kinds(l, n, schemas, p);
    load_categories(l, node_get(n, "withhold"), &p->withhold);
    if (node_get(n, "to"))
        load_services(l, node_get(n, "to"), NULL, &p->to);
    else
        memset(&p->to, 0xff, sizeof p->to);
    fill_scope(l, schemas, &scope);
    p->when = load_when(l, node_get(n, "when"), &scope);
}

void load_prohibitions(struct loader *l, const struct node *root)
{
    static const struct strict_key keys[] = { { "prohibitions", true, STRICT_LIST } };
    struct bundle *b = l->bundle;
    STRICT_KEYS(&l->reader, root, keys);
    const struct node *list = strict_member(root, "prohibitions", NODE_LIST);
    for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
        struct prohibition *grown =
            arena_grow(l->reader.arena, l->prohibitions, &l->prohibition_room, b->prohibition_count,
                       sizeof *grown);
        if (!grown) {
            (void)strict_memory(&l->reader);
            return;
        }
        b->prohibitions = l->prohibitions = grown;
        struct prohibition *p = &grown[b->prohibition_count];
        *p = (struct prohibition){ .id = { 0 } };
        load_prohibition(l, n, p);
        for (size_t i = 0; i < b->prohibition_count; i++)
            if (slice_equal(grown[i].id, p->id))
                (void)strict_say(&l->reader, n, "bundle.duplicate",
                                 "prohibition '%.*s' is also in '%s'", SHOWN(p->id), grown[i].file);
        b->prohibition_count++;
    }
}
