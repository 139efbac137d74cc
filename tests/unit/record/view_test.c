/* view_test.c - reading bytes that nobody vouches for. */
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "fixture.h"

#define BEFORE_AT                                                                                  \
    "\x01\x04\x06\0\0\0\0\0\0\xf0\x3f\x02\xff"                                                     \
    "keys"                                                                                         \
    "\x04hi\x02"
#define NO_AT BEFORE_AT "\0"
#define NO_INNER NO_AT "\0\0\0\0\0"
#define NO_WORDS NO_INNER "\0"

static bool take(struct slice bytes, struct view *v)
{
    return plan_view(fx.all, &fx.scratch, bytes, v, &fx.e);
}

static void reads_every_type(void)
{
    struct view v;
    CU_ASSERT_FATAL(take(BYTES(BEFORE_AT "\x02\xd0\x0f"
                                         "\x02\x02x\0\0\0\0"
                                         "\x02\x02y\0"
                                         "\0"),
                         &v));
    CU_ASSERT_EQUAL(view_long_at(&v, "truth"), 1);
    CU_ASSERT_EQUAL(view_long_at(&v, "small"), 2);
    CU_ASSERT_EQUAL(view_long_at(&v, "big"), 3);
    CU_ASSERT(view_double(&v, 3) > 0.99 && view_double(&v, 3) < 1.01);
    CU_ASSERT(slice_equal(view_text_at(&v, "raw"), BYTES("\xff")));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "key"), "keys"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "text"), "hi"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "colour"), "green"));
    CU_ASSERT_EQUAL(view_long_at(&v, "at"), 1000);
    CU_ASSERT(slice_equal_text(view_text_at(&v, "inner.text"), "x"));
    CU_ASSERT_FALSE(view_is_null(&v, 8));
    CU_ASSERT(view_is_null(&v, (size_t)plan_slot(fx.all, SLICE("rows[]"))));
}

static void what_is_null_or_not_there_is_empty(void)
{
    struct view v;
    CU_ASSERT_FATAL(take(BYTES(NO_WORDS "\0"), &v));
    CU_ASSERT_EQUAL(view_long_at(&v, "at"), 0);
    CU_ASSERT_EQUAL(view_text_at(&v, "inner.text").n, 0);
    CU_ASSERT_EQUAL(view_text_at(&v, "no.such").n, 0);
    CU_ASSERT_EQUAL(view_long_at(&v, "no.such"), 0);
    CU_ASSERT_EQUAL(view_text_at(&v, "small").n, 0);
    CU_ASSERT_EQUAL(view_long_at(&v, "text"), 0);
    CU_ASSERT_EQUAL(view_text_at(&v, "words[]").n, 0);
}

