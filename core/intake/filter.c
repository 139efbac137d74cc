/* filter.c - a Bloom filter of the keys in `known`. */
#include "intake/filter.h"

#include <string.h>

#include "base/arena.h"

#define BITS ((uint64_t)1 << 25)
#define PROBES 4
#define PAGE_KEYS "1024"

/* Keys are hashes: their first bytes are as good as any two. */
struct probe {
    uint64_t at, step;
};

static struct probe probe_of(const uint8_t key[ID_BYTES])
{
    uint32_t a, b;
    memcpy(&a, key, sizeof a);
    memcpy(&b, key + sizeof a, sizeof b);
    return (struct probe){ a, b | 1 };
}

bool filter_open(struct filter *f, struct db *d, struct err *e)
{
    *f = (struct filter){ .bits = mem_alloc(BITS / 8) };
    return db_prepare(d, "select key from known where key > ?1 order by key limit " PAGE_KEYS, &f->page, e);
}

void filter_close(struct filter *f)
{
    mem_free(f->bits);
    f->bits = NULL;
}

void filter_add(struct filter *f, const uint8_t key[ID_BYTES])
{
    struct probe p = probe_of(key);
    for (int i = 0; f->bits && i < PROBES; i++, p.at += p.step)
        f->bits[p.at % BITS / 64] |= (uint64_t)1 << (p.at % 64);
}

bool filter_may_have(const struct filter *f, const uint8_t key[ID_BYTES])
{
    struct probe p = probe_of(key);
    if (!f->complete)
        return true;
    for (int i = 0; i < PROBES; i++, p.at += p.step)
        if (!(f->bits[p.at % BITS / 64] >> (p.at % 64) & 1))
            return false;
    return true;
}

/* What is merged meanwhile is added by its merger, wherever the reading stands. */
bool filter_step(struct filter *f, struct err *e)
{
    bool row = true;
    size_t n = 0;
    if (f->complete || !f->bits)
        return true;
    db_bind_blob(f->page, 1, slice_of(f->last, f->started ? ID_BYTES : 0));
    while (db_step(f->page, &row, e) && row) {
        struct slice key = db_blob(f->page, 0);
        if (key.n != ID_BYTES)
            continue;
        memcpy(f->last, key.p, ID_BYTES);
        filter_add(f, f->last);
        n++;
    }
    f->started = true;
    f->complete = e->fate == ERR_NONE && n == 0;
    return e->fate == ERR_NONE;
}
