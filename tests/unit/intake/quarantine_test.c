/* quarantine_test.c - its share, its age, and what a named person does with what lies there. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "intake/asides.h"
#include "world.h"

#define JUNK_BYTES 300
#define SHARE_BYTES (1000 + 3 * QUARANTINE_ROW_BYTES)
#define SMALL_BYTES 160 /* three of these leave room for one that is shorter */
#define DAY_MS ((int64_t)24 * 3600000)

static struct world w;

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    w.options.quarantine_max_bytes = SHARE_BYTES;
    w.options.quarantine_age_ms = DAY_MS;
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
}

static void done(void)
{
    world_done(&w);
}

/* Three of these fill it. */
static enum answer_fate unreadable(int n)
{
    char text[JUNK_BYTES + 1];
    memset(text, 'x', JUNK_BYTES);
    text[JUNK_BYTES] = '\0';
    snprintf(text, 12, "{no json%02d", n);
    text[10] = 'x';
    return world_say(&w, text);
}

static enum answer_fate unmapped_of(int n, size_t bytes)
{
    char text[2 * SHARE_BYTES + 1];
    int length =
        snprintf(text, sizeof text,
                 "{\"id\":\"u%d\",\"type\":\"admitted\",\"environment\":\"live\",\"visit\":\"V\","
                 "\"local\":\"H\",\"to\":\"nowhere\",\"ward\":\"",
                 n);
    memset(text + length, 'x', bytes - (size_t)length - 2);
    memcpy(text + bytes - 2, "\"}", 3);
    return world_say(&w, text);
}

static enum answer_fate unmapped(int n)
{
    return unmapped_of(n, JUNK_BYTES);
}

static enum answer_fate good(int n)
{
    char text[300];
    snprintf(text, sizeof text,
             "{\"id\":\"g%d\",\"type\":\"admitted\",\"environment\":\"live\","
             "\"visit\":\"V%d\",\"local\":\"H%d\"}",
             n, n, n);
    return world_say(&w, text);
}

static bool note(void *ctx, const struct aside *a)
{
    char *text = ctx;
    size_t n = strlen(text);
    snprintf(text + n, 400 - n, "%.*s %.*s; ", (int)a->id.n, (const char *)a->id.p,
             (int)a->said.n < 3 ? (int)a->said.n : 3, (const char *)a->said.p);
    return true;
}

static const char *listed(void)
{
    static char text[400];
    text[0] = '\0';
    CU_ASSERT(feed_asides_each(w.spool, w.options.name, SLICE(""), note, text, &w.e));
    return text;
}

static struct feed_counts sums(void)
{
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken,
                    c.published + c.unchanged + c.duplicates + c.not_carried + c.quarantined);
    return c;
}

static void lets_the_oldest_go_that_nobody_counts_on(void)
{
    for (int n = 1; n <= 5; n++)
        CU_ASSERT_EQUAL(unreadable(n), ANSWER_REFUSED);
    struct feed_counts c = sums();
    CU_ASSERT(c.quarantined == 5 && c.aside == 3 && !c.aside_full && c.aside_bytes <= SHARE_BYTES);
    CU_ASSERT_EQUAL(world_tally(&w, "let go", "quarantine"), 2);
    CU_ASSERT_PTR_NULL(strstr(listed(), ":1 "));
    CU_ASSERT_PTR_NOT_NULL(strstr(listed(), ":5 no,"));
}

/* A row of one byte takes more of the disk than that. */
static void small_ones_count_with_their_rows(void)
{
    char text[2] = "";
    for (int n = 0; n < 26; n++) {
        text[0] = (char)('a' + n);
        CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_REFUSED);
    }
    struct feed_counts c = sums();
    CU_ASSERT(c.quarantined == 26 && c.aside == SHARE_BYTES / (QUARANTINE_ROW_BYTES + 1));
    CU_ASSERT_EQUAL(c.aside_bytes, c.aside * (QUARANTINE_ROW_BYTES + 1));
}

static void keeps_what_was_accepted_and_then_asks_to_come_again(void)
{
    CU_ASSERT_EQUAL(unreadable(1), ANSWER_REFUSED);
    for (int n = 2; n <= 4; n++)
        CU_ASSERT_EQUAL(unmapped(n), ANSWER_KEPT);
    CU_ASSERT_EQUAL(sums().aside, 3);
    CU_ASSERT_EQUAL(unmapped(5), ANSWER_LATER);
    CU_ASSERT_EQUAL(unreadable(6), ANSWER_LATER);
    CU_ASSERT_EQUAL(good(7), ANSWER_KEPT);
    struct feed_counts c = sums();
    CU_ASSERT(c.aside == 3 && c.aside_full && c.published == 1 && c.refused_later == 2);
    CU_ASSERT(feed_is_full_or_old(&c, world_now_ms()));
    CU_ASSERT_PTR_NULL(strstr(listed(), "no,"));
}

