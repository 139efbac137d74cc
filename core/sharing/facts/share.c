/* share.c - how much each agency fills, and what of it goes. */
#include "sharing/facts/share.h"

#include "sharing/facts/draft.h"

#define LONG_BYTES 10 /* a number, at most */
#define ITEM_BYTES 96 /* numbers, ids and truths of an item, at most */

/* By agency: what stays, and what may be forgotten. */
struct shares {
    const struct bundle *bundle;
    size_t *stays, *goes;
    size_t all_stays, all; /* of nobody's too */
};

static size_t text_bytes(struct slice s)
{
    return s.n + LONG_BYTES;
}

static size_t service_bytes(const struct bundle *b, int n)
{
    return LONG_BYTES + (n >= 0 ? b->services[n].name.n : 0);
}

static size_t named_bytes(const struct bundle *b, int n, struct slice away)
{
    return n == SERVICE_AWAY ? text_bytes(away) : service_bytes(b, n);
}

static void add_bytes(struct shares *s, int agency, size_t bytes)
{
    if (agency >= 0)
        s->stays[agency] += bytes;
    s->all_stays += bytes;
    s->all += bytes;
}

static int agency_of_source(const struct shares *s, struct slice source)
{
    return bundle_agency(s->bundle, source_agency(source));
}

static void add_consents(struct shares *s, const struct person *p)
{
    for (size_t i = 0; i < p->consent_count; i++) {
        const struct consent_fact *x = &p->consents[i];
        add_bytes(s, agency_of_source(s, x->source),
                  ITEM_BYTES + named_bytes(s->bundle, x->recipient, x->away) +
                      text_bytes(x->purpose) + text_bytes(x->capacity) + text_bytes(x->basis) +
                      text_bytes(x->recorder) + text_bytes(x->source));
    }
}

static void add_words(struct shares *s, const struct person *p)
{
    const struct bundle *b = s->bundle;
    add_consents(s, p);
    for (size_t i = 0; i < p->objection_count; i++)
        add_bytes(s, agency_of_source(s, p->objections[i].source),
                  ITEM_BYTES + named_bytes(b, p->objections[i].recipient, p->objections[i].away) +
                      text_bytes(p->objections[i].source));
    for (size_t i = 0; i < p->restriction_count; i++)
        add_bytes(s, agency_of_source(s, p->restrictions[i].source),
                  ITEM_BYTES + text_bytes(p->restrictions[i].kind) +
                      text_bytes(p->restrictions[i].source));
    for (size_t i = 0; i < p->responsible_count; i++)
        add_bytes(s, agency_of_source(s, p->responsible[i].source),
                  ITEM_BYTES + text_bytes(p->responsible[i].function) +
                      service_bytes(b, p->responsible[i].service) +
                      text_bytes(p->responsible[i].source));
    for (size_t i = 0; i < p->death_count; i++)
        add_bytes(s, agency_of_source(s, p->deaths[i].source),
                  ITEM_BYTES + text_bytes(p->deaths[i].source));
    for (size_t i = 0; i < p->settlement_count; i++)
        add_bytes(s, -1,
                  ITEM_BYTES + text_bytes(p->settlements[i].purpose) +
                      text_bytes(p->settlements[i].people) + text_bytes(p->settlements[i].agency) +
                      text_bytes(p->settlements[i].overruled) +
                      named_bytes(b, p->settlements[i].recipient, p->settlements[i].away));
}

static void add_others(struct shares *s, const struct person *p)
{
    const struct bundle *b = s->bundle;
    for (size_t i = 0; i < p->relationship_count; i++) {
        const struct relationship *r = &p->relationships[i];
        add_bytes(s, r->agency,
                  ITEM_BYTES + text_bytes(r->kind) + text_bytes(r->episode) +
                      service_bytes(b, r->with) + text_bytes(b->agencies[r->agency].name));
    }
    for (size_t i = 0; i < p->link_count; i++)
        add_bytes(s, p->links[i].agency,
                  ITEM_BYTES + text_bytes(p->links[i].local_id) +
                      text_bytes(b->agencies[p->links[i].agency].name));
    for (size_t i = 0; i < p->early_count; i++) {
        const struct early_retraction *x = &p->early[i];
        add_bytes(s, x->agency,
                  ITEM_BYTES + text_bytes(x->episode) + text_bytes(x->type) + text_bytes(x->kind) +
                      text_bytes(x->source) + text_bytes(b->agencies[x->agency].name));
    }
    for (size_t i = 0; i < p->birth_count; i++)
        add_bytes(s, p->births[i].agency,
                  ITEM_BYTES + text_bytes(p->births[i].hash) +
                      text_bytes(b->agencies[p->births[i].agency].name));
    for (size_t i = 0; i < p->unread_count; i++)
        add_bytes(s, bundle_agency(b, p->unread[i].agency),
                  ITEM_BYTES + text_bytes(p->unread[i].agency) + text_bytes(p->unread[i].feed) +
                      text_bytes(p->unread[i].code) + text_bytes(p->unread[i].reference));
}

static void add_holds(struct shares *s, const struct hold *holds, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct hold *h = &holds[i];
        add_bytes(s, agency_of_source(s, h->source),
                  ITEM_BYTES + named_bytes(s->bundle, h->service, h->away) + text_bytes(h->reason) +
                      text_bytes(h->clause) + text_bytes(h->bytes) + text_bytes(h->first_by) +
                      text_bytes(h->source));
    }
}

