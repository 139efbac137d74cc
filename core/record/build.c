/* build.c - records made slot by slot. */
#include "record/plan.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "record/plan_ops.h"

bool build_init(struct build *b, const struct plan *p, struct arena *a, struct err *e)
{
    *b = (struct build){ p, a, ARENA_ARRAY(a, p->count, struct slice) };
    return b->encoded ? true : err_memory(e);
}

bool build_is_set(const struct build *b, size_t slot)
{
    return slot < b->plan->count && b->encoded[slot].p != NULL;
}

static bool build_refuse(const struct build *b, size_t slot, const char *code, const char *why,
                         struct err *e)
{
    struct slice path = b->plan->slots[slot].path;
    return err_set(e, ERR_REJECT, code, 0, "cannot set '%.*s': %s", (int)path.n,
                   (const char *)path.p, why);
}

/* Sets the slot to head and rest, one behind the other. A nullable slot gets its branch before
 * them. */
static bool build_put(struct build *b, size_t slot, struct slice head, struct slice rest,
                      struct err *e)
{
    bool branch = b->plan->ops[slot].nullable;
    size_t n = 0;
    if (__builtin_add_overflow(head.n, rest.n, &n) || n > PLAN_BODY_BYTES_MAX)
        return err_memory(e);
    uint8_t *p = arena_raw(b->arena, n + branch);
    if (!p)
        return err_memory(e);
    b->encoded[slot] = slice_of(p, n + branch);
    if (branch)
        *p++ = 2;
    if (head.n)
        memcpy(p, head.p, head.n);
    if (rest.n)
        memcpy(p + head.n, rest.p, rest.n);
    return true;
}

static bool build_put_run(struct build *b, size_t slot, struct slice run, struct err *e)
{
    uint8_t length[AVRO_LONG_BYTES_MAX];
    return build_put(b, slot, slice_of(length, avro_long(length, (int64_t)run.n)), run, e);
}

static bool build_put_long(struct build *b, size_t slot, int64_t value, struct err *e)
{
    uint8_t bytes[AVRO_LONG_BYTES_MAX];
    struct slice none = { .n = 0 };
    return build_put(b, slot, slice_of(bytes, avro_long(bytes, value)), none, e);
}

/* The index of text in list, or n. */
static size_t index_of_text(const struct slice *list, size_t n, struct slice text)
{
    size_t i = 0;
    while (i < n && !slice_equal(list[i], text))
        i++;
    return i;
}

static bool set_string(struct build *b, size_t slot, struct slice text, struct err *e)
{
    const struct slot *s = &b->plan->slots[slot];
    if (!slice_is_utf8(text))
        return build_refuse(b, slot, "record.text", "not UTF-8", e);
    bool is_word = !s->vocabulary || slice_is_one_of(text, s->vocabulary, s->vocabulary_count);
    if (!is_word)
        return build_refuse(b, slot, "record.symbol", "not a word of its vocabulary", e);
    return build_put_run(b, slot, text, e);
}

static bool set_symbol(struct build *b, size_t slot, struct slice text, struct err *e)
{
    const struct slot *s = &b->plan->slots[slot];
    size_t symbol = index_of_text(s->symbols, s->symbol_count, text);
    if (symbol == s->symbol_count)
        return build_refuse(b, slot, "record.symbol", "not one of its symbols", e);
    return build_put_long(b, slot, (int64_t)symbol, e);
}

static bool set_digits(struct build *b, size_t slot, struct slice text, struct err *e)
{
    int64_t value = 0;
    if (!slice_to_i64(text, &value))
        return build_refuse(b, slot, "record.type", "not a whole number", e);
    return build_long(b, slot, value, e);
}

static bool set_truth(struct build *b, size_t slot, struct slice text, struct err *e)
{
    if (slice_equal(text, SLICE("true")))
        return build_bool(b, slot, true, e);
    if (slice_equal(text, SLICE("false")))
        return build_bool(b, slot, false, e);
    return build_refuse(b, slot, "record.type", "neither true nor false", e);
}

/* Decimal digits, sign, point and exponent only: strtod alone would also take "inf" and hex. */
static bool set_double(struct build *b, size_t slot, struct slice text, struct err *e)
{
    for (size_t i = 0; i < text.n; i++)
        if (!memchr("0123456789+-.eE", text.p[i], 15))
            return build_refuse(b, slot, "record.type", "not a number", e);
    char *digits = arena_text(b->arena, text), *end = NULL;
    if (!digits)
        return err_memory(e);
    double value = strtod(digits, &end);
    if (text.n == 0 || *end || !isfinite(value))
        return build_refuse(b, slot, "record.type", "not a number", e);
    return build_double(b, slot, value, e);
}

bool build_text(struct build *b, size_t slot, struct slice text, struct err *e)
{
    const struct op *op = &b->plan->ops[slot];
    struct slice none = { .n = 0 };
    switch (op->type) {
    case SLOT_STRING:
        return set_string(b, slot, text, e);
    case SLOT_ENUM:
        return set_symbol(b, slot, text, e);
    case SLOT_INT:
    case SLOT_LONG:
        return set_digits(b, slot, text, e);
    case SLOT_BOOLEAN:
        return set_truth(b, slot, text, e);
    case SLOT_DOUBLE:
        return set_double(b, slot, text, e);
    case SLOT_BYTES:
        return build_put_run(b, slot, text, e);
    case SLOT_FIXED:
        if (text.n == op->bound)
            return build_put(b, slot, text, none, e);
        return build_refuse(b, slot, "record.type", "not of its fixed length", e);
    default:
        return build_refuse(b, slot, "record.type", "a list is no text", e);
    }
}

