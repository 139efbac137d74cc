/* person_decode.c - a person read from the value of the topic facts.
 *
 * The reader goes through the compiled plan, which checks every byte. What cannot be kept, because
 * its service or agency has left the region, is left out; words about sharing and holds are kept,
 * by name. */
#include "sharing/facts/person.h"

#include "sharing/facts/draft.h"
#include "sharing/facts/former.h"
#include "sharing/facts/person_form.h"

const struct person person_unknown = { .relationship_count = 0 };

/* Slots of internal/Facts.avsc, in its order. */
enum {
    AT_VERSION,
    AT_VERIFIED,
    AT_NOTICES,
    AT_RELATIONSHIPS,
    AT_CONSENTS,
    AT_OBJECTIONS,
    AT_RESTRICTIONS,
    AT_RESPONSIBLE,
    AT_LINKS,
    AT_EVENTS,
    AT_HOLDS,
    AT_DEATHS,
    AT_EARLY,
    AT_DROPPED,
    AT_GONE,
    AT_SETTLEMENTS,
    AT_REFUSALS,
    AT_BIRTHS,
    AT_UNREAD,
    AT_COUNT
};

struct reader {
    const struct bundle *b;
    struct arena *arena;
    const struct view *items;
    size_t count;
    struct err *e;
};

static bool read_items(struct reader *r, const struct view *v, size_t slot)
{
    return view_items(v, slot, r->arena, &r->items, &r->count, r->e);
}

static void get_id(const struct view *v, size_t slot, struct event_id *out)
{
    struct slice s = view_text(v, slot);
    if (s.n == ID_BYTES)
        memcpy(out->b, s.p, ID_BYTES);
}

/* -1 for an empty name. False: the region no longer has that service, and its fact is dropped. */
static bool get_service(const struct reader *r, const struct view *v, size_t slot, int32_t *out)
{
    struct slice name = view_text(v, slot);
    *out = slice_is_empty(name) ? -1 : bundle_service(r->b, name);
    return slice_is_empty(name) || *out >= 0;
}

static bool get_service_n(const struct reader *r, const struct view *v, size_t slot, uint16_t *out)
{
    int32_t n = 0;
    if (!get_service(r, v, slot, &n) || n < 0)
        return false;
    *out = (uint16_t)n;
    return true;
}

/* Whom a word about sharing names. A no must not end because the region had that service out for a
 * while. */
static int32_t get_named(const struct reader *r, const struct view *v, size_t slot,
                         struct slice *away)
{
    int32_t n = -1;
    if (get_service(r, v, slot, &n))
        return n;
    *away = view_text(v, slot);
    return SERVICE_AWAY;
}

static bool get_agency(const struct reader *r, const struct view *v, size_t slot, uint16_t *out)
{
    int n = bundle_agency(r->b, view_text(v, slot));
    *out = n < 0 ? 0 : (uint16_t)n;
    return n >= 0;
}

static bool get_relationship(struct reader *r, const struct view *v, void *item)
{
    struct relationship *x = item;
    x->kind = view_text(v, 0);
    x->episode = view_text(v, 3);
    get_id(v, 4, &x->opened_by);
    x->opened_ms = view_long(v, 5);
    get_id(v, 6, &x->closed_by);
    x->closed_ms = view_long(v, 7);
    x->is_open = view_long(v, 8);
    return get_service_n(r, v, 1, &x->with) && get_agency(r, v, 2, &x->agency);
}

static bool get_consent(struct reader *r, const struct view *v, void *item)
{
    struct consent_fact *x = item;
    x->purpose = view_text(v, 0);
    x->granted = view_long(v, 2);
    x->occurred_ms = view_long(v, 3);
    x->until_ms = view_long(v, 4);
    get_id(v, 5, &x->by);
    x->capacity = view_text(v, 6);
    x->basis = view_text(v, 7);
    x->recorder = view_text(v, 8);
    x->source = view_text(v, 9);
    x->recipient = get_named(r, v, 1, &x->away);
    return true;
}

static bool get_objection(struct reader *r, const struct view *v, void *item)
{
    struct objection_fact *x = item;
    x->stands = view_long(v, 1);
    x->occurred_ms = view_long(v, 2);
    get_id(v, 3, &x->by);
    x->source = view_text(v, 4);
    x->recipient = get_named(r, v, 0, &x->away);
    return true;
}

/* It stands also when the service that raised it has left the region. */
static bool get_restriction(struct reader *r, const struct view *v, void *item)
{
    struct restriction_fact *x = item;
    (void)r;
    x->kind = view_text(v, 0);
    x->stands = view_long(v, 1);
    x->occurred_ms = view_long(v, 2);
    get_id(v, 3, &x->by);
    x->source = view_text(v, 4);
    return true;
}

