/* hl7v2_find_test.c - paths: compiling, finding, counting, walking all leaves; values. */
#include "hl7v2_help.h"

static struct hl7v2_test t;

static void fresh(void)
{
    hl7v2_test_start(&t);
}

static void done(void)
{
    arena_release(&t.a);
}

#define NHS "9990000018^^^NHS&2.16.840.1.113883.2.1.4.1&ISO^NH"
static const char ada[] =
    HEAD "\r"
         "PID|1||77^^^ZX9^PI~" NHS
         "~~88^^^OTHER^PI||LOVELACE^ADA^K^^^^L~BYRON^ADA^^^^^PREVIOUS|\"\"|19151210|2|||"
         "\"\"|  |01 234~02 345|a&b\r"
         "NK1|1|BYRON^ANNE|3||0123\rNK1|2|KING^WILLIAM^\"\"|1\r"
         "OBX|1|TX|X||one\rOBX|2|TX|Y||two\rOBX|3|TX|Z\r";

static struct found get(const char *path, const char *base, size_t nth)
{
    struct doc *d = hl7v2_test_parse(&t, slice_text(ada));
    CU_ASSERT_PTR_NOT_NULL_FATAL(d);
    return hl7v2_test_find(&t, d, path, base, nth);
}

static size_t count(const char *path)
{
    struct doc *d = hl7v2_test_parse(&t, slice_text(ada));
    return format_hl7v2.count(d, hl7v2_test_path(&t, path));
}

static void finds_fields_components_and_subcomponents(void)
{
    CU_ASSERT(hl7v2_test_is(get("PID-7", NULL, 0), "19151210"));
    CU_ASSERT(hl7v2_test_is(get("PID-5", NULL, 0), "LOVELACE"));
    CU_ASSERT(hl7v2_test_is(get("PID-5.2", NULL, 0), "ADA"));
    CU_ASSERT(hl7v2_test_is(get("PID-3(2).4", NULL, 0), "NHS"));
    CU_ASSERT(hl7v2_test_is(get("PID-3(2).4.3", NULL, 0), "ISO"));
    CU_ASSERT(hl7v2_test_is(get("PID-14.1.2", NULL, 0), "b"));
    CU_ASSERT(hl7v2_test_is(get("OBX(2)-5", NULL, 0), "two"));
    CU_ASSERT(hl7v2_test_is(get("OBX-5", NULL, 0), "one"));
}

