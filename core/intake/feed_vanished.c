/* feed_vanished.c - a feed's snapshots: notes their rows, compares a snapshot when it ends, and
 * says when the next is late. */
#include "intake/feed.h"

#include <inttypes.h>

#define ROW_SHOWN 200

/* The key as its own operator reads it: "caseload P-17". What separates its pieces is a control
 * character, followed by how the piece was found. */
static struct slice readable(struct arena *a, struct slice key)
{
    uint8_t *text = arena_alloc(a, key.n + 1), *to = text;
    for (size_t i = 0; text && i < key.n && i < ROW_SHOWN; i++) {
        if (key.p[i] >= ' ') {
            *to++ = key.p[i];
            continue;
        }
        *to++ = ' ';
        i++;
    }
    return slice_of(text, text ? (size_t)(to - text) : 0);
}

static bool note_event(struct feed *f, const struct mapped_event *event, struct err *e)
{
    uint8_t key[HASH_BYTES];
    sha256(event->changed_key, key);
    return snapshot_note(&f->snapshot, key, readable(&f->work, event->changed_key),
                         event->changed_asks, e);
}

bool feed_note_rows(struct feed *f, const struct message *m)
{
    struct snapshot *s = &f->snapshot;
    struct err *e = &f->turn.failed;
    if (!s->on)
        return true;
    if (!s->begun && !snapshot_begin(s, e))
        return false;
    s->broken |= m->reading != READ_MAPPED;
    for (size_t i = 0; m->reading == READ_MAPPED && i < m->mapped.event_count; i++)
        if (m->mapped.events[i].has_changed && !note_event(f, &m->mapped.events[i], e))
            return false;
    return true;
}

bool feed_end_snapshot(struct feed *f)
{
    struct snapshot *s = &f->snapshot;
    struct snapshot_found found;
    if (!s->begun || s->broken) {
        log_line(
            LOG_WARN, &f->who, "intake.incomplete",
            "this snapshot is empty, or a row of it cannot be read: nothing was compared, and the "
            "next whole one is");
        return true;
    }
    if (!snapshot_end(s, f->turn.now_ms, &found, &f->turn.failed))
        return false;
    if (found.gone_now > 0)
        log_line(
            LOG_WARN, &f->who, "intake.vanished",
            "%" PRId64 " rows of the snapshot before are not in this one (%" PRId64
            " in all): that ends nothing; somebody has to look: concordat status SITE --vanished",
            found.gone_now, found.gone);
    return true;
}

void feed_watch_snapshot(struct feed *f)
{
    if (!f->snapshot.on)
        return;
    pthread_mutex_lock(&f->lock);
    bool is_late = snapshot_turns_late(&f->snapshot, f->o.now_ms());
    pthread_mutex_unlock(&f->lock);
    if (is_late)
        log_line(LOG_ERROR, &f->who, "intake.stale",
                 "no complete snapshot for %" PRId64
                 " hours: what it said is old; ask its sender for one",
                 f->snapshot.stale_after_ms / 3600000);
}
