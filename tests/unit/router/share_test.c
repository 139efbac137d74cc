/* share_test.c - what one agency says of a person leaves room for what another says of them. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "step/fit.h"
#include "world.h"

#define KIB ((size_t)1024)

static const char *long_text(size_t bytes, unsigned n)
{
    char *text = arena_alloc(&world.arena, bytes + 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'x', bytes);
    (void)snprintf(text, 12, "%010u", n);
    text[10] = 'x';
    return text;
}

static void run(void)
{
    CU_ASSERT_TRUE_FATAL(world_run());
}

static size_t refused(const char *agency)
{
    static const uint8_t none[HASH_BYTES];
    size_t n = 0;
    world_read();
    for (size_t i = 0; i < world.entry_count; i++) {
        const struct audit_read *r = &world.entries[i].r;
        if (!slice_equal_text(r->kind, "refused"))
            continue;
        CU_ASSERT(slice_equal_text(r->note, "event.size"));
        CU_ASSERT(memcmp(r->facts_before, none, HASH_BYTES) == 0 &&
                  memcmp(r->facts_after, none, HASH_BYTES) == 0);
        n += slice_equal_text(source_agency(r->source), agency);
    }
    return n;
}

static void admit(size_t bytes, unsigned n)
{
    const char *const set[] = { "stay.ward", long_text(bytes, n), NULL };
    world_say(&(struct say){ .who = "ada", .episode = long_text(11, n), .set = set });
    run();
}

/* Opens a relationship of a long name: a word, which is not forgotten. */
static void open_by(const char *agency, size_t bytes, unsigned n)
{
    bool is_council = strcmp(agency, "council") == 0;
    world_say(&(struct say){ .who = "ada",
                             .source = is_council ? "council/social" : NULL,
                             .type = is_council ? "Caseload" : NULL,
                             .kind = is_council ? "declared" : NULL,
                             .episode = long_text(bytes, n) });
    run();
}

static void both_agree(void)
{
    CU_ASSERT_EQUAL(world_verify(), 0);
    CU_ASSERT_EQUAL(world_replay(), 0);
}

/* Each size fills what the one before left. */
static void fill_with_events(void)
{
    static const size_t sizes[] = { 400 * KIB, 40 * KIB, 4 * KIB };
    for (unsigned i = 0; i < 36; i++)
        admit(sizes[i / 12], i);
}

static void events_that_fill_it_are_forgotten_oldest_first(void)
{
    fill_with_events();
    CU_ASSERT_EQUAL(refused("hosp"), 0);
    open_by("council", 100 * KIB, 1);
    CU_ASSERT_EQUAL(refused("council"), 0);
    CU_ASSERT(world_count("disclosures.council.social", NULL) > 12); /* the last ones caught up */
    both_agree();
}

static void words_that_fill_it_are_refused_and_nobody_elses(void)
{
    for (unsigned i = 0; i < 50; i++)
        open_by("council", 100 * KIB, i);
    size_t n = refused("council");
    CU_ASSERT(n > 10 && n < 40);
    for (unsigned i = 0; i < 4; i++)
        open_by("hosp", 100 * KIB, 100 + i);
    CU_ASSERT_EQUAL(refused("hosp"), 0);
    open_by("council", 12, 300);
    CU_ASSERT_EQUAL(refused("council"), n + 1);
    world_say(&(struct say){ .who = "ada",
                             .source = "council/social",
                             .type = "Caseload",
                             .kind = "ended",
                             .episode = long_text(100 * KIB, 0) });
    run();
    CU_ASSERT_EQUAL(refused("council"), n + 1); /* what ends something adds nothing that stays */
    both_agree();
}

static void whoever_is_alone_may_fill_half_of_it(void)
{
    for (unsigned i = 0; i < 19; i++)
        open_by("council", 100 * KIB, i);
    CU_ASSERT_EQUAL(refused("council"), 0);
}

/* Each is held for the council: what waits for a person is not forgotten. */
static void what_is_held_is_refused_at_the_share_and_not_forgotten(void)
{
    world_known("ada");
    for (unsigned i = 0; i < 16; i++) {
        const char *const set[] = { "stay.ward", long_text(400 * KIB, i), NULL };
        world_say(&(struct say){
            .who = "ada", .kind = "ready_for_discharge", .episode = long_text(11, i), .set = set });
        run();
    }
    size_t n = refused("hosp");
    open_by("council", 100 * KIB, 1);
    CU_ASSERT_EQUAL(refused("council"), 0);
    CU_ASSERT(n > 4 && n < 16);
    both_agree();
}

