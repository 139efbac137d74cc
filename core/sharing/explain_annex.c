/* explain_annex.c - the annex table of an information sharing agreement, in Markdown. */
#include "sharing/explain.h"
#include "sharing/explain_law.h"
#include "sharing/explain_words.h"
#include "sharing/when_words.h"

#define CELL_MAX (1u << 20)
#define DAY_MS ((int64_t)86400000)

struct annex {
    const struct bundle *b;
    const struct agreement *g;
    struct buf *out;
    struct buf cell; /* under way */
};

/* Ends the cell under way: a bar or a line end in it would end it early. */
static void put(struct annex *x)
{
    struct slice text = buf_slice(&x->cell);
    x->out->failed |= x->cell.failed;
    buf_byte(x->out, ' ');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '|')
            buf_byte(x->out, '\\');
        buf_byte(x->out, text.p[i] == '\n' ? ' ' : text.p[i]);
    }
    buf_text(x->out, " |");
    buf_reset(&x->cell);
}

/* "birth date: Date of birth, ISO 8601 ... (year only)": what the schemas say of those parts. */
static void put_item(struct annex *x, const struct clause *c, const struct categories *parts)
{
    const struct bundle *b = x->b;
    const struct slice *last = NULL;
    explain_categories(b, parts, c->obliged, &x->cell);
    for (size_t s = 0; s < catalogue_count(b->catalogue); s++) {
        const struct plan *plan = b->compiled->schemas[s]->plan;
        bool is_shared = false;
        for (uint32_t k = b->compiled->kind_base[s]; k < b->compiled->kind_base[s + 1]; k++)
            is_shared |= kinds_have(c->kinds, c->kind_count, k);
        for (size_t i = 0; is_shared && i < plan_slots(plan); i++) {
            const struct slot *slot = plan_slot_at(plan, i);
            if (!categories_has(parts, bundle_part(b, s, i)) ||
                (last && slice_equal(*last, slot->doc)))
                continue;
            buf_text(&x->cell, last ? " " : " - ");
            buf_put(&x->cell, slot->doc);
            last = &slot->doc;
        }
    }
    put(x);
}

/* Each party's own, where they differ; one where they do not. */
static void put_law(struct annex *x)
{
    const struct agreement *g = x->g;
    bool differ = false;
    for (size_t i = 1; i < g->party_count; i++)
        differ |= !slice_equal(g->parties[i].uk_gdpr, g->parties[0].uk_gdpr) ||
                  !slice_equal(g->parties[i].special_category, g->parties[0].special_category) ||
                  !slice_equal(g->parties[i].schedule_1, g->parties[0].schedule_1);
    for (size_t i = 0; i < (differ ? g->party_count : g->party_count > 0); i++) {
        buf_text(&x->cell, i ? "; " : "");
        if (differ) {
            explain_agency(x->b, g->parties[i].agency, &x->cell);
            buf_text(&x->cell, ": ");
        }
        explain_basis(&g->parties[i], &x->cell);
    }
    buf_text(&x->cell, ". Confidentiality: ");
    explain_word(g->confidentiality, &x->cell);
    put(x);
}

static void put_condition(struct annex *x, const struct clause *c)
{
    when_words(x->b, c->when, &x->cell);
    if (c->lasting_kind.n) {
        long long days = (long long)(c->lasting_ms / DAY_MS);
        buf_format(&x->cell, "; until %lld day%s after \"", days, days == 1 ? "" : "s");
        explain_word(c->lasting_kind, &x->cell);
        buf_text(&x->cell, "\"");
    }
    put(x);
}

static void put_row(struct annex *x, const struct clause *c, const struct categories *parts)
{
    buf_byte(x->out, '|');
    put_item(x, c, parts);
    (void)explain_services(x->b, &c->from, &x->cell);
    put(x);
    (void)explain_services(x->b, &c->to, &x->cell);
    put(x);
    explain_word(x->g->purpose, &x->cell);
    put(x);
    put_law(x);
    put_condition(x, c);
    buf_put(&x->cell, x->g->retention);
    put(x);
    buf_byte(x->out, '\n');
}

/* What its events have of what it releases. */
static struct categories shared(const struct bundle *b, const struct clause *c)
{
    struct categories any = { { 0 } };
    for (size_t s = 0; s < catalogue_count(b->catalogue); s++)
        for (uint32_t k = b->compiled->kind_base[s]; k < b->compiled->kind_base[s + 1]; k++) {
            struct categories of = { { 0 } };
            if (!kinds_have(c->kinds, c->kind_count, k))
                continue;
            bundle_parts_of(b, s, &of);
            categories_join(&any, &of);
        }
    categories_keep(&any, &c->release);
    return any;
}

/* A row for each category, and more where what is carved out of it travels otherwise. */
static void put_rows(struct annex *x, const struct clause *c)
{
    struct categories set = shared(x->b, c);
    for (unsigned n = 0; n < catalogue_category_count(x->b->catalogue); n++) {
        struct categories left = parts_of_category(x->b, SIZE_MAX, n);
        categories_keep(&left, &set);
        while (!categories_is_empty(&left)) {
            struct categories alike = explain_alike(x->b, &left, c->obliged);
            put_row(x, c, &alike);
            categories_drop(&left, &alike);
        }
    }
}

bool explain_annex(const struct bundle *b, size_t agreement, struct buf *out, struct err *e)
{
    struct annex x = { .b = b, .g = &b->agreements[agreement], .out = out };
    buf_init(&x.cell, CELL_MAX);
    buf_format(out, "## %.*s (%.*s, version %d)\n\n", (int)x.g->title.n, (const char *)x.g->title.p,
               SHOWN(x.g->reference), x.g->version);
    buf_text(out, "| Data item | From | To | Purpose | Legal basis | Condition | Retention |\n"
                  "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < b->clause_count; i++)
        if (b->clauses[i].agreement == agreement)
            put_rows(&x, &b->clauses[i]);
    buf_release(&x.cell);
    return buf_done(out, e);
}
