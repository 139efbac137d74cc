/* write.c - cases as people write them: the bundle as YAML, conditions as text, facts as words. */
#include <stdlib.h>

#include "base/buf.h"
#include "reference.h"

/* ---- conditions ---- */

static const char *const marks[] = {
    [REF_OR] = " || ", [REF_AND] = " && ", [REF_EQ] = " == ", [REF_NE] = " != ", [REF_LT] = " < ",
    [REF_LE] = " <= ", [REF_GT] = " > ",   [REF_GE] = " >= ", [REF_IN] = " in "
};
static const char *const names[] = {
    [REF_KNOWN] = "known",           [REF_RELATIONSHIP] = "relationship",
    [REF_CONSENT] = "consent",       [REF_OBJECTION] = "objection",
    [REF_RESTRICTED] = "restricted", [REF_RESPONSIBLE] = "responsible",
    [REF_ADDRESSED] = "addressed",   [REF_STARTS_WITH] = "startsWith"
};

static void print(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x, int above);

/* How tightly it binds: or, and, not, comparison, term. */
static int strength(const struct ref_expr *x)
{
    return x->op == REF_OR    ? 0
           : x->op == REF_AND ? 1
           : x->op == REF_NOT ? 2
           : x->op <= REF_IN  ? 3
                              : 4;
}

static void print_text(struct buf *out, const char *text)
{
    buf_byte(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_byte(out, '\\');
        buf_byte(out, (uint8_t)*text);
    }
    buf_byte(out, '"');
}

static void print_literal(struct buf *out, const struct ref_expr *x)
{
    if (x->type == REF_TIME || x->type == REF_SPAN)
        buf_format(out, "%s(\"%s\")", x->type == REF_TIME ? "timestamp" : "duration", x->text);
    else if (x->type == REF_TEXT)
        print_text(out, x->text);
    else if (x->type == REF_BOOL)
        buf_text(out, x->number ? "true" : "false");
    else
        buf_format(out, "%lld", (long long)x->number);
}

static void print_call(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x)
{
    buf_format(out, "%s(", names[x->op]);
    if (x->op == REF_STARTS_WITH) {
        print(out, b, x->args[0], 4);
        buf_text(out, ", ");
        print(out, b, x->args[1], 4);
    } else if (x->op == REF_RESTRICTED) {
        buf_text(out, "subject");
    } else if (x->who >= 0) {
        print_text(out, b->services[x->who].name);
    } else {
        buf_text(out, x->who == REF_SOURCE ? "source" : "recipient");
    }
    if (x->text) {
        buf_text(out, ", ");
        print_text(out, x->text);
    }
    buf_byte(out, ')');
}

static void print_list(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x)
{
    buf_byte(out, '[');
    for (size_t i = 0; i < x->count; i++) {
        buf_text(out, i ? ", " : "");
        print(out, b, x->args[i], 4);
    }
    buf_byte(out, ']');
}

static void print_term(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x)
{
    switch (x->op) {
    case REF_LITERAL:
        print_literal(out, x);
        return;
    case REF_LIST:
        print_list(out, b, x);
        return;
    case REF_PATH:
        buf_text(out, x->text);
        return;
    case REF_HAS:
        buf_format(out, "has(%s)", x->text);
        return;
    case REF_NAME:
        buf_text(out, x->who == REF_SOURCE ? "source" : "recipient");
        return;
    case REF_AGE:
        buf_text(out, "age()");
        return;
    case REF_TIMESTAMP:
        buf_text(out, "timestamp(");
        print(out, b, x->args[0], 4);
        buf_byte(out, ')');
        return;
    default:
        print_call(out, b, x);
    }
}

static void print_bare(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x)
{
    if (x->op > REF_IN) {
        print_term(out, b, x);
        return;
    }
    if (x->op == REF_NOT) {
        buf_byte(out, '!');
        print(out, b, x->args[0], x->number ? 3 : 4);
        return;
    }
    for (size_t i = 0; i < x->count; i++) {
        buf_text(out, i ? marks[x->op] : "");
        print(out, b, x->args[i], strength(x) + 1);
    }
}

