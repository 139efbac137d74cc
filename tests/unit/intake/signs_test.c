/* signs_test.c - the sign that something could not be read follows its person to every key that the
 * feed learns of; and what was read of a message is published once. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "intake/asides.h"
#include "world.h"

#define SIGNS_MAX 16
#define VERIFIED "\"nhs\":\"" NHS_ADA "\",\"status\":\"01\""

static struct world w;
static struct world_event signs[SIGNS_MAX];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void done(void)
{
    world_done(&w);
}

/* A message with these members beside; each has an id of its own. */
static enum answer_fate say(const char *members)
{
    return world_admit(&w, members);
}

/* Whom it hides, and what, nobody can tell. */
static void say_unread(const char *members)
{
    char text[300];
    snprintf(text, sizeof text, "\"hide\":\"what\",%s", members);
    CU_ASSERT_EQUAL(say(text), ANSWER_KEPT);
}

static size_t told(void)
{
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken,
                    c.published + c.unchanged + c.duplicates + c.not_carried + c.quarantined);
    return world_signs(&w, signs, SIGNS_MAX);
}

static struct slice key_of(const struct key *key, const char *text)
{
    uint8_t hash[HASH_BYTES];
    hmac_sha256(key, slice_text(text), hash);
    return arena_copy(&w.a, slice_of(hash, ID_BYTES));
}

/* How many under that key, of the message with that number. */
static size_t signs_of(struct slice key, const char *reference)
{
    size_t n = told(), found = 0;
    for (size_t i = 0; i < n; i++)
        found += slice_equal(signs[i].key, key) &&
                 slice_equal_text(view_text_at(&signs[i].v, "reference"), reference);
    return found;
}

static struct slice local(const char *id)
{
    return key_of(&w.agency_key, id);
}

static struct slice ada(void)
{
    return key_of(&w.region_key, NHS_ADA);
}

static void it_goes_under_the_key_that_there_is(void)
{
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL(told(), 1);
    CU_ASSERT_EQUAL(signs_of(local("H1"), "1"), 1);
}

static void a_message_with_both_carries_it_over_once(void)
{
    say_unread("\"local\":\"H1\"");
    say("\"local\":\"H1\"");
    CU_ASSERT_EQUAL(told(), 1);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(signs_of(ada(), "1"), 1);
    CU_ASSERT_TRUE(slice_equal_text(view_text_at(&signs[0].v, "code"), "map.value"));
    say("\"local\":\"H1\"," VERIFIED);
    say("\"local\":\"H1\"");
    say("\"local\":\"H2\"," VERIFIED);
    CU_ASSERT_EQUAL(told(), 2);
}

static void a_number_that_is_not_verified_carries_it_too(void)
{
    say_unread("\"local\":\"H1\"");
    say("\"local\":\"H1\",\"nhs\":\"" NHS_ADA "\",\"status\":\"02\"");
    CU_ASSERT_EQUAL(signs_of(ada(), "1"), 1);
}

/* Both ways: what follows under the local id alone is the same person's. */
static void from_a_number_it_reaches_the_local_id(void)
{
    say_unread("\"local\":\"H1\",\"nhs\":\"" NHS_ADA "\",\"status\":\"02\"");
    CU_ASSERT_EQUAL(signs_of(ada(), "1"), 1);
    say("\"local\":\"H1\"");
    CU_ASSERT_EQUAL(signs_of(local("H1"), "1"), 1);
}

/* The records of one lane stand in the order they were published in. */
static void it_stands_before_what_follows(void)
{
    struct world_event events[SIGNS_MAX];
    say_unread("\"local\":\"H1\"");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL_FATAL(signs_of(ada(), "1"), 1);
    CU_ASSERT_EQUAL_FATAL(world_events(&w, events, SIGNS_MAX), 1);
    for (size_t i = 0; i < told(); i++)
        if (slice_equal(signs[i].key, ada()))
            CU_ASSERT_TRUE(signs[i].offset < events[0].offset &&
                           signs[i].partition == events[0].partition);
}

static void it_is_remembered_over_a_restart(void)
{
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL(told(), 1);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(signs_of(ada(), "1"), 1);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(told(), 2);
}

