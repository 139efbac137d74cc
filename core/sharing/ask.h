/* ask.h - conditions, each asked once an event for everybody; for the room sharing only.
 *
 * Thousands of clauses say the same few things. When a bundle is compiled, equal conditions and
 * equal parts of conditions become one `struct ask`. When an event is decided, each that is needed
 * is answered once, for all services: a row of weights (weight.h). A row has a column for each
 * service that the person's facts, the event or a condition names, and one more for the stranger:
 * services that nobody names are all alike, so what holds for one stranger holds for all. The cost
 * of a condition thus follows how many services the person has to do with, not how many there are.
 * Asks are immutable, any thread; answers belong to one event in one thread. */
#ifndef CONCORDAT_SHARING_ASK_H
#define CONCORDAT_SHARING_ASK_H

#include "sharing/clause.h"
#include "sharing/weight.h"

#define ASK_ALWAYS UINT32_MAX /* no condition */

enum ask_op { ASK_TERM, ASK_NOT, ASK_AND, ASK_OR };

struct ask {
    enum ask_op op;
    bool is_same;                 /* for every recipient */
    const struct when_node *term; /* ASK_TERM: anything but ! && || */
    const uint32_t *args;         /* else: asks that stand before this one */
    uint32_t count;
};

/* Interning, while a bundle is compiled. room: at most so many nodes are added. */
struct ask_table {
    struct arena *arena;
    size_t schemas; /* of the catalogue */
    struct ask *list;
    uint32_t count;
    uint32_t *slots; /* open addressing: number + 1; 0 empty */
    size_t mask;
    const struct when_node *
        *names; /* literals and paths that a condition compares a recipient with */
    size_t name_count;
    bool lost; /* memory ran out */
};
MUST_CHECK bool ask_table_init(struct ask_table *t, struct arena *a, size_t schemas, size_t room);
/* How many nodes a condition has. NULL has none. */
size_t ask_nodes(const struct when *w);
/* The number of a condition; ASK_ALWAYS of NULL. */
uint32_t ask_intern(struct ask_table *t, const struct when *w);

/* ---- answers to one event ---- */

struct answers {
    const struct bundle *bundle;
    struct when_input in; /* recipient: set for each column */
    struct arena *arena;
    struct services named;  /* all others are strangers */
    const uint16_t *column; /* by service */
    const uint16_t *asked;  /* by column: the service that is asked */
    size_t columns, width;  /* width: rounded up, of a row */
    bool has_stranger;      /* in column 0 */
    const uint8_t **rows;   /* by ask; NULL: not asked yet */
    const uint8_t **guards; /* by guard */
    uint8_t *more_rows;
    size_t rows_left;
    struct when_age age;
};

#define ANSWERS_BLOCK 16 /* a row is whole blocks, for loops over bytes of fixed length */

MUST_CHECK bool answers_begin(struct answers *s, const struct when_input *in, struct err *e);
/* Answers a condition (not ASK_ALWAYS): its row of weights. NULL: memory is out. */
const uint8_t *answers_ask(struct answers *s, uint32_t ask);
static inline const uint8_t *answers_row(struct answers *s, uint32_t ask)
{
    return s->rows[ask] ? s->rows[ask] : answers_ask(s, ask);
}
/* Whether the agreement's own confidentiality basis lets anything go: WEIGHT_TRUE or the gate. */
const uint8_t *answers_ask_guard(struct answers *s, uint16_t guard);
static inline const uint8_t *answers_guard(struct answers *s, uint16_t guard)
{
    return s->guards[guard] ? s->guards[guard] : answers_ask_guard(s, guard);
}

#endif
