/* fixture.h - what the suites of this room share: the catalogues, random records, rebuilding. */
#ifndef CONCORDAT_TESTS_RECORD_FIXTURE_H
#define CONCORDAT_TESTS_RECORD_FIXTURE_H

#include "record/catalogue.h"

/* One of each for the life of a suite; `scratch` is reset before each test by fixture_fresh. */
struct fixture {
    struct arena process, scratch;
    const struct catalogue *schemas; /* the real ones */
    const struct plan *all;          /* tests' own schema "Everything" */
    struct slice all_text;
    struct err e;
    struct buf out;
};
extern struct fixture fx;

/* CUnit's hooks: suite set-up (0 = good), suite end, test start. */
int fixture_load(void);
int fixture_end(void);
void fixture_fresh(void);

/* A repeatable sequence; never 0 as seed. */
struct random {
    uint64_t state;
};
uint64_t random_next(struct random *r);
static inline uint64_t random_below(struct random *r, uint64_t n)
{
    return random_next(r) % n;
}

/* A valid encoding of random values: one slot, or a whole record. Lists come in several blocks,
 * some of which state their size. */
void random_slot(struct random *r, const struct plan *p, size_t slot, struct buf *out);
void random_record(struct random *r, const struct plan *p, struct buf *out);

/* Builds the record anew from what its view says. */
bool rebuild(const struct view *v, struct arena *a, struct buf *out, struct err *e);

/* The bytes of a short text that has NULs. */
#define BYTES(literal) slice_of(literal, sizeof(literal) - 1)

#endif
