/* view.c - the strict reader: every byte checked, every slot sliced, nothing copied.
 *
 * Avro specification 1.11, "Binary Encoding", read narrowly: numbers in their shortest form only (so
 * that a released value can carry nothing but itself), lengths and counts within what is left,
 * blocks with the size they state, enum and union branches that exist, booleans 0 or 1, UTF-8. The
 * recursion follows the schema, never the input. */
#include "record/plan.h"

#include <assert.h>

#include "record/plan_ops.h"

struct reader {
    const uint8_t *p, *end, *start;
    const struct slot *slot; /* where we are, for the sentence */
    struct err *e;
};

__attribute__((cold, noinline)) static bool refuse(const struct reader *r, const char *code,
                                                   const char *why)
{
    struct slice path = r->slot ? r->slot->path : SLICE("record");
    return err_set(r->e, ERR_REJECT, code, (size_t)(r->p - r->start), "cannot read '%.*s': %s",
                   (int)path.n, (const char *)path.p, why);
}

static inline size_t left(const struct reader *r)
{
    return (size_t)(r->end - r->p);
}

/* Ten groups of seven bits hold 70: the tenth byte may carry one bit only. */
static bool read_wide_long(struct reader *r, int64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 10; i++) {
        if (i >= left(r))
            return refuse(r, "avro.short", "the bytes end within a number");
        uint8_t byte = r->p[i];
        if (i == 9 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte >= 0x80)
            continue;
        if (byte == 0 && i > 0)
            return refuse(r, "avro.long", "a number is not in its shortest form");
        r->p += i + 1;
        *out = (int64_t)((value >> 1) ^ (0 - (value & 1)));
        return true;
    }
    return refuse(r, "avro.long", "a number has more than 64 bits");
}

static inline bool read_long(struct reader *r, int64_t *out)
{
    if (r->p == r->end || *r->p >= 0x80)
        return read_wide_long(r, out);
    uint8_t byte = *r->p++;
    *out = (int64_t)(byte >> 1) ^ -(int64_t)(byte & 1);
    return true;
}

static bool read_int(struct reader *r)
{
    int64_t value = 0;
    const uint8_t *at = r->p;
    if (!read_long(r, &value))
        return false;
    if (value >= INT32_MIN && value <= INT32_MAX)
        return true;
    r->p = at;
    return refuse(r, "avro.int", "a number has more than 32 bits");
}

static bool read_run(struct reader *r, struct slice *out)
{
    int64_t n = 0;
    const uint8_t *at = r->p;
    if (!read_long(r, &n))
        return false;
    if (n < 0 || (uint64_t)n > left(r)) {
        r->p = at;
        return refuse(r, "avro.length", "a length is negative or past the end");
    }
    *out = slice_of(r->p, (size_t)n);
    r->p += n;
    return true;
}

/* Nearly all text is ASCII, so eight bytes are looked at together first. */
static inline bool is_ascii(struct slice s)
{
    uint64_t high = 0, word;
    size_t i = 0;
    for (; i + sizeof word <= s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        high |= word;
    }
    for (; i < s.n; i++)
        high |= s.p[i];
    return !(high & 0x8080808080808080u);
}

static bool read_string(struct reader *r)
{
    struct slice text;
    if (!read_run(r, &text))
        return false;
    if (is_ascii(text) || slice_is_utf8(text))
        return true;
    r->p = text.p;
    return refuse(r, "avro.utf8", "a text is not UTF-8");
}

static bool skip(struct reader *r, size_t n)
{
    if (n > left(r))
        return refuse(r, "avro.short", "the bytes end within a value");
    r->p += n;
    return true;
}

static bool read_boolean(struct reader *r)
{
    if (left(r) && *r->p > 1)
        return refuse(r, "avro.boolean", "a boolean is neither 0 nor 1");
    return skip(r, 1);
}

static bool read_enum(struct reader *r, uint32_t symbols)
{
    int64_t value = 0;
    const uint8_t *at = r->p;
    if (!read_long(r, &value))
        return false;
    if (value >= 0 && value < (int64_t)symbols)
        return true;
    r->p = at;
    return refuse(r, "avro.enum", "there is no such symbol");
}

