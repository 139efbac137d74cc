/* trouble_test.c - a full disk, a bus that is down, memory that runs out: later, never lost. */
#include <CUnit/CUnit.h>

#include "world.h"

static struct world w;

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
}

static void done(void)
{
    mem_fail_after(0);
    world_done(&w);
}

static enum answer_fate say(int n)
{
    char text[300];
    snprintf(text, sizeof text,
             "{\"id\":\"s%d\",\"type\":\"admitted\",\"environment\":\"live\","
             "\"visit\":\"V%d\",\"local\":\"H%d\",\"ward\":\"W%d\"}",
             n, n, n, n);
    return world_say(&w, text);
}

static void limit_pages(const char *sql)
{
    struct err e = { .fate = ERR_NONE };
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT(db_run(w.feed->spool.db, sql, &e));
    pthread_mutex_unlock(&w.feed->lock);
}

static void asks_to_come_again_while_the_disk_is_full(void)
{
    int kept = 0;
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    limit_pages("pragma max_page_count = 40");
    while (say(kept) == ANSWER_KEPT && kept < 10000)
        kept++;
    CU_ASSERT_FATAL(kept > 0 && kept < 10000);
    CU_ASSERT_EQUAL(w.answer.fate, ANSWER_LATER);
    CU_ASSERT_PTR_NOT_NULL(memmem(w.answer.reply.p, w.answer.reply.n, "503", 3));
    limit_pages("pragma max_page_count = 1000000");
    CU_ASSERT_EQUAL(say(kept), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, (uint64_t)kept + 1);
    CU_ASSERT_EQUAL(c.refused_later, 1);
    CU_ASSERT_EQUAL(c.taken, c.published);
}

/* The whole turn is put off or kept: answers and rows agree. */
static void keeps_no_part_of_a_turn_that_does_not_fit(void)
{
    static char ward[200 * 1024];
    memset(ward, 'x', sizeof ward - 1);
    struct buf big;
    buf_init(&big, 1 << 20);
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    limit_pages("pragma max_page_count = 40");
    buf_format(&big,
               "{\"id\":\"b\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H\","
               "\"ward\":\"%s\"}",
               ward);
    struct arrival in[2] = {
        { .bytes = SLICE(
              "{\"id\":\"a\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H\"}") },
        { .bytes = buf_slice(&big) },
    };
    struct answer out[2];
    struct intake up = feed_intake(w.feed);
    up.take(up.ctx, in, out, 2);
    CU_ASSERT_EQUAL(out[0].fate, ANSWER_LATER);
    CU_ASSERT_EQUAL(out[1].fate, ANSWER_LATER);
    limit_pages("pragma max_page_count = 1000000");
    up.take(up.ctx, in, out, 2);
    CU_ASSERT_EQUAL(out[0].fate, ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).published, 2);
    buf_release(&big);
}

static bool is_away(void *ctx, const struct disclosure_id *id, struct case_reference *out,
                    bool *found, struct err *e)
{
    (void)ctx;
    (void)id;
    (void)out;
    *found = false;
    return err_set(e, ERR_RETRY, "reference.away", 0, "cannot ask now");
}

#define ROW(id, more)                                                                              \
    "{\"id\":\"" id "\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H\"" more "}"

/* A row that is to come again brings its unit, and with it the turn, to come again: but not what
 * others have sent in the same turn. Whatever cannot be taken whole is no loss to them either. */
