/* analyse.c - makes the tables that the findings are read from, and runs them all. */
#include "sharing/tools/analyse.h"

#include <stdio.h>

#include "sharing/tools/analyse_inside.h"
#include "sharing/tools/when_logic.h"

static bool make_groups(struct analysis *x)
{
    size_t count = catalogue_category_count(x->b->catalogue);
    struct categories *portions = ARENA_ARRAY(x->arena, count + 1, struct categories);
    struct group *groups = ARENA_ARRAY(x->arena, count + 1, struct group);
    if (!portions || !groups)
        return false;
    for (unsigned i = 0; i < count; i++)
        portions[i] = bundle_portions_of_category(x->b, SIZE_MAX, i);
    for (unsigned i = 0; i < count; i++)
        for (unsigned j = 0; j < count; j++)
            if (slice_equal(analyse_group(x->b, i), analyse_group(x->b, j))) {
                categories_join(&groups[i].portions, &portions[j]);
                groups[i].count++;
            }
    x->portions = portions;
    x->groups = groups;
    return true;
}

static bool make_kinds(struct analysis *x)
{
    struct categories *of = ARENA_ARRAY(x->arena, x->k->kind_count + 1, struct categories);
    if (!of)
        return false;
    categories_add(&x->own, catalogue_always(x->b->catalogue));
    categories_add(&x->own, catalogue_never(x->b->catalogue));
    for (size_t s = 0; s < catalogue_count(x->b->catalogue); s++)
        for (uint32_t k = x->k->kind_base[s]; k < x->k->kind_base[s + 1]; k++) {
            bundle_portions_of(x->b, s, &of[k]);
            categories_drop(&of[k], &x->own);
        }
    x->of_kind = of;
    return true;
}

/* Whether the prohibition takes what it names from every such event, whatever its source. */
static bool takes_always(const struct analysis *x, const struct prohibition *p)
{
    for (unsigned s = 0; s < x->b->service_count; s++)
        if (!services_have(&p->from, s))
            return false;
    return !when_can_be(x->b->catalogue, p->when, WHEN_IS_FALSE);
}

static void add_taken(struct categories *row, const struct analysis *x, const struct prohibition *p)
{
    for (unsigned s = 0; s < x->b->service_count; s++)
        if (services_have(&p->to, s))
            categories_join(&row[s], &p->withhold);
}

static bool make_taken(struct analysis *x)
{
    size_t services = x->b->service_count;
    struct categories *taken =
        ARENA_ARRAY(x->arena, x->k->kind_count * services + 1, struct categories);
    if (!taken)
        return false;
    for (size_t i = 0; i < x->b->prohibition_count; i++) {
        const struct prohibition *p = &x->b->prohibitions[i];
        if (!takes_always(x, p))
            continue;
        for (uint32_t k = 0; p->is_for_all_kinds && k < x->k->kind_count; k++)
            add_taken(taken + k * services, x, p);
        for (size_t k = 0; k < p->kind_count; k++)
            add_taken(taken + p->kinds[k] * services, x, p);
    }
    x->taken = taken;
    return true;
}

static bool make_may(struct analysis *x)
{
    size_t services = x->b->service_count;
    struct categories *may =
        ARENA_ARRAY(x->arena, x->k->kind_count * services + 1, struct categories);
    if (!may)
        return false;
    for (size_t i = 0; i < x->b->clause_count; i++) {
        const struct clause *c = &x->b->clauses[i];
        for (size_t k = 0; k < c->kind_count; k++)
            for (unsigned to = 0; to < services; to++)
                if (services_have(&c->to, to))
                    categories_join(&may[c->kinds[k] * services + to], &c->release);
    }
    for (uint32_t k = 0; k < x->k->kind_count; k++)
        for (size_t to = 0; to < services; to++)
            categories_keep(&may[k * services + to], &x->of_kind[k]);
    x->may = may;
    return true;
}

/* The slots that intake itself fills in every record, whatever the mapping. */
static void add_intakes(const struct schema *s, bool *slots)
{
    const struct header_slots *h = plan_header(s->plan);
    const int own[] = { h->id,         h->type,           h->kind,
                        h->action,     h->observed,       h->source_agency,
                        h->mapping,    h->source_service, h->source_feed,
                        h->feed_seq,   h->environment,    h->source_message_id,
                        h->birth_hash, h->cleared,        h->identity_confidence,
                        h->route,      h->reference,      h->reference_of };
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (own[i] >= 0)
            slots[own[i]] = true;
}

static bool add_says(const struct analysis *x, const struct analyse_feed *f, size_t schema,
                     struct says *says)
{
    size_t n = plan_slots(f->schema->plan);
    const uint8_t *portions = bundle_portions(x->b, schema);
    bool *slots = says->slots;
    if (!slots)
        slots = ARENA_ARRAY(x->arena, n + 1, bool);
    if (!slots)
        return false;
    add_intakes(f->schema, slots);
    for (size_t i = 0; i < n; i++) {
        slots[i] |= f->slots[i];
        if (slots[i])
            categories_add(&says->filled, portions[i]);
    }
    says->is_said = true;
    says->schema = f->schema;
    says->slots = slots;
    return true;
}

static bool make_says(struct analysis *x)
{
    struct says *says =
        ARENA_ARRAY(x->arena, x->b->service_count * x->k->kind_count + 1, struct says);
    bool *has_feed = ARENA_ARRAY(x->arena, x->b->service_count + 1, bool);
    if (!says || !has_feed)
        return false;
    for (size_t i = 0; i < x->in->feed_count; i++) {
        const struct analyse_feed *f = &x->in->feeds[i];
        int schema = bundle_schema(x->b, f->schema->plan);
        int64_t kind = schema < 0 ? -1 : bundle_kind(x->b, (size_t)schema, f->kind);
        if (kind < 0)
            continue;
        has_feed[f->service] = true;
        struct says *of_kind = &says[f->service * x->k->kind_count + (size_t)kind];
        if (!add_says(x, f, (size_t)schema, of_kind))
            return false;
    }
    x->has_feed = has_feed;
    x->says = x->in->feed_count ? says : NULL;
    return true;
}

void analyse(const struct analyse_input *in, struct arena *a, struct problems *problems,
             struct problems *warnings)
{
    struct analysis x = { .in = in,
                          .b = in->bundle,
                          .k = in->bundle->compiled,
                          .arena = a,
                          .problems = problems,
                          .warnings = warnings };
    struct err e = { 0 };
    bool has_tables = make_groups(&x) && make_kinds(&x) && make_taken(&x) && make_may(&x);
    if (!has_tables || !make_says(&x)) {
        (void)err_memory(&e);
        problems_add(problems, &e);
        return;
    }
    analyse_clauses(&x);
    analyse_prohibitions(&x);
    analyse_pairs(&x);
    analyse_cover(&x);
    if (x.says)
        analyse_sources(&x);
    if (in->delivery_count)
        analyse_ways(&x);
    analyse_ends(&x);
    analyse_terms(&x);
    analyse_facts(&x);
}
