/* person_encode.c - a person as the value of the topic facts, field by field in the schema's
 * order. */
#include "sharing/facts/person.h"

#include "record/wire.h"
#include "sharing/facts/person_form.h"

static void put_id(struct buf *out, const struct event_id *id)
{
    avro_put_text(out, slice_of(id->b, ID_BYTES));
}

/* A service by name; empty: all, or one outside; "?": unknown, which no name is. */
static void put_service(struct buf *out, const struct bundle *b, int32_t service)
{
    if (service < 0)
        avro_put_text(out, service == SERVICE_UNKNOWN ? SLICE("?") : (struct slice){ 0 });
    else
        avro_put_text(out, b->services[service].name);
}

static void put_named(struct buf *out, const struct bundle *b, int32_t service, struct slice away)
{
    if (service == SERVICE_AWAY)
        avro_put_text(out, away);
    else
        put_service(out, b, service);
}

/* An array is one block of n items and the end. */
static void begin_list(struct buf *out, size_t n)
{
    if (n)
        avro_put_long(out, (int64_t)n);
}

static void end_list(struct buf *out)
{
    avro_put_long(out, 0);
}

static void put_relationships(const struct bundle *b, const struct person *p, struct buf *out)
{
    begin_list(out, p->relationship_count);
    for (size_t i = 0; i < p->relationship_count; i++) {
        const struct relationship *r = &p->relationships[i];
        avro_put_text(out, r->kind);
        put_service(out, b, r->with);
        avro_put_text(out, b->agencies[r->agency].name);
        avro_put_text(out, r->episode);
        put_id(out, &r->opened_by);
        avro_put_long(out, r->opened_ms);
        put_id(out, &r->closed_by);
        avro_put_long(out, r->closed_ms);
        avro_put_bool(out, r->is_open);
    }
    end_list(out);
}

static void put_consents(const struct bundle *b, const struct person *p, struct buf *out)
{
    begin_list(out, p->consent_count);
    for (size_t i = 0; i < p->consent_count; i++) {
        const struct consent_fact *f = &p->consents[i];
        avro_put_text(out, f->purpose);
        put_named(out, b, f->recipient, f->away);
        avro_put_bool(out, f->granted);
        avro_put_long(out, f->occurred_ms);
        avro_put_long(out, f->until_ms);
        put_id(out, &f->by);
        avro_put_text(out, f->capacity);
        avro_put_text(out, f->basis);
        avro_put_text(out, f->recorder);
        avro_put_text(out, f->source);
    }
    end_list(out);
}

static void put_limits(const struct bundle *b, const struct person *p, struct buf *out)
{
    begin_list(out, p->objection_count);
    for (size_t i = 0; i < p->objection_count; i++) {
        put_named(out, b, p->objections[i].recipient, p->objections[i].away);
        avro_put_bool(out, p->objections[i].stands);
        avro_put_long(out, p->objections[i].occurred_ms);
        put_id(out, &p->objections[i].by);
        avro_put_text(out, p->objections[i].source);
    }
    end_list(out);
    begin_list(out, p->restriction_count);
    for (size_t i = 0; i < p->restriction_count; i++) {
        avro_put_text(out, p->restrictions[i].kind);
        avro_put_bool(out, p->restrictions[i].stands);
        avro_put_long(out, p->restrictions[i].occurred_ms);
        put_id(out, &p->restrictions[i].by);
        avro_put_text(out, p->restrictions[i].source);
    }
    end_list(out);
}

static void put_responsible_and_links(const struct bundle *b, const struct person *p,
                                      struct buf *out)
{
    begin_list(out, p->responsible_count);
    for (size_t i = 0; i < p->responsible_count; i++) {
        avro_put_text(out, p->responsible[i].function);
        put_service(out, b, p->responsible[i].service);
        avro_put_long(out, p->responsible[i].occurred_ms);
        put_id(out, &p->responsible[i].by);
        avro_put_text(out, p->responsible[i].source);
    }
    end_list(out);
    begin_list(out, p->link_count);
    for (size_t i = 0; i < p->link_count; i++) {
        avro_put_text(out, b->agencies[p->links[i].agency].name);
        avro_put_text(out, p->links[i].local_id);
        put_id(out, &p->links[i].by);
    }
    end_list(out);
}

static void put_event(const struct bundle *b, const struct episode_event *x, struct buf *out)
{
    avro_put_text(out, b->agencies[x->agency].name);
    avro_put_text(out, x->episode);
    avro_put_text(out, x->type);
    avro_put_text(out, x->kind);
    put_id(out, &x->id);
    avro_put_long(out, x->occurred_ms);
    avro_put_bool(out, x->retracted);
    avro_put_bool(out, x->closed);
    avro_put_long(out, x->closed_ms);
    avro_put_text(out, x->bytes);
    begin_list(out, x->receiver_count);
    for (size_t i = 0; i < x->receiver_count; i++) {
        put_service(out, b, x->receivers[i].service);
        avro_put_text(out, slice_text(x->receivers[i].id.text));
        avro_put_text(out, x->receivers[i].clause);
        avro_put_text(out, x->receivers[i].released.slots);
        avro_put_text(out, x->receivers[i].released.changed);
        avro_put_bool(out, x->receivers[i].let_go);
        avro_put_long(out, x->receivers[i].wait);
    }
    end_list(out);
    avro_put_bool(out, x->replaced);
    put_id(out, &x->original);
    avro_put_long(out, x->decided_ms);
    avro_put_text(out, x->source);
}

