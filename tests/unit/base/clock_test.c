/* clock_test.c - the calendar, the nights when British clocks change, and our own way of
 * writing. */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static struct civil london(int month, int day, int hour, int minute)
{
    return (
        struct civil){ .year = 2026, .month = month, .day = day, .hour = hour, .minute = minute };
}

static void counts_days_as_the_calendar_does(void)
{
    static const struct {
        struct civil c;
        int64_t ms;
    } rows[] = {
        { { 1970, 1, 1, 0, 0, 0, 0 }, 0 },
        { { 1969, 12, 31, 23, 59, 59, 999 }, -1 },
        { { 2000, 2, 29, 12, 0, 0, 0 }, 951825600000 },
        { { 2026, 2, 3, 14, 30, 5, 123 }, 1770129005123 },
        { { 1900, 3, 1, 0, 0, 0, 0 }, -2203891200000 },
        { { 1, 1, 1, 0, 0, 0, 0 }, -62135596800000 },
        { { 9999, 12, 31, 23, 59, 59, 999 }, 253402300799999 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CU_ASSERT_EQUAL(civil_to_ms(&rows[i].c), rows[i].ms);
        struct civil back = civil_from_ms(rows[i].ms);
        CU_ASSERT_EQUAL(memcmp(&back, &rows[i].c, sizeof back), 0);
    }
}

static void goes_there_and_back_for_every_day_of_four_centuries(void)
{
    int64_t wrong = 0;
    for (int64_t day = -80000; day < 80000; day++) {
        struct civil c = civil_from_ms(day * 86400000);
        wrong += !civil_is_valid(&c) || civil_to_ms(&c) != day * 86400000;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void knows_the_nights_when_clocks_change(void)
{
    static const struct {
        int month, day, hour, minute, utc_hour;
        bool doubtful;
    } rows[] = {
        { 3, 29, 0, 59, 0, false }, { 3, 29, 1, 0, 1, true },      { 3, 29, 1, 59, 1, true },
        { 3, 29, 2, 0, 1, false },  { 10, 25, 0, 59, -1, false },  { 10, 25, 1, 0, 0, true },
        { 10, 25, 1, 59, 0, true }, { 10, 25, 2, 0, 2, false },    { 7, 1, 12, 0, 11, false },
        { 1, 1, 12, 0, 12, false }, { 12, 31, 23, 59, 23, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct civil c = london(rows[i].month, rows[i].day, rows[i].hour, rows[i].minute);
        struct civil day = london(rows[i].month, rows[i].day, 0, 0);
        bool doubtful = !rows[i].doubtful;
        int64_t want =
            civil_to_ms(&day) + rows[i].utc_hour * INT64_C(3600000) + rows[i].minute * 60000;
        CU_ASSERT_EQUAL(london_to_ms(&c, &doubtful), want);
        CU_ASSERT_EQUAL(doubtful, rows[i].doubtful);
    }
}

static void turns_utc_into_london_time(void)
{
    static const struct {
        const char *utc;
        int hour;
    } rows[] = {
        { "2026-03-29T00:59Z", 0 }, { "2026-03-29T01:00Z", 2 }, { "2026-10-25T00:59Z", 1 },
        { "2026-10-25T01:00Z", 1 }, { "2026-10-25T02:00Z", 2 }, { "2025-03-30T01:00Z", 2 },
        { "2024-03-31T00:59Z", 0 }, { "2024-03-31T01:00Z", 2 }, { "2021-10-31T01:00Z", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct moment m;
        CU_ASSERT_TRUE_FATAL(time_from_iso(slice_text(rows[i].utc), &m));
        CU_ASSERT_EQUAL(london_from_ms(m.ms).hour, rows[i].hour);
    }
}

/* Every half hour of the years, against the system's tz database. */
static void knows_what_clocks_in_london_showed(void)
{
    static const struct {
        const char *utc, *local;
    } rows[] = {
        { "1941-10-31T23:00Z", "1941-11-01T00:00" }, { "1943-06-30T22:00Z", "1943-07-01T00:00" },
        { "1947-05-01T22:30Z", "1947-05-02T00:30" }, { "1969-01-14T23:00Z", "1969-01-15T00:00" },
        { "1977-03-20T23:00Z", "1977-03-21T00:00" }, { "1971-10-31T01:59Z", "1971-10-31T02:59" },
        { "1971-10-31T02:00Z", "1971-10-31T02:00" }, { "1916-05-21T02:00Z", "1916-05-21T03:00" },
        { "1901-07-01T12:00Z", "1901-07-01T12:00" }, { "1995-10-22T00:59Z", "1995-10-22T01:59" },
        { "1995-10-22T01:00Z", "1995-10-22T01:00" }, { "1996-03-31T01:00Z", "1996-03-31T02:00" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct moment m, local;
        CU_ASSERT_TRUE_FATAL(time_from_iso(slice_text(rows[i].utc), &m));
        CU_ASSERT_TRUE_FATAL(time_from_iso(slice_text(rows[i].local), &local));
        struct civil c = london_from_ms(m.ms);
        CU_ASSERT_EQUAL(civil_to_ms(&c), civil_to_ms(&local.local));
    }
}

static int64_t system_local_ms(int64_t ms)
{
    time_t t = (time_t)(ms / 1000);
    struct tm tm;
    localtime_r(&t, &tm);
    return ms + tm.tm_gmtoff * 1000;
}

static void agrees_with_the_tz_database_of_the_system(void)
{
    if (access("/usr/share/zoneinfo/Europe/London", R_OK) != 0) {
        printf("SKIPPED: no tz database here\n");
        return;
    }
    const struct civil first = { 1900, 1, 1, 0, 0, 0, 0 }, last = { 2037, 1, 1, 0, 0, 0, 0 };
    int64_t wrong = 0, lost = 0;
    setenv("TZ", ":Europe/London", 1);
    tzset();
    for (int64_t ms = civil_to_ms(&first); ms < civil_to_ms(&last); ms += 1800 * 1000) {
        struct civil c = london_from_ms(ms);
        bool doubtful = false;
        wrong += civil_to_ms(&c) != system_local_ms(ms);
        int64_t back = london_to_ms(&c, &doubtful);
        lost += doubtful ? back > ms : back != ms;
    }
    unsetenv("TZ");
    tzset();
    CU_ASSERT_EQUAL(wrong, 0);
    CU_ASSERT_EQUAL(lost, 0);
}

struct row {
    const char *in, *iso;
    enum time_precision precision;
    bool has_offset;
};

static void reads_iso_times_as_precise_as_they_are(void)
{
    static const struct row rows[] = {
        { "1941", "1941", TIME_YEAR, false },
        { "1941-11", "1941-11", TIME_MONTH, false },
        { "2026-02-03", "2026-02-03", TIME_DAY, false },
        { "2026-07-03T14:30", "2026-07-03T13:30Z", TIME_MINUTE, false },
        { "2026-02-03T14:30Z", "2026-02-03T14:30Z", TIME_MINUTE, true },
        { "2026-02-03T14:30:05+01:00", "2026-02-03T13:30:05Z", TIME_SECOND, true },
        { "2026-02-03T14:30:05.123456Z", "2026-02-03T14:30:05.123Z", TIME_MS, true },
        { "2026-01-01T00:30+01:00", "2025-12-31T23:30Z", TIME_MINUTE, true },
        { "2026-2-3", NULL, 0, false },
        { "2026-02-03T", NULL, 0, false },
        { "2026-02-03T14", NULL, 0, false },
        { "2026-02-03t14:30", NULL, 0, false },
        { "2026-02-03Z", NULL, 0, false },
        { "2026-02-03T14:30+0100", NULL, 0, false },
        { "2026-02-03T14:30:05.Z", NULL, 0, false },
        { "2026-", NULL, 0, false },
        { "2026-02-30", NULL, 0, false },
        { "2026-02-03T14:30ZZ", NULL, 0, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct moment m = { .ms = 7 };
        char text[TIME_TEXT_MAX];
        bool ok = time_from_iso(slice_text(rows[i].in), &m);
        CU_ASSERT_EQUAL(ok, rows[i].iso != NULL);
        if (!ok)
            continue;
        CU_ASSERT_TRUE(slice_equal_text(time_to_iso(&m, text), rows[i].iso));
        CU_ASSERT_EQUAL(m.precision, rows[i].precision);
        CU_ASSERT_EQUAL(m.has_offset, rows[i].has_offset);
    }
}

static void marks_only_times_as_doubtful(void)
{
    struct moment m;
    CU_ASSERT_TRUE(time_from_iso(SLICE("2026-10-25T01:30"), &m));
    CU_ASSERT_TRUE(m.doubtful);
    CU_ASSERT_TRUE(time_from_iso(SLICE("2026-10-25T01:30Z"), &m));
    CU_ASSERT_FALSE(m.doubtful);
    CU_ASSERT_TRUE(time_from_iso(SLICE("2026-10-25"), &m));
    CU_ASSERT_FALSE(m.doubtful);
}

static void finds_the_start_of_a_london_day(void)
{
    int64_t ms = 0;
    char text[TIME_TEXT_MAX];
    CU_ASSERT_TRUE(london_day_start(SLICE("2026-07-01"), &ms));
    CU_ASSERT_TRUE(slice_equal_text(time_ms_to_iso(ms, text), "2026-06-30T23:00:00.000Z"));
    CU_ASSERT_TRUE(london_day_start(SLICE("2026-03-29"), &ms));
    CU_ASSERT_TRUE(slice_equal_text(time_ms_to_iso(ms, text), "2026-03-29T00:00:00.000Z"));
    CU_ASSERT_FALSE(london_day_start(SLICE("2026-07"), &ms));
    CU_ASSERT_FALSE(london_day_start(SLICE("2026-07-01T00:00"), &ms));
}

static void prints_the_ends_of_time_within_its_room(void)
{
    char text[TIME_TEXT_MAX];
    CU_ASSERT_TRUE(time_ms_to_iso(INT64_MAX, text).n < TIME_TEXT_MAX);
    CU_ASSERT_TRUE(time_ms_to_iso(INT64_MIN, text).n < TIME_TEXT_MAX);
}

static void runs_forward(void)
{
    int64_t first = clock_mono_ns();
    CU_ASSERT_TRUE(clock_mono_ns() >= first);
    CU_ASSERT_TRUE(clock_wall_ms() > 1700000000000);
    CU_ASSERT_STRING_EQUAL(time_precision_name(TIME_YEAR), "year");
    CU_ASSERT_STRING_EQUAL(time_precision_name(TIME_MS), "millisecond");
}

static CU_TestInfo cases[] = {
    { "counts days as the calendar does", counts_days_as_the_calendar_does },
    { "goes there and back for every day of four centuries",
      goes_there_and_back_for_every_day_of_four_centuries },
    { "knows the nights when clocks change", knows_the_nights_when_clocks_change },
    { "turns UTC into London time", turns_utc_into_london_time },
    { "reads ISO times as precise as they are", reads_iso_times_as_precise_as_they_are },
    { "knows what clocks in London showed", knows_what_clocks_in_london_showed },
    { "agrees with the tz database of the system", agrees_with_the_tz_database_of_the_system },
    { "marks only times as doubtful", marks_only_times_as_doubtful },
    { "finds the start of a London day", finds_the_start_of_a_london_day },
    { "prints the ends of time within its room", prints_the_ends_of_time_within_its_room },
    { "runs forward", runs_forward },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_clock = { "clock", NULL, NULL, NULL, NULL, cases };
