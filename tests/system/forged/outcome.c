/* outcome.c - what came of it, as named digests of two worlds that are compared. */
#include "forged.h"

#include <CUnit/CUnit.h>

#include "sharing/facts/facts.h"
#include "sharing/facts/person.h"
#include "step/memory.h"
#include "bus/topics.h"
#include "record/wire.h"

#define TELL_MOST 12

/* Of one name several: in their order. */
static void add(struct result *o, const char *name, struct slice what)
{
    size_t i = 0;
    uint8_t both[2 * HASH_BYTES] = { 0 };
    while (i < o->n && strcmp(o->list[i].name, name) != 0)
        i++;
    if (i == o->n) {
        if (o->n == o->room) {
            struct digest *more = ARENA_ARRAY(&forged_arena, o->room * 2 + 256, struct digest);
            CU_ASSERT_PTR_NOT_NULL_FATAL(more);
            if (o->n)
                memcpy(more, o->list, o->n * sizeof *more);
            o->list = more;
            o->room = o->room * 2 + 256;
        }
        o->list[o->n++] = (struct digest){ .name = kept_text(slice_text(name)) };
    }
    memcpy(both, o->list[i].digest, HASH_BYTES);
    sha256(what, both + HASH_BYTES);
    sha256(slice_of(both, sizeof both), o->list[i].digest);
}

static void add_text(struct result *o, const char *name, const char *text)
{
    add(o, name, slice_text(text));
}

static const char *hex(struct slice s)
{
    char *out = arena_array(&world.arena, 2 * s.n + 1, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    slice_to_hex(s, out);
    return out;
}

/* ---- topics ---- */

static void each_record(const char *topic, int partitions,
                        void (*each)(void *ctx, const struct bus_record *r), void *ctx)
{
    for (int p = 0; p < partitions; p++) {
        struct bus_reader *r = NULL;
        CU_ASSERT_TRUE_FATAL(bus_reader_open(world.bus, topic, p, 0, &r, &world.e));
        for (bool end = false; !end;) {
            const struct bus_record *list = NULL;
            size_t n = 0;
            CU_ASSERT_TRUE_FATAL(bus_reader_next(r, 100, &list, &n, &end, &world.e));
            for (size_t i = 0; i < n; i++)
                each(ctx, &list[i]);
        }
        bus_reader_close(&r);
    }
}

struct topic_at {
    struct result *out;
    const char *topic;
};

static void add_record(void *ctx, const struct bus_record *r)
{
    const struct topic_at *t = ctx;
    add(t->out, arena_format(&world.arena, "%s %s", t->topic, hex(r->key)), r->value);
}

/* All that the router writes but the audit; of compacted topics the last of a key is all there
 * is. */
static void add_topics(struct result *out)
{
    static const char *const families[] = { "disclosures.", "restrictions.", "links.", "facts" };
    const struct bus_topic *topics = NULL;
    size_t n = 0;
    CU_ASSERT_TRUE_FATAL(bus_list(world.bus, &world.arena, &topics, &n, &world.e));
    for (size_t i = 0; i < n; i++)
        for (size_t f = 0; f < 4; f++)
            if (slice_starts(slice_text(topics[i].name), slice_text(families[f]))) {
                struct topic_at t = { out, topics[i].name };
                each_record(t.topic, topics[i].partitions, add_record, &t);
            }
}

/* ---- the audit ---- */

static const struct put *at_time(const struct puts *p, int64_t ms)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->list[i].ms == ms)
            return &p->list[i];
    return NULL;
}

static const char *decision_text(const struct audit_decision *d)
{
    return arena_format(&world.arena, "%.*s %.*s %.*s %.*s %.*s %s%d", SHOWN(d->event_id),
                        SHOWN(d->recipient), SHOWN(d->outcome), SHOWN(d->reason),
                        SHOWN(d->disclosure), hex(slice_of(d->hash, HASH_BYTES)), d->caught_up);
}

static void add_entry(struct result *out, const struct audit_read *r)
{
    const char *name = arena_format(&world.arena, "audit %lld", (long long)r->accepted_ms);
    add_text(out, name,
             arena_format(&world.arena, "%.*s %.*s %.*s %.*s %s %s %s", SHOWN(r->kind),
                          SHOWN(r->event_id), SHOWN(r->source), SHOWN(r->note),
                          hex(slice_of(r->event_hash, HASH_BYTES)),
                          hex(slice_of(r->facts_before, HASH_BYTES)),
                          hex(slice_of(r->facts_after, HASH_BYTES))));
    for (size_t i = 0; i < r->decision_count; i++)
        add_text(out, name, decision_text(&r->decisions[i]));
}

