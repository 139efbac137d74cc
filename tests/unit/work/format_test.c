/* format_test.c - four times the bytes are at most some four times the work, whatever they are made
 * of. */
#include <CUnit/CUnit.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "work.h"

#define SMALL_BYTES ((size_t)24 * 1024)
#define BLANKS_BYTES ((size_t)8 * 1024)
#define TIMES 4
#define RATIO_MAX 4.6      /* sorting keys takes a little more than in proportion */
#define BYTE_WORK_MAX 6000 /* a message of two bytes costs what any message costs */

#define MSH "MSH|^~\\&|P|Z|R|R|20260203||ADT^A01|C1|P|2.4"
#define ROW "id,ward,number\n"
#define TEXT10 "abcdefghi "
#define TEXT120 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10 TEXT10
#define ROW_WORK_MAX 15000
#define ROWS 5000

/* before, then unit again and again, then after; '#' in a unit is its number. */
struct shape {
    enum work_format format;
    const char *before, *unit, *after;
    size_t unit_bytes; /* 0: as a text */
};

static const struct shape shapes[] = {
    /* line ends, blanks and frame bytes */
    { WORK_HL7V2, MSH, "\n", "", 0 },
    { WORK_HL7V2, MSH, "\r", "", 0 },
    { WORK_HL7V2, MSH, "\r\n", "", 0 },
    { WORK_HL7V2, MSH, "\nX", "", 0 },
    { WORK_HL7V2, MSH, "\rX", "", 0 },
    { WORK_HL7V2, MSH, "\nZZZ", "", 0 },
    { WORK_HL7V2, MSH, "\r\nZZZ|#", "", 0 },
    { WORK_HL7V2, MSH "\rZZZ|", "x\n", "", 0 },
    { WORK_HL7V2, "", "\n", MSH, 0 },
    { WORK_HL7V2, "", " ", MSH, 0 },
    { WORK_HL7V2, MSH "\r", "\x0b", "", 0 },
    { WORK_HL7V2, MSH "\r", "\x1c\r", "", 0 },
    { WORK_HL7V2, MSH "\r", " \t", "\rPID|1", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\x0b", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\x1c", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\0", "", 1 },
    /* marks, one by one */
    { WORK_HL7V2, MSH "\rPID|1||||", "|", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "^", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "~", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "&", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\\", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\"", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", " ", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\xc2\xa0", "x", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\xe9", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\xc3\xa9", "\xff", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\\X41\\", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "\\.br\\", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||\\X", "41", "\\", 0 },
    { WORK_HL7V2, "MSH|^~\\&|P|Z|R|R|20260203||ADT^A01|C1|P|2.4||||||", "8859/1~", "", 0 },
    { WORK_HL7V2, "MSH|^~\\&|", "P", "|Z|R|R|20260203||ADT^A01|C1|P|2.4", 0 },
    { WORK_HL7V2, "MSH|^~\\&|P|Z|R|R|20260203||ADT^A01|", "1", "|P|2.4", 0 },
    { WORK_HL7V2, "MSH|^~\\&|P|Z|R|R|", "2", "||ADT^A01|C1|P|2.4", 0 },
    /* repetitions, few and long, many and short, segments, an each over each of them */
    { WORK_HL7V2, MSH "\rPID|1||||", "A#^B~", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", "A#^B^^^^^L~", "\rPV1|1|I|W", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||", TEXT120 "^B^^^^^L~", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||||||||||", "#^^CP^" TEXT120 "~", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||", "1234567881^^^X~", "9990000018^^^NHS", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||||||||||", "#^^CP~", "", 0 },
    { WORK_HL7V2, MSH "\rPID|1||||||||||||", "#^^XX~", "", 0 },
    { WORK_HL7V2, MSH, "\rNK1|1|A^B#", "", 0 },
    { WORK_HL7V2, MSH, "\rNK1|1|" TEXT120, "", 0 },
    { WORK_HL7V2, MSH, "\rPID|1||||A^B", "", 0 },
    /* many messages in a unit */
    { WORK_HL7V2, "", MSH "\r", "", 0 },
    { WORK_HL7V2, "", MSH "\n", "", 0 },
    { WORK_HL7V2, "", "MSH|^~\\&\r", "", 0 },
    { WORK_HL7V2, "", "BHS|^~\\&\r", MSH, 0 },
    { WORK_HL7V2, MSH "\r", "FTS|1\n", "", 0 },
    { WORK_HL7V2, "FHS|^~\\&\r", "BHS|^~\\&\r" MSH "\rBTS|1\r", "FTS", 0 },

    { WORK_CSV, ROW, "#,W,9990000018\n", "", 0 },
    { WORK_CSV, ROW, "#,W,9990000018\r\n", "", 0 },
    { WORK_CSV, ROW, "#,W,9990000018\r", "", 0 },
    { WORK_CSV, ROW, "1\n", "", 0 },
    { WORK_CSV, ROW, "1,2,3,4\n", "", 0 },
    { WORK_CSV, ROW, "\n", "1,2,3\n", 0 },
    { WORK_CSV, ROW, "\r\n", "1,2,3", 0 },
    { WORK_CSV, ROW, ",", "", 0 },
    { WORK_CSV, ROW, "\"", "", 0 },
    { WORK_CSV, ROW "\"", "\"\"", "\",2,3\n", 0 },
    { WORK_CSV, ROW "1,\"", "\n", "\",3\n", 0 },
    { WORK_CSV, ROW, "\"\",", "\n", 0 },
    { WORK_CSV, ROW, "\"1\" ,\"2\",3\n", "", 0 },
    { WORK_CSV, ROW, " ", "1,2,3\n", 0 },
    { WORK_CSV, ROW "1,", "\xc2\xa0", ",3\n", 0 },
    { WORK_CSV, ROW "1,", "\xe9", ",3\n", 0 },
    { WORK_CSV, ROW, "1,\xe9,3\n", "", 0 },
    { WORK_CSV, ROW "1,2,", "9", "\n", 0 },
    { WORK_CSV, ROW, ";", "\n", 0 },
    { WORK_CSV, "", ";", "\n1\n", 0 },
    { WORK_CSV, "", ",", "\n1\n", 0 },
    { WORK_CSV, "", "\"", "\n1\n", 0 },
    { WORK_CSV, "", "a#,", "b\n1\n", 0 },
    { WORK_CSV, "", "\n", ROW "1,2,3\n", 0 },
    { WORK_CSV, "id\n", "1\n", "", 0 },

    { WORK_JSON, "", "[", "", 0 },
    { WORK_JSON, "", "{\"a\":", "", 0 },
    { WORK_JSON, "", "]", "", 0 },
    { WORK_JSON, "", "\"", "", 0 },
    { WORK_JSON, "\"", "\\", "\"", 0 },
    { WORK_JSON, "\"", "\\\\", "\"", 0 },
    { WORK_JSON, "\"", "\\u00e9", "\"", 0 },
    { WORK_JSON, "\"", "a", "\xff\"", 0 },
    { WORK_JSON, "\"", "\xc3\xa9", "\xff\"", 0 },
    { WORK_JSON, "\"", "a", "", 0 },
    { WORK_JSON, "", "9", "", 0 },
    { WORK_JSON, "{\"id\":", "9", "}", 0 },
    { WORK_JSON, "{\"id\":\"", " ", "\"}", 0 },
    { WORK_JSON, "{\"id\":\"", "\xc2\xa0", "x\"}", 0 },
    { WORK_JSON, "{\"id\":1", " ", "}", 0 },
    { WORK_JSON, "{", "\"k#\":1,", "\"id\":\"1\"}", 0 },
    { WORK_JSON, "{", "\"k\":1,", "\"id\":\"1\"}", 0 },
    { WORK_JSON, "{", "\"" TEXT10 TEXT10 TEXT10 "#\":1,", "\"id\":\"1\"}", 0 },
    { WORK_JSON, "{\"id\":\"1\",\"r\":{\"needs\":[", "\"x\",", "\"y\"]}}", 0 },
    { WORK_JSON, "{\"id\":\"1\",\"p\":{\"names\":[", "{\"f\":\"x#\",\"u\":\"L\"},", "{}]}}", 0 },
    { WORK_JSON, "{\"id\":\"1\",\"p\":{\"names\":[", "{\"f\":\"x#\",\"n\":\"" TEXT120 "\"},",
      "{}]}}", 0 },
    { WORK_JSON, "{\"id\":\"1\",\"r\":{\"needs\":[", "\"" TEXT120 "\",", "1]}}", 0 },
    { WORK_JSON, "{\"id\":\"1\",\"r\":{\"needs\":[", "[],", "1]}}", 0 },
    { WORK_JSON, "{\"id\":\"1\",\"r\":{\"needs\":[", "{\"a\":[1]},", "1]}}", 0 },
    { WORK_JSON, "[", "{},", "{}]", 0 },
    { WORK_JSON, "[", "{\"id\":\"#\"},", "{}]", 0 },
    { WORK_JSON, "[{}", ",", "]", 0 },
    { WORK_JSON, "[{}", " ", "]", 0 },
    { WORK_JSON, "", "{}\n", "", 0 },
    { WORK_JSON, "", "{\"id\":\"#\"}\r\n", "", 0 },
    { WORK_JSON, "", "\x1e{}\n", "", 0 },
    { WORK_JSON, "", "\n", "{}", 0 },
    { WORK_JSON, "{}", "\n", "", 0 },
    { WORK_JSON, "{}", " ", "x", 0 },
};

static void put_unit(struct buf *b, const struct shape *s, size_t number)
{
    size_t n = s->unit_bytes ? s->unit_bytes : strlen(s->unit);
    for (size_t i = 0; i < n; i++)
        if (s->unit[i] == '#')
            buf_format(b, "%07zu", number);
        else
            buf_byte(b, (uint8_t)s->unit[i]);
}

/* Of several parts each grows: lead and trail are put before and behind as often as the unit. */
static uint64_t measure(const struct shape *s, const char *lead, const char *trail, size_t bytes,
                        size_t *n)
{
    struct buf b;
    buf_init(&b, (size_t)16 << 20);
    for (size_t i = 0; i < bytes / 16 && *lead; i++)
        buf_text(&b, lead);
    buf_text(&b, s->before);
    for (size_t number = 0; b.n < bytes; number++)
        put_unit(&b, s, number);
    buf_text(&b, s->after);
    for (size_t i = 0; i < bytes / 16 && *trail; i++)
        buf_text(&b, trail);
    CU_ASSERT_FATAL(buf_ok(&b));
    *n = b.n;
    uint64_t work = work_of(s->format, buf_slice(&b));
    buf_release(&b);
    return work;
}

static void check(const struct shape *s, const char *lead, const char *trail, size_t bytes)
{
    size_t small = 0, large = 0;
    uint64_t few = measure(s, lead, trail, bytes, &small);
    uint64_t many = measure(s, lead, trail, TIMES * bytes, &large);
    double ratio = (double)(many + 1) / (double)(few + 1);
    bool good = (ratio <= RATIO_MAX || many < large / 4) && many <= large * BYTE_WORK_MAX;
    CU_ASSERT(good);
    if (!good)
        printf("\n    '%.40s' '%.20s'...: %" PRIu64 " for %zu bytes, %" PRIu64
               " for %zu: %.1f times ",
               s->before, s->unit, few, small, many, large, ratio);
}

static void work_is_in_proportion_to_bytes(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        check(&shapes[i], "", "", SMALL_BYTES);
}

static void blanks_before_and_behind_are_looked_at_once(void)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        check(&shapes[i], "\n", "", BLANKS_BYTES);
        check(&shapes[i], "", "\n", BLANKS_BYTES);
        check(&shapes[i], " ", " ", BLANKS_BYTES);
    }
}

