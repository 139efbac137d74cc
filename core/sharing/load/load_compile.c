/* load_compile.c - lays out what was loaded for deciding: rows of bits by kind and by source; of
 * each clause, agreement and condition only what deciding asks, and each thing once. */
#include "base/bits.h"
#include "sharing/load/ask_table.h"
#include "sharing/load/load.h"

static void set_bit(uint64_t *row, size_t n)
{
    row[n / 64] |= (uint64_t)1 << (n % 64);
}

static size_t words_for(size_t bits)
{
    return (bits + 63) / 64;
}

static uint64_t *make_rows(struct loader *l, size_t count, size_t words)
{
    uint64_t *r = ARENA_ARRAY(l->reader.arena, count * words + 1, uint64_t);
    if (!r)
        (void)strict_memory(&l->reader);
    return r;
}

/* Sets bit n in the row of each service. */
static void set_in_rows(uint64_t *rows, size_t words, const struct services *s, size_t count,
                        size_t n)
{
    for (size_t w = 0; w < words_for(count); w++)
        for (uint64_t bits = s->bits[w]; bits; bits = bits_rest(bits)) {
            size_t service = w * 64 + bits_lowest(bits);
            if (service < count)
                set_bit(rows + service * words, n);
        }
}

static bool compile_clause_rows(struct loader *l)
{
    struct compiled *k = l->compiled;
    const struct bundle *b = l->bundle;
    size_t words = k->words = words_for(b->clause_count);
    k->service_words = words_for(b->service_count);
    uint64_t *of_kind = make_rows(l, k->kind_count, words),
             *from = make_rows(l, b->service_count, words);
    uint64_t *to = make_rows(l, b->clause_count, k->service_words);
    if (!of_kind || !from || !to)
        return false;
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct clause *c = &b->clauses[i];
        for (size_t j = 0; j < c->kind_count; j++)
            set_bit(of_kind + c->kinds[j] * words, i);
        set_in_rows(from, words, &c->from, b->service_count, i);
        memcpy(to + i * k->service_words, c->to.bits, k->service_words * sizeof *to);
    }
    k->clauses_of_kind = of_kind;
    k->clauses_from = from;
    k->clause_to = to;
    return true;
}

static bool compile_prohibition_rows(struct loader *l)
{
    struct compiled *k = l->compiled;
    const struct bundle *b = l->bundle;
    size_t words = k->prohibition_words = words_for(b->prohibition_count);
    uint64_t *of_kind = make_rows(l, k->kind_count, words);
    uint64_t *from = make_rows(l, b->service_count, words),
             *to = make_rows(l, b->service_count, words);
    if (!of_kind || !from || !to)
        return false;
    for (size_t i = 0; i < b->prohibition_count; i++) {
        const struct prohibition *p = &b->prohibitions[i];
        for (size_t j = 0; j < p->kind_count; j++)
            set_bit(of_kind + p->kinds[j] * words, i);
        for (size_t j = 0; p->is_for_all_kinds && j < k->kind_count; j++)
            set_bit(of_kind + j * words, i);
        set_in_rows(from, words, &p->from, b->service_count, i);
        set_in_rows(to, words, &p->to, b->service_count, i);
    }
    k->prohibitions_of_kind = of_kind;
    k->prohibitions_from = from;
    k->prohibitions_to = to;
    return true;
}

/* ---- agreements ---- */

static bool is_same_guard(const struct agreement *a, const struct agreement *b)
{
    if (!slice_equal(a->confidentiality, b->confidentiality))
        return false;
    if (slice_equal_text(a->confidentiality, "implied-consent"))
        return true;
    return slice_equal(a->purpose, b->purpose);
}

/* 0 for what has no guard (decide_guard); the guards themselves count from 1. */
static uint16_t find_guard(struct compiled *k, const struct agreement **guards,
                           const struct agreement *g)
{
    if (!slice_equal_text(g->confidentiality, "implied-consent") &&
        !slice_equal_text(g->confidentiality, "explicit-consent"))
        return 0;
    for (size_t i = 1; i < k->guard_count; i++)
        if (is_same_guard(guards[i], g))
            return (uint16_t)i;
    guards[k->guard_count] = g;
    return (uint16_t)k->guard_count++;
}

static bool compile_terms(struct loader *l)
{
    struct compiled *k = l->compiled;
    const struct bundle *b = l->bundle;
    struct terms *terms = ARENA_ARRAY(l->reader.arena, b->agreement_count + 1, struct terms);
    const struct agreement **guards =
        ARENA_ARRAY(l->reader.arena, b->agreement_count + 1, const struct agreement *);
    struct names names;
    if (!terms || !guards)
        return strict_memory(&l->reader);
    const struct slice *first = b->agreements ? &b->agreements->name : NULL;
    if (!names_index(&names, l->reader.arena, first, sizeof *b->agreements, b->agreement_count))
        return strict_memory(&l->reader);
    k->guard_count = 1;
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        terms[i] = (struct terms){ .from_ms = g->from_ms,
                                   .until_ms = g->until_ms,
                                   .stopped_ms = g->stopped_ms,
                                   .superseded_ms = g->superseded_ms,
                                   .approved = g->approved,
                                   .name = (uint16_t)names_find(&names, g->name),
                                   .guard = find_guard(k, guards, g) };
    }
    k->terms = terms;
    k->guards = guards;
    return true;
}

