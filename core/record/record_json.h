/* record_json.h - a record as JSON for people and for delivery: nested as the schema, nulls left
 * out on request; bytes and fixed as hex, timestamp-millis as ISO text. */
#ifndef CONCORDAT_RECORD_RECORD_JSON_H
#define CONCORDAT_RECORD_RECORD_JSON_H

#include "host/tree.h"
#include "record/plan.h"

/* The record as a tree in a. with_nulls: also withheld and unsent fields, as null. */
MUST_CHECK bool record_to_tree(const struct view *v, struct arena *a, bool with_nulls,
                               struct node **out, struct err *e);

#endif