static void what_says_nothing_new_carries_it_too(void)
{
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL(
        world_say(&w, "{\"id\":\"n1\",\"type\":\"changed\",\"environment\":\"live\","
                      "\"visit\":\"V\",\"expected\":\"2026-12-01\",\"local\":\"H1\"," VERIFIED "}"),
        ANSWER_KEPT);
    CU_ASSERT_EQUAL(world_counts(&w).unchanged, 1);
    CU_ASSERT_EQUAL(signs_of(ada(), "1"), 1);
}

static void another_unread_message_with_both_carries_the_first(void)
{
    say_unread("\"local\":\"H1\"");
    say_unread("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(signs_of(ada(), "1"), 1);
    CU_ASSERT_EQUAL(signs_of(ada(), "2"), 1);
}

static size_t take_back(bool drop, const char *id)
{
    struct way_back b = { .drop = drop, .which = { .ids = { slice_text(id) }, .id_count = 1 } };
    uint64_t n = 0;
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e));
    return (size_t)n;
}

static void dropped_it_is_carried_no_further(void)
{
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL(take_back(true, arena_format(&w.a, "%s:1", w.options.name)), 1);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(told(), 1);
}

/* Without a message of its own: what others say under the pseudonym waits too. */
static void a_link_on_the_bus_carries_it_over(void)
{
    uint8_t pseudonym[ID_BYTES];
    struct slice key = slice_of(pseudonym, ID_BYTES);
    CU_ASSERT(id_from_hex(SLICE(THEIRS), pseudonym));
    say_unread("\"local\":\"OTHER\"");
    say_unread("\"local\":\"THEIRS\"");
    world_link(&w, "THEIRS");
    for (int i = 0; i < 1000 && signs_of(key, "2") == 0; i++)
        world_counts(&w);
    CU_ASSERT_EQUAL(told(), 3);
    for (size_t i = 0; i < told(); i++)
        if (slice_equal(signs[i].key, key)) {
            CU_ASSERT_EQUAL(signs[i].partition, 2);
            CU_ASSERT(
                slice_equal_text(view_text_at(&signs[i].v, "reference_of"), "hospital/wards"));
        }
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"local\":\"THEIRS\"");
    CU_ASSERT_EQUAL(told(), 3);
}

static size_t restrictions(void)
{
    struct world_event events[SIGNS_MAX];
    size_t n = world_events(&w, events, SIGNS_MAX), found = 0;
    for (size_t i = 0; i < n; i++)
        found += strcmp(world_text(&w, &events[i], "header.type"), "Restriction") == 0;
    return found;
}

/* The table of `to` refuses, so the message is set aside; what it hides counts all the same. */
static void what_was_read_of_it_is_published_once(void)
{
    struct world_event events[SIGNS_MAX];
    say("\"hide\":\"place\",\"to\":\"nowhere\",\"local\":\"H1\"");
    CU_ASSERT_EQUAL(world_counts(&w).events, 1);
    CU_ASSERT_EQUAL(world_events(&w, events, SIGNS_MAX), 1);
    CU_ASSERT_FATAL(world_mend(&w));
    CU_ASSERT_EQUAL(take_back(false, arena_format(&w.a, "%s:1", w.options.name)), 1);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 1);
    CU_ASSERT_EQUAL(c.aside, 0);
    CU_ASSERT_EQUAL(restrictions(), 1);
    size_t n = world_events(&w, events, SIGNS_MAX);
    CU_ASSERT_EQUAL(c.events, n);
    CU_ASSERT(n >= 2);
}

/* ---- by what the router knows one again ---- */

static int64_t when(size_t n)
{
    return view_long_at(&signs[n].v, "when");
}

/* Of the message with that number, whoever it is about; 0: there is none. */
static int64_t when_of(const char *reference)
{
    size_t n = told();
    for (size_t i = 0; i < n; i++)
        if (slice_equal_text(view_text_at(&signs[i].v, "reference"), reference))
            return when(i);
    return 0;
}

/* The clock stands here. */
static void no_two_have_one_time(void)
{
    say_unread("\"local\":\"H1\"");
    say_unread("\"local\":\"H2\"");
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(told(), 3);
    CU_ASSERT(when(0) != when(1) && when(1) != when(2) && when(0) != when(2));
}

/* Each message's own, not one for all of a code: somebody may have looked at the last alone. */
static void all_are_carried_with_their_times(void)
{
    say_unread("\"local\":\"H1\"");
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(told(), 2);
    int64_t first = when_of("1"), second = when_of("2");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL_FATAL(told(), 4);
    CU_ASSERT_EQUAL(signs_of(ada(), "1"), 1);
    CU_ASSERT_EQUAL(signs_of(ada(), "2"), 1);
    for (size_t i = 0; i < 4; i++) {
        bool is_first = slice_equal_text(view_text_at(&signs[i].v, "reference"), "1");
        CU_ASSERT_EQUAL(when(i), is_first ? first : second);
    }
}

