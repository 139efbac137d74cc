/* options_test.c - a transport's options from a YAML map, by its table. */
#include "site/site.h"

#include <CUnit/CUnit.h>
#include <string.h>

struct state {
    const char *text, *path, *maybe;
    int64_t ms, bytes, count;
    bool flag;
    const char **list;
};

static const struct cfg_option table[] = {
    { "text", CFG_TEXT, offsetof(struct state, text), "word", "a word" },
    { "path", CFG_PATH, offsetof(struct state, path), NULL, "where" },
    { "maybe", CFG_PATH, offsetof(struct state, maybe), "", "where, if anywhere" },
    { "ms", CFG_MS, offsetof(struct state, ms), "5s", "how long" },
    { "bytes", CFG_BYTES, offsetof(struct state, bytes), "1KiB", "how much" },
    { "count", CFG_COUNT, offsetof(struct state, count), "3", "how many" },
    { "flag", CFG_BOOL, offsetof(struct state, flag), "false", "whether" },
    { "list", CFG_LIST, offsetof(struct state, list), NULL, "which" },
    { .type = CFG_END },
};

static struct arena arena;
static struct problems problems;
static struct state got;

static void fresh(void)
{
    arena_init(&arena, 1 << 20);
    problems = (struct problems){ .count = 0 };
    got = (struct state){ 0 };
}

static void done(void)
{
    problems_release(&problems);
    arena_release(&arena);
}

static bool read_from(const char *yaml)
{
    struct node *map;
    struct err e = { 0 };
    got = (struct state){ 0 };
    CU_ASSERT_FATAL(tree_yaml(&arena, slice_text(yaml), "t", &map, &e));
    return options_read(&arena, map, table, "/site", &got, &problems);
}

static void what_is_absent_has_its_fallback(void)
{
    CU_ASSERT(read_from("path: /a"));
    CU_ASSERT_STRING_EQUAL(got.text, "word");
    CU_ASSERT_STRING_EQUAL(got.maybe, "");
    CU_ASSERT_EQUAL(got.ms, 5000);
    CU_ASSERT_EQUAL(got.bytes, 1024);
    CU_ASSERT_EQUAL(got.count, 3);
    CU_ASSERT_FALSE(got.flag);
    CU_ASSERT_PTR_NULL(got.list);
}

static void every_type_is_read(void)
{
    CU_ASSERT(read_from(
        "{text: x, path: in, ms: 2m, bytes: 16MiB, count: '7', flag: true, list: [a, b]}"));
    CU_ASSERT_STRING_EQUAL(got.text, "x");
    CU_ASSERT_STRING_EQUAL(got.path, "/site/in");
    CU_ASSERT_EQUAL(got.ms, 120000);
    CU_ASSERT_EQUAL(got.bytes, 16 << 20);
    CU_ASSERT_EQUAL(got.count, 7);
    CU_ASSERT_TRUE(got.flag);
    CU_ASSERT_PTR_NOT_NULL_FATAL(got.list);
    CU_ASSERT_STRING_EQUAL(got.list[0], "a");
    CU_ASSERT_STRING_EQUAL(got.list[1], "b");
    CU_ASSERT_PTR_NULL(got.list[2]);
}

static void amounts_have_units(void)
{
    static const struct {
        const char *key, *text;
        int64_t want;
    } rows[] = {
        { "ms", "250ms", 250 },      { "ms", "30s", 30000 },
        { "ms", "5m", 300000 },      { "ms", "2h", 7200000 },
        { "ms", "1d", 86400000 },    { "ms", "1000", 1000 },
        { "ms", "0s", 0 },           { "bytes", "1000", 1000 },
        { "bytes", "64KiB", 65536 }, { "bytes", "2GiB", INT64_C(2) << 30 },
        { "count", "12", 12 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT(read_from(arena_format(&arena, "{path: /a, %s: %s}", rows[i].key, rows[i].text)));
        int64_t value = rows[i].key[0] == 'm'   ? got.ms
                        : rows[i].key[0] == 'b' ? got.bytes
                                                : got.count;
        CU_ASSERT_EQUAL(value, rows[i].want);
    }
}

static void what_does_not_fit_is_refused(void)
{
    static const char *const rows[] = {
        "ms: soon",     "ms: 5 s",      "ms: -5s",
        "ms: 5KiB",     "ms: 5.5s",     "ms: ''",
        "ms: s",        "ms: [5s]",     "ms: 9223372036854775807d",
        "bytes: 16MB",  "bytes: 5s",    "bytes: 99999999999999999999",
        "count: 5s",    "count: many",  "flag: yes",
        "flag: ''",     "list: a",      "list: [[a]]",
        "list: {a: b}", "text: {a: b}", "text: [a]",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t before = problems.count;
        bool good = read_from(arena_format(&arena, "path: /a\n%s\n", rows[i]));
        if (good)
            fprintf(stderr, "took '%s'\n", rows[i]);
        CU_ASSERT_FALSE(good);
        CU_ASSERT_EQUAL_FATAL(problems.count, before + 1);
        CU_ASSERT_STRING_EQUAL(problems.list[before].code, "site.option");
        CU_ASSERT_EQUAL(problems.list[before].line, 2);
    }
}

static void every_problem_is_told_not_the_first(void)
{
    static const struct {
        const char *code;
        uint32_t line, column;
    } want[] = {
        { "site.missing", 1, 1 }, { "site.option", 1, 5 },  { "site.option", 2, 8 },
        { "site.unknown", 3, 1 }, { "site.unknown", 4, 1 },
    };
    CU_ASSERT_FALSE(read_from("ms: soon\nbytes: lots\ncolour: blue\nMS: 5s\n"));
    CU_ASSERT_EQUAL_FATAL(problems.count, 5);
    for (size_t i = 0; i < 5; i++) {
        CU_ASSERT_STRING_EQUAL(problems.list[i].code, want[i].code);
        CU_ASSERT_EQUAL(problems.list[i].line, want[i].line);
        CU_ASSERT_EQUAL(problems.list[i].column, want[i].column);
    }
}

static CU_TestInfo cases[] = {
    { "what is absent has its fallback", what_is_absent_has_its_fallback },
    { "every type is read", every_type_is_read },
    { "amounts have units", amounts_have_units },
    { "what does not fit is refused", what_does_not_fit_is_refused },
    { "every problem is told, not the first", every_problem_is_told_not_the_first },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_options = { "options", NULL, NULL, fresh, done, cases };
