/* tree_json.c - JSON (RFC 8259) into trees, in one pass.
 *
 * Each value is placed and read by the same step, so that a text can never stand beside another's
 * place. Numbers keep the digits that were written, however many: whoever needs one as a number
 * reads them, and one that nobody reads refuses nothing. A byte order mark of UTF-8 before the
 * value is passed over (section 8.1); offsets count it. */
#include "host/tree.h"

#include <stdlib.h>

/* Up to so many keys each is compared with each; of more they are sorted first. */
#define KEYS_PAIRED_MAX 16

struct reader {
    struct arena *a;
    struct slice s;
    size_t at, depth;
    struct err *e;
};

static bool json_refuse(const struct reader *r, const char *why)
{
    return err_set(r->e, ERR_REJECT, "tree.syntax", r->at, "cannot read as JSON%s%s",
                   *why ? ": " : "", why);
}

static bool is_at_end(const struct reader *r)
{
    return r->at >= r->s.n;
}

/* What is wrong where a byte was wanted that is not there. */
static bool refuse_byte(const struct reader *r)
{
    if (is_at_end(r))
        return json_refuse(r, "the input ends");
    return json_refuse(r, r->s.p[r->at] ? "" : "a NUL byte");
}

static bool is_next(const struct reader *r, uint8_t byte)
{
    return r->at < r->s.n && r->s.p[r->at] == byte;
}

static void json_skip_space(struct reader *r)
{
    while (is_next(r, ' ') || is_next(r, '\n') || is_next(r, '\r') || is_next(r, '\t'))
        r->at++;
}

static bool is_next_digit(const struct reader *r)
{
    return r->at < r->s.n && r->s.p[r->at] >= '0' && r->s.p[r->at] <= '9';
}

static bool json_digits(struct reader *r)
{
    if (!is_next_digit(r))
        return refuse_byte(r);
    while (is_next_digit(r))
        r->at++;
    return true;
}

/* Section 6: -? int frac? exp? */
static bool json_number(struct reader *r)
{
    if (is_next(r, '-'))
        r->at++;
    if (is_next(r, '0'))
        r->at++;
    else if (!json_digits(r))
        return false;
    if (is_next(r, '.')) {
        r->at++;
        if (!json_digits(r))
            return false;
    }
    if (!is_next(r, 'e') && !is_next(r, 'E'))
        return true;
    r->at++;
    if (is_next(r, '+') || is_next(r, '-'))
        r->at++;
    return json_digits(r);
}

