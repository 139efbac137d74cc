/* in_test.c - one message through an in mapping. */
#include "helper.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

#define MSH "MSH|^~\\&|PAS|ZX9|R|R|20260203100500||ADT^A01|C1|P|2.4\r"
#define IN                                                                                         \
    "in: {format: hl7v2, id: [MSH-3, MSH-4, MSH-10], type: [MSH-9.1, MSH-9.2], not_carried: "      \
    "{MSH-9.2: [A60]}}\n"
#define LIVE                                                                                       \
    "header.environment: {from: MSH-11, as: upper, table: {P: live, T: test}, else: refuse}"
#define HEAD IN "common: {" LIVE "}\n"

/* An admitted event with these fields, from MSH and one more segment. */
static const struct mapped_event *admit(const char *fields, const char *segments)
{
    static struct mapped out;
    char *yaml = arena_format(
        &hp.scratch, HEAD "events:\n  - emit: HospitalStay.admitted\n    fields:\n%s", fields);
    char *message = arena_format(&hp.scratch, MSH "%s\r", segments);
    const struct mapping *m = helper_mapping(yaml);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    out = (struct mapped){ .event_count = 0 };
    if (!helper_in(m, slice_text(message), &out))
        return NULL;
    CU_ASSERT_EQUAL_FATAL(out.event_count, 1);
    return &out.events[0];
}

static size_t cleared_count(const struct mapped_event *event)
{
    struct view v = helper_record(event);
    const struct slice *texts = NULL;
    size_t n = 0;
    int slot = plan_slot(v.plan, SLICE("header.cleared[]"));
    CU_ASSERT_TRUE_FATAL(view_strings(&v, (size_t)slot, &hp.scratch, &texts, &n, &hp.e));
    return n;
}

static void tells_who_sent_what(void)
{
    struct mapped out;
    const struct mapping *m = helper_mapping(HEAD "events:\n  - {on: {MSH-9.2: A01}, emit: "
                                                  "HospitalStay.admitted, action: replaces}\n");
    CU_ASSERT_TRUE_FATAL(helper_in(m, SLICE(MSH), &out));
    CU_ASSERT_EQUAL(out.outcome, MAPPED_EVENTS);
    CU_ASSERT_TRUE(slice_equal_text(out.message_id, "PAS|ZX9|C1"));
    CU_ASSERT_TRUE(slice_equal_text(out.type, "ADT^A01"));
    CU_ASSERT_EQUAL_FATAL(out.event_count, 1);
    HELPER_IS(&out.events[0], "header.type", "HospitalStay");
    HELPER_IS(&out.events[0], "header.kind", "admitted");
    HELPER_IS(&out.events[0], "header.action", "replaces");
}

static void does_not_carry_what_it_names_or_does_not_know(void)
{
    struct mapped out;
    const struct mapping *m = helper_mapping(HEAD "events:\n  - {on: {MSH-9.2: [A01, A60]}, emit: "
                                                  "HospitalStay.admitted}\n");
    CU_ASSERT_TRUE(helper_in(m, SLICE("MSH|^~\\&|P|Z|R|R|2026||ADT^A60|C1|P|2.4\r"), &out));
    CU_ASSERT_EQUAL(out.outcome, MAPPED_NOT_CARRIED);
    CU_ASSERT_TRUE(helper_in(m, SLICE("MSH|^~\\&|P|Z|R|R|2026||ADT^A99|C1|P|2.4\r"), &out));
    CU_ASSERT_EQUAL(out.outcome, MAPPED_NOT_CARRIED);
    CU_ASSERT_TRUE(slice_equal_text(out.type, "ADT^A99"));
}

static void tells_absent_cleared_and_present_apart(void)
{
    const struct mapped_event *event = admit("      stay.ward: PV1-3.1\n", "PV1|1|I|ELM");
    HELPER_IS(event, "stay.ward", "ELM");
    CU_ASSERT_EQUAL(cleared_count(event), 0);
    event = admit("      stay.ward: PV1-3.1\n", "PV1|1|I|");
    HELPER_IS(event, "stay.ward", "");
    CU_ASSERT_EQUAL(cleared_count(event), 0);
    event = admit("      stay.ward: PV1-3.1\n", "PV1|1|I|\"\"");
    HELPER_IS(event, "stay.ward", "");
    CU_ASSERT_EQUAL(cleared_count(event), 1);
}

