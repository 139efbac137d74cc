/* widens.c - "effect says that a bundle widens", on random pairs of bundles.
 *
 * A bundle is changed at random, once or a few times. Whenever the candidate then discloses
 * something of some event that the bundle in force does not (a field, a plainer form, to one more
 * recipient, without a notice), pack_widens must have said that it widens: two must sign it. And
 * a candidate that is the same, or from which something was plainly taken, must not be said to
 * widen. WIDENS_PAIRS (16,000) is how many pairs of a candidate and an event; REFERENCE_SEED. The
 * first that fails is made small and printed. */
#include <stdio.h>
#include <stdlib.h>

#include "change.h"
#include "check.h"
#include "pair.h"

#define ARENA_MAX ((size_t)512 << 20)
#define CANDIDATES 12 /* of one bundle */
#define EVENTS_SAID 1 /* of a candidate that is said to widen: to see that some do */
#define EVENTS_SILENT 8

struct totals {
    uint64_t pairs, candidates, refused, said, disclosing, narrowed;
};

struct trial {
    struct totals totals;
    struct ref_random random;
    struct pair pair;
    struct arena *life, *scratch; /* of a bundle; of an event */
    const char *changes[4];
    size_t change_count;
    bool only_narrows;
};

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

/* ---- telling ---- */

static void print_bundle(struct arena *a, const struct ref_case *c, uint64_t shuffle)
{
    struct ref_files files;
    ref_write_bundle(a, c, shuffle, &files);
    for (size_t i = 0; i < files.n; i++)
        if (!ref_same(files.at[i].name, "facts.yaml"))
            printf("---- %s\n%.*s", files.at[i].name, (int)files.at[i].bytes.n,
                   (const char *)files.at[i].bytes.p);
}

static bool fail(struct trial *t, bool more)
{
    struct arena a;
    const struct widening *w = NULL;
    struct pair *p = &t->pair;
    printf("FAILED: %s; changed:", more ? "it discloses more and is not said to widen"
                                        : "it only narrows and is said to widen");
    for (size_t i = 0; i < t->change_count; i++)
        printf("%s %s", i ? "," : "", t->changes[i]);
    printf("; made small:\n");
    (void)fflush(stdout);
    shrink_pair(p, more);
    arena_init(&a, ARENA_MAX);
    struct ref_case candidate = p->of;
    candidate.bundle = p->candidate;
    printf("======== the candidate\n");
    print_bundle(&a, &candidate, p->shuffle);
    printf("======== the bundle in force\n");
    if (more)
        print_case(&p->of, 0);
    else
        print_bundle(&a, &p->of, 0);
    if (more)
        printf("discloses: %s\n", pair_discloses_more(&a, p));
    else if (pair_widens(&a, p, &w))
        for (; w; w = w->next)
            printf("said: %s\n", w->what);
    arena_release(&a);
    return false;
}

/* ---- trying ---- */

static bool same_words(const struct ref_words *a, const struct ref_words *b)
{
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (!ref_same(a->at[i], b->at[i]))
            return false;
    return a->n == b->n;
}

static bool is_unchanged(const struct ref_bundle *b, const struct ref_clause *c)
{
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct ref_clause *was = &b->clauses[i];
        if (ref_same(was->id, c->id))
            return was->when == c->when && was->share.n == c->share.n &&
                   same_words(&was->from, &c->from) && same_words(&was->to, &c->to) &&
                   same_words(&was->release, &c->release) && was->lasting_kind == c->lasting_kind &&
                   was->lasting_days == c->lasting_days;
    }
    return false;
}

/* The candidate, or for most events only a clause of it that was changed: events are made for
 * it. */
static struct ref_bundle to_aim_at(struct trial *t)
{
    struct ref_bundle aim = *t->pair.candidate;
    if (!aim.clause_count || ref_chance(&t->random, 30))
        return *t->pair.of.bundle;
    size_t from = ref_below(&t->random, aim.clause_count);
    for (size_t i = 0; i < aim.clause_count; i++) {
        struct ref_clause *c = &t->pair.candidate->clauses[(from + i) % aim.clause_count];
        if (is_unchanged(t->pair.of.bundle, c))
            continue;
        aim.clauses = c;
        aim.clause_count = 1;
        break;
    }
    return aim;
}

static const char *try_event(struct trial *t)
{
    struct pair *p = &t->pair;
    const struct ref_bundle aim = to_aim_at(t), *of = &aim;
    arena_reset(t->scratch);
    p->of.at_ms = ref_random_moment(&t->random, of);
    p->of.facts = ref_random_facts(t->scratch, &t->random, of, p->of.at_ms, p->of.catalogue);
    p->of.event = ref_random_event(t->scratch, &t->random, of, p->of.catalogue, p->of.at_ms);
    t->totals.pairs++;
    return pair_discloses_more(t->scratch, p);
}

