/* analyse_inside.h - what the files of the analysis share. */
#ifndef CONCORDAT_SHARING_TOOLS_ANALYSE_INSIDE_H
#define CONCORDAT_SHARING_TOOLS_ANALYSE_INSIDE_H

#include "sharing/tools/analyse.h"
#include "sharing/rules/compiled.h"
#include "sharing/tools/naming.h"

/* What a service's feeds can say of one kind of event. */
struct says {
    bool is_said;
    const struct schema *schema;
    bool *slots;              /* joined over its feeds */
    struct categories filled; /* of those slots, and of what intake itself sets */
};

/* All that begins with one word: "stay". */
struct group {
    struct categories portions;
    size_t count; /* of its categories */
};

struct analysis {
    const struct analyse_input *in;
    const struct bundle *b;
    const struct compiled *k;
    struct arena *arena;
    struct problems *problems, *warnings;
    struct categories own;             /* always and never: not for agreements */
    const struct categories *portions; /* by category */
    const struct group *groups;        /* by category: the one it is in */
    const struct categories *of_kind;  /* by kind: what its type has for agreements */
    const struct categories *taken;    /* by kind and service: what prohibitions without a
                                          condition take whatever the source */
    const struct categories *may;      /* by kind and service: what clauses release of it */
    const bool *has_feed;              /* by service */
    const struct says *says;           /* by service and kind; NULL: mappings are not known */
};

static inline const struct says *analysis_says(const struct analysis *x, size_t service,
                                               uint32_t kind)
{
    return &x->says[service * x->k->kind_count + kind];
}

/* All of it for a set of categories, a whole group by its name; nothing when the set is empty. */
void analyse_say_set(const struct analysis *x, struct naming *m, const struct categories *set);
/* The word that a category begins with: "stay". */
struct slice analyse_group(const struct bundle *b, unsigned category);
/* Adds "Type.kind". */
void analyse_name_kind(const struct analysis *x, struct naming *m, uint32_t kind);
/* "clause 'NAME' what: ..." as warnings. */
void analyse_say_of_clause(const struct analysis *x, const struct clause *c, const char *code,
                           const char *what, const struct categories *set, bool in_full);
/* The type and the kind of a number. */
const struct schema *analyse_kind(const struct analysis *x, uint32_t kind, struct slice *name);

/* Whether an agreement will share nothing more: it is stopped, or a later version is in force. */
bool analyse_is_gone(const struct analysis *x, const struct agreement *g);
static inline bool analyse_is_gone_clause(const struct analysis *x, const struct clause *c)
{
    return analyse_is_gone(x, &x->b->agreements[c->agreement]);
}
static inline bool analyse_meet(const struct categories *a, const struct categories *b)
{
    struct categories both = *a;
    categories_keep(&both, b);
    return !categories_is_empty(&both);
}

/* Each adds its findings. */
void analyse_clauses(struct analysis *x);      /* analyse_clause.c: never, overridden, reads */
void analyse_prohibitions(struct analysis *x); /* analyse_clause.c */
void analyse_pairs(struct analysis *x);   /* analyse_pairs.c: shadowed, undone, told differently */
void analyse_cover(struct analysis *x);   /* analyse_cover.c: kinds and categories of nobody */
void analyse_sources(struct analysis *x); /* analyse_cover.c: against the site's mappings */
void analyse_ways(struct analysis *x);    /* analyse_ways.c: what no delivery carries */
void analyse_facts(struct analysis *x);   /* analyse_facts.c: what nobody may say or end */
void analyse_ends(struct analysis *x);    /* analyse_ends.c: an opening told, and not its end */
void analyse_terms(struct analysis *x);   /* analyse_terms.c: approvals, ends, reviews */

#endif
