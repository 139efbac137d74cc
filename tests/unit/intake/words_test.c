/* words_test.c - what an agency said about sharing under a local id counts under every key that the
 * id leads to, whichever was first: the word or the link. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "bus/backend.h"
#include "world.h"

#define EVENTS_MAX 256
#define VERIFIED "\"nhs\":\"" NHS_ADA "\",\"status\":\"01\""
#define NHS_BOB "9990000026"
#define ANOTHER "\"nhs\":\"" NHS_BOB "\",\"status\":\"01\""
#define UNSURE "\"nhs\":\"" NHS_ADA "\",\"status\":\"02\""

static struct world w;
static struct world_event events[EVENTS_MAX];

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

static struct slice bob(void)
{
    return key_of(&w.region_key, NHS_BOB);
}

/* The kinds of words under that key, in the order of the bus: "raised lifted". */
static const char *words_of(struct slice key)
{
    const char *all = "";
    struct feed_counts c = world_counts(&w);
    size_t n = world_events(&w, events, EVENTS_MAX);
    CU_ASSERT_EQUAL(c.taken,
                    c.published + c.unchanged + c.duplicates + c.not_carried + c.quarantined);
    CU_ASSERT(c.events <= n); /* what is carried over is in no sum */
    int64_t after = -1;
    for (;;) {
        const struct world_event *next = NULL;
        for (size_t i = 0; i < n; i++)
            if (slice_equal(events[i].key, key) && events[i].offset > after &&
                (!next || events[i].offset < next->offset))
                next = &events[i];
        if (!next)
            return all;
        after = next->offset;
        if (strcmp(world_text(&w, next, "header.kind"), "admitted") != 0)
            all = arena_format(&w.a, "%s%s%s", all, *all ? " " : "",
                               world_text(&w, next, "header.kind"));
    }
}

static const struct world_event *word_under(struct slice key)
{
    size_t n = world_events(&w, events, EVENTS_MAX);
    for (size_t i = 0; i < n; i++)
        if (slice_equal(events[i].key, key) &&
            strcmp(world_text(&w, &events[i], "header.type"), "Restriction") == 0)
            return &events[i];
    return NULL;
}

static size_t words_under(struct slice key)
{
    size_t n = world_events(&w, events, EVENTS_MAX), under = 0;
    for (size_t i = 0; i < n; i++)
        under += slice_equal(events[i].key, key);
    return under;
}

static void a_restriction_said_before_the_link_goes_over_it_once(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    CU_ASSERT_STRING_EQUAL(words_of(key_of(&w.agency_key, "H1")), "raised");
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "");
    const char *id = world_text(&w, word_under(key_of(&w.agency_key, "H1")), "header.id");
    say("\"local\":\"H1\"," VERIFIED);
    say("\"local\":\"H1\"," VERIFIED);
    say("\"local\":\"H1\"");
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised");
    const struct world_event *over = word_under(ada());
    CU_ASSERT_PTR_NOT_NULL_FATAL(over);
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "header.id"), id);
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "header.identity_confidence"), "verified");
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "restriction.kind"), "location");
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "header.source_feed"), "");
}

static void said_after_the_link_it_is_the_persons_at_once(void)
{
    say("\"local\":\"H1\"," VERIFIED);
    say("\"hide\":\"place\",\"local\":\"H1\"");
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised");
    CU_ASSERT_STRING_EQUAL(words_of(key_of(&w.agency_key, "H1")), "");
}

static void it_stands_before_what_follows(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," VERIFIED);
    (void)words_of(ada());
    size_t n = world_events(&w, events, EVENTS_MAX);
    const struct world_event *word = word_under(ada());
    CU_ASSERT_PTR_NOT_NULL_FATAL(word);
    for (size_t i = 0; i < n; i++)
        if (slice_equal(events[i].key, ada()) && &events[i] != word)
            CU_ASSERT(word->offset < events[i].offset);
}

static void what_lifted_it_goes_along_in_order(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"lift\":\"place\",\"local\":\"H1\"");
    say("\"may\":\"individual-care\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised lifted granted");
}

/* A number that may be mistyped opens nothing by it. */
static void under_a_number_that_is_not_verified_goes_what_restricts(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"may\":\"individual-care\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," UNSURE);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised granted");
}

static void from_a_mistyped_number_it_goes_to_the_right_one(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\",\"nhs\":\"9990000026\",\"status\":\"01\"");
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised");
}

/* A local id mistyped beside another's verified number. */
static void what_allows_goes_from_no_person_to_another(void)
{
    say("\"may\":\"individual-care\",\"local\":\"H1\"," VERIFIED);
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"lift\":\"place\",\"local\":\"H1\"");
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "granted raised lifted");
    say("\"local\":\"H1\"," ANOTHER);
    CU_ASSERT_STRING_EQUAL(words_of(bob()), "raised");
}

static void what_allows_goes_from_no_number_that_is_not_verified(void)
{
    say("\"may\":\"individual-care\",\"local\":\"H1\"," UNSURE);
    say("\"hide\":\"place\",\"local\":\"H1\"," UNSURE);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "granted raised");
    say("\"local\":\"H1\"," ANOTHER);
    CU_ASSERT_STRING_EQUAL(words_of(bob()), "raised");
}