static void clears_a_whole_list(void)
{
    const struct mapped_event *event =
        admit("      \"person.names[]\": {each: PID-5, fields: {family: \".1.1\"}}\n"
              "      \"person.address_lines[]\": {join: [PID-11.1.1, PID-11.2]}\n"
              "      \"person.phones[]\": {each: PID-13, from: \".1\"}\n",
              "PID|1||||\"\"||||||\"\"||\"\"");
    CU_ASSERT_PTR_NOT_NULL_FATAL(event);
    CU_ASSERT_EQUAL(cleared_count(event), 3);
}

static void takes_the_first_path_that_has_a_value(void)
{
    const char *fields = "      header.episode: {from: [PV1-19.1, PV1-50.1], within: PV1-3.4}\n";
    HELPER_IS(admit(fields, "PV1|1|I|W^^^ZX901||||||||||||||||V1"), "header.episode", "ZX901/V1");
    HELPER_IS(admit(fields, "PV1|1|I|W^^^|||||||||||||||||V1"), "header.episode", "");
    HELPER_IS(admit(fields, "PV1|1|I|W||||||||||||||||\"\"|||||||||||||||||||||||||||||||V9"),
              "header.episode", "V9");
}

static void does_what_else_says_of_an_unknown_code(void)
{
    const char *fields = "      stay.class: {from: PV1-2, table: {I: inpatient}, else: %s}\n";
    static const char *const want[][2] = { { "skip", "" }, { "leave", "" }, { "other", "other" } };
    for (size_t i = 0; i < 3; i++) {
        char *text = arena_format(&hp.scratch,
                                  "      stay.class: {from: PV1-2, table: {I: "
                                  "inpatient}, else: %s}\n",
                                  want[i][0]);
        HELPER_IS(admit(text, "PV1|1|X"), "stay.class", want[i][1]);
        HELPER_IS(admit(text, "PV1|1|I"), "stay.class", "inpatient");
    }
    (void)fields;
    CU_ASSERT_PTR_NULL(admit(
        "      stay.class: {from: PV1-2, table: {I: inpatient}, else: refuse}\n", "PV1|1|SECRET"));
    CU_ASSERT_STRING_EQUAL(hp.e.code, "map.value");
    CU_ASSERT_EQUAL(hp.e.fate, ERR_REJECT);
    CU_ASSERT_EQUAL(hp.e.at, strlen(MSH "PV1|1|"));
    CU_ASSERT_PTR_NOT_NULL(strstr(hp.e.text, "stay.class"));
    CU_ASSERT_PTR_NULL(strstr(hp.e.text, "SECRET"));
}

static void refuses_an_unknown_environment_by_its_own_code(void)
{
    CU_ASSERT_PTR_NULL(admit(
        "      header.environment: {from: MSH-11, table: {L: live}, else: refuse}\n", "PV1|1"));
    CU_ASSERT_STRING_EQUAL(hp.e.code, "map.environment");
}

static void skips_a_repetition_whose_code_is_unknown(void)
{
    const struct mapped_event *event = admit(
        "      \"person.names[]\": {each: PID-5, fields: {family: \".1.1\", use: {from: \".7\", "
        "table: {L: legal}, else: skip}}}\n",
        "PID|1||||NOW^A^^^^^L~BEFORE^A^^^^^PREVIOUS-MAIDEN~PLAIN^A");
    struct view v = helper_record(event);
    const struct view *items = NULL;
    size_t n = 0;
    int slot = plan_slot(v.plan, SLICE("person.names[]"));
    CU_ASSERT_TRUE_FATAL(view_items(&v, (size_t)slot, &hp.scratch, &items, &n, &hp.e));
    CU_ASSERT_EQUAL_FATAL(n, 2);
    CU_ASSERT_TRUE(slice_equal_text(view_text_at(&items[0], "family"), "NOW"));
    CU_ASSERT_TRUE(slice_equal_text(view_text_at(&items[1], "family"), "PLAIN"));
}

