/* returned_test.c - a file that comes back, a host that takes over, two hosts at once: what the
 * file remembers is not taken for the last word. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>

#include "host/db.h"
#include "intake/asides.h"
#include "world.h"

#define MOST 32
#define OF_EVENTS                                                                                  \
    "DELETE FROM records WHERE (row >> 40) >> 10 = (SELECT id FROM topics WHERE name LIKE "        \
    "'events.%')"

static struct world w;
static struct world_event all[MOST];
static struct feed *other; /* of another host */
static char other_spool[100];
static int said;

static void begin(enum world_format format)
{
    CU_ASSERT_FATAL(world_init(&w, format));
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
    snprintf(other_spool, sizeof other_spool, "%s/other.db", w.scratch.dir);
    said = 0;
}

static void done(void)
{
    feed_close(&other);
    world_done(&w);
}

static void drain(void)
{
    (void)world_counts(&w);
    CU_ASSERT(!other || feed_drain(other, 120000));
}

static void say_to(struct feed *f, const char *text)
{
    struct arrival in = { .bytes = slice_text(text) };
    struct answer answer;
    struct intake up = feed_intake(f);
    up.take(up.ctx, &in, &answer, 1);
    CU_ASSERT_EQUAL(answer.fate, ANSWER_KEPT);
    drain();
}

/* About H1, each a message of its own. */
static void adt_to(struct feed *f, const char *type, const char *code)
{
    char text[300];
    snprintf(text, sizeof text,
             "MSH|^~\\&|PAS|ZX9|HUB|ZX9|20260203143000||ADT^%s|M%d|P|2.4\rPID|1||H1\r"
             "PV1|1|I|W4\rZU8|%s\r",
             type, ++said, code);
    say_to(f, text);
}

static void adt(const char *type, const char *code)
{
    adt_to(w.feed, type, code);
}

static void rows_to(struct feed *f, const char *rows)
{
    char text[400];
    snprintf(text, sizeof text, "person,status,worker,hide\n%s", rows);
    say_to(f, text);
}

static void rows(const char *text)
{
    rows_to(w.feed, text);
}

static const char *kept(void)
{
    static char path[100];
    snprintf(path, sizeof path, "%s/kept.db", w.scratch.dir);
    return path;
}

static void restart(void)
{
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
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

static void open_other(void)
{
    struct feed_options o = w.options;
    o.spool = other_spool;
    CU_ASSERT_FATAL(feed_open(&o, &other, &w.e));
}

static int in_lane(const void *a, const void *b)
{
    const struct world_event *x = a, *y = b;
    return x->partition != y->partition ? x->partition - y->partition
                                        : (x->offset > y->offset) - (x->offset < y->offset);
}

/* What was told, of one person in order, and no two under one id. */
static const char *told(void)
{
    static char text[600];
    drain();
    size_t n = world_events(&w, all, MOST), at = 0;
    qsort(all, n, sizeof *all, in_lane);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i ? " " : "",
                               world_text(&w, &all[i], "header.kind"));
        for (size_t j = 0; j < i; j++)
            CU_ASSERT_STRING_NOT_EQUAL(world_text(&w, &all[i], "header.id"),
                                       world_text(&w, &all[j], "header.id"));
    }
    return text;
}

/* How many of that kind there are. */
static size_t many(const char *kind)
{
    size_t n = world_events(&w, all, MOST), found = 0;
    for (size_t i = 0; i < n; i++)
        found += strcmp(world_text(&w, &all[i], "header.kind"), kind) == 0;
    return found;
}

static void what_a_restored_file_takes_for_known_is_hidden_again(void)
{
    begin(WORLD_HIDES);
    adt("A31", "0");
    adt("A31", "1");
    keep_a_copy();
    adt("A31", "0");
    put_it_back();
    adt("A31", "1");
    CU_ASSERT_STRING_EQUAL(told(), "lifted raised lifted raised");
    adt("A31", "0");
    keep_a_copy();
    adt("A31", "1");
    put_it_back();
    adt("A31", "0");
    CU_ASSERT_STRING_EQUAL(told(), "lifted raised lifted raised lifted raised lifted");
}

static void a_host_that_takes_over_again_hides_again(void)
{
    begin(WORLD_HIDES);
    adt("A31", "1");
    feed_close(&w.feed);
    open_other();
    adt_to(other, "A31", "0");
    feed_close(&other);
    CU_ASSERT_FATAL(world_open_feed(&w));
    adt("A31", "1");
    CU_ASSERT_STRING_EQUAL(told(), "raised lifted raised");
    feed_close(&w.feed);
    open_other();
    adt_to(other, "A31", "0");
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_STRING_EQUAL(told(), "raised lifted raised lifted");
}

