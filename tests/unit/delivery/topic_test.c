/* topic_test.c - a topic that is not what it was: lost, restored from a backup, begun behind what
 * was read. */
#include <CUnit/CUnit.h>

#include <unistd.h>

#include "desk.h"

#define OF "(row >> 40) >> 10 = (SELECT id FROM topics WHERE name LIKE 'disclosures.%')"
#define OFFSET "(row & ((1 << 40) - 1))"

static void say(int from, int to)
{
    for (int n = from; n <= to; n++)
        desk_say(&(struct say){ .n = n, .who = (char)('A' + n % 3) });
}

static size_t got(int n)
{
    size_t count = 0;
    for (size_t i = 0; i < desk.partner.count; i++)
        count += strcmp(desk.partner.got[i].id, desk_id(n)) == 0;
    return count;
}

static void each_once(int last)
{
    CU_ASSERT_TRUE(desk_step());
    for (int n = 1; n <= last; n++) {
        CU_ASSERT_EQUAL(got(n), 1);
        CU_ASSERT_STRING_EQUAL(desk_outcome(n), "accepted");
    }
    CU_ASSERT_EQUAL(desk_counts().taken, (uint64_t)last);
    CU_ASSERT_EQUAL(desk_counts().outstanding, 0);
}

/* Up to n, with its receipt published again where it was lost. */
static void told_again(int n)
{
    CU_ASSERT_STRING_EQUAL(desk_outcome(n), "accepted delivery.again");
}

/* The end is before the progress: what comes is not below it for ever. */
static void an_end_before_the_progress_is_seen(void)
{
    struct told told[20];
    say(1, 5);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_TRUE_FATAL(desk_lose("DELETE FROM records WHERE " OF " AND " OFFSET " >= 3"));
    say(6, 6);
    each_once(6);
    CU_ASSERT_EQUAL(desk_receipts(told, 20), 6);
}

/* It has grown past the progress before anybody looked: the record that stands there tells. */
static void another_record_at_the_progress_is_seen(void)
{
    say(1, 5);
    CU_ASSERT_TRUE(desk_step());
    delivery_close(&desk.delivery);
    say(6, 11);
    CU_ASSERT_TRUE_FATAL(
        desk_lose("DELETE FROM records WHERE " OF " AND " OFFSET " BETWEEN 2 AND 4;"
                  "UPDATE records SET row = row - 3 WHERE " OF " AND " OFFSET " >= 5"));
    CU_ASSERT_TRUE(desk_step());
    for (int n = 1; n <= 11; n++)
        CU_ASSERT_EQUAL(got(n), 1);
    CU_ASSERT_EQUAL(desk_counts().taken, 11);
}

static void a_lost_bus_gets_its_receipts_again(void)
{
    say(1, 4);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_TRUE_FATAL(desk_lose(NULL));
    delivery_close(&desk.delivery);
    say(1, 3); /* the router came to the same ids */
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    for (int n = 1; n <= 3; n++) {
        CU_ASSERT_EQUAL(got(n), 1);
        told_again(n);
    }
    CU_ASSERT_EQUAL(desk_counts().taken, 4);
    CU_ASSERT_EQUAL(desk_counts().outstanding, 0);
}

/* What waits is not ended by it. */
static void what_waits_goes_on_waiting(void)
{
    desk.partner.mood = MOOD_SILENT;
    say(1, 2);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_TRUE_FATAL(desk_lose(NULL));
    say(1, 2);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(desk_counts().outstanding, 2);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "");
    desk.partner.mood = MOOD_TAKES;
    desk.now_ms += 100 * RETRY_MS;
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(desk_counts().accepted, 2);
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "accepted");
}

/* Moved to another host without its file: what the receipts tell is not sent again. */
static void a_lost_file_sends_only_what_had_not_ended(void)
{
    say(1, 4);
    CU_ASSERT_TRUE(desk_step());
    delivery_close(&desk.delivery);
    static const char *const ends[] = { "", "-wal", "-shm" };
    for (int i = 0; i < 3; i++)
        unlink(arena_format(&desk.arena, "%s%s", desk_database(), ends[i]));
    say(5, 6);
    desk_reopen();
    each_once(6);
    CU_ASSERT_EQUAL(desk_counts().accepted, 6);
}

static void an_ordinary_restart_reads_on(void)
{
    say(1, 3);
    CU_ASSERT_TRUE(desk_step());
    desk_reopen();
    say(4, 5);
    each_once(5);
    CU_ASSERT_EQUAL(desk_counts().duplicates, 0);
}

