/* bundle_load.h - loads region.yaml and, beside it, agreements/, prohibitions/, facts.yaml and the
 * rest.
 *
 * All problems are collected with file:line:column (bundle.*), none is only the first. */
#ifndef CONCORDAT_SHARING_LOAD_BUNDLE_LOAD_H
#define CONCORDAT_SHARING_LOAD_BUNDLE_LOAD_H

#include "sharing/load/source.h"
#include "sharing/rules/bundle.h"
#include "host/strict.h"

/* Lives in a. NULL when a problem was added. The source is needed only while loading, the bytes it
 * gives as long as a. */
const struct bundle *bundle_load_from(struct arena *a, const struct bundle_source *source,
                                      const struct catalogue *c, struct problems *p);
/* From a folder that holds region.yaml. */
const struct bundle *bundle_load(struct arena *a, const char *folder, const struct catalogue *c,
                                 struct problems *p);

#endif
