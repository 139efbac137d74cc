/* draft_event.c - the events of episodes: what replaces or takes back which, and what they open and
 * close.
 *
 * Everything here is worked out anew from the events that stand, so that it comes out the same in
 * whatever order they arrived, but for those of one moment (draft_is_later). */
#include "sharing/facts/lasting.h"
#include "sharing/facts/owner.h"

#include <assert.h>

#define DAY_MS ((int64_t)86400000)
#define CLOSED_KEPT_MS (90 * DAY_MS)
/* A cancelled discharge reopens its episode: until then its events can still be caught up. */
#define CLOSED_BYTES_KEPT_MS (7 * DAY_MS)
/* The last of a kind, and the one that is the last again when that is taken back. */
#define BYTES_KEPT_ALIKE 2

/* From the end: nearly always it is the one that was just noted. */
struct episode_event *draft_event(const struct draft *d, const struct event_id *id)
{
    struct episode_event *events = d->events.items;
    for (size_t i = d->events.count; i-- > 0;)
        if (event_id_equal(&events[i].id, id))
            return &events[i];
    return NULL;
}

/* Also of an event that no longer stands. */
static bool was_of_episode(const struct episode_event *x, const struct event *ev)
{
    return x->agency == ev->agency && slice_equal(x->episode, ev->episode);
}

static bool is_of_episode(const struct episode_event *x, const struct event *ev)
{
    return was_of_episode(x, ev) && !x->retracted;
}

static bool is_same_kind(const struct episode_event *a, const struct episode_event *b)
{
    return a->agency == b->agency && slice_equal(a->episode, b->episode) &&
           slice_equal(a->type, b->type) && slice_equal(a->kind, b->kind);
}

bool draft_is_later(const struct episode_event *a, const struct episode_event *b)
{
    if (a->occurred_ms != b->occurred_ms)
        return a->occurred_ms > b->occurred_ms;
    return a > b; /* entries are in order of arrival */
}

/* How many standing events of x's kind in its episode are later. */
static size_t count_later(const struct draft *d, const struct episode_event *x)
{
    const struct episode_event *events = d->events.items;
    size_t n = 0;
    for (size_t i = 0; i < d->events.count; i++)
        if (!events[i].retracted && is_same_kind(&events[i], x) && draft_is_later(&events[i], x))
            n++;
    return n;
}

bool draft_is_latest(const struct draft *d, const struct episode_event *x)
{
    assert(x >= (const struct episode_event *)d->events.items &&
           x < (const struct episode_event *)d->events.items + d->events.count);
    return !x->retracted && count_later(d, x) == 0;
}

const struct episode_event *draft_like(const struct draft *d, const struct episode_event *x)
{
    const struct episode_event *events = d->events.items, *last = NULL;
    for (size_t i = 0; i < d->events.count; i++) {
        bool stands_whole = events[i].bytes.n && !events[i].retracted;
        if (!stands_whole || !is_same_kind(&events[i], x))
            continue;
        if (!last || draft_is_later(&events[i], last))
            last = &events[i];
    }
    return last;
}

/* ---- what replaces or takes back which ---- */

static struct episode_event *later_version(const struct draft *d, const struct event_id *id)
{
    struct episode_event *events = d->events.items;
    size_t n = event_id_is_set(id) ? d->events.count : 0;
    for (size_t i = 0; i < n; i++)
        if (event_id_equal(&events[i].original, id))
            return &events[i];
    return NULL;
}

struct episode_event *draft_replaced(const struct draft *d, const struct episode_event *x)
{
    return event_id_is_set(&x->original) ? draft_event(d, &x->original) : NULL;
}

struct episode_event *draft_newest(const struct draft *d, struct episode_event *x)
{
    /* A broken sender may name events in a circle: that must not hold us. */
    for (size_t steps = 0; x && steps < EVENTS_MAX; steps++) {
        struct episode_event *next = later_version(d, &x->id);
        if (!next)
            break;
        x = next;
    }
    return x;
}

void draft_date(struct draft *d, struct episode_event *x)
{
    struct episode_event *newest = draft_newest(d, x);
    const struct episode_event *y = newest;
    for (size_t steps = 0; steps < EVENTS_MAX; steps++) {
        y = draft_replaced(d, y);
        if (!y)
            break;
        if (is_same_kind(y, newest) && y->decided_ms < newest->decided_ms)
            newest->decided_ms = y->decided_ms;
    }
}

