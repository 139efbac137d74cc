/* bundles.h - the bundles a site has: read, checked, approved, kept in state/bundles, in their
 * order.
 *
 * A site that is not `demo: true` runs signed bundles only. Its first bundle is named in site.yaml
 * and trusted by the approvers named there. Each next bundle is of the same region, follows the
 * one before by number and by hash, and is signed by that one's approvers. A bundle that begins
 * earlier than the one it follows replaces that one before it ever comes into force, and must be
 * approved against both it and the one in force by then: so a stop comes at once, whatever was
 * planned. A demo site reads region.yaml from its folder; its rules are packed, unsigned, and kept
 * as well, so that a replay finds the bundle of every entry. Files of state/bundles are never
 * changed. Errors: bundle.*, pack.*, and those of opening (ERR_REJECT). */
#ifndef CONCORDAT_SITE_BUNDLES_H
#define CONCORDAT_SITE_BUNDLES_H

#include "sharing/change/editions.h"
#include "sharing/change/pack_order.h"
#include "sharing/change/pack_widens.h"

/* What is known of a site before any bundle is read, or when none can be. */
struct site_places {
    const char *folder, *state, *bundles; /* absolute; bundles is state/bundles */
    const char *region;                   /* folder of region.yaml; NULL: not named */
    const char *first;                    /* file of the first bundle; NULL: not named */
    const char *schemas;                  /* folder of the program's schemas */
    bool demo;
};

/* One bundle from its bytes, which live as long as a: form, schemas, and all that a load checks.
 * label names it in problems. NULL when a problem was added. */
struct edition *bundles_read(struct arena *a, struct slice bytes, const char *label,
                             const struct catalogue *c, struct problems *p);

/* Whether next may follow before (NULL: it is the first, by the approvers given), whose earlier
 * ones are those that it came after. */
struct bundles_trust {
    bool demo;                        /* an unsigned one may */
    const struct approvers *first_by; /* of the first one */
    /* Of agencies that had none in a bundle before: whom they named to this host. NULL: none
     * did. */
    const struct approvers *joined;
    int64_t at_ms; /* when the bus took its order: people's time is judged by that */
};
/* In place of that time, of one that is kept: who signed it was judged when its order came. */
#define BUNDLES_TAKEN INT64_MIN
MUST_CHECK bool bundles_follows(const struct bundles_trust *t, const struct edition *before,
                                const struct edition *next, struct err *e);

/* Whether the bundle may still be taken up: one that an older program made may not. */
MUST_CHECK bool bundles_are_new(const struct bundles_trust *t, const struct edition *g,
                                struct err *e);

/* Puts a bundle into the folder, durably, under its number; good when it is there already. */
MUST_CHECK bool bundles_keep(const char *folder, const struct edition *g, struct err *e);

/* Deletes what processes that were killed left half written in the folder. */
void bundles_tidy(const char *folder);

/* All that the folder keeps, by number, as packs alone; *n 0 when there is no folder. */
struct kept_bundle {
    uint64_t number;
    const char *path;
};
MUST_CHECK bool bundles_list(struct arena *a, const char *folder, const struct kept_bundle **out,
                             size_t *n, struct err *e);
/* A pack read from a file. */
MUST_CHECK bool bundles_read_pack(struct arena *a, const char *path, struct pack *out,
                                  struct slice *bytes, struct err *e);

/* A new pack of a source's files and the schemas: as bytes in a, unsigned. before NULL: the first.
 * widenings, in a, says what widens. */
struct bundles_draft {
    int64_t from_ms;
    const struct pack *before;
    const char *schemas;
    struct slice region;               /* its name; empty: read from region.yaml */
    const struct catalogue *catalogue; /* of those schemas, for what names mean */
    bool is_signed; /* its approvals are signatures: those that still hold are carried over */
    bool
        is_for_all; /* to be signed agreement by agreement: whatever lacks approvals may get them */
};
MUST_CHECK bool bundles_pack(struct arena *a, const struct bundle_source *s,
                             const struct bundles_draft *d, struct slice *bytes,
                             const struct widening **widenings, struct err *e);

/* Packs files (sorted, hashed) as they are. */
MUST_CHECK bool bundles_pack_files(struct arena *a, const struct pack_file *files, size_t n,
                                   const struct bundles_draft *d, struct slice *bytes,
                                   const struct widening **widenings, struct err *e);

#endif
