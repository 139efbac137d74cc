/* releasable.c - what clauses could release of a record to one service, whatever it holds. */
#include "sharing/clause.h"
#include "sharing/judge.h"

void judge_releasable(const struct bundle *b, const struct view *v, struct recipient_id to,
                      struct categories *out)
{
    int schema = bundle_schema(b, v->plan);
    int64_t kind = schema < 0 ? -1
                              : bundle_kind(b, (size_t)schema, view_text_at(v, "header.kind"));
    struct categories own;
    *out = (struct categories){ { 0 } };
    if (kind < 0)
        return;
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct clause *c = &b->clauses[i];
        if (services_have(&c->to, to.n) && kinds_have(c->kinds, c->kind_count, (uint32_t)kind))
            categories_join(out, &c->release);
    }
    schema_categories(b->compiled->schemas[schema], &own);
    categories_keep(out, &own);
}