/* By a mapping that cannot read it either. */
static void taken_again_it_keeps_its_time(void)
{
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(told(), 1);
    int64_t was = when_of("1");
    world_set_ms(world_now_ms() + 60000);
    CU_ASSERT_FATAL(world_mend(&w));
    CU_ASSERT_EQUAL(take_back(false, arena_format(&w.a, "%s:1", w.options.name)), 1);
    CU_ASSERT_EQUAL_FATAL(told(), 2);
    CU_ASSERT_EQUAL(when_of("2"), was);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(signs_of(ada(), "2"), 1);
    for (size_t i = 0; i < told(); i++)
        CU_ASSERT_EQUAL(when(i), was);
}

static int64_t last_sign_ms(void)
{
    int64_t last = 0;
    for (size_t i = 0, n = told(); i < n; i++) {
        int64_t when = view_long_at(&signs[i].v, "when");
        last = when > last ? when : last;
    }
    return last;
}

static void begin_rows(void)
{
    world_done(&w);
    CU_ASSERT_FATAL(world_init(&w, WORLD_ROWS));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void restart(void)
{
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
}

/* A row of a file. */
static void say_now(const char *row)
{
    char text[200];
    snprintf(text, sizeof text, "person,worker,hide\n%s\n", row);
    world_say(&w, text);
}

/* One a day after the last. */
static void say_row(const char *row)
{
    world_set_ms(world_now_ms() + 86400000);
    say_now(row);
}

/* Byte for byte the row that people may have looked at; what it says was lifted since. */
static void said_again_after_a_lift_it_holds_anew(void)
{
    begin_rows();
    say_row("p1,w1,what");
    int64_t first_ms = last_sign_ms();
    CU_ASSERT_FATAL(first_ms > 0);
    say_row("p1,w1,place");
    say_row("p1,w1,n");
    CU_ASSERT_EQUAL(last_sign_ms(), first_ms);
    say_row("p1,w1,what");
    int64_t second_ms = last_sign_ms();
    CU_ASSERT(second_ms > first_ms);
    world_set_ms(world_now_ms() + 40 * INT64_C(86400000));
    say_row("p1,w1,n");
    say_row("p1,w1,what");
    CU_ASSERT(last_sign_ms() > second_ms);
}

static void each_time_that_it_was_lifted_between_it_holds_anew(void)
{
    begin_rows();
    for (size_t i = 1; i <= 4; i++) {
        const int64_t before_ms = i > 1 ? last_sign_ms() : 0;
        say_now("p1,w1,what");
        CU_ASSERT_EQUAL(told(), i);
        CU_ASSERT(last_sign_ms() > before_ms);
        say_now("p1,w1,n");
    }
    CU_ASSERT_EQUAL(told(), 4);
}

/* A lift that says nothing new is one all the same, and so is what restricts. */
static void whatever_is_read_between_it_holds_anew(void)
{
    begin_rows();
    say_row("p1,w1,what");
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 2);
    say_row("p1,w1,n");
    say_row("p1,w1,n");
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 3);
    say_row("p1,w1,place");
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 4);
}

static void said_again_with_nothing_between_it_holds_once(void)
{
    begin_rows();
    for (size_t i = 0; i < 4; i++)
        say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 2); /* one of the row that is kept, one of that which comes again */
}

static void what_is_read_of_another_person_ends_no_sign(void)
{
    begin_rows();
    say_row("p1,w1,what");
    say_row("p1,w1,what");
    say_row("p2,w1,place");
    say_row("p2,w1,n");
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 2);
}

static void it_holds_anew_over_restarts_too(void)
{
    begin_rows();
    for (size_t i = 1; i <= 4; i++) {
        say_row("p1,w1,what");
        CU_ASSERT_EQUAL(told(), i);
        restart();
        say_row("p1,w1,n");
        restart();
    }
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 5);
    restart();
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 5);
}

