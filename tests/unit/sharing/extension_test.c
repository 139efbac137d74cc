/* extension_test.c - what happens when an agreement ends, is extended, is stopped or is followed by
 * its next version. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/clock.h"
#include "sharing/change/bundle_suppose.h"
#include "sharing/facts/facts.h"
#include "sharing/facts/person.h"
#include "sharing/judge/judge.h"
#include "sharing/rules/agreement.h"
#include "sharing/rules/clause.h"
#include "small.h"

static const char clause[] = "  - id: stay\n"
                             "    share: {HospitalStay: [admitted]}\n"
                             "    from: acute-trust\n"
                             "    to: adult-social-care\n"
                             "    when: known(recipient)\n"
                             "    release: [identity.name]\n";

static const char extension[] =
    "agreement: sharing\n"
    "version: 1\n"
    "until: 2026-04-30\n"
    "reason: the next version is being signed\n"
    "approved_by:\n"
    "  - {agency: wexbridge-hospital, role: caldicott-guardian, name: A. Able, on: 2026-03-30}\n"
    "  - {agency: wexshire-council, role: caldicott-guardian, name: B. Best, on: 2026-03-30}\n";

static const char stop[] = "agreement: sharing\n"
                           "version: 1\n"
                           "from: 2026-02-22T10:00:00Z\n"
                           "by: C. Care\n"
                           "reason: sent to the wrong team\n";

/* Version 1 lasts to 31 March 2026. */
static const struct small_terms first = { .until = "2026-03-31" };

static bool open_with(const char *name, const char *text)
{
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(&first, clause) }, { name, text }
    };
    return small_open(files, text ? 2 : 1);
}

static bool at(const char *time)
{
    struct moment m;
    bool good = time_from_iso(slice_text(time), &m);
    world.now_ms = m.ms;
    return good;
}

/* The team knows the person; an admission at that moment is decided so. */
static bool decided_at(const char *time, const char *wanted)
{
    world.facts = person_unknown;
    return at(time) && world_say(&world, "Caseload.declared", TEAM, "") && at(time) &&
           world_say(&world, "HospitalStay.admitted", WARDS, "") &&
           world_decided(&world, TEAM, wanted);
}

static void after_the_end_what_would_flow_is_held(void)
{
    CU_ASSERT_FATAL(open_with("extensions/none.yaml", NULL));
    CU_ASSERT(decided_at("2026-03-31T22:59:59.999Z", "disclose"));
    CU_ASSERT(decided_at("2026-03-31T23:00Z", "agreement-ended"));
    const struct decision *d = world_decision(&world, TEAM, false);
    CU_ASSERT_FATAL(d != NULL);
    CU_ASSERT_EQUAL(d->outcome, OUTCOME_HOLD);
    CU_ASSERT_EQUAL(d->clause_count, 1);
    CU_ASSERT(categories_is_empty(&d->released));
    CU_ASSERT_EQUAL(world.facts.hold_count, 1);
    /* What would not have flowed is not held. */
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "no-relationship"));
}

/* A named person releases the only hold, an hour after it was made. */
static void release_the_hold(struct judged *out)
{
    struct judge_input again = world.in;
    CU_ASSERT_EQUAL_FATAL(world.facts.hold_count, 1);
    const struct hold release = world.facts.holds[0];
    again.bundle = world.bundle;
    again.facts = &world.facts;
    again.release = &release;
    again.decided_ms += HOUR;
    CU_ASSERT_FATAL(world_judge(&world, &again, out));
    CU_ASSERT_EQUAL_FATAL(out->decision_count, 1);
}

static void nobody_can_release_what_an_ended_agreement_holds(void)
{
    struct judged out;
    CU_ASSERT_FATAL(open_with("extensions/none.yaml", NULL));
    CU_ASSERT(decided_at("2026-04-01T00:00Z", "agreement-ended"));
    int64_t since_ms = world.facts.holds[0].since_ms;
    release_the_hold(&out);
    CU_ASSERT_EQUAL(out.decisions[0].outcome, OUTCOME_HOLD);
    CU_ASSERT_STRING_EQUAL(out.decisions[0].reason, "agreement-ended");
    CU_ASSERT_EQUAL(out.disclosure_count, 0);
    CU_ASSERT_EQUAL_FATAL(out.after->hold_count, 1);
    CU_ASSERT_EQUAL(out.after->holds[0].since_ms, since_ms);
}

static void what_an_ended_agreement_held_goes_when_it_is_extended(void)
{
    struct judged out;
    CU_ASSERT_FATAL(open_with("extensions/none.yaml", NULL));
    CU_ASSERT(decided_at("2026-04-01T00:00Z", "agreement-ended"));
    const struct person facts = world.facts;
    CU_ASSERT_FATAL(open_with("extensions/one.yaml", extension));
    world.facts = facts;
    release_the_hold(&out);
    CU_ASSERT_EQUAL(out.decisions[0].outcome, OUTCOME_DISCLOSE);
    CU_ASSERT_EQUAL(out.disclosure_count, 1);
    CU_ASSERT_EQUAL(out.after->hold_count, 0);
}

