/* expiry_test.c - somebody is told in time that an agreement is about to end. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/clock.h"
#include "sharing/change/expiry.h"
#include "small.h"

static const char clause[] = "  - id: stay\n"
                             "    share: {HospitalStay: [admitted]}\n"
                             "    from: acute-trust\n"
                             "    to: adult-social-care\n"
                             "    release: [identity.name]\n";

static size_t expiries_at(const char *time, struct expiry *out)
{
    struct moment m = { .ms = 0 };
    CU_ASSERT(time_from_iso(slice_text(time), &m));
    return expiry_notices(world.bundle, m.ms, out);
}

/* Ends on 31 March 2026, two days after the clock goes forward; to be reviewed by 15 March. */
static const struct small_terms terms = { .until = "2026-03-31", .review_by = "2026-03-15" };

static void each_warning_comes_on_its_day(void)
{
    static const struct {
        const char *now, *stage;
        int64_t days_left;
        bool is_overdue;
    } rows[] = {
        { "2026-01-30T00:00Z", "60", 60, false },   { "2026-02-28T23:59Z", "60", 31, false },
        { "2026-03-01T00:00Z", "30", 30, false },   { "2026-03-15T23:59Z", "30", 16, false },
        { "2026-03-16T00:00Z", "30", 15, true },    { "2026-03-24T00:00Z", "7", 7, true },
        { "2026-03-28T23:59Z", "7", 3, true },      { "2026-03-29T22:59Z", "7", 2, true },
        { "2026-03-29T23:00Z", "7", 1, true },      { "2026-03-31T22:59Z", "7", 0, true },
        { "2026-03-31T23:00Z", "ended", -1, true }, { "2027-03-31T23:00Z", "ended", -366, true },
    };
    CU_ASSERT_FATAL(small_clauses(&terms, clause));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct expiry x;
        CU_ASSERT_EQUAL_FATAL(expiries_at(rows[i].now, &x), 1);
        CU_ASSERT_STRING_EQUAL(expiry_stage_name(x.stage), rows[i].stage);
        CU_ASSERT_EQUAL(x.days_left, rows[i].days_left);
        CU_ASSERT_EQUAL(x.review_overdue, rows[i].is_overdue);
    }
}

static void nothing_is_told_long_before(void)
{
    struct expiry x;
    CU_ASSERT_FATAL(small_clauses(&terms, clause));
    CU_ASSERT_EQUAL(expiries_at("2026-01-29T23:59Z", &x), 0);
}

static void nothing_is_told_of_what_is_not_live(void)
{
    const struct small_terms later = { .from = "2026-03-31", .until = "2026-03-31" };
    const struct small_terms unapproved = { .until = "2026-03-31", .is_unapproved = true };
    struct expiry x;
    CU_ASSERT_FATAL(small_clauses(&later, clause));
    CU_ASSERT_EQUAL(expiries_at("2026-03-30T12:00Z", &x), 0);
    CU_ASSERT_FATAL(small_clauses(&unapproved, clause));
    CU_ASSERT_EQUAL(expiries_at("2026-03-30T12:00Z", &x), 0);
}

/* A next version that begins the day after needs no warning; one that leaves a gap does. */
static size_t told_before(const char *next_begins)
{
    const struct small_terms next = { .version = "2", .from = next_begins };
    const struct small_terms plain = { .until = "2026-03-31" };
    const struct small_file files[] = { { "agreements/a.yaml", small_agreement(&plain, clause) },
                                        { "agreements/b.yaml", small_agreement(&next, clause) } };
    struct expiry x[2];
    CU_ASSERT_FATAL(small_open(files, 2));
    return expiries_at("2026-03-30T12:00Z", x);
}

static void a_next_version_in_time_needs_no_warning(void)
{
    CU_ASSERT_EQUAL(told_before("2026-04-01"), 0);
    CU_ASSERT_EQUAL(told_before("2026-04-02"), 1);
}

static CU_TestInfo cases[] = {
    { "each warning comes on its day", each_warning_comes_on_its_day },
    { "nothing is told long before", nothing_is_told_long_before },
    { "nothing is told of what is not live", nothing_is_told_of_what_is_not_live },
    { "a next version in time needs no warning", a_next_version_in_time_needs_no_warning },
    CU_TEST_INFO_NULL
};
CU_SuiteInfo suite_expiry = { "expiry", NULL, NULL, world_setup, world_teardown, cases };
