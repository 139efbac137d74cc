/* cel_cases.c - random conditions, an event and facts without unknowns, and what the engine says of
 * each.
 *
 * A bundle has one agreement whose clauses share one kind from one service with another, each under
 * a condition of its own: those that the decision names are true. Written as lines of JSON for
 * main.go: {"Situation": ...}, then {"When": "...", "Is": true} for each clause. CEL_CASES
 * (100,000) conditions, REFERENCE_SEED. Left out, because CEL says it in another way or not at all:
 * unknowns (null fields outside has(), partial birth dates, responsible services nobody named),
 * timestamp() of a field or without an offset, a bare comparison behind "!". */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "sharing/judge/judge.h"
#include "sharing/rules/clause.h"
#include "engine.h"

#define CLAUSES 50
#define ARENA_MAX ((size_t)256 << 20)

struct maker {
    struct arena *arena;
    struct ref_random *random;
    struct ref_case of;
    struct buf out;
};

/* ---- the bundle ---- */

static struct ref_words one_word(struct arena *a, const char *word)
{
    struct ref_words w = { ARENA_ARRAY(a, 1, const char *), 1 };
    w.at[0] = word;
    return w;
}

/* Any bundle's region, with one agreement between all. */
static void make_bundle(struct maker *m, struct ref_scope *scope, int *recipient)
{
    struct ref_size size = { 3, 6, 1, CLAUSES, 0 };
    struct ref_bundle *b = ref_random_bundle(m->arena, m->random, m->of.catalogue, size);
    struct ref_agreement *g = &b->agreements[0];
    struct ref_kinds share = { b->clauses[0].share.at, 1 };
    *g = (struct ref_agreement){ .name = "all",
                                 .version = 1,
                                 .purpose = ref_purposes[0],
                                 .confidentiality = "public-interest",
                                 .from = "2025-01-01",
                                 .until = "2034-12-31",
                                 .parties = { b->agencies, b->agency_count },
                                 .approved = { b->agencies, b->agency_count } };
    *recipient = (int)ref_below(m->random, 5);
    *scope = (struct ref_scope){ m->of.catalogue, b, share, g->purpose, true };
    b->ending.n = b->beginning.n = 0;
    for (size_t i = 0; i < b->clause_count; i++) {
        struct ref_clause *c = &b->clauses[i];
        *c = (struct ref_clause){ .id = c->id, .share = share };
        c->from = one_word(m->arena, b->services[5].name);
        c->to = one_word(m->arena, b->services[*recipient].name);
        c->release = one_word(m->arena, "source.timing");
        c->when = ref_random_condition(m->arena, m->random, scope);
    }
    m->of.bundle = b;
}

/* ---- nothing unknown ---- */

static void note_reads(const struct plan *p, const struct ref_expr *x, bool *reads)
{
    const char *read = x->op == REF_PATH ? x->text : x->op == REF_AGE ? "person.birth_date" : "";
    for (size_t i = 0; i < plan_slots(p); i++) {
        struct slice path = plan_slot_at(p, i)->path;
        if (slice_ends(path, SLICE("[]")))
            path = slice_head(path, path.n - 2);
        reads[i] |= slice_equal_text(path, read);
    }
    for (size_t i = 0; i < x->count; i++)
        note_reads(p, x->args[i], reads);
}

static bool is_addressee(const struct ref_case *c, const struct slot *s)
{
    return slice_equal_text(catalogue_category(c->catalogue, s->category), "referral.addressee");
}

static void fill_event(struct maker *m)
{
    struct ref_event *ev;
    do
        ev = ref_random_event(m->arena, m->random, m->of.bundle, m->of.catalogue, m->of.at_ms);
    while (ev->source != 5 || ev->schema != m->of.bundle->clauses[0].share.at[0].schema ||
           ev->kind != m->of.bundle->clauses[0].share.at[0].kind);
    const struct plan *p = catalogue_at(m->of.catalogue, ev->schema)->plan;
    bool *reads = ARENA_ARRAY(m->arena, plan_slots(p), bool);
    for (size_t i = 0; i < m->of.bundle->clause_count; i++)
        note_reads(p, m->of.bundle->clauses[i].when, reads);
    for (size_t i = 0; i < ev->value_count; i++) {
        const struct slot *s = plan_slot_at(p, i);
        bool is_born = slice_equal_text(s->path, "person.birth_date");
        while ((reads[i] || is_addressee(&m->of, s)) &&
               (ev->values[i].sort == REF_NULL || (is_born && strlen(ev->values[i].text) != 10)))
            ev->values[i] = ref_random_value(m->arena, m->random, m->of.bundle, s, m->of.at_ms);
    }
    m->of.event = ev;
}

