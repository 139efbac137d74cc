/* hl7v2_parse_test.c - headers, segments, limits, and splitting a unit. */
#include "hl7v2_help.h"

static struct hl7v2_test t;

static void fresh(void)
{
    hl7v2_test_start(&t);
}

static void done(void)
{
    mem_fail_after(0);
    arena_release(&t.a);
}

static bool reads(const char *text, const char *path, const char *wanted)
{
    struct doc *d = hl7v2_test_parse(&t, slice_text(text));
    if (!d) {
        fprintf(stderr, "\n    %s at %zu: %s\n", t.e.code, t.e.at, t.e.text);
        return false;
    }
    return hl7v2_test_is(hl7v2_test_find(&t, d, path, NULL, 0), wanted);
}

static bool refuses(struct slice text, const char *code, size_t at)
{
    err_clear(&t.e);
    if (hl7v2_test_parse(&t, text) || strcmp(t.e.code, code) != 0 || t.e.at != at ||
        t.e.fate != ERR_REJECT) {
        fprintf(stderr, "\n    wanted %s at %zu, got %s at %zu\n", code, at,
                t.e.code ? t.e.code : "nothing", t.e.at);
        return false;
    }
    return true;
}

static void reads_segments_with_any_line_end(void)
{
    CU_ASSERT(reads(HEAD "\rPID|1||77\r", "PID-3", "77"));
    CU_ASSERT(reads(HEAD "\nPID|1||77\n", "PID-3", "77"));
    CU_ASSERT(reads(HEAD "\r\nPID|1||77\r\n", "PID-3", "77"));
    CU_ASSERT(reads(HEAD "\rEVN|A01\nPID|1||77", "PID-3", "77"));
    CU_ASSERT(reads(HEAD "\r\r\n \t\r\nPID|1||77\n\n", "PID-3", "77"));
}

static void passes_over_a_mark_blanks_and_frame_bytes(void)
{
    CU_ASSERT(reads("\xef\xbb\xbf" HEAD "\r", "MSH-10", "MSG00001"));
    CU_ASSERT(reads("\r\n  \n" HEAD "\r", "MSH-10", "MSG00001"));
    CU_ASSERT(reads("\x0b" HEAD "\rPID|1||77\x1c\r", "PID-3", "77"));
    CU_ASSERT(reads("\x0b" HEAD "\rPID|1||77\r\x1c\r", "PID-3", "77"));
}

static void takes_the_marks_from_the_header(void)
{
    CU_ASSERT(reads("MSH|$%?!|A|B\rPID|1||77$$$NHS!x%88$$$LOC\r", "PID-3[4=LOC].1", "88"));
    CU_ASSERT(reads("MSH|$%?!|A|B\rPID|1||7?S?7!z$$$NHS\r", "PID-3", "7$7"));
    CU_ASSERT(reads("MSH@~&#\\@A@B\rPID@1@@77~~~NHS\\x\r", "PID-3.4.2", "x"));
    CU_ASSERT(reads("MSH|^~\\&#|A|B\rOBX|1|TX|||cut\\P\\ here\r", "OBX-5", "cut# here"));
}

#define SHORT_MARKS(marks) "MSH|" marks "|A|B|C|D|1||ADT^A01|id\rPID|1||7&~\\T\\\\F\\8^\\x&~9\r"

/* What MSH-2 ends before is text, whatever character usually stands there. */
static void takes_fewer_marks_than_four(void)
{
    CU_ASSERT(reads(SHORT_MARKS("^"), "PID-3", "7&~\\T\\\\F\\8"));
    CU_ASSERT(reads(SHORT_MARKS("^"), "PID-3.2", "\\x&~9"));
    CU_ASSERT(reads(SHORT_MARKS("^~"), "PID-3", "7&"));
    CU_ASSERT(reads(SHORT_MARKS("^~"), "PID-3(2).1", "\\T\\\\F\\8"));
    CU_ASSERT(reads(SHORT_MARKS("^~\\"), "PID-3(2).1",
                    "\\T\\|8")); /* no sub-component, so no name of it */
    CU_ASSERT(reads(SHORT_MARKS("^~\\"), "PID-3(2).2", "\\x&"));
    CU_ASSERT(reads(SHORT_MARKS("^~\\"), "MSH-9.2", "A01"));
    CU_ASSERT(reads("MSH|$%|A|B|C|D|1||ADT$A01|id\rPID|1||7^8%9\r", "PID-3", "7^8"));
    /* a line that begins with C is no switch of the set */
    CU_ASSERT(reads("MSH|^~|A"
                    "|||||"
                    "|||||"
                    "|||||8859/1~8859/2\rCON|1||\xe9\r",
                    "CON-3", "\xc3\xa9"));
}

