/* refused.c - writes and reads internal/Refused, and seals it. */
#include "sharing/judge/refused.h"

#include "record/avro_put.h"
#include "record/wire.h"

#define VERSION 1
#define FIXED_ROOM 512

bool refused_is_same(const struct refusal *a, const struct refusal *b)
{
    return a->at_ms == b->at_ms && slice_equal(a->service, b->service) &&
           memcmp(a->event.b, b->event.b, ID_BYTES) == 0;
}

/* The seal's key is a recipient's key under a name that no service has: theirs have a stroke. */
static void make_seal(const struct judge_keys *keys, struct slice before, uint8_t out[HASH_BYTES])
{
    struct key own;
    judge_recipient_key(keys, SLICE("refused"), &own);
    hmac_sha256(&own, before, out);
    explicit_bzero(&own, sizeof own);
}

/* One record a refusal and local id: the last one counts. */
static void make_record_key(const struct refused *x, uint8_t out[ID_BYTES])
{
    uint8_t hash[HASH_BYTES], at[8];
    for (unsigned i = 0; i < sizeof at; i++)
        at[i] = (uint8_t)((uint64_t)x->x.at_ms >> (8 * i));
    const struct slice hashed[] = { SLICE("refused"),
                                    slice_of("", 1),
                                    x->x.service,
                                    slice_of("", 1),
                                    x->local_id,
                                    slice_of("", 1),
                                    slice_of(x->x.event.b, ID_BYTES),
                                    slice_of(at, sizeof at) };
    sha256_slices(hashed, sizeof hashed / sizeof hashed[0], hash);
    memcpy(out, hash, ID_BYTES);
}

/* In the order of internal/Refused.avsc. */
static void put_fields(const struct refused *r, struct buf *b)
{
    const struct refusal *x = &r->x;
    avro_put_long(b, VERSION);
    avro_put_text(b, x->agency);
    avro_put_text(b, r->local_id);
    avro_put_text(b, x->service);
    avro_put_text(b, x->episode);
    avro_put_text(b, x->type);
    avro_put_text(b, x->kind);
    avro_put_bool(b, x->is_whole_episode);
    avro_put_text(b, x->versions);
    avro_put_long(b, x->at_ms);
    avro_put_text(b, x->by);
    avro_put_text(b, slice_of(x->event.b, ID_BYTES));
    avro_put_text(b, x->reason);
    avro_put_text(b, x->clause);
    avro_put_text(b, r->reopened_by);
    avro_put_bool(b, r->by_two);
}

bool refused_encode(const struct judge_input *in, struct arena *a, const struct refused *r,
                    struct link_out *out, struct err *e)
{
    const struct refusal *x = &r->x;
    const struct schema *s = catalogue_named(in->bundle->catalogue, SLICE("Refused"));
    int agency = bundle_agency(in->bundle, x->agency);
    uint8_t seal[HASH_BYTES];
    struct buf b;
    *out = (struct link_out){ .agency = 0 };
    if (!s || agency < 0)
        return true;
    size_t room = FIXED_ROOM + x->agency.n + r->local_id.n + x->service.n + x->episode.n +
                  x->type.n + x->kind.n + x->versions.n + x->by.n + x->reason.n + x->clause.n +
                  r->reopened_by.n;
    if (!buf_in_arena(a, room, &b, e))
        return false;
    wire_put_header(&b, plan_fingerprint(s->plan));
    put_fields(r, &b);
    make_seal(in->keys, buf_slice(&b), seal);
    avro_put_text(&b, slice_of(seal, sizeof seal));
    avro_put_text(&b, SLICE(""));
    out->agency = (uint16_t)agency;
    make_record_key(r, out->local_key);
    out->bytes = buf_slice(&b);
    return buf_done(&b, e);
}

/* The seal covers all bytes before it. Behind it stands whose pseudonym the key is. */
static bool is_sealed(const struct judge_keys *keys, const struct view *v, struct slice framed)
{
    uint8_t seal[HASH_BYTES], number[AVRO_LONG_BYTES_MAX];
    struct slice has = view_text_at(v, "seal"), of = view_text_at(v, "reference_of");
    size_t behind = 1 + HASH_BYTES + avro_long(number, (int64_t)of.n) + of.n;
    if (has.n != HASH_BYTES || framed.n < behind)
        return false;
    make_seal(keys, slice_head(framed, framed.n - behind), seal);
    return hash_equal(seal, has.p);
}

bool refused_read(const struct judge_keys *keys, const struct view *v, struct slice framed,
                  struct refused *out)
{
    struct slice event = view_text_at(v, "event");
    *out = (struct refused){
        .x = { .agency = view_text_at(v, "agency"),
               .service = view_text_at(v, "service"),
               .episode = view_text_at(v, "episode"),
               .type = view_text_at(v, "type"),
               .kind = view_text_at(v, "kind"),
               .is_whole_episode = view_long_at(v, "whole_episode"),
               .versions = view_text_at(v, "versions"),
               .at_ms = view_long_at(v, "at_ms"),
               .by = view_text_at(v, "by"),
               .reason = view_text_at(v, "reason"),
               .clause = view_text_at(v, "clause") },
        .local_id = view_text_at(v, "local_id"),
        .reopened_by = view_text_at(v, "reopened_by"),
        .by_two = view_long_at(v, "by_two"),
        .reference_of = view_text_at(v, "reference_of"),
    };
    if (event.n != ID_BYTES || !is_sealed(keys, v, framed))
        return false;
    memcpy(out->x.event.b, event.p, ID_BYTES);
    return true;
}
