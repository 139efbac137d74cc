/* when_logic.c - searches for truths of a condition's leaves that make the whole true, false or
 * unknown. */
#include "sharing/tools/when_logic.h"

#include "sharing/rules/words.h"

#define STEPS_MAX 2000 /* of one search: also the depth of its recursion */
#define AGE_MAX 150

/* A leaf that this branch of the search has given a truth, and those before it. */
struct leaf {
    const struct when_node *node;
    unsigned is;
    const struct leaf *before;
};
/* A node that must get one of these truths. all: the nodes beside it must too. */
struct goal {
    const struct when_node *node;
    unsigned is;
    bool all;
    const struct goal *next;
};
struct search {
    const struct catalogue *catalogue;
    size_t steps;
};

static bool is_same_node(const struct when_node *a, const struct when_node *b);

/* Whether both have the same arguments in the same order. */
static bool are_same_args(const struct when_node *a, const struct when_node *b)
{
    const struct when_node *x = a->args;
    const struct when_node *y = b->args;
    while (x && y) {
        if (!is_same_node(x, y))
            return false;
        x = x->next;
        y = y->next;
    }
    return !x && !y;
}

static bool is_same_node(const struct when_node *a, const struct when_node *b)
{
    if (a->op != b->op || a->type != b->type)
        return false;
    switch (a->op) {
    case WHEN_PATH:
        return slice_equal(a->text, b->text);
    case WHEN_LITERAL:
        return a->type == WHEN_TEXT ? slice_equal(a->text, b->text) : a->number == b->number;
    case WHEN_NAME:
        return a->number == b->number;
    case WHEN_CALL:
        return a->function == b->function && are_same_args(a, b);
    default:
        return are_same_args(a, b);
    }
}

/* ---- what one comparison with literals leaves of its subject ---- */

enum limit_kind { LIMIT_NONE, LIMIT_ONE_OF, LIMIT_NONE_OF, LIMIT_RANGE };
struct limit {
    enum limit_kind kind;
    const struct when_node *subject;
    const struct when_node *values; /* literals, one or a list */
    bool is_list;
    int64_t least, most; /* LIMIT_RANGE */
};

static const struct when_node *first_value(const struct limit *l)
{
    return l->is_list ? l->values->args : l->values;
}

static const struct when_node *next_value(const struct limit *l, const struct when_node *v)
{
    return l->is_list ? v->next : NULL;
}

static enum when_op mirrored_op(enum when_op op)
{
    switch (op) {
    case WHEN_LT:
        return WHEN_GT;
    case WHEN_LE:
        return WHEN_GE;
    case WHEN_GT:
        return WHEN_LT;
    case WHEN_GE:
        return WHEN_LE;
    default:
        return op;
    }
}

static enum when_op negated_op(enum when_op op)
{
    static const enum when_op other[] = {
        [WHEN_EQ] = WHEN_NE, [WHEN_NE] = WHEN_EQ, [WHEN_LT] = WHEN_GE,
        [WHEN_LE] = WHEN_GT, [WHEN_GT] = WHEN_LE, [WHEN_GE] = WHEN_LT,
    };
    return other[op];
}

static void set_range(struct limit *l, enum when_op op, int64_t value)
{
    l->kind = LIMIT_RANGE;
    l->least = INT64_MIN;
    l->most = INT64_MAX;
    if (op == WHEN_GE)
        l->least = value;
    else if (op == WHEN_GT)
        l->least = value < INT64_MAX ? value + 1 : value;
    else if (op == WHEN_LE)
        l->most = value;
    else if (op == WHEN_LT)
        l->most = value > INT64_MIN ? value - 1 : value;
}

static bool all_literal(const struct when_node *list)
{
    for (const struct when_node *n = list->args; n; n = n->next)
        if (n->op != WHEN_LITERAL)
            return false;
    return true;
}

static void limit_of_membership(const struct when_node *n, bool wanted, struct limit *l)
{
    l->subject = n->args;
    l->values = n->args->next;
    l->is_list = true;
    if (l->subject->op == WHEN_LITERAL || l->values->op != WHEN_LIST)
        return;
    if (all_literal(l->values))
        l->kind = wanted ? LIMIT_ONE_OF : LIMIT_NONE_OF;
}

