/* judge_keys.c - pseudonyms, and keys of what stands on compacted topics. */
#include "sharing/judge/judge.h"

void judge_recipient_key(const struct judge_keys *k, struct slice service, struct key *out)
{
    hmac_sha256(&k->recipients, service, out->b);
    out->set = true;
}

void judge_pseudonym(const struct judge_keys *k, const struct bundle *b, struct recipient_id to,
                     const struct subject_key *subject, struct pseudonym *out)
{
    struct key own;
    judge_recipient_key(k, b->services[to.n].name, &own);
    aes128_block(&own, subject->b, out->b);
    explicit_bzero(&own, sizeof own);
}

void judge_link_key(struct slice service, struct slice local_id, uint8_t out[ID_BYTES])
{
    uint8_t hash[HASH_BYTES];
    const struct slice hashed[] = { service, slice_of("", 1), local_id };
    sha256_slices(hashed, 3, hash);
    memcpy(out, hash, ID_BYTES);
}
