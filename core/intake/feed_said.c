/* feed_said.c - words about sharing of messages that have no id of their own, and no time.
 *
 * The same bytes may be such a message sent again, or the same word said anew. With a time in them
 * they are one word in any case: its time says what it undoes. Without one it counts from when it
 * comes. It was sent again while nothing was said against it since, of the same person and thing;
 * else
 * - what restricts is told anew: to hide once more does less harm than to hide nothing;
 * - what allows may be an old file, and would undo what was said since: a person is asked.
 *
 * Beside each subject key stands which side spoke last of each thing, and how often the sides have
 * changed. Each word remembers how often they had when it was told. */
#include "intake/feed.h"

#include <string.h>

/* Of what sides are kept: of one thing, of all things at once (a consent revoked without a
 * purpose), and of whichever thing it was. */
enum { SIDES_OF_THING = 't', SIDES_OF_ALL = 'a', SIDES_OF_ANY = '*' };
#define SUBJECT_KEYS_MAX 2
#define SIDES_READ_MAX (2 * SUBJECT_KEYS_MAX)
#define SIDES_NOTED_MAX (2 * SUBJECT_KEYS_MAX)

struct said {
    struct change read[SIDES_READ_MAX], noted[SIDES_NOTED_MAX];
    size_t read_count, noted_count;
    struct change row; /* is_own */
    bool is_own;       /* nothing but these memories tells whether it is told */
    bool is_anew;
    int64_t turns; /* how often the sides had changed before */
};

bool feed_is_named(const struct feed *f, struct slice message_id)
{
    if (!f->format->reply)
        return false;
    for (size_t i = 0; i < message_id.n; i++)
        if (message_id.p[i] != '|')
            return true;
    return false;
}

bool feed_may_say_anew(const struct feed *f, const struct message *m)
{
    if (feed_is_named(f, m->mapped.message_id))
        return false;
    for (size_t i = 0; i < m->mapped.event_count; i++)
        if (m->mapped.events[i].has_changed || m->mapped.events[i].schema->restricts)
            return true;
    return false;
}

/* What a word is about, of whatever sides are kept apart; empty: it does not say. */
static struct slice thing_of(const struct build *b)
{
    int slot = plan_slot(b->plan, SLICE("restriction.kind"));
    if (slot < 0)
        slot = plan_slot(b->plan, SLICE("consent.purpose"));
    if (slot < 0 || !build_is_set(b, (size_t)slot))
        return slice_of(NULL, 0);
    return build_get_text(b, (size_t)slot);
}

/* Whether it lessens what is shared: what does so by its kind, said or corrected, and what takes
 * another word back. */
static bool says_no(const struct mapped_event *event)
{
    const struct build *b = &event->build;
    const struct header_slots *h = plan_header(b->plan);
    bool takes_back = slice_equal_text(build_get_text(b, (size_t)h->action), "retracts");
    return schema_restricts(event->schema, build_get_text(b, (size_t)h->kind)) != takes_back;
}

/* Adds the sides that are kept of `what` beside a subject key. */
static void add_sides(const struct mapped_event *event, char what, const struct subject_key *who,
                      struct change *list, size_t *count)
{
    const struct slice thing = what == SIDES_OF_THING ? thing_of(&event->build) : slice_of(NULL, 0);
    const struct slice parts[] = { SLICE("sides\x1f"),
                                   event->schema->name,
                                   slice_of("\x1f", 1),
                                   slice_of(&what, 1),
                                   thing,
                                   slice_of("\x1e", 1),
                                   slice_of(who->b, ID_BYTES) };
    struct change *c = &list[(*count)++];
    uint8_t hash[HASH_BYTES];
    sha256_slices(parts, sizeof parts / sizeof parts[0], hash);
    memcpy(c->key, hash, ID_BYTES);
    memset(c->of, says_no(event) ? 'n' : 'y', sizeof c->of);
}

static void add_all_sides(const struct mapped_event *event, const struct subject_key *who,
                          struct said *x)
{
    const bool has_thing = !slice_is_empty(thing_of(&event->build));
    if (has_thing)
        add_sides(event, SIDES_OF_THING, who, x->read, &x->read_count);
    add_sides(event, has_thing ? SIDES_OF_ALL : SIDES_OF_ANY, who, x->read, &x->read_count);
    add_sides(event, has_thing ? SIDES_OF_THING : SIDES_OF_ALL, who, x->noted, &x->noted_count);
    add_sides(event, SIDES_OF_ANY, who, x->noted, &x->noted_count);
}

/* The person may have been known by the local id alone before: sides are kept under its own key,
 * too. */