/* A later version on file, by the same owner, of an event that is not on file. */
static struct episode_event *own_version(const struct draft *d, const struct event_id *id,
                                         const struct event *ev)
{
    struct episode_event *events = d->events.items;
    size_t n = event_id_is_set(id) ? d->events.count : 0;
    for (size_t i = 0; i < n; i++)
        if (event_id_equal(&events[i].original, id) && owner_is_same(&events[i], ev))
            return &events[i];
    return NULL;
}

static struct episode_event *named_original(const struct draft *d, const struct event *ev)
{
    struct episode_event *x = draft_event(d, &ev->original);
    if (x && !owner_is_same(x, ev))
        return NULL;
    return draft_newest(d, x ? x : own_version(d, &ev->original, ev));
}

/* Of two candidates: the same moment, else the last before, else the first after. */
static bool is_nearer(const struct episode_event *a, const struct episode_event *b, int64_t at_ms)
{
    bool a_before = a->occurred_ms <= at_ms, b_before = b->occurred_ms <= at_ms;
    if (a_before != b_before)
        return a_before;
    return a_before ? draft_is_later(a, b) : draft_is_later(b, a);
}

struct episode_event *draft_original(const struct draft *d, const struct event *ev)
{
    struct episode_event *events = d->events.items, *found = NULL;
    if (event_id_is_set(&ev->original))
        return named_original(d, ev);
    for (size_t i = 0; i < d->events.count; i++) {
        if (events[i].retracted || !owner_is_same(&events[i], ev))
            continue;
        if (event_id_equal(&events[i].id, &ev->id))
            continue;
        if (!found || is_nearer(&events[i], found, ev->occurred_ms))
            found = &events[i];
    }
    return found;
}

static bool is_event_on_file(const struct draft *d, const struct event *ev)
{
    const struct episode_event *events = d->events.items;
    for (size_t i = 0; i < d->events.count; i++)
        if (owner_is_same(&events[i], ev))
            return true;
    return false;
}

static bool forget_early(struct draft *d, size_t n, struct err *e)
{
    const struct early_retraction was = ((const struct early_retraction *)d->early.items)[n];
    list_remove(&d->early, n);
    return draft_forget(d, &was.by, was.source, e);
}

bool draft_drop_early(struct draft *d, const struct event *ev, struct event_id *by,
                      struct slice *source, struct err *e)
{
    const struct early_retraction *early = d->early.items;
    *by = (struct event_id){ { 0 } };
    for (size_t i = 0; i < d->early.count; i++) {
        if (!event_id_equal(&early[i].original, &ev->id) || owner_waits_for(&early[i], ev))
            continue;
        *by = early[i].by;
        *source = early[i].source;
        return forget_early(d, i, e);
    }
    return true;
}

/* When one agency has too many, its first goes. */
static bool make_room_for_early(struct draft *d, const struct event *ev, struct err *e)
{
    const struct early_retraction *early = d->early.items;
    size_t count = 0, first = 0;
    for (size_t i = d->early.count; i-- > 0;) {
        if (early[i].agency != ev->agency)
            continue;
        count++;
        first = i;
    }
    if (count < EARLY_MAX)
        return true;
    d->dropped++;
    return forget_early(d, first, e);
}

bool draft_await(struct draft *d, const struct event *ev, struct err *e)
{
    /* Without a name it may be meant for what was taken back already, and so be said twice. */
    if (!event_id_is_set(&ev->original) && is_event_on_file(d, ev))
        return draft_forget(d, &ev->id, ev->source_name, e);
    if (!make_room_for_early(d, ev, e))
        return false;
    struct early_retraction *r = list_add(d->arena, &d->early);
    if (!r)
        return err_memory(e);
    *r = (struct early_retraction){ .agency = ev->agency,
                                    .episode = ev->episode,
                                    .type = ev->type,
                                    .kind = ev->kind_name,
                                    .by = ev->id,
                                    .original = ev->original,
                                    .occurred_ms = ev->occurred_ms,
                                    .since_ms = ev->decided_ms,
                                    .source = ev->source_name };
    d->changed = true;
    return true;
}

