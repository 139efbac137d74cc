/* csv_test.c - rows with a header, as RFC 4180 has them and as people send them. */
#include "format/csv.h"

#include <stdio.h>

#include <CUnit/CUnit.h>

#include "help.h"

#define SPECTRUM SOURCE_DIR "/../shared/corpus/csv-spectrum/"

static struct found find(const struct doc *d, const char *name)
{
    struct path *p = NULL;
    CU_ASSERT_TRUE_FATAL(format_csv.compile(&arena, slice_text(name), &p, &err));
    return format_csv.find(&arena, d, p, NULL, 0);
}

/* The n-th row (from 0) of a file, parsed; NULL when there is none or it is refused. */
static struct doc *row(struct slice file, size_t n)
{
    struct slice one;
    struct doc *d = NULL;
    struct cut c = { .at = 0 };
    for (size_t i = 0; i <= n; i++)
        if (!format_csv.split(&arena, file, &c, &one, &err))
            return NULL;
    return format_csv.parse(&arena, c.head, one, &d, &err) ? d : NULL;
}

#define IS(d, name, want) CU_ASSERT_TRUE(slice_equal_text(find((d), (name)).value, (want)))

static void finds_cells_by_the_name_of_their_column(void)
{
    struct slice file =
        SLICE("\xEF\xBB\xBF NHS  Number ,Family\tname\r\n9990000026,\"O'Brien, \"\"Jr\"\"\"\r\n");
    struct doc *d = row(file, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    IS(d, "nhs number", "9990000026");
    IS(d, "FAMILY NAME", "O'Brien, \"Jr\"");
    CU_ASSERT_EQUAL(find(d, "given name").how, FOUND_ABSENT);
    CU_ASSERT_PTR_NULL(row(file, 1));
    CU_ASSERT_EQUAL(err.fate, ERR_NONE);
}

static void keeps_line_ends_in_quotes_and_skips_blank_lines(void)
{
    struct slice file = SLICE("a,b\n\n1,\"two\r\nlines\"\n\r\n3,\n\n");
    IS(row(file, 0), "b", "two\r\nlines");
    IS(row(file, 1), "a", "3");
    CU_ASSERT_EQUAL(find(row(file, 1), "b").how, FOUND_ABSENT);
    CU_ASSERT_PTR_NULL(row(file, 2));
}

/* What a spreadsheet has below its table is no row; nor is what stands above the names. */
static void passes_over_rows_that_say_nothing(void)
{
    static const char *const nothing[] = { ",,\r\n",       ",,,,\r\n,,\r\n", " , ,\t\n",
                                           "\"\",\"\",\n", "\xC2\xA0,,\n",   "\xC2\xA0\n",
                                           "\x1A",         "\x1A\r\n",       "\n \n" };
    static const char *const something[] = { ",,x\n", ",\"\"\"\",\n", ",,", ",\" x\"\n", ",-\n" };
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        char *file = arena_format(&arena, "\r\na,b,c\n1,2,3\n%s4,5,6\n%s", nothing[i], nothing[i]);
        bool is_end = nothing[i][0] == 0x1a;
        IS(row(slice_text(file), 0), "a", "1");
        if (!is_end || nothing[i][1])
            IS(row(slice_text(file), 1), "a", "4");
        CU_ASSERT_PTR_NULL(row(slice_text(file), 2));
        CU_ASSERT_EQUAL(err.fate, ERR_NONE);
    }
    for (size_t i = 0; i < sizeof something / sizeof something[0]; i++) {
        struct slice one;
        struct cut c = { .at = 0 };
        char *file = arena_format(&arena, "a,b,c\n%s", something[i]);
        CU_ASSERT_TRUE(format_csv.split(&arena, slice_text(file), &c, &one, &err));
        CU_ASSERT_TRUE(slice_equal_text(one, something[i]));
    }
    struct slice one;
    struct cut quoted = { .at = 0 }, below = { .at = 0 }, copied = { .at = 0 };
    CU_ASSERT_TRUE(format_csv.split(&arena, SLICE("a\n\"\"\n"), &quoted, &one, &err));
    CU_ASSERT_TRUE(format_csv.split(&arena, SLICE("a\n,\n\"\"\n"), &below, &one, &err));
    CU_ASSERT_TRUE(slice_equal_text(one, "\"\"\n"));
    CU_ASSERT_TRUE(format_csv.split(&arena, SLICE("a,b\n\0\0\0"), &copied, &one, &err));
}

