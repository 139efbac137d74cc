/* json_way_test.c - a place in a JSON text, as sites name it; one item of a list by its word. */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "transport/json_way.h"

static struct arena a;

static void fresh(void)
{
    arena_init(&a, (size_t)1 << 20);
}

static void done(void)
{
    arena_release(&a);
}

/* "-": no item is the chosen one; "?": it has nothing there. */
static const char *chosen(const char *way, const char *list)
{
    static char text[100];
    struct json_way w;
    struct err e = { .fate = ERR_NONE };
    struct node *root = NULL;
    const struct node *n = NULL;
    CU_ASSERT_FATAL(json_way_read(way, &w) && tree_json(&a, slice_text(list), &root, &e));
    if (!json_way_choose(&w, root, &n))
        return "?";
    snprintf(text, sizeof text, "%.*s", n ? (int)n->text.n : 1, n ? (const char *)n->text.p : "-");
    return text;
}

#define BUNDLE                                                                                     \
    "[{\"url\":\"u0\",\"relation\":\"self\"},{\"relation\":\"next\",\"url\":\"u1\"},"              \
    "{\"relation\":\"next\",\"url\":\"u2\"},7,{\"relation\":\"last\"},{\"relation\":[\"x\"]}]"

static void chooses_the_first_item_whose_member_is_the_word(void)
{
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=next].url", BUNDLE), "u1");
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=self].url", BUNDLE), "u0");
    CU_ASSERT_STRING_EQUAL(chosen("a.link[relation=more|next].url", BUNDLE), "u1");
    CU_ASSERT_STRING_EQUAL(chosen("link[1].url", BUNDLE), "u1");
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=next]", "[\"next\"]"), "-");
}

static void finds_nothing_where_no_item_has_the_word(void)
{
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=previous].url", BUNDLE), "-");
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=nex].url", BUNDLE), "-");
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=x].url", BUNDLE), "-");
    CU_ASSERT_STRING_EQUAL(chosen("link[9].url", BUNDLE), "-");
    CU_ASSERT_STRING_EQUAL(chosen("link[0].url", "[]"), "-");
}

static void says_that_the_item_has_nothing_there(void)
{
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=last].url", BUNDLE), "?");
    CU_ASSERT_STRING_EQUAL(chosen("link[relation=next].url.x", BUNDLE), "?");
    CU_ASSERT_STRING_EQUAL(chosen("link[3].url", BUNDLE), "?");
}

static void refuses_what_names_no_place(void)
{
    static const char *const bad[] = { "a.",
                                       ".a",
                                       "a..b",
                                       "[0].a",
                                       "a[",
                                       "a[]",
                                       "a[x]",
                                       "a[=x]",
                                       "a[x=]",
                                       "a[x=y",
                                       "a[x=y]b",
                                       "a[x=y].",
                                       "a[0][1]",
                                       "a[0].b[1]",
                                       "a[-1]",
                                       "a[x=[y]",
                                       "a.b.c.d.e.f.g.h.i" };
    struct json_way w;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bool read = json_way_read(bad[i], &w);
        if (read)
            fprintf(stderr, "\n    '%s' was read\n", bad[i]);
        CU_ASSERT_FALSE(read);
    }
    CU_ASSERT_TRUE(json_way_read("", &w) && !w.is_set);
    CU_ASSERT_TRUE(json_way_read(".", &w) && w.is_set && w.n == 0);
    CU_ASSERT_TRUE(json_way_read("a.b.c.d.e.f.g.h", &w) && w.n == 8 && w.to_list == 8);
}

static CU_TestInfo cases[] = {
    { "chooses the first item whose member is the word",
      chooses_the_first_item_whose_member_is_the_word },
    { "finds nothing where no item has the word", finds_nothing_where_no_item_has_the_word },
    { "says that the item has nothing there", says_that_the_item_has_nothing_there },
    { "refuses what names no place", refuses_what_names_no_place },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_json_way = { "json_way", NULL, NULL, fresh, done, cases };
