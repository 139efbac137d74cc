/* analyse_facts.c - lines of facts.yaml that nobody of this region can say, and ends that never
 * come. */
#include "sharing/tools/analyse_inside.h"

/* What only a service that a field names may say is for whoever that is. */
static bool is_nobody(const struct analysis *x, const struct sayers *s)
{
    bool any = s->itself || s->anybody;
    for (unsigned i = 0; i < x->b->service_count; i++)
        any |= services_have(&s->services, i);
    return !any;
}

static void say_nobody(struct analysis *x, const struct fact_rule *r, const struct sayers *s,
                       const char *what)
{
    const char *sentence =
        arena_format(x->arena, "nobody can %s: no service of the region has a role of 'by'", what);
    struct naming m = { .to = x->warnings,
                        .code = "check.unsayable",
                        .file = "facts.yaml",
                        .sentence = sentence ? sentence : what,
                        .line = r->line,
                        .column = 1 };
    for (size_t i = 0; i < s->count; i++)
        naming_add(&m, s->words[i]);
    naming_end(&m);
}

static void check_end(struct analysis *x, const struct fact_rule *r)
{
    if (r->closers.count && !r->closed_by_count)
        (void)problems_say(x->warnings, "check.unsayable", "facts.yaml", r->line, 1,
                           "'closed_by' names no event, so what this line opens never ends: name "
                           "the event that ends it");
    else if (r->closed_by_count && is_nobody(x, &r->closers))
        say_nobody(x, r, &r->closers, "end what this line opens");
}

void analyse_facts(struct analysis *x)
{
    for (size_t i = 0; i < x->b->fact_count; i++) {
        const struct fact_rule *r = &x->b->facts[i];
        bool is_first = i == 0 || x->b->facts[i - 1].line != r->line;
        if (is_first && is_nobody(x, &r->by))
            say_nobody(x, r, &r->by, "say this");
        if (r->effect == FACT_OPENS)
            check_end(x, r);
    }
}
