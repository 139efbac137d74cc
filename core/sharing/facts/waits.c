/* waits.c - refusals and unread messages in internal/Facts.avsc, field by field. Names stand as they are:
 * of whoever is out of the region for a while, too. */
#include "sharing/facts/waits.h"

#include "record/wire.h"

/* An array is one block of n items and the end. */
static void begin_list(struct buf *out, size_t n)
{
    if (n)
        avro_put_long(out, (int64_t)n);
}

void waits_put_refusals(const struct person *p, struct buf *out)
{
    begin_list(out, p->refusal_count);
    for (size_t i = 0; i < p->refusal_count; i++) {
        const struct refusal *x = &p->refusals[i];
        avro_put_text(out, x->agency);
        avro_put_text(out, x->service);
        avro_put_text(out, x->episode);
        avro_put_text(out, x->type);
        avro_put_text(out, x->kind);
        buf_byte(out, x->is_whole_episode);
        avro_put_text(out, x->versions);
        avro_put_long(out, x->at_ms);
        avro_put_text(out, x->by);
        avro_put_text(out, x->first_by);
        avro_put_text(out, slice_of(x->event.b, ID_BYTES));
        avro_put_text(out, x->reason);
        avro_put_text(out, x->clause);
        avro_put_text(out, x->bytes);
    }
    avro_put_long(out, 0);
}

/* By name: it stands also while its service is out of the region. */
void waits_get_refusal(const struct view *v, struct refusal *x)
{
    x->agency = view_text(v, 0);
    x->service = view_text(v, 1);
    x->episode = view_text(v, 2);
    x->type = view_text(v, 3);
    x->kind = view_text(v, 4);
    x->is_whole_episode = view_long(v, 5);
    x->versions = view_text(v, 6);
    x->at_ms = view_long(v, 7);
    x->by = view_text(v, 8);
    x->first_by = view_text(v, 9);
    struct slice id = view_text(v, 10);
    if (id.n == ID_BYTES)
        memcpy(x->event.b, id.p, ID_BYTES);
    x->reason = view_text(v, 11);
    x->clause = view_text(v, 12);
    x->bytes = view_text(v, 13);
}

void waits_put_unread(const struct person *p, struct buf *out)
{
    begin_list(out, p->unread_count);
    for (size_t i = 0; i < p->unread_count; i++) {
        const struct unread_message *x = &p->unread[i];
        avro_put_text(out, x->agency);
        avro_put_text(out, x->feed);
        avro_put_text(out, x->code);
        avro_put_text(out, x->reference);
        avro_put_long(out, x->since_ms);
        avro_put_long(out, x->last_ms);
    }
    avro_put_long(out, 0);
}

void waits_get_unread(const struct view *v, struct unread_message *x)
{
    x->agency = view_text(v, 0);
    x->feed = view_text(v, 1);
    x->code = view_text(v, 2);
    x->reference = view_text(v, 3);
    x->since_ms = view_long(v, 4);
    x->last_ms = view_long(v, 5);
}
