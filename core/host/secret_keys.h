/* secret_keys.h - finds the Ed25519 secret keys that lie in a file, in whatever form openssl or
 * ssh-keygen writes one: 32 bytes, PKCS#8 as PEM or DER, with and without a passphrase, OpenSSH's
 * own. Of one under a passphrase nobody can tell whether it is of that kind.
 *
 * Looks at files up to SECRET_KEYS_FILE_MAX; what cannot be read holds none. */
#ifndef CONCORDAT_HOST_SECRET_KEYS_H
#define CONCORDAT_HOST_SECRET_KEYS_H

#include "host/crypto.h"

#define SECRET_KEYS_FILE_MAX 65536

/* Told of each its public half; NULL: it lies under a passphrase. True ends the search. */
typedef bool secret_keys_each(void *ctx, const struct public_key *of);
/* Whether the search was ended. */
bool secret_keys_find(const char *path, secret_keys_each *each, void *ctx);

#endif
