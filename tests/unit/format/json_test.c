/* json_test.c - JSON messages by dotted paths. */
#include "format/json.h"

#include <dirent.h>
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "help.h"

#define SUITE SOURCE_DIR "/../shared/corpus/json-test-suite/test_parsing"

static struct doc *parse(const char *text)
{
    struct doc *d = NULL;
    CU_ASSERT_TRUE_FATAL(format_json.parse(&arena, NULL, slice_text(text), &d, &err));
    return d;
}

static struct path *path(const char *text)
{
    struct path *p = NULL;
    CU_ASSERT_TRUE_FATAL(format_json.compile(&arena, slice_text(text), &p, &err));
    return p;
}

static struct found find(const struct doc *d, const char *text)
{
    return format_json.find(&arena, d, path(text), NULL, 0);
}

#define IS(d, name, want) CU_ASSERT_TRUE(slice_equal_text(find((d), (name)).value, (want)))

static void finds_members_by_dotted_paths(void)
{
    struct doc *d = parse("{\"r\":{\"to\":\"a/b\",\"n\":12345678901234567,\"ok\":false},"
                          "\"t\":[{\"id\":\"x\"},{\"id\":\"y\"}],\"u\":\"caf\\u00e9\"}");
    IS(d, "r.to", "a/b");
    IS(d, "r.n", "12345678901234567");
    IS(d, "r.ok", "false");
    IS(d, "t[1].id", "y");
    IS(d, "u", "caf\xC3\xA9");
    CU_ASSERT_EQUAL(find(d, "t[2].id").how, FOUND_ABSENT);
    CU_ASSERT_EQUAL(find(d, "r").how, FOUND_ABSENT);
    CU_ASSERT_EQUAL(find(d, "r.to.x").how, FOUND_ABSENT);
}

static void keeps_the_digits_of_numbers(void)
{
    struct doc *d =
        parse("{\"a\":1.50,\"b\":-0.0,\"c\":1E2,\"d\":0.1000000000000000055511151231257827}");
    IS(d, "a", "1.50");
    IS(d, "b", "-0.0");
    IS(d, "c", "1E2");
    IS(d, "d", "0.1000000000000000055511151231257827");
}

static void takes_null_as_absent_unless_the_path_says_cleared(void)
{
    struct doc *d = parse("{\"a\":null,\"b\":\"\"}");
    CU_ASSERT_EQUAL(find(d, "a").how, FOUND_ABSENT);
    CU_ASSERT_EQUAL(find(d, "a!").how, FOUND_CLEARED);
    CU_ASSERT_EQUAL(find(d, "b!").how, FOUND_ABSENT);
    CU_ASSERT_EQUAL(find(d, "c!").how, FOUND_ABSENT);
}

static void walks_the_items_of_a_list(void)
{
    struct doc *d = parse("{\"p\":{\"phones\":[\"1\",\"2\"]},\"t\":[{\"id\":\"x\"},{\"id\":\"y\"}],"
                          "\"one\":{\"id\":\"z\"}}");
    CU_ASSERT_EQUAL(format_json.count(d, path("p.phones[]")), 2);
    struct found f = format_json.find(&arena, d, path("."), path("p.phones[]"), 1);
    CU_ASSERT_TRUE(slice_equal_text(f.value, "2"));
    f = format_json.find(&arena, d, path(".id"), path("t[]"), 1);
    CU_ASSERT_TRUE(slice_equal_text(f.value, "y"));
    CU_ASSERT_EQUAL(format_json.count(d, path("one")), 1);
    f = format_json.find(&arena, d, path(".id"), path("one"), 0);
    CU_ASSERT_TRUE(slice_equal_text(f.value, "z"));
    CU_ASSERT_EQUAL(format_json.count(d, path("none[]")), 0);
}

static void knows_where_each_value_stands(void)
{
    static const char text[] =
        " {\"a\\\"\" : \"x\" , \"b\":[ 1, {\"c\": true, \"d\":\"y:\\\"z\" } ], \"e\":-2}";
    struct doc *d = parse(text);
    struct found f = find(d, "b[1].d");
    CU_ASSERT_EQUAL(f.length, 7);
    CU_ASSERT_EQUAL(memcmp(text + f.at, "\"y:\\\"z\"", 7), 0);
    f = find(d, "e");
    CU_ASSERT_EQUAL(memcmp(text + f.at, "-2", 2), 0);
    f = find(d, "b[1].c");
    CU_ASSERT_EQUAL(f.length, 4);
}

