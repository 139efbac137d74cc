/* identity_test.c - whom an event is about: number, link, case reference, local id. */
#include <CUnit/CUnit.h>

#include "world.h"

static struct world w;
static bool finder_is_down;

#define QUOTED "abcdefghijklmnopqrst"

/* Knows one disclosure: about the subject ...7, decided in partition 3. */
static bool find(void *ctx, const struct disclosure_id *id, struct case_reference *out, bool *found,
                 struct err *e)
{
    (void)ctx;
    if (finder_is_down)
        return err_set(e, ERR_RETRY, "db.busy", 0, "cannot ask");
    *found = strcmp(id->text, QUOTED) == 0;
    memset(out->reference.b, 7, ID_BYTES);
    out->route = 3;
    snprintf(out->service, sizeof out->service, "hospital/hub");
    return true;
}

static void fresh(void)
{
    finder_is_down = false;
    CU_ASSERT_FATAL(world_init(&w, WORLD_JSON));
    w.options.references = (struct reference_finder){ .find = find };
    CU_ASSERT_FATAL(world_open_feed(&w));
}

static void done(void)
{
    world_done(&w);
}

/* An admission with these members beside; each has an id of its own. */
static enum answer_fate say(const char *members)
{
    return world_admit(&w, members);
}

static struct slice person_key(const char *number)
{
    uint8_t hash[HASH_BYTES];
    hmac_sha256(&w.region_key, slice_text(number), hash);
    return arena_copy(&w.a, slice_of(hash, ID_BYTES));
}

static size_t events(struct world_event out[8])
{
    world_counts(&w);
    return world_events(&w, out, 8);
}

static void travels_under_a_verified_number(void)
{
    struct world_event e[8];
    say("\"nhs\":\"" NHS_ADA "\",\"status\":\"01\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 1);
    CU_ASSERT(slice_equal(e[0].key, person_key(NHS_ADA)));
    struct subject_key k;
    memcpy(k.b, e[0].key.p, ID_BYTES);
    CU_ASSERT_EQUAL(e[0].partition, subject_partition(&k, 4));
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "header.identity_confidence"), "verified");
}

static void says_when_a_number_is_not_verified(void)
{
    struct world_event e[8];
    say("\"nhs\":\"" NHS_ADA "\",\"status\":\"02\",\"born\":\"1941-11-03\",\"local\":\"H1\"");
    say("\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 2);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "header.identity_confidence"), "unverified");
    CU_ASSERT_EQUAL(view_text_at(&e[0].v, "header.birth_hash").n, 64);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[1], "header.identity_confidence"), "local");
}

static void trusts_a_feed_that_is_declared_traced(void)
{
    struct world_event e[8];
    feed_close(&w.feed);
    w.options.traced = true;
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"nhs\":\"" NHS_ADA "\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 1);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "header.identity_confidence"), "verified");
}

static void remembers_whose_a_local_id_is(void)
{
    struct world_event e[8];
    say("\"nhs\":\"" NHS_ADA "\",\"status\":\"01\",\"local\":\"H1\"");
    say("\"local\":\"H1\"");
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 3);
    for (size_t i = 0; i < 3; i++)
        CU_ASSERT(slice_equal(e[i].key, person_key(NHS_ADA)));
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[1], "subject.nhs_number"), "");
}

/* Also then the router must see whom it means: the birth date is in its own field, by the same
 * key. */
static void says_the_birth_date_of_a_remembered_person(void)
{
    struct world_event e[8];
    say("\"nhs\":\"" NHS_ADA "\",\"status\":\"01\",\"born\":\"1941-11-03\",\"local\":\"H1\"");
    say("\"born\":\"1941-11-03\",\"local\":\"H1\"");
    say("\"born\":\"1941-11\",\"local\":\"H1\"");
    say("\"born\":\"1941\",\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 4);
    CU_ASSERT_EQUAL(view_text_at(&e[1].v, "header.birth_hash").n, 64);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[1], "header.birth_hash"),
                           world_text(&w, &e[0], "header.birth_hash"));
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[2], "header.birth_hash"), "");
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[3], "header.birth_hash"), "");
}

/* A mapping may have let it through as it was: it would agree with the same words of another
 * agency, and disagree with their meaning. */
static void takes_no_other_text_for_a_birth_date(void)
{
    static const char *const texts[] = { "03/11/1941", "1941-13-03", "not known." };
    struct subject s;
    struct err err = { .fate = ERR_NONE };
    struct identity id = { .agency = SLICE("a"),
                           .region_key = &w.region_key,
                           .agency_key = &w.agency_key,
                           .partitions = 4 };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct identifiers c = { .nhs_number = SLICE(NHS_ADA), .birth_date = slice_text(texts[i]) };
        CU_ASSERT_TRUE(identity_resolve(&id, &c, &s, &err));
        CU_ASSERT_FALSE(s.has_birth_hash);
    }
}

static void uses_the_agencys_own_key_for_a_local_id(void)
{
    struct world_event e[8];
    uint8_t hash[HASH_BYTES];
    hmac_sha256(&w.agency_key, SLICE("H9"), hash);
    say("\"local\":\"H9\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 1);
    CU_ASSERT(slice_equal(e[0].key, slice_of(hash, ID_BYTES)));
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "header.identity_confidence"), "local");
}

static void drops_the_number_where_the_agency_may_not_have_it(void)
{
    struct world_event e[8];
    feed_close(&w.feed);
    w.options.region_key = NULL;
    CU_ASSERT_FATAL(world_open_feed(&w));
    say("\"nhs\":\"" NHS_ADA "\",\"status\":\"01\",\"born\":\"1941-11-03\",\"local\":\"H1\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 1);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "subject.nhs_number"), "");
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "subject.nhs_number_status"), "");
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "header.birth_hash"), "");
    CU_ASSERT_FALSE(slice_equal(e[0].key, person_key(NHS_ADA)));
}

