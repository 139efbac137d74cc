/* loosen.c - a bundle copied; and made to share more, so that a change of it is seen more often. */
#include <stdlib.h>

#include "editor.h"

/* ---- copies ---- */

static void *copy_list(struct arena *a, const void *list, size_t n, size_t size)
{
    void *copy = arena_alloc(a, (n + 1) * size);
    if (!copy)
        abort();
    if (n)
        memcpy(copy, list, n * size);
    return copy;
}

static void copy_words(struct arena *a, struct ref_words *w)
{
    w->at = copy_list(a, w->at, w->n, sizeof *w->at);
}

static void copy_kinds(struct arena *a, struct ref_kinds *k)
{
    k->at = copy_list(a, k->at, k->n, sizeof *k->at);
}

static void copy_clause(struct arena *a, struct ref_clause *c)
{
    copy_kinds(a, &c->share);
    copy_words(a, &c->from);
    copy_words(a, &c->to);
    copy_words(a, &c->release);
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        copy_words(a, &c->oblige[o]);
}

struct ref_bundle *ref_copy_bundle(struct arena *a, const struct ref_bundle *b)
{
    struct ref_bundle *copy = copy_list(a, b, 1, sizeof *b);
    copy->services = copy_list(a, b->services, b->service_count, sizeof *b->services);
    copy->agreements = copy_list(a, b->agreements, b->agreement_count, sizeof *b->agreements);
    copy->clauses = copy_list(a, b->clauses, b->clause_count, sizeof *b->clauses);
    copy->prohibitions =
        copy_list(a, b->prohibitions, b->prohibition_count, sizeof *b->prohibitions);
    copy_kinds(a, &copy->ending);
    copy_kinds(a, &copy->opening);
    for (size_t i = 0; i < b->agreement_count; i++) {
        copy_words(a, &copy->agreements[i].parties);
        copy_words(a, &copy->agreements[i].approved);
    }
    for (size_t i = 0; i < b->clause_count; i++)
        copy_clause(a, &copy->clauses[i]);
    for (size_t i = 0; i < b->prohibition_count; i++) {
        copy_kinds(a, &copy->prohibitions[i].share);
        copy_words(a, &copy->prohibitions[i].from);
        copy_words(a, &copy->prohibitions[i].to);
        copy_words(a, &copy->prohibitions[i].withhold);
    }
    return copy;
}

/* ---- more is shared ---- */

static void loosen_agreement(const struct editor *m, struct ref_agreement *g)
{
    const struct ref_bundle *b = m->bundle;
    g->parties =
        (struct ref_words){ copy_list(m->arena, b->agencies, b->agency_count, sizeof *b->agencies),
                            b->agency_count };
    g->approved = g->parties;
    copy_words(m->arena, &g->approved);
    if (below(m, 3))
        g->confidentiality = "statutory-duty";
    if (below(m, 4) || strcmp(g->from, "2026-03-28") > 0)
        return;
    g->until = "2026-03-28";
    g->extended_until = "2026-04-10";
}

bool edit_obliges(const struct ref_clause *c)
{
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        if (c->oblige[o].n)
            return true;
    return false;
}

/* Rather one that obliges to something. */
static const struct ref_clause *clause_to_meet(const struct editor *m)
{
    const struct ref_clause *c = NULL;
    for (int tries = 0; tries < 5 && (!c || !edit_obliges(c)); tries++)
        c = &m->bundle->clauses[below(m, m->bundle->clause_count)];
    return c;
}

/* The same sharing again, under an agreement of its own choice, with other obligations. */
static struct ref_clause twin_of(const struct editor *m, const struct ref_clause *c, size_t n)
{
    struct ref_clause twin = *c;
    copy_clause(m->arena, &twin);
    twin.id = arena_format(m->arena, "twin-%zu", n);
    twin.agreement = below(m, m->bundle->agreement_count);
    twin.when = NULL;
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++) {
        size_t other = below(m, REF_OBLIGATIONS_COUNT);
        struct ref_words w = twin.oblige[o];
        twin.oblige[o] = twin.oblige[other];
        twin.oblige[other] = w;
    }
    return twin;
}

void edit_insert(const struct editor *m, const struct ref_clause *c)
{
    struct ref_bundle *b = m->bundle;
    struct ref_clause *grown = ARENA_ARRAY(m->arena, b->clause_count + 1, struct ref_clause);
    size_t n = 0;
    for (size_t i = 0; i < b->clause_count && b->clauses[i].agreement <= c->agreement; i++)
        grown[n++] = b->clauses[i];
    grown[n] = *c;
    for (size_t i = n; i < b->clause_count; i++)
        grown[i + 1] = b->clauses[i];
    b->clauses = grown;
    b->clause_count++;
}

void ref_loosen(struct arena *a, struct ref_random *r, struct ref_bundle *b)
{
    struct editor m = { a, r, NULL, b };
    size_t twins = 1 + b->clause_count / 2;
    for (size_t i = 0; i < b->agreement_count; i++)
        loosen_agreement(&m, &b->agreements[i]);
    for (size_t i = 0; i < b->clause_count; i++)
        if (below(&m, 4))
            b->clauses[i].when = NULL;
    for (size_t i = 0; i < twins; i++) {
        struct ref_clause twin = twin_of(&m, clause_to_meet(&m), i);
        edit_insert(&m, &twin);
    }
    if (below(&m, 2))
        b->prohibition_count = below(&m, b->prohibition_count + 1);
}
