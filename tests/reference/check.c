/* check.c - compares every field of every decision. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "host/crypto.h"
#include "record/wire.h"
#include "sharing/decide/decision.h"
#include "sharing/judge/judge.h"
#include "sharing/rules/bundle.h"
#include "sharing/rules/clause.h"
#include "sharing/rules/prohibition.h"

static bool differ(const struct check *k, int to, const char *what)
{
    if (k->tell)
        printf("differs: %s of the decision for %s\n", what,
               to < 0 ? "nobody" : k->of->bundle->services[to].name);
    return false;
}

/* The engine's set, field by field. */
static struct ref_set by_field(const struct check *k, const struct categories *b)
{
    size_t schema = k->of->event->schema;
    struct ref_set set = { { false } };
    for (size_t i = 0; i < plan_slots(catalogue_at(k->of->catalogue, schema)->plan); i++)
        set.has[i] = categories_has(b, bundle_portion(k->bundle, schema, i));
    return set;
}

/* The engine's has nothing besides. */
static bool same_set(const struct check *k, const struct ref_set *a, const struct categories *b)
{
    struct ref_set got = by_field(k, b);
    struct categories has, rest = *b;
    bundle_portions_of(k->bundle, k->of->event->schema, &has);
    categories_drop(&rest, &has);
    return memcmp(a, &got, sizeof got) == 0 && categories_is_empty(&rest);
}

static bool is_there(const struct view *v, size_t slot)
{
    const struct slot *s = plan_slot_at(v->plan, slot);
    return !view_is_null(v, slot) &&
           (s->type != SLOT_ARRAY || view_raw(v, slot).n > (s->nullable ? 2 : 1));
}

static bool is_said_empty(const struct ref_case *c, const struct plan *p, size_t slot)
{
    const struct ref_value *said = &c->event->values[plan_header(p)->cleared];
    for (size_t i = 0; i < said->texts.n; i++)
        if (plan_field(p, slice_text(said->texts.at[i])) == (int)slot)
            return true;
    return false;
}

/* Of what is withheld that which the event had. What nobody names of a category is one thing. */
static bool kept_back(const struct check *k, const struct ref_decision *d, struct ref_set *out)
{
    struct slice framed;
    struct view v;
    struct err e = { .fate = ERR_NONE };
    *out = (struct ref_set){ { false } };
    if (!ref_record(k->arena, k->of, &framed, &v, &e))
        return false;
    for (size_t i = 0; i < plan_slots(v.plan); i++) {
        if (!d->withheld.has[i] || (!is_there(&v, i) && !is_said_empty(k->of, v.plan, i)))
            continue;
        out->has[i] = true;
        for (size_t j = 0; j < plan_slots(v.plan) && !k->named.has[i]; j++)
            if (!k->named.has[j] &&
                plan_slot_at(v.plan, j)->category == plan_slot_at(v.plan, i)->category)
                out->has[j] = true;
    }
    return true;
}

/* "agreement/version/clause" ends with the clause's id. */
static bool is_clause(const struct check *k, uint32_t n, size_t wanted)
{
    const struct ref_clause *c = &k->of->bundle->clauses[wanted];
    const struct ref_agreement *g = &k->of->bundle->agreements[c->agreement];
    const char *name = arena_format(k->arena, "%s/%u/%s", g->name, g->version, c->id);
    return slice_equal_text(clause_name(k->bundle, n), name);
}

static bool is_prohibition(const struct check *k, uint32_t n, size_t wanted)
{
    return slice_equal_text(prohibition_name(k->bundle, n), k->of->bundle->prohibitions[wanted].id);
}

/* In the same order; in whichever order when the bundle was shuffled. */
static bool same_list(const struct check *k, const uint32_t *got, const size_t *wanted, size_t n,
                      bool (*is)(const struct check *, uint32_t, size_t))
{
    for (size_t i = 0; i < n; i++) {
        bool found = is(k, got[i], wanted[i]);
        for (size_t j = 0; k->shuffle && j < n; j++)
            found |= is(k, got[i], wanted[j]);
        if (!found)
            return false;
    }
    return true;
}

/* The same set in words. */
static bool same_names(const struct check *k, const struct ref_set *a, const struct categories *b)
{
    const struct slice *names = NULL;
    const char *text = "";
    size_t n = bundle_names(k->bundle, k->of->event->schema, b, k->arena, &names);
    for (size_t i = 0; i < n; i++)
        text = arena_format(k->arena, "%s%s%.*s", text, i ? "; " : "", (int)names[i].n,
                            (const char *)names[i].p);
    const char *wanted = ref_names(k->arena, k->of, &k->named, a);
    bool same = ref_same(text, wanted);
    if (!same && k->tell)
        printf("named: %s\nwanted: %s\n", text, wanted);
    return same;
}

/* ---- the record ---- */

