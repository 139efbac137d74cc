/* site.h - one host's configuration: site.yaml with its feeds and deliveries, checked.
 *
 * Loads the schemas, the region's bundle, keys, mappings and transports' options; every problem is
 * collected with file:line:column before anything starts. Immutable after loading, but for the
 * transports' states, which belong to whoever opens them. Errors: site.* and those of the rooms
 * below. */
#ifndef CONCORDAT_SITE_SITE_H
#define CONCORDAT_SITE_SITE_H

#include "contract/registry.h"
#include "mapping/mapping.h"
#include "sharing/judge/judge.h"
#include "site/bundles.h"

struct site_feed {
    const char *name;
    struct slice agency, service; /* "agency", "agency/service" */
    const char *system, *contact_team, *contact_phone, *timeliness;
    const struct transport *transport;
    const struct node *transport_at;
    void *state; /* options read in; not opened */
    const struct mapping *mapping;
    const struct key *agency_key, *region_key; /* region_key NULL: not entitled */
    bool traced;
    const char *spool;                               /* path of its database */
    int64_t quarantine_max_bytes, quarantine_age_ms; /* 0: an eighth of spool_max_bytes */
    int64_t words_max_bytes;                         /* likewise */
    int64_t spool_max_bytes, stale_after_ms, keep_ms;
};

struct site_delivery {
    const char *name;
    struct slice agency, service;
    const struct transport *transport;
    void *state;
    const struct mapping *mapping;
    const char *database;
    int64_t retry_ms, retry_max_ms, retry_after_max_ms, alarm_after_ms;
    int64_t tries_on_error, tries_on_reject; /* 0: for ever */
};

/* The listener for metrics and health. */
struct site_admin {
    const char *listen; /* "127.0.0.1:9464"; NULL: it does not */
    const char **hosts; /* further names under which it is asked, NULL-terminated; NULL: none */
    struct secure secure;
};

/* Whom this host was told of outside the bundles. */
struct site_approvers {
    struct approvers first;  /* who may sign the first bundle */
    struct approvers joined; /* of agencies that had none in it, or since */
};

/* What `check` tells and nothing stops at. */
struct site_note {
    const struct site_note *next;
    const struct node *at;
    const char *code, *text;
};

struct site {
    const char *folder, *state_folder; /* absolute */
    const char *admin_socket;          /* path of the daemon's local socket */
    struct site_admin admin;
    const char *listening; /* file naming where each feed listens, written by run */
    bool live;
    const char *bus_url, *topic_prefix;
    struct secure_word bus_cleartext, bus_anyone;
    const struct node *bus_at;
    struct tls_settings bus_tls; /* the files that a Kafka's address names, to look at them */
    bool has_router;
    struct judge_keys router_keys;
    const struct catalogue *catalogue;
    const struct bundle *bundle; /* in force now; a demo site's: as its folder is */
    struct site_feed *feeds;
    size_t feed_count;
    struct site_delivery *deliveries;
    size_t delivery_count;
    const struct site_note *notes;
    /* reading_bundles.c */
    struct site_places places;
    struct site_approvers by;
    struct editions rules;                /* all that a running program can go by, newest first */
    const struct edition *last, *waiting; /* the last there is; one that needs a restart */
};

/* Where schemas/ and systems/ were installed: CONCORDAT_SHARE, else beside the program. In a. */
const char *site_share(struct arena *a);

/* path: a site's folder, or its site.yaml. Lives in a. NULL when a problem was added. Key files are
 * only to be named; or read, and compared with the check values of region.yaml; or the same to look
 * at them alone, and then a demo may be without, which is noted. */
enum site_keys { SITE_KEYS_NAMED, SITE_KEYS_READ, SITE_KEYS_LOOKED_AT };
struct site *site_load(struct arena *a, const char *path, const struct registry *adapters,
                       enum site_keys keys, struct problems *p);

/* Whether the keys that a running site holds are those that a bundle speaks of, where the one
 * before did not; err names both. site_keys.c */
MUST_CHECK bool site_keys_fit(const struct site *s, const struct bundle *before,
                              const struct bundle *b, struct err *e);
/* Writes into region.yaml the check values of the keys that the site names and holds, where they
 * are not there yet. said, in a: a line for each, or NULL. Refused when one is there and another.
 * site_fill.c */
MUST_CHECK bool site_fill_key_checks(struct arena *a, const char *path, const char **said,
                                     struct err *e);

/* What a site that need not be loadable says of its folders. */
MUST_CHECK bool site_places_read(struct arena *a, const char *path, struct site_places *out,
                                 struct err *e);
/* A file with `approvers: {NAME: {agency, role, key}}` and perhaps `joined:` likewise; false when a
 * problem was added. */
MUST_CHECK bool site_read_approvers(struct arena *a, const char *path, struct site_approvers *out,
                                    struct problems *p);
/* Keeps what it runs by in state/bundles, where it is not there yet. */
MUST_CHECK bool site_keep_bundles(const struct site *s, struct err *e);
/* What the site asks of a bundle that is to follow. */
struct bundles_trust site_trust(const struct site *s, int64_t at_ms);
/* The bundle of that hash, from state/bundles; NULL: it is not there or cannot be loaded. Lives in
 * a. */
const struct bundle *site_bundle_hashed(const struct site *s, struct arena *a,
                                        const uint8_t hash[HASH_BYTES]);

/* A problem for each secret key of a person or an approver that lies below the folder of a site
 * with a router. One thread at a time. Paths live in a. site_person_keys.c */
void site_find_person_keys(const struct site *s, struct arena *a, struct problems *p);

/* Whether text is an address for `run --admin`: host:port of this machine alone. */
bool site_may_listen(struct slice text);

/* "a size such as 64KiB or 16MiB" ... for people. options.c */
const char *option_words(enum cfg_type type);
/* Fills a transport's state from a YAML map by its option table. options.c */
bool options_read(struct arena *a, const struct node *map, const struct cfg_option *options,
                  const char *folder, void *state, struct problems *p);

/* How it stands to the world. */
void site_admin_stand(const struct site_admin *a, struct secure_stand *out);

#endif
