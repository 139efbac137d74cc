/* tls_reason.h - why a handshake or a connection failed, from what OpenSSL has on its queue; for host/tls*.c. */
#ifndef CONCORDAT_HOST_TLS_REASON_H
#define CONCORDAT_HOST_TLS_REASON_H

#include <openssl/ssl.h>

#include "base/err.h"

/* kind: of SSL_get_error; number: errno then. Empties the queue. Always false. */
bool tls_reason(SSL *ssl, int kind, int number, bool ready, struct err *e);

#endif
