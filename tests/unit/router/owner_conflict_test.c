/* owner_conflict_test.c - a yes of one agency beside another's no: what rests on it is held until
 * who said no speaks, or named people end the conflict (law 12). */
#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "record/wire.h"
#include "sharing/acts/act.h"
#include "world.h"

#define RAISED "0190000000000000000000000000a001"
#define FORGED "0190000000000000000000000000b002"
#define STAY "0190000000000000000000000000d004"
#define CONFLICT "hold conflicting-objection"

static void run(void)
{
    CU_ASSERT_TRUE_FATAL(world_run());
}

static bool says(const struct audit_read *r, const char *text)
{
    return r && memmem(r->note.p, r->note.n, text, strlen(text));
}

/* Whoever guesses an id beforehand gains nothing: it is looked at when the original comes. */
static void word(const char *source, const char *kind, const char *event_id)
{
    world_say(
        &(struct say){ .who = "ada",
                       .source = source,
                       .type = "Consent",
                       .kind = kind,
                       .id = event_id,
                       .set = (const char *[]){ "consent.purpose", "individual-care", NULL } });
    run();
}

static const char *admit_now(const char *event_id, const char *episode)
{
    world_say(&(struct say){ .who = "ada",
                             .id = event_id,
                             .episode = episode,
                             .set = (const char *[]){ "stay.ward", "Ward 7", NULL } });
    run();
    return world_decided(event_id);
}

/* The hub's no, the council's yes: its own ordinary feed does not undo what another wrote down. */
static void dispute(void)
{
    world_known("ada");
    word("hosp/hub", "objection_recorded", "0190000000000000000000000000e001");
    CU_ASSERT_STRING_EQUAL(admit_now(STAY, "v1"), "withhold objection");
    word("council/social", "objection_lifted", "0190000000000000000000000000e002");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), CONFLICT);
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
}

static void a_yes_of_another_does_not_undo_a_no(void)
{
    dispute();
    world_agree();
    world_restart();
    CU_ASSERT_STRING_EQUAL(admit_now(FORGED, "v2"), CONFLICT);
    world_agree();
}

static void who_said_no_ends_it_by_a_yes(void)
{
    dispute();
    word("hosp/hub", "objection_lifted", RAISED);
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "disclose disclosed");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 1);
    world_agree();
}

static void who_said_no_ends_it_by_another_no(void)
{
    dispute();
    word("hosp/hub", "objection_recorded", RAISED);
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "withhold objection");
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    world_agree();
}

static void settle(const char *event_id, const char *word_, const char *person)
{
    static int64_t at_ms;
    const struct schema *s = catalogue_named(world.catalogue, SLICE("PersonAct"));
    struct buf file, b;
    struct act x = { .region = SLICE("teststead"),
                     .verb = slice_text(word_),
                     .on = slice_text(arena_format(&world.arena, "%s:council/social", event_id)),
                     .reason = SLICE("rang them both"),
                     .typed = slice_text(person) };
    at_ms = at_ms < clock_wall_ms() ? clock_wall_ms() : at_ms + 1;
    x.at_ms = at_ms;
    world_key("ada", &x.subject);
    buf_init(&file, 1 << 16);
    buf_init(&b, 1 << 16);
    act_put_file(&x, &file);
    wire_put_header(&b, plan_fingerprint(s->plan));
    avro_put_long(&b, 1);
    avro_put_text(&b, buf_slice(&file));
    world_publish("control", world_partition("ada"), slice_of(x.subject.b, ID_BYTES),
                  buf_slice(&b));
    buf_release(&file);
    buf_release(&b);
    run();
}

static void people_settle_it_by_a_yes(void)
{
    dispute();
    CU_ASSERT_STRING_EQUAL(admit_now(FORGED, "v2"), CONFLICT);
    settle(STAY, "settle-yes", "Nurse Njeri");
    CU_ASSERT(says(world_last("ada"), "settle-yes " STAY ":council/social by Nurse Njeri"));
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "disclose disclosed");
    CU_ASSERT_STRING_EQUAL(world_decided(FORGED), "disclose disclosed"); /* all that rests on it */
    CU_ASSERT_STRING_EQUAL(admit_now("0190000000000000000000000000d005", "v3"),
                           "disclose disclosed");
    world_agree();
    world_restart();
    CU_ASSERT_STRING_EQUAL(admit_now("0190000000000000000000000000d006", "v4"),
                           "disclose disclosed");
    word("hosp/hub", "objection_recorded", RAISED); /* a new word */
    CU_ASSERT_STRING_EQUAL(admit_now("0190000000000000000000000000d007", "v5"),
                           "withhold objection");
    world_agree();
}

static void people_settle_it_by_a_no(void)
{
    dispute();
    settle(STAY, "settle-no", "Nurse Njeri");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "withhold objection");
    CU_ASSERT_STRING_EQUAL(admit_now(FORGED, "v2"), "withhold objection");
    settle(STAY, "settle-yes", "Nurse Njeri");
    CU_ASSERT(says(world_last("ada"), "(the hold was gone)"));
    word("council/social", "objection_lifted", RAISED); /* a new word */
    CU_ASSERT_STRING_EQUAL(world_decided(FORGED), CONFLICT);
    world_agree();
}

