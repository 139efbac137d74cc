/* event.c - header, body, frame. */
#include "intake/event.h"

#include <inttypes.h>
#include <stdio.h>

#include "host/crypto.h"
#include "intake/spool/queued.h"
#include "record/wire.h"

#define ORDINAL_TEXT_MAX 48

void event_id_of(const struct occasion *o, const struct place *p, int64_t occurred_ms,
                 struct event_id *out)
{
    char ordinal[ORDINAL_TEXT_MAX];
    int n = snprintf(ordinal, sizeof ordinal, "|%d", p->ordinal);
    if (p->opening)
        n = snprintf(ordinal, sizeof ordinal, "|%d|%" PRId64 "|%08" PRIx32, p->ordinal, p->revision,
                     p->opening);
    else if (p->revision > 0)
        n = snprintf(ordinal, sizeof ordinal, "|%d|%" PRId64, p->ordinal, p->revision);
    const struct slice hashed[] = { o->origin->feed,
                                    SLICE("|"),
                                    o->message_id,
                                    SLICE("|"),
                                    slice_of(o->body, HASH_BYTES),
                                    slice_of(ordinal, (size_t)n) };
    uint8_t hash[HASH_BYTES];
    hmac_sha256_slices(o->origin->agency_key, hashed, sizeof hashed / sizeof hashed[0], hash);
    uint64_t ms = occurred_ms > 0 ? (uint64_t)occurred_ms : 0;
    for (unsigned i = 0; i < 6; i++)
        out->b[i] = (uint8_t)(ms >> (8 * (5 - i)));
    memcpy(out->b + 6, hash, ID_BYTES - 6);
}

static struct slice text_of(const struct build *b, int slot)
{
    return slot < 0 ? (struct slice){ .n = 0 } : build_get_text(b, (size_t)slot);
}

struct identifiers event_identifiers(const struct build *b)
{
    const struct header_slots *h = plan_header(b->plan);
    return (struct identifiers){ text_of(b, h->nhs_number), text_of(b, h->nhs_number_status),
                                 text_of(b, h->local_id), text_of(b, h->case_reference),
                                 text_of(b, h->birth_date) };
}

/* A slot below 0 is of a field that the schema lacks. */
static bool put_text(struct build *b, int slot, struct slice text, struct err *e)
{
    if (slot < 0 || slice_is_empty(text))
        return true;
    return build_text(b, (size_t)slot, text, e);
}

static bool put_long(struct build *b, int slot, int64_t value, struct err *e)
{
    return slot < 0 || build_long(b, (size_t)slot, value, e);
}

/* The feed's configuration gives a default: a value that the mapping has set stays. */
static bool put_default(struct build *b, int slot, struct slice text, struct err *e)
{
    if (slot < 0 || build_is_set(b, (size_t)slot))
        return true;
    return put_text(b, slot, text, e);
}

static void unset_slot(struct build *b, int slot)
{
    if (slot >= 0)
        b->encoded[slot] = (struct slice){ .n = 0 };
}

static struct slice hex_of(struct slice bytes, char *out)
{
    slice_to_hex(bytes, out);
    return slice_of(out, 2 * bytes.n);
}

/* One feed may carry several services. Of these the one that was given the reference replies. */
static struct slice service_of(const struct occasion *o, const struct subject *s)
{
    return s->asked ? slice_text(s->reference_of) : o->origin->service;
}

/* A text of the header. */
struct header_text {
    int slot;
    struct slice text;
};

/* Fills the header's fields that tell who said the record, how, and when it came in. */
static bool put_source(const struct occasion *o, const struct place *p, const struct subject *s,
                       struct build *b, struct err *e)
{
    const struct origin *from = o->origin;
    const struct header_slots *h = plan_header(b->plan);
    const int64_t id_ms = p->restricts ? 0 : build_get_long(b, (size_t)h->occurred);
    struct event_id id;
    char id_text[2 * ID_BYTES];
    event_id_of(o, p, id_ms, &id);
    const struct header_text texts[] = {
        { h->id, hex_of(slice_of(id.b, ID_BYTES), id_text) },
        { h->type, slice_text(plan_name(b->plan)) },
        { h->source_agency, from->agency },
        { h->source_service, service_of(o, s) },
        { h->source_feed, from->feed },
        { h->source_message_id, o->message_id },
        { h->mapping, from->mapping },
    };
    const struct header_text defaults[] = {
        { from->system_slot, from->system },     { h->environment, from->environment },
        { h->contact_team, from->contact_team }, { h->contact_phone, from->contact_phone },
        { h->timeliness, from->timeliness },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!put_text(b, texts[i].slot, texts[i].text, e))
            return false;
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        if (!put_default(b, defaults[i].slot, defaults[i].text, e))
            return false;
    return put_long(b, h->feed_seq, p->feed_seq, e) && put_long(b, h->observed, o->observed_ms, e);
}

