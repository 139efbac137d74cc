/* hurry_test.c - a stop while brokers are slow or away: whoever waits for them gives up, and nobody
 * else. */
#include <pthread.h>
#include <stdio.h>

#include "base/clock.h"
#include "rig.h"

#define SLOW_MS 15000 /* longer than any question may take */
#define ENDS_S 6.0    /* two seconds where nothing else runs */
#define LATE_MS 600   /* what is late, and comes */

static bool look_at_the_end(struct err *e)
{
    struct bus_end end;
    return bus_end(rig.bus, "in", 0, &end, e);
}

static bool list_topics(struct err *e)
{
    const struct bus_topic *list;
    struct arena a;
    size_t n;
    arena_init(&a, (size_t)1024 * 1024);
    bool good = bus_list(rig.bus, &a, &list, &n, e);
    arena_release(&a);
    return good;
}

static bool make_topics(struct err *e)
{
    const struct bus_topic t = { .name = "new", .partitions = 1 };
    return bus_topics(rig.bus, &t, 1, e);
}

static bool open_reader(struct err *e)
{
    struct bus_reader *r = NULL;
    bool good = bus_reader_open(rig.bus, "in", 0, 0, &r, e);
    bus_reader_close(&r);
    return good;
}

static bool look_whether_it_is_still_there(struct err *e)
{
    const struct bus_end then = { .next = 1, .stamp = 1 };
    bool yes;
    return bus_still_has(rig.bus, "in", 0, &then, &yes, e);
}

static bool ask_for_a_position(struct err *e)
{
    struct bus_position p;
    struct arena a;
    arena_init(&a, (size_t)1024 * 1024);
    bool good = bus_group_committed(rig.bus, "other", "in", 0, &a, &p, e);
    arena_release(&a);
    return good;
}

static bool publish(struct err *e)
{
    const struct bus_record r = { .topic = "in", .value = SLICE("1") };
    return bus_publish(rig.bus, &r, 1, e);
}

static bool publish_elsewhere(struct err *e)
{
    const struct bus_record r = { .topic = "out", .value = SLICE("1") };
    return bus_publish(rig.bus, &r, 1, e);
}

static bool join(struct err *e)
{
    static const char *const fetched[] = { "in", NULL };
    const struct bus_join j = { .id = "router-1", .topics = fetched, .partitions = 1 };
    struct bus_worker *w = NULL;
    bool good = bus_join(rig.bus, &j, &w, e);
    bus_leave(&w);
    return good;
}

static bool commit(struct err *e)
{
    const struct bus_record r = { .topic = "out", .value = SLICE("1") };
    const struct bus_position p = { .topic = "in", .next = 1, .note = SLICE("") };
    return bus_commit(rig.worker, &r, 1, &p, 1, e);
}

static const struct {
    const char *what;
    bool (*call)(struct err *e);
} calls[] = {
    { "the end", look_at_the_end },
    { "the topics", list_topics },
    { "making topics", make_topics },
    { "opening a reader", open_reader },
    { "a record", look_whether_it_is_still_there },
    { "a position", ask_for_a_position },
    { "a publication", publish },
    { "the first one to a topic", publish_elsewhere },
    { "joining", join },
    { "a commit", commit },
};

#define CALLS (sizeof calls / sizeof calls[0])

struct waiting {
    pthread_t thread;
    bool (*call)(struct err *e);
    bool good;
    struct err e;
    int64_t end_ns;
};

static void *run(void *ctx)
{
    struct waiting *w = ctx;
    w->good = w->call(&w->e);
    w->end_ns = clock_mono_ns();
    return NULL;
}

/* With a record, a publisher and a worker that have met the brokers. */
static void begin_again(void)
{
    CU_ASSERT_TRUE_FATAL(rig_must(rig_publish("1") && rig_join()));
}

static void all_give_up_soon(void)
{
    struct waiting list[CALLS];
    for (size_t i = 0; i < CALLS; i++) {
        list[i] = (struct waiting){ .call = calls[i].call, .e = { .fate = ERR_NONE } };
        CU_ASSERT_EQUAL_FATAL(pthread_create(&list[i].thread, NULL, run, &list[i]), 0);
    }
    int64_t from_ns = clock_mono_ns();
    bus_hurry(rig.bus);
    for (size_t i = 0; i < CALLS; i++) {
        const struct waiting *w = &list[i];
        pthread_join(w->thread, NULL);
        double took_s = (double)(w->end_ns - from_ns) / 1e9;
        bool so = !w->good && (w->e.fate == ERR_RETRY || w->e.fate == ERR_FATAL) && took_s < ENDS_S;
        CU_ASSERT(so);
        if (!so)
            fprintf(stderr, "\n    %s: %d after %.1f s: %s\n", calls[i].what, w->good, took_s,
                    w->e.text);
    }
}

static void whoever_waits_for_brokers_that_are_slow_gives_up(void)
{
    begin_again();
    rig_slow(SLOW_MS);
    all_give_up_soon();
    rig_slow(0);
}

static void whoever_waits_for_brokers_that_are_away_gives_up(void)
{
    begin_again();
    rig_away(true);
    all_give_up_soon();
    rig_away(false);
}

static void what_is_late_is_waited_for_while_nobody_hurries(void)
{
    begin_again();
    rig_slow(LATE_MS);
    CU_ASSERT_TRUE(rig_must(look_at_the_end(&rig.e)));
    CU_ASSERT_TRUE(rig_must(publish(&rig.e)));
    CU_ASSERT_TRUE(rig_must(commit(&rig.e)));
    rig_slow(0);
}

static void what_answers_goes_on_while_everybody_hurries(void)
{
    begin_again();
    bus_hurry(rig.bus);
    CU_ASSERT_TRUE(rig_must(look_at_the_end(&rig.e)));
    CU_ASSERT_TRUE(rig_must(publish(&rig.e)));
    CU_ASSERT_STRING_EQUAL(rig_fetch(2), "1 1 ");
    CU_ASSERT_TRUE(rig_must(commit(&rig.e)));
    CU_ASSERT_STRING_EQUAL(rig_read("out"), "1 ");
}

static CU_TestInfo cases[] = {
    { "whoever waits for brokers that are slow gives up",
      whoever_waits_for_brokers_that_are_slow_gives_up },
    { "whoever waits for brokers that are away gives up",
      whoever_waits_for_brokers_that_are_away_gives_up },
    { "what is late is waited for while nobody hurries",
      what_is_late_is_waited_for_while_nobody_hurries },
    { "what answers goes on while everybody hurries",
      what_answers_goes_on_while_everybody_hurries },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hurry = { "hurry", rig_open, rig_close, rig_fresh, rig_done, cases };
