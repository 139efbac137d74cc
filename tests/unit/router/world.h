/* world.h - a small region on an embedded bus in a folder of its own, and people to say things
 * about.
 *
 * region/ says who is who: hosp/wards, hosp/hub, council/social, district/grants; 4 partitions.
 * Admissions go to a social worker who knows the person; "ready" is held when nobody says
 * whether they are fit. */
#ifndef CONCORDAT_TESTS_ROUTER_WORLD_H
#define CONCORDAT_TESTS_ROUTER_WORLD_H

#include "audit/audit.h"
#include "router/router.h"
#include "scratch.h"

#define PARTITIONS 4
#define ENTRIES_MAX 8192

struct world {
    struct scratch scratch;
    struct arena process, arena; /* of the suite, of the test */
    const struct catalogue *catalogue;
    const struct bundle *bundle;
    struct judge_keys keys;
    struct bus *bus;
    struct router *router;
    struct err e;
    /* What it told of lanes that stand: the last time, the first of them. */
    size_t stands, stands_told;
    struct router_stand stand;
    /* What world_read found: the audit, oldest first within a partition. */
    struct world_entry {
        int partition;
        struct audit_read r;
    } entries[ENTRIES_MAX];
    size_t entry_count;
    /* What verify and replay said last. */
    char said[4000];
    struct audit_report report;
};
extern struct world world;

/* CUnit's hooks: of a suite, and of a test (with an open router). */
int world_load(void);
int world_unload(void);
void world_fresh(void);
void world_done(void);

/* What to say; zeros take the ordinary. */
struct say {
    const char *source;      /* "hosp/wards" */
    const char *type, *kind; /* "HospitalStay", "admitted" */
    const char *who;         /* any name of a person: "ada" */
    const char *episode;
    int64_t occurred_ms;
    const char *feed; /* NULL: none */
    int64_t feed_seq;
    int64_t taken_ms;        /* header.observed; 0: none */
    const char *const *set;  /* path, value, path, value, NULL */
    const char *environment; /* "test" */
    /* On the bus; each NULL or negative: as it should be. */
    const char *topic;
    int partition; /* 1 + number; 0: as it should be */
    const struct pseudonym *reference;
    const char *reference_of;
    const char *id; /* 32 hex digits */
};
void world_key(const char *who, struct subject_key *out);
int world_partition(const char *who);
/* The framed event, in world.arena. */
struct slice world_event(const struct say *s);
void world_say(const struct say *s);
/* Publishes raw bytes. */
void world_publish(const char *topic, int partition, struct slice key, struct slice value);

/* Steps until nothing is left; false with world.e. */
bool world_run(void);
void world_open_router(void);
void world_restart(void);
/* Closes router and bus and changes the bus file. */
void world_tamper(const char *sql);

/* Records of a topic over all its partitions; *last: value of the last one, in world.arena. */
size_t world_count(const char *topic, struct slice *last);
/* Reads the audit into world.entries. */
void world_read(void);
/* The n-th entry of that kind; NULL when there are fewer. */
const struct audit_read *world_entry(const char *kind, size_t n);
/* The last entry about that person. */
const struct audit_read *world_last(const char *who);
/* The last decision on that event, of whomever for, "outcome reason"; "nothing" where none is. */
const char *world_decided(const char *event_id);
/* How many things do not agree; world.said has the sentences. */
uint64_t world_verify(void);
uint64_t world_replay(void);
/* Asserts that the audit verifies and that its replay is the same. */
void world_agree(void);

/* Ready-made: council knows the person, and the router knows that; an admission. */
void world_known(const char *who);
void world_admit(const char *who, const char *episode);

#endif
