/* json_reply.c - "accepted", or a problem in the manner of RFC 9457. */
#include "format/json_reply.h"

void json_reply(const struct doc *d, struct slice raw, enum reply_kind kind, const struct err *why,
                int64_t now_ms, struct buf *out)
{
    (void)d;
    (void)raw;
    (void)now_ms;
    if (kind == REPLY_ACCEPT) {
        buf_text(out, "{\"status\":\"accepted\"}");
        return;
    }
    bool later = kind == REPLY_REJECT && why && why->fate == ERR_RETRY;
    buf_format(out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d",
               later ? "cannot be kept now" : "refused", later ? 503 : 422);
    if (why && why->code) {
        buf_text(out, ",\"code\":");
        buf_json(out, slice_text(why->code));
        buf_text(out, ",\"detail\":");
        buf_json(out, slice_text(why->text));
        buf_format(out, ",\"offset\":%zu", why->at);
    }
    buf_byte(out, '}');
}
