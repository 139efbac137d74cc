/* analyse_test.c - what can never be right is found in small bundles, and nothing right is
 * blamed. */
#include "sharing/tools/analyse.h"

#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sharing/load/bundle_load.h"
#include "sharing/rules/compiled.h"
#include "small.h"

static const char region[] =
    "region: testshire\npartitions: 4\nagencies:\n"
    "  hospital: {title: H, codes: {ods: ZX9}, nhs_number: entitled, services: {wards: {role: "
    "acute-trust}, "
    "hub: {role: care-transfer-hub}}}\n"
    "  council: {title: C, codes: {cassr: \"999\"}, nhs_number: entitled, services: {team: {role: "
    "adult-social-care}}}\n"
    "  district: {title: D, codes: {gss: E07000999}, services: {grants: {role: adaptations}}}\n";

static const char facts[] =
    "facts:\n"
    "  - {on: {Caseload: [declared]}, by: [adult-social-care, adaptations],\n"
    "     opens: {relationship: open-case, with: source},\n"
    "     closed_by: {Caseload: [ended], by: [adult-social-care, adaptations]},\n"
    "     responsible: {function: adult-social-care, service: source}}\n"
    "  - {on: {HospitalStay: [admitted]}, by: [acute-trust], opens: {relationship: stay, with: "
    "source},\n"
    "     closed_by: {HospitalStay: [moved], by: [acute-trust]}}\n"
    "  - {on: {Restriction: [raised]}, by: [acute-trust], restricts: field restriction.kind}\n"
    "  - {on: {Restriction: [lifted]}, by: the service itself, lifts: field restriction.kind}\n";

#define TERMS                                                                                      \
    "agreement: test\nreference: T-1\nversion: 1\ntitle: T\nparties: [hospital, council, "         \
    "district]\n"                                                                                  \
    "purpose: individual-care\nbasis:\n"                                                           \
    "  hospital: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: "                       \
    "health-or-social-care}\n"                                                                     \
    "  council: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: "                        \
    "health-or-social-care}\n"                                                                     \
    "  district: {uk_gdpr: 6(1)(e), special_category: 9(2)(h), schedule_1: "                       \
    "health-or-social-care}\n"                                                                     \
    "confidentiality: implied-consent\nduty: none\n"                                               \
    "in_force: {from: 2026-01-01, until: 2026-12-31, review_by: 2026-10-31}\n"                     \
    "controllers: [hospital, council, district]\nprocessor: council\ndpia: D\n"                    \
    "privacy_notice: https://example.org/p\nretention_at_recipient: 1 year\nonward_sharing: "      \
    "none\n"                                                                                       \
    "contacts: {rights: a@example.org, breach: b@example.org}\non_termination: keep\n"
#define APPROVED                                                                                   \
    "approved_by:\n  - {agency: hospital, role: caldicott-guardian, on: 2025-12-01}\n"             \
    "  - {agency: council, role: caldicott-guardian, on: 2025-12-01}\n"                            \
    "  - {agency: district, role: data-protection-officer, on: 2025-12-01}\n"
static const char terms[] = TERMS APPROVED "clauses:\n";
static const char unapproved[] = TERMS "clauses:\n";

#define STAY "share: {HospitalStay: [admitted, moved]}, from: acute-trust, to: adult-social-care"
#define GOOD "  - {id: good, " STAY ", release: [identity.name, stay.ward]}\n"
#define WHEN(condition)                                                                            \
    "  - {id: asks, " STAY ", release: [identity.name, stay], when: '" condition "'}\n"

#define MARCH ((int64_t)1772409600000) /* 2026-03-02 */
#define DAY ((int64_t)86400000)
#define AFTER ((int64_t)1798761600000) /* 2027-01-01: the first moment after its end */

static char folder[64];

static void write_file(const char *name, const char *first, const char *second)
{
    FILE *f = fopen(arena_format(&world.arena, "%s/%s", folder, name), "w");
    CU_ASSERT_FATAL(f != NULL);
    (void)fputs(first, f);
    (void)fputs(second, f);
    (void)fclose(f);
}

