/* cursor_test.c - every step checks, and a refused step moves nothing. */
#include <CUnit/CUnit.h>

#include "base/cursor.h"

static struct err e;

static void fresh(void)
{
    err_clear(&e);
}

static void takes_exactly_n_bytes(void)
{
    struct cursor c = cursor_of(SLICE("abcd"));
    struct slice got;
    CU_ASSERT_TRUE(cursor_take(&c, 3, &got, &e));
    CU_ASSERT_TRUE(slice_equal(got, SLICE("abc")));
    CU_ASSERT_FALSE(cursor_take(&c, SIZE_MAX, &got, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "input.short");
    CU_ASSERT_EQUAL(c.at, 3);
}

static void reads_avro_longs(void)
{
    static const struct {
        struct slice in;
        int64_t want;
    } rows[] = {
        { SLICE_INIT("\x00"), 0 },
        { SLICE_INIT("\x01"), -1 },
        { SLICE_INIT("\x02"), 1 },
        { SLICE_INIT("\x7f"), -64 },
        { SLICE_INIT("\x80\x01"), 64 },
        { SLICE_INIT("\x80\x00"), 0 },
        { SLICE_INIT("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), INT64_MAX },
        { SLICE_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), INT64_MIN },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cursor c = cursor_of(rows[i].in);
        int64_t got = 99;
        CU_ASSERT_TRUE(cursor_long(&c, &got, &e));
        CU_ASSERT_EQUAL(got, rows[i].want);
        CU_ASSERT_EQUAL(cursor_left(&c), 0);
    }
}

static void refuses_avro_longs_that_are_cut_or_too_long(void)
{
    static const struct {
        struct slice in;
        const char *code;
    } rows[] = {
        { SLICE_INIT(""), "input.short" },
        { SLICE_INIT("\x80\x80"), "input.short" },
        { SLICE_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), "avro.long" },
        { SLICE_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "avro.long" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cursor c = cursor_of(rows[i].in);
        int64_t got = 0;
        err_clear(&e);
        CU_ASSERT_FALSE(cursor_long(&c, &got, &e));
        CU_ASSERT_STRING_EQUAL(e.code, rows[i].code);
        CU_ASSERT_EQUAL(c.at, 0);
    }
}

static void takes_a_run_only_when_it_is_whole(void)
{
    struct cursor c = cursor_of(SLICE("\x06"
                                      "abc\x00\x01"));
    struct slice got;
    CU_ASSERT_TRUE(cursor_run(&c, &got, &e));
    CU_ASSERT_TRUE(slice_equal(got, SLICE("abc")));
    CU_ASSERT_TRUE(cursor_run(&c, &got, &e));
    CU_ASSERT_EQUAL(got.n, 0);
    CU_ASSERT_FALSE(cursor_run(&c, &got, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "avro.length");
    CU_ASSERT_EQUAL(c.at, 5);
    c = cursor_of(SLICE("\x08"
                        "abc"));
    err_clear(&e);
    CU_ASSERT_FALSE(cursor_run(&c, &got, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "avro.length");
}

static CU_TestInfo cases[] = {
    { "takes exactly n bytes", takes_exactly_n_bytes },
    { "reads Avro longs", reads_avro_longs },
    { "refuses Avro longs that are cut or too long", refuses_avro_longs_that_are_cut_or_too_long },
    { "takes a run only when it is whole", takes_a_run_only_when_it_is_whole },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_cursor = { "cursor", NULL, NULL, fresh, NULL, cases };
