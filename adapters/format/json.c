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
#include "base/clean.h"
#include "format/json_reply.h"

#define STEPS_MAX 16
#define PATH_SHOWN_MAX 2048
#define SCRATCH_MAX ((size_t)32 << 20)
#define TEXT_MARK 0x1e /* RFC 7464: before each text of a sequence */
#define INDEX_MAX 100000
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

/* The item of an each-path that was found last: the next one is looked for from there. */
struct place {
    const struct path *base;
    size_t nth;
    const struct node *item;
};

struct doc {
    struct node *root;
    struct place *last; /* written by find */
};

static bool is_scalar(const struct node *n)
{
    return n->kind != NODE_LIST && n->kind != NODE_MAP;
}

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
        d->last = ARENA_NEW(a, struct place);
    if (!d || !d->last)
        return err_memory(e);
    if (!is_utf8_text(one, e) || !tree_json(a, one, &d->root, e))
        return false;
    *out = d;
    return true;
}

/* Taking a unit apart. Only brackets, commas and quotes are looked at: what stands between them is
 * parse()'s to judge. */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == TEXT_MARK;
}

static void json_skip_blanks(struct slice s, size_t *at)
{
    while (*at < s.n && is_blank(s.p[*at]))
        *at += 1;
}

/* The closing quote of the text that begins with a quote at i. */
static size_t text_end(struct slice s, size_t i)
{
    i++;
    while (i < s.n && s.p[i] != '"')
        i += s.p[i] == '\\' ? 2 : 1;
    return i;
}

/* The end of the value that begins at i, or where the text stops being one. */
static size_t value_end(struct slice s, size_t i, bool in_list)
{
    size_t depth = 0;
    for (; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool closes = c == '}' || c == ']';
        bool separates = c == (in_list ? ',' : '\n');
        if (depth == 0 && (closes || separates))
            break;
        if (c == '"')
            i = text_end(s, i);
        else if (c == '{' || c == '[')
            depth++;
        else if (closes)
            depth--;
        if (closes && depth == 0)
            return i + 1;
    }
    return i < s.n ? i : s.n;
}

/* Whether all from i on is blank. */
static bool ends_at(struct slice s, size_t i)
{
    json_skip_blanks(s, &i);
    return i == s.n;
}

/* What a cut has found of its unit. */
enum { NOT_BEGUN, LIST_OPEN, IN_LIST, LINES };

/* *at stands after '[', or after a message of the list. */
static bool next_in_list(struct slice unit, struct cut *c, struct slice *one, struct err *e)
{
    size_t i = c->at;
    json_skip_blanks(unit, &i);
    bool begun = c->note == IN_LIST;
    if (begun && i < unit.n && unit.p[i] == ']') {
        c->at = unit.n;
        if (!ends_at(unit, i + 1))
            (void)err_set(e, ERR_REJECT, "json.batch", i + 1,
                          "cannot read a list of messages: text after its end");
        return false;
    }
    if (begun && i < unit.n && unit.p[i] == ',')
        i++;
    json_skip_blanks(unit, &i);
    size_t end = value_end(unit, i, true), after = end;
    json_skip_blanks(unit, &after);
    bool closed = after < unit.n && (unit.p[after] == ',' || unit.p[after] == ']');
    if (i == end || !closed)
        return err_set(e, ERR_REJECT, "json.batch", after,
                       "cannot read a list of messages: want a message, then ',' or ']'");
    *one = slice_of(unit.p + i, end - i);
    c->at = end;
    c->note = IN_LIST;
    return true;
}

/* One value a line, or one in all. What stands after a value on its line makes it no JSON: parse()
 * gets both and says so. */
static bool next_json_line(struct slice unit, size_t *at, struct slice *one)
{
    size_t start = *at;
    json_skip_blanks(unit, &start);
    if (start == unit.n)
        return false;
    size_t end = value_end(unit, start, false), line = end;
    while (line < unit.n && memchr(" \t\r", unit.p[line], 3))
        line++;
    bool has_more_on_line = line < unit.n && unit.p[line] != '\n';
    if (end == start || has_more_on_line)
        end = unit.n;
    *one = slice_of(unit.p + start, end - start);
    bool last = ends_at(unit, end);
    if (*at == 0 && last && unit.p[0] != TEXT_MARK)
        *one = unit; /* alone in its unit it is the unit, byte for byte */
    *at = last ? unit.n : end;
    return true;
}

/* How the unit is taken apart, seen once. */
static void begin_cut(struct slice unit, struct cut *c)
{
    size_t first = slice_starts(unit, SLICE("\xEF\xBB\xBF")) ? 3 : 0;
    json_skip_blanks(unit, &first);
    bool is_list = first < unit.n && unit.p[first] == '[';
    c->note = is_list ? LIST_OPEN : LINES;
    c->at = is_list ? first + 1 : 0;
}