static void tells_absent_from_cleared(void)
{
    static const struct {
        const char *path;
        enum found_how how;
    } table[] = {
        { "PID-6", FOUND_CLEARED },      { "PID-11.5", FOUND_CLEARED },
        { "PID-11", FOUND_CLEARED },     { "PID-9", FOUND_ABSENT },
        { "PID-12", FOUND_ABSENT },      { "PID-99", FOUND_ABSENT },
        { "ZZZ-1", FOUND_ABSENT },       { "PID-5.9", FOUND_ABSENT },
        { "NK1(2)-2.3", FOUND_CLEARED }, { "NK1(3)-2", FOUND_ABSENT },
        { "PID-7.2", FOUND_ABSENT },     { "OBX(3)-5", FOUND_ABSENT },
        { "PID-3(3)", FOUND_ABSENT },    { "PID-3(9)", FOUND_ABSENT },
        { "PID-6(2)", FOUND_ABSENT },    { ".1", FOUND_ABSENT },
        { "PV1", FOUND_ABSENT },         { "NK1", FOUND_PRESENT },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        CU_ASSERT_EQUAL(get(table[i].path, NULL, 0).how, table[i].how);
}

static void chooses_repetitions_by_their_components(void)
{
    CU_ASSERT(hl7v2_test_is(get("PID-3[4=NHS|NHSNMBR].1", NULL, 0), "9990000018"));
    CU_ASSERT(hl7v2_test_is(get("PID-3[4!=NHS|NHSNMBR].1", NULL, 0), "77"));
    CU_ASSERT(hl7v2_test_is(get("PID-3[4!=NHS|NHSNMBR].1", NULL, 1), "88"));
    CU_ASSERT(hl7v2_test_is(get("PID-3[4!=ZX9,5!=NH].1", NULL, 0), "88"));
    CU_ASSERT(hl7v2_test_is(get("PID-3[4.3=ISO]", NULL, 0), "9990000018"));
    CU_ASSERT(hl7v2_test_is(get("PID-5[3=].2", NULL, 0), "ADA"));
    CU_ASSERT_EQUAL(get("PID-3[4=ZX9,5=NH].1", NULL, 0).how, FOUND_ABSENT);
    CU_ASSERT_EQUAL(get("PID-3[4!=NHS].1", NULL, 3).how, FOUND_ABSENT);
}

static void walks_the_repetitions_of_a_field(void)
{
    CU_ASSERT_EQUAL(count("PID-5"), 2);
    CU_ASSERT(hl7v2_test_is(get(".1.1", "PID-5", 1), "BYRON"));
    CU_ASSERT(hl7v2_test_is(get(".7", "PID-5", 1), "PREVIOUS"));
    CU_ASSERT_EQUAL(get(".1", "PID-5", 2).how, FOUND_ABSENT);
    CU_ASSERT_EQUAL(count("PID-3[4!=NHS]"), 2);
    CU_ASSERT(hl7v2_test_is(get(".1", "PID-3[4!=NHS]", 1), "88"));
    CU_ASSERT(hl7v2_test_is(get(".1", "PID-13", 1), "02 345"));
    CU_ASSERT(hl7v2_test_is(get("-7", "PID-13", 1), "19151210"));
    CU_ASSERT(hl7v2_test_is(get("MSH-10", "PID-13", 1), "MSG00001"));
    CU_ASSERT_EQUAL(count("PID-3"), 4);
    CU_ASSERT_EQUAL(count("PID-3(2)"), 1);
    CU_ASSERT_EQUAL(count("PID-11"), 1);
    CU_ASSERT_EQUAL(count("PID-12") + count("PID-40") + count("PV1-3"), 0);
}

static void walks_the_segments_of_a_kind(void)
{
    CU_ASSERT_EQUAL(count("NK1"), 2);
    CU_ASSERT_EQUAL(count("NK1(2)"), 1);
    CU_ASSERT_EQUAL(count("ZZZ") + count("NK1(3)"), 0);
    CU_ASSERT(hl7v2_test_is(get("-2.1", "NK1", 1), "KING"));
    CU_ASSERT(hl7v2_test_is(get("-5.1", "NK1", 0), "0123"));
    CU_ASSERT(hl7v2_test_is(get("-5", "OBX(2)", 0), "two"));
    CU_ASSERT_EQUAL(get("-5", "NK1", 1).how, FOUND_ABSENT);
    CU_ASSERT_EQUAL(get("-2", "NK1", 2).how, FOUND_ABSENT);
}

static void says_where_the_bytes_are(void)
{
    struct found f = get("PID-5.2", NULL, 0);
    CU_ASSERT(slice_equal_text(slice_of(ada + f.at, f.length), "ADA"));
    f = get("PID-11.5", NULL, 0);
    CU_ASSERT(slice_equal_text(slice_of(ada + f.at, f.length), "\"\""));
}

static void refuses_texts_that_are_no_path(void)
{
    static const struct {
        const char *text;
        size_t at;
    } table[] = {
        { "", 0 },          { "PI-1", 0 },          { "pid-1", 0 },     { "PID-", 4 },
        { "PID-0", 4 },     { "PID-x", 4 },         { "PID-1.", 6 },    { "PID-1.1.1.1", 9 },
        { "PID-3[4]", 7 },  { "PID-3[4=x", 9 },     { "PID-3[=x]", 6 }, { "PID(x)-1", 4 },
        { "PID(1-1", 5 },   { "PID-1 ", 5 },        { "MSH(2)-1", 8 },  { "MSH-2.1", 7 },
        { "PID-99999", 4 }, { "PID-3(1)[4=x]", 8 }, { "PID.5", 3 },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        err_clear(&t.e);
        CU_ASSERT_PTR_NULL(hl7v2_test_path(&t, table[i].text));
        CU_ASSERT_STRING_EQUAL_FATAL(t.e.code, "hl7v2.path");
        CU_ASSERT_EQUAL(t.e.at, table[i].at);
    }
}

static void collect(void *ctx, const struct leaf *l)
{
    struct buf *b = ctx;
    buf_put(b, l->path);
    buf_byte(b, '=');
    buf_put(b, slice_of(ada + l->at, l->length));
    buf_byte(b, ' ');
}

static void names_every_populated_leaf(void)
{
    static const char wanted[] =
        "MSH-3=PAS MSH-4=ZX9 MSH-5=ROUTE MSH-6=ROUTE MSH-7=20260131120000 MSH-9.1=ADT MSH-9.2=A01 "
        "MSH-9.3=ADT_A01 MSH-10=MSG00001 MSH-11=P MSH-12=2.4 "
        "PID-1=1 PID-3.1=77 PID-3.4=ZX9 PID-3.5=PI PID-3(2).1=9990000018 PID-3(2).4.1=NHS "
        "PID-3(2).4.2=2.16.840.1.113883.2.1.4.1 PID-3(2).4.3=ISO PID-3(2).5=NH PID-3(4).1=88 "
        "PID-3(4).4=OTHER PID-3(4).5=PI PID-5.1=LOVELACE PID-5.2=ADA PID-5.3=K PID-5.7=L "
        "PID-5(2).1=BYRON PID-5(2).2=ADA PID-5(2).7=PREVIOUS PID-6=\"\" PID-7=19151210 PID-8=2 "
        "PID-11=\"\" PID-13=01 234 PID-13(2)=02 345 PID-14.1.1=a PID-14.1.2=b "
        "NK1-1=1 NK1-2.1=BYRON NK1-2.2=ANNE NK1-3=3 NK1-5=0123 NK1(2)-1=2 NK1(2)-2.1=KING "
        "NK1(2)-2.2=WILLIAM NK1(2)-2.3=\"\" NK1(2)-3=1 OBX-1=1 OBX-2=TX OBX-3=X OBX-5=one "
        "OBX(2)-1=2 "
        "OBX(2)-2=TX OBX(2)-3=Y OBX(2)-5=two OBX(3)-1=3 OBX(3)-2=TX OBX(3)-3=Z ";
    struct buf b;
    buf_init(&b, 1 << 16);
    format_hl7v2.leaves(&t.a, hl7v2_test_parse(&t, slice_text(ada)), collect, &b);
    CU_ASSERT(slice_equal_text(buf_slice(&b), wanted));
    buf_release(&b);
}

static bool decodes(const char *charset, struct slice raw, const char *wanted)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_text(&b, HEAD "||||||");
    buf_text(&b, charset);
    buf_text(&b, "\rOBX|1|TX|||");
    buf_put(&b, raw);
    buf_text(&b, "|\r");
    struct doc *d = hl7v2_test_parse(&t, buf_slice(&b));
    buf_release(&b);
    return d && hl7v2_test_is(hl7v2_test_find(&t, d, "OBX-5", NULL, 0), wanted);
}

