/* standing_test.c - what `status` is told of lanes that stand and parts that stopped. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/standing.h"
#include "scratch.h"

static struct scratch s;
static struct site site;
static char said[4000];

static void fresh(void)
{
    scratch_make(&s);
    site = (struct site){ .state_folder = s.dir };
}

static void done(void)
{
    scratch_remove(&s);
}

static void note(void *ctx, const struct standing *x)
{
    size_t n = strlen(said);
    int64_t *since = ctx;
    if (since)
        *since = x->since_ms;
    snprintf(said + n, sizeof said - n, "[%s%.*s] %.*s: %.*s; ", x->waits ? "waits" : "",
             (int)x->lane.n, x->lane.n ? (const char *)x->lane.p : "", (int)x->code.n,
             (const char *)x->code.p, (int)x->sentence.n, (const char *)x->sentence.p);
}

static const char *told(const char *room, const char *name, int64_t *since)
{
    said[0] = '\0';
    standing_each(&site, room, name, note, since);
    return said;
}

static struct router_stand stand(const char *topic, int partition, int64_t since_ms)
{
    return (struct router_stand){
        topic,
        partition,
        7,
        since_ms,
        { .fate = ERR_FATAL, .code = "feed.unknown", .text = "cannot tell it" }
    };
}

static const struct err aged = { .fate = ERR_FATAL,
                                 .code = "bus.aged",
                                 .text = "cannot go on: 7 are gone" };

static void lanes_are_told_until_they_go_on(void)
{
    const struct router_stand two[] = { stand("events.a", 3, 100), stand("events.b", 0, 200) };
    CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL), "");
    standing_lanes(&site, two, 2);
    CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL),
                           "[events.a/3] feed.unknown: cannot tell it; "
                           "[events.b/0] feed.unknown: cannot tell it; ");
    standing_lanes(&site, two + 1, 1);
    CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL),
                           "[events.b/0] feed.unknown: cannot tell it; ");
    standing_lanes(&site, NULL, 0);
    CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL), "");
}

static void what_stood_before_keeps_its_time(void)
{
    const struct router_stand then = stand("events.a", 3, 100), now = stand("events.a", 3, 900);
    int64_t since_ms = 0;
    standing_lanes(&site, &then, 1);
    standing_lanes(&site, &now, 1); /* another process finds it again */
    (void)told("router", NULL, &since_ms);
    CU_ASSERT_EQUAL(since_ms, 100);
    standing_lanes(&site, NULL, 0);
    standing_lanes(&site, &now, 1);
    (void)told("router", NULL, &since_ms);
    CU_ASSERT_EQUAL(since_ms, 900);
}

static void a_part_that_stopped_is_told_beside_its_lanes(void)
{
    const struct router_stand one = stand("events.a", 3, 100);
    standing_lanes(&site, &one, 1);
    CU_ASSERT_FALSE(standing_stopped(&site, "router", NULL, &aged));
    CU_ASSERT_FALSE(standing_stopped(&site, "router", NULL, &aged));
    CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL), "[events.a/3] feed.unknown: cannot tell it; "
                                                       "[] bus.aged: cannot go on: 7 are gone; ");
    standing_lanes(&site, &one, 1); /* it runs again */
    CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL),
                           "[events.a/3] feed.unknown: cannot tell it; ");
}

static void lanes_stand_until_their_own_word(void)
{
    const struct router_stand one = stand("events.a", 3, 100);
    int64_t since_ms = 0;
    standing_lanes(&site, &one, 1);
    CU_ASSERT_FALSE(standing_stopped(&site, "router", NULL, &aged));
    standing_over(&site, "router", NULL); /* skip SITE router */
    CU_ASSERT_STRING_EQUAL(told("router", NULL, &since_ms),
                           "[events.a/3] feed.unknown: cannot tell it; ");
    CU_ASSERT_EQUAL(since_ms, 100);
}

static void each_part_has_its_own(void)
{
    const struct err away = { .fate = ERR_RETRY, .code = "bus.down", .text = "cannot reach it" };
    CU_ASSERT_FALSE(standing_stopped(&site, "feed", "pas", &aged));
    CU_ASSERT_FALSE(standing_stopped(&site, "delivery", "pas", &away)); /* it only waits */
    CU_ASSERT_STRING_EQUAL(told("delivery", "pas", NULL), "");
    CU_ASSERT_STRING_EQUAL(told("feed", "pas-2", NULL), "");
    CU_ASSERT_STRING_EQUAL(told("feed", "pas", NULL), "[] bus.aged: cannot go on: 7 are gone; ");
    standing_over(&site, "feed", "pas");
    CU_ASSERT_STRING_EQUAL(told("feed", "pas", NULL), "");
}

