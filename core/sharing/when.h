/* when.h - the condition of a clause or prohibition (contracts.md 4), a strict subset of CEL.
 *
 * Parsed by recursive descent (depth at most WHEN_DEPTH_MAX), then typed against the schemas of the
 * clause's event types and the facts table: names, types and arities are load errors, so evaluating
 * cannot fail on them. Three-valued: a field that is null, a birth date that is partial, a
 * responsible service that nobody has named are unknown; unknown && false is false, unknown || true
 * is true.
 * Compiled expressions are immutable; any thread.
 * Errors: when.syntax, when.depth, when.name, when.type (ERR_REJECT, offset in the text). */
#ifndef CONCORDAT_SHARING_WHEN_H
#define CONCORDAT_SHARING_WHEN_H

#include "record/catalogue.h"
#include "sharing/facts.h"
#include "sharing/reason.h"

#define WHEN_DEPTH_MAX 16

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

enum when_op {
    WHEN_OR, WHEN_AND, WHEN_NOT,
    WHEN_EQ, WHEN_NE, WHEN_LT, WHEN_LE, WHEN_GT, WHEN_GE, WHEN_IN,
    WHEN_LITERAL, WHEN_LIST, WHEN_PATH, WHEN_HAS, WHEN_CALL,
    WHEN_NAME                           /* "agency/service" of a WHO, compared with a text */
};
enum when_type { WHEN_BOOL, WHEN_TEXT, WHEN_NUMBER, WHEN_TIME, WHEN_SPAN, WHEN_TEXTS, WHEN_NUMBERS,
                 WHEN_WHO, WHEN_SUBJECT };
enum when_function { WHEN_KNOWN, WHEN_RELATIONSHIP, WHEN_CONSENT, WHEN_OBJECTION, WHEN_RESTRICTED,
                     WHEN_RESPONSIBLE, WHEN_ADDRESSED, WHEN_AGE, WHEN_STARTS_WITH, WHEN_DURATION,
                     WHEN_TIMESTAMP, WHEN_FUNCTION_COUNT };

/* Who a WHO term means: a service's index, or one of these. */
#define WHEN_RECIPIENT (-1)
#define WHEN_SOURCE (-2)

struct when_node {
    enum when_op op;
    enum when_type type;
    enum when_function function;        /* WHEN_CALL */
    struct when_node *args, *next;      /* children as a list */
    struct slice text;                  /* literal text, path, function's name */
    int64_t number;                     /* literal number, truth, ms; who */
    const int16_t *slots;               /* WHEN_PATH, WHEN_HAS: by schema index, -1 none */
    size_t at;                          /* offset in the text */
};

struct when {
    const struct when_node *root;
    struct slice text;
    bool uses_event, uses_facts;
};

struct words {
    const struct slice *list;
    size_t count;
};
bool words_have(const struct words *w, struct slice word);

/* What names mean where the expression stands. */
struct when_scope {
    const struct bundle *bundle;        /* catalogue, services */
    const bool *schemas;                /* by schema index: the event types it is used for */
    struct words relationships, functions, restrictions; /* what the facts table can say */
    struct words purposes;              /* the agreement's own; for a prohibition those of all */
};

/* Parses only: the tree, untyped. Lives in a, borrows text. */
MUST_CHECK bool when_parse(struct arena *a, struct slice text, struct when_node **out,
                           struct err *e);
/* Parses and checks. Lives in a, borrows text. */
MUST_CHECK bool when_compile(const struct when_scope *s, struct arena *a, struct slice text,
                             const struct when **out, struct err *e);

/* The parts of the fields it reads. */
void when_reads(const struct bundle *b, const struct when *w, struct categories *out);

/* A claim that is in doubt (claimed.h) leaves what rests on it unknown; or it is taken as counting, or
 * as not made, so that one sees whether anything rests on it. */
enum when_doubt { WHEN_DOUBT_STAYS, WHEN_DOUBT_COUNTS, WHEN_DOUBT_FALLS };
struct when_input {
    const struct bundle *bundle;
    const struct person *facts;
    const struct view *event;           /* NULL: facts alone; what reads the event is unknown */
    size_t schema;                      /* index of the event's schema in the catalogue */
    uint16_t source, recipient;
    int64_t decided_ms;
    struct arena *arena;                /* scratch: lists of texts */
    struct when_age *age;               /* scratch: the age is worked out once; NULL: each time */
    enum when_doubt doubt;
    bool all_claims_count;              /* found out for all of the event at once; false: ask of each */
};
/* Full years; unknown of a birth date that is not whole. */
struct when_age {
    bool is_asked, is_known;
    int64_t years;
};
/* why: when false, the gate that stopped it. */
enum truth when_eval(const struct when *w, const struct when_input *in, enum reason *why);

/* What one part of a condition is worth, as a weight (weight.h). */
uint8_t when_weigh(const struct when_node *n, const struct when_input *in);

/* The facts' answers, also for the agreements' guards (latest word by time of occurring). Unknown of a
 * consent or an objection: a yes of one agency against another's no (conflict.h). */
enum truth facts_consent(const struct person *p, struct slice purpose, uint16_t who, int64_t at_ms);
/* Whether any word for that service itself, or for all, was ever given. */
bool facts_consent_was_asked(const struct person *p, struct slice purpose, uint16_t who);
enum truth facts_objection(const struct person *p, uint16_t who);
/* Whether a relationship counts: it is open, of that kind (empty: any), and its claim is not in doubt. */
enum truth facts_counts(const struct when_input *in, const struct relationship *r,
                        struct slice kind);
enum truth facts_related(const struct when_input *in, struct slice kind, uint16_t who);
/* Besides the kinds of restriction: FACTS_UNCHECKED, nobody has ever said whether the location is
 * restricted or not; FACTS_DECEASED, the person has died (unknown while that is not registered). */
#define FACTS_UNCHECKED "location-unchecked"
#define FACTS_DECEASED "deceased"
enum truth facts_restricted(const struct person *p, struct slice kind);
/* Unknown: nobody ever said, the last word is that it cannot be told, two words of that moment differ, or
 * it would be who by a word that is in doubt; such a word takes nothing from anybody. */
enum truth facts_responsible(const struct when_input *in, struct slice function, uint16_t who);
/* Whether an event, or the version that stands in its place, was taken back. */
bool facts_taken_back(const struct person *p, const struct episode_event *x);

#endif