/* A header of 60,000 bytes or 2,000 columns, and as many rows as the file is long. */
static void a_header_is_read_once_whatever_its_rows(void)
{
    static const struct {
        const char *name;
        size_t columns;
    } heads[] = { { TEXT10 TEXT10 "#", 1900 }, { "#", 2040 } };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        struct buf head;
        const struct shape column = { WORK_CSV, "", heads[i].name, "", 0 };
        buf_init(&head, (size_t)1 << 20);
        buf_text(&head, "id,ward,number");
        for (size_t k = 0; k < heads[i].columns; k++) {
            buf_byte(&head, ',');
            put_unit(&head, &column, k);
        }
        buf_text(&head, "\n");
        buf_byte(&head, 0);
        CU_ASSERT_FATAL(buf_ok(&head));
        size_t n = 0;
        const struct shape rows = { WORK_CSV, (const char *)head.p, "1,2,3\n", "", 0 };
        uint64_t alone = measure(&rows, "", "", 1, &n);
        uint64_t many = measure(&rows, "", "", head.n + ROWS * 6, &n);
        CU_ASSERT(many - alone <= (uint64_t)ROWS * ROW_WORK_MAX);
        if (many - alone > (uint64_t)ROWS * ROW_WORK_MAX)
            printf("\n    a row below %zu bytes of header: %" PRIu64 ", the header %" PRIu64 " ",
                   head.n, (many - alone) / ROWS, alone);
        buf_release(&head);
    }
}

static int load(void)
{
    work_load();
    return 0;
}

static int end(void)
{
    work_release();
    return 0;
}

static CU_TestInfo cases[] = {
    { "work is in proportion to bytes", work_is_in_proportion_to_bytes },
    { "blanks before and behind are looked at once", blanks_before_and_behind_are_looked_at_once },
    { "a header is read once, whatever its rows", a_header_is_read_once_whatever_its_rows },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_format = { "format", load, end, NULL, NULL, cases };