/* Retention took what was never read: said with both offsets, and nothing is passed over. */
static void what_aged_out_stops_it(void)
{
    say(1, 2);
    CU_ASSERT_TRUE(desk_step());
    delivery_close(&desk.delivery);
    say(3, 9);
    CU_ASSERT_FALSE(desk_lose("DELETE FROM records WHERE " OF " AND " OFFSET " < 6"));
    CU_ASSERT_STRING_EQUAL(desk.e.code, "bus.aged");
    CU_ASSERT_EQUAL(desk.e.fate, ERR_FATAL);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(desk.e.text, " at 2: it begins at 6; up to 4 disclosures are gone"));
    CU_ASSERT_EQUAL(got(7), 0);
    CU_ASSERT_FALSE(desk_lose("SELECT 1"));
}

/* What aged out after it was read is nobody's loss. */
static void what_aged_out_behind_it_is_nothing(void)
{
    say(1, 4);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_TRUE_FATAL(desk_lose("DELETE FROM records WHERE " OF " AND " OFFSET " < 3"));
    say(5, 6);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(desk_counts().taken, 6);
}

/* The first that there is is the next one. */
static void what_begins_at_its_progress_is_whole(void)
{
    say(1, 4);
    CU_ASSERT_TRUE(desk_step());
    delivery_close(&desk.delivery);
    say(5, 5);
    CU_ASSERT_TRUE_FATAL(desk_lose("DELETE FROM records WHERE " OF " AND " OFFSET " < 4"));
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(got(5), 1);
    CU_ASSERT_EQUAL(desk_counts().taken, 5);
}

static int64_t gap(int64_t *from)
{
    int64_t to = -1;
    CU_ASSERT_TRUE_FATAL(
        delivery_gap(desk_database(), desk.bus, SLICE(SERVICE), from, &to, &desk.e));
    return to;
}

/* One alone, and the way on. */
static void one_that_aged_out_stops_it_until_it_is_passed_over(void)
{
    int64_t from = -1;
    say(1, 2);
    CU_ASSERT_TRUE(desk_step());
    delivery_close(&desk.delivery);
    CU_ASSERT_EQUAL(gap(&from), 2);
    CU_ASSERT_EQUAL(from, 2); /* nothing is gone */
    say(3, 4);
    CU_ASSERT_FALSE(desk_lose("DELETE FROM records WHERE " OF " AND " OFFSET " < 3"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(desk.e.text, " at 2: it begins at 3; up to 1 disclosures are gone"));
    desk.e = (struct err){ 0 };
    CU_ASSERT_EQUAL(gap(&from), 3);
    CU_ASSERT_EQUAL(from, 2);
    CU_ASSERT_TRUE_FATAL(delivery_skip(desk_database(), 3, &desk.e));
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(got(4), 1);
    CU_ASSERT_EQUAL(desk_counts().skipped, 1);
    CU_ASSERT_EQUAL(desk_counts().outstanding, 0);
}

/* A bus that came back empty is filled again over days, and so is what was told on it. */
static void receipts_are_asked_for_two_weeks_after_a_loss(void)
{
    static const int64_t day_ms = 86400000;
    say(1, 2);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_TRUE_FATAL(desk_lose(NULL));
    CU_ASSERT_TRUE(desk_step());
    desk.now_ms += 13 * day_ms;
    desk_reopen();
    say(1, 1);
    CU_ASSERT_TRUE(desk_step());
    told_again(1);
    desk.now_ms += 2 * day_ms;
    desk_reopen();
    say(2, 2);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "");
    CU_ASSERT(got(1) == 1 && got(2) == 1);
}

static CU_TestInfo cases[] = {
    { "an end before the progress is seen", an_end_before_the_progress_is_seen },
    { "another record at the progress is seen", another_record_at_the_progress_is_seen },
    { "a lost bus gets its receipts again", a_lost_bus_gets_its_receipts_again },
    { "what waits goes on waiting", what_waits_goes_on_waiting },
    { "a lost file sends only what had not ended", a_lost_file_sends_only_what_had_not_ended },
    { "an ordinary restart reads on", an_ordinary_restart_reads_on },
    { "what aged out stops it", what_aged_out_stops_it },
    { "what aged out behind it is nothing", what_aged_out_behind_it_is_nothing },
    { "what begins at its progress is whole", what_begins_at_its_progress_is_whole },
    { "one that aged out stops it until it is passed over",
      one_that_aged_out_stops_it_until_it_is_passed_over },
    { "receipts are asked for two weeks after a loss",
      receipts_are_asked_for_two_weeks_after_a_loss },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_topic = { "topic", desk_load, desk_unload, desk_fresh, desk_done, cases };
