/* site_manual.h - for the manual: what one can write in site.yaml. */
#ifndef CONCORDAT_SITE_SITE_MANUAL_H
#define CONCORDAT_SITE_SITE_MANUAL_H

#include "contract/option.h"
#include "host/strict.h"

extern const struct strict_topic reading_topic;

/* The options of a map, beside its keys; of NULL ends them. */
struct site_option_group {
    const char *of; /* as strict_table's */
    const struct cfg_option *options;
};
extern const struct site_option_group site_option_groups[];

#endif
