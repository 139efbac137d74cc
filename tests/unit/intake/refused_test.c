/* refused_test.c - what people refused goes wherever the local id leads that the router told it
 * by. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "world.h"

#define BESIDE_MAX 512
#define VERIFIED "\"nhs\":\"" NHS_ADA "\",\"status\":\"01\""
#define UNSURE "\"nhs\":\"" NHS_ADA "\",\"status\":\"02\""

static struct world w;
static struct world_event beside[BESIDE_MAX], events[BESIDE_MAX];

static void fresh(void)
{
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void done(void)
{
    world_done(&w);
}

static void say(const char *members)
{
    CU_ASSERT_EQUAL(world_admit(&w, members), ANSWER_KEPT);
    (void)world_counts(&w);
}

static struct slice key_of(const struct key *key, const char *text)
{
    uint8_t hash[HASH_BYTES];
    hmac_sha256(key, slice_text(text), hash);
    return arena_copy(&w.a, slice_of(hash, ID_BYTES));
}

static struct slice ada(void)
{
    return key_of(&w.region_key, NHS_ADA);
}

static struct slice local(const char *local_id)
{
    return key_of(&w.agency_key, local_id);
}

/* Refusals under that key, "+" for each that stands and "-" for one that was taken back, in
 * order. */
static const char *refusals(struct slice key)
{
    const char *all = "";
    size_t n = world_signs(&w, beside, BESIDE_MAX);
    for (size_t i = 0; i < n; i++)
        if (slice_equal(beside[i].key, key))
            all = arena_format(&w.a, "%s%s", all,
                               view_text_at(&beside[i].v, "reopened_by").n ? "-" : "+");
    return all;
}

static void wait_for(struct slice key, const char *wanted)
{
    for (int i = 0; i < 1000 && strcmp(refusals(key), wanted) != 0; i++)
        (void)world_counts(&w);
    CU_ASSERT_STRING_EQUAL(refusals(key), wanted);
}

static void known_by_the_local_id_alone_it_is_said_there(void)
{
    world_refuse(&w, "H1", 1, "");
    wait_for(local("H1"), "+");
    CU_ASSERT_STRING_EQUAL(refusals(ada()), "");
}

static void it_stands_before_what_follows_under_the_number(void)
{
    world_refuse(&w, "H1", 1, "");
    wait_for(local("H1"), "+");
    say("\"local\":\"H1\"," UNSURE);
    say("\"local\":\"H1\"," VERIFIED);
    say("\"local\":\"H1\"");
    CU_ASSERT_STRING_EQUAL(refusals(ada()), "+");
    CU_ASSERT_STRING_EQUAL(refusals(local("H1")), "+");
    size_t n = world_signs(&w, beside, BESIDE_MAX), m = world_events(&w, events, BESIDE_MAX);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++)
            CU_ASSERT(!slice_equal(beside[i].key, ada()) || !slice_equal(events[j].key, ada()) ||
                      beside[i].offset < events[j].offset);
}

static void refused_after_the_link_it_is_said_under_both_at_once(void)
{
    say("\"local\":\"H1\"," VERIFIED);
    world_refuse(&w, "H1", 1, "");
    wait_for(ada(), "+");
    CU_ASSERT_STRING_EQUAL(refusals(local("H1")), "+");
}

static void under_a_pseudonym_it_says_whose(void)
{
    uint8_t pseudonym[ID_BYTES];
    struct slice key = slice_of(pseudonym, ID_BYTES);
    CU_ASSERT(id_from_hex(SLICE(THEIRS), pseudonym));
    world_refuse(&w, "H1", 1, "");
    wait_for(local("H1"), "+");
    world_link(&w, "H1");
    wait_for(key, "+");
    size_t n = world_signs(&w, beside, BESIDE_MAX);
    for (size_t i = 0; i < n; i++) {
        bool theirs = slice_equal(beside[i].key, key);
        struct slice seal = view_text_at(&beside[i].v, "seal");
        CU_ASSERT(slice_equal_text(view_text_at(&beside[i].v, "reference_of"),
                                   theirs ? "hospital/wards" : ""));
        CU_ASSERT(slice_equal_text(seal, "a seal of which a feed knows not."));
        CU_ASSERT(!theirs || beside[i].partition == 2);
    }
}

