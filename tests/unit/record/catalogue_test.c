/* catalogue_test.c - the shared schemas as they are, and finding things among them. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <CUnit/CUnit.h>

#include "base/ids.h"
#include "fixture.h"
#include "host/tree.h"

static const struct schema *named(const char *name)
{
    return catalogue_named(fx.schemas, slice_text(name));
}

static void holds_every_event_family(void)
{
    static const struct {
        const char *name;
        bool disclosable;
    } want[] = { { "HospitalStay", true }, { "DischargePlan", true }, { "SocialCare", true },
                 { "HousingCase", true },  { "Homelessness", true },  { "Person", true },
                 { "Property", true },     { "Safeguarding", true },  { "Consent", false },
                 { "Restriction", false }, { "Caseload", false } };
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        const struct schema *s = named(want[i].name);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        CU_ASSERT_FALSE(s->internal);
        CU_ASSERT_EQUAL(s->disclosable, want[i].disclosable);
        CU_ASSERT(s->kind_count > 0);
        CU_ASSERT_STRING_EQUAL(plan_name(s->plan), want[i].name);
    }
}

static void keeps_internal_schemas_apart(void)
{
    static const char *const names[] = { "AuditEntry", "Facts",   "Receipt",   "Notice",  "Link",
                                         "Quarantine", "HoldAct", "PersonAct", "ActMarks" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct schema *s = named(names[i]);
        CU_ASSERT_PTR_NOT_NULL_FATAL(s);
        CU_ASSERT(s->internal);
        CU_ASSERT_FALSE(s->disclosable);
        CU_ASSERT_PTR_NULL(plan_header(s->plan));
    }
}

static void types_of_others_are_no_schemas(void)
{
    CU_ASSERT_PTR_NULL(named("Header"));
    CU_ASSERT_PTR_NULL(named("PersonName"));
    CU_ASSERT_PTR_NULL(named(""));
}

static void check_json(const char *folder)
{
    DIR *dir = opendir(folder);
    CU_ASSERT_PTR_NOT_NULL_FATAL(dir);
    for (struct dirent *d = readdir(dir); d; d = readdir(dir)) {
        struct slice text;
        struct node *root = NULL;
        if (!strstr(d->d_name, ".avsc"))
            continue;
        const char *path = arena_format(&fx.scratch, "%s/%s", folder, d->d_name);
        CU_ASSERT(tree_read_file(&fx.scratch, path, (size_t)1 << 20, &text, &fx.e) &&
                  tree_json(&fx.scratch, text, &root, &fx.e));
    }
    closedir(dir);
}

static void every_file_is_json(void)
{
    check_json(SOURCE_DIR "/schemas");
    check_json(SOURCE_DIR "/schemas/internal");
}

static void pins_the_header_of_every_event(void)
{
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct schema *s = catalogue_at(fx.schemas, i);
        const struct header_slots *h = plan_header(s->plan);
        if (s->internal)
            continue;
        CU_ASSERT_PTR_NOT_NULL_FATAL(h);
        CU_ASSERT_EQUAL(h->id, 0);
        CU_ASSERT_EQUAL(h->cleared, plan_slot(s->plan, SLICE("header.cleared[]")));
        CU_ASSERT_EQUAL(h->route, plan_slot(s->plan, SLICE("subject.route")));
        CU_ASSERT_EQUAL(h->birth_date, plan_slot(s->plan, SLICE("person.birth_date")));
        CU_ASSERT_EQUAL(h->birth_hash, plan_slot(s->plan, SLICE("header.birth_hash")));
    }
}

static void finds_every_slot_by_its_path_and_no_other(void)
{
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct plan *p = catalogue_at(fx.schemas, i)->plan;
        for (size_t k = 0; k < plan_slots(p); k++)
            CU_ASSERT_EQUAL(plan_slot(p, plan_slot_at(p, k)->path), (int)k);
        CU_ASSERT_EQUAL(plan_slot(p, SLICE("header")), -1);
        CU_ASSERT_EQUAL(plan_slot(p, SLICE("person.names")), -1);
        CU_ASSERT_EQUAL(plan_slot(p, SLICE("")), -1);
        CU_ASSERT_PTR_NULL(plan_slot_at(p, plan_slots(p)));
    }
}

static void finds_a_schema_by_its_fingerprint(void)
{
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct schema *s = catalogue_at(fx.schemas, i);
        CU_ASSERT_PTR_EQUAL(catalogue_fingerprint(fx.schemas, plan_fingerprint(s->plan)), s);
    }
    CU_ASSERT_PTR_NULL(catalogue_fingerprint(fx.schemas, 1));
    CU_ASSERT_PTR_NULL(catalogue_at(fx.schemas, catalogue_count(fx.schemas)));
}

/* Other tools compute it from the text alone. */
static void the_composed_text_alone_gives_the_fingerprint(void)
{
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct schema *s = catalogue_at(fx.schemas, i);
        buf_reset(&fx.out);
        CU_ASSERT(schema_canonical(&fx.scratch, s->text, &fx.out, &fx.e));
        CU_ASSERT_EQUAL(crc64_avro(buf_slice(&fx.out)), plan_fingerprint(s->plan));
    }
}

