/* crash_test.c - a delivery that ends anywhere goes on from its database: same id, same receipt,
 * one outcome.
 *
 * A crash is what the database says at that point: the test moves the row there by the store, and
 * opens a delivery on it. */
#include "desk.h"

#include <CUnit/CUnit.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#define RECEIPTS "receipts.wexshire-council"

/* A disclosure is queued and the delivery is gone; the store is open. */
static struct store *crash_with_one_queued(struct queued *row)
{
    struct store *s;
    bool found;
    desk.broken = true;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT_FALSE(desk_step());
    desk.broken = false;
    delivery_close(&desk.delivery);
    CU_ASSERT_FATAL(store_open(desk_database(), &s, &desk.e));
    CU_ASSERT_FATAL(store_due(s, 0, desk.now_ms, &desk.arena, row, &found, &desk.e) && found);
    return s;
}

static void restart(struct store **s)
{
    store_close(s);
    desk_reopen();
    CU_ASSERT(desk_step());
}

static void progress_outlives_a_restart(void)
{
    for (int i = 1; i <= 3; i++)
        desk_say(&(struct say){ .n = i, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_reopen();
    desk_say(&(struct say){ .n = 4, .who = 'A' });
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL(desk.partner.count, 4);
    CU_ASSERT_EQUAL(desk_counts().taken, 4);
    CU_ASSERT_EQUAL(desk_counts().duplicates, 0);
}

static void what_waits_is_sent_after_a_restart(void)
{
    desk.partner.mood = MOOD_AWAY;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    desk_say(&(struct say){ .n = 2, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_reopen();
    desk.partner.mood = MOOD_TAKES;
    desk.now_ms += RETRY_MS;
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL_FATAL(desk.partner.count, 2);
    CU_ASSERT_STRING_EQUAL(desk.partner.got[0].id, desk_id(1));
    CU_ASSERT_STRING_EQUAL(desk.partner.got[1].id, desk_id(2));
}

static void a_try_that_was_cut_off_is_made_again_with_the_same_id(void)
{
    struct told told[4];
    desk.partner.mood = MOOD_SILENT;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    CU_ASSERT(desk_step());
    desk_reopen();
    desk.partner.mood = MOOD_TAKES;
    desk.now_ms += RETRY_MS;
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL_FATAL(desk.partner.count, 2);
    CU_ASSERT_STRING_EQUAL(desk.partner.got[0].id, desk.partner.got[1].id);
    CU_ASSERT_STRING_EQUAL(desk.partner.got[0].text, desk.partner.got[1].text);
    CU_ASSERT_EQUAL(desk_receipts(told, 4), 1);
}

static void what_was_being_tried_at_a_crash_may_have_arrived(void)
{
    struct queued row;
    struct store *s = crash_with_one_queued(&row);
    CU_ASSERT(store_trying(s, row.seq, &desk.e));
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    restart(&s);
    CU_ASSERT_EQUAL_FATAL(desk.partner.count, 2);
    CU_ASSERT_STRING_EQUAL(desk.partner.got[0].id, desk_id(1));
    CU_ASSERT_STRING_EQUAL(desk.partner.got[1].id, desk_id(2));
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "accepted");
}

static void what_was_not_yet_tried_at_a_crash_can_be_cancelled(void)
{
    struct queued row;
    struct store *s = crash_with_one_queued(&row);
    desk_say(&(struct say){ .n = 2, .who = 'A', .action = "retracts", .original = 1 });
    restart(&s);
    CU_ASSERT_EQUAL(desk.partner.count, 0);
    CU_ASSERT_STRING_EQUAL(desk_outcome(1), "stopped delivery.cancelled");
}

/* A true receipt, of another delivery run, as the bytes that the crash left. */
static struct slice any_receipt(void)
{
    struct told told[1];
    desk_say(&(struct say){ .n = 9, .who = 'B' });
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL_FATAL(desk_receipts(told, 1), 1);
    return told[0].value;
}

static void the_receipt_that_was_decided_before_a_crash_is_the_one_that_goes(void)
{
    struct told told[4];
    struct queued row;
    struct slice receipt = any_receipt();
    struct store *s = crash_with_one_queued(&row);
    CU_ASSERT(store_ended(s, &row, "accepted", receipt, &desk.e));
    restart(&s);
    CU_ASSERT_EQUAL(desk.partner.count, 1); /* the other's */
    CU_ASSERT_EQUAL_FATAL(desk_receipts(told, 4), 2);
    CU_ASSERT(slice_equal(told[0].value, receipt) && slice_equal(told[1].value, receipt));
    CU_ASSERT_EQUAL(told[0].partition + told[1].partition, 'A' % 4 + 'B' % 4);
    CU_ASSERT_EQUAL(desk_counts().outstanding, 0);
}

static void a_receipt_published_just_before_a_crash_goes_again_unchanged(void)
{
    struct told told[4];
    struct queued row;
    struct slice receipt = any_receipt();
    struct store *s = crash_with_one_queued(&row);
    struct bus_record r = {
        .topic = RECEIPTS, .partition = 'A' % 4, .key = desk_key('A'), .value = receipt
    };
    CU_ASSERT(store_ended(s, &row, "accepted", receipt, &desk.e));
    CU_ASSERT(bus_publish(desk.bus, &r, 1, &desk.e));
    desk.now_ms += 5 * RETRY_MS;
    restart(&s);
    CU_ASSERT_EQUAL_FATAL(desk_receipts(told, 4), 3);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT(slice_equal(told[i].value, receipt));
    CU_ASSERT_EQUAL(desk_counts().accepted, 2);
}

static void the_next_of_a_subject_goes_after_its_elders_receipt(void)
{
    struct queued row, next;
    struct slice receipt = any_receipt();
    struct store *s = crash_with_one_queued(&row);
    bool found;
    CU_ASSERT(store_ended(s, &row, "accepted", receipt, &desk.e));
    desk_say(&(struct say){ .n = 2, .who = 'A' });
    CU_ASSERT(store_due(s, row.seq, INT64_MAX, &desk.arena, &next, &found, &desk.e) && !found);
    restart(&s);
    CU_ASSERT_EQUAL_FATAL(desk.partner.count, 2);
    CU_ASSERT_STRING_EQUAL(desk.partner.got[1].id, desk_id(2));
}

/* The reader is past what the queue could not keep. */
static void what_could_not_be_kept_is_taken_again(void)
{
    struct rlimit before, tight = { .rlim_cur = 4096 };
    CU_ASSERT_FATAL(getrlimit(RLIMIT_FSIZE, &before) == 0);
    tight.rlim_max = before.rlim_max;
    desk_say(&(struct say){ .n = 1, .who = 'A' });
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    (void)setrlimit(RLIMIT_FSIZE, &tight);
    bool stepped = desk_step();
    (void)setrlimit(RLIMIT_FSIZE, &before);
    (void)signal(SIGXFSZ, handler);
    CU_ASSERT_FALSE(stepped);
    CU_ASSERT_STRING_EQUAL(desk.e.code, "db.full");
    err_clear(&desk.e);
    desk_say(&(struct say){ .n = 2, .who = 'A' });
    CU_ASSERT(desk_step());
    CU_ASSERT_EQUAL_FATAL(desk.partner.count, 2);
    CU_ASSERT_STRING_EQUAL(desk.partner.got[0].id, desk_id(1));
}

static CU_TestInfo cases[] = {
    { "progress outlives a restart", progress_outlives_a_restart },
    { "what waits is sent after a restart", what_waits_is_sent_after_a_restart },
    { "a try that was cut off is made again with the same id",
      a_try_that_was_cut_off_is_made_again_with_the_same_id },
    { "what was being tried at a crash may have arrived",
      what_was_being_tried_at_a_crash_may_have_arrived },
    { "what was not yet tried at a crash can be cancelled",
      what_was_not_yet_tried_at_a_crash_can_be_cancelled },
    { "the receipt that was decided before a crash is the one that goes",
      the_receipt_that_was_decided_before_a_crash_is_the_one_that_goes },
    { "a receipt published just before a crash goes again unchanged",
      a_receipt_published_just_before_a_crash_goes_again_unchanged },
    { "the next of a subject goes after its elder's receipt",
      the_next_of_a_subject_goes_after_its_elders_receipt },
    { "what could not be kept is taken again", what_could_not_be_kept_is_taken_again },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_crash = { "crash", desk_load, desk_unload, desk_fresh, desk_done, cases };
