/* reading.h - a site while it is read; for the room site only.
 *
 * Whatever is wrong is told at its place, and reading goes on. */
#ifndef CONCORDAT_SITE_READING_H
#define CONCORDAT_SITE_READING_H

#include "host/strict.h"
#include "site/site.h"

struct reading {
    struct strict reader;
    struct site *site;
    const struct registry *adapters;
    const char *share;
    struct slice agency; /* site-wide; empty: each feed and delivery names its own */
    const struct node *keys;
    const struct key *region_key; /* NULL: not named */
    const struct node *region;    /* region.yaml as read; NULL: cannot be read, which is said */
    bool with_keys;
};

extern const struct strict_codes site_codes;

/* Tells why `what` cannot be used; false. */
bool reading_complain(struct reading *r, const struct node *n, const char *code, const char *why,
                      struct slice what);
/* A member's text, NUL-terminated; NULL when it is not there or no text. */
const char *reading_text(struct reading *r, const struct node *map, const char *key);
/* Reads the key file that a node names; without with_keys it is only named. */
const struct key *reading_key(struct reading *r, const struct node *n);

/* places.c: the site's file as a tree, and its places. */
MUST_CHECK bool site_open_file(struct arena *a, const char *path, struct site_places *out,
                               struct node **root, struct err *e);

/* generations.c: catalogue, demo, the bundles. */
void reading_bundles(struct reading *r, const struct node *root);
/* Tells that a demo site, whose bundle nobody has signed, reaches another machine. */
bool reading_not_local(struct reading *r, const struct node *n, struct slice what);

/* options.c: NULL when there is none. */
const struct cfg_option *option_named(const struct cfg_option *options, struct slice key);

/* parts.c: after region and keys. */
void reading_feeds(struct reading *r, const struct node *root);
void reading_deliveries(struct reading *r, const struct node *root);

#endif