static void setup(void)
{
    world_setup();
    (void)snprintf(folder, sizeof folder, "/tmp/concordat-analyse-XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    (void)mkdir(arena_format(&world.arena, "%s/agreements", folder), 0700);
    (void)mkdir(arena_format(&world.arena, "%s/prohibitions", folder), 0700);
    write_file("region.yaml", region, "");
    write_file("facts.yaml", facts, "");
}

static void teardown(void)
{
    static const char *const files[] = { "region.yaml", "facts.yaml", "agreements/a.yaml",
                                         "prohibitions/p.yaml" };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        (void)unlink(arena_format(&world.arena, "%s/%s", folder, files[i]));
    (void)rmdir(arena_format(&world.arena, "%s/agreements", folder));
    (void)rmdir(arena_format(&world.arena, "%s/prohibitions", folder));
    (void)rmdir(folder);
    world_teardown();
}

struct findings {
    struct problems problems, warnings;
};

static const struct bundle *load(const char *head, const char *clauses, const char *prohibitions)
{
    struct problems p = { 0 };
    char text[400];
    write_file("agreements/a.yaml", head, clauses);
    write_file("prohibitions/p.yaml", "prohibitions:\n",
               *prohibitions ? prohibitions
                             : "  - {id: one, withhold: [protected], source: law}\n");
    const struct bundle *b = bundle_load(&world.arena, folder, world.catalogue, &p);
    for (size_t i = 0; i < p.count; i++)
        printf("%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    CU_ASSERT_FATAL(b != NULL);
    return b;
}

static void look(const struct analyse_input *in, struct findings *f)
{
    *f = (struct findings){ { 0 }, { 0 } };
    analyse(in, &world.arena, &f->problems, &f->warnings);
}

static void release(struct findings *f)
{
    problems_release(&f->problems);
    problems_release(&f->warnings);
}

static const struct err *find(const struct problems *p, const char *code, const char *word)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->list[i].code, code) == 0 && strstr(p->list[i].text, word))
            return &p->list[i];
    return NULL;
}

static void print_all(const struct findings *f)
{
    char text[400];
    for (size_t i = 0; i < f->problems.count; i++)
        printf("problem %s\n", err_print(&f->problems.list[i], text, sizeof text));
    for (size_t i = 0; i < f->warnings.count; i++)
        printf("warning %s\n", err_print(&f->warnings.list[i], text, sizeof text));
}

/* code NULL: no problem at all. word: stands in the sentence. */
static void expect(const char *clauses, const char *prohibitions, bool is_problem, const char *code,
                   const char *word)
{
    struct findings f;
    struct analyse_input in = { .bundle = load(terms, clauses, prohibitions), .now_ms = MARCH };
    look(&in, &f);
    bool good = code ? find(is_problem ? &f.problems : &f.warnings, code, word) != NULL
                     : f.problems.count == 0;
    if (!good) {
        printf("wanted %s of:\n%s%s", code ? code : "no problem", clauses, prohibitions);
        print_all(&f);
    }
    CU_ASSERT(good);
    release(&f);
}

static void conditions_that_are_never_true_are_found(void)
{
    static const char *const never[] = {
        WHEN("known(recipient) && !known(recipient)"),
        WHEN("relationship(recipient, \"open-case\") && !known(recipient)"),
        WHEN("stay.class == \"emergency\" && stay.class == \"inpatient\""),
        WHEN("(stay.class == \"inpatient\" || known(recipient)) && !(known(recipient) || "
             "stay.class == "
             "\"inpatient\")"),
        WHEN("stay.ward == \"ELM\" && stay.ward != \"ELM\""),
        WHEN("stay.ward in [\"ELM\", \"OAK\"] && stay.ward in [\"ASH\"]"),
        WHEN("stay.ward in [\"ELM\"] && !(\"ELM\" == stay.ward)"),
        WHEN("age() < 18 && age() >= 18"),
        WHEN("age() > 200"),
        WHEN("10 > age() && age() == 12"),
        WHEN("!has(stay.ward) && stay.ward == \"ELM\""),
        WHEN("false || (true && false)"),
    };
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        expect(never[i], "", true, "check.never", "never true");
}