static void set_sides(struct feed *f, const struct mapped_event *event, struct subject *s,
                      struct said *x)
{
    const struct slice id = event_identifiers(&event->build).local_id;
    add_all_sides(event, &s->key, x);
    if (slice_is_empty(id))
        return;
    const struct subject_key *own = identity_own(&f->identity, id, s);
    if (memcmp(own->b, s->key.b, ID_BYTES) != 0)
        add_all_sides(event, own, x);
}

static void set_row(const struct message *m, int ordinal, struct said *x)
{
    const struct slice parts[] = { SLICE("said\x1f"), slice_of(m->body, HASH_BYTES),
                                   slice_of(&ordinal, sizeof ordinal) };
    uint8_t hash[HASH_BYTES];
    sha256_slices(parts, sizeof parts / sizeof parts[0], hash);
    memcpy(x->row.key, hash, ID_BYTES);
}

/* Reads how often the sides have changed, and the memory of the row beside that. *same: they have
 * not since the row was told. *believed: no other spool may have spoken since. */
static bool read_memories(struct feed *f, struct said *x, bool *same, bool *believed, struct err *e)
{
    bool differs = false;
    *believed = true;
    x->turns = 0;
    for (size_t i = 0; i < x->read_count; i++) {
        struct change *c = &x->read[i];
        if (!spool_change_get(&f->spool, c, &differs, e))
            return false;
        x->turns += c->revision;
        if (c->revision > 0 && !lines_believes(&f->spool.lines, c->line))
            *believed = false;
    }
    memset(x->row.of, 0, sizeof x->row.of);
    memcpy(x->row.of, &x->turns, sizeof x->turns);
    if (!spool_change_get(&f->spool, &x->row, &differs, e))
        return false;
    *same = !differs;
    if (!lines_believes(&f->spool.lines, x->row.line))
        *believed = false;
    return true;
}

/* Whether the word has a time of its own. Of a message that is set aside nobody can tell whether
 * its time is that of its receipt. */
static bool has_time(const struct message *m, const struct build *b)
{
    return m->reading == READ_MAPPED && build_is_set(b, (size_t)plan_header(b->plan)->occurred);
}

/* Whether the word was told before and nothing was said against it since. Of a row that an older
 * program took nobody knows when. */
static bool is_sent_again(const struct message *m, const struct mapped_event *event,
                          const struct said *x, bool same, bool believed)
{
    if (x->row.revision > 0)
        return same && (believed || !says_no(event));
    return m->is_seen && !says_no(event) && x->turns == 0;
}

bool feed_weigh_said(struct feed *f, const struct message *m, const struct mapped_event *event,
                     int ordinal, struct subject *s, struct news *n, struct err *e)
{
    bool same = false, believed = false;
    n->said = NULL;
    if (!f->says_plainly || !event->schema->restricts)
        return true;
    struct said *x = ARENA_NEW(&f->work, struct said);
    if (!x)
        return err_memory(e);
    n->said = x;
    set_sides(f, event, s, x);
    x->is_own = !event->has_changed && !m->is_named && !has_time(m, &event->build);
    if (!x->is_own)
        return true;
    set_row(m, ordinal, x);
    if (!read_memories(f, x, &same, &believed, e))
        return false;
    n->is_news = !is_sent_again(m, event, x, same, believed);
    x->is_anew = n->is_news && (x->row.revision > 0 || m->is_seen);
    return true;
}

bool feed_is_own_word(const struct news *n)
{
    return n->said && n->said->is_own;
}

bool feed_asks_again(const struct feed *f, struct message *m, const struct mapped_event *event,
                     const struct news *n)
{
    if (f->turn.again || !feed_is_own_word(n) || !n->said->is_anew)
        return false;
    if (says_no(event))
        return false;
    m->turns = n->said->turns;
    return true;
}

void feed_place_said(const struct feed *f, const struct mapped_event *event, const struct news *n,
                     struct place *p)
{
    if (!says_no(event) && !n->said->is_anew)
        return;
    p->revision = n->said->row.revision;
    p->opening = f->spool.lines.opening;
}

bool feed_note_side(struct feed *f, const struct news *n, struct err *e)
{
    if (!n->said || !n->is_news)
        return true;
    for (size_t i = 0; i < n->said->noted_count; i++) {
        struct change *c = &n->said->noted[i];
        bool differs = false;
        if (!spool_change_get(&f->spool, c, &differs, e))
            return false;
        c->revision +=
            differs && (c->revision > 0 || c->of[0] == 'n'); /* a first yes is against none */
        if (!spool_change_put(&f->spool, c, e))
            return false;
    }
    return true;
}

bool feed_note_said(struct feed *f, const struct news *n, struct err *e)
{
    struct said *x = n->said;
    bool same = false, believed = false;
    if (!feed_is_own_word(n) || !n->is_news)
        return true;
    if (!read_memories(f, x, &same, &believed, e))
        return false;
    x->row.revision++;
    return spool_change_put(&f->spool, &x->row, e);
}
