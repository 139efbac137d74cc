/* feed_unknown.c - a message that restricts by a code that no rule knows.
 *
 * Its person's events are held. Where the message has no record that can be held, the message is
 * set aside (feed_restrict.c).
 *
 * Senders repeat what they know in every message. So this is done once for one person, place and
 * code. It is done anew after the place came without the code: with another code, with a known one,
 * or cleared. A place that may come several times (ARV-3, the items of a list) is one place: the
 * order of its codes does not matter, and it remembers as many codes as the mapping has paths to
 * it. A place that a message does not send stays as it was. */
#include "intake/feed.h"

/* The memory of the nth code of a place, in the form of `changed`. An empty code: `of` is all
 * zeros. An empty place: the memory that the person ever had an unknown code. */
static struct change memory_of_code(struct slice who, struct slice place, size_t nth,
                                    struct slice code)
{
    const uint8_t number[] = { 0, (uint8_t)nth };
    const struct slice hashed[] = {
        SLICE("unknown code"),          slice_of("\0", 1), who, slice_of("\0", 1), place,
        slice_of(number, sizeof number)
    };
    struct change c = { .revision = 0 };
    uint8_t hash[HASH_BYTES];
    sha256_slices(hashed, sizeof hashed / sizeof hashed[0], hash);
    memcpy(c.key, hash, ID_BYTES);
    if (!slice_is_empty(code))
        feed_half_hash(code, c.of);
    return c;
}

/* Stores the memory, unless the spool has it already and believes it, or there is none to clear. */
static bool keep_memory(struct feed *f, struct change *c, struct err *e)
{
    static const uint8_t nothing[ID_BYTES];
    bool changed = false;
    if (!spool_change_get(&f->spool, c, &changed, e))
        return false;
    const bool is_kept = !changed && lines_believes(&f->spool.lines, c->line);
    const bool is_empty = memcmp(c->of, nothing, ID_BYTES) == 0;
    if (is_kept || (c->revision == 0 && is_empty))
        return true;
    c->revision++;
    return spool_change_put(&f->spool, c, e);
}

static bool is_remembered(struct feed *f, struct slice who, const struct mapped_code *x, bool *is,
                          struct err *e)
{
    *is = false;
    for (size_t i = 0; i < x->most && !*is; i++) {
        struct change c = memory_of_code(who, x->place, i, x->code);
        bool changed = false;
        if (!spool_change_get(&f->spool, &c, &changed, e))
            return false;
        *is = !changed && lines_believes(&f->spool.lines, c.line);
    }
    return true;
}

/* The identifiers by which a message names its person. */
static bool find_identifiers(struct feed *f, const struct message *m, struct identifiers *out,
                             struct err *e)
{
    struct build b;
    if (m->mapped.event_count) {
        *out = event_identifiers(&m->mapped.events[0].build);
        return true;
    }
    if (!mapping_in_person(f->o.mapping, &f->work, m->doc, f->turn.now_ms, &b, e))
        return false;
    *out = event_identifiers(&b);
    return true;
}

/* *who: the id under which the person's codes are remembered; empty: the message names nobody. */
static bool find_who(struct feed *f, const struct message *m, struct slice *who, struct err *e)
{
    struct identifiers c;
    if (!find_identifiers(f, m, &c, e))
        return false;
    *who = slice_is_empty(c.local_id) ? c.nhs_number : c.local_id;
    return true;
}

/* *path: that of the first code that is news; empty: none is. */
static bool find_new_code(struct feed *f, const struct message *m, struct slice *path,
                          struct err *e)
{
    struct slice who;
    if (!find_who(f, m, &who, e))
        return false;
    *path = m->mapped.unknown_path;
    if (f->turn.again || slice_is_empty(who))
        return true;
    *path = slice_of(NULL, 0);
    for (size_t i = 0; i < m->mapped.code_count && slice_is_empty(*path); i++) {
        const struct mapped_code *x = &m->mapped.codes[i];
        bool known = slice_is_empty(x->code) || x->stands;
        if (!known && !is_remembered(f, who, x, &known, e))
            return false;
        if (!known)
            *path = x->path;
    }
    return true;
}

bool feed_is_unknown_news(struct feed *f, struct message *m, bool *news, struct err *e)
{
    struct slice path = { .n = 0 };
    if (!slice_is_empty(m->mapped.unknown) && !find_new_code(f, m, &path, e))
        return false;
    *news = !slice_is_empty(path);
    if (*news)
        (void)err_set(&m->why, ERR_REJECT, "map.restriction", 0,
                      "'%.*s' has a code that no rule of the mapping knows, and it may restrict",
                      SHOWN(path));
    return true;
}

bool feed_sign_unknown(struct feed *f, const struct message *m, struct err *e)
{
    struct identifiers said;
    struct subject s;
    struct err nobody = { .fate = ERR_NONE };
    if (!find_identifiers(f, m, &said, e))
        return false;
    if (identity_resolve(&f->identity, &said, &s, &nobody))
        return feed_sign(f, m, said.local_id, &s, e);
    if (nobody.fate != ERR_REJECT)
        *e = nobody;
    return nobody.fate == ERR_REJECT;
}

/* Remembers all unknown codes that stand at x's place, and clears what else was remembered there. A
 * code that is published as a restriction (stands) was never news: it stays remembered, and is not
 * added. */
static bool note_place(struct feed *f, struct slice who, const struct mapped *m,
                       const struct mapped_code *x, struct err *e)
{
    struct change *all = ARENA_ARRAY(&f->work, x->most, struct change);
    const struct mapped_code *end = m->codes + m->code_count;
    size_t n = 0;
    if (!all)
        return err_memory(e);
    for (const struct mapped_code *y = x; y < end; y++) {
        if (!slice_equal(y->place, x->place))
            continue;
        bool stays = !y->stands && !slice_is_empty(y->code);
        if (y->stands && !is_remembered(f, who, y, &stays, e))
            return false;
        if (stays) {
            all[n] = memory_of_code(who, x->place, n, y->code);
            n++;
        }
    }
    for (; n < x->most; n++)
        all[n] = memory_of_code(who, x->place, n, slice_of(NULL, 0));
    for (size_t i = 0; i < n; i++)
        if (!keep_memory(f, &all[i], e))
            return false;
    return true;
}

static bool is_first_of_place(const struct mapped *m, const struct mapped_code *x)
{
    for (const struct mapped_code *y = m->codes; y < x; y++)
        if (slice_equal(y->place, x->place))
            return false;
    return true;
}

bool feed_note_codes(struct feed *f, const struct message *m, struct err *e)
{
    const struct mapped *said = &m->mapped;
    const bool has_unknown = !slice_is_empty(said->unknown);
    struct slice who;
    if (said->code_count == 0 || (f->turn.again && has_unknown))
        return true;
    if (!find_who(f, m, &who, e))
        return false;
    if (slice_is_empty(who))
        return true;

    /* A person who never had an unknown code has nothing to clear. */
    struct change any = memory_of_code(who, slice_of(NULL, 0), 0, SLICE("any"));
    bool never_had = false;
    if (has_unknown) {
        if (!keep_memory(f, &any, e))
            return false;
    } else {
        if (!spool_change_get(&f->spool, &any, &never_had, e))
            return false;
    }
    if (never_had)
        return true;

    for (size_t i = 0; i < said->code_count; i++) {
        const struct mapped_code *x = &said->codes[i];
        if (is_first_of_place(said, x) && !note_place(f, who, said, x, e))
            return false;
    }
    return true;
}
