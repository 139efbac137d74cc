/* feed_compare.c - whether what a rule with `changed` says is news.
 *
 * It is where the memory says something else, or nothing yet. A memory may be old: a file restored,
 * a host that took over, two hosts (spool/lines.h). So
 * - what restricts is told whenever it is said: no memory can tell that nobody has said otherwise
 * since;
 * - what allows again (a restriction lifted, a consent) goes by a memory that is believed, else it
 * is told;
 * - all else goes by its memory too, unless another spool has spoken of its person since it was
 * written. While nobody can tell that, it waits in the spool until somebody can (spool/doubts.h).
 * To tell a word about sharing again harms nobody: it is disclosed to none, and its time says what
 * it undoes.
 *
 * A memory by subject (`by: subject`) is kept twice: under the subject's key, and under the key of
 * the local id, by which the same person may have been known before. What is about sharing is a
 * repeat only where both say so. */
#include <string.h>

#include "intake/feed.h"

void feed_half_hash(struct slice s, uint8_t out[ID_BYTES])
{
    uint8_t hash[HASH_BYTES];
    sha256(s, hash);
    memcpy(out, hash, ID_BYTES);
}

/* Whether another spool has spoken of the subject since the memory that carries `word` was written:
 * under the subject's key, or under its local id. */
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

/* The event is no word about sharing, and says what is remembered, or says quietly what was never
 * seen. It is news if another spool has spoken since. While nobody can tell that, it waits. */
static bool tell_if_spoken(struct feed *f, const struct mapped_event *event,
                           const struct subject *s, struct news *n, struct err *e)
{
    n->waits = n->is_news = f->spool.lines.in_doubt;
    return n->waits || has_spoken(f, event, s, n->change.line, &n->is_news, e);
}

/* Whether an event is told that says what was last seen. */
static bool tell_again(struct feed *f, const struct mapped_event *event, const struct subject *s,
                       struct news *n, struct err *e)
{
    const struct lines *l = &f->spool.lines;
    n->is_repeat = lines_believes(l, n->change.line);
    if (event->restricts || n->is_repeat)
        n->is_news = event->restricts;
    else if (event->schema->restricts)
        n->is_news = true;
    else
        return tell_if_spoken(f, event, s, n, e);
    return true;
}

/* Whether an event is told of which nothing was ever seen here. */
static bool tell_first(struct feed *f, const struct mapped_event *event, const struct subject *s,
                       struct news *n, struct err *e)
{
    const bool is_about_sharing = event->schema->restricts;
    const bool is_in_doubt = f->spool.lines.in_doubt;
    if (!event->changed_quiet || (is_about_sharing && is_in_doubt))
        return true;
    if (is_about_sharing)
        return has_spoken(f, event, s, 0, &n->is_news, e);
    return tell_if_spoken(f, event, s, n, e);
}

static void key_by_subject(const struct mapped_event *event, const struct subject_key *who,
                           uint8_t out[ID_BYTES])
{
    const struct slice parts[] = { event->changed_key, slice_of("\x1e", 1),
                                   slice_of(who->b, ID_BYTES) };
    uint8_t hash[HASH_BYTES];
    sha256_slices(parts, 3, hash);
    memcpy(out, hash, ID_BYTES);
}

/* Sets the key of the event's memory. A memory by subject has another beside it: set_local. */
static void set_key(const struct mapped_event *event, const struct subject *s, struct news *n)
{
    feed_half_hash(event->changed_of, n->change.of);
    if (event->changed_by_subject)
        key_by_subject(event, &s->key, n->change.key);
    else
        feed_half_hash(event->changed_key, n->change.key);
}

/* Sets the key of the memory by the local id, where that is not the subject's own. Hashing it is
 * dear: it is set only once that memory is read or learned. */
static void set_local(struct feed *f, const struct mapped_event *event, struct subject *s,
                      struct news *n)
{
    if (n->has_local || !event->changed_by_subject)
        return;
    const struct slice id = event_identifiers(&event->build).local_id;
    if (slice_is_empty(id))
        return;
    const struct subject_key *own = identity_own(&f->identity, id, s);
    if (memcmp(own->b, s->key.b, ID_BYTES) == 0)
        return;
    n->local = n->change;
    key_by_subject(event, own, n->local.key);
    n->has_local = true;
}

/* Reads the memory under another key, and lets n count on from its revision and line. *differs: it
 * exists, and says something else than the event. */
static bool count_memory(struct feed *f, struct change *other, struct news *n, bool *differs,
                         struct err *e)
{
    if (!spool_change_get(&f->spool, other, differs, e))
        return false;
    if (other->revision == 0) {
        *differs = false;
        return true;
    }
    if (n->change.revision == 0)
        n->change.line = other->line;
    if (other->revision > n->change.revision)
        n->change.revision = other->revision;
    return true;
}

/* The permutation number `order` of n things: at[i] is the thing that stands i-th. */
static void set_order(size_t order, size_t n, size_t at[CHANGED_WAS_MAX])
{
    for (size_t i = 0; i < n; i++)
        at[i] = i;
    for (size_t i = 0; i + 1 < n; i++) {
        const size_t from = i + order % (n - i), one = at[i];
        order /= n - i;
        at[i] = at[from];
        at[from] = one;
    }
}