/* Whether a retraction is for ev. One with a name is for that event, or for the event it
 * replaces. */
static bool is_meant(const struct early_retraction *r, const struct event *ev)
{
    if (!owner_waits_for(r, ev))
        return false;
    if (event_id_is_set(&r->original))
        return event_id_equal(&r->original, &ev->id) || event_id_equal(&r->original, &ev->original);
    return ev->occurred_ms <= r->occurred_ms;
}

bool draft_arrival(struct draft *d, const struct event *ev, enum arrival *how, struct err *e)
{
    const struct early_retraction *early = d->early.items;
    *how = own_version(d, &ev->id, ev) ? ARRIVED_REPLACED : ARRIVED_STANDING;
    for (size_t i = 0; i < d->early.count; i++) {
        if (!is_meant(&early[i], ev))
            continue;
        *how = ARRIVED_RETRACTED;
        return forget_early(d, i, e);
    }
    return true;
}

/* ---- the list ---- */

bool draft_is_held(const struct draft *d, const struct event_id *id)
{
    const struct list *lists[] = { &d->holds, &d->away_holds };
    for (size_t n = 0; n < sizeof lists / sizeof lists[0]; n++) {
        const struct hold *holds = lists[n]->items;
        for (size_t i = 0; i < lists[n]->count; i++)
            if (event_id_equal(&holds[i].event, id))
                return true;
    }
    return false;
}

static bool forget_event(struct draft *d, size_t n, struct err *e)
{
    const struct episode_event was = ((const struct episode_event *)d->events.items)[n];
    list_remove(&d->events, n);
    return draft_forget(d, &was.id, was.source, e);
}

/* Whether something of it waits at a door. up_to WAIT_WITHDRAWN: also what will never leave. */
static bool waits_at_door(const struct episode_event *x, enum wait up_to)
{
    for (size_t i = 0; i < x->receiver_count; i++)
        if (x->receivers[i].wait != WAIT_NONE && x->receivers[i].wait <= up_to)
            return true;
    return false;
}

bool draft_keeps(const struct bundle *b, const struct draft *d, const struct episode_event *x)
{
    return waits_at_door(x, WAIT_WITHDRAWN) || lasting_needs(b, d, x);
}

static bool is_finished(const struct bundle *b, const struct draft *d,
                        const struct episode_event *x)
{
    bool is_over = x->closed || x->retracted;
    if (!is_over || draft_is_held(d, &x->id))
        return false;
    return !waits_at_door(x, WAIT_CLAIM) && !lasting_needs(b, d, x);
}

/* Which event goes when an agency has too many. */
enum turn_to_go { GOES_LAST, GOES_NEXT, GOES_FIRST };

static enum turn_to_go turn_to_go(const struct bundle *b, const struct draft *d,
                                  const struct episode_event *x)
{
    if (waits_at_door(x, WAIT_WITHDRAWN))
        return GOES_LAST;
    return is_finished(b, d, x) ? GOES_FIRST : GOES_NEXT;
}

/* When one agency has too many: first those of closed episodes go, then the oldest, and last what
 * waits at a door. */
static bool make_room_for_event(struct draft *d, const struct bundle *b, uint16_t agency,
                                struct err *e)
{
    const struct episode_event *events = d->events.items;
    size_t count = 0, first = 0;
    enum turn_to_go sooner = GOES_LAST;
    bool is_found = false;
    for (size_t i = 0; i < d->events.count; i++)
        count += events[i].agency == agency;
    if (count < EVENTS_MAX)
        return true;
    for (size_t i = 0; i < d->events.count; i++) {
        if (events[i].agency != agency)
            continue;
        bool is_older = !is_found || draft_is_later(&events[first], &events[i]);
        if (sooner == GOES_FIRST && !is_older)
            continue;
        enum turn_to_go turn = turn_to_go(b, d, &events[i]);
        bool goes_before = turn > sooner || (turn == sooner && is_older);
        if (is_found && !goes_before)
            continue;
        first = i;
        sooner = turn;
        is_found = true;
    }
    d->dropped++;
    return forget_event(d, first, e);
}

/* The oldest event of that agency that nobody waits for and that has bytes, or that may go itself;
 * NULL: none. */
