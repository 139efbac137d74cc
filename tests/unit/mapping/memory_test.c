/* memory_test.c - what `changed` may go by, and which keys go by a place among what repeats. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "helper.h"

#define HEAD                                                                                       \
    "in: {format: hl7v2, id: MSH-10}\n"                                                            \
    "common:\n"                                                                                    \
    "  header.environment: {from: MSH-11, as: upper, table: {P: live}, else: refuse}\n"            \
    "  subject.local_id: \"PID-3[4!=NHS].1\"\n"                                                    \
    "events:\n"
#define JSON_HEAD                                                                                  \
    "in: {format: json, id: id}\n"                                                                 \
    "common:\n"                                                                                    \
    "  header.environment: {text: live}\n"                                                         \
    "  subject.local_id: \"ids[1]\"\n"                                                             \
    "events:\n"

/* What the mapping is told of, path by path. */
static const char *noted(const char *head, const char *key)
{
    helper_fresh();
    const struct mapping *m = helper_mapping(arena_format(
        &hp.scratch,
        "%s  - {emit: HospitalStay.moved, changed: {key: %s, of: MSH-10}, fields: {stay.ward: "
        "MSH-3}}\n",
        head, key));
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    const char *all = "";
    for (const struct mapping_note *n = mapping_notes(m); n; n = n->next) {
        CU_ASSERT_EQUAL(n->line, 6);
        all = arena_format(&hp.scratch, "%.*s;%s", SHOWN(n->path), all);
    }
    return all;
}

static void a_key_by_a_place_among_what_repeats_is_noted(void)
{
    CU_ASSERT_STRING_EQUAL(noted(HEAD, "[PID-3.1, PV1-19]"), "PID-3.1;");
    CU_ASSERT_STRING_EQUAL(noted(HEAD, "[\"PID-3(2).1\", \"PID-3(3).1\"]"),
                           "PID-3(2).1;PID-3(3).1;");
    CU_ASSERT_STRING_EQUAL(noted(HEAD, "[\"PID-3[4!=NHS].1\", PID-3.4, PV1-19]"), "");
    CU_ASSERT_STRING_EQUAL(noted(JSON_HEAD, "\"ids[0]\""), "ids[0];");
    CU_ASSERT_STRING_EQUAL(noted(JSON_HEAD, "[visit, ids.first]"), "");
}

static void by_the_subject_it_is_not(void)
{
    const struct mapping *m = helper_mapping(
        HEAD "  - {emit: HospitalStay.moved, changed: {by: subject, key: \"PID-3(2).1\", was: "
             "[PID-3.1, \"PID-3(2).1\"], of: MSH-10}}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    CU_ASSERT_PTR_NULL(mapping_notes(m));
}

static void nothing_is_noted_of_a_mapping_of_ours(void)
{
    static const char *const names[] = { "nhs/itk-adt-2.4/in.yaml", "nhs/adt-2.x/in.yaml",
                                         "nhs/transfer-hub-json/in.yaml",
                                         "social-care/case-extract-csv/in.yaml",
                                         "housing/case-events/in.yaml" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        CU_ASSERT_PTR_NULL(mapping_notes(helper_system(names[i])));
}

/* A letter each of what a document of the transfer hub with those levels says of restrictions: r
 * and l of the location, R and L of the record. */
static const char *levels(const char *first, const char *second, const char *third)
{
    static char letters[8];
    char text[300];
    struct mapped out;
    snprintf(text, sizeof text,
             "{\"id\":\"1\",\"type\":\"note\",\"at\":\"2026-02-02T10:00:00Z\","
             "\"environment\":\"live\",\"patient\":{\"hospitalNumber\":\"A1\",\"meta\":"
             "{\"security\":[{\"code\":\"%s\"},{\"code\":\"%s\"},{\"code\":\"%s\"}]}}}",
             first, second, third);
    const struct mapping *m = helper_system("nhs/transfer-hub-json/in.yaml");
    CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(text), &out));
    CU_ASSERT_FATAL(out.event_count < sizeof letters);
    for (size_t i = 0; i < out.event_count; i++) {
        const struct mapped_event *x = &out.events[i];
        const int slot = plan_slot(x->build.plan, SLICE("restriction.kind"));
        const bool record = slice_equal_text(build_get_text(&x->build, (size_t)slot), "record");
        CU_ASSERT(slice_equal_text(x->changed_key, record ? "very-restricted" : "security"));
        letters[i] = x->restricts ? 'r' : 'l';
        letters[i] = (char)(record ? letters[i] - ('a' - 'A') : letters[i]);
    }
    letters[out.event_count] = '\0';
    return letters;
}

