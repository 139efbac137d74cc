/* load_keys.h - for the manual: the keys of region.yaml and of what lies beside it. */
#ifndef CONCORDAT_SHARING_LOAD_LOAD_KEYS_H
#define CONCORDAT_SHARING_LOAD_LOAD_KEYS_H

#include "host/strict.h"

/* A topic a file; one without a name ends them. */
extern const struct strict_topic load_topics[];

#endif