/* As many people as a release needs, and the first half of the one is none of the other. */
static void of_a_restricted_person_two_settle_it(void)
{
    dispute();
    world_say(&(struct say){ .who = "ada",
                             .source = "hosp/hub",
                             .type = "Restriction",
                             .kind = "raised",
                             .id = RAISED,
                             .set = (const char *[]){ "restriction.kind", "record", NULL } });
    run();
    settle(STAY, "release", "Karl");
    settle(STAY, "settle-yes", "Nurse Njeri");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), CONFLICT);
    settle(STAY, "settle-yes", "NURSE  NJERI");
    CU_ASSERT(says(world_last("ada"), "the same person"));
    settle(STAY, "settle-no", "Omar");
    settle(STAY, "release", "Rosa");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), CONFLICT);
    settle(STAY, "settle-yes", "Nurse Njeri");
    settle(STAY, "settle-yes", "Rosa");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "disclose disclosed");
    world_agree();
}

/* An unknown code on what is held for something else: two, as where it is held for the code. */
static void a_conflict_does_not_hide_a_code_that_nobody_knows(void)
{
    static const char *const code[] = { "header.unknown_restriction", "Q", NULL };
    world_known("ada");
    word("hosp/hub", "objection_recorded", "0190000000000000000000000000e001");
    world_say(&(struct say){ .who = "ada", .id = STAY, .episode = "v1", .set = code });
    run();
    word("council/social", "objection_lifted", "0190000000000000000000000000e002");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), CONFLICT);
    settle(STAY, "release", "Karl");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), CONFLICT);
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    settle(STAY, "release", "Rosa");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "disclose disclosed");
    world_agree();
}

static void ready_now(const char *event_id)
{
    world_say(&(struct say){
        .who = "ada", .id = event_id, .episode = "v1", .kind = "ready_for_discharge" });
    run();
}

/* Held because nobody says whether they are fit; then words are in conflict. */
static void a_conflict_shows_on_what_was_held_before(void)
{
    world_known("ada");
    ready_now(STAY);
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "hold unknown");
    word("hosp/hub", "objection_recorded", "0190000000000000000000000000e001");
    word("council/social", "objection_lifted", "0190000000000000000000000000e002");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), CONFLICT);
    settle(STAY, "settle-yes", "Nurse Njeri");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "hold unknown"); /* that is for a release still */
    settle(STAY, "release", "Nurse Njeri");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "disclose disclosed");
    world_agree();
}

/* A later one of its kind has come, so nothing decides it anew before it is released. */
static void a_release_goes_over_no_conflict_that_its_hold_does_not_name(void)
{
    world_known("ada");
    ready_now(STAY);
    ready_now(FORGED);
    word("hosp/hub", "objection_recorded", "0190000000000000000000000000e001");
    word("council/social", "objection_lifted", "0190000000000000000000000000e002");
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "hold unknown");
    settle(STAY, "release", "Nurse Njeri");
    CU_ASSERT(says(world_last("ada"), "which the hold did not say"));
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), CONFLICT);
    CU_ASSERT_EQUAL(world_count("disclosures.council.social", NULL), 0);
    settle(STAY, "release", "Nurse Njeri"); /* now they see it */
    CU_ASSERT_STRING_EQUAL(world_decided(STAY), "disclose disclosed");
    world_agree();
}

/* More than are kept of one kind, and then a yes: the no of another is there still. */
static void words_push_out_nobody_elses(void)
{
    world_known("ada");
    word("hosp/hub", "objection_recorded", RAISED);
    for (int i = 0; i < 20; i++)
        word("council/social", "objection_lifted",
             arena_format(&world.arena, "%032x", 0xcd0000 + i));
    CU_ASSERT_STRING_EQUAL(admit_now(STAY, "v1"), CONFLICT);
    world_agree();
}

static CU_TestInfo cases[] = {
    { "a yes of another does not undo a no", a_yes_of_another_does_not_undo_a_no },
    { "who said no ends it by a yes", who_said_no_ends_it_by_a_yes },
    { "who said no ends it by another no", who_said_no_ends_it_by_another_no },
    { "people settle it by a yes", people_settle_it_by_a_yes },
    { "people settle it by a no", people_settle_it_by_a_no },
    { "of a restricted person two settle it", of_a_restricted_person_two_settle_it },
    { "a conflict does not hide a code that nobody knows",
      a_conflict_does_not_hide_a_code_that_nobody_knows },
    { "a conflict shows on what was held before", a_conflict_shows_on_what_was_held_before },
    { "a release goes over no conflict that its hold does not name",
      a_release_goes_over_no_conflict_that_its_hold_does_not_name },
    { "words push out nobody else's", words_push_out_nobody_elses },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_owner_conflict = { "owner_conflict", world_load, world_unload,
                                      world_fresh,      world_done, cases };
