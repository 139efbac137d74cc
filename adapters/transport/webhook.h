/* webhook.h - receives: each POST is one arrival, answered after its commit.
 *
 * 202 kept, 422 refused, 503 with Retry-After when it cannot be kept now; 400 empty, 401 wrong
 * token, 404 another path, 405 not POST, 413 too large, 415 another media type. An Idempotency-Key
 * becomes the arrival's name. TLS is ended by a proxy before it. Threads: the HTTP server's own
 * thread takes; run() waits for stop(). Errors: webhook.option, token.*, http.listen (ERR_FATAL).
 */
#ifndef CONCORDAT_TRANSPORT_WEBHOOK_H
#define CONCORDAT_TRANSPORT_WEBHOOK_H

#include "contract/transport.h"

extern const struct transport transport_webhook;

#endif
