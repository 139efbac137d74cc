/* verify_test.c - whoever changes the bus file is found out; law 5: judging again gives the
 * same. */
#include <CUnit/CUnit.h>
#include <pthread.h>

#include "bus/topics.h"
#include "world.h"
#include "sharing/load/bundle_load.h"

/* Rows of a topic: its number stands above 10 bits of partition and 40 of offset
 * (core/bus/bus_store.c). */
#define ROWS_OF(topic) "(row >> 40) >> 10 = (SELECT id FROM topics WHERE name = '" topic "')"
#define FIRST(topic) "(SELECT min(row) FROM records WHERE " ROWS_OF(topic) ")"
#define LAST(topic) "(SELECT max(row) FROM records WHERE " ROWS_OF(topic) ")"
#define SENT "disclosures.council.social"

static void tell_the_story(void)
{
    static const char *const ids[] = { "0000019f000000000000000000000001",
                                       "0000019f000000000000000000000002" };
    world_known("ada");
    world_known("cara");
    for (int i = 0; i < 4; i++) {
        world_admit("ada", i < 2 ? "v1" : "v2");
        world_admit("dora", "v1");
        world_say(&(struct say){ .who = "cara",
                                 .kind = "ready_for_discharge",
                                 .feed = "pas",
                                 .feed_seq = i / 2,
                                 .id = ids[i / 2] });
        world_say(&(struct say){ .who = "ada", .environment = "live" });
        CU_ASSERT_TRUE_FATAL(world_run());
    }
}

static void an_untouched_bus_verifies(void)
{
    tell_the_story();
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_STRING_EQUAL(world.said, "");
    CU_ASSERT_EQUAL(world.report.entries, 18);
    CU_ASSERT_EQUAL(world.report.events, 12);
    CU_ASSERT_EQUAL(world.report.disclosures, 4);
}