/* LIMIT_NONE: the leaf is no comparison with literals. */
static struct limit limit_of(const struct when_node *n, bool wanted)
{
    struct limit l = { .kind = LIMIT_NONE };
    bool is_ordering = n->op >= WHEN_EQ && n->op <= WHEN_GE;
    if (n->op == WHEN_IN)
        limit_of_membership(n, wanted, &l);
    if (!is_ordering)
        return l;
    const struct when_node *left = n->args, *right = left->next;
    bool is_mirrored = left->op == WHEN_LITERAL;
    enum when_op op = is_mirrored ? mirrored_op(n->op) : n->op;
    l.subject = is_mirrored ? right : left;
    l.values = is_mirrored ? left : right;
    if (!wanted)
        op = negated_op(op);
    if (l.values->op != WHEN_LITERAL || l.subject->op == WHEN_LITERAL)
        return l;
    if (op == WHEN_EQ)
        l.kind = LIMIT_ONE_OF;
    else if (op == WHEN_NE)
        l.kind = LIMIT_NONE_OF;
    else if (l.values->type != WHEN_TEXT)
        set_range(&l, op, l.values->number);
    return l;
}

static bool limit_allows(const struct limit *l, const struct when_node *value)
{
    if (l->kind == LIMIT_RANGE)
        return value->number >= l->least && value->number <= l->most;
    bool found = false;
    for (const struct when_node *v = first_value(l); v && !found; v = next_value(l, v))
        found = is_same_node(v, value);
    return found == (l->kind == LIMIT_ONE_OF);
}

/* Whether two comparisons of one subject leave it no value. */
static bool exclude_each_other(const struct limit *a, const struct limit *b)
{
    if (a->kind == LIMIT_RANGE && b->kind == LIMIT_RANGE)
        return a->least > b->most || b->least > a->most;
    const struct limit *set = a->kind == LIMIT_ONE_OF ? a : b;
    const struct limit *other = set == a ? b : a;
    if (set->kind != LIMIT_ONE_OF)
        return false;
    for (const struct when_node *v = first_value(set); v; v = next_value(set, v))
        if (limit_allows(other, v))
            return false;
    return true;
}

/* Whether any of the types that the path is of can hold that word. */
static bool can_hold(const struct catalogue *c, const struct when_node *path, struct slice word)
{
    for (size_t i = 0; i < catalogue_count(c); i++) {
        if (path->slots[i] < 0)
            continue;
        const struct slot *s = plan_slot_at(catalogue_at(c, i)->plan, (size_t)path->slots[i]);
        bool is_enum = s->type == SLOT_ENUM;
        const struct slice *words = is_enum ? s->symbols : s->vocabulary;
        size_t count = is_enum ? s->symbol_count : s->vocabulary_count;
        if (!words || slice_is_one_of(word, words, count))
            return true;
    }
    return false;
}

/* Whether a comparison leaves nothing by itself. */
static bool is_impossible(const struct search *s, const struct limit *l)
{
    const struct when_node *subject = l->subject;
    if (l->kind == LIMIT_RANGE) {
        bool is_age = subject->op == WHEN_CALL && subject->function == WHEN_AGE;
        bool is_human = l->most >= 0 && l->least <= AGE_MAX && l->least <= l->most;
        return is_age && !is_human;
    }
    if (l->kind != LIMIT_ONE_OF)
        return false;
    if (subject->op != WHEN_PATH || subject->type != WHEN_TEXT)
        return false;
    for (const struct when_node *v = first_value(l); v; v = next_value(l, v))
        if (can_hold(s->catalogue, subject, v->text))
            return false;
    return true;
}

/* ---- leaves against each other ---- */

/* Whether a says that x is not there (has(x) is false) and b compares x. */
static bool is_absent(const struct leaf *a, const struct limit *b)
{
    bool is_not_there = a->node->op == WHEN_HAS && a->is == WHEN_IS_FALSE;
    if (!is_not_there || b->kind == LIMIT_NONE)
        return false;
    return is_same_node(a->node->args, b->subject);
}

static bool is_call(const struct leaf *l, enum when_function function, unsigned is)
{
    return l->node->op == WHEN_CALL && l->node->function == function && l->is == is;
}

/* Whether a says that there is a relationship with somebody, and b that there is none. */
static bool is_known_by(const struct leaf *a, const struct leaf *b)
{
    if (!is_call(a, WHEN_RELATIONSHIP, WHEN_IS_TRUE) || !is_call(b, WHEN_KNOWN, WHEN_IS_FALSE))
        return false;
    return a->node->args->number == b->node->args->number;
}