static void make_candidate(struct trial *t)
{
    static const size_t counts[] = { 0, 1, 1, 1, 1, 1, 2, 3 };
    size_t wanted = counts[ref_below(&t->random, sizeof counts / sizeof counts[0])];
    t->only_narrows = ref_chance(&t->random, 40);
    t->change_count = 0;
    t->pair.candidate = ref_copy_bundle(t->life, t->pair.of.bundle);
    t->pair.shuffle = ref_chance(&t->random, 30) ? ref_next(&t->random) : 0;
    for (size_t tries = 0; t->change_count < wanted && tries < 20; tries++) {
        const char *what = ref_change(t->life, &t->random, t->pair.of.catalogue, t->pair.candidate,
                                      t->only_narrows);
        if (what)
            t->changes[t->change_count++] = what;
    }
    t->only_narrows |= t->change_count == 0;
}

static bool try_candidate(struct trial *t, uint64_t wanted)
{
    const struct widening *w = NULL;
    make_candidate(t);
    t->pair.of.event = NULL;
    arena_reset(t->scratch);
    if (!pair_widens(t->scratch, &t->pair, &w)) {
        t->totals.refused++;
        return true;
    }
    bool said = w != NULL;
    t->totals.candidates++;
    t->totals.said += said;
    t->totals.narrowed += t->only_narrows;
    if (said && t->only_narrows)
        return fail(t, false);
    for (int i = 0; i < (said ? EVENTS_SAID : EVENTS_SILENT) && t->totals.pairs < wanted; i++) {
        if (!try_event(t))
            continue;
        t->totals.disclosing++;
        if (!said)
            return fail(t, true);
    }
    return true;
}

/* Mostly small, so that what was changed is met by an event. */
static struct ref_size some_size(struct ref_random *r)
{
    struct ref_size s = { 2 + ref_below(r, 2), 0, 1 + ref_below(r, 3), 0, ref_below(r, 3) };
    s.services = s.agencies + ref_below(r, 3);
    s.clauses = s.agreements + ref_below(r, 4);
    return ref_chance(r, 10) ? ref_random_size(r) : s;
}

static bool try_bundle(struct trial *t, uint64_t wanted)
{
    struct arena life, scratch;
    bool ok = true;
    arena_init(&life, ARENA_MAX);
    arena_init(&scratch, ARENA_MAX);
    t->life = &life;
    t->scratch = &scratch;
    t->pair.of.bundle =
        ref_random_bundle(&life, &t->random, t->pair.of.catalogue, some_size(&t->random));
    if (ref_chance(&t->random, 80))
        ref_loosen(&life, &t->random, t->pair.of.bundle);
    for (int i = 0; ok && i < CANDIDATES && t->totals.pairs < wanted; i++)
        ok = try_candidate(t, wanted);
    arena_release(&scratch);
    arena_release(&life);
    return ok;
}

/* That it says something: of those said to widen some do, and few candidates cannot be loaded. */
static bool is_telling(const struct totals *t)
{
    return t->disclosing > 0 && t->narrowed > 0 && t->refused < t->candidates / 4;
}

int main(void)
{
    uint64_t wanted = number_from("WIDENS_PAIRS", 16000);
    uint64_t seed = number_from("REFERENCE_SEED", 20261122);
    struct problems p = { .count = 0 };
    struct trial t = { .random = { 0 } };
    struct arena a;
    bool ok = true;
    arena_init(&a, ARENA_MAX);
    t.pair.of.catalogue = catalogue_load(&a, SOURCE_DIR "/schemas", &p);
    printf("seed %llu\n", (unsigned long long)seed);
    for (uint64_t n = 0; t.pair.of.catalogue && ok && t.totals.pairs < wanted; n++) {
        t.random.state = seed * 0x100000001b3u + n;
        ok = try_bundle(&t, wanted);
        if (!ok)
            printf("bundle %llu\n", (unsigned long long)n);
    }
    ok = ok && t.pair.of.catalogue && is_telling(&t.totals);
    printf("%llu events of %llu candidates (%llu said to widen, %llu only narrow, %llu refused): "
           "%llu disclose more, %s\n",
           (unsigned long long)t.totals.pairs, (unsigned long long)t.totals.candidates,
           (unsigned long long)t.totals.said, (unsigned long long)t.totals.narrowed,
           (unsigned long long)t.totals.refused, (unsigned long long)t.totals.disclosing,
           ok ? "each of one that was said to widen" : "FAILED");
    problems_release(&p);
    arena_release(&a);
    return ok ? 0 : 1;
}
