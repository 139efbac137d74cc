/* hl7v2_reply_test.c - acknowledgements, ours and the partner's. */
#include "base/clock.h"
#include "hl7v2_help.h"

static struct hl7v2_test t;
static struct buf out;
static int64_t noon_ms; /* 2026-07-01T12:00:03 in London: 11:00:03Z */

static void fresh(void)
{
    hl7v2_test_start(&t);
    buf_init(&out, 1 << 16);
    noon_ms = civil_to_ms(&(struct civil){ 2026, 7, 1, 11, 0, 3, 0 });
}

static void done(void)
{
    buf_release(&out);
    arena_release(&t.a);
}

static struct doc *answer(const char *raw, bool parsed, enum reply_kind kind, const struct err *why)
{
    struct doc *d = parsed ? hl7v2_test_parse(&t, slice_text(raw)) : NULL;
    buf_reset(&out);
    format_hl7v2.reply(d, slice_text(raw), kind, why, noon_ms, &out);
    return hl7v2_test_parse(&t, buf_slice(&out));
}

static bool has(const struct doc *ack, const char *path, const char *wanted)
{
    return ack && hl7v2_test_is(hl7v2_test_find(&t, ack, path, NULL, 0), wanted);
}

static void accepts_in_original_mode(void)
{
    const struct doc *ack = answer(HEAD "\rPID|1\r", true, REPLY_ACCEPT, NULL);
    CU_ASSERT(has(ack, "MSH-3", "ROUTE") && has(ack, "MSH-5", "PAS") && has(ack, "MSH-6", "ZX9"));
    CU_ASSERT(has(ack, "MSH-7", "20260701120003"));
    CU_ASSERT(has(ack, "MSH-9.1", "ACK") && has(ack, "MSH-9.2", "A01") &&
              has(ack, "MSH-9.3", "ACK"));
    CU_ASSERT(has(ack, "MSH-11", "P") && has(ack, "MSH-12", "2.4"));
    CU_ASSERT(has(ack, "MSA-1", "AA") && has(ack, "MSA-2", "MSG00001"));
    CU_ASSERT_EQUAL(hl7v2_test_find(&t, ack, "ERR", NULL, 0).how, FOUND_ABSENT);
    CU_ASSERT(hl7v2_test_find(&t, ack, "MSH-10", NULL, 0).value.n == 20);
    CU_ASSERT(out.n > 0 && out.p[out.n - 1] == '\r');
}

static void echoes_the_control_id_byte_for_byte(void)
{
    (void)answer("MSH|^~\\&|A|B|C|D|1||ADT^A01| 1\\F\\2^x\xe9 |P|2.4\r", true, REPLY_ACCEPT, NULL);
    struct slice all = buf_slice(&out), wanted = SLICE("\rMSA|AA| 1\\F\\2^x\xe9 \r");
    CU_ASSERT(all.n > wanted.n && slice_equal(slice_from(all, all.n - wanted.n), wanted));
}

static bool answers(const char *marks, const char *wanted)
{
    const char *raw = arena_format(&t.a, "MSH|%s|A|B|C|D|1||ADT^A01|id|P|2.4\r", marks);
    const struct err why = { .fate = ERR_REJECT, .code = "map.value", .text = "no a|b^c~d\\e&f" };
    const struct doc *ack = answer(raw, true, REPLY_ERROR, &why);
    CU_ASSERT(has(ack, "MSH-2", marks) && has(ack, "MSH-9.3", "ACK") && has(ack, "MSA-2", "id"));
    struct slice all = buf_slice(&out);
    all = slice_from(all, slice_find(all, '\r') + 1);
    if (slice_equal_text(all, wanted))
        return true;
    fprintf(stderr, "\n    wanted '%s', got '%.*s'\n", wanted, (int)all.n, (const char *)all.p);
    return false;
}

/* Where there is no escape mark, what would need one is a blank: nothing of ours reads as a
 * mark. */
static void answers_with_no_more_marks_than_the_sender(void)
{
    CU_ASSERT(
        answers("^~\\&#", "MSA|AE|id|no a\\F\\b\\S\\c\\R\\d\\E\\e\\T\\f\rERR|^^^207&&HL70357\r"));
    CU_ASSERT(answers("^~\\", "MSA|AE|id|no a\\F\\b\\S\\c\\R\\d\\E\\e&f\rERR|^^^207\r"));
    CU_ASSERT(answers("^~", "MSA|AE|id|no a b c d\\e&f\rERR|^^^207\r"));
    CU_ASSERT(answers("^", "MSA|AE|id|no a b c~d\\e&f\rERR|^^^207\r"));
}