static void fails_for_one_and_keeps_the_others_of_its_turn(void)
{
    static const struct err cut = { .fate = ERR_RETRY, .code = "x.cut", .text = "too large" };
    static const char quotes[] = ",\"reference\":\"aaaaaaaaaaaaaaaaaaaa\"";
    struct arrival in[7] = { { .bytes = SLICE(ROW("a", "")) },
                             { .bytes = SLICE("[" ROW("b", "") "," ROW("c", "") "]") },
                             { .bytes = SLICE(ROW("d", "")), .broken = &cut },
                             { .bytes = SLICE(ROW("e", "")) },
                             { .bytes = SLICE(ROW("f", "")) },
                             { .bytes = SLICE(ROW("g", "")) },
                             { .bytes = SLICE(ROW("h", "")) } };
    static const enum answer_fate wanted[7] = { ANSWER_KEPT, ANSWER_LATER, ANSWER_LATER,
                                                ANSWER_KEPT, ANSWER_KEPT,  ANSWER_KEPT,
                                                ANSWER_KEPT };
    struct answer out[7];
    char list[400];
    snprintf(list, sizeof list, "[%s,%.*s%s}]", ROW("b", ""), (int)sizeof ROW("c", "") - 2,
             ROW("c", ""), quotes);
    in[1].bytes = slice_text(list);
    w.options.references = (struct reference_finder){ .find = is_away };
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    struct intake up = feed_intake(w.feed);
    w.feed->refusing = true; /* as after a turn that could not be kept */
    up.take(up.ctx, in, out, 7);
    CU_ASSERT_FALSE(w.feed->refusing);
    for (size_t i = 0; i < 7; i++) {
        bool kept = wanted[i] == ANSWER_KEPT;
        CU_ASSERT_EQUAL(out[i].fate, wanted[i]);
        CU_ASSERT_PTR_NOT_NULL(
            memmem(out[i].reply.p, out[i].reply.n, kept ? "accepted" : "503", kept ? 8 : 3));
    }
    CU_ASSERT(feed_accepts(w.feed));
    CU_ASSERT_EQUAL(world_say(&w, ROW("i", "")), ANSWER_KEPT);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 6);
    CU_ASSERT_EQUAL(c.refused_later, 2);
    CU_ASSERT_EQUAL(c.taken, c.published);
}

static void takes_while_the_bus_refuses_and_publishes_when_it_is_back(void)
{
    struct world_event events[64];
    w.options.agency = SLICE("nowhere"); /* its topics do not exist */
    log_set_level((enum log_level) - 1);
    CU_ASSERT_FATAL(world_open_feed(&w));
    for (int i = 0; i < 50; i++)
        CU_ASSERT_EQUAL(say(i), ANSWER_KEPT);
    CU_ASSERT_FALSE(feed_drain(w.feed, 20));
    feed_close(&w.feed);
    CU_ASSERT_EQUAL(world_counts(&w).waiting, 50);
    w.options.agency = SLICE("hospital");
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(world_counts(&w).waiting, 0);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 64), 50);
    for (int i = 0; i < 50; i++)
        CU_ASSERT_EQUAL(events[i].seq, events[0].seq + i);
}

static void stops_taking_at_the_spools_limit(void)
{
    int kept = 0;
    w.options.agency = SLICE("nowhere");
    w.options.spool_max_bytes = 20000;
    log_set_level((enum log_level) - 1);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(w.feed->spool.answers_max_bytes, 2500); /* an eighth */
    while (say(kept) == ANSWER_KEPT && kept < 10000)
        kept++;
    CU_ASSERT(kept > 10 && kept < 1000);
    CU_ASSERT_EQUAL(w.answer.fate, ANSWER_LATER);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "spool.full");
}

/* Each allocation of a message fails once. What was answered "kept" is on the bus once, in the
 * end. */
static void loses_nothing_when_memory_runs_out(void)
{
    uint64_t kept = 0;
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_FATAL(feed_drain(w.feed, 120000)); /* the publisher has started, and is quiet */
    log_set_level((enum log_level) - 1);
    for (size_t n = 1; n < 60; n++) {
        arena_release(&w.feed->work);
        arena_release(&w.feed->keep);
        mem_fail_after(n);
        kept += say((int)n) == ANSWER_KEPT;
        mem_fail_after(0);
        if (w.answer.fate == ANSWER_LATER)
            kept += say((int)n) == ANSWER_KEPT;
    }
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(kept, 59);
    CU_ASSERT_EQUAL(c.published + c.quarantined, 59);
    CU_ASSERT_EQUAL(c.quarantined, 0);
    CU_ASSERT(c.refused_later > 0);
}

/* How many records the topic has: none may come of a bus that is not there yet. */
static int64_t records_on(const char *topic)
{
    struct bus_end end = { .next = -1 };
    CU_ASSERT_FATAL(bus_end(w.bus, topic, 0, &end, &w.e));
    return end.next;
}

