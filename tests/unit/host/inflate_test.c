/* inflate_test.c - what gzip made, and what it did not. */
#include <CUnit/CUnit.h>

#include "host/inflate.h"

static const struct slice whole =
    SLICE_INIT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2\x32\xac\x05\x00\xaf"
               "\xac\x1b\x56\x07\x00\x00\x00");
static const struct slice in_two =
    SLICE_INIT("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xab\x56\x4a\x54\xb2\x02\x00\xf3\x7f\xb0"
               "\x6a\x05\x00\x00\x00\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x33\xac\x05\x00\xcc"
               "\x18\x30\xa9\x02\x00\x00\x00");
static const struct slice large =
    SLICE_INIT(/* 200,000 blanks */
               "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\x2a"
               "\xeb\x9f\xd2\x0c\xfe\x40\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
               "\xaf\x01\x31\x61\x62\x10\x40\x0d\x03\x00");

static struct buf out;
static struct err e;

static void fresh(void)
{
    buf_init(&out, 100000);
    err_clear(&e);
}

static void done(void)
{
    buf_release(&out);
}

static void makes_a_body_what_it_was(void)
{
    CU_ASSERT_TRUE(inflate_gzip(whole, &out, &e));
    CU_ASSERT_TRUE(slice_equal_text(buf_slice(&out), "{\"a\":1}"));
    CU_ASSERT_TRUE(inflate_gzip(in_two, &out, &e));
    CU_ASSERT_TRUE(slice_equal_text(buf_slice(&out), "{\"a\":1}"));
}

static void refuses_what_is_none_or_not_whole(void)
{
    for (size_t n = 0; n < whole.n; n++) {
        err_clear(&e);
        CU_ASSERT_FALSE(inflate_gzip(slice_head(whole, n), &out, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "inflate.syntax");
    }
    err_clear(&e);
    CU_ASSERT_FALSE(inflate_gzip(SLICE("{\"a\":1}"), &out, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "inflate.syntax");
}

static void ends_at_the_limit_of_its_buffer(void)
{
    CU_ASSERT_FALSE(inflate_gzip(large, &out, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "inflate.limit");
    CU_ASSERT_TRUE(large.n < 1000);
}

static CU_TestInfo cases[] = {
    { "makes a body what it was", makes_a_body_what_it_was },
    { "refuses what is none or not whole", refuses_what_is_none_or_not_whole },
    { "ends at the limit of its buffer", ends_at_the_limit_of_its_buffer },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_inflate = { "inflate", NULL, NULL, fresh, done, cases };
