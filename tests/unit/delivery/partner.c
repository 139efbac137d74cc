/* partner.c - the fakes at both ends of a delivery. */
#include "partner.h"

#include "base/arena.h"
#include "bus/backend.h"

#include <stdio.h>
#include <string.h>

static void partner_send(void *state, const struct outgoing *m, struct buf *answer,
                         struct handing *out)
{
    struct partner *p = state;
    char text[1000];
    snprintf(text, sizeof text, "%.*s", (int)m->bytes.n, (const char *)m->bytes.p);
    enum mood mood = p->only && !strstr(text, p->only) ? MOOD_TAKES : p->mood;
    if (++p->asked == p->stop_at)
        p->stop();
    *out = (struct handing){ .fate = HANDING_NOT_SENT, .after_ms = p->after_ms };
    if (mood == MOOD_AWAY) {
        err_set(&out->why, ERR_RETRY, "partner.connect", 0, "cannot connect");
        return;
    }
    if (p->count < PARTNER_MAX) {
        snprintf(p->got[p->count].id, sizeof p->got[0].id, "%.*s", (int)m->id.n,
                 (const char *)m->id.p);
        snprintf(p->got[p->count++].text, sizeof p->got[0].text, "%s", text);
    }
    static const struct {
        enum handing_fate fate;
        bool left;
        const char *code;
    } moods[] = {
        [MOOD_TAKES] = { HANDING_TAKEN, true, NULL },
        [MOOD_SILENT] = { HANDING_UNKNOWN, true, "partner.closed" },
        [MOOD_REFUSES] = { HANDING_REFUSED, false, "partner.refused" },
        [MOOD_LATER] = { HANDING_LATER, true, "partner.busy" },
        [MOOD_LOCKED] = { HANDING_SITE, false, "partner.locked" },
    };
    out->fate = moods[mood].fate;
    out->left = moods[mood].left;
    if (moods[mood].code)
        err_set(&out->why, ERR_RETRY, moods[mood].code, 0, "not now");
    if (out->fate == HANDING_TAKEN && p->says)
        buf_text(answer, p->says);
}

const struct transport partner_transport = {
    .name = "partner",
    .state_size = sizeof(struct partner),
    .send = partner_send,
};

/* ---- the bus ---- */

struct wrapped {
    struct bus bus;
    struct bus *real;
    const bool *broken;
};
size_t partner_receipts_opened;
bool partner_receipts_barred, partner_receipts_aged;

struct wrapped_reader {
    struct bus_reader face;
    struct bus_reader *real;
    const bool *broken;
};

static void wrapped_close(struct bus *b)
{
    bus_close(&((struct wrapped *)b)->real);
    mem_free(b);
}

static bool wrapped_publish(struct bus *b, const struct bus_record *r, size_t n, struct err *e)
{
    return bus_publish(((struct wrapped *)b)->real, r, n, e);
}

static bool wrapped_topics(struct bus *b, const struct bus_topic *t, size_t n, struct err *e)
{
    return bus_topics(((struct wrapped *)b)->real, t, n, e);
}

static bool wrapped_reader_open(struct bus *b, const char *topic, int partition, int64_t from,
                                struct bus_reader **out, struct err *e)
{
    struct wrapped *w = (struct wrapped *)b;
    struct wrapped_reader *r = mem_alloc(sizeof *r);
    if (!r)
        return err_memory(e);
    bool is_receipts = strncmp(topic, "receipts.", 9) == 0;
    partner_receipts_opened += is_receipts;
    if (is_receipts && partner_receipts_barred) {
        mem_free(r);
        return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot read topic '%s': barred", topic);
    }
    if (is_receipts && partner_receipts_aged) {
        mem_free(r);
        return err_set(e, ERR_FATAL, "bus.aged", 0, "cannot go on in '%s': aged meanwhile", topic);
    }
    r->face.ops = b->ops;
    r->broken = strncmp(topic, "restrictions.", 13) == 0 ? w->broken : NULL;
    if (!bus_reader_open(w->real, topic, partition, from, &r->real, e)) {
        mem_free(r);
        return false;
    }
    *out = &r->face;
    return true;
}

static bool wrapped_reader_next(struct bus_reader *face, int wait_ms, const struct bus_record **out,
                                size_t *n, bool *end, struct err *e)
{
    struct wrapped_reader *r = (struct wrapped_reader *)face;
    if (r->broken && *r->broken)
        return err_set(e, ERR_RETRY, "bus.down", 0, "cannot read");
    return bus_reader_next(r->real, wait_ms, out, n, end, e);
}

static void wrapped_reader_close(struct bus_reader *face)
{
    bus_reader_close(&((struct wrapped_reader *)face)->real);
    mem_free(face);
}

static bool wrapped_end(struct bus *b, const char *topic, int partition, struct bus_end *out,
                        struct err *e)
{
    return bus_end(((struct wrapped *)b)->real, topic, partition, out, e);
}

static const struct bus_ops wrapped_ops = {
    .close = wrapped_close,
    .publish = wrapped_publish,
    .topics = wrapped_topics,
    .reader_open = wrapped_reader_open,
    .reader_next = wrapped_reader_next,
    .reader_close = wrapped_reader_close,
    .end = wrapped_end,
};

struct bus *partner_bus(struct bus *real, const bool *broken)
{
    struct wrapped *w = mem_alloc(sizeof *w);
    if (!w)
        return NULL;
    *w = (struct wrapped){ .bus = { .ops = &wrapped_ops }, .real = real, .broken = broken };
    return &w->bus;
}