static void conditions_that_can_be_true_are_left_alone(void)
{
    static const char *const possible[] = {
        WHEN("known(recipient) && responsible(recipient, \"adult-social-care\")"),
        WHEN("relationship(recipient, \"open-case\") && known(recipient)"),
        WHEN("known(recipient) && !known(source)"),
        WHEN("stay.ward == \"ELM\" || stay.ward == \"OAK\""),
        WHEN("stay.ward != \"ELM\" && stay.ward != \"OAK\""),
        WHEN("stay.ward in [\"ELM\", \"OAK\"] && stay.ward != \"ELM\""),
        WHEN("age() >= 18 && age() < 19"),
        WHEN("has(stay.ward) && stay.ward == \"ELM\""),
        WHEN("!(known(recipient) && known(source))"),
    };
    for (size_t i = 0; i < sizeof possible / sizeof possible[0]; i++)
        expect(possible[i], "", true, NULL, "");
}

static void a_word_that_a_field_never_holds_is_found(void)
{
    expect(WHEN("stay.class == \"sideways\" || known(recipient)"), "", true, "check.word",
           "word 'sideways', which the field 'stay.class' never holds");
    expect(WHEN("stay.class in [\"inpatient\", \"sideways\"]"), "", true, "check.word", "sideways");
}

static void clauses_that_share_nothing_are_found(void)
{
    expect("  - {id: echo, share: {HospitalStay: [moved]}, from: acute-trust, to: acute-trust, "
           "release: "
           "[stay.ward]}\n",
           "", true, "check.nobody", "test/1/echo");
    expect("  - {id: empty, " STAY ", release: [housing]}\n", "", true, "check.nothing",
           "test/1/empty");
    expect(GOOD, "  - {id: p, withhold: [identity, stay], to: adult-social-care, source: law}\n",
           true, "check.overridden", "test/1/good");
    expect(GOOD,
           "  - {id: p, withhold: [identity, stay], source: law, when: 'known(recipient) || "
           "!known(recipient)'}\n",
           true, "check.overridden", "test/1/good");
}

#define TAKES(rest) "  - {id: p, withhold: [identity, stay], source: law" rest "}\n"

static void a_condition_that_brings_its_own_prohibition_is_found(void)
{
    expect(WHEN("known(recipient) && age() > 17"), TAKES(", when: known(recipient)"), true,
           "check.overridden", "test/1/asks");
    expect(GOOD, TAKES(", from: acute-trust"), true, "check.overridden", "test/1/good");
    expect(WHEN("age() > 17"), TAKES(", when: 'age() > 16'"), true, "check.overridden", "asks");
    expect(WHEN("age() > 17"), TAKES(", when: 'age() > 18'"), true, NULL, "");
    expect(WHEN("known(recipient) || age() > 17"), TAKES(", when: known(recipient)"), true, NULL,
           "");
    expect(GOOD, TAKES(", from: care-transfer-hub"), true, NULL, "");
    expect(WHEN("objection(recipient)"), "", true, "check.never", "asks for an objection");
    expect(WHEN("objection(source)"), "", true, NULL, "");
}

static void a_condition_that_is_never_true_is_one_problem(void)
{
    struct findings f;
    struct analyse_input in = { .bundle = load(terms, WHEN("known(recipient) && !known(recipient)"),
                                               TAKES(", when: known(recipient)")),
                                .now_ms = MARCH };
    look(&in, &f);
    CU_ASSERT_EQUAL(f.problems.count, 1);
    release(&f);
}

static void releases_that_no_event_has_are_listed(void)
{
    expect("  - {id: a, " STAY ", release: [identity.name, housing, stay]}\n", "", false,
           "check.absent", "that none of its events has: housing");
    expect("  - {id: a, share: {HospitalStay: [moved], SocialCare: [assessed]}, from: acute-trust, "
           "to: adult-social-care, release: [stay.ward]}\n",
           "", false, "check.absent", "that these kinds of events have: SocialCare.assessed");
}

