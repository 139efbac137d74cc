/* bundle.h - what is in force, as data: region, agreements, prohibitions and facts table, compiled.
 *
 * load/bundle_load.h makes it. Immutable after loading; any thread. */
#ifndef CONCORDAT_SHARING_RULES_BUNDLE_H
#define CONCORDAT_SHARING_RULES_BUNDLE_H

#include "host/crypto.h"
#include "record/catalogue.h"
#include "sharing/rules/agreement.h"
#include "sharing/rules/approvers.h"
#include "sharing/rules/people.h"
#include "sharing/rules/services.h"

struct recipient_id {
    uint16_t n;
}; /* index of a service in the bundle */

/* The check value of a key file (key_check_value), as region.yaml states it. */
struct key_check {
    struct slice value; /* empty: nobody has said it */
    const char *file;
    uint32_t line;
};

/* Whom to ask where a notice says so and the source's own contact is withheld. It follows from the
 * recipient alone, so it tells nothing of the source. */
struct restricted_desk {
    struct slice team, phone; /* both, or both empty: there is none */
};

struct agency {
    struct slice name;
    bool entitled; /* holds the region key, may see NHS numbers */
    uint16_t first_service, service_count;
    struct slice title;   /* its name for people; empty: none */
    struct key_check key; /* of its own key */
    struct restricted_desk desk;
};

struct service {
    struct slice name; /* "agency/service" */
    struct slice role;
    uint16_t agency;
    struct slice title; /* as an agency's */
};

struct clause; /* compiled.h */
struct prohibition;
struct fact_rule;

/* How long a hold of that reason (or "default") may wait before somebody is paged: load_holds.c. */
struct hold_limit {
    struct slice reason;
    int64_t ms;
};

struct bundle {
    const struct catalogue *catalogue;
    struct slice region;
    int partitions;
    struct key_check region_key, recipients_key;
    struct restricted_desk desk; /* of agencies without one */
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
    uint8_t
        hash[HASH_BYTES]; /* of every file's bytes, schemas included; of a packed one: the pack's */
    const struct compiled *compiled; /* bitmaps; sharing only */
    struct approvers approvers;      /* who may sign the next */
    struct people people;            /* who may act; none: a name is enough (act.h) */
    const struct hold_limit *hold_limits;
    size_t hold_limit_count;
};

/* The first 8 bytes of its hash as hex, as people compare them. */
const char *bundle_short_hash(const struct bundle *b, char out[17]);
/* By "agency/service" and by agency name; -1 when there is none. */
int bundle_service(const struct bundle *b, struct slice name);
int bundle_agency(const struct bundle *b, struct slice name);
/* The desk of that service's own agency, else the region's; NULL: there is none. */
const struct restricted_desk *bundle_desk(const struct bundle *b, uint16_t service);
/* Whether region.yaml declares that feed of that agency as traced (numbers verified). */
bool bundle_feed_is_traced(const struct bundle *b, struct slice agency, struct slice feed);
/* The agreement of that name and version, or NULL. */
const struct agreement *bundle_agreement(const struct bundle *b, struct slice name, int version);
/* The region's own limit for that reason, else its default, else 24 hours; 0 for
 * agreement-ended. */
int64_t bundle_hold_limit(const struct bundle *b, struct slice reason);

/* ---- portions: the members of a bundle's sets of categories ----
 *
 * A field that a clause or prohibition names, and that shares its category with other fields, is
 * carved out of the category. Portions 0 and up are the catalogue's categories, each without the
 * fields carved out of it; the carved fields follow. A category's name always stands for all its
 * portions. */
size_t bundle_portion_count(const struct bundle *b);
/* The portion of each slot of catalogue_at(schema); for plan_project. */
const uint8_t *bundle_portions(const struct bundle *b, size_t schema);
static inline unsigned bundle_portion(const struct bundle *b, size_t schema, size_t slot)
{
    return bundle_portions(b, schema)[slot];
}
/* All portions that a type has; SIZE_MAX: that any type has. */
void bundle_portions_of(const struct bundle *b, size_t schema, struct categories *out);
/* The category of a portion, and the path of a carved field (a list's without []); empty: a
 * category. */
unsigned bundle_portion_category(const struct bundle *b, unsigned portion);
struct slice bundle_portion_path(const struct bundle *b, unsigned portion);
/* A category by its name; a carved field by its path, "field PATH" where a category has that
 * name. */
struct slice bundle_portion_name(const struct bundle *b, unsigned portion);
/* By name: a category (catalogue_categories), with all its portions; "field PATH", or a path that
 * is no category's name: where it is carved, or alone in what is left of its category. false: none.
 */
bool bundle_named(const struct bundle *b, struct slice name, struct categories *out);
/* A set in names, of a type (SIZE_MAX: of any): a category's name where all portions of it that the
 * type has are in the set, "NAME except PATH, PATH" where its rest is, else the paths of its
 * fields. Live in a. *out NULL without memory. */
size_t bundle_names(const struct bundle *b, size_t schema, const struct categories *set,
                    struct arena *a, const struct slice **out);
/* The same as an Avro array of texts. */
void bundle_put_names(const struct bundle *b, size_t schema, const struct categories *set,
                      struct buf *out);
/* The same as blocks of one item each, without the end of the array; before each "how:". */
void bundle_put_names_as(const struct bundle *b, size_t schema, const struct categories *set,
                         struct slice how, struct buf *out);

/* The number of a type and kind; -1 when there is none. */
int64_t bundle_kind(const struct bundle *b, size_t schema, struct slice kind);
/* Index of a plan's schema in the catalogue; -1 when it is not of it. */
int bundle_schema(const struct bundle *b, const struct plan *p);
/* The portions of a category that a type has (SIZE_MAX: any); of a type without it, those any has.
 */
struct categories bundle_portions_of_category(const struct bundle *b, size_t schema,
                                              unsigned category);

#endif