static bool is_obliged(const struct ref_decision *d, size_t slot)
{
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        if (d->obliged[o].has[slot])
            return true;
    return false;
}

/* Only of fields that this recipient gets. */
static bool same_cleared(const struct check *k, const struct ref_decision *want,
                         const struct view *v)
{
    const struct plan *p = v->plan;
    int slot = plan_header(p)->cleared;
    const struct ref_words *said = &k->of->event->values[slot].texts;
    const struct slice *got = NULL;
    size_t n = 0, heard = 0;
    struct err e = { .fate = ERR_NONE };
    if (!view_strings(v, (size_t)slot, k->arena, &got, &n, &e))
        return false;
    for (size_t i = 0; i < said->n; i++) {
        struct ref_set one = ref_meant(k->of, arena_format(k->arena, "field %s", said->at[i]));
        bool may = false;
        for (size_t s = 0; s < plan_slots(p); s++)
            may |= one.has[s] && want->released.has[s];
        if (may && (heard >= n || !slice_equal_text(got[heard++], said->at[i])))
            return false;
    }
    return heard == n;
}

/* What is released is as it was, what is withheld is not there. */
static bool same_fields(const struct check *k, const struct ref_decision *want,
                        const struct view *sent)
{
    struct slice framed;
    struct view was;
    struct err e = { .fate = ERR_NONE };
    if (!ref_record(k->arena, k->of, &framed, &was, &e))
        return false;
    for (size_t i = 0; i < plan_slots(sent->plan); i++) {
        if (want->withheld.has[i] && plan_slot_at(sent->plan, i)->nullable &&
            !view_is_null(sent, i))
            return false;
        if (want->released.has[i] && !is_obliged(want, i) &&
            !slice_equal(view_raw(sent, i), view_raw(&was, i)))
            return false;
    }
    return same_cleared(k, want, sent);
}

/* The notice is in the record itself. Of several the first in the file is told, so not when
 * shuffled. */
static bool same_record(const struct check *k, const struct ref_decision *want,
                        const struct judged *out, const struct decision *got)
{
    struct view v;
    struct slice body;
    uint64_t fingerprint;
    struct err e = { .fate = ERR_NONE };
    if (got->disclosure < 0)
        return got->outcome != OUTCOME_DISCLOSE;
    struct slice bytes = out->disclosures[got->disclosure].bytes;
    const struct plan *p = catalogue_at(k->of->catalogue, k->of->event->schema)->plan;
    if (!wire_open(bytes, &fingerprint, &body, &e) || fingerprint != plan_fingerprint(p) ||
        !plan_view(p, k->arena, body, &v, &e))
        return false;
    struct slice notice = view_text(&v, (size_t)plan_header(p)->notice);
    return (k->shuffle || slice_equal_text(notice, want->tell ? want->tell : "")) &&
           same_fields(k, want, &v);
}

static bool same_decision(const struct check *k, const struct ref_decision *want,
                          const struct judged *out, const struct decision *got)
{
    static const char *const outcomes[] = { "disclose", "withhold", "hold" };
    if (!ref_same(decision_outcome_name(got->outcome), outcomes[want->outcome]))
        return differ(k, want->to, "outcome");
    if (!ref_same(got->reason, want->reason))
        return differ(k, want->to, "reason");
    if (!same_set(k, &want->released, &got->released))
        return differ(k, want->to, "what is released");
    struct ref_set kept;
    if (!kept_back(k, want, &kept) || !same_set(k, &kept, &got->withheld))
        return differ(k, want->to, "what is withheld");
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        if (!same_set(k, &want->obliged[o], &got->obliged[o]))
            return differ(k, want->to, "what is obliged");
    if (want->clause_count != got->clause_count ||
        !same_list(k, got->clauses, want->clauses, got->clause_count, is_clause))
        return differ(k, want->to, "clauses");
    if (want->prohibition_count != got->prohibition_count ||
        !same_list(k, got->prohibitions, want->prohibitions, got->prohibition_count,
                   is_prohibition))
        return differ(k, want->to, "prohibitions");
    if (want->outcome == REF_DISCLOSE &&
        (!same_names(k, &want->released, &got->released) || !same_names(k, &kept, &got->withheld)))
        return differ(k, want->to, "what is named");
    return same_record(k, want, out, got) || differ(k, want->to, "record");
}

static const struct decision *find(const struct judged *out, int to)
{
    for (size_t i = 0; i < out->decision_count; i++)
        if (out->decisions[i].to.n == to && !out->decisions[i].caught_up)
            return &out->decisions[i];
    return NULL;
}

static bool ask(struct check *k, int release, struct judged *out)
{
    struct ref_question q;
    struct err e = { .fate = ERR_NONE };
    if (ref_ask(k->arena, k->of, k->bundle, release, &q, out, &e) && !out->error)
        return true;
    if (k->tell)
        printf("not judged: %s %s\n", e.text, out->error ? out->error : "");
    return false;
}

