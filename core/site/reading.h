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
    enum site_keys keys_mode;
    struct read_key *keys_read; /* site_keys.c */
};

extern const struct strict_codes site_codes;
/* site_keys.c: the keys of every map. */
extern const struct strict_table reading_keys_root, reading_keys_keys, reading_keys_topics,
    reading_keys_feed, reading_keys_contact, reading_keys_delivery, reading_keys_approvers;

/* Tells why `what` cannot be used; false. */
bool reading_complain(struct reading *r, const struct node *n, const char *code, const char *why,
                      struct slice what);
/* Tells that region.yaml has no such agency or service (what), and which it has; false. */
bool reading_unknown(struct reading *r, const struct node *n, const char *code, const char *what,
                     struct slice word, const struct choices_at *choices);
/* A member's text, NUL-terminated; NULL when it is not there or no text. */
const char *reading_text(struct reading *r, const struct node *map, const char *key);
/* The keys that a site names: site_keys.c. */
enum key_of { KEY_OF_REGION, KEY_OF_RECIPIENTS, KEY_OF_AGENCY };
/* The key of a file that a node names, read once however often it is asked for; agency: whose, of
 * KEY_OF_AGENCY. What it is for decides which check value it must have. */
const struct key *reading_key(struct reading *r, const struct node *n, enum key_of of,
                              struct slice agency);
/* What `check` tells and nothing stops at; text lives as long as the site. */
void reading_note(struct reading *r, const struct node *at, const char *code, const char *text);
/* What region.yaml says of it; NULL: no such agency. */
const struct key_check *key_check_of(const struct bundle *b, enum key_of of, struct slice agency);
/* Each key that a site's tree names, in turn from *at = 0; false at the end. agency: of an
 * agency's. */
struct named_key {
    enum key_of of;
    struct slice agency;
    const struct node *at;
};
bool site_next_key(const struct node *root, size_t *at, struct named_key *out);

/* site_places.c: the site's file as a tree, and its places. */
MUST_CHECK bool site_open_file(struct arena *a, const char *path, struct site_places *out,
                               struct node **root, struct err *e);

/* reading_bundles.c: catalogue, demo, the bundles. */
void reading_bundles(struct reading *r, const struct node *root);
/* Tells that a demo site, whose bundle nobody has signed, reaches another machine. */
bool reading_not_local(struct reading *r, const struct node *n, struct slice what);

/* What a map may have beside its keys: reading_parts.c, reading_bus.c, reading_admin.c. */
extern const struct cfg_option reading_feed_options[], reading_delivery_options[],
    reading_bus_options[], reading_admin_options[];

/* options.c: NULL when there is none. */
const struct cfg_option *option_named(const struct cfg_option *options, struct slice key);

/* reading_bus.c: after the bundles. */
void reading_bus(struct reading *r, const struct node *root);

/* reading_secure.c: whether a transport may stand to the world as its options say; n: those. */
bool reading_stand(struct reading *r, const struct node *n, const struct transport *t,
                   bool receives, const void *state);
bool reading_stand_of(struct reading *r, const struct node *n, struct slice what,
                      const struct secure_stand *s);
/* Notes that a certificate has ended, or soon will; how: who takes a new one. */
void reading_days(struct reading *r, const struct node *at, int64_t until_ms, const char *how);
/* reading_admin.c */
void reading_admin(struct reading *r, const struct node *root);

/* reading_parts.c: after region and keys. */
void reading_feeds(struct reading *r, const struct node *root);
void reading_deliveries(struct reading *r, const struct node *root);

#endif
