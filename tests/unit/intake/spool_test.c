/* spool_test.c - the spool by itself: dedup keys, pruning, damaged bytes. */
#include <stdio.h>

#include <CUnit/CUnit.h>

#include "../host/scratch.h"
#include "base/clock.h"
#include "host/crypto.h"
#include "intake/spool/queued.h"
#include "intake/spool/spool.h"

static struct spool s;
static struct arena a;
static struct err e;
static struct scratch scratch;
static char path[80];

static void fresh(void)
{
    e = (struct err){ .fate = ERR_NONE };
    arena_init(&a, 1 << 20);
    scratch_make(&scratch);
    snprintf(path, sizeof path, "%s/spool.db", scratch.dir);
    CU_ASSERT_FATAL(spool_open(path, &s, &e));
    CU_ASSERT_FATAL(spool_begin(&s, &e));
}

static void done(void)
{
    spool_rollback(&s);
    spool_close(&s);
    arena_release(&a);
    scratch_remove(&scratch);
}

static void key_of(const char *id, uint8_t body, struct dedup_key *out)
{
    uint8_t hash[HASH_BYTES];
    memset(hash, body, sizeof hash);
    dedup_key_of(slice_text(id), hash, out);
}

static void remember(const char *id, uint8_t body, int64_t ms)
{
    struct dedup_key m;
    struct answer given = { .fate = ANSWER_KEPT, .reply = SLICE("AA") };
    key_of(id, body, &m);
    s.turn.counts.taken++;
    CU_ASSERT_FATAL(spool_remember(&s, &m, ms, &given, &e));
}

static void next_turn(void)
{
    CU_ASSERT_FATAL(spool_commit(&s, &e));
    CU_ASSERT_FATAL(spool_begin(&s, &e));
}

static struct seen seen(const char *id, uint8_t body, int64_t ms)
{
    struct dedup_key m;
    struct seen out;
    key_of(id, body, &m);
    CU_ASSERT_FATAL(spool_seen(&s, &m, ms, &a, &out, &e));
    return out;
}

static void knows_id_and_body_together(void)
{
    remember("id-1", 1, 1000);
    CU_ASSERT_TRUE(seen("id-1", 1, 2000).again);
    CU_ASSERT(slice_equal(seen("id-1", 1, 2000).reply, SLICE("AA")));
    CU_ASSERT_FALSE(seen("id-1", 2, 2000).again);
    CU_ASSERT_TRUE(seen("id-1", 2, 2000).other_body);
    CU_ASSERT_FALSE(seen("id-2", 1, 2000).again);
    CU_ASSERT_FALSE(seen("id-2", 1, 2000).other_body);
}

static void finds_one_among_many_bodies_of_an_id(void)
{
    for (int body = 1; body <= 50; body++)
        remember("same", (uint8_t)body, 1000);
    for (int body = 1; body <= 50; body++)
        CU_ASSERT_TRUE(seen("same", (uint8_t)body, 2000).again);
    CU_ASSERT_FALSE(seen("same", 51, 2000).again);
    CU_ASSERT_TRUE(seen("same", 51, 2000).other_body);
}

static void knows_it_in_later_turns_too(void)
{
    remember("id-1", 1, 1000);
    remember("id-2", 1, 1000);
    next_turn();
    remember("id-3", 1, 2000);
    CU_ASSERT(slice_equal(seen("id-2", 1, 2000).reply, SLICE("AA")));
    CU_ASSERT_TRUE(seen("id-3", 1, 2000).again);
    CU_ASSERT_FALSE(seen("id-2", 1, 1001 + DEDUP_KEPT_MS).again);
}

static void knows_a_body_without_an_id(void)
{
    remember("", 1, 1000);
    CU_ASSERT_TRUE(seen("", 1, 2000).again);
    CU_ASSERT_FALSE(seen("", 2, 2000).again);
    CU_ASSERT_FALSE(seen("", 2, 2000).other_body);
}

static void prunes_old_dedup_keys_a_few_at_a_time(void)
{
    char id[16];
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "old-%d", i);
        remember(id, 1, 1000 + i);
        next_turn();
    }
    int64_t later = 1000 + 50 + DEDUP_KEPT_MS;
    for (int turn = 0; turn < 20; turn++)
        CU_ASSERT_FATAL(spool_prune(&s, later, &e));
    CU_ASSERT_TRUE(seen("old-50", 1, later).again);
    CU_ASSERT_FALSE(seen("old-49", 1, later).again);
    struct db_query *q = NULL;
    bool row = false;
    CU_ASSERT_FATAL(db_prepare(s.db, "select count(*) from answer", &q, &e));
    CU_ASSERT_FATAL(db_step(q, &row, &e) && row);
    CU_ASSERT_EQUAL(db_int(q, 0), 50);
    db_reset(q);
}

