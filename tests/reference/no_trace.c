/* no_trace.c - law 7 on random bundles: what a recipient gets depends on nothing that is withheld.
 *
 * A case is decided; then, for each recipient it was disclosed to, every field of a category that
 * this one does not get is changed at random, and every field that it gets changed (an obligation)
 * is given another value that is changed to the same; so are the paths it says to be cleared. When
 * the decision for this recipient is still the same one, what it gets must be, byte for byte:
 * header, key, id, size. NO_TRACE_CASES (8,000), REFERENCE_SEED. Every type that can be disclosed
 * must have been compared. */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"

#define CASES_A_BUNDLE 40
#define VARIANTS 3
#define ARENA_MAX ((size_t)512 << 20)

struct trial {
    struct arena *arena;
    struct ref_random *random;
    struct ref_case of;
    const struct bundle *bundle;
    uint64_t compared, changed_by_obligation;
    bool *types; /* by schema: compared */
};

/* ---- what a recipient can tell of a value that travels changed ---- */

static const char *year_or_day(struct arena *a, const char *text, bool is_year)
{
    int64_t ms;
    size_t n = strlen(text);
    int64_t noon;
    const char *day = arena_format(a, "%sT12:00Z", text);
    if (ref_time(text, &ms)) {
        int d = ref_day_of(ms);
        return is_year ? arena_format(a, "%04d", d / 10000)
                       : arena_format(a, "%04d-%02d-%02d", d / 10000, d / 100 % 100, d % 100);
    }
    if (ref_time(day, &noon))
        return arena_format(a, "%.*s", is_year ? 4 : 10, text);
    return arena_format(a, "%.*s", is_year && n >= 4 ? 4 : 10, text);
}

/* Two values with the same answer must not be told apart. Junk is only ever like itself. */
static const char *seen_of(struct arena *a, enum ref_obligation o, const char *text)
{
    switch (o) {
    case REF_YEAR:
    case REF_DATE:
        return year_or_day(a, text, o == REF_YEAR);
    case REF_FLAG:
        return "yes";
    default:
        return ref_same(text, "A") || ref_same(text, "a") ? "First"
               : ref_same(text, "W7 STROKE")              ? "Second"
                                                          : "";
    }
}