/* It runs: a start of it, or what stops it, does not take that back. */
static void what_a_part_waits_for_is_told_until_it_goes_on(void)
{
    const struct err large = { .fate = ERR_RETRY, .code = "bus.limit", .text = "cannot send" },
                     away = { .fate = ERR_RETRY, .code = "bus.down", .text = "cannot reach it" };
    int64_t since_ms = 0, again_ms = 0;
    standing_waits(&site, "feed", "pas", &away);
    CU_ASSERT_STRING_EQUAL(told("feed", "pas", NULL), "");
    standing_waits(&site, "feed", "pas", &large);
    CU_ASSERT_STRING_EQUAL(told("feed", "pas", &since_ms), "[waits] bus.limit: cannot send; ");
    standing_waits(&site, "feed", "pas", &away);
    standing_over(&site, "feed", "pas");
    standing_waits(&site, "feed", "pas", &large);
    CU_ASSERT_STRING_EQUAL(told("feed", "pas", &again_ms), "[waits] bus.limit: cannot send; ");
    CU_ASSERT_EQUAL(again_ms, since_ms);
    CU_ASSERT_FALSE(standing_stopped(&site, "feed", "pas", &aged));
    standing_waits(&site, "feed", "pas", NULL);
    CU_ASSERT_STRING_EQUAL(told("feed", "pas", NULL), "[] bus.aged: cannot go on: 7 are gone; ");
}

static void a_part_that_runs_elsewhere_has_not_stopped(void)
{
    static const char *const codes[] = { "db.locked", "bus.locked", "bus.fenced" };
    const struct router_stand one = stand("events.a", 3, 100);
    standing_lanes(&site, &one, 1);
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        const struct err taken = { .fate = ERR_FATAL,
                                   .code = codes[i],
                                   .text = "another process does" };
        CU_ASSERT_FALSE(standing_stopped(&site, "feed", "pas", &taken));
        CU_ASSERT_STRING_EQUAL(told("feed", "pas", NULL), "");
        CU_ASSERT_FALSE(standing_stopped(&site, "router", NULL, &taken));
        CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL),
                               "[events.a/3] feed.unknown: cannot tell it; ");
    }
}

/* By whatever a full disk or a hand left of the file. */
static void what_cannot_be_read_is_passed_over(void)
{
    static const char text[] = "100 a.b - one\nx\n\n9 \n200 c.d events.x/1 two";
    scratch_write(&s, "standing-router", text, sizeof text - 1, 0600);
    CU_ASSERT_STRING_EQUAL(told("router", NULL, NULL), "[] a.b: one; [events.x/1] c.d: two; ");
}

static void the_command_that_ends_it_is_named(void)
{
    struct arena a;
    const struct standing lane = { .code = SLICE("feed.unknown"), .lane = SLICE("events.a/3") },
                          gone = { .code = SLICE("bus.aged") },
                          large = { .code = SLICE("bus.limit"), .waits = true },
                          other = { .code = SLICE("spool.damaged") };
    arena_init(&a, 1 << 16);
    CU_ASSERT_STRING_EQUAL(standing_way_on(&a, "feed", "pas", &large),
                           "concordat manual bus.limit, then it goes on by itself");
    CU_ASSERT_STRING_EQUAL(standing_way_on(&a, "router", NULL, &lane),
                           "concordat skip SITE events.a/3 --by PERSON --reason TEXT");
    CU_ASSERT_STRING_EQUAL(
        standing_way_on(&a, "delivery", "inbox", &gone),
        "concordat skip SITE delivery:inbox --by PERSON --reason TEXT, then start it");
    CU_ASSERT_STRING_EQUAL(standing_way_on(&a, "feed", "pas", &other),
                           "mend that, then start it again");
    arena_release(&a);
}

static CU_TestInfo cases[] = {
    { "lanes are told until they go on", lanes_are_told_until_they_go_on },
    { "what stood before keeps its time", what_stood_before_keeps_its_time },
    { "a part that stopped is told beside its lanes",
      a_part_that_stopped_is_told_beside_its_lanes },
    { "lanes stand until their own word", lanes_stand_until_their_own_word },
    { "each part has its own", each_part_has_its_own },
    { "what a part waits for is told until it goes on",
      what_a_part_waits_for_is_told_until_it_goes_on },
    { "a part that runs elsewhere has not stopped", a_part_that_runs_elsewhere_has_not_stopped },
    { "what cannot be read is passed over", what_cannot_be_read_is_passed_over },
    { "the command that ends it is named", the_command_that_ends_it_is_named },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_standing = { "standing", NULL, NULL, fresh, done, cases };