/* A responsible service that the region no longer has is one outside it. */
static bool get_responsible(struct reader *r, const struct view *v, void *item)
{
    struct responsible_fact *x = item;
    x->function = view_text(v, 0);
    x->occurred_ms = view_long(v, 2);
    get_id(v, 3, &x->by);
    if (slice_equal_text(view_text(v, 1), "?"))
        x->service = SERVICE_UNKNOWN;
    else if (!get_service(r, v, 1, &x->service))
        x->service = SERVICE_OUTSIDE;
    x->source = view_text(v, 4);
    return true;
}

static bool get_link(struct reader *r, const struct view *v, void *item)
{
    struct local_link *x = item;
    x->local_id = view_text(v, 1);
    get_id(v, 2, &x->by);
    return get_agency(r, v, 0, &x->agency);
}

static bool get_receiver(struct reader *r, const struct view *v, void *item)
{
    struct receiver *x = item;
    x->clause = view_text(v, 2);
    x->released = (struct released){ view_text(v, 3), view_text(v, 4) };
    x->let_go = view_long(v, 5);
    int64_t wait = view_long(v, 6);
    x->wait = wait > WAIT_NONE && wait < WAIT_COUNT ? (uint8_t)wait : WAIT_NONE;
    return get_service_n(r, v, 0, &x->service) && disclosure_id_parse(view_text(v, 1), &x->id);
}

static void read_hold(const struct view *v, struct hold *x)
{
    get_id(v, 0, &x->event);
    x->reason = view_text(v, 2);
    x->clause = view_text(v, 3);
    x->since_ms = view_long(v, 4);
    x->bytes = view_text(v, 5);
    x->first_by = view_text(v, 6);
    x->source = view_text(v, 7);
    x->reopened = view_long(v, 8);
}

static bool get_hold(struct reader *r, const struct view *v, void *item)
{
    struct hold *x = item;
    read_hold(v, x);
    return get_service_n(r, v, 1, &x->service);
}

/* What only people may let go must not be a rule's again because the region had that service out
 * for a while. */
static bool get_away_hold(struct reader *r, const struct view *v, void *item)
{
    struct hold *x = item;
    read_hold(v, x);
    x->service = SERVICE_AWAY;
    return get_named(r, v, 1, &x->away) == SERVICE_AWAY;
}

/* All items of an array; those that cannot be kept are left out. */
static bool read_list(struct reader *r, const struct view *v, size_t slot, struct list *out,
                      bool (*get)(struct reader *r, const struct view *v, void *item))
{
    if (!read_items(r, v, slot))
        return false;
    const struct view *items = r->items;
    for (size_t i = 0, n = r->count; i < n; i++) {
        void *item = list_add(r->arena, out);
        if (!item)
            return err_memory(r->e);
        if (!get(r, &items[i], item))
            list_remove(out, out->count - 1);
    }
    return true;
}

static bool get_event(struct reader *r, const struct view *v, void *item)
{
    struct episode_event *x = item;
    struct list receivers;
    list_init(&receivers, sizeof(struct receiver));
    x->episode = view_text(v, 1);
    x->type = view_text(v, 2);
    x->kind = view_text(v, 3);
    get_id(v, 4, &x->id);
    x->occurred_ms = view_long(v, 5);
    x->retracted = view_long(v, 6);
    x->closed = view_long(v, 7);
    x->closed_ms = view_long(v, 8);
    x->bytes = view_text(v, 9);
    if (!read_list(r, v, 10, &receivers, get_receiver))
        return false;
    x->receivers = receivers.items;
    x->receiver_count = receivers.count;
    x->replaced = view_long(v, 11);
    get_id(v, 12, &x->original);
    x->decided_ms = view_long(v, 13);
    x->source = view_text(v, 14);
    return get_agency(r, v, 0, &x->agency);
}

static bool get_death(struct reader *r, const struct view *v, void *item)
{
    struct death_fact *x = item;
    (void)r;
    x->is_formal = view_long(v, 0);
    x->occurred_ms = view_long(v, 1);
    get_id(v, 2, &x->by);
    x->source = view_text(v, 3);
    return true;
}

static bool get_early(struct reader *r, const struct view *v, void *item)
{
    struct early_retraction *x = item;
    x->episode = view_text(v, 1);
    x->type = view_text(v, 2);
    x->kind = view_text(v, 3);
    get_id(v, 4, &x->by);
    get_id(v, 5, &x->original);
    x->occurred_ms = view_long(v, 6);
    x->since_ms = view_long(v, 7);
    x->source = view_text(v, 8);
    return get_agency(r, v, 0, &x->agency);
}

