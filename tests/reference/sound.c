/* sound.c - what `check` says of random bundles, held against what the engine then decides.
 *
 * A finding is a promise. A clause that never shares anything must never be why anything is shared;
 * one that adds nothing must never stand without the one that shares all of it; what prohibitions
 * always take, and what nobody may receive, must never be released; a prohibition whose condition
 * is never true may take only what cannot be told; and two prohibitions that tell a recipient
 * different things must not both act when check is silent. Conditions are made of a few leaves that
 * meet again, negated, in pairs and in the prohibitions beside them, so that many can never hold.
 * SOUND_CASES (30,000), REFERENCE_SEED. The first broken promise is printed with its case. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"
#include "sound.h"
#include "sharing/decide/when_eval.h"
#include "sharing/facts/facts_query.h"
#include "sharing/judge/judge.h"
#include "sharing/rules/compiled.h"
#include "sharing/tools/analyse.h"
#include "sharing/tools/explain_limit.h"
#include "sharing/tools/when_logic.h"

#define CASES_A_BUNDLE 100
#define ARENA_MAX ((size_t)512 << 20)

/* What is promised of a clause. */
struct promise {
    bool never_true, never_shares, reaches_nobody;
    bool is_undone;           /* another may release as it is what this one changes */
    uint32_t adds_nothing_to; /* number of the clause that shares all of it, + 1; 0: none */
    struct categories taken;  /* never released together with it */
};

struct counts {
    uint64_t cases, bundles, decisions, findings, dead, shadowed, taken, silent, tells, met;
    uint64_t truths, implied;
};

struct trial {
    struct arena *life, *arena;
    struct ref_random *random;
    struct ref_case of;
    const struct bundle *bundle;
    const struct ref_question *question;
    struct promise *promises; /* by clause */
    bool *acts_unsure;        /* by prohibition: its condition is never true */
    bool *unshared;           /* by number of kind */
    struct categories unreceived;
    struct problems problems, warnings;
    struct counts n;
};

static size_t below(struct trial *t, size_t n)
{
    return ref_below(t->random, n);
}

/* ---- what check promises ---- */

/* The clause at that place; the count when it is none of them. */
static size_t clause_at(const struct bundle *b, const char *file, uint32_t line)
{
    size_t i = 0;
    while (i < b->clause_count &&
           !(b->clauses[i].line == line && ref_same(b->clauses[i].file, file)))
        i++;
    return i;
}

static size_t prohibition_at(const struct bundle *b, const char *file, uint32_t line)
{
    size_t i = 0;
    while (i < b->prohibition_count &&
           !(b->prohibitions[i].line == line && ref_same(b->prohibitions[i].file, file)))
        i++;
    return i;
}

/* The names that a sentence ends with: "...: a, b and 2 more". "a except b": none of them. */
static void read_names(const struct bundle *b, const char *text, struct categories *out)
{
    const char *at = strrchr(text, ':');
    struct slice rest = slice_text(at ? at + 1 : "");
    while (rest.n && !strstr(text, " except ")) {
        size_t comma = slice_find(rest, ',');
        struct slice name = slice_trim(slice_head(rest, comma));
        struct categories one;
        if (!slice_starts(name, SLICE("field ")))
            name = slice_head(name, slice_find(name, ' '));
        if (bundle_named(b, name, &one))
            categories_join(out, &one);
        rest = slice_from(rest, comma + 1);
    }
}

static void read_kinds(struct trial *t, const struct err *f)
{
    struct slice file = slice_text(f->file);
    struct slice type = slice_from(file, SLICE("schemas/").n);
    const struct compiled *k = t->bundle->compiled;
    type = slice_head(type, slice_find(type, '.'));
    for (size_t s = 0; s < catalogue_count(t->bundle->catalogue); s++)
        for (uint32_t n = k->kind_base[s]; n < k->kind_base[s + 1]; n++) {
            struct slice kind = k->schemas[s]->kinds[n - k->kind_base[s]];
            const char *word = arena_format(t->life, " %.*s", SHOWN(kind));
            const char *hit = strstr(f->text, word);
            char after = hit ? hit[strlen(word)] : 'x';
            bool is_all = strstr(f->text, "events of this type") != NULL;
            if (slice_equal(k->schemas[s]->name, type) &&
                (is_all || after == '\0' || after == ',' || after == ' '))
                t->unshared[n] = true;
        }
}

