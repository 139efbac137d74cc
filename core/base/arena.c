/* arena.c - arenas over a list of blocks, and the program's only calls of malloc.
 *
 * Blocks before `now` are full, blocks after it are empty and kept for later; so a reset is one
 * assignment and a rewind is two. Under AddressSanitizer what is not handed out is poisoned, so
 * that a slice which outlives its arena is found. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define ALIGNMENT 16
#define BLOCK_MIN ((size_t)16 * 1024)
#define BLOCK_MAX ((size_t)1024 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t room, used;
    _Alignas(ALIGNMENT) uint8_t data[];
};

/* Test hooks only; the program's behaviour never depends on them. */
static _Atomic uint64_t allocations;
static _Atomic size_t fail_countdown;

static bool must_fail(void)
{
    atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
    size_t left = atomic_load_explicit(&fail_countdown, memory_order_relaxed);
    while (left > 0)
        if (atomic_compare_exchange_weak(&fail_countdown, &left, left - 1))
            return left == 1;
    return false;
}

void mem_fail_after(size_t n)
{
    atomic_store(&fail_countdown, n);
}

uint64_t mem_count(void)
{
    return atomic_load(&allocations);
}

/* Not zeroed: arena_alloc zeroes what it hands out, block by block would do it twice. */
static void *mem_raw(size_t n)
{
    return must_fail() ? NULL : malloc(n);
}

void *mem_alloc(size_t n)
{
    return must_fail() ? NULL : calloc(1, n ? n : 1);
}

void *mem_grow(void *p, size_t n)
{
    return must_fail() ? NULL : realloc(p, n ? n : 1);
}

void mem_free(void *p)
{
    free(p);
}

bool mem_room(void **table, size_t *room, size_t count, size_t item_bytes)
{
    if (count < *room)
        return true;
    size_t wanted = *room ? *room : 4, bytes = 0;
    if (__builtin_mul_overflow(wanted, (size_t)2, &wanted) ||
        __builtin_mul_overflow(wanted, item_bytes, &bytes))
        return false;
    void *grown = mem_grow(*table, bytes);
    if (!grown)
        return false;
    *table = grown;
    *room = wanted;
    return true;
}

void arena_init(struct arena *a, size_t max_bytes)
{
    *a = (struct arena){ .max_bytes = max_bytes };
}

void arena_release(struct arena *a)
{
    for (struct arena_block *b = a->first; b;) {
        struct arena_block *next = b->next;
        ASAN_UNPOISON_MEMORY_REGION(b->data, b->room);
        if (a->is_secret)
            explicit_bzero(b->data, b->room);
        mem_free(b);
        b = next;
    }
    *a = (struct arena){ .max_bytes = a->max_bytes, .is_secret = a->is_secret };
}

/* Ends what lies past used_bytes of b, and in the blocks after it as far as last. */
static void end_after(struct arena_block *b, size_t used_bytes, const struct arena_block *last)
{
    for (; b; b = b == last ? NULL : b->next, used_bytes = 0)
        ASAN_POISON_MEMORY_REGION(b->data + used_bytes, b->room - used_bytes);
}

void arena_reset(struct arena *a)
{
    if (a->now)
        end_after(a->first, 0, a->now);
    a->now = NULL;
    a->used_bytes = 0;
}

static struct arena_block *arena_new_block(const struct arena *a, size_t n)
{
    size_t room = a->now ? a->now->room * 2 : BLOCK_MIN;
    if (room > BLOCK_MAX)
        room = BLOCK_MAX;
    if (room < n)
        room = n;
    struct arena_block *b = mem_raw(sizeof *b + room);
    if (!b)
        return NULL;
    b->room = room;
    end_after(b, 0, b);
    return b;
}

/* Makes a block with room for n the current one: a kept one that is large enough, or a new one. */
static bool arena_next_block(struct arena *a, size_t n)
{
    struct arena_block **here = a->now ? &a->now->next : &a->first;
    struct arena_block **link = here;
    while (*link && (*link)->room < n)
        link = &(*link)->next;
    struct arena_block *b = *link;
    if (b)
        *link = b->next;
    else
        b = arena_new_block(a, n);
    if (!b)
        return false;
    b->used = 0;
    b->next = *here;
    *here = b;
    a->now = b;
    return true;
}

void *arena_raw(struct arena *a, size_t n)
{
    if (n > a->max_bytes)
        return NULL;
    size_t rounded = ((n ? n : 1) + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (rounded > a->max_bytes - a->used_bytes)
        return NULL;
    if ((!a->now || a->now->room - a->now->used < rounded) && !arena_next_block(a, rounded))
        return NULL;
    void *p = a->now->data + a->now->used;
    a->now->used += rounded;
    a->used_bytes += rounded;
    ASAN_UNPOISON_MEMORY_REGION(p, n);
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = arena_raw(a, n);
    return p ? memset(p, 0, n) : NULL;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t n = 0;
    return __builtin_mul_overflow(count, size, &n) ? NULL : arena_alloc(a, n);
}

void *arena_grow(struct arena *a, void *items, size_t *room, size_t count, size_t item_bytes)
{
    if (count < *room)
        return items;
    size_t more = 0;
    if (__builtin_mul_overflow(*room ? *room : 8, (size_t)2, &more))
        return NULL;
    void *grown = arena_array(a, more, item_bytes);
    if (!grown)
        return NULL;
    if (count)
        memcpy(grown, items, count * item_bytes);
    *room = more;
    return grown;
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    uint8_t *p = arena_raw(a, s.n);
    if (!p)
        return (struct slice){ NULL, 0 };
    if (s.n)
        memcpy(p, s.p, s.n);
    return slice_of(p, s.n);
}

char *arena_text(struct arena *a, struct slice s)
{
    char *p = s.n < SIZE_MAX ? arena_alloc(a, s.n + 1) : NULL;
    if (p && s.n)
        memcpy(p, s.p, s.n);
    return p;
}

char *arena_format(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    va_end(args);
    return p;
}

struct arena_saved arena_save(const struct arena *a)
{
    return (struct arena_saved){ a->now, a->now ? a->now->used : 0, a->used_bytes };
}

void arena_rewind(struct arena *a, struct arena_saved m)
{
    if (a->now)
        end_after(m.block ? m.block : a->first, m.block_used, a->now);
    a->now = m.block;
    if (m.block)
        m.block->used = m.block_used;
    a->used_bytes = m.used_bytes;
}
