/* json_fuzz.c - a path, a line end, any bytes as JSON: nothing crashes, what is found lies in the
 * text, an answer can always be written, and what is written for a partner is clean. */
#include <assert.h>
#include <string.h>

#include "base/clean.h"
#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
    struct arena *a;
    const struct doc *d;
    size_t size;
};

static void check(const struct seen *s, struct found f)
{
    assert((size_t)f.at + f.length <= s->size);
    assert(slice_is_utf8(f.value));
}

static void look_up(void *ctx, const struct leaf *l)
{
    const struct seen *s = ctx;
    struct err e = { .fate = ERR_NONE };
    struct path *p = NULL;
    assert((size_t)l->at + l->length <= s->size);
    if (format_json.compile(s->a, l->path, &p, &e))
        check(s, format_json.find(s->a, s->d, p, NULL, 0));
}

static void try_path(const struct seen *s, struct slice text)
{
    struct err e = { .fate = ERR_NONE };
    struct path *p = NULL;
    if (!format_json.compile(s->a, text, &p, &e))
        return;
    size_t n = format_json.count(s->d, p);
    for (size_t i = 0; i < n && i < 20; i++) {
        check(s, format_json.find(s->a, s->d, p, NULL, i));
        check(s, format_json.find(s->a, s->d, p, p, i));
    }
}

/* Every message lies in the unit, and behind the one before. */
static void split(struct arena *a, struct slice unit)
{
    struct err e = { .fate = ERR_NONE };
    struct slice one;
    struct cut c = { .at = 0 };
    size_t before = 0;
    const uint8_t *last = unit.p;
    while (format_json.split(a, unit, &c, &one, &e)) {
        assert(c.at > before && c.at <= unit.n && one.n > 0);
        assert(one.p >= last && one.p + one.n <= unit.p + unit.n);
        before = c.at;
        last = one.p + one.n;
    }
    assert(e.fate == ERR_NONE || e.fate == ERR_REJECT);
}

static void texts_are_clean(struct arena *a, const struct node *n)
{
    assert(slice_equal(text_clean(a, n->text), n->text));
    assert(slice_equal(text_clean(a, n->key), n->key));
    for (const struct node *c = n->first; c; c = c->next)
        texts_are_clean(a, c);
}

/* The text as it is, and whatever it holds: what is written is read again, and every text in it is
 * clean. */
static void write_and_read(struct arena *a, struct slice text)
{
    struct err e = { .fate = ERR_NONE };
    const struct format_options o = { .readers = READERS_UNSAID };
    struct node *map = node_new(a, NODE_MAP), *deep = NULL, *again = NULL;
    struct buf out;
    buf_init(&out, (size_t)16 << 20);
    node_put(map, SLICE("note"), node_new_text(a, text));
    if (tree_json(a, text, &deep, &e))
        node_put(map, SLICE("deep"), deep);
    err_clear(&e);
    if (format_json.render(map, &o, SLICE("id"), &out, &e)) {
        bool read = tree_json(a, buf_slice(&out), &again, &e);
        assert(read || e.fate == ERR_RETRY || strcmp(e.code, "tree.limit") == 0);
        if (read)
            texts_are_clean(a, again);
    }
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct err e = { .fate = ERR_NONE };
    struct doc *d = NULL;
    struct buf out;
    struct slice all = slice_of(data, size);
    struct slice path = slice_head(all, slice_find(all, '\n'));
    struct slice text = slice_from(all, path.n + 1);
    arena_init(&a, (size_t)64 << 20);
    buf_init(&out, 1 << 16);
    split(&a, text);
    write_and_read(&a, text);
    bool ok = format_json.parse(&a, NULL, text, &d, &e);
    if (ok) {
        struct seen s = { &a, d, text.n };
        format_json.leaves(&a, d, look_up, &s);
        try_path(&s, path);
    }
    format_json.reply(d, text, ok ? REPLY_ACCEPT : REPLY_ERROR, &e, 0, &out);
    assert(out.n > 0);
    buf_release(&out);
    arena_release(&a);
    return 0;
}
