/* evidence_test.c - the consent that opened a gate travels with what it let through, as far as the
 * clause releases it. */
#include <CUnit/CUnit.h>

#include "small.h"
#include "sharing/facts/facts_query.h"
#include "sharing/facts/person.h"

#define HOUSING "consent.purpose=housing-adaptation;consent.recipient=" GRANTS ";"
#define SHARED                                                                                     \
    "    share: {HousingCase: [adaptation_requested]}\n"                                           \
    "    from: adult-social-care\n"                                                                \
    "    to: adaptations\n"
#define TOLD "    release: [identity.name, consent-evidence]\n"
#define ASKED "    when: consent(recipient, \"housing-adaptation\")\n"

static const char *const paths[] = { "header.consent.basis", "header.consent.recorded_by",
                                     "header.consent.recorded_on", "header.consent.until" };

/* Of the n-th disclosure of the last event to that service: basis, recorder, day, end; "-"
 * nothing. */
static const char *told_to(const char *service, size_t n)
{
    struct view v;
    const char *text[4];
    CU_ASSERT_FATAL(world_got(&world, service, n, &v, NULL));
    for (size_t i = 0; i < 4; i++) {
        int slot = plan_slot(v.plan, slice_text(paths[i]));
        CU_ASSERT_FATAL(slot >= 0);
        text[i] = view_is_null(&v, (size_t)slot)
                      ? "-"
                      : arena_text(&world.arena, view_text(&v, (size_t)slot));
    }
    return arena_format(&world.arena, "%s %s %s %s", text[0], text[1], text[2], text[3]);
}

static const char *asked(const char *fields)
{
    CU_ASSERT_FATAL(world_say(&world, "HousingCase.adaptation_requested", TEAM, fields));
    return told_to(GRANTS, 0);
}

static void granted(const char *source, const char *fields)
{
    CU_ASSERT_FATAL(world_say(&world, "Consent.granted", source, fields));
}

static bool open_clauses(const char *confidentiality, const char *clauses)
{
    const struct small_terms terms = { .purpose = "housing-adaptation",
                                       .confidentiality = confidentiality };
    return small_clauses(&terms, clauses);
}

/* The example: Ada's referral to the authority she chose. */
#define REFER "referral.chosen=" OPTIONS ";name=TESTPATIENT"
#define DUTY "consent.purpose=duty-to-refer;consent.recipient=" OPTIONS ";"

static void refer(const char *fields)
{
    CU_ASSERT_FATAL(world_say(&world, "Homelessness.referred", HUB, fields));
}

static void who_recorded_it_when_on_what_basis_and_until_when(void)
{
    granted(HUB, DUTY "consent.basis=explicit;consent.expires=2026-08-04");
    refer(REFER);
    CU_ASSERT_STRING_EQUAL(told_to(OPTIONS, 0), "explicit " HUB " 2026-03-02 2026-08-04");
    granted(HUB, DUTY "consent.basis=best-interests;consent.capacity=lacks-capacity;at=2;"
                      "consent.expires=2026-08-04T09:30:00Z");
    refer(REFER ";header.episode=H2");
    CU_ASSERT_STRING_EQUAL(told_to(OPTIONS, 0),
                           "best-interests " HUB " 2026-03-02 2026-08-04T09:30:00.000Z");
    granted(HUB, DUTY "at=4");
    refer(REFER ";header.episode=H3");
    CU_ASSERT_STRING_EQUAL(told_to(OPTIONS, 0), "explicit " HUB " 2026-03-02 -");
}

static void what_catches_up_with_a_consent_has_it(void)
{
    refer(REFER);
    CU_ASSERT(world_decided(&world, OPTIONS, "no-consent"));
    granted(HUB, DUTY "consent.expires=2026-08-04");
    CU_ASSERT_STRING_EQUAL(told_to(OPTIONS, 0), "explicit " HUB " 2026-03-02 2026-08-04");
}

static void a_clause_that_promises_no_hospital_does_not_name_it(void)
{
    granted(HUB, HOUSING "consent.expires=2026-08-04");
    CU_ASSERT_FATAL(world_say(&world, "HousingCase.adaptation_requested", HUB, "case.to=" GRANTS));
    CU_ASSERT_STRING_EQUAL(told_to(GRANTS, 0), "explicit - 2026-03-02 2026-08-04");
    CU_ASSERT_FALSE(world_got_text(&world, GRANTS, "wexbridge-hospital"));
}

static void a_hidden_location_hides_who_recorded_it(void)
{
    granted(HUB, DUTY);
    CU_ASSERT_FATAL(world_say(&world, "Restriction.raised", HUB, "restriction.kind=location"));
    refer(REFER);
    CU_ASSERT_STRING_EQUAL(told_to(OPTIONS, 0), "explicit - 2026-03-02 -");
}

