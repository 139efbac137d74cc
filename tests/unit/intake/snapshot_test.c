/* snapshot_test.c - an extract that lacks rows of the one before: somebody is asked, nothing is
 * ended. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "world.h"

static struct world w;

static void done(void)
{
    world_done(&w);
}

static void open_feed(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_SNAPSHOT));
    w.options.stale_after_ms = 3600000;
    CU_ASSERT_FATAL(world_open_feed(&w));
}

#define HEAD "person,status,place\r\n"
#define P1 "P1,open,here\r\n"
#define P2 "P2,open,here\r\n"
#define P3 "P3,open,here\r\n"

static uint64_t gone_after(const char *extract)
{
    CU_ASSERT_EQUAL(world_say(&w, extract), ANSWER_KEPT);
    return world_counts(&w).vanished;
}

static void a_row_that_is_gone_is_asked_about_and_ends_nothing(void)
{
    open_feed();
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2 P3), 0);
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P3), 1);
    CU_ASSERT_EQUAL(world_counts(&w).events, 3);
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P3), 1); /* asked once, until somebody answers */
    CU_ASSERT_EQUAL(gone_after(HEAD P1), 2);
}

static void a_row_that_comes_back_or_ends_is_asked_about_no_more(void)
{
    open_feed();
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2 P3), 0);
    CU_ASSERT_EQUAL(gone_after(HEAD P1), 2);
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2), 1);
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2 "P3,closed,here\r\n"), 0);
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2), 0); /* what was closed is not missed */
}

static void a_snapshot_with_a_row_that_cannot_be_read_is_compared_with_nothing(void)
{
    open_feed();
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2), 0);
    int64_t complete_ms = world_counts(&w).snapshot_ms;
    world_set_ms(world_now_ms() + 1000);
    (void)world_say(&w, HEAD P1 "P2,open,elsewhere\r\n");
    (void)world_say(&w, HEAD);
    CU_ASSERT_EQUAL(world_counts(&w).vanished, 0);
    CU_ASSERT_EQUAL(world_counts(&w).snapshot_ms, complete_ms);
}

/* A file that lacks a column says nothing of it: nobody is missed, nothing is taken, and whoever
 * sent it learns both names. */
static void a_file_without_a_column_is_refused_whole_and_compared_with_nothing(void)
{
    open_feed();
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2), 0);
    struct feed_counts before = world_counts(&w);
    world_set_ms(world_now_ms() + 1000);
    CU_ASSERT_EQUAL(world_say(&w, "person,state,place\r\n" P1 "P9,open,here\r\n"), ANSWER_REFUSED);
    struct feed_counts after = world_counts(&w);
    CU_ASSERT_EQUAL(after.vanished, 0);
    CU_ASSERT_EQUAL(after.snapshot_ms, before.snapshot_ms);
    CU_ASSERT_EQUAL(after.events, before.events);
    CU_ASSERT_EQUAL(after.taken, before.taken + 1);
    CU_ASSERT_EQUAL(after.quarantined, before.quarantined + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(w.answer.why);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "csv.column");
    CU_ASSERT_PTR_NOT_NULL(strstr(w.answer.why->text, "'status'"));
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2), 0);
}

static void note_row(void *ctx, struct slice row, int64_t since_ms)
{
    (void)since_ms;
    CU_ASSERT_TRUE(slice_equal_text(row, ctx));
}

static void the_feeds_own_operators_see_which(void)
{
    struct err e = { .fate = ERR_NONE };
    char want[] = "case P2";
    open_feed();
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2), 0);
    CU_ASSERT_EQUAL(gone_after(HEAD P1), 1);
    CU_ASSERT_TRUE(feed_vanished_each(w.spool, note_row, want, &e));
}

static void what_was_expected_is_known_after_a_restart(void)
{
    open_feed();
    CU_ASSERT_EQUAL(gone_after(HEAD P1 P2), 0);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(gone_after(HEAD P2), 1);
}

static void a_snapshot_that_does_not_come_is_said_once(void)
{
    struct snapshot s = { .on = true, .stale_after_ms = 100, .due_ms = 1100 };
    CU_ASSERT_FALSE(snapshot_turns_late(&s, 1099));
    CU_ASSERT_TRUE(snapshot_turns_late(&s, 1100));
    CU_ASSERT_FALSE(snapshot_turns_late(&s, 9999));
    open_feed();
    CU_ASSERT_EQUAL(gone_after(HEAD P1), 0);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_FALSE(feed_is_stale(&c, world_now_ms() + 3600000));
    CU_ASSERT_TRUE(feed_is_stale(&c, world_now_ms() + 3600001));
}

static CU_TestInfo tests[] = {
    { "a row that is gone is asked about and ends nothing",
      a_row_that_is_gone_is_asked_about_and_ends_nothing },
    { "a row that comes back or ends is asked about no more",
      a_row_that_comes_back_or_ends_is_asked_about_no_more },
    { "a snapshot with a row that cannot be read is compared with nothing",
      a_snapshot_with_a_row_that_cannot_be_read_is_compared_with_nothing },
    { "a file without a column is refused whole and compared with nothing",
      a_file_without_a_column_is_refused_whole_and_compared_with_nothing },
    { "the feed's own operators see which", the_feeds_own_operators_see_which },
    { "what was expected is known after a restart", what_was_expected_is_known_after_a_restart },
    { "a snapshot that does not come is said once", a_snapshot_that_does_not_come_is_said_once },
    CU_TEST_INFO_NULL
};

CU_SuiteInfo suite_snapshot = { "snapshot", NULL, NULL, NULL, done, tests };