/* ---- who is named ---- */

static void add_mention(struct mentions *n, uint16_t *slots, size_t slot)
{
    for (size_t i = 0; i < n->count; i++)
        if (slots[i] == slot)
            return;
    slots[n->count++] = (uint16_t)slot;
}

static bool find_mentions(struct loader *l, const struct ask_table *asks, size_t schema,
                          const struct categories *addressee, struct mentions *n)
{
    const struct plan *p = catalogue_at(l->bundle->catalogue, schema)->plan;
    uint16_t *slots = ARENA_ARRAY(l->reader.arena, plan_slots(p), uint16_t);
    if (!slots)
        return strict_memory(&l->reader);
    n->slots = slots;
    for (size_t s = 0; s < plan_slots(p); s++)
        if (categories_has(addressee, plan_slot_at(p, s)->category))
            add_mention(n, slots, s);
    n->addressee_count = n->count;
    for (size_t i = 0; i < asks->name_count; i++) {
        const int16_t *named = asks->names[i]->slots;
        if (named && named[schema] >= 0)
            add_mention(n, slots, (size_t)named[schema]);
    }
    return true;
}

static bool compile_mentions(struct loader *l, const struct ask_table *asks)
{
    const struct catalogue *c = l->bundle->catalogue;
    struct categories addressee = { { 0 } };
    struct mentions *list = ARENA_ARRAY(l->reader.arena, catalogue_count(c) + 1, struct mentions);
    if (!list)
        return strict_memory(&l->reader);
    (void)catalogue_categories(c, SLICE("referral.addressee"), &addressee);
    for (size_t i = 0; i < catalogue_count(c); i++)
        if (!find_mentions(l, asks, i, &addressee, &list[i]))
            return false;
    for (size_t i = 0; i < asks->name_count; i++) {
        int service = bundle_service(l->bundle, asks->names[i]->text);
        if (asks->names[i]->op == WHEN_LITERAL && service >= 0)
            services_add(&l->compiled->named, (unsigned)service);
    }
    l->compiled->mentions = list;
    return true;
}

/* ---- clauses ---- */

static uint32_t end_number(struct compiled *k, struct end *ends, const struct clause *c)
{
    if (slice_is_empty(c->lasting_kind))
        return 0;
    for (size_t i = 1; i < k->end_count; i++)
        if (ends[i].after_ms == c->lasting_ms && slice_equal(ends[i].kind, c->lasting_kind))
            return (uint32_t)i;
    ends[k->end_count] = (struct end){ .kind = c->lasting_kind, .after_ms = c->lasting_ms };
    return (uint32_t)k->end_count++;
}

/* Whether that line opens what the schema's kind of the end's name closes, or another way for its
 * episode to end. */
static bool is_ended_by(const struct loader *l, const struct fact_rule *r, size_t schema,
                        const struct end *end)
{
    const struct schema *s = l->compiled->schemas[schema];
    bool any = false;
    for (size_t i = 0; i < s->kind_count; i++)
        any |= schema_is_alike(s, s->kinds[i], end->kind) &&
               kinds_have(r->closed_by, r->closed_by_count,
                          l->compiled->kind_base[schema] + (uint32_t)i);
    return r->effect == FACT_OPENS && any;
}

/* Notes which kinds of the schema open by that line what the end closes. */
static void note_beginnings(const struct loader *l, const struct fact_rule *r, size_t schema,
                            const struct end *end, bool *begun_by)
{
    const uint32_t *base = l->compiled->kind_base;
    if (!is_ended_by(l, r, schema, end))
        return;
    for (uint32_t n = base[schema]; n < base[schema + 1]; n++)
        begun_by[n] |= kinds_have(r->on, r->on_count, n);
}

static bool find_beginnings(struct loader *l, struct end *end)
{
    const struct compiled *k = l->compiled;
    const struct bundle *b = l->bundle;
    bool *begun_by = ARENA_ARRAY(l->reader.arena, k->kind_count + 1, bool);
    if (!begun_by)
        return strict_memory(&l->reader);
    for (size_t s = 0; s < catalogue_count(b->catalogue); s++)
        for (size_t i = 0; i < b->fact_count; i++)
            note_beginnings(l, &b->facts[i], s, end, begun_by);
    end->begun_by = begun_by;
    return true;
}

static bool compile_beginnings(struct loader *l, struct end *ends)
{
    for (size_t i = 1; i < l->compiled->end_count; i++)
        if (!find_beginnings(l, &ends[i]))
            return false;
    return true;
}

