/* fields_test.c - fields named apart from their categories: in clauses, obligations, prohibitions,
 * and wherever a decision is written out. */
#include <CUnit/CUnit.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sharing/rules/compiled.h"
#include "sharing/judge/notice.h"
#include "sharing/tools/explain.h"
#include "sharing/tools/table.h"
#include "small.h"

/* Of the category stay.times: stay.admitted, stay.discharged, stay.leave_from, stay.leave_until. */
#define TIMES "stay.admitted=2026-03-02;stay.leave_until=2026-03-05;stay.leave_from=2026-03-04"
#define ADMITTED "2026-03-02"
#define LEAVE_FROM "2026-03-04"
#define LEAVE_UNTIL "2026-03-05"

static const char *clause(const char *id, const char *share, const char *release)
{
    return arena_format(&world.arena,
                        "  - id: %s\n    share: %s\n    from: acute-trust\n"
                        "    to: adult-social-care\n    release: %s\n",
                        id, share, release);
}

static const char *stay(const char *release)
{
    return clause("one", "{HospitalStay: [admitted, moved]}", release);
}

/* Prohibitions of a list each; NULL: none. */
static bool open_with(const char *clauses, const char *withhold)
{
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(NULL, clauses) },
        { "prohibitions/p.yaml",
          withhold
              ? arena_format(&world.arena,
                             "prohibitions:\n  - {id: p, source: a test, withhold: %s}\n", withhold)
              : "prohibitions: []\n" },
    };
    return small_open(files, 2);
}

static bool admitted(const char *fields)
{
    return world_say(&world, "HospitalStay.admitted", WARDS, fields) &&
           world_decided(&world, TEAM, "disclose");
}

static bool got(const char *text)
{
    return world_got_text(&world, TEAM, text);
}

/* ---- 1: how a field is named ---- */

static void a_field_is_named_by_its_path(void)
{
    static const char *const names[] = { "[identity.name, stay.leave_until]",
                                         "[identity.name, field stay.leave_until]",
                                         "[identity.name, \"field  stay.leave_until\"]" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        CU_ASSERT_FATAL(open_with(stay(names[i]), NULL));
        CU_ASSERT(admitted(TIMES));
        CU_ASSERT(got(LEAVE_UNTIL));
        CU_ASSERT_FALSE(got(ADMITTED) || got(LEAVE_FROM));
    }
}

static void a_list_is_named_with_and_without_its_brackets(void)
{
    static const char *const names[] = { "[person.address_lines]", "[\"person.address_lines[]\"]" };
    for (size_t i = 0; i < 2; i++) {
        CU_ASSERT_FATAL(open_with(stay(names[i]), NULL));
        CU_ASSERT(admitted("person.address_lines[]=1 Low Road;person.postcode=AB1 2CD"));
        CU_ASSERT(got("1 Low Road"));
        CU_ASSERT_FALSE(got("AB1 2CD"));
    }
}

/* referral.worker is a category, of the paths referral.worker and referral.team. */
static void what_is_both_means_the_category_unless_it_is_said_to_be_a_field(void)
{
    for (int i = 0; i < 2; i++) {
        const char *text = clause("one", "{DischargePlan: [referred]}",
                                  i ? "[field referral.worker]" : "[referral.worker]");
        CU_ASSERT_FATAL(open_with(text, NULL));
        CU_ASSERT(world_say(&world, "DischargePlan.referred", WARDS,
                            "referral.worker=Sam;referral.team=North"));
        CU_ASSERT(got("Sam"));
        CU_ASSERT_EQUAL(got("North"), i == 0);
    }
}

/* ---- 2: which fields may be named ---- */

