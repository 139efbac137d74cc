/* memory.c - tables with open addressing and linear steps, at most three quarters full.
 *
 * Keys are keyed hashes already, so eight of their bytes serve as the hash: the last eight, since
 * the first have chosen the partition. */
#include "step/memory.h"

#include "base/arena.h"

#define ROOM_MIN ((size_t)64)
/* A larger `over` is freed after its transaction, else every small one would pay for wiping it. */
#define OVER_KEPT_MAX ((size_t)1024)

/* The slot where the search for a key begins, and the slot after i. room is a power of two, so the
 * mask is the remainder by it. */
static inline size_t first_slot(const struct memory_table *t, const uint8_t key[ID_BYTES])
{
    uint64_t hash;
    memcpy(&hash, key + 8, sizeof hash);
    return hash & (t->room - 1);
}

static inline size_t next_slot(const struct memory_table *t, size_t i)
{
    return (i + 1) & (t->room - 1);
}

/* The slot of the key, or the free one where it would stand. The table has a free slot. */
static struct memory_slot *find_slot(const struct memory_table *t, const uint8_t key[ID_BYTES])
{
    size_t i = first_slot(t, key);
    while (t->slots[i].bytes && memcmp(t->slots[i].key, key, ID_BYTES) != 0)
        i = next_slot(t, i);
    return &t->slots[i];
}

/* Room must be there. Takes block. */
static void put_slot(struct memory_table *t, const uint8_t key[ID_BYTES], uint8_t *block, size_t n)
{
    struct memory_slot *slot = find_slot(t, key);
    if (slot->bytes)
        mem_free(slot->bytes);
    else
        t->count++;
    memcpy(slot->key, key, ID_BYTES);
    slot->bytes = block;
    slot->n = n;
}

static bool grow_table(struct memory_table *t, size_t room)
{
    struct memory_table larger = { .room = room };
    if (room > SIZE_MAX / sizeof *t->slots)
        return false;
    larger.slots = mem_alloc(room * sizeof *t->slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < t->room; i++)
        if (t->slots[i].bytes)
            put_slot(&larger, t->slots[i].key, t->slots[i].bytes, t->slots[i].n);
    mem_free(t->slots);
    *t = larger;
    return true;
}

static bool room_for(struct memory_table *t, size_t more, struct err *e)
{
    size_t room = t->room ? t->room : ROOM_MIN;
    while (room / 4 * 3 < t->count + more)
        room *= 2;
    if (room == t->room)
        return true;
    return grow_table(t, room) || err_memory(e);
}

static void wipe_table(struct memory_table *t)
{
    for (size_t i = 0; i < t->room && t->count > 0; i++) {
        if (!t->slots[i].bytes)
            continue;
        mem_free(t->slots[i].bytes);
        t->slots[i].bytes = NULL;
        t->count--;
    }
}

static void release_table(struct memory_table *t)
{
    wipe_table(t);
    mem_free(t->slots);
    *t = (struct memory_table){ .slots = NULL };
}

void memory_release(struct memory *s)
{
    release_table(&s->base);
    release_table(&s->over);
}

struct slice memory_get(const struct memory *s, const uint8_t key[ID_BYTES])
{
    const struct memory_table *tables[] = { &s->over, &s->base };
    for (size_t i = 0; i < 2; i++) {
        if (tables[i]->count == 0)
            continue;
        const struct memory_slot *slot = find_slot(tables[i], key);
        if (slot->bytes)
            return slice_of(slot->bytes, slot->n);
    }
    return slice_of(NULL, 0);
}

bool memory_room(struct memory *s, size_t more, struct err *e)
{
    return room_for(&s->over, more, e);
}

void memory_put(struct memory *s, const uint8_t key[ID_BYTES], uint8_t *block, size_t n)
{
    put_slot(&s->over, key, block, n);
}

bool memory_restore(struct memory *s, const uint8_t key[ID_BYTES], struct slice bytes,
                    struct err *e)
{
    if (!room_for(&s->base, 1, e))
        return false;
    uint8_t *block = mem_alloc(bytes.n);
    if (!block)
        return err_memory(e);
    if (bytes.n)
        memcpy(block, bytes.p, bytes.n);
    put_slot(&s->base, key, block, bytes.n);
    return true;
}

bool memory_ready(struct memory *s, struct err *e)
{
    return room_for(&s->base, s->over.count, e);
}

void memory_merge(struct memory *s)
{
    for (size_t i = 0; i < s->over.room && s->over.count > 0; i++) {
        struct memory_slot *slot = &s->over.slots[i];
        if (!slot->bytes)
            continue;
        put_slot(&s->base, slot->key, slot->bytes, slot->n);
        slot->bytes = NULL;
        s->over.count--;
    }
    memory_drop(s);
}

void memory_drop(struct memory *s)
{
    wipe_table(&s->over);
    if (s->over.room > OVER_KEPT_MAX)
        release_table(&s->over);
}

const struct memory_slot *memory_next_change(const struct memory *s, size_t *at)
{
    while (*at < s->over.room) {
        const struct memory_slot *slot = &s->over.slots[*at];
        *at += 1;
        if (slot->bytes)
            return slot;
    }
    return NULL;
}
