/* when_eval.c - the value of a condition: true, false or unknown, and which gate stopped it. */
#include "base/clock.h"
#include "sharing/clause.h"
#include "sharing/weight.h"

/* What a node is worth. why: when it is a false truth, the gate; why_not: the gate if it is
 * negated. */
struct value {
    bool known;
    bool is_either; /* not known, but it is number or most */
    int64_t number, most;
    struct slice text;
    const struct slice *texts;
    size_t count;
    enum reason why, why_not;
};

static struct value eval(const struct when_node *n, const struct when_input *in);

static struct value unknown(void)
{
    return (struct value){ .why = REASON_CONDITION_FALSE, .why_not = REASON_CONDITION_FALSE };
}

static struct value truth(bool is_true, enum reason why)
{
    return (struct value){
        .known = true, .number = is_true, .why = why, .why_not = REASON_CONDITION_FALSE
    };
}

static struct value from_truth(enum truth t, enum reason why)
{
    struct value v = truth(t == TRUTH_TRUE, why);
    v.known = t != TRUTH_UNKNOWN;
    return v;
}

/* && : false when one is false, else unknown when one is unknown. || is its mirror. A false && tells
 * the gate met first of those that were shut, a false || the one met last; what either tells when it
 * is negated follows from De Morgan. */
static struct value eval_logic(const struct when_node *n, const struct when_input *in)
{
    bool is_or = n->op == WHEN_OR, all_known = true, any_true = false, any_false = false;
    struct value result = truth(true, REASON_CONDITION_FALSE);
    for (const struct when_node *arg = n->args; arg; arg = arg->next) {
        struct value v = eval(arg, in);
        all_known &= v.known;
        if (!v.known)
            continue;
        enum reason *told = v.number ? &result.why_not : &result.why;
        enum reason one = v.number ? v.why_not : v.why;
        if (v.number ? !any_true : !any_false)
            *told = one;
        else
            *told = is_or == (v.number != 0) ? reason_first(*told, one) : reason_last(*told, one);
        *(v.number ? &any_true : &any_false) = true;
    }
    result.number = is_or ? any_true : !any_false;
    result.known = all_known || (is_or ? any_true : any_false);
    return result;
}