static bool is_refused(const char *release, const char *withhold, const char *code)
{
    const struct small_file files[] = {
        { "agreements/sharing.yaml",
          small_agreement(
              NULL, clause("one", "{HospitalStay: [moved], SocialCare: [referred]}", release)) },
        { "prohibitions/p.yaml",
          arena_format(&world.arena,
                       "prohibitions:\n  - {id: p, source: a test, withhold: %s, "
                       "share: {HospitalStay: [moved], SocialCare: [referred]}}\n",
                       withhold) },
    };
    return small_problem(files, 2, code, withhold[1] == 'g' ? files[0].name : files[1].name);
}

static void a_field_must_be_in_every_type_that_a_clause_shares(void)
{
    CU_ASSERT(is_refused("[stay.leave_until]", "[gender]", "bundle.category"));
    CU_ASSERT(is_refused("[field stay.leave_until]", "[gender]", "bundle.category"));
    CU_ASSERT(is_refused("[field stay.corridor]", "[gender]", "bundle.category"));
}

static void a_field_must_be_in_some_type_that_a_prohibition_is_for(void)
{
    CU_ASSERT(is_refused("[name]", "[duty.start]", "bundle.category"));
    CU_ASSERT(is_refused("[name]", "[field stay.corridor]", "bundle.category"));
    CU_ASSERT_FATAL(open_with(stay("[name]"), "[duty.start]"));
}

static void what_always_or_never_travels_is_not_named(void)
{
    CU_ASSERT(is_refused("[header.id]", "[gender]", "bundle.field"));
    CU_ASSERT(is_refused("[field header.feed_seq]", "[gender]", "bundle.field"));
    CU_ASSERT(is_refused("[name]", "[header.mapping]", "bundle.field"));
}

static void free_text_may_be_named_by_its_path(void)
{
    CU_ASSERT_FATAL(open_with(stay("[stay.reason]"), NULL));
    CU_ASSERT(admitted("stay.reason=a fall"));
    CU_ASSERT(got("a fall"));
}

/* ---- 3: what is carved out ---- */

static void a_field_alone_in_its_category_is_the_category(void)
{
    struct categories field, category;
    CU_ASSERT_FATAL(open_with(stay("[person.birth_date]"), NULL));
    CU_ASSERT_EQUAL(bundle_portion_count(world.bundle), catalogue_category_count(world.catalogue));
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("field person.birth_date"), &field));
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("identity.birth-date"), &category));
    CU_ASSERT(categories_equal(&field, &category));
}

static const char *two_clauses(const char *one, const char *two)
{
    return arena_format(&world.arena, "%s%s", clause("one", "{HospitalStay: [admitted]}", one),
                        clause("two", "{HospitalStay: [moved]}", two));
}

/* Wherever in the bundle the field is named, before the category or after it. */
static void a_category_stands_for_all_that_is_carved_out_of_it(void)
{
    CU_ASSERT_FATAL(open_with(two_clauses("[stay.times]", "[stay.leave_until]"), NULL));
    CU_ASSERT(admitted(TIMES));
    CU_ASSERT(got(ADMITTED) && got(LEAVE_FROM) && got(LEAVE_UNTIL));
    CU_ASSERT(world_say(&world, "HospitalStay.moved", WARDS, TIMES));
    CU_ASSERT(got(LEAVE_UNTIL));
    CU_ASSERT_FALSE(got(ADMITTED));
    CU_ASSERT_FATAL(open_with(two_clauses("[stay]", "[name]"), "[stay.leave_until]"));
    CU_ASSERT(admitted(TIMES));
    CU_ASSERT(got(ADMITTED) && !got(LEAVE_UNTIL));
}

static void a_field_that_two_agreements_name_is_one(void)
{
    const struct small_terms other = { .name = "another" };
    const struct small_file files[] = {
        { "agreements/another.yaml", small_agreement(&other, stay("[field stay.leave_until]")) },
        { "agreements/sharing.yaml", small_agreement(NULL, stay("[stay.leave_until]")) },
    };
    CU_ASSERT_FATAL(small_open(files, 2));
    CU_ASSERT_EQUAL(bundle_portion_count(world.bundle),
                    catalogue_category_count(world.catalogue) + 1);
    CU_ASSERT(admitted(TIMES));
    CU_ASSERT(got(LEAVE_UNTIL));
    CU_ASSERT_EQUAL(world_decision(&world, TEAM, false)->clause_count, 2);
}

