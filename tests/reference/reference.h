/* reference.h - a second sharing engine, slow and plain, written from the text of the rules alone.
 *
 * It shares no code with core/sharing: bundle, facts and event are lists of words here, roles and
 * categories are looked up by name each time, conditions are walked as trees. What it decides is
 * what the words say; the compiled engine must decide the same in every field. The generator makes
 * cases from a seed, writes them as the YAML that people write, and hands the same facts and event
 * to the engine. Everything lives in an arena; nothing here is for production. */
#ifndef CONCORDAT_TESTS_REFERENCE_H
#define CONCORDAT_TESTS_REFERENCE_H

#include "record/catalogue.h"

#define REF_DAY_MS ((int64_t)86400000)

/* ---- conditions ---- */

enum ref_type { REF_BOOL, REF_TEXT, REF_NUMBER, REF_TIME, REF_SPAN, REF_TEXTS, REF_NUMBERS };
enum ref_op {
    REF_OR,
    REF_AND,
    REF_NOT,
    REF_EQ,
    REF_NE,
    REF_LT,
    REF_LE,
    REF_GT,
    REF_GE,
    REF_IN,
    REF_LITERAL,
    REF_LIST,
    REF_PATH,
    REF_HAS,
    REF_KNOWN,
    REF_RELATIONSHIP,
    REF_CONSENT,
    REF_OBJECTION,
    REF_RESTRICTED,
    REF_RESPONSIBLE,
    REF_ADDRESSED,
    REF_AGE,
    REF_STARTS_WITH,
    REF_TIMESTAMP,
    REF_NAME /* the name of who, beside a text */
};
#define REF_RECIPIENT (-1)
#define REF_SOURCE (-2)
#define REF_ARGS 4

struct ref_expr {
    enum ref_op op;
    enum ref_type type;
    const char *text; /* literal, path, kind, purpose, function */
    int64_t number;   /* literal; truth of a literal; milliseconds */
    int who;          /* a service, or REF_RECIPIENT, REF_SOURCE */
    bool extra_parentheses;
    struct ref_expr *args[REF_ARGS];
    size_t count;
};

/* ---- the bundle ---- */

struct ref_words {
    const char **at;
    size_t n;
};
struct ref_kind {
    size_t schema, kind;
}; /* by place in the catalogue, in its schema */
struct ref_kinds {
    struct ref_kind *at;
    size_t n;
};

struct ref_service {
    size_t agency;
    const char *name, *role;
}; /* name: "agency/service" */
struct ref_agreement {
    const char *name, *purpose, *confidentiality, *from, *until; /* days */
    unsigned version;
    struct ref_words parties, approved; /* agencies */
    const char *extended_until;         /* by an order of its own; NULL */
    const char *stopped;                /* since when, by an order of its own; NULL */
    bool is_stopped_in_all_versions;
};
enum ref_obligation { REF_YEAR, REF_DATE, REF_FLAG, REF_ALIAS, REF_OBLIGATIONS_COUNT };
struct ref_clause {
    size_t agreement;
    const char *id;
    struct ref_kinds share;
    struct ref_words from, to, release, oblige[REF_OBLIGATIONS_COUNT];
    struct ref_expr *when;    /* NULL: none */
    const char *lasting_kind; /* NULL: as long as the agreement */
    int lasting_days;
};
struct ref_prohibition {
    const char *id, *tell;               /* tell NULL: nothing */
    const char *reason;                  /* its own; NULL: none, and it is not protected */
    struct ref_kinds share;              /* none: all */
    struct ref_words from, to, withhold; /* from, to none: all */
    struct ref_expr *when;
};
#define REF_TYPES 3
struct ref_bundle {
    size_t types[REF_TYPES];  /* that its clauses share */
    struct ref_words fields;  /* paths that may be named */
    const char *more_aliases; /* NULL, or what the table has besides */
    const char **agencies;
    bool *entitled; /* by agency: it may use NHS numbers */
    size_t agency_count;
    struct ref_service *services;
    size_t service_count;
    struct ref_agreement *agreements;
    size_t agreement_count;
    struct ref_clause *clauses; /* in the order of their agreements */
    size_t clause_count;
    struct ref_prohibition *prohibitions;
    size_t prohibition_count;
    struct ref_kinds ending;    /* those that clauses last beyond */
    struct ref_kinds opening;   /* their source is a tenancy from then on, and responsible for
                                   homelessness */
    struct ref_kinds beginning; /* of a type of which some end: their source has a stay of the
                                   person's from then on, until one of those */
    /* Roles of those who may say so by what facts.yaml says of openings, of beginnings, and of the
     * ends of what begins. */
    struct ref_words opening_by, beginning_by, ending_by;
};

