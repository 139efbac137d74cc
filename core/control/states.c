/* states.c - writes and reads what parts say of bundles, and keeps the last state of each part. */
#include "control/states.h"

#include "record/wire.h"

#define STATES_ARENA_BYTES ((size_t)64 << 20)

bool states_encode(const struct catalogue *c, const struct bundle_state *st, struct buf *out,
                   struct err *e)
{
    const struct schema *s = orders_schema(c, SLICE("BundleState"), e);
    if (!s)
        return false;
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, ORDER_FORM_VERSION);
    avro_put_text(out, st->part);
    avro_put_text(out, st->agency);
    orders_put_number(out, st->number, st->hash);
    avro_put_text(out, st->outcome);
    avro_put_text(out, st->code);
    avro_put_long(out, st->at_ms);
    return buf_done(out, e);
}

bool states_publish(struct bus *b, struct slice agency, struct slice framed, struct err *e)
{
    struct arena a;
    arena_init(&a, 4096);
    const char *topic = topic_states(&a, agency);
    const struct bus_record r = orders_record(topic, framed);
    bool good = topic ? bus_publish(b, &r, 1, e) : err_memory(e);
    arena_release(&a);
    return good;
}

/* ---- the last state of each part ---- */

static struct part_state *states_find(const struct part_states *l, struct slice agency,
                                      struct slice part)
{
    for (struct part_state *p = l->first; p; p = p->next)
        if (slice_equal(p->state.agency, agency) && slice_equal(p->state.part, part))
            return p;
    return NULL;
}

/* Feeds come first, then routers, then deliveries, as events travel. */
static int part_rank(struct slice part)
{
    if (slice_starts(part, SLICE("feed:")))
        return 0;
    return slice_starts(part, SLICE("delivery:")) ? 2 : 1;
}

/* Of one rank the name decides, then the agency. */
static int compare_parts(const struct bundle_state *a, const struct bundle_state *b)
{
    int rank = part_rank(a->part) - part_rank(b->part);
    if (rank != 0)
        return rank;
    int name = slice_compare(a->part, b->part);
    return name != 0 ? name : slice_compare(a->agency, b->agency);
}

static struct part_state *states_add(struct part_states *l, const struct bundle_state *s)
{
    struct part_state *p = ARENA_NEW(l->a, struct part_state);
    if (!p)
        return NULL;
    p->state.part = arena_copy(l->a, s->part);
    p->state.agency = arena_copy(l->a, s->agency);
    if (!p->state.part.p || !p->state.agency.p)
        return NULL;
    struct part_state **at = &l->first;
    while (*at && compare_parts(&(*at)->state, &p->state) < 0)
        at = &(*at)->next;
    p->next = *at;
    *at = p;
    return p;
}

bool states_put(struct part_states *l, const struct bundle_state *s)
{
    struct part_state *p = states_find(l, s->agency, s->part);
    if (!p)
        p = states_add(l, s);
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
    const struct part_state *p = states_find(l, agency, part);
    if (!p)
        return NULL;
    bool refuses = hash && p->refused.outcome.n && hash_equal(p->refused.hash, hash) &&
                   !hash_equal(p->state.hash, hash);
    return refuses ? &p->refused : &p->state;
}

static bool topic_is_there(const struct bus_topic *topics, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(topics[i].name, name) == 0)
            return true;
    return false;
}

static bool open_topic(struct states_from *f, struct bus *b, const struct bus_topic *topics,
                       size_t n, struct slice agency, struct err *e)
{
    struct states_topic *t = &f->list[f->count++];
    const char *name = topic_states(&f->work, agency);
    *t = (struct states_topic){ .agency = agency };
    if (!name)
        return err_memory(e);
    if (!topic_is_there(topics, n, name))
        return true;
    return bus_reader_open(b, name, ORDERS_PARTITION, 0, &t->reader, e);
}

bool states_open(struct states_from *f, struct bus *b, const struct bundle *g, struct err *e)
{
    const struct bus_topic *topics = NULL;
    size_t n = 0;
    *f = (struct states_from){ .catalogue = g->catalogue };
    arena_init(&f->work, STATES_ARENA_BYTES);
    f->list = mem_alloc((g->agency_count + 1) * sizeof *f->list);
    if (!f->list)
        return err_memory(e);
    bool good = bus_list(b, &f->work, &topics, &n, e);
    good = good && open_topic(f, b, topics, n, SLICE(""), e);
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
            orders_read(f->catalogue, &f->work, r[i].value, &read);
            bool is_of_agency =
                read.kind == ORDER_STATE && slice_equal(read.state.agency, t->agency);
            if (is_of_agency && !states_put(l, &read.state))
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
