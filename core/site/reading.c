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

bool reading_unknown(struct reading *r, const struct node *n, const char *code, const char *what,
                     struct slice word, const struct choices_at *choices)
{
    char list[90];
    return strict_say(&r->reader, n, code,
                      "cannot use '%.*s': region.yaml has no such %s, it has %s", SHOWN(word), what,
                      nearest_list_at(word, choices, list, sizeof list));
}

const char *reading_text(struct reading *r, const struct node *map, const char *key)
{
    const struct node *n = strict_member(map, key, NODE_TEXT);
    return n ? arena_text(r->reader.arena, n->text) : NULL;
}
