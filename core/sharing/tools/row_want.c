/* row_want.c - compares what was decided with the left side of a decision table's row. */
#include "sharing/rules/compiled.h"
#include "sharing/tools/row.h"

/* The names of one row's second word: "=a,b:year,-c". */
struct wanted {
    bool exactly;          /* began with '=' */
    struct categories has; /* what events of this type have */
    struct categories released, lacking;
    struct categories obliged[OBLIGE_COUNT];
};

bool row_is_of_prohibitions(const struct row *r)
{
    return slice_equal_text(r->words.list[0], "forbid") ||
           slice_equal_text(r->words.list[0], "permit");
}

static struct slice obligation_at(const void *of, size_t i)
{
    (void)of;
    return slice_text(obligation_name((enum obligation)i));
}

static bool read_obligation(struct row *r, struct slice name, enum obligation *out)
{
    for (int o = 0; o < OBLIGE_COUNT; o++)
        if (slice_equal_text(name, obligation_name((enum obligation)o))) {
            *out = (enum obligation)o;
            return true;
        }
    const struct choices_at obligations = { NULL, obligation_at, OBLIGE_COUNT };
    return row_unknown(r, "obligation", name, &obligations);
}

/* Reads one name into w: "b:year" must travel as a year, "-c" must not be released. */
static bool read_name(struct row *r, struct slice text, struct wanted *w)
{
    bool lacks = slice_starts(text, SLICE("-"));
    struct slice name = lacks ? slice_from(text, 1) : text;
    size_t colon = slice_find(name, ':');
    struct slice what = row_unquoted(slice_head(name, colon));
    struct categories one;
    enum obligation o = OBLIGE_COUNT;
    const struct choices_at categories = choices_of_categories(r->b->catalogue);
    if (!bundle_named(r->b, what, &one))
        return row_unknown(r, "or ambiguous category or field", what, &categories);
    if (colon < name.n && !read_obligation(r, slice_from(name, colon + 1), &o))
        return false;
    categories_keep(&one, &w->has); /* a group or category may name more than this event has */
    if (categories_is_empty(&one) && !lacks)
        return row_bad(r, "the event of this row has no field of", what);
    categories_join(lacks ? &w->lacking : &w->released, &one);
    if (o < OBLIGE_COUNT)
        categories_join(&w->obliged[o], &one);
    return true;
}

static bool read_wanted(struct row *r, struct wanted *w)
{
    struct slice all = r->words.list[1];
    *w = (struct wanted){ .exactly = slice_starts(all, SLICE("=")) };
    bundle_portions_of(r->b, (size_t)bundle_schema(r->b, r->schema->plan), &w->has);
    struct slice rest = w->exactly ? slice_from(all, 1) : all;
    while (rest.n > 0) {
        size_t comma = slice_find(rest, ',');
        if (!read_name(r, slice_head(rest, comma), w))
            return false;
        rest = slice_from(rest, comma + 1);
    }
    bool names_released = !categories_is_empty(&w->released);
    bool names_lacking = !row_is_of_prohibitions(r) && !categories_is_empty(&w->lacking);
    if (names_released || names_lacking)
        return true;
    return row_bad(r, "the second word must name a category or field, and this names none:", all);
}

/* Whether b has every portion of a. Says the first one that it lacks. */
static bool covers(struct row *r, const char *what, const struct categories *a,
                   const struct categories *b)
{
    struct categories rest = *a;
    categories_drop(&rest, b);
    for (unsigned i = 0; i < bundle_portion_count(r->b); i++)
        if (categories_has(&rest, i))
            return row_bad(r, what, bundle_portion_name(r->b, i));
    return true;
}

/* A portion that the row names with an obligation must travel under it; one that it names without
 * must travel as it is. */
static bool compare_obliged(struct row *r, const struct wanted *w, const struct decision *d)
{
    for (int o = 0; o < OBLIGE_COUNT; o++) {
        struct categories changed = d->obliged[o];
        categories_keep(&changed, &w->released);
        if (!covers(r, "the row wants it changed, and it is released as it is:", &w->obliged[o],
                    &changed) ||
            !covers(r, "the row wants it as it is, and it is released changed:", &changed,
                    &w->obliged[o]))
            return false;
    }
    return true;
}

