/* when_logic.c - the search behind when_logic.h. */
#include "sharing/tools/when_logic.h"

#include "sharing/rules/words.h"

#define STEPS_MAX 2000 /* of one search: also the depth of its recursion */
#define AGE_MAX 150

/* A leaf found so far on this branch, with its one truth. */
struct leaf {
    const struct when_node *node;
    unsigned is;
    const struct leaf *before;
};
/* Still to be made so: a node, one of these truths, with those beside it when all. */
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

static bool same(const struct when_node *a, const struct when_node *b)
{
    if (a->op != b->op || a->type != b->type)
        return false;
    if (a->op == WHEN_LITERAL)
        return a->type == WHEN_TEXT ? slice_equal(a->text, b->text) : a->number == b->number;
    if (a->op == WHEN_PATH)
        return slice_equal(a->text, b->text);
    if (a->op == WHEN_NAME)
        return a->number == b->number;
    if (a->op == WHEN_CALL && a->function != b->function)
        return false;
    const struct when_node *x = a->args, *y = b->args;
    for (; x && y; x = x->next, y = y->next)
        if (!same(x, y))
            return false;
    return x == y;
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

static enum when_op mirrored(enum when_op op)
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

static enum when_op negated(enum when_op op)
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
    l->least = op == WHEN_GT ? value + (value < INT64_MAX) : op == WHEN_GE ? value : INT64_MIN;
    l->most = op == WHEN_LT ? value - (value > INT64_MIN) : op == WHEN_LE ? value : INT64_MAX;
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
    if (l->subject->op != WHEN_LITERAL && l->values->op == WHEN_LIST && all_literal(l->values))
        l->kind = wanted ? LIMIT_ONE_OF : LIMIT_NONE_OF;
}

/* LIMIT_NONE: the leaf is no comparison with literals. */
static struct limit limit_of(const struct when_node *n, bool wanted)
{
    struct limit l = { .kind = LIMIT_NONE };
    if (n->op == WHEN_IN)
        limit_of_membership(n, wanted, &l);
    if (n->op < WHEN_EQ || n->op > WHEN_GE)
        return l;
    const struct when_node *left = n->args, *right = left->next;
    bool is_mirrored = left->op == WHEN_LITERAL;
    enum when_op op = is_mirrored ? mirrored(n->op) : n->op;
    l.subject = is_mirrored ? right : left;
    l.values = is_mirrored ? left : right;
    op = wanted ? op : negated(op);
    if (l.values->op != WHEN_LITERAL || l.subject->op == WHEN_LITERAL)
        return l;
    if (op == WHEN_EQ || op == WHEN_NE)
        l.kind = op == WHEN_EQ ? LIMIT_ONE_OF : LIMIT_NONE_OF;
    else if (l.values->type != WHEN_TEXT)
        set_range(&l, op, l.values->number);
    return l;
}

static bool allows(const struct limit *l, const struct when_node *value)
{
    if (l->kind == LIMIT_RANGE)
        return value->number >= l->least && value->number <= l->most;
    bool found = false;
    for (const struct when_node *v = first_value(l); v && !found; v = next_value(l, v))
        found = same(v, value);
    return found == (l->kind == LIMIT_ONE_OF);
}

/* Whether nothing is left of one subject. */
static bool exclude_each_other(const struct limit *a, const struct limit *b)
{
    if (a->kind == LIMIT_RANGE && b->kind == LIMIT_RANGE)
        return a->least > b->most || b->least > a->most;
    const struct limit *set = a->kind == LIMIT_ONE_OF ? a : b, *other = set == a ? b : a;
    if (set->kind != LIMIT_ONE_OF)
        return false;
    for (const struct when_node *v = first_value(set); v; v = next_value(set, v))
        if (allows(other, v))
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
    if (l->kind == LIMIT_RANGE && l->subject->op == WHEN_CALL && l->subject->function == WHEN_AGE)
        return l->most < 0 || l->least > AGE_MAX || l->least > l->most;
    if (l->kind != LIMIT_ONE_OF || l->subject->op != WHEN_PATH || l->subject->type != WHEN_TEXT)
        return false;
    for (const struct when_node *v = first_value(l); v; v = next_value(l, v))
        if (can_hold(s->catalogue, l->subject, v->text))
            return false;
    return true;
}