bool build_long(struct build *b, size_t slot, int64_t value, struct err *e)
{
    enum slot_type type = b->plan->ops[slot].type;
    if (type == SLOT_INT && (value < INT32_MIN || value > INT32_MAX))
        return build_refuse(b, slot, "record.type", "a number of more than 32 bits", e);
    if (type != SLOT_INT && type != SLOT_LONG)
        return build_refuse(b, slot, "record.type", "a number is not its type", e);
    return build_put_long(b, slot, value, e);
}

bool build_bool(struct build *b, size_t slot, bool value, struct err *e)
{
    uint8_t byte = value;
    struct slice none = { .n = 0 };
    if (b->plan->ops[slot].type != SLOT_BOOLEAN)
        return build_refuse(b, slot, "record.type", "true or false is not its type", e);
    return build_put(b, slot, slice_of(&byte, 1), none, e);
}

/* Avro specification 1.11, "double": IEEE 754, little-endian. */
bool build_double(struct build *b, size_t slot, double value, struct err *e)
{
    uint8_t bytes[8];
    uint64_t bits = 0;
    struct slice none = { .n = 0 };
    if (b->plan->ops[slot].type != SLOT_DOUBLE)
        return build_refuse(b, slot, "record.type", "a fraction is not its type", e);
    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(bits >> (8 * i));
    return build_put(b, slot, slice_of(bytes, sizeof bytes), none, e);
}

static size_t array_bytes(const struct slice *items, size_t n, bool lengths)
{
    uint8_t room[AVRO_LONG_BYTES_MAX];
    size_t bytes = 1 + (n > 0 ? avro_long(room, (int64_t)n) : 0);
    for (size_t i = 0; i < n; i++) {
        bytes += lengths ? avro_long(room, (int64_t)items[i].n) : 0;
        if (__builtin_add_overflow(bytes, items[i].n, &bytes))
            return SIZE_MAX;
    }
    return bytes;
}

/* An array: one block of n items, each with its length when they are texts, and the empty block. */
static bool put_array(struct build *b, size_t slot, const struct slice *items, size_t n,
                      struct err *e)
{
    bool lengths = b->plan->ops[slot].item == NULL;
    bool branch = b->plan->ops[slot].nullable;
    size_t bytes = array_bytes(items, n, lengths);
    if (bytes > PLAN_BODY_BYTES_MAX)
        return err_memory(e);
    uint8_t *p = arena_alloc(b->arena, bytes + branch);
    if (!p)
        return err_memory(e);
    b->encoded[slot] = slice_of(p, bytes + branch);
    if (branch)
        *p++ = 2;
    if (n > 0)
        p += avro_long(p, (int64_t)n);
    for (size_t i = 0; i < n; i++) {
        if (lengths)
            p += avro_long(p, (int64_t)items[i].n);
        if (items[i].n)
            memcpy(p, items[i].p, items[i].n);
        p += items[i].n;
    }
    *p = 0;
    return true;
}

static bool check_array(const struct build *b, size_t slot, bool records, size_t n, struct err *e)
{
    const struct op *op = &b->plan->ops[slot];
    if (op->type != SLOT_ARRAY || (op->item != NULL) != records)
        return build_refuse(b, slot, "record.type", "not a list of such items", e);
    if (n > PLAN_ITEMS_MAX)
        return build_refuse(b, slot, "record.type", "too many items", e);
    return true;
}

bool build_items(struct build *b, size_t slot, const struct slice *items, size_t n, struct err *e)
{
    return check_array(b, slot, true, n, e) && put_array(b, slot, items, n, e);
}

bool build_strings(struct build *b, size_t slot, const struct slice *texts, size_t n, struct err *e)
{
    if (!check_array(b, slot, false, n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!slice_is_utf8(texts[i]))
            return build_refuse(b, slot, "record.text", "not UTF-8", e);
    return put_array(b, slot, texts, n, e);
}

struct slice build_get_text(const struct build *b, size_t slot)
{
    return build_is_set(b, slot) ? view_slot_text(b->plan, slot, b->encoded[slot])
                                 : (struct slice){ .n = 0 };
}

int64_t build_get_long(const struct build *b, size_t slot)
{
    return build_is_set(b, slot) ? view_slot_long(b->plan, slot, b->encoded[slot]) : 0;
}

/* How many bytes the body has. */
static bool body_bytes(const struct build *b, size_t *n, struct err *e)
{
    *n = 0;
    for (size_t i = 0; i < b->plan->count; i++) {
        const struct op *op = &b->plan->ops[i];
        bool may_be_unset = op->nullable || op->type == SLOT_ARRAY;
        if (b->encoded[i].p)
            *n += b->encoded[i].n;
        else if (may_be_unset)
            *n += 1;
        else
            return build_refuse(b, i, "record.missing", "it must be set", e);
    }
    return true;
}

bool build_done(const struct build *b, struct buf *out, struct err *e)
{
    size_t n = 0;
    if (!body_bytes(b, &n, e))
        return false;
    uint8_t *to = buf_reserve(out, n);
    if (!to)
        return buf_done(out, e);
    for (size_t i = 0; i < b->plan->count; i++) {
        struct slice s = b->encoded[i];
        if (!s.p) {
            *to++ = 0; /* the null branch, or a list without items */
            continue;
        }
        memcpy(to, s.p, s.n);
        to += s.n;
    }
    out->n += n;
    return true;
}
