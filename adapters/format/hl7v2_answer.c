/* hl7v2_answer.c - what a partner's acknowledgement means.
 *
 * In enhanced mode (HL7 v2.4 2.9.3) a partner says CA when it has the message safe, and what came of it
 * in a second answer, if MSH-16 of ours asked for one: then CA is not the last word. */
#include <stdio.h>

#include "base/arena.h"
#include "format/hl7v2_doc.h"

#define ANSWER_SCRATCH_MAX ((size_t)4 * 1024 * 1024)
#define CODE_MAX 8
#define DIGITS_MAX 6

/* Two capitals, or a short word with a digit, and not so many that it could be a number or a date of
 * somebody: codes go where everybody sees them. */
static bool is_code(struct slice s)
{
    size_t digits = 0, capitals = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool digit = c >= '0' && c <= '9', capital = c >= 'A' && c <= 'Z';
        if (!digit && !capital && (c < 'a' || c > 'z') && c != '.' && c != '-' && c != '_')
            return false;
        digits += digit;
        capitals += capital;
    }
    return s.n <= CODE_MAX && ((digits > 0 && digits <= DIGITS_MAX) || (s.n == 2 && capitals == 2));
}

static void add(char *to, size_t room, struct slice s)
{
    size_t n = strlen(to);
    if (n + s.n + 2 > room)
        return;
    (void)snprintf(to + n, room - n, "%s%.*s", n ? " " : "", (int)s.n, (const char *)s.p);
}

/* What is no code could be anything: it is not kept as one. */
static void add_code(struct partner_said *said, struct slice code)
{
    code = slice_trim(code);
    if (is_code(code))
        add(said->codes, sizeof said->codes, code);
}

static void add_words(struct arena *a, const struct doc *d, struct partner_said *said,
                      struct slice raw)
{
    struct slice text = hl7v2_decode(a, d, slice_trim(raw));
    size_t left = sizeof said->words - strlen(said->words) - 2;
    while (text.n > left || (text.n && !slice_is_utf8(text)))
        text.n--; /* whole characters only */
    if (text.n)
        add(said->words, sizeof said->words, text);
}

static struct slice part(struct slice s, uint8_t mark, size_t n)
{
    for (; n > 1; n--)
        s = slice_from(s, slice_find(s, mark) + 1);
    return slice_head(s, slice_find(s, mark));
}

static struct slice field(const struct doc *d, const struct hl7v2_segment *s, uint32_t n)
{
    return part(hl7v2_bytes(d, hl7v2_field(d, s, n)), d->marks.repetition, 1);
}

/* ERR-1.4 up to 2.4; ERR-3, 5, 7 and 8 since 2.5. */
static void read_err(struct arena *a, const struct doc *d, const struct hl7v2_segment *s,
                     struct partner_said *said)
{
    uint8_t c = d->marks.component, sub = d->marks.subcomponent;
    struct slice old = part(field(d, s, 1), c, 4), now = field(d, s, 3);
    add_code(said, part(old, sub, 1));
    add_words(a, d, said, part(old, sub, 2));
    add_code(said, part(now, c, 1));
    add_words(a, d, said, part(now, c, 2));
    add_code(said, part(field(d, s, 5), c, 1));
    add_words(a, d, said, field(d, s, 7));
    add_words(a, d, said, field(d, s, 8));
}

static void read_said(struct arena *a, const struct doc *d, const struct hl7v2_segment *msa,
                      struct partner_said *said)
{
    const struct hl7v2_segment *err = NULL;
    add_code(said, field(d, msa, 1));
    add_code(said, part(field(d, msa, 6), d->marks.component, 1));
    add_words(a, d, said, field(d, msa, 3));
    for (size_t n = 0; n < 3 && (err = hl7v2_segment_at(d, hl7v2_id('E', 'R', 'R'), n)); n++)
        read_err(a, d, err, said);
}

/* Whether our message asks for a second answer when it is accepted: MSH-16, its own separators. */
static bool wants_another(struct slice sent)
{
    struct slice line = slice_head(sent, slice_find(sent, '\r'));
    if (line.n < 4 || !slice_starts(line, SLICE("MSH")))
        return false;
    struct slice asked = slice_trim(part(slice_from(line, 4), line.p[3], 15)); /* MSH-2 is the first */
    return slice_equal_text(asked, "AL") || slice_equal_text(asked, "SU");
}

static enum answer_means judge(struct arena *a, const struct doc *d, struct slice sent,
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
    switch (code.p[1]) {
    case 'A':
        return code.p[0] == 'C' && wants_another(sent) ? ANSWER_ELSE : ANSWER_YES;
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
    /* What can be read of it counts: a text that is not escaped makes a partner's word no other. */
    bool can_read = hl7v2_parse(&a, NULL, answer, &d, &ignored) || d;
    enum answer_means means = can_read ? judge(&a, d, sent, id, said) : ANSWER_UNREADABLE;
    arena_release(&a);
    say_why(means, why);
    return means;
}