/* A list of messages (application/cloudevents-batch+json), or one value a line (NDJSON). */
static bool json_split(struct arena *a, struct slice unit, struct cut *c, struct slice *one,
                       struct err *e)
{
    (void)a;
    if (c->note == NOT_BEGUN)
        begin_cut(unit, c);
    if (c->note != LINES)
        return next_in_list(unit, c, one, e);
    if (c->at == 0 && charset_begins(unit) != CHARSET_UTF8) {
        *one = unit;
        c->at = unit.n;
        return unit.n > 0;
    }
    return next_json_line(unit, &c->at, one);
}

/* "[0]", "[]" after a name; *at stands on the bracket. */
static bool compile_index(struct slice text, size_t *at, int64_t *index, struct err *e)
{
    size_t close = *at + 1;
    while (close < text.n && text.p[close] != ']')
        close++;
    struct slice digits = slice_of(text.p + *at + 1, close - *at - 1);
    uint64_t n = 0;
    bool is_index = !digits.n || (slice_to_u64(digits, &n) && n <= INDEX_MAX);
    if (close >= text.n || !is_index)
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
    else if (text.n && text.p[0] == '[')
        return err_set(e, ERR_REJECT, "json.path", 0,
                       "cannot begin with an index: each item of a list is a message of its own");
    else if (!text.n)
        return err_set(e, ERR_REJECT, "json.path", 0, "cannot find a member without a name");
    while (at < text.n) {
        if (!compile_step(text, &at, p, e))
            return false;
        if (at == text.n || text.p[at] != '.')
            continue;
        at++;
        if (at == text.n)
            return err_set(e, ERR_REJECT, "json.path", at, "cannot end a path with a dot");
    }
    *out = p;
    return true;
}

/* The items of a list are one place. */
static bool json_place(struct arena *a, const struct path *p, const struct path **whole,
                       struct slice *name, struct err *e)
{
    const char *text = "";
    for (size_t i = 0; text && i < p->count; i++)
        text = arena_format(a, "%s.%.*s", text, SHOWN(p->steps[i].key));
    *whole = p;
    *name = slice_text(text);
    return text ? true : err_memory(e);
}

static const struct node *list_item(const struct node *list, uint64_t n)
{
    if (!list || list->kind != NODE_LIST || n >= list->count)
        return NULL;
    const struct node *child = list->first;
    while (child && n--)
        child = child->next;
    return child;
}

/* Walks steps from n; nth stands for each "[]". whole: a "[]" at the end stands for the whole
 * list. */
static const struct node *walk_steps(const struct node *n, const struct path *p, size_t nth,
                                     bool whole)
{
    for (size_t i = 0; n && i < p->count; i++) {
        const struct step *s = &p->steps[i];
        bool is_last = i + 1 == p->count;
        if (s->key.n)
            n = node_get_slice(n, s->key);
        if (s->index >= 0)
            n = list_item(n, (uint64_t)s->index);
        else if (s->index == INDEX_EACH && !(whole && is_last))
            n = list_item(n, nth);
    }
    return n;
}

/* The n-th item of an each: paths ask for the same one many times, and then for the next. */
static const struct node *item_at(const struct doc *d, const struct path *base, size_t nth)
{
    struct place *last = d->last;
    bool known = last->base == base && last->item;
    if (known && nth == last->nth)
        return last->item;
    bool ends_in_each = base->count && base->steps[base->count - 1].index == INDEX_EACH;
    const struct node *n = NULL;
    if (known && ends_in_each && nth == last->nth + 1)
        n = last->item->next;
    else
        n = walk_steps(d->root, base, nth, false);
    *last = (struct place){ base, nth, n };
    return n;
}