static void takes_and_publishes_nothing_while_it_may_not(void)
{
    struct world_event events[64];
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(say(0), ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).waiting, 0);
    feed_leave_bus(w.feed); /* which counts at once */
    for (int i = 1; i < 20; i++)
        CU_ASSERT_EQUAL(say(i), ANSWER_KEPT);
    CU_ASSERT(feed_bus_away_ms(w.feed) > 0);
    CU_ASSERT_PTR_NULL(feed_bus_trouble(w.feed)); /* nobody has asked */
    CU_ASSERT_FALSE(feed_drain(w.feed, 200));     /* time for a publisher that goes on */
    CU_ASSERT_EQUAL(world_events(&w, events, 64), 1);
    feed_join_bus(w.feed);
    CU_ASSERT_EQUAL(world_counts(&w).waiting, 0);
    CU_ASSERT_EQUAL(feed_bus_away_ms(w.feed), 0);
    CU_ASSERT_EQUAL(world_events(&w, events, 64), 20);
    feed_leave_bus(w.feed);
    CU_ASSERT_EQUAL(say(20), ANSWER_KEPT);
    feed_close(&w.feed); /* nor does it at its end */
    CU_ASSERT_EQUAL(world_events(&w, events, 64), 20);
}

static void takes_before_the_bus_is_there_and_asks_it_nothing(void)
{
    struct world_event events[64];
    w.options.without_bus = true;
    CU_ASSERT_FATAL(world_open_feed(&w));
    for (int i = 0; i < 20; i++)
        CU_ASSERT_EQUAL(say(i), ANSWER_KEPT);
    CU_ASSERT(feed_bus_away_ms(w.feed) > 0);
    CU_ASSERT(feed_accepts(w.feed));
    CU_ASSERT_FALSE(feed_drain(w.feed, 200)); /* time for a publisher that does not wait */
    CU_ASSERT_EQUAL(records_on("schemas"), 0);
    CU_ASSERT_EQUAL(world_events(&w, events, 64), 0);
    feed_join_bus(w.feed);
    CU_ASSERT_EQUAL(world_counts(&w).waiting, 0);
    CU_ASSERT_EQUAL(feed_bus_away_ms(w.feed), 0);
    CU_ASSERT(records_on("schemas") > 0);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, 64), 20);
    for (int i = 1; i < 20; i++)
        CU_ASSERT_EQUAL(events[i].seq, events[0].seq + i);
}

static void ends_without_the_bus_and_keeps_what_it_took(void)
{
    w.options.without_bus = true;
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(say(1), ANSWER_KEPT);
    feed_close(&w.feed);
    w.options.without_bus = false;
    CU_ASSERT_FATAL(world_open_feed(&w));
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 1);
    CU_ASSERT_EQUAL(c.waiting, 0);
}

static void refuses_a_spool_that_another_process_writes(void)
{
    struct feed *second = NULL;
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_FALSE(feed_open(&w.options, &second, &w.e));
    CU_ASSERT_STRING_EQUAL(w.e.code, "db.locked");
    CU_ASSERT_PTR_NULL(second);
}

static CU_TestInfo cases[] = {
    { "asks to come again while the disk is full", asks_to_come_again_while_the_disk_is_full },
    { "keeps no part of a turn that does not fit", keeps_no_part_of_a_turn_that_does_not_fit },
    { "fails for one and keeps the others of its turn",
      fails_for_one_and_keeps_the_others_of_its_turn },
    { "takes while the bus refuses and publishes when it is back",
      takes_while_the_bus_refuses_and_publishes_when_it_is_back },
    { "takes, and publishes nothing, while it may not",
      takes_and_publishes_nothing_while_it_may_not },
    { "takes before the bus is there, and asks it nothing",
      takes_before_the_bus_is_there_and_asks_it_nothing },
    { "ends without the bus and keeps what it took", ends_without_the_bus_and_keeps_what_it_took },
    { "stops taking at the spool's limit", stops_taking_at_the_spools_limit },
    { "loses nothing when memory runs out", loses_nothing_when_memory_runs_out },
    { "refuses a spool that another process writes", refuses_a_spool_that_another_process_writes },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_trouble = { "trouble", NULL, NULL, fresh, done, cases };
