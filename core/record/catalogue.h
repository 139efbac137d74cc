/* catalogue.h - every schema of the shared language, composed, checked, compiled.
 *
 * Reads schemas/<Name>.avsc (one named type a file; a type of another file is used by its name and
 * inlined at its first use), checks the house rules (each leaf has category and doc, withholdable
 * fields are ["null", T], no recursion, vocabularies), composes the text that goes to other tools,
 * lets Avro-C parse it (the authority), computes the parsing canonical form's CRC-64-AVRO and
 * compiles the plan. Immutable after loading; any thread.
 * Errors are collected: schema.* with file:line:column. */
#ifndef CONCORDAT_RECORD_CATALOGUE_H
#define CONCORDAT_RECORD_CATALOGUE_H

#include "record/plan.h"

struct catalogue;

struct schema {
    struct slice name; /* "HospitalStay" */
    struct slice text; /* composed JSON, every attribute kept */
    const struct plan *plan;
    const struct slice *kinds; /* vocabulary of header.kind for this type: attribute "kinds" */
    size_t kind_count;
    bool internal;      /* schemas/internal: facts, audit, receipts: never disclosed */
    bool disclosable;   /* attribute "disclosed": false on Caseload, Consent ... */
    uint64_t restricts; /* attribute "restricts": a bit for each kind that only ever lessens what is
                           shared */
    uint64_t ends;      /* attribute "ends": a bit for each kind that is one way for an episode to
                           end, of which one is so */
};

/* Loads all *.avsc of folder and folder/internal. Lives in a. NULL when a problem was added. */
const struct catalogue *catalogue_load(struct arena *a, const char *folder, struct problems *p);
size_t catalogue_count(const struct catalogue *c);
const struct schema *catalogue_at(const struct catalogue *c, size_t n);
const struct schema *catalogue_named(const struct catalogue *c, struct slice name);
const struct schema *catalogue_fingerprint(const struct catalogue *c, uint64_t fingerprint);
bool schema_has_kind(const struct schema *s, struct slice kind);
/* Whether that kind only ever lessens what is shared. */
bool schema_restricts(const struct schema *s, struct slice kind);
/* Whether both are one kind, or both are ways for one episode to end: what takes back one of these
 * takes back whichever was said. */
bool schema_is_alike(const struct schema *s, struct slice kind, struct slice other);

/* Categories by number and by name. A name stands also for all below it ("location" for
 * "location.address"); a last segment alone works where unambiguous ("ward"). false: none. */
size_t catalogue_category_count(const struct catalogue *c);
struct slice catalogue_category(const struct catalogue *c, unsigned n);
bool catalogue_categories(const struct catalogue *c, struct slice name, struct categories *out);
/* Among names of categories a field is written "field PATH"; the bare path will do where no
 * category has that name. True when name begins with "field "; *path is the path that name may be,
 * without []. */
bool catalogue_field(struct slice name, struct slice *path);
/* How the field of that path is written among names of categories. Lives in a; empty without
 * memory. */
struct slice catalogue_field_name(const struct catalogue *c, struct arena *a, struct slice path);
unsigned catalogue_always(const struct catalogue *c);
unsigned catalogue_never(const struct catalogue *c);
/* All categories any slot of the schema has (for withheld = all - released). */
void schema_categories(const struct schema *s, struct categories *out);
/* SHA-256 of every schema file's bytes, in name order: part of the bundle's hash. */
const uint8_t *catalogue_hash(const struct catalogue *c);

/* Parsing canonical form and fingerprint of any schema text (tests against published rows). */
MUST_CHECK bool schema_canonical(struct arena *a, struct slice text, struct buf *out,
                                 struct err *e);

/* Pinned slots of the header and subject: the same paths in every event schema, found once. */
struct header_slots {
    int id, type, kind, action, occurred, occurred_precision, observed, source_agency,
        source_service, source_feed, source_message_id, feed_seq, mapping, episode, environment,
        contact_team, contact_phone, timeliness, urgency, identity_confidence, cleared, original,
        agreement, agreement_version, clause, notice, nhs_number, nhs_number_status, birth_date,
        local_id, case_reference, reference, reference_of, route, birth_hash, unknown_restriction;
};
/* NULL for an internal schema. */
const struct header_slots *plan_header(const struct plan *p);

#endif
