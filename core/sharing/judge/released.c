/* released.c - what of an event a recipient was told, by slot of the event's own schema.
 *
 * By slot, not by category or portion: an event keeps its schema for ever, but its portions change
 * with the rules. */
#include "sharing/judge/released.h"

#include "record/wire.h"
#include "sharing/decide/oblige.h"
#include "sharing/judge/project.h"

#define SLOTS_MAX 256 /* a plan has fewer: a slot's number takes one byte */

struct told {
    uint8_t slots[SLOTS_MAX / 8];
    uint8_t changed[2 * SLOTS_MAX];
    size_t slot_bytes, changed_bytes; /* up to the last that is not zero; pairs of slot and form */
};

static void add_told_slot(struct told *t, size_t slot)
{
    t->slots[slot / 8] |= (uint8_t)(1u << (slot % 8));
    if (slot / 8 >= t->slot_bytes)
        t->slot_bytes = slot / 8 + 1;
}

static bool has_slot(struct slice slots, size_t slot)
{
    if (slot / 8 >= slots.n)
        return false;
    return (slots.p[slot / 8] >> (slot % 8)) & 1;
}

/* The released fields that the sender has cleared: that they are empty travels as it is. */
static bool add_cleared(const struct bundle *b, struct arena *a, const struct event *ev,
                        const struct decision *d, struct told *t, struct err *e)
{
    const struct slice *paths = NULL;
    size_t n = 0;
    if (!view_strings(ev->view, (size_t)ev->slots->cleared, a, &paths, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        int slot = plan_field(ev->view->plan, paths[i]);
        if (slot < 0)
            continue;
        if (categories_has(&d->released, bundle_portion(b, ev->schema, (size_t)slot)))
            add_told_slot(t, (size_t)slot);
    }
    return true;
}

/* A slot that travels changed, when anything is left of it then. */
static void add_changed(const struct bundle *b, const struct event *ev, size_t slot,
                        enum obligation o, struct buf *value, struct told *t)
{
    static const uint8_t null = 0;
    buf_reset(value);
    oblige_put(b, ev->view, slot, o, value);
    if (slice_equal(buf_slice(value), slice_of(&null, 1)))
        return;
    add_told_slot(t, slot);
    t->changed[t->changed_bytes++] = (uint8_t)slot;
    t->changed[t->changed_bytes++] = (uint8_t)o;
}

static bool keep_told(struct arena *a, const struct told *t, struct released *out, struct err *e)
{
    *out = (struct released){ .slots = arena_copy(a, slice_of(t->slots, t->slot_bytes)) };
    if (!out->slots.p)
        return err_memory(e);
    if (t->changed_bytes == 0)
        return true;
    out->changed = arena_copy(a, slice_of(t->changed, t->changed_bytes));
    return out->changed.p || err_memory(e);
}

bool released_by(const struct bundle *b, struct arena *a, const struct event *ev,
                 const struct decision *d, struct released *out, struct err *e)
{
    const struct plan *p = ev->view->plan;
    const uint8_t *portions = bundle_portions(b, ev->schema);
    bool is_changed = oblige_any(d->obliged);
    struct told t;
    struct buf value;
    memset(t.slots, 0, sizeof t.slots);
    t.slot_bytes = 0;
    t.changed_bytes = 0;
    if (is_changed && !buf_in_arena(a, oblige_room(b), &value, e))
        return false;
    for (size_t i = 0; i < plan_slots(p) && i < SLOTS_MAX; i++) {
        unsigned portion = portions[i];
        if (!categories_has(&d->released, portion) || !view_has(ev->view, i))
            continue;
        enum obligation o = is_changed ? oblige_form(d->obliged, portion) : OBLIGE_COUNT;
        if (o == OBLIGE_COUNT)
            add_told_slot(&t, i);
        else
            add_changed(b, ev, i, o, &value, &t);
    }
    return add_cleared(b, a, ev, d, &t, e) && keep_told(a, &t, out, e);
}

/* ---- less ---- */

/* r without the slots that are gone, cut at the last that is left, as ever; in a. */
static bool take_slots(const struct released *r, const bool gone[SLOTS_MAX], struct arena *a,
                       struct released *out, bool *took)
{
    uint8_t *bits = arena_alloc(a, r->slots.n + 1);
    size_t n = r->slots.n;
    *took = false;
    if (!bits)
        return false;
    for (size_t slot = 0; slot < 8 * n; slot++) {
        bool has = has_slot(r->slots, slot);
        if (has && !gone[slot])
            bits[slot / 8] |= (uint8_t)(1u << (slot % 8));
        *took |= has && gone[slot];
    }
    while (n && !bits[n - 1])
        n--;
    *out = (struct released){ slice_of(bits, n), r->changed };
    return true;
}

bool released_let_through(const struct released *now, const struct categories *forbidden,
                          const uint8_t *portions, struct arena *a, struct released *out,
                          bool *took)
{
    bool gone[SLOTS_MAX] = { false };
    for (size_t slot = 0; slot < 8 * now->slots.n; slot++)
        gone[slot] = has_slot(now->slots, slot) && categories_has(forbidden, portions[slot]);
    return take_slots(now, gone, a, out, took);
}

static bool is_named(const struct catalogue *c, const struct plan *p, size_t slot,
                     struct slice name)
{
    struct categories named = { { 0 } };
    struct slice path;
    if (!catalogue_field(name, &path) && catalogue_categories(c, name, &named))
        return categories_has(&named, plan_categories(p)[slot]);
    return plan_field(p, path) == (int)slot;
}

bool released_take_out(const struct catalogue *c, const struct schema *s,
                       const struct slice *removed, size_t n, struct arena *a,
                       struct released *told, bool *took)
{
    const struct released was = *told;
    bool gone[SLOTS_MAX] = { false };
    for (size_t slot = 0; slot < plan_slots(s->plan) && slot < SLOTS_MAX; slot++)
        for (size_t i = 0; i < n && has_slot(was.slots, slot); i++)
            gone[slot] |= is_named(c, s->plan, slot, removed[i]);
    return take_slots(&was, gone, a, told, took);
}

/* ---- more than before ---- */

/* How a slot that was told travelled: OBLIGE_COUNT, as it is. */
static enum obligation told_form(const struct released *r, size_t slot)
{
    for (size_t i = 0; i + 1 < r->changed.n; i += 2)
        if (r->changed.p[i] == slot && r->changed.p[i + 1] < OBLIGE_COUNT)
            return (enum obligation)r->changed.p[i + 1];
    return OBLIGE_COUNT;
}

bool released_more(const struct released *now, const struct released *before)
{
    for (size_t slot = 0; slot < 8 * now->slots.n; slot++) {
        if (!has_slot(now->slots, slot))
            continue;
        if (!has_slot(before->slots, slot))
            return true;
        if (oblige_says_more(told_form(now, slot), told_form(before, slot)))
            return true;
    }
    return false;
}
