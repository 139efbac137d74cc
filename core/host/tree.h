/* tree.h - YAML and JSON as one tree of nodes that know their place.
 *
 * Every scalar of YAML is text, typed by whoever reads the key: on, .2 and 2026-04-01 are never
 * resolved. JSON keeps its types (NODE_TEXT, NODE_NUMBER with its digits, NODE_BOOL, NODE_NULL).
 * Strict: duplicate keys, YAML aliases, anchors, tags and several documents are refused.
 * Trees live in the arena given; places are file:line:column, 1-based. A tree of JSON borrows its
 * text, and its line and column are the byte offset and the length of each value as it stands there
 * (read .avsc as YAML, which JSON is nearly a part of, to get lines).
 * Errors: tree.open, tree.syntax, tree.duplicate, tree.refused, tree.limit (ERR_REJECT). */
#ifndef CONCORDAT_HOST_TREE_H
#define CONCORDAT_HOST_TREE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum node_kind { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool truth;            /* NODE_BOOL */
    struct slice text;     /* NODE_TEXT (UTF-8), NODE_NUMBER (its digits) */
    struct slice key;      /* of a map's member */
    const char *file;      /* borrowed from the arena */
    uint32_t line, column; /* of the value */
    uint32_t key_line, key_column;
    struct node *first, *last, *next; /* children of a list or map, in order */
    size_t count;
};

#define TREE_DEPTH_MAX 64

/* Reads a file (at most 16 MiB). name is what errors and places say; path is what is opened. */
MUST_CHECK bool tree_yaml_file(struct arena *a, const char *path, struct node **out, struct err *e);
MUST_CHECK bool tree_yaml(struct arena *a, struct slice text, const char *name, struct node **out,
                          struct err *e);
/* RFC 8259, whole input, one value, duplicate keys refused, depth at most TREE_DEPTH_MAX, NUL in
 * texts allowed, a byte order mark passed over. Numbers keep their digits. Borrows text for the
 * tree's life. e->at is the byte offset. */
MUST_CHECK bool tree_json(struct arena *a, struct slice text, struct node **out, struct err *e);

/* A whole file into the arena, at most max bytes. tree.open, tree.limit. */
MUST_CHECK bool tree_read_file(struct arena *a, const char *path, size_t max, struct slice *out,
                               struct err *e);

/* The member of a map, or NULL (also when n is NULL or no map). */
struct node *node_get(const struct node *n, const char *key);
struct node *node_get_slice(const struct node *n, struct slice key);
/* Making trees (render, JSON answers): NULL only when the arena is full. */
struct node *node_new(struct arena *a, enum node_kind kind);
struct node *node_new_text(struct arena *a, struct slice text); /* borrows text */
struct node *node_new_number(struct arena *a, int64_t value);
struct node *node_new_bool(struct arena *a, bool truth);
/* Adds child to a list, or to a map under key (borrowed). child may be NULL: then nothing. */
void node_add(struct node *list, struct node *child);
void node_put(struct node *map, struct slice key, struct node *child);
/* Walks "a.b.c" from a map, making maps on the way, and puts child there. */
void node_put_path(struct arena *a, struct node *map, struct slice dotted, struct node *child);

/* Compact JSON, members in order. */
void node_to_json(const struct node *n, struct buf *out);
/* JSON with two blanks a level, for people. */
void node_to_json_pretty(const struct node *n, struct buf *out);

#endif
