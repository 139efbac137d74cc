/* hl7v2_marks.c - MSH-1 and MSH-2: which characters separate and escape. */
#include "format/hl7v2_marks.h"

#include "format/hl7v2_id.h"
#include "format/hl7v2_line.h"

#define MARKS_LOOKED_AT 40

bool hl7v2_marks_may_be(uint8_t c)
{
    return c > ' ' && c < 0x7f && !hl7v2_id_goes_on(hl7v2_id_upper(c));
}

static bool are_different(struct slice marks)
{
    for (size_t i = 0; i < marks.n; i++)
        for (size_t j = 0; j < i; j++)
            if (marks.p[i] == marks.p[j])
                return false;
    return true;
}

/* False when there are fewer than four marks behind MSH-1 and one of ^ ~ \ & is out of its usual
 * place: then one may be missing. */
static bool are_in_place(struct slice marks)
{
    static const struct slice usual = SLICE_INIT("^~\\&");
    if (marks.n >= 1 + usual.n)
        return true;
    for (size_t i = 1; i < marks.n; i++) {
        size_t place = slice_find(usual, marks.p[i]);
        if (place < usual.n && place != i - 1)
            return false;
    }
    return true;
}

/* MSH-1 and MSH-2, which ends at the next field separator or line end; false where it is cut off.
 * There are not so many different marks as are looked at. */
static bool find_marks(struct slice head, struct slice *out)
{
    size_t n = 4;
    while (n < head.n && n < MARKS_LOOKED_AT) {
        bool is_end = head.p[n] == head.p[3] || hl7v2_line_is_end(head.p[n]);
        if (is_end)
            break;
        n++;
    }
    *out = (struct slice){ head.p + 3, n - 3 };
    bool is_cut = n == head.n || hl7v2_line_is_end(head.p[n]);
    return out->n > 4 || !is_cut;
}

static uint8_t mark_at(struct slice marks, size_t i)
{
    return i < marks.n ? marks.p[i] : HL7V2_NO_MARK;
}

bool hl7v2_marks_read(struct slice raw, size_t at, struct hl7v2_marks *out, struct err *e)
{
    struct slice marks;
    struct slice head = slice_from(raw, at);
    if (head.n == 0)
        return err_set(e, ERR_REJECT, "hl7v2.short", at, "cannot read message: it is empty");
    if (!slice_starts(head, SLICE("MSH")))
        return err_set(e, ERR_REJECT, "hl7v2.header", at, "cannot find 'MSH' at the start");
    if (head.n < 5 || !find_marks(head, &marks))
        return err_set(e, ERR_REJECT, "hl7v2.short", raw.n, "cannot read MSH: it ends in MSH-2");
    for (size_t i = 0; i < marks.n; i++)
        if (!hl7v2_marks_may_be(marks.p[i]))
            return err_set(e, ERR_REJECT, "hl7v2.header", at + 3 + i,
                           "cannot use MSH-2: a mark is a letter, a digit or no character");
    if (marks.n == 1 || !are_different(marks))
        return err_set(e, ERR_REJECT, "hl7v2.header", at + 4,
                       "cannot use MSH-2: it names no mark, or one twice");
    if (!are_in_place(marks))
        return err_set(e, ERR_REJECT, "hl7v2.header", at + 4,
                       "cannot use MSH-2: which of its four marks is missing can only be guessed");
    *out = (struct hl7v2_marks){ marks.p[0],        marks.p[1],        mark_at(marks, 2),
                                 mark_at(marks, 3), mark_at(marks, 4), mark_at(marks, 5) };
    return true;
}
