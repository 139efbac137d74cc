/* answers.c - the conditions of one event, answered for all services at once. */
#include "sharing/ask.h"
#include "sharing/decide.h"

/* ---- columns ---- */

static void name_one(struct services *s, const struct bundle *b, int64_t service)
{
    if (service >= 0 && (size_t)service < b->service_count)
        services_add(s, (unsigned)service);
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
}

/* Every service that the event names where a condition may look. */
static void name_by_event(const struct when_input *in, struct services *s)
{
    const struct mentions *n = &in->bundle->compiled->mentions[in->schema];
    for (size_t i = 0; in->event && i < n->count; i++)
        if (!view_is_null(in->event, n->slots[i]))
            name_one(s, in->bundle, bundle_service(in->bundle, view_text(in->event, n->slots[i])));
}

/* A column each for those named, and column 0 for some stranger (when there is none, it is asked
 * about service 0 and nobody looks at it). */
static void number_columns(struct answers *s, const struct services *named, uint16_t *column,
                           uint16_t *asked)
{
    size_t n = 1;
    for (size_t i = s->bundle->service_count; i-- > 0;) {
        if (services_have(named, (unsigned)i)) {
            column[i] = (uint16_t)n;
            asked[n++] = (uint16_t)i;
        } else {
            asked[0] = (uint16_t)i;
        }
    }
    s->columns = n;
    s->width = (n + ANSWERS_BLOCK - 1) / ANSWERS_BLOCK * ANSWERS_BLOCK;
}

bool answers_begin(struct answers *s, const struct when_input *in, struct err *e)
{
    const struct compiled *k = in->bundle->compiled;
    struct services named = k->named;
    uint16_t *column = ARENA_ARRAY(in->arena, in->bundle->service_count + 1, uint16_t);
    uint16_t *asked = ARENA_ARRAY(in->arena, in->bundle->service_count + 1, uint16_t);
    *s = (struct answers){ .bundle = in->bundle, .in = *in, .arena = in->arena,
                           .column = column, .asked = asked };
    s->rows = ARENA_ARRAY(in->arena, k->ask_count + 1, const uint8_t *);
    s->guards = ARENA_ARRAY(in->arena, k->guard_count + 1, const uint8_t *);
    if (!column || !asked || !s->rows || !s->guards)
        return err_memory(e);
    name_by_facts(in->bundle, in->facts, &named);
    name_by_event(in, &named);
    number_columns(s, &named, column, asked);
    return true;
}

/* ---- rows ---- */

static void fill_term(struct answers *s, const struct ask *a, uint8_t *row)
{
    s->in.recipient = s->asked[0];
    if (a->is_same) {
        memset(row, when_weigh(a->term, &s->in), s->width);
        return;
    }
    for (size_t i = 0; i < s->columns; i++) {
        s->in.recipient = s->asked[i];
        row[i] = when_weigh(a->term, &s->in);
    }
}

static void keep_lesser(uint8_t *row, const uint8_t *other, size_t width)
{
    for (size_t at = 0; at < width; at += ANSWERS_BLOCK)
        for (size_t i = 0; i < ANSWERS_BLOCK; i++)
            row[at + i] = weight_lesser(row[at + i], other[at + i]);
}

static void keep_greater(uint8_t *row, const uint8_t *other, size_t width)
{
    for (size_t at = 0; at < width; at += ANSWERS_BLOCK)
        for (size_t i = 0; i < ANSWERS_BLOCK; i++)
            row[at + i] = weight_greater(row[at + i], other[at + i]);
}

static bool fill_logic(struct answers *s, const struct ask *a, uint8_t *row)
{
    for (uint32_t i = 0; i < a->count; i++) {
        const uint8_t *arg = answers_row(s, a->args[i]);
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

const uint8_t *answers_row(struct answers *s, uint32_t ask)
{
    const struct ask *a = &s->bundle->compiled->asks[ask];
    if (s->rows[ask])
        return s->rows[ask];
    uint8_t *row = ARENA_ARRAY(s->arena, s->width, uint8_t);
    if (!row)
        return NULL;
    if (a->op == ASK_TERM)
        fill_term(s, a, row);
    else if (!fill_logic(s, a, row))
        return NULL;
    return s->rows[ask] = row;
}

const uint8_t *answers_guard(struct answers *s, uint16_t guard)
{
    if (s->guards[guard])
        return s->guards[guard];
    const struct agreement *g = s->bundle->compiled->guards[guard];
    uint8_t *row = ARENA_ARRAY(s->arena, s->width, uint8_t);
    for (size_t i = 0; row && i < s->columns; i++) {
        enum reason why;
        row[i] = decide_guard(g, s->in.facts, s->in.source, s->asked[i], s->in.decided_ms, &why)
                     ? WEIGHT_TRUE
                     : weight_false(why);
    }
    return s->guards[guard] = row;
}