/* Only the field goes, whatever it missed: a table, a vocabulary, a conversion. */
static void keeps_a_repetition_whose_else_leaves_out_the_field(void)
{
    static const char *const uses[] = { "from: \".7\", table: {L: legal}, else: leave",
                                        "from: \".7\", as: lower, else: leave" };
    for (size_t i = 0; i < 2; i++) {
        const struct mapped_event *event =
            admit(arena_format(&hp.scratch,
                               "      \"person.names[]\": {each: PID-5, fields: {"
                               "family: \".1.1\", use: {%s}, given: \".2\"}}\n",
                               uses[i]),
                  "PID|1||||NOW^A^^^^^L~BEFORE^B^^^^^PREVIOUS-MAIDEN~PLAIN^C");
        CU_ASSERT_PTR_NOT_NULL_FATAL(event);
        struct view v = helper_record(event);
        const struct view *items = NULL;
        size_t n = 0;
        int slot = plan_slot(v.plan, SLICE("person.names[]"));
        CU_ASSERT_TRUE_FATAL(view_items(&v, (size_t)slot, &hp.scratch, &items, &n, &hp.e));
        CU_ASSERT_EQUAL_FATAL(n, 3);
        CU_ASSERT_TRUE(slice_equal_text(view_text_at(&items[1], "family"), "BEFORE"));
        CU_ASSERT_TRUE(slice_equal_text(view_text_at(&items[1], "given"), "B"));
        CU_ASSERT_EQUAL(view_text_at(&items[1], "use").n, 0);
    }
}

static void leaves_out_an_nhs_number_that_fails_its_check(void)
{
    const char *fields =
        "      subject.nhs_number: {from: \"PID-3[4=NHS].1\", as: nhs-number, status: PID-32}\n"
        "      subject.local_id: \"PID-3[4!=NHS].1\"\n";
    const struct mapped_event *event = admit(fields, "PID|1||9990000027^^^NHS~A1^^^ZX9");
    HELPER_IS(event, "subject.nhs_number", "");
    HELPER_IS(event, "subject.local_id", "A1");
    event = admit(fields, "PID|1||A1^^^ZX9~999 000 0026^^^NHS|||||||||||||||||||||||||||||NSTS01");
    HELPER_IS(event, "subject.nhs_number", "9990000026");
}

static void keeps_how_precise_a_time_was(void)
{
    const char *fields = "      header.occurred: {from: EVN-6, as: hl7-time}\n"
                         "      stay.admitted: {from: EVN-6, as: hl7-time}\n";
    const struct mapped_event *event = admit(fields, "EVN|||||| 202607011005");
    int slot = plan_slot(event->schema->plan, SLICE("header.occurred"));
    CU_ASSERT_EQUAL(build_get_long(&event->build, (size_t)slot), 1782896700000);
    HELPER_IS(event, "header.occurred_precision", "minute");
    HELPER_IS(event, "stay.admitted", "2026-07-01T09:05Z");
    CU_ASSERT_PTR_NULL(admit(fields, "EVN||||||20261301"));
    CU_ASSERT_STRING_EQUAL(hp.e.code, "map.value");
}

static void tells_what_changed_by_what_it_watches(void)
{
    struct mapped out;
    const struct mapping *m = helper_mapping(
        HEAD
        "events:\n  - {emit: HospitalStay.expected_discharge_changed, changed: {key: [PV1-19.1], "
        "of: [PV2-9], first: quiet, name: edd}}\n");
    CU_ASSERT_TRUE_FATAL(helper_in(m, SLICE(MSH "PV2|||||||||20260210\r"), &out));
    CU_ASSERT_EQUAL_FATAL(out.event_count, 1);
    CU_ASSERT_TRUE(out.events[0].has_changed && out.events[0].changed_quiet);
    CU_ASSERT_TRUE(slice_equal_text(out.events[0].changed_key, "edd\x1f-"));
    CU_ASSERT_TRUE(slice_equal_text(out.events[0].changed_of, "\x1f+20260210"));
    CU_ASSERT_TRUE_FATAL(helper_in(m, SLICE(MSH "PV2|||||||||\"\"\r"), &out));
    CU_ASSERT_TRUE(slice_equal_text(out.events[0].changed_of, "\x1f"
                                                              "0"));
    CU_ASSERT_TRUE_FATAL(helper_in(m, SLICE(MSH "PV2|||||||||\r"), &out));
    CU_ASSERT_EQUAL(out.outcome, MAPPED_EVENTS);
    CU_ASSERT_EQUAL(out.event_count, 0);
}

