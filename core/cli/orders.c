/* orders.c - orders and states of bundles, written and read. */
#include "cli/orders.h"

#include "record/wire.h"

#define FORM_VERSION 1
#define ORDER_ARENA_BYTES ((size_t)64 << 20)

static const struct schema *schema_named(const struct catalogue *c, struct slice name,
                                         struct err *e)
{
    const struct schema *s = catalogue_named(c, name);
    if (!s)
        err_set(e, ERR_FATAL, "order.schema", 0, "cannot find the schema '%.*s'", SHOWN(name));
    return s;
}

static void put_number_and_hash(struct buf *out, uint64_t number, const uint8_t hash[HASH_BYTES])
{
    avro_put_long(out, (int64_t)number);
    buf_put(out, slice_of(hash, HASH_BYTES));
}

bool order_encode(const struct catalogue *c, const struct bundle_order *o, struct buf *out,
                  struct err *e)
{
    const struct schema *s = schema_named(c, SLICE("BundleOrder"), e);
    if (!s)
        return false;
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, FORM_VERSION);
    put_number_and_hash(out, o->number, o->hash);
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

bool state_encode(const struct catalogue *c, const struct bundle_state *st, struct buf *out,
                  struct err *e)
{
    const struct schema *s = schema_named(c, SLICE("BundleState"), e);
    if (!s)
        return false;
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, FORM_VERSION);
    avro_put_text(out, st->part);
    avro_put_text(out, st->agency);
    put_number_and_hash(out, st->number, st->hash);
    avro_put_text(out, st->outcome);
    avro_put_text(out, st->code);
    avro_put_long(out, st->at_ms);
    return buf_done(out, e);
}

static struct bus_record record_of(const char *topic, struct slice framed)
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
    const struct bus_record r = record_of(TOPIC_CONTROL, framed);
    return bus_publish_at(b, &r, at_ms, e);
}

bool states_publish(struct bus *b, struct slice agency, struct slice framed, struct err *e)
{
    struct arena a;
    arena_init(&a, 4096);
    const char *topic = topic_states(&a, agency);
    const struct bus_record r = record_of(topic, framed);
    bool good = topic ? bus_publish(b, &r, 1, e) : err_memory(e);
    arena_release(&a);
    return good;
}

/* ---- reading ---- */

static void read_hash(const struct view *v, uint8_t out[HASH_BYTES])
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
    read_hash(v, o->hash);
}

static void read_state(const struct view *v, struct bundle_state *s)
{
    s->part = view_text_at(v, "part");
    s->agency = view_text_at(v, "agency");
    s->number = (uint64_t)view_long_at(v, "number");
    s->outcome = view_text_at(v, "outcome");
    s->code = view_text_at(v, "code");
    s->at_ms = view_long_at(v, "at");
    read_hash(v, s->hash);
}

void order_read(const struct catalogue *c, struct arena *a, struct slice framed,
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
        read_state(&v, &out->state);
}

/* ---- the last state of each part ---- */

static struct part_state *find(const struct part_states *l, struct slice agency, struct slice part)
{
    struct part_state *p = l->first;
    while (p && !(slice_equal(p->state.agency, agency) && slice_equal(p->state.part, part)))
        p = p->next;
    return p;
}

static struct part_state *add(struct part_states *l, const struct bundle_state *s)
{
    struct part_state *p = ARENA_NEW(l->a, struct part_state);
    if (!p)
        return NULL;
    p->next = l->first;
    p->state.part = arena_copy(l->a, s->part);
    p->state.agency = arena_copy(l->a, s->agency);
    l->first = p;
    return p->state.part.p && p->state.agency.p ? p : NULL;
}

bool states_put(struct part_states *l, const struct bundle_state *s)
{
    struct part_state *p = find(l, s->agency, s->part);
    p = p ? p : add(l, s);
    if (!p)
        return false;
    struct slice part = p->state.part, agency = p->state.agency;
    struct bundle_state *to = slice_equal_text(s->outcome, "refused") ? &p->refused : &p->state;
    *to = *s;
    to->part = part;
    to->agency = agency;
    to->outcome = arena_copy(l->a, s->outcome);
    to->code = arena_copy(l->a, s->code);
    return to->outcome.p && to->code.p;
}

