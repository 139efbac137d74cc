/* json_cut_test.c - lists cut from a text that comes in pieces of any size. */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "transport/json_cut.h"

static struct json_cut c;
static char got[4000];
static size_t items;
static struct err e;

static bool each(void *ctx, struct slice item, struct err *why)
{
    size_t n = strlen(got);
    (void)ctx;
    (void)why;
    snprintf(got + n, sizeof got - n, "%.*s|", (int)item.n, (const char *)item.p);
    items++;
    return true;
}

static void fresh(void)
{
    json_cut_init(&c, 2000);
    c.each = each;
}

static void done(void)
{
    json_cut_release(&c);
}

static bool cut_by(const char *text, size_t size)
{
    struct slice rest = slice_text(text);
    *got = '\0';
    items = 0;
    err_clear(&e);
    json_cut_begin(&c);
    for (; rest.n > 0; rest = slice_from(rest, size))
        if (!json_cut_feed(&c, slice_head(rest, size), &e))
            return false;
    return json_cut_end(&c, &e);
}

/* Whole and byte by byte it is the same. */
static bool cut(const char *way, const char *next, const char *text)
{
    char whole[sizeof got];
    CU_ASSERT_FATAL(json_way_read(way, &c.items) && json_way_read(next, &c.text));
    bool good = cut_by(text, SIZE_MAX);
    memcpy(whole, got, sizeof whole);
    for (size_t size = 1; size < 8; size++) {
        CU_ASSERT_EQUAL(cut_by(text, size), good);
        CU_ASSERT_STRING_EQUAL(got, whole);
    }
    return good;
}

static const char *told(void)
{
    static char text[200];
    snprintf(text, sizeof text, "%.*s", (int)c.told.n, (const char *)c.told.p);
    return text;
}

static void cuts_the_items_as_they_are_written(void)
{
    CU_ASSERT_TRUE(cut("data.items", "",
                       "{\"x\":[1,{}],\"data\":{\"items\":[ {\"a\":[1, 2]} "
                       ",\"t\\\"]\",-1.5e3,null,[] ]},\"y\":0}"));
    CU_ASSERT_STRING_EQUAL(got, "{\"a\":[1, 2]}|\"t\\\"]\"|-1.5e3|null|[]|");
    CU_ASSERT_TRUE(cut(".", "", " [1,\n2]\n"));
    CU_ASSERT_STRING_EQUAL(got, "1|2|");
    CU_ASSERT_TRUE(cut(".", "", "[]"));
    CU_ASSERT_TRUE(cut("a", "", "{\"a\":null}"));
    CU_ASSERT_EQUAL(items, 0);
}

/* As FHIR's Bundle has it: the list in which the address is to be looked for. */
static void tells_the_list_of_which_one_is_chosen(void)
{
    CU_ASSERT_TRUE(cut("entry", "link[relation=next].url",
                       "{\"entry\":[{\"link\":[9]}],\"link\":[{\"url\":\"a\"}, "
                       "[1]],\"x\":{\"link\":[2]}}"));
    CU_ASSERT_STRING_EQUAL(told(), "[{\"url\":\"a\"}, [1]]");
    CU_ASSERT_STRING_EQUAL(got, "{\"link\":[9]}|");
    CU_ASSERT_TRUE(cut("", "link[0].url", "{\"link\":null}"));
    CU_ASSERT_STRING_EQUAL(told(), "");
    CU_ASSERT_FALSE(cut("", "link[0].url", "{\"link\":\"a\"}"));
    CU_ASSERT_FALSE(cut("", "link[0].url", "{\"link\":[],\"link\":[1]}"));
}

static void takes_no_list_of_the_same_name_elsewhere(void)
{
    CU_ASSERT_TRUE(cut(
        "a.b", "",
        "{\"b\":[1],\"a\":{\"c\":{\"b\":[2]},\"b\":[{\"a\":{\"b\":[3]}}]},\"d\":[{\"b\":[4]}]}"));
    CU_ASSERT_STRING_EQUAL(got, "{\"a\":{\"b\":[3]}}|");
    CU_ASSERT_FALSE(cut("a.b", "", "{\"a\":[{\"b\":[1]}]}"));
    CU_ASSERT_FALSE(cut("a.b", "", "{\"a\":{\"x\":1},\"c\":{\"b\":[1]}}"));
    CU_ASSERT_FALSE(cut("a.b", "", "[{\"a\":1},{\"b\":[1]}]"));
}

