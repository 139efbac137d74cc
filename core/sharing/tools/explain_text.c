/* explain_text.c - an agreement as plain sentences. */
#include "sharing/tools/explain.h"

#include "base/arena.h"
#include "sharing/tools/explain_known.h"
#include "sharing/tools/explain_law.h"
#include "sharing/tools/explain_limit.h"
#include "sharing/tools/explain_words.h"
#include "sharing/tools/when_logic.h"
#include "sharing/tools/when_words.h"

#define WIDTH 96
#define SENTENCE_MAX (1u << 20)

struct page {
    const struct bundle *b;
    const struct agreement *g;
    struct buf *out;
    struct buf sentence; /* being gathered; put_sentence writes it */
    bool *named;         /* by prohibition: some clause named it, so its source is told */
};

/* Turns control characters into blanks: a text of a bundle must not lay out the page or steer the
 * terminal. */
static void blank_controls(struct buf *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->p[i] < ' ' || b->p[i] == 0x7f)
            b->p[i] = ' ';
}

/* How many bytes of a text go on a line with that room: up to a blank where there is one. */
static size_t line_length(struct slice text, size_t room)
{
    if (text.n <= room)
        return text.n;
    size_t n = room;
    while (n > 0 && text.p[n] != ' ')
        n--;
    return n > 0 ? n : room;
}

/* Writes the sentence that was gathered and begins another. Lines after the first stand four blanks
 * further in. */
static void put_sentence(struct page *p, size_t indent)
{
    blank_controls(&p->sentence);
    struct slice rest = slice_trim(buf_slice(&p->sentence));
    p->out->failed |= p->sentence.failed;
    for (bool first = true; rest.n; first = false) {
        size_t margin = first ? indent : indent + 4;
        for (size_t i = 0; i < margin; i++)
            buf_byte(p->out, ' ');
        size_t n = line_length(rest, WIDTH - margin);
        buf_put(p->out, slice_head(rest, n));
        buf_byte(p->out, '\n');
        rest = slice_trim(slice_from(rest, n));
    }
    buf_reset(&p->sentence);
}

static void put_line(struct page *p, size_t indent, const char *label, struct slice text)
{
    if (slice_is_empty(text))
        return;
    buf_text(&p->sentence, label);
    buf_put(&p->sentence, text);
    put_sentence(p, indent);
}

static void put_blank(struct page *p)
{
    buf_byte(p->out, '\n');
}

/* ---- the agreement as a whole ---- */

static void put_approvals(struct page *p)
{
    const struct agreement *g = p->g;
    for (size_t i = 0; i < g->approval_count; i++) {
        buf_text(&p->sentence, g->is_signed ? "Signed for " : "Approved for ");
        explain_agency(p->b, g->approvals[i].agency, &p->sentence);
        buf_text(&p->sentence, " by ");
        buf_put(&p->sentence, g->approvals[i].name);
        buf_text(&p->sentence, g->approvals[i].name.n ? ", its " : "its ");
        explain_word(g->approvals[i].role, &p->sentence);
        buf_text(&p->sentence, g->approvals[i].name.n ? ", on " : " on ");
        explain_day(g->approvals[i].on_ms, &p->sentence);
        buf_text(&p->sentence, ".");
        put_sentence(p, 0);
    }
    if (g->approved)
        return;
    buf_text(&p->sentence,
             g->is_signed ? "NOT ACTIVE: not yet signed by " : "NOT ACTIVE: not yet approved by ");
    explain_missing(p->b, g, &p->sentence);
    buf_text(&p->sentence, ".");
    put_sentence(p, 0);
}

static void put_parties(struct page *p)
{
    const struct agreement *g = p->g;
    put_line(p, 0, "", SLICE("The parties, and what each relies on:"));
    for (size_t i = 0; i < g->party_count; i++) {
        buf_text(&p->sentence, "- ");
        explain_agency(p->b, g->parties[i].agency, &p->sentence);
        buf_text(&p->sentence, ": ");
        explain_basis(&g->parties[i], &p->sentence);
        buf_text(&p->sentence, ".");
        put_sentence(p, 2);
    }
}

