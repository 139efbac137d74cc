/* load_in.c - an in mapping: the head, what is common, and the events. */
#include "mapping/inside.h"

/* One field under common: it goes into every event whose record has it. */
struct common {
    const struct node *node;
    struct field *field;
    const struct slot *slot;
};

/* separator: ";" or tab, for a format whose units are opened. */
static void load_separator(struct loader *l, const struct node *n)
{
    static const struct {
        const char *word;
        uint8_t separator;
    } words[] = { { ",", ',' }, { ";", ';' }, { "tab", '\t' }, { "|", '|' } };
    if (!l->m->format->open) {
        strict_say(&l->reader, n, "map.format",
                   "'separator' does nothing here: the format '%s' has none", l->m->format->name);
        return;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (n->kind == NODE_TEXT && slice_equal_text(n->text, words[i].word))
            l->m->options.separator = words[i].separator;
    if (!l->m->options.separator)
        strict_say(&l->reader, n, "map.format",
                   "unknown separator: want one of \",\", \";\", tab, \"|\"");
}

/* empty: [NULL, "\\N"]: what a source writes where it has nothing; [] says that it writes no such
 * word. */
static void load_empty(struct loader *l, const struct node *n)
{
    struct mapping *m = l->m;
    m->says_empty = true;
    m->empty = ARENA_ARRAY(l->reader.arena, strict_count(n) + 1, struct slice);
    if (!m->empty) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *one = strict_each(n, NULL); one; one = strict_each(n, one))
        if (strict_is(&l->reader, one, NODE_TEXT, "each word here"))
            m->empty[m->empty_count++] = one->text;
}

/* Loads the paths at which a message says its type. A mapping without `type:` takes those that
 * not_carried asks about. */
static void load_types(struct loader *l, const struct node *type)
{
    struct mapping *m = l->m;
    if (type)
        m->type = load_refs(l, type, false);
    else
        m->type.list = ARENA_ARRAY(l->reader.arena, m->not_carried.count + 1, struct ref);
    for (size_t i = 0; !type && m->type.list && i < m->not_carried.count; i++)
        m->type.list[m->type.count++] = m->not_carried.list[i].ref;
    const char *path = m->type.count ? "" : "type";
    for (size_t i = 0; i < m->type.count; i++)
        path = arena_format(l->reader.arena, "%s%s%.*s", path, i ? "^" : "",
                            SHOWN(m->type.list[i].text));
    m->type_path = slice_text(path);
}

static void load_head(struct loader *l, const struct node *head)
{
    struct mapping *m = l->m;
    strict_keys(&l->reader, head, &mapping_keys_in_head);
    const struct node *separator = node_get(head, "separator"), *empty = node_get(head, "empty");
    if (separator)
        load_separator(l, separator);
    if (empty)
        load_empty(l, empty);
    const struct node *id = node_get(head, "id"), *type = node_get(head, "type");
    const struct node *not_carried = node_get(head, "not_carried");
    if (id)
        m->id = load_refs(l, id, false);
    else
        strict_say(&l->reader, head, "map.id",
                   "the mapping does not say by what a message that is sent again is known: want "
                   "'id:' with its paths");
    if (not_carried)
        m->not_carried = load_conditions(l, not_carried, false);
    load_types(l, type);
}

static bool same_shape(const struct slot *a, const struct slot *b)
{
    if (a->type != b->type || a->nullable != b->nullable || a->is_time_ms != b->is_time_ms)
        return false;
    bool has_items = a->item != NULL;
    if (has_items != (b->item != NULL))
        return false;
    return !has_items || plan_slots(a->item) == plan_slots(b->item);
}

/* The slot beside one, that tells more of it. */
static int companion_of(struct loader *l, const struct plan *plan, const struct field *f)
{
    const char *suffix = NULL;
    if (conversion_is_time(f->as))
        suffix = "_precision";
    else if (f->status.count)
        suffix = "_status";
    if (!suffix)
        return -1;
    char *path =
        arena_format(l->reader.arena, "%.*s%s", (int)f->path.n, (const char *)f->path.p, suffix);
    return path ? plan_slot(plan, slice_text(path)) : -1;
}

static void add_setter(struct loader *l, struct rule *r, const struct node *n,
                       const struct field *f, int slot)
{
    if (r->setter_count == FIELDS_MAX) {
        strict_say(&l->reader, n, "map.limit", "an event is filled with more than %d fields",
                   FIELDS_MAX);
        return;
    }
    r->setters[r->setter_count++] = (struct setter){ f, slot, companion_of(l, r->schema->plan, f) };
}

