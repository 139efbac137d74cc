/* republish_test.c - a bus that was restored or lost gets again what it had, and nothing else
 * does. */
#include <CUnit/CUnit.h>
#include <stdatomic.h>
#include <stdio.h>

#include "bus/backend.h"
#include "host/db.h"
#include "world.h"

#define EVENTS_MAX 128
#define DAY_MS ((int64_t)86400000)
#define NOW_MS ((int64_t)1790000000000)
#define OF_EVENTS                                                                                  \
    "DELETE FROM records WHERE (row >> 40) >> 10 = (SELECT id FROM topics WHERE name LIKE "        \
    "'events.%')"
#define OFFSET "(row & ((1 << 40) - 1))"

static struct world w;
static struct world_event events[EVENTS_MAX];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    world_set_ms(NOW_MS);
    w.options.keep_ms = 2 * DAY_MS;
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void done(void)
{
    world_done(&w);
}

/* Each in a turn of its own, noted as sent by itself. */
static void say(int from, int to)
{
    for (int n = from; n <= to; n++) {
        char text[200];
        snprintf(
            text, sizeof text,
            "{\"id\":\"p%d\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H%d\"}", n,
            n % 5);
        CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_KEPT);
        (void)world_counts(&w);
    }
}

/* Feed and bus are closed, the bus' file is changed, and both are opened again. */
static void lose(const char *sql)
{
    struct db *d = NULL;
    feed_close(&w.feed);
    bus_close(&w.bus);
    if (sql) {
        CU_ASSERT_FATAL(db_open(w.bus_url + sizeof "embedded:" - 1, "", &d, &w.e));
        CU_ASSERT_FATAL(db_run(d, sql, &w.e));
        db_close(&d);
    }
    CU_ASSERT_FATAL(world_open_bus(&w));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

/* How many records there are of how many events; each repeated one is the same record. */
static size_t distinct(size_t *all)
{
    size_t found = 0;
    *all = world_events(&w, events, EVENTS_MAX);
    for (size_t i = 0; i < *all; i++) {
        bool is_repeat = i > 0 && events[i].seq == events[i - 1].seq;
        if (is_repeat)
            CU_ASSERT(slice_equal(events[i].v.bytes, events[i - 1].v.bytes));
        found += !is_repeat;
    }
    return found;
}

/* The bus is asked by the publisher's thread, when it starts. */
static void comes_to(size_t wanted, size_t *all)
{
    size_t found = 0;
    for (int i = 0; i < 2000 && found != wanted; i++) {
        (void)world_counts(&w);
        found = distinct(all);
    }
    CU_ASSERT_EQUAL(found, wanted);
}

static void a_bus_that_has_all_gets_nothing_again(void)
{
    size_t all = 0;
    say(1, 9);
    for (int i = 0; i < 2; i++) {
        lose(NULL);
        CU_ASSERT_EQUAL(world_counts(&w).waiting, 0);
        CU_ASSERT_EQUAL(distinct(&all), 9);
        CU_ASSERT_EQUAL(all, 9);
    }
    say(10, 10);
    comes_to(10, &all);
    CU_ASSERT_EQUAL(all, 10);
}

static void a_topic_that_was_lost_gets_all_again_once(void)
{
    size_t all = 0;
    say(1, 4);
    world_set_ms(NOW_MS + DAY_MS);
    say(5, 9);
    for (int i = 0; i < 2; i++) { /* it is kept after that too */
        lose(OF_EVENTS);
        comes_to(9, &all);
        CU_ASSERT_EQUAL(all, 9);
        CU_ASSERT_EQUAL(world_counts(&w).waiting, 0);
        CU_ASSERT_EQUAL(world_counts(&w).lost, 0);
    }
}

/* The end of each lane; what stands before it is not said again from the first. */
static void a_bus_restored_from_a_backup_gets_what_it_lacks(void)
{
    size_t all = 0, lanes[4] = { 0 }, left = 0;
    say(1, 12);
    CU_ASSERT_EQUAL_FATAL(distinct(&all), 12);
    for (size_t i = 0; i < all; i++)
        left += lanes[events[i].partition]++ < 2;
    lose(OF_EVENTS " AND " OFFSET " >= 2");
    comes_to(12, &all);
    CU_ASSERT(all < 12 + left); /* the first that it has all of are not among them */
    say(13, 14);
    lose(NULL);
    say(15, 15);
    size_t before = all;
    comes_to(15, &all);
    CU_ASSERT_EQUAL(all, before + 3);
}

static void what_is_kept_no_longer_is_a_gap_and_the_rest_comes(void)
{
    size_t all = 0;
    say(1, 3);
    world_set_ms(NOW_MS + 3 * DAY_MS);
    say(4, 6);
    lose(OF_EVENTS);
    comes_to(3, &all);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.lost, 3);
    CU_ASSERT_EQUAL(c.lost_first, 1);
    CU_ASSERT_EQUAL(c.lost_last, 3);
    CU_ASSERT_EQUAL(c.waiting, 0);
}

