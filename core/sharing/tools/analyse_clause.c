/* analyse_clause.c - each clause and each prohibition by itself. */
#include "sharing/tools/analyse_inside.h"
#include "sharing/tools/when_logic.h"

/* ---- can it ever share anything? ---- */

static bool reaches_somebody(const struct analysis *x, const struct clause *c)
{
    for (unsigned from = 0; from < x->b->service_count; from++) {
        if (!services_have(&c->from, from))
            continue;
        for (unsigned to = 0; to < x->b->service_count; to++)
            if (to != from && services_have(&c->to, to))
                return true;
    }
    return false;
}

/* Whether a prohibition acts on all that the clause shares, whatever the source and person.
 * Prohibitions without a condition and for every source are in the table `taken`. */
static bool always_acts(const struct analysis *x, const struct clause *c,
                        const struct prohibition *p)
{
    if (!analyse_meet(&p->withhold, &c->release))
        return false;
    for (size_t w = 0; w < SERVICES_WORDS; w++)
        if (c->from.bits[w] & ~p->from.bits[w])
            return false;
    return !when_can_both(x->b->catalogue, c->when, WHEN_IS_TRUE | WHEN_IS_UNKNOWN, p->when,
                          WHEN_IS_FALSE);
}

/* What the given prohibitions, and those in the table, take of that kind; and what the kind has
 * not. */
static struct categories taken_of(const struct analysis *x, const struct clause *c, uint32_t kind,
                                  unsigned to, const struct prohibition *const *acting)
{
    struct categories gone = x->taken[kind * x->b->service_count + to];
    struct categories absent = c->release;
    for (; *acting; acting++)
        if (prohibition_is_for(*acting, kind) && services_have(&(*acting)->to, to))
            categories_join(&gone, &(*acting)->withhold);
    categories_drop(&absent, &x->of_kind[kind]);
    categories_join(&gone, &absent);
    return gone;
}

/* What prohibitions take of what it releases, from every recipient and kind. */
static struct categories always_taken(const struct analysis *x, const struct clause *c)
{
    struct categories taken = c->release;
    size_t count = 0;
    bool can_be = when_can_be(x->b->catalogue, c->when, WHEN_IS_TRUE); /* else told elsewhere */
    const struct prohibition **acting =
        ARENA_ARRAY(x->arena, x->b->prohibition_count + 1, const struct prohibition *);
    if (!acting) {
        x->problems->lost = true;
        return (struct categories){ { 0 } };
    }
    for (size_t i = 0; can_be && i < x->b->prohibition_count; i++)
        if (always_acts(x, c, &x->b->prohibitions[i]))
            acting[count++] = &x->b->prohibitions[i];
    for (size_t i = 0; i < c->kind_count && !categories_is_empty(&taken); i++)
        for (unsigned to = 0; to < x->b->service_count; to++) {
            if (!services_have(&c->to, to))
                continue;
            struct categories gone = taken_of(x, c, c->kinds[i], to, acting);
            categories_keep(&taken, &gone);
        }
    return taken;
}

/* What at least one of its types has. */
static struct categories present_categories(const struct analysis *x, const struct clause *c)
{
    struct categories any = { { 0 } };
    for (size_t i = 0; i < c->kind_count; i++)
        categories_join(&any, &x->of_kind[c->kinds[i]]);
    categories_keep(&any, &c->release);
    return any;
}

/* Warns of kinds whose events have nothing of what the clause releases, while others have. */
static void check_empty_kinds(struct analysis *x, const struct clause *c)
{
    const char *sentence = arena_format(
        x->arena, "clause '%.*s' releases nothing that these kinds of events have", SHOWN(c->name));
    struct naming m = { .to = x->warnings,
                        .code = "check.absent",
                        .file = c->file,
                        .sentence = sentence ? sentence : "",
                        .line = c->line,
                        .column = c->column };
    for (size_t i = 0; i < c->kind_count; i++)
        if (!analyse_meet(&c->release, &x->of_kind[c->kinds[i]]))
            analyse_name_kind(x, &m, c->kinds[i]);
    naming_end(&m);
}

/* Warns of categories that none of its events has, except in a group of which they have some. */
static void check_absent(struct analysis *x, const struct clause *c, const struct categories *some)
{
    struct categories absent = c->release;
    categories_drop(&absent, some);
    for (unsigned i = 0; i < catalogue_category_count(x->b->catalogue); i++)
        if (analyse_meet(&x->portions[i], some))
            categories_drop(&absent, &x->groups[i].portions);
    analyse_say_of_clause(x, c, "check.absent", "releases categories that none of its events has",
                          &absent, false);
}

static void check_release(struct analysis *x, const struct clause *c)
{
    struct categories some = present_categories(x, c);
    struct categories taken = always_taken(x, c);
    categories_keep(&taken, &some);
    if (categories_is_empty(&some)) {
        (void)problems_say(x->problems, "check.nothing", c->file, c->line, c->column,
                           "clause '%.*s' never shares anything: its events have none of the "
                           "categories that it releases",
                           SHOWN(c->name));
        return;
    }
    check_empty_kinds(x, c);
    check_absent(x, c, &some);
    if (categories_equal(&some, &taken))
        (void)problems_say(x->problems, "check.overridden", c->file, c->line, c->column,
                           "clause '%.*s' never shares anything: prohibitions take all that it "
                           "releases",
                           SHOWN(c->name));
    else
        analyse_say_of_clause(x, c, "check.taken",
                              "releases categories that prohibitions always take away", &taken,
                              false);
}

