/* bundle.h - region, agreements, prohibitions and facts table, checked and compiled.
 *
 * Loads region.yaml and, beside it, agreements/, prohibitions/, facts.yaml. Immutable after loading; any
 * thread. All problems are collected with file:line:column (bundle.*), none is only the first. */
#ifndef CONCORDAT_SHARING_BUNDLE_H
#define CONCORDAT_SHARING_BUNDLE_H

#include "host/crypto.h"
#include "record/catalogue.h"
#include "sharing/approve.h"
#include "sharing/people.h"

struct recipient_id { uint16_t n; };    /* index of a service in the bundle */
#define SERVICES_MAX 1024
/* Of a date that is none: 0 is one, the first of 1970, and so is what is less. */
#define NEVER_MS INT64_MAX

/* By what a key file is known (key_check_value); of region.yaml. */
struct key_check {
    struct slice value;                 /* empty: nobody has said it */
    const char *file;
    uint32_t line;
};

struct agency {
    struct slice name;
    bool entitled;                      /* holds the region key, may see NHS numbers */
    uint16_t first_service, service_count;
    struct slice title;                 /* its name for people; empty: none */
    struct key_check key;               /* of its own key */
};

struct service {
    struct slice name;                  /* "agency/service" */
    struct slice role;
    uint16_t agency;
    struct slice title;                 /* as an agency's */
};

struct clause;      /* clause.h, sharing only */
struct prohibition;
struct fact_rule;

/* A party of an agreement and its own legal basis (UK GDPR articles, DPA 2018 Schedule 1). */
struct party {
    uint16_t agency;
    struct slice uk_gdpr, special_category, schedule_1; /* schedule_1 may be empty */
};

/* That a named office of a party has approved: signed, or, where nothing is signed, written. */
struct approval {
    uint16_t agency;
    struct slice role;
    int64_t on_ms;                      /* when it was signed; written: first ms of that London day */
    struct slice name;                  /* of the approver; may be empty where it is only written */
};

/* One version of one agreement, with all that the law wants said (domain.md 7.1). */
struct agreement {
    struct slice name, reference, title, purpose, confidentiality;
    int version;
    bool approved;                      /* by all of `wanted` */
    int64_t from_ms, until_ms;          /* first ms in force; first ms no longer, extension included */
    const char *file;
    uint32_t line;
    struct slice duty;                  /* may be empty */
    const struct party *parties; size_t party_count;
    const uint16_t *controllers; size_t controller_count; /* agencies */
    uint16_t processor;                 /* agency */
    struct slice dpia, privacy_notice, retention, onward, contact_rights, contact_breach,
        on_termination;
    int64_t review_ms;                  /* first ms after the day by which it is to be reviewed */
    const struct approval *approvals; size_t approval_count;
    const uint16_t *wanted; size_t wanted_count; /* agencies whose approval puts it in force: signed,
                                           those that share by it; only written, every party */
    bool is_signed;                     /* the approvals are signatures */
    bool is_inherited;                  /* in force by a bundle signed before agreements were */
    uint8_t hash[HASH_BYTES];           /* of what is signed: load_signed.c */
    uint8_t extension_hash[HASH_BYTES]; /* the same of its extension, where there is one */
    bool extension_waits;               /* it is there, and not signed by all who must */
    struct slice asked, asked_until;    /* reason and day of the extension that is there */
    int64_t signed_until_ms;            /* until_ms as the parties signed it */
    struct slice extension;             /* why it was extended; empty: it was not */
    int64_t stopped_ms;                 /* first ms stopped; NEVER_MS: not stopped */
    struct slice stop;                  /* why */
    int64_t superseded_ms;              /* an approved later version begins; NEVER_MS: none does */
};

/* How long a hold of that reason (or "default") may wait before somebody is paged: load_holds.c. */
struct hold_limit { struct slice reason; int64_t ms; };

struct bundle {
    const struct catalogue *catalogue;
    struct slice region;
    int partitions;
    struct key_check region_key, recipients_key;
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
    uint8_t hash[HASH_BYTES];           /* of every file's bytes, schemas included; of a packed one: the pack's */
    const struct compiled *compiled;    /* bitmaps; sharing only */
    struct approvers approvers;         /* who may sign the next */
    struct people people;               /* who may act; none: a name is enough (act.h) */
    const struct hold_limit *hold_limits;
    size_t hold_limit_count;
};