/* Else a lift would be taken for known that one of the list was raised after. */
static void a_list_of_codes_has_one_memory_for_what_it_restricts(void)
{
    CU_ASSERT_STRING_EQUAL(levels("R", "N", "N"), "rL");
    CU_ASSERT_STRING_EQUAL(levels("N", "R", "V"), "rR");
    CU_ASSERT_STRING_EQUAL(levels("V", "N", "R"), "rR");
    CU_ASSERT_STRING_EQUAL(levels("N", "N", "V"), "R");
}

static void a_level_is_lifted_by_a_lower_one_that_stands_alone(void)
{
    CU_ASSERT_STRING_EQUAL(levels("U", "", ""), "lL");
    CU_ASSERT_STRING_EQUAL(levels("R", "", ""), "rL");
    CU_ASSERT_STRING_EQUAL(levels("N", "", ""), "");
    CU_ASSERT_STRING_EQUAL(levels("U", "R", ""), "rL");
    CU_ASSERT_STRING_EQUAL(levels("U", "", "V"), "R");
    CU_ASSERT_STRING_EQUAL(levels("R", "V", ""), "rR");
}

/* In ours a rule that compares goes by its subject, whatever place its ids stand at. */
static void adt_of_ours_is_remembered_by_the_subject(void)
{
    static const char *const names[] = { "nhs/itk-adt-2.4/in.yaml", "nhs/adt-2.x/in.yaml" };
    static const char text[] =
        "MSH|^~\\&|PAS|ZX9|HUB|ZX9|20260203143000||ADT^A08|M1|P|2.4\rEVN||20260203143000\r"
        "PID|1||H1^^^PAS~9990000018^^^NHS\rPD1||||||||||||N\rPV1|1|I|^W1|||||||||||||N|||V1\r"
        "PV2|||||||||20260210\r";
    for (size_t i = 0; i < 2; i++) {
        struct mapped out;
        CU_ASSERT_TRUE_FATAL(helper_in(helper_system(names[i]), slice_text(text), &out));
        CU_ASSERT_FATAL(out.event_count > 1);
        for (size_t j = 0; j < out.event_count; j++) {
            CU_ASSERT_TRUE(out.events[j].changed_by_subject);
            CU_ASSERT(slice_equal_text(out.events[j].changed_was[0], "\x1f+H1"));
        }
    }
}

#define CSV_HEAD                                                                                   \
    "in: {format: csv, id: person}\n"                                                              \
    "common:\n"                                                                                    \
    "  header.environment: {text: live}\n"                                                         \
    "  subject.local_id: person\n"                                                                 \
    "events:\n"

/* A rule with that `on`, which watches that. */
static const struct mapping *watching(const char *head, const char *on, const char *of)
{
    helper_fresh();
    return helper_mapping(
        arena_format(&hp.scratch,
                     "%s  - on: {%s}\n    emit: Restriction.lifted\n    changed: {by: subject, "
                     "of: %s}\n    fields: {restriction.kind: {text: location}}\n",
                     head, on, of));
}

/* The path that it says nothing of, where that is left out; "": it says something. */
static const char *silent(const char *head, const char *on, const char *of)
{
    const struct mapping *m = watching(head, on, of);
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    const struct mapping_note *n = mapping_notes(m);
    if (!n)
        return "";
    CU_ASSERT(n->what == NOTICE_SILENT && !n->next);
    CU_ASSERT_EQUAL(n->line, 8);
    return arena_format(&hp.scratch, "%.*s", SHOWN(n->path));
}