static void of_two_hosts_at_once_each_hides_whenever_it_is_said(void)
{
    struct arena a;
    begin(WORLD_HIDES);
    open_other();
    for (int i = 0; i < 3; i++) {
        adt("A31", "1");
        adt_to(other, "A31", "0");
    }
    adt("A31", "1");
    adt("A31", "1");
    CU_ASSERT_STRING_EQUAL(told(), "raised lifted raised raised raised raised");
    arena_init(&a, (size_t)16 << 20);
    CU_ASSERT(publisher_hear(other, &a, &w.e)); /* as it does once in a while */
    arena_release(&a);
    adt_to(other, "A31", "0");
    adt_to(other, "A31", "0");
    CU_ASSERT_STRING_EQUAL(told(), "raised lifted raised raised raised raised lifted");
}

static void a_case_that_was_opened_since_is_closed_again(void)
{
    begin(WORLD_CASES);
    rows("p1,closed,w1,\np2,open,w1,\np3,closed,w1,\n");
    CU_ASSERT_STRING_EQUAL(told(), "declared");
    keep_a_copy();
    rows("p1,open,w1,\n");
    put_it_back();
    rows("p1,closed,w1,\np2,open,w1,\np3,closed,w1,\n"); /* of whom nobody spoke nothing is told */
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 3);
    rows("p1,closed,w1,\n");
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 3);
    size_t ended = 0;
    (void)told();
    for (size_t i = 0; i < 3; i++)
        ended += strcmp(world_text(&w, &all[i], "header.kind"), "ended") == 0 &&
                 strcmp(world_text(&w, &all[i], "subject.local_id"), "p1") == 0;
    CU_ASSERT_EQUAL(ended, 1);
}

static void a_row_hides_again_under_an_id_of_its_own(void)
{
    begin(WORLD_CASES);
    rows("p1,,,y\n");
    keep_a_copy();
    rows("p1,,,n\n");
    put_it_back();
    rows("p1,,,y\n");
    rows("p1,,,y\n");
    CU_ASSERT_STRING_EQUAL(told(), "raised lifted raised raised");
    feed_close(&w.feed);
    open_other(); /* its state is lost: the same bytes, as if nothing had been */
    rows_to(other, "p1,,,y\n");
    rows_to(other, "p1,,,n\n");
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_STRING_EQUAL(told(), "raised lifted raised raised raised lifted");
}

static void changes_of_a_file_that_came_back_have_ids_of_their_own(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,\n");
    keep_a_copy();
    rows("p1,open,w2,\n");
    rows("p1,open,w1,\n");
    put_it_back();
    rows("p1,open,w2,\n");
    CU_ASSERT_STRING_EQUAL(told(), "declared declared declared declared");
}

/* Nobody else has spoken: whatever was told is known. */
static void a_restart_tells_nothing_again(void)
{
    begin(WORLD_CASES);
    for (int i = 0; i < 4; i++) {
        rows("p1,closed,w1,n\np2,open,w1,n\n");
        CU_ASSERT_STRING_EQUAL(told(), "declared");
        restart();
    }
    rows("p2,open,w1,y\n");
    rows("p2,open,w1,n\n");
    restart();
    rows("p2,open,w1,n\n");
    CU_ASSERT_STRING_EQUAL(told(), "declared raised lifted");
}

static void a_code_that_nobody_knows_is_asked_about_again(void)
{
    begin(WORLD_HIDES);
    adt("A01", "X");
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 1);
    restart();
    adt("A01", "X");
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 1);
    keep_a_copy();
    adt("A01", "0");
    put_it_back();
    adt("A01", "X");
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 2);
    adt("A01", "X");
    CU_ASSERT_EQUAL(world_signs(&w, all, MOST), 2);
}

