/* when_compile.c - names and types of a parsed condition, checked once when the bundle is loaded.
 *
 * After this every node has its type, paths have their slot in each schema, constants are
 * folded. */
#include "base/clock.h"
#include "sharing/load/when_compile.h"
#include "sharing/rules/rule_choices.h"

struct checker {
    const struct when_scope *scope;
    struct arena *arena;
    struct when *when;
    struct err *e;
};

static const struct {
    const char *name;
    enum when_type result;
    int arity;
    enum when_type args[2];
    const char *manual;
} functions[WHEN_FUNCTION_COUNT] = {
    [WHEN_KNOWN] = { "known",
                     WHEN_BOOL,
                     1,
                     { WHEN_WHO },
                     "whether the person has any relationship with that service" },
    [WHEN_RELATIONSHIP] = { "relationship",
                            WHEN_BOOL,
                            2,
                            { WHEN_WHO, WHEN_TEXT },
                            "whether they have one of that kind (facts.yaml: opens)" },
    [WHEN_CONSENT] = { "consent",
                       WHEN_BOOL,
                       2,
                       { WHEN_WHO, WHEN_TEXT },
                       "whether they consent to that purpose, the agreement's own, with that "
                       "service" },
    [WHEN_OBJECTION] = { "objection",
                         WHEN_BOOL,
                         1,
                         { WHEN_WHO },
                         "whether they object to that service's getting anything" },
    [WHEN_RESTRICTED] = { "restricted",
                          WHEN_BOOL,
                          2,
                          { WHEN_SUBJECT, WHEN_TEXT },
                          "whether a restriction of that kind stands (facts.yaml: restricts, "
                          "dies)" },
    [WHEN_RESPONSIBLE] = { "responsible",
                           WHEN_BOOL,
                           2,
                           { WHEN_WHO, WHEN_TEXT },
                           "whether that service answers for them in that function (facts.yaml)" },
    [WHEN_ADDRESSED] = { "addressed",
                         WHEN_BOOL,
                         1,
                         { WHEN_WHO },
                         "whether the event names that service as its addressee" },
    [WHEN_AGE] = { "age",
                   WHEN_NUMBER,
                   0,
                   { WHEN_WHO },
                   "the person's age in years; unknown when the birth date is partial or missing" },
    [WHEN_STARTS_WITH] = { "startsWith",
                           WHEN_BOOL,
                           2,
                           { WHEN_TEXT, WHEN_TEXT },
                           "whether the first text begins with the second" },
    [WHEN_DURATION] = { "duration",
                        WHEN_SPAN,
                        1,
                        { WHEN_TEXT },
                        "a span of time, to be compared with another" },
    [WHEN_TIMESTAMP] = { "timestamp",
                         WHEN_TIME,
                         1,
                         { WHEN_TEXT },
                         "a moment, to be compared with another" },
};

bool when_signature(size_t i, struct when_signature *out)
{
    static const char *const types[] = {
        [WHEN_BOOL] = "yes or no",  [WHEN_TEXT] = "TEXT", [WHEN_NUMBER] = "number",
        [WHEN_TIME] = "time",       [WHEN_SPAN] = "span", [WHEN_TEXTS] = "texts",
        [WHEN_NUMBERS] = "numbers", [WHEN_WHO] = "WHO",   [WHEN_SUBJECT] = "subject",
    };
    if (i >= WHEN_FUNCTION_COUNT)
        return false;
    *out = (struct when_signature){ functions[i].name,
                                    types[functions[i].result],
                                    functions[i].manual,
                                    functions[i].arity,
                                    { NULL, NULL } };
    for (int k = 0; k < functions[i].arity; k++)
        out->args[k] = types[functions[i].args[k]];
    return true;
}

static bool check_node(struct checker *k, struct when_node *n);

static bool bad_name(struct checker *k, const struct when_node *n, const char *what)
{
    return err_set(k->e, ERR_REJECT, "when.name", n->at, "unknown %s '%.*s'", what, SHOWN(n->text));
}

/* Names what it may be, the nearest first. */
static bool bad_word(struct checker *k, const struct when_node *n, const char *what,
                     const struct choices_at *choices)
{
    char list[110];
    return err_set(k->e, ERR_REJECT, "when.name", n->at, "unknown %s '%.*s': it has %s", what,
                   SHOWN(n->text), nearest_list_at(n->text, choices, list, sizeof list));
}

