/* json.c - one JSON value a message (RFC 8259), found by dotted paths.
 *
 * Paths: "referral.to", "tenures[0].id", "patient.phones[]" (a list, for each); under an each a
 * path that begins with a dot is relative to the item (".id"), and "." is the item itself. A null
 * is absent, because most writers send null for what they do not have; a path that ends in "!"
 * says that of this member a null means: the sender cleared it.
 * host/tree reads the text; a second, plain pass over the (then well-formed) text gives each scalar
 * its place and each number its own digits back.
 * Threads: any; errors: tree.* for the text, json.path, json.render (ERR_REJECT). */
#include "format/json.h"

#define STEPS_MAX 16
#define INDEX_NONE (-1)
#define INDEX_EACH (-2)

struct step {
    struct slice key; /* empty: an index on the value itself */
    int64_t index;
};

struct path {
    bool is_relative, null_clears;
    size_t count;
    struct step steps[STEPS_MAX];
};

struct doc {
    struct node *root;
};

static bool is_between(uint8_t c)
{
    return c && strchr(" \t\r\n{}[],:", c);
}

/* The end of the token (text, number or literal) of a well-formed text that begins at i. */
static size_t token_end(struct slice s, size_t i)
{
    if (s.p[i] != '"') {
        while (i < s.n && !is_between(s.p[i]))
            i++;
        return i;
    }
    for (i++; i < s.n && s.p[i] != '"'; i++)
        if (s.p[i] == '\\')
            i++;
    return i + 1;
}

static bool is_key(struct slice s, size_t start, size_t end)
{
    while (end < s.n && (s.p[end] == ' ' || (s.p[end] >= '\t' && s.p[end] <= '\r')))
        end++;
    return s.p[start] == '"' && end < s.n && s.p[end] == ':';
}

/* The next scalar that is not a key: its offset and length. */
static bool next_scalar(struct slice s, size_t *at, size_t *start, size_t *length)
{
    bool key = true;
    while (key) {
        while (*at < s.n && is_between(s.p[*at]))
            *at += 1;
        if (*at >= s.n)
            return false;
        *start = *at;
        *at = token_end(s, *at);
        key = is_key(s, *start, *at);
    }
    *length = *at - *start;
    return true;
}

static bool is_scalar(const struct node *n)
{
    return n->kind != NODE_LIST && n->kind != NODE_MAP;
}

/* Notes each scalar's place in its node (line: offset, column: length), in the order of the text.
 */
static void place_scalars(struct slice s, struct node *root)
{
    struct node *stack[TREE_DEPTH_MAX + 1];
    size_t depth = 0, at = 0, start, length;
    stack[depth++] = root;
    while (depth > 0) {
        struct node *n = stack[--depth];
        if (n->next && depth < TREE_DEPTH_MAX)
            stack[depth++] = n->next;
        if (!is_scalar(n)) {
            if (n->first)
                stack[depth++] = n->first; /* at most one sibling waits for each level above */
        } else if (next_scalar(s, &at, &start, &length)) {
            n->line = (uint32_t)start;
            n->column = (uint32_t)length;
            if (n->kind == NODE_NUMBER)
                n->text = slice_of(s.p + start, length);
        }
    }
}

