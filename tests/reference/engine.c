/* engine.c - bundle, person and event of a case as core/sharing has them. */
#include "engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "record/wire.h"
#include "sharing/facts/person.h"
#include "sharing/load/bundle_load.h"

/* ---- the bundle ---- */

static bool read_file(const void *ctx, struct arena *a, const char *name, struct slice *out,
                      bool *found, struct err *e)
{
    const struct ref_files *files = ctx;
    (void)a;
    (void)e;
    *found = false;
    for (size_t i = 0; i < files->n; i++)
        if (ref_same(files->at[i].name, name)) {
            *out = files->at[i].bytes;
            *found = true;
        }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_files(const void *ctx, struct arena *a, const char *folder,
                       struct source_names *out, struct err *e)
{
    const struct ref_files *files = ctx;
    size_t n = strlen(folder);
    *out = (struct source_names){ ARENA_ARRAY(a, files->n + 1, const char *), 0, false };
    if (!out->list)
        return err_memory(e);
    for (size_t i = 0; i < files->n; i++)
        if (strncmp(files->at[i].name, folder, n) == 0 && files->at[i].name[n] == '/')
            out->list[out->count++] = files->at[i].name;
    qsort(out->list, out->count, sizeof *out->list, compare_names);
    out->found = out->count > 0 || ref_same(folder, "prohibitions");
    return true;
}

struct bundle_source ref_source(const struct ref_files *files)
{
    return (struct bundle_source){
        .label = "made", .ctx = files, .read = read_file, .list = list_files
    };
}

const struct bundle *ref_load(struct arena *a, const struct ref_case *c, uint64_t shuffle,
                              bool tell)
{
    struct ref_files *files = ARENA_NEW(a, struct ref_files);
    struct bundle_source *source = ARENA_NEW(a, struct bundle_source);
    struct problems p = { .count = 0 };
    char text[400];
    ref_write_bundle(a, c, shuffle, files);
    *source = ref_source(files);
    const struct bundle *b = bundle_load_from(a, source, c->catalogue, &p);
    for (size_t i = 0; i < p.count && tell; i++)
        printf("%s\n", err_print(&p.list[i], text, sizeof text));
    problems_release(&p);
    return b;
}

/* ---- the person ---- */

static struct event_id id_of(uint64_t n)
{
    struct event_id id = { { 0xf0 } };
    for (size_t i = 0; i < 8; i++)
        id.b[15 - i] = (uint8_t)(n >> (8 * i));
    return id;
}

static const struct relationship *relationships(struct arena *a, const struct ref_case *c)
{
    const struct ref_facts *f = c->facts;
    struct relationship *list = ARENA_ARRAY(a, f->relationship_count + 1, struct relationship);
    for (size_t i = 0; i < f->relationship_count; i++) {
        list[i] = (struct relationship){ .kind = slice_text(f->relationships[i].kind),
                                         .with = (uint16_t)f->relationships[i].with,
                                         .is_open = f->relationships[i].is_open,
                                         .episode = SLICE("another"),
                                         .opened_by = id_of(1000 + i),
                                         .opened_ms = c->at_ms - REF_DAY_MS,
                                         .agency = (uint16_t)f->relationships[i].by };
        if (!list[i].is_open) {
            list[i].closed_by = id_of(2000 + i);
            list[i].closed_ms = c->at_ms - 3600000;
        }
    }
    return list;
}

static const struct settlement *settlements(struct arena *a, const struct ref_case *c)
{
    const struct ref_facts *f = c->facts;
    struct settlement *list = ARENA_ARRAY(a, f->settlement_count + 1, struct settlement);
    for (size_t i = 0; i < f->settlement_count; i++) {
        const struct ref_settlement *x = &f->settlements[i];
        uint8_t *ids = arena_alloc(a, REF_WORDS_MAX * ID_BYTES);
        size_t n = 0;
        for (size_t w = 0; w < REF_WORDS_MAX; w++) {
            struct event_id id = id_of((x->purpose ? 3000 : 4000) + w);
            if (!x->overrules[w])
                continue;
            memcpy(ids + n, id.b, ID_BYTES);
            n += ID_BYTES;
        }
        list[i] = (struct settlement){ .is_objection = !x->purpose,
                                       .purpose = slice_text(x->purpose),
                                       .recipient = (uint16_t)x->to,
                                       .yes = x->yes,
                                       .overruled = slice_of(ids, n) };
        if (x->by >= 0)
            list[i].agency = slice_text(c->bundle->agencies[x->by]);
    }
    return list;
}

static const struct consent_fact *consents(struct arena *a, const struct ref_case *c)
{
    const struct ref_facts *f = c->facts;
    struct consent_fact *list = ARENA_ARRAY(a, f->consent_count + 1, struct consent_fact);
    for (size_t i = 0; i < f->consent_count; i++) {
        const struct ref_consent *x = &f->consents[i];
        list[i] = (struct consent_fact){ .purpose = slice_text(x->purpose),
                                         .recipient = x->to,
                                         .granted = x->granted,
                                         .occurred_ms = x->at_ms,
                                         .until_ms = x->until_ms,
                                         .by = id_of(3000 + x->number),
                                         .source = slice_text(c->bundle->services[x->source].name),
                                         .capacity = slice_text(x->capacity),
                                         .basis = slice_text(x->basis) };
    }
    return list;
}

/* Facts name who says so as "agency/service"; of which service is nothing to a claim. */
static struct slice source_of(struct arena *a, const struct ref_case *c, size_t agency)
{
    return slice_text(arena_format(a, "%s/any", c->bundle->agencies[agency]));
}

static void put_words(struct arena *a, const struct ref_case *c, struct person *out)
{
    const struct ref_facts *f = c->facts;
    struct objection_fact *o = ARENA_ARRAY(a, f->objection_count + 1, struct objection_fact);
    struct restriction_fact *r = ARENA_ARRAY(a, f->restriction_count + 1, struct restriction_fact);
    struct responsible_fact *s = ARENA_ARRAY(a, f->responsible_count + 1, struct responsible_fact);
    for (size_t i = 0; i < f->objection_count; i++)
        o[i] = (struct objection_fact){ .recipient = f->objections[i].to,
                                        .stands = f->objections[i].stands,
                                        .occurred_ms = f->objections[i].at_ms,
                                        .by = id_of(4000 + f->objections[i].number),
                                        .source = slice_text(
                                            c->bundle->services[f->objections[i].source].name) };
    for (size_t i = 0; i < f->restriction_count; i++)
        r[i] = (struct restriction_fact){
            slice_text(f->restrictions[i].kind), f->restrictions[i].stands,
            f->restrictions[i].at_ms, id_of(5000 + i),
            slice_text(arena_format(a, "%d", f->restrictions[i].source))
        };
    for (size_t i = 0; i < f->responsible_count; i++)
        s[i] = (struct responsible_fact){ slice_text(f->responsible[i].function),
                                          f->responsible[i].service, f->responsible[i].at_ms,
                                          id_of(6000 + i), source_of(a, c, f->responsible[i].by) };
    out->objections = o;
    out->objection_count = f->objection_count;
    out->restrictions = r;
    out->restriction_count = f->restriction_count;
    out->responsible = s;
    out->responsible_count = f->responsible_count;
}

static const struct death_fact *deaths(struct arena *a, const struct ref_facts *f)
{
    struct death_fact *list = ARENA_ARRAY(a, f->death_count + 1, struct death_fact);
    for (size_t i = 0; i < f->death_count; i++)
        list[i] = (struct death_fact){ .is_formal = f->deaths[i].is_formal, .by = id_of(8000 + i) };
    return list;
}

static const struct episode_event *past_events(struct arena *a, const struct ref_case *c)
{
    const struct ref_facts *f = c->facts;
    struct episode_event *list = ARENA_ARRAY(a, f->past_count + 1, struct episode_event);
    for (size_t i = 0; i < f->past_count; i++) {
        const struct ref_past *p = &f->past[i];
        const struct schema *s = catalogue_at(c->catalogue, p->schema);
        list[i] =
            (struct episode_event){ .agency = (uint16_t)p->agency,
                                    .episode = slice_text(p->episode),
                                    .type = s->name,
                                    .kind = s->kinds[p->kind],
                                    .id = id_of(7000 + i),
                                    .occurred_ms = p->occurred_ms,
                                    .retracted = p->retracted,
                                    .decided_ms = p->decided_ms,
                                    .source = slice_text(c->bundle->services[p->source].name) };
    }
    return list;
}

static const struct birth_fact *births(struct arena *a, const struct ref_facts *f)
{
    struct birth_fact *list = ARENA_ARRAY(a, f->birth_count + 1, struct birth_fact);
    for (size_t i = 0; i < f->birth_count; i++)
        list[i] = (struct birth_fact){ .agency = (uint16_t)f->births[i].agency,
                                       .hash = slice_text(f->births[i].hash),
                                       .occurred_ms = f->births[i].at_ms,
                                       .by = id_of(9000 + i) };
    return list;
}

static const struct unread_message nobody_could_read = { .agency = SLICE_INIT("a"),
                                                         .feed = SLICE_INIT("f"),
                                                         .code = SLICE_INIT("map.value") };

static const struct refusal *refusals(struct arena *a, const struct ref_case *c)
{
    const struct ref_facts *f = c->facts;
    struct refusal *list = ARENA_ARRAY(a, f->refusal_count + 1, struct refusal);
    for (size_t i = 0; list && i < f->refusal_count; i++) {
        const struct ref_refusal *x = &f->refusals[i];
        struct event_id id = { { 0 } };
        for (size_t n = 0; n < 8; n++)
            id.b[15 - n] = (uint8_t)(x->serial >> (8 * n));
        list[i] = (struct refusal){ .agency = slice_text(c->bundle->agencies[x->agency]),
                                    .service = slice_text(c->bundle->services[x->to].name),
                                    .episode = slice_text(x->episode),
                                    .is_whole_episode = x->episode != NULL,
                                    .event = id,
                                    .by = SLICE("Dr A") };
        list[i].versions = arena_copy(a, slice_of(id.b, ID_BYTES));
    }
    return list;
}

void ref_person(struct arena *a, const struct ref_case *c, struct person *out)
{
    *out = person_unknown;
    out->verified = true;
    out->relationships = relationships(a, c);
    out->relationship_count = c->facts->relationship_count;
    out->consents = consents(a, c);
    out->consent_count = c->facts->consent_count;
    put_words(a, c, out);
    out->settlements = settlements(a, c);
    out->settlement_count = c->facts->settlement_count;
    out->deaths = deaths(a, c->facts);
    out->death_count = c->facts->death_count;
    out->events = past_events(a, c);
    out->event_count = c->facts->past_count;
    out->births = births(a, c->facts);
    out->birth_count = c->facts->birth_count;
    out->refusals = refusals(a, c);
    out->refusal_count = c->facts->refusal_count;
    out->unread = &nobody_could_read;
    out->unread_count = c->facts->has_unread;
}

/* ---- the event ---- */

/* One or two records whose texts and numbers follow from one number. */
static bool set_records(struct arena *a, struct build *b, size_t slot, int64_t number,
                        struct err *e)
{
    const struct plan *p = plan_slot_at(b->plan, slot)->item;
    struct slice items[2];
    size_t count = 1 + (size_t)number % 2;
    for (size_t i = 0; i < count; i++) {
        struct build one;
        struct buf out;
        bool ok = build_init(&one, p, a, e);
        for (size_t n = 0; ok && n < plan_slots(p); n++) {
            const struct slot *s = plan_slot_at(p, n);
            const char *text = arena_format(a, "v%lld", (long long)number + (long long)n);
            if (s->type == SLOT_STRING && !s->vocabulary_count)
                ok = build_text(&one, n, slice_text(text), e);
        }
        buf_init(&out, 1u << 16);
        ok = ok && build_done(&one, &out, e);
        items[i] = arena_copy(a, buf_slice(&out));
        buf_release(&out);
        if (!ok)
            return false;
    }
    return build_items(b, slot, items, count, e);
}

static bool set_value(struct arena *a, struct build *b, size_t slot, const struct ref_value *v,
                      struct err *e)
{
    struct slice texts[16];
    switch (v->sort) {
    case REF_IS_TEXT:
        return build_text(b, slot, slice_text(v->text), e);
    case REF_IS_NUMBER:
        return build_long(b, slot, v->number, e);
    case REF_IS_BOOL:
        return build_bool(b, slot, v->number != 0, e);
    case REF_IS_TEXTS:
        for (size_t i = 0; i < v->texts.n && i < 16; i++)
            texts[i] = slice_text(v->texts.at[i]);
        return build_strings(b, slot, texts, v->texts.n, e);
    case REF_IS_RECORDS:
        return set_records(a, b, slot, v->number, e);
    default:
        return true;
    }
}

bool ref_record(struct arena *a, const struct ref_case *c, struct slice *framed, struct view *out,
                struct err *e)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    struct build b;
    struct buf bytes;
    buf_init(&bytes, 1u << 20);
    bool ok = build_init(&b, p, a, e);
    for (size_t i = 0; ok && i < c->event->value_count; i++)
        ok = set_value(a, &b, i, &c->event->values[i], e);
    wire_put_header(&bytes, plan_fingerprint(p));
    ok = ok && build_done(&b, &bytes, e);
    *framed = arena_copy(a, buf_slice(&bytes));
    buf_release(&bytes);
    return ok && plan_view(p, a, slice_from(*framed, WIRE_HEADER_BYTES), out, e);
}