static struct episode_event *oldest_event(const struct draft *d, const struct bundle *b,
                                          uint16_t agency, bool with_bytes)
{
    struct episode_event *events = d->events.items, *first = NULL;
    for (size_t i = 0; i < d->events.count; i++) {
        struct episode_event *x = &events[i];
        if (x->agency != agency)
            continue;
        if (first && !draft_is_later(first, x))
            continue;
        bool may_go = with_bytes ? x->bytes.n > 0 : !draft_keeps(b, d, x);
        if (may_go && !draft_is_held(d, &x->id))
            first = x;
    }
    return first;
}

bool draft_shrink(struct draft *d, const struct bundle *b, uint16_t agency, size_t bytes,
                  struct err *e)
{
    const struct episode_event *events = d->events.items;
    struct episode_event *x = oldest_event(d, b, agency, true);
    d->changed = true;
    d->dropped++;
    if (!x) {
        x = oldest_event(d, b, agency, false);
        return !x || forget_event(d, (size_t)(x - events), e);
    }
    for (size_t n = 0; x && n < bytes; x = oldest_event(d, b, agency, true)) {
        n += x->bytes.n;
        x->bytes = (struct slice){ 0 };
    }
    return true;
}

static void drop_bytes(struct draft *d, const struct episode_event *like)
{
    struct episode_event *events = d->events.items;
    for (size_t i = 0; i < d->events.count; i++) {
        if (events[i].bytes.n == 0 || !is_same_kind(&events[i], like))
            continue;
        if (count_later(d, &events[i]) >= BYTES_KEPT_ALIKE)
            events[i].bytes = (struct slice){ 0 };
    }
}

bool draft_record(struct draft *d, const struct bundle *b, const struct event *ev, struct err *e)
{
    if (!make_room_for_event(d, b, ev->agency, e))
        return false;
    struct episode_event *x = list_add(d->arena, &d->events);
    if (!x)
        return err_memory(e);
    *x = (struct episode_event){ .agency = ev->agency,
                                 .episode = ev->episode,
                                 .type = ev->type,
                                 .kind = ev->kind_name,
                                 .id = ev->id,
                                 .occurred_ms = ev->occurred_ms,
                                 .decided_ms = ev->decided_ms,
                                 .source = ev->source_name };
    if (ev->replaces)
        x->original = ev->original;
    if (b->compiled->schemas[ev->schema]->disclosable)
        x->bytes = ev->framed;
    drop_bytes(d, x);
    d->changed = true;
    return true;
}

/* ---- open and closed ---- */

static int64_t entry_kind(const struct bundle *b, const struct episode_event *x)
{
    const struct schema *s = catalogue_named(b->catalogue, x->type);
    int schema = s ? bundle_schema(b, s->plan) : -1;
    return schema < 0 ? -1 : bundle_kind(b, (size_t)schema, x->kind);
}

/* Whether the rule lets the service of x close something. One that has left the region said it
 * while it was there: that counts. */
static bool may_close(const struct bundle *b, const struct fact_rule *rule,
                      const struct episode_event *x, int about)
{
    int source = bundle_service(b, x->source);
    return source < 0 || sayers_have(&rule->closers, source, about);
}

/* Whether an event of that kind ends a relationship. */
static bool event_closes(const struct bundle *b, const struct relationship *r,
                         const struct episode_event *x, int64_t kind)
{
    for (size_t i = 0; kind >= 0 && i < b->fact_count; i++) {
        const struct fact_rule *rule = &b->facts[i];
        if (rule->effect != FACT_OPENS || !slice_equal(rule->word, r->kind))
            continue;
        if (!kinds_have(rule->closed_by, rule->closed_by_count, (uint32_t)kind))
            continue;
        if (may_close(b, rule, x, r->with))
            return true;
    }
    return false;
}

/* Whether x ends its episode: its kind closes something, and its service may say so. */
static bool event_ends(const struct bundle *b, const struct episode_event *x, int64_t kind)
{
    if (kind < 0 || !b->compiled->closes[kind])
        return false;
    for (size_t i = 0; i < b->fact_count; i++) {
        const struct fact_rule *rule = &b->facts[i];
        if (!kinds_have(rule->closed_by, rule->closed_by_count, (uint32_t)kind))
            continue;
        if (rule->closers.itself || may_close(b, rule, x, -1))
            return true;
    }
    return false;
}

