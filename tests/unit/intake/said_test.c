/* said_test.c - words about sharing of messages that have no id of their own: sent again, or said
 * anew. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "intake/asides.h"
#include "world.h"

#define MOST 32

static struct world w;
static struct world_event all[MOST];
static char copy[128];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_PLAIN) && world_open_feed(&w));
    snprintf(copy, sizeof copy, "%s/copy.db", w.scratch.dir);
    log_set_level((enum log_level) - 1);
}

static void done(void)
{
    world_done(&w);
}

static void open_anew(enum world_format format)
{
    world_done(&w);
    CU_ASSERT_FATAL(world_init(&w, format) && world_open_feed(&w));
}

/* A file of rows: person,flag,what,at,worker. */
static void say(const char *rows)
{
    char text[400];
    snprintf(text, sizeof text, "person,flag,what,at,worker\n%s\n", rows);
    world_say(&w, text);
}

/* A lift with its own time. */
static void show_on(int day, const char *worker)
{
    char row[80];
    snprintf(row, sizeof row, "p1,show,place,2026-01-%02dT10:00:00Z,%s", day, worker);
    say(row);
}

/* What was told, a letter each: H and S of a restriction, Y and N of a consent, c of a case. */
static const char *told(void)
{
    static char letters[MOST + 1];
    (void)world_counts(&w);
    const size_t n = world_events(&w, all, MOST);
    for (size_t i = 0; i < n; i++) {
        const char *kind = world_text(&w, &all[i], "header.kind");
        letters[i] = 'c';
        for (const char *of = "Hraised Slifted Ygranted Nrevoked", *p = of; (p = strstr(p, kind));
             p++)
            letters[i] = p[-1];
    }
    letters[n] = '\0';
    return letters;
}

static bool have_ids_of_their_own(void)
{
    const size_t n = world_events(&w, all, MOST);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(world_text(&w, &all[i], "header.id"),
                       world_text(&w, &all[j], "header.id")) == 0)
                return false;
    return true;
}

static uint64_t take_all_again(void)
{
    const struct way_back whole = { .which = { .until_ms = INT64_MAX } };
    const struct way_back b = { .which = { .code = SLICE(SAID_AGAIN), .until_ms = INT64_MAX } };
    uint64_t n = 0;
    CU_ASSERT(feed_take_back(w.feed, &whole, &n, &w.e));
    CU_ASSERT_EQUAL(n, 0); /* somebody must be asked: only the code or an id means it */
    CU_ASSERT(feed_take_back(w.feed, &b, &n, &w.e));
    return n;
}

static void what_hides_is_told_anew_after_a_lift(void)
{
    for (int i = 0; i < 3; i++) {
        say("p1,hide,place,,");
        say("p1,hide,place,,");
        show_on(1 + i, "");
    }
    CU_ASSERT_STRING_EQUAL(told(), "HSHSHS");
    CU_ASSERT(have_ids_of_their_own());
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 3);
    CU_ASSERT_EQUAL(world_counts(&w).published, 6);
}

static void after_14_days_too(void)
{
    say("p1,hide,place,,");
    say("p1,show,place,2026-01-02T10:00:00Z,");
    world_set_ms(world_now_ms() + INT64_C(20) * 86400000);
    say("p1,hide,place,,");
    CU_ASSERT_STRING_EQUAL(told(), "HSH");
    CU_ASSERT(have_ids_of_their_own());
}

/* It may be an old file, and would undo what was said since. */
static void a_lift_without_a_time_asks_somebody(void)
{
    say("p1,show,place,,");
    for (int i = 0; i < 2; i++) {
        say("p1,hide,place,,");
        say("p1,show,place,,");
        say("p1,show,place,,");
    }
    CU_ASSERT_STRING_EQUAL(told(), "SH");
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "intake.said_again"), 1);
    CU_ASSERT_EQUAL(take_all_again(), 1);
    CU_ASSERT_STRING_EQUAL(told(), "SHS");
    say("p1,show,place,,");
    CU_ASSERT_STRING_EQUAL(told(), "SHS");
    say("p1,hide,place,,");
    say("p1,show,place,,");
    CU_ASSERT_STRING_EQUAL(told(), "SHSH");
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "intake.said_again"), 2);
    CU_ASSERT(have_ids_of_their_own());
}

