/* json_way.c - see json_way.h. */
#include "transport/json_way.h"

/* "relation=next", "type=next|more", "0". */
static bool read_choice(struct slice text, struct json_choice *out)
{
    size_t equals = slice_find(text, '=');
    if (equals == text.n)
        return slice_to_u64(text, &out->index);
    out->member = slice_head(text, equals);
    out->words = slice_from(text, equals + 1);
    bool has_end = slice_find(out->words, '[') == out->words.n;
    return has_end && out->member.n > 0 && out->member.n <= JSON_WAY_NAME && out->words.n > 0;
}

/* A name, with brackets or without. *rest is moved behind it and its dot. */
static bool read_part(struct slice *rest, struct json_way *out)
{
    size_t end = slice_find(*rest, '.'), open = slice_find(*rest, '[');
    struct slice name = slice_head(*rest, end < open ? end : open);
    struct slice behind = slice_from(*rest, name.n);
    if (out->n == JSON_WAY_NAMES || name.n == 0 || name.n > JSON_WAY_NAME)
        return false;
    out->names[out->n++] = name;
    if (open < end) {
        size_t close = slice_find(behind, ']');
        bool good = !out->chooses && close < behind.n;
        good = good && read_choice(slice_from(slice_head(behind, close), 1), &out->choice);
        if (!good)
            return false;
        out->chooses = true;
        out->to_list = out->n;
        behind = slice_from(behind, close + 1);
    }
    if (behind.n > 0 && behind.p[0] != '.')
        return false;
    bool ends_in_dot = behind.n == 1;
    *rest = slice_from(behind, 1);
    return !ends_in_dot;
}

bool json_way_read(const char *text, struct json_way *out)
{
    struct slice rest = slice_text(text);
    *out = (struct json_way){ .is_set = rest.n > 0 };
    if (slice_equal_text(rest, "."))
        return true;
    while (rest.n > 0)
        if (!read_part(&rest, out))
            return false;
    if (!out->chooses)
        out->to_list = out->n;
    return true;
}

static bool is_one_of_words(struct slice text, struct slice words)
{
    while (words.n > 0) {
        struct slice one = slice_head(words, slice_find(words, '|'));
        if (slice_equal(text, one))
            return true;
        words = slice_from(words, one.n + 1);
    }
    return false;
}

static bool is_chosen(const struct json_choice *c, const struct node *item, uint64_t index)
{
    if (c->member.n == 0)
        return index == c->index;
    const struct node *member = node_get_slice(item, c->member);
    return member && member->kind == NODE_TEXT && is_one_of_words(member->text, c->words);
}

bool json_way_choose(const struct json_way *w, const struct node *list, const struct node **found)
{
    uint64_t index = 0;
    const struct node *item = list->first;
    while (item && !is_chosen(&w->choice, item, index)) {
        item = item->next;
        index++;
    }
    *found = item;
    if (!item)
        return true;
    for (size_t i = w->to_list; item && i < w->n; i++)
        item = node_get_slice(item, w->names[i]);
    *found = item;
    return item != NULL;
}