/* Whether something is held because it is not known whom a claim means: the claim's end ends
 * that. */
static bool is_claim_waited_for(const struct draft *d)
{
    const struct hold *holds = d->holds.items;
    for (size_t i = 0; i < d->holds.count; i++)
        if (holds[i].clause.n && slice_starts(holds[i].reason, SLICE("identity-")))
            return true;
    return false;
}

static void settle_relationship(struct draft *d, const struct bundle *b, const struct event *ev,
                                struct relationship *r)
{
    const struct episode_event *events = d->events.items, *closing = NULL;
    bool was_open = r->is_open;
    for (size_t i = 0; i < d->events.count; i++) {
        const struct episode_event *x = &events[i];
        if (!is_of_episode(x, ev) || x->occurred_ms < r->opened_ms)
            continue;
        if (closing && !draft_is_later(x, closing))
            continue;
        if (event_closes(b, r, x, entry_kind(b, x)))
            closing = x;
    }
    r->is_open = !closing;
    r->closed_by = closing ? closing->id : (struct event_id){ { 0 } };
    r->closed_ms = closing ? closing->occurred_ms : 0;
    if (r->is_open == was_open)
        return;
    d->gate |= r->is_open || is_claim_waited_for(d);
    d->claims = true;
    d->changed = true;
}

/* Whether a kind begins something that other kinds end. */
static bool kind_opens(const struct bundle *b, int64_t kind)
{
    for (size_t i = 0; kind >= 0 && i < b->fact_count; i++) {
        const struct fact_rule *r = &b->facts[i];
        bool has_end = r->effect == FACT_OPENS && r->closed_by_count > 0;
        if (has_end && kinds_have(r->on, r->on_count, (uint32_t)kind))
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
        if (event_ends(b, &events[i], kind)) {
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
    for (size_t i = 0; i < d->relationships.count; i++) {
        struct relationship *r = &relationships[i];
        if (r->agency == ev->agency && slice_equal(r->episode, ev->episode))
            settle_relationship(d, b, ev, r);
    }
    bool is_closed = episode_is_closed(d, b, ev);
    for (size_t i = 0; i < d->events.count; i++) {
        if (!was_of_episode(&events[i], ev) || !slice_equal(events[i].type, ev->type))
            continue;
        if (events[i].closed == is_closed)
            continue;
        events[i].closed = is_closed;
        events[i].closed_ms = is_closed ? ev->decided_ms : 0;
        d->changed = true;
    }
}

/* Marks first what goes, then removes it: an end and what undid it are judged with both on file. */
static bool prune_events(struct draft *d, const struct bundle *b, int64_t decided_ms, struct err *e)
{
    struct episode_event *events = d->events.items;
    bool *goes = ARENA_ARRAY(d->arena, d->events.count + 1, bool);
    if (!goes)
        return err_memory(e);
    for (size_t i = 0; i < d->events.count; i++) {
        int64_t age_ms = events[i].closed ? decided_ms - events[i].closed_ms : 0;
        if (age_ms > CLOSED_BYTES_KEPT_MS && events[i].bytes.n > 0) {
            events[i].bytes = (struct slice){ 0 };
            d->changed = true;
        }
        if (age_ms > CLOSED_KEPT_MS)
            goes[i] = is_finished(b, d, &events[i]);
    }
    for (size_t i = d->events.count; i-- > 0;)
        if (goes[i] && !forget_event(d, i, e))
            return false;
    return true;
}

bool draft_prune(struct draft *d, const struct bundle *b, int64_t decided_ms, struct err *e)
{
    const struct relationship *relationships = d->relationships.items;
    const struct early_retraction *early = d->early.items;
    if (!prune_events(d, b, decided_ms, e))
        return false;
    for (size_t i = d->early.count; i-- > 0;)
        if (decided_ms - early[i].since_ms > CLOSED_KEPT_MS && !forget_early(d, i, e))
            return false;
    for (size_t i = d->relationships.count; i-- > 0;) {
        if (relationships[i].is_open || draft_event(d, &relationships[i].closed_by))
            continue;
        list_remove(&d->relationships, i);
        d->changed = true;
    }
    return true;
}