static bool json_parse(struct arena *a, struct slice one, struct doc **out, struct err *e)
{
    struct doc *d = ARENA_NEW(a, struct doc);
    if (!d)
        return err_memory(e);
    if (one.n > UINT32_MAX)
        return err_set(e, ERR_REJECT, "json.limit", 0, "cannot read a message of 4 GiB or more");
    size_t bom = slice_starts(one, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
    if (!tree_json(a, slice_from(one, bom), &d->root, e))
        return false;
    place_scalars(one, d->root);
    *out = d;
    return true;
}

/* "[0]", "[]" after a name; *at stands on the bracket. */
static bool compile_index(struct slice text, size_t *at, int64_t *index, struct err *e)
{
    size_t close = *at + 1;
    while (close < text.n && text.p[close] != ']')
        close++;
    struct slice digits = slice_of(text.p + *at + 1, close - *at - 1);
    uint64_t n = 0;
    if (close >= text.n || (digits.n && (!slice_to_u64(digits, &n) || n > 100000)))
        return err_set(e, ERR_REJECT, "json.path", *at, "cannot read an index: want [] or [0]");
    *index = digits.n ? (int64_t)n : INDEX_EACH;
    *at = close + 1;
    return true;
}

static bool compile_step(struct slice text, size_t *at, struct path *p, struct err *e)
{
    if (p->count == STEPS_MAX)
        return err_set(e, ERR_REJECT, "json.path", *at, "cannot go deeper than %d steps",
                       STEPS_MAX);
    struct step *s = &p->steps[p->count++];
    size_t start = *at;
    while (*at < text.n && text.p[*at] != '.' && text.p[*at] != '[')
        *at += 1;
    s->key = slice_of(text.p + start, *at - start);
    s->index = INDEX_NONE;
    bool has_index = *at < text.n && text.p[*at] == '[';
    if (!s->key.n && !has_index)
        return err_set(e, ERR_REJECT, "json.path", start, "cannot find a member without a name");
    if (has_index && !compile_index(text, at, &s->index, e))
        return false;
    if (*at < text.n && text.p[*at] != '.' && text.p[*at] != '[')
        return err_set(e, ERR_REJECT, "json.path", *at, "cannot read a path: want '.' or the end");
    return true;
}

static bool json_compile(struct arena *a, struct slice text, struct path **out, struct err *e)
{
    struct path *p = ARENA_NEW(a, struct path);
    text = arena_copy(a, slice_trim(text));
    if (!p || !text.p)
        return err_memory(e);
    if (text.n && text.p[text.n - 1] == '!') {
        p->null_clears = true;
        text.n--;
    }
    size_t at = 0;
    p->is_relative = text.n && text.p[0] == '.';
    if (p->is_relative)
        at = 1;
    else if (!text.n)
        return err_set(e, ERR_REJECT, "json.path", 0, "cannot find a member without a name");
    while (at < text.n) {
        if (!compile_step(text, &at, p, e))
            return false;
        if (at < text.n && text.p[at] == '.' && ++at == text.n)
            return err_set(e, ERR_REJECT, "json.path", at, "cannot end a path with a dot");
    }
    *out = p;
    return true;
}

static const struct node *item(const struct node *list, uint64_t n)
{
    if (!list || list->kind != NODE_LIST || n >= list->count)
        return NULL;
    const struct node *child = list->first;
    while (child && n--)
        child = child->next;
    return child;
}

/* Walks steps from n; nth stands for each "[]". */
static const struct node *walk(const struct node *n, const struct path *p, size_t nth, bool whole)
{
    for (size_t i = 0; n && i < p->count; i++) {
        const struct step *s = &p->steps[i];
        if (s->key.n)
            n = node_get_slice(n, s->key);
        if (s->index == INDEX_EACH && !(whole && i + 1 == p->count))
            n = item(n, nth);
        else if (s->index >= 0)
            n = item(n, (uint64_t)s->index);
    }
    return n;
}

static size_t json_count(const struct doc *d, const struct path *p)
{
    const struct node *n = walk(d->root, p, 0, true);
    if (!n || n->kind == NODE_NULL)
        return 0;
    return n->kind == NODE_LIST ? n->count : 1;
}

static struct found json_find(struct arena *a, const struct doc *d, const struct path *p,
                              const struct path *base, size_t nth)
{
    (void)a;
    struct found f = { .how = FOUND_ABSENT };
    const struct node *n = d->root;
    if (p->is_relative && base)
        n = walk(n, base, nth, false);
    n = walk(n, p, nth, false);
    if (!n || !is_scalar(n))
        return f;
    f.at = n->line;
    f.length = n->column;
    if (n->kind == NODE_NULL) {
        f.how = p->null_clears ? FOUND_CLEARED : FOUND_ABSENT;
        return f;
    }
    if (n->kind == NODE_BOOL)
        f.value = n->truth ? SLICE("true") : SLICE("false");
    else
        f.value = n->text;
    f.how = slice_is_empty(slice_trim(f.value)) ? FOUND_ABSENT : FOUND_PRESENT;
    return f;
}

/* Names of the members on the way to a leaf, for its path. */
struct trail {
    struct arena *arena;
    void (*each)(void *ctx, const struct leaf *l);
    void *ctx;
};

static void leaves_of(const struct trail *t, const struct node *n, struct slice path)
{
    if (is_scalar(n)) {
        struct leaf l = { path, n->line, n->column };
        if (n->kind != NODE_NULL && (n->kind == NODE_BOOL || n->text.n))
            t->each(t->ctx, &l);
        return;
    }
    size_t number = 0;
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

/* A map whose keys are dotted paths becomes nested objects. */
static bool json_render(const struct node *filled, struct slice id, struct buf *out, struct err *e)
{
    (void)id; /* a message carries its id in a member that the mapping names */
    if (filled->kind != NODE_MAP)
        return err_set(e, ERR_REJECT, "json.render", 0, "cannot write what is not a map");
    struct arena a;
    arena_init(&a, 4 << 20);
    struct node *root = node_new(&a, NODE_MAP);
    for (const struct node *n = filled->first; root && n; n = n->next) {
        struct node *copy = node_new(&a, n->kind);
        if (copy) {
            struct node fresh = *copy;
            *copy = *n;
            copy->key = fresh.key;
            copy->next = NULL;
        }
        node_put_path(&a, root, n->key, copy);
        if (!copy)
            root = NULL;
    }
    if (root)
        node_to_json(root, out);
    arena_release(&a);
    return root ? buf_done(out, e) : err_memory(e);
}

/* Accepted, or a problem in the manner of RFC 9457: code and sentence, never what was sent. */
static void json_reply(const struct doc *d, struct slice raw, enum reply_kind kind,
                       const struct err *why, int64_t now_ms, struct buf *out)
{
    (void)d;
    (void)raw;
    (void)now_ms;
    if (kind == REPLY_ACCEPT) {
        buf_text(out, "{\"status\":\"accepted\"}");
        return;
    }
    bool later = kind == REPLY_REJECT && why && why->fate == ERR_RETRY;
    buf_format(out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d",
               later ? "cannot be kept now" : "refused", later ? 503 : 422);
    if (why && why->code) {
        buf_text(out, ",\"code\":");
        buf_json(out, slice_text(why->code));
        buf_text(out, ",\"detail\":");
        buf_json(out, slice_text(why->text));
        buf_format(out, ",\"offset\":%zu", why->at);
    }
    buf_byte(out, '}');
}

const struct format format_json = {
    .name = "json",
    .parse = json_parse,
    .compile = json_compile,
    .count = json_count,
    .find = json_find,
    .leaves = json_leaves,
    .render = json_render,
    .reply = json_reply,
};
