/* reading.h - a site while it is read; for the room site only.
 *
 * Whatever is wrong is told at its place, and reading goes on. */
#ifndef CONCORDAT_SITE_READING_H
#define CONCORDAT_SITE_READING_H

#include "site/site.h"

struct reading {
    struct arena *a;
    struct site *site;
    const struct registry *adapters;
    struct problems *p;
    const char *share;
    struct slice agency; /* site-wide; empty: each feed and delivery names its own */
    const struct node *keys;
    const struct key *region_key; /* NULL: not named */
    const struct node *region;    /* region.yaml as read; NULL: cannot be read, which is said */
    bool with_keys;
};

/* Tells why `what` cannot be used; false. */
bool reading_complain(struct reading *r, const struct node *n, const char *code, const char *why,
                      struct slice what);
/* Every key of map is one of the space-separated names. */
bool reading_only_keys(struct reading *r, const struct node *map, const char *names);
/* The member's node of the wanted kind; NULL after a complaint. */
const struct node *reading_wanted(struct reading *r, const struct node *map, const char *key,
                                  enum node_kind kind);
/* Its text; empty after a complaint. */
struct slice reading_text(struct reading *r, const struct node *map, const char *key);
/* Of a member that may be absent: NULL when it is, or after a complaint. */
const char *reading_optional_text(struct reading *r, const struct node *map, const char *key);
const struct node *reading_optional_map(struct reading *r, const struct node *map, const char *key);
/* Relative paths are meant from the folder. */
const char *reading_path(struct reading *r, const char *folder, struct slice path);
/* Reads the key file that a node names; without with_keys it is only named. */
const struct key *reading_key(struct reading *r, const struct node *n);

/* parts.c: after region and keys. */
void reading_feeds(struct reading *r, const struct node *root);
void reading_deliveries(struct reading *r, const struct node *root);

#endif
