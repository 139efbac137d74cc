/* apply.c - the facts table at work: what an event makes known, and taking that back.
 *
 * No event type is named here: facts.yaml says which kinds do what. Every word is kept with its
 * time of occurring and the event it came from; whoever asks takes the latest (facts_query.c). */
#include "base/clock.h"
#include "sharing/draft.h"

#define WORDS_KEPT 8 /* of one purpose and recipient, one kind, one function */
#define LINKS_KEPT 16

struct effect {
    struct draft *d;
    const struct bundle *b;
    const struct event *ev;
    const struct fact_rule *rule;
    struct err *e;
};

static struct slice text_of(const struct effect *x, const struct fact_value *v)
{
    int slot = v->from == FACT_FIELD ? v->slots[x->ev->schema] : -1;
    return slot < 0 ? (struct slice){ 0 } : view_text(x->ev->view, (size_t)slot);
}

/* The service a value means: -1 nobody named, -2 named but none of this region. */
enum { SERVICE_UNNAMED = -1, SERVICE_FOREIGN = -2 };
static int service_of(const struct effect *x, const struct fact_value *v)
{
    if (v->from == FACT_SOURCE)
        return x->ev->source;
    struct slice name = text_of(x, v);
    if (slice_is_empty(name))
        return SERVICE_UNNAMED;
    int service = bundle_service(x->b, name);
    return service < 0 ? SERVICE_FOREIGN : service;
}

static bool open_relationship(struct effect *x)
{
    int with = service_of(x, &x->rule->who);
    struct relationship *r = x->d->relationships.items;
    size_t n = x->d->relationships.count, i = 0;
    if (with < 0)
        return true;
    while (i < n &&
           !(r[i].with == with && r[i].agency == x->ev->agency &&
             slice_equal(r[i].kind, x->rule->word) && slice_equal(r[i].episode, x->ev->episode)))
        i++;
    x->d->changed = true;
    if (i < n) {
        if (x->ev->occurred_ms >= r[i].opened_ms) {
            r[i].opened_ms = x->ev->occurred_ms;
            r[i].opened_by = x->ev->id;
        }
        return true;
    }
    r = list_add(x->d->arena, &x->d->relationships);
    if (!r)
        return err_memory(x->e);
    *r = (struct relationship){ .kind = x->rule->word,
                                .with = (uint16_t)with,
                                .agency = x->ev->agency,
                                .episode = x->ev->episode,
                                .opened_by = x->ev->id,
                                .opened_ms = x->ev->occurred_ms };
    return true;
}

/* A day is inclusive; what cannot be read has expired. */
static int64_t until_of(struct slice text)
{
    struct moment m;
    if (slice_is_empty(text))
        return 0;
    if (!time_from_iso(text, &m) || m.precision < TIME_DAY)
        return 1;
    if (m.precision > TIME_DAY)
        return m.ms;
    struct civil next = london_from_ms(m.ms + 36 * (int64_t)3600000);
    bool doubtful = false;
    next.hour = next.minute = next.second = next.ms = 0;
    return london_to_ms(&next, &doubtful);
}

static bool same_consent(const void *item, const void *like)
{
    const struct consent_fact *a = item, *b = like;
    return a->recipient == b->recipient && slice_equal(a->purpose, b->purpose);
}

static bool same_objection(const void *item, const void *like)
{
    const struct objection_fact *a = item, *b = like;
    return a->recipient == b->recipient;
}

static bool same_restriction(const void *item, const void *like)
{
    const struct restriction_fact *a = item, *b = like;
    return slice_equal(a->kind, b->kind);
}

static bool same_function(const void *item, const void *like)
{
    const struct responsible_fact *a = item, *b = like;
    return slice_equal(a->function, b->function);
}

/* Adds a word; of too many of the same matter the one that arrived first goes. */
static bool add_word(struct effect *x, struct list *l, const void *word,
                     bool (*same)(const void *item, const void *like))
{
    size_t alike = 0, first = 0;
    for (size_t i = l->count; i-- > 0;)
        if (same((const uint8_t *)l->items + i * l->item_bytes, word)) {
            alike++;
            first = i;
        }
    if (alike >= WORDS_KEPT)
        list_remove(l, first);
    void *item = list_add(x->d->arena, l);
    if (!item)
        return err_memory(x->e);
    memcpy(item, word, l->item_bytes);
    x->d->changed = true;
    return true;
}

/* A consent for a service that is none of ours helps nobody; a refusal for one is taken as for all.
 */