static void put_hold(const struct bundle *b, const struct hold *h, struct buf *out)
{
    put_id(out, &h->event);
    put_named(out, b, h->service, h->away);
    avro_put_text(out, h->reason);
    avro_put_text(out, h->clause);
    avro_put_long(out, h->since_ms);
    avro_put_text(out, h->bytes);
    avro_put_text(out, h->first_by);
    avro_put_text(out, h->source);
    avro_put_bool(out, h->reopened);
}

static void put_holds(const struct bundle *b, const struct person *p, struct buf *out)
{
    begin_list(out, p->hold_count + p->away_hold_count);
    for (size_t i = 0; i < p->hold_count; i++)
        put_hold(b, &p->holds[i], out);
    for (size_t i = 0; i < p->away_hold_count; i++)
        put_hold(b, &p->away_holds[i], out);
    end_list(out);
}

static void put_deaths(const struct person *p, struct buf *out)
{
    begin_list(out, p->death_count);
    for (size_t i = 0; i < p->death_count; i++) {
        avro_put_bool(out, p->deaths[i].is_formal);
        avro_put_long(out, p->deaths[i].occurred_ms);
        put_id(out, &p->deaths[i].by);
        avro_put_text(out, p->deaths[i].source);
    }
    end_list(out);
}

static void put_early(const struct bundle *b, const struct person *p, struct buf *out)
{
    begin_list(out, p->early_count);
    for (size_t i = 0; i < p->early_count; i++) {
        const struct early_retraction *r = &p->early[i];
        avro_put_text(out, b->agencies[r->agency].name);
        avro_put_text(out, r->episode);
        avro_put_text(out, r->type);
        avro_put_text(out, r->kind);
        put_id(out, &r->by);
        put_id(out, &r->original);
        avro_put_long(out, r->occurred_ms);
        avro_put_long(out, r->since_ms);
        avro_put_text(out, r->source);
    }
    end_list(out);
}

static void put_settlements(const struct bundle *b, const struct person *p, struct buf *out)
{
    begin_list(out, p->settlement_count);
    for (size_t i = 0; i < p->settlement_count; i++) {
        const struct settlement *x = &p->settlements[i];
        avro_put_bool(out, x->is_objection);
        avro_put_text(out, x->purpose);
        put_named(out, b, x->recipient, x->away);
        avro_put_bool(out, x->yes);
        avro_put_long(out, x->at_ms);
        avro_put_text(out, x->people);
        avro_put_text(out, x->overruled);
        avro_put_text(out, x->agency);
    }
    end_list(out);
}

static void put_births(const struct bundle *b, const struct person *p, struct buf *out)
{
    begin_list(out, p->birth_count);
    for (size_t i = 0; i < p->birth_count; i++) {
        avro_put_text(out, b->agencies[p->births[i].agency].name);
        avro_put_text(out, p->births[i].hash);
        avro_put_long(out, p->births[i].occurred_ms);
        put_id(out, &p->births[i].by);
    }
    end_list(out);
}

static void put_refusals(const struct person *p, struct buf *out)
{
    begin_list(out, p->refusal_count);
    for (size_t i = 0; i < p->refusal_count; i++) {
        const struct refusal *x = &p->refusals[i];
        avro_put_text(out, x->agency);
        avro_put_text(out, x->service);
        avro_put_text(out, x->episode);
        avro_put_text(out, x->type);
        avro_put_text(out, x->kind);
        avro_put_bool(out, x->is_whole_episode);
        avro_put_text(out, x->versions);
        avro_put_long(out, x->at_ms);
        avro_put_text(out, x->by);
        avro_put_text(out, x->first_by);
        put_id(out, &x->event);
        avro_put_text(out, x->reason);
        avro_put_text(out, x->clause);
        avro_put_text(out, x->bytes);
    }
    end_list(out);
}

static void put_unread(const struct person *p, struct buf *out)
{
    begin_list(out, p->unread_count);
    for (size_t i = 0; i < p->unread_count; i++) {
        const struct unread_message *x = &p->unread[i];
        avro_put_text(out, x->agency);
        avro_put_text(out, x->feed);
        avro_put_text(out, x->code);
        avro_put_text(out, x->reference);
        avro_put_long(out, x->since_ms);
        avro_put_long(out, x->last_ms);
    }
    end_list(out);
}

bool person_encode(const struct bundle *b, const struct person *p, struct buf *out, struct err *e)
{
    const struct schema *s = catalogue_named(b->catalogue, SLICE("Facts"));
    if (!s)
        return err_set(e, ERR_FATAL, "facts.schema", 0, "the catalogue has no schema 'Facts'");
    wire_put_header(out, plan_fingerprint(s->plan));
    avro_put_long(out, PERSON_VERSION);
    avro_put_bool(out, p->verified);
    avro_put_long(out, (int64_t)p->notices);
    put_relationships(b, p, out);
    put_consents(b, p, out);
    put_limits(b, p, out);
    put_responsible_and_links(b, p, out);
    begin_list(out, p->event_count);
    for (size_t i = 0; i < p->event_count; i++)
        put_event(b, &p->events[i], out);
    end_list(out);
    put_holds(b, p, out);
    put_deaths(p, out);
    put_early(b, p, out);
    avro_put_long(out, (int64_t)p->dropped);
    avro_put_text(out, slice_of(p->gone, p->gone_count * sizeof *p->gone));
    put_settlements(b, p, out);
    put_refusals(p, out);
    put_births(b, p, out);
    put_unread(p, out);
    return buf_done(out, e);
}
