/* send.c - one disclosure through the door to the partner. */
#include "delivery/send.h"

#include "delivery/ask_at.h"

#include "host/log.h"

#include <stdio.h>

static void send_end(struct sent *out, const char *outcome, const char *code)
{
    out->outcome = outcome;
    out->code = code;
}

/* Judges what this program's own door or mapping could not do. */
static void judge_trouble(struct sent *out, const struct err *why)
{
    out->why = *why;
    out->park = why->fate == ERR_REJECT;
    out->again = !out->park;
}

/* The file's ending where a partner reads files: people open them by it. */
static const char *file_ending(const struct format *f)
{
    return slice_equal_text(slice_text(f->name), "hl7v2") ? "hl7" : f->name;
}

/* *fits false: the mapping has nothing for a disclosure of that kind. */
static bool send_render(const struct send_input *in, const struct door_verdict *door,
                        struct arena *a, struct buf *work, bool *fits, struct err *e)
{
    struct mapping_own own = { .local_id = in->local_id, .now_ms = in->now_ms };
    struct view shown = door->view;
    struct node *tree;
    buf_reset(work);
    if (!ask_at_desk(in->bundle, in->to, a, &shown, e))
        return false;
    if (!mapping_out(in->o->mapping, a, &shown, &own, &tree, fits, e))
        return false;
    if (!*fits)
        return true;
    const struct mapping *m = in->o->mapping;
    return mapping_format(m)->render(tree, mapping_options(m), in->id, work, e);
}

/* ---- the partner's answer ---- */

struct waiting {
    const struct format *format;
    struct slice sent, id;
    const struct log_who *who;
};

/* Logs a refusal of an earlier message: it comes too late to change anything. */
static void tell_late(const struct waiting *w, const struct partner_said *said)
{
    bool is_refusal = said->codes[0] && said->codes[1] != 'A'; /* neither AA nor CA */
    if (is_refusal)
        log_line(LOG_WARN, w->who, "delivery.late_answer",
                 "the partner answers an earlier disclosure with %s", said->codes);
}

static bool is_answer(void *ctx, struct slice came)
{
    const struct waiting *w = ctx;
    struct partner_said said;
    struct err ignored = { .fate = ERR_NONE };
    if (w->format->means(came, w->sent, w->id, &said, &ignored) != ANSWER_ELSE)
        return true;
    tell_late(w, &said);
    return false;
}

static void judge_answer(const struct format *f, struct slice sent, struct slice id,
                         struct slice answer, struct sent *out)
{
    struct handing *h = &out->handing;
    out->means = f->means(answer, sent, id, &h->said, &h->why);
    if (out->means == ANSWER_YES)
        return;
    bool is_refused = out->means == ANSWER_ERROR || out->means == ANSWER_REJECT;
    h->left = true;
    h->fate = is_refused ? HANDING_LATER : HANDING_UNKNOWN;
}

void send_hand_over(const struct send_input *in, struct slice bytes, struct buf *answer,
                    struct sent *out)
{
    const struct format *f = mapping_format(in->o->mapping);
    const struct log_who who = { "delivery", in->o->name };
    struct waiting w = { f, bytes, in->id, &who };
    char name[64];
    int n = snprintf(name, sizeof name, "%.*s.%s", (int)in->id.n, (const char *)in->id.p,
                     file_ending(f));
    struct outgoing m = { .bytes = bytes,
                          .id = in->id,
                          .name = slice_of(name, (size_t)n),
                          .is_answer = f->means ? is_answer : NULL,
                          .ctx = &w };
    buf_reset(answer);
    out->handed = true;
    in->o->transport->send(in->o->state, &m, answer, &out->handing);
    if (out->handing.fate == HANDING_TAKEN && answer->n && f->means)
        judge_answer(f, bytes, in->id, buf_slice(answer), out);
    out->why = out->handing.why;
    out->park = out->handing.fate == HANDING_REFUSED;
    out->again = !out->park && out->handing.fate != HANDING_TAKEN;
}

bool send_prepare(const struct send_input *in, struct arena *a, struct buf *work, struct sent *out,
                  struct err *e)
{
    struct door_input question = { .bundle = in->bundle,
                                   .framed = in->framed,
                                   .to = in->to,
                                   .notice = in->notice,
                                   .maybe = in->maybe,
                                   .now_ms = in->now_ms };
    struct door_verdict door;
    struct err why = { 0 };
    bool fits = false;
    *out = (struct sent){ .framed = in->framed };
    bool good = door_check(&question, a, work, &door, &why);
    out->framed = door.framed;
    out->removed = door.removed;
    out->removed_count = door.removed_count;
    if (good && door.way == DOOR_STOP) {
        send_end(out, "stopped", door.code);
        return true;
    }
    bool is_past_door = good;
    good = good && send_render(in, &door, a, work, &fits, &why);
    if (!good) {
        judge_trouble(out, &why);
        out->unrendered = is_past_door && out->park;
        if (why.fate == ERR_FATAL)
            return err_set(e, ERR_FATAL, why.code, why.at, "%s", why.text);
        return true;
    }
    out->ready = fits;
    if (fits)
        send_end(out, door.way == DOOR_REDUCE ? "reduced" : "accepted", "");
    else
        send_end(out, "stopped", "delivery.not-delivered");
    return true;
}
