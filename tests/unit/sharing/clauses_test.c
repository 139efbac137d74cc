/* clauses_test.c - what an agreement must be able to say, each said in a clause and tried. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "small.h"
#include "sharing/facts/facts.h"
#include "sharing/facts/person.h"
#include "sharing/judge/notice.h"
#include "sharing/rules/prohibition.h"
#include "sharing/rules/reason.h"

#define DAY (24 * HOUR)

#define STAY                                                                                       \
    "  - id: one\n"                                                                                \
    "    share: {HospitalStay: [admitted, moved, discharged]}\n"                                   \
    "    from: acute-trust\n"                                                                      \
    "    to: adult-social-care\n"                                                                  \
    "    release: [identity.name]\n"

/* What becomes of an admission for that service. */
static bool admitted(const char *fields, const char *service, const char *wanted)
{
    return world_say(&world, "HospitalStay.admitted", WARDS, fields) &&
           world_decided(&world, service, wanted);
}

static void only_the_responsible_authority(void)
{
    CU_ASSERT_FATAL(
        small_clauses(NULL, STAY "    when: responsible(recipient, \"adult-social-care\")\n"));
    CU_ASSERT(admitted("", TEAM, "unknown")); /* nobody has said who is: held, never sent to all */
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "unknown"));
    CU_ASSERT(world_say(&world, "Caseload.declared", TEAM, ""));
    CU_ASSERT(admitted("", TEAM, "disclose"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "not-responsible"));
}

static void only_the_team_addressed(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, "  - id: one\n"
                                        "    share: {DischargePlan: [referred]}\n"
                                        "    from: care-transfer-hub\n"
                                        "    to: adult-social-care\n"
                                        "    when: addressed(recipient)\n"
                                        "    release: [identity.name]\n"));
    CU_ASSERT(world_say(&world, "DischargePlan.referred", HUB, "referral.to=" OTHER_TEAM));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "disclose"));
    CU_ASSERT(world_decided(&world, TEAM, "not-addressed"));
    CU_ASSERT(world_say(&world, "DischargePlan.referred", HUB, "header.episode=E2"));
    CU_ASSERT(world_decided(&world, TEAM, "unknown"));
}

static void only_people_already_known_to_the_recipient(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, STAY "    when: known(recipient)\n"));
    CU_ASSERT(admitted("", TEAM, "no-relationship"));
    CU_ASSERT(world_say(&world, "Caseload.declared", TEAM, "header.episode=C1"));
    CU_ASSERT(admitted("", TEAM, "disclose"));
    CU_ASSERT(world_decided(&world, OTHER_TEAM, "no-relationship"));
    CU_ASSERT(world_say(&world, "Caseload.ended", TEAM, "header.episode=C1"));
    CU_ASSERT(admitted("", TEAM, "no-relationship"));
}

/* Decided on 2 March 2026. */
static void never_under_eighteen(void)
{
    static const struct {
        const char *born, *wanted;
    } rows[] = {
        { "1941-11-01", "disclose" },
        { "2008-03-02", "disclose" },
        { "2008-03-03", "condition-false" },
        { "2020-01-01", "condition-false" },
        { "1941", "unknown" },
        { "1941-11", "unknown" },
        { "2020", "unknown" },
        { "", "unknown" },
    };
    CU_ASSERT_FATAL(small_clauses(NULL, STAY "    when: age() >= 18\n"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world.facts = person_unknown;
        world.now_ms = T0;
        const char *fields = arena_format(&world.arena, "person.birth_date=%s", rows[i].born);
        CU_ASSERT(admitted(rows[i].born[0] ? fields : "", TEAM, rows[i].wanted));
    }
}

/* A message of stay E1 that is decided so long after its discharge was. */
static bool moved_after(int64_t ms, const char *fields, const char *wanted)
{
    int64_t now_ms = world.now_ms;
    world.now_ms = T0 + 4 * HOUR + ms;
    bool good = world_say(&world, "HospitalStay.moved", WARDS,
                          arena_format(&world.arena, "header.episode=E1;%s", fields)) &&
                world_decided(&world, TEAM, wanted);
    world.now_ms = now_ms;
    return good;
}

static void stay_e1(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, STAY "    lasting: discharged + 14 days\n"));
    CU_ASSERT(admitted("header.episode=E1", TEAM, "disclose"));
    world.now_ms = T0 + 4 * HOUR;
    CU_ASSERT(world_say(&world, "HospitalStay.discharged", WARDS, "header.episode=E1;at=2"));
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

