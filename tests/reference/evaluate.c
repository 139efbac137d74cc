/* evaluate.c - conditions by the book (when_parse.c has the grammar): true, false, or unknown.
 *
 * A field that is null is unknown, and so is every comparison with it; and, or, not as Kleene has
 * them. Facts: the last word by time of occurring counts; of two words of one moment the one that
 * protects counts. */
#include <stdlib.h>

#include "reference.h"

struct ask {
    const struct ref_case *of;
    int recipient;
};

/* A value that may be unknown. */
struct got {
    bool is_known;
    const char *text;
    int64_t number;
    struct ref_words texts;
};

bool ref_same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static int who_is(const struct ask *k, const struct ref_expr *x)
{
    if (x->who == REF_RECIPIENT)
        return k->recipient;
    return x->who == REF_SOURCE ? k->of->event->source : x->who;
}

/* ---- facts ---- */

/* The last word of one service on it. */
static bool restricts(const struct ref_facts *f, const char *kind, int source)
{
    const struct ref_restriction *last = NULL;
    for (size_t i = 0; i < f->restriction_count; i++) {
        const struct ref_restriction *r = &f->restrictions[i];
        if (!ref_same(r->kind, kind) || r->source != source)
            continue;
        if (!last || r->at_ms > last->at_ms || (r->at_ms == last->at_ms && r->stands))
            last = r;
    }
    return last && last->stands;
}

static bool restriction_stands(const struct ref_facts *f, const char *kind)
{
    for (size_t i = 0; i < f->restriction_count; i++)
        if (restricts(f, kind, f->restrictions[i].source))
            return true;
    return false;
}

static bool is_location_said(const struct ref_facts *f)
{
    for (size_t i = 0; i < f->restriction_count; i++)
        if (ref_same(f->restrictions[i].kind, "location"))
            return true;
    return false;
}

/* A death that somebody only heard of is unknown. */
static enum ref_truth deceased(const struct ref_facts *f)
{
    enum ref_truth t = REF_FALSE;
    for (size_t i = 0; i < f->death_count; i++)
        t = f->deaths[i].is_formal || t == REF_TRUE ? REF_TRUE : REF_UNKNOWN;
    return t;
}

/* One raised in words that nobody could read may be of any kind. Whether anybody ever asked about
 * the location is a question of its own. */
static enum ref_truth restricted(const struct ref_facts *f, const char *kind)
{
    if (ref_same(kind, "location-unchecked"))
        return is_location_said(f) ? REF_FALSE : REF_TRUE;
    if (ref_same(kind, "deceased"))
        return deceased(f);
    if (restriction_stands(f, kind))
        return REF_TRUE;
    return restriction_stands(f, "unknown") ? REF_UNKNOWN : REF_FALSE;
}

bool ref_may_say(const struct ref_bundle *b, const struct ref_words *by, int service)
{
    for (size_t i = 0; i < by->n; i++)
        if (ref_same(by->at[i], b->services[service].role))
            return true;
    return false;
}

/* The event at hand is known before it is decided, where its source may say so. */
static bool opens(const struct ref_case *c)
{
    if (!ref_may_say(c->bundle, &c->bundle->opening_by, c->event->source))
        return false;
    for (size_t i = 0; i < c->bundle->opening.n; i++)
        if (c->bundle->opening.at[i].schema == c->event->schema &&
            c->bundle->opening.at[i].kind == c->event->kind)
            return true;
    return false;
}

/* The last word on who is responsible. */
struct named {
    int64_t at_ms;
    int service;
};

/* Two who are named at one moment: it cannot be told which. */
static void name_responsible(struct named *last, int service, int64_t at_ms)
{
    if (at_ms > last->at_ms)
        *last = (struct named){ at_ms, service };
    else if (at_ms == last->at_ms && service != last->service)
        last->service = REF_CANNOT_BE_TOLD;
}

/* Nobody was ever named, or the last word is that it cannot be told: unknown. */
static enum ref_truth responsible_by(const struct ref_case *c, int who, const char *function,
                                     bool with_doubt)
{
    const struct ref_facts *f = c->facts;
    struct named last = { INT64_MIN, REF_CANNOT_BE_TOLD };
    for (size_t i = 0; i < f->responsible_count; i++)
        if (ref_same(f->responsible[i].function, function) &&
            (with_doubt || f->responsible[i].service == REF_CANNOT_BE_TOLD ||
             ref_claim_by(c, f->responsible[i].by) == REF_CLAIM_COUNTS))
            name_responsible(&last, f->responsible[i].service, f->responsible[i].at_ms);
    if (opens(c) && ref_same(function, "homelessness"))
        name_responsible(&last, c->event->source, c->event->occurred_ms);
    if (last.service == REF_CANNOT_BE_TOLD)
        return REF_UNKNOWN;
    return last.service == who ? REF_TRUE : REF_FALSE;
}