/* A bus that is asked for its ends: whether the feed can take meanwhile. */
static struct bus_ops ops;
static const struct bus_ops *real;
static int asked, held;

static bool end_of(struct bus *b, const char *topic, int partition, struct bus_end *out,
                   struct err *e)
{
    bool free = false;
    for (int i = 0; i < 1000000 && !free; i++)
        free = pthread_mutex_trylock(&w.feed->lock) == 0;
    if (free)
        pthread_mutex_unlock(&w.feed->lock);
    asked++;
    held += !free;
    return real->end(b, topic, partition, out, e);
}

static void messages_are_taken_while_the_bus_is_asked(void)
{
    say(1, 5);
    feed_close(&w.feed);
    w.options.without_bus = true; /* so that this thread is the one that asks */
    CU_ASSERT_FATAL(world_open_feed(&w));
    real = w.bus->ops;
    ops = *real;
    ops.end = end_of;
    w.bus->ops = &ops;
    asked = held = 0;
    CU_ASSERT(publisher_look(w.feed, &w.e));
    CU_ASSERT(asked > 0);
    CU_ASSERT_EQUAL(held, 0);
    feed_close(&w.feed);
    w.bus->ops = real;
}

/* Nine messages in one turn, and so in one batch and one note: each lane's end is in it. */
static void of_a_batch_each_lane_is_noted(void)
{
    static char texts[9][120];
    struct arrival in[9];
    struct answer out[9];
    for (int lane = 0; lane < 4; lane++) {
        size_t all = 0, there = 0;
        char sql[400];
        done();
        fresh();
        for (int n = 0; n < 9; n++) {
            snprintf(
                texts[n], sizeof texts[n],
                "{\"id\":\"p%d\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H%d\"}",
                n, n);
            in[n] = (struct arrival){ .bytes = slice_text(texts[n]) };
        }
        struct intake up = feed_intake(w.feed);
        up.take(up.ctx, in, out, 9);
        (void)world_counts(&w);
        CU_ASSERT_EQUAL_FATAL(distinct(&all), 9);
        for (size_t i = 0; i < all; i++)
            there += events[i].partition == lane;
        CU_ASSERT(there > 0); /* or the test is none */
        snprintf(sql, sizeof sql, "%s AND (row >> 40) & 1023 = %d", OF_EVENTS, lane);
        lose(sql);
        comes_to(9, &all);
    }
}

/* ---- a bus that loses a topic while the feed runs ---- */

/* What each lane takes off its ends, as if it had begun anew; its records lie on. Asked by the
 * publisher's thread. */
static _Atomic int64_t less[4];

static bool end_since(struct bus *b, const char *topic, int partition, struct bus_end *out,
                      struct err *e)
{
    if (!real->end(b, topic, partition, out, e))
        return false;
    if (strncmp(topic, "events.", 7) == 0 && partition < 4)
        out->next -= less[partition];
    out->first = 0;
    return true;
}

/* The next record of each lane is that: below all that were there. */
static void lose_running(int64_t next)
{
    struct bus_end end = { .first = 0 };
    for (int p = 0; p < 4; p++) {
        CU_ASSERT_FATAL(real->end(w.bus, "events.hospital", p, &end, &w.e));
        less[p] = end.next - next;
    }
}

static void let_it_lose(void)
{
    real = w.bus->ops;
    ops = *real;
    ops.end = end_since;
    ops.reads_cheaply = false; /* no word: the ends alone tell */
    for (int p = 0; p < 4; p++)
        less[p] = -200;
    w.bus->ops = &ops;
}

/* How many records there are: each published again is one more. */
static void grows_to(size_t wanted)
{
    size_t all = 0;
    for (int i = 0; i < 200 && all != wanted; i++) {
        (void)world_counts(&w);
        distinct(&all);
    }
    CU_ASSERT_EQUAL(all, wanted);
}

/* Noticed by the next message, before its lane's new end is noted; also by a feed that was opened
 * since, and once only. */
