/* unread.c - what of a person's messages could not be read. */
#include "sharing/facts/unread.h"

static bool is_same_feed_and_code(const struct unread_message *a, const struct unread_message *b)
{
    return slice_equal(a->agency, b->agency) && slice_equal(a->feed, b->feed) &&
           slice_equal(a->code, b->code);
}

static struct unread_message *find_alike(const struct draft *d, const struct unread_message *seen)
{
    struct unread_message *list = d->unread.items;
    for (size_t i = 0; i < d->unread.count; i++)
        if (is_same_feed_and_code(&list[i], seen))
            return &list[i];
    return NULL;
}

static bool has_room(const struct draft *d, const struct unread_message *seen)
{
    const struct unread_message *list = d->unread.items;
    size_t of_agency = 0;
    for (size_t i = 0; i < d->unread.count; i++)
        of_agency += slice_equal(list[i].agency, seen->agency);
    return of_agency < UNREAD_MAX; /* one more would hold nothing more */
}

static bool move_reference(struct draft *d, const struct unread_message *seen)
{
    struct unread_message *x = find_alike(d, seen);
    if (!x || slice_equal(x->reference, seen->reference))
        return true;
    x->reference = seen->reference;
    d->changed = true;
    return true;
}

static bool add(struct draft *d, const struct unread_message *seen, struct err *e)
{
    struct unread_message *x = find_alike(d, seen);
    if (x) {
        x->reference = seen->reference;
        x->last_ms = seen->last_ms;
        return true;
    }
    x = list_add(d->arena, &d->unread);
    if (!x)
        return err_memory(e);
    *x = *seen;
    return true;
}

bool unread_note(struct draft *d, const struct unread_message *seen, const struct event_id *id,
                 struct err *e)
{
    if (draft_is_gone(d, id, seen->agency))
        return move_reference(d, seen);
    d->changed = true;
    d->doors = true;
    if (!find_alike(d, seen) && !has_room(d, seen))
        return true;
    return add(d, seen, e) && draft_forget(d, id, seen->agency, e);
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