/* What a human releases is decided anew, for that recipient only. */
static bool check_release(struct check *k, const struct ref_decision *held)
{
    int to = held->to;
    struct ref_case released = *k->of;
    struct check one = *k;
    struct judged out = { .decisions = NULL };
    struct ref_decision want;
    released.is_released = true;
    released.held_for = held->reason;
    one.of = &released;
    if (!ref_decide_one(k->arena, &released, to, &want) || !ask(&one, to, &out))
        return false;
    const struct decision *got = find(&out, to);
    return got ? same_decision(&one, &want, &out, got) : differ(k, to, "release");
}

/* What the engine decided, and the bytes that leave, go into the digest of all cases. */
static void add_to_digest(struct check *k, const struct judged *out, const struct decision *got)
{
    struct slice sent =
        got->disclosure < 0 ? slice_of(NULL, 0) : out->disclosures[got->disclosure].bytes;
    const struct slice hashed[] = { slice_of(k->digest, HASH_BYTES),
                                    slice_text(k->of->bundle->services[got->to.n].name),
                                    slice_text(got->reason),
                                    slice_of(&got->released, sizeof got->released),
                                    slice_of(&got->withheld, sizeof got->withheld),
                                    sent };
    sha256_slices(hashed, sizeof hashed / sizeof hashed[0], k->digest);
}

bool check_case(struct check *k)
{
    struct ref_decision *want = NULL;
    struct judged out = { .decisions = NULL };
    size_t n = 0;
    ref_decide(k->arena, k->of, &want, &n);
    k->named = ref_named(k->of);
    if (!ask(k, -1, &out))
        return false;
    if (n != out.decision_count)
        return differ(k, -1, "number");
    for (size_t i = 0; i < n; i++) {
        const struct decision *got = find(&out, want[i].to);
        if (!got)
            return differ(k, want[i].to, "existence");
        if (!same_decision(k, &want[i], &out, got))
            return false;
        add_to_digest(k, &out, got);
        k->decisions++;
        k->disclosed += want[i].outcome == REF_DISCLOSE;
        k->withheld += want[i].outcome == REF_WITHHOLD;
        k->held += want[i].outcome == REF_HOLD;
        if (want[i].outcome == REF_HOLD && !check_release(k, &want[i]))
            return false;
    }
    return true;
}

/* ---- printing ---- */

static void print_set(const char *what, const struct ref_case *c, const struct ref_set *set)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    printf("    %s:", what);
    for (size_t i = 0; i < plan_slots(p); i++)
        if (set->has[i])
            printf(" %.*s", SHOWN(plan_slot_at(p, i)->path));
    printf("\n");
}

static void print_wanted(const struct ref_case *c, const struct ref_decision *d)
{
    static const char *const outcomes[] = { "disclose", "withhold", "hold" };
    static const char *const obligations[] = { "year", "date", "flag", "alias" };
    printf("  reference, for %s: %s, %s; clauses", c->bundle->services[d->to].name,
           outcomes[d->outcome], d->reason);
    for (size_t i = 0; i < d->clause_count; i++)
        printf(" %s", c->bundle->clauses[d->clauses[i]].id);
    printf("; prohibitions");
    for (size_t i = 0; i < d->prohibition_count; i++)
        printf(" %s", c->bundle->prohibitions[d->prohibitions[i]].id);
    printf("\n");
    print_set("released", c, &d->released);
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        print_set(obligations[o], c, &d->obliged[o]);
}

static void print_got(const struct check *k, const struct decision *d)
{
    static const char *const obligations[] = { "year", "date", "flag", "alias" };
    printf("  engine,    for %s: %s, %s; clauses", k->of->bundle->services[d->to.n].name,
           decision_outcome_name(d->outcome), d->reason);
    for (size_t i = 0; i < d->clause_count; i++)
        printf(" %.*s", SHOWN(clause_name(k->bundle, d->clauses[i])));
    printf("; prohibitions");
    for (size_t i = 0; i < d->prohibition_count; i++)
        printf(" %.*s", SHOWN(prohibition_name(k->bundle, d->prohibitions[i])));
    printf("\n");
    struct ref_set set = by_field(k, &d->released);
    print_set("released", k->of, &set);
    for (size_t o = 0; o < OBLIGE_COUNT; o++) {
        set = by_field(k, &d->obliged[o]);
        print_set(obligations[o], k->of, &set);
    }
}

static const char *name_of(const struct ref_case *c, int service)
{
    if (service >= 0)
        return c->bundle->services[service].name;
    return service == REF_OUTSIDE ? "(all, or outside)" : "(cannot be told)";
}