static void knows_its_kinds(void)
{
    const struct schema *s = named("HospitalStay");
    CU_ASSERT(schema_has_kind(s, SLICE("admitted")));
    CU_ASSERT(schema_has_kind(s, SLICE("discharged")));
    CU_ASSERT_FALSE(schema_has_kind(s, SLICE("admit")));
    CU_ASSERT_FALSE(schema_has_kind(s, SLICE("granted")));
}

/* The category a whole list has overrides that of the fields within. */
static void gives_previous_names_a_category_of_their_own(void)
{
    const struct plan *p = named("HospitalStay")->plan;
    const struct slot *s = plan_slot_at(p, (size_t)plan_slot(p, SLICE("person.previous_names[]")));
    struct categories protected_names;
    CU_ASSERT(
        catalogue_categories(fx.schemas, SLICE("protected.previous-names"), &protected_names));
    CU_ASSERT(categories_has(&protected_names, s->category));
    CU_ASSERT_EQUAL(plan_slot_at(s->item, 0)->category, s->category);
}

static unsigned found(const char *name)
{
    struct categories set;
    unsigned n = 0;
    if (!catalogue_categories(fx.schemas, slice_text(name), &set))
        return 0;
    for (unsigned i = 0; i < CATEGORIES_MAX; i++)
        n += categories_has(&set, i);
    return n;
}

static void finds_categories_by_name_branch_and_last_word(void)
{
    CU_ASSERT_EQUAL(found("stay.ward"), 1);
    CU_ASSERT_EQUAL(found("location"), 6);
    CU_ASSERT_EQUAL(found("ward"), 1);
    CU_ASSERT_EQUAL(found("related-person"), 1);
    CU_ASSERT_EQUAL(found("times"), 0); /* stay.times, care.times, housing.times */
    CU_ASSERT_EQUAL(found("loc"), 0);
    CU_ASSERT_EQUAL(found("no-such"), 0);
    CU_ASSERT_EQUAL(found(""), 0);
}

static void never_gives_always_and_never_to_agreements(void)
{
    CU_ASSERT_EQUAL(found("always"), 0);
    CU_ASSERT_EQUAL(found("never"), 0);
    CU_ASSERT(
        slice_equal_text(catalogue_category(fx.schemas, catalogue_always(fx.schemas)), "always"));
    CU_ASSERT(
        slice_equal_text(catalogue_category(fx.schemas, catalogue_never(fx.schemas)), "never"));
    CU_ASSERT(catalogue_category_count(fx.schemas) > 50);
}

static void lists_the_categories_of_a_schema(void)
{
    struct categories all, ward, works;
    schema_categories(named("HospitalStay"), &all);
    CU_ASSERT(catalogue_categories(fx.schemas, SLICE("stay.ward"), &ward));
    CU_ASSERT(catalogue_categories(fx.schemas, SLICE("housing.works"), &works));
    categories_keep(&ward, &all);
    categories_keep(&works, &all);
    CU_ASSERT_FALSE(categories_is_empty(&ward));
    CU_ASSERT(categories_is_empty(&works));
}

/* A change of a fingerprint is a change of the wire: it must be seen in a review. */
static void has_the_fingerprints_that_were_written_down(void)
{
    struct slice text;
    CU_ASSERT_FATAL(tree_read_file(&fx.scratch, SOURCE_DIR "/schemas/released/FINGERPRINTS", 65536,
                                   &text, &fx.e));
    for (size_t i = 0; i < catalogue_count(fx.schemas); i++) {
        const struct schema *s = catalogue_at(fx.schemas, i);
        buf_format(&fx.out, "%s %016llx\n", plan_name(s->plan),
                   (unsigned long long)plan_fingerprint(s->plan));
    }
    bool same = slice_equal(text, buf_slice(&fx.out));
    CU_ASSERT(same);
    if (!same)
        printf("\n    schemas/released/FINGERPRINTS should be:\n%.*s", (int)fx.out.n,
               (const char *)fx.out.p);
}

static CU_TestInfo cases[] = {
    { "holds every event family", holds_every_event_family },
    { "keeps internal schemas apart", keeps_internal_schemas_apart },
    { "types of others are no schemas", types_of_others_are_no_schemas },
    { "every file is JSON", every_file_is_json },
    { "pins the header of every event", pins_the_header_of_every_event },
    { "finds every slot by its path and no other", finds_every_slot_by_its_path_and_no_other },
    { "finds a schema by its fingerprint", finds_a_schema_by_its_fingerprint },
    { "the composed text alone gives the fingerprint",
      the_composed_text_alone_gives_the_fingerprint },
    { "knows its kinds", knows_its_kinds },
    { "gives previous names a category of their own",
      gives_previous_names_a_category_of_their_own },
    { "finds categories by name, branch and last word",
      finds_categories_by_name_branch_and_last_word },
    { "never gives always and never to agreements", never_gives_always_and_never_to_agreements },
    { "lists the categories of a schema", lists_the_categories_of_a_schema },
    { "has the fingerprints that were written down", has_the_fingerprints_that_were_written_down },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_catalogue = {
    "catalogue", fixture_load, fixture_end, fixture_fresh, NULL, cases
};
