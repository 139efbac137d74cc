/* away_test.c - a feed that takes while the bus is away: what it remembers may not be the last
 * word, and what says the same waits until the bus was heard. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

#define MOST 96
#define MANY 70 /* more than are settled in one turn */
#define HOSTS 3

static struct world w;
static struct world_event all[MOST];
static struct feed *others[HOSTS]; /* of other hosts */
static int said;

static void begin(enum world_format format)
{
    CU_ASSERT_FATAL(world_init(&w, format));
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    said = 0;
}

static void done(void)
{
    for (size_t i = 0; i < HOSTS; i++)
        feed_close(&others[i]);
    world_done(&w);
}

static void say_to(struct feed *f, const char *text)
{
    struct arrival in = { .bytes = slice_text(text) };
    struct answer answer;
    struct intake up = feed_intake(f);
    up.take(up.ctx, &in, &answer, 1);
    CU_ASSERT_EQUAL(answer.fate, ANSWER_KEPT);
}

static void file_to(struct feed *f, const char *columns, const char *rows)
{
    char text[400];
    snprintf(text, sizeof text, "%s\n%s", columns, rows);
    say_to(f, text);
}

static void rows_to(struct feed *f, const char *rows)
{
    file_to(f, "person,status,worker,hide", rows);
}

static void rows(const char *text)
{
    rows_to(w.feed, text);
}

/* H1 lies there: a message of its own each time. code: of ZU8-1. */
static void moved_to(struct feed *f, const char *ward, const char *code)
{
    char text[300];
    snprintf(text, sizeof text,
             "MSH|^~\\&|PAS|ZX9|HUB|ZX9|20260203143000||ADT^A08|M%d|P|2.4\rPID|1||H1\r"
             "PV1|1|I|%s\rZU8|%s\r",
             ++said, ward, code);
    say_to(f, text);
}

static void drain(struct feed *f)
{
    CU_ASSERT(feed_drain(f, 120000));
}

static void open_other(size_t i)
{
    static char spools[HOSTS][100];
    struct feed_options o = w.options;
    snprintf(spools[i], sizeof spools[i], "%s/other%zu.db", w.scratch.dir, i);
    o.spool = spools[i];
    o.without_bus = false;
    CU_ASSERT_FATAL(feed_open(&o, &others[i], &w.e));
}

/* Another host takes for the feed, and hands back. */
static void other_takes(const char *text)
{
    open_other(0);
    rows_to(others[0], text);
    drain(others[0]);
    feed_close(&others[0]);
}

static void start(bool without_bus)
{
    feed_close(&w.feed);
    w.options.without_bus = without_bus;
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void bus_returns(void)
{
    feed_join_bus(w.feed);
    drain(w.feed);
}

static int in_lane(const void *a, const void *b)
{
    const struct world_event *x = a, *y = b;
    return x->partition != y->partition ? x->partition - y->partition
                                        : (x->offset > y->offset) - (x->offset < y->offset);
}

/* What was told in order, of one person, by that slot; no two under one id. */
static const char *told(const char *person, const char *slot)
{
    static char text[600];
    size_t n = world_events(&w, all, MOST), at = 0;
    qsort(all, n, sizeof *all, in_lane);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(world_text(&w, &all[i], "header.id"),
                                       world_text(&w, &all[j], "header.id"));
        if (strcmp(world_text(&w, &all[i], "subject.local_id"), person) == 0)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", at ? " " : "",
                                   world_text(&w, &all[i], slot));
    }
    return text;
}

static void sums(uint64_t taken, uint64_t published, uint64_t unchanged, uint64_t events)
{
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken, taken);
    CU_ASSERT_EQUAL(c.published, published);
    CU_ASSERT_EQUAL(c.unchanged, unchanged);
    CU_ASSERT_EQUAL(c.events, events);
    CU_ASSERT_EQUAL(c.waiting, 0);
    CU_ASSERT_EQUAL(c.waiting_bytes, 0);
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT_EQUAL(w.feed->spool.waiting_bytes, 0);
    pthread_mutex_unlock(&w.feed->lock);
}

