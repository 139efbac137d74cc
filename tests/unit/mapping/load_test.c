/* load_test.c - what is wrong with a mapping file is said when it is loaded, all of it, at its
 * place. */
#include "helper.h"

#include <CUnit/CUnit.h>

#define HEAD                                                                                       \
    "in: {format: hl7v2, id: [MSH-10], not_carried: {MSH-9.1: [ORU, MDM], MSH-9.2: [A60]}}\n"

#define LIVE "header.environment: {from: MSH-11, as: upper, table: {P: live}, else: refuse}"
#define COMMON "common: {" LIVE "}\n"

static void loads_the_example_of_the_contract(void)
{
    helper_file("table.csv", "native,shared\nL,legal\n");
    const struct mapping *m = helper_mapping(
        "in:\n  format: hl7v2\n  id: [MSH-3, MSH-4, MSH-10]\n"
        "  not_carried: {MSH-9.1: [ORU, MDM], MSH-9.2: [A60]}\n"
        "common:\n"
        "  header.occurred: {from: [EVN-6, EVN-2, MSH-7], as: hl7-time}\n"
        "  header.environment: {from: MSH-11, table: {P: live, T: test, D: test}, else: refuse}\n"
        "  header.episode: {from: [PV1-19.1, PV1-50.1], within: PV1-3.4}\n"
        "  subject.nhs_number: {from: \"PID-3[4=NHS|NHSNMBR].1\", as: nhs-number, status: PID-32}\n"
        "  subject.local_id: {from: \"PID-3[4!=NHS|NHSNMBR].1\"}\n"
        "  \"person.names[]\": {each: PID-5, fields: {family: \".1.1\", given: \".2\", use: {from: "
        "\".7\", table: table.csv, else: refuse}}}\n"
        "events:\n"
        "  - {on: {MSH-9.2: A01}, emit: HospitalStay.admitted, fields: {stay.ward: PV1-3.1, "
        "stay.method: {from: PV1-4, table: {\"21\": x}, else: unknown}}}\n"
        "  - {on: {MSH-9.2: A13}, emit: HospitalStay.discharged, action: retracts}\n"
        "  - {on: {MSH-9.2: [A01, A08, A16]}, emit: HospitalStay.expected_discharge_changed, "
        "changed: "
        "{key: [PV1-3.4, PV1-19.1], of: [PV2-9]}, fields: {stay.expected_discharge: {from: PV2-9, "
        "as: hl7-time}}}\n");
    CU_ASSERT_EQUAL(hp.p.count, 0);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_TRUE(mapping_is_in(m));
    CU_ASSERT_FALSE(mapping_is_snapshot(m));
}

static void names_each_problem_at_its_line(void)
{
    static const struct {
        const char *line, *code;
    } rows[] = {
        { "  - {emit: HospitalStay.admited}\n", "map.kind" },
        { "  - {emit: HospitalStay}\n", "map.kind" },
        { "  - {emit: Hospital.admitted}\n", "map.type" },
        { "  - {on: {MSH-9.2: A01}}\n", "map.kind" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.wards: PV1-3}}\n", "map.record-path" },
        { "  - {emit: HospitalStay.admitted, fields: {header.id: MSH-10}}\n", "map.record-path" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.ward: PV1-}}\n", "map.path" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.ward: .1}}\n", "map.path" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.ward: {as: trim}}}\n", "map.field" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.ward: {from: PV1-3, to: x}}}\n",
          "map.key" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.ward: {from: PV1-3, as: x}}}\n",
          "map.conversion" },
        { "  - {emit: HospitalStay.admitted, fields: {header.occurred: MSH-7}}\n",
          "map.conversion" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.class: {text: ill}}}\n", "map.word" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, table: {I: in}, "
          "else: "
          "other}}}\n",
          "map.word" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, table: {I: "
          "inpatient}, "
          "else: ill}}}\n",
          "map.word" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, table: {I: "
          "inpatient}}}}\n",
          "map.else" },
        { "  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, table: none.csv, "
          "else: "
          "other}}}\n",
          "map.table" },
        { "  - {emit: HospitalStay.admitted, action: denies}\n", "map.action" },
        { "  - {on: {MSH-9.2: [a01, a02]}, emit: HospitalStay.admitted}\n"
          "  - {on: {MSH-9.2: A01}, emit: HospitalStay.moved}\n",
          "map.case" },
        { "  - {emit: HospitalStay.admitted, changed: {key: PV1-19}}\n", "map.changed" },
        { "  - {emit: HospitalStay.admitted, fields: {\"person.names[]\": PID-5}}\n", "map.field" },
        { "  - {emit: HospitalStay.admitted, on: {MSH-9.2: [A01, absent]}}\n", "map.condition" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        helper_fresh();
        char *text = arena_format(&hp.scratch, HEAD "events:\n%s" COMMON, rows[i].line);
        CU_ASSERT_PTR_NULL(helper_mapping(text));
        if (!helper_has_problem(rows[i].code, 3))
            printf("\nno %s for %s", rows[i].code, rows[i].line);
        CU_ASSERT_TRUE(helper_has_problem(rows[i].code, 3));
    }
}

