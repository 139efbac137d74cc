/* when_test.c - the grammar, the types and the three values of conditions. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "sharing/rules/when.h"
#include "sharing/decide/when_eval.h"
#include "sharing/load/when_compile.h"
#include "world.h"

/* What stands around every expression here: HospitalStay and the words of the example. */
static bool compile(const char *text, const struct when **w, struct err *e)
{
    static const struct slice relationships[] = { SLICE_INIT("open-case"),
                                                  SLICE_INIT("inpatient") };
    static const struct slice functions[] = { SLICE_INIT("adult-social-care") };
    static const struct slice restrictions[] = { SLICE_INIT("location") };
    static const struct slice purposes[] = { SLICE_INIT("individual-care") };
    bool schemas[64] = { false };
    for (size_t i = 0; i < catalogue_count(world.catalogue); i++)
        schemas[i] = slice_equal_text(catalogue_at(world.catalogue, i)->name, "HospitalStay");
    struct when_scope s = { world.bundle,         schemas,
                            { relationships, 2 }, { functions, 1 },
                            { restrictions, 1 },  { purposes, 1 } };
    err_clear(e);
    return when_compile(&s, &world.arena, slice_text(text), w, e);
}

static size_t stay_index(void)
{
    size_t i = 0;
    while (!slice_equal_text(catalogue_at(world.catalogue, i)->name, "HospitalStay"))
        i++;
    return i;
}

static char value_of(const char *text, const char *fields)
{
    static const char letters[] = { 'F', 'T', '?' };
    const struct when *w;
    struct err e;
    enum reason why;
    struct judge_input in;
    if (!compile(text, &w, &e)) {
        printf("%s: %s\n", text, e.text);
        return '!';
    }
    if (!world_build(&world, "HospitalStay.admitted", WARDS, fields, &in))
        return '!';
    int team = bundle_service(world.bundle, SLICE(TEAM)),
        wards = bundle_service(world.bundle, SLICE(WARDS));
    struct facts_context ask = { .bundle = world.bundle,
                                 .facts = &world.facts,
                                 .event = &in.event,
                                 .schema = stay_index(),
                                 .source = (uint16_t)wards,
                                 .recipient = (uint16_t)team,
                                 .decided_ms = T0,
                                 .arena = &world.arena };
    return letters[when_eval(w, &ask, &why)];
}

static void each_expression_has_its_value(void)
{
    static const char fields[] = "stay.ward=ELM;stay.class=inpatient;stay.readmission=false;"
                                 "person.birth_date=1941-11-01;person.address_lines[]=a|b;"
                                 "stay.specialty=wexshire-council/hospital-team";
    static const struct {
        const char *text;
        char wanted;
    } rows[] = {
        { "true", 'T' },
        { "false || true && false", 'F' },
        { "(false || true) && true", 'T' },
        { "!(stay.ward == \"ELM\")", 'F' },
        { "stay.ward == \"ELM\" && stay.class != \"emergency\"", 'T' },
        { "stay.ward in [\"OAK\", \"ELM\"]", 'T' },
        { "stay.ward in [\"OAK\", stay.site]", '?' },
        { "stay.ward in [\"ELM\", stay.site]", 'T' },
        { "\"a\" in person.address_lines", 'T' },
        { "\"c\" in person.address_lines", 'F' },
        { "3 in [1, 2, 3]", 'T' },
        { "-1 < 2 && 2 <= 2 && 3 > 2 && 2 >= 2", 'T' },
        { "stay.site == \"X\"", '?' },
        { "stay.site == \"X\" && false", 'F' },
        { "stay.site == \"X\" || true", 'T' },
        { "!(stay.site == \"X\")", '?' },
        { "has(stay.site) && stay.site == \"X\"", 'F' },
        { "has(stay.ward)", 'T' },
        { "has(person.names)", 'F' },
        { "stay.readmission == false", 'T' },
        { "age() >= 18", 'T' },
        { "startsWith(stay.ward, \"EL\")", 'T' },
        { "startsWith(stay.site, \"EL\")", '?' },
        { "duration(\"1h30m\") == duration(\"90m\")", 'T' },
        { "timestamp(\"2026-03-02T00:00Z\") <= header.occurred", 'T' },
        { "timestamp(stay.admitted) < timestamp(\"2026-03-02T00:00Z\")", '?' },
        { "known(recipient)", 'F' },
        { "relationship(source, \"inpatient\")", 'F' },
        { "responsible(recipient, \"adult-social-care\")", '?' },
        { "known(recipient) && responsible(recipient, \"adult-social-care\")", 'F' },
        { "consent(recipient, \"individual-care\")", 'F' },
        { "!objection(recipient)", 'T' },
        { "restricted(subject, \"location\")", 'F' },
        { "known(\"wexshire-council/hospital-team\")", 'F' },
        { "stay.specialty == recipient", 'T' },
        { "recipient == stay.specialty", 'T' },
        { "stay.specialty != recipient", 'F' },
        { "stay.specialty == source", 'F' },
        { "source == \"wexbridge-hospital/wards\"", 'T' },
        { "stay.site == recipient", '?' },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char got = value_of(rows[i].text, fields);
        if (got != rows[i].wanted)
            printf("%s: wanted %c, got %c\n", rows[i].text, rows[i].wanted, got);
        CU_ASSERT_EQUAL(got, rows[i].wanted);
    }
}

