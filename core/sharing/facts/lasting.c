/* lasting.c - how long a clause goes on after an end, worked out from the events that stand. The
 * order in which they arrived makes no difference.
 *
 * An episode has ended when events of that kind are no older than what opened it last. The days
 * count from when the first of those events was decided, in its first version. Repeating or
 * correcting it gives no new days; taking it back or opening the episode anew removes the end. The
 * days are over at once when the same agency opened another episode of that type after the last of
 * those events. facts.yaml says what opens and what ends: an end undoes what its own line opens. */
#include "sharing/facts/lasting.h"

/* What all its events are of. */
struct episode {
    uint16_t agency;
    struct slice type, name;
};

static bool is_of_type(const struct episode_event *x, const struct episode *of)
{
    return !x->retracted && x->agency == of->agency && slice_equal(x->type, of->type);
}

static bool is_in_episode(const struct episode_event *x, const struct episode *of)
{
    return is_of_type(x, of) && slice_equal(x->episode, of->name);
}

static bool event_begins(const struct bundle *b, const struct end *end,
                         const struct episode_event *x)
{
    const struct schema *s = catalogue_named(b->catalogue, x->type);
    int schema = s ? bundle_schema(b, s->plan) : -1;
    int64_t kind = schema < 0 ? -1 : bundle_kind(b, (size_t)schema, x->kind);
    return kind >= 0 && end->begun_by[kind];
}

struct ending {
    bool stands;
    int64_t occurred_ms; /* the last of those that say so */
    int64_t decided_ms;  /* the first */
};

/* Whether x is such an end, or another way for its episode to end. */
static bool event_ends(const struct bundle *b, const struct end *end, const struct episode_event *x)
{
    const struct schema *s = catalogue_named(b->catalogue, x->type);
    return s ? schema_is_alike(s, x->kind, end->kind) : slice_equal(x->kind, end->kind);
}

static bool is_end_said(const struct bundle *b, const struct person *p, const struct episode *of,
                        const struct end *end)
{
    for (size_t i = 0; i < p->event_count; i++)
        if (is_in_episode(&p->events[i], of) && event_ends(b, end, &p->events[i]))
            return true;
    return false;
}

static struct ending find_ending(const struct bundle *b, const struct person *p,
                                 const struct episode *of, const struct end *end)
{
    struct ending found = { .stands = false };
    int64_t begun_ms = INT64_MIN;
    if (!is_end_said(b, p, of, end))
        return found;
    for (size_t i = 0; i < p->event_count; i++) {
        const struct episode_event *x = &p->events[i];
        if (x->occurred_ms > begun_ms && is_in_episode(x, of) && event_begins(b, end, x))
            begun_ms = x->occurred_ms;
    }
    for (size_t i = 0; i < p->event_count; i++) {
        const struct episode_event *x = &p->events[i];
        if (x->occurred_ms < begun_ms || !is_in_episode(x, of))
            continue;
        if (!event_ends(b, end, x))
            continue;
        if (!found.stands || x->occurred_ms > found.occurred_ms)
            found.occurred_ms = x->occurred_ms;
        if (!found.stands || x->decided_ms < found.decided_ms)
            found.decided_ms = x->decided_ms;
        found.stands = true;
    }
    return found;
}

static bool is_readmitted(const struct bundle *b, const struct person *p, const struct episode *of,
                          const struct end *end, int64_t since_ms)
{
    for (size_t i = 0; i < p->event_count; i++) {
        const struct episode_event *x = &p->events[i];
        if (x->occurred_ms <= since_ms || !is_of_type(x, of))
            continue;
        bool is_another = !slice_equal(x->episode, of->name);
        if (is_another && event_begins(b, end, x))
            return true;
    }
    return false;
}

bool lasting_is_over(const struct bundle *b, const struct person *facts, const struct event *ev,
                     const struct end *end)
{
    const struct episode of = { ev->agency, ev->type, ev->episode };
    struct ending e = find_ending(b, facts, &of, end);
    if (!e.stands)
        return false;
    if (ev->decided_ms >= e.decided_ms + end->after_ms)
        return true;
    return is_readmitted(b, facts, &of, end, e.occurred_ms);
}

/* ---- what must be kept for it ---- */

/* Whether an episode of that type was opened after `since`: the same one, or any. */
static bool is_opened_after(const struct bundle *b, const struct draft *d, const struct end *end,
                            const struct episode_event *since, bool same_episode)
{
    const struct episode of = { since->agency, since->type, since->episode };
    const struct episode_event *events = d->events.items;
    for (size_t i = 0; i < d->events.count; i++) {
        const struct episode_event *x = &events[i];
        if (x->occurred_ms <= since->occurred_ms || !is_of_type(x, &of))
            continue;
        bool is_meant = !same_episode || slice_equal(x->episode, of.name);
        if (is_meant && event_begins(b, end, x))
            return true;
    }
    return false;
}

/* Whether x came after an end: of its own episode, or of another. */
static bool is_after_an_end(const struct bundle *b, const struct draft *d, const struct end *end,
                            const struct episode_event *x, bool same_episode)
{
    const struct episode of = { x->agency, x->type, x->episode };
    const struct episode_event *events = d->events.items;
    for (size_t i = 0; i < d->events.count; i++) {
        if (events[i].occurred_ms >= x->occurred_ms || !is_of_type(&events[i], &of))
            continue;
        bool is_meant = slice_equal(events[i].episode, of.name) == same_episode;
        if (is_meant && event_ends(b, end, &events[i]))
            return true;
    }
    return false;
}

/* Whether x undoes an end that is on file: as the last event that opened its episode anew, or as
 * the last readmission after other stays. */
static bool undoes_an_end(const struct bundle *b, const struct draft *d, const struct end *end,
                          const struct episode_event *x)
{
    if (!event_begins(b, end, x))
        return false;
    if (is_after_an_end(b, d, end, x, true) && !is_opened_after(b, d, end, x, true))
        return true;
    return is_after_an_end(b, d, end, x, false) && !is_opened_after(b, d, end, x, false);
}

bool lasting_needs(const struct bundle *b, const struct draft *d, const struct episode_event *x)
{
    const struct compiled *k = b->compiled;
    if (x->retracted)
        return false;
    for (size_t i = 1; i < k->end_count; i++) {
        const struct end *end = &k->ends[i];
        bool is_end = event_ends(b, end, x);
        bool counts = is_end ? !is_opened_after(b, d, end, x, true) : undoes_an_end(b, d, end, x);
        if (counts)
            return true;
    }
    return false;
}
