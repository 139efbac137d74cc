/* feeds_test.c - the numbers of feeds: state that returned, moved or is old is known again; nothing
 * that was never decided is dropped, nothing that was is decided twice. */
#include <CUnit/CUnit.h>
#include <string.h>

#include "base/clock.h"
#include "bus/backend.h"
#include "bus/topics.h"
#include "record/wire.h"
#include "sharing/acts/act.h"
#include "world.h"

#define A ((int64_t)0x40000001 << 32)
#define B ((int64_t)0x40000002 << 32)
#define A_AGAIN ((int64_t)0x40000003 << 32)
#define DAY_MS ((int64_t)24 * 3600 * 1000)

static char ids[64][ID_HEX];

/* The event of that name by that number; the same name is the same event. */
static void say(int name, int64_t number)
{
    snprintf(ids[name], ID_HEX, "0000019f00000000%016x", 0x1000 + name);
    world_say(&(struct say){ .who = "ada", .feed = "pas", .feed_seq = number, .id = ids[name] });
}

static size_t entries(const char *kind, const char *note)
{
    size_t n = 0;
    for (size_t i = 0; i < world.entry_count; i++)
        n += slice_equal_text(world.entries[i].r.kind, kind) &&
             (!note || slice_equal_text(world.entries[i].r.note, note));
    return n;
}