/* What is not sent is no change: `on` holds where it is left out, and nothing is told. */
static void a_rule_that_watches_what_is_left_out_is_noted(void)
{
    CU_ASSERT_STRING_EQUAL(silent(CSV_HEAD, "hide: {not: [y]}", "hide"), "hide");
    CU_ASSERT_STRING_EQUAL(silent(CSV_HEAD, "hide: {not: [y]}, lock: absent", "[lock, hide]"),
                           "lock");
    CU_ASSERT_STRING_EQUAL(silent(HEAD, "PV1-16: absent", "PV1-16"), "PV1-16");
    CU_ASSERT_STRING_EQUAL(silent(JSON_HEAD, "hide: {not: [y]}", "hide"), "hide");
}

static void a_rule_that_watches_what_is_there_is_not(void)
{
    CU_ASSERT_STRING_EQUAL(silent(CSV_HEAD, "hide: absent", "[person, hide]"), "");
    CU_ASSERT_STRING_EQUAL(silent(CSV_HEAD, "hide: {not: [y]}, lock: present", "[lock, hide]"), "");
    CU_ASSERT_STRING_EQUAL(silent(CSV_HEAD, "hide: {other: [y]}", "hide"), "");
    CU_ASSERT_STRING_EQUAL(silent(CSV_HEAD, "hide: [n]", "hide"), "");
    CU_ASSERT_STRING_EQUAL(silent(CSV_HEAD, "lock: absent", "hide"), "");
}

/* A CSV cell is there or not: nothing in it is never emptied on purpose. */
static void a_rule_that_never_makes_an_event_is_refused(void)
{
    CU_ASSERT_PTR_NULL(watching(CSV_HEAD, "hide: absent", "hide"));
    CU_ASSERT_TRUE(helper_has_problem("map.changed", 8));
    CU_ASSERT_EQUAL(hp.p.count, 1);
    CU_ASSERT_PTR_NULL(watching(CSV_HEAD, "hide: absent, lock: absent", "[hide, lock]"));
    CU_ASSERT_TRUE(helper_has_problem("map.changed", 8));
}

static void what_it_cannot_go_by_is_refused(void)
{
    static const char *const rows[] = {
        "{by: person, of: PV1-3}",
        "{of: PV1-3}",
        "{by: subject}",
        "{by: subject, key: PV1-19, of: PV1-3, vanished: ask}",
        "{key: PV1-19, was: PID-3.1, of: PV1-3}",
        "{by: subject, was: [PID-3.1, PID-3.2, PID-3.3, PID-3.4], of: PV1-3}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        helper_fresh();
        CU_ASSERT_PTR_NULL(helper_mapping(arena_format(
            &hp.scratch, HEAD "  - {emit: HospitalStay.moved, changed: %s}\n", rows[i])));
        if (!helper_has_problem("map.changed", 6))
            printf("\nno problem of %s\n", rows[i]);
        CU_ASSERT_TRUE(helper_has_problem("map.changed", 6));
        CU_ASSERT_EQUAL(hp.p.count, 1);
    }
}

static CU_TestInfo cases[] = {
    { "a key by a place among what repeats is noted",
      a_key_by_a_place_among_what_repeats_is_noted },
    { "by the subject it is not", by_the_subject_it_is_not },
    { "nothing is noted of a mapping of ours", nothing_is_noted_of_a_mapping_of_ours },
    { "a list of codes has one memory for what it restricts",
      a_list_of_codes_has_one_memory_for_what_it_restricts },
    { "a level is lifted by a lower one that stands alone",
      a_level_is_lifted_by_a_lower_one_that_stands_alone },
    { "ADT of ours is remembered by the subject", adt_of_ours_is_remembered_by_the_subject },
    { "a rule that watches what is left out is noted",
      a_rule_that_watches_what_is_left_out_is_noted },
    { "a rule that watches what is there is not", a_rule_that_watches_what_is_there_is_not },
    { "a rule that never makes an event is refused", a_rule_that_never_makes_an_event_is_refused },
    { "what it cannot go by is refused", what_it_cannot_go_by_is_refused },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_memory = { "memory", helper_load, helper_end, helper_fresh, NULL, cases };
