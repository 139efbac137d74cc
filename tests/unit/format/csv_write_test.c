/* csv_write_test.c - rows for people, whose spreadsheets run what looks like a formula, and for
 * machines. */
#include "format/csv.h"

#include <string.h>

#include <CUnit/CUnit.h>

#include "help.h"

/* The row under the header "a", without its line end. */
static struct slice written(const char *text, enum format_readers readers)
{
    const struct format_options o = { .readers = readers };
    struct node *map = node_new(&arena, NODE_MAP);
    struct buf out;
    node_put(map, SLICE("a"), node_new_text(&arena, slice_text(text)));
    buf_init(&out, 1 << 16);
    CU_ASSERT_TRUE(format_csv.render(map, &o, SLICE("id"), &out, &err));
    struct slice all = arena_copy(&arena, buf_slice(&out));
    buf_release(&out);
    return all.n > 5 ? slice_of(all.p + 3, all.n - 5) : SLICE("");
}

static void check(const char *const (*rows)[2], size_t n, enum format_readers readers)
{
    for (size_t i = 0; i < n; i++) {
        struct slice got = written(rows[i][0], readers);
        bool same = slice_equal_text(got, rows[i][1]);
        CU_ASSERT_TRUE(same);
        if (!same)
            printf("\n    row %zu: %.*s", i, SHOWN(got));
    }
}
#define CHECK(readers, ...)                                                                        \
    do {                                                                                           \
        static const char *const rows[][2] = { __VA_ARGS__ };                                      \
        check(rows, sizeof rows / sizeof rows[0], readers);                                        \
    } while (0)

static void what_a_spreadsheet_would_run_is_disarmed_for_people(void)
{
    CHECK(READERS_PEOPLE, { "=1+1", "'=1+1" }, { "+cmd", "'+cmd" },
          { "-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0" }, { "@SUM(1+1)", "'@SUM(1+1)" },
          { "\xef\xbc\x9d"
            "1+1",
            "'\xef\xbc\x9d"
            "1+1" },
          { "\xef\xbc\x8b"
            "a",
            "'\xef\xbc\x8b"
            "a" },
          { "\xef\xbc\x8d"
            "a",
            "'\xef\xbc\x8d"
            "a" },
          { "\xef\xbc\xa0"
            "a",
            "'\xef\xbc\xa0"
            "a" },
          { "=HYPERLINK(\"http://x.example\",\"go\")",
            "\"'=HYPERLINK(\"\"http://x.example\"\",\"\"go\"\")\"" });
}

static void blanks_quotes_and_separators_before_it_do_not_help(void)
{
    CHECK(READERS_PEOPLE, { "  =a", "'  =a" }, { "\t=a", "' =a" }, { "\r=a", "\"\n'=a\"" },
          { "\xc2\xa0=a", "'\xc2\xa0=a" }, { "\xe2\x80\x8b=a", "'=a" }, { "\"=a", "\"'\"\"=a\"" },
          { "x\",=a", "\"x\"\",'=a\"" }, { "x;=a", "x;'=a" }, { "x|@a", "x|'@a" },
          { "x\n-a", "\"x\n'-a\"" },
          { "x\x1b"
            "=a",
            "x =a" });
}

static void numbers_and_telephones_stay(void)
{
    CHECK(READERS_PEOPLE, { "-5", "-5" }, { "-5.25", "-5.25" },
          { "+44 (0)1632 960 100", "+44 (0)1632 960 100" },
          { "01632 960100, +44 1632 960100", "\"01632 960100, +44 1632 960100\"" }, { "-", "-" },
          { "(01632) 960-100", "(01632) 960-100" }, { "a=b", "a=b" },
          { "o'brien@x.example", "o'brien@x.example" }, { "+44 1632 ext 5", "'+44 1632 ext 5" });
}

static void machines_get_the_exact_text(void)
{
    CHECK(READERS_MACHINES, { "=1+1", "=1+1" }, { " @a", "\" @a\"" }, { "x;-a|b", "x;-a|b" },
          { "+cmd", "+cmd" }, { "", "\"\"" });
}

static void a_name_is_disarmed_as_a_cell_is(void)
{
    static const struct format_options o = { .readers = READERS_PEOPLE };
    struct node *map = node_new(&arena, NODE_MAP);
    struct buf out;
    node_put(map, SLICE("=a"), node_new_text(&arena, SLICE("-1")));
    buf_init(&out, 1 << 16);
    CU_ASSERT_TRUE(format_csv.render(map, &o, SLICE("id"), &out, &err));
    CU_ASSERT_TRUE(slice_equal_text(buf_slice(&out), "'=a\r\n-1\r\n"));
    buf_release(&out);
}

/* Earlier, names that differed by a control character alone were written as one. */
static void names_that_a_reader_cannot_tell_apart_are_refused(void)
{
    static const struct {
        const char *one, *other;
        enum format_readers readers;
        bool good;
    } rows[] = {
        { "a", "b", READERS_MACHINES, true },      { "a", "A", READERS_MACHINES, false },
        { "a", "a\x01", READERS_MACHINES, false }, { "a", "a\xe2\x80\x8b", READERS_PEOPLE, false },
        { "a b", "a  b", READERS_PEOPLE, false },  { "=a", "'=a", READERS_PEOPLE, false },
        { "=a", "'=a", READERS_MACHINES, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct format_options o = { .readers = rows[i].readers };
        struct node *map = node_new(&arena, NODE_MAP);
        struct buf out;
        err_clear(&err);
        node_put(map, slice_text(rows[i].one), node_new_text(&arena, SLICE("x")));
        node_put(map, slice_text(rows[i].other), node_new_text(&arena, SLICE("y")));
        buf_init(&out, 1 << 16);
        bool good = format_csv.render(map, &o, SLICE("id"), &out, &err);
        CU_ASSERT_EQUAL(good, rows[i].good);
        CU_ASSERT(good || (err.fate == ERR_REJECT && strcmp(err.code, "csv.render") == 0));
        buf_release(&out);
    }
}

static void survives_every_failing_allocation(void)
{
    static const struct format_options o = { .readers = READERS_PEOPLE };
    struct node *map = node_new(&arena, NODE_MAP);
    node_put(map, SLICE("a"), node_new_text(&arena, SLICE("=\x1b")));
    for (size_t n = 1; n < 8; n++) {
        struct buf small;
        err_clear(&err);
        buf_init(&small, 1 << 16);
        mem_fail_after(n);
        bool good = format_csv.render(map, &o, SLICE("id"), &small, &err);
        mem_fail_after(0);
        CU_ASSERT(good || err.fate == ERR_RETRY);
        buf_release(&small);
    }
}

static CU_TestInfo cases[] = {
    { "what a spreadsheet would run is disarmed for people",
      what_a_spreadsheet_would_run_is_disarmed_for_people },
    { "blanks, quotes and separators before it do not help",
      blanks_quotes_and_separators_before_it_do_not_help },
    { "numbers and telephones stay", numbers_and_telephones_stay },
    { "machines get the exact text", machines_get_the_exact_text },
    { "a name is disarmed as a cell is", a_name_is_disarmed_as_a_cell_is },
    { "names that a reader cannot tell apart are refused",
      names_that_a_reader_cannot_tell_apart_are_refused },
    { "survives every failing allocation", survives_every_failing_allocation },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_csv_write = { "csv_write", NULL, NULL, fresh, done, cases };
