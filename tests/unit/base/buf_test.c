/* buf_test.c - growing, the maximum, the sticky failure, and JSON strings. */
#include <CUnit/CUnit.h>

#include "base/arena.h"
#include "base/buf.h"

static struct buf b;

static void fresh(void)
{
    buf_init(&b, 1 << 16);
}

static void done(void)
{
    mem_fail_after(0);
    buf_release(&b);
}

static void holds_what_was_put_in_order(void)
{
    buf_put(&b, SLICE("one"));
    buf_byte(&b, ' ');
    buf_text(&b, "two");
    buf_format(&b, " %d", 3);
    buf_hex(&b, SLICE("\x00\xff"));
    CU_ASSERT_TRUE(slice_equal(buf_slice(&b), SLICE("one two 300ff")));
}

static void takes_its_maximum_to_the_byte(void)
{
    struct buf small;
    buf_init(&small, 4);
    buf_text(&small, "1234");
    CU_ASSERT_TRUE(buf_ok(&small));
    buf_byte(&small, '5');
    CU_ASSERT_FALSE(buf_ok(&small));
    CU_ASSERT_EQUAL(small.n, 4);
    buf_release(&small);
}

static void stays_failed_until_reset(void)
{
    struct buf small;
    struct err e = { .fate = ERR_NONE };
    buf_init(&small, 4);
    buf_text(&small, "12345");
    buf_text(&small, "1");
    CU_ASSERT_EQUAL(small.n, 0);
    CU_ASSERT_FALSE(buf_done(&small, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "memory.limit");
    CU_ASSERT_EQUAL(e.fate, ERR_RETRY);
    buf_reset(&small);
    buf_text(&small, "1");
    CU_ASSERT_TRUE(buf_ok(&small));
    buf_release(&small);
}

static void formats_to_the_last_byte(void)
{
    struct buf small;
    buf_init(&small, 3);
    buf_format(&small, "%d", 123);
    CU_ASSERT_TRUE(slice_equal(buf_slice(&small), SLICE("123")));
    buf_format(&small, "%s", "");
    CU_ASSERT_TRUE(buf_ok(&small));
    buf_format(&small, "%d", 4);
    CU_ASSERT_FALSE(buf_ok(&small));
    buf_release(&small);
}

static void fails_when_memory_is_out(void)
{
    mem_fail_after(1);
    buf_text(&b, "x");
    CU_ASSERT_FALSE(buf_ok(&b));
    CU_ASSERT_PTR_NULL(buf_reserve(&b, 1));
}

static void keeps_its_memory_over_a_reset(void)
{
    for (int i = 0; i < 1000; i++)
        buf_byte(&b, 'x');
    buf_reset(&b);
    uint64_t before = mem_count();
    for (int i = 0; i < 1000; i++)
        buf_byte(&b, 'y');
    CU_ASSERT_EQUAL(mem_count(), before);
    CU_ASSERT_EQUAL(b.n, 1000);
}

static void reserves_room_to_be_filled_by_hand(void)
{
    uint8_t *p = buf_reserve(&b, 300);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    memset(p, 'z', 300);
    b.n += 300;
    CU_ASSERT_EQUAL(b.n, 300);
    CU_ASSERT_PTR_NULL(buf_reserve(&b, SIZE_MAX));
}

static void writes_json_strings(void)
{
    static const struct {
        struct slice in, want;
    } rows[] = {
        { SLICE_INIT(""), SLICE_INIT("\"\"") },
        { SLICE_INIT("plain"), SLICE_INIT("\"plain\"") },
        { SLICE_INIT("a\"b\\c/"), SLICE_INIT("\"a\\\"b\\\\c/\"") },
        { SLICE_INIT("\b\t\n\f\r"), SLICE_INIT("\"\\b\\t\\n\\f\\r\"") },
        { SLICE_INIT("\0\x1f\v\x7f"), SLICE_INIT("\"\\u0000\\u001f\\u000b\x7f\"") },
        { SLICE_INIT("\xc3\xa9\xf0\x9f\x98\x80"), SLICE_INIT("\"\xc3\xa9\xf0\x9f\x98\x80\"") },
        { SLICE_INIT("a\xff"
                     "b"),
          SLICE_INIT("\"a\xef\xbf\xbd"
                     "b\"") },
        { SLICE_INIT("\xed\xa0\x80"), SLICE_INIT("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") },
        { SLICE_INIT("\xc3"), SLICE_INIT("\"\xef\xbf\xbd\"") },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        buf_reset(&b);
        buf_json(&b, rows[i].in);
        CU_ASSERT_TRUE(slice_equal(buf_slice(&b), rows[i].want));
    }
}

static CU_TestInfo cases[] = {
    { "holds what was put in order", holds_what_was_put_in_order },
    { "takes its maximum to the byte", takes_its_maximum_to_the_byte },
    { "stays failed until reset", stays_failed_until_reset },
    { "formats to the last byte", formats_to_the_last_byte },
    { "fails when memory is out", fails_when_memory_is_out },
    { "keeps its memory over a reset", keeps_its_memory_over_a_reset },
    { "reserves room to be filled by hand", reserves_room_to_be_filled_by_hand },
    { "writes JSON strings", writes_json_strings },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_buf = { "buf", NULL, NULL, fresh, done, cases };