/* ---- the person and the event ---- */

struct ref_relationship {
    const char *kind;
    int with;
    bool is_open;
    size_t by; /* agency that says so */
};
struct ref_consent {
    const char *purpose; /* "": none named */
    int to;              /* -1: every service */
    bool granted;
    const char *basis, *capacity; /* as the record has them; "": nobody said */
    int64_t at_ms, until_ms;      /* until INT64_MAX: without end */
    int source;
    size_t number;
};
struct ref_objection {
    int to;
    bool stands;
    int64_t at_ms;
    int source;
    size_t number;
};
#define REF_WORDS_MAX 8
/* People have ended a conflict about one service: those consents, or objections, count no more
 * there. */
struct ref_settlement {
    const char *purpose; /* NULL: about objections */
    int to;
    bool yes;
    int by; /* agency of all who said yes: not for its own services; -1: of several, or no */
    bool *overrules; /* by number of the consent, or objection */
};
struct ref_restriction {
    const char *kind;
    bool stands;
    int64_t at_ms;
    int source;
};
#define REF_OUTSIDE (-1) /* somebody outside the region */
#define REF_CANNOT_BE_TOLD (-2)
struct ref_responsible {
    const char *function;
    int service;
    int64_t at_ms;
    size_t by;
};
/* An agency says whom it means: by a birth date, or by what it was sent ("": a link). The later in
 * the list is the later of one moment. */
struct ref_birth {
    size_t agency;
    const char *hash;
    int64_t at_ms;
};
struct ref_death {
    bool is_formal;
};
/* A named person's no: to an event of that number and its corrections, or to all of an episode of
 * that agency; and what they have reopened, which only a person's release ends. */
struct ref_refusal {
    size_t agency;
    int to;
    uint64_t serial;
    const char *episode;
};
/* An earlier event of an episode: one that ends it, or begins it. */
struct ref_past {
    size_t agency, schema, kind;
    const char *episode;
    int64_t occurred_ms, decided_ms;
    bool retracted;
    int source;
};
struct ref_facts {
    struct ref_relationship *relationships;
    size_t relationship_count;
    struct ref_consent *consents;
    size_t consent_count;
    struct ref_objection *objections;
    size_t objection_count;
    struct ref_settlement *settlements;
    size_t settlement_count;
    struct ref_restriction *restrictions;
    size_t restriction_count;
    struct ref_responsible *responsible;
    size_t responsible_count;
    struct ref_death *deaths;
    size_t death_count;
    struct ref_past *past;
    size_t past_count;
    struct ref_birth *births;
    size_t birth_count;
    struct ref_refusal *refusals;
    size_t refusal_count;
    bool has_unread; /* a message that may restrict could not be read */
};

enum ref_sort { REF_NULL, REF_IS_TEXT, REF_IS_NUMBER, REF_IS_BOOL, REF_IS_TEXTS, REF_IS_RECORDS };
struct ref_value {
    enum ref_sort sort;
    const char *text;
    int64_t number; /* of records: what their fields are made from */
    struct ref_words texts;
};
struct ref_event {
    size_t schema, kind;
    int source;
    const char *episode; /* NULL: none */
    uint64_t serial;     /* its id */
    uint64_t original;   /* the one that it corrects; 0: none */
    int64_t occurred_ms;
    struct ref_value *values; /* by slot of the schema's plan */
    size_t value_count;
};

