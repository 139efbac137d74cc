/* entry_test.c - what an entry says of a decision is what was decided; a replay that decides
 * otherwise is found out. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "replay/compare.h"
#include "sharing/load/bundle_load.h"

static struct arena arena;
static const struct catalogue *catalogue;
static const struct bundle *bundle;
static struct buf b;
static struct err e;

static void setup(void)
{
    struct problems p = { 0 };
    arena_init(&arena, 64u << 20);
    buf_init(&b, 1u << 16);
    err_clear(&e);
    catalogue = catalogue_load(&arena, SOURCE_DIR "/schemas", &p);
    if (catalogue)
        bundle = bundle_load(&arena, SOURCE_DIR "/tests/unit/router/region", catalogue, &p);
    CU_ASSERT_EQUAL_FATAL(p.count, 0);
    problems_release(&p);
}

static void teardown(void)
{
    buf_release(&b);
    arena_release(&arena);
}

static void add(struct categories *set, const char *name)
{
    struct categories named = { { 0 } };
    CU_ASSERT_FATAL(bundle_named(bundle, slice_text(name), &named));
    categories_join(set, &named);
}

/* A disclosure whose birth date and places travel changed. */
static struct decision decision(void)
{
    struct decision d = { .outcome = OUTCOME_DISCLOSE, .reason = "disclosed", .disclosure = -1 };
    add(&d.released, "stay");
    add(&d.released, "identity.birth-date");
    add(&d.obliged[OBLIGE_YEAR], "identity.birth-date");
    add(&d.obliged[OBLIGE_ALIAS], "stay.ward");
    add(&d.obliged[OBLIGE_ALIAS], "stay.site");
    return d;
}

static void write_and_read(const struct decision *d, struct audit_read *out)
{
    struct audit_chain chain = { .next = 0 };
    const struct bus_record input = { .topic = "events.hosp", .value = SLICE_INIT("x") };
    const struct judged judged = { .decisions = d, .decision_count = 1 };
    const struct audit_subject s = {
        .kind = AUDIT_EVENT, .input = &input, .judged = &judged, .note = SLICE_INIT("")
    };
    buf_reset(&b);
    CU_ASSERT_FATAL(audit_entry(bundle, &chain, &s, &b, &e));
    CU_ASSERT_FATAL(audit_read(catalogue, &arena, arena_copy(&arena, buf_slice(&b)), out, &e));
    CU_ASSERT_EQUAL_FATAL(out->decision_count, 1);
}

static void an_entry_says_what_travelled_changed(void)
{
    static const char *const wanted[] = { "year:identity.birth-date", "alias:stay.site",
                                          "alias:stay.ward" };
    const struct decision d = decision();
    struct audit_read r;
    write_and_read(&d, &r);
    const struct audit_decision *got = &r.decisions[0];
    CU_ASSERT_EQUAL_FATAL(got->obliged_count, 3);
    for (size_t i = 0; i < 3; i++) {
        bool found = false;
        for (size_t j = 0; j < 3; j++)
            found |= slice_equal_text(got->obliged[j], wanted[i]);
        CU_ASSERT(found);
    }
}

static void an_entry_without_obligations_lists_none(void)
{
    struct decision d = decision();
    struct audit_read r;
    memset(d.obliged, 0, sizeof d.obliged);
    write_and_read(&d, &r);
    CU_ASSERT_EQUAL(r.decisions[0].obliged_count, 0);
    CU_ASSERT(r.decisions[0].released_count > 2);
}

static bool lists(const struct slice *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal_text(list[i], name))
            return true;
    return false;
}

static uint16_t schema_of(const char *type)
{
    uint16_t n = 0;
    while (catalogue_at(catalogue, n) != catalogue_named(catalogue, slice_text(type)))
        n++;
    return n;
}

/* The bundle names stay.admitted and stay.discharged apart from stay.times. */
static struct decision decision_of_fields(const char *const *released)
{
    struct decision d = decision();
    d.schema = schema_of("HospitalStay");
    d.released = (struct categories){ { 0 } };
    for (; *released; released++)
        add(&d.released, *released);
    add(&d.withheld, "stay.times");
    categories_drop(&d.withheld, &d.released);
    return d;
}

static void an_entry_names_fields_where_a_category_is_divided(void)
{
    static const char *const both[] = { "stay.admitted", "stay.discharged", NULL };
    static const char *const all[] = { "stay.times", NULL };
    struct audit_read r;
    struct decision d = decision_of_fields(both);
    add(&d.obliged[OBLIGE_YEAR], "stay.admitted");
    write_and_read(&d, &r);
    const struct audit_decision *got = &r.decisions[0];
    CU_ASSERT_EQUAL(got->released_count, 2);
    CU_ASSERT(lists(got->released, got->released_count, "stay.admitted"));
    CU_ASSERT(lists(got->released, got->released_count, "stay.discharged"));
    CU_ASSERT(lists(got->obliged, got->obliged_count, "year:stay.admitted"));
    CU_ASSERT_EQUAL(got->withheld_count, 1);
    CU_ASSERT(lists(got->withheld, got->withheld_count,
                    "stay.times except stay.admitted, stay.discharged"));
    d = decision_of_fields(all);
    write_and_read(&d, &r);
    CU_ASSERT_EQUAL(r.decisions[0].released_count, 1);
    CU_ASSERT(lists(r.decisions[0].released, 1, "stay.times"));
}