static int obligation_of(const struct decision *d, unsigned portion)
{
    for (int o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        if (categories_has(&d->obliged[o], portion))
            return o;
    return -1;
}

static bool change_within(struct trial *t, const struct slot *s, enum ref_obligation o,
                          struct ref_value *v)
{
    if (v->sort != REF_IS_TEXT || s->vocabulary_count)
        return false;
    const char *seen = seen_of(t->arena, o, v->text);
    for (int tries = 0; tries < 20; tries++) {
        struct ref_value other =
            ref_random_value(t->arena, t->random, t->of.bundle, s, t->of.at_ms);
        if (other.sort != REF_IS_TEXT || ref_same(other.text, v->text) ||
            !ref_same(seen_of(t->arena, o, other.text), seen))
            continue;
        *v = other;
        return true;
    }
    return false;
}

/* ---- changing what is withheld ---- */

/* What decides who says it, and about whom: it is no field to change. */
static bool is_fixed(const struct header_slots *h, size_t slot)
{
    const int fixed[] = { h->source_agency, h->source_service, h->birth_hash,         h->reference,
                          h->reference_of,  h->case_reference, h->identity_confidence };
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        if (fixed[i] == (int)slot)
            return true;
    return false;
}

/* What it says to be empty now: of what is released the same, of what is withheld whatever. */
static void vary_cleared(struct trial *t, const struct decision *d, struct ref_event *ev)
{
    const struct plan *p = catalogue_at(t->of.catalogue, ev->schema)->plan;
    struct ref_value *v = &ev->values[plan_header(p)->cleared];
    struct ref_words was = v->texts,
                     now = { ARENA_ARRAY(t->arena, 2 * was.n + 2, const char *), 0 };
    for (size_t i = 0; i <= was.n; i++) {
        size_t other = ref_below(t->random, plan_slots(p));
        if (!categories_has(&d->released, bundle_portion(t->bundle, ev->schema, other)) &&
            ref_chance(t->random, 50))
            now.at[now.n++] = arena_text(t->arena, plan_slot_at(p, other)->path);
        int slot = i < was.n ? plan_field(p, slice_text(was.at[i])) : -1;
        if (slot >= 0 &&
            categories_has(&d->released, bundle_portion(t->bundle, ev->schema, (size_t)slot)))
            now.at[now.n++] = was.at[i];
    }
    v->texts = now;
}

static struct ref_event *vary(struct trial *t, const struct decision *d)
{
    const struct ref_event *ev = t->of.event;
    const struct plan *p = catalogue_at(t->of.catalogue, ev->schema)->plan;
    unsigned always = catalogue_always(t->of.catalogue);
    struct ref_event *other = ARENA_NEW(t->arena, struct ref_event);
    *other = *ev;
    other->values = ARENA_ARRAY(t->arena, ev->value_count, struct ref_value);
    for (size_t i = 0; i < ev->value_count; i++) {
        const struct slot *s = plan_slot_at(p, i);
        unsigned portion = bundle_portion(t->bundle, ev->schema, i);
        int o = obligation_of(d, portion);
        other->values[i] = ev->values[i];
        if (s->category == always || is_fixed(plan_header(p), i) ||
            slice_equal_text(s->path, "header.unknown_restriction"))
            continue;
        if (!categories_has(&d->released, portion))
            other->values[i] = ref_random_value(t->arena, t->random, t->of.bundle, s, t->of.at_ms);
        else if (o >= 0 && change_within(t, s, (enum ref_obligation)o, &other->values[i]))
            t->changed_by_obligation++;
    }
    vary_cleared(t, d, other);
    return other;
}

/* ---- comparing ---- */

static const struct decision *find(const struct judged *out, uint16_t to)
{
    for (size_t i = 0; i < out->decision_count; i++)
        if (out->decisions[i].to.n == to && out->decisions[i].disclosure >= 0)
            return &out->decisions[i];
    return NULL;
}

static bool same_decision(const struct decision *a, const struct decision *b)
{
    bool same = categories_equal(&a->released, &b->released) &&
                a->clause_count == b->clause_count && a->prohibition_count == b->prohibition_count;
    for (size_t o = 0; o < OBLIGE_COUNT; o++)
        same = same && categories_equal(&a->obliged[o], &b->obliged[o]);
    return same && memcmp(a->clauses, b->clauses, a->clause_count * sizeof *a->clauses) == 0 &&
           memcmp(a->prohibitions, b->prohibitions,
                  a->prohibition_count * sizeof *a->prohibitions) == 0;
}

static bool same_disclosure(const struct disclosure *a, const struct disclosure *b)
{
    return slice_equal(a->bytes, b->bytes) && memcmp(&a->key, &b->key, sizeof a->key) == 0 &&
           ref_same(a->id.text, b->id.text) && memcmp(a->hash, b->hash, HASH_BYTES) == 0;
}

static bool judge(struct trial *t, struct judged *out)
{
    struct ref_question *q = ARENA_NEW(t->arena, struct ref_question);
    struct err e = { .fate = ERR_NONE };
    return q && ref_ask(t->arena, &t->of, t->bundle, -1, q, out, &e) && !out->error;
}

/* One variant for one recipient. */
static bool try_variant(struct trial *t, const struct judged *first, const struct decision *d)
{
    struct ref_event *ev = t->of.event;
    struct judged out = { .decisions = NULL };
    t->of.event = vary(t, d);
    bool ok = judge(t, &out);
    t->of.event = ev;
    const struct decision *other = ok ? find(&out, d->to.n) : NULL;
    if (!other || !same_decision(d, other))
        return true;
    t->compared++;
    t->types[ev->schema] = true;
    if (same_disclosure(&first->disclosures[d->disclosure], &out.disclosures[other->disclosure]))
        return true;
    printf("A TRACE: %s to %s\n",
           catalogue_at(t->of.catalogue, ev->schema)->plan
               ? plan_name(catalogue_at(t->of.catalogue, ev->schema)->plan)
               : "",
           t->of.bundle->services[d->to.n].name);
    return false;
}

static bool try_case(struct trial *t)
{
    struct judged first = { .decisions = NULL };
    if (!judge(t, &first)) {
        printf("not judged\n");
        return false;
    }
    for (size_t i = 0; i < first.decision_count; i++)
        for (int v = 0; v < VARIANTS && first.decisions[i].disclosure >= 0; v++)
            if (!try_variant(t, &first, &first.decisions[i]))
                return false;
    return true;
}

static bool try_bundle(struct trial *t, const struct catalogue *c, uint64_t seed, size_t cases)
{
    struct arena life, scratch;
    struct ref_random r = { seed };
    arena_init(&life, ARENA_MAX);
    arena_init(&scratch, ARENA_MAX);
    t->arena = &scratch;
    t->random = &r;
    t->of = (struct ref_case){ .catalogue = c };
    t->of.bundle = ref_random_bundle(&life, &r, c, ref_random_size(&r));
    t->bundle = ref_load(&life, &t->of, 0, true);
    bool ok = t->bundle != NULL;
    for (size_t i = 0; ok && i < cases; i++) {
        arena_reset(&scratch);
        t->of.at_ms = ref_random_moment(&r, t->of.bundle);
        t->of.facts = ref_random_facts(&scratch, &r, t->of.bundle, t->of.at_ms, c);
        t->of.event = ref_random_event(&scratch, &r, t->of.bundle, c, t->of.at_ms);
        ok = try_case(t);
    }
    arena_release(&scratch);
    arena_release(&life);
    return ok;
}

static bool all_types(const struct trial *t, const struct catalogue *c)
{
    bool all = true;
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct schema *s = catalogue_at(c, i);
        if (s->internal || !s->disclosable || t->types[i])
            continue;
        printf("never compared: %s\n", plan_name(s->plan));
        all = false;
    }
    return all;
}

int main(void)
{
    const char *cases = getenv("NO_TRACE_CASES"), *seed = getenv("REFERENCE_SEED");
    uint64_t wanted = cases ? strtoull(cases, NULL, 10) : 8000;
    uint64_t from = seed ? strtoull(seed, NULL, 10) : 20261122;
    struct problems p = { .count = 0 };
    struct trial t = { .compared = 0 };
    struct arena a;
    arena_init(&a, ARENA_MAX);
    const struct catalogue *c = catalogue_load(&a, SOURCE_DIR "/schemas", &p);
    bool ok = c != NULL;
    if (ok)
        t.types = ARENA_ARRAY(&a, catalogue_count(c), bool);
    printf("seed %llu\n", (unsigned long long)from);
    for (uint64_t n = 0; ok && n < wanted; n += CASES_A_BUNDLE)
        ok = try_bundle(&t, c, from * 0x100000001b3u + n, CASES_A_BUNDLE);
    ok = ok && all_types(&t, c);
    printf(
        "%llu cases: %llu disclosures compared with what was withheld changed, %llu values changed"
        " within an obligation: %s\n",
        (unsigned long long)wanted, (unsigned long long)t.compared,
        (unsigned long long)t.changed_by_obligation, ok ? "no trace" : "FAILED");
    problems_release(&p);
    arena_release(&a);
    return ok ? 0 : 1;
}