/* Words in doubt take nothing from anybody; who would be responsible by one may be. */
static enum ref_truth responsible(const struct ref_case *c, int who, const char *function)
{
    enum ref_truth sure = responsible_by(c, who, function, false);
    enum ref_truth perhaps = responsible_by(c, who, function, true);
    if (perhaps != REF_TRUE || c->doubt == REF_DOUBT_FALLS)
        return sure;
    return sure == REF_TRUE || c->doubt == REF_DOUBT_COUNTS ? REF_TRUE : REF_UNKNOWN;
}

/* Whether a kind of that type begins a stay. */
static bool begins_stays(const struct ref_bundle *b, size_t schema)
{
    for (size_t i = 0; i < b->beginning.n; i++)
        if (b->beginning.at[i].schema == schema)
            return true;
    return false;
}

/* A stay of an agency's episode is ended by whatever ends stays of any type, in that episode. */
static bool ends_stay(const struct ref_case *c, const struct ref_past *x)
{
    const struct ref_bundle *b = c->bundle;
    const struct ref_event *ev = c->event;
    bool is_ending = false;
    for (size_t i = 0; i < b->ending.n; i++)
        is_ending |= b->ending.at[i].schema == x->schema && b->ending.at[i].kind == x->kind;
    return is_ending && begins_stays(b, x->schema) && !x->retracted &&
           x->agency == b->services[ev->source].agency &&
           ref_same(x->episode, ev->episode ? ev->episode : "") &&
           x->occurred_ms >= ev->occurred_ms && ref_may_say(b, &b->ending_by, x->source);
}

/* Whether the event at hand begins what nothing on file ends: its source knows the person by it. */
static bool begins_something(const struct ref_case *c)
{
    const struct ref_kinds *k = &c->bundle->beginning;
    bool begins = false;
    if (!ref_may_say(c->bundle, &c->bundle->beginning_by, c->event->source))
        return false;
    for (size_t i = 0; i < k->n; i++)
        begins |= k->at[i].schema == c->event->schema && k->at[i].kind == c->event->kind;
    for (size_t i = 0; i < c->facts->past_count && begins; i++)
        begins = !ends_stay(c, &c->facts->past[i]);
    return begins;
}

bool ref_opens_for_source(const struct ref_case *c)
{
    return opens(c) || begins_something(c);
}

/* kind NULL: of any kind. */
static enum ref_truth related(const struct ref_case *c, int who, const char *kind)
{
    const struct ref_facts *f = c->facts;
    enum ref_truth in_doubt = c->doubt == REF_DOUBT_COUNTS  ? REF_TRUE
                              : c->doubt == REF_DOUBT_FALLS ? REF_FALSE
                                                            : REF_UNKNOWN;
    bool any = false;
    if (opens(c) && who == c->event->source && (!kind || ref_same(kind, "tenancy")))
        return REF_TRUE;
    if (!kind && who == c->event->source && begins_something(c))
        return REF_TRUE;
    for (size_t i = 0; i < f->relationship_count; i++) {
        const struct ref_relationship *r = &f->relationships[i];
        if (!r->is_open || r->with != who || (kind && !ref_same(r->kind, kind)))
            continue;
        if (ref_claim_of(c, r) == REF_CLAIM_COUNTS)
            return REF_TRUE;
        any = true;
    }
    return any ? in_doubt : REF_FALSE;
}

/* ---- the event ---- */

static const struct plan *plan_of(const struct ask *k)
{
    return catalogue_at(k->of->catalogue, k->of->event->schema)->plan;
}

/* A path of a list may leave out its []. */
static const struct ref_value *field(const struct ask *k, const char *path)
{
    const struct plan *p = plan_of(k);
    for (size_t i = 0; i < plan_slots(p); i++) {
        struct slice name = plan_slot_at(p, i)->path;
        if (slice_ends(name, SLICE("[]")) && slice_equal_text(slice_head(name, name.n - 2), path))
            return &k->of->event->values[i];
        if (slice_equal_text(name, path))
            return &k->of->event->values[i];
    }
    abort();
}

/* Any field of the addressee names it: true; none says anything: unknown. */
static enum ref_truth addressed(const struct ask *k, int who)
{
    const struct plan *p = plan_of(k);
    bool any = false;
    for (size_t i = 0; i < plan_slots(p); i++) {
        const struct ref_value *v = &k->of->event->values[i];
        struct slice category = catalogue_category(k->of->catalogue, plan_slot_at(p, i)->category);
        if (!slice_equal_text(category, "referral.addressee") || v->sort == REF_NULL)
            continue;
        if (ref_same(v->text, k->of->bundle->services[who].name))
            return REF_TRUE;
        any = true;
    }
    return any ? REF_FALSE : REF_UNKNOWN;
}

