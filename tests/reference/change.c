/* change.c - one random change of a bundle: what may be taken away, added, or said otherwise. */
#include "editor.h"

/* ---- pieces ---- */

static struct ref_clause *some_clause(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    return b->clause_count ? &b->clauses[below(m, b->clause_count)] : NULL;
}

static struct ref_agreement *some_agreement(const struct editor *m)
{
    return &m->bundle->agreements[below(m, m->bundle->agreement_count)];
}

static struct ref_prohibition *some_prohibition(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    return b->prohibition_count ? &b->prohibitions[below(m, b->prohibition_count)] : NULL;
}

static bool any_obliges(const struct editor *m, const struct ref_agreement *g)
{
    for (size_t i = 0; i < m->bundle->clause_count; i++)
        if (&m->bundle->agreements[m->bundle->clauses[i].agreement] == g &&
            edit_obliges(&m->bundle->clauses[i]))
            return true;
    return false;
}

static bool drop_word(const struct editor *m, struct ref_words *w)
{
    if (w->n < 2)
        return false;
    size_t at = below(m, w->n);
    memmove(&w->at[at], &w->at[at + 1], (w->n - at - 1) * sizeof *w->at);
    w->n--;
    return true;
}

static bool has_word(const struct ref_words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (ref_same(w->at[i], word))
            return true;
    return false;
}

static bool take_word(const struct editor *m, struct ref_words *w, const struct ref_words *from)
{
    const char *word = from->n ? from->at[below(m, from->n)] : NULL;
    if (!word || has_word(w, word))
        return false;
    const char **grown = ARENA_ARRAY(m->arena, w->n + 1, const char *);
    for (size_t i = 0; i < w->n; i++)
        grown[i] = w->at[i];
    grown[w->n++] = word;
    w->at = grown;
    return true;
}

/* Kinds of one type stand together. */
static bool take_kind(const struct editor *m, struct ref_kinds *k)
{
    if (!k->n)
        return false;
    size_t at = below(m, k->n);
    struct ref_kind more = { k->at[at].schema, 0 };
    more.kind = below(m, catalogue_at(m->catalogue, more.schema)->kind_count);
    struct ref_kind *grown = ARENA_ARRAY(m->arena, k->n + 1, struct ref_kind);
    for (size_t i = 0, n = 0; i < k->n; i++) {
        if (k->at[i].schema == more.schema && k->at[i].kind == more.kind)
            return false;
        grown[n++] = k->at[i];
        if (i == at)
            grown[n++] = more;
    }
    k->at = grown;
    k->n++;
    return true;
}

static bool drop_kind(const struct editor *m, struct ref_kinds *k)
{
    if (k->n < 2)
        return false;
    size_t at = below(m, k->n);
    memmove(&k->at[at], &k->at[at + 1], (k->n - at - 1) * sizeof *k->at);
    k->n--;
    return true;
}

/* A fresh clause of the same agreement, to take pieces from. */
static struct ref_clause like(const struct editor *m, const struct ref_clause *c)
{
    struct ref_clause fresh;
    ref_random_clause(m->arena, m->random, m->catalogue, m->bundle, c->agreement, &fresh);
    return fresh;
}

static struct ref_prohibition fresh_prohibition(const struct editor *m)
{
    struct ref_prohibition fresh;
    ref_random_prohibition(m->arena, m->random, m->catalogue, m->bundle, &fresh);
    return fresh;
}

/* ---- what plainly takes away ---- */

static bool drop_clause(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    struct ref_clause *c = some_clause(m);
    size_t of_it = 0;
    for (size_t i = 0; c && i < b->clause_count; i++)
        of_it += b->clauses[i].agreement == c->agreement;
    if (of_it < 2 || edit_obliges(c))
        return false;
    memmove(c, c + 1, (size_t)(&b->clauses[b->clause_count] - c - 1) * sizeof *c);
    b->clause_count--;
    return true;
}

static bool drop_release(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    return c && !edit_obliges(c) && drop_word(m, &c->release);
}

