/* hl7v2_delimiters.c - MSH-1 and MSH-2: which characters separate and escape. */
#include "format/hl7v2_delimiters.h"

#include "format/hl7v2_id.h"
#include "format/hl7v2_line.h"

#define DELIMITERS_LOOKED_AT 40

bool hl7v2_delimiters_may_be(uint8_t c)
{
    return c > ' ' && c < 0x7f && !hl7v2_id_goes_on(hl7v2_id_upper(c));
}

static bool are_different(struct slice delimiters)
{
    for (size_t i = 0; i < delimiters.n; i++)
        for (size_t j = 0; j < i; j++)
            if (delimiters.p[i] == delimiters.p[j])
                return false;
    return true;
}

/* False when there are fewer than four delimiters behind MSH-1 and one of ^ ~ \ & is out of its
 * usual place: then one may be missing. */
static bool are_in_place(struct slice delimiters)
{
    static const struct slice usual = SLICE_INIT("^~\\&");
    if (delimiters.n >= 1 + usual.n)
        return true;
    for (size_t i = 1; i < delimiters.n; i++) {
        size_t place = slice_find(usual, delimiters.p[i]);
        if (place < usual.n && place != i - 1)
            return false;
    }
    return true;
}

/* MSH-1 and MSH-2, which ends at the next field separator or line end; false where it is cut off.
 * There are not so many different delimiters as are looked at. */
static bool find_delimiters(struct slice head, struct slice *out)
{
    size_t n = 4;
    while (n < head.n && n < DELIMITERS_LOOKED_AT) {
        bool is_end = head.p[n] == head.p[3] || hl7v2_line_is_end(head.p[n]);
        if (is_end)
            break;
        n++;
    }
    *out = (struct slice){ head.p + 3, n - 3 };
    bool is_cut = n == head.n || hl7v2_line_is_end(head.p[n]);
    return out->n > 4 || !is_cut;
}

static uint8_t delimiter_at(struct slice delimiters, size_t i)
{
    return i < delimiters.n ? delimiters.p[i] : HL7V2_NO_DELIMITER;
}

bool hl7v2_delimiters_read(struct slice raw, size_t at, struct hl7v2_delimiters *out, struct err *e)
{
    struct slice delimiters;
    struct slice head = slice_from(raw, at);
    if (head.n == 0)
        return err_set(e, ERR_REJECT, "hl7v2.short", at, "cannot read message: it is empty");
    if (!slice_starts(head, SLICE("MSH")))
        return err_set(e, ERR_REJECT, "hl7v2.header", at, "cannot find 'MSH' at the start");
    if (head.n < 5 || !find_delimiters(head, &delimiters))
        return err_set(e, ERR_REJECT, "hl7v2.short", raw.n, "cannot read MSH: it ends in MSH-2");
    for (size_t i = 0; i < delimiters.n; i++)
        if (!hl7v2_delimiters_may_be(delimiters.p[i]))
            return err_set(e, ERR_REJECT, "hl7v2.header", at + 3 + i,
                           "cannot use MSH-2: a mark is a letter, a digit or no character");
    if (delimiters.n == 1 || !are_different(delimiters))
        return err_set(e, ERR_REJECT, "hl7v2.header", at + 4,
                       "cannot use MSH-2: it names no mark, or one twice");
    if (!are_in_place(delimiters))
        return err_set(e, ERR_REJECT, "hl7v2.header", at + 4,
                       "cannot use MSH-2: which of its four marks is missing can only be guessed");
    *out = (struct hl7v2_delimiters){ delimiters.p[0],
                                      delimiters.p[1],
                                      delimiter_at(delimiters, 2),
                                      delimiter_at(delimiters, 3),
                                      delimiter_at(delimiters, 4),
                                      delimiter_at(delimiters, 5) };
    return true;
}
