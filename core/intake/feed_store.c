/* feed_store.c - one message within the open turn: which of law 2's endings it has. */
#include "intake/feed.h"

/* A format that answers nothing has no stored answer to give again; and where each record of the
 * row is compared with what was last seen, a dedup key would swallow a value that comes back to
 * what it was. */
static bool is_diffed(const struct feed *f, const struct message *m)
{
    if (f->format->reply || m->reading != READ_MAPPED)
        return false;
    for (size_t i = 0; i < m->mapped.event_count; i++)
        if (!m->mapped.events[i].has_changed)
            return false;
    return true;
}

static bool store_mapped(struct feed *f, struct message *m, const struct dedup_key *dedup)
{
    if (m->mapped.outcome == MAPPED_NOT_CARRIED)
        return feed_store_not_carried(f, m, dedup);
    return feed_store_events(f, m, dedup);
}

/* Whether the message was set aside for its unknown code, and is sent again: by then the code is no
 * news, and the message has no dedup key but that of a failed one. */
static bool is_aside(struct feed *f, const struct message *m, struct seen *seen)
{
    struct dedup_key dedup;
    *seen = (struct seen){ .again = false };
    if (f->turn.again || slice_is_empty(m->mapped.unknown))
        return true;
    feed_dedup_of_failed(f, m, &dedup);
    return spool_seen(&f->spool, &dedup, f->turn.now_ms, &f->work, seen, &f->turn.failed);
}

static bool store_if_new(struct feed *f, struct message *m)
{
    struct seen seen;
    if (!is_aside(f, m, &seen))
        return false;
    if (seen.again)
        return feed_store_duplicate(f, m, &seen);
    if (!spool_seen(&f->spool, &m->dedup, f->turn.now_ms, &f->work, &seen, &f->turn.failed))
        return false;
    m->is_seen = seen.again;
    m->given = seen;
    if (seen.again && !feed_may_say_anew(f, m))
        return feed_store_duplicate(f, m, &seen);
    if (seen.other_body)
        log_line(LOG_WARN, &f->who, "intake.id_reused",
                 "a message has the id of an earlier one and another body; it is taken as new");
    return store_mapped(f, m, &m->dedup);
}

bool feed_store(struct feed *f, struct message *m)
{
    struct answer given;
    if (!f->turn.again && !feed_note_rows(f, m))
        return false;
    switch (m->reading) {
    case READ_LATER:
        return feed_put_off(f, m);
    case READ_WRONG_ENVIRONMENT:
        f->spool.turn.counts.refused_environment++;
        log_err(LOG_WARN, &f->who, &m->why);
        return feed_answer(f, m, REPLY_REJECT, ANSWER_REFUSED, &given, &f->turn.failed);
    case READ_UNREADABLE:
    case READ_UNMAPPED:
        return feed_store_quarantined(f, m);
    default:
        return is_diffed(f, m) ? store_mapped(f, m, NULL) : store_if_new(f, m);
    }
}
