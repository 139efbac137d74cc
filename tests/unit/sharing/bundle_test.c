/* bundle_test.c - the example loads; every kind of mistake in it is found, with its place. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/tree.h"
#include "sharing/load/bundle_load.h"
#include "sharing/rules/bundle.h"
#include "sharing/rules/compiled.h"
#include "sharing/load/source.h"
#include "world.h"

static const char *const files[] = {
    "region.yaml",
    "facts.yaml",
    "agreements/adaptations.yaml",
    "agreements/duty-to-refer.yaml",
    "agreements/home-care.yaml",
    "agreements/hospital-discharge.yaml",
    "prohibitions/minimum.yaml",
    "prohibitions/restricted.yaml",
    "prohibitions/statutory.yaml",
};
#define FILE_COUNT (sizeof files / sizeof files[0])
#define DISCHARGE "agreements/hospital-discharge.yaml"
#define STATUTORY "prohibitions/statutory.yaml"

static char folder[64];

static void setup(void)
{
    world_setup();
    (void)snprintf(folder, sizeof folder, "/tmp/concordat-bundle-XXXXXX");
    CU_ASSERT_FATAL(mkdtemp(folder) != NULL);
}

static const char *place(const char *root, const char *name)
{
    return arena_format(&world.arena, "%s/%s", root, name);
}

static void teardown(void)
{
    for (size_t i = 0; i < FILE_COUNT; i++)
        (void)unlink(place(folder, files[i]));
    (void)rmdir(place(folder, "agreements"));
    (void)rmdir(place(folder, "prohibitions"));
    (void)rmdir(folder);
    world_teardown();
}

/* Copies the example, with the first find in one file put otherwise. */
static bool copy_example(const char *file, const char *find, const char *instead)
{
    bool changed = false;
    (void)mkdir(place(folder, "agreements"), 0700);
    (void)mkdir(place(folder, "prohibitions"), 0700);
    for (size_t i = 0; i < FILE_COUNT; i++) {
        struct slice text;
        struct err e = { 0 };
        if (!tree_read_file(&world.arena, place(SOURCE_DIR "/deploy/example", files[i]), 1u << 20,
                            &text, &e))
            return false;
        FILE *out = fopen(place(folder, files[i]), "w");
        const uint8_t *hit =
            strcmp(files[i], file) == 0 ? memmem(text.p, text.n, find, strlen(find)) : NULL;
        size_t head = hit ? (size_t)(hit - text.p) : text.n;
        (void)fwrite(text.p, 1, head, out);
        if (hit) {
            (void)fputs(instead, out);
            (void)fwrite(hit + strlen(find), 1, text.n - head - strlen(find), out);
            changed = true;
        }
        (void)fclose(out);
    }
    return changed;
}

static void the_example_loads(void)
{
    CU_ASSERT_FATAL(world.bundle != NULL);
    CU_ASSERT_EQUAL(world.bundle->agency_count, 5);
    CU_ASSERT_EQUAL(world.bundle->service_count, 9);
    CU_ASSERT_EQUAL(world.bundle->agreement_count, 4);
    CU_ASSERT_EQUAL(world.bundle->partitions, 4);
    CU_ASSERT(slice_equal_text(world.bundle->region, "wexshire"));
    CU_ASSERT(bundle_service(world.bundle, SLICE("brightcare/rota")) >= 0);
    CU_ASSERT_EQUAL(bundle_service(world.bundle, SLICE("brightcare/none")), -1);
    CU_ASSERT(bundle_feed_is_traced(world.bundle, SLICE("wexshire-council"), SLICE("case-system")));
    CU_ASSERT_FALSE(
        bundle_feed_is_traced(world.bundle, SLICE("wexbridge-hospital"), SLICE("pas-adt")));
    CU_ASSERT(bundle_agreement(world.bundle, SLICE("hospital-discharge"), 3) != NULL);
    CU_ASSERT(bundle_agreement(world.bundle, SLICE("hospital-discharge"), 2) == NULL);
}

