/* analyse_clause.c - each clause and each prohibition by itself. */
#include "sharing/analyse_parts.h"
#include "sharing/when_logic.h"

/* ---- can it ever share anything? ---- */

static bool reaches_somebody(const struct analysis *x, const struct clause *c)
{
    for (unsigned from = 0; from < x->b->service_count; from++)
        for (unsigned to = 0; services_have(&c->from, from) && to < x->b->service_count; to++)
            if (to != from && services_have(&c->to, to))
                return true;
    return false;
}

/* What prohibitions without a condition take of what it releases, from every recipient and kind. */
static struct categories always_taken(const struct analysis *x, const struct clause *c)
{
    struct categories taken = c->release;
    for (size_t i = 0; i < c->kind_count && !categories_is_empty(&taken); i++) {
        const struct categories *row = x->taken + c->kinds[i] * x->b->service_count;
        struct categories absent = c->release;
        categories_drop(&absent, &x->of_kind[c->kinds[i]]);
        for (unsigned to = 0; to < x->b->service_count; to++) {
            struct categories gone = row[to];
            categories_join(&gone, &absent);
            if (services_have(&c->to, to))
                categories_keep(&taken, &gone);
        }
    }
    return taken;
}

/* What at least one of its types has. */
static struct categories present(const struct analysis *x, const struct clause *c)
{
    struct categories any = { { 0 } };
    for (size_t i = 0; i < c->kind_count; i++)
        categories_join(&any, &x->of_kind[c->kinds[i]]);
    categories_keep(&any, &c->release);
    return any;
}

static void check_release(struct analysis *x, const struct clause *c)
{
    struct categories some = present(x, c), taken = always_taken(x, c);
    categories_keep(&taken, &some);
    if (categories_is_empty(&some))
        (void)problems_say(
            x->problems, "check.nothing", c->file, c->line, c->column,
            "clause '%.*s' never shares anything: its events have nothing of what it "
            "releases",
            SHOWN(c->name));
    else if (categories_equal(&some, &taken))
        (void)problems_say(x->problems, "check.overridden", c->file, c->line, c->column,
                           "clause '%.*s' never shares anything: prohibitions take all that it "
                           "releases",
                           SHOWN(c->name));
    else
        analyse_say_of_clause(x, c, "check.taken", "releases what prohibitions always take", &taken,
                              false);
}

/* ---- its condition ---- */

/* at: the column. */
static void check_words(struct analysis *x, const struct when *w, const char *file, uint32_t line,
                        uint32_t at, struct slice name)
{
    struct slice path, word;
    if (when_foreign_word(x->b->catalogue, w, &path, &word))
        (void)problems_say(x->problems, "check.word", file, line, at,
                           "the condition of '%.*s' asks for '%.*s', which '%.*s' never is",
                           SHOWN(name), SHOWN(word), SHOWN(path));
}

/* Law 7: whoever gets the rest learns something of what the condition read. */
static void check_reads(struct analysis *x, const struct clause *c)
{
    struct categories read;
    when_reads(x->b, c->when, &read);
    categories_drop(&read, &c->release);
    categories_drop(&read, &x->own);
    analyse_say_of_clause(x, c, "check.reads",
                          "has a condition that reads what it does not release", &read, true);
}

static void check_clause(struct analysis *x, const struct clause *c)
{
    if (!reaches_somebody(x, c))
        (void)problems_say(x->problems, "check.nobody", c->file, c->line, c->column,
                           "clause '%.*s' never shares anything: nobody but the source itself is "
                           "to receive it",
                           SHOWN(c->name));
    check_release(x, c);
    if (!c->when)
        return;
    if (!when_can_be(x->b->catalogue, c->when, WHEN_IS_TRUE))
        (void)problems_say(x->problems, "check.never", c->file, c->line, c->column,
                           "clause '%.*s' never shares anything: its condition is never true",
                           SHOWN(c->name));
    check_words(x, c->when, c->file, c->line, c->column, c->name);
    check_reads(x, c);
}

void analyse_clauses(struct analysis *x)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        struct arena_mark mark = arena_mark(x->arena);
        check_clause(x, &x->b->clauses[i]);
        arena_rewind(x->arena, mark);
    }
}

/* ---- prohibitions ---- */

static void check_prohibition(struct analysis *x, const struct prohibition *p)
{
    struct categories read;
    when_reads(x->b, p->when, &read);
    categories_drop(&read, &x->own);
    if (!when_can_be(x->b->catalogue, p->when, WHEN_IS_TRUE))
        (void)problems_say(x->problems, "check.never", p->file, p->line, p->column,
                           "prohibition '%.*s' takes nothing that can be told: its condition is "
                           "never true",
                           SHOWN(p->id));
    check_words(x, p->when, p->file, p->line, p->column, p->id);
    const char *sentence = arena_format(
        x->arena, "prohibition '%.*s' depends on fields, and what is missing tells of them",
        SHOWN(p->id));
    struct naming m = { .to = x->warnings,
                        .code = "check.reads",
                        .file = p->file,
                        .sentence = sentence ? sentence : "",
                        .line = p->line,
                        .column = p->column,
                        .in_full = true };
    analyse_say_set(x, &m, &read);
}

void analyse_prohibitions(struct analysis *x)
{
    for (size_t i = 0; i < x->b->prohibition_count; i++) {
        struct arena_mark mark = arena_mark(x->arena);
        if (x->b->prohibitions[i].when)
            check_prohibition(x, &x->b->prohibitions[i]);
        arena_rewind(x->arena, mark);
    }
}
