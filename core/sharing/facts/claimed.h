/* claimed.h - whether what an agency claims of a person counts for what another tells of that
 * person; for the room sharing only.
 *
 * Who claims a person ("an open case", "our tenant", "we are responsible") names somebody by an NHS
 * number, and a number may be mistyped, or made up. So a claim that would let another agency's
 * event through is held against how both have shown whom they mean:
 *
 *   the claimant's agency            the event's agency                   the claim
 *   has a birth date                 has the same                         counts
 *   has a birth date                 has another                          is held: they disagree
 *   has a birth date                 has none; of all others some agree   counts
 *   has a birth date                 has none; all others have another    is held: they disagree
 *   has a birth date                 nobody else has one                  counts, unchecked
 *   may use NHS numbers, has none    somebody has one                     is held: unverified
 *   may use NHS numbers, has none    nobody has one                       counts, unchecked
 *   may not use NHS numbers          -                                    counts by a link only, or
 *                                    where an agency that may names that service too; else it is
 * held
 *
 * An agency's own claims always count for its own events. Of one agency its last birth date counts:
 * an earlier one was its mistake. */
#ifndef CONCORDAT_SHARING_FACTS_CLAIMED_H
#define CONCORDAT_SHARING_FACTS_CLAIMED_H

#include "sharing/facts/facts_query.h"

enum claimed { CLAIMED_COUNTS, CLAIMED_UNVERIFIED, CLAIMED_DISAGREES };

#define AGENCY_NOBODY (-1) /* no event is at hand: facts alone */

/* A claim of that agency, for an event of source (an agency, or AGENCY_NOBODY). */
enum claimed claimed_by(const struct bundle *b, const struct person *p, uint16_t agency,
                        int source);
/* The same of a word on who is responsible. It is unverified when its agency has left the region.
 * The word "it cannot be told" claims nothing, and so counts. */
enum claimed claimed_word(const struct bundle *b, const struct person *p,
                          const struct responsible_fact *f, int source);
/* The same of that very relationship, which another one may bear out. */
enum claimed claimed_relationship(const struct bundle *b, const struct person *p,
                                  const struct relationship *r, int source);
/* Whether every open relationship and every word of who is responsible counts. */
bool claimed_all_count(const struct bundle *b, const struct person *p, int source);
/* The worst of the claims for that service, where one of them is in doubt; else the worst of
 * all. */
enum claimed claimed_worst(const struct bundle *b, const struct person *p, int service, int source);
/* Whether some claim counts before and not after, or the reverse, for an event of an agency that
 * has events on file. */
bool claimed_turned(const struct bundle *b, const struct person *before,
                    const struct person *after);

/* Whether any claim, in doubt or not, names that service. */
bool claimed_names(const struct person *p, uint16_t service);
/* Whether some claim does not count for an event of an agency that somebody was sent. */
bool claimed_in_doubt(const struct bundle *b, const struct person *p);
/* Whether some agency's claim has come into doubt for such an event, or into a worse doubt. */
bool claimed_doubt_is_new(const struct bundle *b, const struct person *before,
                          const struct person *after);

/* Whether the service's own agency has an open relationship on file for it. */
bool claimed_by_itself(const struct bundle *b, const struct person *p, uint16_t service);
enum claim_state claimed_state(const struct bundle *b, const struct person *p, uint16_t service);

/* The last birth hash of an agency; empty: none. */
struct slice claimed_birth(const struct person *p, uint16_t agency);

/* What becomes of the word of a service's own agency that it knows the person. */
enum claim_state {
    CLAIM_NONE,
    CLAIM_UNCHECKED, /* no other agency has a birth date */
    CLAIM_AGREES,
    CLAIM_DISAGREES,  /* with some other agency */
    CLAIM_UNVERIFIED, /* others have a birth date, it has none; or it is neither entitled nor
                       * linked */
    CLAIM_LINKED,
    CLAIM_STATES
};
/* "" "unchecked" "agrees" "disagrees" "unverified" "linked" */
const char *claimed_state_name(enum claim_state s);

struct claim_change {
    uint16_t service;
    enum claim_state before, after;
    uint32_t caught_up; /* of a claim that was just made: how much it was sent at once */
};

struct draft;
struct event;
/* Notes how the agency of ev shows whom it means: by a birth date, or by a pseudonym it was
 * given. */
MUST_CHECK bool claimed_note_birth(struct draft *d, const struct bundle *b, const struct event *ev,
                                   struct err *e);

#endif