static void an_agreement_lasts_through_its_last_london_day(void)
{
    const struct agreement *g = bundle_agreement(world.bundle, SLICE("hospital-discharge"), 3);
    CU_ASSERT_FATAL(g != NULL);
    CU_ASSERT_FALSE(agreement_in_force(g, g->from_ms - 1));
    CU_ASSERT(agreement_in_force(g, g->from_ms));
    CU_ASSERT_EQUAL(g->until_ms, 2082758400000); /* 2036-01-01T00:00 in London */
    CU_ASSERT(agreement_in_force(g, g->until_ms - 1));
    CU_ASSERT_FALSE(agreement_in_force(g, g->until_ms));
}

static const struct err *find_problem(const struct problems *p, const char *code, const char *file)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->list[i].code, code) == 0 && p->list[i].file && strstr(p->list[i].file, file))
            return &p->list[i];
    return NULL;
}

static void expect_problem(const char *file, const char *find, const char *instead,
                           const char *code)
{
    char text[400];
    struct problems p = { 0 };
    CU_ASSERT_FATAL(copy_example(file, find, instead));
    const struct bundle *b = bundle_load(&world.arena, folder, world.catalogue, &p);
    const struct err *e = find_problem(&p, code, file);
    if (b || !e || e->line == 0) {
        printf("\n%s -> %s: wanted %s\n", find, instead, code);
        for (size_t i = 0; i < p.count; i++)
            printf("  %s\n", err_print(&p.list[i], text, sizeof text));
    }
    CU_ASSERT(b == NULL);
    CU_ASSERT(e != NULL && e->line > 0);
    problems_release(&p);
}

