/* generate_expression.c - random conditions, well typed, over the fields of given event types. */
#include <stdlib.h>

#include "reference.h"

struct maker {
    struct arena *arena;
    struct ref_random *random;
    const struct ref_scope *scope;
    bool has_addressee;
    struct field *fields; /* those that every type has, of one type */
    size_t field_count;
};

struct field {
    const char *path;
    enum ref_type type;
    bool is_record_list; /* for has() only */
    const struct slot *slot;
};

uint64_t ref_next(struct ref_random *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

size_t ref_below(struct ref_random *r, size_t n)
{
    return n ? (size_t)(ref_next(r) % n) : 0;
}

bool ref_chance(struct ref_random *r, unsigned percent)
{
    return ref_below(r, 100) < percent;
}

static size_t below(const struct maker *m, size_t n)
{
    return ref_below(m->random, n);
}

/* ---- fields ---- */

static bool read_slot(struct arena *a, const struct slot *s, struct field *out)
{
    bool is_array = s->type == SLOT_ARRAY;
    *out = (struct field){ .slot = s, .is_record_list = is_array && s->item };
    out->path = arena_text(a, slice_head(s->path, s->path.n - (is_array ? 2 : 0)));
    switch (s->type) {
    case SLOT_STRING:
    case SLOT_ENUM:
        out->type = REF_TEXT;
        return true;
    case SLOT_INT:
    case SLOT_LONG:
        out->type = s->is_time_ms ? REF_TIME : REF_NUMBER;
        return true;
    case SLOT_BOOLEAN:
        out->type = REF_BOOL;
        return true;
    case SLOT_ARRAY:
        out->type = REF_TEXTS;
        return true;
    default:
        return false;
    }
}

static bool every_type_has(const struct ref_scope *s, const struct slot *wanted)
{
    for (size_t i = 0; i < s->share.n; i++) {
        const struct plan *p = catalogue_at(s->catalogue, s->share.at[i].schema)->plan;
        int slot = plan_slot(p, wanted->path);
        const struct slot *found = slot < 0 ? NULL : plan_slot_at(p, (size_t)slot);
        if (!found || found->type != wanted->type || found->is_time_ms != wanted->is_time_ms)
            return false;
    }
    return true;
}

static bool has_addressee(const struct ref_scope *s, size_t schema)
{
    const struct plan *p = catalogue_at(s->catalogue, schema)->plan;
    for (size_t i = 0; i < plan_slots(p); i++)
        if (slice_equal_text(catalogue_category(s->catalogue, plan_slot_at(p, i)->category),
                             "referral.addressee"))
            return true;
    return false;
}

static void collect_fields(struct maker *m)
{
    const struct ref_scope *s = m->scope;
    const struct plan *p = catalogue_at(s->catalogue, s->share.at[0].schema)->plan;
    m->fields = ARENA_ARRAY(m->arena, plan_slots(p), struct field);
    for (size_t i = 0; i < plan_slots(p); i++)
        if (every_type_has(s, plan_slot_at(p, i)) &&
            read_slot(m->arena, plan_slot_at(p, i), &m->fields[m->field_count]))
            m->field_count++;
    m->has_addressee = true;
    for (size_t i = 0; i < s->share.n; i++)
        m->has_addressee &= has_addressee(s, s->share.at[i].schema);
}

/* One of that type; half the time of the event's own part, not of its header. NULL: none. */
static const struct field *pick_field(const struct maker *m, enum ref_type type)
{
    size_t from = below(m, m->field_count);
    for (size_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[(from + i) % m->field_count];
        if (f->type == type && !f->is_record_list)
            return f;
    }
    return NULL;
}

/* ---- terms ---- */

static struct ref_expr *make(const struct maker *m, enum ref_op op, enum ref_type type)
{
    struct ref_expr *x = ARENA_NEW(m->arena, struct ref_expr);
    if (!x)
        abort();
    *x = (struct ref_expr){ .op = op, .type = type };
    x->extra_parentheses = ref_chance(m->random, 10);
    return x;
}

static struct ref_expr *literal(const struct maker *m, enum ref_type type, const char *text,
                                int64_t number)
{
    struct ref_expr *x = make(m, REF_LITERAL, type);
    x->text = text;
    x->number = number;
    return x;
}

/* A text that the field might hold. */
static struct ref_expr *text_for(const struct maker *m, const struct field *f)
{
    if (f && f->slot->vocabulary_count && below(m, 4))
        return literal(
            m, REF_TEXT,
            arena_text(m->arena, f->slot->vocabulary[below(m, f->slot->vocabulary_count)]), 0);
    return literal(m, REF_TEXT, ref_pick_text(m->random, m->scope->bundle), 0);
}

static struct ref_expr *path(const struct maker *m, const struct field *f)
{
    struct ref_expr *x = make(m, REF_PATH, f->type);
    x->text = f->path;
    return x;
}

static int64_t some_number(const struct maker *m)
{
    static const int64_t numbers[] = { -1, 0, 1, 2, 17, 18, 19, 65, 84, 1000000 };
    return numbers[below(m, sizeof numbers / sizeof numbers[0])];
}

static struct ref_expr *time_literal(const struct maker *m)
{
    static const char *const texts[] = { "2026-03-29T00:59:59Z",      "2026-03-29T01:00:00Z",
                                         "2026-04-01T12:00:00Z",      "2026-01-01T00:00:00Z",
                                         "2026-03-29T02:30:00+01:00", "2030-12-31T23:59:59.999Z" };
    struct ref_expr *x = literal(m, REF_TIME, texts[below(m, 6)], 0);
    if (!ref_time(x->text, &x->number))
        abort();
    return x;
}

static struct ref_expr *span_literal(const struct maker *m)
{
    static const struct {
        const char *text;
        int64_t ms;
    } spans[] = { { "1h30m", 5400000 }, { "90m", 5400000 }, { "250ms", 250 }, { "15s", 15000 } };
    size_t n = below(m, 4);
    return literal(m, REF_SPAN, spans[n].text, spans[n].ms);
}

/* A value of that type: a field when there is one, or a literal. */
static struct ref_expr *term(const struct maker *m, enum ref_type type)
{
    const struct field *f = below(m, 10) < 6 ? pick_field(m, type) : NULL;
    if (f)
        return path(m, f);
    if (type == REF_TEXT)
        return text_for(m, NULL);
    if (type == REF_NUMBER && !below(m, 3))
        return make(m, REF_AGE, REF_NUMBER);
    if (type == REF_NUMBER)
        return literal(m, REF_NUMBER, NULL, some_number(m));
    if (type == REF_SPAN)
        return span_literal(m);
    if (below(m, 3) || m->scope->for_cel)
        return time_literal(m);
    struct ref_expr *x = make(m, REF_TIMESTAMP, REF_TIME);
    f = pick_field(m, REF_TEXT);
    x->args[x->count++] = f ? path(m, f) : time_literal(m);
    return f ? x : x->args[0];
}

/* ---- conditions ---- */

static struct ref_expr *condition(const struct maker *m, int depth);

/* A field that names a service, or a service, beside who it may be. */
static struct ref_expr *names(const struct maker *m, struct ref_expr *x, const struct field *f)
{
    const struct ref_bundle *b = m->scope->bundle;
    struct ref_expr *who = make(m, REF_NAME, REF_TEXT);
    size_t left = below(m, 2);
    who->who = below(m, 2) ? REF_RECIPIENT : REF_SOURCE;
    x->op = below(m, 2) ? REF_EQ : REF_NE;
    x->args[left] = who;
    x->args[1 - left] = below(m, 3)
                            ? path(m, f)
                            : literal(m, REF_TEXT, b->services[below(m, b->service_count)].name, 0);
    return x;
}

static struct ref_expr *comparison(const struct maker *m, int depth)
{
    static const enum ref_type types[] = { REF_TEXT,   REF_TEXT, REF_TEXT,
                                           REF_NUMBER, REF_TIME, REF_SPAN };
    struct ref_expr *x = make(m, (enum ref_op)(REF_EQ + below(m, 6)), REF_BOOL);
    x->count = 2;
    if (depth > 1 && !below(m, 8)) {
        x->op = below(m, 2) ? REF_EQ : REF_NE;
        x->args[0] = condition(m, depth - 2);
        x->args[1] = condition(m, depth - 2);
        return x;
    }
    enum ref_type type = types[below(m, 6)];
    const struct field *f = pick_field(m, type);
    if (type == REF_TEXT && f && !below(m, 8))
        return names(m, x, f);
    x->args[0] = f && below(m, 4) ? path(m, f) : term(m, type);
    x->args[1] = type == REF_TEXT && below(m, 3) ? text_for(m, f) : term(m, type);
    return x;
}

static struct ref_expr *membership(const struct maker *m)
{
    struct ref_expr *x = make(m, REF_IN, REF_BOOL);
    x->count = 2;
    enum ref_type type = below(m, 3) ? REF_TEXT : REF_NUMBER;
    const struct field *many = below(m, 2) ? pick_field(m, REF_TEXTS) : NULL;
    const struct field *one = pick_field(m, many ? REF_TEXT : type);
    x->args[0] = one && below(m, 3) ? path(m, one) : term(m, many ? REF_TEXT : type);
    if (many) {
        x->args[1] = path(m, many);
        return x;
    }
    struct ref_expr *list = make(m, REF_LIST, type == REF_TEXT ? REF_TEXTS : REF_NUMBERS);
    size_t wanted = 1 + below(m, REF_ARGS);
    while (list->count < wanted)
        list->args[list->count++] =
            type == REF_TEXT && below(m, 4) ? text_for(m, one) : term(m, type);
    list->extra_parentheses = false;
    x->args[1] = list;
    return x;
}

static int some_who(const struct maker *m)
{
    size_t n = below(m, 10);
    return n < 6   ? REF_RECIPIENT
           : n < 8 ? REF_SOURCE
                   : (int)below(m, m->scope->bundle->service_count);
}

static struct ref_expr *fact(const struct maker *m)
{
    static const enum ref_op ops[] = { REF_KNOWN,       REF_KNOWN,       REF_RELATIONSHIP,
                                       REF_CONSENT,     REF_OBJECTION,   REF_RESTRICTED,
                                       REF_RESPONSIBLE, REF_RESPONSIBLE, REF_ADDRESSED };
    struct ref_expr *x = make(m, ops[below(m, sizeof ops / sizeof ops[0])], REF_BOOL);
    if (x->op == REF_ADDRESSED && !m->has_addressee)
        x->op = REF_KNOWN;
    x->who = some_who(m);
    if (x->op == REF_RELATIONSHIP)
        x->text = ref_relationships[below(m, 4)];
    else if (x->op == REF_CONSENT)
        x->text = m->scope->purpose ? m->scope->purpose : ref_purposes[0];
    else if (x->op == REF_RESTRICTED)
        x->text = ref_restrictions[below(m, 5)];
    else if (x->op == REF_RESPONSIBLE)
        x->text = ref_functions[below(m, 3)];
    return x;
}

static struct ref_expr *about_field(const struct maker *m)
{
    const struct field *f = &m->fields[below(m, m->field_count)];
    struct ref_expr *x = make(m, REF_HAS, REF_BOOL);
    const struct field *flag = pick_field(m, REF_BOOL);
    size_t n = below(m, 4);
    x->text = f->path;
    if (n == 0 && flag)
        return path(m, flag);
    if (n == 1) {
        x->op = REF_STARTS_WITH;
        x->text = NULL;
        x->count = 2;
        x->args[0] = term(m, REF_TEXT);
        x->args[1] = term(m, REF_TEXT);
    }
    return n == 2 && !below(m, 3) ? literal(m, REF_BOOL, NULL, (int64_t)below(m, 2)) : x;
}

static struct ref_expr *condition(const struct maker *m, int depth)
{
    size_t n = below(m, 12);
    if (depth > 0 && n < 5) {
        struct ref_expr *x = make(m, below(m, 2) ? REF_AND : REF_OR, REF_BOOL);
        size_t wanted = 2 + below(m, REF_ARGS - 1);
        while (x->count < wanted)
            x->args[x->count++] = condition(m, depth - 1);
        return x;
    }
    if (depth > 0 && n < 7) {
        struct ref_expr *x = make(m, REF_NOT, REF_BOOL);
        x->number = !m->scope->for_cel && below(m, 2); /* "!a < b", which CEL does not take */
        x->args[x->count++] = condition(m, depth - 1);
        return x;
    }
    if (n < 8)
        return comparison(m, depth);
    if (n < 9)
        return membership(m);
    return n < 11 ? fact(m) : about_field(m);
}

struct ref_expr *ref_random_condition(struct arena *a, struct ref_random *r,
                                      const struct ref_scope *s)
{
    struct maker m = { .arena = a, .random = r, .scope = s };
    collect_fields(&m);
    return condition(&m, (int)ref_below(r, 4));
}