static void gives_every_event_the_common_fields(void)
{
    struct mapped out;
    const struct mapping *m = helper_mapping(
        IN "common: {" LIVE
           ", stay.ward: PV1-3.1, header.episode: PV1-19, person.sex: {from: PID-8, "
           "table: {\"2\": "
           "female}, else: refuse}}\n"
           "events:\n  - {emit: Restriction.raised}\n  - {emit: HospitalStay.admitted}\n"
           "  - {emit: HospitalStay.moved, fields: {stay.ward: PV1-3.2}}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_TRUE_FATAL(helper_in(m, SLICE(MSH "PID|1|||||||2\rPV1|1|I|A^B\r"), &out));
    CU_ASSERT_EQUAL_FATAL(out.event_count, 3);
    for (size_t i = 0; i < 3; i++)
        HELPER_IS(&out.events[i], "person.sex", "female");
    HELPER_IS(&out.events[1], "stay.ward", "A");
    HELPER_IS(&out.events[2], "stay.ward", "B");
}

static void holds_conditions_on_what_is_there(void)
{
    static const struct {
        const char *on, *segment;
        bool want;
    } rows[] = {
        { "{PV1-2: present}", "PV1|1|I", true },
        { "{PV1-2: present}", "PV1|1|\"\"", false },
        { "{PV1-2: absent}", "PV1|1|", true },
        { "{PV1-2: {not: [I, E]}}", "PV1|1|", true },
        { "{PV1-2: {not: [I, E]}}", "PV1|1|E", false },
        { "{PV1-2: {other: [I, E]}}", "PV1|1|", false },
        { "{PV1-2: {other: [I, E]}}", "PV1|1|O", true },
        { "{PV1-2: {is: present}}", "PV1|1|present", true },
        { "{PV1-2: [I, E], PV1-1: 2}", "PV1|1|I", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mapped out;
        helper_fresh();
        char *yaml = arena_format(
            &hp.scratch, HEAD "events:\n  - {on: %s, emit: HospitalStay.admitted}\n", rows[i].on);
        const struct mapping *m = helper_mapping(yaml);
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        char *message = arena_format(&hp.scratch, MSH "%s\r", rows[i].segment);
        CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(message), &out));
        CU_ASSERT_EQUAL(out.event_count, rows[i].want);
    }
}

static void count_loss(void *ctx, const struct leaf *l)
{
    struct slice *last = ctx;
    *last = l->path;
}

static void reports_what_no_rule_has_read(void)
{
    struct slice last = { .n = 0 };
    struct doc *d = NULL;
    const struct mapping *m =
        helper_mapping("in: {format: json, id: id}\ncommon: {header.environment: {text: "
                       "live}}\nevents:\n  - {emit: DischargePlan.referred, "
                       "fields: {referral.to: "
                       "r.to, \"referral.needs[]\": {each: \"r.needs[]\"}}}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    struct slice text =
        SLICE("{\"id\":\"1\",\"r\":{\"to\":\"a/b\",\"needs\":[\"x\",\"y\"],\"more\":7}}");
    CU_ASSERT_TRUE_FATAL(mapping_format(m)->parse(&hp.scratch, NULL, text, &d, &hp.e));
    mapping_loss(m, &hp.scratch, d, count_loss, &last);
    CU_ASSERT_TRUE(slice_equal_text(last, "r.more"));
}

static void survives_memory_running_out(void)
{
    const struct mapping *m = helper_system("nhs/itk-adt-2.4/in.yaml");
    struct slice text =
        SLICE(MSH "PID|1||9990000026^^^NHS||A^B^^^^^L\rPV1|1|I|A^B||||||||||||||||V1\r");
    for (size_t limit = 0; limit < 40000; limit += 500) {
        struct arena small;
        struct err e = { 0 };
        struct doc *d = NULL;
        struct mapped out;
        arena_init(&small, limit);
        bool ok = mapping_format(m)->parse(&small, NULL, text, &d, &e) &&
                  mapping_in(m, &small, d, 0, &out, &e);
        CU_ASSERT_TRUE(ok || e.fate == ERR_RETRY);
        arena_release(&small);
    }
}

/* Of several paths the first whose value can be read; what could not be is told, by its form. */
static void takes_the_first_value_that_can_be_read(void)
{
    static const char field[] =
        "      stay.admitted: {from: [PV1-44, PV1-45, PV1-46], as: hl7-time, else: leave}\n";
    char pv1[200];
    static const struct {
        const char *a, *b, *c, *want;
        size_t misses;
    } rows[] = {
        { "20260203", "20260204", "", "2026-02-03", 0 },
        { "3 Feb", "20260204", "20260205", "2026-02-04", 1 },
        { "", "NOTIME", "20260205", "2026-02-05", 1 },
        { "NOTIME", "\"\"", "ALSO9", "", 2 },
        { "18991230", "19000101", "", "1900-01-01", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mapped out = { .event_count = 0 };
        const struct mapping *m = helper_mapping(arena_format(
            &hp.scratch, HEAD "events:\n  - emit: HospitalStay.admitted\n    fields:\n%s", field));
        snprintf(pv1, sizeof pv1, MSH "PV1|1%42s|%s|%s|%s\r", "", rows[i].a, rows[i].b, rows[i].c);
        for (char *c = strchr(pv1, ' '); c && *c == ' '; c++)
            *c = '|';
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(pv1), &out));
        HELPER_IS(&out.events[0], "stay.admitted", rows[i].want);
        CU_ASSERT_EQUAL(out.miss_count, rows[i].misses);
    }
}