/* Of all that the word releases only one field is left; which every type of the clause has. */
static bool narrow_to_field(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    struct ref_event of = { 0 };
    if (!c || edit_obliges(c))
        return false;
    of.schema = c->share.at[0].schema;
    const struct ref_case asked = { .catalogue = m->catalogue, .event = &of };
    const struct plan *p = catalogue_at(m->catalogue, of.schema)->plan;
    size_t word = below(m, c->release.n), from = below(m, plan_slots(p));
    struct ref_set meant = ref_meant(&asked, c->release.at[word]);
    for (size_t i = 0; i < plan_slots(p); i++) {
        size_t slot = (from + i) % plan_slots(p);
        struct slice path = plan_slot_at(p, slot)->path;
        bool in_all = meant.has[slot];
        for (size_t n = 0; n < c->share.n; n++)
            in_all &= plan_slot(catalogue_at(m->catalogue, c->share.at[n].schema)->plan, path) >= 0;
        if (!in_all)
            continue;
        c->release.at[word] =
            arena_format(m->arena, "field %.*s", (int)path.n, (const char *)path.p);
        return true;
    }
    return false;
}

/* A field that a type of the clause has, by its path. */
static bool add_field(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    if (!c)
        return false;
    const struct plan *p = catalogue_at(m->catalogue, c->share.at[0].schema)->plan;
    struct slice path = plan_slot_at(p, below(m, plan_slots(p)))->path;
    const char *word = arena_format(m->arena, "field %.*s", (int)path.n, (const char *)path.p);
    struct ref_words one = { &word, 1 };
    return take_word(m, &c->release, &one);
}

/* A category instead of one of its fields. */
static bool widen_from_field(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    size_t word = c ? below(m, c->release.n) : 0;
    if (!c || strncmp(c->release.at[word], "field ", 6) != 0)
        return false;
    const struct plan *p = catalogue_at(m->catalogue, c->share.at[0].schema)->plan;
    int slot = plan_field(p, slice_text(c->release.at[word] + 6));
    if (slot < 0)
        return false;
    unsigned category = plan_slot_at(p, (size_t)slot)->category;
    c->release.at[word] = arena_text(m->arena, catalogue_category(m->catalogue, category));
    return true;
}

static bool drop_share(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    return c && !edit_obliges(c) && !c->lasting_kind && drop_kind(m, &c->share);
}

static bool drop_from(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    return c && !edit_obliges(c) && drop_word(m, &c->from);
}

static bool drop_to(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    return c && !edit_obliges(c) && drop_word(m, &c->to);
}

static bool end_earlier(const struct editor *m)
{
    static const char *const days[] = { "2026-03-28", "2026-03-29", "2026-03-31" };
    struct ref_agreement *g = some_agreement(m);
    const char *day = days[below(m, 3)];
    if (any_obliges(m, g) || g->extended_until || strcmp(day, g->until) >= 0 ||
        strcmp(day, g->from) < 0)
        return false;
    g->until = day;
    return true;
}

static bool drop_extension(const struct editor *m)
{
    struct ref_agreement *g = some_agreement(m);
    bool was = g->extended_until && !any_obliges(m, g);
    if (was)
        g->extended_until = NULL;
    return was;
}

static void remove_agreement(struct ref_bundle *b, struct ref_agreement *g)
{
    size_t at = (size_t)(g - b->agreements), clauses = 0;
    for (size_t i = 0; i < b->clause_count; i++) {
        if (b->clauses[i].agreement == at)
            continue;
        b->clauses[clauses] = b->clauses[i];
        b->clauses[clauses++].agreement -= b->clauses[i].agreement > at;
    }
    memmove(g, g + 1, (b->agreement_count - at - 1) * sizeof *g);
    b->agreement_count--;
    b->clause_count = clauses;
}

static bool drop_agreement(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    struct ref_agreement *g = some_agreement(m);
    size_t versions = 0;
    for (size_t i = 0; i < b->agreement_count; i++)
        versions += ref_same(b->agreements[i].name, g->name);
    if (b->agreement_count < 2 || versions > 1 || g->stopped || any_obliges(m, g))
        return false;
    remove_agreement(b, g);
    return true;
}

static bool add_prohibition(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    size_t at = below(m, b->prohibition_count + 1);
    struct ref_prohibition *grown =
        ARENA_ARRAY(m->arena, b->prohibition_count + 1, struct ref_prohibition);
    for (size_t i = 0; i < b->prohibition_count; i++)
        grown[i + (i >= at)] = b->prohibitions[i];
    grown[at] = fresh_prohibition(m);
    b->prohibitions = grown;
    b->prohibition_count++;
    return true;
}

static bool add_stop(const struct editor *m)
{
    struct ref_agreement *g = some_agreement(m);
    if (g->stopped)
        return false;
    g->stopped = "2026-03-28T10:00:00Z";
    g->is_stopped_in_all_versions = below(m, 2);
    return true;
}

/* ---- what may add, or be said otherwise ---- */

