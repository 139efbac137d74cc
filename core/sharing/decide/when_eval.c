/* when_eval.c - the value of a condition: true, false or unknown, and which gate stopped it.
 *
 * What is true or false is a weight (weight.h); texts, numbers and times are values. */
#include "sharing/decide/when_eval.h"

#include "base/clock.h"
#include "sharing/rules/compiled.h"
#include "sharing/rules/weight.h"

struct value {
    bool known;
    int64_t number;
    struct slice text;
    const struct slice *texts;
    size_t count;
};

static struct value eval_node(const struct when_node *n, const struct facts_context *in);

static struct value unknown_value(void)
{
    return (struct value){ .known = false };
}

static uint8_t gate_weight(bool is_open, uint8_t shut)
{
    return is_open ? weight_plain(true) : shut;
}

static uint8_t gate_or_unknown(enum truth t, uint8_t shut)
{
    return t == TRUTH_UNKNOWN ? WEIGHT_UNKNOWN : gate_weight(t == TRUTH_TRUE, shut);
}

static uint8_t weigh_logic(const struct when_node *n, const struct facts_context *in)
{
    uint8_t weight = when_weigh(n->args, in);
    for (const struct when_node *arg = n->args->next; arg; arg = arg->next) {
        uint8_t one = when_weigh(arg, in);
        weight = n->op == WHEN_AND ? weight_lesser(weight, one) : weight_greater(weight, one);
    }
    return weight;
}

