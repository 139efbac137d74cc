/* acts.h - signed acts are taken once: which of them a partition has taken.
 *
 * Kept with the partition's memory, in the router's transaction, as long as an act's age would let
 * it be taken again (ACT_AGE_MAX_MS and what a clock may be ahead). One that was refused, for
 * whatever reason, did nothing and is not used up. Errors: act.again, act.many (ERR_REJECT);
 * facts.* ERR_FATAL: our own record cannot be read. */
#ifndef CONCORDAT_STEP_ACTS_H
#define CONCORDAT_STEP_ACTS_H

#include "step/input.h"
#include "step/memory.h"
#include "sharing/acts/act.h"

/* How many acts a partition may take in some seven days. */
#define ACTS_KEPT_MAX 4096

/* Fills key with where the marks stand in memory and on the topic `facts`. */
void acts_key(uint8_t key[ID_BYTES]);
/* Writes to out the marks that memory is to hold once x was taken: those of acts that are young at
 * now_ms, and x's. Borrows all. Fails: act.again (x was taken before), act.many; facts.*,
 * audit.schema. */
MUST_CHECK bool acts_take(const struct bundle *b, const struct memory *m, struct arena *a,
                          const struct act *x, int64_t now_ms, struct buf *out, struct err *e);

/* Whether two typed names are the same, however they are spaced and capitalised. */
bool acts_same_name(struct slice a, struct slice b);
/* The name of whoever did that to a hold first, out of what is kept with the hold; empty: nobody
 * has. A verb that settles a conflict stands before its name, so that such a name is no first half
 * of a release, nor of the other answer. Borrows kept. */
struct slice acts_first_by(struct slice kept, struct slice verb);
/* When they signed that; INT64_MAX: no time is kept. */
int64_t acts_first_ms(struct slice kept, struct slice verb);
/* What is kept of whoever settles first, in a: "settle-yes @1790000000000 njeri". NULL: memory ran
 * out. */
const char *acts_first_settling(struct arena *a, const struct input_act *act);

/* Whether those who did the act are enough, together with whoever did it first (empty: nobody).
 * two: two people must. */
enum act_enough acts_enough(const struct bundle *b, int64_t now_ms, const struct input_act *act,
                            struct slice first_by, bool two);
/* The name that is kept as the first of two. Borrows act. */
struct slice acts_first(const struct input_act *act);

/* Whether a held event needs two named people to go, whatever else it is held for: its person is
 * restricted, or may be, or its sender restricts it by a code that nobody knows. reason: why it is
 * held. framed: the event; empty: it is not kept. */
bool acts_need_two(const struct bundle *b, struct arena *a, const struct person *p,
                   struct slice reason, struct slice framed);

/* The same of all that is taken back by reopening x. */
bool acts_reopening_needs_two(const struct bundle *b, struct arena *a, const struct person *p,
                              const struct refusal *x);
/* How the note ends of an act that named another event than x was refused by; "" where it named
 * that one. In a. NULL: memory ran out. */
const char *acts_refused_as(struct arena *a, const struct input_act *act, const struct refusal *x);

#endif