static void what_another_host_undid_meanwhile_is_told_again(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,\np2,open,w1,\n");
    drain(w.feed);
    feed_close(&w.feed);
    other_takes("p1,open,w2,\n");
    start(true);
    rows("p1,open,w1,\np2,open,w1,\n");
    rows("p1,open,w1,\n");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1");
    CU_ASSERT_STRING_EQUAL(told("p2", "caseload.worker"), "w1");
    sums(5, 3, 2, 3);
    rows("p1,open,w1,\np2,open,w1,\n"); /* what was told again is told once */
    start(false);
    rows("p1,open,w1,\np2,open,w1,\n");
    drain(w.feed);
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1");
    sums(9, 3, 6, 3);
}

static void a_message_of_its_own_is_told_again_likewise(void)
{
    begin(WORLD_HIDES);
    moved_to(w.feed, "W1", "");
    drain(w.feed);
    feed_close(&w.feed);
    open_other(0);
    moved_to(others[0], "W2", "");
    drain(others[0]);
    start(true);
    moved_to(w.feed, "W1", "");
    moved_to(w.feed, "W1", "");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("H1", "stay.ward"), "W1 W2 W1");
    sums(3, 2, 1, 2);
}

/* What may be told to nobody carries no doubt to the router: the message is set aside. */
static void what_waits_is_no_record_to_hold_for_a_code_that_nobody_knows(void)
{
    begin(WORLD_HIDES);
    moved_to(w.feed, "W1", "");
    drain(w.feed);
    start(true);
    moved_to(w.feed, "W1", "X");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("H1", "stay.ward"), "W1");
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.quarantined == 1 && c.aside == 1 && c.published == 1 && c.unchanged == 0);
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 1);
}

static void what_nobody_undid_is_told_to_nobody(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,\np2,closed,w1,\n");
    drain(w.feed);
    for (uint64_t i = 1; i < 4; i++) {
        start(true);
        rows("p1,open,w1,\np2,closed,w1,\n");
        rows("p1,open,w1,\n");
        bus_returns();
        CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1");
        CU_ASSERT_STRING_EQUAL(told("p2", "header.kind"), "");
        sums(2 + 3 * i, 1, 1 + 3 * i, 1);
    }
}

/* Each in its place, before and behind what is news in any case. */
static void what_waits_keeps_its_order(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,\n");
    drain(w.feed);
    feed_close(&w.feed);
    other_takes("p1,open,w2,\n");
    start(true);
    rows("p1,open,w1,\n");
    rows("p1,open,w2,\n");
    rows("p1,open,w1,\n");
    rows("p1,open,w1,\n");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1 w2 w1");
    sums(5, 4, 1, 4);
}

/* Of one row the word about sharing is told in any case, and the case only where it is in doubt. */
static void of_one_row_a_part_may_wait(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,y\np2,open,w1,y\n");
    drain(w.feed);
    feed_close(&w.feed);
    other_takes("p1,open,w2,y\n");
    start(true);
    rows("p1,open,w1,y\np2,open,w1,y\n");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("p1", "header.kind"),
                           "raised declared raised declared raised declared");
    CU_ASSERT_STRING_EQUAL(told("p2", "header.kind"), "raised declared raised");
    sums(4, 4, 0, 7);
}

/* A host without state: whom it has never seen somebody may have spoken of. */
static void a_first_sight_that_ends_what_another_began_is_told(void)
{
    begin(WORLD_CASES);
    feed_close(&w.feed);
    other_takes("p1,open,w1,y\n");
    start(true);
    rows("p1,closed,w1,n\np2,closed,w1,\n");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("p1", "header.kind"), "raised declared lifted ended");
    CU_ASSERT_STRING_EQUAL(told("p2", "header.kind"), "");
    sums(2, 1, 1, 2);
}

/* Once, although the file is opened anew before the bus was heard. */
static void what_waits_outlives_restarts(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,\n");
    drain(w.feed);
    feed_close(&w.feed);
    other_takes("p1,open,w2,\n");
    for (int i = 0; i < 3; i++) {
        start(true);
        rows("p1,open,w1,\n");
    }
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1");
    sums(4, 2, 2, 2);
    start(false);
    rows("p1,open,w1,\n");
    drain(w.feed);
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1");
}

