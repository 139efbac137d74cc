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

static void hand_over(const struct send_input *in, struct slice bytes, struct buf *answer,
                      const char *done, struct sent *out)
{
    const struct format *f = mapping_format(in->o->mapping);
    struct err e = { 0 };
    char name[64];
    int n = snprintf(name, sizeof name, "%.*s.%s", (int)in->id.n, (const char *)in->id.p, ending(f));
    struct outgoing m = { .bytes = bytes, .id = in->id, .name = slice_of(name, (size_t)n) };
    buf_reset(answer);
    bool good = in->o->transport->send(in->o->state, &m, answer, &e);
    if (good && answer->n && f->accepted)
        good = f->accepted(buf_slice(answer), in->id, &e);
    if (good)
        end(out, done, "");
    else
        judge_trouble(out, &e);
}

bool send_one(const struct send_input *in, struct arena *a, struct buf *work, struct buf *answer,
              struct sent *out, struct err *e)
{
    struct door_input question = { in->o->bundle, in->framed, in->notice, in->now_ms };
    struct door_verdict door;
    bool fits;
    *out = (struct sent){ .framed = in->framed };
    if (!door_check(&question, a, work, &door, e))
        return false;
    out->framed = door.framed;
    out->removed = door.removed;
    if (door.way == DOOR_STOP) {
        end(out, "stopped", door.code);
        return true;
    }
    struct err why = { 0 };
    if (!render(in, &door, a, work, &fits, &why)) {
        judge_trouble(out, &why);
        return why.fate != ERR_FATAL || err_set(e, ERR_FATAL, why.code, why.at, "%s", why.text);
    }
    if (!fits)
        end(out, "stopped", "delivery.not-delivered");
    else
        hand_over(in, buf_slice(work), answer, door.way == DOOR_REDUCE ? "reduced" : "accepted", out);
    return true;
}
