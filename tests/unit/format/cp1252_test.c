/* cp1252_test.c - the two code tables against known characters. */
#include <CUnit/CUnit.h>

#include "format/cp1252.h"

static struct arena a;

static void fresh(void)
{
    arena_init(&a, 1 << 20);
}

static void done(void)
{
    arena_release(&a);
}

static void reads_windows_1252(void)
{
    struct slice s = cp1252_to_utf8(&a, SLICE("Ren\xe9" "e \x80" "5 \x93x\x94 \x9f\xff"));
    CU_ASSERT(slice_equal_text(s, "Renée €5 “x” Ÿÿ"));
}

static void gives_a_place_to_unassigned_bytes(void)
{
    CU_ASSERT(slice_equal(cp1252_to_utf8(&a, SLICE("\x81\x9d")), SLICE("\xc2\x81\xc2\x9d")));
}

static void reads_latin_9(void)
{
    struct slice s = latin9_to_utf8(&a, SLICE("\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe\xe9"));
    CU_ASSERT(slice_equal_text(s, "€ŠšŽžŒœŸé"));
}

static void makes_well_formed_utf8_of_every_byte(void)
{
    uint8_t all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    CU_ASSERT(slice_is_utf8(cp1252_to_utf8(&a, slice_of(all, sizeof all))));
    CU_ASSERT(slice_is_utf8(latin9_to_utf8(&a, slice_of(all, sizeof all))));
}

static void keeps_what_is_utf8_already(void)
{
    struct slice good = SLICE("Bj\xc3\xb6rk"), bad = SLICE("Bj\xf6rk");
    CU_ASSERT_PTR_EQUAL(cp1252_or_utf8(&a, good).p, good.p);
    CU_ASSERT(slice_equal(cp1252_or_utf8(&a, bad), good));
}

static void says_when_there_is_no_room(void)
{
    struct arena small;
    arena_init(&small, 0);
    CU_ASSERT_PTR_NULL(cp1252_to_utf8(&small, SLICE("x")).p);
}

static CU_TestInfo cases[] = {
    { "reads windows-1252", reads_windows_1252 },
    { "gives a place to unassigned bytes", gives_a_place_to_unassigned_bytes },
    { "reads latin 9", reads_latin_9 },
    { "makes well-formed UTF-8 of every byte", makes_well_formed_utf8_of_every_byte },
    { "keeps what is UTF-8 already", keeps_what_is_utf8_already },
    { "says when there is no room", says_when_there_is_no_room },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_cp1252 = { "cp1252", NULL, NULL, fresh, done, cases };