static void read_shadow(struct trial *t, struct promise *p, const struct err *f)
{
    const char *line = strstr(f->text, " in line ");
    uint32_t number = line ? (uint32_t)strtoul(line + 9, NULL, 10) : 0;
    size_t by = clause_at(t->bundle, f->file, number);
    if (!line || by == t->bundle->clause_count) {
        printf("cannot read: %s\n", f->text);
        abort();
    }
    p->adds_nothing_to = (uint32_t)by + 1;
    t->n.shadowed++;
}

static void read_finding(struct trial *t, const struct err *f)
{
    const struct bundle *b = t->bundle;
    size_t clause = f->file ? clause_at(b, f->file, f->line) : b->clause_count;
    size_t prohibition = f->file ? prohibition_at(b, f->file, f->line) : b->prohibition_count;
    struct promise nothing = { 0 };
    struct promise *p = clause < b->clause_count ? &t->promises[clause] : &nothing;
    t->n.findings++;
    if (ref_same(f->code, "check.never") && prohibition < b->prohibition_count)
        t->acts_unsure[prohibition] = true, t->n.silent++;
    else if (ref_same(f->code, "check.never"))
        p->never_true = true, t->n.dead++;
    else if (ref_same(f->code, "check.nobody"))
        p->reaches_nobody = true, t->n.dead++;
    else if (ref_same(f->code, "check.nothing") || ref_same(f->code, "check.overridden"))
        p->never_shares = true, t->n.dead++;
    else if (ref_same(f->code, "check.taken"))
        read_names(b, f->text, &p->taken), t->n.taken++;
    else if (ref_same(f->code, "check.unreceived"))
        read_names(b, f->text, &t->unreceived);
    else if (ref_same(f->code, "check.unshared"))
        read_kinds(t, f);
    else if (ref_same(f->code, "check.shadowed"))
        read_shadow(t, p, f);
    else if (ref_same(f->code, "check.undone"))
        p->is_undone = true;
    else if (ref_same(f->code, "check.tell"))
        t->n.tells++;
}

static void ask_check(struct trial *t)
{
    const struct bundle *b = t->bundle;
    const struct analyse_input in = { .bundle = b, .now_ms = t->of.at_ms };
    t->problems = t->warnings = (struct problems){ .count = 0 };
    t->promises = ARENA_ARRAY(t->life, b->clause_count + 1, struct promise);
    t->acts_unsure = ARENA_ARRAY(t->life, b->prohibition_count + 1, bool);
    t->unshared = ARENA_ARRAY(t->life, b->compiled->kind_count + 1, bool);
    t->unreceived = (struct categories){ { 0 } };
    analyse(&in, t->life, &t->problems, &t->warnings);
    for (size_t i = 0; i < t->problems.count; i++)
        read_finding(t, &t->problems.list[i]);
    for (size_t i = 0; i < t->warnings.count; i++)
        read_finding(t, &t->warnings.list[i]);
}

/* ---- what is decided ---- */

static bool broken(const char *what, struct slice name)
{
    printf("BROKEN PROMISE: %s: %.*s\n", what, SHOWN(name));
    return false;
}

static bool meet(const struct categories *a, const struct categories *b)
{
    struct categories both = *a;
    categories_keep(&both, b);
    return !categories_is_empty(&both);
}

static bool has_clause(const struct decision *d, uint32_t clause)
{
    for (size_t i = 0; i < d->clause_count; i++)
        if (d->clauses[i] == clause)
            return true;
    return false;
}