static void until_fourteen_days_after_the_discharge_was_decided(void)
{
    stay_e1();
    CU_ASSERT(moved_after(14 * DAY - 1, "", "disclose"));
    CU_ASSERT(moved_after(14 * DAY, "", "lapsed"));
    CU_ASSERT(moved_after(14 * DAY, "at=1", "lapsed")); /* backdated: the decision time counts */
}

static void a_new_admission_ends_what_lasted_after_the_old_one(void)
{
    stay_e1();
    CU_ASSERT(moved_after(DAY, "", "disclose"));
    world.now_ms = T0 + 2 * DAY;
    CU_ASSERT(admitted("header.episode=E2", TEAM, "disclose"));
    CU_ASSERT(moved_after(3 * DAY, "", "lapsed"));
    CU_ASSERT(world_say(&world, "HospitalStay.moved", WARDS, "header.episode=E2"));
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

static void a_new_admission_taken_back_ends_nothing(void)
{
    stay_e1();
    world.now_ms = T0 + 2 * DAY;
    CU_ASSERT(admitted("header.episode=E2", TEAM, "disclose"));
    CU_ASSERT(world_say(&world, "HospitalStay.admitted", WARDS,
                        "header.episode=E2;header.action=retracts"));
    CU_ASSERT(moved_after(3 * DAY, "", "disclose"));
}

static void a_discharge_taken_back_ends_nothing(void)
{
    stay_e1();
    CU_ASSERT(world_say(&world, "HospitalStay.discharged", WARDS,
                        "header.episode=E1;header.action=retracts"));
    CU_ASSERT(moved_after(20 * DAY, "", "disclose"));
}

static void what_ends_nothing_cannot_be_waited_for(void)
{
    static const char *const rows[][2] = {
        { "moved + 14 days", "bundle.lasting" },     { "referred + 14 days", "bundle.kind" },
        { "discharged + 0 days", "bundle.lasting" }, { "discharged + 14", "bundle.lasting" },
        { "discharged", "bundle.lasting" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *clauses = arena_format(&world.arena, STAY "    lasting: %s\n", rows[i][0]);
        const struct small_file file = { "agreements/sharing.yaml",
                                         small_agreement(NULL, clauses) };
        CU_ASSERT(small_problem(&file, 1, rows[i][1], file.name));
    }
}

static void consent_for_housing_adaptation_only(void)
{
    const struct small_terms terms = { .purpose = "housing-adaptation",
                                       .confidentiality = "explicit-consent" };
    CU_ASSERT_FATAL(small_clauses(&terms, "  - id: one\n"
                                          "    share: {HousingCase: [adaptation_requested]}\n"
                                          "    from: adult-social-care\n"
                                          "    to: [adaptations, landlord]\n"
                                          "    when: consent(recipient, \"housing-adaptation\")\n"
                                          "    release: [identity.name]\n"));
    CU_ASSERT(world_say(&world, "Consent.granted", TEAM, "consent.purpose=duty-to-refer"));
    CU_ASSERT(world_say(&world, "HousingCase.adaptation_requested", TEAM, ""));
    CU_ASSERT(world_decided(&world, GRANTS, "no-consent"));
    CU_ASSERT(world_say(&world, "Consent.granted", TEAM,
                        "consent.purpose=housing-adaptation;consent.recipient=" GRANTS));
    CU_ASSERT(world_say(&world, "HousingCase.adaptation_requested", TEAM, "header.episode=H2"));
    CU_ASSERT(world_decided(&world, GRANTS, "disclose"));
    CU_ASSERT(world_decided(&world, REPAIRS, "no-consent"));
}

static void a_provider_hears_of_its_own_packages_only(void)
{
    CU_ASSERT_FATAL(small_clauses(NULL, "  - id: one\n"
                                        "    share: {SocialCare: [package_changed]}\n"
                                        "    from: adult-social-care\n"
                                        "    to: [care-provider, landlord]\n"
                                        "    when: service.provider == recipient\n"
                                        "    release: [care.hours]\n"));
    CU_ASSERT(world_say(&world, "SocialCare.package_changed", TEAM, "service.provider=" ROTA));
    CU_ASSERT(world_decided(&world, ROTA, "disclose"));
    CU_ASSERT(world_decided(&world, REPAIRS, "condition-false"));
    CU_ASSERT(world_say(&world, "SocialCare.package_changed", TEAM,
                        "header.episode=P2;service.provider=another-county/rota"));
    CU_ASSERT(world_decided(&world, ROTA, "condition-false"));
    CU_ASSERT(world_say(&world, "SocialCare.package_changed", TEAM, "header.episode=P3"));
    CU_ASSERT(world_decided(&world, ROTA, "unknown"));
}

/* ---- named fields ---- */

static bool releases(const char *release)
{
    const char *clauses = small_replace(STAY, "[identity.name]", release);
    return small_clauses(NULL, clauses);
}

static void a_field_alone_in_its_category_is_named_by_its_path(void)
{
    CU_ASSERT_FATAL(releases("[stay.expected_discharge, person.birth_date]"));
    CU_ASSERT(admitted("stay.expected_discharge=2026-04-01;person.birth_date=1941-11-01;"
                       "stay.ward=ELM",
                       TEAM, "disclose"));
    CU_ASSERT(world_got_text(&world, TEAM, "2026-04-01"));
    CU_ASSERT(world_got_text(&world, TEAM, "1941-11-01"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "ELM"));
}

static void each_wrong_field_is_found(void)
{
    static const char *const rows[][2] = {
        { "[stay.corridor]", "bundle.category" },    { "[corridor]", "bundle.category" },
        { "[header.id]", "bundle.field" },           { "[header.kind]", "bundle.field" },
        { "[service.provider]", "bundle.category" }, /* of another type */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file file = {
            "agreements/sharing.yaml",
            small_agreement(NULL, small_replace(STAY, "[identity.name]", rows[i][0]))
        };
        CU_ASSERT(small_problem(&file, 1, rows[i][1], file.name));
    }
}

/* ---- prohibitions ---- */

static bool open_prohibition(const char *rest)
{
    const char *clauses =
        small_replace(STAY, "from: acute-trust", "from: [acute-trust, care-transfer-hub]");
    const char *text = arena_format(&world.arena,
                                    "prohibitions:\n"
                                    "  - id: secret\n"
                                    "    withhold: [identity.name]\n"
                                    "    source: a test\n%s",
                                    rest);
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(NULL, clauses) },
        { "prohibitions/some.yaml", text },
    };
    return small_open(files, 2);
}