static void what_allows_goes_to_one_number(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"lift\":\"place\",\"local\":\"H1\"");
    say("\"may\":\"individual-care\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," VERIFIED);
    say("\"local\":\"H1\"," ANOTHER);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised lifted granted");
    CU_ASSERT_STRING_EQUAL(words_of(bob()), "raised");
}

static void a_persons_number_does_not_go_along(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"," VERIFIED);
    say("\"local\":\"H1\"," ANOTHER);
    (void)words_of(bob());
    const struct world_event *over = word_under(bob()), *said = word_under(ada());
    CU_ASSERT_PTR_NOT_NULL_FATAL(over);
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "subject.nhs_number"), "");
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "subject.nhs_number_status"), "");
    CU_ASSERT_PTR_NOT_NULL_FATAL(said = word_under(ada()));
    CU_ASSERT_STRING_EQUAL(world_text(&w, said, "subject.nhs_number"), NHS_ADA);
}

/* Two events of one message: the second alone has the number. */
static void what_a_message_says_itself_goes_to_its_other_key_too(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\",\"found\":\"" NHS_ADA "\",\"sure\":\"01\"");
    CU_ASSERT_STRING_EQUAL(words_of(key_of(&w.agency_key, "H1")), "raised");
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "moved raised");
}

static void what_a_message_says_itself_goes_beside_what_was_said_before(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"hide\":\"place\",\"local\":\"H1\",\"found\":\"" NHS_ADA "\",\"sure\":\"01\"");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised moved raised");
}

static void what_allows_is_said_where_a_message_becomes_sure(void)
{
    say("\"may\":\"individual-care\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," UNSURE ",\"found\":\"" NHS_ADA "\",\"sure\":\"01\"");
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "granted moved");
}

/* Of a local id so many are kept: the yeses go first. */
static void many_yeses_push_out_no_restriction(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    for (int i = 0; i < WORDS_MAX; i++)
        say("\"may\":\"individual-care\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," UNSURE);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised");
}

static void put_word(struct words *all, uint8_t id, uint8_t key)
{
    bool gave_up = false;
    struct word x = { .to = { .local = { 1 }, .key = { key } },
                      .id = { { id } },
                      .restricts = true,
                      .record = SLICE("record") };
    CU_ASSERT(words_put(all, &x, &gave_up, &w.e));
    CU_ASSERT_EQUAL(gave_up, id == WORDS_MAX);
}

static void a_word_under_two_keys_counts_once(void)
{
    struct word_to to = { .local = { 1 }, .key = { 9 } };
    struct slice *list = NULL;
    size_t n = 0;
    struct words *all = &w.feed->words;
    pthread_mutex_lock(&w.feed->lock);
    CU_ASSERT(feed_begin(w.feed, &w.e));
    put_word(all, 0, 1);
    for (int i = 1; i < WORDS_MAX; i++)
        put_word(all, (uint8_t)i, 1);
    put_word(all, 0, 2);
    CU_ASSERT(words_left(all, &to, &w.a, &list, &n, &w.e));
    CU_ASSERT_EQUAL(n, WORDS_MAX);
    put_word(all, WORDS_MAX, 1); /* the oldest goes, under both */
    CU_ASSERT(words_left(all, &to, &w.a, &list, &n, &w.e));
    CU_ASSERT_EQUAL(n, WORDS_MAX);
    spool_rollback(&w.feed->spool);
    feed_forget(w.feed);
    pthread_mutex_unlock(&w.feed->lock);
}

static void the_restriction_that_one_too_many_pushes_out_leaves_a_sign(void)
{
    struct world_event signs[4];
    log_set_level((enum log_level) - 1);
    for (int i = 0; i <= WORDS_MAX; i++)
        say("\"hide\":\"place\",\"local\":\"H1\"");
    CU_ASSERT_EQUAL(world_counts(&w).words, WORDS_MAX);
    CU_ASSERT_EQUAL(world_signs(&w, signs, 4), 0);
    say("\"local\":\"H1\"," VERIFIED);
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_EQUAL(world_counts(&w).words, WORDS_MAX);
    CU_ASSERT_EQUAL(words_under(ada()), WORDS_MAX + 2);
    CU_ASSERT_EQUAL_FATAL(world_signs(&w, signs, 4), 1);
    CU_ASSERT(slice_equal(signs[0].key, ada()));
    CU_ASSERT(slice_equal(view_text_at(&signs[0].v, "code"), SLICE("words.many")));
}

static void it_is_remembered_over_a_restart(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    (void)words_of(ada());
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised");
}

/* The table of `to` refuses the message; its restriction was published all the same. */
static void one_of_a_quarantined_message_goes_too(void)
{
    say("\"hide\":\"place\",\"to\":\"nowhere\",\"local\":\"H1\"");
    say("\"local\":\"H1\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "raised");
}

static void another_local_id_is_another_persons(void)
{
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"local\":\"H2\"," VERIFIED);
    CU_ASSERT_STRING_EQUAL(words_of(ada()), "");
}

