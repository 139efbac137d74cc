/* strict_test.c - a configuration is read strictly, and every problem is told at its place. */
#include "host/strict.h"

#include <CUnit/CUnit.h>

static const struct strict_codes codes = { .key = "t.key",
                                           .missing = "t.missing",
                                           .shape = "t.shape",
                                           .word = "t.word",
                                           .number = "t.number" };
static const char *const sizes[] = { "small", "large", NULL };
STRICT_TABLE(of_test, "the test:", STRICT_MUST("name", STRICT_TEXT, "a"),
             STRICT_MAY("note", STRICT_NOTE, "b"), STRICT_MAY("list", STRICT_LIST, "c"),
             STRICT_MAY("paths", STRICT_TEXTS, "d"), STRICT_MAY("map", STRICT_MAP, "e"),
             STRICT_MAY("any", STRICT_ANY, "f"), STRICT_MAY_BE("size", sizes, "g"));
STRICT_TABLE(of_many, "", STRICT_MAY("a-name-that-is-rather-long-for-a-key-1", STRICT_ANY, ""),
             STRICT_MAY("a-name-that-is-rather-long-for-a-key-2", STRICT_ANY, ""),
             STRICT_MAY("a-name-that-is-rather-long-for-a-key-3", STRICT_ANY, ""),
             STRICT_MAY("a-name-that-is-rather-long-for-a-key-4", STRICT_ANY, ""),
             STRICT_MAY("a-name-that-is-rather-long-for-a-key-5", STRICT_ANY, ""));

static struct arena arena;
static struct problems problems;
static struct strict reader;

static void fresh(void)
{
    arena_init(&arena, 1 << 20);
    problems = (struct problems){ .count = 0 };
    reader = (struct strict){ &arena, &problems, &codes, "file" };
}

static void done(void)
{
    problems_release(&problems);
    arena_release(&arena);
}

static const struct node *yaml(const char *text)
{
    struct node *root = NULL;
    struct err e = { 0 };
    CU_ASSERT_FATAL(tree_yaml(&arena, slice_text(text), "t", &root, &e));
    return root;
}

/* Whether the problem said last is that one; then it is forgotten. */
static bool said(const char *want)
{
    char text[300] = "nothing";
    if (problems.count > 0)
        err_print(&problems.list[--problems.count], text, sizeof text);
    if (strcmp(text, want) != 0)
        fprintf(stderr, "\n    said: %s\n  wanted: %s\n", text, want);
    return strcmp(text, want) == 0;
}

