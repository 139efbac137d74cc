/* identity.c - in order of trust: number, case reference, durable link, local key. */
#include "intake/identity.h"

#include "base/clock.h"
#include "contract/reference.h"
#include "host/crypto.h"

#include <stdio.h>

static bool refuse_nobody(struct err *e)
{
    return err_set(e, ERR_REJECT, "map.subject", 0,
                   "the message does not say whom it is about: it has no NHS number, reference or "
                   "local id");
}

bool identity_names_somebody(const struct identifiers *c, struct err *e)
{
    struct nhs_number number;
    struct disclosure_id quoted;
    bool has_local = !slice_is_empty(c->local_id);
    return has_local || nhs_number_parse(c->nhs_number, &number) ||
           disclosure_id_parse(c->case_reference, &quoted) || refuse_nobody(e);
}

static void first_bytes(const uint8_t hash[HASH_BYTES], uint8_t out[ID_BYTES])
{
    memcpy(out, hash, ID_BYTES);
}

/* PDS status 01: "number present and verified"; NSTS01 is its older spelling (HL7 v2 PID-32 of the
 * ITK). */
static bool is_verified(const struct identity *id, const struct identifiers *c)
{
    return id->traced || slice_equal(c->nhs_status, SLICE("01")) ||
           slice_equal(c->nhs_status, SLICE("NSTS01"));
}

const uint8_t *identity_link_key(const struct identity *id, struct slice local_id,
                                 struct subject *s)
{
    if (!s->has_local) {
        link_key(id->agency, local_id, s->local);
        s->has_local = true;
    }
    return s->local;
}

/* The local id is remembered as what the message shows it to be, unless it is known as just
 * that. */
static bool want_link(const struct identity *id, const struct identifiers *c, struct subject *out,
                      struct err *e)
{
    if (slice_is_empty(c->local_id))
        return true;
    struct link known;
    bool found = false;
    memcpy(out->link.local, identity_link_key(id, c->local_id, out), ID_BYTES);
    if (!spool_link_get(id->spool, out->link.local, &known, &found, e))
        return false;
    out->remember = !found || !known.own || known.kind != out->link.kind ||
                    known.route != out->link.route ||
                    memcmp(known.subject, out->link.subject, ID_BYTES) != 0;
    out->link.own = true;
    return true;
}

static void set_birth_hash(const struct identity *id, const struct identifiers *c,
                           struct subject *out)
{
    struct moment born;
    bool is_whole = time_from_iso(c->birth_date, &born) && born.precision == TIME_DAY;
    if (!is_whole)
        return; /* many people share a year, and "03/11/1941" agrees with no other spelling */
    out->has_birth_hash = true;
    hmac_sha256(id->region_key, c->birth_date, out->birth_hash);
}

static bool by_number(const struct identity *id, const struct identifiers *c,
                      const struct nhs_number *number, struct subject *out, struct err *e)
{
    uint8_t hash[HASH_BYTES];
    hmac_sha256(id->region_key, slice_of(number->digit, 10), hash);
    first_bytes(hash, out->key.b);
    out->partition = subject_partition(&out->key, id->partitions);
    out->keep_number = true;
    set_birth_hash(id, c, out);
    out->confidence = "unverified";
    if (!is_verified(id, c))
        return true;
    out->confidence = "verified";
    out->link.kind = LINK_PERSON;
    memcpy(out->link.subject, out->key.b, ID_BYTES);
    return want_link(id, c, out, e);
}

static void use_link(const struct identity *id, const struct link *l, struct subject *out)
{
    memcpy(out->key.b, l->subject, ID_BYTES);
    out->is_pseudonym = l->kind == LINK_PSEUDONYM;
    out->confidence = "verified";
    out->partition = out->is_pseudonym ? l->route : subject_partition(&out->key, id->partitions);
    memcpy(out->reference_of, l->reference_of, sizeof out->reference_of);
    out->asked = out->is_pseudonym && l->own;
}

/* A disclosure id of ours, quoted back: from now on the local id beside it is that subject. */
static bool by_reference(const struct identity *id, const struct identifiers *c,
                         struct subject *out, bool *found, struct err *e)
{
    struct disclosure_id quoted;
    struct case_reference r = { .route = -1 };
    *found = false;
    if (!id->references.find || !disclosure_id_parse(c->case_reference, &quoted))
        return true;
    if (!id->references.find(id->references.ctx, &quoted, &r, found, e))
        return false;
    *found = *found && r.route >= 0 && r.route < id->partitions;
    if (!*found)
        return true;
    struct link *l = &out->link;
    l->kind = LINK_PSEUDONYM;
    l->own = true;
    l->route = r.route;
    memcpy(l->subject, r.reference.b, ID_BYTES);
    snprintf(l->reference_of, sizeof l->reference_of, "%s", r.service);
    use_link(id, l, out);
    if (!want_link(id, c, out, e))
        return false;
    out->by_reference = out->remember;
    return true;
}

void identity_local(const struct identity *id, struct slice local_id, struct subject *out)
{
    uint8_t hash[HASH_BYTES];
    hmac_sha256(id->agency_key, local_id, hash);
    first_bytes(hash, out->key.b);
    out->partition = subject_partition(&out->key, id->partitions);
    out->confidence = "local";
}

const struct subject_key *identity_own(const struct identity *id, struct slice local_id,
                                       struct subject *s)
{
    if (!s->has_own) {
        struct subject own;
        identity_local(id, local_id, &own);
        s->own = own.key;
        s->has_own = true;
    }
    return &s->own;
}

static bool by_local_id(const struct identity *id, const struct identifiers *c, struct subject *out,
                        struct err *e)
{
    if (slice_is_empty(c->local_id))
        return refuse_nobody(e);
    struct link known;
    bool found = false;
    const uint8_t *local = identity_link_key(id, c->local_id, out);
    if (!spool_link_get(id->spool, local, &known, &found, e))
        return false;
    if (found && (known.kind == LINK_PERSON || known.route < id->partitions)) {
        use_link(id, &known, out);
        if (known.kind == LINK_PERSON && id->region_key)
            set_birth_hash(id, c, out);
        return true;
    }
    identity_local(id, c->local_id, out);
    out->own = out->key;
    out->has_own = true;
    return true;
}

bool identity_resolve(const struct identity *id, const struct identifiers *c, struct subject *out,
                      struct err *e)
{
    *out = (struct subject){ .partition = 0 };
    struct nhs_number number;
    if (id->region_key && nhs_number_parse(c->nhs_number, &number))
        return by_number(id, c, &number, out, e);
    bool found = false;
    if (!slice_is_empty(c->case_reference) && !by_reference(id, c, out, &found, e))
        return false;
    return found || by_local_id(id, c, out, e);
}