static int64_t answers_on_disk(void)
{
    struct db_query *q = NULL;
    bool row = false;
    CU_ASSERT_FATAL(
        db_prepare(s.db, "select coalesce(sum(length(entries)), 0) from answer", &q, &e));
    CU_ASSERT_FATAL(db_step(q, &row, &e) && row);
    int64_t bytes = db_int(q, 0);
    db_reset(q);
    return bytes;
}

/* A turn of many rows, as of a long file: the next one's prune keeps up with it. */
static void answers_beyond_their_share_go_the_oldest_first(void)
{
    char id[16];
    s.answers_max_bytes = 1000;
    for (int i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "one-%d", i);
        remember(id, 1, 1000 + i);
        CU_ASSERT_FATAL(spool_put_answers(&s, &e));
    }
    next_turn();
    CU_ASSERT_EQUAL(s.answers_bytes, answers_on_disk());
    CU_ASSERT_FATAL(spool_prune(&s, 2000, &e));
    spool_rollback(&s);
    CU_ASSERT_FATAL(spool_begin(&s, &e));
    CU_ASSERT_EQUAL(s.answers_bytes + s.answers_turn, answers_on_disk());
    for (int turn = 0; turn < 20; turn++)
        CU_ASSERT_FATAL(spool_prune(&s, 2000, &e));
    next_turn();
    CU_ASSERT_EQUAL(s.answers_bytes, answers_on_disk());
    CU_ASSERT(s.answers_bytes <= 1000 && s.answers_bytes > 900);
    CU_ASSERT_TRUE(seen("one-99", 1, 2000).again);
    CU_ASSERT_TRUE(seen("one-60", 1, 2000).again);
    CU_ASSERT_FALSE(seen("one-50", 1, 2000).again);
    CU_ASSERT_FALSE(seen("one-50", 1, 2000).other_body);
    spool_rollback(&s);
    int64_t before = s.answers_bytes;
    spool_close(&s);
    CU_ASSERT_FATAL(spool_open(path, &s, &e));
    CU_ASSERT_FATAL(spool_begin(&s, &e));
    CU_ASSERT_EQUAL(s.answers_bytes, before);
}

static void a_turn_of_many_answers_is_pruned_as_fast_as_it_came(void)
{
    char id[32];
    s.answers_max_bytes = 1000;
    for (int turn = 0; turn < 5; turn++) {
        CU_ASSERT_FATAL(spool_prune(&s, 2000, &e));
        CU_ASSERT(answers_on_disk() <= 1000);
        for (int i = 0; i < 100; i++) {
            snprintf(id, sizeof id, "%d-%d", turn, i);
            remember(id, 1, 1000 + i);
            CU_ASSERT_FATAL(spool_put_answers(&s, &e));
        }
        next_turn();
    }
}

static void forgets_a_turn_that_is_rolled_back(void)
{
    remember("gone", 1, 1000);
    int64_t before = s.turn.feed_seq++;
    spool_rollback(&s);
    CU_ASSERT_FATAL(spool_begin(&s, &e));
    CU_ASSERT_FALSE(seen("gone", 1, 1000).again);
    CU_ASSERT_EQUAL(s.turn.counts.taken, 0);
    CU_ASSERT_EQUAL(s.turn.feed_seq, before);
}

/* Whatever came of its file: lost, restored, or as it was left. */
static void each_opening_numbers_for_itself(void)
{
    int64_t given[3];
    for (int i = 0; i < 3; i++) {
        given[i] = ++s.turn.feed_seq;
        CU_ASSERT_EQUAL(given[i] & 0xffffffff, 1);
        CU_ASSERT_EQUAL(given[i] >> 62, 1);
        for (int k = 0; k < i; k++)
            CU_ASSERT_NOT_EQUAL(given[i], given[k]);
        next_turn();
        if (i == 0) { /* the file stays */
            spool_rollback(&s);
            spool_close(&s);
            CU_ASSERT_FATAL(spool_open(path, &s, &e));
            CU_ASSERT_FATAL(spool_begin(&s, &e));
        } else { /* it is lost */
            done();
            fresh();
        }
    }
}