static void tells_what_was_read_and_not_kept_by_its_form(void)
{
    struct mapped out;
    const struct mapping *m =
        helper_mapping(HEAD "events:\n  - emit: HospitalStay.admitted\n    fields:\n"
                            "      stay.class: {from: PV1-2, table: {I: inpatient}, else: other}\n"
                            "      subject.nhs_number: {from: PID-3.1, as: nhs-number}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_TRUE_FATAL(helper_in(m, SLICE(MSH "PID|1||9.99E+09\rPV1|1|Xy-7\r"), &out));
    CU_ASSERT_EQUAL_FATAL(out.miss_count, 2);
    CU_ASSERT_TRUE(slice_equal_text(out.misses[0].path, "PV1-2"));
    CU_ASSERT_TRUE(slice_equal_text(out.misses[0].field, "stay.class"));
    CU_ASSERT_TRUE(slice_equal_text(out.misses[0].form, "Aa-9"));
    CU_ASSERT_STRING_EQUAL(out.misses[0].why, "its table lacks this code");
    CU_ASSERT_TRUE(slice_equal_text(out.misses[1].form, "9.99A+99"));
    CU_ASSERT_EQUAL(out.skipped_ids, 1);
    CU_ASSERT_TRUE(out.is_named);
}

/* A table that picks one value out of what another field has whole loses none of the others. */
static void tells_nothing_of_what_another_field_has_whole(void)
{
    static const char *const rows[] = { "person.postcode: {from: PID-11.5, as: postcode}", "" };
    for (size_t i = 0; i < 2; i++) {
        struct mapped out;
        const struct mapping *m = helper_mapping(arena_format(
            &hp.scratch,
            IN
            "common:\n  " LIVE "\n  %s\n"
            "  person.no_fixed_abode: {from: PID-11.5, table: {ZZ99 3VZ: \"true\"}, else: leave}\n"
            "events:\n  - emit: HospitalStay.admitted\n",
            rows[i]));
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        CU_ASSERT_TRUE_FATAL(helper_in(m, SLICE(MSH "PID|1||||||||||^^^^WX1 2AB\r"), &out));
        CU_ASSERT_EQUAL(out.miss_count, i);
    }
}

static void takes_no_word_for_nothing_by_itself(void)
{
    static const struct {
        const char *empty, *cell, *want; /* want NULL: refused */
    } rows[] = {
        { "", "NULL", NULL },
        { "", "\\N", NULL },
        { "", "#N/A", NULL },
        { "", "1.2E+05", NULL },
        { "", "Null", "Null" },
        { "", "NULLAH", "NULLAH" },
        { ", empty: [NULL]", "NULL", "" },
        { ", empty: []", "NULL", "NULL" },
        { ", empty: [\"-\", none]", "none", "" },
        { "", "nan", NULL },
        { "", "NaT", NULL },
        { "", "0000-00-00", NULL },
        { "", "1900-01-00", NULL },
        { "", "00/01/1900", NULL },
        { "", "invalid DATE", NULL },
        { "", "0001-01-01T00:00:00", NULL },
        { "", "#SPILL!", NULL },
        { "", "#####", NULL },
        { "", "1.2e+05", NULL },
        { "", "None", "None" },
        { "", "NA", "NA" },
        { "", "Nan", "Nan" },
        { "", "00-00-00", "00-00-00" },
        { "", "9999-12-31", "9999-12-31" },
        { "", "#4", "#4" },
        { "", "1900-01-01", "1900-01-01" },
        { "", "-", "-" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mapped out;
        helper_fresh();
        const struct mapping *m = helper_mapping(
            arena_format(&hp.scratch,
                         "in: {format: csv, id: id%s}\ncommon: {header.environment: {text: live}}\n"
                         "events:\n  - {emit: HospitalStay.admitted, fields: {stay.ward: ward}}\n",
                         rows[i].empty));
        char *row = arena_format(&hp.scratch, "id,ward\nA1,%s\n", rows[i].cell);
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        bool good = helper_in(m, slice_text(row), &out);
        CU_ASSERT_EQUAL(good, rows[i].want != NULL);
        if (good) {
            HELPER_IS(&out.events[0], "stay.ward", rows[i].want);
        } else {
            CU_ASSERT_STRING_EQUAL(hp.e.code, "map.doubtful");
        }
    }
}

/* What is taken for "there" ends, or closes, something. */
static void takes_no_word_for_nothing_for_something(void)
{
    static const char *const doubtful[] = {
        "nan",
        "NaN",
        "NAN",
        "NaT",
        "None",
        "none",
        "NULL",
        "Null",
        "N/A",
        "na",
        "nil",
        "-",
        "--",
        "\xe2\x80\x93",
        "\\n",
        "#n/a",
        "undefined",
        "Invalid date",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "00/00/0000",
        "1900-01-00",
        "00/01/1900",
        "0001-01-01",
        "00000000",
        "9999-12-31",
        "31/12/9999 00:00",
        "1899-12-30",
        "30/12/1899",
        "(none)",
        "<NA>",
    };
    static const char *const good[] = { "2026-02-03", "03/02/2026", "01/01/1900", "yes",
                                        "0",          "x",          "noon",       "31/12/2099",
                                        "Nadir",      "20-00-00" };
    static const char *const conditions[] = { "present", "absent", "{other: [open]}" };
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        helper_fresh();
        struct mapped out;
        const struct mapping *m = helper_mapping(
            arena_format(&hp.scratch,
                         "in: {format: csv, id: id}\ncommon: {header.environment: {text: live}}\n"
                         "events:\n  - {on: {ended: %s}, emit: HospitalStay.discharged}\n",
                         conditions[i]));
        CU_ASSERT_PTR_NOT_NULL_FATAL(m);
        for (size_t k = 0; k < sizeof doubtful / sizeof doubtful[0]; k++) {
            err_clear(&hp.e);
            char *row = arena_format(&hp.scratch, "id,ended\nA1,%s\n", doubtful[k]);
            bool is_taken = helper_in(m, slice_text(row), &out);
            CU_ASSERT_FALSE(is_taken);
            if (is_taken)
                printf("\n%s: %s ", conditions[i], doubtful[k]);
            else
                CU_ASSERT_STRING_EQUAL(hp.e.code, "map.doubtful");
        }
        for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
            err_clear(&hp.e);
            char *row = arena_format(&hp.scratch, "id,ended\nA1,%s\n", good[k]);
            bool is_taken = helper_in(m, slice_text(row), &out);
            CU_ASSERT_TRUE(is_taken);
            if (!is_taken)
                printf("\n%s: %s ", conditions[i], good[k]);
        }
    }
}

