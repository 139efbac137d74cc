/* oblige_test.c - what a clause releases only changed: years, days, flags and reviewed names. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "small.h"
#include "sharing/facts/person.h"
#include "sharing/rules/reason.h"

#define SHARED                                                                                     \
    "    share: {HospitalStay: [admitted], SocialCare: [allocated]}\n"                             \
    "    from: [acute-trust, adult-social-care]\n"                                                 \
    "    to: care-provider\n"
#define EVERYTHING "[identity.birth-date, stay.times, stay.ward, stay.site, needs.vulnerability]\n"

static const char aliases[] = "aliases:\n"
                              "  stay.ward: {\"W7 STROKE\": \"Ward 7\", \"W9\": \"Ward 9\"}\n"
                              "  stay.site: {\"W9\": \"The hospital\"}\n";

/* One clause that obliges so. */
static const char *obliging(const char *id, const char *oblige)
{
    return arena_format(&world.arena, "  - id: %s\n%s    release: %s%s%s%s", id, SHARED, EVERYTHING,
                        oblige ? "    oblige: " : "", oblige ? oblige : "", oblige ? "\n" : "");
}

static bool open_clauses(const char *clauses, const char *prohibitions)
{
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(NULL, clauses) },
        { "aliases.yaml", aliases },
        { "prohibitions/some.yaml", prohibitions ? prohibitions : "prohibitions: []\n" },
    };
    return small_open(files, 3);
}

/* The text that the provider gets in that field; "-" nothing. */
static const char *got(const char *fields, const char *path)
{
    struct view v;
    static const char none[] = "-";
    CU_ASSERT_FATAL(world_say(&world, "HospitalStay.admitted", WARDS, fields));
    CU_ASSERT_FATAL(world_got(&world, ROTA, 0, &v, NULL));
    int slot = plan_slot(v.plan, slice_text(path));
    CU_ASSERT_FATAL(slot >= 0);
    if (view_is_null(&v, (size_t)slot))
        return none;
    return arena_text(&world.arena, view_text(&v, (size_t)slot));
}