static void it_goes_anew_when_the_location_is_hidden_no_more(void)
{
    const struct small_file hidden = { "prohibitions/hidden.yaml",
                                       "prohibitions:\n"
                                       "  - id: hidden\n"
                                       "    withhold: [consent-evidence.recorded-by]\n"
                                       "    when: restricted(subject, \"location\")\n"
                                       "    source: law\n" };
    const struct small_terms terms = { .purpose = "housing-adaptation",
                                       .confidentiality = "explicit-consent" };
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(&terms, "  - id: one\n" SHARED TOLD) }, hidden
    };
    CU_ASSERT_FATAL(small_open(files, 2));
    granted(TEAM, HOUSING);
    CU_ASSERT_FATAL(world_say(&world, "Restriction.raised", TEAM, "restriction.kind=location"));
    CU_ASSERT_STRING_EQUAL(asked("header.episode=H1"), "explicit - 2026-03-02 -");
    CU_ASSERT_FATAL(world_say(&world, "Restriction.lifted", TEAM, "restriction.kind=location"));
    CU_ASSERT_FATAL(world_count(&world, GRANTS) == 1);
    CU_ASSERT_STRING_EQUAL(told_to(GRANTS, 0), "explicit " TEAM " 2026-03-02 -");
    granted(TEAM, HOUSING "at=5");
    CU_ASSERT_EQUAL(world_count(&world, GRANTS), 0);
}

static void a_retraction_has_none(void)
{
    granted(HUB, DUTY);
    refer(REFER ";header.episode=H1");
    refer("header.episode=H1;header.action=retracts");
    CU_ASSERT_STRING_EQUAL(told_to(OPTIONS, 0), "- - - -");
}

static void what_its_source_wrote_there_goes_nowhere(void)
{
    static const char forged[] = "header.consent.basis=explicit;header.consent.recorded_by=mum;"
                                 "header.consent.recorded_on=1999;header.consent.until=never";
    CU_ASSERT_FATAL(open_clauses("public-interest", "  - id: one\n" SHARED TOLD));
    CU_ASSERT_STRING_EQUAL(asked(forged), "- - - -");
    CU_ASSERT_FATAL(open_clauses("explicit-consent", "  - id: one\n" SHARED TOLD));
    granted(TEAM, HOUSING);
    CU_ASSERT_STRING_EQUAL(asked(forged), "explicit " TEAM " 2026-03-02 -");
    CU_ASSERT_FALSE(world_got_text(&world, GRANTS, "mum"));
}

static void none_where_the_gate_was_opened_otherwise(void)
{
    static const char *const open[] = {
        "",
        "    when: consent(recipient, \"housing-adaptation\") || source == \"" TEAM "\"\n",
        "    when: \"!consent(source, \\\"housing-adaptation\\\")\"\n",
    };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++) {
        CU_ASSERT_FATAL(
            open_clauses("public-interest",
                         arena_format(&world.arena, "  - id: one\n" SHARED "%s" TOLD, open[i])));
        world.facts = person_unknown;
        granted(TEAM, HOUSING);
        CU_ASSERT_STRING_EQUAL(asked(""), "- - - -");
    }
    CU_ASSERT_FATAL(open_clauses("public-interest", "  - id: one\n" SHARED ASKED TOLD));
    world.facts = person_unknown;
    granted(TEAM, HOUSING);
    CU_ASSERT_STRING_EQUAL(asked(""), "explicit " TEAM " 2026-03-02 -");
}

static void of_several_the_last_that_was_given(void)
{
    CU_ASSERT_FATAL(open_clauses("explicit-consent", "  - id: one\n" SHARED TOLD));
    world.now_ms += 10 * HOUR;
    granted(TEAM, HOUSING "at=1");
    granted(HUB, HOUSING "at=3");
    granted(GRANTS, HOUSING "at=2");
    CU_ASSERT_STRING_EQUAL(asked(""), "explicit " HUB " 2026-03-02 -");
}

static void whichever_clause_stands_first(void)
{
    static const char *const orders[][2] = { { "recipient", "source" }, { "source", "recipient" } };
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_FATAL(open_clauses(
            "public-interest", arena_format(&world.arena,
                                            "  - id: one\n" SHARED
                                            "    when: consent(%s, \"housing-adaptation\")\n" TOLD
                                            "  - id: two\n" SHARED
                                            "    when: consent(%s, \"housing-adaptation\")\n" TOLD,
                                            orders[i][0], orders[i][1])));
        world.facts = person_unknown;
        world.now_ms = T0 + 10 * HOUR;
        granted(GRANTS, HOUSING "at=1");
        granted(HUB, "consent.purpose=housing-adaptation;consent.recipient=" TEAM ";at=3");
        CU_ASSERT_STRING_EQUAL(asked(""), "explicit " HUB " 2026-03-02 -");
    }
}