/* A word that the mapping names is what it says. */
static void takes_a_word_for_nothing_that_a_condition_names(void)
{
    struct mapped out;
    const struct mapping *m = helper_mapping(
        "in: {format: csv, id: id}\ncommon: {header.environment: {text: live}}\nevents:\n"
        "  - {on: {help: None}, emit: HospitalStay.admitted}\n"
        "  - {on: {help: {other: [None, N/A]}}, emit: HospitalStay.discharged}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_TRUE(helper_in(m, SLICE("id,help\nA1,None\n"), &out));
    CU_ASSERT_EQUAL(out.event_count, 1);
    CU_ASSERT_TRUE(helper_in(m, SLICE("id,help\nA1,N/A\n"), &out));
    CU_ASSERT_EQUAL(out.event_count, 0);
    CU_ASSERT_FALSE(helper_in(m, SLICE("id,help\nA1,nil\n"), &out));
}

static void wants_the_columns_that_it_names_unless_they_are_optional(void)
{
    struct mapped out;
    const struct mapping *m = helper_mapping(
        "in: {format: csv, id: id}\ncommon: {header.environment: {text: live}}\nevents:\n"
        "  - {on: {ended: absent}, emit: HospitalStay.admitted, fields: {stay.ward: ward,\n"
        "     stay.site: {from: site, optional: true}}}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_TRUE(helper_in(m, SLICE("id,ended,ward\nA1,,W\n"), &out));
    CU_ASSERT_FALSE(helper_in(m, SLICE("id,finished,ward,site\nA1,,W,S\n"), &out));
    CU_ASSERT_STRING_EQUAL(hp.e.code, "csv.column");
    CU_ASSERT_PTR_NOT_NULL(strstr(hp.e.text, "'ended'"));
    err_clear(&hp.e);
    CU_ASSERT_FALSE(helper_in(m, SLICE("id,ended,site\nA1,,S\n"), &out));
}

/* Of two that differ by it alone each is its own, and what is neither is none. */
static void a_table_reads_letters_of_either_case(void)
{
    static const struct {
        const char *code, *word;
    } all[] = { { "i", "inpatient" },
                { "I", "inpatient" },
                { "ax", "emergency" },
                { "AX", "outpatient" },
                { "Ax", "other" } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const struct mapped_event *event = admit(
            "      stay.class: {from: PV1-2, table: {I: inpatient, ax: emergency, AX: outpatient}, "
            "else: other}\n",
            arena_format(&hp.scratch, "PV1||%s", all[i].code));
        CU_ASSERT_PTR_NOT_NULL_FATAL(event);
        HELPER_IS(event, "stay.class", all[i].word);
    }
}

static void what_is_passed_over_is_so_in_small_letters(void)
{
    const struct mapped_event *event =
        admit("      stay.ward: {from: [PV1-3.1, PV1-3.2], other: [NONE]}\n", "PV1|||none^W2");
    CU_ASSERT_PTR_NOT_NULL_FATAL(event);
    HELPER_IS(event, "stay.ward", "W2");
}

static CU_TestInfo cases[] = {
    { "a table reads letters of either case", a_table_reads_letters_of_either_case },
    { "what is passed over is so in small letters", what_is_passed_over_is_so_in_small_letters },
    { "tells who sent what", tells_who_sent_what },
    { "does not carry what it names or does not know",
      does_not_carry_what_it_names_or_does_not_know },
    { "tells absent, cleared and present apart", tells_absent_cleared_and_present_apart },
    { "clears a whole list", clears_a_whole_list },
    { "takes the first path that has a value", takes_the_first_path_that_has_a_value },
    { "does what else says of an unknown code", does_what_else_says_of_an_unknown_code },
    { "refuses an unknown environment by its own code",
      refuses_an_unknown_environment_by_its_own_code },
    { "skips a repetition whose code is unknown", skips_a_repetition_whose_code_is_unknown },
    { "keeps a repetition whose else leaves out the field",
      keeps_a_repetition_whose_else_leaves_out_the_field },
    { "leaves out an NHS number that fails its check",
      leaves_out_an_nhs_number_that_fails_its_check },
    { "keeps how precise a time was", keeps_how_precise_a_time_was },
    { "tells what changed by what it watches", tells_what_changed_by_what_it_watches },
    { "gives every event the common fields", gives_every_event_the_common_fields },
    { "holds conditions on what is there", holds_conditions_on_what_is_there },
    { "reports what no rule has read", reports_what_no_rule_has_read },
    { "survives memory running out", survives_memory_running_out },
    { "takes the first value that can be read", takes_the_first_value_that_can_be_read },
    { "tells what was read and not kept by its form",
      tells_what_was_read_and_not_kept_by_its_form },
    { "tells nothing of what another field has whole",
      tells_nothing_of_what_another_field_has_whole },
    { "takes no word for nothing by itself", takes_no_word_for_nothing_by_itself },
    { "wants the columns that it names unless they are optional",
      wants_the_columns_that_it_names_unless_they_are_optional },
    { "takes no word for nothing for something", takes_no_word_for_nothing_for_something },
    { "takes a word for nothing that a condition names",
      takes_a_word_for_nothing_that_a_condition_names },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_in = { "in", helper_load, helper_end, helper_fresh, NULL, cases };