/* Three of the usual four: the sender means the usual ones, and left one out. */
static void guesses_no_mark_that_is_missing(void)
{
    static const char *const bad[] = { "^\\&", "^~&", "^&", "^\\", "$&", "%^" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *text = arena_format(&t.a, "MSH|%s|A|B|C|D|1||ADT^A01|id\r", bad[i]);
        CU_ASSERT(refuses(slice_text(text), "hl7v2.header", 4));
    }
    CU_ASSERT(reads("MSH|^&~\\|A|B\rPID|1||7~8&9\r", "PID-3", "7~8")); /* four: each by its place */
}

static void passes_over_marks_after_the_fifth(void)
{
    CU_ASSERT(reads("MSH|^~\\&#!|A|B\rPID|1||7!8#9\\P\\~10\r", "PID-3", "7!8#9#"));
    CU_ASSERT(reads("MSH|^~\\&#!$%@*|A|B\rPID|1||7^8\r", "PID-3.2", "8"));
    CU_ASSERT(reads("MSH|^~\\&#!$%@*|A|B\rPID|1||7^8\r", "MSH-2", "^~\\&#!$%@*"));
}

static void counts_the_header_as_hl7_does(void)
{
    CU_ASSERT(reads(HEAD, "MSH-1", "|"));
    CU_ASSERT(reads(HEAD, "MSH-2", "^~\\&"));
    CU_ASSERT(reads(HEAD, "MSH-3", "PAS"));
    CU_ASSERT(reads(HEAD, "MSH-9.2", "A01"));
    CU_ASSERT(reads(HEAD, "MSH-12", "2.4"));
}

static void refuses_broken_headers_with_their_place(void)
{
    CU_ASSERT(refuses(SLICE(""), "hl7v2.short", 0));
    CU_ASSERT(refuses(SLICE(" \r\n"), "hl7v2.short", 3));
    CU_ASSERT(refuses(SLICE("MSH|^~"), "hl7v2.short", 6));
    CU_ASSERT(refuses(SLICE("EVN|A01\rMSH|^~\\&|\r"), "hl7v2.header", 0));
    CU_ASSERT(refuses(SLICE("\nPID|1"), "hl7v2.header", 1));
    CU_ASSERT(refuses(SLICE("MSH|^~\r"), "hl7v2.short", 7));
    CU_ASSERT(refuses(SLICE("MSH|^~\rPID|1||77\r"), "hl7v2.short", 17));
    CU_ASSERT(refuses(SLICE("MSH||SEND|FAC"), "hl7v2.header", 4));
    CU_ASSERT(refuses(SLICE("MSH|^^^&|SEND"), "hl7v2.header", 4));
    CU_ASSERT(refuses(SLICE("MSH|^~^|SEND"), "hl7v2.header", 4));
    CU_ASSERT(refuses(SLICE("MSH|^~\\\\&|SEND"), "hl7v2.header", 4));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&#!!|SEND"), "hl7v2.header", 4));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&#7|SEND"), "hl7v2.header", 9));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&#\x01|SEND"), "hl7v2.header", 9));
    CU_ASSERT(refuses(SLICE("MSH|^~\\a|SEND"), "hl7v2.header", 7));
    CU_ASSERT(refuses(SLICE("MSH ^~\\& SEND"), "hl7v2.header", 3));
    CU_ASSERT(refuses(SLICE("MSH|12345678|SEND"), "hl7v2.header", 4));
}

