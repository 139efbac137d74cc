/* hl7v2_answer.c - what a partner's acknowledgement means.
 *
 * In enhanced mode (HL7 v2.4 2.9.3) a partner says CA when it has stored the message. If MSH-16 of
 * ours asks for it, a second answer tells what came of the message: then CA is not final. */
#include <stdio.h>

#include "base/arena.h"
#include "format/hl7v2_doc.h"

#define ANSWER_SCRATCH_MAX ((size_t)4 * 1024 * 1024)
#define CODE_MAX 8
#define DIGITS_MAX 6
#define ERR_SEGMENTS_MAX 3 /* of which codes and words are kept */

/* Two capitals, or a short word with 1 to DIGITS_MAX digits. With more it could be somebody's
 * number or date, and codes go where everybody sees them. */
static bool is_answer_code(struct slice s)
{
    static const char others[] = "-_.abcdefghijklmnopqrstuvwxyz";
    size_t digits = 0, capitals = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        if (c >= '0' && c <= '9')
            digits++;
        else if (c >= 'A' && c <= 'Z')
            capitals++;
        else if (!memchr(others, c, sizeof others - 1))
            return false;
    }
    if (s.n == 2 && capitals == 2)
        return true;
    return s.n <= CODE_MAX && digits > 0 && digits <= DIGITS_MAX;
}

static void append_word(char *to, size_t room, struct slice s)
{
    size_t n = strlen(to);
    if (n + s.n + 2 > room)
        return;
    (void)snprintf(to + n, room - n, "%s%.*s", n ? " " : "", (int)s.n, (const char *)s.p);
}

/* Keeps a code; what does not look like one is dropped, since it could be anything. */
static void append_code(struct partner_said *said, struct slice code)
{
    code = slice_trim(code);
    if (is_answer_code(code))
        append_word(said->codes, sizeof said->codes, code);
}

static void append_text(struct arena *a, const struct doc *d, struct partner_said *said,
                        struct slice raw)
{
    struct slice text = hl7v2_decode(a, d, slice_trim(raw));
    size_t left = sizeof said->words - strlen(said->words) - 2;
    while (text.n > left || (text.n && !slice_is_utf8(text)))
        text.n--; /* whole characters only */
    if (text.n)
        append_word(said->words, sizeof said->words, text);
}

static struct slice piece_of_text(struct slice s, uint8_t delimiter, size_t n)
{
    for (; n > 1; n--)
        s = slice_from(s, slice_find(s, delimiter) + 1);
    return slice_head(s, slice_find(s, delimiter));
}

static struct slice answer_field(const struct doc *d, const struct hl7v2_segment *s, uint32_t n)
{
    return piece_of_text(hl7v2_bytes(d, hl7v2_field(d, s, n)), d->delimiters.repetition, 1);
}

/* ERR-1.4 up to 2.4; ERR-3, 5, 7 and 8 since 2.5. */
static void read_err(struct arena *a, const struct doc *d, const struct hl7v2_segment *s,
                     struct partner_said *said)
{
    uint8_t c = d->delimiters.component, sub = d->delimiters.subcomponent;
    struct slice old = piece_of_text(answer_field(d, s, 1), c, 4), now = answer_field(d, s, 3);
    append_code(said, piece_of_text(old, sub, 1));
    append_text(a, d, said, piece_of_text(old, sub, 2));
    append_code(said, piece_of_text(now, c, 1));
    append_text(a, d, said, piece_of_text(now, c, 2));
    append_code(said, piece_of_text(answer_field(d, s, 5), c, 1));
    append_text(a, d, said, answer_field(d, s, 7));
    append_text(a, d, said, answer_field(d, s, 8));
}

static void read_said(struct arena *a, const struct doc *d, const struct hl7v2_segment *msa,
                      struct partner_said *said)
{
    append_code(said, answer_field(d, msa, 1));
    append_code(said, piece_of_text(answer_field(d, msa, 6), d->delimiters.component, 1));
    append_text(a, d, said, answer_field(d, msa, 3));
    for (size_t n = 0; n < ERR_SEGMENTS_MAX; n++) {
        const struct hl7v2_segment *err = hl7v2_segment_at(d, hl7v2_id('E', 'R', 'R'), n);
        if (!err)
            break;
        read_err(a, d, err, said);
    }
}

/* Whether our message asks for a second answer when it is accepted: MSH-16, its own separators. */
static bool wants_another(struct slice sent)
{
    struct slice line = slice_head(sent, slice_find(sent, '\r'));
    if (line.n < 4 || !slice_starts(line, SLICE("MSH")))
        return false;
    /* Behind MSH-1 the first piece is MSH-2, so the fifteenth is MSH-16. */
    struct slice asked = slice_trim(piece_of_text(slice_from(line, 4), line.p[3], 15));
    return slice_equal_text(asked, "AL") || slice_equal_text(asked, "SU");
}

static enum answer_means answer_judge(struct arena *a, const struct doc *d, struct slice sent,
                                      struct slice id, struct partner_said *said)
{
    const struct hl7v2_segment *msa = hl7v2_segment_at(d, hl7v2_id('M', 'S', 'A'), 0);
    if (!msa)
        return ANSWER_UNREADABLE;
    struct slice code = slice_trim(hl7v2_bytes(d, hl7v2_field(d, msa, 1)));
    struct slice echoed = slice_trim(hl7v2_bytes(d, hl7v2_field(d, msa, 2)));
    read_said(a, d, msa, said);
    if (!slice_equal(echoed, id))
        return echoed.n ? ANSWER_ELSE : ANSWER_UNREADABLE;
    if (code.n != 2 || (code.p[0] != 'A' && code.p[0] != 'C'))
        return ANSWER_UNREADABLE;
    bool is_commit = code.p[0] == 'C';
    switch (code.p[1]) {
    case 'A':
        return is_commit && wants_another(sent) ? ANSWER_ELSE : ANSWER_YES;
    case 'E':
        return ANSWER_ERROR;
    case 'R':
        return ANSWER_REJECT;
    default:
        return ANSWER_UNREADABLE;
    }
}

static void say_why(enum answer_means means, struct err *why)
{
    static const struct {
        const char *code, *sentence;
    } words[] = {
        [ANSWER_ERROR] = { "hl7v2.refused", "partner refused the message" },
        [ANSWER_REJECT] = { "hl7v2.busy", "partner cannot take the message now" },
        [ANSWER_ELSE] = { "hl7v2.answer", "answer is to another message" },
        [ANSWER_UNREADABLE] = { "hl7v2.answer", "answer does not say what became of the message" },
    };
    if (means != ANSWER_YES)
        (void)err_set(why, ERR_RETRY, words[means].code, 0, "%s", words[means].sentence);
}

enum answer_means hl7v2_means(struct slice answer, struct slice sent, struct slice id,
                              struct partner_said *said, struct err *why)
{
    struct arena a;
    struct doc *d = NULL;
    struct err ignored = { .fate = ERR_NONE };
    *said = (struct partner_said){ "", "" };
    arena_init(&a, ANSWER_SCRATCH_MAX);
    /* An answer that is read in part counts, too: an unescaped text changes nothing of what it
     * says. */
    bool can_read = hl7v2_parse(&a, NULL, answer, &d, &ignored) || d;
    enum answer_means means = can_read ? answer_judge(&a, d, sent, id, said) : ANSWER_UNREADABLE;
    arena_release(&a);
    say_why(means, why);
    return means;
}
