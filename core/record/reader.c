/* reader.c - each step looks first and moves last.
 *
 * The recursion follows the schema, never the input. */
#include "record/reader.h"

__attribute__((cold, noinline)) bool reader_refuse(const struct reader *r, const char *code,
                                                   const char *why)
{
    struct slice path = r->slot ? r->slot->path : SLICE("record");
    return err_set(r->e, ERR_REJECT, code, (size_t)(r->p - r->start), "cannot read '%.*s': %s",
                   (int)path.n, (const char *)path.p, why);
}

/* Ten groups of seven bits hold 70: the tenth byte may carry one bit only. */
bool reader_wide_long(struct reader *r, int64_t *out)
{
    uint64_t value = 0;
    for (size_t i = 0; i < 10; i++) {
        if (i >= reader_left(r))
            return reader_refuse(r, "avro.short", "the bytes end within a number");
        uint8_t byte = r->p[i];
        if (i == 9 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte >= 0x80)
            continue;
        if (byte == 0 && i > 0)
            return reader_refuse(r, "avro.long", "a number is not in its shortest form");
        r->p += i + 1;
        *out = reader_from_zigzag(value);
        return true;
    }
    return reader_refuse(r, "avro.long", "a number has more than 64 bits");
}

static bool read_int(struct reader *r)
{
    int64_t value = 0;
    const uint8_t *at = r->p;
    if (!reader_long(r, &value))
        return false;
    if (value >= INT32_MIN && value <= INT32_MAX)
        return true;
    r->p = at;
    return reader_refuse(r, "avro.int", "a number has more than 32 bits");
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
    if (!reader_run(r, &text))
        return false;
    if (is_ascii(text) || slice_is_utf8(text))
        return true;
    r->p = text.p;
    return reader_refuse(r, "avro.utf8", "a text is not UTF-8");
}

static bool reader_skip(struct reader *r, size_t n)
{
    if (n > reader_left(r))
        return reader_refuse(r, "avro.short", "the bytes end within a value");
    r->p += n;
    return true;
}

static bool read_boolean(struct reader *r)
{
    if (reader_left(r) && *r->p > 1)
        return reader_refuse(r, "avro.boolean", "a boolean is neither 0 nor 1");
    return reader_skip(r, 1);
}

static bool read_enum(struct reader *r, uint32_t symbols)
{
    int64_t value = 0;
    const uint8_t *at = r->p;
    if (!reader_long(r, &value))
        return false;
    if (value >= 0 && value < (int64_t)symbols)
        return true;
    r->p = at;
    return reader_refuse(r, "avro.enum", "there is no such symbol");
}

static bool open_block(struct items *i)
{
    struct reader *r = i->r;
    int64_t count = 0, size = 0;
    const uint8_t *at = r->p;
    i->block_end = NULL;
    if (!reader_long(r, &count))
        return false;
    if (count < 0) {
        if (!reader_long(r, &size))
            return false;
        if (size < 0 || (uint64_t)size > reader_left(r) || count == INT64_MIN) {
            r->p = at;
            return reader_refuse(r, "avro.length", "a block's size is negative or past the end");
        }
        i->block_end = r->p + size;
        count = -count;
    }
    i->block = (uint64_t)count;
    i->total += i->block;
    /* An item takes `bound` bytes or more, at least one: no count costs more than its bytes. */
    if (i->block <= reader_left(r) / i->op->bound && i->total <= PLAN_ITEMS_MAX)
        return true;
    r->p = at;
    return reader_refuse(r, "avro.count", "an array claims more items than can be");
}

bool reader_items_next(struct items *i, bool *more)
{
    *more = true;
    if (i->block > 0) {
        i->block--;
        return true;
    }
    if (i->block_end && i->r->p != i->block_end)
        return reader_refuse(i->r, "avro.length", "a block is not as long as it says");
    if (!open_block(i))
        return false;
    if (i->block == 0 && i->block_end)
        return reader_refuse(i->r, "avro.count", "an empty block states a size");
    *more = i->block > 0;
    if (*more)
        i->block--;
    return true;
}

bool reader_item(const struct op *op, struct reader *r)
{
    return op->item ? reader_record(op->item, r, NULL) : read_string(r);
}

static bool read_array(const struct op *op, struct reader *r)
{
    struct items items = { .r = r, .op = op };
    bool more = true;
    while (reader_items_next(&items, &more)) {
        if (!more)
            return true;
        if (!reader_item(op, r))
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
        return reader_long(r, &number);
    case SLOT_INT:
        return read_int(r);
    case SLOT_ENUM:
        return read_enum(r, op->bound);
    case SLOT_BOOLEAN:
        return read_boolean(r);
    case SLOT_ARRAY:
        return read_array(op, r);
    case SLOT_BYTES:
        return reader_run(r, &run);
    case SLOT_FIXED:
        return reader_skip(r, op->bound);
    case SLOT_DOUBLE:
        return reader_skip(r, 8);
    case SLOT_NULL:
        break;
    }
    return true;
}

/* Zig-zag: branch 0 (null) is 00, branch 1 is 02. */
static inline bool read_branch(struct reader *r, bool *is_null)
{
    if (r->p == r->end)
        return reader_refuse(r, "avro.short", "the bytes end before a value");
    if (*r->p != 0 && *r->p != 2)
        return reader_refuse(r, "avro.union", "there is no such branch");
    *is_null = *r->p == 0;
    r->p++;
    return true;
}

bool reader_record(const struct plan *p, struct reader *r, struct span *spans)
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
