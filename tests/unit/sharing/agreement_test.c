/* agreement_test.c - an agreement as a legal object: what it must say, and what is kept of it. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/clock.h"
#include "sharing/change/bundle_suppose.h"
#include "small.h"

static const char clause[] = "  - id: stay\n"
                             "    share: {HospitalStay: [admitted]}\n"
                             "    from: acute-trust\n"
                             "    to: adult-social-care\n"
                             "    release: [identity.name]\n";

static const struct agreement *load(const struct small_terms *t)
{
    CU_ASSERT_FATAL(small_clauses(t, clause));
    return &world.bundle->agreements[0];
}

static void each_legal_mistake_is_found(void)
{
    static const struct {
        const char *find, *instead, *code;
    } rows[] = {
        { "brightcare: {uk_gdpr: 6(1)(b), ", "brightcare: {uk_gdpr: 6(1)(z), ", "bundle.word" },
        { "brightcare: {uk_gdpr: 6(1)(b), ", "brightcare: {", "bundle.missing" },
        { "special_category: none", "special_category: 9(2)(z)", "bundle.word" },
        { "special_category: none", "special_category: 9(2)(b)", "bundle.missing" },
        { "special_category: none", "special_category: 9(2)(g)", "bundle.missing" },
        { "special_category: none", "special_category: 9(2)(h)", "bundle.missing" },
        { "special_category: none", "special_category: 9(2)(i)", "bundle.missing" },
        { "special_category: none", "special_category: 9(2)(j)", "bundle.missing" },
        { "special_category: none", "special_category: none, schedule_1: research",
          "bundle.basis" },
        { "health-or-social-care", "being-nice", "bundle.word" },
        { "health-or-social-care", "safeguarding", "bundle.basis" },
        { "statutory-and-government-purposes", "public-health", "bundle.basis" },
        { "  brightcare: {uk_gdpr: 6(1)(b), special_category: none}\n", "", "bundle.missing" },
        { "brightcare: {uk_gdpr: 6(1)(b)", "nobody: {uk_gdpr: 6(1)(b)", "bundle.agency" },
        { "brightcare: {uk_gdpr: 6(1)(b)", "brightcare: {uk_gdpr: 6(1)(c)", "bundle.missing" },
        { "confidentiality: public-interest", "confidentiality: trust-me", "bundle.word" },
        { "confidentiality: public-interest", "confidentiality: statutory-duty", "bundle.missing" },
        { "controllers: [wexbridge-hospital,", "controllers: [nobody,", "bundle.agency" },
        { "controllers: [wexbridge-hospital, wexshire-council]", "controllers: []",
          "bundle.missing" },
        { "processor: wexshire-council\n", "", "bundle.missing" },
        { "processor: wexshire-council", "processor: nobody", "bundle.agency" },
        { "dpia: WX-DPIA-099\n", "", "bundle.missing" },
        { "dpia: WX-DPIA-099", "dpia: ''", "bundle.shape" },
        { "https://example.org", "http://example.org", "bundle.address" },
        { "https://example.org/your-record", "https:///", "bundle.address" },
        { "retention_at_recipient: 8 years\n", "", "bundle.missing" },
        { "onward_sharing: none\n", "", "bundle.missing" },
        { "rights: dpo@example.org, ", "", "bundle.missing" },
        { "breach: ig@example.org", "breach: ''", "bundle.shape" },
        { "on_termination: recipients delete what they hold\n", "", "bundle.missing" },
        { "review_by: 2027-12-31", "review_by: 2028-01-01", "bundle.day" },
        { "until: 2027-12-31", "until: 2025-12-31", "bundle.day" },
        { "from: 2026-01-01", "from: 2026-02-30", "bundle.day" },
        { "on: 2025-12-16", "on: 2026-01-02", "bundle.day" },
        { "{agency: brightcare, role: r", "{agency: wexshire-council, role: r",
          "bundle.duplicate" },
        { "{agency: brightcare, role: r", "{agency: nobody, role: r", "bundle.agency" },
        { "parties: [wexbridge-hospital, ", "parties: [", "bundle.agency" },
        { "parties: [wexbridge-hospital, ", "parties: [brightcare, ", "bundle.duplicate" },
        { "to: adult-social-care", "to: gp", "bundle.service" },
        { "to: adult-social-care", "to: nobody/at-all", "bundle.service" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file file = { "agreements/sharing.yaml",
                                         small_replace(small_agreement(NULL, clause), rows[i].find,
                                                       rows[i].instead) };
        CU_ASSERT(small_problem(&file, 1, rows[i].code, file.name));
    }
}

static void each_party_keeps_its_own_basis(void)
{
    const struct agreement *g = load(NULL);
    CU_ASSERT_EQUAL_FATAL(g->party_count, 4);
    CU_ASSERT(slice_equal_text(g->parties[0].uk_gdpr, "6(1)(e)"));
    CU_ASSERT(slice_equal_text(g->parties[0].schedule_1, "health-or-social-care"));
    CU_ASSERT(slice_equal_text(g->parties[2].special_category, "9(2)(g)"));
    CU_ASSERT(slice_equal_text(g->parties[3].special_category, "none"));
    CU_ASSERT(slice_is_empty(g->parties[3].schedule_1));
    for (size_t i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(g->parties[i].agency, i);
}

static void every_text_of_it_is_kept(void)
{
    const struct agreement *g = load(NULL);
    const struct {
        struct slice got;
        const char *wanted;
    } rows[] = {
        { g->reference, "WX-DSA-099" },
        { g->title, "Sharing for a test" },
        { g->confidentiality, "public-interest" },
        { g->dpia, "WX-DPIA-099" },
        { g->privacy_notice, "https://example.org/your-record" },
        { g->retention, "8 years" },
        { g->onward, "none" },
        { g->contact_rights, "dpo@example.org" },
        { g->contact_breach, "ig@example.org" },
        { g->on_termination, "recipients delete what they hold" },
        { g->approvals[3].role, "registered-manager" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        CU_ASSERT(slice_equal_text(rows[i].got, rows[i].wanted));
    CU_ASSERT_EQUAL(g->controller_count, 2);
    CU_ASSERT_EQUAL(g->controllers[1], 1);
    CU_ASSERT_EQUAL(g->processor, 1);
    CU_ASSERT_EQUAL(g->approval_count, 4);
}

/* Milliseconds of a time in UTC. */
static int64_t at(const char *text)
{
    struct moment m = { .ms = 0 };
    CU_ASSERT(time_from_iso(slice_text(text), &m));
    return m.ms;
}