static void put_controllers(struct page *p)
{
    const struct agreement *g = p->g;
    buf_text(&p->sentence, "Controllers: ");
    for (size_t i = 0; i < g->controller_count; i++) {
        buf_text(&p->sentence, i ? ", " : "");
        explain_agency(p->b, g->controllers[i], &p->sentence);
    }
    buf_text(&p->sentence, ". Processor: ");
    explain_agency(p->b, g->processor, &p->sentence);
    buf_text(&p->sentence, ".");
    put_sentence(p, 0);
}

static void put_days(struct page *p)
{
    const struct agreement *g = p->g;
    buf_text(&p->sentence, "In force ");
    explain_term(g, &p->sentence);
    buf_text(&p->sentence, "; to be reviewed by ");
    explain_day(g->review_ms - 1, &p->sentence);
    buf_text(&p->sentence,
             ". After its last day, what would be shared is held for a named person.");
    put_sentence(p, 0);
    if (g->extension.n) {
        buf_text(&p->sentence, "It was signed to ");
        explain_day(g->signed_until_ms - 1, &p->sentence);
        buf_text(&p->sentence, " and has been extended: ");
        buf_put(&p->sentence, g->extension);
        put_sentence(p, 0);
    }
    if (g->superseded_ms != NEVER_MS) {
        buf_text(&p->sentence, "A later version takes its place from ");
        explain_day(g->superseded_ms, &p->sentence);
        buf_text(&p->sentence, " on.");
        put_sentence(p, 0);
    }
    if (g->stopped_ms != NEVER_MS) {
        buf_text(&p->sentence, "STOPPED from ");
        explain_day(g->stopped_ms, &p->sentence);
        buf_text(&p->sentence, ": ");
        buf_put(&p->sentence, g->stop);
        put_sentence(p, 0);
    }
}

static void put_head(struct page *p)
{
    const struct agreement *g = p->g;
    put_line(p, 0, "", g->title);
    buf_format(&p->sentence, "Agreement %.*s, version %d, reference %.*s.", SHOWN(g->name),
               g->version, SHOWN(g->reference));
    put_sentence(p, 0);
    put_blank(p);
    buf_text(&p->sentence, "Purpose: ");
    explain_word(g->purpose, &p->sentence);
    buf_text(&p->sentence, ".");
    put_sentence(p, 0);
    buf_text(&p->sentence, "Confidentiality: ");
    explain_word(g->confidentiality, &p->sentence);
    buf_format(&p->sentence, ". %s", explain_confidentiality(g->confidentiality));
    put_sentence(p, 0);
    put_line(p, 0, "Duty: ", g->duty);
    put_days(p);
    put_approvals(p);
    put_blank(p);
    put_parties(p);
    put_controllers(p);
}

static void put_terms(struct page *p)
{
    const struct agreement *g = p->g;
    put_line(p, 0, "Kept by the recipient: ", g->retention);
    put_line(p, 0, "Passed on: ", g->onward);
    put_line(p, 0, "At its end: ", g->on_termination);
    put_line(p, 0, "Impact assessment: ", g->dpia);
    put_line(p, 0, "Told to the public: ", g->privacy_notice);
    put_line(p, 0, "For a person's rights: ", g->contact_rights);
    put_line(p, 0, "For a breach: ", g->contact_breach);
}

/* ---- clauses ---- */

/* Tells which prohibitions take something of what the clause shares. */
static void put_prohibitions(struct page *p, const struct clause *c,
                             const struct categories *shared)
{
    bool any = false;
    for (size_t i = 0; i < p->b->prohibition_count; i++) {
        const struct prohibition *x = &p->b->prohibitions[i];
        struct categories what = explain_taken(p->b, c, x, shared);
        if (categories_is_empty(&what))
            continue;
        if (!any)
            put_line(p, 4, "", SLICE("Whatever this clause says:"));
        any = true;
        p->named[i] = true;
        buf_text(&p->sentence, "- ");
        explain_limit(p->b, c, x, &what, categories_equal(&what, shared) ? " anything" : NULL,
                      &p->sentence);
        put_sentence(p, 4);
    }
}

/* Tells where the prohibitions that clauses named come from. */
static void put_sources(struct page *p)
{
    bool any = false;
    for (size_t i = 0; i < p->b->prohibition_count; i++) {
        const struct prohibition *x = &p->b->prohibitions[i];
        if (!p->named[i])
            continue;
        if (!any)
            put_line(p, 0, "", SLICE("The prohibitions named above, and where they come from:"));
        any = true;
        buf_format(&p->sentence, "- %.*s: ", SHOWN(x->id));
        buf_put(&p->sentence, x->source);
        put_sentence(p, 2);
    }
    if (any)
        put_blank(p);
}

