/* site_part.h - the parts of a site: "router", "feed:NAME", "delivery:NAME". */
#ifndef CONCORDAT_SITE_SITE_PART_H
#define CONCORDAT_SITE_SITE_PART_H

#include "site/site.h"

struct site_part {
    struct slice part, agency;
};
/* Name and agency, one a call, *at from 0; false after the last. */
bool site_part_next(const struct site *s, struct arena *a, size_t *at, struct site_part *out);
/* Whether a part runs: "ROOM" or "ROOM:NAME" is one of the words, or there are none (NULL). */
bool site_part_is_wanted(char **only, const char *room, const char *name);

#endif