static bool keeps_clause(struct trial *t, const struct decision *d, uint32_t n)
{
    const struct clause *c = &t->bundle->clauses[n];
    const struct promise *p = &t->promises[n];
    bool shared = d->outcome == OUTCOME_DISCLOSE;
    t->n.met += p->never_true || p->never_shares || p->reaches_nobody || p->adds_nothing_to ||
                !categories_is_empty(&p->taken);
    if (p->reaches_nobody)
        return broken("reaches nobody, and somebody is asked about", c->name);
    if (p->never_true && shared)
        return broken("its condition is never true, and it shares", c->name);
    if (p->never_shares && meet(&c->release, &d->released))
        return broken("it never shares anything, and its data go", c->name);
    if (meet(&p->taken, &d->released))
        return broken("always taken, and released", c->name);
    if (p->adds_nothing_to && !has_clause(d, p->adds_nothing_to - 1))
        return broken("it adds nothing, and stands without the other", c->name);
    return true;
}

/* By the engine's own word: what the event itself makes known is not known yet when it decides. */
static bool keeps_prohibition(struct trial *t, const struct decision *d, uint32_t n)
{
    const struct prohibition *p = &t->bundle->prohibitions[n];
    const struct facts_context in = { .bundle = t->bundle,
                                      .facts = t->question->in.facts,
                                      .event = &t->question->in.event,
                                      .schema = d->schema,
                                      .source = (uint16_t)t->of.event->source,
                                      .recipient = d->to.n,
                                      .decided_ms = t->of.at_ms,
                                      .arena = t->arena };
    enum reason why;
    if (!t->acts_unsure[n])
        return true;
    t->n.met++;
    return when_eval(p->when, &in, &why) == TRUTH_UNKNOWN ||
           broken("its condition is never true, and it acts", p->id);
}

/* Whether check has said of a prohibition that it tells otherwise than one before it. */
static bool is_told(const struct trial *t, const struct prohibition *p)
{
    const char *name = arena_format(t->arena, "and '%.*s' tell", SHOWN(p->id));
    for (size_t i = 0; i < t->problems.count; i++)
        if (ref_same(t->problems.list[i].code, "check.tell") &&
            strstr(t->problems.list[i].text, name))
            return true;
    return false;
}

static bool keeps_telling(struct trial *t, const struct decision *d)
{
    const struct prohibition *first = NULL;
    for (size_t i = 0; i < d->prohibition_count; i++) {
        const struct prohibition *p = &t->bundle->prohibitions[d->prohibitions[i]];
        if (p->tell.n && first && !slice_equal(p->tell, first->tell) && !is_told(t, p))
            return broken("nobody said that it tells otherwise", p->id);
        first = first || !p->tell.n ? first : p;
    }
    return true;
}

/* Whether check has said that one's obligation may be undone by another of the same decision. */
static bool keeps_obligations(struct trial *t, const struct decision *d)
{
    for (size_t i = 0; i < d->clause_count && d->outcome == OUTCOME_DISCLOSE; i++)
        for (size_t j = 0; j < d->clause_count; j++) {
            const struct clause *c = &t->bundle->clauses[d->clauses[i]];
            struct categories changed = c->release;
            categories_drop(&changed, &c->plain);
            categories_keep(&changed, &d->released);
            if (meet(&changed, &t->bundle->clauses[d->clauses[j]].plain) &&
                !t->promises[d->clauses[i]].is_undone)
                return broken("nobody said that its obligation may be undone", c->name);
        }
    return true;
}

static bool keeps_all(struct trial *t, const struct decision *d, uint32_t kind)
{
    bool ok = true;
    t->n.decisions++;
    if (d->outcome == OUTCOME_DISCLOSE && t->unshared[kind])
        ok = broken("nobody shares this kind, and somebody got it", SLICE(""));
    if (meet(&d->released, &t->unreceived))
        ok = broken("nobody may receive it, and somebody does", SLICE(""));
    for (size_t i = 0; ok && i < d->clause_count; i++)
        ok = keeps_clause(t, d, d->clauses[i]);
    for (size_t i = 0; ok && i < d->prohibition_count; i++)
        ok = keeps_prohibition(t, d, d->prohibitions[i]);
    return ok && keeps_telling(t, d) && keeps_obligations(t, d);
}

/* ---- what conditions are ---- */