static void a_word_that_is_none_is_answered_with_the_nearest(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        { "in: {format: hl8, id: [MSH-10]}\n", "unknown format 'hl8': it has hl7v2, csv or json" },
        { HEAD COMMON "events:\n  - {emit: HospitalStay.admited}\n",
          "'admited' of HospitalStay: it has admitted, " },
        { HEAD COMMON "events:\n  - {emit: HopsitalStay.admitted}\n", "it has HospitalStay, " },
        { HEAD COMMON "events:\n  - {emit: HospitalStay.admitted, fields: {stay.wards: PV1-3}}\n",
          "'stay.wards' of HospitalStay: it has stay.ward, " },
        { HEAD COMMON "events:\n  - {emit: HospitalStay.admitted, fields: "
                      "{stay.ward: {from: PV1-3, as: uper}}}\n",
          "unknown conversion 'uper': it has upper, " },
        { HEAD COMMON "events:\n  - {emit: HospitalStay.admitted, fields: "
                      "{stay.class: {text: inpatent}}}\n",
          "'stay.class' to 'inpatent': want inpatient, " },
        { "out: {format: csv, for: people}\nrecords:\n"
          "  - {on: HospitalStay.admitted, fields: {Ward: stay.wrad}}\n",
          "HospitalStay has stay.ward, " },
        { "out: {format: csv, for: people}\nrecords:\n  - {on: HospitalStay.admitted, fields: "
          "{Ward: {text: \"{stay.ward|uper}\"}}}\n",
          "unknown conversion 'uper': it has upper, " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool is_said = false;
        helper_fresh();
        CU_ASSERT_PTR_NULL(helper_mapping(rows[i].text));
        for (size_t k = 0; k < hp.p.count; k++)
            is_said |= strstr(hp.p.list[k].text, rows[i].says) != NULL;
        CU_ASSERT_TRUE(is_said);
    }
}

/* By a table, by a conversion, as a text, or in one rule alone it would be looked for in some
 * messages only. */
static void an_unknown_restriction_is_looked_for_in_every_message_or_not_at_all(void)
{
    static const char *const common[] = { "{from: PD1-12, as: upper}",
                                          "{from: PD1-12, table: {X: Y}, else: leave}", "{text: X}",
                                          NULL };
    static const char yaml[] =
        HEAD "common:\n  " LIVE "\n%s%s\n"
             "events:\n  - {on: {MSH-9.2: A01}, emit: HospitalStay.admitted%s}\n";
    for (size_t i = 0; i < 5; i++) {
        bool both = i == 4;
        const char *own = i >= 3 ? ", fields: {header.unknown_restriction: PD1-13}" : "";
        const char *where = i == 3 ? "" : "  header.unknown_restriction: ";
        helper_fresh();
        CU_ASSERT_PTR_NULL(helper_mapping(arena_format(&hp.scratch, yaml, where,
                                                       both     ? "PD1-12"
                                                       : i == 3 ? ""
                                                                : common[i],
                                                       own)));
        CU_ASSERT_TRUE(helper_has_problem("map.field", i < 3 ? 4 : 6));
        CU_ASSERT_EQUAL(hp.p.count, 1);
    }
    helper_fresh();
    CU_ASSERT_PTR_NOT_NULL(helper_mapping(arena_format(
        &hp.scratch, yaml, "  header.unknown_restriction: ", "\"PD1-12[1!=Y|N]\"", "")));
}

static void reports_all_problems_not_the_first(void)
{
    CU_ASSERT_PTR_NULL(helper_mapping(HEAD "common:\n"
                                           "  stay.wards: PV1-3\n"
                                           "  " LIVE "\n"
                                           "  stay.class: {text: ill}\n"
                                           "events:\n"
                                           "  - {emit: HospitalStay.admitted}\n"
                                           "  - {emit: HospitalStay.gone}\n"));
    CU_ASSERT_EQUAL(hp.p.count, 3);
    CU_ASSERT_TRUE(helper_has_problem("map.record-path", 3));
    CU_ASSERT_TRUE(helper_has_problem("map.word", 5));
    CU_ASSERT_TRUE(helper_has_problem("map.kind", 8));
}