static void run(void)
{
    CU_ASSERT_TRUE_FATAL(world_run());
    world_read();
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

/* Host A, host B, host A: each event that A takes afterwards is decided. */
static void a_host_that_comes_back_loses_nothing(void)
{
    for (int i = 0; i < 5; i++)
        say(i, A + 1 + i);
    for (int i = 5; i < 9; i++)
        say(i, B + i - 4);
    for (int i = 9; i < 19; i++)
        say(i, A_AGAIN + i - 8);
    run();
    CU_ASSERT_EQUAL(entries("event", NULL), 19);
    CU_ASSERT_EQUAL(entries("duplicate", NULL), 0);
    CU_ASSERT_EQUAL(entries("event", "feed.opened"), 2);
    CU_ASSERT_EQUAL(entries("event", ""), 17);
}

/* The state of a backup sends again what waited in it, and takes others under numbers of its
 * own. */
static void restored_state_repeats_and_goes_on(void)
{
    for (int i = 0; i < 5; i++)
        say(i, A + 1 + i);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_restart();
    for (int i = 3; i < 5; i++)
        say(i, A + 1 + i);
    for (int i = 5; i < 10; i++)
        say(i, B + i - 4);
    run();
    CU_ASSERT_EQUAL(entries("event", NULL), 10);
    CU_ASSERT_EQUAL(entries("duplicate", NULL), 2);
}

/* A machine restored while it ran gives the same numbers to other messages: only the ids tell. */
static void numbers_given_twice_are_decided_and_noted(void)
{
    for (int i = 0; i < 4; i++)
        say(i, A + 1 + i);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_restart();
    say(2, A + 3);
    say(10, A + 3);
    say(11, A + 4);
    say(12, A + 5);
    run();
    CU_ASSERT_EQUAL(entries("duplicate", NULL), 1);
    CU_ASSERT_EQUAL(entries("event", NULL), 7);
    CU_ASSERT_EQUAL(entries("event", "feed.returned"), 2);
}

/* Events known by their ids alone are dropped also under an opening that nobody knows. */
static void a_known_id_is_dropped_under_any_number(void)
{
    say(1, A + 1);
    CU_ASSERT_TRUE_FATAL(world_run());
    world_restart();
    say(1, B + 1);
    say(2, B + 2);
    run();
    CU_ASSERT_EQUAL(entries("duplicate", NULL), 1);
    CU_ASSERT_EQUAL(entries("event", "feed.opened"), 1);
}

/* The id says nothing across feeds. */
static void ids_are_known_of_their_own_feed(void)
{
    world_say(&(struct say){ .who = "ada",
                             .feed = "pas",
                             .feed_seq = A + 2,
                             .id = "0000019f000000000000000000000001",
                             .environment = "live" });
    world_say(&(struct say){ .who = "ada",
                             .feed = "other",
                             .feed_seq = A + 2,
                             .id = "0000019f000000000000000000000002" });
    world_say(&(struct say){ .who = "ada",
                             .feed = "other",
                             .feed_seq = A + 1,
                             .id = "0000019f000000000000000000000001" });
    run();
    CU_ASSERT_EQUAL(entries("refused", NULL), 1);
    CU_ASSERT_EQUAL(entries("event", "feed.returned"), 1);
    CU_ASSERT_EQUAL(entries("duplicate", NULL), 0);
}

static void two_spools_of_one_feed_are_noted(void)
{
    say(0, A + 1);
    say(1, B + 1);
    say(2, A + 2);
    say(3, A + 3);
    say(4, B + 2);
    run();
    CU_ASSERT_EQUAL(entries("event", NULL), 5);
    CU_ASSERT_EQUAL(entries("event", "feed.second"), 2);
}

/* Programs that knew no openings left marks: what they decided is not decided again, and their
 * numbers go on. */
static void old_numbers_go_on(void)
{
    for (int i = 0; i < 3; i++)
        say(i, 1790000000000 * 1024 + i);
    say(3, A + 1);
    say(1, 1790000000000 * 1024 + 1);
    say(4, 1790000000000 * 1024 + 3);
    run();
    CU_ASSERT_EQUAL(entries("duplicate", NULL), 1);
    CU_ASSERT_EQUAL(entries("event", NULL), 5);
}

static void say_taken(const char *who, int name, int64_t number, int64_t taken_ms)
{
    snprintf(ids[name], ID_HEX, "0000019f00000000%016x", 0x1000 + name);
    world_say(&(struct say){
        .who = who, .feed = "pas", .feed_seq = number, .id = ids[name], .taken_ms = taken_ms });
}

/* Older than the ids that are kept, of an opening that nobody knows: it stands still there, and
 * there alone; a restart changes nothing, and what was known stays known. */
static void what_cannot_be_told_stands_still(void)
{
    int64_t now = clock_wall_ms();
    say_taken("ada", 0, A + 1, now - 40 * DAY_MS); /* nothing of the feed was ever decided here */
    say_taken("ada", 1, A + 2, now - 40 * DAY_MS);
    CU_ASSERT_TRUE_FATAL(world_run());
    say_taken("ada", 1, A + 2, now - 40 * DAY_MS);
    say_taken("ada", 2, B + 1, now - 31 * DAY_MS);
    say_taken("ada", 3, A + 3, now);
    world_say(&(struct say){ .who = "dora", .feed = "pas", .feed_seq = B + 2 });
    CU_ASSERT_NOT_EQUAL_FATAL(world_partition("ada"), world_partition("dora"));
    for (int again = 0; again < 2; again++) {
        run();
        CU_ASSERT_EQUAL(router_standing(world.router), 1);
        CU_ASSERT(world.stands == 1 && world.stands_told == (again ? 1u : 2u));
        CU_ASSERT_STRING_EQUAL(world.stand.topic, "events.hosp");
        CU_ASSERT_EQUAL(world.stand.partition, world_partition("ada"));
        CU_ASSERT(world.stand.since_ms >= now && strstr(world.stand.why.text, "feed hosp/pas "));
        CU_ASSERT_EQUAL(entries("event", NULL), 3);
        CU_ASSERT_EQUAL(entries("duplicate", NULL), 1);
        world_restart();
    }
    say_taken("ada", 4, B + 1, now - 29 * DAY_MS);
    run();
    CU_ASSERT_EQUAL(entries("event", NULL), 3); /* it waits behind the other */
}

static const struct bus_ops *true_ops;
static struct bus_ops slow_ops; /* of a bus whose fetches bring nothing in time */
static bool slow;

static bool fetch_slowly(struct bus_worker *w, int wait_ms, const struct bus_record **in, size_t *n,
                         struct err *e)
{
    *n = 0;
    return slow || true_ops->fetch(w, wait_ms, in, n, e);
}

static struct bus_record held_back[16];
static size_t held_back_count; /* fetched, and not handed out since the join */

static bool join_slowly(struct bus *b, const struct bus_join *j, struct bus_worker **out,
                        struct err *e)
{
    bool good = true_ops->join(b, j, out, e);
    held_back_count = 0;
    if (good)
        (*out)->ops = &slow_ops;
    return good;
}

/* As a bus does that brings one topic after the other. */
static bool fetch_control_first(struct bus_worker *w, int wait_ms, const struct bus_record **in,
                                size_t *n, struct err *e)
{
    static struct bus_record control;
    bool good = true;
    if (held_back_count) {
        *in = held_back;
        *n = held_back_count;
        held_back_count = 0;
        return true;
    }
    good = true_ops->fetch(w, wait_ms, in, n, e);
    size_t at = 0;
    while (good && at < *n && strcmp((*in)[at].topic, TOPIC_CONTROL) != 0)
        at++;
    if (!good || at == *n || *n == 1)
        return good;
    CU_ASSERT_FATAL(*n <= 16);
    for (size_t i = 0; i < *n; i++)
        if (i != at)
            held_back[held_back_count++] = (*in)[i];
    control = (*in)[at];
    *in = &control;
    *n = 1;
    return true;
}

static void restart_fetching(bool (*fetch)(struct bus_worker *, int, const struct bus_record **,
                                           size_t *, struct err *))
{
    world_restart();
    router_close(&world.router);
    true_ops = world.bus->ops;
    slow_ops = *true_ops;
    slow_ops.join = join_slowly;
    slow_ops.fetch = fetch;
    world.bus->ops = &slow_ops;
    slow = true;
    world_open_router();
}

static void restart_slowly(void)
{
    restart_fetching(fetch_slowly);
}

/* Who is told so would forget since when it stands. */
static void that_nothing_came_yet_is_not_that_nothing_stands(void)
{
    int64_t now = clock_wall_ms();
    say_taken("ada", 1, A + 1, now - 40 * DAY_MS);
    say_taken("ada", 2, B + 1, now - 31 * DAY_MS);
    run();
    CU_ASSERT_EQUAL(world.stands, 1);
    restart_slowly();
    CU_ASSERT_TRUE_FATAL(world_run() && world_run());
    CU_ASSERT_EQUAL(world.stands_told, 0);
    slow = false;
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT(world.stands == 1 && world.stands_told == 1);
}

static void where_all_is_decided_it_is_told_that_nothing_stands(void)
{
    say_taken("ada", 1, A + 1, clock_wall_ms());
    run();
    restart_slowly();
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT(world.stands == 0 && world.stands_told == 1);
}

/* A person's typed word on a lane, in the lane's own partition. */
static void word_on_lane_of(const char *who, const char *on)
{
    const struct schema *s = catalogue_named(world.catalogue, SLICE("PersonAct"));
    struct act x = { .region = SLICE("teststead"),
                     .verb = SLICE("skip"),
                     .on = slice_text(on),
                     .reason = SLICE("the feed lay for a month"),
                     .typed = SLICE("Pia Operator"),
                     .at_ms = clock_wall_ms() };
    struct buf file, value;
    x.subject.b[7] = (uint8_t)world_partition(who);
    buf_init(&file, 8192);
    buf_init(&value, 9000);
    act_put_file(&x, &file);
    wire_put_header(&value, plan_fingerprint(s->plan));
    avro_put_long(&value, 1);
    avro_put_text(&value, buf_slice(&file));
    world_publish(TOPIC_CONTROL, world_partition(who), slice_of(x.subject.b, ID_BYTES),
                  buf_slice(&value));
    buf_release(&file);
    buf_release(&value);
}

static void word_on_lane(const char *on)
{
    word_on_lane_of("ada", on);
}

/* The way on: somebody says that it was never decided, and the lane is fetched again from there. */
static void a_persons_word_lets_it_go_on(void)
{
    int64_t now = clock_wall_ms();
    char on[60];
    say_taken("ada", 1, A + 1, now - 40 * DAY_MS);
    say_taken("ada", 2, B + 1, now - 31 * DAY_MS);
    say_taken("ada", 3, B + 2, now - 31 * DAY_MS);
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(router_standing(world.router), 1);
    word_on_lane("lane events.hosp 9 at 1"); /* of another: nothing */
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(router_standing(world.router), 1);
    snprintf(on, sizeof on, "lane events.hosp %d at 1", world_partition("ada"));
    word_on_lane(on);
    run();
    CU_ASSERT_TRUE_FATAL(world_run());
    run();
    CU_ASSERT_EQUAL(router_standing(world.router), 0);
    CU_ASSERT_EQUAL(world.stands, 0); /* and who was told of it is told that it is over */
    CU_ASSERT_EQUAL(entries("event", NULL), 3);
    CU_ASSERT_EQUAL(entries("event", "feed.opened"), 1);
    CU_ASSERT_EQUAL(entries("hold-act", NULL), 1);
    CU_ASSERT_EQUAL(entries("refused", "act.lane"), 1);
}

/* Said before anything stands there, or of a place beside it, a word opens nothing. */
static void a_word_counts_for_the_place_that_stands_alone(void)
{
    int64_t now = clock_wall_ms();
    char on[4][60];
    int p = world_partition("ada");
    say_taken("ada", 1, A + 1, now - 40 * DAY_MS);
    CU_ASSERT_TRUE_FATAL(world_run());
    snprintf(on[0], sizeof on[0], "lane events.hosp %d at 1", p); /* the next, which may be */
    snprintf(on[1], sizeof on[1], "lane events.hosp %d at 2", p);
    snprintf(on[2], sizeof on[2], "lane events.nobody %d at 1", p);
    snprintf(on[3], sizeof on[3], "lane events.hosp %d", p);
    word_on_lane(on[0]);
    CU_ASSERT_TRUE_FATAL(world_run());
    say_taken("ada", 2, B + 1, now - 31 * DAY_MS);
    run();
    CU_ASSERT_EQUAL(router_standing(world.router), 1);
    for (int i = 1; i < 4; i++)
        word_on_lane(on[i]);
    run();
    CU_ASSERT_EQUAL(entries("refused", "act.lane"), 4);
    CU_ASSERT_EQUAL(router_standing(world.router), 1);
    word_on_lane(on[0]);
    CU_ASSERT_TRUE_FATAL(world_run() && world_run());
    run();
    CU_ASSERT_EQUAL(router_standing(world.router), 0);
    CU_ASSERT_EQUAL(entries("event", NULL), 2);
    CU_ASSERT_EQUAL(entries("hold-act", NULL), 1);
}

/* The lane's own record is fetched after the word on it. */
static void a_word_that_was_said_before_a_start_counts(void)
{
    int64_t now = clock_wall_ms();
    char on[60];
    snprintf(on, sizeof on, "lane events.hosp %d at 1", world_partition("ada"));
    say_taken("ada", 1, A + 1, now - 40 * DAY_MS);
    say_taken("ada", 2, B + 1, now - 31 * DAY_MS);
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(router_standing(world.router), 1);
    word_on_lane(on);
    restart_fetching(fetch_control_first);
    CU_ASSERT_TRUE_FATAL(world_run() && world_run());
    run();
    CU_ASSERT_EQUAL(router_standing(world.router), 0);
    CU_ASSERT_EQUAL(entries("event", NULL), 2);
}

/* As a bus does that brings one lane, and another much later. */
static bool fetch_dora_late(struct bus_worker *w, int wait_ms, const struct bus_record **in,
                            size_t *n, struct err *e)
{
    static struct bus_record list[16];
    const struct bus_record *all = NULL;
    size_t count = 0;
    if (!slow && held_back_count) {
        *in = held_back;
        *n = held_back_count;
        held_back_count = 0;
        return true;
    }
    *n = 0;
    *in = list;
    if (!true_ops->fetch(w, wait_ms, &all, &count, e))
        return false;
    CU_ASSERT_FATAL(count <= 16 && held_back_count + count <= 16);
    for (size_t i = 0; i < count; i++) {
        struct bus_record r = all[i];
        bool is_late =
            slow && r.partition == world_partition("dora") && strcmp(r.topic, "events.hosp") == 0;
        if (is_late) {
            r.topic = "events.hosp";
            r.key = arena_copy(&world.arena, r.key);
            r.value = arena_copy(&world.arena, r.value);
            held_back[held_back_count++] = r;
        } else {
            list[(*n)++] = r;
        }
    }
    return true;
}

/* One lane stands and is told; another, that stood before, has still to be fetched. */
static void a_word_on_a_lane_that_comes_later_counts_beside_one_that_stands(void)
{
    int64_t now = clock_wall_ms();
    char on[60];
    CU_ASSERT_NOT_EQUAL_FATAL(world_partition("ada"), world_partition("dora"));
    snprintf(on, sizeof on, "lane events.hosp %d at 1", world_partition("dora"));
    say_taken("ada", 1, A + 1, now - 40 * DAY_MS);
    say_taken("dora", 2, A + 2, now - 40 * DAY_MS);
    say_taken("ada", 3, B + 1, now - 31 * DAY_MS);
    say_taken("dora", 4, B + 2, now - 31 * DAY_MS);
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT_EQUAL(router_standing(world.router), 2);
    restart_fetching(fetch_dora_late);
    CU_ASSERT_TRUE_FATAL(world_run());
    CU_ASSERT(world.stands == 1 && world.stands_told == 1);
    word_on_lane_of("dora", on);
    CU_ASSERT_TRUE_FATAL(world_run());
    slow = false;
    CU_ASSERT_TRUE_FATAL(world_run() && world_run());
    run();
    CU_ASSERT_EQUAL(entries("refused", "act.lane"), 0);
    CU_ASSERT_EQUAL(entries("event", NULL), 3);
    CU_ASSERT_EQUAL(router_standing(world.router), 1);
}

static void a_younger_one_of_an_unknown_opening_is_decided(void)
{
    int64_t now = clock_wall_ms();
    say_taken("ada", 1, A + 1, now - 40 * DAY_MS);
    say_taken("ada", 2, B + 1, now - 29 * DAY_MS);
    run();
    CU_ASSERT_EQUAL(entries("event", NULL), 2);
    CU_ASSERT_EQUAL(router_standing(world.router), 0);
}

static CU_TestInfo cases[] = {
    { "a host that comes back loses nothing", a_host_that_comes_back_loses_nothing },
    { "restored state repeats and goes on", restored_state_repeats_and_goes_on },
    { "numbers given twice are decided and noted", numbers_given_twice_are_decided_and_noted },
    { "a known id is dropped under any number", a_known_id_is_dropped_under_any_number },
    { "ids are known of their own feed", ids_are_known_of_their_own_feed },
    { "two spools of one feed are noted", two_spools_of_one_feed_are_noted },
    { "old numbers go on", old_numbers_go_on },
    { "what cannot be told stands still", what_cannot_be_told_stands_still },
    { "that nothing came yet is not that nothing stands",
      that_nothing_came_yet_is_not_that_nothing_stands },
    { "where all is decided it is told that nothing stands",
      where_all_is_decided_it_is_told_that_nothing_stands },
    { "a person's word lets it go on", a_persons_word_lets_it_go_on },
    { "a word on a lane that comes later counts beside one that stands",
      a_word_on_a_lane_that_comes_later_counts_beside_one_that_stands },
    { "a word counts for the place that stands alone",
      a_word_counts_for_the_place_that_stands_alone },
    { "a word that was said before a start counts", a_word_that_was_said_before_a_start_counts },
    { "a younger one of an unknown opening is decided",
      a_younger_one_of_an_unknown_opening_is_decided },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_feeds = { "feeds", world_load, world_unload, world_fresh, world_done, cases };