static void what_undoes_is_told_while_nobody_can_tell(void)
{
    begin(WORLD_CASES);
    rows("p1,closed,w1,n\np2,open,w1,y\n");
    keep_a_copy();
    rows("p1,open,w1,y\n");
    drain();
    size_t before = world_events(&w, all, MOST);
    w.options.without_bus = true;
    feed_close(&w.feed);
    world_copy(kept(), w.spool);
    CU_ASSERT_FATAL(world_open_feed(&w));
    struct arrival in = { .bytes =
                              SLICE("person,status,worker,hide\np1,closed,w1,n\np2,open,w1,y\n") };
    struct intake up = feed_intake(w.feed);
    up.take(up.ctx, &in, &w.answer, 1);
    CU_ASSERT_EQUAL(w.answer.fate, ANSWER_KEPT);
    feed_join_bus(w.feed);
    drain();
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), before + 3);
    CU_ASSERT(many("ended") == 1 && many("lifted") == 1 && many("raised") == 3);
}

/* It has never seen her, but somebody has spoken of her: what undoes that is no quiet first
 * sight. */
static void a_host_without_state_ends_what_another_began(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,y\n");
    feed_close(&w.feed);
    open_other();
    rows_to(other, "p1,closed,w1,n\np2,closed,w1,n\n");
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_STRING_EQUAL(told(), "raised declared lifted ended");
}

/* heard: the lanes were read when they had something; else they were empty. */
static void records_are_gone(bool heard)
{
    struct db *d = NULL;
    begin(WORLD_CASES);
    rows("p1,open,w1,\np2,closed,w1,\n");
    rows("p1,open,w2,\np3,open,w1,\n");
    drain();
    if (heard)
        restart();
    feed_close(&w.feed);
    world_copy(w.spool, kept());
    open_other();
    rows_to(other, "p2,open,w1,\n");
    for (int i = 4; i < 20; i++) {
        char text[40];
        snprintf(text, sizeof text, "p%d,open,w1,\n", i);
        rows_to(other, text);
    }
    feed_close(&other);
    bus_close(&w.bus);
    CU_ASSERT_FATAL(db_open(w.bus_url + sizeof "embedded:" - 1, "", &d, &w.e));
    CU_ASSERT_FATAL(db_run(d,
                           OF_EVENTS
                           " AND row & ((1 << 40) - 1) < (SELECT max(x.row & ((1 << 40) - 1))"
                           " FROM records x WHERE x.row >> 40 = records.row >> 40)",
                           &w.e));
    db_close(&d);
    CU_ASSERT_FATAL(world_open_bus(&w));
    world_copy(kept(), w.spool);
    CU_ASSERT_FATAL(world_open_feed(&w));
    rows("p2,closed,w1,\n");
    drain();
    CU_ASSERT(world_events(&w, all, MOST) < 8);
    CU_ASSERT_EQUAL(many("ended"), 1);
}

static void where_the_records_are_gone_all_is_told_once_more(void)
{
    records_are_gone(true);
}

static void where_all_that_ever_came_is_gone_too(void)
{
    records_are_gone(false);
}

/* Each return tells what concerns whom the other spoke of since the last, not of whom it ever
 * did. */
static void what_was_told_again_is_told_once(void)
{
    begin(WORLD_CASES);
    rows("p1,open,w1,\np2,open,w1,\n");
    feed_close(&w.feed);
    open_other();
    rows_to(other, "p1,open,w2,\np2,open,w2,\n");
    feed_close(&other);
    CU_ASSERT_FATAL(world_open_feed(&w));
    rows("p1,open,w1,\np2,open,w1,\n");
    drain();
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 6);
    feed_close(&w.feed);
    open_other();
    rows_to(other, "p2,open,w2,\n");
    feed_close(&other);
    CU_ASSERT_FATAL(world_open_feed(&w));
    rows("p1,open,w1,\np2,open,w1,\n");
    drain();
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 8);
    size_t ones = 0;
    for (size_t i = 0; i < 8; i++)
        ones += strcmp(world_text(&w, &all[i], "subject.local_id"), "p1") == 0;
    CU_ASSERT_EQUAL(ones, 3);
}

/* As long as it was, or longer: that alone does not tell that it is the same. */
static void what_another_said_on_a_bus_that_was_put_back_is_heard(void)
{
    struct db *d = NULL;
    begin(WORLD_CASES);
    rows("p1,open,w1,\n");
    rows("p1,open,w2,\n");
    rows("p1,open,w1,\n");
    restart(); /* it has heard so much */
    drain();
    feed_close(&w.feed);
    bus_close(&w.bus);
    CU_ASSERT_FATAL(db_open(w.bus_url + sizeof "embedded:" - 1, "", &d, &w.e));
    CU_ASSERT_FATAL(db_run(d, OF_EVENTS " AND row & ((1 << 40) - 1) > 0", &w.e));
    db_close(&d);
    CU_ASSERT_FATAL(world_open_bus(&w));
    w.options.bus = w.bus;
    open_other();
    rows_to(other, "p1,open,w2,\n");
    rows_to(other, "p1,closed,w2,\n");
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 3);
    feed_close(&other);
    CU_ASSERT_FATAL(world_open_feed(&w));
    drain(); /* what it published and the bus lost stands behind */
    size_t before = world_events(&w, all, MOST);
    rows("p1,open,w1,\n");
    drain();
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), before + 1);
}