static void a_prohibition_takes_the_field_or_the_whole_category(void)
{
    CU_ASSERT_FATAL(
        open_with(stay("[name, stay.leave_until, stay.admitted]"), "[stay.leave_until]"));
    CU_ASSERT(admitted(TIMES ";name=Mallard"));
    CU_ASSERT(got(ADMITTED) && got("Mallard"));
    CU_ASSERT_FALSE(got(LEAVE_UNTIL));
    CU_ASSERT_FATAL(open_with(stay("[name, stay.leave_until, stay.admitted]"), "[stay.times]"));
    CU_ASSERT(admitted(TIMES ";name=Mallard"));
    CU_ASSERT(got("Mallard"));
    CU_ASSERT_FALSE(got(ADMITTED) || got(LEAVE_UNTIL));
    CU_ASSERT_EQUAL(world_decision(&world, TEAM, false)->prohibition_count, 1);
}

static void an_obligation_may_be_about_one_field(void)
{
    const char *text = arena_format(&world.arena, "%s    oblige: {year: [stay.leave_until]}\n",
                                    stay("[stay.times]"));
    CU_ASSERT_FATAL(open_with(text, NULL));
    CU_ASSERT(admitted(TIMES));
    CU_ASSERT(got(ADMITTED));
    CU_ASSERT_FALSE(got(LEAVE_UNTIL));
    struct view v;
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, NULL));
    CU_ASSERT(slice_equal_text(view_text_at(&v, "stay.leave_until"), "2026"));
}

static void an_obligation_is_about_what_the_clause_releases(void)
{
    static const char *const rows[][2] = {
        { "[stay.leave_until]", "{year: [stay.times]}" },
        { "[stay.leave_until]", "{year: [stay.admitted]}" },
        { "[stay.ready]", "{flag: [stay.medically_fit]}" }, /* no text */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *text =
            arena_format(&world.arena, "%s    oblige: %s\n", stay(rows[i][0]), rows[i][1]);
        const struct small_file file = { "agreements/sharing.yaml", small_agreement(NULL, text) };
        CU_ASSERT(small_problem(&file, 1, "bundle.oblige", file.name));
    }
}

/* The header's list of what a sender cleared names no field that the recipient does not get. */
static void a_cleared_field_is_told_of_by_its_own_portion(void)
{
    CU_ASSERT_FATAL(open_with(stay("[name, stay.leave_until]"), NULL));
    CU_ASSERT(admitted("name=Mallard;header.cleared[]=stay.leave_until|stay.admitted"));
    CU_ASSERT(got("stay.leave_until"));
    CU_ASSERT_FALSE(got("stay.admitted"));
}

/* ---- too many of them ---- */

#define MANY 100 /* with the region's own categories more than CATEGORIES_MAX */

static void put_file(const char *folder, const char *name, const char *text)
{
    FILE *f = fopen(arena_format(&world.arena, "%s/%s", folder, name), "w");
    CU_ASSERT_FATAL(f != NULL);
    CU_ASSERT(fputs(text, f) >= 0);
    CU_ASSERT_EQUAL(fclose(f), 0);
}

