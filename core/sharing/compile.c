/* compile.c - bitmaps of clauses and prohibitions by kind, source and recipient. */
#include "sharing/load.h"

static void set_bit(uint64_t *row, size_t n)
{
    row[n / 64] |= (uint64_t)1 << (n % 64);
}

static uint64_t *rows(struct loader *l, size_t count, size_t words)
{
    uint64_t *r = ARENA_ARRAY(l->reader.arena, count * words + 1, uint64_t);
    if (!r)
        (void)strict_memory(&l->reader);
    return r;
}

static bool compile_clauses(struct loader *l)
{
    struct compiled *k = l->compiled;
    const struct bundle *b = l->bundle;
    k->words = (b->clause_count + 63) / 64;
    uint64_t *of_kind = rows(l, k->kind_count, k->words);
    uint64_t *from = rows(l, b->service_count, k->words), *to = rows(l, b->service_count, k->words);
    if (!of_kind || !from || !to)
        return false;
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct clause *c = &b->clauses[i];
        for (size_t j = 0; j < c->kind_count; j++)
            set_bit(of_kind + c->kinds[j] * k->words, i);
        for (size_t s = 0; s < b->service_count; s++) {
            if (services_have(&c->from, (unsigned)s))
                set_bit(from + s * k->words, i);
            if (services_have(&c->to, (unsigned)s))
                set_bit(to + s * k->words, i);
        }
    }
    k->clauses_of_kind = of_kind;
    k->clauses_from = from;
    k->clauses_to = to;
    return true;
}

static bool compile_prohibitions(struct loader *l)
{
    struct compiled *k = l->compiled;
    const struct bundle *b = l->bundle;
    k->prohibition_words = (b->prohibition_count + 63) / 64;
    uint64_t *of_kind = rows(l, k->kind_count, k->prohibition_words);
    uint64_t *to = rows(l, b->service_count, k->prohibition_words);
    if (!of_kind || !to)
        return false;
    for (size_t i = 0; i < b->prohibition_count; i++) {
        const struct prohibition *p = &b->prohibitions[i];
        for (size_t j = 0; j < p->kind_count; j++)
            set_bit(of_kind + p->kinds[j] * k->prohibition_words, i);
        for (size_t j = 0; p->is_for_all_kinds && j < k->kind_count; j++)
            set_bit(of_kind + j * k->prohibition_words, i);
        for (size_t s = 0; s < b->service_count; s++)
            if (services_have(&p->to, (unsigned)s))
                set_bit(to + s * k->prohibition_words, i);
    }
    k->prohibitions_of_kind = of_kind;
    k->prohibitions_to = to;
    return true;
}

bool load_compile(struct loader *l)
{
    struct compiled *k = l->compiled;
    bool *closes = ARENA_ARRAY(l->reader.arena, k->kind_count + 1, bool);
    if (!closes)
        return strict_memory(&l->reader);
    for (size_t i = 0; i < l->bundle->fact_count; i++)
        for (size_t j = 0; j < l->bundle->facts[i].closed_by_count; j++)
            closes[l->bundle->facts[i].closed_by[j]] = true;
    k->closes = closes;
    return compile_clauses(l) && compile_prohibitions(l);
}