/* What a turn had gathered when it failed belongs to no other: it would travel under numbers that
 * the next turn gives anew. */
static void a_turn_that_failed_leaves_nothing_for_the_next(void)
{
    struct spool_row rows[4];
    size_t n = 0;
    CU_ASSERT_FATAL(spool_put(&s, SPOOL_EVENTS, SLICE(""), SLICE("raw"), SLICE("stale"), &e));
    s.turn.counts.taken++;
    spool_rollback(&s);
    CU_ASSERT_FATAL(spool_begin(&s, &e));
    s.turn.counts.taken++;
    CU_ASSERT_FATAL(spool_put(&s, SPOOL_EVENTS, SLICE(""), SLICE("raw"), SLICE("good"), &e));
    next_turn();
    CU_ASSERT_FATAL(spool_batch(&s, 0, &a, rows, 4, &n, &e));
    CU_ASSERT_EQUAL_FATAL(n, 1);
    CU_ASSERT(slice_equal(rows[0].records, SLICE("good")));
}

static void put_row(const char *records)
{
    s.turn.counts.taken++;
    CU_ASSERT_FATAL(spool_put(&s, SPOOL_EVENTS, SLICE(""), SLICE("raw"), slice_text(records), &e));
    next_turn();
}

static void sent(int64_t n, int64_t at_ms)
{
    const struct lane_end ends[] = { { 3, { .next = 10 * n, .stamp = (uint64_t)n } } };
    s.waiting_bytes -= 14; /* as the publisher does when the bus has it */
    CU_ASSERT_FATAL(spool_sent(&s, n, at_ms, ends, 1, &e));
    next_turn();
}

static struct sent_note note; /* the last one that a walk came to */

/* From the newest back; how many there are. */
static int notes(void)
{
    int n = 0;
    int64_t before = INT64_MAX;
    for (bool found = true; found; before = note.n) {
        CU_ASSERT_FATAL(spool_sent_before(&s, before, &note, &found, &e));
        CU_ASSERT(!found || note.n < before);
        n += found && note.count > 0;
    }
    return n;
}

static size_t waiting(int64_t after)
{
    struct spool_row rows[8];
    size_t n = 0;
    CU_ASSERT_FATAL(spool_batch(&s, after, &a, rows, 8, &n, &e));
    return n;
}

/* What was sent stays until it is old or too much, and waits again when the bus lost it. */
static void keeps_what_was_sent_and_goes_back_to_it(void)
{
    int64_t first = -1, last = -1;
    for (int i = 1; i <= 4; i++) {
        put_row("records");
        sent(i, 1000 * i);
    }
    CU_ASSERT_EQUAL(s.waiting_bytes, 0);
    CU_ASSERT_EQUAL(s.kept_bytes, 4 * 14);
    CU_ASSERT_EQUAL(notes(), 4);
    CU_ASSERT_EQUAL(note.n, 1);
    CU_ASSERT_EQUAL(note.count, 1);
    CU_ASSERT_EQUAL(note.ends[0].partition, 3);
    CU_ASSERT_EQUAL(note.ends[0].end.next, 10);
    CU_ASSERT_EQUAL(note.ends[0].end.stamp, 1);
    spool_rollback(&s);
    CU_ASSERT_FATAL(spool_go_back(&s, 2, 9000, &first, &last, &e));
    CU_ASSERT_EQUAL(first, 0);
    CU_ASSERT_EQUAL(s.sent, 2);
    CU_ASSERT_EQUAL(waiting(s.sent), 2);
    CU_ASSERT_EQUAL(s.waiting_bytes, 2 * 14);
    CU_ASSERT_EQUAL(s.kept_bytes, 2 * 14);
    spool_close(&s);
    CU_ASSERT_FATAL(spool_open(path, &s, &e));
    CU_ASSERT_EQUAL(s.sent, 2);
    CU_ASSERT_EQUAL(s.waiting_bytes, 2 * 14);
    CU_ASSERT_EQUAL(s.kept_bytes, 2 * 14);
    CU_ASSERT_FATAL(spool_begin(&s, &e));
}

