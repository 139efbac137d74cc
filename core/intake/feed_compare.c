/* feed_compare.c - whether what a rule with `changed` says is news.
 *
 * It is where the memory says something else, or nothing yet. A memory may be old: a file restored,
 * a host that took over, two hosts (spool/lines.h). So
 * - what restricts is told whenever it is said: no memory can tell that nobody has said otherwise
 * since;
 * - what allows again (a restriction lifted, a consent) goes by a memory that is believed, else it
 * is told;
 * - all else goes by its memory too, unless another spool has spoken of its person since it was
 * written; while nobody can tell that, what undoes (`first: quiet`) is told. To tell a word about
 * sharing again harms nobody: it is disclosed to none, and its time says what it undoes. */
#include <string.h>

#include "intake/feed.h"

void feed_half_hash(struct slice s, uint8_t out[ID_BYTES])
{
    uint8_t hash[HASH_BYTES];
    sha256(s, hash);
    memcpy(out, hash, ID_BYTES);
}

/* Since what carries that word was written; under the subject's key, or by the local id that it has
 * here. */
static bool has_spoken(struct feed *f, const struct mapped_event *event, const struct subject *s,
                       uint32_t word, bool *yes, struct err *e)
{
    struct lines *l = &f->spool.lines;
    uint8_t local[ID_BYTES];
    *yes = false;
    if (!l->spoken)
        return true;
    if (!lines_has_spoken(l, s->key.b, word, yes, e) || *yes)
        return e->fate == ERR_NONE;
    struct slice id = event_identifiers(&event->build).local_id;
    if (slice_is_empty(id))
        return true;
    link_key(f->identity.agency, id, local);
    return lines_has_spoken(l, local, word, yes, e);
}

/* What it says is what was last seen. */
static bool tell_again(struct feed *f, const struct mapped_event *event, const struct subject *s,
                       struct news *n, struct err *e)
{
    const struct lines *l = &f->spool.lines;
    n->is_repeat = lines_believes(l, n->change.line);
    if (event->restricts || n->is_repeat)
        n->is_news = event->restricts;
    else if (event->schema->restricts)
        n->is_news = true;
    else if (l->in_doubt)
        n->is_news = event->changed_quiet;
    else
        return has_spoken(f, event, s, n->change.line, &n->is_news, e);
    return true;
}

bool feed_compare(struct feed *f, const struct mapped_event *event, const struct subject *s,
                  struct news *n, struct err *e)
{
    bool changed = false, spoken = false;
    *n = (struct news){ .is_news = true };
    if (!event->has_changed)
        return true;
    feed_half_hash(event->changed_key, n->change.key);
    feed_half_hash(event->changed_of, n->change.of);
    if (!spool_change_get(&f->spool, &n->change, &changed, e))
        return false;
    if (!changed && !tell_again(f, event, s, n, e))
        return false;
    n->is_learned = n->is_news;
    if (changed && event->changed_quiet && n->change.revision == 0) {
        if (!has_spoken(f, event, s, 0, &spoken, e))
            return false;
        n->is_news = spoken;
    }
    return true;
}

void feed_compare_after(const struct mapped_event *event, const struct news *before,
                        int64_t revision, struct news *n)
{
    if (!before->is_learned || memcmp(before->change.key, n->change.key, ID_BYTES) != 0)
        return;
    n->is_learned = memcmp(before->change.of, n->change.of, ID_BYTES) != 0;
    n->is_repeat = n->is_repeat && !n->is_learned;
    n->change.revision = revision;
    n->is_news = n->is_learned && !(event->changed_quiet && revision == 0);
}

void feed_place(const struct feed *f, const struct mapped_event *event, const struct news *n,
                bool diffed, struct place *p)
{
    p->restricts = event->restricts;
    p->revision = diffed ? n->change.revision : 0;
    p->opening =
        diffed && (p->revision > 0 || event->schema->restricts) ? f->spool.lines.opening : 0;
}

bool feed_is_told(struct feed *f, const struct occasion *o, const struct place *p,
                  const struct subject_key *key, bool diffed, bool *told, struct err *e)
{
    struct event_id id;
    *told = false;
    if (!p->restricts || (diffed && !f->turn.again))
        return true;
    feed_told_id(o, p, &id);
    return quarantine_is_told(&f->quarantined, &id, key, told, e);
}

void feed_told_id(const struct occasion *o, const struct place *p, struct event_id *id)
{
    const struct place as_read = { .ordinal = p->ordinal, .restricts = true };
    event_id_of(o, &as_read, 0, id);
}