/* What is gone from a snapshot has no subject any more, only its key. */
static void load_by(struct loader *l, const struct node *n, struct rule *r)
{
    const struct node *by = node_get(n, "by"), *was = node_get(n, "was");
    const bool optional = l->optional;
    r->by_subject = by != NULL;
    if (by && (by->kind != NODE_TEXT || !slice_equal_text(by->text, "subject")))
        strict_say(&l->reader, by, "map.changed", "'by' takes one word: subject");
    if (by && node_get(n, "vanished"))
        strict_say(&l->reader, by, "map.changed",
                   "'by: subject' does not fit 'vanished', since a row that is gone has no "
                   "subject: want key alone");
    if (!was)
        return;
    l->optional = true;
    r->was = load_refs(l, was, false);
    l->optional = optional;
    if (!by || r->was.count > CHANGED_WAS_MAX)
        strict_say(&l->reader, was, "map.changed",
                   "'was' must have at most %d paths, with by: subject beside them",
                   CHANGED_WAS_MAX);
}

static void load_changed(struct loader *l, const struct node *n, const struct node *emit,
                         struct rule *r)
{
    strict_keys(&l->reader, n, &mapping_keys_changed);
    const struct node *key = node_get(n, "key"), *of = node_get(n, "of");
    const struct node *name = node_get(n, "name"), *first = node_get(n, "first");
    const struct node *vanished = node_get(n, "vanished");
    const struct node *by = node_get(n, "by");
    if ((!key && !by) || !of) {
        strict_say(&l->reader, n, "map.changed",
                   "'changed' does not say what is compared: want key (or by: subject), and of");
        return;
    }
    r->has_changed = true;
    if (key)
        r->key = load_refs(l, key, false);
    r->of = load_refs(l, of, false);
    load_by(l, n, r);
    r->memory = name && strict_is(&l->reader, name, NODE_TEXT, "'name'") ? name->text : emit->text;
    r->is_quiet = first != NULL;
    if (first && !slice_equal_text(first->text, "quiet"))
        strict_say(&l->reader, first, "map.changed", "'first' takes one word: quiet");
    if (vanished && !slice_equal_text(vanished->text, "ask"))
        strict_say(&l->reader, vanished, "map.changed", "'vanished' takes one word: ask");
    r->asks = vanished != NULL;
    if (vanished)
        l->m->is_snapshot = true;
}

static void load_event(struct loader *l, const struct node *n, struct rule *r)
{
    strict_keys(&l->reader, n, &mapping_keys_in_event);
    const struct node *on = node_get(n, "on"), *emit = node_get(n, "emit");
    const struct node *changed = node_get(n, "changed");
    if (!emit || emit->kind != NODE_TEXT) {
        strict_say(&l->reader, emit ? emit : n, "map.kind",
                   "this rule does not say which event it makes: want emit: TYPE.KIND");
        return;
    }
    uint64_t kinds = 0;
    r->schema = load_type(l, emit, emit->text, &kinds);
    if (!r->schema)
        return;
    size_t dot = slice_find(emit->text, '.');
    r->kind = slice_from(emit->text, dot + 1);
    if (dot == emit->text.n)
        strict_say(&l->reader, emit, "map.kind", "'emit' names no kind of event: want TYPE.KIND");
    r->setters = ARENA_ARRAY(l->reader.arena, FIELDS_MAX, struct setter);
    if (!r->setters) {
        strict_memory(&l->reader);
        return;
    }
    if (on)
        r->on = load_conditions(l, on, false);
    const struct node *action = node_get(n, "action");
    r->action = action && load_action(l, action) ? action->text : SLICE("asserts");
    if (changed)
        load_changed(l, changed, emit, r);
}

static void load_own_fields(struct loader *l, const struct node *n, struct rule *r)
{
    const struct node *fields = strict_member(n, "fields", NODE_MAP);
    for (const struct node *c = fields ? fields->first : NULL; c; c = c->next) {
        struct field *f = load_field(l, c, r->schema->plan, false);
        if (!f)
            continue;
        f->bounds = rule_allows(r);
        add_setter(l, r, c, f, f->slot);
    }
}

static bool is_set_by(const struct rule *r, int slot)
{
    for (size_t i = 0; i < r->setter_count; i++)
        if (r->setters[i].slot == slot)
            return true;
    return false;
}