static bool bad_service(struct checker *k, const struct when_node *n)
{
    const struct choices_at services = choices_of_services(k->scope->bundle);
    return bad_word(k, n, "service", &services);
}

static bool bad_field(struct checker *k, const struct when_node *n, const struct plan *p)
{
    char list[90];
    const struct choices_at fields = choices_of_fields(p);
    return err_set(k->e, ERR_REJECT, "when.name", n->at, "'%s' has no field '%.*s': it has %s",
                   plan_name(p), (int)(n->text.n < 60 ? n->text.n : 60), (const char *)n->text.p,
                   nearest_list_at(n->text, &fields, list, sizeof list));
}

static bool bad_type(struct checker *k, const struct when_node *n, const char *what)
{
    return err_set(k->e, ERR_REJECT, "when.type", n->at, "cannot use the condition: %s", what);
}

static bool slot_type(const struct slot *s, enum when_type *out)
{
    switch (s->type) {
    case SLOT_STRING:
    case SLOT_ENUM:
        *out = WHEN_TEXT;
        return true;
    case SLOT_INT:
    case SLOT_LONG:
        *out = s->is_time_ms ? WHEN_TIME : WHEN_NUMBER;
        return true;
    case SLOT_BOOLEAN:
        *out = WHEN_BOOL;
        return true;
    case SLOT_ARRAY:
        *out = WHEN_TEXTS;
        return s->item == NULL;
    default:
        return false;
    }
}

static bool check_path(struct checker *k, struct when_node *n, bool needs_type)
{
    const struct catalogue *c = k->scope->bundle->catalogue;
    int16_t *slots = ARENA_ARRAY(k->arena, catalogue_count(c), int16_t);
    bool is_typed = false;
    if (!slots)
        return err_memory(k->e);
    for (size_t i = 0; i < catalogue_count(c); i++) {
        slots[i] = -1;
        if (!k->scope->schemas[i])
            continue;
        const struct plan *p = catalogue_at(c, i)->plan;
        int slot = plan_field(p, n->text);
        if (slot < 0)
            return bad_field(k, n, p);
        enum when_type type = WHEN_BOOL;
        bool has_type = slot_type(plan_slot_at(p, (size_t)slot), &type);
        bool has_one_type = has_type && (!is_typed || type == n->type);
        if (needs_type && !has_one_type)
            return bad_type(k, n, "this field cannot be compared");
        n->type = type;
        is_typed = true;
        slots[i] = (int16_t)slot;
    }
    k->when->uses_event = true;
    n->slots = slots;
    return true;
}

static bool check_variable(struct checker *k, struct when_node *n)
{
    n->type = WHEN_WHO;
    if (slice_equal_text(n->text, "recipient")) {
        n->number = WHEN_RECIPIENT;
    } else if (slice_equal_text(n->text, "source")) {
        n->number = WHEN_SOURCE;
        k->when->uses_event = true;
    } else if (slice_equal_text(n->text, "subject")) {
        n->type = WHEN_SUBJECT;
    } else {
        return check_path(k, n, true);
    }
    n->op = WHEN_LITERAL;
    return true;
}

static bool check_list(struct checker *k, struct when_node *n)
{
    for (struct when_node *item = n->args; item; item = item->next) {
        if (!check_node(k, item))
            return false;
        bool may_be_listed = item->type == WHEN_TEXT || item->type == WHEN_NUMBER;
        if (!may_be_listed || item->type != n->args->type)
            return bad_type(k, item, "a list holds texts, or numbers");
    }
    n->type = n->args->type == WHEN_TEXT ? WHEN_TEXTS : WHEN_NUMBERS;
    return true;
}

static bool is_ordered(enum when_type t)
{
    return t == WHEN_TEXT || t == WHEN_NUMBER || t == WHEN_TIME || t == WHEN_SPAN;
}

static bool is_equality(const struct when_node *n)
{
    return n->op == WHEN_EQ || n->op == WHEN_NE;
}

/* "service.provider == recipient": who it is, by the name of the service. */
static bool check_names(struct checker *k, struct when_node *who, struct when_node *text)
{
    who->op = WHEN_NAME;
    who->type = WHEN_TEXT;
    if (text->op != WHEN_LITERAL || bundle_service(k->scope->bundle, text->text) >= 0)
        return true;
    return bad_service(k, text);
}

