/* destinations_test.c - where a stay ends, by each hospital mapping, as each mapping that people or
 * partners read says it: only home is a homecoming, and no death is a discharge. */
#include "helper.h"

#include <CUnit/CUnit.h>
#include <stdio.h>

/* PV1-36, PV1-37, the postcode, PID-30 or a day for PID-29; then what is said of it. */
static const struct row {
    const char *method, *code, *postcode, *died, *place;
} rows[] = {
    { "1", "19", "WX1 2AB", "", "home" },
    { "1", "19", "ZZ99 3VZ", "", "not known" }, /* no fixed abode */
    { "1", "29", "WX1 2AB", "", "other place" },
    { "1", "30", "WX1 2AB", "", "other place" }, /* a secure unit */
    { "1", "51", "WX1 2AB", "", "hospital" },
    { "1", "65", "WX1 2AB", "", "care home" },
    { "1", "85", "WX1 2AB", "", "care home" },
    { "1", "88", "WX1 2AB", "", "other place" }, /* a hospice */
    { "1", "98", "WX1 2AB", "", "not known" },
    { "1", "19", "WX1 2AB", "Y", "not known" }, /* said to have died */
    { "1", "19", "WX1 2AB", "20260210", "not known" },
    { "4", "79", "WX1 2AB", "Y", NULL },
    { "4", "", "ZZ99 3VZ", "", NULL },
    { "", "79", "WX1 2AB", "", NULL },
    { "1", "79", "WX1 2AB", "", NULL },
    { "4", "19", "WX1 2AB", "", NULL },
    { "5", "79", "WX1 2AB", "", NULL },
};
#define DAY "10/02/2026"

static const char *message(const struct row *r)
{
    bool is_day = r->died[0] == '2';
    return arena_format(
        &hp.scratch,
        "MSH|^~\\&|PAS|ZX9|ROUTE|ROUTE|20260210163500||ADT^A03^ADT_A03|W1|P|2.4\r"
        "EVN||202602101634||||202602101630\r"
        "PID|1||9990000026^^^NHS~A1234521^^^ZX9^PI||TESTPATIENT^ADA||19411101|2|||"
        "4 MILL LANE^WEXBRIDGE^^^%s^GBR^H||||||||||||||||||%s|%s||01\r"
        "PV1|1|I|ZX9^ELM^B2^ZX901|21|||||||||||||||V2001^^^VISITID|||||||||||||||||%s|%s|||||||"
        "202602021005|202602101630\r",
        r->postcode, is_day ? r->died : "", is_day ? "" : r->died, r->method, r->code);
}

/* What a CSV with one row, none of whose cells has a comma, says in that column. */
static struct slice column(struct slice csv, const char *name)
{
    struct slice head = slice_head(csv, slice_find(csv, '\n'));
    struct slice row = slice_from(csv, head.n + 1);
    row = slice_trim(slice_head(row, slice_find(row, '\n')));
    head = slice_trim(head);
    while (head.n) {
        size_t a = slice_find(head, ','), b = slice_find(row, ',');
        if (slice_equal_text(slice_head(head, a), name))
            return slice_head(row, b);
        head = slice_from(head, a + 1);
        row = slice_from(row, b + 1);
    }
    CU_FAIL("no such column");
    return (struct slice){ .n = 0 };
}

static bool has(struct slice text, const char *words)
{
    const char *copy = arena_format(&hp.scratch, "%.*s", (int)text.n, (const char *)text.p);
    return strstr(copy, words) != NULL;
}

static bool says_csv(struct slice got, const struct row *r)
{
    bool is_home = r->place && strcmp(r->place, "home") == 0;
    struct slice home = column(got, "home_again");
    return slice_equal_text(column(got, "what"), r->place ? "discharged" : "ended by death") &&
           slice_equal_text(column(got, "discharged_to"), r->place ? r->place : "") &&
           (is_home ? has(home, DAY) : home.n == 0);
}

static bool says_inbox(struct slice got, const struct row *r)
{
    return says_csv(got, r) && (column(got, "discharged").n > 0) == (r->place != NULL);
}

