/* draft.c - lists that change: copies of a person's facts, words, holds. Episodes are
 * draft_event.c. */
#include "sharing/facts/draft.h"

static bool copy_lists(struct draft *d, struct arena *a, const struct person *p)
{
    const struct {
        struct list *list;
        const void *items;
        size_t count, item_bytes;
    } lists[] = {
        { &d->relationships, p->relationships, p->relationship_count, sizeof *p->relationships },
        { &d->consents, p->consents, p->consent_count, sizeof *p->consents },
        { &d->objections, p->objections, p->objection_count, sizeof *p->objections },
        { &d->restrictions, p->restrictions, p->restriction_count, sizeof *p->restrictions },
        { &d->responsible, p->responsible, p->responsible_count, sizeof *p->responsible },
        { &d->links, p->links, p->link_count, sizeof *p->links },
        { &d->events, p->events, p->event_count, sizeof *p->events },
        { &d->holds, p->holds, p->hold_count, sizeof *p->holds },
        { &d->away_holds, p->away_holds, p->away_hold_count, sizeof *p->away_holds },
        { &d->deaths, p->deaths, p->death_count, sizeof *p->deaths },
        { &d->early, p->early, p->early_count, sizeof *p->early },
        { &d->gone, p->gone, p->gone_count, sizeof *p->gone },
        { &d->settlements, p->settlements, p->settlement_count, sizeof *p->settlements },
        { &d->refusals, p->refusals, p->refusal_count, sizeof *p->refusals },
        { &d->births, p->births, p->birth_count, sizeof *p->births },
        { &d->unread, p->unread, p->unread_count, sizeof *p->unread },
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (!list_copy(a, lists[i].list, lists[i].items, lists[i].count, lists[i].item_bytes))
            return false;
    return true;
}

bool draft_init(struct draft *d, struct arena *a, const struct person *p, struct err *e)
{
    *d = (struct draft){
        .arena = a, .verified = p->verified, .notices = p->notices, .dropped = p->dropped
    };
    list_init(&d->unsaid, sizeof(struct unsaid));
    return copy_lists(d, a, p) || err_memory(e);
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
        .away_holds = d->away_holds.items,
        .away_hold_count = d->away_holds.count,
        .verified = d->verified,
        .notices = d->notices,
        .deaths = d->deaths.items,
        .death_count = d->deaths.count,
        .early = d->early.items,
        .early_count = d->early.count,
        .dropped = d->dropped,
        .gone = d->gone.items,
        .gone_count = d->gone.count,
        .settlements = d->settlements.items,
        .settlement_count = d->settlements.count,
        .refusals = d->refusals.items,
        .refusal_count = d->refusals.count,
        .births = d->births.items,
        .birth_count = d->births.count,
        .unread = d->unread.items,
        .unread_count = d->unread.count,
    };
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

/* ---- what came before ---- */

/* The hash of an agency's name (FNV-1a): the same in every bundle that has it. */
static uint32_t agency_hash(struct slice agency)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < agency.n; i++)
        h = (h ^ agency.p[i]) * 16777619u;
    return h;
}

struct gone_event draft_gone(const struct event_id *id, struct slice source)
{
    struct gone_event g;
    uint32_t h = agency_hash(source_agency(source));
    memcpy(g.id, id->b + ID_BYTES - GONE_ID_BYTES, GONE_ID_BYTES);
    for (size_t i = 0; i < GONE_AGENCY_BYTES; i++)
        g.agency[i] = (uint8_t)(h >> (8 * i));
    return g;
}

bool draft_is_gone(const struct draft *d, const struct event_id *id, struct slice source)
{
    const struct gone_event *gone = d->gone.items, wanted = draft_gone(id, source);
    for (size_t i = 0; i < d->gone.count; i++)
        if (memcmp(&gone[i], &wanted, sizeof wanted) == 0)
            return true;
    return false;
}

/* When one agency has too many, its first goes. */
static void make_room_for_gone(struct draft *d, const struct gone_event *now)
{
    const struct gone_event *gone = d->gone.items;
    size_t alike = 0, first = 0;
    for (size_t i = d->gone.count; i-- > 0;) {
        if (memcmp(gone[i].agency, now->agency, GONE_AGENCY_BYTES) != 0)
            continue;
        alike++;
        first = i;
    }
    if (alike < GONE_MAX)
        return;
    list_remove(&d->gone, first);
    d->dropped++;
}

bool draft_forget(struct draft *d, const struct event_id *id, struct slice source, struct err *e)
{
    const struct gone_event now = draft_gone(id, source);
    make_room_for_gone(d, &now);
    struct gone_event *g = list_add(d->arena, &d->gone);
    if (!g)
        return err_memory(e);
    *g = now;
    d->changed = true;
    return true;
}

/* ---- words ---- */

static const uint8_t *item_at(const struct list *l, size_t n)
{
    return (const uint8_t *)l->items + n * l->item_bytes;
}

static const struct event_id *id_in(const void *item, const struct word_form *form)
{
    return (const struct event_id *)(const void *)((const uint8_t *)item + form->id_at);
}

/* By time of occurring, then by id: the order of arrival counts for nothing. */
static bool occurred_before(const void *a, const void *b, const struct word_form *form)
{
    int64_t at, bt;
    memcpy(&at, (const uint8_t *)a + form->time_at, sizeof at);
    memcpy(&bt, (const uint8_t *)b + form->time_at, sizeof bt);
    if (at != bt)
        return at < bt;
    return memcmp(id_in(a, form)->b, id_in(b, form)->b, ID_BYTES) < 0;
}

bool draft_word(struct draft *d, struct list *l, const void *word, const struct word_form *form,
                struct err *e)
{
    size_t alike = 0, first = 0;
    if (!list_put(d->arena, l, word))
        return err_memory(e);
    d->changed = true;
    for (size_t i = 0; i < l->count; i++) {
        if (!form->same(item_at(l, i), word))
            continue;
        if (alike == 0 || occurred_before(item_at(l, i), item_at(l, first), form))
            first = i;
        alike++;
    }
    if (alike > WORDS_MAX_ALIKE) {
        list_remove(l, first);
        d->dropped++;
    }
    return true;
}