static void a_topic_that_is_lost_meanwhile_comes_again_with_the_next_message(void)
{
    size_t all = 0;
    feed_close(&w.feed);
    let_it_lose();
    CU_ASSERT_FATAL(world_open_feed(&w));
    for (int i = 1; i <= 20; i += 5) /* the same five people each time, so the same lanes */
        say(i, i + 4);
    CU_ASSERT_EQUAL(distinct(&all), 20);
    int other = 28; /* by whom another lane is touched than by 27 */
    while (other < 31 && events[(other - 1) % 5].partition == events[27 % 5 - 1].partition)
        other++;
    lose_running(100);
    say(21, 21);
    grows_to(20 + 1 + 21);
    say(22, 26);
    grows_to(42 + 5);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say(27, 27); /* it has looked since */
    lose_running(0);
    say(other, other);
    grows_to(47 + 2 + 28);
    CU_ASSERT_EQUAL(world_counts(&w).lost, 0);
    CU_ASSERT_EQUAL(distinct(&all), 28);
    feed_close(&w.feed);
    w.bus->ops = real;
}

/* ---- a note that cannot be written ---- */

static void on_spool(const char *sql)
{
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT_FATAL(db_run(w.feed->spool.db, sql, &w.e));
    pthread_mutex_unlock(&w.feed->lock);
}

struct noted {
    int64_t sent, kept_bytes, dropped, dropped_ms;
};

static struct noted noted(void)
{
    pthread_mutex_lock(&w.feed->lock);
    const struct spool *s = &w.feed->spool;
    struct noted n = { s->sent, s->kept_bytes, s->dropped, s->dropped_ms };
    pthread_mutex_unlock(&w.feed->lock);
    return n;
}

/* It fails when half of it is done, some times over: what the spool counts is as before, and after
 * it as on disk. */
static void a_note_that_fails_leaves_nothing_and_is_made_later(void)
{
    size_t all = 0;
    say(1, 3);
    struct noted before = noted();
    CU_ASSERT(before.sent == 3 && before.kept_bytes > 0);
    world_set_ms(NOW_MS + 3 * DAY_MS);
    log_set_level((enum log_level) - 1);
    on_spool("create trigger no before update on sent begin select raise(fail, 'no'); end");
    CU_ASSERT_EQUAL(world_say(&w, "{\"id\":\"p4\",\"type\":\"admitted\",\"environment\":\"live\","
                                  "\"local\":\"H4\"}"),
                    ANSWER_KEPT);
    for (int i = 0; i < 2000 && !feed_bus_away_ms(w.feed); i++)
        CU_ASSERT_FALSE(feed_drain(w.feed, 5));
    for (int i = 0; i < 20; i++) /* and some more tries */
        CU_ASSERT_FALSE(feed_drain(w.feed, 20));
    CU_ASSERT_PTR_NOT_NULL(feed_bus_trouble(w.feed));
    struct noted since = noted();
    CU_ASSERT_EQUAL(since.sent, before.sent);
    CU_ASSERT_EQUAL(since.kept_bytes, before.kept_bytes);
    CU_ASSERT_EQUAL(since.dropped, before.dropped);
    CU_ASSERT_EQUAL(since.dropped_ms, before.dropped_ms);
    on_spool("drop trigger no");
    CU_ASSERT_EQUAL(world_counts(&w).waiting, 0);
    log_set_level(LOG_ERROR);
    since = noted();
    CU_ASSERT(since.sent == 4 && since.dropped == 3);
    CU_ASSERT(since.kept_bytes > 0 && since.kept_bytes < before.kept_bytes);
    lose(NULL);
    CU_ASSERT_EQUAL(noted().kept_bytes, since.kept_bytes);
    CU_ASSERT_EQUAL(distinct(&all), 4);
    CU_ASSERT_EQUAL(all, 4);
    lose(OF_EVENTS); /* the lane was in the note that was made at last */
    comes_to(1, &all);
    CU_ASSERT_EQUAL(world_counts(&w).lost, 3);
}

static CU_TestInfo cases[] = {
    { "a bus that has all gets nothing again", a_bus_that_has_all_gets_nothing_again },
    { "a topic that was lost gets all again, once", a_topic_that_was_lost_gets_all_again_once },
    { "a bus restored from a backup gets what it lacks",
      a_bus_restored_from_a_backup_gets_what_it_lacks },
    { "what is kept no longer is a gap, and the rest comes",
      what_is_kept_no_longer_is_a_gap_and_the_rest_comes },
    { "messages are taken while the bus is asked", messages_are_taken_while_the_bus_is_asked },
    { "of a batch each lane is noted", of_a_batch_each_lane_is_noted },
    { "a topic that is lost meanwhile comes again with the next message",
      a_topic_that_is_lost_meanwhile_comes_again_with_the_next_message },
    { "a note that fails leaves nothing, and is made later",
      a_note_that_fails_leaves_nothing_and_is_made_later },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_republish = { "republish", NULL, NULL, fresh, done, cases };