/* ---- leaves against each other ---- */

/* has(x) is false, yet x was compared: what is compared is there. */
static bool is_absent(const struct leaf *a, const struct limit *b)
{
    return a->node->op == WHEN_HAS && a->is == WHEN_IS_FALSE && b->kind != LIMIT_NONE &&
           same(a->node->args, b->subject);
}

static bool is_known_by(const struct leaf *a, const struct leaf *b)
{
    return a->node->op == WHEN_CALL && b->node->op == WHEN_CALL &&
           a->node->function == WHEN_RELATIONSHIP && a->is == WHEN_IS_TRUE &&
           b->node->function == WHEN_KNOWN && b->is == WHEN_IS_FALSE &&
           a->node->args->number == b->node->args->number;
}

static bool is_comparison(const struct when_node *n)
{
    return (n->op >= WHEN_EQ && n->op <= WHEN_IN) ||
           (n->op == WHEN_CALL && n->function == WHEN_STARTS_WITH);
}

static bool is_never_unknown(const struct when_node *n)
{
    if (n->op == WHEN_LITERAL || n->op == WHEN_NAME || n->op == WHEN_HAS)
        return true;
    if (n->op != WHEN_CALL)
        return false;
    return n->function == WHEN_RESTRICTED &&
           slice_equal_text(n->args->next->text, WORDS_UNCHECKED);
}

/* Whether a leaf that is true or false needs that value to be known. */
static bool rests_on(const struct leaf *leaf, const struct when_node *value)
{
    const struct when_node *n = leaf->node;
    if (n->op == WHEN_HAS)
        return leaf->is == WHEN_IS_TRUE && same(n->args, value);
    if (same(n, value))
        return true;
    for (const struct when_node *arg = is_comparison(n) ? n->args : NULL; arg; arg = arg->next)
        if (arg->op != WHEN_LIST && same(arg, value)) /* of a list one member may do */
            return true;
    return false;
}

/* Whether every value that a leaf is made of is known: for sure, or because of the other leaf. */
static bool is_made_known(const struct when_node *n, const struct leaf *by)
{
    if (is_never_unknown(n) || (by && rests_on(by, n)))
        return true;
    if (!is_comparison(n) && n->op != WHEN_LIST)
        return false;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (!is_made_known(arg, by))
            return false;
    return true;
}

static bool clash(const struct leaf *a, const struct leaf *b)
{
    if (same(a->node, b->node))
        return a->is != b->is;
    if (a->is == WHEN_IS_UNKNOWN)
        return b->is != WHEN_IS_UNKNOWN && is_made_known(a->node, b);
    if (b->is == WHEN_IS_UNKNOWN)
        return is_made_known(b->node, a);
    struct limit x = limit_of(a->node, a->is == WHEN_IS_TRUE);
    struct limit y = limit_of(b->node, b->is == WHEN_IS_TRUE);
    if (x.kind != LIMIT_NONE && y.kind != LIMIT_NONE && same(x.subject, y.subject))
        return exclude_each_other(&x, &y);
    return is_absent(a, &y) || is_absent(b, &x) || is_known_by(a, b) || is_known_by(b, a);
}

static bool can_stand(const struct search *s, const struct leaf *leaf)
{
    if (leaf->is == WHEN_IS_UNKNOWN)
        return !is_made_known(leaf->node, NULL);
    struct limit l = limit_of(leaf->node, leaf->is == WHEN_IS_TRUE);
    return !is_impossible(s, &l);
}

static bool fits(const struct search *s, const struct leaf *leaf)
{
    if (!can_stand(s, leaf))
        return false;
    for (const struct leaf *b = leaf->before; b; b = b->before)
        if (clash(leaf, b))
            return false;
    return true;
}

static bool find(struct search *s, const struct goal *g, const struct leaf *leaves);