static void refuses_lines_that_are_no_segment(void)
{
    CU_ASSERT(refuses(SLICE("MSH|^~\\&|A\rjust text\r"), "hl7v2.segment", 11));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&|A\rPI|1\r"), "hl7v2.segment", 11));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&|A\rPIDX|1\r"), "hl7v2.segment", 11));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&|A\rPID^1\r"), "hl7v2.segment", 11));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&|A\r1ID|1\r"), "hl7v2.segment", 11));
    CU_ASSERT(refuses(SLICE("MSH|^~\\&|A\rMSH|^~\\&|B\r"), "hl7v2.segment", 11));
}

static void takes_bare_lower_case_and_local_segments(void)
{
    CU_ASSERT(reads(HEAD "\rPV2\rpid|1||77\r", "PID-3", "77"));
    CU_ASSERT(reads(HEAD "\rZU8|Z|1|No|2\r", "ZU8-4", "2"));
    CU_ASSERT(reads(HEAD "\rEVN|NE PID|7\r", "EVN-1", "NE PID"));
}

/* text, then n times `more` */
static struct slice many(const char *text, const char *more, size_t n)
{
    struct buf b;
    buf_init(&b, (size_t)64 * 1024 * 1024);
    buf_text(&b, text);
    for (size_t i = 0; i < n; i++)
        buf_text(&b, more);
    struct slice s = arena_copy(&t.a, buf_slice(&b));
    buf_release(&b);
    return s;
}

static void keeps_to_its_limits(void)
{
    struct slice s = many("MSH|^~\\&\r", "OBX|1\r", 9999);
    CU_ASSERT_PTR_NOT_NULL(hl7v2_test_parse(&t, s));
    CU_ASSERT(refuses(many("MSH|^~\\&\r", "OBX|1\r", 10000), "hl7v2.limit", 9 + 9999 * 6));
    CU_ASSERT_PTR_NOT_NULL(hl7v2_test_parse(&t, many("MSH|^~\\&\rOBX", "|", 1000)));
    CU_ASSERT(refuses(many("MSH|^~\\&\rOBX", "|", 1001), "hl7v2.limit", 12 + 1000));
    CU_ASSERT_PTR_NOT_NULL(hl7v2_test_parse(&t, many("MSH|^~\\&\rOBX|", "~", 999)));
    CU_ASSERT(refuses(many("MSH|^~\\&\rOBX|", "~", 1000), "hl7v2.limit", 13 + 999));
    CU_ASSERT(refuses(many("MSH|^~\\&\rOBX|", "0123456789abcdef", 1 << 20), "hl7v2.limit",
                      (size_t)16 << 20));
}

static void says_when_memory_ends(void)
{
    struct arena small;
    struct doc *d = NULL;
    arena_init(&small, 64);
    CU_ASSERT_FALSE(format_hl7v2.parse(&small, NULL, SLICE(HEAD), &d, &t.e));
    CU_ASSERT_EQUAL(t.e.fate, ERR_RETRY);
    arena_release(&small);
}

/* The MSH-10 of every message of a unit, "?" for one that cannot be read. */
static const char *ids(const char *unit)
{
    struct cut c = { .at = 0 };
    struct slice one;
    const char *all = "";
    err_clear(&t.e);
    while (format_hl7v2.split(&t.a, slice_text(unit), &c, &one, &t.e)) {
        struct doc *d = NULL;
        struct err ignored = { .fate = ERR_NONE };
        struct slice id = SLICE("?");
        if (format_hl7v2.parse(&t.a, NULL, one, &d, &ignored))
            id = hl7v2_test_find(&t, d, "MSH-10", NULL, 0).value;
        all = arena_format(&t.a, "%s%.*s ", all, (int)id.n, (const char *)id.p);
    }
    return all;
}

#define M(id) "MSH|^~\\&|A|B|C|D|1||ADT^A01|" id "\rPID|1\r"

