/* owner_use.c - who has used an id before, by all that is kept of a person. */
#include "sharing/facts/owner_use.h"

#include "sharing/facts/refusal.h"

/* Whether ev may speak for that source: by agency, for a word about sharing by service. */
static bool is_own_source(struct slice source, const struct event *ev)
{
    if (ev->is_word)
        return slice_equal(source, ev->source_name);
    return slice_equal(source_agency(source), source_agency(ev->source_name));
}

/* What is found of one id. */
struct uses {
    const struct event_id *id;
    bool own, others;
};

static void note_use(struct uses *u, const struct event_id *id, bool is_own)
{
    if (!event_id_equal(id, u->id))
        return;
    u->own |= is_own;
    u->others |= !is_own;
}

#define FIND(list, type, field, is_own)                                                            \
    do {                                                                                           \
        const struct type *items = d->list.items;                                                  \
        for (size_t i = 0; i < d->list.count; i++) {                                               \
            const struct type *x = &items[i];                                                      \
            note_use(u, &x->field, is_own);                                                        \
        }                                                                                          \
    } while (false)

/* What was refused, and its versions: known by their ids alone. */
static void find_refused_uses(const struct draft *d, const struct event *ev, struct uses *u)
{
    const struct refusal *refusals = d->refusals.items;
    for (size_t i = 0; i < d->refusals.count; i++)
        if (refusal_has(&refusals[i], u->id))
            note_use(u, u->id, slice_equal(refusals[i].agency, source_agency(ev->source_name)));
}

/* What is on file, waits, was refused, or waits for what it takes back. */
static void find_events(const struct draft *d, const struct event *ev, struct uses *u)
{
    FIND(events, episode_event, id, x->agency == ev->agency);
    FIND(holds, hold, event, slice_equal(source_agency(x->source), source_agency(ev->source_name)));
    FIND(early, early_retraction, by, x->agency == ev->agency);
    find_refused_uses(d, ev, u);
}

/* A fact may outlast the event that made it. */
static void find_facts(const struct draft *d, const struct event *ev, struct uses *u)
{
    FIND(consents, consent_fact, by, is_own_source(x->source, ev));
    FIND(objections, objection_fact, by, is_own_source(x->source, ev));
    FIND(restrictions, restriction_fact, by, is_own_source(x->source, ev));
    FIND(responsible, responsible_fact, by, is_own_source(x->source, ev));
    FIND(deaths, death_fact, by, is_own_source(x->source, ev));
    FIND(relationships, relationship, opened_by, x->agency == ev->agency);
    FIND(links, local_link, by, x->agency == ev->agency);
}

static void find_gone(const struct draft *d, const struct event *ev, struct uses *u)
{
    const struct gone_event *gone = d->gone.items, wanted = draft_gone(u->id, ev->source_name);
    for (size_t i = 0; i < d->gone.count; i++) {
        if (memcmp(gone[i].id, wanted.id, GONE_ID_BYTES) != 0)
            continue;
        bool is_own = memcmp(gone[i].agency, wanted.agency, GONE_AGENCY_BYTES) == 0;
        u->own |= is_own;
        u->others |= !is_own;
    }
}

enum owner_use owner_use(const struct draft *d, const struct event *ev)
{
    struct uses u = { .id = &ev->id };
    find_events(d, ev, &u);
    find_gone(d, ev, &u);
    bool is_known = u.own;
    find_facts(d, ev, &u);
    if (is_known)
        return USED_BY_ITS_OWN;
    return u.others ? USED_BY_ANOTHER : USED_BY_NOBODY;
}

bool owner_oversteps(const struct draft *d, const struct event *ev)
{
    struct uses u = { .id = &ev->original };
    bool has_original = ev->retracts || ev->replaces;
    if (!has_original || !event_id_is_set(&ev->original))
        return false;
    const struct episode_event *x = draft_event(d, &ev->original);
    if (x)
        return !owner_is_same(x, ev);
    find_events(d, ev, &u);
    find_gone(d, ev, &u);
    find_facts(d, ev, &u);
    return u.others;
}