static void each_value_travels_as_obliged(void)
{
    static const struct {
        const char *oblige, *field, *value, *wanted;
    } rows[] = {
        { "{year: [identity.birth-date]}", "person.birth_date", "1941-11-01", "1941" },
        { "{year: [identity.birth-date]}", "person.birth_date", "1941-11", "1941" },
        { "{year: [identity.birth-date]}", "person.birth_date", "about 1941", "-" },
        { "{date: [identity.birth-date]}", "person.birth_date", "1941-11", "1941-11" },
        { "{date: [stay.times]}", "stay.admitted", "2026-03-02T10:15:00Z", "2026-03-02" },
        { "{date: [stay.times]}", "stay.admitted", "2026-06-30T23:30Z", "2026-07-01" },
        { "{date: [stay.times]}", "stay.admitted", "2026-06-30T23:30", "2026-06-30" },
        { "{date: [stay.times]}", "stay.admitted", "2026-06-30", "2026-06-30" },
        { "{date: [stay.times]}", "stay.admitted", "yesterday", "-" },
        { "{year: [stay.times]}", "stay.admitted", "2026-12-31T23:30:00-02:00", "2027" },
        { "{flag: [needs.vulnerability]}", "person.vulnerability", "dementia", "yes" },
        { "{alias: [stay.ward]}", "stay.ward", "W7 STROKE", "Ward 7" },
        { "{alias: [stay.ward]}", "stay.ward", "W8 ONCOLOGY", "-" },
        { "{alias: [stay.ward]}", "stay.ward", "w7 stroke", "-" },
        { "{alias: [stay.ward, stay.site]}", "stay.site", "W9", "The hospital" },
        { "{alias: [stay.ward, stay.site]}", "stay.site", "W7 STROKE", "-" },
        { "{flag: [stay.ward], alias: [stay.ward]}", "stay.ward", "W8 ONCOLOGY", "yes" },
        { "{year: [stay.times], date: [stay.times]}", "stay.admitted", "2026-06-30", "2026" },
        { "{alias: [stay.ward]}", "stay.site", "X", "X" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_FATAL(open_clauses(obliging("one", rows[i].oblige), NULL));
        const char *text =
            got(arena_format(&world.arena, "%s=%s", rows[i].field, rows[i].value), rows[i].field);
        if (strcmp(text, rows[i].wanted) != 0)
            printf("%s of %s: got %s\n", rows[i].oblige, rows[i].value, text);
        CU_ASSERT_STRING_EQUAL(text, rows[i].wanted);
    }
}

static void what_is_not_there_stays_so(void)
{
    CU_ASSERT_FATAL(open_clauses(obliging("one", "{flag: [needs.vulnerability]}"), NULL));
    CU_ASSERT_STRING_EQUAL(got("stay.ward=X", "person.vulnerability"), "-");
}

/* Two events that differ only in what the change takes away: the same bytes, to the last one. */
static bool same_bytes(const char *one, const char *other)
{
    const struct disclosure *first = NULL, *second = NULL;
    unsigned serial = world.serial;
    int64_t now_ms = world.now_ms;
    struct view v;
    bool good = world_say(&world, "HospitalStay.admitted", WARDS, one) &&
                world_got(&world, ROTA, 0, &v, &first);
    world.serial = serial;
    world.now_ms = now_ms;
    world.facts = person_unknown;
    good = good && world_say(&world, "HospitalStay.admitted", WARDS, other) &&
           world_got(&world, ROTA, 0, &v, &second);
    world.facts = person_unknown;
    return good && slice_equal(first->bytes, second->bytes) &&
           memcmp(first->hash, second->hash, HASH_BYTES) == 0;
}

static void bytes_depend_on_the_value_only_through_its_change(void)
{
    CU_ASSERT_FATAL(open_clauses(obliging("one", "{year: [identity.birth-date], date: "
                                                 "[stay.times], flag: [needs.vulnerability], "
                                                 "alias: [stay.ward]}"),
                                 NULL));
    CU_ASSERT(same_bytes("person.birth_date=1941-11-01", "person.birth_date=1941"));
    CU_ASSERT_FALSE(same_bytes("person.birth_date=1941-11-01", "person.birth_date=1942"));
    CU_ASSERT(same_bytes("stay.admitted=2026-03-02T23:59Z", "stay.admitted=2026-03-02"));
    CU_ASSERT(same_bytes("person.vulnerability=a", "person.vulnerability=a much longer text"));
    CU_ASSERT_FALSE(same_bytes("person.vulnerability=a", ""));
    CU_ASSERT(same_bytes("stay.ward=ONCOLOGY", ""));
    CU_ASSERT_FALSE(same_bytes("stay.ward=W9", ""));
}

static const struct decision *decided(const char *fields)
{
    CU_ASSERT_FATAL(world_say(&world, "HospitalStay.admitted", WARDS, fields));
    const struct decision *d = world_decision(&world, ROTA, false);
    CU_ASSERT_FATAL(d != NULL);
    return d;
}

static bool has(const struct categories *set, const char *name)
{
    struct categories one = { { 0 } };
    CU_ASSERT(catalogue_categories(world.catalogue, slice_text(name), &one));
    categories_drop(&one, set);
    return categories_is_empty(&one);
}

/* Whatever the order of the clauses. */
static void a_clause_that_releases_it_plain_frees_it_of_all_obligations(void)
{
    const char *plain = obliging("plain", NULL),
               *year = obliging("year", "{year: [identity.birth-date]}");
    for (int i = 0; i < 2; i++) {
        CU_ASSERT_FATAL(open_clauses(
            arena_format(&world.arena, "%s%s", i ? plain : year, i ? year : plain), NULL));
        CU_ASSERT_STRING_EQUAL(got("person.birth_date=1941-11-01", "person.birth_date"),
                               "1941-11-01");
        CU_ASSERT_FALSE(
            has(&world_decision(&world, ROTA, false)->obliged[OBLIGE_YEAR], "identity.birth-date"));
    }
}

static void of_two_obligations_the_one_that_says_least_counts(void)
{
    const char *both = arena_format(&world.arena, "%s%s",
                                    obliging("one", "{date: [stay.times], alias: [stay.ward]}"),
                                    obliging("two", "{year: [stay.times], flag: [stay.ward]}"));
    CU_ASSERT_FATAL(open_clauses(both, NULL));
    CU_ASSERT_STRING_EQUAL(got("stay.ward=W9", "stay.ward"), "yes");
    const struct decision *d = decided("stay.admitted=2026-03-02");
    CU_ASSERT(has(&d->obliged[OBLIGE_YEAR], "stay.times"));
    CU_ASSERT_FALSE(has(&d->obliged[OBLIGE_DATE], "stay.times"));
    CU_ASSERT(has(&d->obliged[OBLIGE_FLAG], "stay.ward"));
    CU_ASSERT_FALSE(has(&d->obliged[OBLIGE_ALIAS], "stay.ward"));
}

/* Law 9: who got the year gets the day when a gate opens that releases it plain. */
static void what_travelled_changed_catches_up_plain(void)
{
    struct view v;
    CU_ASSERT_FATAL(small_clauses(NULL, "  - id: all\n"
                                        "    share: {HospitalStay: [admitted]}\n"
                                        "    from: acute-trust\n"
                                        "    to: adult-social-care\n"
                                        "    release: [identity.birth-date]\n"
                                        "    oblige: {year: [identity.birth-date]}\n"
                                        "  - id: known\n"
                                        "    share: {HospitalStay: [admitted]}\n"
                                        "    from: acute-trust\n"
                                        "    to: adult-social-care\n"
                                        "    when: known(recipient)\n"
                                        "    release: [identity.birth-date]\n"));
    CU_ASSERT(world_say(&world, "HospitalStay.admitted", WARDS, "person.birth_date=1941-11-01"));
    CU_ASSERT_FALSE(world_got_text(&world, TEAM, "1941-11"));
    CU_ASSERT(world_say(&world, "Caseload.declared", TEAM, "header.episode=C1"));
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, NULL));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "person.birth_date"), "1941-11-01"));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "header.action"), "replaces"));
    CU_ASSERT(world_say(&world, "Caseload.declared", TEAM, "header.episode=C2"));
    CU_ASSERT_EQUAL(world_count(&world, TEAM), 0); /* and only once */
}

