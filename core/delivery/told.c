/* told.c - receipts of all partitions, sorted by disclosure id. */
#include "delivery/told.h"

#include "base/ids.h"
#include "record/wire.h"

#include <stdlib.h>
#include <string.h>

#define VIEW_BYTES ((size_t)1 << 20)

struct entry {
    char id[sizeof((struct disclosure_id *)0)->text];
    uint8_t outcome;
    uint32_t turn; /* which of several comes last */
};
struct told {
    struct entry *list;
    size_t count, room;
};

static const char *const outcomes[] = { "accepted", "reduced", "refused", "stopped" };

static int by_id(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int order = memcmp(a->id, b->id, sizeof a->id);
    if (order)
        return order;
    return (a->turn > b->turn) - (a->turn < b->turn);
}

static bool told_add(struct told *t, struct slice id, struct slice outcome, struct err *e)
{
    void *list = t->list;
    struct entry one = { .outcome = 0, .turn = (uint32_t)t->count };
    if (id.n == 0 || id.n >= sizeof one.id)
        return true;
    if (!mem_room(&list, &t->room, t->count, sizeof *t->list))
        return err_memory(e);
    t->list = list;
    memcpy(one.id, id.p, id.n);
    for (uint8_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (slice_equal_text(outcome, outcomes[i]))
            one.outcome = i;
    t->list[t->count++] = one;
    return true;
}

/* Adds a receipt of this service; any other record is passed over. */
static bool told_take(const struct delivery_options *o, struct arena *a, struct slice framed,
                      struct told *t, struct err *e)
{
    const struct schema *s = catalogue_named(o->bundle->catalogue, SLICE("Receipt"));
    struct err ignored = { .fate = ERR_NONE };
    uint64_t fingerprint = 0;
    struct slice body;
    struct view v;
    arena_reset(a);
    if (!s || !wire_open(framed, &fingerprint, &body, &ignored))
        return true;
    if (fingerprint != plan_fingerprint(s->plan))
        return true;
    if (!plan_view(s->plan, a, body, &v, &ignored))
        return true;
    if (!slice_equal(view_text_at(&v, "recipient"), o->service))
        return true;
    return told_add(t, view_text_at(&v, "disclosure"), view_text_at(&v, "outcome"), e);
}

static bool told_read_partition(const struct delivery_options *o, const char *topic, int partition,
                                struct arena *a, struct told *t, struct err *e)
{
    struct bus_reader *r = NULL;
    const struct bus_record *list = NULL;
    bool end = false, good = bus_reader_open(o->bus, topic, partition, 0, &r, e);
    while (good && !end) {
        size_t n = 0;
        good = bus_reader_next(r, 1000, &list, &n, &end, e);
        for (size_t i = 0; good && i < n; i++)
            good = told_take(o, a, list[i].value, t, e);
    }
    bus_reader_close(&r);
    return good;
}

bool told_read(const struct delivery_options *o, const char *topic, struct told **out,
               struct err *e)
{
    struct told *t = *out = mem_alloc(sizeof *t);
    struct arena a;
    bool good = t != NULL || err_memory(e);
    arena_init(&a, VIEW_BYTES);
    for (int i = 0; good && i < o->bundle->partitions; i++)
        good = told_read_partition(o, topic, i, &a, t, e);
    arena_release(&a);
    if (good && t->count > 1)
        qsort(t->list, t->count, sizeof *t->list, by_id);
    if (!good)
        told_release(out);
    return good;
}

void told_release(struct told **t)
{
    if (*t)
        mem_free((*t)->list);
    mem_free(*t);
    *t = NULL;
}

const char *told_outcome(const struct told *t, struct slice id)
{
    struct entry one = { .turn = UINT32_MAX };
    if (!t || id.n == 0 || id.n >= sizeof one.id)
        return NULL;
    memcpy(one.id, id.p, id.n);
    size_t from = 0, to = t->count;
    while (from < to) {
        size_t mid = from + (to - from) / 2;
        if (by_id(&t->list[mid], &one) < 0)
            from = mid + 1;
        else
            to = mid;
    }
    if (from == 0 || memcmp(t->list[from - 1].id, one.id, sizeof one.id) != 0)
        return NULL;
    return outcomes[t->list[from - 1].outcome];
}
