/* leaving_test.c - no control character leaves, raw or escaped, in any format. */
#include <string.h>

#include <CUnit/CUnit.h>

#include "base/clean.h"
#include "format/csv.h"
#include "format/hl7v2.h"
#include "format/json.h"
#include "help.h"

static const struct {
    const struct format *format;
    const char *path, *own; /* what of its own bytes would be no text */
    enum format_readers readers;
} formats[] = {
    { &format_csv, "note", "\r\n", READERS_PEOPLE },
    { &format_csv, "note", "\r\n", READERS_MACHINES },
    { &format_json, "note", "", READERS_UNSAID },
    { &format_json, "deep.note", "", READERS_UNSAID },
    { &format_hl7v2, "NTE-3", "\r", READERS_UNSAID },
};
#define FORMATS (sizeof formats / sizeof formats[0])

/* "x", the character, "y"; below 0x100 also as the byte alone. */
static struct slice around(uint32_t c, bool raw)
{
    uint8_t *room = arena_alloc(&arena, 8), *to = room;
    *to++ = 'x';
    if (raw)
        *to++ = (uint8_t)c;
    else
        to = slice_put_utf8(to, c);
    *to++ = 'y';
    return slice_of(room, (size_t)(to - room));
}

/* As bytes, and as the escapes of the formats that have them. */
static bool is_free_of(struct slice out, const char *own)
{
    static const char *const escapes[] = { "\\u0", "\\u2", "\\uf", "\\t",  "\\b",  "\\f",
                                           "\\r",  "\\X0", "\\X1", "\\X7", "\\X8", "\\X9" };
    for (size_t i = 0; i < out.n;) {
        size_t n = slice_utf8_length(slice_from(out, i));
        if (!n)
            return false;
        struct slice one = slice_of(out.p + i, n);
        bool its_own = n == 1 && (memchr(own, one.p[0], strlen(own)) || one.p[0] == '\n');
        if (!its_own && !slice_equal(text_clean(&arena, one), one))
            return false;
        for (size_t k = 0; k < sizeof escapes / sizeof escapes[0]; k++)
            if (slice_starts(slice_from(out, i), slice_text(escapes[k])))
                return false;
        i += n;
    }
    return true;
}

static struct node *tree(const char *path, struct slice text)
{
    struct node *map = node_new(&arena, NODE_MAP);
    const char *dot = strchr(path, '.');
    node_put(map, dot ? slice_of(path, (size_t)(dot - path)) : slice_text(path),
             dot ? node_new(&arena, NODE_LIST) : node_new_text(&arena, text));
    if (dot) {
        struct node *item = node_new(&arena, NODE_MAP);
        node_put(item, slice_text(dot + 1), node_new_text(&arena, text));
        node_add(map->first, item);
    }
    return map;
}

static void leaves_clean(struct slice text)
{
    for (size_t i = 0; i < FORMATS; i++) {
        const struct format_options o = { .readers = formats[i].readers };
        struct buf out;
        err_clear(&err);
        buf_init(&out, 1 << 16);
        bool good =
            formats[i].format->render(tree(formats[i].path, text), &o, SLICE("id"), &out, &err);
        bool clean = good ? is_free_of(buf_slice(&out), formats[i].own)
                          : err.fate == ERR_REJECT && !slice_is_utf8(text);
        CU_ASSERT_TRUE(clean);
        if (!clean)
            printf("\n    %s: %02x", formats[i].format->name, text.p[1]);
        buf_release(&out);
    }
}

static void no_control_character_leaves_in_any_format(void)
{
    for (uint32_t c = 0; c < 0xa0; c++) {
        leaves_clean(around(c, false));
        leaves_clean(around(c, true));
        arena_reset(&arena);
    }
}

static void nor_what_is_not_seen_or_turns_what_is(void)
{
    static const uint32_t points[] = { 0xad,   0x200b, 0x2028, 0x2029, 0x202a,
                                       0x202b, 0x202c, 0x202d, 0x202e, 0x2060,
                                       0x2066, 0x2067, 0x2068, 0x2069, 0xfeff };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        leaves_clean(around(points[i], false));
}

static CU_TestInfo cases[] = {
    { "no control character leaves in any format", no_control_character_leaves_in_any_format },
    { "nor what is not seen or turns what is", nor_what_is_not_seen_or_turns_what_is },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_leaving = { "leaving", NULL, NULL, fresh, done, cases };
