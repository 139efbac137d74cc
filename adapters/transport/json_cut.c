/* json_cut.c - a machine of one byte a step; what is taken is put aside by pieces, not by bytes. */
#include "transport/json_cut.h"

#include <string.h>

enum { VALUE, VALUE_OR_END, NAME, NAME_OR_END, COLON, AFTER, STRING, ESCAPE, WORD };

void json_cut_init(struct json_cut *c, size_t item_max)
{
    *c = (struct json_cut){ .state = VALUE };
    buf_init(&c->item, item_max);
    buf_init(&c->told, JSON_CUT_TEXT);
}

void json_cut_begin(struct json_cut *c)
{
    struct json_cut old = *c;
    *c = (struct json_cut){ .items = old.items,
                            .text = old.text,
                            .each = old.each,
                            .ctx = old.ctx,
                            .state = VALUE,
                            .item = old.item,
                            .told = old.told };
    buf_reset(&c->item);
    buf_reset(&c->told);
}

void json_cut_release(struct json_cut *c)
{
    buf_release(&c->item);
    buf_release(&c->told);
}

static bool is_broken(const struct json_cut *c, struct err *e)
{
    return err_set(e, ERR_REJECT, "rest_poll.page", c->at, "the page is no JSON at byte %zu",
                   c->at);
}

/* ---- what a value is ---- */

/* Whether the value that begins stands on the way, `on` brackets of which are open. */
static bool is_on_way(const struct json_cut *c, const struct json_way *w, size_t on)
{
    if (!w->is_set || c->depth > w->to_list)
        return false;
    return c->depth == 0 || (on == c->depth && c->is_map[c->depth] && c->name_n <= JSON_WAY_NAME &&
                             slice_equal(slice_of(c->name, c->name_n), w->names[c->depth - 1]));
}

static bool begin_items(struct json_cut *c, uint8_t first, struct err *e)
{
    if (c->has_list || (first != '[' && first != 'n'))
        return err_set(e, ERR_REJECT, "rest_poll.page", c->at,
                       "what 'items' names is no list, or stands there twice, at byte %zu", c->at);
    c->has_list = true;
    if (first == '[')
        c->list_depth = c->depth + 1;
    return true;
}

static bool begin_text(struct json_cut *c, uint8_t first, struct err *e)
{
    uint8_t wanted = c->text.chooses ? '[' : '"';
    if (c->has_text || (first != wanted && first != 'n'))
        return err_set(e, ERR_REJECT, "rest_poll.page", c->at,
                       "what 'next' names is no %s, or stands there twice, at byte %zu",
                       c->text.chooses ? "list" : "text", c->at);
    c->has_text = true;
    if (first == wanted)
        c->takes = TAKES_TEXT;
    return true;
}

static bool begin_known(struct json_cut *c, uint8_t first, bool to_items, bool to_text,
                        struct err *e)
{
    bool is_item = c->list_depth && c->depth == c->list_depth;
    bool is_list = !is_item && to_items && c->depth == c->items.to_list;
    bool is_text = !is_item && to_text && c->depth == c->text.to_list;
    if (is_item)
        c->takes = TAKES_ITEM;
    if (is_list && !begin_items(c, first, e))
        return false;
    if (is_text && !begin_text(c, first, e))
        return false;
    c->takes_depth = c->depth;
    return true;
}

static bool open_bracket(struct json_cut *c, uint8_t first, bool to_items, bool to_text,
                         struct err *e)
{
    if (c->depth == JSON_CUT_DEPTH)
        return err_set(e, ERR_REJECT, "rest_poll.page", c->at,
                       "the page is nested more than %d deep", JSON_CUT_DEPTH);
    c->depth++;
    c->is_map[c->depth] = first == '{';
    c->on_items = to_items ? c->depth : c->on_items;
    c->on_text = to_text ? c->depth : c->on_text;
    c->state = first == '{' ? NAME_OR_END : VALUE_OR_END;
    return true;
}

static bool begin_value(struct json_cut *c, uint8_t first, struct err *e)
{
    bool to_items = is_on_way(c, &c->items, c->on_items),
         to_text = is_on_way(c, &c->text, c->on_text);
    if (c->takes == TAKES_NOTHING && !begin_known(c, first, to_items, to_text, e))
        return false;
    if (first == '{' || first == '[')
        return open_bracket(c, first, to_items, to_text, e);
    if (first == '"') {
        c->is_name = false;
        c->state = STRING;
        return true;
    }
    c->word_n = 0;
    c->state = WORD;
    return (first && strchr("-0123456789tfn", first)) || is_broken(c, e);
}

/* ---- what ends ---- */

static bool give_item(struct json_cut *c, struct err *e)
{
    if (c->item.failed && !c->item.full)
        return err_memory(e);
    if (c->item.failed)
        return err_set(e, ERR_REJECT, "rest_poll.size", c->at,
                       "an item of the page is larger than 'unit_max'");
    bool good = c->each(c->ctx, buf_slice(&c->item), e);
    buf_reset(&c->item);
    return good;
}

/* Takes the end of a value. upto: behind its last byte. *from: where in this piece the taken part
 * goes on. */
static bool end_value(struct json_cut *c, struct slice piece, size_t *from, size_t upto,
                      struct err *e)
{
    c->state = AFTER;
    if (c->takes == TAKES_NOTHING || c->depth != c->takes_depth)
        return true;
    bool is_item = c->takes == TAKES_ITEM;
    buf_put(is_item ? &c->item : &c->told, slice_head(slice_from(piece, *from), upto - *from));
    c->takes = TAKES_NOTHING;
    if (is_item)
        return give_item(c, e);
    return buf_ok(&c->told) || err_set(e, ERR_REJECT, "rest_poll.page", c->at,
                                       "what 'next' names is longer than %zu bytes", JSON_CUT_TEXT);
}