/* The file knows of the last sign, and not of the lift after it. */
static void a_restored_file_holds_anew(void)
{
    char kept[120];
    begin_rows();
    snprintf(kept, sizeof kept, "%s/kept.db", w.scratch.dir);
    say_row("p1,w1,place");
    say_row("p1,w1,what");
    say_row("p1,w1,n");
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 2);
    feed_close(&w.feed);
    world_copy(w.spool, kept);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say_row("p1,w1,place");
    say_row("p1,w1,n");
    CU_ASSERT_EQUAL(told(), 2);
    feed_close(&w.feed);
    world_copy(kept, w.spool);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say_row("p1,w1,what");
    CU_ASSERT_EQUAL(told(), 3);
}

static void leave_no_room(void)
{
    feed_close(&w.feed);
    w.options.quarantine_max_bytes = 1;
    CU_ASSERT_FATAL(world_open_feed(&w));
    log_set_level((enum log_level) - 1);
}

/* A number that is not verified stood beside the local id, so the lift went under another key. */
static void what_is_read_of_the_same_local_id_between_it_holds_anew(void)
{
    static const char unread[] =
        "{\"id\":\"u1\",\"type\":\"admitted\",\"environment\":\"live\",\"visit\":\"V\","
        "\"hide\":\"what\",\"local\":\"H1\"}";
    leave_no_room();
    for (size_t i = 1; i <= 3; i++) {
        CU_ASSERT_EQUAL(world_say(&w, unread), ANSWER_LATER);
        const size_t n = told();
        CU_ASSERT_EQUAL(world_say(&w, unread), ANSWER_LATER);
        CU_ASSERT_EQUAL(told(), n);
        CU_ASSERT_EQUAL(
            say("\"lift\":\"place\",\"local\":\"H1\",\"nhs\":\"" NHS_ADA "\",\"status\":\"02\""),
            ANSWER_KEPT);
        size_t own = 0;
        for (size_t j = 0, all = told(); j < all; j++)
            own += slice_equal(signs[j].key, local("H1"));
        CU_ASSERT_EQUAL(own, i);
    }
}

/* It was said under the local id, and is carried to the number before the same message comes
 * again. */
static void what_is_carried_over_between_it_holds_anew(void)
{
    static const char unread[] =
        "{\"id\":\"u1\",\"type\":\"admitted\",\"environment\":\"live\",\"visit\":\"V\","
        "\"hide\":\"what\",\"local\":\"H1\",\"nhs\":\"" NHS_ADA "\",\"status\":\"02\"}";
    leave_no_room();
    CU_ASSERT_EQUAL(world_say(&w, unread), ANSWER_LATER);
    CU_ASSERT_EQUAL(world_say(&w, unread), ANSWER_LATER);
    CU_ASSERT_EQUAL_FATAL(told(), 1);
    CU_ASSERT_EQUAL(say("\"hide\":\"place\",\"local\":\"H1\""), ANSWER_KEPT);
    CU_ASSERT_EQUAL_FATAL(told(), 2); /* the first sign, under the local id too */
    CU_ASSERT_EQUAL(world_say(&w, unread), ANSWER_LATER);
    CU_ASSERT_EQUAL(told(), 3);
    CU_ASSERT_EQUAL(world_say(&w, unread), ANSWER_LATER);
    CU_ASSERT_EQUAL(told(), 3);
}

/* As the program before left it: one table of events and signs, a sign's first byte inverted. */
static void make_older(void)
{
    static const char older[] =
        "create table restricted (id blob not null, key blob not null, n integer not null,"
        " at integer not null, primary key (id, key)) without rowid;"
        "insert into restricted select id, key, n, at from told_aside where kind <> 1;"
        "drop table told_aside;";
    struct db *d = NULL;
    struct db_query *get = NULL, *put = NULL;
    bool row = false;
    feed_close(&w.feed);
    CU_ASSERT_FATAL(db_open(w.spool, "", &d, &w.e));
    CU_ASSERT_FATAL(
        db_prepare(d, "select id, key, n, at from told_aside where kind = 1", &get, &w.e) &&
        db_step(get, &row, &w.e) && row);
    uint8_t id[ID_BYTES];
    memcpy(id, db_blob(get, 0).p, ID_BYTES);
    id[0] = (uint8_t)~id[0];
    struct slice key = arena_copy(&w.a, db_blob(get, 1));
    const int64_t n = db_int(get, 2), at_ms = db_int(get, 3);
    db_reset(get);
    CU_ASSERT_FATAL(db_run(d, older, &w.e));
    CU_ASSERT_FATAL(db_prepare(d, "insert into restricted values (?1, ?2, ?3, ?4)", &put, &w.e));
    db_bind_blob(put, 1, slice_of(id, ID_BYTES));
    db_bind_blob(put, 2, key);
    db_bind_int(put, 3, n);
    db_bind_int(put, 4, at_ms);
    CU_ASSERT_FATAL(db_do(put, &w.e));
    db_close(&d);
}