/* ---- deciding ---- */

/* Of the event's fields, by slot of its plan: here nothing is gathered into categories. */
#define REF_SLOTS_MAX 128
struct ref_set {
    bool has[REF_SLOTS_MAX];
};
enum ref_outcome { REF_DISCLOSE, REF_WITHHOLD, REF_HOLD };
struct ref_decision {
    int to;
    enum ref_outcome outcome;
    const char *reason;
    struct ref_set released, withheld, obliged[REF_OBLIGATIONS_COUNT];
    struct ref_set would; /* be released without prohibitions */
    size_t *clauses, clause_count;
    size_t *prohibitions, prohibition_count;
    const char *tell; /* NULL: nothing */
};
struct ref_case {
    const struct catalogue *catalogue;
    struct ref_bundle *bundle;
    struct ref_facts *facts;
    struct ref_event *event;
    int64_t at_ms;        /* decision time */
    bool is_released;     /* a human has released the hold */
    const char *held_for; /* where it is: what the hold said that was released */
    enum {
        REF_IN_DOUBT,
        REF_DOUBT_COUNTS,
        REF_DOUBT_FALLS
    } doubt; /* what a claim in doubt is taken as */
};
/* What a word of a release, an obligation or a prohibition means for the event: a category (its
 * full name, a group, a last segment) before a field by its path, unless it is written "field
 * PATH". */
struct ref_set ref_meant(const struct ref_case *c, const char *word);
bool ref_is_category(const struct ref_case *c, const char *word);
/* Fields of the event's type that the bundle names by themselves somewhere. */
struct ref_set ref_named(const struct ref_case *c);
/* A set as it is written out: a category all of whose fields (of the event's type) are in it by its
 * name; "NAME except PATH, PATH" where what nobody names is in it; else each PATH, in the order of
 * the alphabet ("field PATH" where a category has that name). Parted by "; ". */
const char *ref_names(struct arena *a, const struct ref_case *c, const struct ref_set *named,
                      const struct ref_set *set);
/* One decision a candidate, by number of service. */
void ref_decide(struct arena *a, const struct ref_case *c, struct ref_decision **out, size_t *n);
/* The one of one service; false when it is no candidate. */
bool ref_decide_one(struct arena *a, const struct ref_case *c, int to, struct ref_decision *out);

/* Three-valued. why: the row of its reason code when false; why_not: when true and negated. */
enum ref_truth { REF_FALSE, REF_TRUE, REF_UNKNOWN };
struct ref_verdict {
    enum ref_truth truth;
    size_t why, why_not;
};
struct ref_verdict ref_evaluate(const struct ref_case *c, int recipient, const struct ref_expr *x);
/* to: whoever would get it. */
enum ref_truth ref_consent_stands(const struct ref_case *c, int to, const char *purpose, int who);
void ref_conflicts(const struct ref_case *c, int to, const struct ref_expr *x, bool *consent,
                   bool *objection);
bool ref_consent_was_asked(const struct ref_case *c, const char *purpose, int who);
enum ref_truth ref_objection_stands(const struct ref_case *c, int to, int who);
/* The row of reasons.def of a code; of two that of the gate which comes first, or last. */
size_t ref_reason(const char *code);
size_t ref_reason_first(size_t a, size_t b);
size_t ref_reason_last(size_t a, size_t b);
const char *ref_reason_code(size_t reason);
bool ref_same(const char *a, const char *b);
/* Whether a service has one of those roles. */
bool ref_may_say(const struct ref_bundle *b, const struct ref_words *by, int service);

/* ---- claims (claims.c) ---- */

/* What a claim by that agency amounts to for the event at hand; a relationship's may be borne
 * out. */
