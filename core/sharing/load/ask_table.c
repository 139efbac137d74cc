/* ask_table.c - equal conditions, and equal conditions inside them, as one. */
#include "sharing/load/ask_table.h"

bool ask_table_init(struct ask_table *t, struct arena *a, size_t schemas, size_t room)
{
    size_t slots = 64;
    while (slots < 2 * room)
        slots *= 2;
    *t = (struct ask_table){ .arena = a, .schemas = schemas, .mask = slots - 1 };
    t->list = ARENA_ARRAY(a, room + 1, struct ask);
    t->slots = ARENA_ARRAY(a, slots, uint32_t);
    t->names = ARENA_ARRAY(a, room + 1, const struct when_node *);
    return t->list && t->slots && t->names;
}

static size_t count_nodes(const struct when_node *n)
{
    size_t count = 1;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        count += count_nodes(arg);
    return count;
}

size_t ask_nodes(const struct when *w)
{
    return w ? count_nodes(w->root) : 0;
}

/* ---- terms: equal when they read the same fields of the same types and say the same ---- */

static uint64_t mix_hash(uint64_t hash, uint64_t more)
{
    return (hash ^ more) * 0x9e3779b97f4a7c15u;
}

static uint64_t hash_term(const struct when_node *n, size_t schemas)
{
    uint64_t what = ((uint64_t)n->op << 8) | (uint64_t)n->function;
    uint64_t hash = mix_hash(what, (uint64_t)n->number);
    hash = mix_hash(hash, hash_bytes(n->text));
    if (n->slots)
        hash = mix_hash(hash, hash_bytes(slice_of(n->slots, schemas * sizeof *n->slots)));
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        hash = mix_hash(hash, hash_term(arg, schemas));
    return hash;
}

static bool is_same_term(const struct when_node *a, const struct when_node *b, size_t schemas)
{
    bool are_paths = a->slots != NULL;
    if (a->op != b->op || a->type != b->type || a->function != b->function)
        return false;
    if (a->number != b->number || !slice_equal(a->text, b->text))
        return false;
    if (are_paths != (b->slots != NULL))
        return false;
    if (are_paths && memcmp(a->slots, b->slots, schemas * sizeof *a->slots) != 0)
        return false;
    const struct when_node *x = a->args, *y = b->args;
    for (; x && y; x = x->next, y = y->next)
        if (!is_same_term(x, y, schemas))
            return false;
    return !x && !y;
}

static bool is_recipient(const struct when_node *n)
{
    if (n->number != WHEN_RECIPIENT)
        return false;
    bool is_who = n->op == WHEN_LITERAL && n->type == WHEN_WHO;
    return is_who || n->op == WHEN_NAME;
}

static bool reads_recipient(const struct when_node *n)
{
    if (is_recipient(n))
        return true;
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        if (reads_recipient(arg))
            return true;
    return false;
}

static bool is_recipient_name(const struct when_node *n)
{
    return n->op == WHEN_NAME && is_recipient(n);
}

/* Notes what a term compares the recipient's name with: the service named there is no stranger. */
static void note_names(struct ask_table *t, const struct when_node *n)
{
    const struct when_node *left = n->args;
    const struct when_node *right = left ? left->next : NULL;
    if (right) {
        if (is_recipient_name(left))
            t->names[t->name_count++] = right;
        if (is_recipient_name(right))
            t->names[t->name_count++] = left;
    }
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        note_names(t, arg);
}

/* ---- the table ---- */

static bool is_same_ask(const struct ask_table *t, const struct ask *a, const struct ask *b)
{
    if (a->op != b->op || a->count != b->count)
        return false;
    if (a->op == ASK_TERM)
        return is_same_term(a->term, b->term, t->schemas);
    return memcmp(a->args, b->args, a->count * sizeof *a->args) == 0;
}

static uint32_t find_or_add(struct ask_table *t, const struct ask *wanted, uint64_t hash)
{
    size_t at = (hash ^ (hash >> 32)) & t->mask;
    for (; t->slots[at]; at = (at + 1) & t->mask)
        if (is_same_ask(t, &t->list[t->slots[at] - 1], wanted))
            return t->slots[at] - 1;
    t->list[t->count] = *wanted;
    t->slots[at] = ++t->count;
    return t->count - 1;
}

static uint32_t intern_node(struct ask_table *t, const struct when_node *n);

static bool is_logic(enum when_op op)
{
    return op == WHEN_NOT || op == WHEN_AND || op == WHEN_OR;
}

static uint32_t intern_logic(struct ask_table *t, const struct when_node *n)
{
    static const enum ask_op ops[] = {
        [WHEN_NOT] = ASK_NOT, [WHEN_AND] = ASK_AND, [WHEN_OR] = ASK_OR
    };
    struct ask a = { .op = ops[n->op], .is_same = true };
    for (const struct when_node *arg = n->args; arg; arg = arg->next)
        a.count++;
    uint32_t *args = ARENA_ARRAY(t->arena, a.count, uint32_t);
    uint64_t hash = a.op;
    if (!args) {
        t->lost = true;
        return ASK_ALWAYS;
    }
    a.args = args;
    for (const struct when_node *arg = n->args; arg; arg = arg->next, args++) {
        *args = intern_node(t, arg);
        if (t->lost)
            return ASK_ALWAYS;
        a.is_same &= t->list[*args].is_same;
        hash = mix_hash(hash, *args);
    }
    return find_or_add(t, &a, hash);
}

static uint32_t intern_node(struct ask_table *t, const struct when_node *n)
{
    if (is_logic(n->op))
        return intern_logic(t, n);
    struct ask a = { .op = ASK_TERM, .is_same = !reads_recipient(n), .term = n };
    uint32_t before = t->count;
    uint32_t found = find_or_add(t, &a, hash_term(n, t->schemas));
    bool is_new = t->count > before;
    if (is_new && !a.is_same)
        note_names(t, n);
    return found;
}

uint32_t ask_intern(struct ask_table *t, const struct when *w)
{
    return w ? intern_node(t, w->root) : ASK_ALWAYS;
}