static const struct ref_clause *ref_of(const struct trial *t, const struct clause *c)
{
    for (size_t i = 0; i < t->of.bundle->clause_count; i++)
        if (slice_equal_text(c->id, t->of.bundle->clauses[i].id))
            return &t->of.bundle->clauses[i];
    abort();
}

static unsigned truth_of(struct trial *t, const struct clause *c, int to)
{
    static const unsigned truths[] = {
        [REF_FALSE] = WHEN_IS_FALSE, [REF_TRUE] = WHEN_IS_TRUE, [REF_UNKNOWN] = WHEN_IS_UNKNOWN
    };
    return truths[ref_evaluate(&t->of, to, ref_of(t, c)->when).truth];
}

/* The sets that a condition is asked for as a whole, of those that have this truth. */
static bool can_be_both(const struct trial *t, const struct clause *a, unsigned a_is,
                        const struct clause *b, unsigned b_is)
{
    static const unsigned sets[] = { WHEN_IS_FALSE, WHEN_IS_TRUE, WHEN_IS_FALSE | WHEN_IS_UNKNOWN,
                                     WHEN_IS_TRUE | WHEN_IS_UNKNOWN };
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            if ((sets[i] & a_is) && (sets[j] & b_is) &&
                !when_can_both(t->of.catalogue, a->when, sets[i], b->when, sets[j]))
                return false;
    return true;
}

/* Two clauses for the event's kind, each asked about the same recipient. */
static bool keeps_logic(struct trial *t, const struct clause *a, const struct clause *b)
{
    int to = (int)below(t, t->bundle->service_count);
    unsigned a_is = truth_of(t, a, to), b_is = truth_of(t, b, to);
    bool implies = when_implies(t->of.catalogue, a->when, b->when);
    t->n.truths++;
    t->n.implied += implies && a_is == WHEN_IS_TRUE;
    if (!when_can_be(t->of.catalogue, a->when, a_is))
        return broken("its condition cannot be what it is", a->name);
    if (!can_be_both(t, a, a_is, b, b_is))
        return broken("its condition cannot be so beside another", a->name);
    if (implies && ((a_is == WHEN_IS_TRUE && b_is != WHEN_IS_TRUE) ||
                    (a_is == WHEN_IS_UNKNOWN && b_is == WHEN_IS_FALSE)))
        return broken("its condition implies another that does not hold", a->name);
    return true;
}

static bool keep_logic(struct trial *t, uint32_t kind)
{
    const struct clause *before = NULL;
    for (size_t i = 0; i < t->bundle->clause_count; i++) {
        const struct clause *c = &t->bundle->clauses[i];
        if (!kinds_have(c->kinds, c->kind_count, kind))
            continue;
        if (before && (!keeps_logic(t, before, c) || !keeps_logic(t, c, before)))
            return false;
        before = c;
    }
    return true;
}

/* ---- what explain says of what was decided ---- */

static bool is_explained(const struct trial *t, const struct decision *d)
{
    const struct bundle *b = t->bundle;
    struct categories rest = d->released;
    for (size_t i = 0; i < d->clause_count; i++) {
        struct categories shared = explain_shared(b, &b->clauses[d->clauses[i]]);
        categories_drop(&rest, &shared);
    }
    if (!categories_is_empty(&rest))
        return broken("released, and not explained", SLICE(""));
    for (size_t p = 0; p < d->prohibition_count; p++) {
        const struct prohibition *x = &b->prohibitions[d->prohibitions[p]];
        bool any = false;
        for (size_t i = 0; i < d->clause_count; i++) {
            const struct clause *c = &b->clauses[d->clauses[i]];
            struct categories shared = explain_shared(b, c);
            struct categories taken = explain_taken(b, c, x, &shared);
            any |= !categories_is_empty(&taken);
        }
        if (!any)
            return broken("it acts, and no clause explains it", x->id);
    }
    return true;
}