static void tells_a_text_from_before_or_behind(void)
{
    CU_ASSERT_TRUE(cut("i", "l.next", "{\"l\":{\"next\":\"\\/p?2\"},\"i\":[1]}"));
    CU_ASSERT_STRING_EQUAL(told(), "\"\\/p?2\"");
    CU_ASSERT_TRUE(
        cut("i", "l.next",
            "{\"i\":[{\"l\":{\"next\":\"no\"}}],\"l\":{\"prev\":\"x\",\"next\":\"y\"}}"));
    CU_ASSERT_STRING_EQUAL(told(), "\"y\"");
    CU_ASSERT_TRUE(cut("i", "next", "{\"i\":[],\"next\":null}"));
    CU_ASSERT_STRING_EQUAL(told(), "");
    CU_ASSERT_TRUE(cut("", "next", "{\"i\":[],\"next\":\"z\"}"));
    CU_ASSERT_STRING_EQUAL(told(), "\"z\"");
    CU_ASSERT_EQUAL(items, 0);
}

static void refuses_what_may_be_read_in_two_ways(void)
{
    static const char *const texts[] = {
        "{\"i\":[1],\"i\":[2]}",
        "{\"i\":[],\"next\":\"a\",\"next\":\"b\"}",
        "{\"i\":{}}",
        "{\"i\":\"[1]\"}",
        "{\"j\":[1]}",
        "{\"i\":[],\"next\":1}",
        "{\"i\":[],\"next\":{\"href\":\"a\"}}",
        "{\"\\u0069\":[1]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CU_ASSERT_FALSE(cut("i", "next", texts[i]));
        CU_ASSERT_EQUAL(e.fate, ERR_REJECT);
    }
}

static void refuses_what_is_no_json_and_what_is_not_whole(void)
{
    static const char *const texts[] = {
        "",
        "{",
        "{\"i\":[1]",
        "{\"i\":[1}",
        "{\"i\":[1]]",
        "{\"i\":[1]}}",
        "{\"i\":[1,]}",
        "{\"i\":[,1]}",
        "{\"i\":[1 2]}",
        "{\"i\":[1],}",
        "{i:[1]}",
        "{\"i\" [1]}",
        "{\"i\":[tru]}",
        "{\"i\":[nulll]}",
        "{\"i\":[\"\n\"]}",
        "{\"i\":[1]}{}",
        "{\"i\":[1]} x",
        "{\"i\":[\"a]}",
        "\xef\xbb\xbf{\"i\":[1]}",
        "{\"i\":[?]}",
        "<html>",
        "{\"i\":[falsefalse]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        CU_ASSERT_FALSE(cut("i", "", texts[i]));
        CU_ASSERT_STRING_EQUAL(e.code, "rest_poll.page");
        CU_ASSERT_EQUAL(e.fate, ERR_REJECT);
    }
}

static void bounds_depth_and_size(void)
{
    static char text[3000];
    memset(text, '[', JSON_CUT_DEPTH + 1);
    CU_ASSERT_FALSE(cut(".", "", text));
    CU_ASSERT_PTR_NOT_NULL(strstr(e.text, "deep"));
    snprintf(text, sizeof text, "[\"%01998d\"]", 0);
    CU_ASSERT_TRUE(cut(".", "", text));
    snprintf(text, sizeof text, "[1,\"%01999d\"]", 0);
    CU_ASSERT_FALSE(cut(".", "", text));
    CU_ASSERT_STRING_EQUAL(e.code, "rest_poll.size");
}

static void reads_ways(void)
{
    struct json_way w;
    CU_ASSERT_TRUE(json_way_read("a.b.c.d.e.f.g.h", &w) && w.n == 8);
    CU_ASSERT_TRUE(json_way_read(".", &w) && w.n == 0 && w.is_set);
    CU_ASSERT_TRUE(json_way_read("", &w) && !w.is_set);
    CU_ASSERT_FALSE(json_way_read("a.b.c.d.e.f.g.h.i", &w));
    CU_ASSERT_FALSE(json_way_read("a..b", &w) || json_way_read("a.", &w) ||
                    json_way_read(".a", &w));
}

static CU_TestInfo cases[] = {
    { "tells the list of which one is chosen", tells_the_list_of_which_one_is_chosen },
    { "cuts the items as they are written", cuts_the_items_as_they_are_written },
    { "takes no list of the same name elsewhere", takes_no_list_of_the_same_name_elsewhere },
    { "tells a text from before or behind", tells_a_text_from_before_or_behind },
    { "refuses what may be read in two ways", refuses_what_may_be_read_in_two_ways },
    { "refuses what is no JSON and what is not whole",
      refuses_what_is_no_json_and_what_is_not_whole },
    { "bounds depth and size", bounds_depth_and_size },
    { "reads ways", reads_ways },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_json_cut = { "json_cut", NULL, NULL, fresh, done, cases };