static int years_at(int today, int born)
{
    int years = today / 10000 - born / 10000;
    return today % 10000 < born % 10000 ? years - 1 : years;
}

/* Full years on the London day of the decision; unknown of a birth date that is not whole. */
static struct got age(const struct ask *k)
{
    const struct ref_value *born = field(k, "person.birth_date");
    if (born->sort == REF_NULL || strlen(born->text) < 10)
        return (struct got){ .is_known = false };
    int day = (int)strtol(born->text, NULL, 10) * 10000 +
              (int)strtol(born->text + 5, NULL, 10) * 100 + (int)strtol(born->text + 8, NULL, 10);
    return (struct got){ .is_known = true, .number = years_at(ref_day_of(k->of->at_ms), day) };
}

/* ---- values ---- */

static enum ref_truth truth_of(const struct ask *k, const struct ref_expr *x);

static struct got value_of(const struct ask *k, const struct ref_expr *x)
{
    struct got g = { .is_known = true, .text = x->text, .number = x->number };
    if (x->type == REF_BOOL) {
        enum ref_truth t = truth_of(k, x);
        g.is_known = t != REF_UNKNOWN;
        g.number = t == REF_TRUE;
    } else if (x->op == REF_PATH) {
        const struct ref_value *v = field(k, x->text);
        g = (struct got){ v->sort != REF_NULL, v->text, v->number, v->texts };
    } else if (x->op == REF_NAME) {
        g.text = k->of->bundle->services[who_is(k, x)].name;
    } else if (x->op == REF_AGE) {
        g = age(k);
    } else if (x->op == REF_TIMESTAMP) {
        struct got text = value_of(k, x->args[0]);
        g.is_known = text.is_known && ref_time(text.text, &g.number);
    }
    return g;
}

static enum ref_truth from_bool(bool b)
{
    return b ? REF_TRUE : REF_FALSE;
}