void outcome_all(const struct puts *but, struct result *out)
{
    *out = (struct result){ .n = 0 };
    add_topics(out);
    world_read();
    for (size_t i = 0; i < world.entry_count; i++) {
        const struct put *p = at_time(but, world.entries[i].r.accepted_ms);
        if (!p || p->is_rightful)
            add_entry(out, &world.entries[i].r);
    }
}

/* Whatever is neither refused nor the same once more. */
static bool came_to_something(const struct audit_read *r)
{
    return !(slice_equal_text(r->kind, "refused") || slice_equal_text(r->kind, "duplicate")) ||
           r->decision_count > 0 || !hash_equal(r->facts_before, r->facts_after);
}

size_t outcome_wrong(const struct puts *put, size_t *refused, size_t *taken)
{
    size_t wrong = 0;
    for (size_t i = 0; i < world.entry_count; i++) {
        const struct audit_read *r = &world.entries[i].r;
        const struct put *p = at_time(put, r->accepted_ms);
        if (!p)
            continue;
        *refused += slice_equal_text(r->kind, "refused");
        *taken += p->is_rightful;
        if (came_to_something(r) == p->is_rightful)
            continue;
        if (wrong++ < TELL_MOST)
            fprintf(stderr, "\n    %s on %s of person %d: %s, yet %.*s %.*s %.*s %.*s", p->how,
                    p->topic, p->who, p->is_rightful ? "its own word" : "not its own to say",
                    SHOWN(r->kind), SHOWN(r->note), SHOWN(r->schema), SHOWN(r->event_kind));
    }
    return wrong;
}

/* ---- what others made known ---- */

struct others {
    struct result *out;
    const char *agency;
    const struct puts *put;
    int who; /* at hand */
    bool is_untouched;
};

/* Nothing that may bear on others' decisions was said of them. */
static bool is_untouched(const struct puts *put, int who)
{
    for (size_t i = 0; i < put->n; i++)
        if (put->list[i].is_rightful && put->list[i].makes_known && put->list[i].who == who)
            return false;
    return true;
}

static void fact(struct others *o, struct slice source, const char *text)
{
    if (!text || slice_equal_text(source_agency(source), o->agency))
        return;
    add_text(o->out, arena_format(&world.arena, "person %d: %s", o->who, text), "");
}

static struct slice agency_name(uint16_t n)
{
    return world.bundle->agencies[n].name;
}

static const char *id_text(const struct event_id *id)
{
    return hex(slice_of(id->b, ID_BYTES));
}

#define SAY(...) arena_format(&world.arena, __VA_ARGS__)

static void add_words(struct others *o, const struct person *p)
{
    for (size_t i = 0; i < p->consent_count; i++)
        fact(o, p->consents[i].source,
             SAY("consent %s %.*s %d %d %lld", id_text(&p->consents[i].by),
                 SHOWN(p->consents[i].purpose), p->consents[i].recipient, p->consents[i].granted,
                 (long long)p->consents[i].until_ms));
    for (size_t i = 0; i < p->objection_count; i++)
        fact(o, p->objections[i].source,
             SAY("objection %s %d %d", id_text(&p->objections[i].by), p->objections[i].recipient,
                 p->objections[i].stands));
    for (size_t i = 0; i < p->restriction_count; i++)
        fact(o, p->restrictions[i].source,
             SAY("restriction %s %.*s %d", id_text(&p->restrictions[i].by),
                 SHOWN(p->restrictions[i].kind), p->restrictions[i].stands));
    for (size_t i = 0; i < p->responsible_count; i++)
        fact(o, p->responsible[i].source,
             SAY("responsible %s %.*s %d", id_text(&p->responsible[i].by),
                 SHOWN(p->responsible[i].function), p->responsible[i].service));
    for (size_t i = 0; i < p->death_count; i++)
        fact(o, p->deaths[i].source,
             SAY("death %s %d", id_text(&p->deaths[i].by), p->deaths[i].is_formal));
}

/* A relationship may be closed by a role that closed_by names, so is compared as open only where
 * such a thing was not said. */
