/* json_cut.h - the items of one list of a JSON text, cut off while the text comes in pieces: memory
 * for one item, whatever the text holds. Pure.
 *
 * Told by the way is one text that stands elsewhere in it, as the address of the next page, or the
 * list in which that text is to be looked for. The
 * text's brackets, commas and names are read strictly; what an item holds beyond that is judged by
 * whoever reads it. A list or text that comes twice is refused, since others may read the one or
 * the other. Errors, ERR_REJECT, e->at the byte: rest_poll.page; rest_poll.size, of an item over
 * its maximum. Whatever each() gives ends it too. */
#ifndef CONCORDAT_TRANSPORT_JSON_CUT_H
#define CONCORDAT_TRANSPORT_JSON_CUT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "transport/json_way.h"

#define JSON_CUT_DEPTH 128
#define JSON_CUT_TEXT ((size_t)64 * 1024) /* a text, or the list from which one is chosen */

enum json_taken { TAKES_NOTHING, TAKES_ITEM, TAKES_TEXT };

struct json_cut {
    struct json_way items, text;
    bool (*each)(void *ctx, struct slice item, struct err *e); /* false ends it */
    void *ctx;
    /* the machine */
    int state;
    size_t at, depth;
    size_t on_items, on_text; /* open brackets that lie on the way */
    size_t list_depth;        /* of the list while it is open; else 0 */
    bool is_map[JSON_CUT_DEPTH + 1];
    bool is_name; /* the string under way is a member's name */
    bool has_list, has_text;
    char name[JSON_WAY_NAME + 1], word[8];
    size_t name_n, word_n;
    enum json_taken takes;
    size_t takes_depth;
    struct buf item, told; /* told: the text or list, as it is written; empty: none */
};

/* items, text: not set: none is looked for. */
void json_cut_init(struct json_cut *c, size_t item_max);
void json_cut_begin(struct json_cut *c);
MUST_CHECK bool json_cut_feed(struct json_cut *c, struct slice piece, struct err *e);
/* Nothing more comes: it was whole, and the list was there. */
MUST_CHECK bool json_cut_end(struct json_cut *c, struct err *e);
void json_cut_release(struct json_cut *c);

#endif
