/* analyse_say.c - how findings are worded. */
#include "sharing/tools/analyse_inside.h"

struct slice analyse_group(const struct bundle *b, unsigned category)
{
    struct slice name = catalogue_category(b->catalogue, category);
    return slice_head(name, slice_find(name, '.'));
}

static bool is_whole_group(const struct categories *set, const struct group *g)
{
    struct categories lacking = g->portions;
    categories_drop(&lacking, set);
    return g->count > 1 && categories_is_empty(&lacking);
}

void analyse_name_kind(const struct analysis *x, struct naming *m, uint32_t kind)
{
    struct slice word;
    const struct schema *type = analyse_kind(x, kind, &word);
    const char *name = arena_format(x->arena, "%.*s.%.*s", SHOWN(type->name), SHOWN(word));
    if (name)
        naming_add(m, slice_text(name));
}

static void add_names(const struct analysis *x, struct naming *m, const struct categories *set)
{
    const struct slice *names = NULL;
    size_t count = bundle_names(x->b, SIZE_MAX, set, x->arena, &names);
    for (size_t i = 0; names && i < count; i++)
        naming_add(m, names[i]);
}

void analyse_say_set(const struct analysis *x, struct naming *m, const struct categories *set)
{
    struct categories rest = *set;
    for (unsigned i = 0; i < catalogue_category_count(x->b->catalogue); i++) {
        struct categories own = x->portions[i];
        categories_keep(&own, &rest);
        if (categories_is_empty(&own))
            continue;
        if (is_whole_group(&rest, &x->groups[i])) {
            naming_add(m, analyse_group(x->b, i));
            categories_drop(&rest, &x->groups[i].portions);
        } else {
            add_names(x, m, &own);
        }
    }
    naming_end(m);
}

void analyse_say_of_clause(const struct analysis *x, const struct clause *c, const char *code,
                           const char *what, const struct categories *set, bool in_full)
{
    const char *sentence = arena_format(x->arena, "clause '%.*s' %s", SHOWN(c->name), what);
    struct naming m = { .to = x->warnings,
                        .code = code,
                        .file = c->file,
                        .sentence = sentence ? sentence : what,
                        .line = c->line,
                        .column = c->column,
                        .in_full = in_full };
    analyse_say_set(x, &m, set);
}

const struct schema *analyse_kind(const struct analysis *x, uint32_t kind, struct slice *name)
{
    size_t s = 0;
    while (x->k->kind_base[s + 1] <= kind)
        s++;
    *name = x->k->schemas[s]->kinds[kind - x->k->kind_base[s]];
    return x->k->schemas[s];
}

bool analyse_is_gone(const struct analysis *x, const struct agreement *g)
{
    return g->stopped_ms <= x->in->now_ms || g->superseded_ms <= x->in->now_ms;
}