static bool get_settlement(struct reader *r, const struct view *v, void *item)
{
    struct settlement *x = item;
    x->is_objection = view_long(v, 0);
    x->purpose = view_text(v, 1);
    x->yes = view_long(v, 3);
    x->at_ms = view_long(v, 4);
    x->people = view_text(v, 5);
    x->overruled = view_text(v, 6);
    x->agency = view_text(v, 7);
    x->recipient = (uint16_t)get_named(r, v, 2, &x->away);
    return !slice_is_empty(view_text(v, 2));
}

/* By name: it stands also while its service is out of the region. */
static bool get_refusal(struct reader *r, const struct view *v, void *item)
{
    struct refusal *x = item;
    (void)r;
    x->agency = view_text(v, 0);
    x->service = view_text(v, 1);
    x->episode = view_text(v, 2);
    x->type = view_text(v, 3);
    x->kind = view_text(v, 4);
    x->is_whole_episode = view_long(v, 5);
    x->versions = view_text(v, 6);
    x->at_ms = view_long(v, 7);
    x->by = view_text(v, 8);
    x->first_by = view_text(v, 9);
    get_id(v, 10, &x->event);
    x->reason = view_text(v, 11);
    x->clause = view_text(v, 12);
    x->bytes = view_text(v, 13);
    return true;
}

static bool get_unread(struct reader *r, const struct view *v, void *item)
{
    struct unread_message *x = item;
    (void)r;
    x->agency = view_text(v, 0);
    x->feed = view_text(v, 1);
    x->code = view_text(v, 2);
    x->reference = view_text(v, 3);
    x->since_ms = view_long(v, 4);
    x->last_ms = view_long(v, 5);
    return true;
}

static bool get_birth(struct reader *r, const struct view *v, void *item)
{
    struct birth_fact *x = item;
    x->hash = view_text(v, 1);
    x->occurred_ms = view_long(v, 2);
    get_id(v, 3, &x->by);
    return get_agency(r, v, 0, &x->agency);
}

static bool read_lists(struct reader *r, const struct view *v, struct draft *d)
{
    const struct {
        size_t slot;
        struct list *list;
        bool (*get)(struct reader *r, const struct view *v, void *item);
    } lists[] = {
        { AT_RELATIONSHIPS, &d->relationships, get_relationship },
        { AT_CONSENTS, &d->consents, get_consent },
        { AT_OBJECTIONS, &d->objections, get_objection },
        { AT_RESTRICTIONS, &d->restrictions, get_restriction },
        { AT_RESPONSIBLE, &d->responsible, get_responsible },
        { AT_LINKS, &d->links, get_link },
        { AT_EVENTS, &d->events, get_event },
        { AT_HOLDS, &d->holds, get_hold },
        { AT_HOLDS, &d->away_holds, get_away_hold },
        { AT_DEATHS, &d->deaths, get_death },
        { AT_EARLY, &d->early, get_early },
        { AT_SETTLEMENTS, &d->settlements, get_settlement },
        { AT_REFUSALS, &d->refusals, get_refusal },
        { AT_BIRTHS, &d->births, get_birth },
        { AT_UNREAD, &d->unread, get_unread },
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        if (!read_list(r, v, lists[i].slot, lists[i].list, lists[i].get))
            return false;
    return r->e->fate == ERR_NONE; /* get_event has a list of its own that may have failed */
}

bool person_decode(const struct bundle *b, struct arena *a, struct slice bytes, struct person *out,
                   struct err *e)
{
    const struct schema *s = catalogue_named(b->catalogue, SLICE("Facts"));
    struct slice body;
    struct view v;
    struct draft d;
    struct reader r = { .b = b, .arena = a, .e = e };
    if (!s || !former_open(s, a, bytes, &body, e)) {
        bool is_memory_out = e->fate == ERR_RETRY;
        if (is_memory_out)
            return false;
        return err_set(e, ERR_FATAL, "facts.schema", 0, "cannot read facts of another form");
    }
    if (!plan_view(s->plan, a, body, &v, e))
        return false;
    if (view_long(&v, AT_VERSION) != PERSON_VERSION)
        return err_set(e, ERR_FATAL, "facts.version", 0, "cannot read facts of another version");
    if (!draft_init(&d, a, &person_unknown, e))
        return false;
    d.verified = view_long(&v, AT_VERIFIED);
    d.notices = (uint64_t)view_long(&v, AT_NOTICES);
    d.dropped = (uint64_t)view_long(&v, AT_DROPPED);
    if (!read_lists(&r, &v, &d))
        return false;
    draft_view(&d, out);
    struct slice gone = view_text(&v, AT_GONE);
    out->gone = (const struct gone_event *)(const void *)gone.p;
    out->gone_count = gone.n / GONE_BYTES;
    return true;
}
