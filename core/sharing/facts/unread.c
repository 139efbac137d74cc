/* unread.c - what of a person's messages could not be read. */
#include "sharing/facts/unread.h"

static bool is_same_feed_and_code(const struct unread_message *a, const struct unread_message *b)
{
    return slice_equal(a->agency, b->agency) && slice_equal(a->feed, b->feed) &&
           slice_equal(a->code, b->code);
}

bool unread_note(struct draft *d, const struct unread_message *seen, struct err *e)
{
    struct unread_message *list = d->unread.items;
    size_t i = 0, of_agency = 0;
    while (i < d->unread.count && !is_same_feed_and_code(&list[i], seen)) {
        of_agency += slice_equal(list[i].agency, seen->agency);
        i++;
    }
    if (i < d->unread.count) {
        list[i].reference = seen->reference;
        list[i].last_ms = seen->last_ms;
    } else if (of_agency < UNREAD_MAX) { /* one more would hold nothing more */
        struct unread_message *x = list_add(d->arena, &d->unread);
        if (!x)
            return err_memory(e);
        *x = *seen;
    }
    d->changed = true;
    d->doors = true;
    return true;
}

bool unread_is_of(const struct unread_message *x, struct slice source, struct slice code)
{
    if (!slice_is_empty(code) && !slice_equal(x->code, code))
        return false;
    if (slice_is_empty(source))
        return true;
    size_t slash = slice_find(source, '/');
    return slice_equal(x->agency, slice_head(source, slash)) &&
           slice_equal(x->feed, slice_from(source, slash + 1));
}
