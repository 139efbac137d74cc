/* feed_answer.c - makes an arrival's answer from the outcomes of its messages. */
#include "intake/feed.h"

static int severity(enum answer_fate fate)
{
    if (fate == ANSWER_KEPT)
        return 0;
    return fate == ANSWER_REFUSED ? 1 : 2;
}

/* Whether the answer of a later message changes the unit's answer so far: the message ended worse,
 * or just as badly and with a reply or reason that is still missing. */
static bool counts_too(const struct answer *now, const struct answer *given, int worse)
{
    bool says_more =
        (slice_is_empty(now->reply) && !slice_is_empty(given->reply)) || (!now->why && given->why);
    return worse > 0 || (worse == 0 && says_more);
}

/* What tells a message from others of its sender: of the paths of its id the last. */
static struct slice own_id(struct slice id)
{
    size_t from = id.n;
    while (from > 0 && id.p[from - 1] != '|')
        from--;
    return slice_from(id, from);
}

/* Keeps one answer for the transport, so that a unit's answer does not grow with its messages. */
bool feed_answer_with(struct feed *f, const struct message *m, const struct answer *given,
                      struct err *e)
{
    struct answer *now = &f->turn.out[m->arrival];
    int worse = severity(given->fate) - severity(now->fate);
    if (!counts_too(now, given, worse))
        return true;
    struct slice reply =
        worse == 0 && now->reply.n ? now->reply : arena_copy(&f->keep, given->reply);
    struct slice id = now->id.n ? now->id : arena_copy(&f->keep, own_id(m->mapped.message_id));
    struct err *why = given->why ? ARENA_NEW(&f->keep, struct err) : NULL;
    if (!reply.p || !id.p || (given->why && !why))
        return err_memory(e);
    if (why)
        *why = *given->why;
    *now = (struct answer){ .fate = given->fate, .reply = reply, .id = id, .why = why };
    return true;
}

bool feed_answer(struct feed *f, const struct message *m, enum reply_kind kind,
                 enum answer_fate fate, struct answer *given, struct err *e)
{
    *given = (struct answer){ .fate = fate, .why = kind == REPLY_ACCEPT ? NULL : &m->why };
    buf_reset(&f->reply);
    if (f->format->reply) {
        f->format->reply(m->doc, m->raw, kind, given->why, f->turn.now_ms, &f->reply);
        if (!buf_done(&f->reply, e))
            return false;
        given->reply = buf_slice(&f->reply);
    }
    return feed_answer_with(f, m, given, e);
}
