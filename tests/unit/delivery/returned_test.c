/* returned_test.c - a delivery's file that is not the newest: restored from a backup, of an older
 * program, beside another host's. What the bus has receipts of is known again. */
#include <CUnit/CUnit.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "delivery/receipt.h"
#include "desk.h"

#define OF_RECEIPTS "(row >> 40) >> 10 = (SELECT id FROM topics WHERE name LIKE 'receipts.%')"
#define OF_A "((row >> 40) & 1023) = 1"

static void say(int n, char who)
{
    desk_say(&(struct say){ .n = n, .who = who });
}

static void retract(int n, int original, char who)
{
    desk_say(&(struct say){ .n = n, .who = who, .action = "retracts", .original = original });
}

static size_t got(int n)
{
    size_t count = 0;
    for (size_t i = 0; i < desk.partner.count; i++)
        count += strcmp(desk.partner.got[i].id, desk_id(n)) == 0;
    return count;
}

static void run_sql(const char *path, const char *sql)
{
    struct db *db;
    CU_ASSERT_FATAL(db_open(path, "", &db, &desk.e));
    CU_ASSERT_TRUE(db_run(db, sql, &desk.e));
    db_close(&db);
}

static void encode_receipt(int n, const char *recipient, const char *outcome, struct buf *out)
{
    struct receipt one = { .disclosure = slice_text(desk_id(n)),
                           .recipient = slice_text(recipient),
                           .outcome = outcome,
                           .code = "",
                           .at_ms = desk.now_ms };
    buf_init(out, 1000);
    CU_ASSERT_TRUE(receipt_encode(desk.catalogue, &one, out, &desk.e));
}

/* At the end of A's lane of the receipts: another host of the service says so, or another
 * service. */
static void put_receipt(int n, const char *recipient, const char *outcome)
{
    struct buf b;
    encode_receipt(n, recipient, outcome, &b);
    struct bus_record r = { .topic = "receipts.wexshire-council",
                            .partition = 'A' % 4,
                            .key = desk_key('A'),
                            .value = buf_slice(&b) };
    CU_ASSERT_TRUE(bus_publish(desk.bus, &r, 1, &desk.e));
    buf_release(&b);
}

static const char *backup_path(void)
{
    return arena_format(&desk.arena, "%s.backup", desk_database());
}

static void remove_file(const char *path)
{
    static const char *const ends[] = { "", "-wal", "-shm" };
    for (int i = 0; i < 3; i++)
        unlink(arena_format(&desk.arena, "%s%s", path, ends[i]));
}

static void keep(void)
{
    uint8_t bytes[4096];
    size_t n;
    delivery_close(&desk.delivery);
    FILE *from = fopen(desk_database(), "re"), *to = fopen(backup_path(), "we");
    CU_ASSERT_FATAL(from && to);
    while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
        CU_ASSERT_EQUAL(fwrite(bytes, 1, n, to), n);
    fclose(from);
    fclose(to);
    desk_reopen();
}

static void close_and_restore(void)
{
    delivery_close(&desk.delivery);
    remove_file(desk_database());
    CU_ASSERT_FATAL(rename(backup_path(), desk_database()) == 0);
}

static void restore(void)
{
    close_and_restore();
    desk_reopen();
}

/* The partner is away, or there again when all is due. */
static void partner_is(enum mood mood)
{
    desk.partner.mood = mood;
    desk.now_ms += 100 * RETRY_MS;
}

/* Nothing is left to do, and disclosure n ended so with so many sendings. */
static void ended(int n, const char *outcome, size_t sent)
{
    CU_ASSERT_EQUAL(got(n), sent);
    CU_ASSERT_STRING_EQUAL(desk_outcome(n), outcome);
    CU_ASSERT_EQUAL(desk_counts().outstanding, 0);
}

/* The admission waited when the backup was taken, and was sent after. */
static void what_waited_in_the_copy_is_not_sent_again(void)
{
    partner_is(MOOD_AWAY);
    say(1, 'A');
    say(2, 'A');
    say(3, 'B');
    CU_ASSERT_TRUE(desk_step());
    keep();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    restore();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    for (int n = 1; n <= 3; n++)
        ended(n, "accepted", 1);
    say(4, 'A'); /* the person's queue goes on */
    CU_ASSERT_TRUE(desk_step());
    ended(4, "accepted", 1);
    CU_ASSERT_EQUAL(desk_counts().returned, 3);
    CU_ASSERT_EQUAL(desk_counts().accepted, 4);
    CU_ASSERT_EQUAL(desk_counts().taken, 4);
}