/* One of the children is enough: each is a branch of its own. */
static bool find_any(struct search *s, const struct goal *g, const struct goal *next,
                     const struct leaf *leaves)
{
    for (const struct when_node *n = g->node->args; n; n = n->next) {
        struct goal one = { .node = n, .is = g->is, .next = next };
        if (find(s, &one, leaves))
            return true;
    }
    return false;
}

/* A leaf: each truth that is wanted of it is a branch of its own. */
static bool find_leaf(struct search *s, const struct goal *g, const struct goal *next,
                      const struct leaf *leaves)
{
    for (unsigned is = WHEN_IS_FALSE; is <= WHEN_IS_TRUE; is <<= 1) {
        const struct leaf leaf = { g->node, is, leaves };
        if ((g->is & is) && fits(s, &leaf) && find(s, next, &leaf))
            return true;
    }
    return false;
}

static unsigned opposite(unsigned is)
{
    return (is & WHEN_IS_UNKNOWN) | (is & WHEN_IS_TRUE ? WHEN_IS_FALSE : 0) |
           (is & WHEN_IS_FALSE ? WHEN_IS_TRUE : 0);
}

/* True when a way was found, or the search became too long. */
static bool find(struct search *s, const struct goal *g, const struct leaf *leaves)
{
    if (!g || ++s->steps > STEPS_MAX)
        return true;
    const struct when_node *n = g->node;
    const struct goal rest = { n->next, g->is, true, g->next };
    const struct goal *next = g->all && n->next ? &rest : g->next;
    struct goal below = { .node = n->args, .is = g->is, .next = next };
    switch (n->op) {
    case WHEN_NOT:
        below.is = opposite(g->is);
        return find(s, &below, leaves);
    case WHEN_AND: /* true, or not false, as all are; false, or not true, as one is */
    case WHEN_OR:
        below.all = true;
        return (n->op == WHEN_AND) == ((g->is & WHEN_IS_TRUE) != 0) ? find(s, &below, leaves)
                                                                    : find_any(s, g, next, leaves);
    case WHEN_LITERAL:
        return (g->is & (n->number ? WHEN_IS_TRUE : WHEN_IS_FALSE)) && find(s, next, leaves);
    default:
        return find_leaf(s, g, next, leaves);
    }
}

bool when_can_both(const struct catalogue *c, const struct when *a, unsigned a_is,
                   const struct when *b, unsigned b_is)
{
    struct search s = { .catalogue = c };
    const struct goal second = { .node = b ? b->root : NULL, .is = b_is };
    const struct goal first = { .node = a ? a->root : NULL,
                                .is = a_is,
                                .next = b ? &second : NULL };
    if ((!a && !(a_is & WHEN_IS_TRUE)) || (!b && !(b_is & WHEN_IS_TRUE)))
        return false;
    return find(&s, a ? &first : first.next, NULL);
}

/* Unknown is what is neither: not true and not false at once. */
bool when_can_be(const struct catalogue *c, const struct when *w, unsigned is)
{
    if (is == WHEN_IS_UNKNOWN)
        return when_can_both(c, w, is | WHEN_IS_FALSE, w, is | WHEN_IS_TRUE);
    return when_can_both(c, w, is, NULL, WHEN_IS_TRUE);
}

bool when_implies(const struct catalogue *c, const struct when *a, const struct when *b)
{
    return !when_can_both(c, a, WHEN_IS_TRUE, b, WHEN_IS_FALSE | WHEN_IS_UNKNOWN) &&
           !when_can_both(c, a, WHEN_IS_TRUE | WHEN_IS_UNKNOWN, b, WHEN_IS_FALSE);
}

/* ---- words that a field never holds ---- */

static bool is_text_path(const struct when_node *n)
{
    return n->op == WHEN_PATH && (n->type == WHEN_TEXT || n->type == WHEN_TEXTS);
}

/* "word" in a list that is a field. */
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
    bool holds_words = l.kind != LIMIT_NONE && l.kind != LIMIT_RANGE && is_text_path(l.subject);
    for (const struct when_node *v = holds_words ? first_value(&l) : NULL; v; v = next_value(&l, v))
        if (!can_hold(c, l.subject, v->text)) {
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