/* ---- its condition ---- */

/* at: the column. */
static void check_condition_words(struct analysis *x, const struct when *w, const char *file,
                                  uint32_t line, uint32_t at, struct slice name)
{
    struct slice path, word;
    if (when_foreign_word(x->b->catalogue, w, &path, &word))
        (void)problems_say(
            x->problems, "check.word", file, line, at,
            "the condition of '%.*s' asks for the word '%.*s', which the field '%.*s' never holds",
            SHOWN(name), SHOWN(word), SHOWN(path));
}

/* Law 7: whoever gets the rest learns something of what the condition read. What travels changed is
 * not released as it is read. */
static void check_reads(struct analysis *x, const struct clause *c)
{
    struct categories read;
    when_reads(x->b, c->when, &read);
    categories_drop(&read, &c->plain);
    categories_drop(&read, &x->own);
    analyse_say_of_clause(x, c, "check.reads", "reveals by its condition what it does not release",
                          &read, true);
}

/* An objection stops an agreement of implied consent, whatever the clause says. */
static bool needs_objection(const struct analysis *x, const struct clause *c)
{
    struct when_node recipient = { .op = WHEN_LITERAL, .type = WHEN_WHO, .number = WHEN_RECIPIENT };
    struct when_node objection = {
        .op = WHEN_CALL, .type = WHEN_BOOL, .function = WHEN_OBJECTION, .args = &recipient
    };
    const struct when guard = { .root = &objection };
    struct slice basis = x->b->agreements[c->agreement].confidentiality;
    if (!slice_equal_text(basis, "implied-consent"))
        return false;
    return !when_can_both(x->b->catalogue, c->when, WHEN_IS_TRUE, &guard, WHEN_IS_FALSE);
}

static void check_condition(struct analysis *x, const struct clause *c)
{
    if (!when_can_be(x->b->catalogue, c->when, WHEN_IS_TRUE))
        (void)problems_say(x->problems, "check.never", c->file, c->line, c->column,
                           "clause '%.*s' never shares anything: its condition is never true",
                           SHOWN(c->name));
    else if (needs_objection(x, c))
        (void)problems_say(x->problems, "check.never", c->file, c->line, c->column,
                           "clause '%.*s' never shares anything: its condition asks for an "
                           "objection, and an objection stops the agreement",
                           SHOWN(c->name));
    check_condition_words(x, c->when, c->file, c->line, c->column, c->name);
    check_reads(x, c);
}

static void check_clause(struct analysis *x, const struct clause *c)
{
    if (!reaches_somebody(x, c))
        (void)problems_say(
            x->problems, "check.nobody", c->file, c->line, c->column,
            "clause '%.*s' never shares anything: its only recipient is the source itself",
            SHOWN(c->name));
    check_release(x, c);
    if (c->when)
        check_condition(x, c);
}

void analyse_clauses(struct analysis *x)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        struct arena_saved saved = arena_save(x->arena);
        check_clause(x, &x->b->clauses[i]);
        arena_rewind(x->arena, saved);
    }
}

/* ---- prohibitions ---- */

/* Warns that missing categories tell of what the condition read. The author of a protected
 * prohibition has said that this is a secret. */
static void check_prohibition_reads(struct analysis *x, const struct prohibition *p)
{
    struct categories read;
    const char *sentence = arena_format(
        x->arena, "prohibition '%.*s' is not protected, and reveals what it reads", SHOWN(p->id));
    struct naming m = { .to = x->warnings,
                        .code = "check.reads",
                        .file = p->file,
                        .sentence = sentence ? sentence : "",
                        .line = p->line,
                        .column = p->column,
                        .in_full = true };
    if (p->is_protected)
        return;
    when_reads(x->b, p->when, &read);
    categories_drop(&read, &x->own);
    analyse_say_set(x, &m, &read);
}

static void check_prohibition(struct analysis *x, const struct prohibition *p)
{
    bool can_be_unknown = when_can_be(x->b->catalogue, p->when, WHEN_IS_UNKNOWN);
    if (!when_can_be(x->b->catalogue, p->when, WHEN_IS_TRUE))
        (void)problems_say(x->problems, "check.never", p->file, p->line, p->column,
                           "prohibition '%.*s' %s: its condition is never true", SHOWN(p->id),
                           can_be_unknown ? "acts only when nobody can tell whether it should"
                                          : "never acts");
    check_condition_words(x, p->when, p->file, p->line, p->column, p->id);
    check_prohibition_reads(x, p);
}

void analyse_prohibitions(struct analysis *x)
{
    for (size_t i = 0; i < x->b->prohibition_count; i++) {
        struct arena_saved saved = arena_save(x->arena);
        if (x->b->prohibitions[i].when)
            check_prohibition(x, &x->b->prohibitions[i]);
        arena_rewind(x->arena, saved);
    }
}