static void reads_windows_1252_where_it_is_not_utf8(void)
{
    IS(row(SLICE("name\nAd\xE9le \x96 x\n"), 0), "name", "Ad\xC3\xA9le \xE2\x80\x93 x");
    IS(row(SLICE("name\nAd\xC3\xA9le\n"), 0), "name", "Ad\xC3\xA9le");
}

static void refuses_with_the_place(void)
{
    static const struct {
        const char *file, *code;
        size_t at;
    } rows[] = {
        { "a,b\n1", "csv.columns", 4 },     { "a,b\n1,2,3\n", "csv.columns", 4 },
        { "a,b\n1,\"2\n", "csv.quote", 6 }, { "a,b\n1,\"2\"x\n", "csv.quote", 9 },
        { "a,\"b\n", "csv.quote", 2 },      { "a,A \n1,2\n", "csv.header", 2 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        err_clear(&err);
        CU_ASSERT_PTR_NULL(row(slice_text(rows[i].file), 0));
        CU_ASSERT_STRING_EQUAL(err.code, rows[i].code);
        CU_ASSERT_EQUAL(err.at, rows[i].at);
    }
}

static void takes_cells_that_a_row_lacks_for_empty(void)
{
    struct slice file = SLICE("a,b,c\n1\n2,3\n4,5,6, ,\xC2\xA0\n");
    IS(row(file, 0), "a", "1");
    CU_ASSERT_EQUAL(find(row(file, 0), "b").how, FOUND_ABSENT);
    IS(row(file, 1), "b", "3");
    CU_ASSERT_EQUAL(find(row(file, 1), "c").how, FOUND_ABSENT);
    IS(row(file, 2), "c", "6");
}

static void goes_on_after_a_row_that_is_refused(void)
{
    struct slice file = SLICE("a,b\n1,2,3\n2,3\n");
    CU_ASSERT_PTR_NULL(row(file, 0));
    err_clear(&err);
    IS(row(file, 1), "b", "3");
}

static void sees_names_and_cells_behind_blanks_of_any_kind(void)
{
    struct slice file =
        SLICE("\xC2\xA0nhs\xC2\xA0number\xE2\x80\x8B,sta\xE2\x80\x8Btus ,\"q \" ,w\r\n"
              "9\xC2\xA0,open      ,\xE2\x80\x83x\xC2\xAD, \"y, z\" \r\n");
    struct doc *d = row(file, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    IS(d, "nhs number", "9");
    IS(d, "status", "open");
    IS(d, "q", "x");
    IS(d, "w", "y, z");
}

static void unwraps_what_spreadsheets_wrap(void)
{
    struct doc *d = row(SLICE("a,b,c,d,e\n=\"00123\",\"=\"\"4,5\"\"\",'678,'t Hooft,=1+1\n"), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    IS(d, "a", "00123");
    IS(d, "b", "4,5");
    IS(d, "c", "678");
    IS(d, "d", "'t Hooft");
    IS(d, "e", "=1+1");
}

/* The unit opened with that separator, its first row's value of a column. */
static void check_separator(struct slice unit, uint8_t separator, const char *name,
                            const char *want)
{
    struct format_options o = { .separator = separator };
    struct slice text;
    CU_ASSERT_TRUE_FATAL(format_csv.open(&arena, &o, unit, &text, &err));
    struct doc *d = row(text, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    IS(d, name, want);
}

static void finds_the_separator_and_the_encoding(void)
{
    check_separator(SLICE("a;b\n1,5;2\n"), 0, "a", "1,5");
    check_separator(SLICE("a\tb\n1;5\t2\n"), 0, "a", "1;5");
    check_separator(SLICE("a|b\n1;5|2\n"), 0, "a", "1;5");
    check_separator(SLICE("\"a;x\",b\n1;5,2\n"), 0, "a;x", "1;5");
    check_separator(SLICE("a,x;b\n1,5;2\n"), ';', "a,x", "1,5");
    check_separator(SLICE("sep=;\r\na,x;b\r\n1,5;2\r\n"), 0, "a,x", "1,5");
    check_separator(SLICE("\xEF\xBB\xBFsep=\t\na\tb\n1\t2\n"), ';', "b", "2");
    check_separator(SLICE("\xFF\xFE"
                          "a\0\t\0b\0\n\0\xE9\0\t\0"
                          "2\0\n\0"),
                    0, "a", "\xC3\xA9");
    check_separator(SLICE("\xFE\xFF\0a\0,\0b\0\n\0"
                          "1\0,\0"
                          "2\0\n"),
                    0, "b", "2");
}

static bool has(const struct doc *d, const char *name)
{
    struct path *p = NULL;
    err_clear(&err);
    CU_ASSERT_TRUE_FATAL(format_csv.compile(&arena, slice_text(name), &p, &err));
    return format_csv.has(&arena, d, p, &err);
}

static void tells_a_column_that_is_not_there_from_an_empty_cell(void)
{
    struct doc *d = row(SLICE("id,Event_Finish_Date,x\n1,,\n"), 0);
    CU_ASSERT_TRUE(has(d, "event_finish_date"));
    CU_ASSERT_TRUE(has(d, "x"));
    CU_ASSERT_FALSE(has(d, "Event_End_Date"));
    CU_ASSERT_STRING_EQUAL(err.code, "csv.column");
    CU_ASSERT_STRING_EQUAL(
        err.text, "no column 'Event_End_Date'; the file has 'Event_Finish_Date' among its 3");
}

/* A file without a header has people in its first row: none of them is shown. */
static void shows_no_name_that_may_be_somebodys(void)
{
    struct doc *d = row(SLICE("P1,9990000026,Testpatient,Ada;\nP2,,Sample,Zed\n"), 0);
    CU_ASSERT_FALSE(has(d, "family_name"));
    CU_ASSERT_STRING_EQUAL(err.text,
                           "no column 'family_name'; the file has 4 columns, none like it");
    d = row(SLICE("P1~Ada\nP2~Zed\n"), 0);
    CU_ASSERT_FALSE(has(d, "family_name"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "one column only"));
    d = row(SLICE("person;status\nP2;open\n"), 0);
    CU_ASSERT_FALSE(has(d, "team"));
    CU_ASSERT_STRING_EQUAL(err.text,
                           "no column 'team'; the file has 2 columns, none like it, read by ;");
}

static void bounds_its_header(void)
{
    struct buf file;
    struct slice one;
    static const struct {
        size_t name_bytes, columns;
        bool good;
    } rows[] = { { 1025, 60, true },  { 1026, 1, false }, { 70000, 1, false },
                 { 1000, 66, false }, { 10, 2048, true }, { 10, 2049, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cut c = { .at = 0 };
        buf_init(&file, 1 << 20);
        for (size_t k = 0; k < rows[i].columns; k++) {
            for (size_t n = 0; n + 9 < rows[i].name_bytes; n++)
                buf_byte(&file, 'a');
            buf_format(&file, "%08zu%s", k, k + 1 < rows[i].columns ? "," : "\n1,2\n");
        }
        err_clear(&err);
        CU_ASSERT_EQUAL(format_csv.split(&arena, buf_slice(&file), &c, &one, &err), rows[i].good);
        CU_ASSERT(rows[i].good || !err.code || strcmp(err.code, "csv.limit") == 0 ||
                  strcmp(err.code, "csv.columns") == 0);
        buf_release(&file);
    }
}

static void gives_each_row_its_header(void)
{
    struct slice one;
    struct cut c = { .at = 0 };
    struct doc *d = NULL;
    struct slice file = SLICE("\xEF\xBB\xBFsep=;\na;b\n\n1;2\n3;4\n");
    CU_ASSERT_TRUE(format_csv.split(&arena, file, &c, &one, &err));
    CU_ASSERT_TRUE(slice_equal_text(one, "1;2\n"));
    CU_ASSERT_TRUE(slice_equal_text(c.head->bytes, "sep=;\na;b\n"));
    const struct head *first = c.head;
    CU_ASSERT_TRUE(format_csv.split(&arena, file, &c, &one, &err));
    CU_ASSERT_TRUE(slice_equal_text(one, "3;4\n"));
    CU_ASSERT_PTR_EQUAL(c.head, first);
    CU_ASSERT_FALSE(format_csv.split(&arena, file, &c, &one, &err));
    CU_ASSERT_TRUE_FATAL(format_csv.parse(&arena, NULL, SLICE("sep=;\na;b\n3;4\n"), &d, &err));
    IS(d, "b", "4");
    CU_ASSERT_EQUAL(find(d, "b").at, 12);
    CU_ASSERT_TRUE_FATAL(format_csv.parse(&arena, first, one, &d, &err));
    CU_ASSERT_EQUAL(find(d, "b").at, 12);
}

static void renders_what_it_reads_back(void)
{
    static const char *const values[] = { "plain",        "a,b",     "say \"x\"",
                                          "two\r\nlines", "=a;-b|c", "\xC3\xA9" };
    static const struct format_options o = { .readers = READERS_MACHINES };
    struct node *map = node_new(&arena, NODE_MAP);
    struct buf out;
    char names[6][8];
    for (size_t i = 0; i < 6; i++) {
        snprintf(names[i], sizeof names[i], "c%zu", i);
        node_put(map, slice_text(names[i]), node_new_text(&arena, slice_text(values[i])));
    }
    buf_init(&out, 1 << 16);
    CU_ASSERT_TRUE(format_csv.render(map, &o, SLICE("id"), &out, &err));
    struct doc *d = row(buf_slice(&out), 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    for (size_t i = 0; i < 6; i++)
        IS(d, names[i], i == 3 ? "two\nlines" : values[i]);
    buf_release(&out);
}

static void reads_a_long_file_in_linear_time(void)
{
    struct buf file;
    struct slice one;
    struct cut c = { .at = 0 };
    size_t n = 0;
    buf_init(&file, 8 << 20);
    buf_text(&file, "a,b\n");
    for (size_t i = 0; i < 200000; i++)
        buf_text(&file, "1,2\n");
    while (format_csv.split(&arena, buf_slice(&file), &c, &one, &err))
        n++;
    CU_ASSERT_EQUAL(n, 200000);
    CU_ASSERT_EQUAL(c.at, file.n);
    buf_release(&file);
}

/* Every cell of every row as csv-spectrum's JSON has it. */
static void check_spectrum(const char *name)
{
    struct slice file, text;
    struct node *want = NULL;
    size_t n = 0;
    char *csv = arena_format(&arena, SPECTRUM "csvs/%s.csv", name);
    char *json = arena_format(&arena, SPECTRUM "json/%s.json", name);
    CU_ASSERT_TRUE_FATAL(tree_read_file(&arena, csv, 1 << 16, &file, &err));
    CU_ASSERT_TRUE_FATAL(tree_read_file(&arena, json, 1 << 16, &text, &err));
    CU_ASSERT_TRUE_FATAL(tree_json(&arena, text, &want, &err));
    for (const struct node *r = want->first; r; r = r->next, n++) {
        struct doc *d = row(file, n);
        CU_ASSERT_PTR_NOT_NULL_FATAL(d);
        for (const struct node *cell = r->first; cell; cell = cell->next)
            IS(d, arena_text(&arena, cell->key), arena_text(&arena, cell->text));
    }
    CU_ASSERT_PTR_NULL(row(file, n));
    CU_ASSERT_EQUAL(err.fate, ERR_NONE);
}

static void reads_csv_spectrum_as_its_json_says(void)
{
    static const char *const names[] = {
        "empty",  "empty_crlf",  "json", "newlines", "quotes_and_newlines",
        "simple", "simple_crlf", "utf8"
    };
    struct slice probe;
    if (!tree_read_file(&arena, SPECTRUM "csvs/simple.csv", 1 << 16, &probe, &err)) {
        printf("SKIPPED: ../shared/corpus is absent\n");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        check_spectrum(names[i]);
}

static CU_TestInfo cases[] = {
    { "finds cells by the name of their column", finds_cells_by_the_name_of_their_column },
    { "keeps line ends in quotes and skips blank lines",
      keeps_line_ends_in_quotes_and_skips_blank_lines },
    { "passes over rows that say nothing", passes_over_rows_that_say_nothing },
    { "reads windows-1252 where it is not UTF-8", reads_windows_1252_where_it_is_not_utf8 },
    { "refuses with the place", refuses_with_the_place },
    { "takes cells that a row lacks for empty", takes_cells_that_a_row_lacks_for_empty },
    { "goes on after a row that is refused", goes_on_after_a_row_that_is_refused },
    { "sees names and cells behind blanks of any kind",
      sees_names_and_cells_behind_blanks_of_any_kind },
    { "unwraps what spreadsheets wrap", unwraps_what_spreadsheets_wrap },
    { "finds the separator and the encoding", finds_the_separator_and_the_encoding },
    { "tells a column that is not there from an empty cell",
      tells_a_column_that_is_not_there_from_an_empty_cell },
    { "shows no name that may be somebody's", shows_no_name_that_may_be_somebodys },
    { "bounds its header", bounds_its_header },
    { "gives each row its header", gives_each_row_its_header },
    { "renders what it reads back", renders_what_it_reads_back },
    { "reads a long file in linear time", reads_a_long_file_in_linear_time },
    { "reads csv-spectrum as its JSON says", reads_csv_spectrum_as_its_json_says },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_csv = { "csv", NULL, NULL, fresh, done, cases };
