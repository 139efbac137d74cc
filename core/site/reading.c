/* reading.c - the small steps of reading a site. */
#include "site/reading.h"

const struct strict_codes site_codes = { .key = "site.unknown",
                                         .missing = "site.missing",
                                         .shape = "site.kind",
                                         .word = "site.word",
                                         .number = "site.number" };

bool reading_complain(struct reading *r, const struct node *n, const char *code, const char *why,
                      struct slice what)
{
    return strict_say(&r->reader, n, code, "cannot use '%.*s': %s", SHOWN(what), why);
}

const struct key *reading_key(struct reading *r, const struct node *n)
{
    struct key *key = ARENA_NEW(r->reader.arena, struct key);
    const char *path = strict_path(r->reader.arena, r->site->folder, n->text);
    struct err e = { 0 };
    if (!key || !path || !r->with_keys || key_read(path, key, &e))
        return key;
    strict_say(&r->reader, n, e.code, "%s", e.text);
    return NULL;
}

const char *reading_text(struct reading *r, const struct node *map, const char *key)
{
    const struct node *n = strict_member(map, key, NODE_TEXT);
    return n ? arena_text(r->reader.arena, n->text) : NULL;
}
