/* noticed_test.c - what the bus knows as quarantined and a file that came back does not have is
 * told, until people give it up; and nothing else is. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/db.h"
#include "intake/asides.h"
#include "world.h"

#define BEGUN_MS 1770000000000

static struct world w;
static struct feed *other; /* of another host */
static int64_t now_ms;
static int said;

static void begin(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    world_set_ms(now_ms = BEGUN_MS);
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    said = 0;
}

static void done(void)
{
    feed_close(&other);
    world_done(&w);
}

/* Each at its own time. */
static void say_to(struct feed *f, const char *to)
{
    char text[300];
    struct arrival in = { .bytes = { .n = 0 } };
    struct answer answer;
    struct intake up = feed_intake(f);
    world_set_ms(now_ms += 1000);
    said++;
    snprintf(text, sizeof text,
             "{\"id\":\"m%d\",\"type\":\"admitted\",\"environment\":\"live\",\"visit\":\"V%d\","
             "\"local\":\"H%d\"%s}",
             said, said, said, to);
    in.bytes = slice_text(text);
    up.take(up.ctx, &in, &answer, 1);
    CU_ASSERT_EQUAL(answer.fate, ANSWER_KEPT);
    CU_ASSERT(feed_drain(f, 120000));
}

static void unmapped(int n)
{
    for (; n > 0; n--)
        say_to(w.feed, ",\"to\":\"nowhere\"");
}

/* A turn waits until others were heard. */
static struct feed_counts heard(void)
{
    say_to(w.feed, "");
    return world_counts(&w);
}

static const char *kept(void)
{
    static char path[100];
    snprintf(path, sizeof path, "%s/kept.db", w.scratch.dir);
    return path;
}