static void counts_a_number_that_fails_its_check(void)
{
    say("\"nhs\":\"9990000019\",\"local\":\"H1\"");
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.published, 1);
    CU_ASSERT_EQUAL(c.lost_ids, 1);
}

static void links_by_a_case_reference_and_says_so_first(void)
{
    struct world_event e[8];
    static const uint8_t seven[ID_BYTES] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
    say("\"reference\":\"" QUOTED "\",\"local\":\"CASE-1\"");
    say("\"local\":\"CASE-1\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 3);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "header.kind"), "linked");
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "link.disclosure"), QUOTED);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "link.local_id"), "CASE-1");
    for (size_t i = 0; i < 3; i++) {
        CU_ASSERT(slice_equal(e[i].key, slice_of(seven, ID_BYTES)));
        CU_ASSERT_EQUAL(e[i].partition, 3);
        CU_ASSERT_EQUAL(view_long_at(&e[i].v, "subject.route"), 3);
        CU_ASSERT_STRING_EQUAL(world_text(&w, &e[i], "subject.reference_of"), "hospital/hub");
        CU_ASSERT_STRING_EQUAL(world_text(&w, &e[i], "header.source_service"), "hospital/hub");
        CU_ASSERT_EQUAL(view_text_at(&e[i].v, "subject.reference").n, 32);
    }
}

static void links_once(void)
{
    say("\"reference\":\"" QUOTED "\",\"local\":\"CASE-1\"");
    say("\"reference\":\"" QUOTED "\",\"local\":\"CASE-1\"");
    CU_ASSERT_EQUAL(world_counts(&w).events, 3);
}

static void falls_back_on_the_local_id_when_the_reference_is_not_ours(void)
{
    struct world_event e[8];
    say("\"reference\":\"zzzzzzzzzzzzzzzzzzzz\",\"local\":\"CASE-1\"");
    say("\"reference\":\"no id at all\",\"local\":\"CASE-1\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 2);
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[0], "header.identity_confidence"), "local");
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[1], "header.identity_confidence"), "local");
}

static void asks_again_later_when_references_cannot_be_asked(void)
{
    finder_is_down = true;
    CU_ASSERT_EQUAL(say("\"reference\":\"" QUOTED "\",\"local\":\"CASE-1\""), ANSWER_LATER);
    struct feed_counts c = world_counts(&w);
    CU_ASSERT_EQUAL(c.taken, 0);
    CU_ASSERT_EQUAL(c.refused_later, 1);
}

static void quarantines_what_is_about_nobody(void)
{
    CU_ASSERT_EQUAL(say("\"visit\":\"V1\""), ANSWER_KEPT);
    world_counts(&w);
    CU_ASSERT_EQUAL(world_tally(&w, "quarantined", "map.subject"), 1);
}

static void uses_a_link_that_another_agency_made_but_not_over_its_own(void)
{
    struct world_event e[8];
    say("\"nhs\":\"" NHS_ADA "\",\"status\":\"01\",\"local\":\"OWN\"");
    world_link(&w, "OWN");
    world_link(&w, "THEIRS");
    world_counts(&w);
    feed_close(&w.feed);
    CU_ASSERT_FATAL(world_open_feed(&w)); /* reads the links when it starts */
    world_counts(&w);
    struct err none = { .fate = ERR_NONE };
    struct link l;
    bool found = false;
    uint8_t local[ID_BYTES];
    link_key(SLICE("hospital"), SLICE("THEIRS"), local);
    for (int i = 0; i < 1000 && !found; i++) {
        world_counts(&w);
        pthread_mutex_lock(&w.feed->lock);
        CU_ASSERT_FATAL(spool_link_get(&w.feed->spool, local, &l, &found, &none));
        pthread_mutex_unlock(&w.feed->lock);
    }
    say("\"local\":\"OWN\"");
    say("\"local\":\"THEIRS\"");
    CU_ASSERT_EQUAL_FATAL(events(e), 3);
    CU_ASSERT(slice_equal(e[1].key, person_key(NHS_ADA)));
    CU_ASSERT_STRING_EQUAL(world_text(&w, &e[2], "subject.reference"),
                           "09090909090909090909090909090909");
    CU_ASSERT_EQUAL(e[2].partition, 2);
}

static CU_TestInfo cases[] = {
    { "travels under a verified number", travels_under_a_verified_number },
    { "says when a number is not verified", says_when_a_number_is_not_verified },
    { "trusts a feed that is declared traced", trusts_a_feed_that_is_declared_traced },
    { "says the birth date of a remembered person", says_the_birth_date_of_a_remembered_person },
    { "takes no other text for a birth date", takes_no_other_text_for_a_birth_date },
    { "remembers whose a local id is", remembers_whose_a_local_id_is },
    { "uses the agency's own key for a local id", uses_the_agencys_own_key_for_a_local_id },
    { "drops the number where the agency may not have it",
      drops_the_number_where_the_agency_may_not_have_it },
    { "counts a number that fails its check", counts_a_number_that_fails_its_check },
    { "links by a case reference and says so first", links_by_a_case_reference_and_says_so_first },
    { "links once", links_once },
    { "falls back on the local id when the reference is not ours",
      falls_back_on_the_local_id_when_the_reference_is_not_ours },
    { "asks again later when references cannot be asked",
      asks_again_later_when_references_cannot_be_asked },
    { "quarantines what is about nobody", quarantines_what_is_about_nobody },
    { "uses a link that another agency made, but not over its own",
      uses_a_link_that_another_agency_made_but_not_over_its_own },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_identity = { "identity", NULL, NULL, fresh, done, cases };