static void a_retraction_of_what_the_partner_has_is_sent(void)
{
    partner_is(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    partner_is(MOOD_AWAY);
    retract(2, 1, 'A');
    CU_ASSERT_TRUE(desk_step());
    restore();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    ended(1, "accepted", 1);
    ended(2, "accepted", 1);
    CU_ASSERT_EQUAL(desk_counts().stopped, 0);
}

/* It is cancelled by a notice as soon as it is queued. */
static void nor_is_it_stopped_by_a_notice(void)
{
    partner_is(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    close_and_restore();
    desk_tell(&(struct tell){ .who = 'A', .sequence = 1, .cancelled = 1 });
    retract(2, 1, 'A');
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    ended(1, "accepted", 1);
    ended(2, "accepted", 1);
}

/* Admission and retraction came after the backup. */
static void what_the_copy_never_took_is_not_sent_again(void)
{
    struct told told[10];
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    say(2, 'A');
    CU_ASSERT_TRUE(desk_step());
    retract(3, 2, 'A');
    CU_ASSERT_TRUE(desk_step());
    restore();
    say(4, 'A');
    CU_ASSERT_TRUE(desk_step());
    for (int n = 1; n <= 4; n++)
        ended(n, "accepted", 1);
    CU_ASSERT_EQUAL(desk_receipts(told, 10), 4);
    CU_ASSERT_EQUAL(desk_counts().returned, 2);
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(desk_counts().returned, 2);
}

/* The admission was stopped by a copy that did not know: the receipt of before counts. */
static void what_was_taken_once_is_taken(void)
{
    partner_is(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    close_and_restore();
    run_sql(desk_database(), "update own set outcome = 'stopped'; delete from queue;"
                             "insert into counts values('stopped', 1)");
    desk_reopen();
    retract(2, 1, 'A');
    CU_ASSERT_TRUE(desk_step());
    ended(2, "accepted", 1);
    CU_ASSERT_EQUAL(desk_counts().stopped, 0);
    CU_ASSERT_EQUAL(desk_counts().accepted, 2);
}

/* What the other file had tried without a receipt the copy cannot know: where it has come back a
 * retraction goes. */
static void a_copy_cannot_tell_what_has_left(void)
{
    partner_is(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    say(2, 'B');
    partner_is(MOOD_SILENT);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT(got(1) == 1 && got(2) == 1);
    desk.partner.only = "Ann A";
    partner_is(MOOD_SILENT);
    CU_ASSERT_TRUE(desk_step()); /* B's goes */
    restore();
    desk.partner.only = NULL;
    retract(3, 1, 'A');
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(got(3), 1);
    ended(3, "accepted", 1);
    ended(1, "stopped delivery.cancelled", 2);
    CU_ASSERT_STRING_EQUAL(desk_outcome(2), "accepted");
}

/* Receipts that the copy does not know are gone: it cannot tell either. */
static void where_receipts_have_aged_the_retraction_goes(void)
{
    say(9, 'A');
    CU_ASSERT_TRUE(desk_step());
    partner_is(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    close_and_restore();
    put_receipt(7, "another/service", "accepted");
    CU_ASSERT_TRUE_FATAL(desk_lose("DELETE FROM records WHERE " OF_RECEIPTS " AND " OF_A
                                   " AND (row & ((1 << 40) - 1)) < 2"));
    retract(2, 1, 'A');
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(got(1), 1);
    CU_ASSERT_EQUAL(got(2), 1);
    CU_ASSERT_EQUAL(desk_counts().untold, 1);
}

/* Their lane's begin was asked, and then they aged: the next try begins behind them. */
static void receipts_that_age_in_between_end_nothing(void)
{
    desk.partner.mood = MOOD_AWAY;
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    put_receipt(1, SERVICE, "accepted");
    desk.now_ms += 60000;
    partner_receipts_aged = true;
    CU_ASSERT_FALSE(desk_step());
    CU_ASSERT_EQUAL(desk.e.fate, ERR_RETRY);
    CU_ASSERT_STRING_EQUAL(desk.e.code, "bus.aged");
    partner_receipts_aged = false;
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(desk_counts().returned, 1);
}

static void a_file_of_an_older_program_reads_all_once(void)
{
    partner_is(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    run_sql(backup_path(), "drop table heard");
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    restore();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    ended(1, "accepted", 1);
    desk_reopen();
    partner_receipts_opened = 0;
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(partner_receipts_opened, 0);
}

static void where_nothing_is_newer_nothing_is_read(void)
{
    for (int n = 1; n <= 8; n++)
        say(n, (char)('A' + n));
    CU_ASSERT_TRUE(desk_step());
    partner_receipts_opened = 0;
    desk_reopen();
    desk.now_ms += 100 * RETRY_MS;
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(partner_receipts_opened, 0);
    CU_ASSERT_EQUAL(desk_counts().returned, 0);
}

/* They are read once, and are no sign of another file. */
static void receipts_of_others_are_passed_over(void)
{
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    put_receipt(2, "another/service", "accepted");
    desk_reopen();
    say(2, 'A');
    CU_ASSERT_TRUE(desk_step());
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    partner_receipts_opened = 0;
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(partner_receipts_opened, 0);
    CU_ASSERT_EQUAL(desk_counts().returned, 0);
    ended(2, "accepted", 1);
}

/* Within a minute. */
static void what_another_host_sends_is_heard_while_it_runs(void)
{
    desk.partner.mood = MOOD_AWAY;
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    put_receipt(1, SERVICE, "accepted");
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(desk_counts().outstanding, 1);
    CU_ASSERT_NOT_EQUAL(desk_counts().down_since_ms, 0);
    desk.now_ms += 60000;
    CU_ASSERT_TRUE(desk_step());
    ended(1, "accepted", 0);
    CU_ASSERT_EQUAL(desk_counts().down_since_ms, 0);
    CU_ASSERT_EQUAL(desk_counts().returned, 1);
}

/* Also where it was stopped by a copy later. */
static void one_receipt_that_it_was_taken_is_enough(void)
{
    put_receipt(1, SERVICE, "accepted");
    put_receipt(1, SERVICE, "stopped");
    desk_reopen();
    say(1, 'A');
    retract(2, 1, 'A');
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT(got(1) == 0 && got(2) == 1);
    CU_ASSERT_EQUAL(desk_counts().accepted, 2);
}

/* A broker may keep its login from the receipts: with a file of its own it goes on by that, without
 * one it does not begin. */
static void who_may_not_read_receipts_goes_by_its_file(void)
{
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    put_receipt(9, "another/service", "accepted");
    partner_receipts_barred = true;
    desk_reopen();
    say(2, 'A');
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT(got(1) == 1 && got(2) == 1);
    delivery_close(&desk.delivery);
    remove_file(desk_database());
    CU_ASSERT_FALSE_FATAL(desk_lose("SELECT 1"));
    CU_ASSERT_STRING_EQUAL(desk.e.code, "bus.topic");
}

/* The partner took it by this file, and the file closes before its receipt is published. */
static void take_without_receipt(int n)
{
    struct store *s;
    struct queued row;
    struct buf receipt;
    bool found;
    partner_is(MOOD_AWAY);
    say(n, 'A');
    CU_ASSERT_TRUE(desk_step());
    delivery_close(&desk.delivery);
    encode_receipt(n, SERVICE, "accepted", &receipt);
    CU_ASSERT_FATAL(store_open(desk_database(), &s, &desk.e));
    CU_ASSERT_FATAL(store_due(s, 0, INT64_MAX, &desk.arena, &row, &found, &desk.e) && found);
    CU_ASSERT_TRUE(store_ended(s, &row, "accepted", buf_slice(&receipt), &desk.e));
    store_close(&s);
    buf_release(&receipt);
}

/* Its receipt had been published, and the commit behind that never was. */
static void a_crash_behind_a_receipt_is_no_other_file(void)
{
    struct told told[4];
    take_without_receipt(1);
    put_receipt(1, SERVICE, "accepted");
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    ended(1, "accepted", 0);
    CU_ASSERT_EQUAL(desk_receipts(told, 4), 1);
    CU_ASSERT(desk_counts().returned == 0 && desk_counts().accepted == 1);
}

/* It has published its receipt, or not yet. */
static void what_this_file_sent_is_not_stopped_by_another(void)
{
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    put_receipt(1, SERVICE, "stopped");
    take_without_receipt(2);
    put_receipt(2, SERVICE, "stopped");
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    ended(2, "accepted", 0);
    CU_ASSERT(desk_counts().accepted == 2 && desk_counts().stopped == 0);
    CU_ASSERT_EQUAL(desk_counts().returned, 0);
}

/* It ends before all that came since the backup is compared. */
static void a_start_that_is_cut_short_is_made_up_for(void)
{
    static const int many = 1100; /* more than one fetch brings */
    bool busy;
    keep();
    for (int n = 1; n <= many; n++)
        say(n, 'A');
    CU_ASSERT_TRUE(desk_step());
    restore();
    CU_ASSERT_TRUE(delivery_step(desk.delivery, 0, &busy, &desk.e));
    CU_ASSERT(desk_counts().returned > 0 && desk_counts().returned < (uint64_t)many);
    desk_reopen();
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(desk.partner.asked, (size_t)many);
    CU_ASSERT_EQUAL(desk_counts().returned, (uint64_t)many);
    CU_ASSERT_EQUAL(desk_counts().accepted, (uint64_t)many);
}

/* What had a receipt was in the copy, and is set right before the end. */
static void nor_is_it_forgotten_that_a_file_came_back(void)
{
    partner_is(MOOD_AWAY);
    say(1, 'A');
    CU_ASSERT_TRUE(desk_step());
    keep();
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    say(2, 'B');
    partner_is(MOOD_SILENT);
    CU_ASSERT_TRUE(desk_step());
    CU_ASSERT_EQUAL(got(2), 1);
    restore();
    desk_reopen();
    retract(3, 2, 'B');
    partner_is(MOOD_TAKES);
    CU_ASSERT_TRUE(desk_step());
    ended(2, "stopped delivery.cancelled", 1);
    ended(3, "accepted", 1);
    say(4, 'B'); /* nothing is in doubt of what comes from now on */
    retract(5, 4, 'B');
    CU_ASSERT_TRUE(desk_step());
    ended(5, "stopped delivery.cancelled", 0);
}

static CU_TestInfo cases[] = {
    { "what waited in the copy is not sent again", what_waited_in_the_copy_is_not_sent_again },
    { "a retraction of what the partner has is sent",
      a_retraction_of_what_the_partner_has_is_sent },
    { "nor is it stopped by a notice", nor_is_it_stopped_by_a_notice },
    { "what the copy never took is not sent again", what_the_copy_never_took_is_not_sent_again },
    { "what was taken once is taken", what_was_taken_once_is_taken },
    { "a copy cannot tell what has left", a_copy_cannot_tell_what_has_left },
    { "where receipts have aged the retraction goes",
      where_receipts_have_aged_the_retraction_goes },
    { "receipts that age in between end nothing", receipts_that_age_in_between_end_nothing },
    { "a file of an older program reads all once", a_file_of_an_older_program_reads_all_once },
    { "where nothing is newer nothing is read", where_nothing_is_newer_nothing_is_read },
    { "receipts of others are passed over", receipts_of_others_are_passed_over },
    { "what another host sends is heard while it runs",
      what_another_host_sends_is_heard_while_it_runs },
    { "one receipt that it was taken is enough", one_receipt_that_it_was_taken_is_enough },
    { "who may not read receipts goes by its file", who_may_not_read_receipts_goes_by_its_file },
    { "a crash behind a receipt is no other file", a_crash_behind_a_receipt_is_no_other_file },
    { "what this file sent is not stopped by another",
      what_this_file_sent_is_not_stopped_by_another },
    { "a start that is cut short is made up for", a_start_that_is_cut_short_is_made_up_for },
    { "nor is it forgotten that a file came back", nor_is_it_forgotten_that_a_file_came_back },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_returned = { "returned", desk_load, desk_unload, desk_fresh, desk_done, cases };
