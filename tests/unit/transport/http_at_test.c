/* http_at_test.c - which page is the next: Link headers, and addresses of the same origin. */
#include "transport/http_at.h"

#include <CUnit/CUnit.h>

#include "transport/rest_place.h"

static void finds_the_link_to_the_next_page(void)
{
    static const struct {
        const char *header, *target;
        enum link_found found;
    } rows[] = {
        { "<http://x/2>; rel=\"next\"", "http://x/2", LINK_NEXT },
        { "</2>;rel=next", "/2", LINK_NEXT },
        { "</1>; rel=prev, </2>; title=\"a, b; rel=\\\"x\"; REL=\"last Next\" , </3>; rel=next",
          "/2", LINK_NEXT },
        { "</9>; rel=last,, </2> ; rel = next ;", "/2", LINK_NEXT },
        { "</1>; rel=prev; rel=next", "", LINK_NONE },
        { "</1>; rel=\"nextish\"", "", LINK_NONE },
        { "</1>; rel=next; anchor=\"/other\"", "", LINK_NONE },
        { "</1>", "", LINK_NONE },
        { "", "", LINK_NONE },
        { "/2; rel=next", "", LINK_BROKEN },
        { "</2; rel=next", "", LINK_BROKEN },
        { "</2>; rel=\"next", "", LINK_BROKEN },
        { "</2> rel=next", "", LINK_BROKEN },
        { "</2>; rel=\"next\\", "", LINK_BROKEN },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice target = slice_of(NULL, 0);
        CU_ASSERT_EQUAL(http_at_link(slice_text(rows[i].header), &target), rows[i].found);
        if (rows[i].found == LINK_NEXT)
            CU_ASSERT(slice_equal_text(target, rows[i].target));
    }
}

static void joins_an_address_of_the_same_origin(void)
{
    static const struct {
        const char *base, *ref, *want; /* NULL: none */
    } rows[] = {
        { "http://h:1/a/b?x=1", "http://h:1/c", "http://h:1/c" },
        { "http://h:1/a/b?x=1", "HTTP://H:1/c", "HTTP://H:1/c" },
        { "http://h:1/a/b?x=1", "//h:1/c?d", "http://h:1/c?d" },
        { "http://h:1/a/b?x=/1", "/c#part", "http://h:1/c" },
        { "http://h:1/a/b?x=/1", "?page=2", "http://h:1/a/b?page=2" },
        { "http://h:1/a/b?x=/1", "c?t=a:b", "http://h:1/a/c?t=a:b" },
        { "http://h:1", "c", "http://h:1/c" },
        { "http://h:1?x", "?y", "http://h:1?y" },
        { "http://h:1/a", "http://h:1", "http://h:1" },
        { "https://h/a", "http://h/a", NULL },
        { "http://h:1/a", "http://h:12/a", NULL },
        { "http://h:1/a", "http://h:1@evil/a", NULL },
        { "http://h:1/a", "http://h:1.evil/", NULL },
        { "http://h:1/a", "http://h:1\\@evil/", NULL },
        { "http://h:1/a", "//evil/", NULL },
        { "http://h:1/a", "file:///etc/passwd", NULL },
        { "http://h:1/a", "/a b", NULL },
        { "http://h:1/a", "/a\r\nX: y", NULL },
        { "http://h:1/a", "", NULL },
        { "http://h:1/a", "#x", NULL },
    };
    char out[HTTP_AT_MAX + 1];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool good = http_at_next(slice_text(rows[i].base), slice_text(rows[i].ref), out);
        CU_ASSERT_EQUAL(good, rows[i].want != NULL);
        if (good && rows[i].want)
            CU_ASSERT_STRING_EQUAL(out, rows[i].want);
    }
}

static void an_address_has_its_limit(void)
{
    char ref[HTTP_AT_MAX + 1], out[HTTP_AT_MAX + 1];
    memset(ref, 'a', sizeof ref - 1);
    ref[0] = '/';
    ref[sizeof ref - 1] = '\0';
    CU_ASSERT_FALSE(http_at_next(SLICE("http://h/"), slice_text(ref), out));
    ref[HTTP_AT_MAX - 8] = '\0';
    CU_ASSERT_TRUE(http_at_next(SLICE("http://h/"), slice_text(ref), out));
}

/* ---- the cursor ---- */

#define KEY "0123456789abcdef"
#define URL "http://h/a"

static void a_place_is_read_as_it_was_written(void)
{
    char text[CURSOR_MAX];
    struct rest_place p, back;
    rest_place_start(&p, URL "?2");
    rest_place_know(&p, SLICE("W/\"x y\""), SLICE("Tue, 01 Dec 2026 03:00:00 GMT"));
    CU_ASSERT_TRUE(rest_place_read(rest_place_write(&p, KEY, text), KEY, URL, &back));
    CU_ASSERT_TRUE(rest_place_equal(&p, &back));
    rest_place_know(&p, SLICE("a\nb"), SLICE("c"));
    CU_ASSERT_STRING_EQUAL(p.etag, "");
    memset(p.url, 'x', HTTP_AT_MAX);
    memset(p.etag, 'x', REST_ETAG_MAX);
    memset(p.modified, 'x', REST_MODIFIED_MAX);
    CU_ASSERT(rest_place_write(&p, KEY, text).n > 0);
}

static void what_is_not_its_own_is_no_place(void)
{
    static const char *const cursors[] = {
        "",
        "mailbox 1\n" KEY "\n" URL "\n\n\n",
        "rest_poll 1\n" KEY "\n" URL "\n\n",
        "rest_poll 1\n" KEY "\n" URL "\n\n\nmore",
        "rest_poll 1\nfedcba9876543210\n" URL "\n\n\n",
        "rest_poll 1\n" KEY "\nhttp://evil/\n\n\n",
        "rest_poll 1\n" KEY "\n" URL "\na\rb\n\n",
    };
    struct rest_place p = { .url = "as it was" };
    for (size_t i = 0; i < sizeof cursors / sizeof cursors[0]; i++)
        CU_ASSERT_FALSE(rest_place_read(slice_text(cursors[i]), KEY, URL, &p));
    CU_ASSERT_STRING_EQUAL(p.url, "as it was");
}

static void each_option_makes_another_key(void)
{
    char a[REST_KEY_MAX + 1], b[REST_KEY_MAX + 1];
    rest_place_key((const char *const[]){ "x", "yz" }, 2, a);
    rest_place_key((const char *const[]){ "xy", "z" }, 2, b);
    CU_ASSERT_STRING_NOT_EQUAL(a, b);
    CU_ASSERT_EQUAL(strlen(a), REST_KEY_MAX);
}

static CU_TestInfo cases[] = {
    { "finds the link to the next page", finds_the_link_to_the_next_page },
    { "joins an address of the same origin", joins_an_address_of_the_same_origin },
    { "an address has its limit", an_address_has_its_limit },
    { "a place is read as it was written", a_place_is_read_as_it_was_written },
    { "what is not its own is no place", what_is_not_its_own_is_no_place },
    { "each option makes another key", each_option_makes_another_key },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_http_at = { "http_at", NULL, NULL, NULL, NULL, cases };
