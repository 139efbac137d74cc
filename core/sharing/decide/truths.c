/* truths.c - the conditions of one event, evaluated for all services at once. */
#include "sharing/decide/truths.h"

#include "base/bits.h"
#include "sharing/decide/decide.h"

#define ROWS_AT_ONCE 64

/* ---- columns ---- */

static void name_one(struct services *s, const struct bundle *b, int64_t service)
{
    if (service >= 0 && (size_t)service < b->service_count)
        services_add(s, (unsigned)service);
}

/* For them a settlement counts that for nobody else does. */
static void name_agency(struct services *s, const struct bundle *b, struct slice agency)
{
    int n = slice_is_empty(agency) ? -1 : bundle_agency(b, agency);
    for (uint16_t i = 0; n >= 0 && i < b->agencies[n].service_count; i++)
        services_add(s, (unsigned)(b->agencies[n].first_service + i));
}

/* Every service that a fact is about. */
static void name_by_facts(const struct bundle *b, const struct person *p, struct services *s)
{
    for (size_t i = 0; i < p->relationship_count; i++)
        name_one(s, b, p->relationships[i].with);
    for (size_t i = 0; i < p->consent_count; i++)
        name_one(s, b, p->consents[i].recipient);
    for (size_t i = 0; i < p->objection_count; i++)
        name_one(s, b, p->objections[i].recipient);
    for (size_t i = 0; i < p->responsible_count; i++)
        name_one(s, b, p->responsible[i].service);
    for (size_t i = 0; i < p->settlement_count; i++) {
        name_one(s, b, p->settlements[i].recipient);
        name_agency(s, b, p->settlements[i].agency);
    }
}

static bool is_any_by_agency(const struct person *p)
{
    for (size_t i = 0; i < p->settlement_count; i++)
        if (!slice_is_empty(p->settlements[i].agency))
            return true;
    return false;
}

/* Every service that the event names where a condition may look. */
static void name_by_event(const struct facts_context *in, struct services *s)
{
    const struct mentions *n = &in->bundle->compiled->mentions[in->schema];
    for (size_t i = 0; in->event && i < n->count; i++)
        if (!view_is_null(in->event, n->slots[i]))
            name_one(s, in->bundle, bundle_service(in->bundle, view_text(in->event, n->slots[i])));
}

/* Column 0 is for some stranger, each further one for a named service. Without strangers column 0
 * asks about service 0, and nobody looks at it. */
static void number_columns(struct truths *s, uint16_t *column, uint16_t *asked)
{
    size_t services = s->bundle->service_count, n = 1;
    for (size_t w = 0; w * 64 < services; w++) {
        uint64_t strangers = ~s->named.bits[w];
        for (uint64_t bits = s->named.bits[w]; bits; bits = bits_rest(bits)) {
            size_t service = w * 64 + bits_lowest(bits);
            column[service] = (uint16_t)n;
            asked[n++] = (uint16_t)service;
        }
        if (s->has_stranger || !strangers)
            continue;
        size_t first = w * 64 + bits_lowest(strangers);
        if (first >= services)
            continue;
        asked[0] = (uint16_t)first;
        s->has_stranger = true;
    }
    s->columns = n;
    s->width = (n + TRUTHS_BLOCK - 1) / TRUTHS_BLOCK * TRUTHS_BLOCK;
}

bool truths_begin(struct truths *s, const struct facts_context *in, struct err *e)
{
    const struct compiled *k = in->bundle->compiled;
    uint16_t *column = ARENA_ARRAY(in->arena, in->bundle->service_count + 1, uint16_t);
    uint16_t *asked = ARENA_ARRAY(in->arena, in->bundle->service_count + 1, uint16_t);
    *s = (struct truths){
        .bundle = in->bundle, .in = *in, .arena = in->arena, .column = column, .asked = asked
    };
    s->in.age = &s->age;
    s->named = k->named;
    s->rows = ARENA_ARRAY(in->arena, k->ask_count + 1, const uint8_t *);
    s->guards = ARENA_ARRAY(in->arena, k->guard_count + 1, const uint8_t *);
    if (!column || !asked || !s->rows || !s->guards)
        return err_memory(e);
    name_by_facts(in->bundle, in->facts, &s->named);
    s->is_by_agency = is_any_by_agency(in->facts);
    name_by_event(in, &s->named);
    number_columns(s, column, asked);
    return true;
}

