/* convert_test.c - conversions, each way. */
#include <CUnit/CUnit.h>

#include "mapping/inside.h"

static struct arena arena;

static void fresh(void)
{
    arena_init(&arena, 1 << 20);
}

static void done(void)
{
    arena_release(&arena);
}

static void tidies_texts(void)
{
    static const struct {
        const char *as, *in, *want;
    } rows[] = {
        { "nhs-number", "999 000 0026", "9990000026" },
        { "postcode", "wx12ab", "WX1 2AB" },
        { "postcode", "ZZ993VZ", "ZZ99 3VZ" },
        { "postcode", "SW1A 1AA", "SW1A 1AA" },
        { "postcode", "X1", "X1" },
        { "trim", "  a b ", "a b" },
        { "upper", "ab\xC3\xA9", "AB\xC3\xA9" },
        { "lower", "A-Z", "a-z" },
        { "boolean", "Y", "true" },
        { "boolean", " no ", "false" },
        { "words", "ready_for_discharge", "ready for discharge" },
        { "words", "true", "yes" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum conversion as = conversion_named(slice_text(rows[i].as));
        struct slice out = conversion_text(as, &arena, slice_text(rows[i].in));
        CU_ASSERT_TRUE(slice_equal_text(out, rows[i].want));
    }
}

static void refuses_what_does_not_fit(void)
{
    CU_ASSERT_PTR_NULL(conversion_text(AS_NHS_NUMBER, &arena, SLICE("9990000027")).p);
    CU_ASSERT_PTR_NULL(conversion_text(AS_NHS_NUMBER, &arena, SLICE("3333333333")).p);
    CU_ASSERT_PTR_NULL(conversion_text(AS_BOOLEAN, &arena, SLICE("perhaps")).p);
    CU_ASSERT_EQUAL(conversion_named(SLICE("hl7-date")), AS_NONE);
}

static void writes_times_as_partners_read_them(void)
{
    static const struct {
        const char *in, *as, *want;
    } rows[] = {
        { "202607011005", "hl7-time", "202607011005" }, /* summer time there and back */
        { "202607011005", "iso-time", "2026-07-01T09:05Z" },
        { "202607011005", "uk-date", "01/07/2026 10:05" },
        { "202607010030", "date", "2026-07-01" },
        { "194111", "iso-time", "1941-11" },
        { "194111", "uk-date", "11/1941" },
        { "1941", "hl7-time", "1941" },
        { "20260203101500", "hl7-time", "20260203101500" },
        { "20260210", "date", "2026-02-10" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct moment m;
        CU_ASSERT_TRUE(conversion_read_time(AS_HL7_TIME, slice_text(rows[i].in), &m));
        enum conversion as = conversion_named(slice_text(rows[i].as));
        struct slice out = conversion_write_time(as, &arena, &m);
        CU_ASSERT_TRUE(slice_equal_text(out, rows[i].want));
    }
}

static void reads_a_date_in_iso_or_hl7(void)
{
    struct moment m;
    CU_ASSERT_TRUE(conversion_read_time(AS_DATE, SLICE("1941-11-01"), &m));
    CU_ASSERT_TRUE(conversion_read_time(AS_DATE, SLICE("194111011515"), &m));
    CU_ASSERT_FALSE(conversion_read_time(AS_DATE, SLICE("01/11/1941"), &m));
    CU_ASSERT_TRUE(conversion_read_time(AS_UK_DATE, SLICE("01/11/1941"), &m));
}

static void finds_codes_in_a_table(void)
{
    struct table_entry entries[] = { { SLICE_INIT("19"), SLICE_INIT("home"), 1 },
                                     { SLICE_INIT("2A"), SLICE_INIT("other"), 2 },
                                     { SLICE_INIT("19"), SLICE_INIT("late"), 3 } };
    struct table t = { .entries = entries, .count = 3 };
    CU_ASSERT_TRUE_FATAL(table_index(&t, &arena));
    CU_ASSERT_PTR_EQUAL(table_find(&t, SLICE(" 19 ")), &entries[0].to);
    CU_ASSERT_PTR_EQUAL(table_find(&t, SLICE("2A")), &entries[1].to);
    CU_ASSERT_PTR_EQUAL(table_find(&t, SLICE("2a")), &entries[1].to);
    CU_ASSERT_PTR_NULL(table_find(&t, SLICE("")));
}

static CU_TestInfo cases[] = { { "tidies texts", tidies_texts },
                               { "refuses what does not fit", refuses_what_does_not_fit },
                               { "writes times as partners read them",
                                 writes_times_as_partners_read_them },
                               { "reads a date in ISO or HL7", reads_a_date_in_iso_or_hl7 },
                               { "finds codes in a table", finds_codes_in_a_table },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_convert = { "convert", NULL, NULL, fresh, done, cases };