/* The region's schemas and one more type, of many fields in one category. */
static const struct catalogue *many_schemas(const char *folder)
{
    const char *fields = "";
    struct problems p = { 0 };
    DIR *d = opendir(SOURCE_DIR "/schemas");
    CU_ASSERT_FATAL(d != NULL);
    for (const struct dirent *f; (f = readdir(d));)
        if (f->d_name[0] != '.')
            CU_ASSERT_EQUAL(symlink(arena_format(&world.arena, SOURCE_DIR "/schemas/%s", f->d_name),
                                    arena_format(&world.arena, "%s/%s", folder, f->d_name)),
                            0);
    (void)closedir(d);
    for (int i = 0; i < MANY; i++)
        fields = arena_format(&world.arena,
                              "%s%s{\"name\":\"f%d\",\"type\":[\"null\",\"string\"],"
                              "\"default\":null,\"category\":\"many.things\",\"doc\":\"d\"}",
                              fields, i ? "," : "", i);
    put_file(folder, "Things.avsc",
             arena_format(&world.arena,
                          "{\"type\":\"record\",\"name\":\"Things\",\"namespace\":"
                          "\"uk.concordat.v1\",\"doc\":\"d\",\"fields\":[%s]}",
                          fields));
    put_file(
        folder, "Many.avsc",
        "{\"type\":\"record\",\"name\":\"Many\",\"namespace\":\"uk.concordat.v1\",\"doc\":\"d\","
        "\"kinds\":[\"said\"],\"disclosed\":true,\"fields\":["
        "{\"name\":\"header\",\"type\":\"Header\",\"doc\":\"d\"},"
        "{\"name\":\"subject\",\"type\":\"Subject\",\"doc\":\"d\"},"
        "{\"name\":\"person\",\"type\":\"Demographics\",\"doc\":\"d\"},"
        "{\"name\":\"many\",\"type\":\"Things\",\"doc\":\"d\"}]}");
    const struct catalogue *c = catalogue_load(&world.arena, folder, &p);
    CU_ASSERT_EQUAL(p.count, 0);
    problems_release(&p);
    return c;
}

static void remove_folder(const char *folder)
{
    DIR *d = opendir(folder);
    for (const struct dirent *f; d && (f = readdir(d));)
        (void)unlink(arena_format(&world.arena, "%s/%s", folder, f->d_name));
    (void)closedir(d);
    (void)rmdir(folder);
}

static void more_named_fields_than_there_is_room_for_are_refused_at_their_line(void)
{
    char folder[] = "/tmp/concordat-fields-XXXXXX";
    const char *names = "name";
    const struct catalogue *own = world.catalogue;
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
    world.catalogue = many_schemas(folder);
    remove_folder(folder);
    CU_ASSERT_FATAL(world.catalogue != NULL);
    for (int i = 0; i < MANY; i++)
        names = arena_format(&world.arena, "%s, many.f%d", names, i);
    const char *text = clause("one", "{Many: [said]}", arena_format(&world.arena, "[%s]", names));
    const struct small_file file = { "agreements/sharing.yaml", small_agreement(NULL, text) };
    CU_ASSERT(small_problem(&file, 1, "bundle.fields", file.name));
    text = clause("one", "{Many: [said]}", "[name, many.f0, many.f99]");
    CU_ASSERT(small_clauses(NULL, text));
    world.catalogue = own;
}

/* ---- 5: names ---- */

static const char *names_of(const char *const *said, size_t n)
{
    struct categories set = { { 0 } };
    const struct slice *list = NULL;
    const char *text = "";
    for (size_t i = 0; i < n && said[i]; i++) {
        struct categories one;
        CU_ASSERT_FATAL(bundle_named(world.bundle, slice_text(said[i]), &one));
        categories_join(&set, &one);
    }
    size_t schema = (size_t)bundle_schema(
        world.bundle, catalogue_named(world.catalogue, SLICE("HospitalStay"))->plan);
    size_t count = bundle_names(world.bundle, schema, &set, &world.arena, &list);
    for (size_t i = 0; list && i < count; i++)
        text =
            arena_format(&world.arena, "%s[%.*s]", text, (int)list[i].n, (const char *)list[i].p);
    return text;
}

