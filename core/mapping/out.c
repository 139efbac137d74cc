/* out.c - one record through an out mapping: the tree that its format renders. */
#include "mapping/inside.h"

#define TEXT_BYTES_MAX ((size_t)1 << 20)

static bool native_refuse(const struct native *f, const char *why, struct err *e)
{
    return err_set(e, ERR_REJECT, "map.value", 0, "cannot write '%.*s': %s", (int)f->path.n,
                   (const char *)f->path.p, why);
}

/* What the mapping says of a value that does not fit: a word instead, nothing, or no delivery. */
static bool native_miss(const struct out_run *r, const struct native *f, const char *why,
                        struct node **out, struct err *e)
{
    if (f->miss == MISS_REFUSE && !r->is_trial)
        return native_refuse(f, why, e);
    if (f->miss == MISS_WORD || r->is_trial) {
        *out = node_new_text(r->a, f->miss == MISS_WORD ? f->word : SLICE("x"));
        return *out ? true : err_memory(e);
    }
    return true;
}

/* The first value that is not null. */
static bool pick_not_null(struct out_run *r, const struct native *f, struct out_value *v,
                          struct err *e)
{
    bool cleared = false;
    *v = (struct out_value){ .is_null = true };
    for (size_t i = 0; v->is_null && i < f->from_count; i++) {
        if (!out_value(r, &f->from[i], v, e))
            return false;
        cleared = cleared || v->is_cleared;
    }
    v->is_cleared = v->is_null && cleared;
    return true;
}

/* Truth and numbers stay what they are unless the mapping makes them texts. */
static bool put_native_value(struct out_run *r, const struct native *f, const struct out_value *v,
                             struct slice text, struct node **out, struct err *e)
{
    bool as_it_is = !f->table && f->as == AS_TEXT && !v->is_time;
    if (as_it_is && v->type == SLOT_BOOLEAN)
        *out = node_new_bool(r->a, slice_equal_text(text, "true"));
    else
        *out = node_new_text(r->a, text);
    if (!*out)
        return err_memory(e);
    if (as_it_is && (v->type == SLOT_INT || v->type == SLOT_LONG))
        (*out)->kind = NODE_NUMBER;
    return true;
}

static bool write_from(struct out_run *r, const struct native *f, struct node **out, struct err *e)
{
    struct out_value v;
    struct slice text;
    if (!pick_not_null(r, f, &v, e))
        return false;
    if (v.is_cleared) {
        *out = node_new(r->a, NODE_NULL);
        return *out ? true : err_memory(e);
    }
    if (v.is_null)
        return true;
    if (!out_text(r, &v, f->as, &text, e))
        return e->fate == ERR_NONE && native_miss(r, f, "it does not fit its conversion", out, e);
    if (f->table) {
        const struct slice *to = table_find(f->table, text);
        if (!to)
            return native_miss(r, f, "its table lacks this word", out, e);
        text = *to;
    }
    return put_native_value(r, f, &v, text, out, e);
}

/* Lines that have all their values, joined by line ends. */
static bool write_text(struct out_run *r, const struct native *f, struct node **out, struct err *e)
{
    struct buf text;
    size_t lines = 0;
    bool good = true;
    buf_init(&text, TEXT_BYTES_MAX);
    for (size_t i = 0; good && i < f->line_count; i++) {
        size_t start = text.n;
        bool fits = false;
        if (lines)
            buf_byte(&text, '\n');
        good = out_template(r, &f->lines[i], &text, &fits, e);
        if (!fits && !text.failed)
            text.n = start;
        lines += fits;
    }
    good = good && buf_done(&text, e);
    if (good && lines) {
        struct slice copy = arena_copy(r->a, buf_slice(&text));
        *out = copy.p ? node_new_text(r->a, copy) : NULL;
        good = *out ? true : err_memory(e);
    }
    buf_release(&text);
    return good;
}

static bool write_fields(struct out_run *r, const struct native *fields, size_t n,
                         struct node *into, bool keeps_empty, struct err *e);

static bool write_item(struct out_run *r, const struct native *f, struct node *list, struct err *e)
{
    struct node *item =
        f->item_count ? node_new(r->a, NODE_MAP) : node_new_text(r->a, r->item_text);
    if (!item)
        return err_memory(e);
    node_add(list, item);
    return !f->item_count || write_fields(r, f->items, f->item_count, item, false, e);
}

