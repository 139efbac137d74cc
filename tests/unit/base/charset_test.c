/* charset_test.c - code tables, names and marks against known characters. */
#include <CUnit/CUnit.h>

#include "base/charset.h"

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
    struct slice s = charset_to_utf8(&a, CHARSET_LATIN1,
                                     SLICE("Ren\xe9"
                                           "e \x80"
                                           "5 \x93x\x94 \x9f\xff"));
    CU_ASSERT(slice_equal_text(s, "Renée €5 “x” Ÿÿ"));
}

static void gives_a_place_to_unassigned_bytes(void)
{
    CU_ASSERT(slice_equal(charset_to_utf8(&a, CHARSET_LATIN1, SLICE("\x81\x9d")),
                          SLICE("\xc2\x81\xc2\x9d")));
}

static void reads_latin_9(void)
{
    struct slice s =
        charset_to_utf8(&a, CHARSET_8859_15, SLICE("\xa4\xa6\xa8\xb4\xb8\xbc\xbd\xbe\xe9"));
    CU_ASSERT(slice_equal_text(s, "€ŠšŽžŒœŸé"));
}

static void makes_well_formed_utf8_of_every_byte(void)
{
    uint8_t all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    CU_ASSERT(slice_is_utf8(charset_to_utf8(&a, CHARSET_LATIN1, slice_of(all, sizeof all))));
    CU_ASSERT(slice_is_utf8(charset_to_utf8(&a, CHARSET_8859_15, slice_of(all, sizeof all))));
}

static void keeps_what_is_utf8_already(void)
{
    struct slice good = SLICE("Bj\xc3\xb6rk"), bad = SLICE("Bj\xf6rk");
    CU_ASSERT_PTR_EQUAL(charset_guess(&a, good).p, good.p);
    CU_ASSERT(slice_equal(charset_guess(&a, bad), good));
}

static void says_when_there_is_no_room(void)
{
    struct arena small;
    arena_init(&small, 0);
    CU_ASSERT_PTR_NULL(charset_to_utf8(&small, CHARSET_LATIN1, SLICE("x")).p);
}

static void reads_every_part_of_8859(void)
{
    static const struct {
        enum charset_kind kind;
        const char *bytes, *want;
    } rows[] = {
        { CHARSET_8859_2, "\xA3ukasz", "Łukasz" },
        { CHARSET_8859_3, "\xD8", "Ĝ" },
        { CHARSET_8859_4, "\xBF", "ŋ" },
        { CHARSET_8859_5, "\xB8", "И" },
        { CHARSET_8859_6, "\xE3", "ك" },
        { CHARSET_8859_7, "\xE1", "α" },
        { CHARSET_8859_8, "\xE0", "א" },
        { CHARSET_8859_9, "\xFD", "ı" },
        { CHARSET_8859_8, "\xA1", "\xEF\xBF\xBD" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT(slice_equal_text(charset_to_utf8(&a, rows[i].kind, slice_text(rows[i].bytes)),
                                   rows[i].want));
}

static void reads_utf16_and_utf32_of_either_end(void)
{
    static const struct {
        struct slice bytes;
        enum charset_kind kind;
    } rows[] = {
        { SLICE_INIT("\xFF\xFE"
                     "a\0\xE9\0\x3D\xD8\x00\xDE"),
          CHARSET_UTF16LE },
        { SLICE_INIT("\xFE\xFF"
                     "\0a\0\xE9\xD8\x3D\xDE\x00"),
          CHARSET_UTF16BE },
        { SLICE_INIT("a\0\xE9\0\x3D\xD8\x00\xDE"), CHARSET_UTF16LE },
        { SLICE_INIT("\xFF\xFE\0\0"
                     "a\0\0\0\xE9\0\0\0\0\xF6\1\0"),
          CHARSET_UTF32LE },
        { SLICE_INIT("\0\0\0a\0\0\0\xE9\0\1\xF6\0"), CHARSET_UTF32BE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(charset_begins(rows[i].bytes), rows[i].kind);
        CU_ASSERT(slice_equal_text(charset_to_utf8(&a, rows[i].kind, rows[i].bytes), "aé😀"));
    }
    CU_ASSERT(slice_equal_text(charset_to_utf8(&a, CHARSET_UTF16LE,
                                               SLICE("a\0\0\xD8"
                                                     "b")),
                               "a\xEF\xBF\xBD\xEF\xBF\xBD"));
    CU_ASSERT_EQUAL(charset_begins(SLICE("{\"a\"")), CHARSET_UTF8);
    CU_ASSERT_EQUAL(charset_begins(SLICE("")), CHARSET_UTF8);
}

static void knows_names_as_messages_write_them(void)
{
    CU_ASSERT_EQUAL(charset_named(SLICE("8859/1")), CHARSET_LATIN1);
    CU_ASSERT_EQUAL(charset_named(SLICE("ISO-8859-15")), CHARSET_8859_15);
    CU_ASSERT_EQUAL(charset_named(SLICE("unicode utf-8")), CHARSET_UTF8);
    CU_ASSERT_EQUAL(charset_named(SLICE("ISO IR87")), CHARSET_UNREAD);
    CU_ASSERT_EQUAL(charset_named(SLICE("EBCDIC")), CHARSET_UNKNOWN);
    CU_ASSERT_EQUAL(charset_named(SLICE("")), CHARSET_UNKNOWN);
}

static void makes_texts_as_they_are_compared(void)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "Home support", "Home support" },
        { " Home\xc2\xa0support\xe2\x80\x8b ", "Home support" },
        { "Home \xe2\x80\x83\t support", "Home support" },
        { "ho\xc2\xadme", "home" },
        { "\xe2\x80\x8b", "" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT(slice_equal_text(text_plain(&a, slice_text(rows[i].in)), rows[i].want));
    struct slice same = SLICE("as it is");
    CU_ASSERT_PTR_EQUAL(text_plain(&a, same).p, same.p);
}

static CU_TestInfo cases[] = {
    { "reads windows-1252", reads_windows_1252 },
    { "gives a place to unassigned bytes", gives_a_place_to_unassigned_bytes },
    { "reads latin 9", reads_latin_9 },
    { "makes well-formed UTF-8 of every byte", makes_well_formed_utf8_of_every_byte },
    { "keeps what is UTF-8 already", keeps_what_is_utf8_already },
    { "says when there is no room", says_when_there_is_no_room },
    { "reads every part of 8859", reads_every_part_of_8859 },
    { "reads UTF-16 and UTF-32 of either end", reads_utf16_and_utf32_of_either_end },
    { "knows names as messages write them", knows_names_as_messages_write_them },
    { "makes texts as they are compared", makes_texts_as_they_are_compared },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_charset = { "charset", NULL, NULL, fresh, done, cases };
