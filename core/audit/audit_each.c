/* audit_each.c - every entry of every partition, one after the other. */
#include "audit/audit.h"

#include "audit/walk.h"

static bool each_of(struct bus *b, const struct catalogue *c, int partition,
                    bool (*each)(void *ctx, int partition, const struct audit_read *r), void *ctx,
                    bool *go_on, struct err *e)
{
    struct walk w;
    struct arena a;
    const struct bus_record *record = NULL;
    bool good = walk_open(&w, b, TOPIC_AUDIT, partition, 0, e);
    arena_init(&a, WALK_ARENA_BYTES);
    while (good && *go_on) {
        struct audit_read read;
        arena_reset(&a);
        good = walk_next(&w, &record, e);
        if (!good || !record)
            break;
        good = audit_read(c, &a, record->value, &read, e);
        if (good)
            *go_on = each(ctx, partition, &read);
    }
    arena_release(&a);
    walk_close(&w);
    return good;
}

bool audit_each(struct bus *b, const struct catalogue *c, int partitions,
                bool (*each)(void *ctx, int partition, const struct audit_read *r), void *ctx,
                struct err *e)
{
    bool go_on = true;
    for (int p = 0; p < partitions && go_on; p++)
        if (!each_of(b, c, p, each, ctx, &go_on, e))
            return false;
    return true;
}
