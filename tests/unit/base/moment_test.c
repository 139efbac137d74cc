/* moment_test.c - times as partners write them: what can mean one moment only is read. */
#include <CUnit/CUnit.h>
#include <stdio.h>

#include "base/moment.h"

struct row {
    const char *in, *iso;
    enum time_precision precision;
    bool has_offset;
};

static void check_rows(bool (*read)(struct slice, struct moment *), const struct row *rows,
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct moment m = { .ms = 7 };
        char text[TIME_TEXT_MAX];
        bool ok = read(slice_text(rows[i].in), &m);
        CU_ASSERT_EQUAL(ok, rows[i].iso != NULL);
        if (ok != (rows[i].iso != NULL))
            printf("\n    row '%s' ", rows[i].in);
        if (!ok || !rows[i].iso)
            continue;
        struct slice got = time_to_iso(&m, text);
        CU_ASSERT_TRUE(slice_equal_text(got, rows[i].iso));
        if (!slice_equal_text(got, rows[i].iso))
            printf("\n    row '%s' gives '%s' ", rows[i].in, text);
        CU_ASSERT_EQUAL(m.precision, rows[i].precision);
        CU_ASSERT_EQUAL(m.has_offset, rows[i].has_offset);
    }
}
#define CHECK(read, rows) check_rows((read), (rows), sizeof(rows) / sizeof(rows)[0])

static void reads_hl7_times_as_precise_as_they_are(void)
{
    static const struct row rows[] = {
        { "1941", "1941", TIME_YEAR, false },
        { "194111", "1941-11", TIME_MONTH, false },
        { "20260203", "2026-02-03", TIME_DAY, false },
        { "202602031430", "2026-02-03T14:30Z", TIME_MINUTE, false },
        { "202607031430", "2026-07-03T13:30Z", TIME_MINUTE, false },
        { "20260203143005", "2026-02-03T14:30:05Z", TIME_SECOND, false },
        { "20260203143005.1", "2026-02-03T14:30:05.100Z", TIME_MS, false },
        { "20260203143005.1239", "2026-02-03T14:30:05.123Z", TIME_MS, false },
        { "20260203143005.12345", "2026-02-03T14:30:05.123Z", TIME_MS, false },
        { "20261120100500.1234567", "2026-11-20T10:05:00.123Z", TIME_MS, false },
        { "20261120100500920350", "2026-11-20T10:05:00.920Z", TIME_MS, false },
        { "20260703143005+0100", "2026-07-03T13:30:05Z", TIME_SECOND, true },
        { "202602030030-0530", "2026-02-03T06:00Z", TIME_MINUTE, true },
        { "20260203+0000", "2026-02-03", TIME_DAY, true },
        { "20261120100500+00:00", "2026-11-20T10:05:00Z", TIME_SECOND, true },
        { "20261120100500+01", "2026-11-20T09:05:00Z", TIME_SECOND, true },
        { "202602031430Z", "2026-02-03T14:30Z", TIME_MINUTE, true },
        { "202602031430z", "2026-02-03T14:30Z", TIME_MINUTE, true },
        { "202602031430 ", "2026-02-03T14:30Z", TIME_MINUTE, false },
        { "2024022912", "2024-02-29T12:00Z", TIME_MINUTE, false },
        { "20261119240000", "2026-11-20T00:00:00Z", TIME_SECOND, false },
        { "202612312400", "2027-01-01T00:00Z", TIME_MINUTE, false },
        { "20260203143060", "2026-02-03T14:31:00Z", TIME_SECOND, false },
        { "2026-11-20T10:05:00", "2026-11-20T10:05:00Z", TIME_SECOND, false },
        { "2026-11-20 10:05:00.5", "2026-11-20T10:05:00.500Z", TIME_MS, false },
        { "20261120T100500Z", "2026-11-20T10:05:00Z", TIME_SECOND, true },
        { "20260203 143005", "2026-02-03T14:30:05Z", TIME_SECOND, false },
        { "20260203 1430 +01:00", "2026-02-03T13:30Z", TIME_MINUTE, true },
        { "20260203143005,5", "2026-02-03T14:30:05.500Z", TIME_MS, false },
        { "20260703143005 BST", "2026-07-03T13:30:05Z", TIME_SECOND, true },
        { "202607031430+1", "2026-07-03T13:30Z", TIME_MINUTE, true },
        { "214912", "2149-12", TIME_MONTH, false },
        { "185001", "1850-01", TIME_MONTH, false },
        { "1764500000", NULL, 0, false },
        { "1764498000000", NULL, 0, false },
        { "20260229", NULL, 0, false },
        { "", NULL, 0, false },
        { "194", NULL, 0, false },
        { "19411", NULL, 0, false },
        { "202613", NULL, 0, false },
        { "20260200", NULL, 0, false },
        { "202602032401", NULL, 0, false },
        { "20260203143061", NULL, 0, false },
        { "20260203143005.", NULL, 0, false },
        { "202602031430+115", NULL, 0, false },
        { "202602031430+1460", NULL, 0, false },
        { "202602031430+1401", NULL, 0, false },
        { "20260203 x", NULL, 0, false },
        { "0000", NULL, 0, false },
        /* days without their century, and what is too early to be meant */
        { "410203", NULL, 0, false },
        { "410203112233", NULL, 0, false },
        { "990203", NULL, 0, false },
        { "184912", NULL, 0, false },
        { "215001010000", NULL, 0, false },
        { "\"\"", NULL, 0, false },
        { "202602031430+0000x", NULL, 0, false },
        { "202602031", NULL, 0, false },
        { "2026020314300", NULL, 0, false },
    };
    CHECK(moment_from_hl7, rows);
}