static void of_two_holds_the_end_of_the_agreement_is_told(void)
{
    const char *unknown = "  - id: stay\n"
                          "    share: {HospitalStay: [admitted]}\n"
                          "    from: acute-trust\n"
                          "    to: adult-social-care\n"
                          "    when: stay.ward == \"ELM\"\n"
                          "    release: [identity.name]\n";
    const struct small_terms other = { .name = "other" };
    const struct small_file files[] = {
        { "agreements/a.yaml", small_agreement(&other, unknown) },
        { "agreements/b.yaml", small_agreement(&first, clause) },
    };
    CU_ASSERT_FATAL(small_open(files, 2));
    CU_ASSERT(decided_at("2026-04-01T00:00Z", "agreement-ended"));
    CU_ASSERT_EQUAL(world_decision(&world, TEAM, false)->clause_count, 2);
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "unknown"));
}

static void an_extension_carries_it_on(void)
{
    CU_ASSERT_FATAL(open_with("extensions/one.yaml", extension));
    const struct agreement *g = &world.bundle->agreements[0];
    CU_ASSERT(slice_equal_text(g->extension, "the next version is being signed"));
    CU_ASSERT(g->signed_until_ms < g->until_ms);
    CU_ASSERT(decided_at("2026-04-30T22:59:59.999Z", "disclose"));
    CU_ASSERT(decided_at("2026-04-30T23:00Z", "agreement-ended"));
}

static void each_wrong_extension_is_found(void)
{
    static const struct {
        const char *find, *instead, *code;
    } rows[] = {
        { "until: 2026-04-30", "until: 2026-05-01", "bundle.day" },
        { "until: 2026-04-30", "until: 2026-03-31", "bundle.day" },
        { "until: 2026-04-30", "until: soon", "bundle.day" },
        { "name: B. Best", "name: A. Able", "bundle.approvers" },
        { "agency: wexshire-council", "agency: nobody", "bundle.agency" },
        { "version: 1", "version: 2", "bundle.agreement" },
        { "version: 1", "version: all", "bundle.number" },
        { "agreement: sharing", "agreement: caring", "bundle.agreement" },
        { "reason: the next version is being signed\n", "", "bundle.missing" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file files[] = {
            { "agreements/sharing.yaml", small_agreement(&first, clause) },
            { "extensions/one.yaml", small_replace(extension, rows[i].find, rows[i].instead) },
        };
        CU_ASSERT(small_problem(files, 2, rows[i].code, "extensions/one.yaml"));
    }
}

static void a_version_is_extended_once(void)
{
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(&first, clause) },
        { "extensions/one.yaml", extension },
        { "extensions/two.yaml", extension },
    };
    CU_ASSERT(small_problem(files, 3, "bundle.duplicate", "extensions/two.yaml"));
}

static void a_stop_is_felt_from_its_moment_on(void)
{
    CU_ASSERT_FATAL(open_with("stops/one.yaml", stop));
    const struct agreement *g = &world.bundle->agreements[0];
    CU_ASSERT(slice_equal_text(g->stop, "sent to the wrong team"));
    CU_ASSERT(agreement_in_force(g, g->stopped_ms - 1));
    CU_ASSERT_FALSE(agreement_in_force(g, g->stopped_ms));
    CU_ASSERT(decided_at("2026-02-22T09:59:59.999Z", "disclose"));
    CU_ASSERT(decided_at("2026-02-22T10:00Z", "agreement-stopped"));
    CU_ASSERT(decided_at("2026-04-01T10:00Z", "agreement-stopped"));
}

static void the_earliest_of_several_stops_counts(void)
{
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(&first, clause) },
        { "stops/one.yaml", stop },
        { "stops/two.yaml", small_replace(stop, "2026-02-22T10:00:00Z", "2026-02-21T10:00:00Z") },
        { "stops/zero.yaml", small_replace(stop, "version: 1", "version: all") },
    };
    CU_ASSERT_FATAL(small_open(files, 4));
    CU_ASSERT(decided_at("2026-02-21T09:59Z", "disclose"));
    CU_ASSERT(decided_at("2026-02-21T10:00Z", "agreement-stopped"));
}

/* As old as a clock can say: every moment is after it. */
static void a_stop_of_long_ago_stops_too(void)
{
    static const char *const from[] = { "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z" };
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        CU_ASSERT_FATAL(
            open_with("stops/one.yaml", small_replace(stop, "2026-02-22T10:00:00Z", from[i])));
        CU_ASSERT(decided_at("2026-02-22T10:00Z", "agreement-stopped"));
        CU_ASSERT_FALSE(agreement_in_force(&world.bundle->agreements[0], T0));
    }
}

