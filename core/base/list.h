/* list.h - a growing list of items of one size, in an arena; nothing to release. One thread. */
#ifndef CONCORDAT_BASE_LIST_H
#define CONCORDAT_BASE_LIST_H

#include "base/arena.h"
#include "base/err.h"

struct list {
    void *items;
    size_t count, room, item_bytes;
};
void list_init(struct list *l, size_t item_bytes);
/* A zeroed item at the end; NULL when the arena is full. Pointers to items end here. */
void *list_add(struct arena *a, struct list *l);
/* A copy of item at the end. Pointers to items end here. */
MUST_CHECK bool list_put(struct arena *a, struct list *l, const void *item);
/* Room for so many more, when it is known beforehand. Pointers to items end here. */
MUST_CHECK bool list_reserve(struct arena *a, struct list *l, size_t more);
void list_remove(struct list *l, size_t n);
/* A list of its own of n items like those, with some room. */
MUST_CHECK bool list_copy(struct arena *a, struct list *l, const void *items, size_t n,
                          size_t item_bytes);

#endif