#define BOM "\xEF\xBB\xBF"

/* A mark before the text moves places and nothing else: each value has its own digits. */
static void reads_the_same_behind_a_byte_order_mark(void)
{
    static const char text[] = "{\"old\":9990000042,\"new\":9990000026,\"s\":\"x\",\"n\":7}";
    struct doc *plain = parse(text), *marked = parse(BOM "{\"old\":9990000042,\"new\":9990000026,"
                                                         "\"s\":\"x\",\"n\":7}");
    static const char *const paths[] = { "old", "new", "s", "n" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct found a = find(plain, paths[i]), b = find(marked, paths[i]);
        CU_ASSERT_TRUE(slice_equal(a.value, b.value));
        CU_ASSERT_EQUAL(b.at, a.at + 3);
        CU_ASSERT_EQUAL(b.length, a.length);
    }
    IS(marked, "new", "9990000026");
}

static void says_that_a_text_is_no_utf8(void)
{
    static const struct slice rows[] = { SLICE_INIT("\xFF\xFE{\0}\0"), SLICE_INIT("\0{\0}"),
                                         SLICE_INIT("\0\0\xFE\xFF\0\0\0{"),
                                         SLICE_INIT("{\0\0\0}\0\0\0") };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct doc *d = NULL;
        err_clear(&err);
        CU_ASSERT_FALSE(format_json.parse(&arena, NULL, rows[i], &d, &err));
        CU_ASSERT_STRING_EQUAL(err.code, "json.charset");
        CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "UTF-"));
    }
}

/* The messages of a unit with a bar after each, and the code of what ended it. */
static const char *split(const char *unit)
{
    static char shown[256];
    struct slice one;
    struct cut c = { .at = 0 };
    size_t n = 0;
    err_clear(&err);
    while (format_json.split(&arena, slice_text(unit), &c, &one, &err))
        n +=
            (size_t)snprintf(shown + n, sizeof shown - n, "%.*s|", (int)one.n, (const char *)one.p);
    snprintf(shown + n, sizeof shown - n, "%s", err.fate == ERR_NONE ? "" : err.code);
    return shown;
}

