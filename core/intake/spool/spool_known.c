/* spool_known.c - what a feed has seen before: dedup keys of messages, changes, links of local ids.
 */
#include <string.h>

#include "intake/spool/spool.h"
#include "host/crypto.h"

#define PREFIX_BYTES 8

void dedup_key_of(struct slice id, const uint8_t body[HASH_BYTES], struct dedup_key *out)
{
    out->has_id = !slice_is_empty(id);
    memcpy(out->key, body, ID_BYTES);
    if (!out->has_id)
        return;
    uint8_t hash[HASH_BYTES];
    sha256(id, hash);
    memcpy(out->key, hash, PREFIX_BYTES);
    memcpy(out->key + PREFIX_BYTES, body, ID_BYTES - PREFIX_BYTES);
}

static int64_t number_in(const struct recall_value *v, size_t at)
{
    int64_t n = 0;
    memcpy(&n, v->b + at, sizeof n);
    return n;
}

bool spool_change_get(struct spool *s, struct change *c, bool *changed, struct err *e)
{
    struct recall_value v;
    bool found = false;
    if (!recall_get(&s->recall, RECALL_CHANGE, c->key, &v, &found, e))
        return false;
    *changed = !found || memcmp(v.b, c->of, ID_BYTES) != 0;
    const int64_t number = found ? number_in(&v, ID_BYTES) : 0;
    c->revision = number & UINT32_MAX;
    c->line = (uint32_t)(number >> 32);
    return true;
}

bool spool_change_put(struct spool *s, const struct change *c, struct err *e)
{
    struct recall_value v;
    memcpy(v.b, c->of, ID_BYTES);
    const int64_t number = (int64_t)((uint64_t)s->lines.now << 32) | (c->revision & UINT32_MAX);
    memcpy(v.b + ID_BYTES, &number, sizeof number);
    return recall_put(&s->recall, RECALL_CHANGE, c->key, &v, e);
}

void link_key(struct slice agency, struct slice local_id, uint8_t out[ID_BYTES])
{
    const struct slice hashed[] = { agency, SLICE("\0"), local_id };
    uint8_t hash[HASH_BYTES];
    sha256_slices(hashed, 3, hash);
    memcpy(out, hash, ID_BYTES);
}

static void copy_text(struct slice s, char *out, size_t room)
{
    struct slice head = slice_head(s, room - 1);
    if (head.n)
        memcpy(out, head.p, head.n);
    out[head.n] = '\0';
}

/* Links to persons are many and go with every message; they are recalled. Links to pseudonyms are
 * few and carry a name: they have a table, and an all-zero recalled value says that it counts. */
static bool get_person(struct spool *s, const uint8_t local[ID_BYTES], struct link *out,
                       bool *found, struct err *e)
{
    static const struct recall_value none;
    struct recall_value v;
    if (!recall_get(&s->recall, RECALL_LINK, local, &v, found, e))
        return false;
    *found = *found && memcmp(v.b, none.b, ID_BYTES) != 0;
    if (!*found)
        return true;
    *out = (struct link){ .kind = LINK_PERSON, .own = true };
    memcpy(out->local, local, ID_BYTES);
    memcpy(out->subject, v.b, ID_BYTES);
    return true;
}

bool spool_link_get(struct spool *s, const uint8_t local[ID_BYTES], struct link *out, bool *found,
                    struct err *e)
{
    if (!get_person(s, local, out, found, e))
        return false;
    if (*found)
        return true;
    struct db_query *q = s->q[SPOOL_LINK_GET];
    bool row = false;
    db_bind_blob(q, 1, slice_of(local, ID_BYTES));
    if (!db_step(q, &row, e))
        return false;
    if (!row)
        return true;
    struct slice subject = db_blob(q, 0);
    *found = subject.n == ID_BYTES;
    *out = (struct link){ .kind = LINK_PSEUDONYM,
                          .route = (int)db_int(q, 1),
                          .own = db_int(q, 3) != 0 };
    memcpy(out->local, local, ID_BYTES);
    if (*found)
        memcpy(out->subject, subject.p, ID_BYTES);
    copy_text(db_blob(q, 2), out->reference_of, sizeof out->reference_of);
    db_reset(q);
    return true;
}

bool spool_link_put(struct spool *s, const struct link *l, struct err *e)
{
    struct recall_value v = { { 0 } };
    if (l->kind == LINK_PERSON) {
        memcpy(v.b, l->subject, ID_BYTES);
        return recall_put(&s->recall, RECALL_LINK, l->local, &v, e);
    }
    bool was_person = false;
    struct link before;
    if (!get_person(s, l->local, &before, &was_person, e) ||
        (was_person && !recall_put(&s->recall, RECALL_LINK, l->local, &v, e)))
        return false;
    struct db_query *q = s->q[SPOOL_LINK_PUT];
    db_bind_blob(q, 1, slice_of(l->local, ID_BYTES));
    db_bind_blob(q, 2, slice_of(l->subject, ID_BYTES));
    db_bind_int(q, 3, l->route);
    db_bind_text(q, 4, slice_text(l->reference_of));
    db_bind_int(q, 5, l->own);
    return db_do(q, e);
}