static void key_as_it_was(const struct mapped_event *event, size_t order, uint8_t out[ID_BYTES])
{
    struct slice parts[1 + CHANGED_WAS_MAX] = { event->changed_name };
    size_t at[CHANGED_WAS_MAX];
    uint8_t hash[HASH_BYTES];
    set_order(order, event->changed_was_count, at);
    for (size_t i = 0; i < event->changed_was_count; i++)
        parts[1 + i] = event->changed_was[at[i]];
    sha256_slices(parts, 1 + event->changed_was_count, hash);
    memcpy(out, hash, ID_BYTES);
}

/* Reads the memories under the keys of an older mapping. That kept one for each order of its paths.
 * A memory that says something else is listed, and set right when the change is learned. */
static bool count_older(struct feed *f, const struct mapped_event *event, struct news *n,
                        bool *changed, struct err *e)
{
    size_t orders = event->changed_was_count > 0;
    for (size_t i = 2; i <= event->changed_was_count; i++)
        orders *= i;
    for (size_t order = 0; order < orders; order++) {
        struct change older = n->change;
        bool differs = false;
        key_as_it_was(event, order, older.key);
        if (!count_memory(f, &older, n, &differs, e))
            return false;
        *changed = *changed || differs;
        if (differs)
            n->older[n->older_count++] = older;
    }
    return true;
}

/* Reads what is remembered of the event's subject. One memory is enough, but for an event that
 * allows: that is compared with all of them. *changed: some memory says something else, or there is
 * none. */
static bool find_memory(struct feed *f, const struct mapped_event *event, struct subject *s,
                        struct news *n, bool *changed, struct err *e)
{
    const bool allows = event->schema->restricts && !event->restricts;
    bool differs = false;
    if (!spool_change_get(&f->spool, &n->change, changed, e))
        return false;
    const bool is_known = n->change.revision > 0;
    if (!event->changed_by_subject || (is_known && !allows))
        return true;
    if (!is_known)
        *changed = false;

    set_local(f, event, s, n);
    if (n->has_local && !count_memory(f, &n->local, n, &differs, e))
        return false;
    if (differs)
        *changed = true;

    const bool asks_older = allows || n->change.revision == 0;
    if (asks_older && !count_older(f, event, n, changed, e))
        return false;
    if (n->change.revision == 0)
        *changed = true;

    n->is_older = !is_known && !*changed;
    return true;
}

bool feed_learn_change(struct feed *f, const struct mapped_event *event, struct subject *s,
                       struct news *n, struct err *e)
{
    n->change.revision++;
    if (!n->is_learned)
        return true;
    for (size_t i = 0; i < n->older_count; i++) {
        n->older[i].revision = n->change.revision;
        if (!spool_change_put(&f->spool, &n->older[i], e))
            return false;
    }
    set_local(f, event, s, n);
    n->local.revision = n->change.revision;
    return spool_change_put(&f->spool, &n->change, e) &&
           (!n->has_local || spool_change_put(&f->spool, &n->local, e));
}

bool feed_compare(struct feed *f, const struct mapped_event *event, struct subject *s,
                  struct news *n, struct err *e)
{
    bool changed = false;
    *n = (struct news){ .is_news = true };
    if (!event->has_changed)
        return true;
    set_key(event, s, n);
    if (!find_memory(f, event, s, n, &changed, e))
        return false;
    if (!changed && !tell_again(f, event, s, n, e))
        return false;
    n->is_learned = n->is_news || n->is_older;
    return !changed || n->change.revision > 0 || tell_first(f, event, s, n, e);
}

void feed_put_if(const struct feed *f, const struct mapped_event *event, const struct news *n,
                 struct buf *out)
{
    struct slice id = event_identifiers(&event->build).local_id;
    uint8_t local[ID_BYTES] = { 0 };
    if (!slice_is_empty(id))
        link_key(f->identity.agency, id, local);
    doubts_put_if(out, local, n->change.line);
}

void feed_compare_after(const struct mapped_event *event, const struct news *before,
                        int64_t revision, struct news *n)
{
    const bool has_same_key = memcmp(before->change.key, n->change.key, ID_BYTES) == 0;
    if (!before->is_learned || !has_same_key)
        return;
    const bool says_other = memcmp(before->change.of, n->change.of, ID_BYTES) != 0;
    const bool is_quiet = event->changed_quiet && revision == 0;
    n->is_learned = says_other;
    n->is_repeat = n->is_repeat && !says_other;
    n->change.revision = revision;
    n->is_news = event->restricts || (says_other && !is_quiet);
    n->waits = false;
}

void feed_place(const struct feed *f, const struct mapped_event *event, const struct news *n,
                bool is_named, struct place *p)
{
    const bool is_own = feed_is_own_word(n);
    p->restricts = event->restricts;
    p->revision = 0;
    p->opening = 0;
    p->by_memory = is_own || (event->has_changed && !is_named);
    if (is_own)
        feed_place_said(f, event, n, p);
    if (is_own || !p->by_memory)
        return;
    p->revision = n->change.revision;
    if (p->revision > 0 || event->schema->restricts)
        p->opening = f->spool.lines.opening;
}

bool feed_is_told(struct feed *f, const struct occasion *o, const struct place *p,
                  const struct subject_key *key, bool *told, struct err *e)
{
    struct told_row x = { .kind = TOLD_EVENT, .key = *key };
    *told = false;
    if (!p->restricts || (p->by_memory && !f->turn.again))
        return true;
    feed_told_id(o, p, &x.id);
    return told_aside_get(&f->told, &x, told, e);
}

void feed_told_id(const struct occasion *o, const struct place *p, struct event_id *id)
{
    const struct place as_read = { .ordinal = p->ordinal, .restricts = true };
    event_id_of(o, &as_read, 0, id);
}
