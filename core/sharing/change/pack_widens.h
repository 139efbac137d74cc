/* pack_widens.h - whether a bundle may share anything that the one before it did not.
 *
 * Compares the two structurally, file by file and clause by clause. Only what is known to take away
 * (a clause or an extension gone, a category, kind or service gone from a clause, an earlier end, a
 * new prohibition, a new stop) counts as narrowing; whatever else differs widens, also where it
 * cannot be told. What a clause releases is compared by what it means: a field instead of the
 * category that it is of, a category instead of its group, takes away. With a clause, its agreement
 * or its extension go its obligations, and what another clause releases may then travel plainer:
 * that widens too, but for a stop, which one person must be able to order at once. What it says is
 * a sentence for those who sign. Pure. tests/reference/widens.c holds it against what is
 * disclosed. */
#ifndef CONCORDAT_SHARING_CHANGE_PACK_WIDENS_H
#define CONCORDAT_SHARING_CHANGE_PACK_WIDENS_H

#include "sharing/rules/bundle.h"
#include "sharing/change/pack.h"

struct widening {
    const struct widening *next;
    const char *what; /* "agreements/x.yaml: clause 'y' is new" */
};

/* Both must load (bundle_load_from) by those schemas; NULL: names are compared as they stand.
 * before NULL: there was none, so all is new. *out NULL: it only narrows, or changes nothing. Lives
 * in a. */
MUST_CHECK bool pack_widens(struct arena *a, const struct catalogue *schemas,
                            const struct pack *before, const struct pack *after,
                            const struct widening **out, struct err *e);

/* What pack_widens cannot see: an agreement whose file is as before, and which now has the
 * approvals that it lacked; or has lost one, and with it its obligations, or its place before an
 * older version. */
bool pack_approvals_widen(const struct bundle *before, const struct bundle *after);

#endif
