/* feed_endings.c - the endings of a message that publishes no event (law 2).
 *
 * A message is put off, is a duplicate, is not carried, or is set aside in the quarantine. Where it
 * is set aside, or would be if there were room, what it restricts is published (feed_restrict.c).
 */
#include "intake/feed.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

#define SAY_AGAIN_MS 60000

static struct feed_counts *counts(struct feed *f)
{
    return &f->spool.turn.counts;
}

struct slice feed_head_of(const struct message *m)
{
    return m->shared ? m->shared->head->bytes : slice_of(NULL, 0);
}

bool feed_put_off(struct feed *f, struct message *m)
{
    struct slice unit = f->turn.in[m->arrival].bytes;
    struct answer given;
    if (m->shared || m->raw.p != unit.p || m->raw.n != unit.n) {
        f->turn.failed = m->why;
        return false;
    }
    counts(f)->refused_later++;
    log_err(LOG_WARN, &f->who, &m->why);
    return feed_answer(f, m, REPLY_REJECT, ANSWER_LATER, &given, &f->turn.failed);
}

bool feed_finish(struct feed *f, const struct message *m, const struct dedup_key *dedup,
                 enum reply_kind kind)
{
    struct err *e = &f->turn.failed;
    struct answer given;
    enum answer_fate fate = kind == REPLY_ACCEPT ? ANSWER_KEPT : ANSWER_REFUSED;
    if (!feed_answer(f, m, kind, fate, &given, e))
        return false;
    return !dedup || spool_remember(&f->spool, dedup, f->turn.now_ms, &given, e);
}

bool feed_store_duplicate(struct feed *f, struct message *m, const struct seen *seen)
{
    struct answer given = { .fate = seen->fate, .reply = seen->reply };
    counts(f)->taken++;
    counts(f)->duplicates++;
    return feed_answer_with(f, m, &given, &f->turn.failed);
}

void feed_dedup_of_failed(const struct feed *f, const struct message *m, struct dedup_key *out)
{
    const struct slice hashed[] = { f->origin.mapping, slice_of(m->body, HASH_BYTES),
                                    slice_of(&m->turns, sizeof m->turns) };
    uint8_t hash[HASH_BYTES];
    sha256_slices(hashed, m->turns > 0 ? 3 : 2, hash);
    dedup_key_of(slice_of(NULL, 0), hash, out);
}

/* The quarantine is full of messages that were answered AA, so this message stays with its sender.
 * The other messages of its unit are kept, and are known as duplicates when the unit comes again.
 */
static bool store_no_room(struct feed *f, struct message *m)
{
    struct answer given;
    struct err why = { .fate = ERR_NONE };
    (void)err_set(&why, ERR_RETRY, "quarantine.full", m->why.at,
                  "cannot set aside what cannot be mapped (%s): the quarantine is full; concordat "
                  "quarantine SITE list",
                  m->why.code);
    if (!f->no_room_said)
        log_err(LOG_ERROR, &f->who, &why);
    f->no_room_said = true;
    if (!feed_restrict_unkept(f, m, &f->turn.failed))
        return false;
    m->why = why;
    counts(f)->refused_later++;
    return feed_answer(f, m, REPLY_REJECT, ANSWER_LATER, &given, &f->turn.failed);
}

void feed_say_aside(struct feed *f, const struct message *m, const char *ending)
{
    bool same = f->said_code && strcmp(f->said_code, m->why.code) == 0;
    same = same && clock_is_within(f->turn.now_ms, f->said_ms, SAY_AGAIN_MS);
    log_line(same ? LOG_DEBUG : LOG_WARN, &f->who, m->why.code, "%s (%s as %s:%" PRIu64 ")",
             m->why.text, ending, f->o.name, counts(f)->taken);
    if (same)
        return;
    f->said_code = m->why.code;
    f->said_ms = f->turn.now_ms;
}

