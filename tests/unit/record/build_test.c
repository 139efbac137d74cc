/* build_test.c - making records slot by slot. */
#include <CUnit/CUnit.h>

#include "fixture.h"

static const struct plan *stay;
static struct build b;

static void fresh(void)
{
    fixture_fresh();
    stay = catalogue_named(fx.schemas, SLICE("HospitalStay"))->plan;
    CU_ASSERT_FATAL(build_init(&b, stay, &fx.scratch, &fx.e));
}

static size_t at(const struct plan *p, const char *path)
{
    int slot = plan_slot(p, slice_text(path));
    CU_ASSERT_FATAL(slot >= 0);
    return (size_t)slot;
}

static bool set(const char *path, const char *text)
{
    return build_text(&b, at(stay, path), slice_text(text), &fx.e);
}

static bool set_what_must_be(void)
{
    return set("header.id", "00112233445566778899aabbccddeeff") &&
           set("header.type", "HospitalStay") && set("header.kind", "admitted") &&
           set("header.action", "asserts") && set("header.source_agency", "wexbridge-hospital") &&
           set("header.source_service", "wards") && set("header.environment", "test");
}

static void builds_in_any_order_what_view_reads(void)
{
    struct view v;
    CU_ASSERT(set("stay.ward", "Ward 7") && set_what_must_be());
    CU_ASSERT(build_long(&b, at(stay, "header.occurred"), -1500, &fx.e));
    CU_ASSERT(build_bool(&b, at(stay, "stay.medically_fit"), true, &fx.e));
    CU_ASSERT_FATAL(build_done(&b, &fx.out, &fx.e));
    CU_ASSERT_FATAL(plan_view(stay, &fx.scratch, buf_slice(&fx.out), &v, &fx.e));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "stay.ward"), "Ward 7"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.action"), "asserts"));
    CU_ASSERT_EQUAL(view_long_at(&v, "header.occurred"), -1500);
    CU_ASSERT_EQUAL(view_long_at(&v, "stay.medically_fit"), 1);
    CU_ASSERT(view_is_null(&v, at(stay, "stay.site")));
    CU_ASSERT(view_is_null(&v, at(stay, "person.names[]")));
}

static void refuses_a_record_without_what_must_be(void)
{
    CU_ASSERT(set("header.id", "1") && set("header.type", "HospitalStay"));
    CU_ASSERT_FALSE(build_done(&b, &fx.out, &fx.e));
    CU_ASSERT_STRING_EQUAL(fx.e.code, "record.missing");
    CU_ASSERT_STRING_EQUAL(fx.e.text, "cannot set 'header.kind': it must be set");
}

static void says_what_was_set(void)
{
    CU_ASSERT_FALSE(build_is_set(&b, at(stay, "stay.ward")));
    CU_ASSERT_EQUAL(build_get_text(&b, at(stay, "stay.ward")).n, 0);
    CU_ASSERT_EQUAL(build_get_long(&b, at(stay, "header.feed_seq")), 0);
    CU_ASSERT(set("stay.ward", "Ward 7") && set("header.feed_seq", "-12") &&
              set("header.action", "retracts"));
    CU_ASSERT(build_is_set(&b, at(stay, "stay.ward")));
    CU_ASSERT(slice_equal_text(build_get_text(&b, at(stay, "stay.ward")), "Ward 7"));
    CU_ASSERT(slice_equal_text(build_get_text(&b, at(stay, "header.action")), "retracts"));
    CU_ASSERT_EQUAL(build_get_long(&b, at(stay, "header.feed_seq")), -12);
    CU_ASSERT_FALSE(build_is_set(&b, plan_slots(stay)));
}

static void setting_again_replaces(void)
{
    CU_ASSERT(set("stay.ward", "Ward 7") && set("stay.ward", ""));
    CU_ASSERT(build_is_set(&b, at(stay, "stay.ward")));
    CU_ASSERT_EQUAL(build_get_text(&b, at(stay, "stay.ward")).n, 0);
}

