/* draft.c - lists that change, the events of episodes, and what is open or closed by them. */
#include "sharing/draft.h"

#define DAY_MS ((int64_t)86400000)
#define CLOSED_KEPT_MS (90 * DAY_MS)
/* A cancelled discharge reopens its episode: until then its events can still be caught up. */
#define CLOSED_BYTES_KEPT_MS (7 * DAY_MS)
#define EVENTS_MAX 512

void list_init(struct list *l, size_t item_bytes)
{
    *l = (struct list){ .item_bytes = item_bytes };
}

void *list_add(struct arena *a, struct list *l)
{
    void *grown = arena_grow(a, l->items, &l->room, l->count, l->item_bytes);
    if (!grown)
        return NULL;
    l->items = grown;
    void *item = (uint8_t *)l->items + l->count++ * l->item_bytes;
    memset(item, 0, l->item_bytes);
    return item;
}

void list_remove(struct list *l, size_t n)
{
    uint8_t *at = (uint8_t *)l->items + n * l->item_bytes;
    memmove(at, at + l->item_bytes, (l->count - n - 1) * l->item_bytes);
    l->count--;
}

static bool list_copy(struct arena *a, struct list *l, const void *items, size_t n,
                      size_t item_bytes)
{
    list_init(l, item_bytes);
    l->room = n + 4;
    l->items = arena_array(a, l->room, item_bytes);
    if (!l->items)
        return false;
    if (n)
        memcpy(l->items, items, n * item_bytes);
    l->count = n;
    return true;
}

#define COPY(field, count, type) list_copy(a, &d->field, p->field, p->count, sizeof(struct type))

bool draft_init(struct draft *d, struct arena *a, const struct person *p, struct err *e)
{
    *d = (struct draft){
        .arena = a, .birth_hash = p->birth_hash, .verified = p->verified, .notices = p->notices
    };
    return (COPY(relationships, relationship_count, relationship) &&
            COPY(consents, consent_count, consent_fact) &&
            COPY(objections, objection_count, objection_fact) &&
            COPY(restrictions, restriction_count, restriction_fact) &&
            COPY(responsible, responsible_count, responsible_fact) &&
            COPY(links, link_count, local_link) && COPY(events, event_count, episode_event) &&
            COPY(holds, hold_count, hold)) ||
           err_memory(e);
}

void draft_view(const struct draft *d, struct person *out)
{
    *out = (struct person){
        .relationships = d->relationships.items,
        .relationship_count = d->relationships.count,
        .consents = d->consents.items,
        .consent_count = d->consents.count,
        .objections = d->objections.items,
        .objection_count = d->objections.count,
        .restrictions = d->restrictions.items,
        .restriction_count = d->restrictions.count,
        .responsible = d->responsible.items,
        .responsible_count = d->responsible.count,
        .links = d->links.items,
        .link_count = d->links.count,
        .events = d->events.items,
        .event_count = d->events.count,
        .holds = d->holds.items,
        .hold_count = d->holds.count,
        .birth_hash = d->birth_hash,
        .verified = d->verified,
        .notices = d->notices,
    };
}

bool event_id_equal(const struct event_id *a, const struct event_id *b)
{
    return memcmp(a->b, b->b, ID_BYTES) == 0;
}

struct episode_event *draft_event(const struct draft *d, const struct event_id *id)
{
    struct episode_event *events = d->events.items;
    for (size_t i = 0; i < d->events.count; i++)
        if (event_id_equal(&events[i].id, id))
            return &events[i];
    return NULL;
}

static bool is_of_episode(const struct episode_event *x, const struct event *ev)
{
    return x->agency == ev->agency && slice_equal(x->episode, ev->episode) && !x->retracted;
}

struct episode_event *draft_original(const struct draft *d, const struct event *ev)
{
    struct episode_event *events = d->events.items, *found = NULL;
    for (size_t i = 0; i < d->events.count; i++)
        if (is_of_episode(&events[i], ev) && slice_equal(events[i].type, ev->type) &&
            slice_equal(events[i].kind, ev->kind_name) &&
            (!found || events[i].occurred_ms >= found->occurred_ms))
            found = &events[i];
    return found;
}

struct hold *draft_hold(const struct draft *d, const struct event_id *event, uint16_t service)
{
    struct hold *holds = d->holds.items;
    for (size_t i = 0; i < d->holds.count; i++)
        if (holds[i].service == service && event_id_equal(&holds[i].event, event))
            return &holds[i];
    return NULL;
}

void draft_end_hold(struct draft *d, const struct event_id *event, uint16_t service)
{
    struct hold *h = draft_hold(d, event, service);
    if (!h)
        return;
    list_remove(&d->holds, (size_t)(h - (struct hold *)d->holds.items));
    d->changed = true;
}

/* Room for a new entry: the oldest goes when there are too many. */
static struct episode_event *new_entry(struct draft *d)
{
    struct episode_event *events = d->events.items;
    if (d->events.count >= EVENTS_MAX) {
        size_t oldest = 0;
        for (size_t i = 1; i < d->events.count; i++)
            if (events[i].occurred_ms < events[oldest].occurred_ms)
                oldest = i;
        list_remove(&d->events, oldest);
    }
    return list_add(d->arena, &d->events);
}

