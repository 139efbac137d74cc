/* names.c - names of an array, hashed. */
#include "sharing/rules/names.h"

#include "base/ids.h"

static struct slice name_at(const struct names *n, size_t i)
{
    const struct slice *name = (const void *)((const uint8_t *)n->first + i * n->stride);
    return *name;
}

/* The slot where the name is, or would be. */
static size_t find_slot(const struct names *n, struct slice name)
{
    size_t at = hash_bytes(name) & n->mask;
    while (n->slots[at] && !slice_equal(name_at(n, n->slots[at] - 1), name))
        at = (at + 1) & n->mask;
    return at;
}

bool names_index(struct names *n, struct arena *a, const struct slice *first, size_t stride,
                 size_t count)
{
    size_t room = 16;
    while (room < 2 * count)
        room *= 2;
    uint32_t *slots = ARENA_ARRAY(a, room, uint32_t);
    if (!slots)
        return false;
    *n = (struct names){ first, stride, slots, room - 1 };
    for (size_t i = 0; i < count; i++) {
        size_t at = find_slot(n, name_at(n, i));
        if (!slots[at])
            slots[at] = (uint32_t)i + 1;
    }
    return true;
}

int names_find(const struct names *n, struct slice name)
{
    return n->slots ? (int)n->slots[find_slot(n, name)] - 1 : -1;
}
