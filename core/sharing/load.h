/* load.h - reading the bundle's files strictly; for the room sharing only.
 *
 * Every reader goes on after a problem, so that all are found. What it made of a broken part is
 * only good for finding more problems: bundle_load throws the whole away when there was one. */
#ifndef CONCORDAT_SHARING_LOAD_H
#define CONCORDAT_SHARING_LOAD_H

#include "host/tree.h"
#include "sharing/clause.h"

struct loader {
    struct arena *arena;
    struct problems *problems;
    struct bundle *bundle; /* being made */
    struct compiled *compiled;
    const char *folder;
    struct slice *hashed; /* bytes of every file read, in order */
    size_t hashed_count, hashed_room;
    struct agreement *agreements; /* growing arrays behind bundle's const ones */
    size_t agreement_room;
    struct clause *clauses;
    size_t clause_room;
    struct prohibition *prohibitions;
    size_t prohibition_room;
    struct fact_rule *facts;
    size_t fact_room;
};

/* A key that a map may, or must, have. */
struct key_rule {
    const char *name;
    bool required;
    enum node_kind kind;
};
/* Says what is unknown, missing or of the wrong shape. */
void load_keys(struct loader *l, const struct node *map, const char *what,
               const struct key_rule *rules, size_t n);
#define LOAD_KEYS(l, map, what, rules)                                                             \
    load_keys((l), (map), (what), (rules), sizeof(rules) / sizeof((rules)[0]))
/* Says a problem at a node's value. Returns false. */
bool load_say(struct loader *l, const struct node *n, const char *code, const char *format, ...)
    PRINTF_LIKE(4, 5);
/* At a map member's key. */
bool load_say_key(struct loader *l, const struct node *n, const char *code, const char *format, ...)
    PRINTF_LIKE(4, 5);
bool load_memory(struct loader *l);

/* Small letters, digits and single hyphens, at most 64: ids of everything. */
bool load_is_id(struct slice s);
/* The text of a member, empty when it is not there or no text. */
struct slice load_text(const struct node *map, const char *key);
/* A scalar or a list of scalars as items: call with *it = NULL first. NULL at the end. */
const struct node *load_each(const struct node *n, const struct node *it);
/* One of the words, else a problem naming them. */
bool load_one_of(struct loader *l, const struct node *n, const char *what, const char *const *words,
                 size_t count);
/* A day YYYY-MM-DD: its first millisecond in London, and that of the next day. */
bool load_day(struct loader *l, const struct node *n, int64_t *start_ms, int64_t *end_ms);
/* An array that doubles, in the arena: room for one more item. NULL when memory is out. */
void *load_grow(struct loader *l, void *items, size_t count, size_t *room, size_t item_bytes);

/* {Type: [kind, ...], ...} as numbers. schemas (by index, may be NULL) gets the types named. */
bool load_kinds(struct loader *l, const struct node *map, const uint32_t **out, size_t *n,
                bool *schemas);
/* Category names joined. */
void load_categories(struct loader *l, const struct node *list, struct categories *out);
/* A condition; NULL node gives NULL. */
const struct when *load_when(struct loader *l, const struct node *n, const struct when_scope *s);
/* Services by name, or by role among those of agencies (by index; NULL: all agencies). */
void load_services(struct loader *l, const struct node *n, const bool *agencies,
                   struct services *out);

void load_region(struct loader *l, const struct node *root);
void load_facts(struct loader *l, const struct node *root);
void load_agreement(struct loader *l, const struct node *root);
void load_clauses(struct loader *l, const struct node *list, uint16_t agreement,
                  const bool *parties);
void load_prohibitions(struct loader *l, const struct node *root);
/* Bitmaps of what was loaded. */
bool load_compile(struct loader *l);

#endif
