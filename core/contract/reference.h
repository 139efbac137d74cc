/* reference.h - finds out whom a disclosure id was about: intake asks, and delivery knows.
 *
 * intake and delivery stand on one level and never include each other. The daemon joins them by
 * this. */
#ifndef CONCORDAT_CONTRACT_REFERENCE_H
#define CONCORDAT_CONTRACT_REFERENCE_H

#include "base/err.h"
#include "base/ids.h"

struct case_reference {
    struct pseudonym reference; /* what the service knows the subject by */
    int route;                  /* the partition where that subject is decided */
    char service[128];          /* "agency/service" whose pseudonym it is */
};

struct reference_finder {
    /* *found false: no delivery of the agency has sent a disclosure of that id. Fails with
     * ERR_RETRY when that cannot be found out now. */
    bool (*find)(void *ctx, const struct disclosure_id *id, struct case_reference *out, bool *found,
                 struct err *e);
    void *ctx;
};

#endif