/* In parentheses where the grammar wants a term that binds more tightly; now and then without
 * need. */
static void print(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x, int above)
{
    bool inside = strength(x) < above || (x->extra_parentheses && x->op != REF_LIST);
    buf_text(out, inside ? "(" : "");
    print_bare(out, b, x);
    buf_text(out, inside ? ")" : "");
}

void ref_print_expression(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x)
{
    print(out, b, x, 0);
}

/* ---- YAML ---- */

static void put_words(struct buf *out, const struct ref_words *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const char *quote = strchr(w->at[i], '[') ? "'" : "";
        buf_format(out, "%s%s%s%s", i ? ", " : "[", quote, w->at[i], quote);
    }
    buf_byte(out, ']');
}

static void put_share(struct buf *out, const struct catalogue *c, const struct ref_kinds *k)
{
    for (size_t i = 0; i < k->n; i++) {
        const struct schema *s = catalogue_at(c, k->at[i].schema);
        struct slice kind = s->kinds[k->at[i].kind];
        if (i == 0 || k->at[i].schema != k->at[i - 1].schema)
            buf_format(out, "%s%.*s: [", i ? "], " : "    share: {", (int)s->name.n,
                       (const char *)s->name.p);
        else
            buf_text(out, ", ");
        buf_put(out, kind);
    }
    buf_text(out, k->n ? "]}\n" : "");
}

static void put_when(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x)
{
    struct buf text;
    if (!x)
        return;
    buf_init(&text, 1u << 16);
    ref_print_expression(&text, b, x);
    buf_text(out, "    when: '");
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            buf_byte(out, '\'');
        buf_byte(out, text.p[i]);
    }
    buf_text(out, "'\n");
    buf_release(&text);
}

static void put_list(struct buf *out, const char *key, const struct ref_words *w)
{
    if (!w->n)
        return;
    buf_format(out, "    %s: ", key);
    put_words(out, w);
    buf_byte(out, '\n');
}

static void put_clause(struct buf *out, const struct ref_case *c, const struct ref_clause *clause)
{
    static const char *const obligations[] = { "year", "date", "flag", "alias" };
    bool any = false;
    buf_format(out, "  - id: %s\n", clause->id);
    put_share(out, c->catalogue, &clause->share);
    put_list(out, "from", &clause->from);
    put_list(out, "to", &clause->to);
    put_list(out, "release", &clause->release);
    put_when(out, c->bundle, clause->when);
    if (clause->lasting_kind)
        buf_format(out, "    lasting: %s + %d days\n", clause->lasting_kind, clause->lasting_days);
    for (size_t o = 0; o < REF_OBLIGATIONS_COUNT; o++) {
        if (!clause->oblige[o].n)
            continue;
        buf_format(out, "%s%s: ", any ? ", " : "    oblige: {", obligations[o]);
        put_words(out, &clause->oblige[o]);
        any = true;
    }
    buf_text(out, any ? "}\n" : "");
}

/* The numbers under n in an order that follows from shuffle; 0: as they stand. */
static size_t *order_of(struct arena *a, size_t n, uint64_t shuffle)
{
    struct ref_random r = { shuffle };
    size_t *order = ARENA_ARRAY(a, n + 1, size_t);
    for (size_t i = 0; i < n; i++) {
        size_t at = shuffle ? ref_below(&r, i + 1) : i;
        order[i] = order[at];
        order[at] = i;
    }
    return order;
}

