/* forged.h - what an agency could put on the topics that it may write, and what must come of it.
 *
 * A story of the example region is played on a bus of its own to its middle; forged records are put
 * behind it; the story goes on. All is put on the bus by its file, as whoever may write it could,
 * with times of our own, so that the same records give the same bytes in every world. */
#ifndef CONCORDAT_TESTS_FORGED_H
#define CONCORDAT_TESTS_FORGED_H

#include "signers.h"

#define EVERYBODY 12 /* people of the story; one more is a stranger to it */
#define BEGIN_MS ((int64_t)1790000000000)

/* The same numbers for the same seed. */
extern uint64_t forged_seed;
unsigned below(unsigned n);
bool one_in(unsigned n);
/* Lives as long as the suite. */
extern struct arena forged_arena;
const char *kept_text(struct slice s);

/* One record to be put; the texts and bytes live in forged_arena. */
struct put {
    const char *topic;
    int partition;
    int64_t ms;
    struct slice key, value;
    const char *how;  /* how it was made */
    int who;          /* -1: nobody of the story */
    bool is_rightful; /* its agency may say it */
    bool makes_known; /* and by facts.yaml others' decisions may rest on it */
};
struct puts {
    struct put *list;
    size_t n, room;
};
struct put *puts_add(struct puts *to, const char *topic, int partition, struct slice key,
                     struct slice value);

const char *person_name(int who);

/* -- story.c ---------------------------------------------------------------------------------- */

/* Of an event that was put: all by which somebody else could name it. */
struct known {
    int who;
    const char *id, *source, *type, *kind, *episode; /* episode "": none */
    bool takes_back; /* it is a retraction, which nothing can take back */
};
struct knowns {
    struct known *list;
    size_t n, room;
};
void knowns_add(struct knowns *to, const struct known *k);

struct held {
    const char *on;
    int who;
};
struct story {
    struct puts first, second;
    struct knowns told, to_come; /* events of the first half, of the second */
    /* What came of the first half: ids of disclosures, holds "event:service" with whose they
     * are. */
    const char **disclosures;
    size_t disclosure_count;
    struct held *holds;
    size_t hold_count;
    struct puts acts;   /* of the first half, as they were signed */
    struct slice facts; /* somebody's, as the router keeps them */
};
extern struct story story;

/* The example region, with people who sign. CUnit's hook. */
int story_load(void);
/* In a fresh world: makes and plays the first half, then makes the second. */
void story_make(void);
/* Puts what of them counts (all: everything) on the bus, behind what stands there. The router is
 * opened anew. */
void bus_put(const struct puts *p, bool all);
/* Empty lanes: for a fresh bus. */
void bus_forget(void);
/* People who sign, two an agency. */
#define SIGNERS 10
const char *signer_name(int n);

/* -- rights.c: who may say what, by the text and facts.yaml alone ------------------------------ */

void rights_load(void);
/* Whether that record is its agency's own word in good form; fills the last three of p, and adds
 * the event to those it has told. */
void rights_judge(struct put *p, const char *agency, struct knowns *told);
/* Whether some line of facts.yaml lets that role say by such an event what opens or closes
 * something. */
bool rights_make_known(struct slice type, struct slice kind, struct slice role);

/* -- forge.c, forge_event.c ------------------------------------------------------------------- */

/* n records on the topics that this agency may write. In a fresh world. */
void forge(const char *agency, size_t n, struct puts *out);
/* One event, or what looks like one: framed bytes, with key and partition. */
struct made {
    struct slice key, value;
    int partition, who;
    const char *how;
};
void forge_event(const char *agency, const struct knowns *own, struct made *out);
void forge_bytes(struct made *m);
struct slice random_key(const char *agency, int who, bool *is_its_own);
const char *any_service_of(const char *agency);
const char *any_service(void);
const char *any_agency_but(const char *agency);

/* -- outcome.c -------------------------------------------------------------------------------- */

struct digest {
    const char *name;
    uint8_t digest[HASH_BYTES];
};
/* Named digests: of two worlds those of the same name are compared. */
struct result {
    struct digest *list;
    size_t n, room;
};
/* All that the region made of it, but what the audit says of those records: facts and marks, what
 * went to recipients and doors and links, and the audit of all else. */
void outcome_all(const struct puts *but, struct result *out);
/* What other agencies than that made known of anybody, and what was decided for their events about
 * people of whom nothing of `put` that others' decisions may rest on speaks. */
void outcome_of_others(const char *agency, const struct puts *put, struct result *out);
/* How many differ; the first ones are told. */
size_t outcome_differ(const struct result *a, const struct result *b, const char *what);
/* How many of those records came to something though they are not rightful, or to nothing though
 * they are. Told. */
size_t outcome_wrong(const struct puts *put, size_t *refused, size_t *taken);

#endif