static bool says_json(struct slice got, const struct row *r)
{
    bool is_home = r->place && strcmp(r->place, "home") == 0;
    const char *to = arena_format(&hp.scratch, "\"dischargedTo\":\"%s\"", r->place ? r->place : "");
    return has(got, "\"homeAgain\"") == is_home && has(got, to) == (r->place != NULL) &&
           has(got, "\"discharged\"") == (r->place != NULL) &&
           has(got, "\"kind\":\"ended_by_death\"") == !r->place;
}

static bool says_document(struct slice got, const struct row *r)
{
    bool is_home = r->place && strcmp(r->place, "home") == 0;
    return has(got, "Going to: home") == is_home && has(got, "ischarged") == (r->place != NULL) &&
           has(got, "Hospital: ended by death") == !r->place && has(got, "Died " DAY) == !r->place;
}

static const struct {
    const char *name;
    bool (*says)(struct slice got, const struct row *r);
} readers[] = {
    { "social-care/provider-csv/out.yaml", says_csv },
    { "social-care/inbox-csv/out.yaml", says_inbox },
    { "housing/case-json/out.yaml", says_json },
    { "nhs/mdm-t02/out.yaml", says_document },
};

static bool is_end(const struct mapped_event *event)
{
    struct slice kind = helper_text(event, "header.kind");
    return slice_equal_text(kind, "discharged") || slice_equal_text(kind, "ended_by_death");
}

static void read_by(const char *in, size_t reader, const struct row *r)
{
    struct mapped mapped;
    size_t ends = 0, overs = 0;
    const struct mapping *m = helper_system(in), *out = helper_system(readers[reader].name);
    CU_ASSERT_TRUE_FATAL(helper_in(m, slice_text(message(r)), &mapped));
    for (size_t i = 0; i < mapped.event_count; i++) {
        overs += slice_equal_text(helper_text(&mapped.events[i], "header.kind"), "over");
        if (!is_end(&mapped.events[i]))
            continue;
        ends++;
        struct slice got = helper_out(out, &mapped.events[i]);
        bool good = readers[reader].says(got, r);
        if (!good)
            printf("\n%s, %s %s: %s got %.*s", in, r->method, r->code, readers[reader].name,
                   SHOWN(got));
        CU_ASSERT_TRUE(good);
    }
    CU_ASSERT_EQUAL(ends, 1);
    CU_ASSERT_EQUAL(overs, 1);
}

static void each_destination_reads_as_what_it_is(void)
{
    static const char *const ins[] = { "nhs/itk-adt-2.4/in.yaml", "nhs/adt-2.x/in.yaml" };
    for (size_t m = 0; m < 2; m++)
        for (size_t n = 0; n < sizeof readers / sizeof readers[0]; n++)
            for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
                helper_fresh();
                read_by(ins[m], n, &rows[i]);
            }
}

/* "Over" says the same whatever the end. */
static void over_says_the_same_of_every_end(void)
{
    for (size_t n = 0; n < sizeof readers / sizeof readers[0]; n++) {
        struct slice first = { .n = 0 };
        helper_fresh();
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct mapped mapped;
            const struct row *r = &rows[i];
            if (strcmp(r->postcode, "WX1 2AB") != 0)
                continue;
            CU_ASSERT_TRUE_FATAL(helper_in(helper_system("nhs/itk-adt-2.4/in.yaml"),
                                           slice_text(message(r)), &mapped));
            for (size_t k = 0; k < mapped.event_count; k++) {
                if (!slice_equal_text(helper_text(&mapped.events[k], "header.kind"), "over"))
                    continue;
                struct slice got = helper_out(helper_system(readers[n].name), &mapped.events[k]);
                CU_ASSERT(first.n == 0 || slice_equal(first, got));
                first = got;
            }
        }
        CU_ASSERT(first.n > 0);
    }
}

static CU_TestInfo cases[] = {
    { "each destination reads as what it is", each_destination_reads_as_what_it_is },
    { "over says the same of every end", over_says_the_same_of_every_end },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_destinations = { "destinations", helper_load, helper_end,
                                    helper_fresh,   NULL,        cases };
