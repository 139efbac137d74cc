/* compiled.h - the compiled insides of a bundle; for the room sharing only.
 *
 * Event types and kinds are numbered through: kind k of schema s has number kind_base[s] + k.
 * Services, clauses and prohibitions are numbered in file order. A row of bits a value says which
 * clauses accept it, so that one event costs one AND and then only what is left over (decide.c). */
#ifndef CONCORDAT_SHARING_RULES_COMPILED_H
#define CONCORDAT_SHARING_RULES_COMPILED_H

#include "sharing/rules/alias.h"
#include "sharing/rules/ask.h"
#include "sharing/rules/bundle.h"
#include "sharing/rules/fact_rule.h"
#include "sharing/rules/kinds.h"
#include "sharing/rules/names.h"
#include "sharing/rules/obligation.h"
#include "sharing/rules/portions.h"
#include "sharing/rules/reason.h"
#include "sharing/rules/services.h"
#include "sharing/rules/when.h"
#include "sharing/rules/words.h"

struct clause {
    uint16_t agreement;
    struct slice id, name; /* name: "agreement/version/clause" */
    const char *file;
    uint32_t line, column;
    const uint32_t *kinds; /* numbers of the event types and kinds it shares */
    size_t kind_count;
    struct services from, to;
    struct categories release;
    const struct when *when;   /* NULL: no condition */
    struct slice lasting_kind; /* empty: as long as the agreement */
    int64_t lasting_ms;
    struct slice death_not_told; /* why; empty: it is told, or the end without its cause */
    struct categories obliged[OBLIGE_COUNT]; /* portions of release that only go changed */
    struct categories plain;                 /* the others */
    bool has_obligations;
};

struct prohibition {
    struct slice id, tell, source; /* tell: what the recipient learns; empty: nothing */
    const char *file;
    uint32_t line, column;
    bool is_for_all_kinds;
    const uint32_t *kinds;
    size_t kind_count;
    struct services to;
    struct categories withhold;
    const struct when *when;
    struct services from; /* of events of these */
    bool is_protected;    /* that it bites tells something itself: its id is not shown */
    enum reason reason;   /* its own, protected too; REASON_PROHIBITED: it has none */
};

struct traced_feed {
    struct slice agency, feed;
};

/* What deciding needs of a clause, close together: there are thousands. */
struct rule {
    uint32_t when;    /* number of an ask; ASK_ALWAYS: no condition */
    uint32_t lasting; /* number of an end; 0: as long as the agreement */
    uint16_t agreement;
    bool has_obligations;
};
/* The same of an agreement. */
struct terms {
    int64_t from_ms, until_ms;
    int64_t stopped_ms, superseded_ms; /* NEVER_MS: never */
    uint16_t guard;                    /* 0: none */
    uint16_t name;                     /* number of the first agreement of that name */
    bool approved;
};
/* An end that clauses wait for: so long after that kind was decided (lasting.c). */
struct end {
    struct slice kind;
    int64_t after_ms;
    const bool *begun_by; /* by number of kind: opens what that kind ends */
};
/* The slots of a schema whose text may name a recipient: first those that say whom an event is
 * addressed to, then what else a condition compares with a recipient's name. */
struct mentions {
    const uint16_t *slots;
    size_t count, addressee_count;
};

/* A field that has a portion of its own. */
struct carved {
    struct slice path; /* without [] */
    unsigned category;
    struct slice name; /* the path as it is written; "field PATH" where it must be */
};

struct compiled {
    const struct schema *const *schemas; /* by schema index */
    const struct carved *carved;         /* by portion, after the catalogue's categories */
    size_t carved_count;
    struct categories carved_from;  /* categories that something is carved out of */
    const uint8_t *const *portions; /* by schema index, by slot */
    const struct categories *types; /* by schema index: all portions it has; [count]: of any */
    const uint32_t *kind_base;      /* by schema index; [count]: number of all kinds */
    uint32_t kind_count;
    struct names services, agencies; /* filled when region.yaml has been read */
    const struct traced_feed *traced;
    size_t traced_count;
    struct words relationships, functions, restrictions, purposes;
    struct services checkers;    /* whose word on a location says that it was checked */
    bool anybody_checks;         /* and not these alone */
    const bool *closes;          /* by number of kind: ends its episode */
    const bool *says_sharing;    /* by number of kind: a consent, an objection, a restriction */
    const struct alias *aliases; /* in order */
    size_t alias_count, alias_bytes_max; /* of the longest */
    /* Rows of bits: of clauses by kind and by source, of services by clause; so of prohibitions. */
    size_t words, service_words, prohibition_words;
    const uint64_t *clauses_of_kind, *clauses_from, *clause_to;
    const uint64_t *prohibitions_of_kind, *prohibitions_from, *prohibitions_to;
    const struct categories *categories;   /* by schema index: what agreements can release of it */
    const struct rule *rules;              /* by clause */
    const struct categories *releases;     /* by clause */
    const struct terms *terms;             /* by agreement */
    const struct agreement *const *guards; /* by guard: one that has it */
    const struct end *ends;
    const struct ask *asks;
    size_t guard_count, end_count, ask_count;
    const uint32_t *prohibition_when; /* by prohibition: number of an ask */
    const struct mentions *mentions;  /* by schema index */
    struct services named;            /* by a condition itself */
    uint8_t reason_of_rank[128];      /* enum reason */
};

static inline bool prohibition_is_for(const struct prohibition *p, uint32_t kind)
{
    return p->is_for_all_kinds || kinds_have(p->kinds, p->kind_count, kind);
}

#endif