/* Says why a portion is not released: a prohibition takes it, or no clause releases it. */
static bool say_not_released(struct row *r, const struct decision *d, unsigned portion)
{
    struct slice name = bundle_portion_name(r->b, portion);
    for (size_t i = 0; i < d->prohibition_count; i++) {
        const struct prohibition *p = &r->b->prohibitions[d->prohibitions[i]];
        if (categories_has(&p->withhold, portion))
            return err_set(r->e, ERR_REJECT, "table.word", 0,
                           "'%.*s' is not released: the prohibition '%.*s' takes it", SHOWN(name),
                           SHOWN(p->id));
    }
    return err_set(r->e, ERR_REJECT, "table.word", 0,
                   "'%.*s' is not released: no clause that permits the event releases it",
                   SHOWN(name));
}

/* Whether all that the row wants is released. */
static bool is_all_released(struct row *r, const struct wanted *w, const struct decision *d)
{
    for (unsigned i = 0; i < bundle_portion_count(r->b); i++)
        if (categories_has(&w->released, i) && !categories_has(&d->released, i))
            return say_not_released(r, d, i);
    return true;
}

static bool compare_categories(struct row *r, const struct decision *d)
{
    struct wanted w;
    if (!read_wanted(r, &w) || !is_all_released(r, &w, d))
        return false;
    struct categories lacking = w.lacking;
    categories_keep(&lacking, &d->released);
    const struct categories none = { { 0 } };
    if (!covers(r, "the rules release what the row does not want:", &lacking, &none))
        return false;
    if (w.exactly && !covers(r, "the rules release more than the row names after '=':",
                             &d->released, &w.released))
        return false;
    return compare_obliged(r, &w, d);
}

static bool is_reason(struct slice code)
{
    for (int i = 0; i < REASON_COUNT; i++)
        if (slice_equal_text(code, reason_code((enum reason)i)))
            return true;
    return false;
}

bool row_check_want(struct row *r)
{
    static const char *const with_names[] = { "disclose", "forbid", "permit" };
    static const char *const with_reason[] = { "withhold", "hold" };
    struct slice outcome = r->words.list[0], what = r->words.list[1];
    struct wanted w;
    if (slice_is_one_of_texts(outcome, with_names, 3))
        return read_wanted(r, &w);
    if (!slice_is_one_of_texts(outcome, with_reason, 2))
        return row_bad(r,
                       "a row begins with disclose, withhold, hold, forbid or permit, and not with",
                       outcome);
    const struct choices_at reasons = choices_of_reasons();
    if (is_reason(what))
        return true;
    return row_unknown(r, "reason", what, &reasons);
}

bool row_compare(struct row *r, const struct decision *d)
{
    struct slice outcome = r->words.list[0], reason = r->words.list[1];
    if (!slice_equal_text(outcome, decision_outcome_name(d->outcome)))
        return err_set(r->e, ERR_REJECT, "table.outcome", 0,
                       "the row wants %.*s, and the rules decide %s (%s): %s", SHOWN(outcome),
                       decision_outcome_name(d->outcome), d->reason,
                       reason_sentence(slice_text(d->reason)));
    if (d->outcome == OUTCOME_DISCLOSE)
        return compare_categories(r, d);
    struct slice decided = slice_text(d->reason);
    if (slice_equal(reason, decided) || slice_equal(reason, reason_shown(decided, false)))
        return true;
    return err_set(r->e, ERR_REJECT, "table.reason", 0,
                   "the row wants the reason %.*s, and the rules give %s: %s", SHOWN(reason),
                   d->reason, reason_sentence(decided));
}

bool row_compare_taken(struct row *r, const struct categories *taken)
{
    struct wanted w;
    const struct categories none = { { 0 } };
    if (!read_wanted(r, &w))
        return false;
    if (slice_equal_text(r->words.list[0], "forbid")) {
        if (!covers(r, "the row wants it forbidden, and no prohibition takes", &w.released, taken))
            return false;
        return !w.exactly ||
               covers(r, "the row does not name it, and a prohibition takes", taken, &w.released);
    }
    categories_keep(&w.released, taken);
    return covers(r, "the row wants it permitted, and a prohibition takes", &w.released, &none);
}
