/* plan.c - what a plan says of itself, and finding a slot by its path. */
#include "record/plan.h"

#include "base/ids.h"
#include "record/plan_ops.h"

#define PLAN_PATH_MAX 256 /* of a path that is looked for as a list */

const char *plan_name(const struct plan *p)
{
    return p->name;
}

uint64_t plan_fingerprint(const struct plan *p)
{
    return p->fingerprint;
}

size_t plan_slots(const struct plan *p)
{
    return p->count;
}

const struct slot *plan_slot_at(const struct plan *p, size_t n)
{
    return n < p->count ? &p->slots[n] : NULL;
}

const struct header_slots *plan_header(const struct plan *p)
{
    return p->header;
}

int plan_slot(const struct plan *p, struct slice path)
{
    size_t at = hash_bytes(path) & p->lookup_mask;
    while (p->lookup[at]) {
        int slot = p->lookup[at] - 1;
        if (slice_equal(p->slots[slot].path, path))
            return slot;
        at = (at + 1) & p->lookup_mask;
    }
    return -1;
}

int plan_field(const struct plan *p, struct slice path)
{
    static const char list[] = { '[', ']' };
    char text[PLAN_PATH_MAX + sizeof list];
    int slot = plan_slot(p, path);
    if (slot >= 0 || path.n == 0 || path.n > PLAN_PATH_MAX)
        return slot;
    memcpy(text, path.p, path.n);
    memcpy(text + path.n, list, sizeof list);
    return plan_slot(p, slice_of(text, path.n + sizeof list));
}

struct slice plan_bare(struct slice path)
{
    return slice_ends(path, SLICE("[]")) ? slice_head(path, path.n - 2) : path;
}

const uint8_t *plan_categories(const struct plan *p)
{
    return p->categories;
}

const uint8_t *plan_empty(const struct plan *p)
{
    return p->empty;
}

/* At most half full, so that a search for a path that is not there ends soon. */
bool plan_index(struct plan *p, struct arena *a, struct err *e)
{
    size_t room = 2;
    while (room < p->count * 2)
        room *= 2;
    p->lookup = ARENA_ARRAY(a, room, uint16_t);
    if (!p->lookup)
        return err_memory(e);
    p->lookup_mask = room - 1;
    for (size_t i = 0; i < p->count; i++) {
        size_t at = hash_bytes(p->slots[i].path) & p->lookup_mask;
        while (p->lookup[at])
            at = (at + 1) & p->lookup_mask;
        p->lookup[at] = (uint16_t)(i + 1);
    }
    return true;
}