/* The four digits of \uXXXX; r->at stands on the first. */
static bool hex_unit(struct reader *r, uint32_t *out)
{
    *out = 0;
    for (size_t end = r->at + 4; r->at < end; r->at++) {
        int digit = is_at_end(r) ? -1 : hex_digit(r->s.p[r->at]);
        if (digit < 0)
            return refuse_byte(r);
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

/* \uXXXX, two of them for what lies past the first plane; half of such a pair is no character. */
static bool json_unicode(struct reader *r, uint8_t **to)
{
    uint32_t c, low;
    if (!hex_unit(r, &c))
        return false;
    if (c >= 0xd800 && c < 0xdc00) {
        if (!slice_starts(slice_from(r->s, r->at), SLICE("\\u")))
            return json_refuse(r, "half of a pair of \\u");
        r->at += 2;
        if (!hex_unit(r, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return json_refuse(r, "half of a pair of \\u");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c <= 0xdfff) {
        return json_refuse(r, "half of a pair of \\u");
    }
    *to = slice_put_utf8(*to, c);
    return true;
}

static bool json_escape(struct reader *r, uint8_t **to)
{
    static const char from[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (is_at_end(r))
        return refuse_byte(r);
    uint8_t c = r->s.p[r->at];
    const char *known = c ? strchr(from, c) : NULL;
    if (c != 'u' && !known)
        return refuse_byte(r);
    r->at++;
    if (c == 'u')
        return json_unicode(r, to);
    *(*to)++ = (uint8_t)meant[known - from];
    return true;
}

/* The end of the characters that stand for themselves. */
static size_t plain_end(const struct reader *r)
{
    size_t i = r->at;
    while (i < r->s.n && r->s.p[i] != '"' && r->s.p[i] != '\\' && r->s.p[i] >= ' ')
        i++;
    return i;
}

static bool plain_run(struct reader *r, struct slice *out)
{
    size_t end = plain_end(r);
    *out = slice_of(r->s.p + r->at, end - r->at);
    if (slice_is_utf8(*out)) {
        r->at = end;
        return true;
    }
    for (size_t n = 1; n; r->at += n) /* only to say where */
        n = slice_utf8_length(slice_of(r->s.p + r->at, end - r->at));
    return json_refuse(r, "not UTF-8");
}

/* A text with its quotes; one without escapes is borrowed. */
static bool json_string(struct reader *r, struct slice *out)
{
    r->at++;
    if (!plain_run(r, out))
        return false;
    if (!is_next(r, '"')) {
        size_t end = r->at;
        while (end < r->s.n && r->s.p[end] != '"')
            end += r->s.p[end] == '\\' ? 2 : 1;
        /* No escape is shorter than what it stands for. */
        uint8_t *bytes = arena_alloc(r->a, out->n + end - r->at + 1), *to = bytes;
        if (!bytes)
            return err_memory(r->e);
        for (struct slice run = *out;;) {
            memcpy(to, run.p, run.n);
            to += run.n;
            if (!is_next(r, '\\'))
                break;
            r->at++;
            if (!json_escape(r, &to) || !plain_run(r, &run))
                return false;
        }
        *out = slice_of(bytes, (size_t)(to - bytes));
    }
    if (!is_next(r, '"'))
        return refuse_byte(r);
    r->at++;
    return true;
}

static bool json_value(struct reader *r, struct node **out);

static bool json_list(struct reader *r, struct node *n)
{
    for (bool more = !is_next(r, ']'); more;) {
        struct node *child;
        if (!json_value(r, &child))
            return false;
        node_add(n, child);
        json_skip_space(r);
        more = is_next(r, ',');
        if (more)
            r->at++;
    }
    return is_next(r, ']') || refuse_byte(r);
}

static int by_node_key(const void *a, const void *b)
{
    const struct node *const *x = a, *const *y = b;
    return slice_compare((*x)->key, (*y)->key);
}

static bool refuse_twice(const struct reader *r, const struct node *n)
{
    return err_set(r->e, ERR_REJECT, "tree.duplicate", n->key_column,
                   "a key stands twice in one object");
}

static bool check_pairs(const struct reader *r, const struct node *map)
{
    for (const struct node *n = map->first; n; n = n->next)
        for (const struct node *before = map->first; before != n; before = before->next)
            if (slice_equal(before->key, n->key))
                return refuse_twice(r, n);
    return true;
}

static bool check_keys(const struct reader *r, const struct node *map)
{
    if (map->count <= KEYS_PAIRED_MAX)
        return check_pairs(r, map);
    const struct node **all = arena_alloc(r->a, map->count * sizeof *all);
    size_t count = 0;
    if (!all)
        return err_memory(r->e);
    for (const struct node *n = map->first; n; n = n->next)
        all[count++] = n;
    qsort(all, count, sizeof *all, by_node_key);
    for (size_t i = 1; i < count; i++)
        if (slice_equal(all[i - 1]->key, all[i]->key))
            return refuse_twice(r,
                                all[i - 1]->key_column > all[i]->key_column ? all[i - 1] : all[i]);
    return true;
}

static bool json_member(struct reader *r, struct node *map)
{
    struct slice key;
    struct node *child;
    json_skip_space(r);
    size_t start = r->at;
    if (!is_next(r, '"'))
        return refuse_byte(r);
    if (!json_string(r, &key))
        return false;
    if (slice_find(key, 0) < key.n)
        return err_set(r->e, ERR_REJECT, "tree.refused", start,
                       "a key holds a zero byte (\\u0000)");
    json_skip_space(r);
    if (!is_next(r, ':'))
        return refuse_byte(r);
    r->at++;
    if (!json_value(r, &child))
        return false;
    child->key_column = (uint32_t)start;
    node_put(map, key, child);
    return true;
}

static bool json_map(struct reader *r, struct node *n)
{
    for (bool more = !is_next(r, '}'); more;) {
        if (!json_member(r, n))
            return false;
        json_skip_space(r);
        more = is_next(r, ',');
        if (more)
            r->at++;
    }
    return (is_next(r, '}') || refuse_byte(r)) && check_keys(r, n);
}

static bool json_literal(struct reader *r, struct node *n)
{
    static const struct {
        struct slice word;
        enum node_kind kind;
        bool truth;
    } words[] = { { SLICE_INIT("true"), NODE_BOOL, true },
                  { SLICE_INIT("false"), NODE_BOOL, false },
                  { SLICE_INIT("null"), NODE_NULL, false } };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_starts(slice_from(r->s, r->at), words[i].word)) {
            n->kind = words[i].kind;
            n->truth = words[i].truth;
            r->at += words[i].word.n;
            return true;
        }
    return refuse_byte(r);
}

static bool json_nested(struct reader *r, struct node *n)
{
    n->kind = r->s.p[r->at] == '[' ? NODE_LIST : NODE_MAP;
    if (r->depth == TREE_DEPTH_MAX)
        return err_set(r->e, ERR_REJECT, "tree.limit", r->at,
                       "the message nests lists and objects more than %d deep", TREE_DEPTH_MAX);
    r->depth++;
    r->at++;
    json_skip_space(r);
    if (n->kind == NODE_LIST ? !json_list(r, n) : !json_map(r, n))
        return false;
    r->at++;
    r->depth--;
    return true;
}

/* As deep as TREE_DEPTH_MAX. */
static bool json_value(struct reader *r, struct node **out)
{
    struct node *n = node_new(r->a, NODE_NULL);
    if (!n)
        return err_memory(r->e);
    json_skip_space(r);
    size_t start = r->at;
    bool good;
    if (is_next(r, '[') || is_next(r, '{')) {
        good = json_nested(r, n);
    } else if (is_next(r, '"')) {
        n->kind = NODE_TEXT;
        good = json_string(r, &n->text);
    } else if (is_next(r, '-') || is_next_digit(r)) {
        n->kind = NODE_NUMBER;
        good = json_number(r);
        n->text = slice_of(r->s.p + start, r->at - start);
    } else {
        good = json_literal(r, n);
    }
    n->line = (uint32_t)start;
    n->column = (uint32_t)(r->at - start);
    *out = n;
    return good;
}

bool tree_json(struct arena *a, struct slice text, struct node **out, struct err *e)
{
    struct reader r = { .a = a, .s = text, .e = e };
    struct node *root = NULL;
    if (text.n > UINT32_MAX)
        return err_set(e, ERR_REJECT, "tree.limit", 0, "cannot read a text of 4 GiB or more");
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        r.at = 3;
    if (!json_value(&r, &root))
        return false;
    json_skip_space(&r);
    if (!is_at_end(&r))
        return is_next(&r, '\0') ? refuse_byte(&r) : json_refuse(&r, "a second value");
    *out = root;
    return true;
}