static void a_sign_of_an_older_file_keeps_its_time(void)
{
    say_unread("\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(told(), 1);
    const int64_t was = when_of("1");
    make_older();
    world_set_ms(world_now_ms() + 60000);
    CU_ASSERT_FATAL(world_mend_to(&w, WORLD_MENDED));
    CU_ASSERT_EQUAL(take_back(false, arena_format(&w.a, "%s:1", w.options.name)), 1);
    CU_ASSERT_EQUAL_FATAL(told(), 2);
    CU_ASSERT_EQUAL(when_of("2"), was);
}

static void an_event_of_an_older_file_is_told_once(void)
{
    say("\"hide\":\"place\",\"to\":\"nowhere\",\"local\":\"H1\"");
    say_unread("\"local\":\"H2\"");
    CU_ASSERT_EQUAL(world_counts(&w).events, 1);
    make_older();
    CU_ASSERT_FATAL(world_mend(&w));
    CU_ASSERT_EQUAL(take_back(false, arena_format(&w.a, "%s:1", w.options.name)), 1);
    CU_ASSERT_EQUAL(world_counts(&w).published, 1);
    CU_ASSERT_EQUAL(restrictions(), 1);
}

/* Its schema has changed since: nobody can tell what it restricts. */
static void a_word_that_cannot_be_said_again_is_a_sign(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT_FATAL(db_run(w.feed->spool.db,
                           "update word set record ="
                           " cast(x'c3010000000000000000' || substr(record, 11) as blob)",
                           &w.e));
    pthread_mutex_unlock(&w.feed->lock);
    CU_ASSERT_EQUAL(told(), 0);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(signs_of(ada(), "0"), 1);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(told(), 1);
}

static CU_TestInfo cases[] = {
    { "no two have one time", no_two_have_one_time },
    { "said again after a lift it holds anew", said_again_after_a_lift_it_holds_anew },
    { "each time that it was lifted between, it holds anew",
      each_time_that_it_was_lifted_between_it_holds_anew },
    { "whatever is read between, it holds anew", whatever_is_read_between_it_holds_anew },
    { "said again with nothing between, it holds once",
      said_again_with_nothing_between_it_holds_once },
    { "what is read of another person ends no sign", what_is_read_of_another_person_ends_no_sign },
    { "it holds anew over restarts too", it_holds_anew_over_restarts_too },
    { "a restored file holds anew", a_restored_file_holds_anew },
    { "what is read of the same local id between, it holds anew",
      what_is_read_of_the_same_local_id_between_it_holds_anew },
    { "what is carried over between, it holds anew", what_is_carried_over_between_it_holds_anew },
    { "a sign of an older file keeps its time", a_sign_of_an_older_file_keeps_its_time },
    { "an event of an older file is told once", an_event_of_an_older_file_is_told_once },
    { "all are carried, with their times", all_are_carried_with_their_times },
    { "taken again it keeps its time", taken_again_it_keeps_its_time },
    { "it goes under the key that there is", it_goes_under_the_key_that_there_is },
    { "a message with both carries it over, once", a_message_with_both_carries_it_over_once },
    { "a number that is not verified carries it too",
      a_number_that_is_not_verified_carries_it_too },
    { "from a number it reaches the local id", from_a_number_it_reaches_the_local_id },
    { "it stands before what follows", it_stands_before_what_follows },
    { "it is remembered over a restart", it_is_remembered_over_a_restart },
    { "what says nothing new carries it too", what_says_nothing_new_carries_it_too },
    { "another unread message with both carries the first",
      another_unread_message_with_both_carries_the_first },
    { "dropped, it is carried no further", dropped_it_is_carried_no_further },
    { "a link on the bus carries it over", a_link_on_the_bus_carries_it_over },
    { "a word that cannot be said again is a sign", a_word_that_cannot_be_said_again_is_a_sign },
    { "what was read of it is published once", what_was_read_of_it_is_published_once },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_signs = { "signs", NULL, NULL, fresh, done, cases };
