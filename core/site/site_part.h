/* site_part.h - the parts of a site: "router", "feed:NAME", "delivery:NAME"; and the names of
 * their databases. */
#ifndef CONCORDAT_SITE_SITE_PART_H
#define CONCORDAT_SITE_SITE_PART_H

#include "site/site.h"

struct site_part {
    struct slice part, agency;
};
/* Gives name and agency of one part a call, *at from 0; part lives in a, agency is the site's.
 * False after the last, or when memory is out. */
bool site_part_next(const struct site *s, struct arena *a, size_t *at, struct site_part *out);
/* Whether a part runs: "ROOM" or "ROOM:NAME" is one of the words, or there are none (NULL). */
bool site_part_is_wanted(char **only, const char *room, const char *name);

/* The path of the database of a "feed" or a "delivery". Gives it in a; NULL: memory is out. */
const char *site_part_file(struct arena *a, const char *folder, const char *room, const char *name);
/* Takes the name of such a file apart. *name points into file. False: it is no such name. */
bool site_part_of_file(struct slice file, const char **room, struct slice *name);

#endif
