/* cases_test.c - what people in the field have sent (../shared/cases), through the mappings
 * shipped: what is read of it, or with which code it is refused. What needs a socket or a folder is
 * said by the suites of those rooms. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "helper.h"

#define CASES SOURCE_DIR "/../shared/cases/2026-11/"
#define ITK "nhs/itk-adt-2.4"
#define HUB "nhs/transfer-hub-json"
#define EXTRACT "social-care/case-extract-csv"
#define CHECKS_MAX 4

struct check {
    const char *path, *want; /* of the first event whose record has that field */
};

struct row {
    const char *file, *system, *code; /* code: why it is refused; NULL: it is mapped */
    size_t messages, events;          /* of all its messages */
    struct check checks[CHECKS_MAX];
};

#define NUMBER                                                                                     \
    {                                                                                              \
        "subject.nhs_number", "9990000026"                                                         \
    }

static const struct row rows[] = {
    { "01-json-bom-numbers/input-bom-referral.json",
      HUB,
      NULL,
      1,
      1,
      { { "subject.nhs_number", "9990000042" } } },
    { "01-json-bom-numbers/input-bom.json", HUB, NULL, 1, 1, { NUMBER } },
    { "01-json-bom-numbers/input-stranger.json",
      HUB,
      NULL,
      1,
      1,
      { { "subject.nhs_number", "" }, { "subject.local_id", "700009" } } },
    { "03-restriction-in-unmappable-message/input-a31-bad.hl7", ITK, NULL, 1, 2, { NUMBER } },
    { "08-csv-padded-codes/input-status-sp.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "09-csv-nbsp-header/input-nbsp-hdr.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "09-csv-nbsp-header/input-zwsp-hdr.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "10-hl7-time-run-together/input-pv144.hl7",
      ITK,
      NULL,
      1,
      3,
      { { "stay.admitted", "2026-11-20T10:05:00.920Z" } } },
    { "10-hl7-time-run-together/input-time-7frac-net.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "10-hl7-time-run-together/input-time-off-colon.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "10-hl7-time-run-together/input-time-iso.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "10-hl7-time-run-together/input-time-2400.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "13-json-array-batch/input-array.json", HUB, NULL, 2, 2, { NUMBER } },
    { "15-birth-date-british-standard-time/input-dob-dtz.json",
      HUB,
      NULL,
      1,
      1,
      { { "person.birth_date", "1941-11-01" } } },
    { "17-nhs-number-as-number/input-nhs-sci.csv",
      EXTRACT,
      NULL,
      2,
      4,
      { { "subject.nhs_number", "" }, { "subject.local_id", "P00123" } } },
    { "19-csv-semicolon/input-semicolon.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "19-csv-semicolon/input-tab.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "19-csv-semicolon/input-utf16tab.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "20-csv-short-rows/input-short-row.csv", EXTRACT, NULL, 1, 1, { NUMBER } },
    { "20-csv-short-rows/input-long-row.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "20-csv-short-rows/input-trail-hdr-only.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "27-json-uint64/input-n-u64.json", HUB, NULL, 1, 1, { NUMBER } },
    { "37-five-encoding-characters/input-msh2-5.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "44-zero-byte-and-error-pages/input-html.csv", EXTRACT, NULL, 0, 0, { { NULL, NULL } } },
    { "49-times-with-ms-and-offset/input-time-comp.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "50-unc-paths-and-escapes/input-esc-double.hl7",
      ITK,
      NULL,
      1,
      3,
      { { "person.names[]", "A\\T\\B" } } },
    { "50-unc-paths-and-escapes/input-esc-unc.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "50-unc-paths-and-escapes/input-escX-nhs.hl7",
      ITK,
      NULL,
      1,
      3,
      { { "person.names[]", "TEST&PATIENT" } } },
    { "51-csv-bom/input-bom.csv", EXTRACT, NULL, 1, 3, { NUMBER } },
    { "53-no-control-id/input-msh11-PT.hl7",
      ITK,
      NULL,
      1,
      3,
      { { "header.environment", "live" } } },
    { "53-no-control-id/input-msh11-none.hl7", ITK, NULL, 1, 3, { NUMBER } },
    { "53-no-control-id/input-no-msh10.hl7", ITK, NULL, 1, 3, { NUMBER } },
};

/* A member of the first name, as family, where the path is the list. */
static struct slice text_of(const struct mapped_event *event, const char *path)
{
    struct view v = helper_record(event);
    const struct view *names = NULL;
    size_t count = 0;
    if (strcmp(path, "person.names[]") != 0)
        return helper_text(event, path);
    size_t slot = (size_t)plan_slot(event->schema->plan, slice_text(path));
    CU_ASSERT_TRUE_FATAL(view_items(&v, slot, &hp.scratch, &names, &count, &hp.e) && count > 0);
    return view_text(&names[0], (size_t)plan_slot(plan_slot_at(event->schema->plan, slot)->item,
                                                  SLICE("family")));
}

static void check_first(const struct row *r, const struct mapped *mapped)
{
    for (size_t i = 0; i < CHECKS_MAX && r->checks[i].path; i++) {
        size_t n = 0; /* the first event whose record has that field */
        while (n < mapped->event_count &&
               plan_slot(mapped->events[n].schema->plan, slice_text(r->checks[i].path)) < 0)
            n++;
        CU_ASSERT_TRUE_FATAL(n < mapped->event_count);
        struct slice got = text_of(&mapped->events[n], r->checks[i].path);
        bool good = slice_equal_text(got, r->checks[i].want);
        CU_ASSERT_TRUE(good);
        if (!good)
            printf("\n    %s: %s is '%.*s' ", r->file, r->checks[i].path, (int)got.n,
                   (const char *)got.p);
    }
}

/* All messages of a file; false: one of them is refused, by hp.e. */
static bool take(const struct row *r, struct slice unit, size_t *messages, size_t *events)
{
    const struct mapping *m = helper_system(arena_format(&hp.scratch, "%s/in.yaml", r->system));
    const struct format *f = mapping_format(m);
    struct slice one;
    struct cut c = { .at = 0 };
    if (f->open && !f->open(&hp.scratch, mapping_options(m), unit, &unit, &hp.e))
        return false;
    while (f->split(&hp.scratch, unit, &c, &one, &hp.e)) {
        struct mapped mapped;
        struct doc *d = NULL;
        if (!f->parse(&hp.scratch, c.head, one, &d, &hp.e) ||
            !mapping_in(m, &hp.scratch, d, 1770000000000, &mapped, &hp.e))
            return false;
        if ((*messages)++ == 0)
            check_first(r, &mapped);
        *events += mapped.event_count;
    }
    return hp.e.fate == ERR_NONE;
}

static void reads_what_the_field_sends(void)
{
    struct slice unit;
    struct err e = { .fate = ERR_NONE };
    if (!tree_read_file(&hp.scratch, CASES "README.md", 1 << 20, &unit, &e)) {
        printf("SKIPPED: ../shared/cases is absent\n");
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        size_t messages = 0, events = 0;
        helper_fresh();
        const char *path = arena_format(&hp.scratch, CASES "%s", r->file);
        CU_ASSERT_TRUE_FATAL(tree_read_file(&hp.scratch, path, 1 << 20, &unit, &hp.e));
        bool mapped = take(r, unit, &messages, &events);
        bool good = mapped == !r->code && messages == r->messages && events == r->events &&
                    (mapped || strcmp(hp.e.code, r->code) == 0);
        CU_ASSERT_TRUE(good);
        if (!good)
            printf("\n    %s: %zu messages, %zu events, %s %s ", r->file, messages, events,
                   mapped ? "" : hp.e.code, mapped ? "" : hp.e.text);
    }
}

#define NHS_OID "2.16.840.1.113883.2.1.4.1"

/* Taken for the sender's own id it would make another person: what is said of them would miss the
 * one who is meant. */
static void an_nhs_number_is_one_however_its_authority_stands(void)
{
    static const char *const systems[] = { ITK, "nhs/adt-2.x" };
    static const char *const behind[] = { "^^^NHS",
                                          "^^^nhs",
                                          "^^^NHS&" NHS_OID "&ISO",
                                          "^^^" NHS_OID "&&ISO",
                                          "^^^&" NHS_OID "&ISO",
                                          "^^^&" NHS_OID "&ISO^PI",
                                          "^6^M11^NHS^NH",
                                          "^^^^NH",
                                          "^^^^NHS",
                                          "^^^SPINE&" NHS_OID "&ISO^MR" };
    for (size_t i = 0; i < 2 * sizeof behind / sizeof behind[0]; i++) {
        helper_fresh();
        struct mapped out = { .event_count = 0 };
        const struct mapping *m =
            helper_system(arena_format(&hp.scratch, "%s/in.yaml", systems[i % 2]));
        char *message = arena_format(
            &hp.scratch,
            "MSH|^~\\&|P|Z|R|R|20260202101500||ADT^A01^ADT_A01|C1|P|2.4\rEVN||20260202101500\r"
            "PID|1||9990000026%s~A1^^^ZX9^PI\rPV1|1|I\r",
            behind[i / 2]);
        CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(message), &out) && out.event_count > 0);
        HELPER_IS(&out.events[0], "subject.nhs_number", "9990000026");
        HELPER_IS(&out.events[0], "subject.local_id", "A1");
    }
}

