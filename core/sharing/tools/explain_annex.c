/* explain_annex.c - the annex table of an information sharing agreement, in Markdown. */
#include "sharing/tools/explain.h"

#include "base/arena.h"
#include "sharing/tools/explain_law.h"
#include "sharing/tools/explain_limit.h"
#include "sharing/tools/explain_words.h"
#include "sharing/tools/when_words.h"

#define CELL_MAX (1u << 20)

struct annex {
    const struct bundle *b;
    const struct agreement *g;
    struct buf *out;
    struct buf cell; /* under way */
    bool *named;     /* by prohibition: a row told of it */
};

/* Text as Markdown shows it: what lays out a page is escaped, and a line end is a blank. */
static void put_plain(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t byte = text.p[i];
        if (memchr("\\|<`*", byte, 5))
            buf_byte(out, '\\');
        buf_byte(out, byte < ' ' || byte == 0x7f ? ' ' : byte);
    }
}

/* Ends the cell under way. */
static void put(struct annex *x)
{
    x->out->failed |= x->cell.failed;
    buf_byte(x->out, ' ');
    put_plain(x->out, slice_trim(buf_slice(&x->cell)));
    buf_text(x->out, " |");
    buf_reset(&x->cell);
}

/* "birth date: Date of birth, ISO 8601 ... (year only)": what the schemas say of those portions. */
static void put_item(struct annex *x, const struct clause *c, const struct categories *portions)
{
    const struct bundle *b = x->b;
    const struct slice *last = NULL;
    explain_categories(b, portions, c->obliged, &x->cell);
    for (size_t s = 0; s < catalogue_count(b->catalogue); s++) {
        const struct plan *plan = b->compiled->schemas[s]->plan;
        bool is_shared = false;
        for (uint32_t k = b->compiled->kind_base[s]; k < b->compiled->kind_base[s + 1]; k++)
            is_shared |= kinds_have(c->kinds, c->kind_count, k);
        for (size_t i = 0; is_shared && i < plan_slots(plan); i++) {
            const struct slot *slot = plan_slot_at(plan, i);
            if (!categories_has(portions, bundle_portion(b, s, i)) ||
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

/* The clause's own condition, how long it lasts, and what prohibitions take of these portions. */
static void put_condition(struct annex *x, const struct clause *c,
                          const struct categories *portions)
{
    when_words(x->b, c->when, &x->cell);
    if (c->lasting_kind.n) {
        buf_text(&x->cell, "; ");
        explain_lasting(c, &x->cell);
    }
    for (size_t i = 0; i < x->b->prohibition_count; i++) {
        const struct prohibition *p = &x->b->prohibitions[i];
        struct categories what = explain_taken(x->b, c, p, portions);
        if (categories_is_empty(&what))
            continue;
        x->named[i] = true;
        buf_text(&x->cell, "; ");
        explain_limit(x->b, c, p, &what, categories_equal(&what, portions) ? "" : NULL, &x->cell);
    }
    put(x);
}

static void put_row(struct annex *x, const struct clause *c, const struct categories *portions)
{
    buf_byte(x->out, '|');
    put_item(x, c, portions);
    (void)explain_services(x->b, &c->from, &x->cell);
    put(x);
    (void)explain_services(x->b, &c->to, &x->cell);
    put(x);
    explain_word(x->g->purpose, &x->cell);
    put(x);
    put_law(x);
    put_condition(x, c, portions);
    buf_put(&x->cell, x->g->retention);
    put(x);
    buf_byte(x->out, '\n');
}

/* A row for each category, and more where what is carved out of it travels otherwise. */
static void put_rows(struct annex *x, const struct clause *c)
{
    struct categories set = explain_shared(x->b, c);
    for (unsigned n = 0; n < catalogue_category_count(x->b->catalogue); n++) {
        struct categories left = bundle_portions_of_category(x->b, SIZE_MAX, n);
        categories_keep(&left, &set);
        while (!categories_is_empty(&left)) {
            struct categories alike = explain_alike(x->b, &left, c->obliged);
            put_row(x, c, &alike);
            categories_drop(&left, &alike);
        }
    }
}

/* Title, term, and who has not approved it. */
static void put_heading(struct annex *x)
{
    buf_text(x->out, "## ");
    put_plain(x->out, x->g->title);
    buf_text(x->out, " (");
    put_plain(x->out, x->g->reference);
    buf_format(x->out, ", version %d)\n\nIn force ", x->g->version);
    explain_term(x->g, x->out);
    buf_text(x->out, ".");
    if (!x->g->approved) {
        buf_text(x->out, x->g->is_signed ? " NOT ACTIVE: not yet signed by "
                                         : " NOT ACTIVE: not yet approved by ");
        explain_missing(x->b, x->g, &x->cell);
        put_plain(x->out, buf_slice(&x->cell));
        buf_reset(&x->cell);
        buf_text(x->out, ".");
    }
    buf_text(x->out, "\n\n");
}

static void put_sources(struct annex *x)
{
    bool any = false;
    for (size_t i = 0; i < x->b->prohibition_count; i++) {
        const struct prohibition *p = &x->b->prohibitions[i];
        if (!x->named[i])
            continue;
        if (!any)
            buf_text(x->out, "\nThe prohibitions in brackets, and where they come from:\n\n");
        any = true;
        buf_format(x->out, "- %.*s: ", SHOWN(p->id));
        put_plain(x->out, p->source);
        buf_byte(x->out, '\n');
    }
}

bool explain_annex(const struct bundle *b, size_t agreement, struct buf *out, struct err *e)
{
    struct annex x = { .b = b, .g = &b->agreements[agreement], .out = out };
    x.named = mem_alloc(b->prohibition_count + 1);
    if (!x.named)
        return err_memory(e);
    buf_init(&x.cell, CELL_MAX);
    put_heading(&x);
    buf_text(out, "| Data item | From | To | Purpose | Legal basis | Condition | Retention |\n"
                  "| --- | --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < b->clause_count; i++)
        if (b->clauses[i].agreement == agreement)
            put_rows(&x, &b->clauses[i]);
    put_sources(&x);
    buf_release(&x.cell);
    mem_free(x.named);
    return buf_done(out, e);
}