static void put_agreement(struct buf *out, const struct ref_case *c, size_t n, const size_t *order)
{
    const struct ref_agreement *g = &c->bundle->agreements[n];
    buf_format(out, "agreement: %s\nreference: R-%u\nversion: %u\ntitle: T\nparties: ", g->name,
               g->version, g->version);
    put_words(out, &g->parties);
    buf_format(out, "\npurpose: %s\nbasis:\n", g->purpose);
    for (size_t i = 0; i < g->parties.n; i++)
        buf_format(out, "  %s: {uk_gdpr: 6(1)(e), special_category: none}\n", g->parties.at[i]);
    buf_format(out, "confidentiality: %s\nin_force: {from: %s, until: %s, review_by: %s}\n",
               g->confidentiality, g->from, g->until, g->until);
    buf_format(out, "controllers: [%s]\nprocessor: %s\n", g->parties.at[0], g->parties.at[1]);
    buf_text(out,
             "duty: D\ndpia: D\nprivacy_notice: https://example.org/n\nretention_at_recipient: R\n"
             "onward_sharing: none\ncontacts: {rights: r@example.org, breach: b@example.org}\n"
             "on_termination: keep\napproved_by: [");
    for (size_t i = 0; i < g->approved.n; i++)
        buf_format(out, "%s{agency: %s, role: caldicott-guardian, on: 2024-12-01}", i ? ", " : "",
                   g->approved.at[i]);
    buf_text(out, "]\nclauses:\n");
    for (size_t i = 0; i < c->bundle->clause_count; i++) {
        if (c->bundle->clauses[order[i]].agreement == n)
            put_clause(out, c, &c->bundle->clauses[order[i]]);
    }
}

static void put_prohibitions(struct buf *out, const struct ref_case *c, const size_t *order)
{
    const struct ref_bundle *b = c->bundle;
    buf_text(out, "prohibitions:\n");
    for (size_t i = 0; i < b->prohibition_count; i++) {
        const struct ref_prohibition *p = &b->prohibitions[order[i]];
        buf_format(out, "  - id: %s\n    source: S\n", p->id);
        put_share(out, c->catalogue, &p->share);
        put_list(out, "from", &p->from);
        put_list(out, "to", &p->to);
        put_list(out, "withhold", &p->withhold);
        put_when(out, b, p->when);
        if (p->tell)
            buf_format(out, "    tell: %s\n", p->tell);
        if (p->reason)
            buf_format(out, "    protected: true\n    reason: %s\n", p->reason);
    }
}

static void put_region(struct buf *out, const struct ref_bundle *b)
{
    buf_text(out, "region: wexshire\npartitions: 4\nagencies:\n");
    for (size_t i = 0; i < b->agency_count; i++) {
        buf_format(out, "  %s:\n%s    services:\n", b->agencies[i],
                   b->entitled[i] ? "    nhs_number: entitled\n" : "");
        for (size_t s = 0; s < b->service_count; s++)
            if (b->services[s].agency == i)
                buf_format(out, "      %s: {role: %s}\n",
                           b->services[s].name + strlen(b->agencies[i]) + 1, b->services[s].role);
    }
}

/* Each type once, as a YAML map has it. */
static void put_kinds(struct buf *out, const struct catalogue *c, const struct ref_kinds *k)
{
    for (size_t i = 0; i < catalogue_count(c); i++) {
        bool any = false;
        for (size_t n = 0; n < k->n; n++) {
            if (k->at[n].schema != i)
                continue;
            const struct schema *s = catalogue_at(c, i);
            struct slice kind = s->kinds[k->at[n].kind];
            if (!any)
                buf_format(out, ", %.*s: [", SHOWN(s->name));
            buf_format(out, "%s%.*s", any ? ", " : "", SHOWN(kind));
            any = true;
        }
        buf_text(out, any ? "]" : "");
    }
}

#define EVERYBODY                                                                                  \
    "[acute-trust, community-health, gp, care-transfer-hub, adult-social-care, safeguarding, "     \
    "homelessness, adaptations, landlord, care-provider]"

static void put_sayers(struct buf *out, const struct ref_words *by)
{
    buf_text(out, "by: [");
    for (size_t i = 0; i < by->n; i++)
        buf_format(out, "%s%s", i ? ", " : "", by->at[i]);
    buf_text(out, "]");
}

