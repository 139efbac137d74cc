/* sound_bundle.c - random bundles whose conditions meet: siblings of clauses that say much the
 * same, and prohibitions that take what a clause releases, of the same few leaves. */
#include "sound.h"

#include <stdlib.h>

#define LEAVES 4
#define TRIES 30

struct maker {
    struct arena *life;
    struct ref_random *random;
    const struct catalogue *catalogue;
    struct ref_bundle *bundle;
};

static bool chance(struct maker *m, unsigned percent)
{
    return ref_chance(m->random, percent);
}

static size_t below(struct maker *m, size_t n)
{
    return ref_below(m->random, n);
}

struct pool {
    struct ref_expr *leaves[LEAVES];
};

static struct ref_expr *make(struct maker *m, enum ref_op op)
{
    struct ref_expr *x = ARENA_NEW(m->life, struct ref_expr);
    if (!x)
        abort();
    *x = (struct ref_expr){ .op = op, .type = REF_BOOL };
    return x;
}

static size_t size(const struct ref_expr *x)
{
    size_t n = 1;
    for (size_t i = 0; i < x->count; i++)
        n += size(x->args[i]);
    return n;
}

/* A condition has a longest text: only small ones are put together. */
static bool is_leaf(const struct ref_expr *x)
{
    return x->op != REF_AND && x->op != REF_OR && x->op != REF_NOT && x->op != REF_LITERAL &&
           size(x) <= 8;
}

static bool compares_a_field(const struct ref_expr *x)
{
    return x->op >= REF_EQ && x->op <= REF_GE && x->args[0]->op == REF_PATH &&
           x->args[1]->op == REF_LITERAL && x->args[1]->type != REF_BOOL;
}

/* A leaf about the same field: is it there, how does it compare, is it one of two. */
static struct ref_expr *beside(struct maker *m, const struct ref_expr *leaf)
{
    struct ref_expr *x = make(m, leaf->op);
    *x = *leaf;
    x->extra_parentheses = false;
    if (!compares_a_field(leaf))
        return x;
    size_t n = below(m, 6);
    if (n == 0) {
        *x = (struct ref_expr){ .op = REF_HAS, .type = REF_BOOL, .text = leaf->args[0]->text };
    } else if (n == 1 && leaf->args[1]->type == REF_TEXT) {
        struct ref_expr *list = make(m, REF_LIST), *other = make(m, REF_LITERAL);
        list->type = REF_TEXTS;
        *other = *leaf->args[1];
        other->text = ref_pick_text(m->random, m->bundle);
        list->args[list->count++] = leaf->args[1];
        list->args[list->count++] = other;
        x->op = REF_IN;
        x->args[1] = list;
    } else {
        x->op = (enum ref_op)(REF_EQ + below(m, 6));
        if (n == 2 && leaf->args[1]->type == REF_TEXT) {
            struct ref_expr *other = make(m, REF_LITERAL);
            *other = *leaf->args[1];
            other->text = ref_pick_text(m->random, m->bundle);
            x->args[1] = other;
        }
    }
    return x;
}

static struct pool make_pool(struct maker *m, const struct ref_clause *c)
{
    const char *purpose = m->bundle->agreements[c->agreement].purpose;
    const struct ref_scope s = { m->catalogue, m->bundle, c->share, purpose, false };
    struct pool p = { { NULL } };
    for (size_t i = 0; i < LEAVES; i++) {
        bool wants_field = chance(m, 50);
        for (size_t n = 0; n < TRIES && !p.leaves[i]; n++) {
            struct ref_expr *x = ref_random_condition(m->life, m->random, &s);
            if (is_leaf(x) && (!wants_field || compares_a_field(x)))
                p.leaves[i] = x;
        }
        if (!p.leaves[i]) {
            p.leaves[i] = make(m, REF_KNOWN);
            p.leaves[i]->who = REF_RECIPIENT;
        }
        if (i && chance(m, 60))
            p.leaves[i] = beside(m, p.leaves[below(m, i)]);
    }
    return p;
}