static void what_prohibitions_take_only_now_and_then_is_not_overridden(void)
{
    expect(GOOD, "  - {id: p, withhold: [identity, stay], source: law, when: known(recipient)}\n",
           true, NULL, "");
    expect(GOOD, "  - {id: p, withhold: [identity, stay], to: adaptations, source: law}\n", true,
           NULL, "");
    expect(GOOD,
           "  - {id: p, withhold: [identity, stay], share: {HospitalStay: [moved]}, source: law}\n",
           true, NULL, "");
    expect(GOOD, "  - {id: p, withhold: [stay.ward], source: law}\n", false, "check.taken",
           "always take away: stay.ward");
}

static void clauses_that_add_nothing_are_found(void)
{
    expect(GOOD "  - {id: less, " STAY ", release: [stay.ward]}\n", "", false, "check.shadowed",
           "'test/1/less' adds nothing: clause 'good'");
    expect("  - {id: less, " STAY ", release: [stay.ward], lasting: moved + 2 days}\n" GOOD, "",
           false, "check.shadowed", "'test/1/less' adds nothing: clause 'good'");
    expect(WHEN("known(recipient)") "  - {id: less, " STAY ", release: [stay.ward], when: "
                                    "'known(recipient) && age() > 17'}\n",
           "", false, "check.shadowed", "test/1/less");
}

static void clauses_that_add_something_are_not_shadowed(void)
{
    static const char *const good[] = {
        GOOD "  - {id: more, " STAY ", release: [stay.site]}\n",
        WHEN("known(recipient)") "  - {id: less, " STAY ", release: [stay.ward]}\n",
        GOOD "  - {id: hub, share: {HospitalStay: [admitted, moved]}, from: acute-trust, to: "
             "care-transfer-hub, release: [stay.ward]}\n",
        "  - {id: short, " STAY ", release: [stay], lasting: moved + 1 days}\n"
        "  - {id: long, " STAY ", release: [stay.ward], lasting: moved + 2 days}\n",
        /* of a ward that is not given it cannot be told whether it is another */
        WHEN("stay.ward != \"ELM\"") "  - {id: none, " STAY
                                     ", release: [stay.site], when: '!has(stay.ward)'}\n",
        WHEN("age() < 18 || age() >= 18") "  - {id: all, " STAY ", release: [stay.site]}\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct findings f;
        struct analyse_input in = { .bundle = load(terms, good[i], ""), .now_ms = MARCH };
        look(&in, &f);
        CU_ASSERT_PTR_NULL(find(&f.warnings, "check.shadowed", ""));
        release(&f);
    }
}

#define YEAR(rest)                                                                                 \
    "  - {id: year, " STAY ", release: [identity.birth-date], oblige: {year: "                     \
    "[identity.birth-date]}" rest "}\n"
#define DAY_TO(to, rest)                                                                           \
    "  - {id: day, share: {HospitalStay: [moved]}, from: acute-trust, to: " to                     \
    ", release: [identity]" rest "}\n"

static void an_obligation_that_another_clause_undoes_is_found(void)
{
    static const char *const good[] = {
        YEAR("") DAY_TO("care-transfer-hub", ""),
        YEAR(", when: known(recipient)") DAY_TO("adult-social-care", ", when: '!known(recipient)'"),
    };
    expect(YEAR("") DAY_TO("adult-social-care", ""), "", false, "check.undone",
           "'test/1/year' changes, before it is shared, what clause 'test/1/day' shares unchanged: "
           "identity.birth-date");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct findings f;
        struct analyse_input in = { .bundle = load(terms, good[i], ""), .now_ms = MARCH };
        look(&in, &f);
        CU_ASSERT_PTR_NULL(find(&f.warnings, "check.undone", ""));
        release(&f);
    }
}

#define TELLS(id, word, rest)                                                                      \
    "  - {id: " id ", withhold: [stay.ward], tell: " word ", source: law" rest "}\n"
#define ASK "restricted-ask-the-source"

