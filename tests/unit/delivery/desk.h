/* desk.h - one delivery of the example region's hospital team, on an embedded bus in a folder of
 * its own.
 *
 * Subjects are letters: 'A' is the pseudonym of sixteen 'A's, family name "Ann A", route 'A'
 * modulo 4. Disclosures are numbers. The clock stands until desk.now_ms is moved. */
#ifndef CONCORDAT_TESTS_DELIVERY_DESK_H
#define CONCORDAT_TESTS_DELIVERY_DESK_H

#include "delivery/delivery.h"
#include "delivery/store.h"
#include "partner.h"
#include "scratch.h"

#define SERVICE "wexshire-council/hospital-team"
#define MAY_2026_MS INT64_C(1777593600000)
#define IN_2040_MS INT64_C(2208988800000)
#define RETRY_MS 1000
#define ALARM_MS (600 * (int64_t)RETRY_MS)

struct desk {
    struct scratch scratch;
    struct arena process, arena; /* of the suite, of the test */
    const struct catalogue *catalogue;
    const struct bundle *bundle;
    const struct mapping *mapping; /* the one that it goes by: one of these */
    const struct mapping *mapping_json, *mapping_hl7, *mapping_narrow;
    struct bus *bus;
    bool broken; /* restrictions cannot be read */
    struct partner partner;
    struct delivery *delivery;
    int64_t now_ms, tries_on_error, tries_on_reject;
    struct err e;
};
extern struct desk desk;

/* CUnit's hooks: of a suite, and of a test (with an open delivery). */
int desk_load(void);
int desk_unload(void);
void desk_fresh(void);
void desk_done(void);

/* A disclosure; zeros take the ordinary: HospitalStay.admitted under hospital-discharge,
 * asserted. */
struct say {
    int n; /* number of the disclosure */
    char who;
    const char *action;
    int original;
    const char *agreement, *family, *ward, *postcode, *type, *kind;
    const char *cleared[3];       /* paths, NULL-terminated */
    const char *notice, *contact; /* that the router told; the source's team */
};
/* "0": none yet. Static text of a disclosure's id, for eight calls. */
const char *desk_id(int n);
struct slice desk_key(char who);
/* The framed record, in desk.arena. */
struct slice desk_record(const struct say *s);
void desk_say(const struct say *s);

/* What the door is told; lists end with NULL. */
struct tell {
    char who;
    int64_t sequence;
    const char *withhold[4], *tell, *stop[3];
    int cancelled; /* number of a disclosure; 0: none */
    int waiting;   /* likewise */
};
struct slice desk_notice(const struct tell *t);
void desk_tell(const struct tell *t);
void desk_link(char who, const char *of, const char *local_id);
/* Puts any bytes on the service's topic of that family. */
void desk_put(const char *topic, struct slice key, struct slice value);

/* Steps until nothing is done; false after an error, which stands in desk.e. */
bool desk_step(void);
/* Closes the delivery and opens it again. */
void desk_reopen(void);
/* The same, and between the two the bus loses what sql deletes; NULL: all. False: it does not
 * open. */
bool desk_lose(const char *sql);
const char *desk_database(void);
struct delivery_counts desk_counts(void);

/* Receipts in the order of each partition. */
struct told {
    int partition;
    struct slice value, disclosure, recipient, outcome, code;
    size_t removed_count;
    const struct slice *removed;
};
size_t desk_receipts(struct told *out, size_t max);
/* "accepted" or "stopped delivery.cancelled"; "" when there is no receipt of it. */
const char *desk_outcome(int n);

#endif