static void fill_facts(struct maker *m)
{
    struct ref_facts *f =
        ref_random_facts(m->arena, m->random, m->of.bundle, m->of.at_ms, m->of.catalogue);
    struct ref_responsible *r =
        ARENA_ARRAY(m->arena, f->responsible_count + 3, struct ref_responsible);
    for (size_t i = 0; i < f->restriction_count; i++)
        if (ref_same(f->restrictions[i].kind, "unknown"))
            f->restrictions[i].stands = false;
    for (size_t i = 0; i < f->death_count; i++)
        f->deaths[i].is_formal = true;
    for (size_t i = 0; i < f->responsible_count; i++) {
        r[i] = f->responsible[i];
        r[i].at_ms += (int64_t)i; /* two of one moment are unknown */
        if (r[i].service == REF_CANNOT_BE_TOLD)
            r[i].service = REF_OUTSIDE;
    }
    for (size_t i = 0; i < 3; i++)
        r[f->responsible_count++] =
            (struct ref_responsible){ ref_functions[i], (int)ref_below(m->random, 6),
                                      m->of.at_ms - 4 * 3600000 + 100 + (int64_t)i, 0 };
    f->responsible = r;
    /* CEL knows nothing of who says so: all of it is by the event's own service, and nobody has
     * ended a conflict. */
    size_t agency = m->of.bundle->services[m->of.event->source].agency;
    f->settlement_count = 0;
    for (size_t i = 0; i < f->consent_count; i++)
        f->consents[i].source = m->of.event->source;
    for (size_t i = 0; i < f->objection_count; i++)
        f->objections[i].source = m->of.event->source;
    for (size_t i = 0; i < f->responsible_count; i++)
        r[i].by = agency;
    for (size_t i = 0; i < f->relationship_count; i++)
        f->relationships[i].by = agency;
    m->of.facts = f;
}

/* ---- lines of JSON ---- */

static void put_key(struct maker *m, const char *key)
{
    buf_format(&m->out, ",\"%s\":", key);
}

static void put_text(struct maker *m, const char *text)
{
    buf_json(&m->out, slice_text(text));
}

static const char *name_of(const struct maker *m, int service)
{
    return service < 0 ? "" : m->of.bundle->services[service].name;
}

static void put_value(struct maker *m, const struct slot *s, const struct ref_value *v)
{
    struct buf *out = &m->out;
    if (v->sort == REF_IS_TEXT) {
        put_text(m, v->text);
    } else if (v->sort == REF_IS_BOOL) {
        buf_text(out, v->number ? "true" : "false");
    } else if (v->sort == REF_IS_NUMBER && s->is_time_ms) {
        buf_format(out, "{\"Ms\":%lld}", (long long)v->number);
    } else if (v->sort == REF_IS_NUMBER) {
        buf_format(out, "%lld", (long long)v->number);
    } else {
        buf_byte(out, '[');
        for (size_t i = 0; i < v->texts.n; i++) {
            buf_text(out, i ? "," : "");
            put_text(m, v->texts.at[i]);
        }
        buf_byte(out, ']');
    }
}

static void put_fields(struct maker *m)
{
    const struct plan *p = catalogue_at(m->of.catalogue, m->of.event->schema)->plan;
    bool any = false;
    put_key(m, "Fields");
    buf_byte(&m->out, '{');
    for (size_t i = 0; i < plan_slots(p); i++) {
        const struct slot *s = plan_slot_at(p, i);
        struct slice path = s->path;
        if (m->of.event->values[i].sort == REF_NULL)
            continue;
        if (slice_ends(path, SLICE("[]")))
            path = slice_head(path, path.n - 2);
        buf_text(&m->out, any ? "," : "");
        buf_json(&m->out, path);
        buf_byte(&m->out, ':');
        put_value(m, s, &m->of.event->values[i]);
        any = true;
    }
    buf_byte(&m->out, '}');
}

static void put_word(struct maker *m, size_t n, const char *what, int to, bool stands, int64_t at)
{
    buf_text(&m->out, n ? ",{\"What\":" : "{\"What\":");
    put_text(m, what);
    put_key(m, "To");
    put_text(m, name_of(m, to));
    buf_format(&m->out, ",\"Stands\":%s,\"At\":%lld", stands ? "true" : "false", (long long)at);
}

static void put_relationships(struct maker *m)
{
    put_key(m, "Relationships");
    buf_byte(&m->out, '[');
    for (size_t i = 0; i < m->of.facts->relationship_count; i++) {
        const struct ref_relationship *r = &m->of.facts->relationships[i];
        buf_format(&m->out, "%s{\"Kind\":\"%s\",\"With\":\"%s\",\"Open\":%s}", i ? "," : "",
                   r->kind, name_of(m, r->with), r->is_open ? "true" : "false");
    }
    buf_byte(&m->out, ']');
}

static void put_consents(struct maker *m)
{
    put_key(m, "Consents");
    buf_byte(&m->out, '[');
    for (size_t i = 0; i < m->of.facts->consent_count; i++) {
        const struct ref_consent *f = &m->of.facts->consents[i];
        put_word(m, i, f->purpose, f->to, f->granted, f->at_ms);
        buf_format(&m->out, ",\"Until\":%lld,\"Basis\":\"%s\",\"Capacity\":\"%s\"}",
                   (long long)f->until_ms, f->basis, f->capacity);
    }
    buf_byte(&m->out, ']');
}

