/* cursor_test.c - where a transport goes on: kept in the very commit that brought what it stands
 * behind. */
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "world.h"

#define ROUNDS 12 /* each opens the feed once: world.h has a place for 16 */
#define TURN 3

static struct world w;

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
}

static void done(void)
{
    mem_fail_after(0);
    world_done(&w);
}

#define ROW(id) "{\"id\":\"" id "\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H\"}"

/* What the next opening hands down; "" when nothing. */
static const char *after_opening_again(void)
{
    static char text[CURSOR_MAX + 1];
    if (w.feed)
        feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    struct slice cursor = feed_intake(w.feed).cursor;
    snprintf(text, sizeof text, "%.*s", (int)cursor.n, (const char *)cursor.p);
    return text;
}

static void limit_pages(const char *sql)
{
    struct err e = { .fate = ERR_NONE };
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT(db_run(w.feed->spool.db, sql, &e));
    pthread_mutex_unlock(&w.feed->lock);
}

static void is_handed_back_when_the_feed_is_opened_again(void)
{
    struct arrival in[] = { { .bytes = SLICE(ROW("a")), .cursor = SLICE("one") },
                            { .bytes = SLICE(ROW("b")), .cursor = SLICE("two") },
                            { .bytes = SLICE(ROW("c")) } };
    struct answer out[3];
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "");
    struct intake up = feed_intake(w.feed);
    up.take(up.ctx, in, out, 3);
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "two");
    CU_ASSERT_EQUAL(world_say(&w, ROW("d")), ANSWER_KEPT);
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "two");
}

static void moves_alone_where_nothing_came(void)
{
    CU_ASSERT_FATAL(world_open_feed(&w));
    struct intake up = feed_intake(w.feed);
    CU_ASSERT_TRUE(up.go_on(up.ctx, SLICE("seen")));
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "seen");
    CU_ASSERT_EQUAL(world_counts(&w).taken, 0);
}

static bool is_away(void *ctx, const struct disclosure_id *id, struct case_reference *out,
                    bool *found, struct err *e)
{
    (void)ctx;
    (void)id;
    (void)out;
    *found = false;
    return err_set(e, ERR_RETRY, "reference.away", 0, "cannot ask now");
}

/* The rows of the second arrival bring it to come again, so that the turn is taken by halves. */
static void stands_before_what_is_to_come_again(void)
{
    static const char rows[] = "[" ROW(
        "b") ",{\"id\":\"c\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H\","
             "\"reference\":\"aaaaaaaaaaaaaaaaaaaa\"}]";
    struct arrival in[] = { { .bytes = SLICE(ROW("a")), .cursor = SLICE("1") },
                            { .bytes = slice_text(rows), .cursor = SLICE("2") },
                            { .bytes = SLICE(ROW("d")), .cursor = SLICE("3") },
                            { .bytes = SLICE(ROW("e")), .cursor = SLICE("4") } };
    struct answer out[4];
    w.options.references = (struct reference_finder){ .find = is_away };
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    struct intake up = feed_intake(w.feed);
    up.take(up.ctx, in, out, 4);
    CU_ASSERT_EQUAL(out[1].fate, ANSWER_LATER);
    CU_ASSERT_EQUAL(out[3].fate, ANSWER_KEPT);
    CU_ASSERT_EQUAL(answers_passed(out, 4), 1);
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "1");
    w.options.references = (struct reference_finder){ .find = NULL };
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    up = feed_intake(w.feed);
    up.take(up.ctx, in + 1, out, 3);
    CU_ASSERT_EQUAL(answers_passed(out, 3), 3);
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "4");
}

/* One message that is put off alone is committed with the others of its turn. */
static void stands_before_one_that_is_put_off_alone(void)
{
    static const struct err cut = { .fate = ERR_RETRY, .code = "x.cut", .text = "too large" };
    struct arrival in[] = { { .bytes = SLICE(ROW("a")), .cursor = SLICE("1") },
                            { .bytes = SLICE(ROW("b")), .cursor = SLICE("2"), .broken = &cut },
                            { .bytes = SLICE(ROW("c")), .cursor = SLICE("3") } };
    struct answer out[3];
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    struct intake up = feed_intake(w.feed);
    up.take(up.ctx, in, out, 3);
    CU_ASSERT_EQUAL(out[1].fate, ANSWER_LATER);
    CU_ASSERT_EQUAL(out[2].fate, ANSWER_KEPT);
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "1");
}

