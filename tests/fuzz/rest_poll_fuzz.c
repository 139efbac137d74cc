/* rest_poll_fuzz.c - what a partner of rest_poll may send: a byte, a line, then a page. However the
 * page is cut into pieces the items are the same; where JSON's own reader takes the page, they are
 * the list's, byte for byte. Of the line as a Link, an address and a cursor nothing leads to
 * another origin. */
#include <string.h>

#include "base/arena.h"
#include "host/tree.h"
#include "must.h"
#include "transport/json_cut.h"
#include "transport/rest_place.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE "http://h:1/a/b?c"

static bool gather(void *ctx, struct slice item, struct err *e)
{
    (void)e;
    buf_put(ctx, item);
    buf_byte(ctx, 0);
    return true;
}

static bool cut(struct slice page, size_t piece, struct buf *items, struct buf *told)
{
    struct err e = { .fate = ERR_NONE };
    struct json_cut c;
    json_cut_init(&c, 1 << 16);
    c.each = gather;
    c.ctx = items;
    must(json_way_read("a.i", &c.items) && json_way_read("n", &c.text), "the ways");
    bool good = true;
    for (struct slice rest = page; good && rest.n > 0; rest = slice_from(rest, piece))
        good = json_cut_feed(&c, slice_head(rest, piece), &e);
    good = good && json_cut_end(&c, &e);
    must(good == (e.fate == ERR_NONE), "an error says why");
    if (good)
        buf_put(told, buf_slice(&c.told));
    json_cut_release(&c);
    return good;
}

static void compare(struct slice page, bool good, const struct buf *items)
{
    struct arena a;
    struct err e = { .fate = ERR_NONE };
    struct node *n = NULL;
    struct buf want;
    arena_init(&a, (size_t)16 << 20);
    buf_init(&want, (size_t)1 << 20);
    bool bom = slice_starts(page, SLICE("\xef\xbb\xbf"));
    if (tree_json(&a, page, &n, &e) && !bom) {
        const struct node *list = node_get(node_get(n, "a"), "i");
        for (const struct node *x = list && list->kind == NODE_LIST ? list->first : NULL; x;
             x = x->next) {
            buf_put(&want, slice_head(slice_from(page, x->line), x->column));
            buf_byte(&want, 0);
        }
        must(!good || slice_equal(buf_slice(&want), buf_slice(items)), "the items are the list's");
    }
    buf_release(&want);
    arena_release(&a);
}

static void try_line(struct slice line)
{
    char out[HTTP_AT_MAX + 1];
    struct slice target;
    struct rest_place p = { .url = "" };
    if (http_at_link(line, &target) == LINK_NEXT)
        must(target.p >= line.p && target.p + target.n <= line.p + line.n,
             "a target lies in its header");
    if (http_at_next(SLICE(BASE), line, out)) {
        must(strncasecmp(out, "http://h:1", 10) == 0 && (!out[10] || strchr("/?", out[10])),
             "the same origin");
        must(!strpbrk(out, " \t\r\n#\\\""), "an address is printable");
    }
    must(!rest_place_read(line, "k", BASE, &p), "a line is no place");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice all = slice_of(data, size), line, page;
    struct buf items[2], told[2];
    bool good[2];
    if (size < 1)
        return 0;
    size_t piece = (size_t)data[0] % 16 + 1;
    all = slice_from(all, 1);
    line = slice_head(all, slice_find(all, '\n'));
    page = slice_from(all, line.n + 1);
    try_line(line);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&items[i], (size_t)1 << 20);
        buf_init(&told[i], (size_t)1 << 20);
        good[i] = cut(page, i ? piece : SIZE_MAX, &items[i], &told[i]);
    }
    must(good[0] == good[1] && slice_equal(buf_slice(&items[0]), buf_slice(&items[1])) &&
             slice_equal(buf_slice(&told[0]), buf_slice(&told[1])),
         "pieces change nothing");
    compare(page, good[0], &items[0]);
    for (size_t i = 0; i < 2; i++) {
        buf_release(&items[i]);
        buf_release(&told[i]);
    }
    return 0;
}
