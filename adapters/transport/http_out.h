/* http_out.h - sends: one POST a disclosure, with its id as Idempotency-Key.
 *
 * 2xx: delivered. 408, 425, 429, 5xx, a redirect, no answer: ERR_RETRY (http_out.busy, http.*), the
 * same id again later. Any other status: ERR_REJECT (http_out.refused). Threads: one sends. Errors
 * of opening: http_out.option, token.* (ERR_FATAL). */
#ifndef CONCORDAT_TRANSPORT_HTTP_OUT_H
#define CONCORDAT_TRANSPORT_HTTP_OUT_H

#include "contract/transport.h"

extern const struct transport transport_http_out;

#endif