/* ---- rows ---- */

/* A row, not zeroed; NULL: memory is out. One allocation serves ROWS_AT_ONCE rows. */
static uint8_t *new_row(struct truths *s)
{
    if (s->rows_left == 0) {
        s->more_rows = arena_raw(s->arena, ROWS_AT_ONCE * s->width);
        s->rows_left = s->more_rows ? ROWS_AT_ONCE : 0;
    }
    if (s->rows_left == 0)
        return NULL;
    s->rows_left--;
    s->more_rows += s->width;
    return s->more_rows - s->width;
}

static void raise_weight(enum truth counts, uint8_t *weight)
{
    if (counts == TRUTH_FALSE)
        return;
    uint8_t one = counts == TRUTH_TRUE ? weight_plain(true) : WEIGHT_UNKNOWN;
    *weight = weight_greater(*weight, one);
}

/* Only services with such a relationship differ from the stranger. */
static void fill_relationships(const struct truths *s, struct slice kind, uint8_t *row)
{
    const struct person *p = s->in.facts;
    memset(row, WEIGHT_FALSE(NO_RELATIONSHIP), s->width);
    for (size_t i = 0; i < p->relationship_count; i++)
        raise_weight(facts_counts(&s->in, &p->relationships[i], kind),
                     &row[s->column[p->relationships[i].with]]);
}

static void fill_columns(struct truths *s, const struct when_node *n, uint8_t *row)
{
    for (size_t i = 0; i < s->columns; i++) {
        s->in.recipient = s->asked[i];
        row[i] = when_weigh(n, &s->in);
    }
    memset(row + s->columns, WEIGHT_NONE, s->width - s->columns);
}

/* A service of the region, and not every one or one that is away. */
static bool is_one(const struct truths *s, int32_t who)
{
    return who >= 0 && (size_t)who < s->bundle->service_count;
}

static void fill_named(struct truths *s, const struct when_node *n, int32_t who, uint8_t *row)
{
    if (!is_one(s, who))
        return;
    s->in.recipient = (uint16_t)who;
    row[s->column[who]] = when_weigh(n, &s->in);
}

/* Everybody gets the stranger's answer, except the services that such words name. */
static void fill_words(struct truths *s, const struct when_node *n, uint8_t *row)
{
    const struct person *p = s->in.facts;
    size_t consents = n->function == WHEN_CONSENT ? p->consent_count : 0;
    size_t objections = n->function == WHEN_OBJECTION ? p->objection_count : 0;
    size_t responsible = n->function == WHEN_RESPONSIBLE ? p->responsible_count : 0;
    memset(row, when_weigh(n, &s->in), s->width);
    for (size_t i = 0; i < consents; i++)
        fill_named(s, n, p->consents[i].recipient, row);
    for (size_t i = 0; i < objections; i++)
        fill_named(s, n, p->objections[i].recipient, row);
    for (size_t i = 0; i < responsible; i++)
        fill_named(s, n, p->responsible[i].service, row);
    for (size_t i = 0; i < p->settlement_count; i++)
        fill_named(s, n, p->settlements[i].recipient, row);
}

static bool asks_words(const struct when_node *n)
{
    if (n->op != WHEN_CALL)
        return false;
    return n->function == WHEN_CONSENT || n->function == WHEN_OBJECTION ||
           n->function == WHEN_RESPONSIBLE;
}

static void fill_term(struct truths *s, const struct ask *a, uint8_t *row)
{
    const struct when_node *n = a->term;
    bool is_call = n->op == WHEN_CALL;
    s->in.recipient = s->asked[0];
    if (a->is_same && s->is_by_agency)
        fill_columns(s, n, row);
    else if (a->is_same)
        memset(row, when_weigh(n, &s->in), s->width);
    else if (is_call && n->function == WHEN_KNOWN)
        fill_relationships(s, (struct slice){ 0 }, row);
    else if (is_call && n->function == WHEN_RELATIONSHIP)
        fill_relationships(s, n->args->next->text, row);
    else if (s->has_stranger && !s->is_by_agency && asks_words(n))
        fill_words(s, n, row);
    else
        fill_columns(s, n, row);
}