/* That says what it undoes, whenever it comes. */
static void with_a_time_it_is_one_word(void)
{
    say("p1,show,place,2026-01-02T10:00:00Z,");
    say("p1,hide,place,2026-01-02T10:00:00Z,");
    say("p1,show,place,2026-01-02T10:00:00Z,");
    say("p1,hide,place,2026-01-02T10:00:00Z,");
    CU_ASSERT_STRING_EQUAL(told(), "SH");
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 2);
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 0);
}

static void what_is_said_of_another_is_no_word_against_it(void)
{
    static const char file[] = "p1,hide,place,,\np1,show,all,,\np2,show,place,,\n"
                               "p1,agrees,individual-care,,\np1,declines,research,,";
    for (int i = 0; i < 3; i++)
        say(file);
    CU_ASSERT_STRING_EQUAL(told(), "HSSYN");
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 10);
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 0);
}

static void a_no_of_all_counts_against_each_yes(void)
{
    say("p1,agrees,individual-care,,");
    say("p1,declines,,,");
    say("p1,declines,,,");
    say("p1,agrees,individual-care,,");
    CU_ASSERT_EQUAL(take_all_again(), 1);
    say("p1,declines,,,");
    CU_ASSERT_STRING_EQUAL(told(), "YNYN");
}

static void each_of_two_that_allow_is_told_anew(void)
{
    say("p1,show,place,,\np1,show,place,,w1");
    say("p1,hide,place,,");
    say("p1,show,place,,\np1,show,place,,w1");
    CU_ASSERT_EQUAL(take_all_again(), 2);
    CU_ASSERT_STRING_EQUAL(told(), "SScHSS");
}

static void what_a_row_says_at_once_is_no_word_against_its_own(void)
{
    say("p1,both,place,,");
    say("p1,both,place,,");
    CU_ASSERT_STRING_EQUAL(told(), "HS");
    CU_ASSERT_EQUAL(world_counts(&w).duplicates, 1);
}

static void what_stands_beside_the_word_is_told_once(void)
{
    say("p1,hide,place,,w1");
    say("p1,show,place,2026-01-02T10:00:00Z,w1");
    say("p1,hide,place,,w1");
    CU_ASSERT_STRING_EQUAL(told(), "HcScH");
}

static void it_is_so_over_restarts(void)
{
    say("p1,hide,place,,");
    say("p1,show,place,2026-01-02T10:00:00Z,");
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("p1,show,place,2026-01-02T10:00:00Z,");
    CU_ASSERT_STRING_EQUAL(told(), "HS");
    say("p1,hide,place,,");
    CU_ASSERT_STRING_EQUAL(told(), "HSH");
}

/* A file that came back knows nothing of the lift; what hides is told all the same, by another id.
 */
static void a_file_that_came_back_hides(void)
{
    say("p1,hide,place,,");
    (void)world_counts(&w);
    feed_close(&w.feed);
    world_copy(w.spool, copy);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("p1,show,place,2026-01-02T10:00:00Z,");
    (void)world_counts(&w);
    feed_close(&w.feed);
    world_copy(copy, w.spool);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("p1,hide,place,,");
    CU_ASSERT_STRING_EQUAL(told(), "HSH");
    CU_ASSERT(have_ids_of_their_own());
}

static void one_of_before_too(void)
{
    feed_close(&w.feed);
    world_copy(w.spool, copy);
    for (int i = 1; i <= 2; i++) {
        CU_ASSERT_FATAL(world_open_feed(&w));
        say("p1,hide,place,,");
        show_on(i, "");
        (void)world_counts(&w);
        feed_close(&w.feed);
        world_copy(copy, w.spool);
    }
    CU_ASSERT_FATAL(world_open_feed(&w));
    CU_ASSERT_STRING_EQUAL(told(), "HSHS");
    CU_ASSERT(have_ids_of_their_own());
}

static void two_words_of_a_row_are_two(void)
{
    say("p1,hide,place,,w2");
    show_on(1, "w1");
    say("p1,hide,place,,w2");
    say("p1,hide,place,,w2");
    CU_ASSERT_STRING_EQUAL(told(), "HHcScH");
}

/* A row that cannot be mapped hides all the same: also anew. */
static void what_is_set_aside_hides_anew(void)
{
    for (int i = 0; i < 2; i++) {
        say("p1,hide,place,,nobody");
        say("p1,hide,place,,nobody");
        show_on(1 + i, "w1");
    }
    CU_ASSERT_STRING_EQUAL(told(), "HScHSc");
    CU_ASSERT(have_ids_of_their_own());
    CU_ASSERT_EQUAL(world_counts(&w).quarantined, 1);
}

