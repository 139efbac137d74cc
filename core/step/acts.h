/* acts.h - signed acts are taken once: which of them a partition has taken.
 *
 * Kept with the partition's memory, in the router's transaction, as long as an act's age would let
 * it be taken again (ACT_AGE_MAX_MS and what a clock may be ahead). Errors: act.again, act.many
 * (ERR_REJECT); facts.* ERR_FATAL: our own record cannot be read. */
#ifndef CONCORDAT_STEP_ACTS_H
#define CONCORDAT_STEP_ACTS_H

#include "step/input.h"
#include "step/memory.h"
#include "sharing/acts/act.h"

/* In a partition, in some seven days. */
#define ACTS_KEPT_MAX 4096

/* Where they stand in memory and on the topic `facts`. */
void acts_key(uint8_t key[ID_BYTES]);
/* Writes what memory is to hold after x was taken at that time; act.again when it was before. */
MUST_CHECK bool acts_take(const struct bundle *b, const struct memory *m, struct arena *a,
                          const struct act *x, int64_t now_ms, struct buf *out, struct err *e);

/* The same typed name, however it is spaced and capitalised. */
bool acts_same_name(struct slice a, struct slice b);
/* Whoever said that word on a hold first, of what is kept with it; empty: nobody has. One that
 * settles a conflict stands before its name, so that it is no first half of a release, nor of the
 * other answer. */
struct slice acts_first_by(struct slice kept, struct slice word);
/* When they signed that; INT64_MAX: it is not kept. */
int64_t acts_first_ms(struct slice kept, struct slice word);
/* What is kept of whoever settles first: "settle-yes @1790000000000 njeri". NULL: no memory. */
const char *acts_first_settling(struct arena *a, const struct input_act *act);

/* Whether those who say so, with whoever said so first (empty: nobody), are enough: two where two
 * must. */
enum act_enough acts_enough(const struct bundle *b, int64_t now_ms, const struct input_act *act,
                            struct slice first_by, bool two);
/* Who is kept as the first of two. */
struct slice acts_first(const struct input_act *act);

/* Whether a held event needs two named people to go: the person is restricted, or may be, or its
 * sender restricts it by a code that nobody knows, whatever else it is held for. framed: the event;
 * empty: it is not kept. */
bool acts_need_two(const struct bundle *b, struct arena *a, const struct person *p,
                   struct slice reason, struct slice framed);

/* The same of all that is taken back by reopening x. */
bool acts_reopening_needs_two(const struct bundle *b, struct arena *a, const struct person *p,
                              const struct refusal *x);
/* How the note ends of one that named another event than was refused by that name; NULL: no
 * memory. */
const char *acts_refused_as(struct arena *a, const struct input_act *act, const struct refusal *x);

#endif
