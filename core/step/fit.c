/* fit.c - encodes, and asks what may be forgotten only of a person of whom very much is known. */
#include "step/fit.h"

#include "bus/bus.h"
#include "sharing/facts/person.h"
#include "sharing/facts/share.h"

#define FACTS_MAX_BYTES (BUS_RECORD_MAX_BYTES - ID_BYTES)

struct share_asker fit_asker(const struct bundle *b, const struct view *event)
{
    const struct header_slots *h = plan_header(event->plan);
    const struct schema *s = catalogue_named(b->catalogue, slice_text(plan_name(event->plan)));
    return (struct share_asker){
        .agency = bundle_agency(b, view_text(event, (size_t)h->source_agency)),
        .restricts = s && schema_restricts(s, view_text(event, (size_t)h->kind)) &&
                     slice_equal_text(view_text(event, (size_t)h->action), "asserts"),
    };
}

static bool too_big(struct err *e)
{
    err_clear(e);
    return err_set(e, ERR_REJECT, "event.size", 0,
                   "cannot decide an event that leads to a record of more than %zu bytes",
                   BUS_RECORD_MAX_BYTES);
}

static bool encode_person(const struct bundle *b, const struct person *p, struct buf *out,
                          struct err *e)
{
    bool good = person_encode(b, p, out, e);
    good = good && buf_done(out, e);
    if (!good && out->full)
        return too_big(e);
    return good;
}

bool fit_person(const struct bundle *b, struct arena *a, const struct person *before,
                const struct person *after, const struct share_asker *by, struct buf *out,
                struct err *e)
{
    struct person less;
    bool is_whole = encode_person(b, after, out, e), fits = false;
    if (is_whole && out->n <= SHARE_ASKED_BYTES(FACTS_MAX_BYTES))
        return true;
    err_clear(e); /* `less` may fit where all of it did not */
    buf_reset(out);
    if (!share_fit(b, a, before, after, by, FACTS_MAX_BYTES, &less, &fits, e))
        return false;
    if (!fits)
        return err_set(e, ERR_REJECT, "event.size", 0,
                       "the event would bring what its agency makes known of one person over an "
                       "agency's limit");
    return encode_person(b, &less, out, e);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

bool fit_records(const struct judged *j, size_t facts_bytes, struct err *e)
{
    size_t largest = facts_bytes;
    for (size_t i = 0; i < j->disclosure_count; i++)
        largest = larger(largest, j->disclosures[i].bytes.n);
    for (size_t i = 0; i < j->notice_count; i++)
        largest = larger(largest, j->notices[i].bytes.n);
    for (size_t i = 0; i < j->link_count; i++)
        largest = larger(largest, j->links[i].bytes.n);
    return largest + ID_BYTES <= BUS_RECORD_MAX_BYTES || too_big(e);
}

bool fit_entry(const struct bundle *b, struct audit_chain *c, const struct audit_subject *s,
               struct buf *out, struct err *e)
{
    buf_init(out, BUS_RECORD_MAX_BYTES - ID_BYTES);
    bool good = audit_entry(b, c, s, out, e);
    if (!good && out->full)
        return too_big(e);
    return good;
}