/* Of local id L: its time nobody can read; it hides a place, or what nobody knows. */
static enum answer_fate hiding(const char *what)
{
    char text[JUNK_BYTES];
    snprintf(text, sizeof text,
             "{\"id\":\"h%s\",\"type\":\"changed\",\"environment\":\"live\",\"visit\":\"V\","
             "\"local\":\"L\",\"at\":\"never\",\"expected\":\"x\",\"hide\":\"%s\"}",
             what, what);
    return world_say(&w, text);
}

static void what_restricts_counts_though_there_is_no_room(void)
{
    struct world_event all[8];
    for (int n = 2; n <= 4; n++)
        CU_ASSERT_EQUAL(unmapped(n), ANSWER_KEPT);
    for (int n = 0; n < 3; n++) {
        CU_ASSERT_EQUAL(hiding("place"), ANSWER_LATER);
        CU_ASSERT_EQUAL(hiding("what"), ANSWER_LATER);
    }
    CU_ASSERT_EQUAL(unmapped(5), ANSWER_LATER);
    struct feed_counts c = sums();
    CU_ASSERT(c.refused_later == 7 && c.quarantined == 3 && c.published == 1 && c.unchanged == 1);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, all, 8), 1);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &all[0], "header.kind"), "raised");
    CU_ASSERT_EQUAL(world_signs(&w, all, 8), 1);
}

static uint64_t take_back(bool drop, const char *id, const char *code)
{
    struct way_back b = { .drop = drop,
                          .which = { .code = slice_text(code), .until_ms = INT64_MAX } };
    char whole[80];
    uint64_t n = 0;
    snprintf(whole, sizeof whole, "%s:%s", w.options.name, id ? id : "");
    if (id)
        b.which = (struct selection){ .ids = { slice_text(whole) }, .id_count = 1 };
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e));
    return n;
}

/* Somebody may have looked before there was room for it. */
static void the_sign_of_what_came_again_keeps_its_time(void)
{
    struct world_event all[8];
    for (int n = 2; n <= 4; n++)
        CU_ASSERT_EQUAL(unmapped(n), ANSWER_KEPT);
    CU_ASSERT_EQUAL(hiding("what"), ANSWER_LATER);
    CU_ASSERT_EQUAL(take_back(true, NULL, "map.value"), 3);
    world_set_ms(world_now_ms() + 60000);
    CU_ASSERT_EQUAL(hiding("what"), ANSWER_KEPT);
    CU_ASSERT_EQUAL(sums().aside, 1);
    CU_ASSERT_EQUAL_FATAL(world_signs(&w, all, 8), 2);
    CU_ASSERT_EQUAL(view_long_at(&all[0].v, "when"), view_long_at(&all[1].v, "when"));
}

static void an_old_one_goes_or_is_an_alarm(void)
{
    CU_ASSERT_EQUAL(unreadable(1), ANSWER_REFUSED);
    CU_ASSERT_EQUAL(unmapped(2), ANSWER_KEPT);
    struct feed_counts c = sums();
    CU_ASSERT_FALSE(feed_is_full_or_old(&c, world_now_ms()));
    world_set_ms(world_now_ms() + DAY_MS + 1);
    feed_close(&w.feed); /* its publisher looks when it is idle; here by hand */
    CU_ASSERT_FATAL(world_open_feed(&w));
    w.feed->watched_ms = 0;
    feed_watch_quarantine(w.feed);
    c = sums();
    CU_ASSERT(c.aside == 1 && feed_is_full_or_old(&c, world_now_ms()));
    CU_ASSERT_PTR_NOT_NULL(strstr(listed(), ":2 yes"));
}

static void what_is_dropped_makes_room(void)
{
    for (int n = 1; n <= 3; n++)
        CU_ASSERT_EQUAL(unmapped(n), ANSWER_KEPT);
    CU_ASSERT_EQUAL(unmapped(4), ANSWER_LATER);
    CU_ASSERT_EQUAL(take_back(true, "2", NULL), 1);
    CU_ASSERT_EQUAL(take_back(true, "2", NULL), 0);
    CU_ASSERT_EQUAL(take_back(true, NULL, "no.such"), 0);
    struct feed_counts c = sums();
    CU_ASSERT(c.aside == 2 && !c.aside_full);
    CU_ASSERT_EQUAL(unmapped(4), ANSWER_KEPT);
    CU_ASSERT_EQUAL(take_back(true, NULL, "map.value"), 3);
    CU_ASSERT_EQUAL(sums().aside, 0);
}

static bool is_alarmed(void)
{
    struct feed_counts c = sums();
    return feed_is_full_or_old(&c, world_now_ms());
}

/* A small one that is unreadable: nobody was told that it is kept. */
static void say_small(int n)
{
    char text[20];
    snprintf(text, sizeof text, "{small%d", n);
    CU_ASSERT_EQUAL(world_say(&w, text), ANSWER_REFUSED);
}