static void splits_a_unit_at_each_header(void)
{
    CU_ASSERT_STRING_EQUAL(ids(M("1")), "1 ");
    CU_ASSERT_STRING_EQUAL(ids(M("1") M("2") "\r\n" M("3")), "1 2 3 ");
    CU_ASSERT_STRING_EQUAL(ids("FHS|^~\\&|A\rBHS|^~\\&|A\r" M("1") M("2") "BTS|2\rFTS|1\r"),
                           "1 2 ");
    CU_ASSERT_STRING_EQUAL(ids("BHS|^~\\&|A\r" M("1") "BTS|1\rBHS|^~\\&|B\r" M("2") "BTS|1"),
                           "1 2 ");
    CU_ASSERT_STRING_EQUAL(ids("\xef\xbb\xbf\n" M("1") "\n" M("2")), "1 2 ");
    CU_ASSERT_EQUAL(t.e.fate, ERR_NONE);
}

static void hands_out_what_cannot_be_read_too(void)
{
    CU_ASSERT_STRING_EQUAL(ids(M("1") "MSH|^~\r" M("2")), "1 ? 2 ");
    CU_ASSERT_STRING_EQUAL(ids("rubbish\r" M("1")), "? 1 ");
    CU_ASSERT_STRING_EQUAL(ids(M("1") "some words\r"), "? ");
    CU_ASSERT_STRING_EQUAL(ids("rubbish"), "? ");
}

static void refuses_an_empty_unit(void)
{
    CU_ASSERT_STRING_EQUAL(ids(" \r\n"), "");
    CU_ASSERT_STRING_EQUAL(t.e.code, "hl7v2.short");
}

#define BEGINS "MSH|^~\\&|A|B|C|D|1||ADT^A01|id|P|2.4\rNTE|1||"

/* Whatever stands before and behind it: the header of a second message within the first. */
static void refuses_a_message_within_another(void)
{
    static const char *const bad[] = { BEGINS "text\x0bMSH|^~\\&|A\rPID|1\r",
                                       BEGINS "text\r\x0bMSH|^~\\&|A\rPID|1\r",
                                       BEGINS "a\x0b"
                                              "b\x0b"
                                              "FHS|^~\\&|A\r",
                                       BEGINS "text\x1c"
                                              "b\r\x0bMSH|^~\\&|A\rPID|1\r",
                                       "BHS|^~\\&|A\x0bMSH|^~\\&|A\r" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err_clear(&t.e);
        CU_ASSERT_STRING_EQUAL(ids(bad[i]), "");
        CU_ASSERT_EQUAL(t.e.fate, ERR_REJECT);
        CU_ASSERT_STRING_EQUAL(t.e.code, "hl7v2.nested");
    }
}

/* What its frame has ended is its own, and so is what stands before the other's beginning. */
static void reads_what_stands_before_another_message(void)
{
    struct doc *d = NULL;
    err_clear(&t.e);
    CU_ASSERT_STRING_EQUAL(ids("\x0b" M("1") "\x1c\r\x0b" BEGINS "x\x0b"
                                             "BHS|^~\\&|A\r" M("2")),
                           "1 ");
    CU_ASSERT_STRING_EQUAL(t.e.code, "hl7v2.nested");
    CU_ASSERT_STRING_EQUAL(ids(M("1") "BTS|1\x0bMSH|^~\\&|A\r"), "1 ");
    CU_ASSERT_STRING_EQUAL(t.e.code, "hl7v2.nested");
    err_clear(&t.e);
    CU_ASSERT_FALSE(format_hl7v2.parse(&t.a, NULL,
                                       SLICE(BEGINS "a\x0b"
                                                    "b\x0bMSH|^~\\&|A\rPID|9\r"),
                                       &d, &t.e));
    CU_ASSERT_STRING_EQUAL(t.e.code, "hl7v2.nested");
    CU_ASSERT_EQUAL(t.e.at, strlen(BEGINS) + 3);
    CU_ASSERT_FATAL(d != NULL && format_hl7v2.breaks_off(d));
    CU_ASSERT(hl7v2_test_is(hl7v2_test_find(&t, d, "NTE-3", NULL, 0), "a\x0b"
                                                                      "b"));
    CU_ASSERT_EQUAL(hl7v2_test_find(&t, d, "PID-1", NULL, 0).how, FOUND_ABSENT);
}

