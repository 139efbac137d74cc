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
    struct buf cell; /* being gathered; put_cell writes it */
    bool *named;     /* by prohibition: some row named it, so its source is told */
};

/* Writes text so that Markdown shows it as it is: escapes what lays out a page, and turns control
 * characters into blanks. */
static void put_plain(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t byte = text.p[i];
        if (memchr("\\|<`*", byte, 5))
            buf_byte(out, '\\');
        buf_byte(out, byte < ' ' || byte == 0x7f ? ' ' : byte);
    }
}

/* Writes the cell that was gathered and begins another. */
static void put_cell(struct annex *x)
{
    x->out->failed |= x->cell.failed;
    buf_byte(x->out, ' ');
    put_plain(x->out, slice_trim(buf_slice(&x->cell)));
    buf_text(x->out, " |");
    buf_reset(&x->cell);
}

static bool clause_shares_type(const struct bundle *b, const struct clause *c, size_t type)
{
    for (uint32_t k = b->compiled->kind_base[type]; k < b->compiled->kind_base[type + 1]; k++)
        if (kinds_have(c->kinds, c->kind_count, k))
            return true;
    return false;
}

/* Writes what the schemas say of those portions: "birth date (year only) - Date of birth, ISO
 * 8601 ...". Neighbours of one text have it once. */
static void put_item(struct annex *x, const struct clause *c, const struct categories *portions)
{
    const struct bundle *b = x->b;
    const struct slice *last = NULL;
    explain_categories(b, portions, c->obliged, &x->cell);
    for (size_t s = 0; s < catalogue_count(b->catalogue); s++) {
        const struct plan *plan = b->compiled->schemas[s]->plan;
        if (!clause_shares_type(b, c, s))
            continue;
        for (size_t i = 0; i < plan_slots(plan); i++) {
            const struct slot *slot = plan_slot_at(plan, i);
            bool is_named = categories_has(portions, bundle_portion(b, s, i));
            bool is_said = last && slice_equal(*last, slot->doc);
            if (!is_named || is_said)
                continue;
            buf_text(&x->cell, last ? " " : " - ");
            buf_put(&x->cell, slot->doc);
            last = &slot->doc;
        }
    }
    put_cell(x);
}

static bool is_same_basis(const struct party *a, const struct party *b)
{
    return slice_equal(a->uk_gdpr, b->uk_gdpr) &&
           slice_equal(a->special_category, b->special_category) &&
           slice_equal(a->schedule_1, b->schedule_1);
}

static bool bases_differ(const struct agreement *g)
{
    for (size_t i = 1; i < g->party_count; i++)
        if (!is_same_basis(&g->parties[i], &g->parties[0]))
            return true;
    return false;
}

/* Writes the basis of each party where they differ, else the one basis of all. */
static void put_law(struct annex *x)
{
    const struct agreement *g = x->g;
    bool differ = bases_differ(g);
    for (size_t i = 0; i < g->party_count; i++) {
        if (i > 0 && !differ)
            break;
        buf_text(&x->cell, i ? "; " : "");
        if (differ) {
            explain_agency(x->b, g->parties[i].agency, &x->cell);
            buf_text(&x->cell, ": ");
        }
        explain_basis(&g->parties[i], &x->cell);
    }
    buf_text(&x->cell, ". Confidentiality: ");
    explain_word(g->confidentiality, &x->cell);
    put_cell(x);
}

/* Writes the clause's condition, how long it lasts, and what prohibitions take of these portions.
 */
static void put_condition(struct annex *x, const struct clause *c,
                          const struct categories *portions)
{
    when_words(x->b, c->when, &x->cell);
    if (c->lasting_kind.n) {
        buf_text(&x->cell, "; ");
        explain_lasting(x->b, c, &x->cell);
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
    put_cell(x);
}

static void put_row(struct annex *x, const struct clause *c, const struct categories *portions)
{
    buf_byte(x->out, '|');
    put_item(x, c, portions);
    (void)explain_services(x->b, &c->from, &x->cell);
    put_cell(x);
    (void)explain_services(x->b, &c->to, &x->cell);
    put_cell(x);
    explain_word(x->g->purpose, &x->cell);
    put_cell(x);
    put_law(x);
    put_condition(x, c, portions);
    buf_put(&x->cell, x->g->retention);
    put_cell(x);
    buf_byte(x->out, '\n');
}

/* Writes a row for each category that is shared. A category whose portions are changed in different
 * ways has a row for each way. */
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

/* Writes title and term, and who has not approved the agreement yet. */
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