bool draft_record(struct draft *d, const struct bundle *b, const struct event *ev, struct err *e)
{
    struct episode_event *last = draft_original(d, ev), *x = last;
    bool is_latest = !last || ev->occurred_ms >= last->occurred_ms;
    bool travels = b->compiled->schemas[ev->schema]->disclosable;
    if (!last || !is_latest)
        x = new_entry(d);
    if (!x)
        return err_memory(e);
    *x = (struct episode_event){ .agency = ev->agency,
                                 .episode = ev->episode,
                                 .type = ev->type,
                                 .kind = ev->kind_name,
                                 .id = ev->id,
                                 .occurred_ms = ev->occurred_ms };
    /* An older event that arrives late is kept for its retraction, not for catching up. */
    if (is_latest && travels)
        x->bytes = ev->framed;
    d->changed = true;
    return true;
}

static int64_t entry_kind(const struct bundle *b, const struct episode_event *x)
{
    const struct schema *s = catalogue_named(b->catalogue, x->type);
    int schema = s ? bundle_schema(b, s->plan) : -1;
    return schema < 0 ? -1 : bundle_kind(b, (size_t)schema, x->kind);
}

/* Whether an event of that kind ends a relationship of that kind. */
static bool kind_closes(const struct bundle *b, struct slice relationship, int64_t kind)
{
    for (size_t i = 0; kind >= 0 && i < b->fact_count; i++) {
        const struct fact_rule *r = &b->facts[i];
        if (r->effect == FACT_OPENS && slice_equal(r->word, relationship) &&
            kinds_have(r->closed_by, r->closed_by_count, (uint32_t)kind))
            return true;
    }
    return false;
}

static void settle_relationship(struct draft *d, const struct bundle *b, const struct event *ev,
                                struct relationship *r)
{
    const struct episode_event *events = d->events.items, *closing = NULL;
    bool was_open = r->is_open;
    for (size_t i = 0; i < d->events.count; i++)
        if (is_of_episode(&events[i], ev) && events[i].occurred_ms >= r->opened_ms &&
            (!closing || events[i].occurred_ms > closing->occurred_ms) &&
            kind_closes(b, r->kind, entry_kind(b, &events[i])))
            closing = &events[i];
    r->is_open = !closing;
    r->closed_by = closing ? closing->id : (struct event_id){ { 0 } };
    r->closed_ms = closing ? closing->occurred_ms : 0;
    if (r->is_open && !was_open)
        d->gate = true;
    d->changed |= r->is_open != was_open;
}

/* Whether a kind begins something that other kinds end. */
static bool kind_opens(const struct bundle *b, int64_t kind)
{
    for (size_t i = 0; kind >= 0 && i < b->fact_count; i++) {
        const struct fact_rule *r = &b->facts[i];
        if (r->effect == FACT_OPENS && r->closed_by_count &&
            kinds_have(r->on, r->on_count, (uint32_t)kind))
            return true;
    }
    return false;
}

/* The episode is closed when what closes it is no older than what opened it. */
static bool episode_is_closed(const struct draft *d, const struct bundle *b, const struct event *ev)
{
    const struct episode_event *events = d->events.items;
    int64_t opened_ms = INT64_MIN, closed_ms = INT64_MIN;
    bool any = false;
    for (size_t i = 0; i < d->events.count; i++) {
        if (!is_of_episode(&events[i], ev) || !slice_equal(events[i].type, ev->type))
            continue;
        int64_t kind = entry_kind(b, &events[i]);
        if (kind >= 0 && b->compiled->closes[kind]) {
            any = true;
            if (events[i].occurred_ms > closed_ms)
                closed_ms = events[i].occurred_ms;
        } else if (kind_opens(b, kind) && events[i].occurred_ms > opened_ms) {
            opened_ms = events[i].occurred_ms;
        }
    }
    return any && closed_ms >= opened_ms;
}

void draft_settle(struct draft *d, const struct bundle *b, const struct event *ev)
{
    struct relationship *relationships = d->relationships.items;
    struct episode_event *events = d->events.items;
    for (size_t i = 0; i < d->relationships.count; i++)
        if (relationships[i].agency == ev->agency &&
            slice_equal(relationships[i].episode, ev->episode))
            settle_relationship(d, b, ev, &relationships[i]);
    bool is_closed = episode_is_closed(d, b, ev);
    for (size_t i = 0; i < d->events.count; i++) {
        if (!is_of_episode(&events[i], ev) || !slice_equal(events[i].type, ev->type) ||
            events[i].closed == is_closed)
            continue;
        events[i].closed = is_closed;
        events[i].closed_ms = is_closed ? ev->decided_ms : 0;
        d->changed = true;
    }
}

void draft_prune(struct draft *d, int64_t decided_ms)
{
    struct episode_event *events = d->events.items;
    struct relationship *relationships = d->relationships.items;
    for (size_t i = d->events.count; i-- > 0;) {
        int64_t age_ms = events[i].closed ? decided_ms - events[i].closed_ms : 0;
        if (age_ms > CLOSED_BYTES_KEPT_MS && events[i].bytes.n > 0) {
            events[i].bytes = (struct slice){ 0 };
            d->changed = true;
        }
        if (age_ms > CLOSED_KEPT_MS) {
            list_remove(&d->events, i);
            d->changed = true;
        }
    }
    for (size_t i = d->relationships.count; i-- > 0;) {
        if (relationships[i].is_open || decided_ms - relationships[i].closed_ms <= CLOSED_KEPT_MS ||
            draft_event(d, &relationships[i].closed_by))
            continue;
        list_remove(&d->relationships, i);
        d->changed = true;
    }
}
