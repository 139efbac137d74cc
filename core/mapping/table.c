/* table.c - code tables: a hash over borrowed texts, whatever their letters' case. */
#include "mapping/inside.h"

/* FNV-1a over the letters as small ones, its high bits folded down. */
static uint64_t hash_of(struct slice s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c >= 'A' && c <= 'Z')
            c |= 0x20;
        h = (h ^ c) * 0x100000001b3u;
    }
    return h ^ (h >> 32);
}

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
        size_t at = hash_of(t->entries[i].from) & t->mask;
        while (t->slots[at])
            at = (at + 1) & t->mask;
        t->slots[at] = (uint32_t)(i + 1);
    }
    return true;
}

const struct slice *table_find(const struct table *t, struct slice from)
{
    const struct slice *other = NULL; /* of the same letters in another case */
    bool is_clear = true;
    from = slice_trim(from);
    for (size_t at = hash_of(from) & t->mask; t->slots[at]; at = (at + 1) & t->mask) {
        const struct table_entry *entry = &t->entries[t->slots[at] - 1];
        if (!slice_equal_nocase(entry->from, from))
            continue;
        if (slice_equal(entry->from, from))
            return &entry->to;
        if (other && !slice_equal(*other, entry->to))
            is_clear = false;
        other = &entry->to;
    }
    return is_clear ? other : NULL;
}
