/* load_out.c - an out mapping: which records it delivers, and what of them it writes where.
 *
 * Nothing is lost in silence because a partner would not understand it. Each kind that can be
 * disclosed is delivered or named under not_delivered; each delivered kind has all three actions;
 * header.notice, by which a prohibition tells the recipient something, is written. */
#include "mapping/inside.h"

#define SCHEMAS_MAX 64
#define RULES_MAX 512

/* For each schema: kinds that some rule delivers, by action, and kinds that are not delivered. */
struct coverage {
    const struct schema *schemas[SCHEMAS_MAX];
    uint64_t delivered[SCHEMAS_MAX][3], left_out[SCHEMAS_MAX];
    size_t count;
};

static uint64_t all_kinds(const struct schema *s)
{
    return s->kind_count >= 64 ? UINT64_MAX : ((uint64_t)1 << s->kind_count) - 1;
}

static size_t coverage_index(const struct coverage *c, const struct schema *s)
{
    size_t i = 0;
    while (i < c->count && c->schemas[i] != s)
        i++;
    return i;
}

static unsigned load_actions(struct loader *l, const struct node *n)
{
    unsigned actions = 0;
    for (const struct node *c = strict_each(n, NULL); c; c = strict_each(n, c))
        actions |= load_action(l, c);
    return n ? actions : ACTION_ALL;
}

static void add_out_rule(struct loader *l, const struct node *n, struct coverage *c,
                         const struct schema *s, uint64_t kinds, unsigned actions)
{
    size_t at = coverage_index(c, s);
    kinds &= all_kinds(s);
    if (at == c->count || !kinds)
        return;
    if (l->m->out_rule_count == RULES_MAX) {
        strict_say(&l->reader, n, "map.limit", "the mapping has more than %d rules", RULES_MAX);
        return;
    }
    for (unsigned i = 0; i < 3; i++)
        if (actions & (1u << i))
            c->delivered[at][i] |= kinds;
    struct out_rule *r = &l->m->out_rules[l->m->out_rule_count++];
    *r = (struct out_rule){ .schema = s, .kinds = kinds, .actions = actions, .node = n };
    r->fields = ARENA_ARRAY(l->reader.arena, FIELDS_MAX, struct native);
    if (!r->fields) {
        strict_memory(&l->reader);
        l->m->out_rule_count--;
    }
}

/* One entry of records: a rule for each type that it names. */
static void load_record(struct loader *l, const struct node *n, struct coverage *c)
{
    strict_keys(&l->reader, n, &mapping_keys_out_record);
    const struct node *on = node_get(n, "on");
    unsigned actions = load_actions(l, node_get(n, "action"));
    if (!on) {
        strict_say(&l->reader, n, "map.on",
                   "'on' is missing: it names the record types that this rule writes");
        return;
    }
    for (const struct node *t = strict_each(on, NULL); t; t = strict_each(on, t)) {
        uint64_t kinds = 0;
        if (!strict_is(&l->reader, t, NODE_TEXT, "a record type"))
            continue;
        if (slice_equal_text(t->text, "all")) {
            for (size_t i = 0; i < c->count; i++)
                add_out_rule(l, n, c, c->schemas[i], ~c->left_out[i], actions);
            continue;
        }
        const struct schema *s = load_type(l, t, t->text, &kinds);
        if (s && coverage_index(c, s) == c->count)
            strict_say(&l->reader, t, "map.type",
                       "'%.*s' is never disclosed, so nothing of it is delivered: leave it out",
                       SHOWN(t->text));
        else if (s)
            add_out_rule(l, n, c, s, kinds, actions);
    }
}

static void load_left_out(struct loader *l, const struct node *n, struct coverage *c)
{
    for (const struct node *t = strict_each(n, NULL); t; t = strict_each(n, t)) {
        uint64_t kinds = 0;
        if (!strict_is(&l->reader, t, NODE_TEXT, "a record type"))
            continue;
        const struct schema *s = load_type(l, t, t->text, &kinds);
        size_t at = s ? coverage_index(c, s) : c->count;
        if (at < c->count)
            c->left_out[at] |= kinds & all_kinds(s);
    }
}

/* The schemas of the rules of one entry (n) or of all (NULL). */
static size_t covered_by(const struct loader *l, const struct node *n, const struct schema **out)
{
    size_t count = 0;
    for (size_t i = 0; i < l->m->out_rule_count; i++) {
        const struct schema *s = l->m->out_rules[i].schema;
        bool known = n && l->m->out_rules[i].node != n;
        for (size_t k = 0; k < count && !known; k++)
            known = out[k] == s;
        if (!known && count < SCHEMAS_MAX)
            out[count++] = s;
    }
    return count;
}

static void load_rule(struct loader *l, const struct node *common, struct out_rule *r, bool first)
{
    const struct schema *all[SCHEMAS_MAX], *own[SCHEMAS_MAX];
    struct scope s = { .plan = r->schema->plan, .rule = r, .covered = all };
    s.covered_count = covered_by(l, NULL, all);
    load_native_fields(l, common, &s, r, first);
    const struct node *fields = strict_member(r->node, "fields", NODE_MAP);
    s.covered = own;
    s.covered_count = covered_by(l, r->node, own);
    load_native_fields(l, fields, &s, r, true);
    load_closed(l, r);
    load_notice(l, r);
}

