/* json.c - one JSON value a message (RFC 8259), found by dotted paths; a unit may hold a list of
 * messages, or one a line.
 *
 * Paths: "referral.to", "tenures[0].id", "patient.phones[]" (a list, for each); under an each a
 * path that begins with a dot is relative to the item (".id"), and "." is the item itself. A null
 * is absent, because most writers send null for what they do not have; a path that ends in "!"
 * says that of this member a null means: the sender cleared it.
 * host/tree reads the text and knows the place of each value.
 * Threads: any; errors: tree.* for the text, json.charset, json.batch, json.path, json.render
 * (ERR_REJECT). */
#include "format/json.h"

#include "base/charset.h"
#include "format/json_doc.h"
#include "format/json_reply.h"

#define PATH_SHOWN_MAX 2048

/* Systems that exchange JSON write UTF-8 (RFC 8259 section 8.1). Another encoding is named in the
 * error, which would else complain of NUL bytes. */
static bool is_utf8_text(struct slice s, struct err *e)
{
    enum charset_kind kind = charset_begins(s);
    if (kind != CHARSET_UTF8)
        return err_set(e, ERR_REJECT, "json.charset", 0, "cannot read as JSON: it is %s, not UTF-8",
                       charset_name(kind));
    return true;
}

static bool json_parse(struct arena *a, const struct head *head, struct slice one, struct doc **out,
                       struct err *e)
{
    (void)head;
    struct doc *d = ARENA_NEW(a, struct doc);
    if (d)
        d->last = ARENA_NEW(a, struct json_place);
    if (!d || !d->last)
        return err_memory(e);
    if (!is_utf8_text(one, e) || !tree_json(a, one, &d->root, e))
        return false;
    *out = d;
    return true;
}

/* Names of the members on the way to a leaf, for its path. */
struct trail {
    struct arena *arena;
    void (*each)(void *ctx, const struct leaf *l);
    void *ctx;
};

static void leaves_of(const struct trail *t, const struct node *n, struct slice path)
{
    if (json_is_scalar(n)) {
        struct leaf l = { path, n->line, n->column };
        if (n->kind != NODE_NULL && (n->kind == NODE_BOOL || n->text.n))
            t->each(t->ctx, &l);
        return;
    }
    size_t number = 0;
    path = slice_head(
        path, PATH_SHOWN_MAX); /* or each leaf would cost what all names above it are long */
    for (const struct node *c = n->first; c; c = c->next) {
        char *text;
        if (n->kind == NODE_LIST)
            text = arena_format(t->arena, "%.*s[%zu]", (int)path.n, (const char *)path.p, number++);
        else
            text = arena_format(t->arena, "%.*s%s%.*s", (int)path.n, (const char *)path.p,
                                path.n ? "." : "", (int)c->key.n, (const char *)c->key.p);
        if (text)
            leaves_of(t, c, slice_text(text)); /* as deep as the tree: TREE_DEPTH_MAX */
    }
}

static void json_leaves(struct arena *a, const struct doc *d,
                        void (*each)(void *ctx, const struct leaf *l), void *ctx)
{
    struct trail t = { a, each, ctx };
    leaves_of(&t, d->root, SLICE(""));
}

const struct format format_json = {
    .name = "json",
    .manual = "one object, a list of them, or one a line; a path is `referral.to`, "
              "`tenures[0].id`, `patient.phones[]`",
    .split = json_split,
    .parse = json_parse,
    .compile = json_compile,
    .clears = true,
    .count = json_count,
    .find = json_find,
    .hides = json_hides,
    .place = json_place,
    .leaves = json_leaves,
    .render = json_render,
    .reply = json_reply,
};
