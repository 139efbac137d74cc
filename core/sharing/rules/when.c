/* when.c - which portions of an event a condition reads. */
#include "sharing/rules/when.h"

#include "sharing/rules/compiled.h"

/* The portions of a field by its name, or, where it has none of its own, of its category. */
static void add_named(const struct bundle *b, struct slice field, struct slice category,
                      struct categories *out)
{
    struct categories one;
    if (bundle_named(b, field, &one) || bundle_named(b, category, &one))
        categories_join(out, &one);
}

static void add_reads(const struct bundle *b, const struct when_node *n, struct categories *out)
{
    size_t schemas = n->slots ? catalogue_count(b->catalogue) : 0;
    bool is_call = n->op == WHEN_CALL;
    for (size_t i = 0; i < schemas; i++)
        if (n->slots[i] >= 0)
            categories_add(out, bundle_portion(b, i, (size_t)n->slots[i]));
    if (is_call && n->function == WHEN_AGE)
        add_named(b, SLICE("field person.birth_date"), SLICE("identity.birth-date"), out);
    if (is_call && n->function == WHEN_ADDRESSED)
        add_named(b, SLICE("referral.addressee"), SLICE(""), out);
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        add_reads(b, arg, out);
}

void when_reads(const struct bundle *b, const struct when *w, struct categories *out)
{
    *out = (struct categories){ { 0 } };
    if (w)
        add_reads(b, w->root, out);
}
