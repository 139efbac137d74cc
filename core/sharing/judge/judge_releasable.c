/* judge_releasable.c - what clauses could release of a record to one service, whatever it holds. */
#include "base/bits.h"
#include "sharing/rules/compiled.h"
#include "sharing/judge/judge.h"

void judge_releasable(const struct bundle *b, const struct view *v, struct recipient_id to,
                      struct categories *out)
{
    int schema = bundle_schema(b, v->plan);
    int64_t kind = schema < 0 ? -1 : bundle_kind(b, (size_t)schema, view_text_at(v, "header.kind"));
    const struct compiled *k = b->compiled;
    struct categories own;
    *out = (struct categories){ { 0 } };
    if (kind < 0)
        return;
    const uint64_t *of_kind = k->clauses_of_kind + (size_t)kind * k->words;
    for (size_t w = 0; w < k->words; w++)
        for (uint64_t bits = of_kind[w]; bits; bits = bits_rest(bits)) {
            size_t clause = w * 64 + bits_lowest(bits);
            if (services_have(&b->clauses[clause].to, to.n))
                categories_join(out, &k->releases[clause]);
        }
    bundle_portions_of(b, (size_t)schema, &own);
    categories_keep(out, &own);
}
