/* shown_test.c - what others wrote, on a terminal. */
#include <CUnit/CUnit.h>

#include "host/shown.h"

static void what_a_terminal_obeys_is_written_out(void)
{
    static const struct {
        struct slice in;
        const char *out;
    } rows[] = {
        { SLICE_INIT("Njeri Ndungu"), "Njeri Ndungu" },
        { SLICE_INIT("\x1b[2J"), "\\x1b[2J" },
        { SLICE_INIT("\x1b]0;title\a"), "\\x1b]0;title\\x07" },
        { SLICE_INIT("x\nlevel=info forged=line"), "x\\x0alevel=info forged=line" },
        { SLICE_INIT("a\0b\x7f"), "a\\x00b\\x7f" },
        { SLICE_INIT("\xc2\x9b"
                     "31m"),
          "\\u009b31m" },
        { SLICE_INIT("\xe2\x80\xae"
                     "drow"),
          "\\u202edrow" },
        { SLICE_INIT("\xff\xfe"), "\\xff\\xfe" },
        { SLICE_INIT("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8f\xa0"),
          "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8f\xa0" },
        { SLICE_INIT(""), "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_STRING_EQUAL(shown(rows[i].in), rows[i].out);
}

static void what_is_too_long_is_cut(void)
{
    static char text[3 * SHOWN_MAX];
    memset(text, 'a', sizeof text);
    const char *out = shown(slice_of(text, sizeof text));
    CU_ASSERT_EQUAL(strlen(out), SHOWN_MAX + 3);
    CU_ASSERT_STRING_EQUAL(out + SHOWN_MAX, "...");
    memset(text, 0x1b, sizeof text);
    out = shown(slice_of(text, sizeof text));
    CU_ASSERT(strlen(out) < SHOWN_MAX + 16);
    CU_ASSERT_PTR_NULL(strchr(out, 0x1b));
}

static void eight_texts_stand_in_one_line(void)
{
    const char *first = shown(SLICE("first"));
    for (int i = 0; i < 7; i++)
        (void)shown(SLICE("other"));
    CU_ASSERT_STRING_EQUAL(first, "first");
}

static CU_TestInfo cases[] = {
    { "what a terminal obeys is written out", what_a_terminal_obeys_is_written_out },
    { "what is too long is cut", what_is_too_long_is_cut },
    { "eight texts stand in one line", eight_texts_stand_in_one_line },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_shown = { "shown", NULL, NULL, NULL, NULL, cases };