static bool drop_any_clause(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    struct ref_clause *c = some_clause(m);
    if (!c || b->clause_count < 2)
        return false;
    memmove(c, c + 1, (size_t)(&b->clauses[b->clause_count] - c - 1) * sizeof *c);
    b->clause_count--;
    return true;
}

static bool drop_any_agreement(const struct editor *m)
{
    if (m->bundle->agreement_count < 2)
        return false;
    remove_agreement(m->bundle, some_agreement(m));
    return true;
}

static bool drop_any_word(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    return c && (below(m, 2) ? drop_word(m, &c->release)
                             : drop_word(m, below(m, 2) ? &c->from : &c->to));
}

static bool drop_any_extension(const struct editor *m)
{
    struct ref_agreement *g = some_agreement(m);
    bool was = g->extended_until != NULL;
    g->extended_until = NULL;
    return was;
}

static bool add_clause(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    struct ref_clause *c = some_clause(m), *grown;
    if (!c)
        return false;
    size_t at = (size_t)(c - b->clauses);
    grown = ARENA_ARRAY(m->arena, b->clause_count + 1, struct ref_clause);
    for (size_t i = 0; i < b->clause_count; i++)
        grown[i + (i >= at)] = b->clauses[i];
    ref_random_clause(m->arena, m->random, m->catalogue, b, c->agreement, &grown[at]);
    b->clauses = grown;
    b->clause_count++;
    return true;
}

/* As another, but for its name; with a clause of its own. */
static bool add_agreement(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    struct ref_agreement *grown =
        ARENA_ARRAY(m->arena, b->agreement_count + 1, struct ref_agreement);
    struct ref_clause clause;
    memcpy(grown, b->agreements, b->agreement_count * sizeof *grown);
    grown[b->agreement_count] = *some_agreement(m);
    grown[b->agreement_count].name = "one-more";
    b->agreements = grown;
    ref_random_clause(m->arena, m->random, m->catalogue, b, b->agreement_count++, &clause);
    edit_insert(m, &clause);
    return true;
}

static bool add_release(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    struct ref_clause fresh = c ? like(m, c) : (struct ref_clause){ 0 };
    return c && take_word(m, &c->release, &fresh.release);
}

static bool add_share(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    return c && take_kind(m, &c->share);
}

static bool add_side(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    if (!c)
        return false;
    struct ref_clause fresh = like(m, c);
    return below(m, 2) ? take_word(m, &c->from, &fresh.from) : take_word(m, &c->to, &fresh.to);
}

static bool change_when(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    if (!c)
        return false;
    const char *purpose = m->bundle->agreements[c->agreement].purpose;
    struct ref_scope scope = { m->catalogue, m->bundle, c->share, purpose, false };
    c->when = c->when && below(m, 2) ? NULL : ref_random_condition(m->arena, m->random, &scope);
    return true;
}

static bool change_lasting(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    if (!c || !c->lasting_kind)
        return false;
    if (below(m, 2))
        c->lasting_kind = NULL;
    else
        c->lasting_days += 7;
    return true;
}

static bool change_obligation(const struct editor *m)
{
    struct ref_clause *c = some_clause(m);
    size_t o = below(m, REF_OBLIGATIONS_COUNT), other = below(m, REF_OBLIGATIONS_COUNT);
    if (!c || !c->oblige[o].n)
        return false;
    const char *word = c->oblige[o].at[--c->oblige[o].n];
    struct ref_words one = { &word, 1 };
    return below(m, 3) == 0 || take_word(m, &c->oblige[other], &one);
}

static bool change_term(const struct editor *m)
{
    static const char *const days[] = { "2026-03-27", "2026-03-28", "2026-03-29",
                                        "2026-03-31", "2026-04-02", "2034-12-31" };
    struct ref_agreement *g = some_agreement(m);
    const char *day = days[below(m, 6)];
    if (below(m, 2))
        g->from = day;
    else
        g->until = day;
    return strcmp(g->until, g->from) >= 0;
}

static bool change_extension(const struct editor *m)
{
    struct ref_agreement *g = some_agreement(m);
    bool fits = !g->extended_until && strcmp(g->until, "2026-04-03") < 0 &&
                strcmp(g->until, "2026-03-06") > 0;
    if (fits)
        g->extended_until = "2026-04-04";
    return fits;
}

static bool change_approval(const struct editor *m)
{
    struct ref_agreement *g = some_agreement(m);
    return below(m, 2) ? drop_word(m, &g->approved) : take_word(m, &g->approved, &g->parties);
}