/* The items of an array, block by block. */
struct items {
    struct reader *r;
    const struct op *op;
    uint64_t block, total;
    const uint8_t *block_end; /* NULL when the block states no size */
};

static bool open_block(struct items *i)
{
    struct reader *r = i->r;
    int64_t count = 0, size = 0;
    const uint8_t *at = r->p;
    i->block_end = NULL;
    if (!read_long(r, &count))
        return false;
    if (count < 0) {
        if (!read_long(r, &size))
            return false;
        if (size < 0 || (uint64_t)size > left(r) || count == INT64_MIN) {
            r->p = at;
            return refuse(r, "avro.length", "a block's size is negative or past the end");
        }
        i->block_end = r->p + size;
        count = -count;
    }
    i->block = (uint64_t)count;
    i->total += i->block;
    /* Each item takes at least `bound` bytes, at least one: no count can cost more than its bytes. */
    if (i->block <= left(r) / i->op->bound && i->total <= PLAN_ITEMS_MAX)
        return true;
    r->p = at;
    return refuse(r, "avro.count", "an array claims more items than can be");
}

/* Stands before the next item, or past the array's end when *more is false. */
static bool next_item(struct items *i, bool *more)
{
    *more = true;
    if (i->block > 0) {
        i->block--;
        return true;
    }
    if (i->block_end && i->r->p != i->block_end)
        return refuse(i->r, "avro.length", "a block is not as long as it says");
    if (!open_block(i))
        return false;
    if (i->block == 0 && i->block_end)
        return refuse(i->r, "avro.count", "an empty block states a size");
    *more = i->block > 0;
    i->block -= *more;
    return true;
}

static bool read_record(const struct plan *p, struct reader *r, struct span *spans);

static bool read_item(const struct op *op, struct reader *r)
{
    return op->item ? read_record(op->item, r, NULL) : read_string(r);
}

static bool read_array(const struct op *op, struct reader *r)
{
    struct items items = { .r = r, .op = op };
    bool more = true;
    while (next_item(&items, &more)) {
        if (!more)
            return true;
        if (!read_item(op, r))
            return false;
    }
    return false;
}

static bool read_value(const struct op *op, struct reader *r)
{
    int64_t number = 0;
    struct slice run;
    switch (op->type) {
    case SLOT_STRING:
        return read_string(r);
    case SLOT_LONG:
        return read_long(r, &number);
    case SLOT_INT:
        return read_int(r);
    case SLOT_ENUM:
        return read_enum(r, op->bound);
    case SLOT_BOOLEAN:
        return read_boolean(r);
    case SLOT_ARRAY:
        return read_array(op, r);
    case SLOT_BYTES:
        return read_run(r, &run);
    case SLOT_FIXED:
        return skip(r, op->bound);
    case SLOT_DOUBLE:
        return skip(r, 8);
    case SLOT_NULL:
        break;
    }
    return true;
}

/* Zig-zag: branch 0 (null) is 00, branch 1 is 02. */
static inline bool read_branch(struct reader *r, bool *is_null)
{
    if (r->p == r->end)
        return refuse(r, "avro.short", "the bytes end before a value");
    if (*r->p != 0 && *r->p != 2)
        return refuse(r, "avro.union", "there is no such branch");
    *is_null = *r->p++ == 0;
    return true;
}

/* Offsets in spans (which may be NULL) count from r->start. */
static bool read_record(const struct plan *p, struct reader *r, struct span *spans)
{
    const struct slot *outer = r->slot;
    for (size_t i = 0; i < p->count; i++) {
        const struct op *op = &p->ops[i];
        const uint8_t *from = r->p;
        bool is_null = false;
        r->slot = &p->slots[i];
        if (op->nullable && !read_branch(r, &is_null))
            return false;
        if (!is_null && !read_value(op, r))
            return false;
        if (spans)
            spans[i] = (struct span){ (uint32_t)(from - r->start), (uint32_t)(r->p - from) };
    }
    r->slot = outer;
    return true;
}

static struct reader reader_of(struct slice s, struct err *e)
{
    const uint8_t *p = s.p ? s.p : (const uint8_t *)"";
    return (struct reader){ .p = p, .end = p + s.n, .start = p, .e = e };
}

