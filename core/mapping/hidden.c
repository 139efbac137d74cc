/* hidden.c - values that a rule about sharing looks for and cannot see: of another shape, in one
 * repetition more, or of a further person. Such a value may be a no, or the bounds of a yes (whom
 * it is for, until when), so the message cannot be mapped. */
#include "mapping/inside.h"

static bool is_own(const struct rule *rule, int source)
{
    for (size_t i = 0; i < rule->setter_count; i++)
        if (rule->setters[i].field->memo < 0 && refs_name(&rule->setters[i].field->from, source))
            return true;
    return false;
}

/* Whether the rule looks there, and all else that it asks for holds. */
static bool may_fit(struct run *r, const struct rule *rule, int source)
{
    bool looks = is_own(rule, source);
    for (size_t i = 0; i < rule->on.count; i++) {
        const struct condition *c = &rule->on.list[i];
        if (c->ref.source == source)
            looks = true;
        else if (!run_holds(r, c))
            return false;
    }
    return looks;
}

static bool source_matters(struct run *r, int source)
{
    const struct mapping *m = r->m;
    if (m->unknown && refs_name(&m->unknown->from, source))
        return true;
    for (size_t i = 0; i < m->rule_count; i++)
        if (rule_says_sharing(&m->rules[i]) && may_fit(r, &m->rules[i], source))
            return true;
    return false;
}

const struct ref *hidden_find(struct run *r)
{
    const struct mapping *m = r->m;
    const struct path **paths = m->restricting_paths;
    if (!m->format->hides)
        return NULL;
    for (size_t i = 0; i < m->restricting_count; i++) {
        bool hides = m->format->hides(r->a, r->d, paths[i], paths, m->restricting_count);
        if (hides && source_matters(r, m->restricting[i].source))
            return &m->restricting[i];
    }
    return NULL;
}

static bool may_restrict(struct run *r)
{
    size_t next = 0;
    struct slice code;
    bool may = unknown_next(r, &next, &code) != NULL;
    may = may || hidden_find(r) != NULL;
    for (size_t i = 0; !may && i < r->m->rule_count; i++)
        may = rule_restricts(&r->m->rules[i]) && run_all_hold(r, &r->m->rules[i].on);
    return may || r->refused.fate != ERR_NONE;
}

/* *more: whether there is such a person. */
static bool look_at_further(const struct run *first, size_t nth, bool *more, bool *hides,
                            struct err *e)
{
    const struct doc *d = NULL;
    struct run r;
    if (!first->m->format->further(first->a, first->d, nth, &d, e))
        return false;
    *more = d != NULL;
    if (d && !run_init(&r, first->m, first->a, d, e))
        return false;
    *hides = d && (nth == FURTHER_MAX || may_restrict(&r));
    return true;
}

bool hidden_further(struct run *r, bool *hides, struct err *e)
{
    bool more = r->m->format->further && (r->m->unknown || r->m->restricting_count);
    *hides = false;
    for (size_t i = 0; more && !*hides; i++) {
        struct arena_saved before = arena_save(r->a);
        bool good = look_at_further(r, i, &more, hides, e);
        arena_rewind(r->a, before);
        if (!good)
            return false;
    }
    return true;
}