static bool change_guard(const struct editor *m)
{
    static const char *const guards[] = { "implied-consent", "explicit-consent", "statutory-duty" };
    some_agreement(m)->confidentiality = guards[below(m, 3)];
    return true;
}

static bool change_purpose(const struct editor *m)
{
    some_agreement(m)->purpose = ref_purposes[below(m, 3)];
    return true;
}

static bool change_version(const struct editor *m)
{
    some_agreement(m)->version += 101;
    return true;
}

static bool change_stop(const struct editor *m)
{
    struct ref_agreement *g = some_agreement(m);
    if (!g->stopped)
        return false;
    g->stopped = below(m, 2) ? NULL : "2026-03-30T10:00:00Z";
    return true;
}

static bool drop_prohibition(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    struct ref_prohibition *p = some_prohibition(m);
    if (!p)
        return false;
    memmove(p, p + 1, (size_t)(&b->prohibitions[b->prohibition_count] - p - 1) * sizeof *p);
    b->prohibition_count--;
    return true;
}

static bool change_prohibition(const struct editor *m)
{
    struct ref_prohibition *p = some_prohibition(m);
    struct ref_prohibition fresh = fresh_prohibition(m);
    if (!p)
        return false;
    switch (below(m, 5)) {
    case 0:
        return drop_word(m, &p->withhold);
    case 1:
        p->to = fresh.to;
        return true;
    case 2:
        p->from = fresh.from;
        return true;
    case 3:
        p->tell = fresh.tell;
        return true;
    default:
        p->share = fresh.share;
        p->when = fresh.when;
        return true;
    }
}

static bool change_role(const struct editor *m)
{
    struct ref_bundle *b = m->bundle;
    struct ref_service *s = &b->services[below(m, b->service_count)];
    s->role = b->services[below(m, b->service_count)].role;
    return true;
}

static bool change_facts(const struct editor *m)
{
    struct ref_kinds *k = &m->bundle->opening;
    if (k->n && below(m, 2))
        k->n--;
    else
        return take_kind(m, k);
    return true;
}

static bool change_aliases(const struct editor *m)
{
    m->bundle->more_aliases = ", B: Third";
    return true;
}

static const struct {
    const char *what;
    bool narrows;
    bool (*change)(const struct editor *m);
} changes[] = {
    { "a clause is gone", true, drop_clause },
    { "a word of a release is gone", true, drop_release },
    { "a field instead of its category", true, narrow_to_field },
    { "a kind of a clause is gone", true, drop_share },
    { "a sender of a clause is gone", true, drop_from },
    { "a recipient of a clause is gone", true, drop_to },
    { "an agreement ends earlier", true, end_earlier },
    { "an extension is gone", true, drop_extension },
    { "an agreement is gone", true, drop_agreement },
    { "a new prohibition", true, add_prohibition },
    { "a new stop", true, add_stop },
    { "a clause is gone, whatever it obliges to", false, drop_any_clause },
    { "an agreement is gone, whatever it obliges to", false, drop_any_agreement },
    { "a word of a clause is gone, whatever it obliges to", false, drop_any_word },
    { "an extension is gone, whatever it obliges to", false, drop_any_extension },
    { "a new clause", false, add_clause },
    { "a new agreement", false, add_agreement },
    { "a new word of a release", false, add_release },
    { "a category instead of its field", false, widen_from_field },
    { "a new field of a release", false, add_field },
    { "a new kind of a clause", false, add_share },
    { "a new sender or recipient", false, add_side },
    { "another condition", false, change_when },
    { "another lasting", false, change_lasting },
    { "another obligation", false, change_obligation },
    { "another term", false, change_term },
    { "a new extension", false, change_extension },
    { "another approval", false, change_approval },
    { "another guard", false, change_guard },
    { "another purpose", false, change_purpose },
    { "another version", false, change_version },
    { "another stop", false, change_stop },
    { "a prohibition is gone", false, drop_prohibition },
    { "another prohibition", false, change_prohibition },
    { "another role", false, change_role },
    { "other facts", false, change_facts },
    { "other aliases", false, change_aliases },
};
#define CHANGES (sizeof changes / sizeof changes[0])

const char *ref_change(struct arena *a, struct ref_random *r, const struct catalogue *c,
                       struct ref_bundle *b, bool only_narrow)
{
    struct ref_bundle *copy = ref_copy_bundle(a, b);
    struct editor m = { a, r, c, copy };
    size_t n;
    do
        n = ref_below(r, CHANGES);
    while (only_narrow && !changes[n].narrows);
    if (!changes[n].change(&m))
        return NULL;
    *b = *copy;
    return changes[n].what;
}
