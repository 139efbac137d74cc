/* when.h - the condition of a clause or prohibition, as a typed tree.
 *
 * The language is a strict subset of CEL (load/when_compile.h reads it, decide/when_eval.h weighs
 * it). It is three-valued: a field that is null, a birth date that is partial, a responsible
 * service that nobody has named are unknown; unknown && false is false, unknown || true is true.
 * Immutable; any thread. */
#ifndef CONCORDAT_SHARING_RULES_WHEN_H
#define CONCORDAT_SHARING_RULES_WHEN_H

#include "record/catalogue.h"
#include "sharing/rules/reason.h"

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

enum when_op {
    WHEN_OR,
    WHEN_AND,
    WHEN_NOT,
    WHEN_EQ,
    WHEN_NE,
    WHEN_LT,
    WHEN_LE,
    WHEN_GT,
    WHEN_GE,
    WHEN_IN,
    WHEN_LITERAL,
    WHEN_LIST,
    WHEN_PATH,
    WHEN_HAS,
    WHEN_CALL,
    WHEN_NAME /* "agency/service" of a WHO, compared with a text */
};
enum when_type {
    WHEN_BOOL,
    WHEN_TEXT,
    WHEN_NUMBER,
    WHEN_TIME,
    WHEN_SPAN,
    WHEN_TEXTS,
    WHEN_NUMBERS,
    WHEN_WHO,
    WHEN_SUBJECT
};
enum when_function {
    WHEN_KNOWN,
    WHEN_RELATIONSHIP,
    WHEN_CONSENT,
    WHEN_OBJECTION,
    WHEN_RESTRICTED,
    WHEN_RESPONSIBLE,
    WHEN_ADDRESSED,
    WHEN_AGE,
    WHEN_STARTS_WITH,
    WHEN_DURATION,
    WHEN_TIMESTAMP,
    WHEN_FUNCTION_COUNT
};

/* Who a WHO term means: a service's index, or one of these. */
#define WHEN_RECIPIENT (-1)
#define WHEN_SOURCE (-2)

struct when_node {
    enum when_op op;
    enum when_type type;
    enum when_function function;   /* WHEN_CALL */
    struct when_node *args, *next; /* children as a list */
    struct slice text;             /* literal text, path, function's name */
    int64_t number;                /* literal number, truth, ms; who */
    const int16_t *slots;          /* WHEN_PATH, WHEN_HAS: by schema index, -1 none */
    size_t at;                     /* offset in the text */
};

struct when {
    const struct when_node *root;
    struct slice text;
    bool uses_event, uses_facts;
};

struct bundle;
/* The portions of the fields it reads. */
void when_reads(const struct bundle *b, const struct when *w, struct categories *out);

#endif
