/* analyse_cover.c - what no clause speaks of, and clauses against what the site's mappings make. */
#include "sharing/tools/analyse_inside.h"
#include "sharing/tools/when_logic.h"

/* ---- kinds nobody shares, categories nobody may receive ---- */

/* Where to look: the schema's own file. */
static const char *schema_file(const struct analysis *x, const struct schema *s)
{
    const char *file = arena_format(x->arena, "schemas/%.*s.avsc", SHOWN(s->name));
    return file ? file : "schemas";
}

/* The kinds of a type that no clause shares; all of them is one sentence. */
static bool check_kinds(struct analysis *x, size_t schema, const bool *shared)
{
    const struct schema *s = x->k->schemas[schema];
    const bool *mine = shared + x->k->kind_base[schema];
    struct naming m = { .to = x->warnings,
                        .code = "check.unshared",
                        .file = schema_file(x, s),
                        .sentence = "no clause shares events of these kinds",
                        .line = 1,
                        .column = 1 };
    bool is_any_shared = false;
    for (size_t i = 0; i < s->kind_count; i++)
        is_any_shared |= mine[i];
    if (!is_any_shared) {
        (void)problems_say(x->warnings, "check.unshared", m.file, 1, 1,
                           "no clause shares events of this type");
        return false;
    }
    for (size_t i = 0; i < s->kind_count; i++)
        if (!mine[i])
            naming_add(&m, s->kinds[i]);
    naming_end(&m);
    return true;
}

/* What the type has and no clause releases, of any type; told once, so it joins what was
 * released. */
static void check_categories(struct analysis *x, size_t schema, struct categories *released)
{
    const struct schema *s = x->k->schemas[schema];
    struct categories rest = x->of_kind[x->k->kind_base[schema]];
    struct naming m = { .to = x->warnings,
                        .code = "check.unreceived",
                        .file = schema_file(x, s),
                        .sentence = "no clause releases these of any type",
                        .line = 1,
                        .column = 1 };
    categories_drop(&rest, released);
    categories_join(released, &rest);
    analyse_say_set(x, &m, &rest);
}

void analyse_cover(struct analysis *x)
{
    bool *shared = ARENA_ARRAY(x->arena, x->k->kind_count + 1, bool);
    if (!shared) {
        x->problems->lost = true;
        return;
    }
    struct categories released = { { 0 } };
    for (size_t i = 0; i < x->b->clause_count; i++) {
        const struct clause *c = &x->b->clauses[i];
        if (analyse_is_gone_clause(x, c))
            continue;
        for (size_t k = 0; k < c->kind_count; k++) {
            struct categories of = x->of_kind[c->kinds[k]];
            categories_keep(&of, &c->release);
            categories_join(&released, &of);
            shared[c->kinds[k]] = true;
        }
    }
    for (size_t s = 0; s < catalogue_count(x->b->catalogue); s++) {
        const struct schema *schema = x->k->schemas[s];
        if (schema->internal || !schema->disclosable || schema->kind_count == 0)
            continue;
        if (check_kinds(x, s, shared))
            check_categories(x, s, &released);
    }
}

/* ---- against the mappings ---- */

/* What the sources of a clause make of it together. */
struct supply {
    bool any, all_kinds;
    struct categories filled;
};

/* False when a source has no feed here: what it sends is not known. */
static bool find_supply(const struct analysis *x, const struct clause *c, struct supply *out)
{
    *out = (struct supply){ .all_kinds = true };
    for (unsigned s = 0; s < x->b->service_count; s++)
        if (services_have(&c->from, s) && !x->has_feed[s])
            return false;
    for (size_t i = 0; i < c->kind_count; i++) {
        bool said = false;
        for (unsigned s = 0; s < x->b->service_count; s++) {
            const struct says *says = analysis_says(x, s, c->kinds[i]);
            if (!services_have(&c->from, s) || !says->is_said)
                continue;
            said = true;
            categories_join(&out->filled, &says->filled);
        }
        out->any |= said;
        out->all_kinds &= said;
    }
    return true;
}

