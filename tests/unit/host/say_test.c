/* say_test.c - what a command prints is its own sentence, whatever stands in it. */
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "host/say.h"
#include "host/shown.h"

static char *text;
static size_t length;
static FILE *to;

static void fresh(void)
{
    to = open_memstream(&text, &length);
}

static void done(void)
{
    if (to)
        (void)fclose(to);
    to = NULL;
    free(text);
}

static bool said(const char *want)
{
    (void)fclose(to);
    to = NULL;
    bool same = strcmp(text, want) == 0;
    if (!same)
        printf("\n    '%s'", text);
    return same;
}

static void a_value_ends_no_line_and_speaks_to_no_terminal(void)
{
    say_to(to, "by %s\n", "M. Mouse\x1b[2J\nlevel=info forged=line\r\x7f");
    say_to(to, "%.*s\n", 9,
           "\xc2\x9b"
           "31m\xe2\x80\xae"
           "etc");
    say_to(to, "%c%s\n", 0x1b, "\x9b");
    CU_ASSERT(said("by M. Mouse\\x1b[2J\\x0alevel=info forged=line\\x0d\\x7f\n"
                   "\\u009b31m\\u202ee\n\\x1b\\x9b\n"));
}

static void prints_as_printf_does(void)
{
    say_to(to, "%d %i %u %x %X %c %%|%5d|%-5d|%05d|%3s|%-6s|%-6.*s|%.*s|\n", -1, 2, 3U, 255U, 255U,
           'c', 42, -42, 42, "long", "left", 2, "xyz", 0, "none");
    say_to(to, "%ld %lld %zu %lu %016" PRIx64 " %" PRId64 " %6" PRIu64 "\n", -1L, -2LL, (size_t)3,
           4UL, UINT64_C(0xabc), INT64_MIN, UINT64_MAX);
    CU_ASSERT(said("-1 2 3 ff FF c %|   42|-42  |00042|long|left  |xy    ||\n"
                   "-1 -2 3 4 0000000000000abc -9223372036854775808 18446744073709551615\n"));
}

/* As callers do who have slices. */
static void values_that_were_shown_before_stay(void)
{
    say_to(to, "%s%s%s%s%s%s%s%s%s\n", shown(SLICE("1")), "2", "3", "4", "5", "6", "7", "8",
           shown(SLICE("9")));
    say_to(to, "%s %s %s %s %s %s %s %s %s\n", shown(SLICE("a")), "b", "c", "d", "e", "f", "g", "h",
           shown(SLICE("i")));
    CU_ASSERT(said("123456789\na b c d e f g h i\n"));
}

static void json_stays_json_and_lines_lines(void)
{
    say_lines(to, SLICE("{\"a\": \"caf\xc3\xa9 \x7f\xc2\x9b"
                        "31m\xe2\x80\xae\xf3\xa0\x81\x81\"}\nnext\x1b\xff\n"));
    CU_ASSERT(said(
        "{\"a\": \"caf\xc3\xa9 \\u007f\\u009b31m\\u202e\\udb40\\udc41\"}\nnext\\u001b\\xff\n"));
}

static CU_TestInfo cases[] = {
    { "a value ends no line and speaks to no terminal",
      a_value_ends_no_line_and_speaks_to_no_terminal },
    { "prints as printf does", prints_as_printf_does },
    { "values that were shown before stay", values_that_were_shown_before_stay },
    { "JSON stays JSON and lines lines", json_stays_json_and_lines_lines },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_say = { "say", NULL, NULL, fresh, done, cases };
