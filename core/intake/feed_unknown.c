/* feed_unknown.c - a message that restricts by a code which nobody here knows: its person's events are held, and
 * where none of its records can be held for it the message is set aside (feed_restrict.c).
 *
 * Senders repeat what they know in every message, so for one person and code that is done once, until another
 * code of the same person comes, or a word about sharing without any. */
#include "intake/feed.h"

/* As `changed` keeps it; of: all zeros once nothing unknown is said. */
static bool change_of(const struct claim *c, struct slice code, struct change *out)
{
    const struct slice who = slice_is_empty(c->local_id) ? c->nhs_number : c->local_id;
    const struct slice parts[] = { SLICE("unknown code"), slice_of("\0", 1), who };
    uint8_t hash[HASH_BYTES];
    *out = (struct change){ .generation = 0 };
    if (slice_is_empty(who))
        return false;
    sha256_parts(parts, 3, hash);
    memcpy(out->key, hash, ID_BYTES);
    if (slice_is_empty(code))
        return true;
    sha256(code, hash);
    memcpy(out->of, hash, ID_BYTES);
    return true;
}

static bool find_claim(struct feed *f, const struct message *m, struct claim *out, struct err *e)
{
    struct mapped_restrictions all;
    if (!mapping_in_restrictions(f->o.mapping, &f->work, m->doc, f->turn.now_ms, &all, e))
        return false;
    for (size_t i = 0; i < all.count; i++)
        if (all.list[i].is_doubtful)
            *out = event_claim(&all.list[i].event.build);
    return true;
}

bool feed_is_unknown_news(struct feed *f, struct message *m, struct change *c, bool *news, struct err *e)
{
    struct claim claim = { .local_id = { .n = 0 } };
    *news = false;
    if (slice_is_empty(m->mapped.unknown))
        return true;
    if (!find_claim(f, m, &claim, e))
        return false;
    *news = !change_of(&claim, m->mapped.unknown, c) || f->turn.again;
    if (!*news && !spool_change_get(&f->spool, c, news, e))
        return false;
    *news = *news || !lines_believes(&f->spool.lines, c->line);
    if (*news)
        (void)err_set(&m->why, ERR_REJECT, "map.restriction", 0,
                      "cannot tell what '%.*s' restricts: no rule knows its code",
                      SHOWN(m->mapped.unknown_path));
    return true;
}

bool feed_sign_unknown(struct feed *f, const struct message *m, struct err *e)
{
    struct claim claim = { .local_id = { .n = 0 } };
    struct subject s;
    struct err nobody = { .fate = ERR_NONE };
    if (!find_claim(f, m, &claim, e))
        return false;
    if (identity_resolve(&f->identity, &claim, &s, &nobody))
        return feed_sign(f, m, claim.local_id, &s, e);
    if (nobody.fate != ERR_REJECT)
        *e = nobody;
    return nobody.fate == ERR_REJECT;
}

bool feed_note_unknown(struct feed *f, const struct message *m, struct change *c, struct err *e)
{
    static const uint8_t nobody[ID_BYTES];
    if (f->turn.again || memcmp(c->key, nobody, ID_BYTES) == 0 || slice_is_empty(m->mapped.unknown))
        return true;
    c->generation++;
    return spool_change_put(&f->spool, c, e);
}

static bool is_word(const struct mapped *m)
{
    for (size_t i = 0; i < m->event_count; i++)
        if (m->events[i].schema->restricts)
            return true;
    return false;
}

bool feed_end_unknown(struct feed *f, const struct message *m, struct err *e)
{
    struct change c;
    bool changed = false;
    if (!slice_is_empty(m->mapped.unknown) || !is_word(&m->mapped))
        return true;
    struct claim claim = event_claim(&m->mapped.events[0].build);
    if (!change_of(&claim, slice_of(NULL, 0), &c))
        return true;
    if (!spool_change_get(&f->spool, &c, &changed, e))
        return false;
    if (!changed || c.generation == 0)
        return true;
    c.generation++;
    return spool_change_put(&f->spool, &c, e);
}
