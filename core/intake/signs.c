/* signs.c - signs that something could not be read: published under the key that intake has for
 * their person, and under each that it learns of later, before what follows under that. */
#include "intake/feed.h"

#include <inttypes.h>
#include <stdio.h>

#include "intake/queued.h"
#include "record/wire.h"

#define UNREAD_VERSION 1

/* internal/Unread.avsc, field by field. No payload. */
static void put(struct feed *f, const struct unread_sign *x, const struct subject *s,
                struct buf *out)
{
    char reference[32];
    int n = snprintf(reference, sizeof reference, "%" PRId64, x->n);
    struct queued entry = { .topic = QUEUED_EVENT, .partition = s->partition };
    memcpy(entry.key, s->key.b, ID_BYTES);
    size_t begun = queued_begin(out, &entry);
    wire_put_header(out, plan_fingerprint(f->unread->plan));
    avro_put_long(out, UNREAD_VERSION);
    avro_put_text(out, f->origin.agency);
    avro_put_text(out, f->origin.feed);
    avro_put_text(out, x->code);
    avro_put_text(out, slice_of(reference, (size_t)n));
    avro_put_long(out, x->at_ms);
    avro_put_text(out, slice_text(s->is_pseudonym ? s->reference_of : NULL));
    queued_end(out, begun);
}

bool feed_sign(struct feed *f, const struct message *m, struct slice local_id,
               const struct subject *s, struct err *e)
{
    struct unread_sign x = { .n = (int64_t)f->spool.turn.counts.taken,
                             .at_ms = f->turn.now_ms,
                             .code = slice_text(m->why.code) };
    put(f, &x, s, &f->records);
    if (slice_is_empty(local_id))
        return true;
    link_key(f->identity.agency, local_id, x.local);
    memcpy(x.key, s->key.b, ID_BYTES);
    return quarantine_put_sign(&f->quarantined, &x, e);
}

bool feed_queue_signs(struct feed *f, struct arena *a, const uint8_t local[ID_BYTES],
                      const struct subject *s, struct buf *out, struct err *e)
{
    struct unread_sign *list = NULL;
    size_t n = 0;
    if (!quarantine_signs(&f->quarantined, local, s->key.b, a, &list, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        put(f, &list[i], s, out);
    return true;
}