/* It runs on while the bus is away from it alone. */
static void a_bus_that_goes_away_later_is_heard_when_it_is_back(void)
{
    begin(WORLD_CASES);
    open_other(0);
    rows("p1,open,w1,\np2,open,w1,\n");
    drain(w.feed);
    for (uint64_t i = 1; i < 4; i++) {
        feed_leave_bus(w.feed);
        rows_to(others[0], i % 2 ? "p1,open,w2,\n" : "p1,closed,w2,\n");
        drain(others[0]);
        rows("p1,open,w1,\np2,open,w1,\n");
        rows("p1,open,w1,\n");
        bus_returns();
        sums(2 + 3 * i, 2 + i, 2 * i, 2 + i);
    }
    CU_ASSERT_STRING_EQUAL(told("p1", "header.kind"),
                           "declared declared declared ended declared declared declared");
    CU_ASSERT_STRING_EQUAL(told("p2", "caseload.worker"), "w1");
}

/* The other host does not know yet whose the local id is. */
static void what_another_said_of_a_local_id_counts_for_whom_it_leads_to(void)
{
    begin(WORLD_CASES);
    open_other(0);
    feed_leave_bus(others[0]);
    rows_to(others[0], "p1,open,w2,\n");
    world_link(&w, "p1");
    start(false);
    drain(w.feed);
    rows("p1,open,w1,\n");
    drain(w.feed);
    feed_leave_bus(w.feed);
    feed_join_bus(others[0]);
    drain(others[0]);
    rows("p1,open,w1,\n");
    bus_returns();
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 3);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &all[0], "subject.reference"), "");
    CU_ASSERT_STRING_EQUAL(world_text(&w, &all[2], "subject.reference"), THEIRS);
    sums(2, 2, 0, 2);
}

static void run_on_spool(const char *sql)
{
    struct err e = { .fate = ERR_NONE };
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT(db_run(w.feed->spool.db, sql, &e));
    pthread_mutex_unlock(&w.feed->lock);
}

/* Nothing of a feed that was away goes out before others were heard. */
static void what_waits_is_settled_though_the_disk_is_full_for_a_while(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,\n");
    drain(w.feed);
    feed_close(&w.feed);
    other_takes("p1,open,w2,\n");
    start(true);
    rows("p1,open,w1,\n");
    run_on_spool("create trigger full before delete on doubt begin select raise(abort, ''); end");
    feed_join_bus(w.feed);
    CU_ASSERT_FALSE(feed_drain(w.feed, 300)); /* time for a publisher that goes on */
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2");
    run_on_spool("drop trigger full");
    drain(w.feed);
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1");
    sums(2, 2, 0, 2);
}

/* Whatever the trouble is: while it lasts others cannot be heard. */
static void a_trouble_of_the_publisher_is_a_doubt_until_it_is_over(void)
{
    begin(WORLD_CASES);
    open_other(0);
    rows("p1,open,w1,\n");
    drain(w.feed);
    run_on_spool("create trigger no_note before insert on sent begin select raise(abort, ''); end;"
                 "create trigger no_hear before insert on heard_to begin select raise(abort, '');"
                 " end");
    rows("p2,open,w1,\n");
    while (!feed_bus_trouble(w.feed))
        CU_ASSERT_FALSE(feed_drain(w.feed, 10));
    rows_to(others[0], "p1,open,w2,\n");
    drain(others[0]);
    rows("p1,open,w1,\n");
    run_on_spool("drop trigger no_note; drop trigger no_hear");
    drain(w.feed);
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1");
    sums(3, 3, 0, 3);
}

static void what_waits_in_many_turns_is_settled(void)
{
    char row[40];
    begin(WORLD_CASES);
    for (int i = 0; i < 2 * MANY; i++) {
        snprintf(row, sizeof row, "p%d,open,w1,\n", i % MANY);
        if (i == MANY) {
            drain(w.feed);
            feed_close(&w.feed);
            other_takes("p69,open,w2,\n");
            start(true);
        }
        rows(row);
    }
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("p68", "caseload.worker"), "w1");
    CU_ASSERT_STRING_EQUAL(told("p69", "caseload.worker"), "w1 w2 w1");
    sums(2 * MANY, MANY + 1, MANY - 1, MANY + 1);
}

