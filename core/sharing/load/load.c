/* load.c - the steps of reading that the files of a bundle share. */
#include "sharing/load/load.h"

#include "base/clock.h"

#define ID_BYTES_MAX 64
#define WHEN_BYTES_MAX 4096

static bool is_id_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool load_is_id(struct slice s)
{
    bool needs_letter = true; /* at the start, and after a hyphen */
    if (s.n > ID_BYTES_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool is_hyphen = s.p[i] == '-';
        if (needs_letter && is_hyphen)
            return false;
        if (!is_hyphen && !is_id_letter(s.p[i]))
            return false;
        needs_letter = is_hyphen;
    }
    return !needs_letter;
}

struct slice load_id(struct loader *l, const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);
    struct slice id = strict_text(map, key);
    if (n && !load_is_id(id))
        (void)strict_say(&l->reader, n, "bundle.id",
                         "'%.*s' cannot be a name here: want lower-case letters, digits and "
                         "hyphens, a letter first",
                         SHOWN(id));
    return id;
}

bool load_day(struct loader *l, const struct node *n, int64_t *start_ms, int64_t *end_ms)
{
    if (!n || n->kind != NODE_TEXT)
        return false;
    if (!london_day_start(n->text, start_ms))
        return strict_say(&l->reader, n, "bundle.day", "'%.*s' is no day: want YYYY-MM-DD",
                          SHOWN(n->text));
    *end_ms = london_day_end(*start_ms);
    return true;
}

static size_t count_kinds(const struct node *map)
{
    size_t n = 0;
    for (const struct node *type = map->first; type; type = type->next)
        n += strict_count(type);
    return n;
}

static int find_schema(const struct loader *l, struct slice name)
{
    const struct schema *s = catalogue_named(l->bundle->catalogue, name);
    return s && !s->internal ? bundle_schema(l->bundle, s->plan) : -1;
}

static void say_no_kind(struct loader *l, const struct node *k, const struct schema *s)
{
    char list[90];
    const struct choices_at kinds = choices_of_kinds(s);
    (void)strict_say(&l->reader, k, "bundle.kind", "'%.*s' has no kind '%.*s': it has %s",
                     SHOWN(s->name), SHOWN(k->text),
                     nearest_list_at(k->text, &kinds, list, sizeof list));
}

bool load_kinds(struct loader *l, const struct node *map, const uint32_t **out, size_t *n,
                bool *schemas)
{
    if (!map || map->kind != NODE_MAP)
        return false;
    uint32_t *kinds = ARENA_ARRAY(l->reader.arena, count_kinds(map) + 1, uint32_t);
    if (!kinds)
        return strict_memory(&l->reader);
    const struct choices_at types = choices_of_types(l->bundle->catalogue);
    *n = 0;
    for (const struct node *type = map->first; type; type = type->next) {
        if (!schemas && slice_equal_text(type->key, "by"))
            continue;
        int schema = find_schema(l, type->key);
        if (schema < 0) {
            (void)strict_unknown_key(&l->reader, type, "bundle.type", "event type", &types);
            continue;
        }
        if (schemas)
            schemas[schema] = true;
        for (const struct node *k = strict_each(type, NULL); k; k = strict_each(type, k)) {
            int64_t kind = bundle_kind(l->bundle, (size_t)schema, k->text);
            if (kind < 0)
                say_no_kind(l, k, catalogue_named(l->bundle->catalogue, type->key));
            else if (kinds_have(kinds, *n, (uint32_t)kind))
                (void)strict_say(&l->reader, k, "bundle.duplicate", "kind '%.*s' stands twice",
                                 SHOWN(k->text));
            else
                kinds[(*n)++] = (uint32_t)kind;
        }
    }
    *out = kinds;
    return *n > 0;
}

const struct when *load_when(struct loader *l, const struct node *n, const struct when_scope *s)
{
    const struct when *w = NULL;
    struct err e = { 0 };
    if (!n || n->kind != NODE_TEXT)
        return NULL;
    if (n->text.n > WHEN_BYTES_MAX) {
        (void)strict_say(&l->reader, n, "when.syntax", "the condition is longer than 4096 bytes");
        return NULL;
    }
    if (when_compile(s, l->reader.arena, n->text, &w, &e))
        return w;
    (void)problems_say(l->reader.problems, e.code, n->file, n->line, n->column + (uint32_t)e.at,
                       "%s", e.text);
    return NULL;
}

static bool add_role(const struct bundle *b, struct slice role, const bool *agencies,
                     struct services *out)
{
    bool any = false;
    for (size_t i = 0; i < b->service_count; i++) {
        bool is_among = !agencies || agencies[b->services[i].agency];
        if (!is_among || !slice_equal(b->services[i].role, role))
            continue;
        services_add(out, (unsigned)i);
        any = true;
    }
    return any;
}

/* The services of those agencies, and behind them their roles. */
struct sides {
    const struct bundle *bundle;
    const bool *agencies; /* NULL: all */
};

static struct slice side_at(const void *of, size_t i)
{
    const struct sides *s = of;
    const struct bundle *b = s->bundle;
    bool is_role = i >= b->service_count;
    const struct service *service = &b->services[i % b->service_count];
    if (s->agencies && !s->agencies[service->agency])
        return SLICE("");
    for (size_t k = 0; is_role && &b->services[k] < service; k++) {
        bool is_among = !s->agencies || s->agencies[b->services[k].agency];
        if (is_among && slice_equal(b->services[k].role, service->role))
            return SLICE("");
    }
    return is_role ? service->role : service->name;
}

static void say_no_service(struct loader *l, const struct node *n, const bool *agencies)
{
    char list[80];
    const struct sides sides = { l->bundle, agencies };
    const struct choices_at choices = { &sides, side_at, 2 * l->bundle->service_count };
    (void)strict_say(&l->reader, n, "bundle.service", "'%.*s' is no role or service %s: it has %s",
                     SHOWN(n->text), agencies ? "among the parties" : "of the region",
                     nearest_list_at(n->text, &choices, list, sizeof list));
}

void load_services(struct loader *l, const struct node *n, const bool *agencies,
                   struct services *out)
{
    const struct bundle *b = l->bundle;
    for (const struct node *m = strict_each(n, NULL); m; m = strict_each(n, m)) {
        int service = bundle_service(b, m->text);
        if (service < 0) {
            /* A role may have no service yet; among parties it would share with nobody. */
            bool is_filled = add_role(b, m->text, agencies, out);
            bool may_be_empty = !agencies && load_is_role(m->text);
            if (!is_filled && !may_be_empty)
                say_no_service(l, m, agencies);
        } else if (agencies && !agencies[b->services[service].agency]) {
            say_no_service(l, m, agencies);
        } else {
            services_add(out, (unsigned)service);
        }
    }
}

struct party_choices {
    const struct bundle *b;
    const struct agreement *g;
};

static struct slice party_at(const void *of, size_t i)
{
    const struct party_choices *c = of;
    return c->b->agencies[c->g->parties[i].agency].name;
}

const char *load_parties_near(const struct loader *l, const struct agreement *g, struct slice word,
                              char out[LOAD_LIST_BYTES])
{
    const struct party_choices of = { l->bundle, g };
    const struct choices_at choices = { &of, party_at, g->party_count };
    return nearest_list_at(word, &choices, out, LOAD_LIST_BYTES);
}

bool load_is_role(struct slice word)
{
    return slice_is_one_of_texts(word, load_roles, LOAD_ROLES);
}
