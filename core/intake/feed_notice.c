/* feed_notice.c - notices of the quarantine on quarantine.<agency> as they are written
 * and read. No payload. */
#include "intake/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "intake/spool/queued.h"
#include "record/wire.h"

/* internal/Quarantine.avsc, field by field. */
void feed_put_notice(const struct feed *f, const struct notice_of *x, struct buf *out)
{
    char reference[32];
    int n = snprintf(reference, sizeof reference, "%" PRId64, x->n);
    struct queued entry = { .topic = QUEUED_QUARANTINE };
    size_t begun = queued_begin(out, &entry);
    wire_put_header(out, plan_fingerprint(f->quarantine->plan));
    avro_put_long(out, 1);
    avro_put_text(out, f->origin.feed);
    avro_put_text(out, slice_text(x->code));
    avro_put_long(out, x->place);
    avro_put_text(out, slice_of(reference, (size_t)n));
    avro_put_long(out, x->at_ms);
    queued_end(out, begun);
}

bool feed_read_notice(const struct feed *f, struct arena *a, struct slice framed,
                      struct notice *out)
{
    struct err unread = { .fate = ERR_NONE };
    uint64_t fingerprint = 0;
    struct slice body;
    struct view v;
    if (!wire_open(framed, &fingerprint, &body, &unread) ||
        fingerprint != plan_fingerprint(f->quarantine->plan) ||
        !plan_view(f->quarantine->plan, a, body, &v, &unread) ||
        !slice_equal(view_text_at(&v, "feed"), f->origin.feed))
        return false;
    struct slice code = slice_head(view_text_at(&v, "code"), sizeof out->code - 1);
    *out = (struct notice){ .at_ms = view_long_at(&v, "when"),
                            .is_end = slice_equal_text(code, NOTICE_ENDED) };
    if (code.n)
        memcpy(out->code, code.p, code.n);
    return slice_to_i64(view_text_at(&v, "reference"), &out->n) && out->n > 0;
}
