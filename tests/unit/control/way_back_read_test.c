/* way_back_read_test.c - what a person selected of what was set aside is read as it was written. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "control/way_back_read.h"

static struct arena arena;
static struct err e;

static void fresh(void)
{
    arena_init(&arena, 1 << 20);
    err_clear(&e);
}

static void done(void)
{
    arena_release(&arena);
}

static struct act act_on(const char *word, const char *on)
{
    return (struct act){ .verb = slice_text(word), .on = slice_text(on) };
}

static void ids_are_read_as_they_were_written(void)
{
    const struct selection two = { .ids = { SLICE_INIT("a1"), SLICE_INIT("b2") }, .id_count = 2 };
    const char *on = way_back_on(&arena, WAY_BACK_DELIVERIES, "inbox", &two);
    struct act x = act_on("again", on);
    struct way_back_act back;
    CU_ASSERT_STRING_EQUAL_FATAL(on, "deliveries inbox ids a1,b2");
    CU_ASSERT_FATAL(way_back_read(&x, &back, &e));
    CU_ASSERT_STRING_EQUAL(back.room, "deliveries");
    CU_ASSERT(slice_equal_text(back.name, "inbox"));
    CU_ASSERT_FALSE(back.what.drop);
    CU_ASSERT_EQUAL(back.what.which.id_count, 2);
    CU_ASSERT(slice_equal_text(back.what.which.ids[1], "b2"));
}

static void a_code_and_a_time_are_read_as_they_were_written(void)
{
    const struct selection some = { .code = SLICE_INIT("map.value"),
                                    .since_ms = 1796083200000,
                                    .until_ms = 1796083201000 };
    struct act x = act_on("drop", way_back_on(&arena, WAY_BACK_QUARANTINE, "pas-adt", &some));
    struct way_back_act back;
    CU_ASSERT_FATAL(way_back_read(&x, &back, &e));
    CU_ASSERT_STRING_EQUAL(back.room, "quarantine");
    CU_ASSERT_TRUE(back.what.drop);
    CU_ASSERT_EQUAL(back.what.which.id_count, 0);
    CU_ASSERT(slice_equal_text(back.what.which.code, "map.value"));
    CU_ASSERT_EQUAL(back.what.which.since_ms, some.since_ms);
    CU_ASSERT_EQUAL(back.what.which.until_ms, some.until_ms);
}

static void all_is_every_code(void)
{
    const struct selection all = { .until_ms = 1796083201000 };
    struct act x = act_on("again", way_back_on(&arena, WAY_BACK_QUARANTINE, "pas-adt", &all));
    struct way_back_act back;
    CU_ASSERT_FATAL(way_back_read(&x, &back, &e));
    CU_ASSERT(slice_is_empty(back.what.which.code));
    CU_ASSERT_EQUAL(back.what.which.until_ms, all.until_ms);
}

static void another_act_is_no_error(void)
{
    struct act x = act_on("payload", "deliveries inbox ids a1");
    struct way_back_act back;
    CU_ASSERT_FALSE(way_back_read(&x, &back, &e));
    CU_ASSERT_EQUAL(e.fate, ERR_NONE);
}

static void what_selects_nothing_is_refused(void)
{
    static const char *const wrong[] = {
        "",
        "deliveries",
        "deliveries inbox",
        "deliveries inbox ids ",
        "deliveries inbox ids 1,2,3,4,5,6,7,8,9",
        "elsewhere inbox ids a1",
        "deliveries inbox some since 2026-12-01T00:00:00.000Z until 2026-12-02T00:00:00.000Z",
        "deliveries inbox all since yesterday until 2026-12-02T00:00:00.000Z",
        "deliveries inbox all since 2026-12-01T00:00:00.000Z",
        "deliveries inbox all since 2026-12-01T00:00:00.000Z until 2026-12-02T00:00:00.000Z more",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct act x = act_on("again", wrong[i]);
        struct way_back_act back;
        err_clear(&e);
        CU_ASSERT_FALSE(way_back_read(&x, &back, &e));
        CU_ASSERT_STRING_EQUAL(e.code, "way_back.form");
    }
}

static CU_TestInfo tests[] = {
    { "ids are read as they were written", ids_are_read_as_they_were_written },
    { "a code and a time are read as they were written",
      a_code_and_a_time_are_read_as_they_were_written },
    { "all is every code", all_is_every_code },
    { "another act is no error", another_act_is_no_error },
    { "what selects nothing is refused", what_selects_nothing_is_refused },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_way_back_read = { "way_back_read", NULL, NULL, fresh, done, tests };
