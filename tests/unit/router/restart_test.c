/* restart_test.c - facts and chain come back from the bus exactly; whoever comes second fences
 * the first. */
#include <CUnit/CUnit.h>

#include "bus/topics.h"
#include "world.h"

static void facts_survive_a_restart(void)
{
    world_known("ada");
    world_restart();
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

static void nothing_is_decided_twice_after_a_restart(void)
{
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_restart();
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_EQUAL(world.entry_count, 2);
}

static void a_feed_is_remembered_over_a_restart(void)
{
    const struct say s = {
        .who = "ada", .feed = "pas", .feed_seq = 4, .id = "0000019f000000000000000000000004"
    };
    world_say(&s);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_restart();
    world_say(&s);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_PTR_NOT_NULL(world_entry("duplicate", 0));
}

static void the_chain_goes_on_where_it_stood(void)
{
    for (int i = 0; i < 5; i++) {
        world_admit("ada", "v1");
        CU_ASSERT_TRUE_FATAL(world_run());
        world_restart();
    }
    world_read();
    CU_ASSERT_EQUAL_FATAL(world.entry_count, 5);
    for (int i = 0; i < 5; i++)
        CU_ASSERT_EQUAL(world.entries[i].r.sequence, i);
    CU_ASSERT_EQUAL(world_verify(), 0);
}

/* Restarted after each event: a replay, which never is, comes to the same decisions and facts. */
static void restarts_change_nothing(void)
{
    for (int i = 0; i < 6; i++) {
        i == 3 ? world_known("ada") : world_admit("ada", i < 3 ? "v1" : "v2");
        CU_ASSERT_TRUE_FATAL(world_run());
        world_restart();
    }
    world_read();
    CU_ASSERT_EQUAL(world.entry_count, 6);
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

/* Kafka forgets positions (KIP-211): the chain is found again from its last entry. */
static void a_lost_note_is_made_again(void)
{
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_tamper("UPDATE positions SET note = x''");
    world_open_router();
    world_admit("ada", "v2");
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world.report.entries, 3);
}

static bool opens(void)
{
    const struct router_options o = {
        .bus = world.bus, .bundle = world.bundle, .keys = &world.keys, .worker = "router-0"
    };
    return router_open(&o, &world.router, &world.e);
}

static void a_note_that_does_not_fit_stops_the_router(void)
{
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    world_tamper(
        "UPDATE positions SET note = CAST(CAST(substr(note, 1, 11) AS TEXT) || 'ffff' ||"
        " CAST(substr(note, 16) AS TEXT) AS BLOB) WHERE CAST(note AS TEXT) LIKE 'seq=2 %'");
    CU_ASSERT_FALSE(opens());
    CU_ASSERT_STRING_EQUAL(world.e.code, "audit.chain");
    CU_ASSERT_EQUAL(world.e.fate, ERR_FATAL);
}

/* As the version before wrote it: of nobody anything is known, in its form 3. */
static void facts_of_another_form_stop_it_at_the_start_and_say_so(void)
{
    static const uint8_t before[] = { 0xc3, 0x01, 0xb8, 0xf8, 0xc0, 0xa1, 0xcd, 0x28, 0x54,
                                      0x48, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
                                      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00 };
    struct subject_key key;
    world_key("ada", &key);
    world_publish(TOPIC_FACTS, world_partition("ada"), slice_of(key.b, ID_BYTES),
                  slice_of(before, sizeof before));
    router_close(&world.router);
    CU_ASSERT_FALSE(opens());
    CU_ASSERT_STRING_EQUAL(world.e.code, "facts.form");
    CU_ASSERT_EQUAL(world.e.fate, ERR_FATAL);
    CU_ASSERT_PTR_NOT_NULL(strstr(world.e.text, "form 485428cda1c0f8b8"));
    CU_ASSERT_PTR_NOT_NULL(strstr(world.e.text, "the version that wrote it can go on"));
}

/* As the version before wrote it: somebody of whom nothing is known, before it had let_go. */
static void facts_of_the_form_before_are_gone_on_with(void)
{
    static const uint8_t before[29] = { 0xc3, 0x01, 0x07, 0x85, 0x22, 0x93,
                                        0x50, 0xcd, 0x37, 0x35, 0x08, 0x01 };
    struct subject_key key;
    world_key("ada", &key);
    world_publish(TOPIC_FACTS, world_partition("ada"), slice_of(key.b, ID_BYTES),
                  slice_of(before, sizeof before));
    world_restart();
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
}

/* Law 3 under a take-over: what the first had in hand is decided by the second, once. */
static void a_second_worker_fences_the_first(void)
{
    struct router *second = NULL;
    const struct router_options o = {
        .bus = world.bus, .bundle = world.bundle, .keys = &world.keys, .worker = "router-0"
    };
    size_t done = 0;
    world_known("ada");
    world_admit("ada", "v1");
    CU_ASSERT_TRUE_FATAL(router_open(&o, &second, &world.e));
    CU_ASSERT_FALSE(router_step(world.router, 0, &done, &world.e));
    CU_ASSERT_STRING_EQUAL(world.e.code, "bus.fenced");
    CU_ASSERT_EQUAL(world_count(TOPIC_AUDIT, NULL), 1);
    err_clear(&world.e);
    CU_ASSERT_TRUE(router_step(second, 0, &done, &world.e));
    CU_ASSERT_EQUAL(done, 1);
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world.report.disclosures, 1);
    router_close(&second);
}

static CU_TestInfo cases[] = {
    { "facts survive a restart", facts_survive_a_restart },
    { "nothing is decided twice after a restart", nothing_is_decided_twice_after_a_restart },
    { "a feed is remembered over a restart", a_feed_is_remembered_over_a_restart },
    { "the chain goes on where it stood", the_chain_goes_on_where_it_stood },
    { "restarts change nothing", restarts_change_nothing },
    { "a lost note is made again", a_lost_note_is_made_again },
    { "a note that does not fit stops the router", a_note_that_does_not_fit_stops_the_router },
    { "facts of another form stop it at the start, and say so",
      facts_of_another_form_stop_it_at_the_start_and_say_so },
    { "facts of the form before are gone on with", facts_of_the_form_before_are_gone_on_with },
    { "a second worker fences the first", a_second_worker_fences_the_first },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_restart = {
    "restart", world_load, world_unload, world_fresh, world_done, cases
};
