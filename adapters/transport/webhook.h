/* webhook.h - receives: each POST is one arrival, answered after its commit.
 *
 * 202 kept, 422 refused, 503 with Retry-After when it cannot be kept now; 400 empty, 401 wrong
 * token, 404 another path, 405 not POST, 413 too large, 415 another media type, all but the 422 and
 * the 400 before the body is asked for; what the door refuses (http_door.h): 400, 408, 413, 417,
 * 431, 503, 505. OPTIONS is answered to the CloudEvents senders whose origin is listed. An
 * Idempotency-Key becomes the arrival's name. Threads: the HTTP server's own threads judge and
 * take; run() waits for stop(). Errors: webhook.option, token.*, http.listen (ERR_FATAL). */
#ifndef CONCORDAT_TRANSPORT_WEBHOOK_H
#define CONCORDAT_TRANSPORT_WEBHOOK_H

#include "contract/transport.h"

extern const struct transport transport_webhook;

#endif
