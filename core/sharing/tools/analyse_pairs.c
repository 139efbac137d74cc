/* analyse_pairs.c - clauses that make others redundant or undo what they oblige to, prohibitions
 * that contradict each other.
 *
 * Clauses are sorted by agreement, kinds, sources and recipients, so that only those alike in these
 * are held against each other; at most NEAR of them, so that the cost stays a sort. */
#include <stdlib.h>

#include "sharing/rules/prohibition.h"
#include "sharing/tools/analyse_inside.h"
#include "sharing/tools/when_logic.h"

#define NEAR 32
#define ACTS (WHEN_IS_TRUE | WHEN_IS_UNKNOWN) /* a prohibition whose condition is this */

struct entry {
    const struct clause *clause;
    uint64_t hash;
    size_t order;
};

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ p[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t hash_words(uint64_t hash, const uint64_t *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15u + (hash >> 29);
    return hash;
}

static uint64_t hash_clause(const struct clause *c)
{
    uint64_t hash = mix_bytes(0xcbf29ce484222325u, &c->agreement, sizeof c->agreement);
    uint64_t kinds = 0;
    for (size_t i = 0; i < c->kind_count; i++) /* in whatever order they are written */
        kinds += mix_bytes(0xcbf29ce484222325u, &c->kinds[i], sizeof c->kinds[i]);
    hash = hash_words(hash, &kinds, 1);
    hash = hash_words(hash, c->from.bits, SERVICES_WORDS);
    return hash_words(hash, c->to.bits, SERVICES_WORDS);
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static bool kinds_within(const struct clause *a, const struct clause *b)
{
    for (size_t i = 0; i < a->kind_count; i++)
        if (!kinds_have(b->kinds, b->kind_count, a->kinds[i]))
            return false;
    return true;
}

static bool have_same_scope(const struct clause *a, const struct clause *b)
{
    if (a->agreement != b->agreement)
        return false;
    if (!kinds_within(a, b) || !kinds_within(b, a))
        return false;
    return memcmp(&a->from, &b->from, sizeof a->from) == 0 &&
           memcmp(&a->to, &b->to, sizeof a->to) == 0;
}

static bool releases_as_much(const struct clause *more, const struct clause *less)
{
    struct categories rest = less->release;
    categories_drop(&rest, &more->release);
    if (!categories_is_empty(&rest))
        return false;
    for (int o = 0; o < OBLIGE_COUNT; o++) {
        struct categories changed = more->obliged[o];
        categories_keep(&changed, &less->release);
        categories_drop(&changed, &less->obliged[o]);
        if (!categories_is_empty(&changed))
            return false;
        changed = less->obliged[o]; /* of two changes the one that says least is made */
        categories_drop(&changed, &more->plain);
        categories_drop(&changed, &more->obliged[o]);
        if (!categories_is_empty(&changed))
            return false;
    }
    return true;
}

static bool lasts_as_long(const struct clause *more, const struct clause *less)
{
    if (slice_is_empty(more->lasting_kind))
        return true;
    return slice_equal(more->lasting_kind, less->lasting_kind) &&
           more->lasting_ms >= less->lasting_ms;
}

/* Whether `more` shares all that `less` shares, whenever `less` does. A clause that never shares is
 * told of elsewhere. */
static bool makes_redundant(const struct analysis *x, const struct clause *more,
                            const struct clause *less)
{
    if (!have_same_scope(more, less))
        return false;
    if (!releases_as_much(more, less) || !lasts_as_long(more, less))
        return false;
    return when_implies(x->b->catalogue, less->when, more->when) &&
           when_can_be(x->b->catalogue, less->when, WHEN_IS_TRUE);
}

static void say_shadowed(struct analysis *x, const struct clause *by, const struct clause *c)
{
    (void)problems_say(
        x->warnings, "check.shadowed", c->file, c->line, c->column,
        "clause '%.*s' adds nothing: clause '%.*s' in line %u shares the same and more",
        SHOWN(c->name), SHOWN(by->id), by->line);
}

static void check_neighbours(struct analysis *x, const struct entry *list, size_t count, size_t at)
{
    const struct clause *c = list[at].clause;
    size_t end = count - at > NEAR ? at + NEAR + 1 : count;
    for (size_t i = at + 1; i < end; i++) {
        if (list[i].hash != list[at].hash)
            return;
        const struct clause *later = list[i].clause;
        if (makes_redundant(x, c, later))
            say_shadowed(x, c, later);
        else if (makes_redundant(x, later, c))
            say_shadowed(x, later, c);
    }
}

static void check_shadows(struct analysis *x)
{
    size_t n = x->b->clause_count;
    struct entry *list = ARENA_ARRAY(x->arena, n + 1, struct entry);
    if (!list) {
        x->problems->lost = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        list[i] = (struct entry){ &x->b->clauses[i], hash_clause(&x->b->clauses[i]), i };
    qsort(list, n, sizeof *list, compare_entries);
    for (size_t i = 0; i < n; i++)
        check_neighbours(x, list, n, i);
}

/* ---- an obligation is undone by a clause that releases the same as it is ---- */

static bool services_meet(const struct analysis *x, const struct services *a,
                          const struct services *b)
{
    for (unsigned s = 0; s < x->b->service_count; s++)
        if (services_have(a, s) && services_have(b, s))
            return true;
    return false;
}

/* What c releases only changed, and `other` as it is, to somebody who may get both. */
static struct categories undone_by(const struct analysis *x, const struct clause *c,
                                   const struct clause *other)
{
    const struct categories none = { { 0 } };
    struct categories changed = c->release;
    categories_drop(&changed, &c->plain);
    categories_keep(&changed, &other->plain);
    if (categories_is_empty(&changed))
        return none;
    if (!services_meet(x, &c->from, &other->from) || !services_meet(x, &c->to, &other->to))
        return none;
    if (!when_can_both(x->b->catalogue, c->when, WHEN_IS_TRUE, other->when, WHEN_IS_TRUE))
        return none;
    return changed;
}

/* Warns of the first other clause for that kind that undoes an obligation of c. */
static void check_undone(struct analysis *x, const struct clause *c, uint32_t kind, bool *is_told)
{
    const uint64_t *row = x->k->clauses_of_kind + kind * x->k->words;
    for (size_t i = 0; i < x->b->clause_count && !*is_told; i++) {
        const struct clause *other = &x->b->clauses[i];
        bool is_for_kind = (row[i / 64] >> (i % 64)) & 1;
        if (!is_for_kind || analyse_is_gone_clause(x, other))
            continue;
        struct categories what = undone_by(x, c, other);
        categories_keep(&what, &x->of_kind[kind]);
        const char *sentence = arena_format(
            x->arena, "changes, before it is shared, what clause '%.*s' shares unchanged",
            SHOWN(other->name));
        *is_told = !categories_is_empty(&what);
        analyse_say_of_clause(x, c, "check.undone", sentence ? sentence : "", &what, false);
    }
}

static void check_obligations(struct analysis *x)
{
    for (size_t i = 0; i < x->b->clause_count; i++) {
        const struct clause *c = &x->b->clauses[i];
        bool is_told = false;
        struct arena_saved saved = arena_save(x->arena);
        for (size_t k = 0; c->has_obligations && k < c->kind_count && !is_told; k++)
            check_undone(x, c, c->kinds[k], &is_told);
        arena_rewind(x->arena, saved);
    }
}

/* ---- what a recipient is told must not depend on the order of files ---- */

/* Whether somebody may be given something of both. */
static bool takings_meet(const struct analysis *x, const struct prohibition *a,
                         const struct prohibition *b)
{
    size_t services = x->b->service_count;
    for (uint32_t k = 0; k < x->k->kind_count; k++) {
        if (!prohibition_is_for(a, k) || !prohibition_is_for(b, k))
            continue;
        for (unsigned to = 0; to < services; to++) {
            const struct categories *may = &x->may[k * services + to];
            if (!services_have(&a->to, to) || !services_have(&b->to, to))
                continue;
            if (analyse_meet(may, &a->withhold) && analyse_meet(may, &b->withhold))
                return true;
        }
    }
    return false;
}

static bool tell_differently(const struct analysis *x, const struct prohibition *a,
                             const struct prohibition *b)
{
    if (a->tell.n == 0 || slice_equal(a->tell, b->tell))
        return false;
    if (!services_meet(x, &a->from, &b->from) || !takings_meet(x, a, b))
        return false;
    return when_can_both(x->b->catalogue, a->when, ACTS, b->when, ACTS);
}

/* Compares each prohibition with those before it; the first that it contradicts is enough. */
static void check_tells(struct analysis *x)
{
    for (size_t i = 0; i < x->b->prohibition_count; i++) {
        const struct prohibition *p = &x->b->prohibitions[i];
        size_t n = 0;
        if (p->tell.n == 0)
            continue;
        while (n < i && !tell_differently(x, &x->b->prohibitions[n], p))
            n++;
        if (n < i)
            (void)problems_say(x->problems, "check.tell", p->file, p->line, p->column,
                               "prohibitions '%.*s' and '%.*s' tell the same recipient different "
                               "things under 'tell': give both the same",
                               SHOWN(x->b->prohibitions[n].id), SHOWN(p->id));
    }
}

static bool is_shared_with(const struct analysis *x, size_t service)
{
    for (size_t i = 0; i < x->b->clause_count; i++)
        if (services_have(&x->b->clauses[i].to, (unsigned)service))
            return true;
    return false;
}

/* The services that the prohibition takes the source's contact from and that have nobody else to
 * ask; *first: one of them. */
static size_t count_deskless(const struct analysis *x, const struct prohibition *p, size_t *first)
{
    size_t n = 0;
    for (size_t i = x->b->service_count; i-- > 0;) {
        bool is_asked = services_have(&p->to, (unsigned)i) && is_shared_with(x, i);
        if (!is_asked || bundle_desk(x->b, (uint16_t)i))
            continue;
        *first = i;
        n++;
    }
    return n;
}

/* A prohibition that says whom to ask, and leaves nobody who could be asked. */
static void check_desks(struct analysis *x)
{
    size_t first = 0;
    for (size_t i = 0; i < x->b->prohibition_count; i++) {
        const struct prohibition *p = &x->b->prohibitions[i];
        if (p->tell.n == 0 || !prohibition_takes_contact(x->b, p))
            continue;
        size_t n = count_deskless(x, p, &first);
        if (n)
            (void)problems_say(x->warnings, "check.desk", p->file, p->line, p->column,
                               "prohibition '%.*s' says to ask and takes away whom: %zu services, "
                               "as '%.*s', need a restricted_desk in region.yaml",
                               SHOWN(p->id), n, SHOWN(x->b->services[first].name));
    }
}

void analyse_pairs(struct analysis *x)
{
    check_desks(x);
    check_shadows(x);
    check_obligations(x);
    check_tells(x);
}
