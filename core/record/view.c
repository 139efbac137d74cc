/* view.c - a record seen through its plan: checked once, sliced, nothing copied. */
#include "record/plan.h"

#include <assert.h>

#include "record/reader.h"

/* The value's bytes without the union branch; empty when null. */
static struct slice slot_value_bytes(const struct op *op, struct slice raw)
{
    return op->nullable ? slice_from(raw, 1) : raw;
}

static bool is_null(const struct op *op, struct slice raw)
{
    return op->nullable && raw.p[0] == 0;
}

static struct slice value_bytes(const struct view *v, size_t slot)
{
    return slot_value_bytes(&v->plan->ops[slot], view_raw(v, slot));
}

bool view_is_null(const struct view *v, size_t slot)
{
    assert(slot < v->plan->count);
    return is_null(&v->plan->ops[slot], view_raw(v, slot));
}

static int64_t take_wide_number(struct slice *value)
{
    struct err e = { .fate = ERR_NONE };
    struct reader r = reader_of(*value, &e);
    int64_t number = 0;
    bool good = reader_long(&r, &number);
    *value = slice_of(r.p, reader_left(&r));
    return good ? number : 0;
}

/* The number that value begins with, and moves value past it; most numbers take one byte. */
static inline int64_t view_take_number(struct slice *value)
{
    uint8_t byte = value->n ? *value->p : 0x80;
    if (byte >= 0x80)
        return take_wide_number(value);
    *value = slice_from(*value, 1);
    return reader_from_zigzag(byte);
}

static struct slice view_run(struct slice value)
{
    int64_t n = view_take_number(&value);
    return slice_head(value, (size_t)n);
}

static int64_t view_number(struct slice value)
{
    return view_take_number(&value);
}

struct slice view_slot_text(const struct plan *p, size_t slot, struct slice raw)
{
    struct slice none = { .n = 0 }, value = slot_value_bytes(&p->ops[slot], raw);
    if (is_null(&p->ops[slot], raw))
        return none;
    switch (p->ops[slot].type) {
    case SLOT_STRING:
    case SLOT_BYTES:
        return view_run(value);
    case SLOT_FIXED:
        return value;
    case SLOT_ENUM:
        return p->slots[slot].symbols[view_number(value)];
    default:
        return none;
    }
}

int64_t view_slot_long(const struct plan *p, size_t slot, struct slice raw)
{
    if (is_null(&p->ops[slot], raw))
        return 0;
    switch (p->ops[slot].type) {
    case SLOT_INT:
    case SLOT_LONG:
        return view_number(slot_value_bytes(&p->ops[slot], raw));
    case SLOT_BOOLEAN:
        return slot_value_bytes(&p->ops[slot], raw).p[0];
    default:
        return 0;
    }
}

struct slice view_text(const struct view *v, size_t slot)
{
    assert(slot < v->plan->count);
    return view_slot_text(v->plan, slot, view_raw(v, slot));
}

int64_t view_long(const struct view *v, size_t slot)
{
    assert(slot < v->plan->count);
    return view_slot_long(v->plan, slot, view_raw(v, slot));
}

double view_double(const struct view *v, size_t slot)
{
    double value = 0;
    assert(slot < v->plan->count);
    if (v->plan->ops[slot].type == SLOT_DOUBLE && !view_is_null(v, slot)) {
        struct slice bytes = value_bytes(v, slot);
        uint64_t bits = 0;
        for (unsigned i = 0; i < sizeof bits; i++)
            bits |= (uint64_t)bytes.p[i] << (8 * i);
        memcpy(&value, &bits, sizeof value);
    }
    return value;
}

struct slice view_text_at(const struct view *v, const char *path)
{
    int slot = plan_slot(v->plan, slice_text(path));
    return slot < 0 ? (struct slice){ .n = 0 } : view_text(v, (size_t)slot);
}

int64_t view_long_at(const struct view *v, const char *path)
{
    int slot = plan_slot(v->plan, slice_text(path));
    return slot < 0 ? 0 : view_long(v, (size_t)slot);
}

static bool count_items(const struct op *op, struct slice value, size_t *n, struct err *e)
{
    struct reader r = reader_of(value, e);
    struct items items = { .r = &r, .op = op };
    bool more = true;
    *n = 0;
    while (reader_items_next(&items, &more)) {
        if (!more)
            return true;
        if (!reader_item(op, &r))
            return false;
        ++*n;
    }
    return false;
}

/* False without an error when the slot is null or its list empty. */
static bool has_items(const struct view *v, size_t slot, bool records, size_t *n, struct err *e)
{
    const struct op *op = &v->plan->ops[slot];
    bool holds_records = op->item != NULL;
    *n = 0;
    assert(op->type == SLOT_ARRAY && holds_records == records);
    if (view_is_null(v, slot))
        return false;
    return count_items(op, value_bytes(v, slot), n, e) && *n > 0;
}

bool view_items(const struct view *v, size_t slot, struct arena *a, const struct view **out,
                size_t *n, struct err *e)
{
    *out = NULL;
    if (!has_items(v, slot, true, n, e))
        return e->fate == ERR_NONE;
    const struct op *op = &v->plan->ops[slot];
    struct view *views = ARENA_ARRAY(a, *n, struct view);
    struct span *spans = ARENA_ARRAY(a, *n * op->item->count, struct span);
    if (!views || !spans)
        return err_memory(e);
    struct slice value = value_bytes(v, slot);
    struct reader r = reader_of(value, e);
    struct items items = { .r = &r, .op = op };
    bool more = true;
    for (size_t i = 0; i < *n; i++) {
        if (!reader_items_next(&items, &more))
            return false;
        struct span *own = spans + i * op->item->count;
        r.start = r.p;
        if (!reader_record(op->item, &r, own))
            return false;
        views[i] = (struct view){ op->item, slice_of(r.start, (size_t)(r.p - r.start)), own };
    }
    *out = views;
    return true;
}

bool view_strings(const struct view *v, size_t slot, struct arena *a, const struct slice **out,
                  size_t *n, struct err *e)
{
    *out = NULL;
    if (!has_items(v, slot, false, n, e))
        return e->fate == ERR_NONE;
    struct slice *texts = ARENA_ARRAY(a, *n, struct slice);
    if (!texts)
        return err_memory(e);
    struct reader r = reader_of(value_bytes(v, slot), e);
    struct items items = { .r = &r, .op = &v->plan->ops[slot] };
    bool more = true;
    for (size_t i = 0; i < *n; i++)
        if (!reader_items_next(&items, &more) || !reader_run(&r, &texts[i]))
            return false;
    *out = texts;
    return true;
}
