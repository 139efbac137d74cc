/* json_doc.h - a parsed JSON message and a compiled path; for the files json*.c only. */
#ifndef CONCORDAT_FORMAT_JSON_DOC_H
#define CONCORDAT_FORMAT_JSON_DOC_H

#include "contract/format.h"

#define JSON_STEPS_MAX 16
#define JSON_INDEX_NONE (-1)
#define JSON_INDEX_EACH (-2)

struct json_step {
    struct slice key; /* empty: an index on the value itself */
    int64_t index;
};

struct path {
    bool is_relative, null_clears;
    size_t count;
    struct json_step steps[JSON_STEPS_MAX];
};

/* The item of an each-path that was found last: the next one is looked for from there. */
struct json_place {
    const struct path *base;
    size_t nth;
    const struct node *item;
};

struct doc {
    struct node *root;
    struct json_place *last; /* written by json_find */
};

static inline bool json_is_scalar(const struct node *n)
{
    return n->kind != NODE_LIST && n->kind != NODE_MAP;
}

/* All as struct format says. */
bool json_split(struct arena *a, struct slice unit, struct cut *c, struct slice *one,
                struct err *e);
bool json_compile(struct arena *a, struct slice text, struct path **out, struct err *e);
bool json_place(struct arena *a, const struct path *p, const struct path **whole,
                struct slice *name, struct err *e);
size_t json_count(const struct doc *d, const struct path *p);
struct found json_find(struct arena *a, const struct doc *d, const struct path *p,
                       const struct path *base, size_t nth);
bool json_hides(struct arena *a, const struct doc *d, const struct path *p,
                const struct path *const *all, size_t n);
bool json_render(const struct node *filled, const struct format_options *o, struct slice id,
                 struct buf *out, struct err *e);

#endif