enum ref_claim { REF_CLAIM_COUNTS, REF_CLAIM_UNVERIFIED, REF_CLAIM_DISAGREES };
enum ref_claim ref_claim_by(const struct ref_case *c, size_t agency);
enum ref_claim ref_claim_of(const struct ref_case *c, const struct ref_relationship *r);
/* Of all claims that speak for that service; where none of those is in doubt, of all. */
/* Whether the event at hand makes its source known itself. */
bool ref_opens_for_source(const struct ref_case *c);
enum ref_claim ref_claim_worst(const struct ref_case *c, int service);

/* ---- days (calendar.c) ---- */

/* First millisecond of that day in London ("2026-03-29"). */
int64_t ref_day_start(const char *day);
/* The first that is no longer of it. */
int64_t ref_day_end(const char *day);
/* The London day of a moment, as a number that grows with it: year * 10000 + month * 100 + day. */
int ref_day_of(int64_t ms);
/* ISO 8601 to milliseconds; false unless it names at least a minute. */
bool ref_time(const char *text, int64_t *ms);

/* ---- making cases (generate*.c) ---- */

struct ref_random {
    uint64_t state;
};
uint64_t ref_next(struct ref_random *r);
size_t ref_below(struct ref_random *r, size_t n); /* 0 for n 0 */
bool ref_chance(struct ref_random *r, unsigned percent);

struct ref_size {
    size_t agencies, services, agreements, clauses, prohibitions;
};
/* A size as most are: small; now and then more than a machine word has bits. */
struct ref_size ref_random_size(struct ref_random *r);
struct ref_bundle *ref_random_bundle(struct arena *a, struct ref_random *r,
                                     const struct catalogue *c, struct ref_size size);
/* One more, not added to the bundle; of a name that no other has. */
void ref_random_clause(struct arena *a, struct ref_random *r, const struct catalogue *c,
                       struct ref_bundle *b, size_t agreement, struct ref_clause *out);
void ref_random_prohibition(struct arena *a, struct ref_random *r, const struct catalogue *c,
                            struct ref_bundle *b, struct ref_prohibition *out);
struct ref_facts *ref_random_facts(struct arena *a, struct ref_random *r,
                                   const struct ref_bundle *b, int64_t at_ms,
                                   const struct catalogue *c);
struct ref_event *ref_random_event(struct arena *a, struct ref_random *r,
                                   const struct ref_bundle *b, const struct catalogue *c,
                                   int64_t at_ms);
/* One that the slot can hold; null only where it may be. */
struct ref_value ref_random_value(struct arena *a, struct ref_random *r, const struct ref_bundle *b,
                                  const struct slot *s, int64_t at_ms);
int64_t ref_random_moment(struct ref_random *r, const struct ref_bundle *b);
/* A condition over these types' fields; purpose NULL: any. */
struct ref_scope {
    const struct catalogue *catalogue;
    const struct ref_bundle *bundle;
    struct ref_kinds share;
    const char *purpose;
    bool for_cel; /* only what CEL says the same way */
};
struct ref_expr *ref_random_condition(struct arena *a, struct ref_random *r,
                                      const struct ref_scope *s);
/* Words that facts.yaml here makes known. */
extern const char *const ref_relationships[4], *const ref_functions[3], *const ref_restrictions[5],
                                                                            *const ref_purposes[3];
const char *ref_pick_text(struct ref_random *r, const struct ref_bundle *b);

/* ---- what waits for people (refused.c) ---- */

/* Of facts that a case has: refusals of the event at hand, which may be a correction, and of
 * others. */
void ref_random_refusals(struct arena *a, struct ref_random *r, struct ref_case *c);
bool ref_is_refused(const struct ref_case *c, int to);

/* ---- writing them (write.c) ---- */

struct ref_file {
    const char *name;
    struct slice bytes;
};
struct ref_files {
    struct ref_file *at;
    size_t n;
};
/* shuffle: clauses, prohibitions in another order, and files by other names; 0: as they stand. */
void ref_write_bundle(struct arena *a, const struct ref_case *c, uint64_t shuffle,
                      struct ref_files *files);
void ref_print_expression(struct buf *out, const struct ref_bundle *b, const struct ref_expr *x);

#endif