/* The clock goes forward on 29 March 2026 and back on 25 October 2026. */
static void days_are_of_london_also_when_the_clock_changes(void)
{
    static const struct {
        const char *from, *until, *begins, *ends;
    } rows[] = {
        { "2026-01-01", "2026-03-28", "2026-01-01T00:00Z", "2026-03-29T00:00Z" },
        { "2026-03-29", "2026-03-29", "2026-03-29T00:00Z", "2026-03-29T23:00Z" },
        { "2026-03-30", "2026-10-24", "2026-03-29T23:00Z", "2026-10-24T23:00Z" },
        { "2026-10-25", "2026-10-25", "2026-10-24T23:00Z", "2026-10-26T00:00Z" },
        { "2026-10-26", "2026-12-31", "2026-10-26T00:00Z", "2027-01-01T00:00Z" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_terms t = { .from = rows[i].from, .until = rows[i].until };
        const struct agreement *g = load(&t);
        CU_ASSERT_EQUAL(g->from_ms, at(rows[i].begins));
        CU_ASSERT_EQUAL(g->until_ms, at(rows[i].ends));
        CU_ASSERT_EQUAL(g->review_ms, at(rows[i].ends));
    }
}

/* Says an admission at that moment; what the team gets of it. */
static bool decided_at(const char *time, const char *wanted)
{
    world.now_ms = at(time);
    return world_say(&world, "HospitalStay.admitted", WARDS, "") &&
           world_decided(&world, TEAM, wanted);
}

static void its_last_day_is_whole_on_the_longest_day_of_the_year(void)
{
    const struct small_terms t = { .from = "2026-10-25", .until = "2026-10-25" };
    (void)load(&t);
    CU_ASSERT(decided_at("2026-10-24T22:59:59.999Z", "not-in-force"));
    CU_ASSERT(decided_at("2026-10-24T23:00Z", "disclose"));
    CU_ASSERT(decided_at("2026-10-25T23:59:59.999Z", "disclose"));
    CU_ASSERT(decided_at("2026-10-26T00:00Z", "agreement-ended"));
}

static void it_is_not_active_until_every_party_has_approved(void)
{
    const struct small_terms t = { .is_unapproved = true };
    CU_ASSERT_FALSE(load(&t)->approved);
    CU_ASSERT(decided_at("2026-03-02T00:00Z", "no-party-approval"));
    CU_ASSERT(load(NULL)->approved);
    CU_ASSERT(decided_at("2026-03-02T00:00Z", "disclose"));
}

static void as_if_approved_its_days_and_its_end_still_count(void)
{
    const struct small_terms t = { .is_unapproved = true };
    (void)load(&t);
    world.bundle = bundle_suppose_approved(&world.arena, world.bundle);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.bundle);
    CU_ASSERT(world.bundle->agreements[0].approved);
    CU_ASSERT(decided_at("2025-12-31T00:00Z", "not-in-force"));
    CU_ASSERT(decided_at("2026-03-02T00:00Z", "disclose"));
    CU_ASSERT(decided_at("2028-01-01T00:00Z", "agreement-ended"));
}

/* The guard is the agreement's own: no clause has to say it. */
static void implied_consent_is_guarded_against_objection(void)
{
    const struct small_terms t = { .confidentiality = "implied-consent" };
    (void)load(&t);
    CU_ASSERT(decided_at("2026-03-02T00:00Z", "disclose"));
    CU_ASSERT(world_say(&world, "Consent.objection_recorded", TEAM, ""));
    CU_ASSERT(decided_at("2026-03-02T02:00Z", "objection"));
    CU_ASSERT(world_say(&world, "Consent.objection_lifted", TEAM, ""));
}

static CU_TestInfo cases[] = { { "each legal mistake is found", each_legal_mistake_is_found },
                               { "each party keeps its own basis", each_party_keeps_its_own_basis },
                               { "every text of it is kept", every_text_of_it_is_kept },
                               { "days are of London also when the clock changes",
                                 days_are_of_london_also_when_the_clock_changes },
                               { "its last day is whole on the longest day of the year",
                                 its_last_day_is_whole_on_the_longest_day_of_the_year },
                               { "it is not active until every party has approved",
                                 it_is_not_active_until_every_party_has_approved },
                               { "as if approved its days and its end still count",
                                 as_if_approved_its_days_and_its_end_still_count },
                               { "implied consent is guarded against objection",
                                 implied_consent_is_guarded_against_objection },
                               CU_TEST_INFO_NULL };
CU_SuiteInfo suite_agreement = { "agreement", NULL, NULL, world_setup, world_teardown, cases };
