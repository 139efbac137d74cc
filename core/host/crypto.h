/* crypto.h - hashes, keyed hashes, one AES block, signatures, random bytes (OpenSSL libcrypto).
 *
 * A hash looks nothing up and takes no memory; the contexts of AES are made once a thread. Failures
 * of the library itself are asserted: they cannot come from input. */
#ifndef CONCORDAT_HOST_CRYPTO_H
#define CONCORDAT_HOST_CRYPTO_H

#include "base/err.h"
#include "base/ids.h"
#include "base/slice.h"

#define HASH_BYTES 32
/* For hashes that are no secret: it may take longer the more of them is equal. */
static inline bool hash_equal(const uint8_t a[HASH_BYTES], const uint8_t b[HASH_BYTES])
{
    return memcmp(a, b, HASH_BYTES) == 0;
}
#define KEY_BYTES 32

struct key {
    uint8_t b[KEY_BYTES];
    bool set;
};

void sha256(struct slice s, uint8_t out[HASH_BYTES]);
/* Hash of several slices, as if they were one. */
void sha256_slices(const struct slice *slices, size_t n, uint8_t out[HASH_BYTES]);
/* Of many runs that begin alike: the beginning is hashed once. Holds what OpenSSL keeps between
 * two. */
struct sha256_begun {
    uint32_t words[28];
};
void sha256_begin(struct slice s, struct sha256_begun *out);
void sha256_end(const struct sha256_begun *b, struct slice rest, uint8_t out[HASH_BYTES]);
void hmac_sha256(const struct key *k, struct slice s, uint8_t out[HASH_BYTES]);
void hmac_sha256_slices(const struct key *k, const struct slice *slices, size_t n,
                        uint8_t out[HASH_BYTES]);
/* AES-128 of one block with the first 16 bytes of k. */
void aes128_block(const struct key *k, const uint8_t in[16], uint8_t out[16]);
void aes128_block_back(const struct key *k, const uint8_t in[16], uint8_t out[16]);
/* Ends what this thread keeps of the keys it last used; before it ends, of others, by itself. */
void crypto_forget(void);
void random_bytes(uint8_t *out, size_t n);

/* Reads a key file: exactly 32 bytes, a regular file, mode 0600 or stricter, in a folder that
 * others cannot write to. key.open, key.mode, key.size, key.folder (ERR_FATAL). */
MUST_CHECK bool key_read(const char *path, struct key *out, struct err *e);
/* Makes a new key file, mode 0600; fails when it exists. */
MUST_CHECK bool key_make(const char *path, struct err *e);

/* What a key may be known by among people, "1f3a-90c2-77de-04b1": a keyed hash of a fixed text,
 * which tells nothing of the key and is the same for the same 32 bytes alone. */
#define KEY_CHECK_CHARS 19
void key_check_value(const struct key *k, char out[KEY_CHECK_CHARS + 1]);

/* Ed25519 (RFC 8032). A secret key is 32 random bytes, as key_make makes them. */
#define SIGNATURE_BYTES 64
struct public_key {
    uint8_t b[KEY_BYTES];
};
void ed25519_public(const struct key *secret, struct public_key *out);
void ed25519_sign(const struct key *secret, struct slice what, uint8_t out[SIGNATURE_BYTES]);
/* Whether it is a point of small order: signatures of any text can be made for it, and libcrypto
 * takes them. No secret key has such a public half. */
bool ed25519_is_weak(const struct public_key *k);
/* False of whatever is not that key's signature of these very bytes, and of a weak key's. */
MUST_CHECK bool ed25519_verify(const struct public_key *k, struct slice what,
                               const uint8_t signature[SIGNATURE_BYTES]);

#endif