static bool is_comparison(const struct when_node *n)
{
    return (n->op >= WHEN_EQ && n->op <= WHEN_IN) ||
           (n->op == WHEN_CALL && n->function == WHEN_STARTS_WITH);
}

/* Whether what it gives is never unknown, whatever is known of the person. */
static bool is_never_unknown(const struct when_node *n)
{
    if (n->op == WHEN_LITERAL || n->op == WHEN_NAME || n->op == WHEN_HAS)
        return true;
    bool asks_restrictions = n->op == WHEN_CALL && n->function == WHEN_RESTRICTED;
    if (!asks_restrictions)
        return false;
    const struct when_node *kind = n->args->next;
    return slice_equal_text(kind->text, WORDS_UNCHECKED);
}

/* Whether a leaf that is true or false needs that value to be known. */
static bool rests_on(const struct leaf *leaf, const struct when_node *value)
{
    const struct when_node *n = leaf->node;
    if (n->op == WHEN_HAS)
        return leaf->is == WHEN_IS_TRUE && is_same_node(n->args, value);
    if (is_same_node(n, value))
        return true;
    if (!is_comparison(n))
        return false;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (arg->op != WHEN_LIST && is_same_node(arg, value)) /* of a list one member may do */
            return true;
    return false;
}

/* Whether every value that a leaf is made of is known: for sure, or because of the other leaf. */
static bool is_made_known(const struct when_node *n, const struct leaf *by)
{
    if (is_never_unknown(n))
        return true;
    if (by && rests_on(by, n))
        return true;
    bool is_of_args = is_comparison(n) || n->op == WHEN_LIST;
    if (!is_of_args)
        return false;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (!is_made_known(arg, by))
            return false;
    return true;
}

static bool leaves_clash(const struct leaf *a, const struct leaf *b)
{
    if (is_same_node(a->node, b->node))
        return a->is != b->is;
    if (a->is == WHEN_IS_UNKNOWN)
        return b->is != WHEN_IS_UNKNOWN && is_made_known(a->node, b);
    if (b->is == WHEN_IS_UNKNOWN)
        return is_made_known(b->node, a);
    struct limit x = limit_of(a->node, a->is == WHEN_IS_TRUE);
    struct limit y = limit_of(b->node, b->is == WHEN_IS_TRUE);
    bool are_limits = x.kind != LIMIT_NONE && y.kind != LIMIT_NONE;
    if (are_limits && is_same_node(x.subject, y.subject))
        return exclude_each_other(&x, &y);
    if (is_absent(a, &y) || is_absent(b, &x))
        return true;
    return is_known_by(a, b) || is_known_by(b, a);
}

static bool can_stand(const struct search *s, const struct leaf *leaf)
{
    if (leaf->is == WHEN_IS_UNKNOWN)
        return !is_made_known(leaf->node, NULL);
    struct limit l = limit_of(leaf->node, leaf->is == WHEN_IS_TRUE);
    return !is_impossible(s, &l);
}

static bool leaf_fits(const struct search *s, const struct leaf *leaf)
{
    if (!can_stand(s, leaf))
        return false;
    for (const struct leaf *b = leaf->before; b; b = b->before)
        if (leaves_clash(leaf, b))
            return false;
    return true;
}

static bool find_way(struct search *s, const struct goal *g, const struct leaf *leaves);

/* Tries each child as a branch of its own: one is enough. */
static bool find_any(struct search *s, const struct goal *g, const struct goal *next,
                     const struct leaf *leaves)
{
    for (const struct when_node *n = g->node->args; n; n = n->next) {
        struct goal one = { .node = n, .is = g->is, .next = next };
        if (find_way(s, &one, leaves))
            return true;
    }
    return false;
}

/* Tries each truth that is wanted of a leaf as a branch of its own. */
static bool find_leaf(struct search *s, const struct goal *g, const struct goal *next,
                      const struct leaf *leaves)
{
    for (unsigned is = WHEN_IS_FALSE; is <= WHEN_IS_TRUE; is <<= 1) {
        const struct leaf leaf = { g->node, is, leaves };
        bool is_wanted = (g->is & is) != 0;
        if (!is_wanted || !leaf_fits(s, &leaf))
            continue;
        if (find_way(s, next, &leaf))
            return true;
    }
    return false;
}

