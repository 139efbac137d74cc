/* act_file.c - an act read from its file, strictly. */
#include "base/base64.h"
#include "base/clock.h"
#include "sharing/acts/act.h"

/* The next line without its end; false at the end, or when it has none. */
static bool next_act_line(struct slice *rest, struct slice *line)
{
    size_t end = slice_find(*rest, '\n');
    if (end == rest->n)
        return false;
    *line = slice_head(*rest, end);
    *rest = slice_from(*rest, end + 1);
    return true;
}

/* Takes the value of a line "KEY VALUE". False: the next line has another key, and stays. */
static bool take_line(struct slice *rest, const char *key, struct slice *value)
{
    struct slice after = *rest, line;
    size_t n = strlen(key);
    if (!next_act_line(&after, &line))
        return false;
    bool has_key = line.n > n && line.p[n] == ' ' && memcmp(line.p, key, n) == 0;
    if (!has_key)
        return false;
    *value = slice_from(line, n + 1);
    *rest = after;
    return true;
}

static bool read_act_signature(struct slice *rest, struct act *x)
{
    struct slice value;
    struct act_signature *s = &x->signatures[x->signature_count];
    if (x->signature_count == ACT_SIGNERS_MAX || !take_line(rest, "signature", &value))
        return false;
    size_t blank = slice_find(value, ' ');
    s->person = slice_head(value, blank);
    if (!act_is_plain(s->person))
        return false;
    if (!base64_decode(slice_from(value, blank + 1), s->bytes, SIGNATURE_BYTES))
        return false;
    x->signature_count++;
    return true;
}

static bool read_lines(struct slice rest, struct act *x)
{
    struct slice line, ignored, at, subject;
    struct moment made;
    if (!next_act_line(&rest, &line) || !slice_equal_text(line, "concordat act 1"))
        return false;
    if (!take_line(&rest, "region", &x->region))
        return false;
    if (!take_line(&rest, "act", &x->verb))
        return false;
    if (!take_line(&rest, "on", &x->on))
        return false;
    (void)take_line(&rest, "event", &ignored);     /* follows from `on`: is_canonical compares it */
    (void)take_line(&rest, "recipient", &ignored); /* likewise */
    if (take_line(&rest, "subject", &subject) && !id_from_hex(subject, x->subject.b))
        return false;
    if (!take_line(&rest, "reason", &x->reason))
        return false;
    if (!take_line(&rest, "at", &at) || !time_from_iso(at, &made))
        return false;
    x->at_ms = made.ms;
    (void)take_line(&rest, "typed", &x->typed);
    while (rest.n)
        if (!read_act_signature(&rest, x))
            return false;
    return true;
}

static bool refuse_form(struct err *e)
{
    return err_set(
        e, ERR_REJECT, "act.form", 0,
        "this file is no act as concordat writes it: use the file that -o wrote, unchanged");
}

/* There is one text for each act: a file that reads well but is written otherwise is refused. The
 * buffer always has room, so only want of memory fails here, which refuses nothing. */
static bool is_canonical(const struct act *x, struct slice bytes, struct err *e)
{
    struct buf again;
    buf_init(&again, (size_t)4 * ACT_BYTES_MAX);
    act_put_file(x, &again);
    bool is_same = buf_done(&again, e);
    if (is_same && !slice_equal(buf_slice(&again), bytes))
        is_same = refuse_form(e);
    buf_release(&again);
    return is_same;
}

bool act_read(struct slice bytes, struct act *out, struct err *e)
{
    *out = (struct act){ .signature_count = 0 };
    if (bytes.n > ACT_BYTES_MAX || !read_lines(bytes, out))
        return refuse_form(e);
    return is_canonical(out, bytes, e) && act_check(out, e);
}