static void follows_the_modes_of_acknowledgement(void)
{
    static const struct {
        const char *accept, *application, *accepted, *failed;
    } table[] = {
        { "", "", "AA", "AE" },        { "AL", "", "CA", "CE" },   { "AL", "NE", "CA", "CE" },
        { "AL", "AL", "CA AA", "CE" }, { "", "AL", "AA", "AE" },   { "ER", "AL", "AA", "CE" },
        { "NE", "AL", "AA", "AE" },    { "NE", "NE", "AA", "AE" }, { "AL", "ER", "CA", "CE" },
        { "AL", "SU", "CA AA", "CE" }, { "SU", "ER", "CA", "AE" }, { "al", "al", "CA AA", "CE" },
        { "ER", "NE", "CA", "CE" },    { "NE", "ER", "AA", "AE" },
    };
    for (size_t i = 0; i < 2 * sizeof table / sizeof table[0]; i++) {
        const char *wanted = i % 2 ? table[i / 2].failed : table[i / 2].accepted;
        const char *raw =
            arena_format(&t.a, HEAD "|||%s|%s\r", table[i / 2].accept, table[i / 2].application);
        char got[16] = "";
        buf_reset(&out);
        format_hl7v2.reply(hl7v2_test_parse(&t, slice_text(raw)), slice_text(raw),
                           i % 2 ? REPLY_ERROR : REPLY_ACCEPT, NULL, noon_ms, &out);
        for (struct slice rest = buf_slice(&out); rest.n > 0;) {
            struct slice one = slice_head(rest, slice_find(rest, REPLY_NEXT));
            const struct doc *ack = hl7v2_test_parse(&t, one);
            CU_ASSERT_PTR_NOT_NULL_FATAL(ack);
            struct slice code = hl7v2_test_find(&t, ack, "MSA-1", NULL, 0).value;
            CU_ASSERT(has(ack, "MSA-2", "MSG00001"));
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", *got ? " " : "",
                     (int)code.n, (const char *)code.p);
            rest = slice_from(rest, one.n + 1);
        }
        CU_ASSERT_STRING_EQUAL(got, wanted);
    }
}

static void never_answers_an_acknowledgement(void)
{
    static const char *const types[] = { "ACK", "ACK^A01", "ack^A01^ACK", "MCF^Q05" };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const char *raw =
            arena_format(&t.a, "MSH|^~\\&|A|B|C|D|1||%s|77|P|2.4|||AL|AL\rMSA|AA|1\r", types[i]);
        for (int kind = REPLY_ACCEPT; kind <= REPLY_REJECT; kind++) {
            (void)answer(raw, kind == REPLY_ACCEPT, (enum reply_kind)kind, NULL);
            CU_ASSERT_EQUAL(out.n, 0);
        }
    }
}

static void says_why_it_refuses(void)
{
    struct err why = { .fate = ERR_NONE };
    (void)err_set(&why, ERR_REJECT, "hl7v2.segment", 99, "cannot read line | no segment id %s",
                  "and a tail that is far too long for the eighty characters of this field");
    const struct doc *ack = answer(HEAD "\rjunk\r", false, REPLY_ERROR, &why);
    CU_ASSERT(has(ack, "MSA-1", "AE") && has(ack, "MSA-2", "MSG00001"));
    CU_ASSERT(has(ack, "ERR-1.4", "100"));
    struct found text = hl7v2_test_find(&t, ack, "MSA-3", NULL, 0);
    CU_ASSERT_EQUAL(text.value.n, 80);
    CU_ASSERT(slice_starts(text.value, SLICE("cannot read line | no segment")));
}

static void rejects_with_a_code(void)
{
    struct err why = { .fate = ERR_NONE };
    (void)err_set(&why, ERR_REJECT, "intake.environment", 0, "of another environment");
    const struct doc *ack = answer(HEAD "|||AL\r", true, REPLY_REJECT, &why);
    CU_ASSERT(has(ack, "MSA-1", "CR") && has(ack, "ERR-1.4", "202"));
    ack = answer(HEAD "\r", true, REPLY_REJECT, NULL);
    CU_ASSERT(has(ack, "MSA-1", "AR") && has(ack, "ERR-1.4", "207"));
}

static void answers_with_the_senders_marks(void)
{
    (void)answer("MSH|$%?!|A|B|C|D|1||ADT$A01|77|P|2.4\r", true, REPLY_ERROR, NULL);
    CU_ASSERT(
        slice_starts(buf_slice(&out), SLICE("MSH|$%?!|C|D|A|B|20260701120003||ACK$A01$ACK|")));
}