static void lets_go_what_is_old_or_too_much_and_tells_the_gap(void)
{
    int64_t first = -1, last = -1;
    for (int i = 1; i <= 5; i++) {
        put_row("records");
        sent(i, 1000 * i);
    }
    CU_ASSERT_FATAL(spool_drop(&s, 2001, 1000, &e)); /* by age: two */
    CU_ASSERT_EQUAL(s.dropped, 2);
    CU_ASSERT_FATAL(spool_drop(&s, 0, 2 * 14, &e)); /* by size: one more */
    CU_ASSERT_EQUAL(s.dropped, 3);
    CU_ASSERT_FATAL(spool_forget(&s, s.dropped, &e));
    next_turn();
    CU_ASSERT_EQUAL(waiting(0), 2);
    spool_rollback(&s);
    spool_close(&s);
    CU_ASSERT_FATAL(spool_open(path, &s, &e));
    CU_ASSERT_EQUAL(s.dropped, 3);
    CU_ASSERT_FATAL(spool_go_back(&s, 0, 9000, &first, &last, &e));
    CU_ASSERT_EQUAL(first, 1);
    CU_ASSERT_EQUAL(last, 3);
    CU_ASSERT_EQUAL(waiting(s.sent), 2);
    struct feed_counts c;
    CU_ASSERT_FATAL(feed_counts_read(path, &c, &e));
    CU_ASSERT_EQUAL(c.lost, 3);
    CU_ASSERT_EQUAL(c.lost_first, 1);
    CU_ASSERT_EQUAL(c.lost_last, 3);
    CU_ASSERT_FATAL(spool_begin(&s, &e));
}

/* To tell a gap by: of what goes the last one, and one in ten minutes for a month. */
static void notes_of_what_went_are_thinned_and_forgotten_in_a_month(void)
{
    for (int i = 1; i <= 20; i++) {
        put_row("records");
        sent(i, 60000 * i);
    }
    CU_ASSERT_FATAL(spool_drop(&s, 60000 * 20, 1000, &e)); /* what was sent then stays */
    CU_ASSERT_EQUAL(s.dropped, 19);
    CU_ASSERT_EQUAL(s.kept_bytes, 14);
    CU_ASSERT(notes() >= 3 && notes() <= 5);
    for (int i = 21; i <= 30; i++) { /* one goes with each */
        put_row("records");
        sent(i, (int64_t)32 * 86400000 + i);
    }
    CU_ASSERT_FATAL(spool_drop(&s, (int64_t)33 * 86400000, 1000, &e));
    CU_ASSERT_EQUAL(s.dropped, 30);
    CU_ASSERT_EQUAL(notes(), 2); /* one of those ten minutes, and the last */
}

/* What waits counts with what is kept. */
static void what_waits_makes_what_is_kept_go(void)
{
    for (int i = 1; i <= 3; i++) {
        put_row("records");
        sent(i, 1000 * i);
    }
    put_row("records");
    CU_ASSERT_EQUAL(s.waiting_bytes, 14);
    CU_ASSERT_FATAL(spool_drop(&s, 0, 3 * 14, &e));
    CU_ASSERT_EQUAL(s.dropped, 1);
}

static void goes_back_no_further_than_is_kept(void)
{
    int64_t first = -1, last = -1;
    for (int i = 1; i <= 5; i++) {
        put_row("records");
        sent(i, 1000 * i);
    }
    CU_ASSERT_FATAL(spool_drop(&s, 2001, 1000, &e));
    CU_ASSERT_FATAL(spool_forget(&s, s.dropped, &e));
    next_turn();
    spool_rollback(&s);
    CU_ASSERT_FATAL(spool_go_back(&s, 1, 9000, &first, &last, &e));
    CU_ASSERT_EQUAL(first, 2);
    CU_ASSERT_EQUAL(last, 2);
    CU_ASSERT_EQUAL(s.sent, 2);
    CU_ASSERT_EQUAL(s.waiting_bytes, 3 * 14);
    CU_ASSERT_EQUAL(s.kept_bytes, 0);
    CU_ASSERT_FATAL(spool_begin(&s, &e));
}

static void compares_with_what_was_last_seen(void)
{
    struct change c = { .key = { 1 }, .of = { 1 } };
    bool changed = false;
    CU_ASSERT_FATAL(spool_change_get(&s, &c, &changed, &e));
    CU_ASSERT_TRUE(changed);
    CU_ASSERT_EQUAL(c.revision, 0);
    c.revision = 1;
    CU_ASSERT_FATAL(spool_change_put(&s, &c, &e));
    CU_ASSERT_FATAL(spool_change_get(&s, &c, &changed, &e));
    CU_ASSERT_FALSE(changed);
    c.of[0] = 2;
    CU_ASSERT_FATAL(spool_change_get(&s, &c, &changed, &e));
    CU_ASSERT_TRUE(changed);
    CU_ASSERT_EQUAL(c.revision, 1);
}