static void add_events(struct others *o, const struct person *p)
{
    for (size_t i = 0; i < p->relationship_count; i++)
        fact(o, agency_name(p->relationships[i].agency),
             SAY("relationship %s %.*s %u %d", id_text(&p->relationships[i].opened_by),
                 SHOWN(p->relationships[i].kind), p->relationships[i].with,
                 o->is_untouched && p->relationships[i].is_open));
    for (size_t i = 0; i < p->birth_count; i++)
        fact(o, agency_name(p->births[i].agency),
             SAY("birth %s %.*s", id_text(&p->births[i].by), SHOWN(p->births[i].hash)));
    for (size_t i = 0; i < p->link_count; i++)
        fact(o, agency_name(p->links[i].agency), SAY("link %s", id_text(&p->links[i].by)));
    for (size_t i = 0; i < p->event_count; i++)
        fact(o, agency_name(p->events[i].agency),
             SAY("event %s %d %d %zu", id_text(&p->events[i].id), p->events[i].retracted,
                 p->events[i].replaced, o->is_untouched ? p->events[i].receiver_count : 0));
    for (size_t i = 0; i < p->early_count; i++)
        fact(o, agency_name(p->early[i].agency),
             SAY("early %s %s", id_text(&p->early[i].by), id_text(&p->early[i].original)));
    for (size_t i = 0; o->is_untouched && i < p->hold_count; i++)
        fact(o, p->holds[i].source,
             SAY("hold %s %u %.*s", id_text(&p->holds[i].event), p->holds[i].service,
                 SHOWN(p->holds[i].reason)));
    for (size_t i = 0; o->is_untouched && i < p->refusal_count; i++)
        fact(o, p->refusals[i].agency,
             SAY("refusal %s %.*s", id_text(&p->refusals[i].event), SHOWN(p->refusals[i].service)));
}

static void add_person(void *ctx, const struct bus_record *r)
{
    struct others *o = ctx;
    struct subject_key key;
    struct person p;
    for (o->who = 0; o->who < EVERYBODY; o->who++) {
        world_key(person_name(o->who), &key);
        if (!slice_equal(r->key, slice_of(key.b, ID_BYTES)))
            continue;
        CU_ASSERT_TRUE_FATAL(person_decode(world.bundle, &world.arena,
                                           arena_copy(&world.arena, r->value), &p, &world.e));
        o->is_untouched = is_untouched(o->put, o->who);
        add_words(o, &p);
        add_events(o, &p);
    }
}

static void add_decisions_of_others(struct others *o, const struct audit_read *r)
{
    struct subject_key key;
    for (int who = 0; who < EVERYBODY; who++) {
        world_key(person_name(who), &key);
        if (memcmp(key.b, r->subject, ID_BYTES) != 0 || !is_untouched(o->put, who))
            continue;
        for (size_t i = 0; i < r->decision_count; i++)
            if (!slice_equal_text(source_agency(r->decisions[i].source), o->agency))
                add_text(o->out,
                         SAY("person %d, decided %.*s for %.*s", who,
                             SHOWN(r->decisions[i].event_id), SHOWN(r->decisions[i].recipient)),
                         decision_text(&r->decisions[i]));
    }
}

void outcome_of_others(const char *agency, const struct puts *put, struct result *out)
{
    struct others o = { .out = out, .agency = agency, .put = put };
    *out = (struct result){ .n = 0 };
    each_record(TOPIC_FACTS, PARTITIONS, add_person, &o);
    for (size_t i = 0; i < world.entry_count; i++)
        add_decisions_of_others(&o, &world.entries[i].r);
}

/* ---- comparing ---- */

static const struct digest *find(const struct result *o, const char *name)
{
    for (size_t i = 0; i < o->n; i++)
        if (strcmp(o->list[i].name, name) == 0)
            return &o->list[i];
    return NULL;
}

static size_t differ_one_way(const struct result *a, const struct result *b, const char *what,
                             const char *how, bool and_bytes)
{
    size_t differ = 0;
    for (size_t i = 0; i < a->n; i++) {
        const struct digest *t = find(b, a->list[i].name);
        if (t && (!and_bytes || hash_equal(t->digest, a->list[i].digest)))
            continue;
        if (differ++ < TELL_MOST)
            fprintf(stderr, "\n    %s: %s %s", what, a->list[i].name, t ? "is another" : how);
    }
    return differ;
}

size_t outcome_differ(const struct result *a, const struct result *b, const char *what)
{
    return differ_one_way(a, b, what, "is gone", true) +
           differ_one_way(b, a, what, "is new", false);
}
