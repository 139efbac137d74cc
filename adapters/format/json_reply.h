/* json_reply.h - the answer to a sender of JSON: "accepted", or a problem in the manner of RFC 9457
 * with code and sentence, never what was sent. */
#ifndef CONCORDAT_FORMAT_JSON_REPLY_H
#define CONCORDAT_FORMAT_JSON_REPLY_H

#include "contract/format.h"

/* As struct format says. */
void json_reply(const struct doc *d, struct slice raw, enum reply_kind kind, const struct err *why,
                int64_t now_ms, struct buf *out);

#endif