static bool write_each(struct out_run *r, const struct native *f, struct node **out, struct err *e)
{
    const struct view *items = NULL;
    const struct slice *texts = NULL;
    size_t n = 0;
    if (f->slot < 0 || view_is_null(r->v, (size_t)f->slot))
        return true;
    bool records = plan_slot_at(r->v->plan, (size_t)f->slot)->item != NULL;
    bool good = records ? view_items(r->v, (size_t)f->slot, r->a, &items, &n, e)
                        : view_strings(r->v, (size_t)f->slot, r->a, &texts, &n, e);
    if (!good)
        return false;
    *out = node_new(r->a, NODE_LIST);
    if (!*out)
        return err_memory(e);
    for (size_t i = 0; good && i < n; i++) {
        r->item = records ? &items[i] : NULL;
        r->item_text = records ? (struct slice){ NULL, 0 } : texts[i];
        good = write_item(r, f, *out, e);
    }
    r->item = NULL;
    return good;
}

/* Whether all that the field asks of the record holds; of a made-up record it does. */
static bool gates_open(struct out_run *r, const struct native *f, bool *open, struct err *e)
{
    *open = true;
    for (size_t i = 0; i < f->when_count && !r->is_trial; i++) {
        const struct gate *g = &f->when[i];
        struct out_value v;
        struct slice text;
        if (!out_value(r, &g->of, &v, e))
            return false;
        bool is_there = !v.is_null && out_text(r, &v, AS_TEXT, &text, e);
        if (e->fate != ERR_NONE)
            return false;
        bool is_said = is_there && slice_is_one_of(text, g->words, g->word_count);
        *open = *open && is_said != g->is_not;
    }
    return true;
}

static bool write_native(struct out_run *r, const struct native *f, struct node **out,
                         struct err *e)
{
    bool open;
    if (!gates_open(r, f, &open, e))
        return false;
    if (!open)
        return true;
    switch (f->kind) {
    case NATIVE_EACH:
        return write_each(r, f, out, e);
    case NATIVE_TEXT:
        return write_text(r, f, out, e);
    default:
        return write_from(r, f, out, e);
    }
}

static bool write_fields(struct out_run *r, const struct native *fields, size_t n,
                         struct node *into, bool keeps_empty, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct node *value = NULL;
        if (!write_native(r, &fields[i], &value, e))
            return false;
        if (!value && keeps_empty) {
            value = node_new_text(r->a, SLICE(""));
            if (!value)
                return err_memory(e);
        }
        if (value)
            node_put(into, fields[i].path, value);
    }
    return true;
}

/* Whether the rule is for that kind, by name; a rule has bits for the first 64 kinds of its
 * schema. */
static bool rule_has_kind(const struct out_rule *r, struct slice kind)
{
    for (size_t k = 0; k < r->schema->kind_count && k < 64; k++)
        if (((r->kinds >> k) & 1) && slice_equal(r->schema->kinds[k], kind))
            return true;
    return false;
}

static const struct out_rule *rule_for(const struct mapping *m, const struct view *v)
{
    const struct header_slots *h = plan_header(v->plan);
    if (!h)
        return NULL;
    struct slice kind = view_text(v, (size_t)h->kind);
    unsigned action = action_named(view_text(v, (size_t)h->action));
    for (size_t i = 0; i < m->out_rule_count; i++) {
        const struct out_rule *r = &m->out_rules[i];
        bool fits = r->schema->plan == v->plan && (r->actions & action);
        if (fits && rule_has_kind(r, kind))
            return r;
    }
    return NULL;
}

bool out_by(struct out_run *r, const struct out_rule *rule, struct node **tree, struct err *e)
{
    const struct header_slots *h = plan_header(r->v->plan);
    if (!view_strings(r->v, (size_t)h->cleared, r->a, &r->cleared, &r->cleared_count, e))
        return false;
    *tree = node_new(r->a, NODE_MAP);
    if (!*tree)
        return err_memory(e);
    return write_fields(r, rule->fields, rule->field_count, *tree, r->m->keeps_empty, e);
}

bool mapping_delivers(const struct mapping *m, const struct schema *s, struct slice kind)
{
    for (size_t i = 0; i < m->out_rule_count; i++) {
        const struct out_rule *r = &m->out_rules[i];
        if (r->schema->plan == s->plan && rule_has_kind(r, kind))
            return true;
    }
    return false;
}

bool mapping_out(const struct mapping *m, struct arena *a, const struct view *v,
                 const struct mapping_own *own, struct node **tree, bool *fits, struct err *e)
{
    const struct out_rule *rule = rule_for(m, v);
    struct out_run r = { .m = m, .a = a, .v = v, .own = own };
    *fits = rule != NULL;
    return !rule || out_by(&r, rule, tree, e);
}
