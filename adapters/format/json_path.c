/* json_path.c - compiles the dotted paths of json.c. */
#include "format/json_doc.h"

#define INDEX_MAX 100000

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
    *index = digits.n ? (int64_t)n : JSON_INDEX_EACH;
    *at = close + 1;
    return true;
}

static bool compile_step(struct slice text, size_t *at, struct path *p, struct err *e)
{
    if (p->count == JSON_STEPS_MAX)
        return err_set(e, ERR_REJECT, "json.path", *at, "cannot go deeper than %d steps",
                       JSON_STEPS_MAX);
    struct json_step *s = &p->steps[p->count++];
    size_t start = *at, end = start;
    while (end < text.n && text.p[end] != '.' && text.p[end] != '[')
        end++;
    s->key = slice_of(text.p + start, end - start);
    s->index = JSON_INDEX_NONE;
    *at = end;
    bool has_index = end < text.n && text.p[end] == '[';
    if (!s->key.n && !has_index)
        return err_set(e, ERR_REJECT, "json.path", start, "cannot find a member without a name");
    if (has_index && !compile_index(text, at, &s->index, e))
        return false;
    if (*at < text.n && text.p[*at] != '.' && text.p[*at] != '[')
        return err_set(e, ERR_REJECT, "json.path", *at, "cannot read a path: want '.' or the end");
    return true;
}

bool json_compile(struct arena *a, struct slice text, struct path **out, struct err *e)
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
bool json_place(struct arena *a, const struct path *p, const struct path **whole,
                struct slice *name, struct err *e)
{
    const char *text = "";
    for (size_t i = 0; text && i < p->count; i++)
        text = arena_format(a, "%s.%.*s", text, SHOWN(p->steps[i].key));
    *whole = p;
    *name = slice_text(text);
    return text ? true : err_memory(e);
}
