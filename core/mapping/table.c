/* table.c - code tables: a hash over borrowed texts. */
#include "mapping/parts.h"

bool table_index(struct table *t, struct arena *a)
{
    size_t room = 8;
    while (room < t->count * 2)
        room *= 2;
    t->mask = room - 1;
    t->slots = ARENA_ARRAY(a, room, uint32_t);
    if (!t->slots)
        return false;
    for (size_t i = 0; i < t->count; i++) {
        size_t at = hash_bytes(t->entries[i].from) & t->mask;
        while (t->slots[at])
            at = (at + 1) & t->mask;
        t->slots[at] = (uint32_t)(i + 1);
    }
    return true;
}

const struct slice *table_find(const struct table *t, struct slice from)
{
    from = slice_trim(from);
    for (size_t at = hash_bytes(from) & t->mask; t->slots[at]; at = (at + 1) & t->mask) {
        const struct table_entry *entry = &t->entries[t->slots[at] - 1];
        if (slice_equal(entry->from, from))
            return &entry->to;
    }
    return NULL;
}