static void what_is_prohibited_is_obliged_to_nothing(void)
{
    CU_ASSERT_FATAL(open_clauses(obliging("one", "{year: [identity.birth-date], flag: "
                                                 "[needs.vulnerability]}"),
                                 "prohibitions:\n"
                                 "  - {id: no-birth-dates, withhold: [identity.birth-date], "
                                 "source: a test}\n"));
    const struct decision *d = decided("person.birth_date=1941-11-01");
    CU_ASSERT(categories_is_empty(&d->obliged[OBLIGE_YEAR]));
    CU_ASSERT(has(&d->obliged[OBLIGE_FLAG], "needs.vulnerability"));
    CU_ASSERT_FALSE(has(&d->released, "identity.birth-date"));
}

static void what_is_held_is_obliged_to_nothing(void)
{
    CU_ASSERT_FATAL(open_clauses(arena_format(&world.arena, "%s    when: age() >= 18\n",
                                              obliging("one", "{year: [identity.birth-date]}")),
                                 NULL));
    const struct decision *d = decided("");
    CU_ASSERT_EQUAL(d->outcome, OUTCOME_HOLD);
    CU_ASSERT(categories_is_empty(&d->obliged[OBLIGE_YEAR]));
}

static void each_wrong_obligation_is_found(void)
{
    static const struct {
        const char *oblige, *code;
    } rows[] = {
        { "{year: [identity.name]}", "bundle.oblige" }, /* not released */
        { "{month: [identity.birth-date]}", "bundle.key" },
        { "{year: [identity.colour]}", "bundle.category" },
        { "{year: identity.birth-date}", "bundle.shape" },
        { "[identity.birth-date]", "bundle.shape" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file file = { "agreements/sharing.yaml",
                                         small_agreement(NULL, obliging("one", rows[i].oblige)) };
        CU_ASSERT(small_problem(&file, 1, rows[i].code, file.name));
    }
}

/* Names are a list of records, and a class is one of a few words: neither can say "yes". */
static void what_no_field_can_carry_is_no_obligation(void)
{
    static const char *const rows[][2] = {
        { "[identity.name]", "flag: [identity.name]" },
        { "[stay.class]", "flag: [stay.class]" },
        { "[stay.class]", "alias: [stay.class]" },
        { "[stay.readmission]", "year: [stay.readmission]" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *clauses =
            arena_format(&world.arena, "  - id: one\n%s    release: %s\n    oblige: {%s}\n", SHARED,
                         rows[i][0], rows[i][1]);
        const struct small_file file = { "agreements/sharing.yaml",
                                         small_agreement(NULL, clauses) };
        CU_ASSERT(small_problem(&file, 1, "bundle.oblige", file.name));
    }
}

static void each_mistake_in_the_aliases_is_found(void)
{
    static const char *const rows[][2] = {
        { "aliases: {stay.corridor: {A: B}}\n", "bundle.category" },
        { "aliases: {stay: {A: B}}\n", "bundle.category" },
        { "aliases: {stay.ward: [A, B]}\n", "bundle.shape" },
        { "aliases: {stay.ward: {A: [B]}}\n", "bundle.shape" },
        { "names: {}\n", "bundle.missing" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct small_file files[] = {
            { "agreements/sharing.yaml", small_agreement(NULL, obliging("one", NULL)) },
            { "aliases.yaml", rows[i][0] },
        };
        CU_ASSERT(small_problem(files, 2, rows[i][1], "aliases.yaml"));
    }
}

static CU_TestInfo cases[] = {
    { "each value travels as obliged", each_value_travels_as_obliged },
    { "what is not there stays so", what_is_not_there_stays_so },
    { "bytes depend on the value only through its change",
      bytes_depend_on_the_value_only_through_its_change },
    { "a clause that releases it plain frees it of all obligations",
      a_clause_that_releases_it_plain_frees_it_of_all_obligations },
    { "of two obligations the one that says least counts",
      of_two_obligations_the_one_that_says_least_counts },
    { "what travelled changed catches up plain", what_travelled_changed_catches_up_plain },
    { "what is prohibited is obliged to nothing", what_is_prohibited_is_obliged_to_nothing },
    { "what is held is obliged to nothing", what_is_held_is_obliged_to_nothing },
    { "each wrong obligation is found", each_wrong_obligation_is_found },
    { "what no field can carry is no obligation", what_no_field_can_carry_is_no_obligation },
    { "each mistake in the aliases is found", each_mistake_in_the_aliases_is_found },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_oblige = { "oblige", NULL, NULL, world_setup, world_teardown, cases };
