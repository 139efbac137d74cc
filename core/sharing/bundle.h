/* bundle.h - region, agreements, prohibitions and facts table, checked and compiled.
 *
 * Loads region.yaml and, beside it, agreements/, prohibitions/, facts.yaml. Immutable after loading; any
 * thread. All problems are collected with file:line:column (bundle.*), none is only the first. */
#ifndef CONCORDAT_SHARING_BUNDLE_H
#define CONCORDAT_SHARING_BUNDLE_H

#include "host/crypto.h"
#include "record/catalogue.h"

struct recipient_id { uint16_t n; };    /* index of a service in the bundle */
#define SERVICES_MAX 1024

struct agency {
    struct slice name;
    bool entitled;                      /* holds the region key, may see NHS numbers */
    uint16_t first_service, service_count;
};

struct service {
    struct slice name;                  /* "agency/service" */
    struct slice role;
    uint16_t agency;
};

struct clause;      /* clause.h, sharing only */
struct prohibition;
struct fact_rule;

struct agreement {
    struct slice name, reference, title, purpose, confidentiality;
    int version;
    bool approved;                      /* by every party */
    int64_t from_ms, until_ms;          /* first ms in force; first ms no longer */
    const char *file;
    uint32_t line;
};

struct bundle {
    const struct catalogue *catalogue;
    struct slice region;
    int partitions;
    const struct agency *agencies;
    size_t agency_count;
    const struct service *services;
    size_t service_count;
    const struct agreement *agreements;
    size_t agreement_count;
    const struct clause *clauses;
    size_t clause_count;
    const struct prohibition *prohibitions;
    size_t prohibition_count;
    const struct fact_rule *facts;
    size_t fact_count;
    uint8_t hash[HASH_BYTES];           /* of every file's bytes, schemas included */
    const struct compiled *compiled;    /* bitmaps; sharing only */
};

/* Lives in a. NULL when a problem was added. folder holds region.yaml. */
const struct bundle *bundle_load(struct arena *a, const char *folder, const struct catalogue *c,
                                 struct problems *p);
/* By "agency/service" and by agency name; -1 when there is none. */
int bundle_service(const struct bundle *b, struct slice name);
int bundle_agency(const struct bundle *b, struct slice name);
/* Whether region.yaml declares that feed of that agency as traced (numbers verified). */
bool bundle_feed_is_traced(const struct bundle *b, struct slice agency, struct slice feed);
/* The agreement of that name and version, or NULL. */
const struct agreement *bundle_agreement(const struct bundle *b, struct slice name, int version);
/* Approved and in force at that moment. */
bool agreement_in_force(const struct agreement *g, int64_t ms);

#endif