static void say_unsaid(struct analysis *x, const struct clause *c)
{
    const char *sentence = arena_format(
        x->arena, "clause '%.*s' shares kinds of events that no mapping of its sources makes",
        SHOWN(c->name));
    struct naming m = { .to = x->warnings,
                        .code = "check.unsaid",
                        .file = c->file,
                        .sentence = sentence ? sentence : "",
                        .line = c->line,
                        .column = c->column };
    for (size_t i = 0; i < c->kind_count; i++) {
        bool said = false;
        for (unsigned s = 0; s < x->b->service_count; s++)
            said |= services_have(&c->from, s) && analysis_says(x, s, c->kinds[i])->is_said;
        if (!said)
            analyse_name_kind(x, &m, c->kinds[i]);
    }
    naming_end(&m);
}

/* Whether one of these fields is filled. */
static bool fills_any(const struct says *says, const uint16_t *slots, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (says->slots[slots[i]])
            return true;
    return false;
}

/* Whether a message of that source has what the condition reads there: a field, the date of birth,
 * an addressee. */
static bool has_what(const struct analysis *x, const struct says *says, const struct when_node *n)
{
    int schema = bundle_schema(x->b, says->schema->plan);
    int born = plan_header(says->schema->plan)->birth_date;
    const struct mentions *m = &x->k->mentions[schema];
    if (n->op == WHEN_PATH) {
        int slot = n->slots[schema];
        return slot >= 0 && says->slots[slot];
    }
    if (n->function == WHEN_AGE)
        return born >= 0 && says->slots[born];
    return fills_any(says, m->slots, m->addressee_count);
}

/* Whether some event that the clause is asked about can have it. */
static bool is_filled(const struct analysis *x, const struct clause *c, const struct when_node *n)
{
    for (size_t i = 0; i < c->kind_count; i++)
        for (unsigned s = 0; s < x->b->service_count; s++) {
            const struct says *says = analysis_says(x, s, c->kinds[i]);
            if (!services_have(&c->from, s) || !says->is_said)
                continue;
            if (has_what(x, says, n))
                return true;
        }
    return false;
}

static void check_paths(struct analysis *x, const struct clause *c, const struct when_node *n)
{
    bool is_path = n->op == WHEN_PATH;
    bool is_age = n->op == WHEN_CALL && n->function == WHEN_AGE;
    bool is_addressed = n->op == WHEN_CALL && n->function == WHEN_ADDRESSED;
    bool reads_event = is_path || is_age || is_addressed;
    if (reads_event && !is_filled(x, c, n))
        (void)problems_say(x->warnings, "check.unfilled", c->file, c->line, c->column,
                           "the condition of clause '%.*s' reads '%.*s%s', and no mapping of its "
                           "sources fills that",
                           SHOWN(c->name), SHOWN(n->text), is_path ? "" : "()");
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        check_paths(x, c, arg);
}

static void check_supply(struct analysis *x, const struct clause *c)
{
    struct supply supply;
    struct categories empty = { { 0 } };
    if (!find_supply(x, c, &supply))
        return;
    if (!supply.any) {
        (void)problems_say(x->warnings, "check.unsaid", c->file, c->line, c->column,
                           "clause '%.*s' shares nothing of this site: no mapping of its sources "
                           "makes an event of its type",
                           SHOWN(c->name));
        return;
    }
    if (!supply.all_kinds)
        say_unsaid(x, c);
    for (size_t i = 0; i < c->kind_count; i++)
        categories_join(&empty, &x->of_kind[c->kinds[i]]);
    categories_keep(&empty, &c->release);
    categories_drop(&empty, &supply.filled);
    analyse_say_of_clause(x, c, "check.unfilled",
                          "releases categories that no mapping of its sources fills", &empty,
                          false);
    if (c->when)
        check_paths(x, c, c->when->root);
}

void analyse_sources(struct analysis *x)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        struct arena_saved saved = arena_save(x->arena);
        check_supply(x, &x->b->clauses[i]);
        arena_rewind(x->arena, saved);
    }
}
