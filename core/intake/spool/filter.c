/* filter.c - a Bloom filter of the keys in `known`. */
#include "intake/spool/filter.h"

#include <string.h>

#include "base/arena.h"

#define BLOCKS ((size_t)1 << 16)
#define BLOCK_BITS 512 /* a line of the processor's cache */
#define BLOCK_WORDS (BLOCK_BITS / 64)
#define PROBES 4
#define PAGE_KEYS "1024"

/* Keys are hashes, so their bytes say which bits stand for them:
 *
 *     | block | 4 numbers of bits in it, 9 binary digits each, lowest first | not used |
 *       0, 1    2 .. 6                                                        7
 *
 * The first byte of the block is the higher one: keys in order walk through memory in order. */
struct probe {
    size_t block;
    uint64_t numbers;
};

static struct probe probe_of(const uint8_t key[ID_BYTES])
{
    struct probe p = { (size_t)key[0] << 8 | key[1], 0 };
    memcpy(&p.numbers, key + 2, 6);
    return p;
}

/* Takes the next number off, and gives its bit as a word of the table and a mask. */
static inline size_t next_bit(struct probe *p, uint64_t *mask)
{
    size_t bit = p->numbers % BLOCK_BITS;
    p->numbers /= BLOCK_BITS;
    *mask = (uint64_t)1 << (bit % 64);
    return p->block * BLOCK_WORDS + bit / 64;
}

bool filter_open(struct filter *f, struct db *d, struct err *e)
{
    *f = (struct filter){ .bits = mem_alloc(BLOCKS * BLOCK_BITS / 8) };
    return db_prepare(d, "select key from known where key > ?1 order by key limit " PAGE_KEYS,
                      &f->page, e);
}

void filter_close(struct filter *f)
{
    mem_free(f->bits);
    f->bits = NULL;
}

void filter_add(struct filter *f, const uint8_t key[ID_BYTES])
{
    struct probe p = probe_of(key);
    if (!f->bits)
        return;
    for (int i = 0; i < PROBES; i++) {
        uint64_t mask;
        size_t at = next_bit(&p, &mask);
        f->bits[at] |= mask;
    }
}

bool filter_may_have(const struct filter *f, const uint8_t key[ID_BYTES])
{
    struct probe p = probe_of(key);
    if (!f->complete)
        return true;
    for (int i = 0; i < PROBES; i++) {
        uint64_t mask;
        size_t at = next_bit(&p, &mask);
        if (!(f->bits[at] & mask))
            return false;
    }
    return true;
}

void filter_expect(const struct filter *f, const uint8_t key[ID_BYTES])
{
    if (f->bits)
        __builtin_prefetch(&f->bits[probe_of(key).block * BLOCK_WORDS]);
}

/* What is merged meanwhile is added by its merger, wherever the reading stands. */
/* Whoever merges keys meanwhile adds them, wherever the reading stands. */
bool filter_step(struct filter *f, struct err *e)
{
    bool row = true;
    size_t n = 0;
    if (f->complete || !f->bits)
        return true;
    db_bind_blob(f->page, 1, slice_of(f->last, f->started ? ID_BYTES : 0));
    while (row) {
        if (!db_step(f->page, &row, e))
            return false;
        if (!row)
            break;
        struct slice key = db_blob(f->page, 0);
        if (key.n != ID_BYTES)
            continue;
        memcpy(f->last, key.p, ID_BYTES);
        filter_add(f, f->last);
        n++;
    }
    f->started = true;
    f->complete = n == 0;
    return true;
}