static void keep_a_copy(void)
{
    feed_close(&w.feed);
    world_copy(w.spool, kept());
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void put_it_back(void)
{
    feed_close(&w.feed);
    world_copy(kept(), w.spool);
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static bool note(void *ctx, const struct aside *a)
{
    char *text = ctx;
    size_t n = strlen(text);
    if (slice_equal_text(a->state, "lost"))
        snprintf(text + n, 600 - n, "%.*s;", (int)a->id.n, (const char *)a->id.p);
    return true;
}

static const char *lost(void)
{
    static char text[600];
    text[0] = '\0';
    CU_ASSERT(feed_asides_each(w.spool, w.options.name, SLICE(""), note, text, &w.e));
    return text;
}

/* Number n of the feed, set aside when the n-th message came. */
static const char *id_of(int n)
{
    static char text[100];
    snprintf(text, sizeof text, "%s:%d@%lld", w.options.name, n, BEGUN_MS + 1000LL * n);
    return text;
}

static uint64_t drop(const char *id)
{
    struct way_back b = { .drop = true, .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    if (id)
        b.which.ids[b.which.id_count++] = slice_text(id);
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e));
    return n;
}

static void what_came_after_the_backup_is_told(void)
{
    begin();
    unmapped(2);
    keep_a_copy();
    unmapped(3);
    CU_ASSERT_EQUAL(heard().lost, 0);
    put_it_back();
    struct feed_counts c = heard();
    CU_ASSERT(c.lost == 3 && c.aside_lost == 3 && c.aside == 2);
    CU_ASSERT(c.aside_lost_first == 3 && c.aside_lost_last == 5);
    CU_ASSERT_EQUAL(c.aside_lost_from_ms, BEGUN_MS + 3000);
    CU_ASSERT_EQUAL(c.aside_lost_to_ms, BEGUN_MS + 5000);
    unmapped(3); /* with numbers that were given before */
    c = world_counts(&w);
    CU_ASSERT(c.aside_lost == 3 && c.aside == 5);
    put_it_back();
    CU_ASSERT_EQUAL(heard().aside_lost, 6);
}

static void it_stays_until_people_give_it_up(void)
{
    begin();
    keep_a_copy();
    unmapped(3);
    put_it_back();
    CU_ASSERT_EQUAL(heard().aside_lost, 3);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(heard().aside_lost, 3);
    CU_ASSERT_EQUAL(drop(id_of(2)), 1);
    CU_ASSERT_EQUAL(world_counts(&w).aside_lost, 2);
    CU_ASSERT_PTR_NULL(strstr(lost(), id_of(2)));
    CU_ASSERT_PTR_NOT_NULL(strstr(lost(), id_of(3)));
    put_it_back();
    CU_ASSERT_EQUAL(heard().aside_lost, 2);
    CU_ASSERT_PTR_NULL(strstr(lost(), id_of(2)));
    CU_ASSERT_EQUAL(drop(NULL), 2);
    CU_ASSERT(world_counts(&w).lost == 0 && drop(id_of(3)) == 0);
    put_it_back();
    CU_ASSERT_EQUAL(heard().lost, 0);
}

static void it_can_be_given_up_beside_the_feed(void)
{
    struct way_back b = { .drop = true, .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    begin();
    keep_a_copy();
    unmapped(1);
    put_it_back();
    CU_ASSERT_EQUAL(heard().aside_lost, 1);
    feed_close(&w.feed);
    CU_ASSERT(feed_take_back_alone(w.spool, w.options.name, &b, &n, &w.e) && n == 1);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(heard().lost, 0);
    put_it_back();
    CU_ASSERT_EQUAL(heard().lost, 0);
}

static void what_had_ended_before_is_no_loss(void)
{
    begin();
    keep_a_copy();
    unmapped(2);
    struct way_back b = { .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    CU_ASSERT_EQUAL(drop("pas:1"), 1);
    CU_ASSERT_FATAL(world_mend(&w));
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e) && n == 1);
    CU_ASSERT_EQUAL(heard().aside, 0);
    put_it_back();
    CU_ASSERT_EQUAL(heard().lost, 0);
}

static void a_restart_misses_nothing(void)
{
    begin();
    unmapped(3);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    unmapped(1);
    struct feed_counts c = heard();
    CU_ASSERT(c.lost == 0 && c.aside == 4);
}

static void what_another_host_has_set_aside_is_told_until_it_ends(void)
{
    char path[100];
    struct feed_options o = { .name = NULL };
    begin();
    feed_close(&w.feed);
    snprintf(path, sizeof path, "%s/other.db", w.scratch.dir);
    o = w.options;
    o.spool = path;
    CU_ASSERT_FATAL(feed_open(&o, &other, &w.e));
    say_to(other, ",\"to\":\"nowhere\"");
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(heard().aside_lost, 1);
    const struct way_back b = { .drop = true, .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    CU_ASSERT(feed_take_back(other, &b, &n, &w.e) && n == 1);
    feed_close(&other);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(heard().lost, 0);
}

/* As it is where a program that told no ends has written: all that it had is known. */
static void what_an_older_program_had_is_no_loss(void)
{
    static const char older[] =
        "drop table noticed; drop table notice_floor; drop table aside_lost;"
        "drop table aside_ended; delete from heard_to where partition = -1";
    struct db *d = NULL;
    begin();
    unmapped(2);
    CU_ASSERT_EQUAL(drop(NULL), 2);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(db_open(w.spool, "", &d, &w.e));
    CU_ASSERT(db_run(d, older, &w.e));
    db_close(&d);
    CU_ASSERT_EQUAL(
        feed_asides_each(w.spool, w.options.name, SLICE(""), note, (char[600]){ "" }, &w.e), true);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(heard().lost, 0);
    keep_a_copy();
    unmapped(1);
    put_it_back();
    CU_ASSERT_EQUAL(heard().lost, 1);
}

static CU_TestInfo cases[] = {
    { "what came after the backup is told", what_came_after_the_backup_is_told },
    { "it stays until people give it up", it_stays_until_people_give_it_up },
    { "it can be given up beside the feed", it_can_be_given_up_beside_the_feed },
    { "what had ended before is no loss", what_had_ended_before_is_no_loss },
    { "a restart misses nothing", a_restart_misses_nothing },
    { "what another host has set aside is told until it ends",
      what_another_host_has_set_aside_is_told_until_it_ends },
    { "what an older program had is no loss", what_an_older_program_had_is_no_loss },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_noticed = { "noticed", NULL, NULL, NULL, done, cases };