static void put_facts(struct maker *m)
{
    const struct ref_facts *f = m->of.facts;
    put_relationships(m);
    put_consents(m);
    buf_text(&m->out, ",\"Objections\":[");
    for (size_t i = 0; i < f->objection_count; i++) {
        put_word(m, i, "", f->objections[i].to, f->objections[i].stands, f->objections[i].at_ms);
        buf_byte(&m->out, '}');
    }
    buf_text(&m->out, "],\"Restrictions\":[");
    for (size_t i = 0; i < f->restriction_count; i++) {
        put_word(m, i, f->restrictions[i].kind, f->restrictions[i].source,
                 f->restrictions[i].stands, f->restrictions[i].at_ms);
        buf_byte(&m->out, '}');
    }
    buf_text(&m->out, "],\"Responsible\":[");
    for (size_t i = 0; i < f->responsible_count; i++) {
        put_word(m, i, f->responsible[i].function, f->responsible[i].service, true,
                 f->responsible[i].at_ms);
        buf_byte(&m->out, '}');
    }
    buf_format(&m->out, "],\"Dead\":%s", f->death_count ? "true" : "false");
}

static void put_addressees(struct maker *m)
{
    const struct plan *p = catalogue_at(m->of.catalogue, m->of.event->schema)->plan;
    bool any = false;
    buf_text(&m->out, ",\"Addressees\":[");
    for (size_t i = 0; i < plan_slots(p); i++) {
        if (!is_addressee(&m->of, plan_slot_at(p, i)))
            continue;
        buf_text(&m->out, any ? "," : "");
        put_text(m, m->of.event->values[i].text);
        any = true;
    }
    buf_byte(&m->out, ']');
}

static void put_situation(struct maker *m, int recipient)
{
    buf_format(&m->out, "{\"Situation\":{\"At\":%lld,\"Source\":\"%s\",\"Recipient\":\"%s\"",
               (long long)m->of.at_ms, name_of(m, 5), name_of(m, recipient));
    put_fields(m);
    put_facts(m);
    put_addressees(m);
    buf_text(&m->out, "}}\n");
}

/* ---- asking the engine ---- */

static bool permits(const struct bundle *b, const struct decision *d, const char *id)
{
    for (size_t i = 0; i < d->clause_count; i++)
        if (slice_ends(clause_name(b, d->clauses[i]), slice_text(id)))
            return true;
    return false;
}

static bool put_conditions(struct maker *m, int recipient)
{
    struct ref_question q;
    struct judged out = { .decisions = NULL };
    struct err e = { .fate = ERR_NONE };
    struct buf text;
    const struct bundle *b = ref_load(m->arena, &m->of, 0, true);
    if (!b || !ref_decide_case(m->arena, &m->of, b, &q, &out, &e) || out.decision_count != 1 ||
        out.decisions[0].to.n != recipient || out.decisions[0].outcome == OUTCOME_HOLD)
        return false;
    buf_init(&text, 1u << 16);
    for (size_t i = 0; i < m->of.bundle->clause_count; i++) {
        const struct ref_clause *c = &m->of.bundle->clauses[i];
        const char *id = arena_format(m->arena, "/%s", c->id);
        buf_reset(&text);
        ref_print_expression(&text, m->of.bundle, c->when);
        buf_text(&m->out, "{\"When\":");
        buf_json(&m->out, buf_slice(&text));
        buf_format(&m->out, ",\"Is\":%s}\n", permits(b, &out.decisions[0], id) ? "true" : "false");
    }
    buf_release(&text);
    return buf_ok(&m->out);
}

static bool put_bundle(struct maker *m)
{
    struct ref_scope scope;
    int recipient;
    make_bundle(m, &scope, &recipient);
    m->of.at_ms = ref_random_moment(m->random, m->of.bundle);
    fill_event(m);
    fill_facts(m);
    put_situation(m, recipient);
    return put_conditions(m, recipient);
}

int main(void)
{
    const char *cases = getenv("CEL_CASES"), *seed = getenv("REFERENCE_SEED");
    uint64_t wanted = cases ? strtoull(cases, NULL, 10) : 100000;
    struct ref_random r = { seed ? strtoull(seed, NULL, 10) : 20261122 };
    struct problems p = { .count = 0 };
    struct arena life, scratch;
    arena_init(&life, ARENA_MAX);
    arena_init(&scratch, ARENA_MAX);
    struct maker m = { .arena = &scratch, .random = &r };
    m.of.catalogue = catalogue_load(&life, SOURCE_DIR "/schemas", &p);
    bool ok = m.of.catalogue != NULL;
    buf_init(&m.out, 16u << 20);
    for (uint64_t n = 0; ok && n < wanted; n += CLAUSES) {
        arena_reset(&scratch);
        buf_reset(&m.out);
        ok = put_bundle(&m) && fwrite(m.out.p, 1, m.out.n, stdout) == m.out.n;
    }
    if (!ok)
        fprintf(stderr, "FAILED: the engine does not take or decide these conditions\n");
    buf_release(&m.out);
    problems_release(&p);
    arena_release(&scratch);
    arena_release(&life);
    return ok ? 0 : 1;
}