static void age_turns_on_the_birthday_in_london(void)
{
    CU_ASSERT_EQUAL(value_of("age() == 18", "person.birth_date=2008-03-02"), 'T');
    CU_ASSERT_EQUAL(value_of("age() == 17", "person.birth_date=2008-03-03"), 'T');
    CU_ASSERT_EQUAL(value_of("age() == 17", ""), '?');
    CU_ASSERT_EQUAL(value_of("age() == 17", "person.birth_date=2008"), '?');
}

/* However old: whoever has only a year on file may have somebody else's. */
static void a_partial_birth_date_tells_no_age(void)
{
    static const char *const born[] = { "1941", "1941-11", "2020", "2020-01", "about 1941" };
    for (size_t i = 0; i < sizeof born / sizeof born[0]; i++) {
        char fields[64];
        (void)snprintf(fields, sizeof fields, "person.birth_date=%s", born[i]);
        CU_ASSERT_EQUAL(value_of("age() >= 18", fields), '?');
        CU_ASSERT_EQUAL(value_of("age() < 18", fields), '?');
    }
}

static void each_wrong_expression_has_its_code_and_place(void)
{
    static const struct {
        const char *text, *code;
        size_t at;
    } rows[] = {
        { "", "when.syntax", 0 },
        { "true &&", "when.syntax", 7 },
        { "true true", "when.syntax", 5 },
        { "(true", "when.syntax", 5 },
        { "!!true", "when.syntax", 1 },
        { "\"x", "when.syntax", 2 },
        { "has(true && false)", "when.syntax", 9 },
        { "stay.ward == 1 == 2", "when.syntax", 15 },
        { "99999999999999999999 == 1", "when.syntax", 20 },
        { "stay.wart == \"x\"", "when.name", 0 },
        { "nobody(recipient)", "when.name", 0 },
        { "known(subject)", "when.type", 6 },
        { "known(\"nobody/at-all\")", "when.name", 6 },
        { "known()", "when.type", 0 },
        { "known(recipient, recipient)", "when.type", 17 },
        { "relationship(recipient, \"friend\")", "when.name", 24 },
        { "relationship(recipient, stay.ward)", "when.type", 24 },
        { "consent(recipient, \"research\")", "when.name", 19 },
        { "restricted(subject, \"colour\")", "when.name", 20 },
        { "responsible(recipient, \"gardening\")", "when.name", 23 },
        { "addressed(recipient)", "when.name", 0 },
        { "stay.ward", "when.type", 0 },
        { "stay.ward == subject", "when.type", 0 },
        { "stay.ward < recipient", "when.type", 0 },
        { "recipient == \"nobody/at-all\"", "when.name", 13 },
        { "stay.ward && true", "when.type", 0 },
        { "stay.ward == 1", "when.type", 0 },
        { "stay.ward in \"x\"", "when.type", 0 },
        { "person.names == \"x\"", "when.type", 0 },
        { "[1, \"a\"] == 1", "when.type", 4 },
        { "true < false", "when.type", 0 },
        { "duration(\"1 day\") == duration(\"1h\")", "when.type", 9 },
        { "timestamp(\"2026-03\") < header.occurred", "when.type", 10 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct when *w;
        struct err e;
        bool passed = compile(rows[i].text, &w, &e);
        if (passed || strcmp(e.code, rows[i].code) != 0 || e.at != rows[i].at)
            printf("'%s': %s at %zu\n", rows[i].text, passed ? "passed" : e.code, e.at);
        CU_ASSERT_FALSE_FATAL(passed);
        CU_ASSERT_STRING_EQUAL(e.code, rows[i].code);
        CU_ASSERT_EQUAL(e.at, rows[i].at);
    }
}

static void nesting_ends_at_sixteen(void)
{
    char text[64] = "";
    const struct when *w;
    struct err e;
    memset(text, '(', 15);
    memcpy(text + 15, "true", 4);
    memset(text + 19, ')', 15);
    CU_ASSERT(compile(text, &w, &e));
    memset(text, '(', 16);
    memcpy(text + 16, "true", 4);
    memset(text + 20, ')', 16);
    CU_ASSERT_FALSE(compile(text, &w, &e));
    CU_ASSERT_STRING_EQUAL(e.code, "when.depth");
}

static void knows_which_categories_it_reads(void)
{
    const struct when *w;
    struct err e;
    struct categories ward, born, reads;
    CU_ASSERT_FATAL(compile("stay.ward == \"ELM\" && age() > 3", &w, &e));
    CU_ASSERT(catalogue_categories(world.catalogue, SLICE("stay.ward"), &ward));
    CU_ASSERT(catalogue_categories(world.catalogue, SLICE("identity.birth-date"), &born));
    categories_join(&ward, &born);
    when_reads(world.bundle, w, &reads);
    CU_ASSERT(categories_equal(&reads, &ward));
    CU_ASSERT(w->uses_event);
    CU_ASSERT_FALSE(w->uses_facts);
}

static CU_TestInfo cases[] = {
    { "each expression has its value, true, false or unknown", each_expression_has_its_value },
    { "a partial birth date tells no age", a_partial_birth_date_tells_no_age },
    { "age turns on the birthday and is unknown of a partial date",
      age_turns_on_the_birthday_in_london },
    { "each wrong expression has its code and place",
      each_wrong_expression_has_its_code_and_place },
    { "nesting ends at sixteen", nesting_ends_at_sixteen },
    { "a condition knows which categories it reads", knows_which_categories_it_reads },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_when = { "when", NULL, NULL, world_setup, world_teardown, cases };