static void reads_iso_times_in_every_form(void)
{
    static const struct row rows[] = {
        { "1941", "1941", TIME_YEAR, false },
        { "1941-11", "1941-11", TIME_MONTH, false },
        { "2026-02-03", "2026-02-03", TIME_DAY, false },
        { "20260203", "2026-02-03", TIME_DAY, false },
        { "2026-07-03T14:30", "2026-07-03T13:30Z", TIME_MINUTE, false },
        { "2026-02-03T14:30Z", "2026-02-03T14:30Z", TIME_MINUTE, true },
        { "2026-02-03t14:30z", "2026-02-03T14:30Z", TIME_MINUTE, true },
        { "2026-02-03 14:30", "2026-02-03T14:30Z", TIME_MINUTE, false },
        { "\xC2\xA0"
          "2026-02-03\xC2\xA0"
          "14:30 UTC",
          "2026-02-03T14:30Z", TIME_MINUTE, true },
        { "2026-02-03T14:30:05+01:00", "2026-02-03T13:30:05Z", TIME_SECOND, true },
        { "2026-02-03T14:30+0100", "2026-02-03T13:30Z", TIME_MINUTE, true },
        { "2026-02-03T14:30+01", "2026-02-03T13:30Z", TIME_MINUTE, true },
        { "2026-07-03T14:30+01:00[Europe/London]", "2026-07-03T13:30Z", TIME_MINUTE, true },
        { "2026-02-03T14:30:05.123456789Z", "2026-02-03T14:30:05.123Z", TIME_MS, true },
        { "2026-02-03T14:30:05.1234567890123Z", "2026-02-03T14:30:05.123Z", TIME_MS, true },
        { "2026-02-03T14:30:05,5Z", "2026-02-03T14:30:05.500Z", TIME_MS, true },
        { "2026-02-03T14", "2026-02-03T14:00Z", TIME_MINUTE, false },
        { "2026-02-03T1430", "2026-02-03T14:30Z", TIME_MINUTE, false },
        { "2026-07-03T14:30 BST", "2026-07-03T13:30Z", TIME_MINUTE, true },
        { "2026-07-03T14:30+1", "2026-07-03T13:30Z", TIME_MINUTE, true },
        { "2026-07-03T14:30+1:00", "2026-07-03T13:30Z", TIME_MINUTE, true },
        { "20260203 143005", "2026-02-03T14:30:05Z", TIME_SECOND, false },
        { "2026-07-03T14:30BSTX", NULL, 0, false },
        { "2026-07-03T14:30+100", NULL, 0, false },
        { "2026-02-03T24:00Z", "2026-02-04T00:00Z", TIME_MINUTE, true },
        { "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z", TIME_SECOND, true },
        { "2026-02-03Z", "2026-02-03", TIME_DAY, true },
        { "2026-2-3", NULL, 0, false },
        { "2026-02-03T", NULL, 0, false },
        { "2026-02-03T14:30:05.Z", NULL, 0, false },
        { "2026-", NULL, 0, false },
        { "2026-02-30", NULL, 0, false },
        { "2026-02-03T14:30ZZ", NULL, 0, false },
        { "2026-02-03T14:", NULL, 0, false },
        { "2026-02-03T24:00:01", NULL, 0, false },
        { "2026-02-03T14:30 Europe/London", NULL, 0, false },
        { "20260203143005", NULL, 0, false },
        { "2026-02-03T14:30[Europe/London]", NULL, 0, false },
        { "2026-02-0314:30", NULL, 0, false },
    };
    CHECK(moment_from_iso, rows);
}

