/* arrival.c - reads a routed record, or says what can be said of one that cannot be read. */
#include "delivery/arrival.h"

#include "base/clock.h"
#include "base/cursor.h"
#include "delivery/receipt.h"
#include "host/log.h"
#include "record/wire.h"

#include <string.h>

/* header.id is the first field of every schema of the shared language, so it can be told of an
 * unknown one. */
static struct slice first_text(struct slice body)
{
    struct cursor c = cursor_of(body);
    struct disclosure_id id;
    struct slice text;
    struct err e = { 0 };
    bool good = cursor_run(&c, &text, &e) && disclosure_id_parse(text, &id);
    return good ? text : (struct slice){ 0 };
}

/* The key says whose notices the door asks for, so it must be the subject's. */
static bool arrival_check(const struct delivery_options *o, const struct view *v,
                          const struct bus_record *r, struct err *e)
{
    const struct header_slots *h = plan_header(v->plan);
    uint8_t reference[ID_BYTES];
    int64_t route = view_long(v, (size_t)h->route);
    bool has_route = !view_is_null(v, (size_t)h->route);
    if (!has_route || route < 0 || route >= o->bundle->partitions)
        return err_set(e, ERR_REJECT, "delivery.route", 0,
                       "cannot take a disclosure without a route");
    bool has_reference = id_from_hex(view_text(v, (size_t)h->reference), reference);
    if (r->key.n != ID_BYTES || !has_reference || memcmp(reference, r->key.p, ID_BYTES) != 0)
        return err_set(e, ERR_REJECT, "delivery.key", 0,
                       "cannot take a disclosure whose key is not its reference");
    return true;
}

/* out has what could be told, route -1 when it could not. */
static bool arrival_read_record(const struct delivery_options *o, struct arena *a,
                                const struct bus_record *r, struct arrived *out, struct err *e)
{
    uint64_t fingerprint;
    struct slice body;
    struct view v;
    *out = (struct arrived){ .subject = r->key, .bytes = r->value, .route = -1 };
    if (!wire_open(r->value, &fingerprint, &body, e))
        return false;
    out->id = first_text(body);
    if (!out->id.n)
        return err_set(e, ERR_REJECT, "delivery.id", 0, "cannot take a disclosure without its id");
    const struct schema *s = catalogue_fingerprint(o->bundle->catalogue, fingerprint);
    if (!s || !plan_header(s->plan))
        return err_set(e, ERR_REJECT, "delivery.schema", 2,
                       "cannot read a disclosure: unknown schema");
    if (!plan_view(s->plan, a, body, &v, e) || !arrival_check(o, &v, r, e))
        return false;
    out->route = view_long_at(&v, "subject.route");
    out->original = view_text_at(&v, "header.original");
    out->retracts = slice_equal_text(view_text_at(&v, "header.action"), "retracts");
    return true;
}

bool arrival_receipt(const struct delivery_options *o, struct arena *a, const char *outcome,
                     const char *code, struct arrived *out, struct err *e)
{
    struct receipt r = {
        .disclosure = out->id,
        .recipient = o->service,
        .outcome = outcome,
        .code = code,
        .at_ms = o->now_ms ? o->now_ms() : clock_wall_ms(),
        .framed = out->bytes,
    };
    struct buf b;
    buf_init(&b, 1 << 16);
    bool good = receipt_encode(o->bundle->catalogue, &r, &b, e);
    out->receipt = good ? arena_copy(a, buf_slice(&b)) : (struct slice){ 0 };
    buf_release(&b);
    return good && (out->receipt.p || err_memory(e));
}

bool arrival_read(const struct delivery_options *o, struct store *s, struct arena *a,
                  const struct bus_record *r, struct arrived *out, struct err *e)
{
    const struct log_who who = { "delivery", o->name };
    struct err why = { 0 };
    if (arrival_read_record(o, a, r, out, &why))
        return true;
    if (why.fate != ERR_REJECT) {
        *e = why;
        return false;
    }
    log_err(LOG_ERROR, &who, &why);
    bool has_key = r->key.n == ID_BYTES;
    if (out->id.n && has_key && !store_route(s, r->key, &out->route, e))
        return false;
    if (out->id.n && has_key && out->route >= 0)
        return arrival_receipt(o, a, "refused", why.code, out, e);
    log_line(LOG_ERROR, &who, why.code, "no receipt for offset %lld: nobody can tell whose it is",
             (long long)r->offset);
    out->id = (struct slice){ 0 };
    return true;
}