static bool check_in(struct checker *k, const struct when_node *n)
{
    enum when_type item = n->args->type, list = n->args->next->type;
    bool fits =
        (item == WHEN_TEXT && list == WHEN_TEXTS) || (item == WHEN_NUMBER && list == WHEN_NUMBERS);
    return fits || bad_type(k, n, "'in' takes a text and texts, or a number and numbers");
}

static bool check_comparison(struct checker *k, struct when_node *n)
{
    struct when_node *left = n->args, *right = left->next;
    if (!check_node(k, left) || !check_node(k, right))
        return false;
    n->type = WHEN_BOOL;
    if (n->op == WHEN_IN)
        return check_in(k, n);
    bool is_equal_or_not = is_equality(n);
    if (is_equal_or_not && left->type == WHEN_WHO && right->type == WHEN_TEXT)
        return check_names(k, left, right);
    if (is_equal_or_not && left->type == WHEN_TEXT && right->type == WHEN_WHO)
        return check_names(k, right, left);
    if (left->type != right->type)
        return bad_type(k, n, "the two sides differ in type");
    if (is_ordered(left->type))
        return true;
    if (is_equal_or_not && left->type == WHEN_BOOL)
        return true;
    return bad_type(k, n, "these cannot be compared");
}

/* "1h30m", "90s", "250ms" as CEL writes a duration. */
static bool parse_span(struct slice s, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = { { "ms", 1 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 } };
    size_t at = 0;
    *ms = 0;
    while (at < s.n) {
        size_t from = at;
        while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
            at++;
        uint64_t count = 0;
        if (!slice_to_u64(slice_of(s.p + from, at - from), &count) || count > 1000000000)
            return false;
        size_t u = 0;
        while (u < 4 && !slice_starts(slice_from(s, at), slice_text(units[u].unit)))
            u++;
        if (u == 4)
            return false;
        at += strlen(units[u].unit);
        *ms += (int64_t)count * units[u].ms;
    }
    return s.n > 0;
}

static bool parse_moment(struct slice s, int64_t *ms)
{
    struct moment m;
    if (!time_from_iso(s, &m) || m.precision < TIME_MINUTE)
        return false;
    *ms = m.ms;
    return true;
}

static bool fold_time(struct checker *k, struct when_node *n)
{
    struct when_node *text = n->args;
    if (text->op != WHEN_LITERAL)
        return n->function == WHEN_TIMESTAMP || bad_type(k, n, "duration() takes a literal");
    bool is_read = n->function == WHEN_DURATION ? parse_span(text->text, &n->number)
                                                : parse_moment(text->text, &n->number);
    if (!is_read)
        return bad_type(k, text, "a time or duration that cannot be read");
    n->op = WHEN_LITERAL;
    return true;
}

/* The word of a vocabulary that a function takes as its second argument. */
static bool check_kind(struct checker *k, const struct when_node *n)
{
    const struct when_scope *s = k->scope;
    const struct words *words = NULL;
    const char *what = "";
    switch (n->function) {
    case WHEN_RELATIONSHIP:
        words = &s->relationships;
        what = "kind of relationship";
        break;
    case WHEN_CONSENT:
        words = &s->purposes;
        what = "purpose of this agreement";
        break;
    case WHEN_RESTRICTED:
        words = &s->restrictions;
        what = "kind of restriction";
        break;
    case WHEN_RESPONSIBLE:
        words = &s->functions;
        what = "function";
        break;
    default:
        return true;
    }
    const struct when_node *word = n->args->next;
    if (word->op != WHEN_LITERAL)
        return bad_type(k, word, "a literal text is needed here");
    const struct choices_at choices = words_choices(words);
    return words_have(words, word->text) || bad_word(k, word, what, &choices);
}

