/* hl7v2_fuzz.c - any bytes as HL7 v2: nothing crashes, every leaf is found where it was named, an
 * answer is always well-formed, and what was read can be written and read again. */
#include <assert.h>
#include <string.h>
#include <stdlib.h>

#include "base/clean.h"
#include "format/hl7v2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LEAVES_MAX 2000

static const struct format_options no_options;

struct seen {
    struct arena *a;
    const struct doc *d;
    struct node *map;
    size_t count;
    struct slice values[LEAVES_MAX];
    bool cleared[LEAVES_MAX];
};

static struct found look_up(struct arena *a, const struct doc *d, struct slice text)
{
    struct path *p = NULL;
    struct err e = { .fate = ERR_NONE };
    bool compiled = format_hl7v2.compile(a, text, &p, &e);
    assert(compiled);
    return format_hl7v2.find(a, d, p, NULL, 0);
}

static void collect(void *ctx, const struct leaf *l)
{
    struct seen *s = ctx;
    struct found f = look_up(s->a, s->d, l->path);
    assert(f.how != FOUND_ABSENT && f.at == l->at && f.length == l->length);
    assert(f.how == FOUND_CLEARED || slice_is_utf8(f.value));
    bool is_charset = slice_starts(l->path, SLICE("MSH-18"));
    /* Escapes and UTF-8 make it longer than it came, and it has a limit. */
    bool is_long_id =
        slice_starts(l->path, SLICE("MSH-10")) && f.value.n > HL7V2_CONTROL_ID_MAX / 8;
    /* "\H\", a soft hyphen: nothing to write */
    bool is_empty = f.how == FOUND_PRESENT && text_clean(s->a, f.value).n == 0;
    if (s->count == LEAVES_MAX || is_charset || is_long_id || is_empty)
        return;
    struct node *value =
        f.how == FOUND_CLEARED ? node_new(s->a, NODE_NULL) : node_new_text(s->a, f.value);
    /* What leaves is clean; of that, blanks at the ends are escaped and stay. */
    s->values[s->count] = text_clean(s->a, f.value);
    s->cleared[s->count++] = f.how == FOUND_CLEARED;
    node_put(s->map, l->path, value);
}

/* The same leaves again, in the same order. */
static void compare(void *ctx, const struct leaf *l)
{
    struct seen *s = ctx;
    struct found f = look_up(s->a, s->d, l->path);
    assert(s->cleared[s->count] ? f.how == FOUND_CLEARED
                                : slice_equal(f.value, s->values[s->count]));
    s->count++;
}

static void write_and_read(struct seen *s)
{
    struct buf b;
    struct err e = { .fate = ERR_NONE };
    struct doc *again = NULL;
    size_t before = s->count;
    buf_init(&b, (size_t)64 * 1024 * 1024);
    if (format_hl7v2.render(s->map, &no_options, (struct slice){ NULL, 0 }, &b, &e)) {
        bool read = format_hl7v2.parse(s->a, NULL, buf_slice(&b), &again, &e);
        /* The parts of an id may be within its limit, one by one, and not all of them together. */
        assert(read || strcmp(e.code, "hl7v2.control_id") == 0);
        s->d = again;
        s->count = 0;
        if (read)
            format_hl7v2.leaves(s->a, again, compare, s);
        assert(!read || s->count == before);
    }
    buf_release(&b);
}

static void answer(struct arena *a, const struct doc *d, struct slice raw, const struct err *why)
{
    struct buf b;
    struct doc *ack = NULL;
    struct err e = { .fate = ERR_NONE };
    buf_init(&b, (size_t)64 * 1024 * 1024);
    bool taken = why->fate == ERR_NONE;
    format_hl7v2.reply(d, raw, taken ? REPLY_ACCEPT : REPLY_ERROR, why, 1769860803000, &b);
    assert(slice_find(buf_slice(&b), 0x0b) == b.n);
    /* None for an acknowledgement, two where commit and application are both asked for. */
    for (struct slice rest = buf_slice(&b), one; rest.n > 0; rest = slice_from(rest, one.n + 1)) {
        one = slice_head(rest, slice_find(rest, REPLY_NEXT));
        bool read = format_hl7v2.parse(a, NULL, one, &ack, &e);
        /* What is echoed of a header whose marks could not be read may name any character set. */
        assert(read || raw.n > 100000 || (!d && strcmp(e.code, "hl7v2.charset") == 0));
        if (!read)
            break;
        struct found code = look_up(a, ack, SLICE("MSA-1"));
        assert(code.how == FOUND_PRESENT && code.value.n == 2);
        struct found id = look_up(a, ack, SLICE("MSA-2"));
        struct partner_said said;
        bool accepted = format_hl7v2.means(one, raw, id.value, &said, &e) == ANSWER_YES;
        assert(!accepted || taken);
    }
    buf_release(&b);
}

/* A VT behind the header's M stands in what is taken only where an FS has ended the frame
 * before. */
static bool has_vt_within(struct slice one)
{
    size_t begin = slice_find(one, 'M');
    size_t vt = begin + slice_find(slice_from(one, begin), 0x0b);
    return vt < one.n && slice_find(slice_head(one, vt), 0x1c) == vt;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct seen s; /* too large for the stack */
    struct arena a;
    struct cut c = { .at = 0 };
    struct slice one, unit = slice_of(data, size);
    struct err e = { .fate = ERR_NONE };
    arena_init(&a, (size_t)256 * 1024 * 1024);
    while (format_hl7v2.split(&a, unit, &c, &one, &e)) {
        struct doc *d = NULL;
        struct err why = { .fate = ERR_NONE };
        bool read = format_hl7v2.parse(&a, NULL, one, &d, &why);
        assert(read || (why.code && why.at <= one.n));
        assert(!read || !has_vt_within(one));
        assert(read == (why.fate == ERR_NONE) && (d || !read));
        answer(&a, d, one, &why);
        if (!d)
            continue;
        s = (struct seen){ .a = &a, .d = d, .map = node_new(&a, NODE_MAP) };
        format_hl7v2.leaves(&a, d, collect, &s);
        if (read && s.count < LEAVES_MAX)
            write_and_read(&s);
    }
    if (e.fate == ERR_REJECT) { /* what cannot be cut off is not taken by being read whole */
        struct doc *rest = NULL;
        struct err why = { .fate = ERR_NONE };
        bool read = format_hl7v2.parse(&a, NULL, slice_from(unit, c.at), &rest, &why);
        assert(!read);
        answer(&a, rest, slice_from(unit, c.at), &why);
    }
    struct path *p = NULL;
    (void)!format_hl7v2.compile(&a, slice_head(unit, 200), &p, &e);
    arena_release(&a);
    return 0;
}