static void refuses_bytes_that_are_no_record(void)
{
    static const struct {
        const char *what, *code;
        struct slice bytes;
        size_t at;
    } bad[] = {
#define BAD(what, code, at, bytes) { what, code, SLICE_INIT(bytes), at }
        BAD("nothing", "avro.short", 0, ""),
        BAD("a boolean of 2", "avro.boolean", 0, "\x02"),
        BAD("an int of 33 bits", "avro.int", 1, "\x01\x80\x80\x80\x80\x20"),
        BAD("a number cut short", "avro.short", 1, "\x01\x80"),
        BAD("a number padded", "avro.long", 1, "\x01\x80\x00"),
        BAD("a number of 66 bits", "avro.long", 2,
            "\x01\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
        BAD("a number without end", "avro.long", 2,
            "\x01\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        BAD("a double cut short", "avro.short", 3, "\x01\x04\x06\0\0\0\0\0\0\0"),
        BAD("a negative length", "avro.length", 11, "\x01\x04\x06\0\0\0\0\0\0\0\0\x01"),
        BAD("a length of -2^63", "avro.length", 11,
            "\x01\x04\x06\0\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        BAD("a length past the end", "avro.length", 11, "\x01\x04\x06\0\0\0\0\0\0\0\0\x04z"),
        BAD("a fixed cut short", "avro.short", 13, "\x01\x04\x06\0\0\0\0\0\0\0\0\x02zkey"),
        BAD("text that is not UTF-8", "avro.utf8", 18,
            "\x01\x04\x06\0\0\0\0\0\0\0\0\x02zkeys\x02\xff"),
        BAD("an overlong slash", "avro.utf8", 18,
            "\x01\x04\x06\0\0\0\0\0\0\0\0\x02zkeys\x04\xc0\xaf"),
        BAD("an enum past its symbols", "avro.enum", 18,
            "\x01\x04\x06\0\0\0\0\0\0\0\0\x02zkeys\0\x06"),
        BAD("a negative enum", "avro.enum", 18, "\x01\x04\x06\0\0\0\0\0\0\0\0\x02zkeys\0\x01"),
        BAD("a branch past the union", "avro.union", 21, BEFORE_AT "\x04"),
        BAD("a negative branch", "avro.union", 21, BEFORE_AT "\x01"),
        BAD("a count past the end", "avro.count", 27, NO_INNER "\x08\0\0\0"),
        BAD("a count of 2^62", "avro.count", 27,
            NO_INNER "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
        BAD("a count of -2^63", "avro.length", 27,
            NO_INNER "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x02\0"),
        BAD("a block's size past the end", "avro.length", 27, NO_INNER "\x01\x08\0\0"),
        BAD("a block's negative size", "avro.length", 27, NO_INNER "\x01\x01\0\0"),
        BAD("a block shorter than it says", "avro.length", 30, NO_INNER "\x01\x04\0\0\0"),
        BAD("a block longer than it says", "avro.length", 31, NO_INNER "\x01\x02\x02y\0\0"),
        BAD("a record in a list cut short", "avro.short", 30, NO_WORDS "\x02\x02\x80\x80"),
        BAD("a list of a record without bytes", "avro.count", 29, NO_WORDS "\x02\x02"),
        BAD("more after its end", "avro.trailing", 29, NO_WORDS "\0\0"),
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct view v;
        fixture_fresh();
        bool refused = !take(bad[i].bytes, &v);
        CU_ASSERT(refused);
        if (refused && strcmp(fx.e.code, bad[i].code) == 0 && fx.e.at == bad[i].at)
            continue;
        printf("\n    %s: wanted %s at %zu, got %s at %zu", bad[i].what, bad[i].code, bad[i].at,
               refused ? fx.e.code : "nothing", fx.e.at);
        CU_FAIL("another refusal");
    }
}

static void says_which_field_it_could_not_read(void)
{
    struct view v;
    CU_ASSERT_FALSE(take(BYTES(NO_AT "\x04"), &v));
    CU_ASSERT_STRING_EQUAL(fx.e.text, "cannot read 'inner.text': there is no such branch");
    CU_ASSERT_EQUAL(fx.e.fate, ERR_REJECT);
}

/* No record is the start of another: each cut is noticed, and each byte too many. */
static void notices_every_cut_of_every_schema(void)
{
    struct random r = { 99 };
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct plan *p = catalogue_at(fx.schemas, i)->plan;
        struct view v;
        fixture_fresh();
        random_record(&r, p, &fx.out);
        struct slice whole = buf_slice(&fx.out);
        CU_ASSERT(plan_view(p, &fx.scratch, whole, &v, &fx.e));
        for (size_t n = 0; n < whole.n; n++) {
            err_clear(&fx.e);
            CU_ASSERT_FALSE(plan_view(p, &fx.scratch, slice_head(whole, n), &v, &fx.e));
        }
        buf_byte(&fx.out, 0);
        err_clear(&fx.e);
        CU_ASSERT_FALSE(plan_view(p, &fx.scratch, buf_slice(&fx.out), &v, &fx.e));
    }
}

/* The slots lie side by side and cover the record: what is copied by ranges is complete. */
static void slots_cover_the_record_without_gap(void)
{
    struct random r = { 5 };
    struct view v;
    random_record(&r, fx.all, &fx.out);
    CU_ASSERT_FATAL(take(buf_slice(&fx.out), &v));
    size_t at = 0;
    for (size_t i = 0; i < plan_slots(fx.all); i++) {
        CU_ASSERT_EQUAL(v.slots[i].at, at);
        CU_ASSERT_EQUAL(view_raw(&v, i).n, v.slots[i].n);
        at += v.slots[i].n;
    }
    CU_ASSERT_EQUAL(at, fx.out.n);
}

static void lists_texts_over_several_blocks(void)
{
    struct view v;
    const struct slice *texts = NULL;
    size_t n = 0;
    CU_ASSERT_FATAL(take(BYTES(NO_INNER "\x02\x02"
                                        "a"
                                        "\x03\x06\x02"
                                        "b\0\0\0"),
                         &v));
    CU_ASSERT_FATAL(view_strings(&v, (size_t)plan_slot(fx.all, SLICE("words[]")), &fx.scratch,
                                 &texts, &n, &fx.e));
    CU_ASSERT_EQUAL_FATAL(n, 3);
    CU_ASSERT(slice_equal_text(texts[0], "a") && slice_equal_text(texts[1], "b"));
    CU_ASSERT_EQUAL(texts[2].n, 0);
}

static void lists_records_and_what_they_list(void)
{
    struct view v;
    const struct view *rows = NULL, *cells = NULL;
    size_t n = 0, m = 0;
    CU_ASSERT_FATAL(take(BYTES(NO_WORDS "\x02\x04"
                                        "\x0e\0"
                                        "\x10\x02\0\x02\x01\0\0\0\0"
                                        "\0"),
                         &v));
    CU_ASSERT_FATAL(
        view_items(&v, (size_t)plan_slot(fx.all, SLICE("rows[]")), &fx.scratch, &rows, &n, &fx.e));
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT_EQUAL(view_long_at(&rows[0], "number"), 7);
    CU_ASSERT_EQUAL(view_long_at(&rows[1], "number"), 8);
    CU_ASSERT(view_items(&rows[0], 1, &fx.scratch, &cells, &m, &fx.e));
    CU_ASSERT_EQUAL(m, 0);
    CU_ASSERT_FATAL(view_items(&rows[1], 1, &fx.scratch, &cells, &m, &fx.e));
    CU_ASSERT_EQUAL_FATAL(m, 1);
    CU_ASSERT_EQUAL(view_long_at(&cells[0], "truth"), 1);
}

static void a_list_of_nothing_has_no_items(void)
{
    struct view v;
    const struct view *rows = &v;
    size_t n = 7;
    CU_ASSERT_FATAL(take(BYTES(NO_WORDS "\0"), &v));
    CU_ASSERT(
        view_items(&v, (size_t)plan_slot(fx.all, SLICE("rows[]")), &fx.scratch, &rows, &n, &fx.e));
    CU_ASSERT_EQUAL(n, 0);
}

/* 65,537 empty texts cost 65,540 bytes, but a list of them is no list of anything real. */
static void refuses_a_list_without_end(void)
{
    struct view v;
    buf_put(&fx.out, BYTES(NO_INNER));
    avro_put_long(&fx.out, 65537);
    for (int i = 0; i < 65537 + 2; i++)
        buf_byte(&fx.out, 0);
    CU_ASSERT_FALSE(take(buf_slice(&fx.out), &v));
    CU_ASSERT_STRING_EQUAL(fx.e.code, "avro.count");
}

static CU_TestInfo cases[] = {
    { "reads every type", reads_every_type },
    { "what is null or not there is empty", what_is_null_or_not_there_is_empty },
    { "refuses bytes that are no record", refuses_bytes_that_are_no_record },
    { "says which field it could not read", says_which_field_it_could_not_read },
    { "notices every cut of every schema", notices_every_cut_of_every_schema },
    { "slots cover the record without gap", slots_cover_the_record_without_gap },
    { "lists texts over several blocks", lists_texts_over_several_blocks },
    { "lists records and what they list", lists_records_and_what_they_list },
    { "a list of nothing has no items", a_list_of_nothing_has_no_items },
    { "refuses a list without end", refuses_a_list_without_end },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_view = { "view", fixture_load, fixture_end, fixture_fresh, NULL, cases };
