/* acts.h - a region on an embedded bus in which people act; for acts.c.
 *
 * Agency a0 tells (a0/s0), a1/s1 and a2/s2 receive; who the people are is drawn anew for each
 * region. A turn is what lies on the bus when the router steps; at some point of it the step fails,
 * and is taken again. Everything lives in the arenas of struct acts. Threads: one. */
#ifndef CONCORDAT_TESTS_REFERENCE_ACTS_H
#define CONCORDAT_TESTS_REFERENCE_ACTS_H

#include "audit/audit.h"
#include "../unit/host/scratch.h"
#include "bus/backend.h"
#include "reference.h"
#include "router/router.h"
#include "sharing/acts/act.h"

#define ACTS_PEOPLE 8
#define ACTS_REGION "actstead"
#define ACTS_TURN_MAX 4
/* of a person: of a local id, of the number it leads to */
#define ACTS_KEYS 2
#define ACTS_SAID_MAX 2000
#define ACTS_TO 2 /* services that receive: a1/s1, a2/s2 */

struct acts_person {
    int agency;
    bool may, has_ended; /* decides about what is held; their day was yesterday's */
};
struct acts {
    struct arena life, scratch; /* of the region, of a story */
    struct scratch folder;
    struct acts_person people[ACTS_PEOPLE];
    const struct catalogue *catalogue;
    const struct bundle *bundle;
    struct judge_keys keys;
    struct bus *bus;
    struct bus_ops ops; /* of the bus, but for commit */
    bool (*commit)(struct bus_worker *w, const struct bus_record *out, size_t n,
                   const struct bus_position *done, size_t m, struct err *e);
    struct bus_record turn[ACTS_TURN_MAX]; /* said, and not on the bus yet */
    size_t in_turn;
    int64_t links_read; /* up to where of links.a0 */
    struct router *router;
    struct audit_follow *audit;
    bool refuse_commit; /* the next one */
    struct ref_random *random;
    size_t allocations_each; /* of a step, the most for one of its inputs */
    unsigned long failed, refused_commits, restarts;
};

/* A region of its own; false with e. */
bool acts_open(struct acts *w, struct ref_random *r, const struct catalogue *c, struct err *e);
void acts_close(struct acts *w);
const char *acts_service(int to);

/* Says an event of an agency, or what a person signed, in the turn to come.
 * set: path, value, ..., NULL. */
struct acts_event {
    const char *service, *type, *kind, *id, *original, *episode;
    const char *local_id; /* of the person; NULL: none */
    bool is_by_local_id;  /* the key is its own */
    int64_t occurred_ms;
    const char *const *set;
    int fit; /* of a stay: 0 nobody says, 1 yes, 2 no */
};
bool acts_say(struct acts *w, const struct subject_key *who, const struct acts_event *ev,
              struct err *e);
void acts_submit(struct acts *w, const struct act *x);
void acts_sign(struct act *x, int person, int key);

/* Puts what was said on the bus at once and steps until nothing is left of it, failing on the way;
 * then reads what the audit says. False with e: what no failure of ours explains. */
bool acts_turn(struct acts *w, bool (*each)(void *ctx, int partition, const struct audit_read *r),
               void *ctx, struct err *e);
/* acts_links.c, as feeds do: what the router has said for that local id on links.a0 comes back
 * under both keys, and what it says of that, until it says nothing more. */
struct acts_said {
    const char *local_id;
    struct subject_key keys[ACTS_KEYS];
    struct slice list[ACTS_SAID_MAX]; /* all that was read, in the arena of the story */
    size_t n;
};
bool acts_carry(struct acts *w, struct acts_said *said,
                bool (*each)(void *ctx, int partition, const struct audit_read *r), void *ctx,
                struct err *e);
/* All of it again, as from a spool that was restored. */
bool acts_carry_again(struct acts *w, struct acts_said *said,
                      bool (*each)(void *ctx, int partition, const struct audit_read *r), void *ctx,
                      struct err *e);
/* A record of the turn to come. */
void acts_put(struct acts *w, const char *topic, const struct subject_key *who, struct slice value);
/* Whether the audit verifies and the same follows again from nothing; prints what does not. */
bool acts_agree(struct acts *w, struct err *e);

#endif
