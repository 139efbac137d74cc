/* load.c - the small steps of reading configuration strictly. */
#include "sharing/load.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"

#define SHOWN(s) (int)((s).n < 60 ? (s).n : 60), (const char *)(s).p

static void say(struct loader *l, const char *code, const char *file, uint32_t line,
                uint32_t column, const char *text)
{
    (void)problems_say(l->problems, code, file, line, column, "%s", text);
}

bool load_say(struct loader *l, const struct node *n, const char *code, const char *format, ...)
{
    char text[180];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    say(l, code, n->file, n->line, n->column, text);
    return false;
}

bool load_say_key(struct loader *l, const struct node *n, const char *code, const char *format, ...)
{
    char text[180];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    say(l, code, n->file, n->key_line, n->key_column, text);
    return false;
}

bool load_memory(struct loader *l)
{
    struct err e = { 0 };
    (void)err_memory(&e);
    problems_add(l->problems, &e);
    return false;
}

static const char *kind_name(enum node_kind k)
{
    return k == NODE_MAP ? "a map" : k == NODE_LIST ? "a list" : "a text";
}

/* NODE_NULL as the wanted kind stands for "a scalar or a list of them". */
static bool shape_fits(enum node_kind wanted, const struct node *n)
{
    if (wanted == NODE_NULL)
        return n->kind == NODE_TEXT || n->kind == NODE_LIST;
    return n->kind == wanted && (wanted != NODE_TEXT || !slice_is_empty(n->text));
}

void load_keys(struct loader *l, const struct node *map, const char *what,
               const struct key_rule *rules, size_t n)
{
    if (!map)
        return;
    if (map->kind != NODE_MAP) {
        (void)load_say(l, map, "bundle.shape", "%s must be a map", what);
        return;
    }
    for (const struct node *m = map->first; m; m = m->next) {
        size_t i = 0;
        while (i < n && !slice_equal_text(m->key, rules[i].name))
            i++;
        if (i == n)
            (void)load_say_key(l, m, "bundle.key", "unknown key '%.*s' in %s", SHOWN(m->key), what);
        else if (!shape_fits(rules[i].kind, m))
            (void)load_say(l, m, "bundle.shape", "'%s' must be %s%s", rules[i].name,
                           rules[i].kind == NODE_NULL ? "a text or a list"
                                                      : kind_name(rules[i].kind),
                           m->kind == NODE_TEXT ? ", and not empty" : "");
    }
    for (size_t i = 0; i < n; i++)
        if (rules[i].required && !node_get(map, rules[i].name))
            (void)load_say(l, map, "bundle.missing", "missing key '%s' in %s", rules[i].name, what);
}

bool load_is_id(struct slice s)
{
    if (s.n == 0 || s.n > 64 || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool is_plain = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');
        if (!is_plain && (s.p[i] != '-' || s.p[i - 1] == '-'))
            return false;
    }
    return true;
}

struct slice load_text(const struct node *map, const char *key)
{
    const struct node *n = node_get(map, key);
    return n && n->kind == NODE_TEXT ? n->text : (struct slice){ 0 };
}

const struct node *load_each(const struct node *n, const struct node *it)
{
    if (!n)
        return NULL;
    if (n->kind == NODE_LIST)
        return it ? it->next : n->first;
    return it ? NULL : n;
}

bool load_one_of(struct loader *l, const struct node *n, const char *what, const char *const *words,
                 size_t count)
{
    char list[120] = "";
    size_t used = 0;
    if (!n || n->kind != NODE_TEXT)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (slice_equal_text(n->text, words[i]))
            return true;
        int more = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", words[i]);
        if (more > 0 && used + (size_t)more < sizeof list)
            used += (size_t)more;
    }
    return load_say(l, n, "bundle.word", "unknown %s '%.*s': one of %s", what, SHOWN(n->text),
                    list);
}

bool load_day(struct loader *l, const struct node *n, int64_t *start_ms, int64_t *end_ms)
{
    if (!n || n->kind != NODE_TEXT)
        return false;
    if (!london_day_start(n->text, start_ms))
        return load_say(l, n, "bundle.day", "'%.*s' is no day, written YYYY-MM-DD", SHOWN(n->text));
    /* Noon of the next day, in whichever of the two offsets, back to its start. */
    struct civil next = london_from_ms(*start_ms + 36 * (int64_t)3600000);
    bool doubtful = false;
    next.hour = next.minute = next.second = next.ms = 0;
    *end_ms = london_to_ms(&next, &doubtful);
    return true;
}

