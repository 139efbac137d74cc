/* audit_follow.c - the audit as it grows: what is new since the last call. */
#include "audit/audit.h"
#include "audit/walk.h"

struct audit_follow {
    const struct catalogue *catalogue;
    struct arena arena;
    int partitions;
    struct bus_reader **readers;
};

bool audit_follow_open(struct bus *b, const struct catalogue *c, int partitions,
                       struct audit_follow **out, struct err *e)
{
    struct audit_follow *f = mem_alloc(sizeof *f);
    *out = f;
    if (!f)
        return err_memory(e);
    f->catalogue = c;
    arena_init(&f->arena, WALK_ARENA_BYTES);
    f->readers = mem_alloc((size_t)partitions * sizeof *f->readers);
    bool good = f->readers || err_memory(e);
    for (; good && f->partitions < partitions; f->partitions++)
        good = bus_reader_open(b, TOPIC_AUDIT, f->partitions, 0, &f->readers[f->partitions], e);
    if (!good)
        audit_follow_close(out);
    return good;
}

static bool follow_batch(struct audit_follow *f, int partition, const struct bus_record *r,
                         size_t n,
                         bool (*each)(void *ctx, int partition, const struct audit_read *r),
                         void *ctx, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct audit_read read;
        arena_reset(&f->arena);
        if (!audit_read(f->catalogue, &f->arena, r[i].value, &read, e))
            return false;
        if (!each(ctx, partition, &read))
            return err_memory(e);
    }
    return true;
}

bool audit_follow_read(struct audit_follow *f,
                       bool (*each)(void *ctx, int partition, const struct audit_read *r),
                       void *ctx, struct err *e)
{
    for (int p = 0; p < f->partitions; p++)
        for (bool end = false; !end;) {
            const struct bus_record *r = NULL;
            size_t n = 0;
            if (!bus_reader_next(f->readers[p], 0, &r, &n, &end, e))
                return false;
            if (!follow_batch(f, p, r, n, each, ctx, e))
                return false;
        }
    return true;
}

void audit_follow_close(struct audit_follow **out)
{
    struct audit_follow *f = *out;
    *out = NULL;
    if (!f)
        return;
    for (int p = 0; p < f->partitions; p++)
        bus_reader_close(&f->readers[p]);
    mem_free(f->readers);
    arena_release(&f->arena);
    mem_free(f);
}