static bool fill_question(struct arena *a, const struct ref_case *c, const struct bundle *b,
                          struct ref_question *q, struct err *e)
{
    *q = (struct ref_question){ .bundle = b };
    memset(q->keys.recipients.b, 7, KEY_BYTES);
    q->keys.recipients.set = true;
    ref_person(a, c, &q->person);
    q->in = (struct judge_input){
        .bundle = b, .keys = &q->keys, .facts = &q->person, .decided_ms = c->at_ms
    };
    memset(q->in.subject.b, 0x5a, ID_BYTES);
    return ref_record(a, c, &q->in.framed, &q->in.event, e);
}

bool ref_ask(struct arena *a, const struct ref_case *c, const struct bundle *b, int release,
             struct ref_question *q, struct judged *out, struct err *e)
{
    if (!fill_question(a, c, b, q, e))
        return false;
    if (release >= 0) {
        const struct header_slots *h = plan_header(q->in.event.plan);
        q->hold = (struct hold){ .service = (uint16_t)release,
                                 .reason = slice_text(c->held_for ? c->held_for : ""),
                                 .bytes = q->in.framed };
        if (!id_from_hex(view_text(&q->in.event, (size_t)h->id), q->hold.event.b))
            return false;
        q->person.holds = &q->hold;
        q->person.hold_count = 1;
        q->in.release = &q->hold;
    }
    return judge_event(&q->in, a, out, e);
}

bool ref_decide_case(struct arena *a, const struct ref_case *c, const struct bundle *b,
                     struct ref_question *q, struct judged *out, struct err *e)
{
    return fill_question(a, c, b, q, e) && judge_decide(&q->in, a, out, e);
}
