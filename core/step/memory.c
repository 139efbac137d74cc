/* memory.c - open addressing, linear steps, at most three quarters full; keys are keyed hashes
 * already, so eight of their bytes are the hash (not the first eight: those chose the
 * partition). */
#include "step/memory.h"

#include "base/arena.h"

#define ROOM_MIN ((size_t)64)
/* A larger `over` is given back after its transaction: wiping it would cost every small one. */
#define OVER_KEPT_MAX ((size_t)1024)

static struct memory_slot *find(const struct memory_table *t, const uint8_t key[ID_BYTES])
{
    uint64_t hash;
    memcpy(&hash, key + 8, sizeof hash);
    for (size_t i = hash & (t->room - 1);; i = (i + 1) & (t->room - 1)) {
        struct memory_slot *slot = &t->slots[i];
        if (!slot->bytes || memcmp(slot->key, key, ID_BYTES) == 0)
            return slot;
    }
}

/* Room must be there. Takes block. */
static void put(struct memory_table *t, const uint8_t key[ID_BYTES], uint8_t *block, size_t n)
{
    struct memory_slot *slot = find(t, key);
    if (slot->bytes)
        mem_free(slot->bytes);
    else
        t->count++;
    memcpy(slot->key, key, ID_BYTES);
    slot->bytes = block;
    slot->n = n;
}

static bool grow(struct memory_table *t, size_t room)
{
    struct memory_table larger = { .room = room };
    if (room > SIZE_MAX / sizeof *t->slots)
        return false;
    larger.slots = mem_alloc(room * sizeof *t->slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < t->room; i++)
        if (t->slots[i].bytes)
            put(&larger, t->slots[i].key, t->slots[i].bytes, t->slots[i].n);
    mem_free(t->slots);
    *t = larger;
    return true;
}

static bool room_for(struct memory_table *t, size_t more, struct err *e)
{
    size_t room = t->room ? t->room : ROOM_MIN;
    while (room / 4 * 3 < t->count + more)
        room *= 2;
    return room == t->room || grow(t, room) || err_memory(e);
}

static void wipe(struct memory_table *t)
{
    for (size_t i = 0; i < t->room && t->count > 0; i++) {
        if (!t->slots[i].bytes)
            continue;
        mem_free(t->slots[i].bytes);
        t->slots[i].bytes = NULL;
        t->count--;
    }
}

static void release(struct memory_table *t)
{
    wipe(t);
    mem_free(t->slots);
    *t = (struct memory_table){ .slots = NULL };
}

void memory_release(struct memory *s)
{
    release(&s->base);
    release(&s->over);
}

struct slice memory_get(const struct memory *s, const uint8_t key[ID_BYTES])
{
    const struct memory_table *tables[] = { &s->over, &s->base };
    for (size_t i = 0; i < 2; i++) {
        if (tables[i]->count == 0)
            continue;
        const struct memory_slot *slot = find(tables[i], key);
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
    put(&s->over, key, block, n);
}

bool memory_restore(struct memory *s, const uint8_t key[ID_BYTES], struct slice bytes,
                    struct err *e)
{
    uint8_t *block = room_for(&s->base, 1, e) ? mem_alloc(bytes.n) : NULL;
    if (!block)
        return err_memory(e);
    if (bytes.n)
        memcpy(block, bytes.p, bytes.n);
    put(&s->base, key, block, bytes.n);
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
        put(&s->base, slot->key, slot->bytes, slot->n);
        slot->bytes = NULL;
        s->over.count--;
    }
    memory_drop(s);
}

void memory_drop(struct memory *s)
{
    wipe(&s->over);
    if (s->over.room > OVER_KEPT_MAX)
        release(&s->over);
}

const struct memory_slot *memory_next_change(const struct memory *s, size_t *at)
{
    while (*at < s->over.room) {
        const struct memory_slot *slot = &s->over.slots[(*at)++];
        if (slot->bytes)
            return slot;
    }
    return NULL;
}
