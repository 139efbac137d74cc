/* told.c - receipts of a service, sorted by disclosure id. */
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

enum { ACCEPTED, REDUCED, REFUSED, STOPPED };
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

bool told_make(struct told **out, struct err *e)
{
    *out = mem_alloc(sizeof **out);
    return *out || err_memory(e);
}

bool told_read(struct told *t, const struct delivery_options *o, const char *topic, int lane,
               struct bus_end *at, struct err *e)
{
    struct bus_reader *r = NULL;
    const struct bus_record *list = NULL;
    struct arena a;
    bool end = false, good = bus_reader_open(o->bus, topic, lane, at->next, &r, e);
    arena_init(&a, VIEW_BYTES);
    while (good && !end) {
        size_t n = 0;
        good = bus_reader_next(r, 1000, &list, &n, &end, e);
        for (size_t i = 0; good && i < n; i++)
            good = told_take(o, &a, list[i].value, t, e);
        if (good && n > 0)
            bus_end_behind(o->bus, &list[n - 1], at);
    }
    arena_release(&a);
    bus_reader_close(&r);
    return good;
}

bool told_list(struct told *t, struct arena *a, const struct told_end **list, size_t *n,
               struct err *e)
{
    struct told_end *out = ARENA_ARRAY(a, t->count + 1, struct told_end);
    *n = 0;
    *list = out;
    if (!out)
        return err_memory(e);
    if (t->count > 1)
        qsort(t->list, t->count, sizeof *t->list, by_id);
    for (size_t i = 0; i < t->count; i++) {
        const char *id = t->list[i].id;
        bool is_last = i + 1 == t->count || strcmp(id, t->list[i + 1].id) != 0;
        if (is_last)
            out[(*n)++] = (struct told_end){ id, told_outcome(t, slice_text(id)) };
    }
    return true;
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
    const char *said = NULL;
    for (; from > 0 && memcmp(t->list[from - 1].id, one.id, sizeof one.id) == 0; from--) {
        uint8_t outcome = t->list[from - 1].outcome;
        if (!said || outcome < REFUSED)
            said = outcomes[outcome];
    }
    return said;
}
