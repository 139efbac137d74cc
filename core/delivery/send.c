/* send.c - one disclosure through the door to the partner. */
#include "delivery/send.h"

#include <stdio.h>

static void end(struct sent *out, const char *outcome, const char *code)
{
    out->outcome = outcome;
    out->code = code;
}

/* A fate of the transport or of the partner's answer. */
static void judge_trouble(struct sent *out, const struct err *why)
{
    out->why = *why;
    if (why->fate == ERR_REJECT)
        end(out, "refused", why->code);
    else
        out->again = true;
}

/* The file's ending where a partner reads files: people open them by it. */
static const char *ending(const struct format *f)
{
    return slice_equal_text(slice_text(f->name), "hl7v2") ? "hl7" : f->name;
}

static bool render(const struct send_input *in, const struct door_verdict *door, struct arena *a,
                   struct buf *work, bool *fits, struct err *e)
{
    struct mapping_own own = { .local_id = in->local_id, .now_ms = in->now_ms };
    struct node *tree;
    buf_reset(work);
    if (!mapping_out(in->o->mapping, a, &door->view, &own, &tree, fits, e))
        return false;
    return !*fits || mapping_format(in->o->mapping)->render(tree, in->id, work, e);
}

void send_hand_over(const struct send_input *in, struct slice bytes, struct buf *answer,
                    struct sent *out)
{
    const struct format *f = mapping_format(in->o->mapping);
    struct err e = { 0 };
    char name[64];
    int n =
        snprintf(name, sizeof name, "%.*s.%s", (int)in->id.n, (const char *)in->id.p, ending(f));
    struct outgoing m = { .bytes = bytes, .id = in->id, .name = slice_of(name, (size_t)n) };
    buf_reset(answer);
    out->handed = true;
    bool good = in->o->transport->send(in->o->state, &m, answer, &e);
    if (good && answer->n && f->accepted)
        good = f->accepted(buf_slice(answer), in->id, &e);
    if (!good)
        judge_trouble(out, &e);
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
        end(out, "stopped", door.code);
        return true;
    }
    if (!good || !render(in, &door, a, work, &fits, &why)) {
        judge_trouble(out, &why);
        return why.fate != ERR_FATAL || err_set(e, ERR_FATAL, why.code, why.at, "%s", why.text);
    }
    out->ready = fits;
    if (fits)
        end(out, door.way == DOOR_REDUCE ? "reduced" : "accepted", "");
    else
        end(out, "stopped", "delivery.not-delivered");
    return true;
}