static void doors_hear_of_a_death_and_that_it_was_none(void)
{
    struct notice_view n;
    CU_ASSERT_FATAL(open_prohibition("    when: restricted(subject, \"deceased\")\n"));
    CU_ASSERT(admitted("", TEAM, "disclose"));
    CU_ASSERT(world_say(&world, "Person.died", WARDS, "death.formality=formal"));
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "identity.name"));
    CU_ASSERT(world_say(&world, "Person.died", WARDS, "header.action=retracts"));
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT_FALSE(slices_have(n.withhold, n.withhold_count, "identity.name"));
}

static void a_prohibition_may_be_for_events_of_some_sources(void)
{
    CU_ASSERT_FATAL(open_prohibition("    from: acute-trust\n"));
    CU_ASSERT(admitted("", TEAM, "prohibited"));
    CU_ASSERT(world_say(&world, "HospitalStay.admitted", HUB, ""));
    CU_ASSERT(world_decided(&world, TEAM, "disclose"));
}

static void a_role_that_no_service_has_is_good_in_a_prohibition(void)
{
    CU_ASSERT_FATAL(open_prohibition("    to: [gp, community-health]\n"));
    CU_ASSERT(admitted("", TEAM, "disclose"));
    CU_ASSERT_FATAL(open_prohibition("    to: [gp, adult-social-care]\n"));
    CU_ASSERT(admitted("", TEAM, "prohibited"));
}

static void a_protected_prohibition_is_named_only_to_those_who_ask(void)
{
    CU_ASSERT_FATAL(open_prohibition("    protected: true\n"));
    CU_ASSERT(admitted("", TEAM, "prohibited"));
    const struct decision *d = world_decision(&world, TEAM, false);
    CU_ASSERT_EQUAL_FATAL(d->prohibition_count, 1);
    struct slice name = prohibition_name(world.bundle, d->prohibitions[0]);
    CU_ASSERT(slice_equal_text(name, "secret"));
    CU_ASSERT(slice_equal_text(prohibition_shown(world.bundle, name, false), "prohibited"));
    CU_ASSERT(slice_equal_text(prohibition_shown(world.bundle, name, true), "secret"));
    CU_ASSERT_FATAL(open_prohibition(""));
    CU_ASSERT(slice_equal_text(prohibition_shown(world.bundle, name, false), "secret"));
}

static void a_protected_prohibition_tells_no_recipient(void)
{
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(NULL, STAY) },
        { "prohibitions/some.yaml", "prohibitions:\n"
                                    "  - {id: secret, withhold: [identity.name], source: a test, "
                                    "protected: true, tell: ask}\n" },
    };
    CU_ASSERT(small_problem(files, 2, "bundle.tell", "prohibitions/some.yaml"));
}

