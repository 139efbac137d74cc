/* disclosed.c - law 3: no disclosure without its audited decision, and none audited that is not
 * there. */
#include "audit/disclosed.h"

#include <inttypes.h>
#include <stdlib.h>

void disclosed_key(struct disclosed *c, struct slice recipient, const uint8_t hash[HASH_BYTES])
{
    uint8_t all[HASH_BYTES];
    const struct slice hashed[] = { recipient, slice_of("", 1), slice_of(hash, HASH_BYTES) };
    sha256_slices(hashed, 3, all);
    memcpy(c->key, all, ID_BYTES);
}

bool disclosed_add(struct disclosed_list *l, const struct disclosed *c, struct err *e)
{
    void *list = l->list;
    if (!mem_room(&list, &l->room, l->count, sizeof *l->list))
        return err_memory(e);
    l->list = list;
    l->list[l->count++] = *c;
    return true;
}

void disclosed_release(struct disclosed_list *l)
{
    mem_free(l->list);
    *l = (struct disclosed_list){ .list = NULL };
}

/* Of equal keys late ones come last: they may stay without a partner. */
static int in_order(const void *x, const void *y)
{
    const struct disclosed *a = x, *b = y;
    int order = memcmp(a->key, b->key, ID_BYTES);
    if (order)
        return order;
    return (int)a->is_late - (int)b->is_late;
}

static void disclosed_sort(struct disclosed_list *l)
{
    if (l->count > 1)
        qsort(l->list, l->count, sizeof *l->list, in_order);
}

static void say_unaudited(const struct findings *f, const struct bundle *b,
                          const struct disclosed *c)
{
    struct slice name = b->services[c->place].name;
    finding(f, "disclosure to %.*s at offset %" PRId64 ": no decision in the audit covers it",
            (int)name.n, (const char *)name.p, c->at);
}

static void say_missing(const struct findings *f, const struct disclosed *c)
{
    if (!c->is_late)
        finding(f, "audit %d number %" PRId64 ": disclosure %s was decided but is not on its topic",
                c->place, c->at, c->id.text);
}

void disclosed_compare(const struct findings *f, const struct bundle *b,
                       struct disclosed_list *audited, struct disclosed_list *seen)
{
    size_t i = 0, k = 0;
    disclosed_sort(audited);
    disclosed_sort(seen);
    while (i < audited->count || k < seen->count) {
        int order = 0;
        if (i == audited->count)
            order = 1;
        else if (k == seen->count)
            order = -1;
        else
            order = memcmp(audited->list[i].key, seen->list[k].key, ID_BYTES);
        if (order < 0) {
            say_missing(f, &audited->list[i]);
            i++;
        } else if (order > 0) {
            say_unaudited(f, b, &seen->list[k]);
            k++;
        } else {
            i++;
            k++;
        }
    }
}
