/* orders.c - orders of bundles, written and read. */
#include "control/orders.h"

#include "record/wire.h"

const struct schema *orders_schema(const struct catalogue *c, struct slice name, struct err *e)
{
    const struct schema *s = catalogue_named(c, name);
    if (!s)
        err_set(e, ERR_FATAL, "order.schema", 0, "cannot find the schema '%.*s'", SHOWN(name));
    return s;
}

void orders_put_number(struct buf *out, uint64_t number, const uint8_t hash[HASH_BYTES])
{
    avro_put_long(out, (int64_t)number);
    buf_put(out, slice_of(hash, HASH_BYTES));
}

bool orders_encode(const struct catalogue *c, const struct bundle_order *o, struct buf *out,
                   struct err *e)
{
    const struct schema *s = orders_schema(c, SLICE("BundleOrder"), e);
    if (!s)
        return false;
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, ORDER_FORM_VERSION);
    orders_put_number(out, o->number, o->hash);
    avro_put_long(out, o->from_ms);
    avro_put_text(out, o->by);
    avro_put_long(out, o->at_ms);
    avro_put_text(out, o->file); /* bytes are written like a text */
    if (out->n + ID_BYTES > BUS_RECORD_MAX_BYTES)
        return err_set(e, ERR_REJECT, "order.size", 0,
                       "cannot send a bundle of %zu bytes over the bus: it takes %zu at most",
                       o->file.n, BUS_RECORD_MAX_BYTES);
    return buf_done(out, e);
}

struct bus_record orders_record(const char *topic, struct slice framed)
{
    static const uint8_t nobody[ID_BYTES];
    return (struct bus_record){
        .topic = topic,
        .partition = ORDERS_PARTITION,
        .value = framed,
        .key = slice_of(nobody, ID_BYTES),
    };
}

bool orders_publish(struct bus *b, struct slice framed, int64_t *at_ms, struct err *e)
{
    const struct bus_record r = orders_record(TOPIC_CONTROL, framed);
    return bus_publish_at(b, &r, at_ms, e);
}

/* ---- reading ---- */

static void order_read_hash(const struct view *v, uint8_t out[HASH_BYTES])
{
    struct slice hash = view_text_at(v, "hash");
    if (hash.n == HASH_BYTES)
        memcpy(out, hash.p, HASH_BYTES);
}

static void read_order(const struct view *v, struct bundle_order *o)
{
    o->number = (uint64_t)view_long_at(v, "number");
    o->from_ms = view_long_at(v, "from");
    o->at_ms = view_long_at(v, "at");
    o->by = view_text_at(v, "by");
    o->file = view_text_at(v, "file");
    order_read_hash(v, o->hash);
}

static void order_read_state(const struct view *v, struct bundle_state *s)
{
    s->part = view_text_at(v, "part");
    s->agency = view_text_at(v, "agency");
    s->number = (uint64_t)view_long_at(v, "number");
    s->outcome = view_text_at(v, "outcome");
    s->code = view_text_at(v, "code");
    s->at_ms = view_long_at(v, "at");
    order_read_hash(v, s->hash);
}

void orders_read(const struct catalogue *c, struct arena *a, struct slice framed,
                 struct order_read *out)
{
    uint64_t fingerprint = 0;
    struct slice body;
    struct view v;
    struct err ignored = { 0 };
    *out = (struct order_read){ .kind = ORDER_OTHER };
    if (!wire_open(framed, &fingerprint, &body, &ignored))
        return;
    const struct schema *s = catalogue_fingerprint(c, fingerprint);
    bool is_order = s && slice_equal_text(s->name, "BundleOrder");
    bool is_state = s && slice_equal_text(s->name, "BundleState");
    if ((!is_order && !is_state) || !plan_view(s->plan, a, body, &v, &ignored))
        return;
    out->kind = is_order ? ORDER_BUNDLE : ORDER_STATE;
    if (is_order)
        read_order(&v, &out->order);
    else
        order_read_state(&v, &out->state);
}