static size_t json_count(const struct doc *d, const struct path *p)
{
    const struct node *n = walk_steps(d->root, p, 0, true);
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
        n = item_at(d, base, nth);
    n = walk_steps(n, p, nth, false);
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

static bool is_nothing(const struct node *n)
{
    if (!n || n->kind == NODE_NULL)
        return true;
    if (!is_scalar(n))
        return !n->first;
    return n->kind != NODE_BOOL && slice_is_blank(n->text);
}

/* Whether q goes as p does up to step i, and there to the item with that number. */
static bool goes_to(const struct path *q, const struct path *p, size_t i, int64_t number)
{
    if (q->is_relative || q->count <= i)
        return false;
    for (size_t j = 0; j <= i; j++)
        if (!slice_equal(q->steps[j].key, p->steps[j].key))
            return false;
    for (size_t j = 0; j < i; j++)
        if (q->steps[j].index != p->steps[j].index)
            return false;
    return q->steps[i].index == number || q->steps[i].index == INDEX_EACH;
}

static bool is_bare(const struct node *map)
{
    for (const struct node *c = map->first; c; c = c->next)
        if (!is_nothing(c))
            return false;
    return true;
}

/* Whether the item has members, but none that the paths to it want: those have other names, or lie
 * deeper. */
static bool is_other(const struct node *one, const struct path *p, size_t i, int64_t number,
                     const struct path *const *all, size_t n)
{
    if (one->kind != NODE_MAP || is_bare(one))
        return false;
    for (size_t j = 0; j < n; j++) {
        bool wants_member = goes_to(all[j], p, i, number) && all[j]->count > i + 1;
        if (wants_member && node_get_slice(one, all[j]->steps[i + 1].key))
            return false;
    }
    return true;
}

static bool list_hides(const struct node *list, const struct path *p, size_t i,
                       const struct path *const *all, size_t n)
{
    int64_t number = 0;
    for (const struct node *c = list->first; c; c = c->next, number++) {
        bool is_read = is_nothing(c);
        for (size_t j = 0; j < n && !is_read; j++)
            is_read = goes_to(all[j], p, i, number);
        if (!is_read || is_other(c, p, i, number, all, n))
            return true;
    }
    return false;
}

/* Hidden is a value where p wants members or items, a list or members where p wants a value, an
 * item that no path reads, and an item without a member that any path wants. */
static bool json_hides(struct arena *a, const struct doc *d, const struct path *p,
                       const struct path *const *all, size_t n)
{
    (void)a;
    const struct node *at = p->is_relative ? NULL : d->root;
    for (size_t i = 0; i < p->count && !is_nothing(at); i++) {
        const struct step *s = &p->steps[i];
        if (s->key.n) {
            if (at->kind != NODE_MAP)
                return true;
            at = node_get_slice(at, s->key);
        }
        if (s->index == INDEX_EACH)
            return false;
        if (s->index == INDEX_NONE || is_nothing(at))
            continue;
        if (at->kind != NODE_LIST || list_hides(at, p, i, all, n))
            return true;
        at = list_item(at, (uint64_t)s->index);
    }
    return !is_nothing(at) && !is_scalar(at);
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

/* Whether a dotted path can be put into the tree. Brackets would be part of a name; of two paths
 * of which one begins the other, one would be lost or stand twice. */
static bool can_put(const struct node *map, struct slice path, struct err *e)
{
    struct slice rest = path;
    if (slice_find(path, '[') < path.n)
        return err_set(e, ERR_REJECT, "json.render", 0,
                       "cannot write '%.*s': a list comes from each, not from a name", SHOWN(path));
    while (map) {
        size_t dot = slice_find(rest, '.');
        if (dot == 0)
            return err_set(e, ERR_REJECT, "json.render", 0,
                           "cannot write '%.*s': a name is missing before a dot", SHOWN(path));
        const struct node *there = node_get_slice(map, slice_head(rest, dot));
        if (there && (dot == rest.n || there->kind != NODE_MAP))
            return err_set(e, ERR_REJECT, "json.render", 0,
                           "cannot write '%.*s': another path begins with it, or it with another",
                           SHOWN(path));
        map = there;
        rest = slice_from(rest, dot + 1);
    }
    return true;
}

/* A copy whose texts are clean, as deep as the tree of a mapping. NULL when memory ran out, or
 * when a name is not clean: *dirty is its member. */
static struct node *clean_copy(struct arena *a, const struct node *n, const struct node **dirty)
{
    struct node *copy = node_new(a, n->kind);
    if (!copy)
        return NULL;
    copy->truth = n->truth;
    copy->text = text_clean(a, n->text);
    for (const struct node *c = n->first; c; c = c->next) {
        struct slice key = text_clean(a, c->key);
        if (!slice_equal(key, c->key)) {
            if (key.p)
                *dirty = c;
            return NULL;
        }
        struct node *member = clean_copy(a, c, dirty);
        if (!member)
            return NULL;
        if (n->kind == NODE_MAP)
            node_put(copy, c->key, member);
        else
            node_add(copy, member);
    }
    return copy->text.p ? copy : NULL;
}

static bool no_name(const struct node *n, struct err *e)
{
    return err_set(e, ERR_REJECT, "json.render", 0,
                   "cannot write '%.*s': its name has a control character, or one that is not seen",
                   SHOWN(n->key));
}

/* A map whose keys are dotted paths becomes nested objects. */
static bool json_render(const struct node *filled, const struct format_options *o, struct slice id,
                        struct buf *out, struct err *e)
{
    (void)o;
    (void)id; /* a message carries its id in a member that the mapping names */
    if (filled->kind != NODE_MAP)
        return err_set(e, ERR_REJECT, "json.render", 0, "cannot write what is not a map");
    struct arena a;
    arena_init(&a, SCRATCH_MAX);
    const struct node *dirty = NULL, *clean = clean_copy(&a, filled, &dirty);
    struct node *root = clean ? node_new(&a, NODE_MAP) : NULL;
    bool fits = dirty ? no_name(dirty, e) : true;
    for (const struct node *n = clean ? clean->first : NULL; root && fits && n; n = n->next) {
        fits = can_put(root, n->key, e);
        if (!fits)
            break;
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
    if (root && fits)
        node_to_json(root, out);
    arena_release(&a);
    if (!fits)
        return false;
    return root ? buf_done(out, e) : err_memory(e);
}

const struct format format_json = {
    .name = "json",
    .manual = "one object, a list of them, or one a line; a path is `referral.to`, "
              "`tenures[0].id`, `patient.phones[]`",
    .split = json_split,
    .parse = json_parse,
    .compile = json_compile,
    .count = json_count,
    .find = json_find,
    .hides = json_hides,
    .place = json_place,
    .leaves = json_leaves,
    .render = json_render,
    .reply = json_reply,
};