bool plan_view(const struct plan *p, struct arena *a, struct slice bytes, struct view *out,
               struct err *e)
{
    if (bytes.n > PLAN_BODY_BYTES_MAX)
        return err_set(e, ERR_REJECT, "avro.size", PLAN_BODY_BYTES_MAX,
                       "cannot read a record of over %zu bytes", PLAN_BODY_BYTES_MAX);
    struct span *spans = ARENA_ARRAY(a, p->count, struct span);
    if (!spans)
        return err_memory(e);
    struct reader r = reader_of(bytes, e);
    if (!read_record(p, &r, spans))
        return false;
    if (r.p != r.end)
        return refuse(&r, "avro.trailing", "bytes follow its end");
    *out = (struct view){ p, bytes, spans };
    return true;
}

/* From here on the bytes have been validated: reading them cannot fail. */

/* The value's bytes without the union branch; empty when null. */
static struct slice value_of(const struct op *op, struct slice raw)
{
    return op->nullable ? slice_from(raw, 1) : raw;
}

static bool is_null(const struct op *op, struct slice raw)
{
    return op->nullable && raw.p[0] == 0;
}

static struct slice value_bytes(const struct view *v, size_t slot)
{
    return value_of(&v->plan->ops[slot], view_raw(v, slot));
}

bool view_is_null(const struct view *v, size_t slot)
{
    assert(slot < v->plan->count);
    return is_null(&v->plan->ops[slot], view_raw(v, slot));
}

static struct slice run_of(struct slice value)
{
    struct err e = { .fate = ERR_NONE };
    struct reader r = reader_of(value, &e);
    struct slice run = { .n = 0 };
    return read_run(&r, &run) ? run : (struct slice){ .n = 0 };
}

static int64_t number_of(struct slice value)
{
    struct err e = { .fate = ERR_NONE };
    struct reader r = reader_of(value, &e);
    int64_t number = 0;
    return read_long(&r, &number) ? number : 0;
}

struct slice slot_text(const struct plan *p, size_t slot, struct slice raw)
{
    struct slice none = { .n = 0 }, value = value_of(&p->ops[slot], raw);
    if (is_null(&p->ops[slot], raw))
        return none;
    switch (p->ops[slot].type) {
    case SLOT_STRING:
    case SLOT_BYTES:
        return run_of(value);
    case SLOT_FIXED:
        return value;
    case SLOT_ENUM:
        return p->slots[slot].symbols[number_of(value)];
    default:
        return none;
    }
}

int64_t slot_long(const struct plan *p, size_t slot, struct slice raw)
{
    if (is_null(&p->ops[slot], raw))
        return 0;
    switch (p->ops[slot].type) {
    case SLOT_INT:
    case SLOT_LONG:
        return number_of(value_of(&p->ops[slot], raw));
    case SLOT_BOOLEAN:
        return value_of(&p->ops[slot], raw).p[0];
    default:
        return 0;
    }
}

struct slice view_text(const struct view *v, size_t slot)
{
    assert(slot < v->plan->count);
    return slot_text(v->plan, slot, view_raw(v, slot));
}

int64_t view_long(const struct view *v, size_t slot)
{
    assert(slot < v->plan->count);
    return slot_long(v->plan, slot, view_raw(v, slot));
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
    while (next_item(&items, &more)) {
        if (!more)
            return true;
        if (!read_item(op, &r))
            return false;
        ++*n;
    }
    return false;
}

/* False with no error when the slot is null: there is nothing to list. */
static bool has_items(const struct view *v, size_t slot, bool records, size_t *n, struct err *e)
{
    const struct op *op = &v->plan->ops[slot];
    *n = 0;
    assert(op->type == SLOT_ARRAY && (op->item != NULL) == records);
    return !view_is_null(v, slot) && count_items(op, value_bytes(v, slot), n, e) && *n > 0;
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
        if (!next_item(&items, &more))
            return false;
        struct span *own = spans + i * op->item->count;
        r.start = r.p;
        if (!read_record(op->item, &r, own))
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
        if (!next_item(&items, &more) || !read_run(&r, &texts[i]))
            return false;
    *out = texts;
    return true;
}