static struct ref_expr *mix(struct maker *m, const struct pool *p, int depth)
{
    struct ref_expr *x;
    if (depth == 0 || chance(m, 20)) {
        x = p->leaves[below(m, LEAVES)];
        if (chance(m, 25))
            x = beside(m, x);
    } else {
        x = make(m, chance(m, 60) ? REF_AND : REF_OR);
        for (size_t wanted = 2 + below(m, 2); x->count < wanted;)
            x->args[x->count++] = mix(m, p, depth - 1);
    }
    if (chance(m, 30)) {
        struct ref_expr *inner = x;
        x = make(m, REF_NOT);
        x->args[x->count++] = inner;
    }
    return x;
}

/* Another clause of the same agreement, of the same events, that says much the same. */
static void make_sibling(struct maker *m, const struct ref_clause *of, const struct pool *p)
{
    struct ref_bundle *b = m->bundle;
    struct ref_clause *c = &b->clauses[below(m, b->clause_count)];
    const char *id = c->id;
    if (c == of || c->agreement != of->agreement)
        return;
    *c = *of;
    c->id = id;
    if (chance(m, 30))
        c->lasting_kind = NULL;
    c->when = chance(m, 80) ? mix(m, p, 2) : NULL;
}

/* Of these words those that name categories: they mean something of every type. */
static struct ref_words categories_of(struct maker *m, const struct ref_words *w)
{
    struct ref_words out = { ARENA_ARRAY(m->life, w->n + 1, const char *), 0 };
    struct categories one;
    for (size_t i = 0; i < w->n; i++)
        if (catalogue_categories(m->catalogue, slice_text(w->at[i]), &one))
            out.at[out.n++] = w->at[i];
    if (!out.n)
        out.at[out.n++] = "identity";
    return out;
}

/* One that takes what the clause releases, by the same leaves. */
static void make_rival(struct maker *m, const struct ref_clause *of, const struct pool *p)
{
    struct ref_bundle *b = m->bundle;
    struct ref_prohibition *x = &b->prohibitions[below(m, b->prohibition_count)];
    if (!b->prohibition_count)
        return;
    x->share = of->share;
    x->withhold = chance(m, 60) ? of->release : categories_of(m, &x->withhold);
    x->from = chance(m, 30) ? of->from : (struct ref_words){ NULL, 0 };
    x->to = chance(m, 30) ? of->to : (struct ref_words){ NULL, 0 };
    x->tell = chance(m, 50) ? x->tell : chance(m, 50) ? "ask-first" : "ask-later";
    if (x->tell)
        x->reason = NULL; /* a protected one tells nobody */
    x->when = chance(m, 75) ? mix(m, p, 1) : NULL;
}

/* Mostly in force, so that what can be shared is. */
static void put_in_force(struct maker *m, struct ref_agreement *g)
{
    if (chance(m, 20))
        return;
    g->approved = g->parties;
    g->stopped = NULL;
}

struct ref_bundle *sound_bundle(struct arena *life, struct ref_random *r, const struct catalogue *c)
{
    struct maker maker = { life, r, c, ref_random_bundle(life, r, c, ref_random_size(r)) };
    struct maker *m = &maker;
    struct ref_bundle *b = m->bundle;
    for (size_t i = 0; i < b->agreement_count; i++)
        put_in_force(m, &b->agreements[i]);
    for (size_t i = 0; i < b->clause_count; i++) {
        if (chance(m, 30))
            continue;
        struct pool p = make_pool(m, &b->clauses[i]);
        b->clauses[i].when = mix(m, &p, 1 + (int)below(m, 2));
        if (chance(m, 40))
            make_sibling(m, &b->clauses[i], &p);
        if (chance(m, 30))
            make_rival(m, &b->clauses[i], &p);
    }
    return b;
}