static unsigned opposite_truths(unsigned is)
{
    unsigned out = is & WHEN_IS_UNKNOWN;
    if (is & WHEN_IS_TRUE)
        out |= WHEN_IS_FALSE;
    if (is & WHEN_IS_FALSE)
        out |= WHEN_IS_TRUE;
    return out;
}

/* True when a way was found, or the search became too long. */
static bool find_way(struct search *s, const struct goal *g, const struct leaf *leaves)
{
    if (!g)
        return true;
    s->steps++;
    if (s->steps > STEPS_MAX)
        return true;
    const struct when_node *n = g->node;
    bool wants_true = (g->is & WHEN_IS_TRUE) != 0;
    const struct goal rest = { n->next, g->is, true, g->next };
    const struct goal *next = g->all && n->next ? &rest : g->next;
    struct goal below = { .node = n->args, .is = g->is, .next = next };
    switch (n->op) {
    case WHEN_NOT:
        below.is = opposite_truths(g->is);
        return find_way(s, &below, leaves);
    case WHEN_AND: /* && is true when all are, and false when one is; || the other way round */
    case WHEN_OR:
        below.all = true;
        if ((n->op == WHEN_AND) == wants_true)
            return find_way(s, &below, leaves);
        return find_any(s, g, next, leaves);
    case WHEN_LITERAL: {
        unsigned truth = n->number ? WHEN_IS_TRUE : WHEN_IS_FALSE;
        return (g->is & truth) && find_way(s, next, leaves);
    }
    default:
        return find_leaf(s, g, next, leaves);
    }
}

bool when_can_both(const struct catalogue *c, const struct when *a, unsigned a_is,
                   const struct when *b, unsigned b_is)
{
    struct search s = { .catalogue = c };
    struct goal first, second;
    const struct goal *goals = NULL;
    if (!b && !(b_is & WHEN_IS_TRUE)) /* no condition is always true */
        return false;
    if (b) {
        second = (struct goal){ .node = b->root, .is = b_is };
        goals = &second;
    }
    if (!a && !(a_is & WHEN_IS_TRUE))
        return false;
    if (a) {
        first = (struct goal){ .node = a->root, .is = a_is, .next = goals };
        goals = &first;
    }
    return find_way(&s, goals, NULL);
}

/* A condition is unknown when it is neither true nor false: the search wants both at once. */
bool when_can_be(const struct catalogue *c, const struct when *w, unsigned is)
{
    if (is == WHEN_IS_UNKNOWN)
        return when_can_both(c, w, is | WHEN_IS_FALSE, w, is | WHEN_IS_TRUE);
    return when_can_both(c, w, is, NULL, WHEN_IS_TRUE);
}

bool when_implies(const struct catalogue *c, const struct when *a, const struct when *b)
{
    if (when_can_both(c, a, WHEN_IS_TRUE, b, WHEN_IS_FALSE | WHEN_IS_UNKNOWN))
        return false;
    return !when_can_both(c, a, WHEN_IS_TRUE | WHEN_IS_UNKNOWN, b, WHEN_IS_FALSE);
}

/* ---- words that a field never holds ---- */

static bool is_text_path(const struct when_node *n)
{
    return n->op == WHEN_PATH && (n->type == WHEN_TEXT || n->type == WHEN_TEXTS);
}

/* Whether the node asks if a literal is in a field that is a list. */
static bool is_word_in_field(const struct when_node *n)
{
    return n->op == WHEN_IN && n->args->op == WHEN_LITERAL && is_text_path(n->args->next);
}

static bool find_foreign(const struct catalogue *c, const struct when_node *n, struct slice *path,
                         struct slice *word)
{
    struct limit l = limit_of(n, true);
    if (is_word_in_field(n))
        l = (struct limit){ .kind = LIMIT_ONE_OF, .subject = n->args->next, .values = n->args };
    bool is_set = l.kind == LIMIT_ONE_OF || l.kind == LIMIT_NONE_OF;
    const struct when_node *v = NULL;
    if (is_set && is_text_path(l.subject))
        v = first_value(&l);
    for (; v; v = next_value(&l, v)) {
        if (can_hold(c, l.subject, v->text))
            continue;
        *path = l.subject->text;
        *word = v->text;
        return true;
    }
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (find_foreign(c, arg, path, word))
            return true;
    return false;
}

bool when_foreign_word(const struct catalogue *c, const struct when *w, struct slice *path,
                       struct slice *word)
{
    return w && find_foreign(c, w->root, path, word);
}
