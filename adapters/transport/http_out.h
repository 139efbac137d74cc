/* http_out.h - sends: one POST a disclosure, with its id as Idempotency-Key.
 *
 * TLS, credentials and proxy are those of contract/secure.h; files of credentials are read for each
 * message, those of TLS for each connection. The status decides, however long the body: 2xx is
 * taken; 408, 409, 423, 425, 429 and 5xx are later (http_out.busy), as long as Retry-After says; a
 * redirect, 401, 403, 404 and their like, a handshake that fails and a file that cannot be read are
 * the site's trouble (http_out.site, tls.*, token.*); any other 4xx is about this message
 * (http_out.refused). Threads: one sends. Errors of opening: http_out.option, token.*, tls.*
 * (ERR_FATAL). */
#ifndef CONCORDAT_TRANSPORT_HTTP_OUT_H
#define CONCORDAT_TRANSPORT_HTTP_OUT_H

#include "contract/transport.h"

extern const struct transport transport_http_out;

#endif
