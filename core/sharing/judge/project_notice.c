/* project_notice.c - what a door must know of one subject, and an agency's own id of it.
 *
 * A notice says everything that stands at this moment (the topic is compacted): categories that a
 * fact now forbids, agreements whose guard no longer stands, disclosures that were taken back or
 * that wait. Neither record tells which event it came of, or when: that is for the event's source
 * alone. */
#include "record/wire.h"
#include "sharing/decide/decide.h"
#include "sharing/decide/when_eval.h"
#include "sharing/judge/project.h"

#define VERSION 2
#define TEXT_ROOM 512

static void put_list(struct buf *out, const struct slice *items, size_t n)
{
    if (n)
        avro_put_long(out, (int64_t)n);
    for (size_t i = 0; i < n; i++)
        avro_put_text(out, items[i]);
    avro_put_long(out, 0);
}

struct standing {
    struct categories withhold;
    struct slice tell;
    struct slice *stop, *cancelled, *waiting;
    size_t stop_count, cancelled_count, waiting_count;
};

/* The categories that prohibitions forbid now, by their conditions on facts; those without a
 * condition were applied when routing, for ever. Kind and source make no difference: a notice is
 * for the person, not for one event. */
static void find_forbidden(const struct judge_input *in, struct arena *a,
                           const struct person *facts, const struct event *ev, uint16_t recipient,
                           struct standing *s)
{
    const struct bundle *b = in->bundle;
    struct facts_context ask = { .bundle = b,
                                 .facts = facts,
                                 .recipient = recipient,
                                 .decided_ms = ev->decided_ms,
                                 .arena = a };
    enum reason why;
    for (size_t i = 0; i < b->prohibition_count; i++) {
        const struct prohibition *p = &b->prohibitions[i];
        if (!p->when || !p->when->uses_facts || !services_have(&p->to, recipient))
            continue;
        if (when_eval(p->when, &ask, &why) == TRUTH_FALSE)
            continue;
        categories_join(&s->withhold, &p->withhold);
        if (slice_is_empty(s->tell))
            s->tell = p->tell;
    }
}

void project_forbidden(const struct judge_input *in, struct arena *a, const struct person *facts,
                       const struct event *ev, uint16_t recipient, struct categories *out)
{
    struct standing s = { .stop_count = 0 };
    find_forbidden(in, a, facts, ev, recipient, &s);
    *out = s.withhold;
}

/* Whether the guard of a clause's agreement still lets some source of it through. */
static bool may_flow(const struct bundle *b, const struct clause *c, const struct person *facts,
                     int64_t at_ms, uint16_t recipient)
{
    enum reason why;
    const struct agreement *g = &b->agreements[c->agreement];
    for (size_t i = 0; i < b->service_count; i++) {
        if (!services_have(&c->from, (unsigned)i))
            continue;
        if (decide_guard(b, g, facts, (uint16_t)i, recipient, at_ms, &why) == TRUTH_TRUE)
            return true;
    }
    return false;
}

/* By number of an agreement's name: whether something may flow; whether the door was told that
 * nothing may. */
struct flowing {
    bool *is_open, *is_told;
};

static void tell_stop(const struct bundle *b, const struct flowing *f, uint16_t name,
                      struct standing *s)
{
    if (f->is_open[name] || f->is_told[name])
        return;
    f->is_told[name] = true;
    s->stop[s->stop_count++] = b->agreements[name].name;
}

/* The first agreement of that name, whose number is the name's; the count of agreements: none. */
static size_t first_of_name(const struct bundle *b, struct slice name)
{
    size_t n = 0;
    while (n < b->agreement_count && !slice_equal(b->agreements[n].name, name))
        n++;
    return n;
}

/* Tells of agreements whose clauses are gone: what went by them may still wait at the door. */
static void tell_received(const struct bundle *b, const struct person *facts, uint16_t recipient,
                          const struct flowing *f, struct standing *s)
{
    for (size_t i = 0; i < facts->event_count; i++)
        for (size_t j = 0; j < facts->events[i].receiver_count; j++) {
            const struct receiver *r = &facts->events[i].receivers[j];
            struct slice agreement = slice_head(r->clause, slice_find(r->clause, '/'));
            size_t n = first_of_name(b, agreement);
            if (r->service == recipient && n < b->agreement_count)
                tell_stop(b, f, (uint16_t)n, s);
        }
}

/* Agreements, whatever their version, under which nothing may reach this recipient any more. */
static bool find_stopped(const struct bundle *b, struct arena *a, const struct person *facts,
                         int64_t at_ms, uint16_t recipient, struct standing *s)
{
    const struct terms *terms = b->compiled->terms;
    struct flowing f = { ARENA_ARRAY(a, b->agreement_count + 1, bool),
                         ARENA_ARRAY(a, b->agreement_count + 1, bool) };
    s->stop = ARENA_ARRAY(a, b->agreement_count + 1, struct slice);
    if (!s->stop || !f.is_open || !f.is_told)
        return false;
    for (size_t i = 0; i < b->clause_count; i++) {
        bool *open = &f.is_open[terms[b->clauses[i].agreement].name];
        if (!*open && services_have(&b->clauses[i].to, recipient))
            *open = may_flow(b, &b->clauses[i], facts, at_ms, recipient);
    }
    for (size_t i = 0; i < b->clause_count; i++)
        if (services_have(&b->clauses[i].to, recipient))
            tell_stop(b, &f, terms[b->clauses[i].agreement].name, s);
    tell_received(b, facts, recipient, &f, s);
    return true;
}

