/* tls_reason.h - why a handshake or a connection failed, as OpenSSL tells it; for host/tls*.c. */
#ifndef CONCORDAT_HOST_TLS_REASON_H
#define CONCORDAT_HOST_TLS_REASON_H

#include <openssl/ssl.h>

#include "base/err.h"

/* What a verification found (X509_V_ERR_*), with the name that was wanted (may be NULL). False:
 * nothing. */
bool tls_verdict(long verdict, const char *wanted, struct err *e);
/* An alert that the other side has sent. */
void tls_alert(int alert, struct err *e);
/* A reason that is no alert; false: none that people can do something about. */
bool tls_known_reason(int reason, struct err *e);
/* kind: of SSL_get_error; number: errno then. Empties the queue. Always false. */
bool tls_reason(SSL *ssl, int kind, int number, bool ready, struct err *e);

#endif