static void answers_also_what_it_could_not_read(void)
{
    struct err why = { .fate = ERR_REJECT, .code = "hl7v2.header", .text = "cannot use MSH-2" };
    const struct doc *ack =
        answer("MSH|^~|A|B|C|D|1||ADT^A01|77|P|2.4\r", false, REPLY_ERROR, &why);
    CU_ASSERT(has(ack, "MSA-1", "AE") && has(ack, "MSA-2", "77") && has(ack, "MSH-5", "A"));
    ack = answer("rubbish", false, REPLY_ERROR, &why);
    CU_ASSERT(has(ack, "MSA-1", "AE") && has(ack, "MSH-9", "ACK") && has(ack, "ERR-1.4", "101"));
    CU_ASSERT_EQUAL(hl7v2_test_find(&t, ack, "MSA-2", NULL, 0).how, FOUND_ABSENT);
    ack = answer("", false, REPLY_ERROR, NULL);
    CU_ASSERT(has(ack, "MSA-1", "AE"));
}

/* Nothing of a message that another begins in is another's, and no answer begins a frame by what it
 * echoes. */
static void echoes_neither_vt_nor_what_begins_behind_it(void)
{
    static const struct {
        const char *raw, *application, *id;
    } table[] = {
        { "MSH|^~\\&|P\x0b"
          "AS|ZX9|B|B|1||ADT^A01|77|P|2.4\rPID|1\r",
          "P", "77" },
        { "MSH|^~\\&|PAS|ZX9|B|B|1||ADT^A01|77\x0b"
          "8|P|2.4\rPID|1\r",
          "PAS", "77" },
        { "MSH|^~\\&|PAS|ZX9|B|B|1||ADT^A01|77|P|2.4\rNTE|1||a\x0b"
          "b\r",
          "PAS", "77" },
        { "MSH|^~\\&|PAS|ZX9|B|B|1||ADT^A01|77|P\x0bMSH|^~\\&|X|||||||88\r", "PAS", "77" },
        { "MSH|^~\\&|PAS|Z\x0b"
          "X|B\x0b"
          "BHS|^~\\&|X|||||||88\r",
          "PAS", NULL },
        { "MSH|^~\\&|PAS|Z\x1cX|B|B|1||ADT^A01|77\x1c"
          "8|P|2.4\rPID|1\r",
          "PAS", "77" },
        { "MSH|^~\\&|PAS|ZX9|B|B|1||ADT^A01|77\x1c", "PAS", "77" },
    };
    const struct err why = { .fate = ERR_REJECT, .code = "hl7v2.vt", .text = "cannot take VT" };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct doc *ack = answer(table[i].raw, false, REPLY_ERROR, &why);
        CU_ASSERT(has(ack, "MSA-1", "AE") && has(ack, "MSH-5", table[i].application) &&
                  has(ack, "ERR-1.4", "102"));
        CU_ASSERT_EQUAL(slice_find(buf_slice(&out), 0x0b), out.n);
        CU_ASSERT_EQUAL(slice_find(buf_slice(&out), 0x1c), out.n);
        if (table[i].id)
            CU_ASSERT(has(ack, "MSA-2", table[i].id));
        if (!table[i].id)
            CU_ASSERT_EQUAL(hl7v2_test_find(&t, ack, "MSA-2", NULL, 0).how, FOUND_ABSENT);
    }
}

static struct partner_said said;

static enum answer_means means(const char *ack, const char *sent)
{
    err_clear(&t.e);
    enum answer_means m =
        format_hl7v2.means(slice_text(ack), slice_text(sent), SLICE("id1"), &said, &t.e);
    CU_ASSERT_EQUAL(m == ANSWER_YES, t.e.fate == ERR_NONE);
    return m;
}

#define ACK(msa) "MSH|^~\\&|B|B|A|A|1||ACK^T02|ACK|P|2.4\r" msa