static void each_tampering_is_found(void)
{
    static const struct {
        const char *sql, *says;
    } rows[] = {
        { "UPDATE records SET value = CAST(replace(CAST(value AS TEXT), 'withhold', 'disclose')"
          " AS BLOB) WHERE row = " FIRST("audit"),
          "chain is broken" },
        { "UPDATE records SET value = substr(value, 1, length(value) - 1) || x'07'"
          " WHERE row = " LAST("audit"),
          "is not the entry that was committed" },
        { "DELETE FROM records WHERE row = 1 + " FIRST("audit"), "was to be here" },
        { "DELETE FROM records WHERE row = " LAST("audit"), "missing at its end" },
        { "INSERT INTO records SELECT row + 100, ms, key, value || x'00' FROM records"
          " WHERE row = " LAST(SENT),
          "no decision in the audit covers it" },
        { "INSERT INTO records SELECT row + 100, ms, key, value FROM records"
          " WHERE row = " LAST(SENT),
          "no decision in the audit covers it" },
        { "DELETE FROM records WHERE row = 1 + " FIRST(SENT), "is not on its topic" },
        { "DELETE FROM records WHERE row = " LAST(SENT), "is not on its topic" },
        { "DELETE FROM records WHERE " ROWS_OF(SENT), "is not on its topic" },
        { "DELETE FROM records WHERE row = 1 + " FIRST("events.hosp"),
          "its input is not on the bus" },
        { "DELETE FROM records WHERE " ROWS_OF("events.hosp"), "its input is not on the bus" },
        { "UPDATE records SET value = value || x'00' WHERE row = " FIRST("events.hosp"),
          "not the one audited" },
        { "UPDATE records SET ms = ms + 1 WHERE row = " FIRST("events.hosp"),
          "not the one audited" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tell_the_story();
        world_tamper(rows[i].sql);
        CU_ASSERT(world_verify() > 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(world.said, rows[i].says));
        world_done();
        world_fresh();
    }
}

static const struct audit_expired *expired(const char *topic)
{
    static const struct audit_expired none = { .count = 0 };
    for (size_t i = 0; i < world.report.expired_count; i++)
        if (slice_equal_text(world.report.expired[i].topic, topic))
            return &world.report.expired[i];
    return &none;
}

/* Retention takes from the front, or somebody does who would hide it: how many there were is told,
 * with the time of the first and the last. */
static void what_aged_out_is_counted_and_no_finding(void)
{
    tell_the_story();
    world_tamper("DELETE FROM records WHERE row = " FIRST("events.hosp"));
    world_tamper("DELETE FROM records WHERE row < 2 + " FIRST(SENT) " AND " ROWS_OF(SENT));
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_STRING_EQUAL(world.said, "");
    CU_ASSERT_EQUAL(world.report.expired_count, 2);
    CU_ASSERT_EQUAL(expired("events.hosp")->count, 1);
    CU_ASSERT_EQUAL(expired(SENT)->count, 2);
    CU_ASSERT(expired(SENT)->first_ms > 0);
    CU_ASSERT(expired(SENT)->last_ms >= expired(SENT)->first_ms);
}

/* The front is gone, and behind what is left one more. */
static void what_is_gone_behind_the_front_is_a_finding_all_the_same(void)
{
    tell_the_story();
    world_tamper("DELETE FROM records WHERE row = " FIRST(SENT));
    world_tamper("DELETE FROM records WHERE row = 1 + " FIRST(SENT));
    world_tamper("DELETE FROM records WHERE row = " FIRST("events.hosp"));
    world_tamper("DELETE FROM records WHERE row = 1 + " FIRST("events.hosp"));
    CU_ASSERT_EQUAL(world_verify(), 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(world.said, "is not on its topic"));
    CU_ASSERT_PTR_NOT_NULL(strstr(world.said, "its input is not on the bus"));
    CU_ASSERT_EQUAL(expired(SENT)->count, 1);
    CU_ASSERT_EQUAL(expired("events.hosp")->count, 1);
}

/* Acts are kept for ever: one that is gone from the front was taken away. */
static void what_is_kept_for_ever_never_expires(void)
{
    tell_the_story();
    world_publish(TOPIC_CONTROL, world_partition("ada"), SLICE("key"), SLICE("no act"));
    world_publish(TOPIC_CONTROL, world_partition("ada"), SLICE("key"), SLICE("nor this"));
    CU_ASSERT_TRUE_FATAL(world_run());
    world_tamper("DELETE FROM records WHERE row = " FIRST(TOPIC_CONTROL));
    CU_ASSERT_EQUAL(world_verify(), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(world.said, "its input is not on the bus"));
}

static void an_input_nobody_decided_is_found(void)
{
    tell_the_story();
    world_tamper("UPDATE records SET row = row + 1 WHERE row = " LAST("events.hosp"));
    CU_ASSERT(world_verify() > 0);
}

/* What has come in but was not decided yet is no finding. */
static void what_still_waits_is_no_finding(void)
{
    tell_the_story();
    world_admit("ada", "v3");
    CU_ASSERT_EQUAL(world_verify(), 0);
}

static void *work(void *ctx)
{
    struct err e = { .fate = ERR_NONE };
    (void)ctx;
    return router_run(world.router, &e) ? world.router : NULL;
}

/* An auditor reads while the router writes: what is half seen is no finding. */
static void it_verifies_beside_a_working_router(void)
{
    char url[600];
    pthread_t thread;
    void *good = NULL;
    struct bus *mine = world.bus;
    snprintf(url, sizeof url, "embedded:%s", scratch_path(&world.scratch, "bus.db"));
    const struct bus_options o = {
        .url = url, .prefix = "", .client = "auditor", .read_only = true
    };
    world_known("ada");
    CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, work, NULL), 0);
    for (int i = 0; i < 40; i++) {
        for (int k = 0; k < 10; k++)
            world_admit("ada", "v1");
        CU_ASSERT_TRUE_FATAL(bus_open(&o, &world.bus, &world.e));
        CU_ASSERT_EQUAL(world_verify(), 0);
        bus_close(&world.bus);
        world.bus = mine;
    }
    router_stop(world.router);
    CU_ASSERT_EQUAL(pthread_join(thread, &good), 0);
    CU_ASSERT_PTR_NOT_NULL(good);
}

static void the_story_judged_again_is_the_same(void)
{
    tell_the_story();
    CU_ASSERT_EQUAL(world_replay(), 0);
    CU_ASSERT_STRING_EQUAL(world.said, "");
    CU_ASSERT_EQUAL(world.report.entries, 18);
    CU_ASSERT_EQUAL(world.report.disclosures, 4);
}

static void a_replay_finds_another_event_under_the_same_entry(void)
{
    tell_the_story();
    world_tamper(
        "UPDATE records SET value = CAST(replace(value, CAST('Ward 7' AS BLOB), 'Ward 9') AS BLOB)"
        " WHERE " ROWS_OF("events.hosp"));
    CU_ASSERT(world_replay() > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(world.said, "hash of the disclosed bytes for council/social"));
}

static void a_replay_under_another_bundle_says_so_once(void)
{
    struct bundle other = *world.bundle;
    const struct bundle *real = world.bundle;
    tell_the_story();
    other.hash[0] ^= 1;
    world.bundle = &other;
    CU_ASSERT_EQUAL(world_replay(), 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(world.said, "another bundle"));
    world.bundle = real;
}

/* The region's files, and one that stops its agreement before everything. */
static bool read_stopped(const void *ctx, struct arena *a, const char *name, struct slice *out,
                         bool *found, struct err *e)
{
    const struct bundle_source *real = ctx;
    if (strcmp(name, "stops/one.yaml") != 0)
        return real->read(real->ctx, a, name, out, found, e);
    *out = SLICE("{agreement: stay, version: all, from: 2026-01-01T00:00Z, by: B, reason: R}");
    *found = true;
    return true;
}