static void undoes_escapes_once(void)
{
    CU_ASSERT(decodes("", SLICE("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f"), "a|b^c&d~e\\f"));
    CU_ASSERT(decodes("", SLICE("\\E\\F\\E\\"), "\\F\\"));
    CU_ASSERT(decodes("", SLICE("one\\.br\\two\\X0D0a\\three"), "one\ntwo\r\nthree"));
    CU_ASSERT(decodes("", SLICE("is \\H\\HIGH\\N\\ now"), "is HIGH now"));
}

static void keeps_escapes_it_does_not_know(void)
{
    static const char *const table[] = { "\\Z99\\ x", "\\.in\\x", "\\C2842\\", "\\M824041\\",
                                         "C:\\dir",   "\\X0\\",   "\\Xzz\\",   "\\X\\",
                                         "\\",        "\\\\",     "\\P\\" };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        CU_ASSERT(decodes("", slice_text(table[i]), table[i]));
    CU_ASSERT(decodes("GB 18030-2000", SLICE("\\XD5A1\\"), "\\XD5A1\\"));
    CU_ASSERT(decodes("ISO IR 999", SLICE("\\XE9\\"), "\\XE9\\"));
    CU_ASSERT(decodes("ISO IR 999", SLICE("\\XC3B6\\"), "ö"));
}

