/* explain.c - a decision as one sentence for people ("shared with", not "disclosed"). */
#include "sharing/clause.h"
#include "sharing/judge.h"

struct slice clause_name(const struct bundle *b, uint32_t clause)
{
    return b->clauses[clause].name;
}

const char *clause_place(const struct bundle *b, uint32_t clause, uint32_t *line)
{
    *line = b->clauses[clause].line;
    return b->clauses[clause].file;
}

struct slice prohibition_name(const struct bundle *b, uint32_t prohibition)
{
    return b->prohibitions[prohibition].id;
}

const char *prohibition_place(const struct bundle *b, uint32_t prohibition, uint32_t *line)
{
    *line = b->prohibitions[prohibition].line;
    return b->prohibitions[prohibition].file;
}

static void put_categories(const struct catalogue *c, const struct categories *set, struct buf *out)
{
    bool any = false;
    for (unsigned i = 0; i < catalogue_category_count(c); i++) {
        if (!categories_has(set, i))
            continue;
        buf_text(out, any ? ", " : "");
        buf_put(out, catalogue_category(c, i));
        any = true;
    }
    if (!any)
        buf_text(out, "nothing");
}

static void put_clauses(const struct bundle *b, const struct decision *d, struct buf *out)
{
    for (size_t i = 0; i < d->clause_count; i++) {
        const struct clause *c = &b->clauses[d->clauses[i]];
        const struct agreement *g = &b->agreements[c->agreement];
        buf_text(out, i ? " and " : " under ");
        buf_put(out, g->name);
        buf_format(out, " %d, clause ", g->version);
        buf_put(out, c->id);
        buf_format(out, " (%s:%u)", c->file, c->line);
    }
}

static void put_prohibitions(const struct bundle *b, const struct decision *d, struct buf *out)
{
    for (size_t i = 0; i < d->prohibition_count; i++) {
        const struct prohibition *p = &b->prohibitions[d->prohibitions[i]];
        buf_text(out, i ? ", " : "; prohibited by ");
        buf_put(out, p->id);
        buf_format(out, " (%s:%u)", p->file, p->line);
    }
}

void explain_decision(const struct bundle *b, const struct decision *d, struct buf *out)
{
    static const char *const verbs[] = { "shared with ", "not shared with ", "held from " };
    buf_text(out, verbs[d->outcome]);
    buf_put(out, b->services[d->to.n].name);
    if (d->caught_up)
        buf_text(out, " (caught up)");
    put_clauses(b, d, out);
    if (d->outcome == OUTCOME_DISCLOSE) {
        buf_text(out, ": released ");
        put_categories(b->catalogue, &d->released, out);
        buf_text(out, "; withheld ");
        put_categories(b->catalogue, &d->withheld, out);
    } else {
        buf_text(out, ": because ");
        buf_text(out, reason_sentence(d->reason));
        buf_format(out, " (%s)", d->reason);
    }
    put_prohibitions(b, d, out);
}
