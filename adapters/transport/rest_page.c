/* rest_page.c - units gathered into turns, and what the intake answers. */
#include "transport/rest_page.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "host/tree.h"

static bool add_unit(void *ctx, struct slice item, struct err *e);

bool rest_page_init(struct rest_page *p, const char *items, const char *next, size_t unit_max)
{
    json_cut_init(&p->cut, unit_max);
    buf_init(&p->units, REST_TURN_BYTES + unit_max);
    p->unit_max = unit_max;
    p->cut.each = add_unit;
    p->cut.ctx = p;
    bool good = json_way_read(items, &p->cut.items) && json_way_read(next, &p->cut.text);
    p->reads_json = p->cut.items.is_set || p->cut.text.is_set;
    return good;
}

void rest_page_release(struct rest_page *p)
{
    json_cut_release(&p->cut);
    buf_release(&p->units);
}

void rest_page_begin(struct rest_page *p, struct intake up, struct slice sender)
{
    p->up = up;
    p->sender = sender;
    p->count = 0;
    p->why = (struct err){ .fate = ERR_NONE };
    buf_reset(&p->units);
    json_cut_begin(&p->cut);
}

/* False: one of these is to come again. Nothing behind it counts, and the page comes again. */
static bool judge_answers(const struct answer *out, size_t n, struct err *e)
{
    size_t passed = answers_passed(out, n);
    if (passed == n)
        return true;
    const struct err *why = out[passed].why;
    return err_set(e, ERR_RETRY, "rest_poll.later", 0,
                   "not kept now, so the page is asked for again%s%s", why ? ": " : "",
                   why ? why->code : "");
}

static bool hand_units_up(struct rest_page *p, struct slice cursor, struct err *e)
{
    struct arrival in[REST_TURN_UNITS] = { { .name = { .n = 0 } } };
    struct answer out[REST_TURN_UNITS];
    struct slice all = buf_slice(&p->units);
    size_t n = p->count;
    for (size_t i = 0, from = 0; i < n; from = p->ends[i++])
        in[i] = (struct arrival){ .bytes = slice_head(slice_from(all, from), p->ends[i] - from),
                                  .sender = p->sender };
    in[n - 1].cursor = cursor;
    p->up.take(p->up.ctx, in, out, n);
    p->count = 0;
    bool good = judge_answers(out, n, e);
    buf_reset(&p->units);
    return good;
}

/* A turn goes up when there is one more unit for the next, so that the last has the page's
 * cursor. */
static bool add_unit(void *ctx, struct slice item, struct err *e)
{
    struct rest_page *p = ctx;
    bool is_full = p->count == REST_TURN_UNITS || p->units.n >= REST_TURN_BYTES;
    if (is_full && !hand_units_up(p, slice_of(NULL, 0), e))
        return false;
    buf_put(&p->units, item);
    p->ends[p->count++] = p->units.n;
    return buf_done(&p->units, e);
}

static bool add_piece(struct rest_page *p, struct slice piece)
{
    if (p->units.n + piece.n > p->unit_max)
        return err_set(&p->why, ERR_REJECT, "rest_poll.size", p->unit_max,
                       "the page is larger than 'unit_max'");
    buf_put(&p->units, piece);
    return buf_done(&p->units, &p->why);
}

bool rest_page_put(void *ctx, struct slice piece)
{
    struct rest_page *p = ctx;
    if (p->reads_json && !json_cut_feed(&p->cut, piece, &p->why))
        return false;
    return p->cut.items.is_set || add_piece(p, piece);
}

#define TREE_BYTES ((size_t)4 << 20) /* of a list of JSON_CUT_TEXT */

static bool copy_address(const struct node *n, char next[HTTP_AT_MAX + 1])
{
    if (n->kind == NODE_NULL)
        return true;
    if (n->kind != NODE_TEXT || n->text.n > HTTP_AT_MAX)
        return false;
    if (n->text.n > 0 && memchr(n->text.p, 0, n->text.n))
        return false;
    (void)snprintf(next, HTTP_AT_MAX + 1, "%.*s", (int)n->text.n, (const char *)n->text.p);
    return true;
}

/* Of the text as it is written, with escapes as some write each slash, or of the list in which it
 * stands. Where no item is the chosen one there is no next page. */
static bool read_told(const struct json_way *w, struct slice told, char next[HTTP_AT_MAX + 1],
                      struct err *e)
{
    struct arena a;
    struct node *root = NULL;
    arena_init(&a, TREE_BYTES);
    bool good = tree_json(&a, told, &root, e);
    const struct node *n = root;
    if (good && w->chooses)
        good = json_way_choose(w, root, &n);
    if (good && n)
        good = copy_address(n, next);
    arena_release(&a);
    return good || err_set(e, ERR_REJECT, "rest_poll.page", 0, "what 'next' names is no address");
}

bool rest_page_whole(struct rest_page *p, char next[HTTP_AT_MAX + 1], struct err *e)
{
    *next = '\0';
    if (p->reads_json && !json_cut_end(&p->cut, e))
        return false;
    if (!p->cut.items.is_set && p->units.n > 0)
        p->ends[p->count++] = p->units.n;
    return p->cut.told.n == 0 || read_told(&p->cut.text, buf_slice(&p->cut.told), next, e);
}

bool rest_page_end(struct rest_page *p, struct slice cursor, struct err *e)
{
    if (p->count > 0)
        return hand_units_up(p, cursor, e);
    return cursor.n == 0 || p->up.go_on(p->up.ctx, cursor) ||
           err_set(e, ERR_RETRY, "rest_poll.later", 0, "where to go on cannot be kept now");
}
