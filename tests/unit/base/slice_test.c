/* slice_test.c - comparing, trimming, UTF-8 and numbers. */
#include <CUnit/CUnit.h>

#include "base/slice.h"

static void compares_with_the_empty_slice_of_any_pointer(void)
{
    struct slice none = { NULL, 0 };
    CU_ASSERT_TRUE(slice_equal(none, SLICE("")));
    CU_ASSERT_TRUE(slice_starts(SLICE("a"), none));
    CU_ASSERT_EQUAL(slice_compare(none, none), 0);
    CU_ASSERT_EQUAL(slice_find(none, 'x'), 0);
    CU_ASSERT_TRUE(slice_is_utf8(none));
    CU_ASSERT_EQUAL(slice_trim(none).n, 0);
    CU_ASSERT_EQUAL(slice_text(NULL).n, 0);
}

static void orders_by_bytes_the_shorter_first(void)
{
    CU_ASSERT_TRUE(slice_compare(SLICE("a"), SLICE("b")) < 0);
    CU_ASSERT_TRUE(slice_compare(SLICE("ab"), SLICE("a")) > 0);
    CU_ASSERT_TRUE(slice_compare(SLICE("\xff"), SLICE("a")) > 0);
    CU_ASSERT_EQUAL(slice_compare(SLICE("ab"), SLICE("ab")), 0);
}

static void cuts_without_leaving_its_bounds(void)
{
    CU_ASSERT_TRUE(slice_equal(slice_from(SLICE("abc"), 1), SLICE("bc")));
    CU_ASSERT_EQUAL(slice_from(SLICE("abc"), 9).n, 0);
    CU_ASSERT_TRUE(slice_equal(slice_head(SLICE("abc"), 9), SLICE("abc")));
    CU_ASSERT_EQUAL(slice_find(SLICE("abc"), 'c'), 2);
    CU_ASSERT_EQUAL(slice_find(SLICE("abc"), 'd'), 3);
}

static void trims_blanks_of_every_kind(void)
{
    CU_ASSERT_TRUE(slice_equal(slice_trim(SLICE(" \t\r\n a b \n")), SLICE("a b")));
    CU_ASSERT_EQUAL(slice_trim(SLICE(" \t ")).n, 0);
    CU_ASSERT_EQUAL(slice_trim(SLICE("\xc2\xa0")).n, 0);
    CU_ASSERT_TRUE(slice_equal_text(slice_trim(SLICE("\xe2\x80\x8b \xef\xbb\xbf"
                                                     "a\xc2\xa0z\xc2\xad\xe3\x80\x80\v")),
                                    "a\xc2\xa0z"));
    CU_ASSERT_TRUE(slice_equal_text(slice_trim(SLICE("\xc3\xa0\x20")), "\xc3\xa0"));
}

static void ignores_ascii_case_only(void)
{
    CU_ASSERT_TRUE(slice_equal_nocase(SLICE("AbZ"), SLICE("aBz")));
    CU_ASSERT_FALSE(slice_equal_nocase(SLICE("@"), SLICE("`")));
    CU_ASSERT_FALSE(slice_equal_nocase(SLICE("["), SLICE("{")));
    CU_ASSERT_FALSE(slice_equal_nocase(SLICE("a"), SLICE("ab")));
}

