/* fit.c - only of somebody of whom very much is known is more asked than the record's size. */
#include "audit/fit.h"

#include "bus/bus.h"
#include "sharing/share.h"

#define FACTS_MAX_BYTES (BUS_RECORD_MAX_BYTES - ID_BYTES)

static int agency_of(const struct bundle *b, const struct view *event)
{
    return event ? bundle_agency(b, view_text(event,
                                              (size_t)plan_header(event->plan)->source_agency))
                 : -1;
}

static bool encode(const struct bundle *b, const struct person *p, struct buf *out, struct err *e)
{
    return person_encode(b, p, out, e) && buf_done(out, e);
}

bool fit_person(const struct bundle *b, struct arena *a, const struct person *before,
                const struct person *after, const struct view *event, struct buf *out,
                struct err *e)
{
    struct person less;
    bool fits = false;
    if (encode(b, after, out, e) && out->n <= SHARE_ASKED_BYTES(FACTS_MAX_BYTES))
        return true;
    err_clear(e); /* it may be more than the buffer takes */
    buf_reset(out);
    if (!share_fit(b, a, before, after, agency_of(b, event), FACTS_MAX_BYTES, &less, &fits, e))
        return false;
    return fits ? encode(b, &less, out, e)
                : err_set(e, ERR_REJECT, "event.size", 0,
                          "cannot decide an event that adds to more than its agency's share of "
                          "what is known of one person");
}

bool fit_records(const struct judged *j, size_t facts_bytes, struct err *e)
{
    size_t largest = facts_bytes;
    for (size_t i = 0; i < j->disclosure_count; i++)
        if (j->disclosures[i].bytes.n > largest)
            largest = j->disclosures[i].bytes.n;
    for (size_t i = 0; i < j->notice_count; i++)
        if (j->notices[i].bytes.n > largest)
            largest = j->notices[i].bytes.n;
    if (largest + ID_BYTES <= BUS_RECORD_MAX_BYTES)
        return true;
    return err_set(e, ERR_REJECT, "event.size", 0,
                   "cannot decide an event that leads to a record of %zu bytes", largest);
}