/* It knows no lines: what restricts or lifts is told once more, nothing else is. */
static void a_file_of_an_older_program_is_read(void)
{
    struct db *d = NULL;
    begin(WORLD_CASES);
    rows("p1,open,w1,y\n");
    rows("p1,open,w1,n\n");
    feed_close(&w.feed);
    CU_ASSERT_FATAL(db_open(w.spool, "", &d, &w.e));
    CU_ASSERT_FATAL(
        db_run(d, "drop table opening; drop table heard_to; drop table spoken_since;", &w.e));
    db_close(&d);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_FATAL(world_open_feed(&w));
        rows("p1,open,w1,n\n");
        CU_ASSERT_STRING_EQUAL(told(), "raised declared lifted lifted");
        feed_close(&w.feed);
    }
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void what_was_told_of_a_row_set_aside_is_not_told_again(void)
{
    const struct way_back b = { .which = { .until_ms = INT64_MAX } };
    uint64_t n = 0;
    begin(WORLD_CASES);
    rows("p2,open,w1,\np1,open,w9,y\n");
    (void)told();
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 2);
    restart();
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e) && n == 1);
    CU_ASSERT_EQUAL(world_counts(&w).aside, 1);
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 2);
    CU_ASSERT_FATAL(world_mend_to(&w, WORLD_CASES_MENDED));
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e) && n == 1);
    CU_ASSERT_EQUAL(world_counts(&w).aside, 0);
    CU_ASSERT_EQUAL(world_events(&w, all, MOST), 3);
    CU_ASSERT_EQUAL(many("raised"), 1);
}

static void a_row_that_lies_aside_hides_anew(void)
{
    begin(WORLD_CASES);
    rows("p2,open,w1,\np1,open,w9,y\n");
    rows("p1,,,n\n");
    for (int i = 0; i < 2; i++)
        rows("p2,open,w1,\np1,open,w9,y\n");
    CU_ASSERT(many("raised") == 2 && many("lifted") == 1);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT(c.quarantined == 1 && c.duplicates == 2);
    CU_ASSERT_EQUAL(c.taken,
                    c.published + c.unchanged + c.duplicates + c.not_carried + c.quarantined);
}

static CU_TestInfo cases[] = {
    { "what a restored file takes for known is hidden again",
      what_a_restored_file_takes_for_known_is_hidden_again },
    { "a host that takes over again hides again", a_host_that_takes_over_again_hides_again },
    { "of two hosts at once each hides whenever it is said",
      of_two_hosts_at_once_each_hides_whenever_it_is_said },
    { "a case that was opened since is closed again",
      a_case_that_was_opened_since_is_closed_again },
    { "a row hides again under an id of its own", a_row_hides_again_under_an_id_of_its_own },
    { "changes of a file that came back have ids of their own",
      changes_of_a_file_that_came_back_have_ids_of_their_own },
    { "a restart tells nothing again", a_restart_tells_nothing_again },
    { "a code that nobody knows is asked about again",
      a_code_that_nobody_knows_is_asked_about_again },
    { "what undoes is told while nobody can tell", what_undoes_is_told_while_nobody_can_tell },
    { "a host without state ends what another began",
      a_host_without_state_ends_what_another_began },
    { "where the records are gone all is told once more",
      where_the_records_are_gone_all_is_told_once_more },
    { "where all that ever came is gone too", where_all_that_ever_came_is_gone_too },
    { "what another said on a bus that was put back is heard",
      what_another_said_on_a_bus_that_was_put_back_is_heard },
    { "what was told again is told once", what_was_told_again_is_told_once },
    { "a file of an older program is read", a_file_of_an_older_program_is_read },
    { "a row that lies aside hides anew", a_row_that_lies_aside_hides_anew },
    { "what was told of a row set aside is not told again",
      what_was_told_of_a_row_set_aside_is_not_told_again },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_returned = { "returned", NULL, NULL, NULL, done, cases };