static void knows_well_formed_utf8(void)
{
    static const struct {
        struct slice s;
        bool want;
    } rows[] = {
        { SLICE_INIT("plain \0 text"), true },
        { SLICE_INIT("\xc2\x80"), true },
        { SLICE_INIT("\xdf\xbf"), true },
        { SLICE_INIT("\xe0\xa0\x80"), true },
        { SLICE_INIT("\xed\x9f\xbf"), true },
        { SLICE_INIT("\xee\x80\x80"), true },
        { SLICE_INIT("\xf0\x90\x80\x80"), true },
        { SLICE_INIT("\xf4\x8f\xbf\xbf"), true },
        { SLICE_INIT("\x80"), false },
        { SLICE_INIT("\xc0\xaf"), false },
        { SLICE_INIT("\xc1\xbf"), false },
        { SLICE_INIT("\xe0\x9f\xbf"), false },
        { SLICE_INIT("\xed\xa0\x80"), false },
        { SLICE_INIT("\xf0\x8f\xbf\xbf"), false },
        { SLICE_INIT("\xf4\x90\x80\x80"), false },
        { SLICE_INIT("\xf5\x80\x80\x80"), false },
        { SLICE_INIT("\xff"), false },
        { SLICE_INIT("\xe2\x82"), false },
        { SLICE_INIT("\xe2\x28\xa1"), false },
        { SLICE_INIT("\xf0\x9f\x98"), false },
        { SLICE_INIT("a\xc3"
                     "b"),
          false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_EQUAL(slice_is_utf8(rows[i].s), rows[i].want);
}

static void reads_numbers_without_sign(void)
{
    uint64_t n = 7;
    CU_ASSERT_TRUE(slice_to_u64(SLICE("18446744073709551615"), &n));
    CU_ASSERT_EQUAL(n, UINT64_MAX);
    CU_ASSERT_TRUE(slice_to_u64(SLICE("007"), &n));
    CU_ASSERT_EQUAL(n, 7);
    static const char *const bad[] = {
        "", "-1", "+1", " 1", "1 ", "1.0", "0x1", "18446744073709551616", "000000000000000000001"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_FALSE(slice_to_u64(slice_text(bad[i]), &n));
    CU_ASSERT_EQUAL(n, 7);
}

static void reads_signed_numbers_to_their_limits(void)
{
    int64_t n = 0;
    CU_ASSERT_TRUE(slice_to_i64(SLICE("9223372036854775807"), &n));
    CU_ASSERT_EQUAL(n, INT64_MAX);
    CU_ASSERT_TRUE(slice_to_i64(SLICE("-9223372036854775808"), &n));
    CU_ASSERT_EQUAL(n, INT64_MIN);
    CU_ASSERT_FALSE(slice_to_i64(SLICE("9223372036854775808"), &n));
    CU_ASSERT_FALSE(slice_to_i64(SLICE("-9223372036854775809"), &n));
    CU_ASSERT_FALSE(slice_to_i64(SLICE("-"), &n));
    CU_ASSERT_FALSE(slice_to_i64(SLICE("--1"), &n));
}

static void finds_a_word_among_words(void)
{
    static const struct slice words[] = { SLICE_INIT("one"), SLICE_INIT("two") };
    static const char *const texts[] = { "one", "two" };
    static const struct {
        const char *word;
        size_t n;
        bool found;
    } rows[] = { { "two", 2, true }, { "two", 1, false }, { "tw", 2, false }, { "", 2, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice word = slice_text(rows[i].word);
        CU_ASSERT_EQUAL(slice_is_one_of(word, words, rows[i].n), rows[i].found);
        CU_ASSERT_EQUAL(slice_is_one_of_texts(word, texts, rows[i].n), rows[i].found);
    }
}

static void knows_its_end(void)
{
    CU_ASSERT(slice_ends(SLICE("a.yaml"), SLICE(".yaml")));
    CU_ASSERT(slice_ends(SLICE("a"), SLICE("")));
    CU_ASSERT_FALSE(slice_ends(SLICE("yaml"), SLICE(".yaml")));
    CU_ASSERT_FALSE(slice_ends(SLICE("a.yaml "), SLICE(".yaml")));
}

static void writes_and_reads_hexadecimal_digits(void)
{
    char out[7] = "??????";
    slice_to_hex(SLICE("\x00\x9f\xff"), out);
    CU_ASSERT_STRING_EQUAL(out, "009fff");
    static const char digits[] = "0123456789abcdefABCDEF";
    for (int c = 0; c < 256; c++) {
        const char *at = memchr(digits, c, sizeof digits - 1);
        int value = at ? (int)(at - digits) : -1;
        CU_ASSERT_EQUAL(hex_digit((uint8_t)c), value > 15 ? value - 6 : value);
    }
}

static CU_TestInfo cases[] = {
    { "compares with the empty slice of any pointer",
      compares_with_the_empty_slice_of_any_pointer },
    { "orders by bytes, the shorter first", orders_by_bytes_the_shorter_first },
    { "cuts without leaving its bounds", cuts_without_leaving_its_bounds },
    { "trims blanks of every kind", trims_blanks_of_every_kind },
    { "ignores ASCII case only", ignores_ascii_case_only },
    { "knows well-formed UTF-8", knows_well_formed_utf8 },
    { "reads numbers without sign", reads_numbers_without_sign },
    { "reads signed numbers to their limits", reads_signed_numbers_to_their_limits },
    { "finds a word among words", finds_a_word_among_words },
    { "knows its end", knows_its_end },
    { "writes and reads hexadecimal digits", writes_and_reads_hexadecimal_digits },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_slice = { "slice", NULL, NULL, NULL, NULL, cases };