static void each_field_by_a_clause_that_it_opened(void)
{
    CU_ASSERT_FATAL(open_clauses(
        "public-interest",
        "  - id: one\n" SHARED ASKED "    release: [identity.name, consent-evidence.terms]\n"
        "  - id: two\n" SHARED "    release: [identity.name, consent-evidence.recorded-by]\n"));
    granted(TEAM, HOUSING);
    CU_ASSERT_STRING_EQUAL(asked(""), "explicit - 2026-03-02 -");
}

static void a_yes_that_people_overruled_is_not_told(void)
{
    const struct event_id first = { { 1 } }, last = { { 2 } };
    const struct consent_fact words[] = {
        { .recipient = -1,
          .granted = true,
          .occurred_ms = 1,
          .until_ms = NEVER_MS,
          .by = first,
          .purpose = SLICE("housing"),
          .source = SLICE(TEAM) },
        { .recipient = -1,
          .granted = true,
          .occurred_ms = 2,
          .until_ms = NEVER_MS,
          .by = last,
          .purpose = SLICE("housing"),
          .source = SLICE(HUB) },
    };
    const struct settlement no = { .purpose = SLICE("housing"),
                                   .recipient = 1,
                                   .overruled = slice_of(last.b, ID_BYTES) };
    const struct sharing_question ask = { .purpose = SLICE("housing"), .who = 1 };
    struct person p = { .consents = words, .consent_count = 2 };
    CU_ASSERT_PTR_EQUAL(facts_consent_given(&p, &ask, 3), &words[1]);
    p.settlements = &no;
    p.settlement_count = 1;
    CU_ASSERT_PTR_EQUAL(facts_consent_given(&p, &ask, 3), &words[0]);
}

static void a_clause_that_does_not_release_it_sends_the_same_bytes(void)
{
    static const char silent[] = "    release: [identity.name]\n";
    const struct disclosure *d = NULL;
    struct view v;
    CU_ASSERT_FATAL(open_clauses("explicit-consent",
                                 arena_format(&world.arena, "  - id: one\n" SHARED "%s", silent)));
    world.facts = person_unknown;
    world.serial = 0;
    granted(TEAM, HOUSING "consent.expires=2026-08-04");
    CU_ASSERT_STRING_EQUAL(asked(""), "- - - -");
    CU_ASSERT_FATAL(world_got(&world, GRANTS, 0, &v, &d));
    struct slice first = arena_copy(&world.arena, d->bytes);
    world.facts = person_unknown;
    world.serial = 0;
    world.now_ms = T0;
    granted(HUB, HOUSING "consent.basis=best-interests");
    CU_ASSERT_STRING_EQUAL(asked(""), "- - - -");
    CU_ASSERT_FATAL(world_got(&world, GRANTS, 0, &v, &d));
    CU_ASSERT(slice_equal(first, d->bytes));
}

static void what_travels_changed_says_nothing_of_it(void)
{
    CU_ASSERT_FATAL(open_clauses("explicit-consent",
                                 "  - id: one\n" SHARED TOLD
                                 "    oblige: {year: [field header.consent.recorded_on]}\n"));
    granted(TEAM, HOUSING);
    CU_ASSERT_STRING_EQUAL(asked(""), "explicit " TEAM " - -");
}

static CU_TestInfo cases[] = {
    { "who recorded it, when, on what basis and until when",
      who_recorded_it_when_on_what_basis_and_until_when },
    { "what catches up with a consent has it", what_catches_up_with_a_consent_has_it },
    { "a clause that promises no hospital does not name it",
      a_clause_that_promises_no_hospital_does_not_name_it },
    { "a hidden location hides who recorded it", a_hidden_location_hides_who_recorded_it },
    { "it goes anew when the location is hidden no more",
      it_goes_anew_when_the_location_is_hidden_no_more },
    { "a retraction has none", a_retraction_has_none },
    { "what its source wrote there goes nowhere", what_its_source_wrote_there_goes_nowhere },
    { "none where the gate was opened otherwise", none_where_the_gate_was_opened_otherwise },
    { "of several the last that was given", of_several_the_last_that_was_given },
    { "whichever clause stands first", whichever_clause_stands_first },
    { "each field by a clause that it opened", each_field_by_a_clause_that_it_opened },
    { "a yes that people overruled is not told", a_yes_that_people_overruled_is_not_told },
    { "a clause that does not release it sends the same bytes",
      a_clause_that_does_not_release_it_sends_the_same_bytes },
    { "what travels changed says nothing of it", what_travels_changed_says_nothing_of_it },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_evidence = { "evidence", NULL, NULL, world_setup, world_teardown, cases };