/* Of what is in doubt by it alone: the place of the VT, and all that can be read of the message. */
static bool refuses_mark(const char *code, const char *text, size_t at, const char *path,
                         const char *wanted)
{
    struct doc *d = NULL;
    err_clear(&t.e);
    if (format_hl7v2.parse(&t.a, NULL, slice_text(text), &d, &t.e) || t.e.fate != ERR_REJECT ||
        strcmp(t.e.code, code) != 0 || t.e.at != at || !d || format_hl7v2.breaks_off(d)) {
        fprintf(stderr, "\n    got %s at %zu\n", t.e.code ? t.e.code : "nothing", t.e.at);
        return false;
    }
    return hl7v2_test_is(hl7v2_test_find(&t, d, path, NULL, 0), wanted);
}

static bool refuses_vt(const char *text, size_t at, const char *path, const char *wanted)
{
    return refuses_mark("hl7v2.vt", text, at, path, wanted);
}

static bool refuses_fs(const char *text, size_t at, const char *path, const char *wanted)
{
    return refuses_mark("hl7v2.fs", text, at, path, wanted);
}

static void refuses_vt_wherever_it_stands_within(void)
{
    const size_t n = strlen(BEGINS);
    CU_ASSERT(refuses_vt(BEGINS "a\x0b"
                                "b\rZU8|1\r",
                         n + 1, "ZU8-1", "1"));
    CU_ASSERT_STRING_EQUAL(
        t.e.text, "cannot take VT (0x0B) in NTE at byte 45: write a line break as escape .br");
    CU_ASSERT(refuses_vt(BEGINS "\x0b\r", n, "MSH-10", "id"));
    CU_ASSERT(refuses_vt(BEGINS "a\x0b", n + 1, "NTE-1", "1"));
    CU_ASSERT(refuses_vt(BEGINS "a\r\x0b", n + 2, "NTE-3", "a"));
    CU_ASSERT(refuses_vt(BEGINS "a\r\x0b\x1c\r", n + 2, "NTE-3", "a"));
    CU_ASSERT(refuses_vt(BEGINS "a\r\x0bZU8|1\r", n + 2, "ZU8-1", "1"));
    CU_ASSERT(refuses_vt(BEGINS "a\r\x0b\x0b\r\rZU8|1\r", n + 2, "ZU8-1", "1"));
    CU_ASSERT(refuses_vt(BEGINS "a\x1c\r\x0bZU8|1\r", n + 3, "ZU8-1", "1"));
    CU_ASSERT(refuses_vt("\x0b" BEGINS "a\x0b"
                         "another MSH|\x1c\r\x0b",
                         n + 2, "MSH-10", "id"));
    CU_ASSERT(refuses_vt("MSH|^~\\&|A\x0b|B|C|D|1||ADT^A01|id\r", 10, "MSH-10", "id"));
    CU_ASSERT_PTR_NOT_NULL(strstr(t.e.text, " in MSH at byte 10:"));
}

static void refuses_fs_wherever_it_stands_within(void)
{
    const size_t n = strlen(BEGINS);
    CU_ASSERT(refuses_fs(BEGINS "a\x1c"
                                "b\rZU8|1\r\x1c\r",
                         n + 1, "ZU8-1", "1"));
    CU_ASSERT_STRING_EQUAL(t.e.text,
                           "cannot take FS (0x1C) in NTE at byte 45: write it as escape X1C");
    CU_ASSERT(refuses_fs(BEGINS "a\x1c\rZU8|1\r", n + 1, "ZU8-1", "1"));
    CU_ASSERT(refuses_fs(BEGINS "a\r\x1cZU8|1\r", n + 2, "ZU8-1", "1"));
    CU_ASSERT(refuses_fs(BEGINS "a\r \x1c\r\x1c\x1cZU8|1\x1c", n + 3, "ZU8-1", "1"));
    CU_ASSERT(refuses_fs("MSH|^~\\&|A\x1c|B|C|D|1||ADT^A01|id\r", 10, "MSH-10", "id"));
    struct doc *d = NULL;
    err_clear(&t.e);
    CU_ASSERT_FALSE(
        format_hl7v2.parse(&t.a, NULL, SLICE(BEGINS "a\x1cMSH|^~\\&|A\rPID|9\r"), &d, &t.e));
    CU_ASSERT_STRING_EQUAL(t.e.code, "hl7v2.nested");
    CU_ASSERT_FATAL(d != NULL && format_hl7v2.breaks_off(d));
    CU_ASSERT_EQUAL(hl7v2_test_find(&t, d, "PID-1", NULL, 0).how, FOUND_ABSENT);
}