static bool add_consent(struct effect *x, bool granted)
{
    int who = service_of(x, &x->rule->who);
    struct consent_fact f = { .purpose = text_of(x, &x->rule->what),
                              .granted = granted,
                              .recipient = who < 0 ? -1 : who,
                              .occurred_ms = x->ev->occurred_ms,
                              .until_ms = until_of(text_of(x, &x->rule->until)),
                              .by = x->ev->id };
    if (granted && (who == SERVICE_FOREIGN || slice_is_empty(f.purpose)))
        return true;
    x->d->gate |= granted;
    x->d->doors = true;
    return add_word(x, &x->d->consents, &f, same_consent);
}

static bool add_objection(struct effect *x, bool stands)
{
    int who = service_of(x, &x->rule->who);
    struct objection_fact f = { .recipient = who < 0 ? -1 : who,
                                .stands = stands,
                                .occurred_ms = x->ev->occurred_ms,
                                .by = x->ev->id };
    if (!stands && who == SERVICE_FOREIGN)
        return true;
    x->d->gate |= !stands;
    x->d->doors = true;
    return add_word(x, &x->d->objections, &f, same_objection);
}

static bool add_restriction(struct effect *x, bool stands)
{
    struct restriction_fact f = { .kind = text_of(x, &x->rule->what),
                                  .stands = stands,
                                  .occurred_ms = x->ev->occurred_ms,
                                  .by = x->ev->id };
    if (slice_is_empty(f.kind))
        f.kind = SLICE("unknown");
    x->d->gate |= !stands;
    x->d->doors = true;
    return add_word(x, &x->d->restrictions, &f, same_restriction);
}

/* A service outside the region is somebody, and nobody of ours: -1. */
static bool add_responsible(struct effect *x)
{
    int who = service_of(x, &x->rule->who);
    struct responsible_fact f = { .function = x->rule->word,
                                  .service = who < 0 ? -1 : who,
                                  .occurred_ms = x->ev->occurred_ms,
                                  .by = x->ev->id };
    if (who == SERVICE_UNNAMED)
        return true;
    x->d->gate = true;
    return add_word(x, &x->d->responsible, &f, same_function);
}

bool draft_link(struct draft *d, uint16_t agency, struct slice local_id, const struct event_id *by,
                struct err *e)
{
    struct local_link *links = d->links.items;
    size_t count = 0, first = 0;
    if (slice_is_empty(local_id))
        return true;
    for (size_t i = d->links.count; i-- > 0;) {
        if (links[i].agency != agency)
            continue;
        if (slice_equal(links[i].local_id, local_id))
            return true;
        count++;
        first = i;
    }
    if (count >= LINKS_KEPT)
        list_remove(&d->links, first);
    links = list_add(d->arena, &d->links);
    if (!links)
        return err_memory(e);
    *links = (struct local_link){ agency, local_id, *by };
    d->changed = true;
    return true;
}

static bool take_effect(struct effect *x)
{
    switch (x->rule->effect) {
    case FACT_OPENS:
        return open_relationship(x);
    case FACT_RESPONSIBLE:
        return add_responsible(x);
    case FACT_GRANTS:
    case FACT_REVOKES:
        return add_consent(x, x->rule->effect == FACT_GRANTS);
    case FACT_OBJECTS:
    case FACT_LIFTS_OBJECTION:
        return add_objection(x, x->rule->effect == FACT_OBJECTS);
    case FACT_RESTRICTS:
    case FACT_LIFTS:
        return add_restriction(x, x->rule->effect == FACT_RESTRICTS);
    default:
        return draft_link(x->d, x->ev->agency, text_of(x, &x->rule->what), &x->ev->id, x->e);
    }
}

bool draft_apply(struct draft *d, const struct bundle *b, const struct event *ev, struct err *e)
{
    for (size_t i = 0; i < b->fact_count; i++) {
        struct effect x = { d, b, ev, &b->facts[i], e };
        if (kinds_have(x.rule->on, x.rule->on_count, ev->kind) && !take_effect(&x))
            return false;
    }
    return true;
}

/* Removes the items whose id, at that place within them, is the original's. */
static bool remove_by(struct list *l, size_t id_at, const struct event_id *original)
{
    bool any = false;
    for (size_t i = l->count; i-- > 0;) {
        const uint8_t *item = (const uint8_t *)l->items + i * l->item_bytes;
        if (memcmp(item + id_at, original->b, ID_BYTES) != 0)
            continue;
        list_remove(l, i);
        any = true;
    }
    return any;
}

void draft_undo(struct draft *d, const struct event_id *original)
{
    bool doors = remove_by(&d->consents, offsetof(struct consent_fact, by), original);
    doors |= remove_by(&d->objections, offsetof(struct objection_fact, by), original);
    doors |= remove_by(&d->restrictions, offsetof(struct restriction_fact, by), original);
    bool others = remove_by(&d->relationships, offsetof(struct relationship, opened_by), original);
    others |= remove_by(&d->responsible, offsetof(struct responsible_fact, by), original);
    d->doors |= doors;
    d->gate |= doors || others;
    d->changed |= doors || others;
}
