/* shrink.c - makes a failing case small: whatever can go while it still fails, goes. */
#include <stdlib.h>

#include "check.h"
#include "shrink.h"

static bool still_fails(const struct shrink *s)
{
    return s->still_fails(s);
}

static bool still_differs(const struct shrink *s)
{
    struct arena a;
    arena_init(&a, 256u << 20);
    struct check k = { .arena = &a, .of = s->of, .shuffle = s->shuffle };
    k.bundle = ref_load(&a, s->of, s->shuffle, false);
    bool fails = k.bundle && !check_case(&k);
    arena_release(&a);
    return fails;
}

bool shrink_items(const struct shrink *s, void *list, size_t *count, size_t size)
{
    uint8_t *items = list, *saved = mem_alloc(*count * size + 1);
    bool any = false;
    for (size_t i = *count; saved && i-- > 0;) {
        size_t n = *count;
        memcpy(saved, items, n * size);
        memmove(items + i * size, items + (i + 1) * size, (n - i - 1) * size);
        *count = n - 1;
        if (still_fails(s)) {
            any = true;
            continue;
        }
        memcpy(items, saved, n * size);
        *count = n;
    }
    mem_free(saved);
    return any;
}

static bool drop_words(const struct shrink *s, struct ref_words *w)
{
    return shrink_items(s, w->at, &w->n, sizeof *w->at);
}

/* The condition by one of its parts, or without one. */
static bool cut_condition(const struct shrink *s, struct ref_expr **x)
{
    struct ref_expr *whole = *x;
    bool any = false;
    for (size_t i = 0; whole && i < whole->count; i++) {
        if (whole->args[i]->type != REF_BOOL)
            continue;
        *x = whole->args[i];
        if (still_fails(s))
            return true;
    }
    *x = whole;
    if (whole && (whole->op == REF_AND || whole->op == REF_OR) && whole->count > 2)
        any = shrink_items(s, whole->args, &whole->count, sizeof *whole->args);
    for (size_t i = 0; whole && i < whole->count; i++)
        any |= cut_condition(s, &whole->args[i]);
    return any;
}

static bool cut_when(const struct shrink *s, struct ref_expr **x)
{
    struct ref_expr *whole = *x;
    *x = NULL;
    if (whole && still_fails(s))
        return true;
    *x = whole;
    return cut_condition(s, x);
}

static bool drop_agreement(const struct shrink *s, size_t n)
{
    struct ref_bundle *b = s->of->bundle, saved = *b;
    size_t clauses = 0;
    b->agreements = mem_alloc(b->agreement_count * sizeof *b->agreements);
    b->clauses = mem_alloc((b->clause_count + 1) * sizeof *b->clauses);
    if (!b->agreements || !b->clauses)
        abort();
    for (size_t i = 0; i < saved.clause_count; i++) {
        if (saved.clauses[i].agreement == n)
            continue;
        b->clauses[clauses] = saved.clauses[i];
        b->clauses[clauses++].agreement -= saved.clauses[i].agreement > n;
    }
    for (size_t i = 0, to = 0; i < saved.agreement_count; i++)
        if (i != n)
            b->agreements[to++] = saved.agreements[i];
    b->clause_count = clauses;
    b->agreement_count--;
    if (b->agreement_count && still_fails(s)) /* the old lists live in the case's arena */
        return true;
    mem_free(b->agreements);
    mem_free(b->clauses);
    *b = saved;
    return false;
}

static bool cut_clause(const struct shrink *s, struct ref_clause *c)
{
    const char *kind = c->lasting_kind;
    bool any = drop_words(s, &c->from);
    any |= drop_words(s, &c->to);
    any |= drop_words(s, &c->release);
    any |= cut_when(s, &c->when);
    any |= shrink_items(s, c->share.at, &c->share.n, sizeof *c->share.at);
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
        any |= drop_words(s, &c->oblige[o]);
    c->lasting_kind = NULL;
    if (kind && still_fails(s))
        return true;
    c->lasting_kind = kind;
    return any;
}

static bool cut_bundle(const struct shrink *s)
{
    struct ref_bundle *b = s->of->bundle;
    bool any = shrink_items(s, b->prohibitions, &b->prohibition_count, sizeof *b->prohibitions);
    for (size_t i = b->agreement_count; i-- > 0;)
        any |= drop_agreement(s, i);
    any |= shrink_items(s, b->clauses, &b->clause_count, sizeof *b->clauses);
    for (size_t i = 0; i < b->clause_count; i++)
        any |= cut_clause(s, &b->clauses[i]);
    for (size_t i = 0; i < b->prohibition_count; i++) {
        struct ref_prohibition *p = &b->prohibitions[i];
        any |= cut_when(s, &p->when);
        any |= drop_words(s, &p->to);
        any |= drop_words(s, &p->from);
        any |= drop_words(s, &p->withhold);
    }
    return any;
}

bool shrink_facts(const struct shrink *s)
{
    struct ref_facts *f = s->of->facts;
    bool any = shrink_items(s, f->relationships, &f->relationship_count, sizeof *f->relationships);
    any |= shrink_items(s, f->consents, &f->consent_count, sizeof *f->consents);
    any |= shrink_items(s, f->objections, &f->objection_count, sizeof *f->objections);
    any |= shrink_items(s, f->restrictions, &f->restriction_count, sizeof *f->restrictions);
    any |= shrink_items(s, f->responsible, &f->responsible_count, sizeof *f->responsible);
    any |= shrink_items(s, f->deaths, &f->death_count, sizeof *f->deaths);
    any |= shrink_items(s, f->refusals, &f->refusal_count, sizeof *f->refusals);
    any |= shrink_items(s, f->past, &f->past_count, sizeof *f->past);
    any |= shrink_items(s, f->births, &f->birth_count, sizeof *f->births);
    return any;
}

bool shrink_event(const struct shrink *s)
{
    struct ref_event *ev = s->of->event;
    const struct plan *p = catalogue_at(s->of->catalogue, ev->schema)->plan;
    bool any = false;
    for (size_t i = 0; i < ev->value_count; i++) {
        struct ref_value was = ev->values[i];
        struct slice path = plan_slot_at(p, i)->path;
        bool keeps = was.sort == REF_NULL || !plan_slot_at(p, i)->nullable ||
                     slice_equal_text(path, "header.source_agency") ||
                     slice_equal_text(path, "header.source_service") ||
                     slice_equal_text(path, "header.episode");
        if (keeps)
            continue;
        ev->values[i].sort = REF_NULL;
        if (still_fails(s))
            any = true;
        else
            ev->values[i] = was;
    }
    return any;
}

void shrink_case(struct ref_case *c, uint64_t shuffle)
{
    struct shrink s = { .of = c, .shuffle = shuffle, .still_fails = still_differs };
    bool any = true;
    for (int round = 0; round < 8 && any; round++) {
        any = cut_bundle(&s);
        any |= shrink_facts(&s);
        any |= shrink_event(&s);
    }
}
