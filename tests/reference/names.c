/* names.c - a set of fields in the words that people read: a category by its name where it is
 * whole, else what of it was named by itself. */
#include "reference.h"

static void add_named(const struct ref_case *c, const struct ref_words *w, struct ref_set *named)
{
    for (size_t i = 0; i < w->n; i++) {
        if (ref_is_category(c, w->at[i]))
            continue;
        struct ref_set one = ref_meant(c, w->at[i]);
        for (size_t slot = 0; slot < REF_SLOTS_MAX; slot++)
            named->has[slot] |= one.has[slot];
    }
}

struct ref_set ref_named(const struct ref_case *c)
{
    const struct ref_bundle *b = c->bundle;
    struct ref_set named = { { false } };
    for (size_t i = 0; i < b->clause_count; i++) {
        add_named(c, &b->clauses[i].release, &named);
        for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++)
            add_named(c, &b->clauses[i].oblige[o], &named);
    }
    for (size_t i = 0; i < b->prohibition_count; i++)
        add_named(c, &b->prohibitions[i].withhold, &named);
    return named;
}

/* What of one category is in the set and is not, of the type's fields. */
struct share_of {
    bool any, all, rest;
    struct ref_words in, out; /* paths that are named in the bundle */
};

/* In the order of the alphabet. */
static void add_path(struct arena *a, struct ref_words *w, struct slice path)
{
    const char **grown = ARENA_ARRAY(a, w->n + 1, const char *);
    const char *text =
        arena_text(a, slice_head(path, path.n - (slice_ends(path, SLICE("[]")) ? 2 : 0)));
    size_t at = 0;
    while (at < w->n && strcmp(w->at[at], text) < 0)
        at++;
    for (size_t i = 0; i < w->n; i++)
        grown[i + (i >= at)] = w->at[i];
    grown[at] = text;
    *w = (struct ref_words){ grown, w->n + 1 };
}

/* A path that is also a category's name is not written bare. */
static const char *longer(struct arena *a, const struct ref_case *c, const char *text,
                          const struct ref_words *w, const char *between)
{
    for (size_t i = 0; i < w->n; i++)
        text = arena_format(a, "%s%s%s%s", text, i ? between : "",
                            ref_is_category(c, w->at[i]) ? "field " : "", w->at[i]);
    return text;
}

static struct share_of share_of(struct arena *a, const struct ref_case *c,
                                const struct ref_set *set, const struct ref_set *named,
                                unsigned category)
{
    const struct plan *p = catalogue_at(c->catalogue, c->event->schema)->plan;
    struct share_of x = { .all = true };
    for (size_t i = 0; i < plan_slots(p); i++) {
        const struct slot *s = plan_slot_at(p, i);
        if (s->category != category)
            continue;
        x.any |= set->has[i];
        x.all &= set->has[i];
        x.rest |= set->has[i] && !named->has[i];
        if (named->has[i] && set->has[i])
            add_path(a, &x.in, s->path);
        else if (named->has[i])
            add_path(a, &x.out, s->path);
    }
    return x;
}

/* One text: names are parted by "; ", paths by ", ". */
const char *ref_names(struct arena *a, const struct ref_case *c, const struct ref_set *named,
                      const struct ref_set *set)
{
    const char *text = "";
    for (unsigned i = 0; i < catalogue_category_count(c->catalogue); i++) {
        struct share_of x = share_of(a, c, set, named, i);
        struct slice name = catalogue_category(c->catalogue, i);
        if (!x.any)
            continue;
        text = arena_format(a, "%s%s", text, *text ? "; " : "");
        if (!x.rest && !x.all) {
            text = longer(a, c, text, &x.in, "; ");
            continue;
        }
        text = arena_format(a, "%s%.*s%s", text, SHOWN(name), x.all ? "" : " except ");
        if (!x.all)
            text = longer(a, c, text, &x.out, ", ");
    }
    return text;
}