/* Until nothing more of the hospital's is taken. */
static void fill_with_holds(void)
{
    static const size_t sizes[] = { 400 * KIB, 40 * KIB, 4 * KIB, 20 };
    world_known("ada");
    for (unsigned i = 0; i < 48; i++) {
        const char *const set[] = { "stay.ward", long_text(sizes[i / 12], i), NULL };
        world_say(&(struct say){
            .who = "ada", .kind = "ready_for_discharge", .episode = long_text(11, i), .set = set });
    }
    run();
}

static void restrict_it(const char *source, unsigned n)
{
    static const char *const kinds[] = { "location", "record", "unknown" };
    const char *const set[] = { "restriction.kind", kinds[n % 3], NULL };
    world_say(&(struct say){ .who = "ada",
                             .source = source,
                             .type = "Restriction",
                             .kind = "raised",
                             .episode = long_text(12, n),
                             .set = set });
}

static void what_restricts_is_taken_beyond_the_share(void)
{
    fill_with_holds();
    size_t n = refused("hosp");
    CU_ASSERT(n > 0);
    for (unsigned i = 0; i < 30; i++)
        restrict_it(i % 2 ? "hosp/wards" : "hosp/hub", i);
    run();
    CU_ASSERT_EQUAL(refused("hosp"), n);
    open_by("council", 100 * KIB, 1);
    CU_ASSERT_EQUAL(refused("council"), 0);
    both_agree();
}

/* Taking a restriction back is no restriction: it waits for its original within its agency's
 * share. */
static void what_takes_a_restriction_back_is_not(void)
{
    fill_with_holds();
    size_t n = refused("hosp");
    for (unsigned i = 0; i < 30; i++) {
        static const char *const set[] = { "header.action", "retracts", "restriction.kind",
                                           "location", NULL };
        world_say(&(struct say){ .who = "ada",
                                 .source = "hosp/hub",
                                 .type = "Restriction",
                                 .kind = "raised",
                                 .episode = long_text(40, i),
                                 .set = set });
    }
    run();
    CU_ASSERT(refused("hosp") > n);
    both_agree();
}

/* The bus takes key and value together; found out at its commit it would end the router. */
static void each_record_that_an_event_leads_to_fits_or_the_event_is_refused(void)
{
    const size_t most = BUS_RECORD_MAX_BYTES - ID_BYTES;
    for (size_t more = 0; more < 2; more++)
        for (int which = 0; which < 4; which++) {
            const struct slice bytes = slice_of(NULL, which ? most + more : 0);
            struct disclosure disclosures[] = { { .bytes = which == 1 ? bytes : SLICE("") } };
            struct notice notices[] = { { .bytes = which == 2 ? bytes : SLICE("") } };
            struct link_out links[] = { { .bytes = which == 3 ? bytes : SLICE("") } };
            const struct judged j = { .disclosures = disclosures,
                                      .disclosure_count = 1,
                                      .notices = notices,
                                      .notice_count = 1,
                                      .links = links,
                                      .link_count = 1 };
            struct err e = { .fate = ERR_NONE };
            CU_ASSERT_EQUAL(fit_records(&j, which ? 0 : most + more, &e), !more);
            CU_ASSERT(!more || (e.code && strcmp(e.code, "event.size") == 0));
            CU_ASSERT_EQUAL(e.fate, more ? ERR_REJECT : ERR_NONE);
        }
}

static CU_TestInfo cases[] = {
    { "events that fill it are forgotten, oldest first",
      events_that_fill_it_are_forgotten_oldest_first },
    { "words that fill it are refused, and nobody else's",
      words_that_fill_it_are_refused_and_nobody_elses },
    { "whoever is alone may fill half of it", whoever_is_alone_may_fill_half_of_it },
    { "what is held is refused at the share, and not forgotten",
      what_is_held_is_refused_at_the_share_and_not_forgotten },
    { "law 6: what restricts is taken beyond the share", what_restricts_is_taken_beyond_the_share },
    { "what takes a restriction back is not", what_takes_a_restriction_back_is_not },
    { "each record that an event leads to fits, or the event is refused",
      each_record_that_an_event_leads_to_fits_or_the_event_is_refused },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_share = { "share", world_load, world_unload, world_fresh, world_done, cases };