static void add_waits(struct shares *s, const struct person *p)
{
    add_holds(s, p->holds, p->hold_count);
    add_holds(s, p->away_holds, p->away_hold_count);
    for (size_t i = 0; i < p->refusal_count; i++) {
        const struct refusal *x = &p->refusals[i];
        add_bytes(s, -1,
                  ITEM_BYTES + text_bytes(x->agency) + text_bytes(x->service) +
                      text_bytes(x->episode) + text_bytes(x->type) + text_bytes(x->kind) +
                      text_bytes(x->versions) + text_bytes(x->by) + text_bytes(x->first_by) +
                      text_bytes(x->reason) + text_bytes(x->clause) + text_bytes(x->bytes));
    }
}

/* Ids that are kept alone know their agency by a hash. */
static void add_gone(struct shares *s, const struct person *p)
{
    static const struct event_id none;
    for (size_t n = 0; n < s->bundle->agency_count; n++) {
        const struct gone_event like = draft_gone(&none, s->bundle->agencies[n].name);
        size_t count = 0;
        for (size_t i = 0; i < p->gone_count; i++)
            count += memcmp(p->gone[i].agency, like.agency, GONE_AGENCY_BYTES) == 0;
        add_bytes(s, (int)n, count * sizeof *p->gone);
    }
}

static size_t event_bytes(const struct bundle *b, const struct episode_event *x)
{
    size_t n = ITEM_BYTES + text_bytes(x->episode) + text_bytes(x->type) + text_bytes(x->kind) +
               text_bytes(x->source) + text_bytes(x->bytes) +
               text_bytes(b->agencies[x->agency].name);
    for (size_t i = 0; i < x->receiver_count; i++) {
        const struct receiver *r = &x->receivers[i];
        n += sizeof r->id + LONG_BYTES + service_bytes(b, r->service) + text_bytes(r->clause) +
             text_bytes(r->released.slots) + text_bytes(r->released.changed);
    }
    return n;
}

static void add_events(struct shares *s, const struct draft *d)
{
    const struct episode_event *events = d->events.items;
    for (size_t i = 0; i < d->events.count; i++) {
        size_t n = event_bytes(s->bundle, &events[i]);
        size_t goes = n;
        if (draft_is_held(d, &events[i].id))
            goes = 0;
        else if (draft_keeps(s->bundle, d, &events[i]))
            goes = events[i].bytes.n;
        if (goes < n)
            add_bytes(s, events[i].agency, n - goes);
        s->goes[events[i].agency] += goes;
        s->all += goes;
    }
}

static bool measure_shares(struct shares *s, const struct bundle *b, struct arena *a,
                           const struct draft *d, struct err *e)
{
    struct person p;
    *s = (struct shares){ .bundle = b,
                          .stays = ARENA_ARRAY(a, b->agency_count + 1, size_t),
                          .goes = ARENA_ARRAY(a, b->agency_count + 1, size_t) };
    if (!s->stays || !s->goes)
        return err_memory(e);
    draft_view(d, &p);
    add_words(s, &p);
    add_others(s, &p);
    add_waits(s, &p);
    add_gone(s, &p);
    add_events(s, d);
    return true;
}

/* The agency that fills most beyond its share and has something that may go; -1: none. */
static int fullest_agency(const struct shares *s, size_t share)
{
    int most = -1;
    for (size_t i = 0; i < s->bundle->agency_count; i++) {
        size_t n = s->stays[i] + s->goes[i];
        if (s->goes[i] == 0 || n <= share)
            continue;
        if (most < 0 || n > s->stays[most] + s->goes[most])
            most = (int)i;
    }
    return most;
}

static bool shrink_to_fit(struct draft *d, const struct bundle *b, struct arena *a, size_t limit,
                          size_t share, struct err *e)
{
    struct shares s;
    for (;;) {
        if (!measure_shares(&s, b, a, d, e))
            return false;
        if (s.all <= limit)
            return true;
        int who = fullest_agency(&s, share);
        if (who < 0)
            return true;
        if (!draft_shrink(d, b, (uint16_t)who, s.all - limit, e))
            return false;
    }
}

static size_t unfilled_bytes(size_t filled, size_t share)
{
    return filled < share ? share - filled : 0;
}

/* Whether what stays leaves each other agency its share, and one share for what is nobody's. */
static bool leaves_room(const struct shares *s, int agency, size_t limit, size_t share)
{
    size_t all = s->all_stays, nobodys = s->all_stays;
    for (size_t i = 0; i < s->bundle->agency_count; i++) {
        nobodys -= s->stays[i];
        if ((int)i != agency)
            all += unfilled_bytes(s->stays[i], share);
    }
    return all + unfilled_bytes(nobodys, share) <= limit;
}

static bool may_add(const struct shares *was, const struct shares *is, const struct share_asker *by,
                    size_t limit, size_t share)
{
    int n = by->agency;
    if (n < 0 || is->stays[n] <= share || is->stays[n] <= was->stays[n])
        return true;
    if (is->all_stays <= SHARE_ASKED_BYTES(limit))
        return true;
    return by->restricts && leaves_room(is, n, limit, share);
}

bool share_fit(const struct bundle *b, struct arena *a, const struct person *before,
               const struct person *after, const struct share_asker *by, size_t limit,
               struct person *out, bool *fits, struct err *e)
{
    size_t share = SHARE_ASKED_BYTES(limit) / (b->agency_count + 1);
    struct shares was, is;
    struct draft d;
    *out = *after;
    *fits = true;
    if (!draft_init(&d, a, before, e) || !measure_shares(&was, b, a, &d, e))
        return false;
    if (!draft_init(&d, a, after, e) || !measure_shares(&is, b, a, &d, e))
        return false;
    *fits = may_add(&was, &is, by, limit, share);
    if (!*fits || is.all <= limit)
        return true;
    if (!shrink_to_fit(&d, b, a, limit, share, e))
        return false;
    draft_view(&d, out);
    return true;
}