static bool fits(enum ref_op op, int order)
{
    switch (op) {
    case REF_EQ:
        return order == 0;
    case REF_NE:
        return order != 0;
    case REF_LT:
        return order < 0;
    case REF_LE:
        return order <= 0;
    case REF_GT:
        return order > 0;
    default:
        return order >= 0;
    }
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static enum ref_truth compare(const struct ask *k, const struct ref_expr *x)
{
    struct got a = value_of(k, x->args[0]), b = value_of(k, x->args[1]);
    if (a.is_known && b.is_known)
        return from_bool(fits(x->op, x->args[0]->type == REF_TEXT ? strcmp(a.text, b.text)
                                                                  : order_of(a.number, b.number)));
    return REF_UNKNOWN;
}

/* a in [b, c]: equal to one of them; what is not known for certain may be that one. */
static enum ref_truth is_in_list(const struct ask *k, const struct ref_expr *x)
{
    struct got one = value_of(k, x->args[0]);
    enum ref_truth all = one.is_known ? REF_FALSE : REF_UNKNOWN;
    for (size_t i = 0; i < x->args[1]->count && one.is_known; i++) {
        struct got other = value_of(k, x->args[1]->args[i]);
        if (!other.is_known)
            all = REF_UNKNOWN;
        else if (x->args[0]->type == REF_TEXT ? ref_same(one.text, other.text)
                                              : one.number == other.number)
            return REF_TRUE;
    }
    return all;
}

static enum ref_truth is_in(const struct ask *k, const struct ref_expr *x)
{
    if (x->args[1]->op == REF_LIST)
        return is_in_list(k, x);
    struct got one = value_of(k, x->args[0]), many = value_of(k, x->args[1]);
    if (!one.is_known || !many.is_known)
        return REF_UNKNOWN;
    for (size_t i = 0; i < many.texts.n; i++)
        if (ref_same(many.texts.at[i], one.text))
            return REF_TRUE;
    return REF_FALSE;
}

static enum ref_truth starts_with(const struct ask *k, const struct ref_expr *x)
{
    struct got a = value_of(k, x->args[0]), b = value_of(k, x->args[1]);
    if (!a.is_known || !b.is_known)
        return REF_UNKNOWN;
    return from_bool(strncmp(a.text, b.text, strlen(b.text)) == 0);
}

static enum ref_truth atom(const struct ask *k, const struct ref_expr *x)
{
    const struct ref_case *c = k->of;
    struct got g;
    switch (x->op) {
    case REF_LITERAL:
        return from_bool(x->number != 0);
    case REF_PATH:
        g = (struct got){ .number = field(k, x->text)->number };
        return field(k, x->text)->sort == REF_NULL ? REF_UNKNOWN : from_bool(g.number != 0);
    case REF_HAS:
        return from_bool(field(k, x->text)->sort != REF_NULL);
    case REF_KNOWN:
        return related(c, who_is(k, x), NULL);
    case REF_RELATIONSHIP:
        return related(c, who_is(k, x), x->text);
    case REF_CONSENT:
        return ref_consent_stands(c, k->recipient, x->text, who_is(k, x));
    case REF_OBJECTION:
        return ref_objection_stands(c, k->recipient, who_is(k, x));
    case REF_RESTRICTED:
        return restricted(c->facts, x->text);
    case REF_RESPONSIBLE:
        return responsible(c, who_is(k, x), x->text);
    case REF_ADDRESSED:
        return addressed(k, who_is(k, x));
    case REF_STARTS_WITH:
        return starts_with(k, x);
    case REF_IN:
        return is_in(k, x);
    default:
        return compare(k, x);
    }
}

/* What an atom tells when it stops a clause by being false; and, behind a not, by being true. */
static size_t reason_of_atom(const struct ref_expr *x)
{
    switch (x->op) {
    case REF_KNOWN:
    case REF_RELATIONSHIP:
        return ref_reason("no-relationship");
    case REF_CONSENT:
        return ref_reason("no-consent");
    case REF_RESPONSIBLE:
        return ref_reason("not-responsible");
    case REF_ADDRESSED:
        return ref_reason("not-addressed");
    default:
        return ref_reason("condition-false");
    }
}

static size_t negated_reason_of_atom(const struct ref_expr *x)
{
    return ref_reason(x->op == REF_OBJECTION ? "objection" : "condition-false");
}

static struct ref_verdict walk(const struct ask *k, const struct ref_expr *x);

/* What of a condition asks about words that are in conflict: consents, or objections. */
void ref_conflicts(const struct ref_case *c, int to, const struct ref_expr *x, bool *consent,
                   bool *objection)
{
    const struct ask k = { .of = c, .recipient = to };
    if (x->op == REF_CONSENT && ref_consent_stands(c, to, x->text, who_is(&k, x)) == REF_UNKNOWN)
        *consent = true;
    if (x->op == REF_OBJECTION && ref_objection_stands(c, to, who_is(&k, x)) == REF_UNKNOWN)
        *objection = true;
    for (size_t i = 0; i < x->count; i++)
        ref_conflicts(c, to, x->args[i], consent, objection);
}

/* and: one false is enough; or: one true is enough; otherwise one unknown makes it unknown. Told
 * is, of the parts of an and, the gate that comes first; of the ways of an or, that which came
 * farthest. Behind a not an and is an or of nots (De Morgan). */
static struct ref_verdict chain(const struct ask *k, const struct ref_expr *x)
{
    bool is_and = x->op == REF_AND, is_decided = false, is_unknown = false;
    enum ref_truth decisive = is_and ? REF_FALSE : REF_TRUE;
    struct ref_verdict all = { is_and ? REF_TRUE : REF_FALSE, SIZE_MAX, SIZE_MAX };
    for (size_t i = 0; i < x->count; i++) {
        struct ref_verdict one = walk(k, x->args[i]);
        is_decided |= one.truth == decisive;
        is_unknown |= one.truth == REF_UNKNOWN;
        if (one.truth == REF_FALSE)
            all.why = all.why == SIZE_MAX ? one.why
                      : is_and            ? ref_reason_first(all.why, one.why)
                                          : ref_reason_last(all.why, one.why);
        if (one.truth == REF_TRUE)
            all.why_not = all.why_not == SIZE_MAX ? one.why_not
                          : is_and                ? ref_reason_last(all.why_not, one.why_not)
                                                  : ref_reason_first(all.why_not, one.why_not);
    }
    if (is_decided)
        all.truth = decisive;
    else if (is_unknown)
        all.truth = REF_UNKNOWN;
    return all;
}

static struct ref_verdict walk(const struct ask *k, const struct ref_expr *x)
{
    if (x->op == REF_AND || x->op == REF_OR)
        return chain(k, x);
    if (x->op != REF_NOT)
        return (struct ref_verdict){ atom(k, x), reason_of_atom(x), negated_reason_of_atom(x) };
    struct ref_verdict inner = walk(k, x->args[0]);
    enum ref_truth opposite = inner.truth == REF_TRUE ? REF_FALSE : REF_TRUE;
    return (struct ref_verdict){ inner.truth == REF_UNKNOWN ? REF_UNKNOWN : opposite, inner.why_not,
                                 inner.why };
}

static enum ref_truth truth_of(const struct ask *k, const struct ref_expr *x)
{
    return walk(k, x).truth;
}

struct ref_verdict ref_evaluate(const struct ref_case *c, int recipient, const struct ref_expr *x)
{
    struct ask k = { c, recipient };
    return x ? walk(&k, x) : (struct ref_verdict){ REF_TRUE, 0, 0 };
}
