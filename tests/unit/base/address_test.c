/* address_test.c - "host:port" in its parts, or refused. */
#include "base/address.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

static void splits_host_and_port(void)
{
    static const struct {
        const char *text, *host, *port;
    } rows[] = {
        { "127.0.0.1:2575", "127.0.0.1", "2575" },
        { "board.example:80", "board.example", "80" },
        { "[::1]:0", "::1", "0" },
        { ":65535", "", "65535" },
        { "::1:80", "::1", "80" },
        { "[]:1", "", "1" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct address a;
        CU_ASSERT_TRUE_FATAL(address_split(slice_text(rows[i].text), &a));
        CU_ASSERT_STRING_EQUAL(a.host, rows[i].host);
        CU_ASSERT_STRING_EQUAL(a.port, rows[i].port);
    }
}

static void refuses_what_is_no_address(void)
{
    static const struct slice rows[] = {
        SLICE_INIT(""),        SLICE_INIT("127.0.0.1"), SLICE_INIT("a:"),
        SLICE_INIT("a:65536"), SLICE_INIT("a:-1"),      SLICE_INIT("a:http"),
        SLICE_INIT("a:1 "),    SLICE_INIT("a\0b:1"),    SLICE_INIT("a:00000000000000000001"),
    };
    struct address a;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT_FALSE(address_split(rows[i], &a));
}

static void refuses_a_host_that_has_no_room(void)
{
    char text[sizeof((struct address *)0)->host + 3];
    struct address a;
    memset(text, 'h', sizeof text);
    memcpy(text + sizeof text - 2, ":1", 2);
    CU_ASSERT_FALSE(address_split(slice_of(text, sizeof text), &a));
    CU_ASSERT_TRUE(address_split(slice_of(text + 2, sizeof text - 2), &a));
}

static void tells_this_machine_from_what_only_begins_like_it(void)
{
    static const char *const local[] = { "localhost", "LOCALHOST:80", "127.0.0.1:9", "127.1.2.3",
                                         "[::1]",     "[::1]:443",    "localhost:" };
    static const char *const far[] = { "localhost:80.evil",
                                       "localhost:80@evil",
                                       "localhost:80:evil:1",
                                       "localhost:x",
                                       "localhost:65536",
                                       "127.0.0.1:80.evil",
                                       "[::1]:80.evil",
                                       "[::1].evil",
                                       "localhost.evil:80",
                                       "127.0.0.1.evil",
                                       "[::2]:80",
                                       "",
                                       ":80" };
    for (size_t i = 0; i < sizeof local / sizeof local[0]; i++)
        CU_ASSERT_TRUE(address_is_local(slice_text(local[i])));
    for (size_t i = 0; i < sizeof far / sizeof far[0]; i++)
        CU_ASSERT_FALSE(address_is_local(slice_text(far[i])));
}

static CU_TestInfo cases[] = {
    { "splits host and port", splits_host_and_port },
    { "refuses what is no address", refuses_what_is_no_address },
    { "refuses a host that has no room", refuses_a_host_that_has_no_room },
    { "tells this machine from what only begins like it",
      tells_this_machine_from_what_only_begins_like_it },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_address = { "address", NULL, NULL, NULL, NULL, cases };