static void check_coverage(struct loader *l, const struct node *root, const struct coverage *c)
{
    static const char *const actions[] = { "asserts", "replaces", "retracts" };
    for (size_t i = 0; i < c->count; i++) {
        const struct schema *s = c->schemas[i];
        for (size_t k = 0; k < s->kind_count && k < 64; k++) {
            uint64_t bit = (uint64_t)1 << k;
            const uint64_t *d = c->delivered[i];
            bool any = ((d[0] | d[1] | d[2]) & bit) != 0;
            bool is_left_out = (c->left_out[i] & bit) != 0;
            if (any && is_left_out)
                strict_say(
                    &l->reader, node_get(root, "not_delivered"), "map.coverage",
                    "%.*s.%.*s stands under records and under not_delivered: leave out one of them",
                    SHOWN(s->name), (int)s->kinds[k].n, (const char *)s->kinds[k].p);
            if (!any && !is_left_out)
                strict_say(&l->reader, root, "map.coverage",
                           "nothing says what becomes of %.*s.%.*s: deliver it, or name it under "
                           "not_delivered",
                           SHOWN(s->name), (int)s->kinds[k].n, (const char *)s->kinds[k].p);
            for (unsigned a = 0; any && a < 3; a++)
                if (!(d[a] & bit))
                    strict_say(&l->reader, root, "map.coverage",
                               "%.*s.%.*s has no rule for the action %s: add one under records",
                               SHOWN(s->name), (int)s->kinds[k].n, (const char *)s->kinds[k].p,
                               actions[a]);
        }
    }
}

/* for: without it there is no guess, since each is wrong for the other. */
static void load_readers(struct loader *l, const struct node *head)
{
    const struct node *n = node_get(head, "for");
    bool people = n && slice_equal_text(n->text, "people");
    bool machines = n && slice_equal_text(n->text, "machines");
    bool is_asked = l->m->format->asks_who_reads;
    l->m->options.readers = READERS_UNSAID;
    if (people)
        l->m->options.readers = READERS_PEOPLE;
    if (machines)
        l->m->options.readers = READERS_MACHINES;
    if (n && !is_asked)
        strict_say_key(&l->reader, n, "map.out",
                       "'for' does nothing here: the format %s is the same for all readers",
                       l->m->format->name);
    if (is_asked && !people && !machines)
        strict_say(&l->reader, n ? n : head, "map.out",
                   "'for' is missing: want for: people (what a spreadsheet would run is disarmed) "
                   "or for: machines (exact texts)");
}

static void load_out_head(struct loader *l, const struct node *head)
{
    const struct node *empty = node_get(head, "empty");
    strict_keys(&l->reader, head, &mapping_keys_out_head);
    load_readers(l, head);
    if (empty && !slice_equal_text(empty->text, "keep"))
        strict_say(&l->reader, empty, "map.out", "'empty' takes one word: keep");
    l->m->keeps_empty = empty != NULL;
}

static void list_disclosable(struct loader *l, struct coverage *c)
{
    for (size_t i = 0; i < catalogue_count(l->schemas) && c->count < SCHEMAS_MAX; i++) {
        const struct schema *s = catalogue_at(l->schemas, i);
        if (!s->internal && s->disclosable && s->kind_count)
            c->schemas[c->count++] = s;
    }
}

/* The fields of an entry are compiled for each type that it names; what is wrong with them, or with
 * the common ones, is said once. */
static void load_rules(struct loader *l, const struct node *common)
{
    const struct node *last = NULL;
    for (size_t i = 0; i < l->m->out_rule_count; i++) {
        struct out_rule *r = &l->m->out_rules[i];
        size_t before = l->reader.problems->count;
        if (r->node != last || !problems_any(l->reader.problems))
            load_rule(l, common, r, i == 0);
        if (l->reader.problems->count > before && i == 0)
            common = NULL;
        last = r->node;
    }
}

void load_out(struct loader *l, const struct node *root)
{
    struct coverage *c = ARENA_NEW(l->reader.arena, struct coverage);
    const struct node *records = strict_member(root, "records", NODE_LIST);
    const struct node *common = strict_member(root, "common", NODE_MAP);
    strict_keys(&l->reader, root, &mapping_keys_out_root);
    load_out_head(l, node_get(root, "out"));
    l->m->out_rules = ARENA_ARRAY(l->reader.arena, RULES_MAX, struct out_rule);
    if (!c || !l->m->out_rules) {
        strict_memory(&l->reader);
        return;
    }
    list_disclosable(l, c);
    load_left_out(l, node_get(root, "not_delivered"), c);
    for (const struct node *n = records ? records->first : NULL; n; n = n->next)
        load_record(l, n, c);
    check_coverage(l, root, c);
    load_rules(l, common);
    for (size_t i = 0; !problems_any(l->reader.problems) && i < l->m->out_rule_count; i++)
        load_try(l, &l->m->out_rules[i], common);
}