static void prohibitions_that_tell_different_things_are_found(void)
{
    expect(GOOD, TELLS("a", ASK, ", when: known(recipient)") TELLS("b", ASK, ""), true, NULL, "");
    expect(GOOD,
           TELLS("a", ASK, ", when: known(recipient)")
               TELLS("b", "other-word", ", when: 'age() < 18'"),
           true, "check.tell", "'a' and 'b'");
    expect(GOOD,
           TELLS("a", ASK, ", when: 'age() < 18'")
               TELLS("b", "other-word", ", when: 'age() >= 18'"), /* nobody knows: both act */
           true, "check.tell", "'a' and 'b'");
    expect(GOOD,
           TELLS("a", ASK, ", when: has(header.episode)")
               TELLS("b", "other-word", ", when: '!has(header.episode)'"),
           true, NULL, "");
    expect(GOOD,
           TELLS("a", ASK, ", when: known(recipient)")
               TELLS("b", "other-word", ", when: '!known(recipient)'"), /* a claim in doubt */
           true, "check.tell", "'a' and 'b'");
    expect(GOOD,
           TELLS("a", ASK, ", to: adaptations, when: 'age() < 9'")
               TELLS("b", "other-word", ", to: adult-social-care, when: 'age() < 9'"),
           true, NULL, "");
    expect(GOOD, /* nobody is given anything of the second */
           TELLS("a", ASK, ", when: known(recipient)") "  - {id: b, withhold: [housing], tell: "
                                                       "other-word, source: law}\n",
           true, NULL, "");
}

static void conditions_that_read_what_they_do_not_release_are_listed(void)
{
    expect(WHEN("age() > 17"), "", false, "check.reads", "does not release: identity.birth-date");
    expect("  - {id: year, " STAY ", release: [identity.birth-date], when: 'age() > 17', oblige: "
           "{year: [identity.birth-date]}}\n", /* the year is not the day */
           "", false, "check.reads", "does not release: identity.birth-date");
    expect(GOOD, "  - {id: p, withhold: [stay], source: law, when: 'age() < 18'}\n", false,
           "check.reads", "prohibition 'p' is not protected");
    expect(GOOD, "", false, "check.unshared", "registered");
    expect(GOOD, "", false, "check.unreceived", "protected");
}