static void each_wrong_stop_is_found(void)
{
    static const struct {
        const char *find, *instead, *code;
    } rows[] = {
        { "from: 2026-02-22T10:00:00Z", "from: 2026-02-22", "bundle.time" },
        { "from: 2026-02-22T10:00:00Z", "from: 2026-02-22T10:00", "bundle.time" },
        { "version: 1", "version: 9", "bundle.agreement" },
        { "version: 1", "version: every", "bundle.number" },
        { "agreement: sharing", "agreement: caring", "bundle.agreement" },
        { "by: C. Care\n", "", "bundle.missing" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file files[] = {
            { "agreements/sharing.yaml", small_agreement(&first, clause) },
            { "stops/one.yaml", small_replace(stop, rows[i].find, rows[i].instead) },
        };
        CU_ASSERT(small_problem(files, 2, rows[i].code, "stops/one.yaml"));
    }
}

/* Versions 1 and 2; the second begins on 1 March and needs no open case. */
static bool open_versions(bool is_unapproved)
{
    const struct small_terms second = { .version = "2",
                                        .from = "2026-03-01",
                                        .is_unapproved = is_unapproved };
    const char *clauses = small_replace(clause, "    when: known(recipient)\n", "");
    const struct small_file files[] = {
        { "agreements/a.yaml", small_agreement(&second, clauses) },
        { "agreements/b.yaml", small_agreement(&first, clause) },
    };
    return small_open(files, 2);
}

static void the_highest_version_that_has_begun_counts(void)
{
    CU_ASSERT_FATAL(open_versions(false));
    CU_ASSERT(decided_at("2026-02-28T23:59:59.999Z", "disclose"));
    CU_ASSERT(
        slice_equal_text(clause_name(world.bundle, world_decision(&world, TEAM, false)->clauses[0]),
                         "sharing/1/stay"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "no-relationship"));
    CU_ASSERT(decided_at("2026-03-01T00:00Z", "disclose"));
    CU_ASSERT_EQUAL(world_decision(&world, TEAM, false)->clause_count, 1);
    CU_ASSERT(
        slice_equal_text(clause_name(world.bundle, world_decision(&world, TEAM, false)->clauses[0]),
                         "sharing/2/stay"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "disclose"));
}

static void a_version_nobody_has_approved_takes_nothing_over(void)
{
    CU_ASSERT_FATAL(open_versions(true));
    CU_ASSERT(decided_at("2026-03-01T00:00Z", "disclose"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "no-relationship"));
}

static void a_draft_can_be_tried_as_if_it_were_approved(void)
{
    CU_ASSERT_FATAL(open_versions(true));
    const struct bundle *drafted = world.bundle;
    world.bundle = bundle_suppose_approved(&world.arena, drafted);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world.bundle);
    CU_ASSERT(decided_at("2026-02-28T23:59:59.999Z", "disclose"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "no-relationship"));
    CU_ASSERT(decided_at("2026-03-01T00:00Z", "disclose"));
    CU_ASSERT(
        slice_equal_text(clause_name(world.bundle, world_decision(&world, TEAM, false)->clauses[0]),
                         "sharing/2/stay"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "disclose"));
    world.bundle = drafted; /* which is as it was */
    CU_ASSERT(decided_at("2026-03-01T00:00Z", "disclose"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "no-relationship"));
}

static void an_old_version_does_not_come_back(void)
{
    const struct small_terms second = { .version = "2", .from = "2026-02-01" };
    const struct small_file files[] = {
        { "agreements/a.yaml", small_agreement(&second, clause) },
        { "agreements/b.yaml", small_agreement(&first, clause) },
        { "stops/one.yaml", small_replace(stop, "version: 1", "version: 2") },
    };
    CU_ASSERT_FATAL(small_open(files, 3));
    CU_ASSERT(decided_at("2026-02-22T10:00Z", "agreement-stopped"));
    const struct small_file last = { "stops/one.yaml",
                                     small_replace(stop, "version: 1", "version: all") };
    const struct small_file all[] = { files[0], files[1], last };
    CU_ASSERT_FATAL(small_open(all, 3));
    CU_ASSERT(decided_at("2026-02-22T10:00Z", "agreement-stopped"));
}

static CU_TestInfo cases[] = {
    { "after the end what would flow is held", after_the_end_what_would_flow_is_held },
    { "nobody can release what an ended agreement holds",
      nobody_can_release_what_an_ended_agreement_holds },
    { "what an ended agreement held goes when it is extended",
      what_an_ended_agreement_held_goes_when_it_is_extended },
    { "of two holds the end of the agreement is told",
      of_two_holds_the_end_of_the_agreement_is_told },
    { "an extension carries it on", an_extension_carries_it_on },
    { "each wrong extension is found", each_wrong_extension_is_found },
    { "a version is extended once", a_version_is_extended_once },
    { "a stop is felt from its moment on", a_stop_is_felt_from_its_moment_on },
    { "the earliest of several stops counts", the_earliest_of_several_stops_counts },
    { "a stop of long ago stops too", a_stop_of_long_ago_stops_too },
    { "each wrong stop is found", each_wrong_stop_is_found },
    { "the highest version that has begun counts", the_highest_version_that_has_begun_counts },
    { "a version nobody has approved takes nothing over",
      a_version_nobody_has_approved_takes_nothing_over },
    { "a draft can be tried as if it were approved", a_draft_can_be_tried_as_if_it_were_approved },
    { "an old version does not come back", an_old_version_does_not_come_back },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_extension = { "extension", NULL, NULL, world_setup, world_teardown, cases };