static void reads_british_times(void)
{
    static const struct row rows[] = {
        { "03/02/2026", "2026-02-03", TIME_DAY, false },
        { "3/2/2026", "2026-02-03", TIME_DAY, false },
        { "03-02-2026", "2026-02-03", TIME_DAY, false },
        { "03.02.2026 ", "2026-02-03", TIME_DAY, false },
        { "03-FEB-2026", "2026-02-03", TIME_DAY, false },
        { "3 February 2026", "2026-02-03", TIME_DAY, false },
        { "2026-02-03", "2026-02-03", TIME_DAY, false },
        { "2026-02-03 00:00:00.000", "2026-02-03T00:00:00.000Z", TIME_MS, false },
        { "03/07/2026 14:30", "2026-07-03T13:30Z", TIME_MINUTE, false },
        { "03/02/2026 9:30", "2026-02-03T09:30Z", TIME_MINUTE, false },
        { "03/02/2026 02:30:05 PM", "2026-02-03T14:30:05Z", TIME_SECOND, false },
        { "03/02/2026 12:30 am", "2026-02-03T00:30Z", TIME_MINUTE, false },
        { "03/02/2026 14:30:05.1", "2026-02-03T14:30:05.100Z", TIME_MS, false },
        { "2026", "2026", TIME_YEAR, false },
        { "02/2026", "2026-02", TIME_MONTH, false },
        { "2-2026", "2026-02", TIME_MONTH, false },
        { " Feb 2026 ", "2026-02", TIME_MONTH, false },
        { "november-1941", "1941-11", TIME_MONTH, false },
        { "03/07/2026 14:30 BST", "2026-07-03T13:30Z", TIME_MINUTE, true },
        { "13/2026", NULL, 0, false },
        { "02.2026", NULL, 0, false },
        { "1430", NULL, 0, false },
        { "2150", NULL, 0, false },
        { "2/26", NULL, 0, false },
        { "Feb 26", NULL, 0, false },
        { "02/2026 10:00", NULL, 0, false },
        { "02/13/2026", NULL, 0, false },
        { "03/02/26", NULL, 0, false },
        { "03/02-2026", NULL, 0, false },
        { "03/02/2026 14:30 PM", NULL, 0, false },
        { "46056", NULL, 0, false },
        { "3/Febr/2026", NULL, 0, false },
    };
    CHECK(moment_from_uk, rows);
}

static bool seconds(struct slice s, struct moment *m)
{
    return moment_from_epoch(s, true, m);
}

static bool milliseconds(struct slice s, struct moment *m)
{
    return moment_from_epoch(s, false, m);
}

static void reads_numbers_since_1970(void)
{
    static const struct row in_seconds[] = {
        { "1770129005", "2026-02-03T14:30:05Z", TIME_SECOND, true },
        { "1770129005.75", "2026-02-03T14:30:05Z", TIME_SECOND, true },
        { "-889585200", "1941-10-23T21:00:00Z", TIME_SECOND, true },
        { "1.77e9", NULL, 0, false },
        { "", NULL, 0, false },
        { "999999999999999", NULL, 0, false },
        { "0x10", NULL, 0, false },
    };
    static const struct row in_ms[] = {
        { "1770129005123", "2026-02-03T14:30:05.123Z", TIME_MS, true },
        { "0", "1970-01-01T00:00:00.000Z", TIME_MS, true },
    };
    CHECK(seconds, in_seconds);
    CHECK(milliseconds, in_ms);
}

static CU_TestInfo cases[] = {
    { "reads HL7 times as precise as they are", reads_hl7_times_as_precise_as_they_are },
    { "reads ISO times in every form", reads_iso_times_in_every_form },
    { "reads British times", reads_british_times },
    { "reads numbers since 1970", reads_numbers_since_1970 },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_moment = { "moment", NULL, NULL, NULL, NULL, cases };