static bool order_fits(enum when_op op, int order)
{
    switch (op) {
    case WHEN_EQ:
        return order == 0;
    case WHEN_NE:
        return order != 0;
    case WHEN_LT:
        return order < 0;
    case WHEN_LE:
        return order <= 0;
    case WHEN_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static uint8_t weigh_comparison(const struct when_node *n, const struct facts_context *in)
{
    struct value a = eval_node(n->args, in);
    struct value b = eval_node(n->args->next, in);
    if (!a.known || !b.known)
        return WEIGHT_UNKNOWN;
    bool are_texts = n->args->type == WHEN_TEXT;
    int order = are_texts ? slice_compare(a.text, b.text) : compare_numbers(a.number, b.number);
    return weight_plain(order_fits(n->op, order));
}

/* Whether the item is in a list that is written out: its members may be unknown one by one. */
static uint8_t weigh_in_list(const struct value *item, const struct when_node *list,
                             const struct facts_context *in)
{
    bool all_known = true;
    for (const struct when_node *m = list->args; m; m = m->next) {
        struct value v = eval_node(m, in);
        bool is_text = list->type == WHEN_TEXTS;
        bool is_same = is_text ? slice_equal(v.text, item->text) : v.number == item->number;
        if (v.known && is_same)
            return weight_plain(true);
        all_known &= v.known;
    }
    return all_known ? weight_plain(false) : WEIGHT_UNKNOWN;
}

static uint8_t weigh_in(const struct when_node *n, const struct facts_context *in)
{
    struct value item = eval_node(n->args, in);
    const struct when_node *right = n->args->next;
    if (!item.known)
        return WEIGHT_UNKNOWN;
    if (right->op == WHEN_LIST)
        return weigh_in_list(&item, right, in);
    struct value list = eval_node(right, in);
    if (!list.known)
        return WEIGHT_UNKNOWN;
    for (size_t i = 0; i < list.count; i++)
        if (slice_equal(list.texts[i], item.text))
            return weight_plain(true);
    return weight_plain(false);
}

/* The slot that a path means in the event at hand; -1 when there is no event or no such field. */
static int path_slot(const struct when_node *n, const struct facts_context *in)
{
    return in->event ? n->slots[in->schema] : -1;
}

static struct value eval_path(const struct when_node *n, const struct facts_context *in)
{
    int slot = path_slot(n, in);
    struct value v = unknown_value();
    struct err e = { 0 };
    if (slot < 0 || view_is_null(in->event, (size_t)slot))
        return v;
    v.known = true;
    if (n->type == WHEN_TEXT)
        v.text = view_text(in->event, (size_t)slot);
    else if (n->type != WHEN_TEXTS)
        v.number = view_long(in->event, (size_t)slot);
    else if (!view_strings(in->event, (size_t)slot, in->arena, &v.texts, &v.count, &e))
        v.known = false; /* out of scratch memory: cannot tell */
    return v;
}

static uint8_t weigh_has(const struct when_node *n, const struct facts_context *in)
{
    if (!in->event)
        return WEIGHT_UNKNOWN;
    int slot = path_slot(n->args, in);
    return weight_plain(slot >= 0 && !view_is_null(in->event, (size_t)slot));
}

static int64_t years_since(const struct civil *born, const struct civil *today)
{
    bool before_birthday =
        today->month < born->month || (today->month == born->month && today->day < born->day);
    return today->year - born->year - before_birthday;
}

/* The age on the London day of the decision. A birth date that is not whole tells no age. */
static struct when_age find_age(const struct facts_context *in)
{
    struct when_age age = { .is_asked = true };
    struct moment born;
    if (!in->event || !plan_header(in->event->plan))
        return age;
    int slot = plan_header(in->event->plan)->birth_date;
    if (slot < 0)
        return age;
    bool is_read = time_from_iso(view_text(in->event, (size_t)slot), &born);
    if (!is_read || born.precision < TIME_DAY)
        return age;
    struct civil today = london_from_ms(in->decided_ms);
    age.is_known = true;
    age.years = years_since(&born.local, &today);
    return age;
}

static struct value eval_age(const struct facts_context *in)
{
    bool is_kept = in->age && in->age->is_asked;
    struct when_age age = is_kept ? *in->age : find_age(in);
    if (in->age)
        *in->age = age;
    return (struct value){ .known = age.is_known, .number = age.years };
}

/* Whether any field that names an addressee names that service; unknown when all those are
 * empty. */
static uint8_t weigh_addressed(uint16_t who, const struct facts_context *in)
{
    if (!in->event)
        return WEIGHT_UNKNOWN;
    const struct mentions *m = &in->bundle->compiled->mentions[in->schema];
    uint8_t weight = WEIGHT_UNKNOWN;
    for (size_t i = 0; i < m->addressee_count; i++) {
        if (view_is_null(in->event, m->slots[i]))
            continue;
        if (slice_equal(view_text(in->event, m->slots[i]), in->bundle->services[who].name))
            return weight_plain(true);
        weight = WEIGHT_FALSE(NOT_ADDRESSED);
    }
    return weight;
}

/* The service that a WHO means. */
static uint16_t who_is(const struct when_node *n, const struct facts_context *in)
{
    if (n->number == WHEN_RECIPIENT)
        return in->recipient;
    return n->number == WHEN_SOURCE ? in->source : (uint16_t)n->number;
}

static struct value eval_name(const struct when_node *n, const struct facts_context *in)
{
    struct value v = unknown_value();
    if (n->number == WHEN_SOURCE && !in->event)
        return v;
    v.known = true;
    v.text = in->bundle->services[who_is(n, in)].name;
    return v;
}

static uint8_t weigh_objection(enum truth stands)
{
    if (stands == TRUTH_UNKNOWN)
        return WEIGHT_UNKNOWN;
    return stands == TRUTH_TRUE ? WEIGHT_TRUE_BUT(OBJECTION) : weight_plain(false);
}

/* What the facts and the event say of somebody. */
static uint8_t weigh_call(const struct when_node *n, const struct facts_context *in)
{
    const struct person *p = in->facts;
    uint16_t who = who_is(n->args, in);
    struct slice word = n->args->next ? n->args->next->text : (struct slice){ 0 };
    struct sharing_question ask = { .who = who,
                                    .for_agency = service_agency(in->bundle, in->recipient) };
    if (n->args->number == WHEN_SOURCE && !in->event)
        return WEIGHT_UNKNOWN;
    switch (n->function) {
    case WHEN_KNOWN:
    case WHEN_RELATIONSHIP:
        return gate_or_unknown(facts_related(in, word, who), WEIGHT_FALSE(NO_RELATIONSHIP));
    case WHEN_CONSENT:
        ask.purpose = word;
        return gate_or_unknown(facts_consent(p, &ask, in->decided_ms), WEIGHT_FALSE(NO_CONSENT));
    case WHEN_OBJECTION:
        ask.is_objection = true;
        return weigh_objection(facts_objection(p, &ask));
    case WHEN_RESTRICTED:
        return gate_or_unknown(facts_restricted(in, word), WEIGHT_FALSE(CONDITION_FALSE));
    case WHEN_RESPONSIBLE:
        return gate_or_unknown(facts_responsible(in, word, who), WEIGHT_FALSE(NOT_RESPONSIBLE));
    default:
        return weigh_addressed(who, in);
    }
}

static uint8_t weigh_starts(const struct when_node *n, const struct facts_context *in)
{
    struct value text = eval_node(n->args, in);
    struct value start = eval_node(n->args->next, in);
    if (!text.known || !start.known)
        return WEIGHT_UNKNOWN;
    return weight_plain(slice_starts(text.text, start.text));
}

static uint8_t weigh_value(const struct when_node *n, const struct facts_context *in)
{
    struct value v = { .known = true, .number = n->number };
    if (n->op == WHEN_PATH)
        v = eval_path(n, in);
    return v.known ? weight_plain(v.number != 0) : WEIGHT_UNKNOWN;
}

uint8_t when_weigh(const struct when_node *n, const struct facts_context *in)
{
    switch (n->op) {
    case WHEN_OR:
    case WHEN_AND:
        return weigh_logic(n, in);
    case WHEN_NOT:
        return weight_not(when_weigh(n->args, in));
    case WHEN_IN:
        return weigh_in(n, in);
    case WHEN_HAS:
        return weigh_has(n, in);
    case WHEN_PATH:
    case WHEN_LITERAL:
        return weigh_value(n, in);
    case WHEN_CALL:
        return n->function == WHEN_STARTS_WITH ? weigh_starts(n, in) : weigh_call(n, in);
    default:
        return weigh_comparison(n, in);
    }
}

/* timestamp() of a text that is no literal. Literals became numbers when the condition was
 * compiled. */
static struct value eval_timestamp(const struct when_node *n, const struct facts_context *in)
{
    struct value text = eval_node(n->args, in);
    struct moment m;
    if (!text.known || !time_from_iso(text.text, &m) || m.precision < TIME_MINUTE)
        return unknown_value();
    return (struct value){ .known = true, .number = m.ms };
}

static struct value eval_node(const struct when_node *n, const struct facts_context *in)
{
    if (n->type == WHEN_BOOL) {
        uint8_t weight = when_weigh(n, in);
        return (struct value){ .known = weight != WEIGHT_UNKNOWN,
                               .number = weight_is_true(weight) };
    }
    switch (n->op) {
    case WHEN_LITERAL:
        return (struct value){ .known = true, .number = n->number, .text = n->text };
    case WHEN_PATH:
        return eval_path(n, in);
    case WHEN_NAME:
        return eval_name(n, in);
    case WHEN_CALL:
        return n->function == WHEN_AGE ? eval_age(in) : eval_timestamp(n, in);
    default: /* a list is only ever at the right of "in", which takes it apart itself */
        return unknown_value();
    }
}

enum truth when_eval(const struct when *w, const struct facts_context *in, enum reason *why)
{
    uint8_t weight = when_weigh(w->root, in);
    if (weight == WEIGHT_UNKNOWN) {
        *why = REASON_UNKNOWN;
        return TRUTH_UNKNOWN;
    }
    *why = weight_is_false(weight) ? reason_of_rank(weight) : REASON_CONDITION_FALSE;
    return weight_is_false(weight) ? TRUTH_FALSE : TRUTH_TRUE;
}