/* Tells what the words for facts mean that the conditions use. */
static void put_facts(struct page *p)
{
    bool any = false;
    size_t agreement = (size_t)(p->g - p->b->agreements);
    for (size_t i = 0; i < p->b->fact_count; i++) {
        const struct fact_rule *f = &p->b->facts[i];
        if (!explain_uses_fact(p->b, agreement, f))
            continue;
        if (!any)
            put_line(p, 0, "",
                     SLICE("Who is known, who is responsible, and whose word counts, by the facts "
                           "table:"));
        any = true;
        buf_text(&p->sentence, "- ");
        explain_fact(p->b, f, &p->sentence);
        put_sentence(p, 2);
    }
    if (any) {
        put_line(p, 0, "",
                 SLICE("Who says so must mean the person whom the news is of. The birth dates that "
                       "both agencies have are compared; where they differ, or the one who says "
                       "so has none and another has, a named person decides. An agency without "
                       "NHS numbers must have the person from what it was sent, or be named by one "
                       "that has them."));
        put_blank(p);
    }
}

/* "When ..., A shares ... with B, if ..., until ...". */
static void put_clause(struct page *p, const struct clause *c)
{
    put_blank(p);
    put_line(p, 0, "Clause ", c->id);
    buf_text(&p->sentence, "When there is news (");
    explain_kinds(p->b, c->kinds, c->kind_count, NULL, &p->sentence);
    buf_text(&p->sentence, "),");
    put_sentence(p, 4);
    struct categories shared = explain_shared(p->b, c);
    size_t sources = explain_services(p->b, &c->from, &p->sentence);
    buf_text(&p->sentence, sources > 1 ? " share (" : " shares (");
    explain_categories(p->b, &shared, c->obliged, &p->sentence);
    buf_text(&p->sentence, ")");
    put_sentence(p, 4);
    buf_text(&p->sentence, "with ");
    (void)explain_services(p->b, &c->to, &p->sentence);
    if (c->when) {
        buf_text(&p->sentence, ", if ");
        when_words(p->b, c->when, &p->sentence);
    }
    if (c->lasting_kind.n) {
        buf_text(&p->sentence, ", ");
        explain_lasting(p->b, c, &p->sentence);
    } else {
        buf_text(&p->sentence, ", for as long as the agreement is in force");
    }
    buf_text(&p->sentence, ".");
    put_sentence(p, 4);
    if (c->death_not_told.n) {
        buf_format(&p->sentence, "That a stay ended by death is not told: %.*s.",
                   (int)c->death_not_told.n, (const char *)c->death_not_told.p);
        put_sentence(p, 4);
    }
    put_prohibitions(p, c, &shared);
}

/* Whether a condition of its clauses can be unknown. */
static bool may_be_held(const struct page *p)
{
    for (size_t i = 0; i < p->b->clause_count; i++) {
        const struct clause *c = &p->b->clauses[i];
        if (&p->b->agreements[c->agreement] == p->g &&
            when_can_be(p->b->catalogue, c->when, WHEN_IS_UNKNOWN))
            return true;
    }
    return false;
}

bool explain_agreement(const struct bundle *b, size_t agreement, struct buf *out, struct err *e)
{
    struct page p = { .b = b, .g = &b->agreements[agreement], .out = out };
    p.named = mem_alloc(b->prohibition_count + 1);
    if (!p.named)
        return err_memory(e);
    buf_init(&p.sentence, SENTENCE_MAX);
    put_head(&p);
    if (may_be_held(&p)) {
        put_blank(&p);
        put_line(
            &p, 0, "",
            SLICE("Where it cannot be told whether a condition below holds, nothing is shared "
                  "until a named person has decided. What they refuse stays refused until named "
                  "people reopen it."));
    }
    for (size_t i = 0; i < b->clause_count; i++)
        if (b->clauses[i].agreement == agreement)
            put_clause(&p, &b->clauses[i]);
    put_blank(&p);
    put_facts(&p);
    put_sources(&p);
    put_terms(&p);
    buf_release(&p.sentence);
    mem_free(p.named);
    return buf_done(out, e);
}