static void each_mistake_is_found_in_its_file(void)
{
    static const struct {
        const char *file, *find, *instead, *code;
    } rows[] = {
        { "region.yaml", "partitions: 4", "partitions: 0", "bundle.number" },
        { "region.yaml", "partitions: 4", "partition: 4", "bundle.key" },
        { "region.yaml", "partitions: 4\n", "", "bundle.missing" },
        { "region.yaml", "role: acute-trust", "role: hospital", "bundle.word" },
        { "region.yaml", "nhs_number: entitled", "nhs_number: perhaps", "bundle.word" },
        { "region.yaml", "  brightcare:", "  Bright care:", "bundle.id" },
        { "region.yaml", "eastwex-district:", "wexbridge-district:", "tree.duplicate" },
        { "facts.yaml", "Caseload: [declared]", "Caseloads: [declared]", "bundle.type" },
        { "facts.yaml", "Caseload: [declared]", "Caseload: [announced]", "bundle.kind" },
        { "facts.yaml", "field referral.to", "field referral.two", "bundle.field" },
        { "facts.yaml", "with: source", "with: sender", "bundle.value" },
        { "facts.yaml", "restricts: field", "restrict: field", "bundle.key" },
        { "facts.yaml", "    by: [adult-social-care]\n", "", "bundle.by" },
        { "facts.yaml", "by: [adult-social-care]", "by: [social-work]", "bundle.by" },
        { "facts.yaml", "by: [adult-social-care]", "by: [wexshire-council/hospital-team]",
          "bundle.by" },
        { "facts.yaml", "by: [adult-social-care]", "by: []", "bundle.by" },
        { "facts.yaml", "by: [adult-social-care]", "by: the service itself", "bundle.by" },
        { "facts.yaml", "[ended], by: [adult-social-care]}", "[ended]}", "bundle.by" },
        { "facts.yaml", "[ended], by: [adult-social-care]}", "[ended], by: [social-work]}",
          "bundle.by" },
        { DISCHARGE, "dpia: WX-DPIA-031\n", "", "bundle.missing" },
        { DISCHARGE, "controllers: [wexbridge-hospital, wexshire-council]\n", "",
          "bundle.missing" },
        { DISCHARGE, "retention_at_recipient: 8 years after the end of care\n", "",
          "bundle.missing" },
        { DISCHARGE, "schedule_1: health-or-social-care", "note: none", "bundle.missing" },
        { DISCHARGE, "6(1)(e)", "6(1)(z)", "bundle.word" },
        { DISCHARGE, "  wexshire-council: {uk", "  brightcare: {uk", "bundle.agency" },
        { DISCHARGE, "implied-consent", "assumed-consent", "bundle.word" },
        { DISCHARGE, "from: 2026-01-01", "from: 2026-02-30", "bundle.day" },
        { DISCHARGE, "until: 2035-12-31", "until: 2025-12-31", "bundle.day" },
        { DISCHARGE, "version: 3", "version: three", "bundle.number" },
        { DISCHARGE, "parties: [wexbridge-hospital, wexshire-council]",
          "parties: [nobody, wexshire-council]", "bundle.agency" },
        { DISCHARGE, "HospitalStay: [admitted", "HospitalStay: [departed", "bundle.kind" },
        { DISCHARGE, "DischargePlan: [referred, ", "Caseload: [ended], DischargePlan: [",
          "bundle.type" },
        { DISCHARGE, "to: adult-social-care", "to: homelessness", "bundle.service" },
        { DISCHARGE, "to: adult-social-care", "to: wexbridge-district/grants", "bundle.service" },
        { DISCHARGE, "stay.ward,", "stay.corridor,", "bundle.category" },
        { DISCHARGE, "stay.ward,", "always,", "bundle.category" },
        { DISCHARGE, "stay.ward,", "free-text,", "bundle.free-text" },
        { DISCHARGE, "known(recipient) &&", "knows(recipient) &&", "when.name" },
        { DISCHARGE, "known(recipient) &&", "known(recipient) &", "when.syntax" },
        { DISCHARGE, "known(recipient) &&", "consent(recipient, \"duty-to-refer\") &&",
          "when.name" },
        { DISCHARGE, "when: addressed(recipient)", "when: referral.to", "when.type" },
        { DISCHARGE, "discharged + 14 days", "discharged + 2 weeks", "bundle.lasting" },
        { DISCHARGE, "discharged + 14 days", "referred + 14 days", "bundle.kind" },
        { DISCHARGE, "id: care-to-the-hub", "id: answer-to-the-hub", "bundle.duplicate" },
        { DISCHARGE, "id: care-to-the-hub", "id: Care to the hub", "bundle.id" },
        { DISCHARGE, "on: 2025-12-12", "on: yesterday", "bundle.day" },
        { "agreements/home-care.yaml", "agreement: home-care", "agreement: duty-to-refer",
          "bundle.duplicate" },
        { STATUTORY, "withhold: [clinical]", "withhold: [secrets]", "bundle.category" },
        { STATUTORY, "id: gender-history", "id: clinical-outside-health", "bundle.duplicate" },
        { STATUTORY, "to: [homelessness,", "to: [homeless,", "bundle.service" },
        { STATUTORY, "    source: Gender Recognition Act 2004 s.22; SI 2005/916\n", "",
          "bundle.missing" },
        { "prohibitions/restricted.yaml", "\"location\"", "\"colour\"", "when.name" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_problem(rows[i].file, rows[i].find, rows[i].instead, rows[i].code);
}

static void a_word_that_is_none_is_answered_with_the_nearest(void)
{
    static const struct {
        const char *file, *find, *instead, *says;
    } rows[] = {
        { "facts.yaml", "Caseload: [declared]", "Caseloads: [declared]", "it has Caseload, " },
        { "facts.yaml", "Caseload: [declared]", "Caseload: [declred]", "it has declared" },
        { DISCHARGE, "parties: [wexbridge-hospital,", "parties: [wexbridge-hopsital,",
          "it has wexbridge-hospital, " },
        { DISCHARGE, "to: adult-social-care", "to: adult-social-cear",
          "among the parties: it has adult-social-care, " },
        { DISCHARGE, "to: adult-social-care", "to: wexshire-council/hopsital-team",
          "it has wexshire-council/hospital-team, " },
        { STATUTORY, "to: [homelessness,", "to: [homeless,",
          "of the region: it has homelessness, " },
        { DISCHARGE, "stay.ward,", "stay.wrad,", "no field of HospitalStay: it has stay.ward, " },
        { DISCHARGE, "stay.ward,", "stay.medicaly_fit,", "it has stay.medically_fit, " },
        { STATUTORY, "withhold: [clinical]", "withhold: [refferal]", "it has referral" },
        { STATUTORY, "reason: gender-history", "reason: gender-histroy",
          "it has gender-history, " },
        { DISCHARGE, "known(recipient) &&", "knwon(recipient) &&", "it has known, " },
        { DISCHARGE, "responsible(recipient, \"adult-social-care\")",
          "responsible(recipient, \"adult-social\")", "it has adult-social-care" },
        { DISCHARGE, "when: addressed(recipient)", "when: referral.two == recipient",
          "it has referral.to, " },
        { DISCHARGE, "relationship(\"wexbridge-hospital/wards\"",
          "relationship(\"wexbridge-hospital/ward\"", "it has wexbridge-hospital/wards, " },
        { DISCHARGE, "relationship(recipient, \"discharge-planning\")",
          "relationship(recipient, \"discharge-planing\")", "it has discharge-planning, " },
        { "prohibitions/restricted.yaml", "\"location\"", "\"locaton\"", "it has location, " },
        { "region.yaml", "partitions: 4", "partitions: 4\nholds: {unknwon: 4 hours}",
          "it has unknown, " },
        { "region.yaml", "partitions: 4", "partitions: 4\nholds: {defualt: 4 hours}",
          "it has default, " },
        { "region.yaml", "{agency: brightcare, role", "{agency: brihgtcare, role",
          "it has brightcare, " },
        { "region.yaml", "role: acute-trust", "role: acute-turst", "want acute-trust, " },
        { DISCHARGE, "controllers: [wexbridge-hospital,", "controllers: [wexbridge-hospitals, ",
          "unknown agency 'wexbridge-hospitals': it has wexbridge-hospital, " },
        { DISCHARGE, "controllers: [wexbridge-hospital,", "controllers: [eastwex-district,",
          "'eastwex-district' is no party of this agreement: it has wexshire-council or " },
        { DISCHARGE, "- {agency: wexbridge-hospital, role: caldicott-guardian",
          "- {agency: eastwex-district, role: caldicott-guardian",
          "'eastwex-district' is no party of this agreement: it has wexshire-council or " },
        { DISCHARGE, "\nbasis:\n  wexbridge-hospital:", "\nbasis:\n  eastwex-district:",
          "'eastwex-district' is no party of this agreement: it has wexshire-council or " },
        { DISCHARGE, "schedule_1: health-or-social-care", "schedule_1: health-or-social-cear",
          "unknown condition of Schedule 1 'health-or-social-cear': it has health-or-social-care" },
        { DISCHARGE, "schedule_1: health-or-social-care", "schedule_1: research",
          "'research' does not go with 9(2)(h): it has health-or-social-care" },
        { "facts.yaml", "wexshire-council/s42-inbox}", "wexshire-council/s42-inboks}",
          "unknown service 'wexshire-council/s42-inboks': it has wexshire-council/s42-inbox, " },
        { "facts.yaml", "by: [acute-trust]", "by: [acute-trusts]", "the roles are acute-trust, " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct problems p = { 0 };
        bool is_said = false;
        CU_ASSERT_FATAL(copy_example(rows[i].file, rows[i].find, rows[i].instead));
        CU_ASSERT(bundle_load(&world.arena, folder, world.catalogue, &p) == NULL);
        for (size_t k = 0; k < p.count; k++)
            is_said |= strstr(p.list[k].text, rows[i].says) != NULL;
        for (size_t k = 0; k < p.count && !is_said; k++)
            printf("\n%s: %s", rows[i].instead, p.list[k].text);
        CU_ASSERT(is_said);
        problems_release(&p);
    }
}

static void a_problem_says_line_and_column(void)
{
    struct problems p = { 0 };
    CU_ASSERT_FATAL(
        copy_example(STATUTORY, "withhold: [clinical]", "withhold: [clinical, secrets]"));
    CU_ASSERT(bundle_load(&world.arena, folder, world.catalogue, &p) == NULL);
    const struct err *e = find_problem(&p, "bundle.category", STATUTORY);
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT_EQUAL(e->line, 77);
    CU_ASSERT_EQUAL(e->column, 26);
    problems_release(&p);
}

static void a_condition_says_where_within_it(void)
{
    struct problems p = { 0 };
    CU_ASSERT_FATAL(copy_example("prohibitions/restricted.yaml", "(subject, \"location\")",
                                 "(subject, \"l\")"));
    CU_ASSERT(bundle_load(&world.arena, folder, world.catalogue, &p) == NULL);
    const struct err *e = find_problem(&p, "when.name", "restricted.yaml");
    CU_ASSERT_FATAL(e != NULL);
    CU_ASSERT_EQUAL(e->line, 10);
    CU_ASSERT_EQUAL(e->column, 11 + 20);
    problems_release(&p);
}

static void all_problems_are_collected(void)
{
    struct problems p = { 0 };
    CU_ASSERT_FATAL(copy_example(DISCHARGE, "stay.ward,", "one, two, three,"));
    CU_ASSERT(bundle_load(&world.arena, folder, world.catalogue, &p) == NULL);
    CU_ASSERT_EQUAL(p.count, 3);
    problems_release(&p);
}

static void a_missing_approval_loads_and_does_not_permit(void)
{
    struct problems p = { 0 };
    CU_ASSERT_FATAL(copy_example(
        DISCHARGE, "  - {agency: wexshire-council, role: caldicott-guardian, on: 2025-12-15}\n",
        ""));
    const struct bundle *b = bundle_load(&world.arena, folder, world.catalogue, &p);
    CU_ASSERT_FATAL(b != NULL);
    world.bundle = b;
    CU_ASSERT_FALSE(bundle_agreement(b, SLICE("hospital-discharge"), 3)->approved);
    CU_ASSERT(world_say(&world, "Caseload.declared", TEAM, "header.episode=C1"));
    CU_ASSERT(world_say(&world, "HospitalStay.admitted", WARDS, ""));
    CU_ASSERT(world_decided(&world, TEAM, "no-party-approval"));
    problems_release(&p);
}

static void the_hash_covers_every_byte(void)
{
    struct problems p = { 0 };
    CU_ASSERT_FATAL(copy_example(DISCHARGE, "reference: WX-DSA-014", "reference: WX-DSA-015"));
    const struct bundle *b = bundle_load(&world.arena, folder, world.catalogue, &p);
    CU_ASSERT_FATAL(b != NULL);
    CU_ASSERT(memcmp(b->hash, world.bundle->hash, HASH_BYTES) != 0);
    problems_release(&p);
}

/* One that was signed before "by" was asked for is in force as it is. */
static void a_packed_bundle_may_lack_who_may_say_so(void)
{
    struct problems p = { 0 };
    struct bundle_source source = source_folder(folder);
    CU_ASSERT_FATAL(copy_example("facts.yaml", "    by: [adult-social-care]\n", ""));
    CU_ASSERT(bundle_load_from(&world.arena, &source, world.catalogue, &p) == NULL);
    CU_ASSERT_EQUAL(p.count, 1);
    problems_release(&p);
    source.is_settled = true;
    const struct bundle *b = bundle_load_from(&world.arena, &source, world.catalogue, &p);
    CU_ASSERT_FATAL(b != NULL);
    CU_ASSERT(b->facts[0].by.anybody);
    CU_ASSERT_FALSE(b->facts[0].closers.anybody);
    CU_ASSERT_FALSE(b->facts[2].by.anybody);
    problems_release(&p);
}

static void a_missing_folder_is_a_problem(void)
{
    struct problems p = { 0 };
    CU_ASSERT(bundle_load(&world.arena, "/nonexistent/region", world.catalogue, &p) == NULL);
    CU_ASSERT(p.count >= 4); /* region.yaml, facts.yaml, agreements, prohibitions */
    problems_release(&p);
}

static CU_TestInfo cases[] = {
    { "the example loads", the_example_loads },
    { "an agreement lasts through its last London day",
      an_agreement_lasts_through_its_last_london_day },
    { "each mistake is found in its file", each_mistake_is_found_in_its_file },
    { "a word that is none is answered with the nearest",
      a_word_that_is_none_is_answered_with_the_nearest },
    { "a problem says line and column", a_problem_says_line_and_column },
    { "a condition says where within it", a_condition_says_where_within_it },
    { "all problems are collected", all_problems_are_collected },
    { "a missing approval loads and does not permit",
      a_missing_approval_loads_and_does_not_permit },
    { "the hash covers every byte", the_hash_covers_every_byte },
    { "a packed bundle may lack who may say so", a_packed_bundle_may_lack_who_may_say_so },
    { "a missing folder is a problem", a_missing_folder_is_a_problem },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_bundle = { "bundle", NULL, NULL, setup, teardown, cases };
