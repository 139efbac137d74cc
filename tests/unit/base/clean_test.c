/* clean_test.c - what of each control character leaves in a text for a partner. */
#include "base/clean.h"

#include <CUnit/CUnit.h>

static struct arena arena;

static void fresh(void)
{
    arena_init(&arena, 1 << 20);
}

static void done(void)
{
    arena_release(&arena);
}

static bool becomes(const char *text, const char *want)
{
    return slice_equal_text(text_clean(&arena, slice_text(text)), want);
}

/* "a", the character, "b". */
static struct slice around(uint32_t c, uint8_t room[8])
{
    uint8_t *to = room;
    *to++ = 'a';
    to = slice_put_utf8(to, c);
    *to++ = 'b';
    return slice_of(room, (size_t)(to - room));
}

static void every_control_character_is_a_blank_or_a_line_end(void)
{
    for (uint32_t c = 0; c < 0xa0; c++) {
        uint8_t room[8];
        struct slice s = around(c, room), got = text_clean(&arena, s);
        bool line = (c >= '\n' && c <= '\r') || c == 0x85;
        bool control = c < ' ' || c >= 0x7f;
        CU_ASSERT(line      ? slice_equal_text(got, "a\nb")
                  : control ? slice_equal_text(got, "a b")
                            : slice_equal(got, s));
    }
}

static void a_line_end_of_two_is_one(void)
{
    CU_ASSERT(becomes("one\r\ntwo\rthree\n\nfour", "one\ntwo\nthree\n\nfour"));
    CU_ASSERT(becomes("p\xe2\x80\xa8q\xe2\x80\xa9r", "p\nq\nr"));
}

static void what_is_not_seen_or_turns_the_text_is_left_out(void)
{
    static const uint32_t gone[] = { 0xad,   0x200b, 0x202a, 0x202d, 0x202e, 0x2060,
                                     0x2066, 0x2069, 0xfeff, 0xfff9, 0xe0041 };
    static const uint32_t kept[] = { 0xa0, 0xe9, 0x61c, 0x200c, 0x200d, 0x200e, 0x3042, 0x1f600 };
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        uint8_t room[8];
        CU_ASSERT(slice_equal_text(text_clean(&arena, around(gone[i], room)), "ab"));
    }
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        uint8_t room[8];
        struct slice s = around(kept[i], room), got = text_clean(&arena, s);
        CU_ASSERT(got.p == s.p && got.n == s.n);
    }
}

static void bytes_that_are_no_text_are_replaced(void)
{
    CU_ASSERT(becomes("a\x9b"
                      "2Jb",
                      "a\xef\xbf\xbd"
                      "2Jb"));
    CU_ASSERT(becomes("\xc2", "\xef\xbf\xbd"));
    CU_ASSERT_EQUAL(text_clean(&arena, (struct slice){ NULL, 0 }).n, 0);
}

static void what_is_clean_stays_so(void)
{
    struct slice once = text_clean(&arena, SLICE("\x1b[2J\x7f\xc2\x9b\r\r\n\xff\xe2\x80\xae."));
    struct slice twice = text_clean(&arena, once);
    CU_ASSERT(twice.p == once.p && twice.n == once.n);
}

static CU_TestInfo cases[] = {
    { "every control character is a blank or a line end",
      every_control_character_is_a_blank_or_a_line_end },
    { "a line end of two is one", a_line_end_of_two_is_one },
    { "what is not seen or turns the text is left out",
      what_is_not_seen_or_turns_the_text_is_left_out },
    { "bytes that are no text are replaced", bytes_that_are_no_text_are_replaced },
    { "what is clean stays so", what_is_clean_stays_so },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_clean = { "clean", NULL, NULL, fresh, done, cases };