static void refuses_a_table_with_a_code_twice(void)
{
    helper_file("table.csv", "native,shared,meaning\nI,inpatient,x\nE,emergency,x\nI,other,x\n");
    CU_ASSERT_PTR_NULL(helper_mapping(
        HEAD "events:\n  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, table: "
             "table.csv, else: other}}}\n" COMMON));
    CU_ASSERT_EQUAL(hp.p.count, 1);
    CU_ASSERT_TRUE(helper_has_problem("map.table", 4));
    CU_ASSERT_PTR_NOT_NULL(strstr(hp.p.list[0].file, "table.csv"));
}

static void says_which_line_of_a_table_is_no_word(void)
{
    helper_file("table.csv", "native,shared\nI,inpatient\nE,\"emergncy\"\n");
    CU_ASSERT_PTR_NULL(helper_mapping(
        HEAD "events:\n  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, table: "
             "table.csv, else: other}}}\n" COMMON));
    CU_ASSERT_TRUE(helper_has_problem("map.word", 3));
}

static void wants_one_direction_and_a_known_format(void)
{
    CU_ASSERT_PTR_NULL(helper_mapping("in: {format: hl7v2, id: [MSH-10]}\nout: {format: csv}\n"));
    CU_ASSERT_TRUE(helper_has_problem("map.direction", 1));
    helper_fresh();
    CU_ASSERT_PTR_NULL(helper_mapping("in: {format: hl8, id: [MSH-10]}\n"));
    CU_ASSERT_TRUE(helper_has_problem("map.format", 1));
}

