/* tree_test.c - places, every refusal, making and printing, and the public suite of JSON. */
#include <CUnit/CUnit.h>
#include <dirent.h>

#include "host/tree.h"
#include "scratch.h"

static struct arena a;
static struct buf b;
static struct err e;
static struct scratch scratch;

static void fresh(void)
{
    arena_init(&a, 64 << 20);
    buf_init(&b, 1 << 20);
    err_clear(&e);
    scratch_make(&scratch);
}

static void done(void)
{
    mem_fail_after(0);
    buf_release(&b);
    arena_release(&a);
    scratch_remove(&scratch);
}

static struct node *yaml(const char *text)
{
    struct node *root = NULL;
    err_clear(&e);
    return tree_yaml(&a, slice_text(text), "t.yaml", &root, &e) ? root : NULL;
}

static struct node *json(struct slice text)
{
    struct node *root = NULL;
    err_clear(&e);
    return tree_json(&a, text, &root, &e) ? root : NULL;
}

static const char *printed(const struct node *n)
{
    buf_reset(&b);
    node_to_json(n, &b);
    buf_byte(&b, 0);
    return buf_ok(&b) ? (const char *)b.p : "failed";
}

static void knows_the_place_of_every_node_and_key(void)
{
    struct node *root = yaml("# note\nfeeds:\n  - name: pas\n    on: [a, \"b c\"]\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    struct node *feeds = node_get(root, "feeds");
    CU_ASSERT_PTR_NOT_NULL_FATAL(feeds);
    CU_ASSERT_EQUAL(feeds->kind, NODE_LIST);
    CU_ASSERT_EQUAL(feeds->key_line, 2);
    CU_ASSERT_EQUAL(feeds->key_column, 1);
    struct node *on = node_get(feeds->first, "on");
    CU_ASSERT_PTR_NOT_NULL_FATAL(on);
    CU_ASSERT_EQUAL(on->key_line, 4);
    CU_ASSERT_EQUAL(on->key_column, 5);
    CU_ASSERT_EQUAL(on->line, 4);
    CU_ASSERT_EQUAL(on->column, 9);
    CU_ASSERT_EQUAL(on->count, 2);
    CU_ASSERT_EQUAL(on->last->column, 13);
    CU_ASSERT_STRING_EQUAL(on->last->file, "t.yaml");
}

static void never_guesses_the_type_of_a_scalar(void)
{
    static const char *const texts[] = { "on",    "no", ".2",   "2026-04-01", "0x10",
                                         "1_000", "~",  "null", "1e3",        "<<" };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct node *n = yaml(texts[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(n);
        CU_ASSERT_EQUAL(n->kind, NODE_TEXT);
        CU_ASSERT_TRUE(slice_equal_text(n->text, texts[i]));
    }
    struct node *empty = node_get(yaml("key:\nother: x\n"), "key");
    CU_ASSERT_PTR_NOT_NULL_FATAL(empty);
    CU_ASSERT_EQUAL(empty->kind, NODE_TEXT);
    CU_ASSERT_EQUAL(empty->text.n, 0);
}

static void reads_json_as_yaml_for_its_places(void)
{
    struct node *root = yaml("{\n  \"type\": \"record\",\n  \"fields\": [ {} ]\n}");
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    CU_ASSERT_EQUAL(node_get(root, "type")->line, 2);
    CU_ASSERT_EQUAL(node_get(root, "fields")->first->column, 15);
}

static const struct {
    const char *in, *code;
    uint32_t line, column;
} surprising[] = {
    { "a: &x 1", "tree.refused", 1, 4 },
    { "a: &x [1]", "tree.refused", 1, 4 },
    { "a: &x {b: 1}", "tree.refused", 1, 4 },
    { "a: *x", "tree.refused", 1, 4 },
    { "a: !!str 1", "tree.refused", 1, 4 },
    { "a: ! 1", "tree.refused", 1, 4 },
    { "a: !t [1]", "tree.refused", 1, 4 },
    { "a: !t {b: 1}", "tree.refused", 1, 4 },
    { "a: 1\n---\nb: 2\n", "tree.refused", 2, 1 },
    { "? [1]\n: 2\n", "tree.refused", 1, 3 },
    { "? {a: 1}\n: 2\n", "tree.refused", 1, 3 },
    { "a: 1\nb: 2\na: 3\n", "tree.duplicate", 3, 1 },
    { "x:\n  - {a: 1, b: 2, \"a\": 3}\n", "tree.duplicate", 2, 18 },
    { "", "tree.syntax", 1, 1 },
    { "# nothing\n", "tree.syntax", 2, 1 },
    { "a: [1\n", "tree.syntax", 2, 1 },
    { "a:\n\t- 1\n", "tree.syntax", 2, 1 },
    { "a: b: c\n", "tree.syntax", 1, 5 },
    { "a: \xff\n", "tree.syntax", 0, 0 },
    { "a: \x01\n", "tree.syntax", 0, 0 },
};

static void refuses_what_makes_yaml_surprising(void)
{
    for (size_t i = 0; i < sizeof surprising / sizeof surprising[0]; i++) {
        CU_ASSERT_PTR_NULL(yaml(surprising[i].in));
        CU_ASSERT_EQUAL_FATAL(e.fate, ERR_REJECT);
        CU_ASSERT_STRING_EQUAL(e.code, surprising[i].code);
        CU_ASSERT_STRING_EQUAL(e.file, "t.yaml");
        bool right = !surprising[i].line ||
                     (e.line == surprising[i].line && e.column == surprising[i].column);
        CU_ASSERT_TRUE(right);
        if (!right)
            printf("\n    row %zu: at %u:%u ", i, e.line, e.column);
    }
}

static void refuses_a_nul_in_yaml(void)
{
    struct node *root = NULL;
    CU_ASSERT_FALSE(tree_yaml(&a, SLICE("a: 1\n\0b: 2\n"), "t.yaml", &root, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "tree.syntax");
}

static void refuses_trees_that_are_too_deep(void)
{
    char text[2 * TREE_DEPTH_MAX + 3];
    for (size_t depth = TREE_DEPTH_MAX; depth <= TREE_DEPTH_MAX + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        text[2 * depth] = '\0';
        bool fits = depth == TREE_DEPTH_MAX;
        CU_ASSERT_EQUAL(yaml(text) != NULL, fits);
        CU_ASSERT_TRUE(fits || strcmp(e.code, "tree.limit") == 0);
        CU_ASSERT_EQUAL(json(slice_text(text)) != NULL, fits);
        CU_ASSERT_TRUE(fits || (strcmp(e.code, "tree.limit") == 0 && e.at == TREE_DEPTH_MAX));
    }
}

static void checks_large_maps_in_reasonable_time(void)
{
    struct buf text;
    buf_init(&text, 4 << 20);
    for (int i = 0; i < 20000; i++)
        buf_format(&text, "key%d: %d\n", i, i);
    struct node *root = NULL;
    CU_ASSERT_TRUE(tree_yaml(&a, buf_slice(&text), "t.yaml", &root, &e));
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    CU_ASSERT_EQUAL(root->count, 20000);
    buf_text(&text, "key7: again\n");
    CU_ASSERT_FALSE(tree_yaml(&a, buf_slice(&text), "t.yaml", &root, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "tree.duplicate");
    CU_ASSERT_EQUAL(e.line, 20001);
    buf_release(&text);
}

static void survives_memory_running_out(void)
{
    static const struct slice text = SLICE_INIT("{\"a\": [1, 2.5, \"x\", {\"b\": null}]}");
    struct arena small;
    struct node *root = NULL;
    for (size_t room = 0; room < 1500; room += 16) {
        arena_init(&small, room);
        err_clear(&e);
        bool ok = tree_json(&small, text, &root, &e) && tree_yaml(&small, text, "t", &root, &e);
        CU_ASSERT_TRUE(ok || strcmp(e.code, "memory.limit") == 0);
        arena_release(&small);
    }
}

static void keeps_the_types_and_the_order_of_json(void)
{
    static const char text[] = "{\"z\":[1,-9223372036854775808,0.1,1.5,true,false,null],"
                               "\"a\":{},\"t\":\"\xc3\xa9\\n\\u0000\"}";
    struct node *root = json(slice_text(text));
    CU_ASSERT_PTR_NOT_NULL_FATAL(root);
    CU_ASSERT_STRING_EQUAL(printed(root), text);
    CU_ASSERT_EQUAL(node_get(root, "t")->text.n, 4);
    CU_ASSERT_EQUAL(node_get(root, "z")->first->kind, NODE_NUMBER);
    CU_ASSERT_EQUAL(node_get(root, "z")->last->kind, NODE_NULL);
}

static void keeps_the_digits_of_numbers(void)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "9223372036854775807", "9223372036854775807" },
        { "-0", "-0" },
        { "18446744073709551615", "18446744073709551615" },
        { "-9223372036854775809", "-9223372036854775809" },
        { "1e999", "1e999" },
        { "0.1", "0.1" },
        { "1.0", "1.0" },
        { "1e3", "1e3" },
        { "1E300", "1E300" },
        { "0.30000000000000004", "0.30000000000000004" },
        { "51.4778925", "51.4778925" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct node *n = json(slice_text(rows[i].in));
        CU_ASSERT_PTR_NOT_NULL_FATAL(n);
        CU_ASSERT_STRING_EQUAL(printed(n), rows[i].want);
    }
}

static void refuses_json_with_a_code_and_an_offset(void)
{
    static const struct {
        struct slice in;
        const char *code;
        size_t at;
    } rows[] = {
        { SLICE_INIT(""), "tree.syntax", 0 },
        { SLICE_INIT("{\"a\":1,\"a\":2}"), "tree.duplicate", 7 },
        { SLICE_INIT("[1] 2"), "tree.syntax", 4 },
        { SLICE_INIT("{\"a\\u0000b\":1}"), "tree.refused", 1 },
        { SLICE_INIT("[\"\\ud800\"]"), "tree.syntax", 8 },
        { SLICE_INIT("[\"\\udc00\"]"), "tree.syntax", 8 },
        { SLICE_INIT("[\"a\\x\"]"), "tree.syntax", 4 },
        { SLICE_INIT("[01]"), "tree.syntax", 2 },
        { SLICE_INIT("[1.]"), "tree.syntax", 3 },
        { SLICE_INIT("[1,]"), "tree.syntax", 3 },
        { SLICE_INIT("[\"\xff\"]"), "tree.syntax", 2 },
        { SLICE_INIT("[1"), "tree.syntax", 2 },
        { SLICE_INIT("[1]\0"), "tree.syntax", 3 },
        { SLICE_INIT("[1\0]"), "tree.syntax", 2 },
        { SLICE_INIT("[secret]"), "tree.syntax", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_PTR_NULL(json(rows[i].in));
        CU_ASSERT_EQUAL_FATAL(e.fate, ERR_REJECT);
        CU_ASSERT_STRING_EQUAL(e.code, rows[i].code);
        CU_ASSERT_EQUAL(e.at, rows[i].at);
        if (e.at != rows[i].at)
            printf("\n    row %zu: at %zu ", i, e.at);
        CU_ASSERT_PTR_NULL(strstr(e.text, "secret"));
    }
}

static void places_each_value_where_it_stands(void)
{
    struct node *plain = json(SLICE(" {\"a\":\"x\", \"b\":[12,true]}"));
    struct node *marked = json(SLICE("\xEF\xBB\xBF {\"a\":\"x\", \"b\":[12,true]}"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(plain);
    CU_ASSERT_PTR_NOT_NULL_FATAL(marked);
    CU_ASSERT_EQUAL(node_get(plain, "a")->line, 6);
    CU_ASSERT_EQUAL(node_get(plain, "b")->first->line, 16);
    CU_ASSERT_EQUAL(node_get(plain, "b")->first->column, 2);
    CU_ASSERT_EQUAL(node_get(marked, "a")->line, 9);
    CU_ASSERT_EQUAL(node_get(marked, "b")->first->line, 19);
    CU_ASSERT_TRUE(slice_equal_text(node_get(marked, "b")->first->text, "12"));
}

static void finds_a_key_given_twice_among_many(void)
{
    struct buf text;
    buf_init(&text, 4 << 20);
    buf_byte(&text, '{');
    for (int i = 0; i < 20000; i++)
        buf_format(&text, "\"key%d\":%d,", i, i);
    size_t at = text.n;
    buf_text(&text, "\"key7\":0}");
    CU_ASSERT_PTR_NULL(json(buf_slice(&text)));
    CU_ASSERT_STRING_EQUAL(e.code, "tree.duplicate");
    CU_ASSERT_EQUAL(e.at, at);
    buf_release(&text);
}

/* Whether a file of the suite is read or refused as its name wants. */
static bool is_as_named(const char *folder, const char *name)
{
    struct slice text;
    arena_reset(&a);
    err_clear(&e);
    if (!tree_read_file(&a, arena_format(&a, "%s/%s", folder, name), 1 << 20, &text, &e))
        return false;
    bool ok = json(text) != NULL;
    bool duplicate = !ok && strcmp(e.code, "tree.duplicate") == 0;
    bool right = name[0] == 'i' || ok == (name[0] == 'y') || duplicate;
    if (!right)
        printf("\n    %s: %s ", name, ok ? "read" : e.code);
    return right;
}

/* y_ must be read, n_ refused, i_ may be either. Stricter than the suite: keys given twice and a
 * NUL within a key are refused. */
static void passes_the_json_test_suite(void)
{
    static const char folder[] = SOURCE_DIR "/../shared/corpus/json-test-suite/test_parsing";
    DIR *dir = opendir(folder);
    int count = 0;
    if (!dir) {
        printf("SKIPPED: ../shared/corpus is absent\n");
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;
        if (name[0] == '.' || strstr(name, "escaped_null_in_key"))
            continue;
        CU_ASSERT_TRUE(is_as_named(folder, name));
        count++;
    }
    closedir(dir);
    CU_ASSERT_TRUE(count > 100);
}

static void finds_members_and_nothing_else(void)
{
    struct node *root = yaml("a: 1\nab: {c: 2}\n");
    CU_ASSERT_TRUE(slice_equal_text(node_get(node_get(root, "ab"), "c")->text, "2"));
    CU_ASSERT_PTR_NULL(node_get(root, "c"));
    CU_ASSERT_PTR_NULL(node_get(NULL, "a"));
    CU_ASSERT_PTR_NULL(node_get(node_get(root, "a"), "a"));
}

static void makes_trees_and_prints_them(void)
{
    struct node *map = node_new(&a, NODE_MAP), *list = node_new(&a, NODE_LIST);
    node_put(map, SLICE("n"), node_new_number(&a, INT64_MIN));
    node_put(map, SLICE("none"), NULL);
    node_put(map, SLICE("list"), list);
    node_add(list, node_new_bool(&a, true));
    node_add(list, node_new_text(&a, SLICE("x\"y")));
    node_add(list, NULL);
    node_add(list, node_new(&a, NODE_NULL));
    node_put_path(&a, map, SLICE("a.b.c"), node_new_number(&a, 1));
    node_put_path(&a, map, SLICE("a.b.d"), node_new_number(&a, 2));
    node_put_path(&a, map, SLICE("a.e"), node_new(&a, NODE_LIST));
    CU_ASSERT_STRING_EQUAL(printed(map),
                           "{\"n\":-9223372036854775808,\"list\":[true,\"x\\\"y\",null],"
                           "\"a\":{\"b\":{\"c\":1,\"d\":2},\"e\":[]}}");
    buf_reset(&b);
    node_to_json_pretty(node_get(map, "a"), &b);
    CU_ASSERT_TRUE(slice_equal_text(
        buf_slice(&b), "{\n  \"b\": {\n    \"c\": 1,\n    \"d\": 2\n  },\n  \"e\": []\n}"));
}

static void reads_files_up_to_a_maximum(void)
{
    struct slice text;
    struct node *root = NULL;
    scratch_write(&scratch, "t.yaml", "a: 1\nb\n", 7, 0600);
    CU_ASSERT_TRUE(tree_read_file(&a, scratch.path, 7, &text, &e));
    CU_ASSERT_TRUE(slice_equal(text, SLICE("a: 1\nb\n")));
    CU_ASSERT_FALSE(tree_read_file(&a, scratch.path, 6, &text, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "tree.limit");
    err_clear(&e);
    CU_ASSERT_FALSE(tree_yaml_file(&a, scratch.path, &root, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "tree.syntax");
    CU_ASSERT_STRING_EQUAL(e.file, scratch.path);
    err_clear(&e);
    CU_ASSERT_FALSE(tree_yaml_file(&a, scratch_path(&scratch, "absent"), &root, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "tree.open");
    err_clear(&e);
    CU_ASSERT_FALSE(tree_yaml_file(&a, scratch.dir, &root, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "tree.open");
}

static CU_TestInfo cases[] = {
    { "knows the place of every node and key", knows_the_place_of_every_node_and_key },
    { "never guesses the type of a scalar", never_guesses_the_type_of_a_scalar },
    { "reads JSON as YAML for its places", reads_json_as_yaml_for_its_places },
    { "refuses what makes YAML surprising", refuses_what_makes_yaml_surprising },
    { "refuses a NUL in YAML", refuses_a_nul_in_yaml },
    { "refuses trees that are too deep", refuses_trees_that_are_too_deep },
    { "checks large maps in reasonable time", checks_large_maps_in_reasonable_time },
    { "survives memory running out", survives_memory_running_out },
    { "keeps the types and the order of JSON", keeps_the_types_and_the_order_of_json },
    { "keeps the digits of numbers", keeps_the_digits_of_numbers },
    { "refuses JSON with a code and an offset", refuses_json_with_a_code_and_an_offset },
    { "places each value where it stands", places_each_value_where_it_stands },
    { "finds a key given twice among many", finds_a_key_given_twice_among_many },
    { "passes the JSON test suite", passes_the_json_test_suite },
    { "finds members and nothing else", finds_members_and_nothing_else },
    { "makes trees and prints them", makes_trees_and_prints_them },
    { "reads files up to a maximum", reads_files_up_to_a_maximum },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_tree = { "tree", NULL, NULL, fresh, done, cases };