static void put_openings(struct buf *out, const struct ref_case *c)
{
    for (size_t i = 0; i < c->bundle->opening.n; i++) {
        const struct schema *s = catalogue_at(c->catalogue, c->bundle->opening.at[i].schema);
        struct slice kind = s->kinds[c->bundle->opening.at[i].kind];
        buf_format(out,
                   "  - on: {%.*s: [%.*s]}\n    opens: {relationship: tenancy, with: source}\n"
                   "    responsible: {function: homelessness, service: source}\n    ",
                   SHOWN(s->name), SHOWN(kind));
        put_sayers(out, &c->bundle->opening_by);
        buf_text(out, "\n");
    }
}

/* What begins in an episode of the type ends with each kind of it that ends something. */
static void put_beginnings(struct buf *out, const struct ref_case *c)
{
    const struct ref_bundle *b = c->bundle;
    for (size_t i = 0; i < b->beginning.n; i++) {
        const struct schema *s = catalogue_at(c->catalogue, b->beginning.at[i].schema);
        const char *mark = "[";
        buf_format(out,
                   "  - on: {%.*s: [%.*s]}\n    opens: {relationship: stay, with: source}\n    ",
                   SHOWN(s->name), SHOWN(s->kinds[b->beginning.at[i].kind]));
        put_sayers(out, &b->beginning_by);
        buf_format(out, "\n    closed_by: {%.*s: ", SHOWN(s->name));
        for (size_t n = 0; n < b->ending.n; n++) {
            if (b->ending.at[n].schema != b->beginning.at[i].schema)
                continue;
            buf_format(out, "%s%.*s", mark, SHOWN(s->kinds[b->ending.at[n].kind]));
            mark = ", ";
        }
        buf_text(out, "], ");
        put_sayers(out, &b->ending_by);
        buf_text(out, "}\n");
    }
}

/* Says which words conditions may use. The kinds that clauses last beyond end their episode. */
static void put_facts(struct buf *out, const struct ref_case *c)
{
    buf_text(out, "facts:\n");
    for (size_t i = 0; i < 4; i++) {
        buf_format(out,
                   "  - on: {Caseload: [declared]}\n    by: " EVERYBODY "\n"
                   "    opens: {relationship: %s, with: source}\n"
                   "    closed_by: {by: " EVERYBODY ", Caseload: [ended]",
                   ref_relationships[i]);
        if (!ref_same(ref_relationships[i], "tenancy")) /* which events here open */
            put_kinds(out, c->catalogue, &c->bundle->ending);
        buf_text(out, "}\n");
    }
    for (size_t i = 0; i < 3; i++)
        buf_format(out,
                   "  - on: {Caseload: [declared]}\n    by: " EVERYBODY "\n"
                   "    responsible: {function: %s, service: source}\n",
                   ref_functions[i]);
    put_openings(out, c);
    put_beginnings(out, c);
    buf_text(out, "  - on: {Restriction: [raised]}\n    by: " EVERYBODY "\n"
                  "    restricts: field restriction.kind\n"
                  "  - on: {Caseload: [ended]}\n    by: " EVERYBODY "\n"
                  "    dies: field header.urgency\n");
}

/* The category that a word is of: itself, or that of a field. */
static const char *category_of(struct arena *a, const struct catalogue *c, const char *word)
{
    struct slice path = slice_text(strncmp(word, "field ", 6) == 0 ? word + 6 : word);
    for (unsigned i = 0; path.p == (const uint8_t *)word && i < catalogue_category_count(c); i++)
        if (slice_equal_text(catalogue_category(c, i), word))
            return word;
    for (size_t i = 0; i < catalogue_count(c); i++) {
        const struct plan *p = catalogue_at(c, i)->plan;
        int slot = plan_slot(p, path);
        if (slot >= 0)
            return arena_text(a, catalogue_category(c, plan_slot_at(p, (size_t)slot)->category));
    }
    return word;
}

