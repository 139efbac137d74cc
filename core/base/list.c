/* list.c - a growing list in an arena. */
#include "base/list.h"

#include <string.h>

void list_init(struct list *l, size_t item_bytes)
{
    *l = (struct list){ .item_bytes = item_bytes };
}

/* Zeroed is what list_add gives, and nothing else. */
static bool list_move(struct arena *a, struct list *l, const void *items, size_t room)
{
    size_t bytes = 0;
    void *moved = __builtin_mul_overflow(room, l->item_bytes, &bytes) ? NULL : arena_raw(a, bytes);
    if (!moved)
        return false;
    if (l->count)
        memcpy(moved, items, l->count * l->item_bytes);
    l->items = moved;
    l->room = room;
    return true;
}

bool list_reserve(struct arena *a, struct list *l, size_t more)
{
    return l->room - l->count >= more || list_move(a, l, l->items, l->count + more);
}

static void *list_next(struct arena *a, struct list *l)
{
    if (l->count == l->room && !list_move(a, l, l->items, l->room ? l->room * 2 : 16))
        return NULL;
    return (uint8_t *)l->items + l->count++ * l->item_bytes;
}

void *list_add(struct arena *a, struct list *l)
{
    void *item = list_next(a, l);
    return item ? memset(item, 0, l->item_bytes) : NULL;
}

bool list_put(struct arena *a, struct list *l, const void *item)
{
    void *copy = list_next(a, l);
    return copy && memcpy(copy, item, l->item_bytes);
}

void list_remove(struct list *l, size_t n)
{
    uint8_t *at = (uint8_t *)l->items + n * l->item_bytes;
    memmove(at, at + l->item_bytes, (l->count - n - 1) * l->item_bytes);
    l->count--;
}

bool list_copy(struct arena *a, struct list *l, const void *items, size_t n, size_t item_bytes)
{
    list_init(l, item_bytes);
    l->count = n;
    return list_move(a, l, items, n + 4);
}
