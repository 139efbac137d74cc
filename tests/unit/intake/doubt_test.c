/* doubt_test.c - a publisher that fails again and again: as long as it does, others may have spoken
 * unheard. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "world.h"

#define MOST 8

static struct world w;
static struct feed *other; /* of another host */

static void fresh(void)
{
    static char spool[100];
    CU_ASSERT_FATAL(world_init(&w, WORLD_CASES));
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    struct feed_options o = w.options;
    snprintf(spool, sizeof spool, "%s/other.db", w.scratch.dir);
    o.spool = spool;
    CU_ASSERT_FATAL(feed_open(&o, &other, &w.e));
}

static void done(void)
{
    feed_close(&other);
    world_done(&w);
}

static void row_to(struct feed *f, const char *row)
{
    char text[100];
    struct arrival in = { .bytes = { .p = (const uint8_t *)text } };
    struct answer answer;
    struct intake up = feed_intake(f);
    in.bytes.n = (size_t)snprintf(text, sizeof text, "person,status,worker,hide\n%s\n", row);
    up.take(up.ctx, &in, &answer, 1);
    CU_ASSERT_EQUAL(answer.fate, ANSWER_KEPT);
}

static void run_on_spool(const char *sql)
{
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT(db_run(w.feed->spool.db, sql, &w.e));
    pthread_mutex_unlock(&w.feed->lock);
}

static void await_trouble(void)
{
    while (!feed_bus_trouble(w.feed))
        CU_ASSERT_FALSE(feed_drain(w.feed, 10));
}

/* The next failure of the same kind: it puts its code in place of the one that stands there. */
static void await_failure(void)
{
    static char same[80];
    snprintf(same, sizeof same, "%s", feed_bus_trouble(w.feed));
    atomic_store(&w.feed->publisher.trouble, same);
    while (feed_bus_trouble(w.feed) == same)
        CU_ASSERT_FALSE(feed_drain(w.feed, 10));
}

/* p1's last words in the order in which they were told. */
static const char *workers(void)
{
    static struct world_event all[MOST];
    static char text[100];
    size_t n = world_events(&w, all, MOST), at = 0;
    text[0] = '\0';
    for (int64_t offset = 0; offset < MOST; offset++)
        for (size_t i = 0; i < n; i++)
            if (all[i].offset == offset &&
                strcmp(world_text(&w, &all[i], "subject.local_id"), "p1") == 0)
                at += (size_t)snprintf(text + at, sizeof text - at, "%s ",
                                       world_text(&w, &all[i], "caseload.worker"));
    return text;
}

/* Nothing can be noted, but others can be heard: each hearing ends the doubt, and the failure
 * behind it begins it anew, although it is no news. */
static void each_failure_is_a_doubt(void)
{
    row_to(w.feed, "p1,open,w1,");
    CU_ASSERT(feed_drain(w.feed, 120000));
    run_on_spool("create trigger no_note before insert on sent begin select raise(abort, ''); end");
    row_to(w.feed, "p2,open,w1,");
    await_trouble();
    await_failure();
    await_failure();
    row_to(other, "p1,open,w2,");
    CU_ASSERT(feed_drain(other, 120000));
    await_failure();
    row_to(w.feed, "p1,open,w1,");
    run_on_spool("drop trigger no_note");
    CU_ASSERT(feed_drain(w.feed, 120000));
    CU_ASSERT_STRING_EQUAL(workers(), "w1 w2 w1 ");
}

static CU_TestInfo cases[] = {
    { "each failure is a doubt", each_failure_is_a_doubt },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_doubt = { "doubt", NULL, NULL, fresh, done, cases };