static struct value eval_not(const struct when_node *n, const struct when_input *in)
{
    struct value v = eval(n->args, in);
    enum reason why = v.why;
    v.number = !v.number;
    v.why = v.why_not;
    v.why_not = why;
    return v;
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

/* One side is one of two numbers: known when both give the same. */
static struct value eval_either(enum when_op op, const struct value *a, const struct value *b)
{
    bool least = order_fits(op, compare_numbers(a->number, b->number));
    bool most = order_fits(op, compare_numbers(a->is_either ? a->most : a->number,
                                               b->is_either ? b->most : b->number));
    return least == most ? truth(least, REASON_CONDITION_FALSE) : unknown();
}

static struct value eval_compare(const struct when_node *n, const struct when_input *in)
{
    struct value a = eval(n->args, in), b = eval(n->args->next, in);
    if ((a.is_either && b.known) || (a.known && b.is_either))
        return eval_either(n->op, &a, &b);
    if (!a.known || !b.known)
        return unknown();
    int order = n->args->type == WHEN_TEXT ? slice_compare(a.text, b.text)
                                           : compare_numbers(a.number, b.number);
    return truth(order_fits(n->op, order), REASON_CONDITION_FALSE);
}

/* Whether the item is in a list that is written out: its members may be unknown one by one. */
static struct value eval_in_list(const struct value *item, const struct when_node *list,
                                 const struct when_input *in)
{
    bool all_known = true;
    for (const struct when_node *m = list->args; m; m = m->next) {
        struct value v = eval(m, in);
        all_known &= v.known;
        bool same =
            list->type == WHEN_TEXTS ? slice_equal(v.text, item->text) : v.number == item->number;
        if (v.known && same)
            return truth(true, REASON_CONDITION_FALSE);
    }
    return all_known ? truth(false, REASON_CONDITION_FALSE) : unknown();
}

static struct value eval_in(const struct when_node *n, const struct when_input *in)
{
    struct value item = eval(n->args, in);
    const struct when_node *right = n->args->next;
    if (!item.known)
        return unknown();
    if (right->op == WHEN_LIST)
        return eval_in_list(&item, right, in);
    struct value list = eval(right, in);
    if (!list.known)
        return unknown();
    for (size_t i = 0; i < list.count; i++)
        if (slice_equal(list.texts[i], item.text))
            return truth(true, REASON_CONDITION_FALSE);
    return truth(false, REASON_CONDITION_FALSE);
}

/* The slot that a path means in the event at hand; -1 when there is no event or no such field. */
static int path_slot(const struct when_node *n, const struct when_input *in)
{
    return in->event ? n->slots[in->schema] : -1;
}

static struct value eval_path(const struct when_node *n, const struct when_input *in)
{
    int slot = path_slot(n, in);
    struct value v = unknown();
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

static struct value eval_has(const struct when_node *n, const struct when_input *in)
{
    if (!in->event)
        return unknown();
    int slot = path_slot(n->args, in);
    return truth(slot >= 0 && !view_is_null(in->event, (size_t)slot), REASON_CONDITION_FALSE);
}

static int last_day_of(int year, int month)
{
    struct civil next = { .year = year + month / 12, .month = month % 12 + 1, .day = 1 };
    return civil_from_ms(civil_to_ms(&next) - 1).day;
}

static int64_t years_since(const struct civil *born, const struct civil *today)
{
    bool before_birthday =
        today->month < born->month || (today->month == born->month && today->day < born->day);
    return today->year - born->year - before_birthday;
}

/* Full years on the London day of the decision. Of a birth date that is not whole the least and the
 * most that it can be: one year apart, or the same and then it is known. */
static struct value eval_age(const struct when_input *in)
{
    struct value v = unknown();
    struct moment born;
    if (!in->event || !plan_header(in->event->plan))
        return v;
    int slot = plan_header(in->event->plan)->birth_date;
    if (slot < 0 || !time_from_iso(view_text(in->event, (size_t)slot), &born))
        return v;
    struct civil today = london_from_ms(in->decided_ms), first = born.local, last = born.local;
    if (born.precision < TIME_MONTH)
        first.month = 1, last.month = 12;
    if (born.precision < TIME_DAY)
        first.day = 1, last.day = last_day_of(last.year, last.month);
    v.number = years_since(&last, &today);
    v.most = years_since(&first, &today);
    v.known = v.number == v.most;
    v.is_either = !v.known;
    return v;
}

/* Any field that names an addressee names who; unknown when none says anything. */
static struct value eval_addressed(uint16_t who, const struct when_input *in)
{
    if (!in->event)
        return unknown();
    const struct mentions *m = &in->bundle->compiled->mentions[in->schema];
    bool any = false;
    for (size_t i = 0; i < m->addressee_count; i++) {
        if (view_is_null(in->event, m->slots[i]))
            continue;
        any = true;
        if (slice_equal(view_text(in->event, m->slots[i]), in->bundle->services[who].name))
            return truth(true, REASON_NOT_ADDRESSED);
    }
    return any ? truth(false, REASON_NOT_ADDRESSED) : unknown();
}

static bool has_relationship(const struct person *p, struct slice kind, uint16_t who)
{
    for (size_t i = 0; i < p->relationship_count; i++)
        if (p->relationships[i].is_open && p->relationships[i].with == who &&
            slice_equal(p->relationships[i].kind, kind))
            return true;
    return false;
}

/* The service that a WHO means. */
static uint16_t who_is(const struct when_node *n, const struct when_input *in)
{
    return n->number == WHEN_RECIPIENT ? in->recipient
           : n->number == WHEN_SOURCE  ? in->source
                                       : (uint16_t)n->number;
}

static struct value eval_name(const struct when_node *n, const struct when_input *in)
{
    struct value v = unknown();
    if (n->number == WHEN_SOURCE && !in->event)
        return v;
    v.known = true;
    v.text = in->bundle->services[who_is(n, in)].name;
    return v;
}

static struct value eval_objection(const struct person *p, uint16_t who)
{
    struct value v = truth(facts_objection(p, who), REASON_CONDITION_FALSE);
    v.why_not = REASON_OBJECTION;
    return v;
}

static struct value eval_call(const struct when_node *n, const struct when_input *in)
{
    const struct person *p = in->facts;
    uint16_t who = n->args ? who_is(n->args, in) : 0;
    struct slice word = n->args && n->args->next ? n->args->next->text : (struct slice){ 0 };
    if (n->args && n->args->number == WHEN_SOURCE && !in->event)
        return unknown();
    switch (n->function) {
    case WHEN_KNOWN:
        return truth(facts_known(p, who), REASON_NO_RELATIONSHIP);
    case WHEN_RELATIONSHIP:
        return truth(has_relationship(p, word, who), REASON_NO_RELATIONSHIP);
    case WHEN_CONSENT:
        return truth(facts_consent(p, word, who, in->decided_ms), REASON_NO_CONSENT);
    case WHEN_OBJECTION:
        return eval_objection(p, who);
    case WHEN_RESTRICTED:
        return from_truth(facts_restricted(p, word), REASON_CONDITION_FALSE);
    case WHEN_RESPONSIBLE:
        return from_truth(facts_responsible(p, word, who), REASON_NOT_RESPONSIBLE);
    case WHEN_ADDRESSED:
        return eval_addressed(who, in);
    default:
        return eval_age(in);
    }
}

/* Calls whose arguments are values rather than words. */
static struct value eval_value_call(const struct when_node *n, const struct when_input *in)
{
    struct value a = eval(n->args, in);
    struct moment m;
    if (n->function == WHEN_STARTS_WITH) {
        struct value b = eval(n->args->next, in);
        if (!a.known || !b.known)
            return unknown();
        return truth(slice_starts(a.text, b.text), REASON_CONDITION_FALSE);
    }
    struct value v = unknown();
    if (a.known && time_from_iso(a.text, &m) && m.precision >= TIME_MINUTE) {
        v.known = true;
        v.number = m.ms;
    }
    return v;
}

static struct value eval(const struct when_node *n, const struct when_input *in)
{
    switch (n->op) {
    case WHEN_OR:
    case WHEN_AND:
        return eval_logic(n, in);
    case WHEN_NOT:
        return eval_not(n, in);
    case WHEN_IN:
        return eval_in(n, in);
    case WHEN_LITERAL: {
        struct value v = unknown();
        v.known = true;
        v.number = n->number;
        v.text = n->text;
        return v;
    }
    case WHEN_LIST: /* only ever at the right of "in", which takes it apart itself */
        return unknown();
    case WHEN_PATH:
        return eval_path(n, in);
    case WHEN_HAS:
        return eval_has(n, in);
    case WHEN_NAME:
        return eval_name(n, in);
    case WHEN_CALL:
        return n->function == WHEN_STARTS_WITH || n->function == WHEN_TIMESTAMP
                   ? eval_value_call(n, in)
                   : eval_call(n, in);
    default:
        return eval_compare(n, in);
    }
}

enum truth when_eval(const struct when *w, const struct when_input *in, enum reason *why)
{
    struct value v = eval(w->root, in);
    *why = !v.known ? REASON_UNKNOWN : v.why;
    return !v.known ? TRUTH_UNKNOWN : v.number ? TRUTH_TRUE : TRUTH_FALSE;
}

uint8_t when_weigh(const struct when_node *n, const struct when_input *in)
{
    struct value v = eval(n, in);
    if (!v.known)
        return WEIGHT_UNKNOWN;
    return v.number ? weight_true(v.why_not) : weight_false(v.why);
}