static void reads_back_what_waits_in_order(void)
{
    struct spool_row rows[4];
    size_t n = 0;
    for (int i = 0; i < 6; i++) {
        s.turn.counts.taken++;
        CU_ASSERT_FATAL(spool_put(&s, SPOOL_EVENTS, SLICE(""), SLICE("raw"), SLICE("records"), &e));
        next_turn();
    }
    CU_ASSERT_FATAL(spool_batch(&s, 0, &a, rows, 4, &n, &e));
    CU_ASSERT_EQUAL_FATAL(n, 4);
    CU_ASSERT_EQUAL(rows[3].n, 4);
    CU_ASSERT_EQUAL(rows[3].bytes, 14);
    CU_ASSERT_EQUAL(s.waiting_bytes, 6 * 14);
    CU_ASSERT_FATAL(spool_batch(&s, 4, &a, rows, 4, &n, &e));
    CU_ASSERT_EQUAL(n, 2);
    CU_ASSERT_FATAL(spool_forget(&s, 5, &e));
    CU_ASSERT_FATAL(spool_batch(&s, 0, &a, rows, 4, &n, &e));
    CU_ASSERT_EQUAL(n, 1);
}

static void refuses_damaged_records_at_every_length(void)
{
    struct buf b;
    struct queued q = { .partition = 3, .value = SLICE("value") }, got;
    buf_init(&b, 1000);
    size_t begun = queued_begin(&b, &q);
    buf_put(&b, q.value);
    queued_end(&b, begun);
    size_t at = 0;
    CU_ASSERT_TRUE(queued_next(buf_slice(&b), &at, &got, &e));
    CU_ASSERT(got.partition == 3 && slice_equal(got.value, q.value));
    CU_ASSERT_FALSE(queued_next(buf_slice(&b), &at, &got, &e));
    CU_ASSERT_EQUAL(e.fate, ERR_NONE);
    for (size_t n = 1; n < b.n; n++) {
        struct err short_one = { .fate = ERR_NONE };
        at = 0;
        CU_ASSERT_FALSE(queued_next(slice_head(buf_slice(&b), n), &at, &got, &short_one));
        CU_ASSERT_STRING_EQUAL(short_one.code, "spool.damaged");
    }
    buf_release(&b);
}

static CU_TestInfo cases[] = {
    { "knows id and body together", knows_id_and_body_together },
    { "finds one among many bodies of an id", finds_one_among_many_bodies_of_an_id },
    { "knows it in later turns too", knows_it_in_later_turns_too },
    { "knows a body without an id", knows_a_body_without_an_id },
    { "prunes old dedup keys a few at a time", prunes_old_dedup_keys_a_few_at_a_time },
    { "answers beyond their share go, the oldest first",
      answers_beyond_their_share_go_the_oldest_first },
    { "a turn of many answers is pruned as fast as it came",
      a_turn_of_many_answers_is_pruned_as_fast_as_it_came },
    { "forgets a turn that is rolled back", forgets_a_turn_that_is_rolled_back },
    { "keeps what was sent and goes back to it", keeps_what_was_sent_and_goes_back_to_it },
    { "lets go what is old or too much and tells the gap",
      lets_go_what_is_old_or_too_much_and_tells_the_gap },
    { "notes of what went are thinned, and forgotten in a month",
      notes_of_what_went_are_thinned_and_forgotten_in_a_month },
    { "what waits makes what is kept go", what_waits_makes_what_is_kept_go },
    { "goes back no further than is kept", goes_back_no_further_than_is_kept },
    { "each opening numbers for itself", each_opening_numbers_for_itself },
    { "a turn that failed leaves nothing for the next",
      a_turn_that_failed_leaves_nothing_for_the_next },
    { "compares with what was last seen", compares_with_what_was_last_seen },
    { "reads back what waits in order", reads_back_what_waits_in_order },
    { "refuses damaged records at every length", refuses_damaged_records_at_every_length },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_spool = { "spool", NULL, NULL, fresh, done, cases };
