/* peers_test.c - counting connections and bytes by address. */
#include <CUnit/CUnit.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "host/peers.h"

static struct peers p;

static void begin(size_t all, size_t each, size_t bytes, size_t bytes_each)
{
    const struct peers_limits l = { all, each, bytes, bytes_each };
    struct err e = { .fate = ERR_NONE };
    CU_ASSERT_FATAL(peers_init(&p, &l, &e));
}

static void done(void)
{
    peers_release(&p);
}

static struct sockaddr_storage from(const char *text)
{
    struct sockaddr_storage s = { .ss_family = AF_UNIX };
    struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(7) };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(8) };
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        memcpy(&s, &v4, sizeof v4);
    else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        memcpy(&s, &v6, sizeof v6);
    return s;
}

static enum peers_place joins(const char *text, struct peer **out)
{
    struct sockaddr_storage s = from(text);
    return peers_join(&p, (const struct sockaddr *)&s, out);
}

/* The peer of one more connection, which there must be room for. */
static struct peer *in(const char *text)
{
    struct peer *who = NULL;
    CU_ASSERT_EQUAL(joins(text, &who), PEERS_IN);
    CU_ASSERT_PTR_NOT_NULL_FATAL(who);
    return who;
}

static void one_address_is_one_peer(void)
{
    begin(100, 100, 0, 0);
    struct peer *a = in("10.0.0.1"), *six = in("2001:db8:0:1::1"), *local = in("");
    CU_ASSERT(in("10.0.0.1") == a && in("::ffff:10.0.0.1") == a);
    CU_ASSERT(in("2001:db8:0:1:ffff::2") == six && in("2001:db8:0:2::1") != six);
    CU_ASSERT(in("10.0.0.2") != a && in("::1") != a && in("") == local);
    CU_ASSERT(a->connections == 3 && six->connections == 2 && p.connections == 10);
}

static void a_peer_has_its_share_and_the_others_theirs(void)
{
    struct peer *who = NULL;
    begin(5, 3, 0, 0);
    struct peer *a = in("10.0.0.1");
    in("10.0.0.1");
    in("10.0.0.1");
    CU_ASSERT(joins("10.0.0.1", &who) == PEERS_PEER_FULL && who == a);
    in("10.0.0.2");
    in("10.0.0.3");
    CU_ASSERT(joins("10.0.0.4", &who) == PEERS_FULL && who == a);
    CU_ASSERT(joins("10.0.0.1", &who) == PEERS_PEER_FULL && who == a);
    CU_ASSERT_EQUAL(p.connections, 5);
    peers_leave(&p, a);
    in("10.0.0.4");
    CU_ASSERT(joins("10.0.0.1", &who) == PEERS_FULL && who == a);
}

static void who_was_active_least_recently_is_named_first(void)
{
    struct peer *who = NULL;
    begin(3, 3, 0, 0);
    struct peer *a = in("10.0.0.1"), *b = in("10.0.0.2"), *c = in("10.0.0.3");
    CU_ASSERT(joins("10.0.0.9", &who) == PEERS_FULL && who == a);
    peers_active(&p, a);
    CU_ASSERT(joins("10.0.0.9", &who) == PEERS_FULL && who == b);
    peers_active(&p, b);
    CU_ASSERT(joins("10.0.0.9", &who) == PEERS_FULL && who == c);
    peers_leave(&p, c);
    in("10.0.0.2");
    CU_ASSERT(joins("10.0.0.9", &who) == PEERS_FULL && who == b);
}

static void a_peer_that_has_gone_is_forgotten(void)
{
    uint64_t before = 0;
    begin(2, 2, 0, 0);
    for (int i = 0; i < 300; i++) {
        char text[20];
        snprintf(text, sizeof text, "10.0.%d.%d", i / 200, i % 200);
        struct peer *who = in(text);
        peers_hold(&p, who, 0, 7);
        peers_hold(&p, who, 7, 0);
        peers_leave(&p, who);
        CU_ASSERT(p.connections == 0 && p.bytes == 0 && p.most == 0);
    }
    before = mem_count();
    peers_leave(&p, in("10.0.0.1"));
    CU_ASSERT_EQUAL(mem_count() - before, 1);
}

static void bytes_are_bounded_for_each_and_in_sum(void)
{
    begin(10, 10, 100, 60);
    struct peer *a = in("10.0.0.1"), *b = in("10.0.0.2");
    peers_hold(&p, a, 0, 60);
    CU_ASSERT_PTR_NULL(peers_over(&p, a));
    peers_hold(&p, a, 60, 61);
    CU_ASSERT(peers_over(&p, a) == a);
    peers_hold(&p, a, 61, 55);
    peers_hold(&p, b, 0, 45);
    CU_ASSERT_PTR_NULL(peers_over(&p, b));
    peers_hold(&p, b, 45, 46);
    CU_ASSERT(peers_over(&p, b) == a && peers_over(&p, a) == a);
    peers_hold(&p, b, 46, 56);
    peers_hold(&p, a, 55, 0);
    CU_ASSERT(p.bytes == 56 && !peers_over(&p, a));
}

static void it_lives_without_memory(void)
{
    const struct peers_limits l = { 4, 4, 0, 0 };
    struct err e = { .fate = ERR_NONE };
    struct peer *who = NULL;
    mem_fail_after(1);
    CU_ASSERT_FALSE(peers_init(&p, &l, &e));
    err_clear(&e);
    mem_fail_after(2);
    CU_ASSERT_FALSE(peers_init(&p, &l, &e));
    begin(4, 4, 0, 0);
    mem_fail_after(1);
    CU_ASSERT(joins("10.0.0.1", &who) == PEERS_NO_MEMORY && !who);
    CU_ASSERT_EQUAL(in("10.0.0.1")->connections, 1);
}

static CU_TestInfo cases[] = {
    { "one address is one peer", one_address_is_one_peer },
    { "a peer has its share and the others theirs", a_peer_has_its_share_and_the_others_theirs },
    { "who was active least recently is named first",
      who_was_active_least_recently_is_named_first },
    { "a peer that has gone is forgotten", a_peer_that_has_gone_is_forgotten },
    { "bytes are bounded for each and in sum", bytes_are_bounded_for_each_and_in_sum },
    { "it lives without memory", it_lives_without_memory },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_peers = { "peers", NULL, NULL, NULL, done, cases };