/* duty.case_number is all of housing.case-number in this type, and not in another. */
static void an_entry_names_the_category_where_the_type_has_no_more_of_it(void)
{
    static const char *const types[] = { "Homelessness", "HousingCase" };
    static const char *const wanted[] = { "housing.case-number", "duty.case_number" };
    struct categories field = { { 0 } };
    add(&field, "duty.case_number");
    for (size_t i = 0; i < 2; i++) {
        struct audit_read r;
        struct decision d = decision();
        d.schema = schema_of(types[i]);
        d.released = d.withheld = field;
        write_and_read(&d, &r);
        CU_ASSERT(lists(r.decisions[0].released, r.decisions[0].released_count, wanted[i]));
        CU_ASSERT(lists(r.decisions[0].withheld, r.decisions[0].withheld_count, wanted[i]));
    }
}

static void said(void *ctx, const char *sentence)
{
    (void)snprintf(ctx, 400, "%s", sentence);
}

static void a_replay_that_obliges_to_less_is_found(void)
{
    struct decision d = decision();
    struct audit_read recorded, again;
    struct audit_report report = { 0 };
    char sentence[400] = "";
    const struct findings f = { .say = said, .ctx = sentence, .report = &report };
    write_and_read(&d, &recorded);
    compare_entries(&f, 0, &recorded, &recorded);
    CU_ASSERT_EQUAL(report.broken, 0);
    memset(&d.obliged[OBLIGE_YEAR], 0, sizeof d.obliged[OBLIGE_YEAR]);
    write_and_read(&d, &again);
    compare_entries(&f, 0, &recorded, &again);
    CU_ASSERT_EQUAL(report.broken, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "travels changed"));
}

static void a_replay_that_releases_another_field_is_found(void)
{
    static const char *const lists_of[][2] = { { "stay.admitted", NULL },
                                               { "stay.discharged", NULL } };
    struct audit_read recorded, again;
    struct audit_report report = { 0 };
    char sentence[400] = "";
    const struct findings f = { .say = said, .ctx = sentence, .report = &report };
    struct decision d = decision_of_fields(lists_of[0]);
    write_and_read(&d, &recorded);
    d = decision_of_fields(lists_of[1]);
    write_and_read(&d, &again);
    compare_entries(&f, 0, &recorded, &again);
    CU_ASSERT_EQUAL(report.broken, 2); /* what is released, what is withheld */
}

/* Another event than the entry's was decided again because a gate opened. */
static void a_decision_says_itself_what_it_is_of_where_the_entry_does_not(void)
{
    struct decision d = decision();
    struct audit_read r;
    d.schema = schema_of("HospitalStay");
    d.kind = SLICE("admitted");
    d.source = SLICE("hosp/wards");
    d.caught_up = true;
    write_and_read(&d, &r);
    CU_ASSERT(slice_equal_text(r.decisions[0].schema, "HospitalStay"));
    CU_ASSERT(slice_equal_text(r.decisions[0].kind, "admitted"));
    CU_ASSERT(slice_equal_text(r.decisions[0].source, "hosp/wards"));
    struct audit_read again;
    struct audit_report report = { 0 };
    char sentence[400] = "";
    const struct findings f = { .say = said, .ctx = sentence, .report = &report };
    d.source = SLICE("hosp/other");
    write_and_read(&d, &again);
    compare_entries(&f, 0, &r, &again);
    CU_ASSERT_EQUAL(report.broken, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(sentence, "type, kind and source of the event decided"));
}

/* As version 1 wrote it: without the three texts, which are empty here, and without claims, of
 * which there are none; and by its own schema. */
static struct slice first_form(void)
{
    static const uint8_t header[] = {
        0xc3, 0x01, 0xc7, 0xd1, 0x74, 0x48, 0x54, 0x92, 0x33, 0xc1, 2
    };
    struct slice now = buf_slice(&b);
    struct buf old;
    buf_init(&old, 1 << 20);
    buf_put(&old, slice_of(header, sizeof header));
    buf_put(&old, slice_of(now.p + sizeof header, now.n - sizeof header - 7));
    buf_put(&old, slice_of(now.p + now.n - 4, 3)); /* the end of the decisions, note, disclosure */
    struct slice copy = arena_copy(&arena, buf_slice(&old));
    buf_release(&old);
    return copy;
}

static void an_entry_of_the_first_form_is_read(void)
{
    struct decision d = decision();
    struct audit_read now, old, cut;
    write_and_read(&d, &now);
    struct slice bytes = first_form();
    CU_ASSERT_FATAL(audit_read(catalogue, &arena, bytes, &old, &e));
    CU_ASSERT(old.version == 1 && now.version == 2);
    CU_ASSERT_EQUAL_FATAL(old.decision_count, 1);
    CU_ASSERT_EQUAL(old.decisions[0].released_count, now.decisions[0].released_count);
    CU_ASSERT_EQUAL(old.decisions[0].obliged_count, 3);
    CU_ASSERT(slice_equal_text(old.decisions[0].reason, "disclosed"));
    for (size_t n = 10; n < bytes.n; n++) {
        err_clear(&e);
        CU_ASSERT_FALSE(audit_read(catalogue, &arena, slice_head(bytes, n), &cut, &e));
    }
    err_clear(&e);
}

static CU_TestInfo cases[] = {
    { "a decision says itself what it is of, where the entry does not",
      a_decision_says_itself_what_it_is_of_where_the_entry_does_not },
    { "an entry of the first form is read", an_entry_of_the_first_form_is_read },
    { "an entry says what travelled changed", an_entry_says_what_travelled_changed },
    { "an entry names fields where a category is divided",
      an_entry_names_fields_where_a_category_is_divided },
    { "an entry names the category where the type has no more of it",
      an_entry_names_the_category_where_the_type_has_no_more_of_it },
    { "a replay that releases another field is found",
      a_replay_that_releases_another_field_is_found },
    { "an entry without obligations lists none", an_entry_without_obligations_lists_none },
    { "a replay that obliges to less is found", a_replay_that_obliges_to_less_is_found },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_entry = { "entry", NULL, NULL, setup, teardown, cases };
