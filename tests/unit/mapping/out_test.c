/* out_test.c - one record through an out mapping, and what such a mapping must say to load. */
#include "helper.h"

#include <CUnit/CUnit.h>

#define OTHERS                                                                                     \
    "not_delivered: [DischargePlan, SocialCare, HousingCase, Homelessness, Person, Property, "     \
    "Safeguarding]\n"

/* An admission to write out: mapped from JSON, so that each test says what is in it. */
static struct mapped_event *admission(const char *json)
{
    static struct mapped out;
    const struct mapping *m =
        helper_mapping("in: {format: json, id: id}\n"
                       "events:\n"
                       "  - emit: HospitalStay.admitted\n"
                       "    fields:\n"
                       "      header.environment: {text: live}\n"
                       "      header.occurred: {from: at, as: iso-time}\n"
                       "      stay.ward: ward!\n"
                       "      stay.admitted: {from: admitted, as: iso-time}\n"
                       "      stay.medically_fit: {from: fit, as: boolean}\n"
                       "      stay.destination: destination\n"
                       "      \"person.names[]\": {each: \"names[]\", fields: {family: .family}}\n"
                       "      \"person.phones[]\": {each: \"phones[]\"}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(json), &out));
    return &out.events[0];
}

/* What an out mapping with these common fields makes of it. */
static struct slice written(const char *format, const char *common, const char *json)
{
    const struct mapped_event *event = admission(json);
    char *yaml = arena_format(&hp.scratch,
                              "out: {format: %s}\ncommon:\n  note: header.notice\n%s"
                              "records:\n  - on: HospitalStay\n" OTHERS,
                              format, common);
    const struct mapping *m = helper_mapping(yaml);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    return helper_out(m, event);
}

static void writes_values_texts_and_lists(void)
{
    struct slice out = written(
        "json",
        "  ward: stay.ward\n"
        "  fit: stay.medically_fit\n"
        "  version: header.agreement_version\n"
        "  when: {from: header.occurred, as: uk-date}\n"
        "  who: {each: \"person.names[]\", fields: {name: .family}}\n"
        "  first.name: \"person.names[0].family\"\n"
        "  phones: {each: \"person.phones[]\"}\n"
        "  all: \"person.phones[]\"\n"
        "  own: own.local_id\n"
        "  text: {text: \"In {stay.ward} since {stay.admitted|uk-date}{stay.site?} {{x}}\"}\n",
        "{\"at\":\"2026-07-01T09:05Z\",\"ward\":\"ELM\",\"admitted\":\"2026-07-01\",\"fit\":true,"
        "\"names\":[{\"family\":\"A\"},{\"family\":\"B\"}],\"phones\":[\"1\",\"2\"]}");
    CU_ASSERT_TRUE(slice_equal_text(
        out,
        "{\"ward\":\"ELM\",\"fit\":true,\"version\":3,\"when\":\"01/07/2026 10:05\","
        "\"who\":[{\"name\":\"A\"},{\"name\":\"B\"}],\"first\":{\"name\":\"A\"},\"phones\":[\"1\","
        "\"2\"],\"all\":\"1, 2\",\"own\":\"P00123\",\"text\":\"In ELM since 01/07/2026 {x}\"}"));
}

static void leaves_out_a_text_whose_value_is_withheld(void)
{
    struct slice out = written("json",
                               "  text: {text: [\"Ward {stay.ward}\", \"Site {stay.site}\", "
                               "\"Agreement {header.agreement}\"]}\n"
                               "  gone: {text: \"Site {stay.site}\"}\n",
                               "{\"ward\":\"ELM\"}");
    CU_ASSERT_TRUE(slice_equal_text(out, "{\"text\":\"Ward ELM\\nAgreement example-agreement\"}"));
}

static void writes_what_was_cleared_as_such(void)
{
    struct slice out = written("json", "  ward: stay.ward\n  site: stay.site\n", "{\"ward\":null}");
    CU_ASSERT_TRUE(slice_equal_text(out, "{\"ward\":null}"));
}

static void looks_words_up_in_the_other_direction(void)
{
    helper_file("table.csv", "native,shared\n19,home\n85,care-home\n54,care-home\n");
    struct slice out =
        written("json",
                "  code: {from: stay.destination, table: table.csv, else: \"99\"}\n"
                "  word: {from: stay.destination, table: {care-home: CH}, else: skip}\n",
                "{\"destination\":\"care-home\"}");
    CU_ASSERT_TRUE(slice_equal_text(out, "{\"code\":\"85\",\"word\":\"CH\"}") ||
                   slice_equal_text(out, "{\"code\":\"54\",\"word\":\"CH\"}"));
    out = written("json",
                  "  code: {from: stay.destination, table: table.csv, else: \"99\"}\n"
                  "  word: {from: stay.destination, table: {care-home: CH}, else: skip}\n",
                  "{\"destination\":\"hospice\"}");
    CU_ASSERT_TRUE(slice_equal_text(out, "{\"code\":\"99\"}"));
}

/* A homecoming is one only where home is the place. */
static void writes_a_field_when_another_says_so(void)
{
    static const struct {
        const char *json, *wanted;
    } rows[] = {
        { "{\"admitted\":\"2026-07-01\",\"destination\":\"home\"}",
          "{\"home\":\"01/07/2026\",\"not\":\"2026-07-01\"}" },
        { "{\"admitted\":\"2026-07-01\",\"destination\":\"care-home\"}",
          "{\"not\":\"2026-07-01\"}" },
        { "{\"admitted\":\"2026-07-01\",\"destination\":\"died\"}", "{}" },
        { "{\"admitted\":\"2026-07-01\"}", "{\"not\":\"2026-07-01\"}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        helper_fresh();
        struct slice out =
            written("json",
                    "  home: {from: stay.admitted, as: uk-date, "
                    "when: {stay.destination: [home, temporary]}}\n"
                    "  not: {from: stay.admitted, "
                    "when: {stay.destination: {not: died}, header.kind: admitted}}\n",
                    rows[i].json);
        CU_ASSERT_TRUE(slice_equal_text(out, rows[i].wanted));
    }
}

static void refuses_a_word_without_a_code(void)
{
    struct slice out = written("json", "  word: {from: stay.ward, table: {ELM: E}, else: refuse}\n",
                               "{\"ward\":\"OAK\"}");
    CU_ASSERT_EQUAL(out.n, 0);
    CU_ASSERT_STRING_EQUAL(hp.e.code, "map.value");
}

static void keeps_the_columns_of_a_row(void)
{
    struct slice out = written("csv, for: machines, empty: keep",
                               "  ward: stay.ward\n  site: stay.site\n", "{\"ward\":\"A, B\"}");
    CU_ASSERT_TRUE(slice_equal_text(out, "note,ward,site\r\n,\"A, B\",\r\n"));
}

static void wants_every_kind_delivered_or_named(void)
{
    CU_ASSERT_PTR_NULL(helper_mapping(
        "out: {format: json}\ncommon: {note: header.notice}\n"
        "records:\n  - {on: HospitalStay.admitted}\n"
        "not_delivered: [DischargePlan, SocialCare, HousingCase, Homelessness, Person, Property, "
        "Safeguarding, HospitalStay.moved]\n"));
    CU_ASSERT_EQUAL(hp.p.count, 10); /* the twelve kinds of a stay but these two */
    CU_ASSERT_TRUE(helper_has_problem("map.coverage", 1));
}

static void wants_all_three_actions(void)
{
    CU_ASSERT_PTR_NULL(
        helper_mapping("out: {format: json}\ncommon: {note: header.notice}\n"
                       "records:\n  - {on: HospitalStay, action: [asserts, replaces]}\n"
                       "  - {on: HospitalStay.discharged, action: retracts}\n" OTHERS));
    CU_ASSERT_EQUAL(hp.p.count, 11);
    CU_ASSERT_PTR_NOT_NULL(strstr(hp.p.list[0].text, "no rule for the action retracts"));
}

static void wants_the_notice_shown(void)
{
    CU_ASSERT_PTR_NULL(helper_mapping("out: {format: json}\ncommon: {ward: stay.ward}\n"
                                      "records:\n  - {on: HospitalStay}\n" OTHERS));
    CU_ASSERT_EQUAL(hp.p.count, 1);
    CU_ASSERT_TRUE(helper_has_problem("map.notice", 4));
}

static void names_each_problem_of_a_field(void)
{
    static const struct {
        const char *field, *code;
    } rows[] = {
        { "  a: stay.wards\n", "map.record-path" },
        { "  a: \"person.names[x].family\"\n", "map.record-path" },
        { "  a: \"person.names[0].name\"\n", "map.record-path" },
        { "  a: \"person.names[]\"\n", "map.record-path" },
        { "  a: .family\n", "map.record-path" },
        { "  a: {text: \"Ward {stay.ward\"}\n", "map.text" },
        { "  a: {text: \"Ward {stay.ward|loud}\"}\n", "map.conversion" },
        { "  a: {from: stay.ward, text: x}\n", "map.field" },
        { "  a: {each: stay.ward}\n", "map.record-path" },
        { "  a: {from: stay.ward, table: {x: y}}\n", "map.else" },
        { "  a..b: stay.ward\n", "map.path" },
        { "  a: {from: stay.ward, when: {stay.destination: hme}}\n", "map.when" },
        { "  a: {from: stay.ward, when: {stay.destination: {not: hme}}}\n", "map.when" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        helper_fresh();
        char *yaml = arena_format(&hp.scratch,
                                  "out: {format: json}\ncommon:\n  note: header.notice\n%s"
                                  "records:\n  - on: HospitalStay\n" OTHERS,
                                  rows[i].field);
        CU_ASSERT_PTR_NULL(helper_mapping(yaml));
        if (!helper_has_problem(rows[i].code, 4))
            printf("\nno %s for %s", rows[i].code, rows[i].field);
        CU_ASSERT_TRUE(helper_has_problem(rows[i].code, 4));
    }
}

static CU_TestInfo cases[] = {
    { "writes values, texts and lists", writes_values_texts_and_lists },
    { "leaves out a text whose value is withheld", leaves_out_a_text_whose_value_is_withheld },
    { "writes what was cleared as such", writes_what_was_cleared_as_such },
    { "looks words up in the other direction", looks_words_up_in_the_other_direction },
    { "writes a field when another says so", writes_a_field_when_another_says_so },
    { "refuses a word without a code", refuses_a_word_without_a_code },
    { "keeps the columns of a row", keeps_the_columns_of_a_row },
    { "wants every kind delivered or named", wants_every_kind_delivered_or_named },
    { "wants all three actions", wants_all_three_actions },
    { "wants the notice shown", wants_the_notice_shown },
    { "names each problem of a field", names_each_problem_of_a_field },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_out = { "out", helper_load, helper_end, helper_fresh, NULL, cases };