static void takes_a_list_apart_into_messages(void)
{
    static const struct {
        const char *unit, *want;
    } rows[] = {
        { "{\"a\":1}", "{\"a\":1}|" },
        { " {\"a\":\n1}\r\n ", " {\"a\":\n1}\r\n |" },
        { "[{\"a\":1},{\"a\":[2,\"]\\\"\"]} , 3]", "{\"a\":1}|{\"a\":[2,\"]\\\"\"]}|3|" },
        { BOM " [{}]\n", "{}|" },
        { "{\"a\":1}\n{\"a\":2}\r\n\n{\"a\":3}\n", "{\"a\":1}|{\"a\":2}|{\"a\":3}|" },
        { "{\"a\":1} {\"a\":2}", "{\"a\":1} {\"a\":2}|" }, /* parse() refuses it whole */
        { "\x1e{}\n\x1e{}\n", "{}|{}|" },
        { "[]", "json.batch" },
        { "[{},]", "{}|json.batch" },
        { "[{} {}]", "json.batch" },
        { "[{},{\"a\":1", "{}|json.batch" },
        { "[{}] x", "{}|json.batch" },
        { "[", "json.batch" },
        { "", "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *got = split(rows[i].unit);
        CU_ASSERT_STRING_EQUAL(got, rows[i].want);
        if (strcmp(got, rows[i].want) != 0)
            printf("\n    row %zu: %s ", i, got);
    }
}

static void count_leaf(void *ctx, const struct leaf *l)
{
    struct buf *out = ctx;
    buf_put(out, l->path);
    buf_byte(out, ' ');
}

static void names_every_leaf_in_order(void)
{
    struct buf out;
    buf_init(&out, 1 << 16);
    format_json.leaves(&arena, parse("{\"a\":1,\"b\":{\"c\":null,\"d\":[\"x\",\"\",true]}}"),
                       count_leaf, &out);
    CU_ASSERT_TRUE(slice_equal_text(buf_slice(&out), "a b.d[0] b.d[2] "));
    buf_release(&out);
}

static void refuses_paths_with_their_place(void)
{
    static const struct {
        const char *path;
        size_t at;
    } rows[] = { { "", 0 },    { "a..b", 2 },  { "a.", 2 },   { "a[x]", 1 },
                 { "a[1", 1 }, { "a[1]b", 4 }, { "[0].a", 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct path *p = NULL;
        err_clear(&err);
        CU_ASSERT_FALSE(format_json.compile(&arena, slice_text(rows[i].path), &p, &err));
        CU_ASSERT_STRING_EQUAL(err.code, "json.path");
        CU_ASSERT_EQUAL(err.at, rows[i].at);
    }
}

static void renders_dotted_keys_as_objects(void)
{
    struct buf out;
    struct node *map = node_new(&arena, NODE_MAP);
    node_put(map, SLICE("a.b"), node_new_text(&arena, SLICE("x")));
    node_put(map, SLICE("c"), node_new_number(&arena, 7));
    node_put(map, SLICE("a.d"), node_new(&arena, NODE_NULL));
    buf_init(&out, 1 << 16);
    CU_ASSERT_TRUE(format_json.render(map, &no_options, SLICE("id"), &out, &err));
    CU_ASSERT_TRUE(slice_equal_text(buf_slice(&out), "{\"a\":{\"b\":\"x\",\"d\":null},\"c\":7}"));
    buf_release(&out);
}

static void answers_without_quoting_what_was_sent(void)
{
    struct buf out;
    err_set(&err, ERR_REJECT, "map.value", 12, "cannot set 'a' from 'b': no such time");
    buf_init(&out, 1 << 16);
    format_json.reply(NULL, SLICE("secret"), REPLY_ACCEPT, NULL, 0, &out);
    CU_ASSERT_TRUE(slice_equal_text(buf_slice(&out), "{\"status\":\"accepted\"}"));
    buf_reset(&out);
    format_json.reply(NULL, SLICE("secret"), REPLY_ERROR, &err, 0, &out);
    CU_ASSERT_TRUE(slice_equal_text(
        buf_slice(&out),
        "{\"type\":\"about:blank\",\"title\":\"refused\",\"status\":422,\"code\":\"map.value\","
        "\"detail\":\"cannot set 'a' from 'b': no such time\",\"offset\":12}"));
    buf_release(&out);
}

/* y_ must parse, n_ must not, i_ as it likes: nothing may crash. */
static void agrees_with_the_json_test_suite(void)
{
    DIR *folder = opendir(SUITE);
    size_t files = 0;
    if (!folder) {
        printf("SKIPPED: ../shared/corpus is absent\n");
        return;
    }
    for (struct dirent *f = readdir(folder); f; f = readdir(folder)) {
        struct slice text;
        struct doc *d = NULL;
        arena_reset(&arena);
        err_clear(&err);
        char *name = arena_format(&arena, SUITE "/%s", f->d_name);
        if (!strstr(f->d_name, ".json") || !tree_read_file(&arena, name, 1 << 20, &text, &err))
            continue;
        bool ok = format_json.parse(&arena, NULL, text, &d, &err);
        CU_ASSERT_TRUE(ok ? f->d_name[0] != 'n' : f->d_name[0] != 'y');
        CU_ASSERT_TRUE(ok || err.fate == ERR_REJECT);
        files++;
    }
    closedir(folder);
    CU_ASSERT_TRUE(files > 100);
}

static CU_TestInfo cases[] = {
    { "finds members by dotted paths", finds_members_by_dotted_paths },
    { "keeps the digits of numbers", keeps_the_digits_of_numbers },
    { "takes null as absent unless the path says cleared",
      takes_null_as_absent_unless_the_path_says_cleared },
    { "walks the items of a list", walks_the_items_of_a_list },
    { "knows where each value stands", knows_where_each_value_stands },
    { "reads the same behind a byte order mark", reads_the_same_behind_a_byte_order_mark },
    { "says that a text is no UTF-8", says_that_a_text_is_no_utf8 },
    { "takes a list apart into messages", takes_a_list_apart_into_messages },
    { "names every leaf in order", names_every_leaf_in_order },
    { "refuses paths with their place", refuses_paths_with_their_place },
    { "renders dotted keys as objects", renders_dotted_keys_as_objects },
    { "answers without quoting what was sent", answers_without_quoting_what_was_sent },
    { "agrees with the JSON test suite", agrees_with_the_json_test_suite },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_json = { "json", NULL, NULL, fresh, done, cases };