static void taken_back_it_is_said_wherever_it_was(void)
{
    say("\"local\":\"H1\"," VERIFIED);
    world_refuse(&w, "H1", 1, "");
    wait_for(ada(), "+");
    world_refuse(&w, "H1", 1, "Sam Okoro");
    wait_for(ada(), "+-");
    wait_for(local("H1"), "+-");
}

/* However they come: another who knew it later said it later. */
static void what_was_taken_back_does_not_stand_again(void)
{
    world_refuse(&w, "H1", 1, "Sam Okoro");
    wait_for(local("H1"), "-");
    world_refuse(&w, "H1", 1, "");
    world_refuse(&w, "H2", 2, "");
    wait_for(local("H2"), "+");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(refusals(local("H1")), "-");
    CU_ASSERT_STRING_EQUAL(refusals(ada()), "-");
}

static void it_is_remembered_over_a_restart(void)
{
    world_refuse(&w, "H1", 1, "");
    wait_for(local("H1"), "+");
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(refusals(ada()), "+");
    CU_ASSERT_STRING_EQUAL(refusals(local("H1")), "+");
}

/* More than are kept of what may go, and beside so many words. */
static void however_many_there_are_all_go(void)
{
    static char all[WORDS_MAX + 11];
    memset(all, '+', WORDS_MAX + 10);
    for (int i = 0; i < WORDS_MAX; i++)
        say("\"hide\":\"place\",\"local\":\"H1\"");
    for (int i = 0; i < WORDS_MAX + 10; i++)
        world_refuse(&w, "H1", (uint8_t)(i + 1), "");
    wait_for(local("H1"), all);
    say("\"hide\":\"place\",\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(refusals(ada()), all);
}

static void nobody_drops_it_with_the_words(void)
{
    int64_t dropped = 0;
    world_refuse(&w, "H1", 1, "");
    wait_for(local("H1"), "+");
    CU_ASSERT_EQUAL(world_counts(&w).words, 0); /* nor is it counted as one */
    say("\"hide\":\"place\",\"local\":\"H1\"");
    CU_ASSERT_EQUAL(world_counts(&w).words, 1);
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT(feed_begin(w.feed, &w.e));
    CU_ASSERT(words_drop(&w.feed->words, 0, INT64_MAX, 100, &dropped, &w.e));
    CU_ASSERT(feed_commit(w.feed, &w.e));
    pthread_mutex_unlock(&w.feed->lock);
    CU_ASSERT(dropped > 0);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(refusals(ada()), "+");
}

/* One that was signed before there was a schema for it. */
static void it_waits_for_a_bundle_that_has_a_schema_for_it(void)
{
    const struct schema *schema = w.feed->refused;
    world_refuse(&w, "H1", 1, "");
    wait_for(local("H1"), "+");
    pthread_mutex_lock(&w.feed->lock);
    w.feed->refused = NULL;
    pthread_mutex_unlock(&w.feed->lock);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(refusals(ada()), "");
    pthread_mutex_lock(&w.feed->lock);
    w.feed->refused = schema;
    pthread_mutex_unlock(&w.feed->lock);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(refusals(ada()), "+");
}

static CU_TestInfo cases[] = {
    { "known by the local id alone it is said there",
      known_by_the_local_id_alone_it_is_said_there },
    { "it stands before what follows under the number",
      it_stands_before_what_follows_under_the_number },
    { "refused after the link it is said under both at once",
      refused_after_the_link_it_is_said_under_both_at_once },
    { "under a pseudonym it says whose", under_a_pseudonym_it_says_whose },
    { "taken back it is said wherever it was", taken_back_it_is_said_wherever_it_was },
    { "what was taken back does not stand again", what_was_taken_back_does_not_stand_again },
    { "it is remembered over a restart", it_is_remembered_over_a_restart },
    { "however many there are all go", however_many_there_are_all_go },
    { "nobody drops it with the words", nobody_drops_it_with_the_words },
    { "it waits for a bundle that has a schema for it",
      it_waits_for_a_bundle_that_has_a_schema_for_it },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_refused = { "refused", NULL, NULL, fresh, done, cases };
