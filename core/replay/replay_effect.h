/* replay_effect.h - what another bundle would change: the recorded inputs judged under both,
 * compared.
 *
 * Each input of the audit is decided twice from nothing, in the order of the audit: under the
 * bundle at hand, and under the candidate as if all its agreements that are not yet ended had been
 * approved and in force all the time - so that it can be read before anybody signs. What differs is
 * counted a service and a category, or a field that one of the bundles names; examples are event
 * ids, never payload. A candidate without a protected prohibition would else tell on whom that had
 * acted. Both bundles are of one catalogue. Threads: one. Errors: those of the bus and of the
 * audit. */
#ifndef CONCORDAT_REPLAY_REPLAY_EFFECT_H
#define CONCORDAT_REPLAY_REPLAY_EFFECT_H

#include "audit/audit.h"

#define EFFECT_EXAMPLES 3

/* One direction of one line: newly disclosed, or no longer. */
struct effect_side {
    uint64_t events, people;
    char examples[EFFECT_EXAMPLES][ID_HEX];
    bool hidden[EFFECT_EXAMPLES]; /* a protected prohibition acted: the example is for those who may
                                     know */
};
struct effect_line {
    struct slice service;  /* "agency/service" */
    struct slice category; /* or "CATEGORY except PATH", or a field's path; empty: the
                              event itself, whatever fields it carries */
    struct effect_side more, less;
};
struct effect {
    const struct effect_line *lines;
    size_t count;                  /* by service, then category; only what differs */
    uint64_t inputs;               /* events and human acts that were judged */
    uint64_t more_held, less_held; /* decisions */
    bool widens;                   /* somebody would get something they do not get now */
};

/* Lives in a. live: the environment of the region. */
MUST_CHECK bool replay_effect(struct bus *b, const struct bundle *now,
                              const struct bundle *candidate, const struct judge_keys *keys,
                              bool live, struct arena *a, struct effect *out, struct err *e);

#endif
