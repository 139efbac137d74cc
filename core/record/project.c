/* project.c - copying only what is released.
 *
 * One pass in slot order: runs of kept slots that lie side by side are copied as one range; a
 * withheld slot is the one byte of the null branch, whatever it held. */
#include "record/plan.h"

#include <assert.h>

#include "record/category_set.h"
#include "record/plan_ops.h"

/* Kept bytes not yet copied. */
struct range { size_t from, to; };

static void flush(const struct view *v, struct range *r, struct buf *out)
{
    buf_put(out, slice_of(v->bytes.p + r->from, r->to - r->from));
    r->from = r->to;
}

static bool is_kept(const struct plan *p, size_t slot, const struct categories *released)
{
    unsigned category = p->slots[slot].category;
    return p->ops[slot].kept || (category != CATEGORY_NEVER && categories_has(released, category));
}

void plan_project(const struct view *v, const struct categories *released,
                  const struct replacement *r, size_t n, struct buf *out)
{
    const struct plan *p = v->plan;
    uint8_t replaced[PLAN_SLOTS_MAX] = { 0 }; /* index in r, plus one */
    assert(n < PLAN_SLOTS_MAX);
    for (size_t i = 0; i < n; i++) {
        assert(r[i].slot < p->count);
        replaced[r[i].slot] = (uint8_t)(i + 1);
    }
    struct range range = { 0, 0 };
    for (size_t i = 0; i < p->count; i++) {
        size_t end = v->slots[i].at + v->slots[i].n;
        if (replaced[i] || !is_kept(p, i, released)) {
            flush(v, &range, out);
            if (replaced[i])
                buf_put(out, r[replaced[i] - 1].encoded);
            else
                avro_put_null(out);
            range.from = end;
        }
        range.to = end;
    }
    flush(v, &range, out);
}
