/* republish_test.c - a bus that was restored or lost gets again what it had, and nothing else does. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "bus/backend.h"
#include "host/db.h"
#include "world.h"

#define EVENTS_MAX 64
#define DAY_MS ((int64_t)86400000)
#define NOW_MS ((int64_t)1790000000000)
#define OF_EVENTS                                                                                  \
    "DELETE FROM records WHERE (row >> 40) >> 10 = (SELECT id FROM topics WHERE name LIKE 'events.%')"
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
        snprintf(text, sizeof text,
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

static bool end_of(struct bus *b, const char *topic, int partition, struct bus_end *out, struct err *e)
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

static CU_TestInfo cases[] = {
    { "a bus that has all gets nothing again", a_bus_that_has_all_gets_nothing_again },
    { "a topic that was lost gets all again, once", a_topic_that_was_lost_gets_all_again_once },
    { "a bus restored from a backup gets what it lacks",
      a_bus_restored_from_a_backup_gets_what_it_lacks },
    { "what is kept no longer is a gap, and the rest comes",
      what_is_kept_no_longer_is_a_gap_and_the_rest_comes },
    { "messages are taken while the bus is asked", messages_are_taken_while_the_bus_is_asked },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_republish = { "republish", NULL, NULL, fresh, done, cases };
