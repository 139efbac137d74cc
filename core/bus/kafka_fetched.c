/* kafka_fetched.c - collects the records that one call hands out. */
#include "bus/kafka_fetched.h"

#include "bus/backend.h"

#define TAKE_MS 200 /* the longest single wait for a record */

static int left_ms(int64_t until_ns)
{
    int64_t left = (until_ns - clock_mono_ns() + 999999) / 1000000;
    return left < 0 ? 0 : (int)left;
}

bool kafka_fetched_init(struct kafka_fetched *f, struct err *e)
{
    f->r = mem_alloc(BUS_BATCH_COUNT * sizeof *f->r);
    f->messages = mem_alloc(BUS_BATCH_COUNT * sizeof *f->messages);
    return (f->r && f->messages) || err_memory(e);
}

void kafka_fetched_reset(struct kafka_fetched *f)
{
    for (size_t i = 0; i < f->n; i++)
        kafka_release(f->messages[i]);
    f->n = 0;
    f->bytes = 0;
}

void kafka_fetched_release(struct kafka_fetched *f)
{
    kafka_fetched_reset(f);
    mem_free(f->r);
    mem_free(f->messages);
}

/* Takes one record more, and waits only for the first. Moves *at behind what was taken. */
static bool take_one(struct kafka_fetched *f, struct kafka_client *c, int wait_ms,
                     enum kafka_took *what, int64_t *at, struct err *e)
{
    struct bus_record *r = &f->r[f->n];
    if (!kafka_take(c, f->n ? 0 : wait_ms, r, &f->messages[f->n], what, e))
        return false;
    if (*what == KAFKA_RECORD) {
        f->bytes += r->key.n + r->value.n;
        f->n++;
        *at = r->offset + 1;
    } else if (*what == KAFKA_END) {
        *at = r->offset;
    }
    return true;
}

bool kafka_fetched_fill(struct kafka_fetched *f, struct kafka_client *c, int wait_ms, int64_t end,
                        int64_t *at, struct err *e)
{
    int64_t until_ns = after_ms(wait_ms);
    while (f->n < BUS_BATCH_COUNT && f->bytes < BUS_BATCH_BYTES) {
        enum kafka_took what;
        int left = left_ms(until_ns);
        if (!take_one(f, c, left < TAKE_MS ? left : TAKE_MS, &what, at, e))
            return false;
        if (what == KAFKA_RECORD)
            continue;
        bool is_enough = f->n > 0 || *at >= end;
        if (is_enough || left_ms(until_ns) == 0)
            return true;
    }
    return true;
}