static void refuses_text_that_does_not_fit_its_slot(void)
{
    static const struct {
        const char *path, *text, *code;
    } bad[] = {
        { "header.action", "guesses", "record.symbol" },
        { "header.kind", "granted", "record.symbol" },
        { "stay.class", "Inpatient", "record.symbol" },
        { "stay.ward", "\xff", "record.text" },
        { "header.occurred", "soon", "record.type" },
        { "header.occurred", "", "record.type" },
        { "header.occurred", "9223372036854775808", "record.type" },
        { "subject.route", "2147483648", "record.type" },
        { "stay.medically_fit", "yes", "record.type" },
        { "person.names[]", "Ann", "record.type" },
        { "header.cleared[]", "stay.ward", "record.type" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        fresh();
        CU_ASSERT_FALSE(set(bad[i].path, bad[i].text));
        CU_ASSERT_STRING_EQUAL(fx.e.code, bad[i].code);
        CU_ASSERT_EQUAL(fx.e.fate, ERR_REJECT);
        CU_ASSERT_FALSE(build_is_set(&b, at(stay, bad[i].path)));
    }
}

/* An error may be logged; what a person's record says may not. */
static void never_quotes_the_text_it_refuses(void)
{
    CU_ASSERT_FALSE(set("stay.class", "Secretword"));
    CU_ASSERT_PTR_NULL(strstr(fx.e.text, "Secretword"));
}

static void refuses_a_value_of_another_type(void)
{
    size_t ward = at(stay, "stay.ward");
    CU_ASSERT_FALSE(build_long(&b, ward, 7, &fx.e));
    err_clear(&fx.e);
    CU_ASSERT_FALSE(build_bool(&b, ward, true, &fx.e));
    err_clear(&fx.e);
    CU_ASSERT_FALSE(build_double(&b, ward, 0.5, &fx.e));
    err_clear(&fx.e);
    CU_ASSERT_FALSE(build_items(&b, ward, NULL, 0, &fx.e));
    err_clear(&fx.e);
    CU_ASSERT_FALSE(build_strings(&b, at(stay, "person.names[]"), NULL, 0, &fx.e));
    err_clear(&fx.e);
    CU_ASSERT_FALSE(build_items(&b, at(stay, "header.cleared[]"), NULL, 0, &fx.e));
    CU_ASSERT_STRING_EQUAL(fx.e.code, "record.type");
}

static void takes_fractions_and_fixed_bytes(void)
{
    static const struct {
        const char *path, *text;
        bool good;
    } all[] = { { "real", "-1.5e3", true }, { "real", "inf", false },   { "real", "0x1p3", false },
                { "real", "1e999", false }, { "real", "", false },      { "real", "1.5.2", false },
                { "key", "four", true },    { "key", "fives", false },  { "raw", "\xff\xfe", true },
                { "small", "-5", true },    { "truth", "false", true }, { "big", "1.0", false } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        fixture_fresh();
        CU_ASSERT_FATAL(build_init(&b, fx.all, &fx.scratch, &fx.e));
        CU_ASSERT_EQUAL(build_text(&b, at(fx.all, all[i].path), slice_text(all[i].text), &fx.e),
                        all[i].good);
    }
}

static void builds_lists_of_texts(void)
{
    struct view v;
    const struct slice *texts = NULL;
    size_t n = 0;
    struct slice lines[] = { SLICE("1 High Street"), SLICE("Wexbridge") };
    CU_ASSERT(set_what_must_be());
    CU_ASSERT(build_strings(&b, at(stay, "person.address_lines[]"), lines, 2, &fx.e));
    CU_ASSERT_FATAL(build_done(&b, &fx.out, &fx.e));
    CU_ASSERT_FATAL(plan_view(stay, &fx.scratch, buf_slice(&fx.out), &v, &fx.e));
    CU_ASSERT(view_strings(&v, at(stay, "person.address_lines[]"), &fx.scratch, &texts, &n, &fx.e));
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT(slice_equal(texts[1], lines[1]));
    CU_ASSERT_FALSE(build_strings(&b, at(stay, "person.phones[]"),
                                  (struct slice[]){ SLICE("\xff") }, 1, &fx.e));
    CU_ASSERT_STRING_EQUAL(fx.e.code, "record.text");
}

static void builds_lists_of_records(void)
{
    struct view v;
    const struct view *names = NULL;
    size_t n = 0, slot = at(stay, "person.names[]");
    struct build name;
    const struct plan *item = plan_slot_at(stay, slot)->item;
    CU_ASSERT(build_init(&name, item, &fx.scratch, &fx.e) &&
              build_text(&name, at(item, "family"), SLICE("Pole"), &fx.e) &&
              build_done(&name, &fx.out, &fx.e));
    struct slice body = arena_copy(&fx.scratch, buf_slice(&fx.out));
    buf_reset(&fx.out);
    CU_ASSERT(set_what_must_be() && build_items(&b, slot, &body, 1, &fx.e));
    CU_ASSERT_FATAL(build_done(&b, &fx.out, &fx.e));
    CU_ASSERT_FATAL(plan_view(stay, &fx.scratch, buf_slice(&fx.out), &v, &fx.e));
    CU_ASSERT(view_items(&v, slot, &fx.scratch, &names, &n, &fx.e));
    CU_ASSERT_EQUAL_FATAL(n, 1);
    CU_ASSERT(slice_equal_text(view_text_at(&names[0], "family"), "Pole"));
}

static void writes_numbers_in_their_shortest_form(void)
{
    static const struct {
        int64_t value;
        struct slice bytes;
    } all[] = { { 0, SLICE_INIT("\0") },
                { -1, SLICE_INIT("\x01") },
                { 63, SLICE_INIT("\x7e") },
                { 64, SLICE_INIT("\x80\x01") },
                { -65, SLICE_INIT("\x81\x01") },
                { INT64_MAX, SLICE_INIT("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01") },
                { INT64_MIN, SLICE_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01") } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        buf_reset(&fx.out);
        avro_put_long(&fx.out, all[i].value);
        CU_ASSERT(slice_equal(buf_slice(&fx.out), all[i].bytes));
    }
}

static void writes_an_optional_text(void)
{
    avro_put_opt_text(&fx.out, SLICE(""));
    avro_put_opt_text(&fx.out, SLICE("x"));
    CU_ASSERT(slice_equal(buf_slice(&fx.out), BYTES("\0\x02\x02x")));
}

static CU_TestInfo cases[] = {
    { "builds in any order what view reads", builds_in_any_order_what_view_reads },
    { "refuses a record without what must be", refuses_a_record_without_what_must_be },
    { "says what was set", says_what_was_set },
    { "setting again replaces", setting_again_replaces },
    { "refuses text that does not fit its slot", refuses_text_that_does_not_fit_its_slot },
    { "never quotes the text it refuses", never_quotes_the_text_it_refuses },
    { "refuses a value of another type", refuses_a_value_of_another_type },
    { "takes fractions and fixed bytes", takes_fractions_and_fixed_bytes },
    { "builds lists of texts", builds_lists_of_texts },
    { "builds lists of records", builds_lists_of_records },
    { "writes numbers in their shortest form", writes_numbers_in_their_shortest_form },
    { "writes an optional text", writes_an_optional_text },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_build = { "build", fixture_load, fixture_end, fresh, NULL, cases };