static bool list_stopped(const void *ctx, struct arena *a, const char *folder,
                         struct source_names *out, struct err *e)
{
    static const char *names[] = { "stops/one.yaml" };
    const struct bundle_source *real = ctx;
    if (strcmp(folder, "stops") != 0)
        return real->list(real->ctx, a, folder, out, e);
    *out = (struct source_names){ names, 1, true };
    return true;
}

/* An agreement that was stopped before: the same records, but nothing would have been disclosed. */
static void a_replay_under_a_changed_agreement_finds_each_decision(void)
{
    const struct bundle *real = world.bundle;
    const struct bundle_source files = source_folder(SOURCE_DIR "/tests/unit/router/region");
    const struct bundle_source stopped = {
        .label = "stopped", .ctx = &files, .read = read_stopped, .list = list_stopped
    };
    struct problems p = { 0 };
    tell_the_story();
    world.bundle = bundle_load_from(&world.arena, &stopped, world.catalogue, &p);
    CU_ASSERT_FATAL(world.bundle != NULL);
    CU_ASSERT(world_replay() > 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(world.said, "the outcome for council/social"));
    world.bundle = real;
    problems_release(&p);
}

/* One that nobody has decided yet, as it lies on the bus. */
static struct bus_record say_undecided(void)
{
    struct bus_reader *r = NULL;
    struct bus_record last = { .topic = "events.hosp" };
    world_admit("ada", "v9");
    CU_ASSERT_TRUE_FATAL(
        bus_reader_open(world.bus, last.topic, world_partition("ada"), 0, &r, &world.e));
    for (bool end = false; !end;) {
        const struct bus_record *list = NULL;
        size_t n = 0;
        CU_ASSERT_TRUE_FATAL(bus_reader_next(r, 100, &list, &n, &end, &world.e));
        if (n)
            last = list[n - 1];
        last.value = arena_copy(&world.arena, last.value);
    }
    bus_reader_close(&r);
    last.topic = "events.hosp";
    return last;
}

/* Whoever writes entries may chain them as the router does: what an entry says must fit all the
 * same. */
static void an_entry_that_is_chained_and_lies_is_found(void)
{
    static const char *const says[] = { "", "decided at an earlier time",
                                        "its input is not on the bus",
                                        "outcome and disclosure do not fit" };
    for (int lie = 0; lie < 4; lie++) {
        world_done();
        world_fresh();
        tell_the_story();
        struct bus_record in = say_undecided();
        struct bus_position at;
        struct audit_chain chain;
        struct buf entry;
        const int partition = world_partition("ada");
        const struct decision d = {
            .to = { 0 }, .outcome = OUTCOME_DISCLOSE, .reason = "disclosed", .disclosure = -1
        };
        const struct judged judged = { .decisions = &d, .decision_count = 1 };
        CU_ASSERT_TRUE_FATAL(bus_group_committed(world.bus, "router", TOPIC_AUDIT, partition,
                                                 &world.arena, &at, &world.e) &&
                             audit_note_read(at.note, &chain, &world.e));
        in.partition = lie == 2 ? (partition + 1) % PARTITIONS : partition;
        const struct audit_subject s = { .kind = AUDIT_EVENT,
                                         .input = &in,
                                         .decided_ms =
                                             lie == 1 ? chain.decided_ms - 1 : in.accepted_ms,
                                         .judged = lie == 3 ? &judged : NULL };
        buf_init(&entry, 1 << 16);
        CU_ASSERT_TRUE_FATAL(audit_entry(world.bundle, &chain, &s, &entry, &world.e));
        world_publish(TOPIC_AUDIT, partition, slice_of(NULL, 0), buf_slice(&entry));
        buf_release(&entry);
        CU_ASSERT_EQUAL(world_verify() > 0, lie > 0);
        CU_ASSERT_PTR_NOT_NULL(strstr(world.said, says[lie]));
    }
}

static CU_TestInfo cases[] = {
    { "an untouched bus verifies", an_untouched_bus_verifies },
    { "each tampering is found", each_tampering_is_found },
    { "an entry that is chained and lies is found", an_entry_that_is_chained_and_lies_is_found },
    { "what aged out is counted and no finding", what_aged_out_is_counted_and_no_finding },
    { "what is gone behind the front is a finding all the same",
      what_is_gone_behind_the_front_is_a_finding_all_the_same },
    { "what is kept for ever never expires", what_is_kept_for_ever_never_expires },
    { "an input nobody decided is found", an_input_nobody_decided_is_found },
    { "what still waits is no finding", what_still_waits_is_no_finding },
    { "it verifies beside a working router", it_verifies_beside_a_working_router },
    { "the story judged again is the same", the_story_judged_again_is_the_same },
    { "a replay finds another event under the same entry",
      a_replay_finds_another_event_under_the_same_entry },
    { "a replay under another bundle says so once", a_replay_under_another_bundle_says_so_once },
    { "a replay under a changed agreement finds each decision",
      a_replay_under_a_changed_agreement_finds_each_decision },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_verify = { "verify", world_load, world_unload, world_fresh, world_done, cases };
