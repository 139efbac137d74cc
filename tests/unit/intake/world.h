/* world.h - a feed with all it needs: real schemas, a mapping, an embedded bus, a clock that
 * stands. */
#ifndef TEST_INTAKE_WORLD_H
#define TEST_INTAKE_WORLD_H

#include "../host/scratch.h"
#include "intake/feed.h"

#define NHS_ADA "9990000018"
#define THEIRS "09090909090909090909090909090909" /* the pseudonym that world_link() leads to */

#define OPENINGS_MAX 16

struct world {
    struct scratch scratch;
    char spool[96], bus_url[96];
    struct arena a;
    const struct catalogue *schemas;
    const struct mapping *mapping;
    struct bundle bundle;
    struct bus *bus;
    struct key region_key, agency_key;
    struct feed_options options; /* to be changed before world_open_feed */
    struct feed *feed;
    int64_t openings[OPENINGS_MAX]; /* what each of them numbers by: random, so in no order */
    size_t opening_count;
    struct answer answer; /* of the last say() */
    struct err e;
};

enum world_format {
    WORLD_JSON,
    WORLD_CSV,
    WORLD_HL7,
    WORLD_SNAPSHOT,
    WORLD_PAIR,
    WORLD_MENDED,
    WORLD_HIDES,
    WORLD_CASES,
    WORLD_CASES_MENDED,
    WORLD_STANDING,
    WORLD_SUBJECT,
    WORLD_POSITION,
    WORLD_ROWS,
    WORLD_PLAIN,
    WORLD_MIXED
};
/* Everything but the feed. False, with a line on stderr, when something cannot be made. */
bool world_init(struct world *w, enum world_format format);
void world_done(struct world *w);
bool world_open_feed(struct world *w);
bool world_open_bus(struct world *w);
/* Of WORLD_JSON: opens the feed again with a mapping that knows what its table lacked. */
bool world_mend(struct world *w);
/* The same with any other. */
bool world_mend_to(struct world *w, enum world_format format);

/* Copies a spool that nobody has open, with what SQLite keeps beside it. */
void world_copy(const char *from, const char *to);

/* One arrival, one turn; the answer is in w->answer. */
enum answer_fate world_say(struct world *w, const char *text);
/* The same of an admission with these members beside; each has an id of its own. */
enum answer_fate world_admit(struct world *w, const char *members);
/* Puts on the bus that the local id is known to be THEIRS, of partition 2. */
void world_link(struct world *w, const char *local_id);
/* Puts on the bus that people refused the n-th event of whoever the local id is, or (reopened_by
 * not empty) took that back. */
void world_refuse(struct world *w, const char *local_id, uint8_t n, const char *reopened_by);
/* Waits for the publisher, then reads the sums. */
struct feed_counts world_counts(struct world *w);
/* All records of events.hospital in all partitions, by feed_seq, openings in the order in which
 * they were opened (another process's before, each by itself); views and keys in w->a. */
struct world_event {
    struct slice key;
    int partition;
    struct view v;
    int64_t seq;
    size_t opening;
    int64_t offset;
};
size_t world_events(struct world *w, struct world_event *out, size_t most);
/* What stands beside them: signs that something could not be read, refusals that are carried
 * over. */
size_t world_signs(struct world *w, struct world_event *out, size_t most);
/* Text of one slot of an event, NUL-terminated in w->a; "" when null. */
const char *world_text(struct world *w, const struct world_event *e, const char *path);
/* How many of `what` with that name ("quarantined", "map.subject"). */
uint64_t world_tally(struct world *w, const char *what, const char *name);

/* The clock: what the feed takes for now. */
void world_set_ms(int64_t ms);
int64_t world_now_ms(void);

#endif