const struct bundle_state *states_get(const struct part_states *l, struct slice agency,
                                      struct slice part, const uint8_t *hash)
{
    const struct part_state *p = find(l, agency, part);
    if (!p)
        return NULL;
    bool refuses = hash && p->refused.outcome.n && hash_equal(p->refused.hash, hash) &&
                   !hash_equal(p->state.hash, hash);
    return refuses ? &p->refused : &p->state;
}

static bool is_there(const struct bus_topic *topics, size_t n, const char *name)
{
    size_t i = 0;
    while (i < n && strcmp(topics[i].name, name) != 0)
        i++;
    return i < n;
}

static bool open_topic(struct states_from *f, struct bus *b, const struct bus_topic *topics,
                       size_t n, struct slice agency, struct err *e)
{
    struct states_topic *t = &f->list[f->count++];
    const char *name = topic_states(&f->work, agency);
    *t = (struct states_topic){ .agency = agency };
    if (!name)
        return err_memory(e);
    return !is_there(topics, n, name) ||
           bus_reader_open(b, name, ORDERS_PARTITION, 0, &t->reader, e);
}

bool states_open(struct states_from *f, struct bus *b, const struct bundle *g, struct err *e)
{
    const struct bus_topic *topics = NULL;
    size_t n = 0;
    *f = (struct states_from){ .catalogue = g->catalogue };
    arena_init(&f->work, ORDER_ARENA_BYTES);
    f->list = mem_alloc((g->agency_count + 1) * sizeof *f->list);
    if (!f->list)
        return err_memory(e);
    bool good = bus_list(b, &f->work, &topics, &n, e) && open_topic(f, b, topics, n, SLICE(""), e);
    for (size_t i = 0; i < g->agency_count && good; i++)
        good = open_topic(f, b, topics, n, g->agencies[i].name, e);
    return good;
}

static bool read_topic(struct states_from *f, const struct states_topic *t, struct part_states *l,
                       struct err *e)
{
    bool good = true, end = !t->reader;
    while (good && !end) {
        const struct bus_record *r;
        size_t n = 0;
        good = bus_reader_next(t->reader, 0, &r, &n, &end, e);
        for (size_t i = 0; good && i < n; i++) {
            struct order_read read;
            arena_reset(&f->work);
            order_read(f->catalogue, &f->work, r[i].value, &read);
            if (read.kind == ORDER_STATE && slice_equal(read.state.agency, t->agency) &&
                !states_put(l, &read.state))
                good = err_memory(e);
        }
    }
    return good;
}

bool states_more(struct states_from *f, struct part_states *l, struct err *e)
{
    for (size_t i = 0; i < f->count; i++)
        if (!read_topic(f, &f->list[i], l, e))
            return false;
    return true;
}

void states_close(struct states_from *f)
{
    for (size_t i = 0; i < f->count; i++)
        bus_reader_close(&f->list[i].reader);
    mem_free(f->list);
    arena_release(&f->work);
    *f = (struct states_from){ .list = NULL };
}

bool states_read(struct part_states *l, struct bus *b, const struct bundle *g, struct err *e)
{
    struct states_from f;
    bool good = states_open(&f, b, g, e) && states_more(&f, l, e);
    states_close(&f);
    return good;
}

/* ---- the parts of a site ---- */

static bool name_part(struct arena *a, const char *room, const char *name, struct slice agency,
                      struct site_part *out)
{
    out->part = slice_text(arena_format(a, "%s:%s", room, name));
    out->agency = agency;
    return out->part.p != NULL;
}

bool site_part_next(const struct site *s, struct arena *a, size_t *at, struct site_part *out)
{
    size_t i = (*at)++;
    if (s->has_router && i == 0) {
        *out = (struct site_part){ SLICE_INIT("router"), SLICE_INIT("") };
        return true;
    }
    i -= s->has_router;
    if (i < s->feed_count)
        return name_part(a, "feed", s->feeds[i].name, s->feeds[i].agency, out);
    i -= s->feed_count;
    return i < s->delivery_count &&
           name_part(a, "delivery", s->deliveries[i].name, s->deliveries[i].agency, out);
}