/* addressed(): every type must have a field that names an addressee. */
static bool check_addressed(struct checker *k, struct when_node *n)
{
    const struct catalogue *c = k->scope->bundle->catalogue;
    struct categories addressee = { { 0 } };
    if (!catalogue_categories(c, SLICE("referral.addressee"), &addressee))
        return bad_name(k, n, "function here, no schema has an addressee:");
    for (size_t i = 0; i < catalogue_count(c); i++) {
        struct categories all = { { 0 } };
        if (!k->scope->schemas[i])
            continue;
        schema_categories(catalogue_at(c, i), &all);
        categories_keep(&all, &addressee);
        if (categories_is_empty(&all))
            return err_set(k->e, ERR_REJECT, "when.name", n->at, "'%s' has no addressee",
                           plan_name(catalogue_at(c, i)->plan));
    }
    return true;
}

/* A service written as a text where a WHO is wanted. */
static bool check_who(struct checker *k, struct when_node *arg)
{
    if (arg->op != WHEN_LITERAL || arg->type != WHEN_TEXT)
        return false;
    int service = bundle_service(k->scope->bundle, arg->text);
    arg->type = WHEN_WHO;
    arg->number = service;
    return service >= 0 || bad_service(k, arg);
}

static bool check_arguments(struct checker *k, struct when_node *n)
{
    int count = 0;
    for (struct when_node *arg = n->args; arg; arg = arg->next, count++) {
        if (!check_node(k, arg))
            return false;
        if (count >= functions[n->function].arity)
            return bad_type(k, arg, "too many arguments");
        enum when_type wanted = functions[n->function].args[count];
        if (arg->type == wanted)
            continue;
        if (wanted == WHEN_WHO && check_who(k, arg))
            continue;
        return bad_type(k, arg, "an argument of the wrong type");
    }
    return count == functions[n->function].arity || bad_type(k, n, "too few arguments");
}

static bool bad_function(struct checker *k, const struct when_node *n)
{
    char list[110];
    const struct choices choices = { &functions->name, sizeof functions[0], WHEN_FUNCTION_COUNT };
    return err_set(k->e, ERR_REJECT, "when.name", n->at, "unknown function '%.*s': it has %s",
                   SHOWN(n->text), nearest_list(n->text, &choices, list, sizeof list));
}

static bool check_call(struct checker *k, struct when_node *n)
{
    size_t f = 0;
    while (f < WHEN_FUNCTION_COUNT && !slice_equal_text(n->text, functions[f].name))
        f++;
    if (f == WHEN_FUNCTION_COUNT)
        return bad_function(k, n);
    n->function = (enum when_function)f;
    n->type = functions[f].result;
    if (!check_arguments(k, n))
        return false;
    if (n->function <= WHEN_RESPONSIBLE)
        k->when->uses_facts = true;
    if (n->function == WHEN_ADDRESSED || n->function == WHEN_AGE)
        k->when->uses_event = true;
    if (n->function == WHEN_ADDRESSED)
        return check_addressed(k, n);
    if (n->function == WHEN_DURATION || n->function == WHEN_TIMESTAMP)
        return fold_time(k, n);
    return check_kind(k, n);
}

static bool check_logic(struct checker *k, struct when_node *n)
{
    n->type = WHEN_BOOL;
    for (struct when_node *arg = n->args; arg; arg = arg->next) {
        if (!check_node(k, arg))
            return false;
        if (arg->type != WHEN_BOOL)
            return bad_type(k, arg, "a condition was expected, true or false");
    }
    return true;
}

static bool check_node(struct checker *k, struct when_node *n)
{
    switch (n->op) {
    case WHEN_OR:
    case WHEN_AND:
    case WHEN_NOT:
        return check_logic(k, n);
    case WHEN_LITERAL:
        return true;
    case WHEN_LIST:
        return check_list(k, n);
    case WHEN_PATH:
        return check_variable(k, n);
    case WHEN_HAS:
        if (!check_path(k, n->args, false))
            return false;
        n->type = WHEN_BOOL;
        return true;
    case WHEN_CALL:
        return check_call(k, n);
    default:
        return check_comparison(k, n);
    }
}

bool when_compile(const struct when_scope *s, struct arena *a, struct slice text,
                  const struct when **out, struct err *e)
{
    struct when_node *root = NULL;
    struct when *w = ARENA_NEW(a, struct when);
    if (!w)
        return err_memory(e);
    if (!when_parse(a, text, &root, e))
        return false;
    struct checker k = { s, a, w, e };
    w->root = root;
    w->text = text;
    if (!check_node(&k, root))
        return false;
    *out = w;
    return root->type == WHEN_BOOL || bad_type(&k, root, "it is neither true nor false");
}