/* Fills the header's fields that tell whom the record is about. An NHS number that must not travel,
 * or that failed its check, is taken out again. */
static bool put_subject(const struct subject *s, struct build *b, struct err *e)
{
    const struct header_slots *h = plan_header(b->plan);
    char text[2 * HASH_BYTES];
    if (!s->keep_number) {
        unset_slot(b, h->nhs_number);
        unset_slot(b, h->nhs_number_status);
    }
    if (!put_text(b, h->identity_confidence, slice_text(s->confidence), e))
        return false;
    if (s->has_birth_hash &&
        !put_text(b, h->birth_hash, hex_of(slice_of(s->birth_hash, HASH_BYTES), text), e))
        return false;
    if (!s->is_pseudonym)
        return true;
    return put_text(b, h->reference, hex_of(slice_of(s->key.b, ID_BYTES), text), e) &&
           put_text(b, h->reference_of, slice_text(s->reference_of), e) &&
           put_long(b, h->route, s->partition, e);
}

static bool queue_record(const struct subject *s, const struct build *b, struct buf *out,
                         struct err *e)
{
    struct queued entry = { .topic = QUEUED_EVENT, .partition = s->partition };
    memcpy(entry.key, s->key.b, ID_BYTES);
    size_t begun = queued_begin(out, &entry);
    wire_put_header(out, plan_fingerprint(b->plan));
    if (!build_done(b, out, e))
        return false;
    queued_end(out, begun);
    return true;
}

bool event_queue(const struct occasion *o, const struct place *p, const struct subject *s,
                 struct build *b, struct buf *out, struct err *e)
{
    return put_source(o, p, s, b, e) && put_subject(s, b, e) && queue_record(s, b, out, e);
}

bool event_queue_as(const struct catalogue *c, struct slice framed, const struct subject *s,
                    struct arena *a, struct buf *out, struct err *e)
{
    uint64_t fingerprint = 0;
    struct slice body;
    struct view v;
    struct build b;
    if (!wire_open(framed, &fingerprint, &body, e))
        return false;
    const struct schema *schema = catalogue_fingerprint(c, fingerprint);
    if (!schema || !plan_header(schema->plan))
        return err_set(e, ERR_REJECT, "intake.word", 0,
                       "a stored consent, objection or restriction cannot be published: this "
                       "program lacks its schema");
    if (!plan_view(schema->plan, a, body, &v, e) || !build_init(&b, schema->plan, a, e))
        return false;
    for (size_t i = 0; i < plan_slots(v.plan); i++)
        b.encoded[i] = view_raw(&v, i);
    const struct header_slots *h = plan_header(v.plan);
    const int anew[] = { h->feed_seq,     h->source_feed, h->birth_hash,        h->reference,
                         h->reference_of, h->nhs_number,  h->nhs_number_status, h->route };
    for (size_t i = 0; i < sizeof anew / sizeof anew[0]; i++)
        unset_slot(&b, anew[i]);
    return put_subject(s, &b, e) && queue_record(s, &b, out, e);
}

static bool put_text_at(struct build *b, const char *path, struct slice text, struct err *e)
{
    return put_text(b, plan_slot(b->plan, slice_text(path)), text, e);
}

/* Which service links, which local id, by which disclosure. Id and disclosure are those of the
 * message's first record. */
static bool put_link(struct slice by, const struct build *like, struct build *b, struct err *e)
{
    const struct header_slots *was = plan_header(like->plan), *h = plan_header(b->plan);
    struct slice local_id = text_of(like, was->local_id);
    struct slice quoted = text_of(like, was->case_reference);
    return put_text(b, h->local_id, local_id, e) && put_text(b, h->case_reference, quoted, e) &&
           put_text_at(b, "link.disclosure", quoted, e) &&
           put_text_at(b, "link.local_id", local_id, e) && put_text_at(b, "link.by", by, e);
}

static bool put_time(const struct build *like, struct build *b, struct err *e)
{
    const struct header_slots *was = plan_header(like->plan), *h = plan_header(b->plan);
    if (!build_is_set(like, (size_t)was->occurred))
        return true;
    return put_long(b, h->occurred, build_get_long(like, (size_t)was->occurred), e) &&
           put_text(b, h->occurred_precision, text_of(like, was->occurred_precision), e);
}

bool event_queue_link(const struct occasion *o, const struct place *p, const struct subject *s,
                      const struct build *like, struct buf *out, struct err *e)
{
    struct build b;
    if (!build_init(&b, o->origin->person->plan, like->arena, e))
        return false;
    const struct header_slots *h = plan_header(b.plan);
    struct slice environment = text_of(like, plan_header(like->plan)->environment);
    return put_text(&b, h->kind, SLICE("linked"), e) &&
           put_text(&b, h->action, SLICE("asserts"), e) &&
           put_text(&b, h->environment, environment, e) && put_time(like, &b, e) &&
           put_link(service_of(o, s), like, &b, e) && event_queue(o, p, s, &b, out, e);
}