static void takes_fs_that_ends_a_message(void)
{
    CU_ASSERT_STRING_EQUAL(ids(M("1") "\x1c"), "1 ");
    CU_ASSERT_STRING_EQUAL(ids(M("1") "\x1c\r\n \x1c"), "1 ");
    CU_ASSERT_STRING_EQUAL(ids(M("1") "PV1|1\x1c\x1c\r"), "1 ");
    CU_ASSERT_STRING_EQUAL(ids(M("1") "\x1c\r" M("2") "\x1c\r"), "1 2 ");
    CU_ASSERT_EQUAL(t.e.fate, ERR_NONE);
}

/* In a file of frames, each is taken or refused for itself. */
static void takes_vt_that_begins_a_frame(void)
{
    CU_ASSERT_STRING_EQUAL(ids("\x0b" M("1") "\x1c\r\x0b" M("2") "\x1c\r"), "1 2 ");
    CU_ASSERT_STRING_EQUAL(ids("\x0b" M("1") "\x1c\r\x0b" M("2") "NTE|a\x0b"
                                                                 "b\r\x1c\r\x0b" M("3")),
                           "1 ? 3 ");
    CU_ASSERT_STRING_EQUAL(ids("\x0b"
                               "BHS|^~\\&|A\r" M("1") "BTS|1\r\x1c\r"),
                           "1 ");
    CU_ASSERT_EQUAL(t.e.fate, ERR_NONE);
}

static void bounds_the_control_id(void)
{
    char text[600], id[300];
    for (int n = 256; n <= 257; n++) {
        memset(id, 'x', sizeof id);
        snprintf(text, sizeof text, "MSH|^~\\&|A|B|C|D|1||ADT^A01|%.*s|P|2.4\rPID|1\r", n, id);
        err_clear(&t.e);
        CU_ASSERT_EQUAL(hl7v2_test_parse(&t, slice_text(text)) != NULL, n == 256);
    }
    CU_ASSERT(t.e.fate == ERR_REJECT && strcmp(t.e.code, "hl7v2.control_id") == 0);
}

static CU_TestInfo cases[] = {
    { "reads segments with any line end", reads_segments_with_any_line_end },
    { "passes over a mark, blanks and frame bytes", passes_over_a_mark_blanks_and_frame_bytes },
    { "reads what stands before another message", reads_what_stands_before_another_message },
    { "refuses VT wherever it stands within", refuses_vt_wherever_it_stands_within },
    { "refuses FS wherever it stands within", refuses_fs_wherever_it_stands_within },
    { "takes FS that ends a message", takes_fs_that_ends_a_message },
    { "takes VT that begins a frame", takes_vt_that_begins_a_frame },
    { "takes the marks from the header", takes_the_marks_from_the_header },
    { "takes fewer marks than four", takes_fewer_marks_than_four },
    { "guesses no mark that is missing", guesses_no_mark_that_is_missing },
    { "passes over marks after the fifth", passes_over_marks_after_the_fifth },
    { "counts the header as HL7 does", counts_the_header_as_hl7_does },
    { "refuses broken headers with their place", refuses_broken_headers_with_their_place },
    { "refuses lines that are no segment", refuses_lines_that_are_no_segment },
    { "takes bare, lower case and local segments", takes_bare_lower_case_and_local_segments },
    { "keeps to its limits", keeps_to_its_limits },
    { "says when memory ends", says_when_memory_ends },
    { "splits a unit at each header", splits_a_unit_at_each_header },
    { "hands out what cannot be read, too", hands_out_what_cannot_be_read_too },
    { "refuses an empty unit", refuses_an_empty_unit },
    { "refuses a message within another", refuses_a_message_within_another },
    { "bounds the control id", bounds_the_control_id },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hl7v2_parse = { "hl7v2_parse", NULL, NULL, fresh, done, cases };
