/* plan.h - a compiled schema: validate hostile bytes, slice fields, project, build.
 *
 * A record type is flattened into slots, in encoding order: every leaf field under nested records
 * is one slot named by its dotted path ("stay.ward"); an array field is one slot ("person.names[]")
 * whose items have a plan of their own. A slot that can be withheld is ["null", T], null first.
 * Nested records are never nullable and never recursive, so slot n always stands at slot n.
 * Read-only after compiling; any thread. The bytes here are the bare Avro binary body; framing is
 * wire.h. Errors of bytes: avro.* (ERR_REJECT, offset in the body). */
#ifndef CONCORDAT_RECORD_PLAN_H
#define CONCORDAT_RECORD_PLAN_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "record/avro_put.h"
#include "record/categories.h"

enum slot_type {
    SLOT_NULL,
    SLOT_BOOLEAN,
    SLOT_INT,
    SLOT_LONG,
    SLOT_DOUBLE,
    SLOT_BYTES,
    SLOT_FIXED,
    SLOT_STRING,
    SLOT_ENUM,
    SLOT_ARRAY
};

struct plan;

struct slot {
    struct slice path; /* "subject.nhs_number", "person.names[]" */
    enum slot_type type;
    bool nullable;
    bool is_time_ms;             /* logicalType timestamp-millis */
    bool is_iso8601;             /* a text that is a date or a time: attribute "iso8601" */
    unsigned category;           /* index in the catalogue; for an array the whole array's */
    struct slice doc;            /* the field's doc sentence */
    const struct slice *symbols; /* SLOT_ENUM */
    size_t symbol_count;
    size_t fixed_bytes;
    const struct plan *item;        /* SLOT_ARRAY of records; NULL for an array of strings */
    const struct slice *vocabulary; /* attribute "vocabulary" of a string field; NULL: any text */
    size_t vocabulary_count;
    const struct slice *needed_with; /* attribute "needed_with": kinds that mislead without it */
    size_t needed_with_count;
};

/* Properties of a plan. */
const char *plan_name(const struct plan *p);     /* "HospitalStay" */
uint64_t plan_fingerprint(const struct plan *p); /* CRC-64-AVRO of the parsing canonical form */
size_t plan_slots(const struct plan *p);
const struct slot *plan_slot_at(const struct plan *p, size_t n);
/* The slot of a dotted path, -1 when there is none. */
int plan_slot(const struct plan *p, struct slice path);
/* The same; a list is found with and without its []. */
int plan_field(const struct plan *p, struct slice path);
/* A path without the [] of a list: "person.names". */
struct slice plan_bare(struct slice path);
/* The category of each slot. */
const uint8_t *plan_categories(const struct plan *p);
/* The most bytes that each slot takes when it is null or an empty list; with more it holds
 * something. */
const uint8_t *plan_empty(const struct plan *p);

/* A validated record: for each slot its encoded bytes (union branch included). */
struct span {
    uint32_t at, n;
};
struct view {
    const struct plan *plan;
    struct slice bytes;
    const struct span *slots;
};

/* Validates every byte and notes where each slot lies. The view borrows bytes, lives in a. */
MUST_CHECK bool plan_view(const struct plan *p, struct arena *a, struct slice bytes,
                          struct view *out, struct err *e);
bool view_is_null(const struct view *v, size_t slot);
/* Whether the slot holds anything: not null, and no empty list. */
static inline bool view_has(const struct view *v, size_t slot)
{
    return v->slots[slot].n > plan_empty(v->plan)[slot];
}
/* Text of a string, bytes, fixed or enum slot; empty when null. */
struct slice view_text(const struct view *v, size_t slot);
/* Number of an int, long or boolean slot; 0 when null. */
int64_t view_long(const struct view *v, size_t slot);
/* Number of a double slot; 0 when null. */
double view_double(const struct view *v, size_t slot);
/* By path: empty / 0 when null or when the plan has no such slot. */
struct slice view_text_at(const struct view *v, const char *path);
int64_t view_long_at(const struct view *v, const char *path);
/* Items of an array of records as views, or of strings as slices (in a). */
MUST_CHECK bool view_items(const struct view *v, size_t slot, struct arena *a,
                           const struct view **out, size_t *n, struct err *e);
MUST_CHECK bool view_strings(const struct view *v, size_t slot, struct arena *a,
                             const struct slice **out, size_t *n, struct err *e);
/* Raw encoded bytes of a slot. */
static inline struct slice view_raw(const struct view *v, size_t slot)
{
    return slice_of(v->bytes.p + v->slots[slot].at, v->slots[slot].n);
}

/* Copies the record. A slot is copied when its portion is released, when its category is "always",
 * and when it cannot be null; any other becomes null. A replaced slot takes the encoded bytes
 * given; each is replaced at most once. portions has the portion of each slot: plan_categories, or
 * a finer division of them; "never" is never released. The bytes depend on nothing but what is
 * released and replaced (law 7). */
struct replacement {
    size_t slot;
    struct slice encoded;
};
void plan_project(const struct view *v, const uint8_t *portions, const struct categories *released,
                  const struct replacement *r, size_t n, struct buf *out);

/* Building a record slot by slot, in any order. Unset nullable slots become null. */
struct build {
    const struct plan *plan;
    struct arena *arena;
    struct slice *encoded;
};
MUST_CHECK bool build_init(struct build *b, const struct plan *p, struct arena *a, struct err *e);
/* Sets a slot from text, by its type: strings (checked UTF-8, vocabulary), enums by symbol, numbers
 * and booleans from their digits / "true"/"false". record.type, record.symbol, record.text. */
MUST_CHECK bool build_text(struct build *b, size_t slot, struct slice text, struct err *e);
MUST_CHECK bool build_long(struct build *b, size_t slot, int64_t value, struct err *e);
MUST_CHECK bool build_bool(struct build *b, size_t slot, bool value, struct err *e);
MUST_CHECK bool build_double(struct build *b, size_t slot, double value, struct err *e);
/* Items are encoded record bodies (from build_done of the item plan) or strings. */
MUST_CHECK bool build_items(struct build *b, size_t slot, const struct slice *items, size_t n,
                            struct err *e);
MUST_CHECK bool build_strings(struct build *b, size_t slot, const struct slice *texts, size_t n,
                              struct err *e);
bool build_is_set(const struct build *b, size_t slot);
/* What was set: the text of a string, enum or bytes slot, borrowed from the build; empty when
 * unset. */
struct slice build_get_text(const struct build *b, size_t slot);
/* The number of a set int, long or boolean slot; 0 when unset. */
int64_t build_get_long(const struct build *b, size_t slot);
/* The body; record.missing when a slot that cannot be null was not set (an unset list that cannot
 * be null is empty). */
MUST_CHECK bool build_done(const struct build *b, struct buf *out, struct err *e);

#endif