static size_t count_receivers(const struct person *p)
{
    size_t n = 0;
    for (size_t i = 0; i < p->event_count; i++)
        n += p->events[i].receiver_count;
    return n;
}

static bool find_cancelled(struct arena *a, const struct person *p, uint16_t recipient,
                           struct standing *s)
{
    s->cancelled = ARENA_ARRAY(a, count_receivers(p) + 1, struct slice);
    if (!s->cancelled)
        return false;
    for (size_t i = 0; i < p->event_count; i++) {
        const struct episode_event *x = &p->events[i];
        bool is_taken_back = x->receiver_count && facts_taken_back(p, x);
        for (size_t j = 0; j < x->receiver_count; j++) {
            const struct receiver *got = &x->receivers[j];
            if (got->service != recipient)
                continue;
            if (is_taken_back || got->wait == WAIT_WITHDRAWN)
                s->cancelled[s->cancelled_count++] = slice_text(got->id.text);
        }
    }
    return true;
}

static bool find_waiting(struct arena *a, const struct list *all, uint16_t recipient,
                         struct standing *s)
{
    const struct waiting *w = all->items;
    s->waiting = ARENA_ARRAY(a, all->count + 1, struct slice);
    if (!s->waiting)
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (w[i].service == recipient)
            s->waiting[s->waiting_count++] = slice_text(w[i].id->text);
    return true;
}

static size_t text_bytes(const struct slice *items, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += items[i].n + 10;
    return bytes;
}

/* In the order of internal/Notice.avsc. */
static bool encode_notice(const struct judge_input *in, struct arena *a, const struct person *facts,
                          const struct standing *s, struct notice *out, struct err *e)
{
    const struct schema *schema = catalogue_named(in->bundle->catalogue, SLICE("Notice"));
    const struct slice *names = NULL;
    char reference[ID_HEX];
    struct buf b;
    if (!schema)
        return err_set(e, ERR_FATAL, "judge.schema", 0, "the catalogue has no schema 'Notice'");
    size_t count = bundle_names(in->bundle, SIZE_MAX, &s->withhold, a, &names);
    if (!names)
        return err_memory(e);
    size_t room =
        TEXT_ROOM + s->tell.n + text_bytes(names, count) + text_bytes(s->stop, s->stop_count) +
        text_bytes(s->cancelled, s->cancelled_count) + text_bytes(s->waiting, s->waiting_count);
    if (!buf_in_arena(a, room, &b, e))
        return false;
    id_hex(out->key.b, reference);
    wire_put_header(&b, plan_fingerprint(schema->plan));
    avro_put_long(&b, VERSION);
    avro_put_text(&b, slice_text(reference));
    avro_put_long(&b, subject_partition(&in->subject, in->bundle->partitions));
    avro_put_long(&b, (int64_t)facts->notices);
    put_list(&b, names, count);
    avro_put_text(&b, s->tell);
    put_list(&b, s->stop, s->stop_count);
    put_list(&b, s->cancelled, s->cancelled_count);
    put_list(&b, s->waiting, s->waiting_count);
    out->bytes = buf_slice(&b);
    return buf_done(&b, e);
}

bool project_notice(const struct judge_input *in, struct arena *a, const struct person *facts,
                    const struct event *ev, const struct list *waiting, uint16_t recipient,
                    struct notice *out, struct err *e)
{
    struct standing s = { .stop_count = 0 };
    out->to.n = recipient;
    judge_pseudonym(in->keys, in->bundle, out->to, &in->subject, &out->key);
    find_forbidden(in, a, facts, ev, recipient, &s);
    if (!find_stopped(in->bundle, a, facts, ev->decided_ms, recipient, &s))
        return err_memory(e);
    if (!find_cancelled(a, facts, recipient, &s) || !find_waiting(a, waiting, recipient, &s))
        return err_memory(e);
    return encode_notice(in, a, facts, &s, out, e);
}

/* In the order of internal/Link.avsc. */
bool project_link(const struct judge_input *in, struct arena *a, const struct event *ev,
                  struct slice local_id, uint16_t service, struct link_out *out, struct err *e)
{
    const struct bundle *b = in->bundle;
    const struct schema *schema = catalogue_named(b->catalogue, SLICE("Link"));
    struct pseudonym key;
    char reference[ID_HEX];
    struct buf bytes;
    if (!schema)
        return err_set(e, ERR_FATAL, "judge.schema", 0, "the catalogue has no schema 'Link'");
    if (!buf_in_arena(a, TEXT_ROOM + local_id.n, &bytes, e))
        return false;
    out->agency = b->services[service].agency;
    judge_link_key(b->services[service].name, local_id, out->local_key);
    judge_pseudonym(in->keys, b, (struct recipient_id){ service }, &in->subject, &key);
    id_hex(key.b, reference);
    wire_put_header(&bytes, plan_fingerprint(schema->plan));
    avro_put_long(&bytes, VERSION);
    avro_put_text(&bytes, local_id);
    avro_put_text(&bytes, slice_text(reference));
    avro_put_text(&bytes, b->services[service].name);
    avro_put_long(&bytes, subject_partition(&in->subject, b->partitions));
    avro_put_text(&bytes, b->services[ev->source].name);
    out->bytes = buf_slice(&bytes);
    return buf_done(&bytes, e);
}
