/* refusal.c - what a named person's no covers: events, their corrections, whole episodes. */
#include "sharing/facts/refusal.h"

#include "sharing/facts/receiver.h"

bool refusal_is_over(const struct refusal *x)
{
    return x->versions.n == 0;
}

struct refusal refusal_over(const struct refusal *x, struct slice by, bool by_two)
{
    return (struct refusal){ .agency = x->agency,
                             .service = x->service,
                             .event = x->event,
                             .at_ms = x->at_ms,
                             .by = by,
                             .first_by = by_two ? by : (struct slice){ .n = 0 } };
}

bool refusal_has(const struct refusal *x, const struct event_id *id)
{
    for (size_t at = 0; at + ID_BYTES <= x->versions.n; at += ID_BYTES)
        if (memcmp(x->versions.p + at, id->b, ID_BYTES) == 0)
            return true;
    return false;
}

/* The refusal of the whole episode of an event on file, unless the service has got that event
 * before. */
static const struct refusal *find_of_episode(const struct bundle *b, const struct person *p,
                                             const struct episode_event *ev, struct slice service)
{
    int to = bundle_service(b, service);
    if (to >= 0 && receiver_of(ev->receivers, ev->receiver_count, (uint16_t)to))
        return NULL;
    for (size_t i = 0; i < p->refusal_count; i++) {
        const struct refusal *x = &p->refusals[i];
        if (!slice_equal(x->service, service))
            continue;
        if (!slice_equal(x->agency, b->agencies[ev->agency].name))
            continue;
        if (refusal_covers_episode(x, ev->episode))
            return x;
    }
    return NULL;
}

const struct refusal *refusal_find(const struct bundle *b, const struct person *p,
                                   const struct event_id *event, struct slice service)
{
    for (size_t i = 0; i < p->refusal_count; i++)
        if (slice_equal(p->refusals[i].service, service) && refusal_has(&p->refusals[i], event))
            return &p->refusals[i];
    for (size_t i = 0; i < p->event_count; i++)
        if (event_id_equal(&p->events[i].id, event))
            return find_of_episode(b, p, &p->events[i], service);
    return NULL;
}

bool refusal_reopens(const struct refusal *x, const struct refusal *y)
{
    if (!slice_equal(x->service, y->service))
        return false;
    if (refusal_has(y, &x->event))
        return true;
    if (!y->is_whole_episode || !slice_equal(x->agency, y->agency))
        return false;
    return refusal_covers_episode(x, y->episode);
}

bool refusal_is_one_act(const struct refusal *x, const struct refusal *y)
{
    return x->at_ms == y->at_ms && slice_equal(x->by, y->by) && refusal_reopens(x, y);
}

bool refusal_is_of_agency(const struct bundle *b, const struct refusal *x, const struct event *ev)
{
    return slice_equal(x->agency, b->agencies[ev->agency].name);
}

bool refusal_covers_episode(const struct refusal *x, struct slice episode)
{
    return x->is_whole_episode && episode.n && slice_equal(x->episode, episode);
}

const struct refusal *refusal_against(const struct bundle *b, const struct person *p,
                                      const struct event *ev, uint16_t service)
{
    bool names_original = ev->replaces && event_id_is_set(&ev->original);
    if (ev->retracts)
        return NULL;
    for (size_t i = 0; i < p->refusal_count; i++) {
        const struct refusal *x = &p->refusals[i];
        if (!slice_equal(x->service, b->services[service].name) || !refusal_is_of_agency(b, x, ev))
            continue;
        if (refusal_has(x, &ev->id) || refusal_covers_episode(x, ev->episode))
            return x;
        if (names_original && refusal_has(x, &ev->original))
            return x;
    }
    return NULL;
}

static bool is_version_on_file(const struct draft *d, const struct refusal *x)
{
    struct event_id id;
    for (size_t at = 0; at + ID_BYTES <= x->versions.n; at += ID_BYTES) {
        memcpy(id.b, x->versions.p + at, ID_BYTES);
        if (draft_event(d, &id))
            return true;
    }
    return false;
}

/* Whether ev corrects what was refused. Without a name it may mean a refused event that is no
 * longer on file: as that cannot be told, it does. */
static bool is_correction(const struct draft *d, const struct bundle *b, const struct refusal *x,
                          const struct event *ev, const struct event_id *original)
{
    if (!ev->replaces || !refusal_is_of_agency(b, x, ev))
        return false;
    if (refusal_has(x, original) || refusal_has(x, &ev->original))
        return true;
    if (event_id_is_set(&ev->original))
        return false;
    bool is_same_kind = slice_equal(x->episode, ev->episode) && slice_equal(x->type, ev->type) &&
                        slice_equal(x->kind, ev->kind_name);
    return is_same_kind && !is_version_on_file(d, x);
}

bool refusal_add_version(struct arena *a, struct refusal *x, const struct event_id *id,
                         struct err *e)
{
    uint8_t *more = arena_raw(a, x->versions.n + ID_BYTES);
    if (!more)
        return err_memory(e);
    if (x->versions.n)
        memcpy(more, x->versions.p, x->versions.n);
    memcpy(more + x->versions.n, id->b, ID_BYTES);
    x->versions = slice_of(more, x->versions.n + ID_BYTES);
    return true;
}

bool refusal_follow(struct draft *d, const struct bundle *b, const struct event *ev,
                    const struct event_id *original, struct err *e)
{
    struct refusal *refusals = d->refusals.items;
    for (size_t i = 0; i < d->refusals.count; i++) {
        struct refusal *x = &refusals[i];
        if (refusal_has(x, &ev->id) || !is_correction(d, b, x, ev, original))
            continue;
        const struct episode_event *newest = draft_newest(d, draft_event(d, &ev->id));
        bool is_late = newest && !event_id_equal(&newest->id, &ev->id);
        if (!refusal_add_version(d->arena, x, &ev->id, e))
            return false;
        if (is_late && !refusal_add_version(d->arena, x, &newest->id, e))
            return false;
        struct slice bytes = is_late ? newest->bytes : ev->framed;
        if (!is_late || bytes.n)
            x->bytes = bytes;
        d->changed = true;
    }
    return true;
}

bool refusal_note_first(struct arena *a, const struct person *p, const struct refusal *refusal,
                        struct slice who, struct person *out, struct err *e)
{
    struct draft d;
    if (!draft_init(&d, a, p, e))
        return false;
    struct refusal *list = d.refusals.items;
    for (size_t i = 0; i < d.refusals.count; i++)
        if (refusal_reopens(refusal, &list[i]))
            list[i].first_by = who;
    draft_view(&d, out);
    return true;
}