static bool close_bracket(struct json_cut *c, uint8_t byte, struct slice piece, size_t *from,
                          size_t i, struct err *e)
{
    if (c->depth == 0 || c->is_map[c->depth] != (byte == '}'))
        return is_broken(c, e);
    c->list_depth = c->list_depth == c->depth ? 0 : c->list_depth;
    c->depth--;
    c->on_items = c->on_items > c->depth ? c->depth : c->on_items;
    c->on_text = c->on_text > c->depth ? c->depth : c->on_text;
    return end_value(c, piece, from, i + 1, e);
}

static bool end_word(struct json_cut *c, struct slice piece, size_t *from, size_t i, struct err *e)
{
    static const struct slice words[] = { SLICE_INIT("true"), SLICE_INIT("false"),
                                          SLICE_INIT("null") };
    bool is_text = strchr("tfn", c->word[0]) != NULL;
    if (is_text && !slice_is_one_of(slice_of(c->word, c->word_n), words, 3))
        return is_broken(c, e);
    return end_value(c, piece, from, i, e);
}

/* ---- a step ---- */

static bool step_after(struct json_cut *c, uint8_t byte, struct slice piece, size_t *from, size_t i,
                       struct err *e)
{
    if (byte == '}' || byte == ']')
        return close_bracket(c, byte, piece, from, i, e);
    if (byte != ',' || c->depth == 0)
        return is_broken(c, e);
    c->state = c->is_map[c->depth] ? NAME : VALUE;
    return true;
}

static bool step_string(struct json_cut *c, uint8_t byte, struct slice piece, size_t *from,
                        size_t i, struct err *e)
{
    if (byte < 0x20)
        return is_broken(c, e);
    bool is_escaped = c->state == ESCAPE;
    if (byte == '"' && !is_escaped) {
        c->state = COLON;
        return c->is_name || end_value(c, piece, from, i + 1, e);
    }
    c->state = byte == '\\' && !is_escaped ? ESCAPE : STRING;
    if (c->is_name && c->name_n <= JSON_WAY_NAME)
        c->name[c->name_n++] = (char)byte;
    return true;
}

static bool step_name(struct json_cut *c, uint8_t byte, struct err *e)
{
    if (byte != '"')
        return is_broken(c, e);
    c->is_name = true;
    c->name_n = 0;
    c->state = STRING;
    return true;
}

/* Whether the byte belongs to a number or a word. */
static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '+' || byte == '-' || byte == '.';
}

static bool is_blank_byte(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static bool step_value(struct json_cut *c, uint8_t byte, size_t *from, size_t i, struct err *e)
{
    enum json_taken before = c->takes;
    if (!begin_value(c, byte, e))
        return false;
    if (before == TAKES_NOTHING && c->takes != TAKES_NOTHING)
        *from = i;
    if (c->state == WORD)
        c->word[c->word_n++] = (char)byte;
    return true;
}

/* Between strings and words: a mark, or the beginning of a value. */
static bool step_mark(struct json_cut *c, uint8_t byte, struct slice piece, size_t *from, size_t i,
                      struct err *e)
{
    switch (c->state) {
    case NAME_OR_END:
        return byte == '}' ? close_bracket(c, byte, piece, from, i, e) : step_name(c, byte, e);
    case NAME:
        return step_name(c, byte, e);
    case COLON:
        c->state = VALUE;
        return byte == ':' || is_broken(c, e);
    case AFTER:
        return step_after(c, byte, piece, from, i, e);
    case VALUE_OR_END:
        return byte == ']' ? close_bracket(c, byte, piece, from, i, e)
                           : step_value(c, byte, from, i, e);
    default:
        return step_value(c, byte, from, i, e);
    }
}

static bool cut_step(struct json_cut *c, struct slice piece, size_t *from, size_t i, struct err *e)
{
    uint8_t byte = piece.p[i];
    if (c->state == STRING || c->state == ESCAPE)
        return step_string(c, byte, piece, from, i, e);
    if (c->state == WORD && is_word(byte)) {
        if (c->word_n < sizeof c->word)
            c->word[c->word_n++] = (char)byte;
        return true;
    }
    if (c->state == WORD && !end_word(c, piece, from, i, e))
        return false;
    return is_blank_byte(byte) || step_mark(c, byte, piece, from, i, e);
}

bool json_cut_feed(struct json_cut *c, struct slice piece, struct err *e)
{
    size_t from = 0;
    for (size_t i = 0; i < piece.n; i++, c->at++)
        if (!cut_step(c, piece, &from, i, e))
            return false;
    if (c->takes != TAKES_NOTHING)
        buf_put(c->takes == TAKES_ITEM ? &c->item : &c->told, slice_from(piece, from));
    return true;
}

bool json_cut_end(struct json_cut *c, struct err *e)
{
    size_t from = 0;
    bool ends_word = c->state == WORD && c->depth == 0;
    if (ends_word && !end_word(c, slice_of(NULL, 0), &from, 0, e))
        return false;
    if (c->depth != 0 || c->state != AFTER)
        return err_set(e, ERR_REJECT, "rest_poll.page", c->at,
                       "the page ends before its JSON does");
    bool has_items = !c->items.is_set || c->has_list;
    return has_items || err_set(e, ERR_REJECT, "rest_poll.page", c->at,
                                "the page has nothing at what 'items' names");
}
