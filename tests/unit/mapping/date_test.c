/* date_test.c - fields for a date or a time that are filled without a conversion of times. */
#include "helper.h"

#include <CUnit/CUnit.h>

#define MSH "MSH|^~\\&|PAS|ZX9|R|R|20260203100500||ADT^A01|C1|P|2.4\r"
#define HEAD                                                                                       \
    "in: {format: hl7v2, id: MSH-10}\n"                                                            \
    "common: {header.environment: {from: MSH-11, table: {P: live}, else: refuse}}\n"               \
    "events:\n  - emit: HospitalStay.admitted\n    fields:\n      "

/* A field filled so, from a message with that text in PV1-2. */
static bool map(const char *field, const char *text, struct mapped *out)
{
    const struct mapping *m = helper_mapping(arena_format(&hp.scratch, HEAD "%s\n", field));
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    *out = (struct mapped){ .event_count = 0 };
    hp.e = (struct err){ .fate = ERR_NONE };
    return helper_in(m, slice_text(arena_format(&hp.scratch, MSH "PV1|1|%s\r", text)), out);
}

/* What is written as we write it stays word for word; what can only mean one is written so. */
static void takes_what_is_iso_8601(void)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        { "2026-11-30", "2026-11-30" },
        { "2026-11", "2026-11" },
        { "2026", "2026" },
        { "2026-11-30T10:00", "2026-11-30T10:00" },
        { "2026-07-01T10:00:00+01:00", "2026-07-01T10:00:00+01:00" },
        { "2026-11-30 10:00", "2026-11-30T10:00Z" },
        { "2026-07-01 10:00", "2026-07-01T09:00Z" },
    };
    struct mapped out;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_TRUE_FATAL(map("stay.admitted: PV1-2", rows[i].in, &out));
        HELPER_IS(&out.events[0], "stay.admitted", rows[i].want);
        CU_ASSERT_EQUAL(out.miss_count, 0);
    }
}

static const char *const unreadable[] = { "30/11/2026", "202611301000", "ASAP",      "2026-13-01",
                                          "2026-11-31", "0001-01-01",   "1899-12-30" };

static void refuses_what_is_none(void)
{
    static const char *const fields[] = { "stay.admitted: PV1-2", "stay.admitted: {from: PV1-2}",
                                          "stay.admitted: {from: PV1-2, as: trim}",
                                          "stay.admitted: {join: [PV1-2, PV1-3]}",
                                          "person.birth_date: PV1-2" };
    struct mapped out;
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++)
        for (size_t j = 0; j < sizeof fields / sizeof fields[0]; j++) {
            CU_ASSERT_FALSE(map(fields[j], unreadable[i], &out));
            CU_ASSERT_STRING_EQUAL(hp.e.code, "map.value");
            CU_ASSERT_EQUAL(hp.e.fate, ERR_REJECT);
            CU_ASSERT_PTR_NULL(strstr(hp.e.text, unreadable[i]));
        }
}

static void takes_nobodys_first_day_for_a_birth_date(void)
{
    struct mapped out;
    CU_ASSERT_FALSE(map("person.birth_date: PV1-2", "1900-01-01", &out));
    CU_ASSERT_TRUE(map("person.birth_date: PV1-2", "1900-01-02", &out));
}

/* And it is news: what was left out is counted by its path. */
static void does_what_else_says(void)
{
    struct mapped out;
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
        CU_ASSERT_TRUE_FATAL(map("stay.admitted: {from: PV1-2, else: leave}", unreadable[i], &out));
        HELPER_IS(&out.events[0], "stay.admitted", "");
        CU_ASSERT_EQUAL_FATAL(out.miss_count, 1);
        CU_ASSERT_TRUE(slice_equal_text(out.misses[0].field, "stay.admitted"));
        CU_ASSERT_TRUE_FATAL(
            map("stay.admitted: {from: PV1-2, else: unknown}", unreadable[i], &out));
        HELPER_IS(&out.events[0], "stay.admitted", "unknown");
    }
}

static void takes_the_first_that_can_be_read(void)
{
    struct mapped out;
    CU_ASSERT_TRUE_FATAL(map("stay.admitted: [PV1-2, PV1-3]", "soon|2026-11-30", &out));
    HELPER_IS(&out.events[0], "stay.admitted", "2026-11-30");
    CU_ASSERT_EQUAL(out.miss_count, 1);
}

/* What the mapping itself says is its own word. */
static void leaves_the_mappings_own_words(void)
{
    struct mapped out;
    CU_ASSERT_TRUE_FATAL(map("stay.admitted: {text: unknown}", "I", &out));
    HELPER_IS(&out.events[0], "stay.admitted", "unknown");
    CU_ASSERT_TRUE_FATAL(
        map("stay.admitted: {from: PV1-2, table: {I: today}, else: refuse}", "I", &out));
    HELPER_IS(&out.events[0], "stay.admitted", "today");
}

static size_t notes(const char *field)
{
    const struct mapping *m = helper_mapping(arena_format(&hp.scratch, HEAD "%s\n", field));
    size_t n = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(m);
    for (const struct mapping_note *one = mapping_notes(m); one; one = one->next, n++)
        CU_ASSERT_TRUE(one->what == NOTICE_DATE && one->line == 6);
    return n;
}

static void notes_where_nothing_says_how_it_is_written(void)
{
    CU_ASSERT_EQUAL(notes("stay.admitted: PV1-2"), 1);
    CU_ASSERT_EQUAL(notes("stay.admitted: {from: PV1-2, else: leave}"), 1);
    CU_ASSERT_EQUAL(notes("stay.admitted: {from: PV1-2, as: iso-time}"), 0);
    CU_ASSERT_EQUAL(notes("stay.admitted: {text: unknown}"), 0);
    CU_ASSERT_EQUAL(notes("stay.ward: PV1-2"), 0);
}

/* Each text whose sentence says that it is ISO 8601 is held to it, and no other is. */
static void knows_which_fields_are_dates(void)
{
    size_t n = 0;
    for (size_t i = 0; i < catalogue_count(hp.schemas); i++) {
        const struct schema *s = catalogue_at(hp.schemas, i);
        for (size_t j = 0; !s->internal && j < plan_slots(s->plan); j++) {
            const struct slot *slot = plan_slot_at(s->plan, j);
            bool says_so = memmem(slot->doc.p, slot->doc.n, "ISO 8601", 8);
            CU_ASSERT_EQUAL(slot->is_iso8601, says_so);
            n += says_so;
        }
    }
    CU_ASSERT(n > 30);
}

static CU_TestInfo cases[] = {
    { "takes what is ISO 8601", takes_what_is_iso_8601 },
    { "refuses what is none", refuses_what_is_none },
    { "takes nobody's first day for a birth date", takes_nobodys_first_day_for_a_birth_date },
    { "does what else says", does_what_else_says },
    { "takes the first that can be read", takes_the_first_that_can_be_read },
    { "leaves the mapping's own words", leaves_the_mappings_own_words },
    { "notes where nothing says how it is written", notes_where_nothing_says_how_it_is_written },
    { "knows which fields are dates", knows_which_fields_are_dates },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_date = { "date", helper_load, helper_end, helper_fresh, NULL, cases };