static void keep_lesser(uint8_t *restrict row, const uint8_t *restrict other, size_t width)
{
    for (size_t at = 0; at < width; at += TRUTHS_BLOCK)
        for (size_t i = 0; i < TRUTHS_BLOCK; i++)
            row[at + i] = weight_lesser(row[at + i], other[at + i]);
}

static void keep_greater(uint8_t *restrict row, const uint8_t *restrict other, size_t width)
{
    for (size_t at = 0; at < width; at += TRUTHS_BLOCK)
        for (size_t i = 0; i < TRUTHS_BLOCK; i++)
            row[at + i] = weight_greater(row[at + i], other[at + i]);
}

static bool fill_logic(struct truths *s, const struct ask *a, uint8_t *row)
{
    for (uint32_t i = 0; i < a->count; i++) {
        const uint8_t *arg = truths_row(s, a->args[i]);
        if (!arg)
            return false;
        if (i == 0)
            memcpy(row, arg, s->width);
        else if (a->op == ASK_AND)
            keep_lesser(row, arg, s->width);
        else
            keep_greater(row, arg, s->width);
    }
    for (size_t i = 0; a->op == ASK_NOT && i < s->width; i++)
        row[i] = weight_not(row[i]);
    return true;
}

const uint8_t *truths_ask(struct truths *s, uint32_t ask)
{
    const struct ask *a = &s->bundle->compiled->asks[ask];
    uint8_t *row = new_row(s);
    if (!row)
        return NULL;
    if (a->op == ASK_TERM)
        fill_term(s, a, row);
    else if (!fill_logic(s, a, row))
        return NULL;
    s->rows[ask] = row;
    return row;
}

static uint8_t weigh_guard(const struct truths *s, const struct agreement *g, uint16_t service)
{
    enum reason why;
    switch (
        decide_guard(s->bundle, g, s->in.facts, s->in.source, service, s->in.decided_ms, &why)) {
    case TRUTH_TRUE:
        return WEIGHT_TRUE;
    case TRUTH_UNKNOWN:
        return WEIGHT_UNKNOWN;
    default:
        return weight_false(why);
    }
}

static void fill_guard_of(const struct truths *s, const struct agreement *g, int32_t who,
                          uint8_t *row)
{
    if (is_one(s, who))
        row[s->column[who]] = weigh_guard(s, g, (uint16_t)who);
}

/* Everybody gets the stranger's answer, except the services that the person's own words name:
 * consents, or objections where consent is implied. */
static void fill_guard(const struct truths *s, const struct agreement *g, uint8_t *row)
{
    const struct person *p = s->in.facts;
    bool is_implied = slice_equal_text(g->confidentiality, "implied-consent");
    size_t consents = is_implied ? 0 : p->consent_count;
    size_t objections = is_implied ? p->objection_count : 0;
    memset(row, weigh_guard(s, g, s->asked[0]), s->width);
    for (size_t i = 0; i < consents; i++)
        fill_guard_of(s, g, p->consents[i].recipient, row);
    for (size_t i = 0; i < objections; i++)
        fill_guard_of(s, g, p->objections[i].recipient, row);
    for (size_t i = 0; i < p->settlement_count; i++)
        fill_guard_of(s, g, p->settlements[i].recipient, row);
}

static void fill_each_guard(const struct truths *s, const struct agreement *g, uint8_t *row)
{
    for (size_t i = 0; i < s->columns; i++)
        row[i] = weigh_guard(s, g, s->asked[i]);
    memset(row + s->columns, WEIGHT_NONE, s->width - s->columns);
}

const uint8_t *truths_ask_guard(struct truths *s, uint16_t guard)
{
    const struct agreement *g = s->bundle->compiled->guards[guard];
    uint8_t *row = new_row(s);
    if (!row)
        return NULL;
    if (s->has_stranger && !s->is_by_agency)
        fill_guard(s, g, row);
    else
        fill_each_guard(s, g, row);
    s->guards[guard] = row;
    return row;
}