/* What went before it in the same message counts as told. */
static void of_one_message_what_comes_back_to_what_it_was_waits_for_nothing(void)
{
    begin(WORLD_PAIR);
    file_to(w.feed, "person,first,second", "p1,a,b\n");
    drain(w.feed);
    size_t before = world_events(&w, all, MOST);
    start(true);
    file_to(w.feed, "person,first,second", "p1,a,b\n");
    bus_returns();
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), before + 2);
}

/* ---- three hosts for one feed ---- */

static const struct turn_of {
    size_t host;
    const char *worker;
} turns[] = { { 0, "w1" }, { 1, "w1" }, { 2, "w2" }, { 0, "w1" }, { 1, "w2" }, { 2, "w2" },
              { 0, "w2" }, { 2, "w1" }, { 1, "w2" }, { 0, "w2" }, { 2, "w1" }, { 1, "w1" } };
#define TURNS (sizeof turns / sizeof *turns)

static void open_host(size_t i, bool without_bus, struct feed **out)
{
    static char spools[HOSTS][100];
    struct feed_options o = w.options;
    snprintf(spools[i], sizeof spools[i], "%s/host%zu.db", w.scratch.dir, i);
    o.spool = spools[i];
    o.without_bus = without_bus;
    CU_ASSERT_FATAL(feed_open(&o, out, &w.e));
}

/* Each turn another row: the same bytes at a first sight are the same event. */
static void says(struct feed *f, const char *worker)
{
    char row[60];
    snprintf(row, sizeof row, "p1,open,%s,,%d\n", worker, ++said);
    file_to(f, "person,status,worker,hide,note", row);
}

static bool is_told_last(const char *worker)
{
    const char *all_told = told("p1", "caseload.worker");
    size_t n = strlen(all_told);
    return n >= 2 && strcmp(all_told + n - 2, worker) == 0;
}

static void copy_host(const char *from, const char *to)
{
    char command[500];
    for (const char *const *part = (const char *const[]){ "", "-wal", "-shm", NULL }; *part;
         part++) {
        snprintf(command, sizeof command,
                 "cd %s && rm -f %s%s && { test ! -e %s%s || cp %s%s %s%s; }", w.scratch.dir, to,
                 *part, from, *part, from, *part, to, *part);
        CU_ASSERT_EQUAL(system(command), 0);
    }
}

/* One runs at a time; the first host's file of its first turn comes back before its third. */
static void take_in_turns(bool away)
{
    begin(WORLD_CASES);
    feed_close(&w.feed);
    for (size_t i = 0; i < TURNS; i++) {
        if (i == 6)
            copy_host("kept.db", "host0.db");
        open_host(turns[i].host, away, &others[0]);
        says(others[0], turns[i].worker);
        says(others[0], turns[i].worker);
        feed_join_bus(others[0]);
        drain(others[0]);
        feed_close(&others[0]);
        if (i == 0)
            copy_host("host0.db", "kept.db");
        CU_ASSERT(is_told_last(turns[i].worker));
    }
}

static void of_three_hosts_in_turn_the_last_word_is_told_last(void)
{
    take_in_turns(false);
}

static void so_it_is_where_each_begins_without_the_bus(void)
{
    take_in_turns(true);
}

static void of_three_hosts_at_once_each_hears_the_others(void)
{
    struct arena a;
    begin(WORLD_CASES);
    arena_init(&a, (size_t)16 << 20);
    for (size_t i = 0; i < HOSTS; i++)
        open_host(i, false, &others[i]);
    for (size_t i = 0; i < TURNS; i++) {
        struct feed *f = others[turns[i].host];
        drain(f);
        CU_ASSERT(publisher_hear(f, &a, &w.e)); /* as it does once in a while */
        says(f, turns[i].worker);
        drain(f);
        CU_ASSERT(is_told_last(turns[i].worker));
    }
    arena_release(&a);
}

