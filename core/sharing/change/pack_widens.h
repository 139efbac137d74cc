/* pack_widens.h - whether a bundle may share anything that the one before it did not.
 *
 * The two are compared by their files and clauses. A change narrows when it is known to take away:
 * a clause or an extension is gone; a category, kind or service is gone from a clause; an end is
 * earlier; a prohibition or a stop is new. Every other change widens, also where it cannot be told.
 * What a clause releases is compared by its meaning: a field instead of its category takes away,
 * and so does a category instead of its group. A clause, agreement or extension that is gone takes
 * its obligations with it. What another clause releases may then be sent without them, so that
 * widens too. A stop does not count so: one person must be able to order it at once. The reasons
 * are sentences for the people who sign. Pure. tests/reference/widens.c compares this with what is
 * disclosed. */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_WIDENS_H
#define CONCORDAT_SHARING_CHANGE_PACK_WIDENS_H

#include "sharing/rules/bundle.h"
#include "sharing/change/pack.h"

struct widening {
    const struct widening *next;
    const char *what; /* "agreements/x.yaml: clause 'y' is new" */
};

/* Lists in a why `after` may share more than `before`. *out NULL: it only narrows, or changes
 * nothing. Both must load (bundle_load_from) by those schemas. schemas NULL: released names are
 * compared as they are written. before NULL: `after` is the first bundle. */
MUST_CHECK bool pack_widens(struct arena *a, const struct catalogue *schemas,
                            const struct pack *before, const struct pack *after,
                            const struct widening **out, struct err *e);

/* Whether approvals alone widen, which pack_widens cannot see: the file of an agreement is as
 * before, but it now has the approvals that it lacked. Or it has lost one, and with it its
 * obligations or its place before an older version. */
bool pack_approvals_widen(const struct bundle *before, const struct bundle *after);

#endif
