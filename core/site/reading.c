/* reading.c - the small steps of reading a site. */
#include "site/reading.h"

bool reading_complain(struct reading *r, const struct node *n, const char *code, const char *why,
                      struct slice what)
{
    return problems_say(r->p, code, n->file, n->line, n->column, "cannot use '%.*s': %s",
                        (int)what.n, (const char *)what.p, why);
}

bool reading_only_keys(struct reading *r, const struct node *map, const char *names)
{
    bool good = true;
    for (const struct node *n = map->first; n; n = n->next) {
        bool known = false;
        for (const char *at = names; *at && !known;) {
            size_t length = slice_find(slice_text(at), ' ');
            known = slice_equal(n->key, slice_of(at, length));
            at += length + (at[length] == ' ');
        }
        if (!known)
            good = problems_say(r->p, "site.unknown", n->file, n->key_line, n->key_column,
                                "cannot understand '%.*s': no such key", (int)n->key.n,
                                (const char *)n->key.p);
    }
    return good;
}

const struct node *reading_wanted(struct reading *r, const struct node *map, const char *key,
                                  enum node_kind kind)
{
    const struct node *n = node_get(map, key);
    if (!n)
        problems_say(r->p, "site.missing", map->file, map->line, map->column,
                     "cannot do without '%s'", key);
    else if (n->kind != kind)
        problems_say(r->p, "site.kind", n->file, n->line, n->column, "cannot read '%s': want %s",
                     key, kind == NODE_MAP ? "a map" : "a text");
    return n && n->kind == kind ? n : NULL;
}

struct slice reading_text(struct reading *r, const struct node *map, const char *key)
{
    const struct node *n = reading_wanted(r, map, key, NODE_TEXT);
    return n ? n->text : (struct slice){ 0 };
}

const char *reading_optional_text(struct reading *r, const struct node *map, const char *key)
{
    return node_get(map, key) ? arena_text(r->a, reading_text(r, map, key)) : NULL;
}

const struct node *reading_optional_map(struct reading *r, const struct node *map, const char *key)
{
    return node_get(map, key) ? reading_wanted(r, map, key, NODE_MAP) : NULL;
}

const char *reading_path(struct reading *r, const char *folder, struct slice path)
{
    if (path.n && path.p[0] == '/')
        return arena_text(r->a, path);
    return arena_format(r->a, "%s/%.*s", folder, (int)path.n, (const char *)path.p);
}

const struct key *reading_key(struct reading *r, const struct node *n)
{
    struct key *key = ARENA_NEW(r->a, struct key);
    const char *path = reading_path(r, r->site->folder, n->text);
    struct err e = { 0 };
    if (!key || !path || !r->with_keys || key_read(path, key, &e))
        return key;
    problems_say(r->p, e.code, n->file, n->line, n->column, "%s", e.text);
    return NULL;
}
