/* act_file.c - an act read from its file, strictly. */
#include "base/base64.h"
#include "base/clock.h"
#include "sharing/acts/act.h"

/* The next line without its end; false at the end, or when it has none. */
static bool next_line(struct slice *rest, struct slice *line)
{
    size_t end = slice_find(*rest, '\n');
    if (end == rest->n)
        return false;
    *line = slice_head(*rest, end);
    *rest = slice_from(*rest, end + 1);
    return true;
}

/* The value of a line "KEY VALUE"; not taken when it is another. */
static bool take_line(struct slice *rest, const char *key, struct slice *value)
{
    struct slice after = *rest, line;
    size_t n = strlen(key);
    if (!next_line(&after, &line) || line.n <= n || line.p[n] != ' ' ||
        memcmp(line.p, key, n) != 0)
        return false;
    *value = slice_from(line, n + 1);
    *rest = after;
    return true;
}

static bool read_signature(struct slice *rest, struct act *x)
{
    struct slice value;
    struct act_signature *s = &x->signatures[x->signature_count];
    if (x->signature_count == ACT_SIGNERS_MAX || !take_line(rest, "signature", &value))
        return false;
    size_t blank = slice_find(value, ' ');
    s->person = slice_head(value, blank);
    if (!act_is_plain(s->person) ||
        !base64_decode(slice_from(value, blank + 1), s->bytes, SIGNATURE_BYTES))
        return false;
    x->signature_count++;
    return true;
}

static bool read_lines(struct slice rest, struct act *x)
{
    struct slice line, ignored, at, subject;
    struct moment made;
    if (!next_line(&rest, &line) || !slice_equal_text(line, "concordat act 1") ||
        !take_line(&rest, "region", &x->region) || !take_line(&rest, "act", &x->word) ||
        !take_line(&rest, "on", &x->on))
        return false;
    (void)take_line(&rest, "event", &ignored); /* both follow from `on`: compared below */
    (void)take_line(&rest, "recipient", &ignored);
    if (take_line(&rest, "subject", &subject) && !id_from_hex(subject, x->subject.b))
        return false;
    if (!take_line(&rest, "reason", &x->reason) || !take_line(&rest, "at", &at) ||
        !time_from_iso(at, &made))
        return false;
    x->at_ms = made.ms;
    (void)take_line(&rest, "typed", &x->typed);
    while (rest.n)
        if (!read_signature(&rest, x))
            return false;
    return true;
}

static bool refuse_form(struct err *e)
{
    return err_set(e, ERR_REJECT, "act.form", 0,
                   "cannot read the act: it is not as concordat writes one");
}

/* There is one text for each act: what reads well and is written otherwise is refused. What that
 * comes to always has room, so that want of memory alone fails here, and refuses nothing. */
static bool is_canonical(const struct act *x, struct slice bytes, struct err *e)
{
    struct buf again;
    buf_init(&again, (size_t)4 * ACT_BYTES_MAX);
    act_put_file(x, &again);
    bool same = buf_done(&again, e) &&
                (slice_equal(buf_slice(&again), bytes) || refuse_form(e));
    buf_release(&again);
    return same;
}

bool act_read(struct slice bytes, struct act *out, struct err *e)
{
    *out = (struct act){ .signature_count = 0 };
    if (bytes.n > ACT_BYTES_MAX || !read_lines(bytes, out))
        return refuse_form(e);
    return is_canonical(out, bytes, e) && act_check(out, e);
}
