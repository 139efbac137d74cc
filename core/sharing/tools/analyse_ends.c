/* analyse_ends.c - what misleads whoever acts on it: an end that does not say which, and an opening
 * without each of its ends. */
#include "sharing/tools/analyse_inside.h"

/* What is asked of a bundle that comes is not asked of one that is in force. */
static struct problems *findings(const struct analysis *x)
{
    return x->in->is_in_force ? x->warnings : x->problems;
}

/* ---- a kind that needs a field ---- */

static bool is_released(const struct analysis *x, const struct clause *c, unsigned portion)
{
    return categories_has(&c->release, portion) ||
           categories_has(&c->release, bundle_portion_category(x->b, portion));
}

static void check_kind(struct analysis *x, const struct clause *c, uint32_t kind)
{
    struct slice name;
    const struct schema *s = analyse_kind(x, kind, &name);
    const uint8_t *portions = bundle_portions(x->b, (size_t)bundle_schema(x->b, s->plan));
    for (size_t i = 0; i < plan_slots(s->plan); i++) {
        const struct slot *at = plan_slot_at(s->plan, i);
        bool is_needed = slice_is_one_of(name, at->needed_with, at->needed_with_count);
        if (is_needed && !is_released(x, c, portions[i]))
            (void)problems_say(findings(x), "check.misread", c->file, c->line, c->column,
                               "clause '%.*s' shares %.*s.%.*s without '%.*s', so who reads it "
                               "cannot tell what happened",
                               SHOWN(c->name), SHOWN(s->name), (int)name.n, (const char *)name.p,
                               SHOWN(at->path));
    }
}

/* ---- an opening without its ends ---- */

/* Whether an agreement tells that service of that kind. */
static bool is_told(const struct analysis *x, uint16_t agreement, unsigned to, uint32_t kind)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        const struct clause *c = &x->b->clauses[i];
        if (c->agreement == agreement && services_have(&c->to, to) &&
            kinds_have(c->kinds, c->kind_count, kind))
            return true;
    }
    return false;
}

static bool is_excused(const struct analysis *x, uint16_t agreement, unsigned to)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        const struct clause *c = &x->b->clauses[i];
        if (c->agreement == agreement && services_have(&c->to, to) && c->death_not_told.n)
            return true;
    }
    return false;
}

/* Whether the kind is one of several ways for an episode of its type to end. */
static bool is_way_to_end(const struct analysis *x, uint32_t kind)
{
    struct slice name;
    const struct schema *s = analyse_kind(x, kind, &name);
    return (s->ends >> (kind - x->k->kind_base[bundle_schema(x->b, s->plan)])) & 1;
}

/* What of the line's ends that service is not told, by the names in m. A kind that closes and is no
 * way to end says that it is over, and stands for all. */
static bool add_untold(const struct analysis *x, const struct clause *c, unsigned to,
                       const struct fact_rule *r, struct naming *m)
{
    size_t untold = 0, told = 0;
    for (size_t i = 0; i < r->closed_by_count; i++) {
        bool is_heard = is_told(x, c->agreement, to, r->closed_by[i]);
        bool is_way = is_way_to_end(x, r->closed_by[i]);
        if (is_heard && !is_way)
            return false;
        told += is_heard;
        untold += is_way && !is_heard;
    }
    if (!untold || (told && is_excused(x, c->agreement, to)))
        return false;
    for (size_t i = 0; m && i < r->closed_by_count; i++)
        if (is_way_to_end(x, r->closed_by[i]) && !is_told(x, c->agreement, to, r->closed_by[i]))
            analyse_name_kind(x, m, r->closed_by[i]);
    return true;
}

static void check_opening(struct analysis *x, const struct clause *c, unsigned to,
                          const struct fact_rule *r)
{
    if (!add_untold(x, c, to, r, NULL))
        return;
    const char *sentence =
        arena_format(x->arena,
                     "clause '%.*s' tells '%.*s' that a stay began, and its agreement does not "
                     "tell of these ends",
                     SHOWN(c->name), SHOWN(x->b->services[to].name));
    struct naming m = { .to = findings(x),
                        .code = "check.unended",
                        .file = c->file,
                        .sentence = sentence ? sentence : "",
                        .line = c->line,
                        .column = c->column };
    (void)add_untold(x, c, to, r, &m);
    naming_end(&m);
}

static bool shares_opening(const struct clause *c, const struct fact_rule *r)
{
    for (size_t i = 0; r->effect == FACT_OPENS && i < r->on_count; i++)
        if (kinds_have(c->kinds, c->kind_count, r->on[i]))
            return true;
    return false;
}

static void check_openings(struct analysis *x, const struct clause *c)
{
    for (size_t i = 0; i < x->b->fact_count; i++) {
        const struct fact_rule *r = &x->b->facts[i];
        for (unsigned to = 0; shares_opening(c, r) && to < x->b->service_count; to++)
            if (services_have(&c->to, to))
                check_opening(x, c, to, r);
    }
}

void analyse_ends(struct analysis *x)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        const struct clause *c = &x->b->clauses[i];
        if (analyse_is_gone_clause(x, c))
            continue;
        for (size_t k = 0; k < c->kind_count; k++)
            check_kind(x, c, c->kinds[k]);
        check_openings(x, c);
    }
}
