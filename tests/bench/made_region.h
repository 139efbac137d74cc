/* made_region.h - a region made by number: bundle files of any number of clauses, people, events.
 *
 * 41 services of 15 agencies, so that every event has 40 others to be decided for. Agreements of
 * ten clauses, as a region of many pairwise agreements would grow them: the same kinds of event and
 * the same few roles again and again, with conditions over facts, event and recipient. The same
 * seed gives the same bytes. Everything lives in the arena given. */
#ifndef CONCORDAT_BENCH_MADE_REGION_H
#define CONCORDAT_BENCH_MADE_REGION_H

#include "sharing/judge/judge.h"

#define MADE_OTHERS 40
#define MADE_DECIDED_MS ((int64_t)1782900000000) /* 2026-07-01 */

/* A generator of numbers that is the same everywhere (xorshift64*). */
struct dice {
    uint64_t state;
};
/* Below n. */
size_t dice_below(struct dice *d, size_t n);
bool dice_percent(struct dice *d, unsigned percent);

/* Writes region.yaml, facts.yaml, agreements/ and prohibitions/ with so many clauses into folder,
 * which is there and empty. */
MUST_CHECK bool made_bundle(const char *folder, size_t clauses, struct err *e);

/* A person with relationships, consents, objections, responsibilities, a restriction, episodes. */
MUST_CHECK bool made_person(const struct bundle *b, struct arena *a, struct dice *d,
                            struct person *out, struct err *e);
/* One event as the bus carries it; in gets event, framed and decided_ms. */
MUST_CHECK bool made_event(const struct bundle *b, struct arena *a, struct dice *d,
                           struct judge_input *in, struct err *e);

#endif
