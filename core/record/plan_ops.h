/* plan_ops.h - the inside of a plan, for the files of this room that run it.
 *
 * What the hot path needs of a slot stands apart from what people read of it (struct slot), so that
 * walking a record touches one small table. */
#ifndef CONCORDAT_RECORD_PLAN_OPS_H
#define CONCORDAT_RECORD_PLAN_OPS_H

#include "record/catalogue.h"
#include "record/plan.h"

#define PLAN_SLOTS_MAX 255
#define PLAN_BODY_BYTES_MAX ((size_t)16 * 1024 * 1024)
/* Of one array: far above any real one, low enough that a hostile one costs little. */
#define PLAN_ITEMS_MAX 65536

struct op {
    enum slot_type type;
    bool nullable;
    bool kept;               /* category "always", or cannot be null */
    uint32_t bound;          /* symbols of an enum, bytes of a fixed, least bytes of an item */
    const struct plan *item; /* an array of records; NULL: of strings */
};

struct plan {
    const char *name;
    uint64_t fingerprint;
    size_t count, min_bytes;
    struct op *ops;
    struct slot *slots;
    uint8_t *categories; /* of each slot, close together */
    uint8_t *empty;      /* the most bytes of each when it holds nothing */
    uint16_t *lookup;    /* open addressing by hash of the path; slot + 1, 0 = empty */
    size_t lookup_mask;
    const struct header_slots *header;
};

/* Fills p->lookup from p->slots. */
MUST_CHECK bool plan_index(struct plan *p, struct arena *a, struct err *e);

/* Text and number of one slot from its validated bytes, as view_text and view_long give them. */
struct slice view_slot_text(const struct plan *p, size_t slot, struct slice raw);
int64_t view_slot_long(const struct plan *p, size_t slot, struct slice raw);

#endif
