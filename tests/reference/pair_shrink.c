/* pair_shrink.c - makes a pair of bundles small: what both have goes from both. */
#include <stdlib.h>

#include "change.h"
#include "pair.h"
#include "shrink.h"

struct cutting {
    struct pair *pair;
    bool more;
    struct arena arena; /* of every copy that was kept */
};

static bool is_wanted(const struct cutting *c)
{
    const struct widening *w = NULL;
    struct arena a;
    arena_init(&a, (size_t)256 << 20);
    bool wanted = pair_widens(&a, c->pair, &w) && (w == NULL) == c->more &&
                  (!c->more || pair_discloses_more(&a, c->pair));
    arena_release(&a);
    return wanted;
}

static bool still_fails(const struct shrink *s)
{
    return is_wanted(s->ctx);
}

/* ---- what stands in both, by its name ---- */

static struct ref_clause *clause_named(struct ref_bundle *b, const char *id)
{
    for (size_t i = 0; i < b->clause_count; i++)
        if (ref_same(b->clauses[i].id, id))
            return &b->clauses[i];
    return NULL;
}

static void drop_clause(struct ref_bundle *b, const char *id)
{
    struct ref_clause *c = clause_named(b, id);
    if (c)
        memmove(c, c + 1, (size_t)(&b->clauses[--b->clause_count] - c) * sizeof *c);
}

static void drop_prohibition(struct ref_bundle *b, const char *id)
{
    for (size_t i = 0; i < b->prohibition_count; i++)
        if (ref_same(b->prohibitions[i].id, id)) {
            struct ref_prohibition *p = &b->prohibitions[i];
            memmove(p, p + 1, (--b->prohibition_count - i) * sizeof *p);
            return;
        }
}

static void drop_agreement(struct ref_bundle *b, const struct ref_agreement *like)
{
    for (size_t i = b->agreement_count; i-- > 0;) {
        struct ref_agreement *g = &b->agreements[i];
        size_t clauses = 0;
        if (!ref_same(g->name, like->name) || g->version != like->version)
            continue;
        for (size_t n = 0; n < b->clause_count; n++) {
            if (b->clauses[n].agreement == i)
                continue;
            b->clauses[clauses] = b->clauses[n];
            b->clauses[clauses++].agreement -= b->clauses[n].agreement > i;
        }
        b->clause_count = clauses;
        memmove(g, g + 1, (--b->agreement_count - i) * sizeof *g);
    }
}

static void drop_word(struct ref_words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (ref_same(w->at[i], word)) {
            memmove(&w->at[i], &w->at[i + 1], (--w->n - i) * sizeof *w->at);
            return;
        }
}

/* A way to change one clause of both. */
struct cut {
    const char *id, *word;
    size_t list; /* of cut_clause */
};
#define LISTS 5

static void cut_clause(struct ref_bundle *b, const struct cut *cut)
{
    struct ref_clause *c = clause_named(b, cut->id);
    if (!c)
        return;
    if (cut->list == 0)
        c->when = NULL;
    else if (cut->list == 1)
        c->lasting_kind = NULL;
    else if (cut->list == 2)
        drop_word(&c->from, cut->word);
    else if (cut->list == 3)
        drop_word(&c->to, cut->word);
    else
        drop_word(&c->release, cut->word);
    for (size_t o = 0; cut->list == 4 && o < REF_OBLIGATIONS_COUNT; o++)
        drop_word(&c->oblige[o], cut->word);
}

/* ---- trying ---- */

struct kept {
    struct ref_bundle *was, *candidate;
};

/* Both as copies, to be cut. */
static struct kept copy_both(struct cutting *c)
{
    struct kept k = { c->pair->of.bundle, c->pair->candidate };
    c->pair->of.bundle = ref_copy_bundle(&c->arena, k.was);
    c->pair->candidate = ref_copy_bundle(&c->arena, k.candidate);
    return k;
}

static bool keep_or_return(struct cutting *c, struct kept k)
{
    if (is_wanted(c))
        return true;
    c->pair->of.bundle = k.was;
    c->pair->candidate = k.candidate;
    return false;
}

static bool try_clause(struct cutting *c, const char *id)
{
    struct kept k = copy_both(c);
    drop_clause(c->pair->of.bundle, id);
    drop_clause(c->pair->candidate, id);
    return keep_or_return(c, k);
}

static bool try_cut(struct cutting *c, const struct cut *cut)
{
    struct kept k = copy_both(c);
    cut_clause(c->pair->of.bundle, cut);
    cut_clause(c->pair->candidate, cut);
    return keep_or_return(c, k);
}

static bool cut_lists(struct cutting *c, const struct ref_clause *clause)
{
    const struct ref_words *lists[LISTS] = { NULL, NULL, &clause->from, &clause->to,
                                             &clause->release };
    bool any = false;
    for (size_t list = 0; list < LISTS; list++) {
        bool is_set = list == 0 ? clause->when != NULL : clause->lasting_kind != NULL;
        size_t n = list < 2 ? is_set : lists[list]->n;
        for (size_t i = 0; i < n; i++) {
            struct cut cut = { clause->id, list < 2 ? NULL : lists[list]->at[i], list };
            any |= try_cut(c, &cut);
        }
    }
    return any;
}

static bool cut_agreements(struct cutting *c, const struct ref_bundle *of)
{
    bool any = false;
    for (size_t i = 0; i < of->agreement_count; i++) {
        struct kept k = copy_both(c);
        drop_agreement(c->pair->of.bundle, &of->agreements[i]);
        drop_agreement(c->pair->candidate, &of->agreements[i]);
        any |= c->pair->of.bundle->agreement_count && keep_or_return(c, k);
        if (!c->pair->of.bundle->agreement_count) {
            c->pair->of.bundle = k.was;
            c->pair->candidate = k.candidate;
        }
    }
    return any;
}

static bool cut_prohibitions(struct cutting *c, const struct ref_bundle *of)
{
    bool any = false;
    for (size_t i = 0; i < of->prohibition_count; i++) {
        struct kept k = copy_both(c);
        drop_prohibition(c->pair->of.bundle, of->prohibitions[i].id);
        drop_prohibition(c->pair->candidate, of->prohibitions[i].id);
        any |= keep_or_return(c, k);
    }
    return any;
}

/* of: whichever of the two has the most; it stays as it is while copies are cut. */
static bool cut_bundles(struct cutting *c, const struct ref_bundle *of)
{
    bool any = cut_agreements(c, of);
    any |= cut_prohibitions(c, of);
    for (size_t i = 0; i < of->clause_count; i++) {
        bool gone = try_clause(c, of->clauses[i].id);
        any |= gone || cut_lists(c, &of->clauses[i]);
    }
    return any;
}

void shrink_pair(struct pair *p, bool more)
{
    struct cutting c = { .pair = p, .more = more };
    struct shrink s = { .of = &p->of, .still_fails = still_fails, .ctx = &c };
    bool any = true;
    arena_init(&c.arena, (size_t)1 << 30); /* never given back: the pair lies in it */
    for (int round = 0; round < 4 && any; round++) {
        any = cut_bundles(&c, p->of.bundle);
        any |= cut_bundles(&c, p->candidate);
        if (more) {
            any |= shrink_facts(&s);
            any |= shrink_event(&s);
        }
    }
}