/* A small one that fits says nothing of what did not. */
static void stays_full_until_what_was_refused_would_fit(void)
{
    for (int n = 1; n <= 3; n++)
        CU_ASSERT_EQUAL(unmapped_of(n, SMALL_BYTES), ANSWER_KEPT);
    CU_ASSERT_FALSE(is_alarmed());
    CU_ASSERT_EQUAL(unmapped_of(4, 1000), ANSWER_LATER);
    CU_ASSERT(is_alarmed());
    say_small(1);
    CU_ASSERT_EQUAL(sums().aside, 4);
    CU_ASSERT(is_alarmed());
    say_small(2);
    CU_ASSERT(is_alarmed());
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT(is_alarmed());
    CU_ASSERT_EQUAL(take_back(true, "1", NULL), 1);
    CU_ASSERT(is_alarmed());
    CU_ASSERT_EQUAL(take_back(true, "2", NULL), 1);
    CU_ASSERT_FALSE(is_alarmed());
    CU_ASSERT_EQUAL(unmapped_of(4, 1000), ANSWER_KEPT);
    CU_ASSERT_FALSE(is_alarmed());
}

/* By a command, while the feed does not run; what nobody counts on keeps nothing out. */
static void is_full_no_more_when_what_was_kept_is_dropped(void)
{
    const struct way_back drop = { .drop = true,
                                   .which = { .code = SLICE("map.value"), .until_ms = INT64_MAX } };
    uint64_t n = 0;
    for (int i = 1; i <= 3; i++)
        CU_ASSERT_EQUAL(unmapped_of(i, SMALL_BYTES), ANSWER_KEPT);
    CU_ASSERT_EQUAL(unmapped_of(4, 2 * SHARE_BYTES), ANSWER_LATER);
    say_small(1);
    feed_close(&w.feed);
    CU_ASSERT(feed_take_back_alone(w.spool, w.options.name, &drop, &n, &w.e) && n == 3);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(sums().aside, 1);
    CU_ASSERT_FALSE(is_alarmed());
}

/* The answers of the turn before may be on their way while somebody takes others again. */
static void taken_again_by_the_same_mapping_it_stays_and_disturbs_nobody(void)
{
    CU_ASSERT_EQUAL(unmapped(1), ANSWER_KEPT);
    CU_ASSERT_EQUAL(good(2), ANSWER_KEPT);
    char before[200];
    size_t n = w.answer.reply.n < sizeof before ? w.answer.reply.n : sizeof before;
    memcpy(before, w.answer.reply.p, n);
    CU_ASSERT_EQUAL(take_back(false, "1", NULL), 1);
    CU_ASSERT(memcmp(before, w.answer.reply.p, n) == 0);
    struct feed_counts c = sums();
    CU_ASSERT(c.aside == 1 && c.quarantined == 1 && c.duplicates == 1 && c.published == 1);
}

static void ordered_while_it_does_not_run_it_is_done_at_the_next_start(void)
{
    const struct way_back again = { .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    CU_ASSERT_EQUAL(unmapped(1), ANSWER_KEPT);
    feed_close(&w.feed);
    CU_ASSERT(feed_take_back_alone(w.spool, w.options.name, &again, &n, &w.e) && n == 1);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(sums().duplicates, 1);
    feed_close(&w.feed);
    const struct way_back drop = { .drop = true, .which = { .until_ms = INT64_MAX } };
    CU_ASSERT(feed_take_back_alone(w.spool, w.options.name, &drop, &n, &w.e) && n == 1);
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(sums().aside, 0);
}

static CU_TestInfo cases[] = {
    { "what restricts counts, though there is no room",
      what_restricts_counts_though_there_is_no_room },
    { "the sign of what came again keeps its time", the_sign_of_what_came_again_keeps_its_time },
    { "lets the oldest go that nobody counts on", lets_the_oldest_go_that_nobody_counts_on },
    { "small ones count with their rows", small_ones_count_with_their_rows },
    { "keeps what was accepted, and then asks to come again",
      keeps_what_was_accepted_and_then_asks_to_come_again },
    { "an old one goes, or is an alarm", an_old_one_goes_or_is_an_alarm },
    { "what is dropped makes room", what_is_dropped_makes_room },
    { "stays full until what was refused would fit", stays_full_until_what_was_refused_would_fit },
    { "is full no more when what was kept is dropped",
      is_full_no_more_when_what_was_kept_is_dropped },
    { "taken again by the same mapping it stays, and disturbs nobody",
      taken_again_by_the_same_mapping_it_stays_and_disturbs_nobody },
    { "ordered while it does not run, it is done at the next start",
      ordered_while_it_does_not_run_it_is_done_at_the_next_start },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_quarantine = { "quarantine", NULL, NULL, fresh, done, cases };