void *load_grow(struct loader *l, void *items, size_t count, size_t *room, size_t item_bytes)
{
    if (count < *room)
        return items;
    size_t more = *room ? *room * 2 : 16;
    void *grown = arena_array(l->arena, more, item_bytes);
    if (!grown) {
        (void)load_memory(l);
        return NULL;
    }
    if (count)
        memcpy(grown, items, count * item_bytes);
    *room = more;
    return grown;
}

static size_t count_kinds(const struct node *map)
{
    size_t n = 0;
    for (const struct node *type = map->first; type; type = type->next)
        n += type->kind == NODE_LIST ? type->count : 1;
    return n;
}

static int find_schema(const struct loader *l, struct slice name)
{
    const struct schema *s = catalogue_named(l->bundle->catalogue, name);
    return s && !s->internal ? bundle_schema(l->bundle, s->plan) : -1;
}

bool load_kinds(struct loader *l, const struct node *map, const uint32_t **out, size_t *n,
                bool *schemas)
{
    if (!map || map->kind != NODE_MAP)
        return false;
    uint32_t *kinds = ARENA_ARRAY(l->arena, count_kinds(map) + 1, uint32_t);
    if (!kinds)
        return load_memory(l);
    *n = 0;
    for (const struct node *type = map->first; type; type = type->next) {
        int schema = find_schema(l, type->key);
        if (schema < 0) {
            (void)load_say_key(l, type, "bundle.type", "unknown event type '%.*s'",
                               SHOWN(type->key));
            continue;
        }
        if (schemas)
            schemas[schema] = true;
        for (const struct node *k = load_each(type, NULL); k; k = load_each(type, k)) {
            int64_t kind = bundle_kind(l->bundle, (size_t)schema, k->text);
            if (kind < 0)
                (void)load_say(l, k, "bundle.kind", "'%.*s' has no kind '%.*s'", SHOWN(type->key),
                               SHOWN(k->text));
            else if (kinds_have(kinds, *n, (uint32_t)kind))
                (void)load_say(l, k, "bundle.duplicate", "kind '%.*s' stands twice",
                               SHOWN(k->text));
            else
                kinds[(*n)++] = (uint32_t)kind;
        }
    }
    *out = kinds;
    return *n > 0;
}

void load_categories(struct loader *l, const struct node *list, struct categories *out)
{
    const struct catalogue *c = l->bundle->catalogue;
    for (const struct node *n = load_each(list, NULL); n; n = load_each(list, n)) {
        struct categories one = { { 0 } };
        if (n->kind != NODE_TEXT || !catalogue_categories(c, n->text, &one)) {
            (void)load_say(l, n, "bundle.category", "unknown or ambiguous category '%.*s'",
                           SHOWN(n->text));
            continue;
        }
        if (categories_has(&one, catalogue_always(c)) || categories_has(&one, catalogue_never(c)))
            (void)load_say(l, n, "bundle.category", "'%.*s' is not for agreements to say",
                           SHOWN(n->text));
        categories_join(out, &one);
    }
}

const struct when *load_when(struct loader *l, const struct node *n, const struct when_scope *s)
{
    const struct when *w = NULL;
    struct err e = { 0 };
    if (!n || n->kind != NODE_TEXT)
        return NULL;
    if (n->text.n > 4096) {
        (void)load_say(l, n, "when.syntax", "a condition longer than 4096 bytes");
        return NULL;
    }
    if (when_compile(s, l->arena, n->text, &w, &e))
        return w;
    say(l, e.code, n->file, n->line, n->column + (uint32_t)e.at, e.text);
    return NULL;
}

static bool add_role(const struct bundle *b, struct slice role, const bool *agencies,
                     struct services *out)
{
    bool any = false;
    for (size_t i = 0; i < b->service_count; i++) {
        if (!slice_equal(b->services[i].role, role) ||
            (agencies && !agencies[b->services[i].agency]))
            continue;
        services_add(out, (unsigned)i);
        any = true;
    }
    return any;
}

void load_services(struct loader *l, const struct node *n, const bool *agencies,
                   struct services *out)
{
    const struct bundle *b = l->bundle;
    for (const struct node *m = load_each(n, NULL); m; m = load_each(n, m)) {
        int service = bundle_service(b, m->text);
        if (service < 0) {
            if (!add_role(b, m->text, agencies, out))
                (void)load_say(l, m, "bundle.service", "'%.*s' is no role or service %s",
                               SHOWN(m->text), agencies ? "among the parties" : "of the region");
        } else if (agencies && !agencies[b->services[service].agency]) {
            (void)load_say(l, m, "bundle.service", "'%.*s' belongs to no party", SHOWN(m->text));
        } else {
            services_add(out, (unsigned)service);
        }
    }
}
