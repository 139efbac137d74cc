/* load.h - reading the bundle's files strictly; for the room sharing only.
 *
 * Every reader goes on after a problem, so that all are found. What it made of what is broken is
 * only good for finding more problems: bundle_load throws the whole away when there was one. */
#ifndef CONCORDAT_SHARING_LOAD_LOAD_H
#define CONCORDAT_SHARING_LOAD_LOAD_H

#include "host/strict.h"
#include "sharing/load/load_approvers.h"
#include "sharing/load/signed_approval.h"
#include "sharing/load/source.h"
#include "sharing/load/when_compile.h"
#include "sharing/rules/compiled.h"
#include "sharing/rules/rule_choices.h"

struct loader {
    struct strict reader;
    struct bundle *bundle; /* being made */
    struct compiled *compiled;
    const struct bundle_source *source;
    struct slice *hashed; /* bytes of every file read, in order */
    size_t hashed_count, hashed_room;
    struct agreement *agreements; /* growing arrays behind bundle's const ones */
    size_t agreement_room;
    struct clause *clauses;
    size_t clause_room;
    struct prohibition *prohibitions;
    size_t prohibition_room;
    struct fact_rule *facts;
    size_t fact_room;
    struct carved *carved; /* behind compiled's const one; CATEGORIES_MAX of them */
};

/* Small letters, digits and single hyphens, at most 64: ids of everything. */
bool load_is_id(struct slice s);
/* The text of that member of a map. One that is no id is a problem, and returned all the same. */
struct slice load_id(struct loader *l, const struct node *map, const char *key);
/* A day YYYY-MM-DD: its first millisecond in London, and that of the next day. */
bool load_day(struct loader *l, const struct node *n, int64_t *start_ms, int64_t *end_ms);
/* {Type: [kind, ...], ...} as numbers. schemas (by index) gets the types named. NULL: the map is a
 * closed_by, whose member `by` is no type. */
bool load_kinds(struct loader *l, const struct node *map, const uint32_t **out, size_t *n,
                bool *schemas);
/* Categories, and fields of the types that the list is for, joined: a field must be in every one
 * of them, or in any. */
struct load_types {
    const bool *schemas; /* by schema index */
    bool every;
};
void load_named(struct loader *l, const struct node *list, const struct load_types *types,
                struct categories *out);
/* A condition; NULL node gives NULL. */
const struct when *load_when(struct loader *l, const struct node *n, const struct when_scope *s);
/* One of the words that region.yaml may give a service as its role, and how many those are. */
#define LOAD_ROLES 10
extern const char *const load_roles[]; /* and NULL, as below */
/* The offices that approve. */
#define LOAD_OFFICES 5
extern const char *const load_offices[];
/* load_keys.c: the keys of every map. */
extern const struct strict_table load_keys_region, load_keys_agency, load_keys_codes,
    load_keys_service, load_keys_traced_feed, load_keys_traced, load_keys_key_checks,
    load_keys_approver, load_keys_person, load_keys_desk, load_keys_agreement, load_keys_basis,
    load_keys_in_force, load_keys_contacts, load_keys_approval, load_keys_clause, load_keys_oblige,
    load_keys_prohibitions, load_keys_prohibition, load_keys_aliases, load_keys_facts,
    load_keys_fact, load_keys_opens, load_keys_responsible, load_keys_consent, load_keys_objection,
    load_keys_extension, load_keys_extender, load_keys_stop;
bool load_is_role(struct slice word);
/* The parties of g, the nearest to word first, for "it has: ...". Returns out. */
#define LOAD_LIST_BYTES 90
const char *load_parties_near(const struct loader *l, const struct agreement *g, struct slice word,
                              char out[LOAD_LIST_BYTES]);
/* Services by name, or by role among those of agencies (by index). NULL: all agencies; then a role
 * that no service has is no problem, for prohibitions are written for every region. */
void load_services(struct loader *l, const struct node *n, const bool *agencies,
                   struct services *out);

void load_region(struct loader *l, const struct node *root);
/* Who may act; map may be NULL. */
void load_named_people(struct loader *l, const struct node *map);
/* The region's limits on holds; map may be NULL. */
void load_holds(struct loader *l, const struct node *map);
void load_facts(struct loader *l, const struct node *root);
void load_agreement(struct loader *l, const struct node *root);
/* After its clauses: finds what of l->agreements[agreement] is signed, and who has signed it. */
void load_signed_agreement(struct loader *l, size_t agreement);
/* Whether the extension of g that is being read counts. */
bool load_signed_extension(struct loader *l, struct agreement *g);
/* By what law the parties share; written to parties, which are those of g. */
void load_basis(struct loader *l, const struct node *root, struct party *parties,
                struct agreement *g);
/* Orders about agreements that stand (load_order.c); then which of them a later version takes
 * over. */
void load_extension(struct loader *l, const struct node *root);
void load_stop(struct loader *l, const struct node *root);
void load_succession(struct loader *l);
void load_aliases(struct loader *l, const struct node *root);
void load_clauses(struct loader *l, const struct node *list, uint16_t agreement,
                  const bool *parties);
/* What names mean in a condition of a clause or a prohibition for those types. */
void load_scope(const struct loader *l, const bool *schemas, struct when_scope *out);
void load_prohibitions(struct loader *l, const struct node *root);
/* After all files: the portions of every type, and every set in those portions. */
bool load_portions(struct loader *l);
/* Bitmaps of what was loaded. */
bool load_compile(struct loader *l);

#endif