/* A message with an id says nothing new when it comes again. A row of a file has none: the same
 * bytes may be said anew, and restrict unless they are what was said last. */
static bool restrict_again(struct feed *f, struct message *m)
{
    const bool cannot_tell = f->format->reply && m->reading == READ_UNREADABLE;
    if (cannot_tell || feed_is_named(f, m->mapped.message_id) || f->turn.again)
        return true;
    return feed_restrict_unkept(f, m, &f->turn.failed);
}

/* Makes room for a row, and counts the rows that were let go for it. */
static bool find_room(struct feed *f, const struct quarantined *row, bool *room, struct err *e)
{
    int64_t before = f->quarantined.let_go;
    if (!quarantine_room(&f->quarantined, row, room, e))
        return false;
    for (; before < f->quarantined.let_go; before++)
        if (!spool_tally(&f->spool, "let go", SLICE("quarantine"), e))
            return false;
    return true;
}

bool feed_store_quarantined(struct feed *f, struct message *m)
{
    struct err *e = &f->turn.failed;
    struct dedup_key dedup;
    struct seen seen;
    feed_dedup_of_failed(f, m, &dedup);
    if (!spool_seen(&f->spool, &dedup, f->turn.now_ms, &f->work, &seen, e))
        return false;
    if (seen.again) {
        f->turn.known_failed++;
        if (!restrict_again(f, m))
            return false;
        return feed_store_duplicate(f, m, &seen);
    }
    bool room = false;
    bool answered = m->reading != READ_UNREADABLE && !m->is_refused;
    struct quarantined row = { .at_ms = f->turn.now_ms,
                               .why = &m->why,
                               .head = feed_head_of(m),
                               .head_hash = m->shared ? m->shared->hash : NULL,
                               .raw = m->raw,
                               .answered = answered };
    if (!find_room(f, &row, &room, e))
        return false;
    if (!room)
        return store_no_room(f, m);
    counts(f)->taken++;
    counts(f)->quarantined++;
    const struct notice_of notice = { m->why.code, (int64_t)m->why.at, (int64_t)counts(f)->taken,
                                      f->turn.now_ms };
    buf_reset(&f->records);
    feed_put_notice(f, &notice, &f->records);
    feed_say_aside(f, m, "quarantined");
    f->no_room_said = f->quarantined.wanted > 0;
    row.n = (int64_t)counts(f)->taken;
    bool good = buf_done(&f->records, e);
    good = good && feed_restrict(f, m, e);
    good = good && quarantine_put(&f->quarantined, &row, e);
    good = good && spool_tally(&f->spool, "quarantined", slice_text(m->why.code), e);
    if (!good)
        return false;
    const struct slice none = slice_of(NULL, 0);
    if (!spool_put(&f->spool, SPOOL_NOTICE, none, none, buf_slice(&f->records), e))
        return false;
    return feed_finish(f, m, &dedup, answered ? REPLY_ACCEPT : REPLY_ERROR);
}

bool feed_store_unknown(struct feed *f, struct message *m)
{
    uint64_t before = counts(f)->quarantined;
    m->reading = READ_UNMAPPED;
    if (!feed_store_quarantined(f, m))
        return false;
    bool was_kept = counts(f)->quarantined > before;
    return !was_kept || feed_note_codes(f, m, &f->turn.failed);
}

bool feed_store_not_carried(struct feed *f, struct message *m, const struct dedup_key *dedup)
{
    bool unknown = false;
    if (!feed_is_unknown_news(f, m, &unknown, &f->turn.failed))
        return false;
    if (unknown)
        return feed_store_unknown(f, m);
    counts(f)->taken++;
    counts(f)->not_carried++;
    struct err *e = &f->turn.failed;
    if (!feed_tally_misses(f, &m->mapped, e))
        return false;
    if (!feed_note_codes(f, m, e))
        return false;
    if (!feed_tally_type(f, &m->mapped, e))
        return false;
    return feed_finish(f, m, dedup, REPLY_ACCEPT);
}