/* Lives in a. NULL when a problem was added. The source is needed only while loading, the bytes it
 * gives as long as a. */
const struct bundle *bundle_load_from(struct arena *a, const struct bundle_source *source,
                                      const struct catalogue *c, struct problems *p);
/* From a folder that holds region.yaml. */
const struct bundle *bundle_load(struct arena *a, const char *folder, const struct catalogue *c,
                                 struct problems *p);
/* By "agency/service" and by agency name; -1 when there is none. */
int bundle_service(const struct bundle *b, struct slice name);
int bundle_agency(const struct bundle *b, struct slice name);
/* Whether region.yaml declares that feed of that agency as traced (numbers verified). */
bool bundle_feed_is_traced(const struct bundle *b, struct slice agency, struct slice feed);
/* The agreement of that name and version, or NULL. */
const struct agreement *bundle_agreement(const struct bundle *b, struct slice name, int version);
/* Whether somebody of that agency has approved. */
bool agreement_approved_by(const struct agreement *g, uint16_t agency);
/* Approved, in force and not stopped at that moment. */
bool agreement_in_force(const struct agreement *g, int64_t ms);
/* The region's own limit for that reason, else its default, else 24 hours; 0 for agreement-ended. */
int64_t bundle_hold_limit(const struct bundle *b, struct slice reason);

/* ---- parts: what the sets of a bundle are sets of ----
 *
 * A field that a clause or prohibition names, and that shares its category with others, is carved
 * out of it. Parts 0 and up are the catalogue's categories, each without what is carved out of it;
 * the carved fields come after. A category's name always stands for all its parts. */
size_t bundle_part_count(const struct bundle *b);
/* The part of each slot of catalogue_at(schema); for plan_project. */
const uint8_t *bundle_parts(const struct bundle *b, size_t schema);
static inline unsigned bundle_part(const struct bundle *b, size_t schema, size_t slot)
{
    return bundle_parts(b, schema)[slot];
}
/* All that a type has; SIZE_MAX: that any has. */
void bundle_parts_of(const struct bundle *b, size_t schema, struct categories *out);
/* The category of a part, and the path of a carved field (a list's without []); empty: a category. */
unsigned bundle_part_category(const struct bundle *b, unsigned part);
struct slice bundle_part_path(const struct bundle *b, unsigned part);
/* A category by its name; a carved field by its path, "field PATH" where a category has that name. */
struct slice bundle_part_name(const struct bundle *b, unsigned part);
/* By name: a category (catalogue_categories), with all its parts; "field PATH", or a path that is no
 * category's name: where it is carved, or alone in what is left of its category. false: none. */
bool bundle_named(const struct bundle *b, struct slice name, struct categories *out);
/* A set in names, of a type (SIZE_MAX: of any): a category's name where all parts of it that the type
 * has are in the set, "NAME except PATH, PATH" where its rest is, else the paths of its fields. Live
 * in a. *out NULL without memory. */
size_t bundle_names(const struct bundle *b, size_t schema, const struct categories *set,
                    struct arena *a, const struct slice **out);
/* The same as an Avro array of texts. */
void bundle_put_names(const struct bundle *b, size_t schema, const struct categories *set,
                      struct buf *out);
/* The same as blocks of one item each, without the end of the array; before each "how:". */
void bundle_put_names_as(const struct bundle *b, size_t schema, const struct categories *set,
                         struct slice how, struct buf *out);

/* The same as if every agreement had been approved and begun long ago, the highest version of
 * each: to look at it before it is signed. In a, borrows b; NULL without memory. */
const struct bundle *bundle_suppose(struct arena *a, const struct bundle *b);
/* The same as if every party had approved every agreement, each still of its own days: to try a
 * draft. A draft of a later version takes over from its day on. In a, borrows b; NULL without memory. */
const struct bundle *bundle_suppose_approved(struct arena *a, const struct bundle *b);

#endif
