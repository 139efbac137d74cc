/* tls_files.h - the files of a TLS context made into what OpenSSL wants; for host/tls*.c. */
#ifndef CONCORDAT_HOST_TLS_FILES_H
#define CONCORDAT_HOST_TLS_FILES_H

#include <openssl/ssl.h>

#include "host/tls.h"

/* Gives a context for SSL_CTX_free; NULL with tls.cert, tls.key, tls.ca (ERR_FATAL) or
 * memory.limit. *until_ms: the first end in its own chain. */
SSL_CTX *tls_files_read(const struct tls_settings *s, int64_t *until_ms, struct err *e);
/* The same into a context that is there. */
bool tls_files_put(SSL_CTX *ctx, const struct tls_settings *s, int64_t *until_ms, struct err *e);
int64_t tls_files_until_ms(const X509 *x);
/* An address and no name. */
bool tls_is_address(const char *name);
static inline bool tls_is_given(const char *text)
{
    return text && *text;
}

#endif