static void a_set_is_written_as_short_as_it_can_be(void)
{
    static const struct {
        const char *set[4], *wanted;
    } rows[] = {
        { { "stay.times" }, "[stay.times]" },
        { { "stay.leave_until" }, "[stay.leave_until]" },
        { { "stay.leave_until", "stay.leave_from" }, "[stay.leave_from][stay.leave_until]" },
        { { "stay.ready" }, "[stay.ready]" },
        { { "stay.medically_fit" }, "[stay.ready except stay.ready_from]" },
        { { "stay.medically_fit", "stay.ready_from" }, "[stay.ready]" },
        { { "stay.leave_until", "stay.ward", "stay.ready_from" },
          "[stay.ward][stay.leave_until][stay.ready_from]" },
    };
    CU_ASSERT_FATAL(open_with(stay("[stay.leave_from, stay.leave_until, stay.ready_from]"), NULL));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *names = names_of(rows[i].set, 4);
        if (strcmp(names, rows[i].wanted) != 0)
            printf("wanted %s, got %s\n", rows[i].wanted, names);
        CU_ASSERT_STRING_EQUAL(names, rows[i].wanted);
    }
}

static void a_category_without_two_of_its_fields_names_both(void)
{
    struct categories all, less;
    const struct slice *list = NULL;
    CU_ASSERT_FATAL(open_with(stay("[stay.leave_from, stay.leave_until]"), NULL));
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("stay.times"), &all));
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("stay.leave_from"), &less));
    categories_drop(&all, &less);
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("stay.leave_until"), &less));
    categories_drop(&all, &less);
    CU_ASSERT_EQUAL_FATAL(bundle_names(world.bundle, SIZE_MAX, &all, &world.arena, &list), 1);
    CU_ASSERT(slice_equal_text(list[0], "stay.times except stay.leave_from, stay.leave_until"));
}

/* housing.case-number is case.number of one type and duty.case_number of another. */
static void of_a_type_that_has_no_more_of_it_a_field_is_the_category(void)
{
    struct categories set;
    const struct slice *list = NULL;
    CU_ASSERT_FATAL(open_with(stay("[name]"), "[duty.case_number]"));
    size_t schema = (size_t)bundle_schema(
        world.bundle, catalogue_named(world.catalogue, SLICE("Homelessness"))->plan);
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("duty.case_number"), &set));
    CU_ASSERT_EQUAL_FATAL(bundle_names(world.bundle, schema, &set, &world.arena, &list), 1);
    CU_ASSERT(slice_equal_text(list[0], "housing.case-number"));
    CU_ASSERT_EQUAL_FATAL(bundle_names(world.bundle, SIZE_MAX, &set, &world.arena, &list), 1);
    CU_ASSERT(slice_equal_text(list[0], "duty.case_number"));
}

/* What a door goes by: not what the category could hold beside it. */
static void what_could_be_released_is_the_field_alone(void)
{
    struct categories could, field;
    struct view v;
    CU_ASSERT_FATAL(open_with(stay("[stay.leave_until]"), NULL));
    CU_ASSERT(admitted(TIMES));
    CU_ASSERT_FATAL(world_got(&world, TEAM, 0, &v, NULL));
    struct recipient_id to = { (uint16_t)bundle_service(world.bundle, SLICE(TEAM)) };
    judge_releasable(world.bundle, &v, to, &could);
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("stay.leave_until"), &field));
    CU_ASSERT(categories_equal(&could, &field));
}

/* Law 6: what a prohibition takes of what is queued, its door must know by name. */
static void a_notice_names_the_field(void)
{
    struct notice_view n;
    const struct small_file files[] = {
        { "agreements/sharing.yaml", small_agreement(NULL, stay("[name, stay.times]")) },
        { "prohibitions/p.yaml",
          "prohibitions:\n  - {id: p, source: a test, withhold: [stay.leave_until], "
          "when: 'restricted(subject, \"location\")'}\n" },
    };
    CU_ASSERT_FATAL(small_open(files, 2));
    CU_ASSERT(admitted(TIMES));
    CU_ASSERT(world_say(&world, "Restriction.raised", WARDS, "restriction.kind=location"));
    CU_ASSERT_FATAL(world_notice(&world, TEAM, &n));
    CU_ASSERT_EQUAL(n.withhold_count, 1);
    CU_ASSERT(slices_have(n.withhold, n.withhold_count, "stay.leave_until"));
}