/* Whether a common field bounds what the rule allows: it is then read as the rule's own, since a no
 * of the same mapping may leave it out. */
static bool is_bound(const struct rule *r, struct slice path)
{
    return rule_allows(r) &&
           (slice_equal_text(path, "header.occurred") || slice_starts(path, SLICE("consent.")) ||
            slice_starts(path, SLICE("restriction.")));
}

static void add_bound(struct loader *l, struct rule *r, const struct node *n, int slot)
{
    struct field *f = load_field(l, n, r->schema->plan, false);
    if (!f)
        return;
    f->bounds = true;
    add_setter(l, r, n, f, slot);
}

/* Gives a rule the common fields that its record has and its own fields do not set. */
static void add_common(struct loader *l, struct rule *r, struct common *all, size_t n)
{
    const struct plan *plan = r->schema->plan;
    for (size_t i = 0; i < n; i++) {
        struct common *c = &all[i];
        int slot = plan_slot(plan, c->node->key);
        if (slot < 0)
            continue;
        const struct slot *s = plan_slot_at(plan, (size_t)slot);
        if (!c->slot) {
            c->slot = s;
            c->field = load_field(l, c->node, plan, false);
            if (c->field)
                c->field->memo = (int)l->m->memo_count++;
        }
        if (!c->field || is_set_by(r, slot))
            continue;
        if (is_bound(r, c->node->key))
            add_bound(l, r, c->node, slot);
        else if (same_shape(s, c->slot))
            add_setter(l, r, c->node, c->field, slot);
        else
            strict_say_key(
                &l->reader, c->node, "map.common",
                "'%.*s' cannot stand under common: it has not the same type in all records",
                SHOWN(c->node->key));
    }
}

/* Whether `other` keeps the whole value that f looks up in a table. */
static bool has_whole(const struct field *other, const struct field *f)
{
    if (!other || other == f || other->table || other->kind != f->kind)
        return false;
    if (f->from.count != 1 || other->from.count == 0)
        return false;
    return slice_equal(other->from.list[0].text, f->from.list[0].text);
}

/* Notes fields whose table may miss without a loss: a postcode that says "no fixed abode" by one
 * value is kept whole as a postcode. */
static void note_kept(struct common *all, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct field *f = all[i].field;
        bool only_picks = f && f->table && f->miss == MISS_LEAVE;
        if (!only_picks)
            continue;
        for (size_t j = 0; j < n; j++)
            if (has_whole(all[j].field, f))
                f->is_kept_elsewhere = true;
    }
}

static void load_common(struct loader *l, const struct node *common)
{
    struct common *all = ARENA_ARRAY(l->reader.arena, common->count + 1, struct common);
    size_t n = 0;
    if (!all) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *c = common->first; c; c = c->next)
        all[n++].node = c;
    for (size_t i = 0; i < l->m->rule_count; i++)
        add_common(l, &l->m->rules[i], all, n);
    note_kept(all, n);
    for (size_t i = 0; l->m->rule_count && i < n; i++)
        if (!all[i].slot)
            strict_say_key(&l->reader, all[i].node, "map.record-path",
                           "unknown field '%.*s': no record that this mapping makes has it",
                           (int)all[i].node->key.n, (const char *)all[i].node->key.p);
}

void load_in(struct loader *l, const struct node *root)
{
    strict_keys(&l->reader, root, &mapping_keys_in_root);
    load_head(l, node_get(root, "in"));
    const struct node *common = strict_member(root, "common", NODE_MAP),
                      *events = node_get(root, "events");
    if (!events || events->kind != NODE_LIST || !events->first) {
        strict_say(&l->reader, events ? events : root, "map.events",
                   "the mapping makes no event: want a list under 'events'");
        return;
    }
    l->m->rules = ARENA_ARRAY(l->reader.arena, events->count, struct rule);
    if (!l->m->rules) {
        strict_memory(&l->reader);
        return;
    }
    for (const struct node *n = events->first; n; n = n->next) {
        struct rule *r = &l->m->rules[l->m->rule_count];
        load_event(l, n, r);
        r->node = n;
        if (!r->schema || !r->setters) {
            *r = (struct rule){ .action = { NULL, 0 } };
            continue;
        }
        load_own_fields(l, n, r);
        l->m->rule_count++;
    }
    if (common)
        load_common(l, common);
    load_environment(l);
    load_watched(l);
    load_memory(l);
}