static void understands_the_partners_answer(void)
{
    static const struct {
        const char *ack;
        enum answer_means means;
    } table[] = {
        { ACK("MSA|AA|id1\r"), ANSWER_YES },
        { ACK("MSA|CA|id1"), ANSWER_YES },
        { ACK("MSA|AA|id1|a\x1c"
              "b\rNTE|1||c\x1c\r"),
          ANSWER_YES },
        { ACK("MSA|AE|id1\r"), ANSWER_ERROR },
        { ACK("MSA|CE|id1|no\r"), ANSWER_ERROR },
        { ACK("MSA|AR|id1\r"), ANSWER_REJECT },
        { ACK("MSA|CR|id1\r"), ANSWER_REJECT },
        { ACK("MSA|AA|id2\r"), ANSWER_ELSE },
        { ACK("MSA|AE|id2\r"), ANSWER_ELSE },
        { ACK("MSA|AA\r"), ANSWER_UNREADABLE },
        { ACK("MSA|XX|id1\r"), ANSWER_UNREADABLE },
        { ACK(""), ANSWER_UNREADABLE },
        { "\x06", ANSWER_UNREADABLE },
        { ACK("MSA|AE|id1|no,\x0bno\r"), ANSWER_ERROR },
        { "", ANSWER_UNREADABLE },
        { "\r\nMSH|^~\\&|\nMSA|AA|id1\n", ANSWER_YES },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        CU_ASSERT_EQUAL(means(table[i].ack, ""), table[i].means);
}

/* CA is the last word unless our message asks for a second one (MSH-16). */
static void waits_for_the_second_answer_that_it_asked_for(void)
{
    static const char asks[] = "MSH|^~\\&|A|A|B|B|1||ADT^A01|id1|P|2.4|||AL|AL\rPID|1\r";
    static const char asks_once[] = "MSH|^~\\&|A|A|B|B|1||ADT^A01|id1|P|2.4|||AL|NE\rPID|1\r";
    CU_ASSERT_EQUAL(means(ACK("MSA|CA|id1\r"), asks), ANSWER_ELSE);
    CU_ASSERT_EQUAL(means(ACK("MSA|AA|id1\r"), asks), ANSWER_YES);
    CU_ASSERT_EQUAL(means(ACK("MSA|CE|id1\r"), asks), ANSWER_ERROR);
    CU_ASSERT_EQUAL(means(ACK("MSA|CA|id1\r"), asks_once), ANSWER_YES);
}

/* Codes are for everybody, words are not; what is no code is not taken for one. */
static void keeps_what_the_partner_says(void)
{
    (void)means(ACK("MSA|AE|id1|Database is down for Ada\rERR|PID^1^3^207&Internal&HL70357\r"), "");
    CU_ASSERT_STRING_EQUAL(said.codes, "AE 207");
    CU_ASSERT_STRING_EQUAL(said.words, "Database is down for Ada Internal");
    (void)means(ACK("MSA|AR|id1\rERR||PID^1|204^Unknown key^HL70357|E|X12^t|||no such Ada\r"), "");
    CU_ASSERT_STRING_EQUAL(said.codes, "AR 204 X12");
    CU_ASSERT_STRING_EQUAL(said.words, "Unknown key no such Ada");
    (void)means(ACK("MSA|AE|id1\rERR|||9990000026||19411101\rERR|||Ada\r"), "");
    CU_ASSERT_STRING_EQUAL(said.codes, "AE");
    (void)means(ACK("MSA|AE|id1\rERR|||Ada Sample of 1 High St\r"), "");
    CU_ASSERT_STRING_EQUAL(said.codes, "AE");
}

/* Of whatever length the fields of a header are, whether it could be read or not. */
static void bounds_what_it_echoes(void)
{
    static char raw[10 * 10000];
    static const struct err why = { .fate = ERR_REJECT,
                                    .code = "hl7v2.control_id",
                                    .text = "long" };
    size_t n = (size_t)snprintf(raw, sizeof raw, "MSH|^~\\&");
    for (int field = 3; field <= 12; field++) {
        raw[n++] = '|';
        memset(raw + n, 'a' + field, 9000);
        n += 9000;
    }
    snprintf(raw + n, sizeof raw - n, "\rPID|1\r");
    const struct doc *ack = answer(raw, false, REPLY_ERROR, &why);
    CU_ASSERT(has(ack, "MSA-1", "AR") && out.n < 8 * 300);
    CU_ASSERT_EQUAL(hl7v2_test_find(&t, ack, "MSA-2", NULL, 0).value.n, HL7V2_CONTROL_ID_MAX);
}

static CU_TestInfo cases[] = {
    { "accepts in original mode", accepts_in_original_mode },
    { "echoes the control id byte for byte", echoes_the_control_id_byte_for_byte },
    { "answers with no more marks than the sender", answers_with_no_more_marks_than_the_sender },
    { "follows the modes of acknowledgement", follows_the_modes_of_acknowledgement },
    { "never answers an acknowledgement", never_answers_an_acknowledgement },
    { "says why it refuses", says_why_it_refuses },
    { "rejects with a code", rejects_with_a_code },
    { "answers with the sender's marks", answers_with_the_senders_marks },
    { "answers also what it could not read", answers_also_what_it_could_not_read },
    { "echoes neither VT nor what begins behind it", echoes_neither_vt_nor_what_begins_behind_it },
    { "understands the partner's answer", understands_the_partners_answer },
    { "waits for the second answer that it asked for",
      waits_for_the_second_answer_that_it_asked_for },
    { "keeps what the partner says", keeps_what_the_partner_says },
    { "bounds what it echoes", bounds_what_it_echoes },
    CU_TEST_INFO_NULL,
};
CU_SuiteInfo suite_hl7v2_reply = { "hl7v2_reply", NULL, NULL, fresh, done, cases };
