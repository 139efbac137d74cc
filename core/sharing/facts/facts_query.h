/* facts_query.h - what the facts of a person answer to conditions and guards. Pure. */
#ifndef CONCORDAT_SHARING_FACTS_FACTS_QUERY_H
#define CONCORDAT_SHARING_FACTS_FACTS_QUERY_H

#include "sharing/facts/facts.h"
#include "sharing/rules/when.h"

/* What a claim in doubt (claimed.h) does: what rests on it stays unknown; or the claim is taken as
 * counting, or as not made, to see whether anything rests on it. */
enum facts_doubt { FACTS_DOUBT_STAYS, FACTS_DOUBT_COUNTS, FACTS_DOUBT_FALLS };
struct when_age; /* decide/when_eval.h */
/* For whom, and when, the facts are asked. */
struct facts_context {
    const struct bundle *bundle;
    const struct person *facts;
    const struct view *event; /* NULL: facts alone; what reads the event is unknown */
    size_t schema;            /* index of the event's schema in the catalogue */
    uint16_t source, recipient;
    int64_t decided_ms;
    struct arena *arena;  /* scratch: lists of texts */
    struct when_age *age; /* scratch: the age is worked out once; NULL: each time */
    enum facts_doubt doubt;
    bool all_claims_count; /* found out for all of the event at once; false: ask of each */
};

/* What words are asked: may something be shared with that service, by consent for that purpose, or
 * unless the person objects. */
struct sharing_question {
    bool is_objection;
    struct slice purpose; /* of a consent */
    uint16_t who;
    struct slice for_agency; /* of whoever would get it: by what its own people alone have settled
                                by a yes nothing goes to it; empty: all that was settled counts */
};

/* The name of the agency that a service is of. */
static inline struct slice service_agency(const struct bundle *b, uint16_t service)
{
    return b->agencies[b->services[service].agency].name;
}

/* The facts' answers, also for the agreements' guards (latest word by time of occurring). Unknown
 * of a consent or an objection: a yes of one agency against another's no (conflict.h). */
enum truth facts_consent(const struct person *p, const struct sharing_question *ask, int64_t at_ms);
/* Whether any word for that service itself, or for all, was ever given. */
bool facts_consent_was_asked(const struct person *p, struct slice purpose, uint16_t who);
enum truth facts_objection(const struct person *p, const struct sharing_question *ask);
/* Whether a relationship counts: it is open, of that kind (empty: any), and its claim is not in
 * doubt. */
enum truth facts_counts(const struct facts_context *in, const struct relationship *r,
                        struct slice kind);
enum truth facts_related(const struct facts_context *in, struct slice kind, uint16_t who);
/* kind: also WORDS_UNCHECKED or WORDS_DECEASED (words.h). */
enum truth facts_restricted(const struct facts_context *in, struct slice kind);
/* Unknown in four cases: nobody ever said; the last word is that it cannot be told; two words of
 * that moment differ; only a word in doubt names who. A word in doubt takes nothing from
 * anybody. */
enum truth facts_responsible(const struct facts_context *in, struct slice function, uint16_t who);
/* Whether an event, or the version that stands in its place, was taken back. */
bool facts_taken_back(const struct person *p, const struct episode_event *x);

/* Ids of the events whose words say yes (or no) to that question, end to end: each agency's last
 * words, without those overruled. In a; p NULL: no memory. */
struct slice facts_words(const struct person *p, const struct sharing_question *ask, bool yes,
                         int64_t at_ms, struct arena *a);
/* Whether named people have settled that very question by s, for whomever. */
bool facts_settles(const struct settlement *s, const struct sharing_question *ask);

#endif