static void a_link_on_the_bus_carries_it_over(void)
{
    uint8_t pseudonym[ID_BYTES];
    struct slice key = slice_of(pseudonym, ID_BYTES);
    CU_ASSERT(id_from_hex(SLICE(THEIRS), pseudonym));
    say("\"hide\":\"place\",\"local\":\"H1\"");
    say("\"may\":\"individual-care\",\"local\":\"H1\"");
    (void)world_counts(&w);
    world_link(&w, "H1");
    for (int i = 0; i < 1000 && words_under(key) < 2; i++) /* one after the other */
        world_counts(&w);
    const struct world_event *over = word_under(key);
    CU_ASSERT_PTR_NOT_NULL_FATAL(over);
    CU_ASSERT_EQUAL(over->partition, 2);
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "header.identity_confidence"), "verified");
    CU_ASSERT_STRING_EQUAL(words_of(key), "raised granted");
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "subject.reference_of"), "hospital/wards");
    CU_ASSERT_STRING_EQUAL(world_text(&w, over, "subject.reference"), THEIRS);
}

/* A bus on which something is said while a pseudonym's first word goes to it. */
static struct bus_ops ops;
static const struct bus_ops *real;
static bool has_said;

static bool publish_and_say(struct bus *b, const struct bus_record *r, size_t n, struct err *e)
{
    static const char text[] = "{\"id\":\"between\",\"type\":\"admitted\",\"environment\":\"live\","
                               "\"hide\":\"place\",\"local\":\"H1\"}";
    uint8_t pseudonym[ID_BYTES];
    if (!has_said && id_from_hex(SLICE(THEIRS), pseudonym) &&
        slice_equal(r->key, slice_of(pseudonym, ID_BYTES))) {
        has_said = true;
        (void)world_say(&w, text);
    }
    return real->publish(b, r, n, e);
}

static void what_is_said_while_a_link_is_stored_goes_over_it(void)
{
    uint8_t pseudonym[ID_BYTES];
    struct slice key = slice_of(pseudonym, ID_BYTES);
    CU_ASSERT(id_from_hex(SLICE(THEIRS), pseudonym));
    say("\"may\":\"individual-care\",\"local\":\"H1\"");
    (void)world_counts(&w);
    feed_close(&w.feed);
    real = w.bus->ops;
    ops = *real;
    ops.publish = publish_and_say;
    w.bus->ops = &ops;
    has_said = false;
    CU_ASSERT_FATAL(world_open_feed(&w));
    world_link(&w, "H1");
    for (int i = 0; i < 1000 && words_under(key) < 2; i++)
        world_counts(&w);
    CU_ASSERT_STRING_EQUAL(words_of(key), "granted raised");
    say("\"hide\":\"place\",\"local\":\"H1\"");
    CU_ASSERT_STRING_EQUAL(words_of(key), "granted raised raised");
    feed_close(&w.feed);
    w.bus->ops = real;
}

static CU_TestInfo cases[] = {
    { "a restriction said before the link goes over it, once",
      a_restriction_said_before_the_link_goes_over_it_once },
    { "said after the link it is the person's at once",
      said_after_the_link_it_is_the_persons_at_once },
    { "it stands before what follows", it_stands_before_what_follows },
    { "what lifted it goes along, in order", what_lifted_it_goes_along_in_order },
    { "under a number that is not verified goes what restricts",
      under_a_number_that_is_not_verified_goes_what_restricts },
    { "from a mistyped number it goes to the right one",
      from_a_mistyped_number_it_goes_to_the_right_one },
    { "what allows goes from no person to another", what_allows_goes_from_no_person_to_another },
    { "what allows goes from no number that is not verified",
      what_allows_goes_from_no_number_that_is_not_verified },
    { "what allows goes to one number", what_allows_goes_to_one_number },
    { "a person's number does not go along", a_persons_number_does_not_go_along },
    { "what a message says itself goes to its other key too",
      what_a_message_says_itself_goes_to_its_other_key_too },
    { "what a message says itself goes beside what was said before",
      what_a_message_says_itself_goes_beside_what_was_said_before },
    { "what allows is said where a message becomes sure",
      what_allows_is_said_where_a_message_becomes_sure },
    { "many yeses push out no restriction", many_yeses_push_out_no_restriction },
    { "a word under two keys counts once", a_word_under_two_keys_counts_once },
    { "what is said while a link is stored goes over it",
      what_is_said_while_a_link_is_stored_goes_over_it },
    { "the restriction that one too many pushes out leaves a sign",
      the_restriction_that_one_too_many_pushes_out_leaves_a_sign },
    { "it is remembered over a restart", it_is_remembered_over_a_restart },
    { "one of a quarantined message goes too", one_of_a_quarantined_message_goes_too },
    { "another local id is another person's", another_local_id_is_another_persons },
    { "a link on the bus carries it over", a_link_on_the_bus_carries_it_over },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_words = { "words", NULL, NULL, fresh, done, cases };