/* ---- 8: what a condition reads ---- */

static void a_condition_reads_the_field_and_not_its_category(void)
{
    struct categories reads, field;
    const char *text =
        arena_format(&world.arena, "%s    when: has(stay.ready_from)\n", stay("[stay.ready_from]"));
    CU_ASSERT_FATAL(open_with(text, NULL));
    when_reads(world.bundle, world.bundle->clauses[0].when, &reads);
    CU_ASSERT_FATAL(bundle_named(world.bundle, SLICE("stay.ready_from"), &field));
    CU_ASSERT(categories_equal(&reads, &field));
}

/* ---- 9: in words ---- */

static void those_who_sign_read_which_field_it_is(void)
{
    static const char *const wanted[] = { "stay: leave until (year only)",
                                          "stay: ready from - Since when ready" };
    const char *text = arena_format(&world.arena, "%s    oblige: {year: [stay.leave_until]}\n",
                                    stay("[stay.leave_until, stay.ready_from]"));
    struct buf out;
    struct err e = { 0 };
    buf_init(&out, 1u << 20);
    CU_ASSERT_FATAL(open_with(text, NULL));
    CU_ASSERT(explain_annex(world.bundle, 0, &out, &e));
    const char *table = arena_text(&world.arena, buf_slice(&out));
    buf_release(&out);
    for (size_t i = 0; i < 2; i++)
        CU_ASSERT_PTR_NOT_NULL(strstr(table, wanted[i]));
    CU_ASSERT_PTR_NULL(strstr(table, "times"));
}

static CU_TestInfo cases[] = {
    { "a field is named by its path", a_field_is_named_by_its_path },
    { "a list is named with and without its brackets",
      a_list_is_named_with_and_without_its_brackets },
    { "what is both means the category unless it is said to be a field",
      what_is_both_means_the_category_unless_it_is_said_to_be_a_field },
    { "a field must be in every type that a clause shares",
      a_field_must_be_in_every_type_that_a_clause_shares },
    { "a field must be in some type that a prohibition is for",
      a_field_must_be_in_some_type_that_a_prohibition_is_for },
    { "what always or never travels is not named", what_always_or_never_travels_is_not_named },
    { "free text may be named by its path", free_text_may_be_named_by_its_path },
    { "a field alone in its category is the category",
      a_field_alone_in_its_category_is_the_category },
    { "a category stands for all that is carved out of it",
      a_category_stands_for_all_that_is_carved_out_of_it },
    { "a field that two agreements name is one", a_field_that_two_agreements_name_is_one },
    { "a prohibition takes the field or the whole category",
      a_prohibition_takes_the_field_or_the_whole_category },
    { "an obligation may be about one field", an_obligation_may_be_about_one_field },
    { "an obligation is about what the clause releases",
      an_obligation_is_about_what_the_clause_releases },
    { "a cleared field is told of by its own portion",
      a_cleared_field_is_told_of_by_its_own_portion },
    { "more named fields than there is room for are refused at their line",
      more_named_fields_than_there_is_room_for_are_refused_at_their_line },
    { "a set is written as short as it can be", a_set_is_written_as_short_as_it_can_be },
    { "a category without two of its fields names both",
      a_category_without_two_of_its_fields_names_both },
    { "of a type that has no more of it a field is the category",
      of_a_type_that_has_no_more_of_it_a_field_is_the_category },
    { "what could be released is the field alone", what_could_be_released_is_the_field_alone },
    { "a notice names the field", a_notice_names_the_field },
    { "a condition reads the field and not its category",
      a_condition_reads_the_field_and_not_its_category },
    { "those who sign read which field it is", those_who_sign_read_which_field_it_is },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_fields = { "fields", NULL, NULL, world_setup, world_teardown, cases };