/* Two systems would agree in it on two people. */
static void a_birth_date_that_nobody_has_is_none(void)
{
    static const char *const born[] = { "01/01/1900", "01/01/1900 00:00", "1900-01-01",
                                        "0001-01-01", "30/12/1899",       "02/01/1900",
                                        "01/01/1901", "01/01/1970" };
    for (size_t i = 0; i < 8; i++) {
        helper_fresh();
        struct mapped out = { .event_count = 0 };
        const struct mapping *m = helper_system(EXTRACT "/in.yaml");
        char *file = arena_format(
            &hp.scratch,
            "person_id,nhs_number,family_name,given_name,date_of_birth,postcode,status,worker,team,"
            "worker_phone,service_type,service_ref,provider_cqc_id,service_start,hours_per_week\n"
            "P1,9990000026,A,B,%s,,open,,,,,,,,\n",
            born[i]);
        CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(file), &out) && out.event_count > 0);
        bool is_there = helper_text(&out.events[0], "person.birth_date").n > 0;
        CU_ASSERT_EQUAL(is_there, i >= 5);
        CU_ASSERT_EQUAL(out.miss_count, i < 5);
    }
}

static CU_TestInfo cases[] = {
    { "a birth date that nobody has is none", a_birth_date_that_nobody_has_is_none },
    { "an NHS number is one however its authority stands",
      an_nhs_number_is_one_however_its_authority_stands },
    { "reads what the field sends", reads_what_the_field_sends },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_cases = { "cases", helper_load, helper_end, helper_fresh, NULL, cases };