static void decodes_by_the_header_but_trusts_the_bytes(void)
{
    CU_ASSERT(decodes("", SLICE("Bj\xc3\xb6rk"), "Björk"));
    CU_ASSERT(decodes("",
                      SLICE("Ren\xe9"
                            "e O\x92"
                            "Brien"),
                      "Renée O’Brien"));
    CU_ASSERT(decodes("UNICODE", SLICE("Bj\xc3\xb6rk"), "Björk"));
    CU_ASSERT(decodes("UNICODE UTF-8", SLICE("Ren\xe9"), "René"));
    CU_ASSERT(decodes("ISO IR 999", SLICE("Ren\xc3\xa9"), "René"));
    CU_ASSERT(decodes("8859/2", SLICE("\xa3ukasz"), "Łukasz"));
    CU_ASSERT(decodes("8859/7", SLICE("\xe1"), "α"));
    CU_ASSERT(decodes("BIG-5", SLICE("Rene"), "Rene"));
    CU_ASSERT(decodes("UNICODE UTF-16", SLICE("Ren\xc3\xa9"), "René"));
    CU_ASSERT(decodes("8859/1", SLICE("\xc3\xb6 \x80"), "Ã¶ €"));
    CU_ASSERT(decodes("8859/15~ASCII", SLICE("\xa4 \xe9"), "€ é"));
    CU_ASSERT(decodes("", SLICE("\\XC3\\\\XB6\\"), "ö"));
}

static void says_which_character_sets_it_does_not_read(void)
{
    static const struct {
        const char *charset;
        struct slice text;
    } rows[] = {
        { "GB 18030-2000", SLICE_INIT("\xd5\x5c") },  { "KS X 1001", SLICE_INIT("\xb0\xa1") },
        { "CNS 11643-1992", SLICE_INIT("\xb0\xa1") }, { "BIG-5", SLICE_INIT("\xa4\x7c") },
        { "ISO IR87", SLICE_INIT("\x1b$B;3\x1b(B") }, { "ISO IR14", SLICE_INIT("\xd4") },
        { "ISO IR159", SLICE_INIT("\\M2440\\") },     { "ASCII~ISO IR87", SLICE_INIT("\\C2842\\") },
        { "ISO IR 999", SLICE_INIT("Ren\xe9") },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        err_clear(&t.e);
        CU_ASSERT_FALSE(decodes(rows[i].charset, rows[i].text, "never"));
        CU_ASSERT_STRING_EQUAL(t.e.code, "hl7v2.charset");
    }
    err_clear(&t.e);
    CU_ASSERT_PTR_NULL(hl7v2_test_parse(&t, SLICE("\xff\xfeM\0S\0H\0|\0")));
    CU_ASSERT_PTR_NOT_NULL(strstr(t.e.text, "UTF-16"));
}

static void drops_blanks_at_the_ends_only(void)
{
    CU_ASSERT(decodes("", SLICE("  a b\t"), "a b"));
    CU_ASSERT(decodes("", SLICE("\\X20\\a\\X20\\"), " a "));
}

static CU_TestInfo cases[] = {
    { "finds fields, components and subcomponents", finds_fields_components_and_subcomponents },
    { "tells absent from cleared", tells_absent_from_cleared },
    { "chooses repetitions by their components", chooses_repetitions_by_their_components },
    { "walks the repetitions of a field", walks_the_repetitions_of_a_field },
    { "walks the segments of a kind", walks_the_segments_of_a_kind },
    { "says where the bytes are", says_where_the_bytes_are },
    { "refuses texts that are no path", refuses_texts_that_are_no_path },
    { "names every populated leaf", names_every_populated_leaf },
    { "undoes escapes once", undoes_escapes_once },
    { "keeps escapes it does not know", keeps_escapes_it_does_not_know },
    { "decodes by the header but trusts the bytes", decodes_by_the_header_but_trusts_the_bytes },
    { "says which character sets it does not read", says_which_character_sets_it_does_not_read },
    { "drops blanks at the ends only", drops_blanks_at_the_ends_only },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hl7v2_find = { "hl7v2_find", NULL, NULL, fresh, done, cases };