static void stays_where_it_was_while_nothing_can_be_kept(void)
{
    static char ward[400 * 1024];
    struct buf big;
    struct answer out;
    memset(ward, 'x', sizeof ward - 1);
    buf_init(&big, 1 << 20);
    buf_format(&big,
               "{\"id\":\"b\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H\","
               "\"ward\":\"%s\"}",
               ward);
    struct arrival in = { .bytes = buf_slice(&big), .cursor = SLICE("new") };
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    struct intake up = feed_intake(w.feed);
    CU_ASSERT_TRUE(up.go_on(up.ctx, SLICE("old")));
    limit_pages("pragma max_page_count = 40");
    up.take(up.ctx, &in, &out, 1);
    CU_ASSERT_EQUAL(out.fate, ANSWER_LATER);
    limit_pages("pragma max_page_count = 1000000");
    CU_ASSERT_FALSE(up.go_on(up.ctx, slice_of(ward, CURSOR_MAX + 1)));
    CU_ASSERT_FALSE(feed_accepts(w.feed));
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "old");
    up = feed_intake(w.feed);
    up.take(up.ctx, &in, &out, 1);
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "new");
    CU_ASSERT_TRUE(up.go_on(feed_intake(w.feed).ctx, slice_of(ward, CURSOR_MAX)));
    CU_ASSERT_EQUAL(strlen(after_opening_again()), CURSOR_MAX);
    buf_release(&big);
}

static void a_spool_of_an_older_program_has_none(void)
{
    struct db *d = NULL;
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_EQUAL(world_say(&w, ROW("a")), ANSWER_KEPT);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(db_open(w.spool, "drop table cursor", &d, &w.e));
    db_close(&d);
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "");
    struct intake up = feed_intake(w.feed);
    CU_ASSERT_TRUE(up.go_on(up.ctx, SLICE("here")));
    CU_ASSERT_STRING_EQUAL(after_opening_again(), "here");
    CU_ASSERT_EQUAL(world_counts(&w).taken, 1);
}

/* ---- kill -9 ---- */

/* Takes turn after turn until it is killed; each cursor says how many messages there are with its
 * own. */
static void take_for_ever(uint64_t taken, int pipe_out)
{
    if (!world_open_bus(&w) || !world_open_feed(&w))
        _exit(3);
    struct intake up = feed_intake(w.feed);
    for (;;) {
        char text[TURN][120], cursor[TURN][24];
        struct arrival in[TURN];
        struct answer out[TURN];
        for (int i = 0; i < TURN; i++) {
            snprintf(
                text[i], sizeof text[i],
                "{\"id\":\"%llu\",\"type\":\"admitted\",\"environment\":\"live\",\"local\":\"H\"}",
                (unsigned long long)++taken);
            snprintf(cursor[i], sizeof cursor[i], "%llu", (unsigned long long)taken);
            in[i] =
                (struct arrival){ .bytes = slice_text(text[i]), .cursor = slice_text(cursor[i]) };
        }
        up.take(up.ctx, in, out, TURN);
        if (answers_passed(out, TURN) != TURN || write(pipe_out, "+", 1) != 1)
            _exit(4);
    }
}

static void run_and_kill(uint64_t taken, size_t after)
{
    int ends[2], status = 0;
    char byte;
    CU_ASSERT_FATAL(pipe(ends) == 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        take_for_ever(taken, ends[1]);
    }
    close(ends[1]);
    for (size_t turns = 0; read(ends[0], &byte, 1) == 1;)
        if (++turns >= after)
            kill(child, SIGKILL);
    waitpid(child, &status, 0);
    CU_ASSERT(WIFSIGNALED(status));
    close(ends[0]);
}

static void after_a_kill_it_is_of_the_last_turn_that_was_kept(void)
{
    uint64_t taken = 0;
    bus_close(&w.bus); /* the child opens its own */
    srandom(7);
    for (int round = 0; round < ROUNDS; round++) {
        run_and_kill(taken, 1 + (size_t)random() % 60);
        CU_ASSERT_FATAL(world_open_bus(&w));
        uint64_t kept = strtoull(after_opening_again(), NULL, 10);
        CU_ASSERT(kept > taken);
        CU_ASSERT_EQUAL(world_counts(&w).taken, kept);
        taken = kept;
        feed_close(&w.feed);
        bus_close(&w.bus);
    }
}

static CU_TestInfo cases[] = {
    { "is handed back when the feed is opened again",
      is_handed_back_when_the_feed_is_opened_again },
    { "moves alone where nothing came", moves_alone_where_nothing_came },
    { "stands before what is to come again", stands_before_what_is_to_come_again },
    { "stands before one that is put off alone", stands_before_one_that_is_put_off_alone },
    { "stays where it was while nothing can be kept",
      stays_where_it_was_while_nothing_can_be_kept },
    { "a spool of an older program has none", a_spool_of_an_older_program_has_none },
    { "after a kill it is of the last turn that was kept",
      after_a_kill_it_is_of_the_last_turn_that_was_kept },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_cursor = { "cursor", NULL, NULL, fresh, done, cases };