/* It is a word against what allows, too. */
static void what_is_set_aside_counts_against_a_lift(void)
{
    say("p1,show,place,,w1");
    say("p1,hide,place,,nobody");
    say("p1,show,place,,w1");
    CU_ASSERT_STRING_EQUAL(told(), "ScH");
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "intake.said_again"), 1);
}

/* Not all of the row has `changed`: that swallows nothing which has. */
static void what_is_compared_beside_what_is_not_is_told_when_it_changes(void)
{
    open_anew(WORLD_MIXED);
    say("p1,hide,place,,w1");
    say("p1,show,place,,w1");
    say("p1,hide,place,,w1");
    say("p1,show,place,,w1");
    say("p1,show,place,,w1");
    CU_ASSERT_STRING_EQUAL(told(), "HcScHS");
    CU_ASSERT(have_ids_of_their_own());
}

static void post(const char *id, const char *word)
{
    char text[300];
    snprintf(text, sizeof text, "{%s\"type\":\"word\",\"local\":\"L1\",%s}", id, word);
    world_say(&w, text);
}

static void only_an_id_makes_it_the_same_message(void)
{
    open_anew(WORLD_JSON);
    post("", "\"hide\":\"place\"");
    post("", "\"lift\":\"place\"");
    post("", "\"hide\":\"place\"");
    CU_ASSERT_STRING_EQUAL(told(), "HSH");
    post("\"id\":\"a\",", "\"hide\":\"place\"");
    post("\"id\":\"b\",", "\"lift\":\"place\"");
    post("\"id\":\"a\",", "\"hide\":\"place\"");
    CU_ASSERT_STRING_EQUAL(told(), "HSHHS");
    post("", "\"hide\":\"place\"");
    CU_ASSERT_STRING_EQUAL(told(), "HSHHSH");
    CU_ASSERT(have_ids_of_their_own());
}

/* Hidden by the local id alone; shown once the number was known. */
static void under_another_key_it_is_the_same_person(void)
{
    open_anew(WORLD_JSON);
    post("", "\"hide\":\"place\"");
    post("", "\"nhs\":\"" NHS_ADA "\",\"status\":\"01\",\"lift\":\"place\"");
    post("", "\"hide\":\"place\"");
    post("", "\"hide\":\"place\"");
    const char *letters = told();
    CU_ASSERT_STRING_EQUAL(letters + strlen(letters) - 2, "SH");
}

static void a_yes_that_is_taken_back_again_is_told(void)
{
    say("p1,agrees,p,,");
    say("p1,unagree,p,,");
    say("p1,agrees,p,2026-01-02T10:00:00Z,");
    say("p1,unagree,p,,");
    CU_ASSERT_STRING_EQUAL(told(), "YYYY");
}

static CU_TestInfo cases[] = {
    { "a yes that is taken back again is told", a_yes_that_is_taken_back_again_is_told },
    { "what hides is told anew after a lift", what_hides_is_told_anew_after_a_lift },
    { "after 14 days, too", after_14_days_too },
    { "a lift without a time asks somebody", a_lift_without_a_time_asks_somebody },
    { "with a time it is one word", with_a_time_it_is_one_word },
    { "what is said of another is no word against it",
      what_is_said_of_another_is_no_word_against_it },
    { "a no of all counts against each yes", a_no_of_all_counts_against_each_yes },
    { "each of two that allow is told anew", each_of_two_that_allow_is_told_anew },
    { "what a row says at once is no word against its own",
      what_a_row_says_at_once_is_no_word_against_its_own },
    { "what stands beside the word is told once", what_stands_beside_the_word_is_told_once },
    { "it is so over restarts", it_is_so_over_restarts },
    { "a file that came back hides", a_file_that_came_back_hides },
    { "one of before, too", one_of_before_too },
    { "two words of a row are two", two_words_of_a_row_are_two },
    { "what is set aside hides anew", what_is_set_aside_hides_anew },
    { "what is set aside counts against a lift", what_is_set_aside_counts_against_a_lift },
    { "what is compared beside what is not is told when it changes",
      what_is_compared_beside_what_is_not_is_told_when_it_changes },
    { "only an id makes it the same message", only_an_id_makes_it_the_same_message },
    { "under another key it is the same person", under_another_key_it_is_the_same_person },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_said = { "said", NULL, NULL, fresh, done, cases };
