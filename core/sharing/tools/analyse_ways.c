/* analyse_ways.c - what clauses share but the recipients' deliveries cannot carry: it would be
 * decided, and reach nobody. */
#include "sharing/tools/analyse_inside.h"

/* Whether a delivery of that service carries it; *any: it has one at all. */
static bool is_delivered(const struct analysis *x, unsigned service, uint32_t kind, bool *any)
{
    struct slice name;
    const struct schema *s = analyse_kind(x, kind, &name);
    bool carried = false;
    *any = false;
    for (size_t i = 0; i < x->in->delivery_count; i++) {
        const struct analyse_delivery *d = &x->in->deliveries[i];
        if (d->service != service)
            continue;
        *any = true;
        carried |= d->carries(d->mapping, s, name);
    }
    return carried;
}

static void check_way(struct analysis *x, const struct clause *c, unsigned service)
{
    bool any = false;
    struct slice to = x->b->services[service].name;
    const char *sentence = arena_format(
        x->arena, "clause '%.*s' shares what the mapping of the delivery to '%.*s' leaves out",
        SHOWN(c->name), SHOWN(to));
    struct naming m = { .to = x->warnings,
                        .code = "check.undelivered",
                        .file = c->file,
                        .sentence = sentence ? sentence : "",
                        .line = c->line,
                        .column = c->column };
    for (size_t i = 0; i < c->kind_count; i++) {
        bool is_carried = is_delivered(x, service, c->kinds[i], &any);
        if (any && !is_carried)
            analyse_name_kind(x, &m, c->kinds[i]);
    }
    naming_end(&m);
    if (!any && x->in->has_all_deliveries)
        (void)problems_say(x->warnings, "check.undelivered", c->file, c->line, c->column,
                           "clause '%.*s' shares with '%.*s', and that service has no delivery, so "
                           "nothing arrives",
                           SHOWN(c->name), SHOWN(to));
}

void analyse_ways(struct analysis *x)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        const struct clause *c = &x->b->clauses[i];
        if (analyse_is_gone_clause(x, c))
            continue;
        for (unsigned s = 0; s < x->b->service_count; s++)
            if (services_have(&c->to, s))
                check_way(x, c, s);
    }
}
