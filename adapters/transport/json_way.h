/* json_way.h - where something stands in a JSON text, as a site names it. Pure.
 *
 * "links.next": members' names from the outermost on; ".": the text itself. Of a list one item is
 * chosen in brackets, by the words of mappings' paths: "link[relation=next].url" is the first item
 * whose member `relation` is that text, "rel[type=next|more].href" one of these, "links[0].href"
 * the first. One pair of brackets is enough for any partner known so far. */
#ifndef CONCORDAT_TRANSPORT_JSON_WAY_H
#define CONCORDAT_TRANSPORT_JSON_WAY_H

#include "base/slice.h"
#include "host/tree.h"

#define JSON_WAY_NAMES 8
#define JSON_WAY_NAME 128 /* bytes of a name */

/* Which item of a list; member empty: the one at index. */
struct json_choice {
    struct slice member, words; /* words: with | between them */
    uint64_t index;
};

/* Borrows its text. */
struct json_way {
    struct slice names[JSON_WAY_NAMES];
    size_t n; /* of them the first `to_list` lead to the list, or to all where nothing is chosen */
    size_t to_list;
    bool is_set, chooses;
    struct json_choice choice;
};

/* "" sets none. False: too many names, one that is empty or too long, or brackets that cannot be
 * read. */
bool json_way_read(const char *text, struct json_way *out);
/* What the rest of a way that chooses leads to, from the list on. False: that item has nothing
 * there. *found NULL: no item is the chosen one. */
bool json_way_choose(const struct json_way *w, const struct node *list, const struct node **found);

#endif