static void of_protected_prohibitions_the_audit_has_a_reason_of_its_own(void)
{
    static const char plain[] = "  - {id: plain, withhold: [identity.name], source: a test}\n";
    static const char other[] = "  - {id: other, withhold: [identity.name], source: a test, "
                                "protected: true, reason: adoption}\n";
    static const struct {
        const char *own, *beside, *told;
    } rows[] = {
        { "sexual-health", "", "sexual-health" },
        { "sexual-health", plain, "prohibited" }, /* which alone would leave nothing */
        { "sexual-health", other, "adoption" },   /* the first of reasons.def */
        { "gender-history", other, "gender-history" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FATAL(open_prohibition(arena_format(
            &world.arena, "    protected: true\n    reason: %s\n%s", rows[i].own, rows[i].beside)));
        CU_ASSERT(admitted("", TEAM, rows[i].told));
        struct slice reason = slice_text(world_decision(&world, TEAM, false)->reason);
        CU_ASSERT(slice_equal_text(reason_shown(reason, false), "prohibited"));
        CU_ASSERT(slice_equal_text(reason_shown(reason, true), rows[i].told));
    }
}

static void a_reason_of_its_own_is_protected_and_of_a_protected_prohibition(void)
{
    static const char *const rows[] = { "reason: gender-history",
                                        "protected: true, reason: objection",
                                        "protected: true, reason: no-such-reason" };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file files[] = {
            { "agreements/sharing.yaml", small_agreement(NULL, STAY) },
            { "prohibitions/some.yaml",
              arena_format(&world.arena,
                           "prohibitions:\n"
                           "  - {id: secret, withhold: [identity.name], source: a test, %s}\n",
                           rows[i]) },
        };
        CU_ASSERT(small_problem(files, 2, "bundle.reason", "prohibitions/some.yaml"));
    }
}

static void an_open_reason_is_shown_to_all(void)
{
    CU_ASSERT(slice_equal_text(reason_shown(SLICE("objection"), false), "objection"));
}

static void what_is_not_known_here_is_shown_as_if_it_were_protected(void)
{
    CU_ASSERT_FATAL(open_prohibition(""));
    CU_ASSERT(slice_equal_text(reason_shown(SLICE("of-a-later-version"), false), "prohibited"));
    CU_ASSERT(
        slice_equal_text(reason_shown(SLICE("of-a-later-version"), true), "of-a-later-version"));
    CU_ASSERT(
        slice_equal_text(prohibition_shown(world.bundle, SLICE("gone"), false), "prohibited"));
    CU_ASSERT(slice_equal_text(prohibition_shown(world.bundle, SLICE("gone"), true), "gone"));
}

static CU_TestInfo cases[] = {
    { "only the responsible authority", only_the_responsible_authority },
    { "only the team addressed", only_the_team_addressed },
    { "only people already known to the recipient", only_people_already_known_to_the_recipient },
    { "never under eighteen", never_under_eighteen },
    { "until fourteen days after the discharge was decided",
      until_fourteen_days_after_the_discharge_was_decided },
    { "a new admission ends what lasted after the old one",
      a_new_admission_ends_what_lasted_after_the_old_one },
    { "a new admission taken back ends nothing", a_new_admission_taken_back_ends_nothing },
    { "a discharge taken back ends nothing", a_discharge_taken_back_ends_nothing },
    { "what ends nothing cannot be waited for", what_ends_nothing_cannot_be_waited_for },
    { "consent for housing adaptation only", consent_for_housing_adaptation_only },
    { "a provider hears of its own packages only", a_provider_hears_of_its_own_packages_only },
    { "a field alone in its category is named by its path",
      a_field_alone_in_its_category_is_named_by_its_path },
    { "each wrong field is found", each_wrong_field_is_found },
    { "doors hear of a death and that it was none", doors_hear_of_a_death_and_that_it_was_none },
    { "a prohibition may be for events of some sources",
      a_prohibition_may_be_for_events_of_some_sources },
    { "a role that no service has is good in a prohibition",
      a_role_that_no_service_has_is_good_in_a_prohibition },
    { "a protected prohibition is named only to those who ask",
      a_protected_prohibition_is_named_only_to_those_who_ask },
    { "a protected prohibition tells no recipient", a_protected_prohibition_tells_no_recipient },
    { "of protected prohibitions the audit has a reason of its own",
      of_protected_prohibitions_the_audit_has_a_reason_of_its_own },
    { "a reason of its own is protected, and of a protected prohibition",
      a_reason_of_its_own_is_protected_and_of_a_protected_prohibition },
    { "an open reason is shown to all", an_open_reason_is_shown_to_all },
    { "what is not known here is shown as if it were protected",
      what_is_not_known_here_is_shown_as_if_it_were_protected },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_clauses = { "clauses", NULL, NULL, world_setup, world_teardown, cases };