static size_t count_asks(const struct bundle *b)
{
    size_t n = 0;
    for (size_t i = 0; i < b->clause_count; i++)
        n += ask_nodes(b->clauses[i].when);
    for (size_t i = 0; i < b->prohibition_count; i++)
        n += ask_nodes(b->prohibitions[i].when);
    return n;
}

static bool compile_rules(struct loader *l)
{
    struct compiled *k = l->compiled;
    const struct bundle *b = l->bundle;
    struct arena *a = l->reader.arena;
    struct ask_table asks;
    struct rule *rules = ARENA_ARRAY(a, b->clause_count + 1, struct rule);
    struct categories *releases = ARENA_ARRAY(a, b->clause_count + 1, struct categories);
    struct end *ends = ARENA_ARRAY(a, b->clause_count + 1, struct end);
    uint32_t *prohibited = ARENA_ARRAY(a, b->prohibition_count + 1, uint32_t);
    if (!rules || !releases || !ends || !prohibited)
        return strict_memory(&l->reader);
    if (!ask_table_init(&asks, a, catalogue_count(b->catalogue), count_asks(b)))
        return strict_memory(&l->reader);
    k->end_count = 1;
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct clause *c = &b->clauses[i];
        releases[i] = c->release;
        rules[i] = (struct rule){ .when = ask_intern(&asks, c->when),
                                  .agreement = c->agreement,
                                  .has_obligations = c->has_obligations,
                                  .lasting = end_number(k, ends, c) };
    }
    for (size_t i = 0; i < b->prohibition_count; i++)
        prohibited[i] = ask_intern(&asks, b->prohibitions[i].when);
    k->rules = rules;
    k->releases = releases;
    k->ends = ends;
    k->prohibition_when = prohibited;
    k->asks = asks.list;
    k->ask_count = asks.count;
    if (asks.lost)
        return strict_memory(&l->reader);
    return compile_beginnings(l, ends) && compile_mentions(l, &asks);
}

/* ---- schemas ---- */

/* What agreements can release of each schema: all but what always travels, and what never does. */
static bool compile_categories(struct loader *l)
{
    const struct catalogue *c = l->bundle->catalogue;
    struct categories own = { { 0 } };
    struct categories *list =
        ARENA_ARRAY(l->reader.arena, catalogue_count(c) + 1, struct categories);
    if (!list)
        return strict_memory(&l->reader);
    categories_add(&own, catalogue_always(c));
    categories_add(&own, catalogue_never(c));
    for (size_t i = 0; i < catalogue_count(c); i++) {
        bundle_portions_of(l->bundle, i, &list[i]);
        categories_drop(&list[i], &own);
    }
    l->compiled->categories = list;
    return true;
}

static void compile_ranks(struct compiled *k)
{
    for (unsigned rank = 0; rank < WEIGHT_UNKNOWN; rank++)
        k->reason_of_rank[rank] = (uint8_t)reason_of_rank(rank);
}

/* A consent, an objection or a restriction, or the end of one. */
static bool says_sharing(enum fact_effect effect)
{
    switch (effect) {
    case FACT_GRANTS:
    case FACT_REVOKES:
    case FACT_OBJECTS:
    case FACT_LIFTS_OBJECTION:
    case FACT_RESTRICTS:
    case FACT_LIFTS:
        return true;
    default:
        return false;
    }
}

/* By number of kind: whether it says something about sharing. */
static const bool *find_sharing_kinds(struct loader *l)
{
    bool *kinds = ARENA_ARRAY(l->reader.arena, l->compiled->kind_count + 1, bool);
    if (!kinds) {
        (void)strict_memory(&l->reader);
        return NULL;
    }
    for (size_t i = 0; i < l->bundle->fact_count; i++) {
        const struct fact_rule *r = &l->bundle->facts[i];
        if (!says_sharing(r->effect))
            continue;
        for (size_t j = 0; j < r->on_count; j++)
            kinds[r->on[j]] = true;
    }
    return kinds;
}

static bool compile_closing(struct loader *l)
{
    struct compiled *k = l->compiled;
    bool *closes = ARENA_ARRAY(l->reader.arena, k->kind_count + 1, bool);
    if (!closes)
        return strict_memory(&l->reader);
    for (size_t i = 0; i < l->bundle->fact_count; i++)
        for (size_t j = 0; j < l->bundle->facts[i].closed_by_count; j++)
            closes[l->bundle->facts[i].closed_by[j]] = true;
    k->closes = closes;
    k->says_sharing = find_sharing_kinds(l);
    return true;
}

bool load_compile(struct loader *l)
{
    compile_ranks(l->compiled);
    return compile_closing(l) && compile_categories(l) && compile_clause_rows(l) &&
           compile_prohibition_rows(l) && compile_terms(l) && compile_rules(l);
}