static void print_words(const struct ref_case *c)
{
    const struct ref_facts *f = c->facts;
    for (size_t i = 0; i < f->consent_count; i++)
        printf("  %d: consent '%s' to %s: %s at %lld until %lld %s %s\n", f->consents[i].source,
               f->consents[i].purpose, name_of(c, f->consents[i].to),
               f->consents[i].granted ? "granted" : "revoked", (long long)f->consents[i].at_ms,
               (long long)f->consents[i].until_ms, f->consents[i].basis, f->consents[i].capacity);
    for (size_t i = 0; i < f->objection_count; i++)
        printf("  objection to %s: %d at %lld\n", name_of(c, f->objections[i].to),
               f->objections[i].stands, (long long)f->objections[i].at_ms);
    for (size_t i = 0; i < f->restriction_count; i++)
        printf("  restriction %s: %d at %lld by service %d\n", f->restrictions[i].kind,
               f->restrictions[i].stands, (long long)f->restrictions[i].at_ms,
               f->restrictions[i].source);
}

static void print_facts(const struct ref_case *c)
{
    const struct ref_facts *f = c->facts;
    printf("facts, decided at %lld:\n", (long long)c->at_ms);
    for (size_t i = 0; i < f->relationship_count; i++)
        printf("  relationship %s with %s, %s, by agency %zu\n", f->relationships[i].kind,
               name_of(c, f->relationships[i].with),
               f->relationships[i].is_open ? "open" : "closed", f->relationships[i].by);
    for (size_t i = 0; i < f->birth_count; i++)
        printf("  agency %zu says '%s' at %lld\n", f->births[i].agency, f->births[i].hash,
               (long long)f->births[i].at_ms);
    print_words(c);
    for (size_t i = 0; i < f->responsible_count; i++)
        printf("  responsible for %s: %s at %lld, by agency %zu\n", f->responsible[i].function,
               name_of(c, f->responsible[i].service), (long long)f->responsible[i].at_ms,
               f->responsible[i].by);
    for (size_t i = 0; i < f->death_count; i++)
        printf("  death, %s\n", f->deaths[i].is_formal ? "formal" : "heard of");
    for (size_t i = 0; i < f->past_count; i++)
        printf("  past %.*s of agency %zu, episode %s, at %lld, decided %lld%s\n",
               SHOWN(catalogue_at(c->catalogue, f->past[i].schema)->kinds[f->past[i].kind]),
               f->past[i].agency, f->past[i].episode, (long long)f->past[i].occurred_ms,
               (long long)f->past[i].decided_ms, f->past[i].retracted ? ", retracted" : "");
}

static void print_event(const struct ref_case *c)
{
    const struct ref_event *ev = c->event;
    const struct schema *s = catalogue_at(c->catalogue, ev->schema);
    printf("event %.*s.%.*s from %s\n", SHOWN(s->name), SHOWN(s->kinds[ev->kind]),
           c->bundle->services[ev->source].name);
    for (size_t i = 0; i < ev->value_count; i++) {
        const struct ref_value *v = &ev->values[i];
        struct slice path = plan_slot_at(s->plan, i)->path;
        if (v->sort == REF_IS_TEXT)
            printf("  %.*s: \"%s\"\n", SHOWN(path), v->text);
        else if (v->sort == REF_IS_TEXTS)
            printf("  %.*s: %zu texts\n", SHOWN(path), v->texts.n);
        else if (v->sort != REF_NULL)
            printf("  %.*s: %lld\n", SHOWN(path), (long long)v->number);
    }
}

static void print_answers(struct arena *a, const struct ref_case *c, uint64_t shuffle)
{
    struct ref_decision *want = NULL;
    struct judged out = { .decisions = NULL };
    size_t n = 0;
    print_facts(c);
    print_event(c);
    struct check k = { .arena = a, .of = c, .shuffle = shuffle, .tell = true };
    k.bundle = ref_load(a, c, shuffle, true);
    ref_decide(a, c, &want, &n);
    for (size_t i = 0; i < n; i++)
        print_wanted(c, &want[i]);
    if (k.bundle && ask(&k, -1, &out))
        for (size_t i = 0; i < out.decision_count; i++)
            print_got(&k, &out.decisions[i]);
    if (k.bundle)
        (void)check_case(&k);
}

void print_case(const struct ref_case *c, uint64_t shuffle)
{
    struct arena a;
    struct ref_files files;
    arena_init(&a, 256u << 20);
    ref_write_bundle(&a, c, shuffle, &files);
    for (size_t i = 0; i < files.n; i++)
        if (!ref_same(files.at[i].name, "facts.yaml"))
            printf("---- %s\n%.*s", files.at[i].name, (int)files.at[i].bytes.n,
                   (const char *)files.at[i].bytes.p);
    printf("----\n");
    if (c->event)
        print_answers(&a, c, shuffle);
    arena_release(&a);
}
