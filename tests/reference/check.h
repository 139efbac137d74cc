/* check.h - both engines on one case, and the smallest case on which they differ. */
#ifndef CONCORDAT_TESTS_REFERENCE_CHECK_H
#define CONCORDAT_TESTS_REFERENCE_CHECK_H

#include "engine.h"
#include "host/crypto.h"

struct check {
    struct arena *arena;
    const struct ref_case *of;
    const struct bundle *bundle;
    uint64_t shuffle;     /* the bundle was read in another order; 0: as it stands */
    bool tell;            /* print what differs */
    struct ref_set named; /* by check_case */
    size_t decisions, disclosed, held, withheld;
    uint8_t
        digest[HASH_BYTES]; /* of all that was decided and rendered; goes on from what is there */
};
/* False: they differ. Holds are released, one by one, and compared again. */
bool check_case(struct check *k);

/* Drops parts of the case as long as it still fails. */
void shrink_case(struct ref_case *c, uint64_t shuffle);
/* YAML, facts, event and both decisions. */
void print_case(const struct ref_case *c, uint64_t shuffle);

#endif