static void hashes_the_file_and_its_tables(void)
{
    static const char text[] =
        HEAD "events:\n  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, table: "
             "table.csv, else: other}}}\n" COMMON;
    helper_file("table.csv", "native,shared\nI,inpatient\n");
    const struct mapping *one = helper_mapping(text);
    helper_file("table.csv", "native,shared\nI,emergency\n");
    const struct mapping *two = helper_mapping(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(one);
    CU_ASSERT_PTR_NOT_NULL_FATAL(two);
    CU_ASSERT_NOT_EQUAL(memcmp(mapping_hash(one), mapping_hash(two), 32), 0);
}

static void says_which_events_and_fields_it_can_make(void)
{
    const struct mapping *m = helper_mapping(
        HEAD "common:\n  " LIVE "\n  header.occurred: {from: MSH-7, as: "
             "hl7-time}\nevents:\n"
             "  - {on: {MSH-9.2: A01}, emit: HospitalStay.admitted, fields: {stay.ward: PV1-3.1}}\n"
             "  - {on: {MSH-9.2: A11}, emit: HospitalStay.admitted, action: retracts}\n");
    struct slice kind;
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_EQUAL_FATAL(mapping_rule_count(m), 2);
    const struct schema *s = mapping_rule(m, 0, &kind);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_TRUE(slice_equal_text(s->name, "HospitalStay") && slice_equal_text(kind, "admitted"));
    CU_ASSERT_PTR_NULL(mapping_rule(m, 1, &kind));
    bool *slots = ARENA_ARRAY(&hp.scratch, plan_slots(s->plan), bool);
    mapping_rule_fills(m, 0, slots);
    CU_ASSERT_TRUE(slots[plan_slot(s->plan, SLICE("stay.ward"))]);
    CU_ASSERT_TRUE(slots[plan_slot(s->plan, SLICE("header.occurred_precision"))]);
    CU_ASSERT_FALSE(slots[plan_slot(s->plan, SLICE("stay.site"))]);
    CU_ASSERT_EQUAL(mapping_rule_count(helper_system("nhs/mdm-t02/out.yaml")), 0);
}

/* What loads and then does nothing, or what it was not meant to. */
static void refuses_what_would_be_without_effect(void)
{
    static const struct {
        const char *fields, *code;
    } rows[] = {
        { "stay.ward: {from: PV1-3.1, where: {PV1-2: E}}", "map.field" },
        { "stay.ward: {text: \"Ward {PV1-3.1}\"}", "map.text" },
        { "stay.ward: {from: PV1-3.1, else: UNKNOWN}", "map.else" },
        { "stay.ward: {from: PV1-3.1, as: trim, else: leave}", "map.else" },
        { "stay.medically_fit: PV1-3.1", "map.conversion" },
        { "stay.medically_fit: {join: [PV1-3.1, PV1-2]}", "map.conversion" },
        { "stay.ward: {from: PV1-3.1, optional: true}", "map.field" },
        { "stay.ward: {from: PV1-3.1, table: {A: B}, else: leave, optional: yes}", "map.field" },
        { "stay.ward: {join: [PV1-3.1, PV1-3.2], with: \"{x}\"}", "map.text" },
        { "stay.ward: {from: PV1-3.1, table: {A: \"W {PV1-3.2}\"}, else: leave}", "map.text" },
        { "stay.ward: {from: PV1-3.1, table: {A: B}, else: \"{PV1-3.1}\"}", "map.text" },
        { "stay.ward: {from: PV1-3.1, table: {A: \"B}\"}, else: leave}", "map.text" },
        { "stay.ward: {from: PV1-3.1, with: \"-\"}", "map.field" },
        { "stay.ward: {text: A, with: \"-\"}", "map.field" },
        { "stay.ward: {text: A, table: {A: B}, else: leave}", "map.field" },
        { "stay.class: {text: other, else: other}", "map.else" },
        { "stay.ward: {text: A, as: upper}", "map.field" },
        { "stay.ward: {text: A, within: PV1-3.4}", "map.field" },
        { "stay.ward: {from: PV1-3.1, fields: {family: PV1-2}}", "map.field" },
        { "stay.class: {from: PV1-2, within: PV1-3.4, else: other}", "map.field" },
        { "stay.admitted: {from: PV1-44, as: hl7-time, within: PV1-3.4}", "map.field" },
        { "stay.ward: {from: PV1-3.1, as: nhs-number, status: PID-32}", "map.field" },
        { "stay.ward: {from: [PID-3, PID-4], as: count}", "map.conversion" },
        { "stay.ward: {from: PID-3, as: count, table: {\"1\": one}, else: leave}",
          "map.conversion" },
        { "person.no_fixed_abode: {from: PID-11.5, as: postcode, table: {ZZ993VZ: \"true\"}, else: "
          "leave}",
          "map.table" },
        { "stay.medically_fit: {from: PV1-2, as: boolean, table: {Y: \"true\"}, else: leave}",
          "map.table" },
        { "\"person.address_lines[]\": {join: [PID-11.1, PID-11.2], with: \", \"}", "map.field" },
        { "\"person.address_lines[]\": {join: [PID-11.1, PID-11.2], as: upper}", "map.field" },
        { "\"person.phones[]\": {each: PID-13, fields: {family: \".1\"}}", "map.field" },
        { "\"person.phones[]\": {each: PID-13, with: x}", "map.field" },
        { "\"person.names[]\": {each: PID-5, from: \".1\", fields: {family: \".1.1\"}}",
          "map.field" },
        { "\"person.names[]\": {each: PID-5, as: upper, fields: {family: \".1.1\"}}", "map.field" },
        { "\"person.names[]\": {each: PID-5, else: skip, fields: {family: \".1.1\"}}", "map.else" },
        { "\"person.names[]\": {each: PID-5, fields: {family: {from: \".1.1\", as: count}}}",
          "map.conversion" },
        { "\"person.names[]\": {each: PID-5, fields: {family: {text: \"{.1}\"}}}", "map.text" },
        { "\"person.phones[]\": {each: PID-13, as: count}", "map.conversion" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        helper_fresh();
        CU_ASSERT_PTR_NULL(helper_mapping(arena_format(
            &hp.scratch,
            HEAD COMMON "events:\n  - {emit: HospitalStay.admitted,\n     fields: {%s}}\n",
            rows[i].fields)));
        CU_ASSERT_TRUE(helper_has_problem(rows[i].code, 5));
        if (!helper_has_problem(rows[i].code, 5))
            printf("\nno %s for %s", rows[i].code, rows[i].fields);
    }
    helper_file("table.csv", "native,shared\nA,ELM\nB,{PV1-3.1}\n");
    helper_fresh();
    CU_ASSERT_PTR_NULL(helper_mapping(
        HEAD COMMON
        "events:\n  - {emit: HospitalStay.admitted, fields: {stay.ward: {from: PV1-3.1, table: "
        "table.csv, else: leave}}}\n"));
    CU_ASSERT_TRUE(helper_has_problem("map.text", 3));
    helper_fresh();
    CU_ASSERT_PTR_NOT_NULL(helper_mapping(
        HEAD COMMON
        "events:\n  - {emit: HospitalStay.admitted, fields: {stay.class: {from: PV1-2, else: "
        "other}, stay.medically_fit: {from: PV1-3.1, table: {A: \"true\"}, else: leave}}}\n"));
}

#define TOLD(how)                                                                                  \
    HEAD "common:\n  header.environment: " how "\nevents:\n  - {emit: HospitalStay.admitted}\n"    \
         "  - {emit: HospitalStay.moved}\n"
#define CSV_TOLD(how)                                                                              \
    "in: {format: csv, id: a}\ncommon: {header.environment: " how "}\n"                            \
    "events:\n  - {emit: HospitalStay.admitted}\n"

/* A test message that passes for a live one is disclosed. */
static void wants_to_know_live_from_test(void)
{
    static const struct {
        const char *text;
        uint32_t line; /* 0: it loads */
    } rows[] = {
        { HEAD "events:\n  - {emit: HospitalStay.admitted}\n", 3 },
        { HEAD "events:\n  - {emit: HospitalStay.admitted, fields: {header.environment: {text: "
               "live}}}\n",
          3 },
        { HEAD
          "events:\n  - {emit: HospitalStay.admitted, fields: {header.environment: {from: MSH-110, "
          "table: {P: live}, else: refuse}}}\n",
          3 },
        { HEAD "events:\n  - {emit: HospitalStay.admitted, fields: {" LIVE "}}\n"
               "  - {emit: HospitalStay.moved}\n",
          4 },
        { HEAD "events:\n  - {emit: HospitalStay.admitted, fields: {" LIVE "}}\n", 0 },
        { "in: {format: csv, id: a}\nevents:\n  - {emit: HospitalStay.admitted}\n", 3 },
        { "in: {format: csv, id: a}\ncommon: {header.environment: {text: live}}\n"
          "events:\n  - {emit: HospitalStay.admitted}\n",
          0 },
        { TOLD("{from: MSH-11.1, table: {P: live, T: test}, else: refuse}"), 0 },
        { TOLD("{from: MSH-11, as: trim, table: {P: live}, else: test}"), 0 },
        { TOLD("{from: MSH-11.2, table: {T: live}, else: refuse}"), 3 },
        { TOLD("{from: MSH-11.12, table: {P: live}, else: refuse}"), 3 },
        { TOLD("{from: [PV1-2, MSH-11], table: {I: live, P: live}, else: refuse}"), 3 },
        { TOLD("{from: [MSH-11, PV1-2], table: {I: live, P: live}, else: refuse}"), 3 },
        { TOLD("{join: [MSH-11], table: {P: live}, else: refuse}"), 3 },
        { TOLD("{from: MSH-11, other: [T], table: {P: live}, else: refuse}"), 3 },
        { TOLD("{from: MSH-11, as: boolean, table: {\"true\": live}, else: refuse}"), 3 },
        { TOLD("{from: MSH-11, table: {P: live}, else: live}"), 3 },
        { TOLD("{from: MSH-11, table: {P: live}, else: leave}"), 3 },
        { TOLD("{from: MSH-11, table: {P: live}, else: skip}"), 3 },
        { TOLD("{from: MSH-11, table: {P: live, T: live}, else: refuse}"), 3 },
        { TOLD("{from: MSH-11, as: lower, table: {p: live, d: live}, else: refuse}"), 3 },
        { CSV_TOLD("{from: env, table: {A: live}, else: refuse}"), 0 },
        { CSV_TOLD("{from: env, table: {A: live}, else: test}"), 0 },
        { CSV_TOLD("{from: env, table: {A: live}, else: skip}"), 2 },
        { CSV_TOLD("{from: env, table: {A: live}, else: live}"), 2 },
        { CSV_TOLD("{from: env, other: [T], table: {A: live}, else: refuse}"), 2 },
        { CSV_TOLD("{from: env, as: boolean, table: {\"true\": live}, else: refuse}"), 2 },
        { CSV_TOLD("{from: env, else: live}"), 2 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        helper_fresh();
        const struct mapping *m = helper_mapping(rows[i].text);
        CU_ASSERT_EQUAL(m != NULL, rows[i].line == 0);
        CU_ASSERT_TRUE(!rows[i].line || helper_has_problem("map.environment", rows[i].line));
        CU_ASSERT_EQUAL(hp.p.count, rows[i].line != 0); /* once, not for each rule */
        if ((m != NULL) != (rows[i].line == 0) || hp.p.count != (rows[i].line != 0))
            printf("\n%s%s", rows[i].text, hp.p.count ? hp.p.list[0].text : "");
    }
}

#define OUT(format) "out: {format: " format "}\ncommon:\n  note: header.notice\n"
#define HL7_OUT "out: {format: hl7v2}\ncommon:\n  MSH-9.1: {text: ADT}\n  NTE-3: header.notice\n"
#define STAYS                                                                                      \
    "records:\n  - on: HospitalStay\nnot_delivered: [DischargePlan, SocialCare, HousingCase, "     \
    "Homelessness, Person, Property, Safeguarding]\n"

/* A mapping out loads or is refused, by this code at this line (0: it loads). */
struct out_row {
    const char *text, *code;
    uint32_t line;
};

static void check_rows(const struct out_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        helper_fresh();
        const struct mapping *m = helper_mapping(rows[i].text);
        bool good =
            m ? rows[i].line == 0 : rows[i].code && helper_has_problem(rows[i].code, rows[i].line);
        CU_ASSERT_TRUE(good);
        if (!good)
            printf("\nrow %zu: %s", i, rows[i].text);
        for (size_t k = 0; !good && k < hp.p.count; k++)
            printf("\n%u: %s [%s]", hp.p.list[k].line, hp.p.list[k].text, hp.p.list[k].code);
    }
}
#define CHECK_ROWS(rows) check_rows((rows), sizeof(rows) / sizeof((rows)[0]))

/* Found at the first real record it would end that record's way. */
static void refuses_what_could_not_be_written(void)
{
    static const struct out_row rows[] = {
        { OUT("json") "  visit: header.episode\n  visit.ward: stay.ward\n" STAYS, "map.render", 5 },
        { OUT("json") "  visit.ward.name: stay.ward\n  visit.ward: stay.site\n" STAYS, "map.render",
          5 },
        { OUT("json") "  visit.ward: stay.ward\n  visit.site: stay.site\n" STAYS, NULL, 0 },
        { OUT("json") "  \"tags[0]\": {text: a}\n" STAYS, "map.render", 4 },
        { OUT("json") "  isTest: {from: header.environment, as: boolean}\n" STAYS, "map.conversion",
          4 },
        { OUT("json") "  when: {from: stay.class, as: hl7-time}\n" STAYS, "map.conversion", 4 },
        { OUT("json") "  ward: {from: stay.ward, else: none}\n" STAYS, "map.else", 4 },
        { OUT("json") "  env: {from: header.environment, table: {test: T}, else: refuse}\n" STAYS,
          NULL, 0 },
        { HL7_OUT "  PID-11: {each: \"person.address_lines[]\"}\n" STAYS, "map.render", 5 },
        { HL7_OUT "  PV1-3.1: stay.ward\n" STAYS, NULL, 0 },
        { OUT("csv, for: people") "  lines: {each: \"person.address_lines[]\"}\n" STAYS,
          "map.render", 4 },
        { OUT("csv, for: people") "  Ward: stay.ward\n  \"WARD \": stay.site\n" STAYS, "map.render",
          5 },
        { OUT("csv, for: machines") "  ward: stay.ward\n  \"wa\\x01rd\": stay.site\n" STAYS,
          "map.render", 5 },
        { OUT("csv, for: machines") "  \"a\\u200Bb\": stay.ward\n  ab: stay.site\n" STAYS,
          "map.render", 4 },
        { OUT("csv, for: people") "  \"=a\": stay.ward\n  \"'=a\": stay.site\n" STAYS, "map.render",
          7 },
        { OUT("csv, for: machines") "  \"=a\": stay.ward\n  \"'=a\": stay.site\n" STAYS, NULL, 0 },
        { OUT("json") "  \"wa\\x1brd\": stay.ward\n" STAYS, "map.render", 4 },
    };
    CHECK_ROWS(rows);
}

#define FIELD(field) OUT("json") "  a: " field "\n" STAYS

/* Its first real record would be parked, and what is behind it. */
static void refuses_a_table_that_lacks_a_word_which_comes(void)
{
    static const struct out_row rows[] = {
        { FIELD("{from: header.kind, table: {admitted: in}, else: refuse}"), "map.table", 4 },
        { FIELD("{from: header.kind, table: {admitted: in}, else: skip}"), NULL, 0 },
        { FIELD("{from: header.kind, table: {admitted: in}, else: other}"), NULL, 0 },
        { FIELD("{from: header.kind, as: words, table: {admitted: in}, else: refuse}"), "map.table",
          4 },
        { FIELD("{from: header.type, table: {HospitalStay: stay}, else: refuse}"), NULL, 0 },
        { FIELD("{from: header.type, table: {Person: p}, else: refuse}"), "map.table", 4 },
        { FIELD("{from: header.action, table: {asserts: new, replaces: new}, else: refuse}"),
          "map.table", 4 },
        { FIELD("{from: stay.class, table: {inpatient: I}, else: refuse}"), "map.table", 4 },
        { FIELD("{from: stay.class, table: {inpatient: I}, else: leave}"), NULL, 0 },
        { FIELD("{from: stay.ward, table: {A: B}, else: refuse}"), NULL,
          0 }, /* any text: nobody can tell */
        { FIELD("{from: stay.medically_fit, table: {\"true\": J}, else: refuse}"), "map.table", 4 },
        { FIELD("{from: stay.medically_fit, table: {\"true\": J, \"false\": N}, else: refuse}"),
          NULL, 0 },
        { FIELD("{from: \"person.names[0].use\", table: {usual: U}, else: refuse}"), "map.table",
          4 },
        { FIELD("{each: \"person.names[]\", fields: {use: {from: .use, table: {usual: U}, else: "
                "refuse}}}"),
          "map.table", 4 },
        { FIELD("{each: \"person.names[]\", fields: {use: {from: .use, table: {usual: U}, else: "
                "skip}}}"),
          NULL, 0 },
        /* of a rule only what the rule writes */
        { OUT("json") "records:\n  - on: HospitalStay.admitted\n    fields:\n"
                      "      a: {from: header.kind, table: {admitted: in}, else: refuse}\n  - on: "
                      "HospitalStay\n"
                      "not_delivered: [DischargePlan, SocialCare, HousingCase, Homelessness, "
                      "Person, Property, "
                      "Safeguarding]\n",
          NULL, 0 },
        { OUT("json") "  a: {from: header.kind, table: {admitted: in}, else: refuse}\n"
                      "records:\n  - {on: HospitalStay, fields: {a: header.kind}}\n"
                      "not_delivered: [DischargePlan, SocialCare, HousingCase, Homelessness, "
                      "Person, Property, "
                      "Safeguarding]\n",
          NULL, 0 },
    };
    CHECK_ROWS(rows);
    helper_fresh();
    CU_ASSERT_PTR_NULL_FATAL(helper_mapping(rows[5].text));
    CU_ASSERT_PTR_NOT_NULL(strstr(hp.p.list[0].text, "'HospitalStay'"));
}

static void refuses_what_would_not_be_written_as_it_reads(void)
{
    static const struct out_row rows[] = {
        { FIELD("{from: stay.ward, table: {A: \"W {stay.site}\"}, else: skip}"), "map.text", 4 },
        { FIELD("{from: stay.ward, table: {A: B}, else: \"{stay.site|words}\"}"), "map.text", 4 },
        { FIELD("{from: stay.ward, table: {A: B}, else: \"{own.local_id}\"}"), "map.text", 4 },
        { FIELD("{from: stay.ward, table: {A: \"{1b4e28ba-2fa1-11d2}\"}, else: \"{}\"}"), NULL, 0 },
        { FIELD("{text: \"Ward {stay.ward}}\"}"), "map.text", 4 },
        { FIELD("{text: \"a } b\"}"), "map.text", 4 },
        { FIELD("{text: \"a }} {{ b\"}"), NULL, 0 },
        { FIELD("{text: \"{header.kind|uk-date}\"}"), "map.conversion", 4 },
        { FIELD("{text: \"{header.occurred|words}\"}"), "map.conversion", 4 },
        { FIELD("{text: \"{person.birth_date|uk-date}\"}"), NULL, 0 },
        { FIELD("{from: \"person.phones[]\", as: count}"), "map.conversion", 4 },
        { FIELD("{from: header.kind, as: uk-date, else: skip}"), "map.conversion", 4 },
        { FIELD("{from: own.now, as: words}"), "map.conversion", 4 },
        { FIELD("{from: \"person.phones[]\", table: {A: B}, else: skip}"), "map.table", 4 },
        { FIELD("{text: A, table: {A: B}, else: skip}"), "map.table", 4 },
        { FIELD("{text: A, as: upper}"), "map.conversion", 4 },
        { FIELD("{text: A, else: B}"), "map.else", 4 },
        { FIELD("{from: stay.ward, fields: {x: stay.site}}"), "map.field", 4 },
        { FIELD("{each: \"person.phones[]\", as: upper}"), "map.conversion", 4 },
        { FIELD("{each: \"person.names[]\", table: {A: B}, else: skip, fields: {f: .family}}"),
          "map.table", 4 },
        { FIELD("{each: \"person.names[]\", fields: {.f: .family}}"), "map.path", 4 },
        { OUT("json") "  .tags: stay.ward\n" STAYS, "map.render", 4 },
        { HL7_OUT "  .1: stay.ward\n" STAYS, "map.render", 5 },
        { HL7_OUT "  -1: stay.ward\n" STAYS, "map.render", 5 },
        { OUT("json") "records:\n  - on: HospitalStay\nnot_delivered: [DischargePlan, SocialCare, "
                      "HousingCase, "
                      "Homelessness, Person, Property, Safeguarding, HospitalStay.moved]\n",
          "map.coverage", 6 },
        { OUT("json") "records:\n  - on: all\nnot_delivered: [DischargePlan, SocialCare, "
                      "HousingCase, "
                      "Homelessness, Person, Property, Safeguarding, HospitalStay.moved]\n",
          NULL, 0 },
    };
    CHECK_ROWS(rows);
}

#define NOTE(how) "out: {format: json}\ncommon:\n  note: " how "\n" STAYS

static void wants_the_notice_whenever_there_is_one(void)
{
    static const struct out_row rows[] = {
        { NOTE("{from: header.notice, table: {a: b}, else: skip}"), "map.notice", 5 },
        { NOTE("{from: header.notice, as: postcode}"), "map.notice", 5 },
        { NOTE("[stay.ward, header.notice]"), "map.notice", 5 },
        { NOTE("{text: \"Note {header.notice}, ward {stay.ward}\"}"), "map.notice", 5 },
        { NOTE("{each: \"person.names[]\", fields: {note: header.notice}}"), "map.notice", 5 },
        { "out: {format: json}\ncommon: {note: header.notice}\nrecords:\n"
          "  - {on: HospitalStay, fields: {note: stay.ward}}\nnot_delivered: [DischargePlan, "
          "SocialCare, "
          "HousingCase, Homelessness, Person, Property, Safeguarding]\n",
          "map.notice", 4 },
        { NOTE("[header.notice, stay.ward]"), NULL, 0 },
        { NOTE("{from: header.notice, as: trim}"), NULL, 0 },
        { NOTE("{text: [\"Ward {stay.ward}\", \"Note {header.notice} of {header.id}, "
               "{stay.ward?}\"]}"),
          NULL, 0 },
    };
    CHECK_ROWS(rows);
}

/* No default: what is right for one of them is harm or loss for the other. */
static void wants_to_know_who_reads_a_csv(void)
{
    static const struct {
        const char *text;
        uint32_t line; /* 0: it loads */
        const char *says;
    } rows[] = {
        { OUT("csv") STAYS, 1, "people" },
        { OUT("csv, for: everybody") STAYS, 1, "machines" },
        { "out:\n  format: csv\n  for: [people]\ncommon: {note: header.notice}\n" STAYS, 3,
          "people" },
        { OUT("json, for: people") STAYS, 1, "json" },
        { OUT("csv, for: people") STAYS, 0, NULL },
        { OUT("csv, for: machines") STAYS, 0, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        helper_fresh();
        bool good = helper_mapping(rows[i].text)
                        ? rows[i].line == 0
                        : rows[i].line && helper_has_problem("map.out", rows[i].line) &&
                              strstr(hp.p.list[0].text, rows[i].says);
        CU_ASSERT_TRUE(good);
    }
}

static CU_TestInfo cases[] = {
    { "an unknown restriction is looked for in every message or not at all",
      an_unknown_restriction_is_looked_for_in_every_message_or_not_at_all },
    { "wants to know who reads a csv", wants_to_know_who_reads_a_csv },
    { "says which events and fields it can make", says_which_events_and_fields_it_can_make },
    { "loads the example of the contract", loads_the_example_of_the_contract },
    { "a word that is none is answered with the nearest",
      a_word_that_is_none_is_answered_with_the_nearest },
    { "names each problem at its line", names_each_problem_at_its_line },
    { "reports all problems, not the first", reports_all_problems_not_the_first },
    { "refuses a table with a code twice", refuses_a_table_with_a_code_twice },
    { "says which line of a table is no word", says_which_line_of_a_table_is_no_word },
    { "wants one direction and a known format", wants_one_direction_and_a_known_format },
    { "refuses what would be without effect", refuses_what_would_be_without_effect },
    { "wants to know live from test", wants_to_know_live_from_test },
    { "refuses what could not be written", refuses_what_could_not_be_written },
    { "refuses a table that lacks a word which comes",
      refuses_a_table_that_lacks_a_word_which_comes },
    { "refuses what would not be written as it reads",
      refuses_what_would_not_be_written_as_it_reads },
    { "wants the notice whenever there is one", wants_the_notice_whenever_there_is_one },
    { "hashes the file and its tables", hashes_the_file_and_its_tables },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_load = { "load", helper_load, helper_end, helper_fresh, NULL, cases };