/* Three names known under two others, for every category that travels so. */
static void put_aliases(struct arena *a, struct buf *out, const struct ref_case *c)
{
    const struct ref_bundle *b = c->bundle;
    struct ref_words done = { ARENA_ARRAY(a, 64, const char *), 0 };
    buf_text(out, "aliases:\n");
    for (size_t i = 0; i < b->clause_count; i++) {
        const struct ref_words *w = &b->clauses[i].oblige[REF_ALIAS];
        for (size_t n = 0; n < w->n && done.n < 64; n++) {
            const char *category = category_of(a, c->catalogue, w->at[n]);
            bool seen = false;
            for (size_t d = 0; d < done.n; d++)
                seen |= ref_same(done.at[d], category);
            if (seen)
                continue;
            done.at[done.n++] = category;
            buf_format(out, "  %s: {A: First, a: First, W7 STROKE: Second%s}\n", category,
                       b->more_aliases ? b->more_aliases : "");
        }
    }
}

static void add_file(struct arena *a, struct ref_files *files, struct buf *out, const char *name)
{
    struct ref_file *f = &files->at[files->n++];
    f->name = name;
    f->bytes = arena_copy(a, buf_slice(out));
    if (!name || !f->bytes.p || !buf_ok(out))
        abort();
    buf_reset(out);
}

/* Two named people extend; one stops. */
static void add_orders(struct arena *a, const struct ref_bundle *b, struct ref_files *files,
                       struct buf *out)
{
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct ref_agreement *g = &b->agreements[i];
        if (g->extended_until) {
            buf_format(out,
                       "agreement: %s\nversion: %u\nuntil: %s\nreason: R\napproved_by:\n"
                       "  - {agency: %s, role: caldicott-guardian, name: A, on: 2026-03-01}\n"
                       "  - {agency: %s, role: caldicott-guardian, name: B, on: 2026-03-01}\n",
                       g->name, g->version, g->extended_until, g->parties.at[0], g->parties.at[1]);
            add_file(a, files, out, arena_format(a, "extensions/%s-%u.yaml", g->name, g->version));
        }
        if (g->stopped) {
            const char *one = arena_format(a, "%u", g->version);
            buf_format(out, "agreement: %s\nversion: %s\nfrom: %s\nby: N\nreason: R\n", g->name,
                       g->is_stopped_in_all_versions ? "all" : one, g->stopped);
            add_file(a, files, out, arena_format(a, "stops/%s-%u.yaml", g->name, g->version));
        }
    }
}

void ref_write_bundle(struct arena *a, const struct ref_case *c, uint64_t shuffle,
                      struct ref_files *files)
{
    const struct ref_bundle *b = c->bundle;
    const size_t *clauses = order_of(a, b->clause_count, shuffle);
    const size_t *numbers = order_of(a, b->agreement_count, shuffle);
    struct buf out;
    buf_init(&out, 64u << 20);
    *files = (struct ref_files){ ARENA_ARRAY(a, 3 * b->agreement_count + 4, struct ref_file), 0 };
    if (!files->at)
        abort();
    put_region(&out, b);
    add_file(a, files, &out, "region.yaml");
    put_facts(&out, c);
    add_file(a, files, &out, "facts.yaml");
    put_aliases(a, &out, c);
    if (out.n > strlen("aliases:\n"))
        add_file(a, files, &out, "aliases.yaml");
    buf_reset(&out);
    for (size_t i = 0; i < b->agreement_count; i++) {
        put_agreement(&out, c, i, clauses);
        add_file(a, files, &out, arena_format(a, "agreements/a%04zu.yaml", numbers[i]));
    }
    if (b->prohibition_count) {
        put_prohibitions(&out, c, order_of(a, b->prohibition_count, shuffle));
        add_file(a, files, &out, "prohibitions/p.yaml");
    }
    add_orders(a, b, files, &out);
    buf_release(&out);
}
