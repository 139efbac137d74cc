/* strict.h - reading a configuration's tree strictly: only known keys, each of its shape, and every
 * problem told at its place.
 *
 * Reading goes on after a problem, so that all are found; whoever began it asks problems_any() at
 * the end and throws away what was made. A table of keys says the shape of a map once
 * (strict_keys), for the reader and for the manual; what is got from the map afterwards
 * (strict_text ...) is simply absent when it was of another shape, for that has been told. The
 * sentences are the same in every room; the codes are the room's own. Places are those of the
 * nodes, which know their file. */
#ifndef CONCORDAT_HOST_STRICT_H
#define CONCORDAT_HOST_STRICT_H

#include "base/nearest.h"
#include "host/tree.h"

/* A room's codes (string literals) for what is told here. */
struct strict_codes {
    const char *key;     /* no such key */
    const char *missing; /* a key that must be there */
    const char *shape;   /* no map, no list, no text */
    const char *word;    /* not one of the words */
    const char *number;  /* not a number of that range */
};

struct strict {
    struct arena *arena; /* for what is made while reading */
    struct problems *problems;
    const struct strict_codes *codes;
    const char *file; /* its beginning is the place of what has no node */
};

/* Tells a problem at a node's value (n NULL: at the beginning of the file), or at a map member's
 * key. Both return false. */
bool strict_say(const struct strict *r, const struct node *n, const char *code, const char *format,
                ...) PRINTF_LIKE(4, 5);
bool strict_say_key(const struct strict *r, const struct node *n, const char *code,
                    const char *format, ...) PRINTF_LIKE(4, 5);
/* Tells that memory is out; false. */
bool strict_memory(const struct strict *r);

enum strict_shape {
    STRICT_ANY,  /* whoever reads it looks at its shape */
    STRICT_TEXT, /* and not empty */
    STRICT_NOTE, /* a text that may be empty */
    STRICT_LIST,
    STRICT_TEXTS, /* a text or a list */
    STRICT_MAP
};

/* A key that a map may, or must, have. words, NULL-terminated: its text is one of these; NULL: any.
 * manual: one sentence for whoever writes it (`concordat manual`); NULL: a table of options tells
 * it. */
struct strict_key {
    const char *name;
    bool required;
    enum strict_shape shape;
    const char *manual;
    const char *const *words;
};

/* The keys of one map: what is read by is what the manual prints. of: where such a map stands, as
 * "feeds: NAME:"; "": the file itself. */
struct strict_table {
    const char *of;
    const struct strict_key *keys;
    size_t n;
};
/* What one can write, table by table; name: of the topic. */
struct strict_topic {
    const char *name;
    const struct strict_table *const *tables; /* NULL-terminated */
};

#define STRICT_MUST(name, shape, manual)                                                           \
    {                                                                                              \
        (name), true, (shape), (manual), NULL                                                      \
    }
#define STRICT_MAY(name, shape, manual)                                                            \
    {                                                                                              \
        (name), false, (shape), (manual), NULL                                                     \
    }
#define STRICT_MUST_BE(name, words, manual)                                                        \
    {                                                                                              \
        (name), true, STRICT_TEXT, (manual), (words)                                               \
    }
#define STRICT_MAY_BE(name, words, manual)                                                         \
    {                                                                                              \
        (name), false, STRICT_TEXT, (manual), (words)                                              \
    }
#define STRICT_TABLE(name, of, ...)                                                                \
    static const struct strict_key name##_rows[] = { __VA_ARGS__ };                                \
    const struct strict_table name = { (of), name##_rows,                                          \
                                       sizeof name##_rows / sizeof name##_rows[0] }

/* Tells what is unknown, missing, of the wrong shape or none of the words. False when anything was;
 * a map that is NULL is good. */
bool strict_keys(const struct strict *r, const struct node *map, const struct strict_table *table);

/* Tells that a word of the file is none of the choices: "unknown agency 'x': it has a, b or c", the
 * nearest first; at n's value, or at its key. what: "agency". Both return false. */
bool strict_unknown(const struct strict *r, const struct node *n, const char *code,
                    const char *what, struct slice word, const struct choices_at *choices);
bool strict_unknown_key(const struct strict *r, const struct node *n, const char *code,
                        const char *what, const struct choices_at *choices);

/* Whether n is there and of that kind; else tells so of `what`. */
bool strict_is(const struct strict *r, const struct node *n, enum node_kind kind, const char *what);
/* "a text", "a map" ... for people. */
const char *strict_shape_name(enum strict_shape s);
/* One of the words; else tells them, the nearest first. False also when n is NULL or no text, which
 * is not told. */
bool strict_one_of(const struct strict *r, const struct node *n, const char *const *words,
                   size_t count);
/* A whole number from least to most; else tells so. n as above. */
bool strict_number(const struct strict *r, const struct node *n, uint64_t least, uint64_t most,
                   uint64_t *out);

/* A member of that kind, or NULL; tells nothing. */
const struct node *strict_member(const struct node *map, const char *key, enum node_kind kind);
/* Its text, empty when it is not there or no text. */
struct slice strict_text(const struct node *map, const char *key);

/* The items of a list, or the one that is no list: call with *it = NULL first; NULL at the end. */
const struct node *strict_each(const struct node *n, const struct node *it);
/* How many that are. */
size_t strict_count(const struct node *n);

/* A relative path is meant from the folder. NUL-terminated, in the arena; NULL: memory is out. */
const char *strict_path(struct arena *a, const char *folder, struct slice path);

#endif
