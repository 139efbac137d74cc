/* plan_project.c - copying only what is released.
 *
 * Two passes in slot order: the first decides and adds up the size, the second copies; kept slots
 * that lie side by side are copied as one range. A withheld slot is the one byte of the null
 * branch, whatever it held. */
#include "record/plan.h"

#include <assert.h>

#include "record/category_set.h"
#include "record/plan_ops.h"

/* What becomes of a slot; a number below is the index of its replacement. */
enum { KEEP = PLAN_SLOTS_MAX - 1, WITHHOLD = PLAN_SLOTS_MAX };

static bool is_kept(const struct plan *p, size_t slot, unsigned portion,
                    const struct categories *released)
{
    if (p->ops[slot].kept)
        return true;
    return portion != CATEGORY_NEVER && categories_has(released, portion);
}

static size_t project_decide(const struct view *v, const uint8_t *portions,
                             const struct categories *released, const struct replacement *r,
                             size_t n, uint8_t fate[PLAN_SLOTS_MAX])
{
    const struct plan *p = v->plan;
    size_t bytes = 0;
    for (size_t i = 0; i < p->count; i++) {
        bool kept = is_kept(p, i, portions[i], released);
        fate[i] = kept ? KEEP : WITHHOLD;
        bytes += kept ? v->slots[i].n : 1;
    }
    for (size_t i = 0; i < n; i++) {
        size_t slot = r[i].slot;
        assert(slot < p->count && fate[slot] >= KEEP); /* each replaced once */
        bytes -= fate[slot] == KEEP ? v->slots[slot].n : 1;
        bytes += r[i].encoded.n;
        fate[slot] = (uint8_t)i;
    }
    return bytes;
}

static uint8_t *project_copy(uint8_t *to, struct slice s)
{
    if (s.n)
        memcpy(to, s.p, s.n);
    return to + s.n;
}

/* The bytes of the kept slots from *slot on, which moves past them. */
static struct slice kept_range(const struct view *v, const uint8_t *fate, size_t *slot)
{
    struct slice range = { v->bytes.p + v->slots[*slot].at, 0 };
    for (; *slot < v->plan->count && fate[*slot] == KEEP; ++*slot)
        range.n += v->slots[*slot].n;
    return range;
}

void plan_project(const struct view *v, const uint8_t *portions, const struct categories *released,
                  const struct replacement *r, size_t n, struct buf *out)
{
    uint8_t fate[PLAN_SLOTS_MAX];
    assert(n < KEEP);
    size_t bytes = project_decide(v, portions, released, r, n, fate);
    uint8_t *from = buf_reserve(out, bytes);
    if (!from)
        return;
    uint8_t *to = from;
    for (size_t i = 0; i < v->plan->count;) {
        if (fate[i] == KEEP) {
            to = project_copy(to, kept_range(v, fate, &i));
            continue;
        }
        if (fate[i] == WITHHOLD)
            *to++ = 0;
        else
            to = project_copy(to, r[fate[i]].encoded);
        i++;
    }
    assert((size_t)(to - from) == bytes);
    out->n += bytes;
}