static void a_map_of_its_keys_is_good(void)
{
    static const char *const rows[] = {
        "name: a",
        "{name: a, note: '', list: [], paths: p, map: {}, any: []}",
        "{name: a, note: b, paths: [], any: {}}",
        "{name: a, any: ''}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT(strict_keys(&reader, yaml(rows[i]), &of_test));
    CU_ASSERT(strict_keys(&reader, NULL, &of_test));
    CU_ASSERT_EQUAL(problems.count, 0);
}

static void what_does_not_fit_is_told_at_its_place(void)
{
    static const struct {
        const char *yaml, *said;
    } rows[] = {
        { "name: a\ncolour: b", "t:2:1: unknown key 'colour': it has note, list, name, paths, "
                                "map, any or size [t.key]" },
        { "name: a\nnmae: b", "t:2:1: unknown key 'nmae': it has name, note, map, size, list, any "
                              "or paths [t.key]" },
        { "{name: a, size: lrage}", "t:1:17: cannot use 'lrage': want large or small [t.word]" },
        { "note: b", "t:1:1: the key 'name' is missing [t.missing]" },
        { "name: ''", "t:1:7: 'name' must be a text that is not empty [t.shape]" },
        { "name: [a]", "t:1:7: 'name' must be a text [t.shape]" },
        { "{name: a, note: [a]}", "t:1:17: 'note' must be a text [t.shape]" },
        { "{name: a, list: a}", "t:1:17: 'list' must be a list [t.shape]" },
        { "{name: a, paths: {}}", "t:1:18: 'paths' must be a text or a list [t.shape]" },
        { "{name: a, map: a}", "t:1:16: 'map' must be a map [t.shape]" },
        { "- a", "t:1:1: this must be a map [t.shape]" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FALSE(strict_keys(&reader, yaml(rows[i].yaml), &of_test));
        CU_ASSERT(said(rows[i].said));
        CU_ASSERT_EQUAL(problems.count, 0);
    }
}

static void every_problem_is_told_not_the_first(void)
{
    CU_ASSERT_FALSE(strict_keys(&reader, yaml("{one: a, two: b, map: []}"), &of_test));
    CU_ASSERT_EQUAL(problems.count, 4);
}

static void a_member_that_is_no_map_is_told_by_its_key(void)
{
    CU_ASSERT_FALSE(strict_keys(&reader, node_get(yaml("basis: none"), "basis"), &of_test));
    CU_ASSERT(said("t:1:8: 'basis' must be a map [t.shape]"));
}

static void keys_and_words_too_many_for_a_sentence_are_cut_not_overrun(void)
{
    char *key = arena_format(&arena, "{%0500d: x}", 0);
    CU_ASSERT_FALSE(strict_keys(&reader, yaml(key), &of_many));
    CU_ASSERT_EQUAL_FATAL(problems.count, 1);
    CU_ASSERT(strlen(problems.list[0].text) < sizeof problems.list[0].text);
}

static void a_value_of_another_kind_is_told_by_what_it_is_for(void)
{
    const struct node *root = yaml("text: a\nlist: [b]");
    CU_ASSERT(strict_is(&reader, root, NODE_MAP, "the file"));
    CU_ASSERT(strict_is(&reader, node_get(root, "text"), NODE_TEXT, "a text"));
    CU_ASSERT_FALSE(strict_is(&reader, node_get(root, "list"), NODE_TEXT, "a path"));
    CU_ASSERT(said("t:2:7: a path must be a text [t.shape]"));
    CU_ASSERT_FALSE(strict_is(&reader, NULL, NODE_LIST, "the file"));
    CU_ASSERT(said("file:1:1: the file must be a list [t.shape]"));
}

static void a_word_is_one_of_those_there_are(void)
{
    static const char *const words[] = { "asserts", "replaces", "retracts" };
    const struct node *root = yaml("good: replaces\nbad: denies\nlist: [asserts]");
    CU_ASSERT(strict_one_of(&reader, node_get(root, "good"), words, 3));
    CU_ASSERT_FALSE(strict_one_of(&reader, node_get(root, "list"), words, 3));
    CU_ASSERT_FALSE(strict_one_of(&reader, NULL, words, 3));
    CU_ASSERT_EQUAL(problems.count, 0);
    CU_ASSERT_FALSE(strict_one_of(&reader, node_get(root, "bad"), words, 3));
    CU_ASSERT(said("t:2:6: cannot use 'denies': want replaces, asserts or retracts [t.word]"));
    CU_ASSERT_FALSE(strict_one_of(&reader, node_get(root, "bad"), words, 1));
    CU_ASSERT(said("t:2:6: cannot use 'denies': want asserts [t.word]"));
}

static void a_number_is_within_its_range(void)
{
    static const char *const bad[] = {
        "0", "8", "-1", "four", "''", "4.0", "99999999999999999999"
    };
    uint64_t n = 0;
    CU_ASSERT(strict_number(&reader, node_get(yaml("n: 1"), "n"), 1, 7, &n) && n == 1);
    CU_ASSERT(strict_number(&reader, node_get(yaml("n: 7"), "n"), 1, 7, &n) && n == 7);
    CU_ASSERT_FALSE(strict_number(&reader, NULL, 1, 7, &n));
    CU_ASSERT_EQUAL(problems.count, 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct node *root = yaml(arena_format(&arena, "n: %s", bad[i]));
        CU_ASSERT_FALSE(strict_number(&reader, node_get(root, "n"), 1, 7, &n));
        CU_ASSERT_EQUAL(problems.count, i + 1);
    }
    CU_ASSERT(said("t:1:4: cannot use '99999999999999999999': want a number from 1 to 7 "
                   "[t.number]"));
}

static void what_is_there_in_another_shape_is_absent(void)
{
    const struct node *root = yaml("{text: a, list: [b]}");
    CU_ASSERT(slice_equal_text(strict_text(root, "text"), "a"));
    CU_ASSERT(slice_is_empty(strict_text(root, "list")));
    CU_ASSERT(slice_is_empty(strict_text(root, "none")));
    CU_ASSERT_PTR_NULL(strict_member(root, "list", NODE_MAP));
    CU_ASSERT_PTR_NULL(strict_member(NULL, "list", NODE_LIST));
    CU_ASSERT_PTR_NOT_NULL(strict_member(root, "list", NODE_LIST));
    CU_ASSERT_EQUAL(problems.count, 0);
}

static void one_and_many_are_walked_alike(void)
{
    static const struct {
        const char *yaml, *want;
    } rows[] = { { "n: a", "a" }, { "n: [a, b, c]", "abc" }, { "n: []", "" }, { "m: a", "" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct node *n = node_get(yaml(rows[i].yaml), "n");
        char got[8] = "";
        size_t count = 0;
        for (const struct node *it = strict_each(n, NULL); it; it = strict_each(n, it))
            got[count++] = (char)it->text.p[0];
        CU_ASSERT_STRING_EQUAL(got, rows[i].want);
        CU_ASSERT_EQUAL(strict_count(n), count);
    }
}

static void a_relative_path_is_meant_from_the_folder(void)
{
    CU_ASSERT_STRING_EQUAL(strict_path(&arena, "/site", SLICE("keys/a")), "/site/keys/a");
    CU_ASSERT_STRING_EQUAL(strict_path(&arena, "/site", SLICE("/keys/a")), "/keys/a");
}

static void want_of_memory_is_a_problem_too(void)
{
    CU_ASSERT_FALSE(strict_memory(&reader));
    CU_ASSERT(said("cannot hold this much: memory limit reached [memory.limit]"));
}

static CU_TestInfo cases[] = {
    { "a map of its keys is good", a_map_of_its_keys_is_good },
    { "what does not fit is told at its place", what_does_not_fit_is_told_at_its_place },
    { "every problem is told, not the first", every_problem_is_told_not_the_first },
    { "a member that is no map is told by its key", a_member_that_is_no_map_is_told_by_its_key },
    { "keys and words too many for a sentence are cut, not overrun",
      keys_and_words_too_many_for_a_sentence_are_cut_not_overrun },
    { "a value of another kind is told by what it is for",
      a_value_of_another_kind_is_told_by_what_it_is_for },
    { "a word is one of those there are", a_word_is_one_of_those_there_are },
    { "a number is within its range", a_number_is_within_its_range },
    { "what is there in another shape is absent", what_is_there_in_another_shape_is_absent },
    { "one and many are walked alike", one_and_many_are_walked_alike },
    { "a relative path is meant from the folder", a_relative_path_is_meant_from_the_folder },
    { "want of memory is a problem too", want_of_memory_is_a_problem_too },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_strict = { "strict", NULL, NULL, fresh, done, cases };