/* ---- days without the bus ---- */

#define DAY_MS ((int64_t)24 * 3600 * 1000)

/* The spool is full, the clock goes on for longer than anything is kept: what was answered is told
 * once, and what was put off is taken when it comes again. */
static void after_days_without_the_bus_all_that_was_answered_is_told(void)
{
    const int64_t began_ms = world_now_ms();
    struct intake up;
    uint64_t kept = 0;
    begin(WORLD_CASES);
    rows("p1,open,w1,\np2,open,w1,\n");
    drain(w.feed);
    feed_close(&w.feed);
    other_takes("p1,open,w2,\n");
    w.options.spool_max_bytes = 4000;
    w.options.keep_ms = DAY_MS;
    start(true);
    up = feed_intake(w.feed);
    for (int i = 0; i < MANY; i++) {
        char text[90];
        struct arrival in = { .bytes = slice_of(text, 0) };
        in.bytes.n =
            (size_t)snprintf(text, sizeof text, "person,status,worker,hide\np%d,open,w1,\n",
                             i % 2 ? i + 2 : 1 + (i / 2) % 2);
        world_set_ms(began_ms + i * DAY_MS / 4);
        up.take(up.ctx, &in, &w.answer, 1);
        kept += w.answer.fate == ANSWER_KEPT;
    }
    CU_ASSERT(kept > 6 && kept < MANY - 6);
    CU_ASSERT_STRING_EQUAL(w.answer.why->code, "spool.full");
    bus_returns();
    CU_ASSERT_STRING_EQUAL(told("p1", "caseload.worker"), "w1 w2 w1");
    CU_ASSERT_STRING_EQUAL(told("p2", "caseload.worker"), "w1");
    CU_ASSERT_STRING_EQUAL(told("p3", "caseload.worker"), "w1");
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.taken == kept + 2 && c.published + c.unchanged == c.taken && c.lost == 0);
    rows("p71,open,w1,\n"); /* it was put off, and there is room again */
    drain(w.feed);
    CU_ASSERT_STRING_EQUAL(told("p71", "caseload.worker"), "w1");
    world_set_ms(began_ms);
}

static CU_TestInfo cases[] = {
    { "what another host undid meanwhile is told again",
      what_another_host_undid_meanwhile_is_told_again },
    { "a message of its own is told again likewise", a_message_of_its_own_is_told_again_likewise },
    { "what waits is no record to hold for a code that nobody knows",
      what_waits_is_no_record_to_hold_for_a_code_that_nobody_knows },
    { "what nobody undid is told to nobody", what_nobody_undid_is_told_to_nobody },
    { "what waits keeps its order", what_waits_keeps_its_order },
    { "of one row a part may wait", of_one_row_a_part_may_wait },
    { "a first sight that ends what another began is told",
      a_first_sight_that_ends_what_another_began_is_told },
    { "what waits outlives restarts", what_waits_outlives_restarts },
    { "a bus that goes away later is heard when it is back",
      a_bus_that_goes_away_later_is_heard_when_it_is_back },
    { "what another said of a local id counts for whom it leads to",
      what_another_said_of_a_local_id_counts_for_whom_it_leads_to },
    { "what waits is settled though the disk is full for a while",
      what_waits_is_settled_though_the_disk_is_full_for_a_while },
    { "a trouble of the publisher is a doubt until it is over",
      a_trouble_of_the_publisher_is_a_doubt_until_it_is_over },
    { "what waits in many turns is settled", what_waits_in_many_turns_is_settled },
    { "of one message what comes back to what it was waits for nothing",
      of_one_message_what_comes_back_to_what_it_was_waits_for_nothing },
    { "of three hosts in turn the last word is told last",
      of_three_hosts_in_turn_the_last_word_is_told_last },
    { "so it is where each begins without the bus", so_it_is_where_each_begins_without_the_bus },
    { "of three hosts at once each hears the others",
      of_three_hosts_at_once_each_hears_the_others },
    { "after days without the bus all that was answered is told",
      after_days_without_the_bus_all_that_was_answered_is_told },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_away = { "away", NULL, NULL, NULL, done, cases };