static bool try_case(struct trial *t)
{
    struct ref_question *q = ARENA_NEW(t->arena, struct ref_question);
    struct judged out = { .decisions = NULL };
    struct err e = { .fate = ERR_NONE };
    const struct schema *s = catalogue_at(t->of.catalogue, t->of.event->schema);
    uint32_t kind = t->bundle->compiled->kind_base[bundle_schema(t->bundle, s->plan)] +
                    (uint32_t)t->of.event->kind;
    if (!q || !ref_decide_case(t->arena, &t->of, t->bundle, q, &out, &e) || out.error)
        return broken("not decided", SLICE(""));
    t->n.cases++;
    t->question = q;
    for (size_t i = 0; i < out.decision_count; i++)
        if (!keeps_all(t, &out.decisions[i], kind) || !is_explained(t, &out.decisions[i]))
            return false;
    return keep_logic(t, kind);
}

static void print_findings(const struct trial *t)
{
    char text[400];
    for (size_t i = 0; i < t->problems.count; i++)
        printf("problem %s\n", err_print(&t->problems.list[i], text, sizeof text));
    for (size_t i = 0; i < t->warnings.count; i++)
        printf("warning %s\n", err_print(&t->warnings.list[i], text, sizeof text));
}

static bool try_bundle(struct trial *t, uint64_t seed, size_t cases)
{
    struct arena life, scratch;
    struct ref_random r = { seed };
    arena_init(&life, ARENA_MAX);
    arena_init(&scratch, ARENA_MAX);
    t->life = &life;
    t->arena = &scratch;
    t->random = &r;
    t->of.bundle = sound_bundle(&life, &r, t->of.catalogue);
    t->bundle = ref_load(&life, &t->of, 0, true);
    bool ok = t->bundle != NULL;
    t->of.at_ms = ref_random_moment(&r, t->of.bundle);
    if (ok)
        ask_check(t);
    for (size_t i = 0; ok && i < cases; i++) {
        arena_reset(&scratch);
        t->of.facts = ref_random_facts(&scratch, &r, t->of.bundle, t->of.at_ms, t->of.catalogue);
        t->of.event = ref_random_event(&scratch, &r, t->of.bundle, t->of.catalogue, t->of.at_ms);
        ok = try_case(t);
    }
    if (!ok && t->bundle) {
        print_findings(t);
        print_case(&t->of, 0);
    }
    t->n.bundles++;
    problems_release(&t->problems);
    problems_release(&t->warnings);
    arena_release(&scratch);
    arena_release(&life);
    return ok;
}

int main(void)
{
    const char *cases = getenv("SOUND_CASES"), *seed = getenv("REFERENCE_SEED");
    uint64_t wanted = cases ? strtoull(cases, NULL, 10) : 30000;
    uint64_t from = seed ? strtoull(seed, NULL, 10) : 20261122;
    struct problems p = { .count = 0 };
    struct trial t = { .n = { 0 } };
    struct arena a;
    arena_init(&a, ARENA_MAX);
    t.of.catalogue = catalogue_load(&a, SOURCE_DIR "/schemas", &p);
    bool ok = t.of.catalogue != NULL;
    printf("seed %llu\n", (unsigned long long)from);
    while (ok && t.n.cases < wanted)
        ok = try_bundle(&t, from * 0x100000001b3u + t.n.bundles, CASES_A_BUNDLE);
    printf("%llu bundles: %llu findings (%llu dead clauses, %llu that add nothing, %llu with data "
           "always taken, %llu silent prohibitions, %llu told differently)\n",
           (unsigned long long)t.n.bundles, (unsigned long long)t.n.findings,
           (unsigned long long)t.n.dead, (unsigned long long)t.n.shadowed,
           (unsigned long long)t.n.taken, (unsigned long long)t.n.silent,
           (unsigned long long)t.n.tells);
    printf("%llu cases, %llu decisions, %llu times one of them stood in a decision; %llu pairs of "
           "conditions, %llu implied: %s\n",
           (unsigned long long)t.n.cases, (unsigned long long)t.n.decisions,
           (unsigned long long)t.n.met, (unsigned long long)t.n.truths,
           (unsigned long long)t.n.implied, ok ? "all promises kept" : "FAILED");
    problems_release(&p);
    arena_release(&a);
    return ok ? 0 : 1;
}