static void ends_reviews_and_missing_approvals_are_told_in_time(void)
{
    static const struct {
        const char *head;
        int64_t now_ms;
        const char *code, *word;
    } rows[] = {
        { terms, AFTER - 62 * DAY, NULL, "check.ends" },
        { terms, AFTER - 61 * DAY, "check.ends", "ends on 31 December 2026, 60 days from now" },
        { terms, AFTER - 1, "check.ends", "ends on 31 December 2026, 0 days from now" },
        { terms, AFTER, "check.ended", "ended on 31 December 2026" },
        { terms, MARCH, NULL, "check.review" },
        { terms, AFTER - 50 * DAY, "check.review",
          "is overdue for review, which was to be done by 31 October 2026" },
        { unapproved, MARCH, "check.unapproved", "'council' has not approved" },
        { terms, MARCH, NULL, "check.unapproved" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct findings f;
        struct analyse_input in = { .bundle = load(rows[i].head, GOOD, ""),
                                    .now_ms = rows[i].now_ms };
        look(&in, &f);
        if (rows[i].code)
            CU_ASSERT_PTR_NOT_NULL(find(&f.warnings, rows[i].code, rows[i].word))
        else
            CU_ASSERT_PTR_NULL(find(&f.warnings, rows[i].word, ""))
        CU_ASSERT_EQUAL(f.problems.count, 0);
        release(&f);
    }
}

static void what_only_a_replaced_version_shares_is_shared_by_nobody(void)
{
    static const char ward[] = "  - id: a\n    share: {HospitalStay: [moved]}\n"
                               "    from: acute-trust\n    to: landlord\n"
                               "    release: [stay.ward]\n";
    const struct small_terms later = { .version = "2", .from = "2026-06-01" };
    const struct small_file files[] = {
        { "agreements/a.yaml", small_agreement(NULL, ward) },
        { "agreements/b.yaml",
          small_agreement(&later, small_replace(ward, "[moved]", "[admitted]")) }
    };
    CU_ASSERT_FATAL(small_open(files, 2));
    for (int i = 0; i < 2; i++) {
        struct findings f;
        struct analyse_input in = { .bundle = world.bundle, .now_ms = i ? AFTER : MARCH };
        look(&in, &f);
        CU_ASSERT_EQUAL(find(&f.warnings, "check.unshared", " moved,") != NULL, i == 1);
        release(&f);
    }
}

/* One feed of the wards that makes HospitalStay.KIND with those fields. */
static void expect_of_feed(const char *clauses, const char *kind, const char *field,
                           const char *code, const char *word)
{
    struct findings f;
    const struct bundle *b = load(terms, clauses, "");
    const struct schema *s = catalogue_named(world.catalogue, SLICE("HospitalStay"));
    bool *slots = ARENA_ARRAY(&world.arena, plan_slots(s->plan), bool);
    slots[plan_slot(s->plan, slice_text(field))] = true;
    struct analyse_feed feed = { (uint16_t)bundle_service(b, SLICE("hospital/wards")), s,
                                 slice_text(kind), slots };
    struct analyse_input in = { .bundle = b, .now_ms = MARCH, .feeds = &feed, .feed_count = 1 };
    look(&in, &f);
    bool found = find(&f.warnings, code, word) != NULL;
    if (!found)
        print_all(&f);
    CU_ASSERT(found);
    release(&f);
}

#define TAKES_ONLY(name) "  - {id: p, withhold: [" name "], source: law}\n"
#define FIELD "  - {id: good, " STAY ", release: [stay.leave_until]}\n"
#define ALL_BUT_TIMES                                                                              \
    "  - {id: more, " STAY ", release: [identity, location, contact, needs, source, clinical, "    \
    "related-person, protected, stay.ward, stay.site]}\n"

static void named_fields_are_weighed_by_themselves(void)
{
    expect(FIELD, TAKES_ONLY("stay.leave_until"), true, "check.overridden", "test/1/good");
    expect(FIELD, TAKES_ONLY("stay.times"), true, "check.overridden", "test/1/good");
    expect(FIELD, TAKES_ONLY("stay.leave_from"), false, NULL, NULL);
    expect(FIELD ALL_BUT_TIMES, "", false, "check.unreceived",
           "stay.times except stay.leave_until");
    expect("  - {id: good, " STAY ", release: [stay.ready_from], when: 'has(stay.ready_from)'}\n"
           "  - {id: asks, " STAY ", release: [stay.ready_from], when: stay.medically_fit}\n",
           "", false, "check.reads", "stay.ready except stay.ready_from");
    expect_of_feed(FIELD, "admitted", "stay.leave_from", "check.unfilled",
                   "fills: stay.leave_until");
}

static void clauses_are_held_against_the_mappings_of_their_sources(void)
{
    expect_of_feed(GOOD, "discharged", "stay.ward", "check.unsaid", "makes an event of its type");
    expect_of_feed(GOOD, "admitted", "stay.ward", "check.unsaid", "HospitalStay.moved");
    expect_of_feed(GOOD, "admitted", "stay.ward", "check.unfilled", "fills: identity.name");
    expect_of_feed(WHEN("stay.class == \"inpatient\""), "admitted", "stay.ward", "check.unfilled",
                   "reads 'stay.class'");
    expect_of_feed(WHEN("age() > 17"), "admitted", "stay.ward", "check.unfilled", "reads 'age()'");
    expect_of_feed("  - {id: a, " STAY ", release: [stay.ward, source.urgency, source.site]}\n",
                   "admitted", "stay.ward", "check.unfilled", "fills: source.urgency");
}

static bool carries_all_but(const void *kind, const struct schema *s, struct slice name)
{
    (void)s;
    return !slice_equal_text(name, kind);
}

/* The council's team has a delivery that carries all but that kind, or none at all. */
static void expect_of_delivery(const char *lacks, bool has_one, bool has_all, const char *wanted)
{
    struct findings f;
    const struct bundle *b = load(terms, GOOD, "");
    const struct analyse_delivery ways[] = {
        { (uint16_t)bundle_service(b, slice_text(has_one ? "council/team" : "hospital/wards")), "d",
          lacks, carries_all_but }
    };
    const struct analyse_input in = { .bundle = b,
                                      .now_ms = MARCH,
                                      .deliveries = ways,
                                      .delivery_count = 1,
                                      .has_all_deliveries = has_all };
    look(&in, &f);
    CU_ASSERT_EQUAL(find(&f.warnings, "check.undelivered", wanted ? wanted : "") != NULL,
                    wanted != NULL);
    release(&f);
}

static void clauses_are_held_against_the_deliveries_of_their_recipients(void)
{
    expect_of_delivery("moved", true, true,
                       "the delivery to 'council/team' leaves out: HospitalStay.moved");
    expect_of_delivery("discharged", true, true, NULL);
    expect_of_delivery("", false, true, "'council/team', and that service has no delivery");
    expect_of_delivery("", false, false, NULL); /* it may be on another host */
}

/* Clauses of a few shapes, each a little different, all well formed. */
static void ten_thousand_clauses_are_looked_at_quickly(void)
{
    const size_t count = 10000;
    struct clause *clauses = ARENA_ARRAY(&world.arena, count, struct clause);
    const struct bundle *small = load(terms, WHEN("known(recipient) && age() > 17") GOOD, "");
    struct bundle b = *small;
    struct findings f;
    for (size_t i = 0; i < count; i++) {
        clauses[i] = small->clauses[i % 2];
        clauses[i].release.bits[0] ^= i * 0x9e3779b97f4a7c15u;
    }
    b.clauses = clauses;
    b.clause_count = count;
    struct analyse_input in = { .bundle = &b, .now_ms = MARCH };
    struct timespec from, to;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    look(&in, &f);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    double took = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("%zu clauses: %.3f s, %zu problems, %zu warnings\n", count, took, f.problems.count,
           f.warnings.count);
    CU_ASSERT(took < 3.0); /* 0.3 s without sanitizers on an idle machine: tests/bench says */
    release(&f);
}

static CU_TestInfo cases[] = {
    { "conditions that are never true are found", conditions_that_are_never_true_are_found },
    { "conditions that can be true are left alone", conditions_that_can_be_true_are_left_alone },
    { "a word that a field never holds is found", a_word_that_a_field_never_holds_is_found },
    { "clauses that share nothing are found", clauses_that_share_nothing_are_found },
    { "a condition that brings its own prohibition is found",
      a_condition_that_brings_its_own_prohibition_is_found },
    { "a condition that is never true is one problem",
      a_condition_that_is_never_true_is_one_problem },
    { "releases that no event has are listed", releases_that_no_event_has_are_listed },
    { "what prohibitions take only now and then is not overridden",
      what_prohibitions_take_only_now_and_then_is_not_overridden },
    { "clauses that add nothing are found", clauses_that_add_nothing_are_found },
    { "clauses that add something are not shadowed", clauses_that_add_something_are_not_shadowed },
    { "an obligation that another clause undoes is found",
      an_obligation_that_another_clause_undoes_is_found },
    { "prohibitions that tell different things are found",
      prohibitions_that_tell_different_things_are_found },
    { "conditions that read what they do not release are listed",
      conditions_that_read_what_they_do_not_release_are_listed },
    { "ends, reviews and missing approvals are told in time",
      ends_reviews_and_missing_approvals_are_told_in_time },
    { "what only a replaced version shares is shared by nobody",
      what_only_a_replaced_version_shares_is_shared_by_nobody },
    { "named fields are weighed by themselves", named_fields_are_weighed_by_themselves },
    { "clauses are held against the deliveries of their recipients",
      clauses_are_held_against_the_deliveries_of_their_recipients },
    { "clauses are held against the mappings of their sources",
      clauses_are_held_against_the_mappings_of_their_sources },
    { "ten thousand clauses are looked at quickly", ten_thousand_clauses_are_looked_at_quickly },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_analyse = { "analyse", NULL, NULL, setup, teardown, cases };
