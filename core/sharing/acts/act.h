/* act.h - what a named person does, as one text that they sign.
 *
 *     concordat act 1
 *     region wexshire
 *     act release
 *     on 0000019f...aa:wexbridge-district/grants
 *     event 0000019f...aa                 of a hold: what `on` names, told apart
 *     recipient wexbridge-district/grants
 *     subject 5e31...                     of a hold: whose partition and facts it is
 *     reason rang the ward
 *     at 2026-11-30T16:00:00.000Z
 *     signature njeri-ndungu BASE64       any number up to ACT_SIGNERS_MAX: Ed25519 of all before
 * them
 *
 * A region that names no people (a demo, a bundle of before) has `typed NAME` in place of
 * signatures.
 *
 * There is one text for each act: no value has a control character or a mark that turns the
 * direction of writing, so what a person reads is what they sign. Its hash is the act: taken once.
 * Pure. Errors (ERR_REJECT): act.form, act.word, act.reason, act.region, act.signature, act.person,
 * act.role, act.time, act.own-agency; act.unsigned where nobody has signed. */
#ifndef CONCORDAT_SHARING_ACTS_ACT_H
#define CONCORDAT_SHARING_ACTS_ACT_H

#include "base/buf.h"
#include "base/ids.h"
#include "sharing/rules/bundle.h"

#define ACT_SIGNERS_MAX 4
#define ACT_BYTES_MAX 8192
#define ACT_REASON_MAX 1000 /* bytes */
/* An act counts so long after it was made, for signatures are gathered by hand; a clock may be this
 * much ahead. */
#define ACT_AGE_MAX_MS ((int64_t)7 * 24 * 3600000)
#define ACT_AHEAD_MAX_MS ((int64_t)5 * 60000)

struct act_signature {
    struct slice person; /* a name of the region's people */
    uint8_t bytes[SIGNATURE_BYTES];
};
struct act {
    struct slice region;
    struct slice verb;          /* "release", "drop" ...: act_role knows them all */
    struct slice on;            /* a hold; an agreement or part; a selection, in words */
    struct subject_key subject; /* zeros: it is about no one person */
    struct slice reason;
    int64_t at_ms;
    struct act_signature signatures[ACT_SIGNERS_MAX];
    size_t signature_count;
    struct slice typed; /* who, where nobody signs; empty: signed */
};

/* The role that may do it; false: there is no such act. */
bool act_role(struct slice verb, enum people_role *out);
/* Whether a name, a reason or another value can stand in a line as it is: UTF-8, not empty, no
 * control characters, nothing that hides or turns text. */
bool act_is_plain(struct slice value);
/* Checks the form alone: a known verb, plain values of the right lengths. */
MUST_CHECK bool act_check(const struct act *x, struct err *e);

/* What is signed; with its signatures it is the file that goes from one to the other. */
void act_put_text(const struct act *x, struct buf *out);
void act_put_file(const struct act *x, struct buf *out);
/* Reads exactly what act_put_file writes, and nothing else. Borrows bytes. */
MUST_CHECK bool act_read(struct slice bytes, struct act *out, struct err *e);
/* The hash of the text that is signed. */
MUST_CHECK bool act_hash(const struct act *x, uint8_t out[HASH_BYTES], struct err *e);

/* The person of that name, who is named, may do that and has not ended at that time; NULL:
 * act.person, act.role. */
const struct named *act_person(const struct bundle *b, struct slice verb, struct slice name,
                               int64_t now_ms, struct err *e);
/* Adds a signature; refuses a key that is not that person's in the bundle, somebody who may not do
 * it now, and a name that has signed already (act.key, act.signed). b NULL: who signs away from the
 * site, where only the last two can be told. person lives as long as x. */
MUST_CHECK bool act_sign(struct act *x, const struct bundle *b, struct slice person,
                         const struct key *secret, int64_t now_ms, struct err *e);

/* Who signed: people of the bundle, no two the same. */
struct act_signers {
    const struct named *list[ACT_SIGNERS_MAX];
    size_t count;
};
/* Whether an act counts at that time: its form, region and age are right, and every signature is
 * good and by a named person who may do that and whose time has not ended. One bad signature
 * refuses the whole. Where the bundle names nobody, a typed name counts, and out stays empty. */
MUST_CHECK bool act_verify(const struct act *x, const struct bundle *b, int64_t now_ms,
                           struct act_signers *out, struct err *e);

/* Whether those who signed, with the person who agreed before (NULL: nobody), are enough to let
 * something go to a service: one person, or two where two must, and one of them from outside its
 * agency. */
enum act_enough { ACT_ENOUGH, ACT_ANOTHER, ACT_SAME, ACT_OUTSIDER };
enum act_enough act_enough(const struct act_signers *s, const struct named *before,
                           const struct bundle *b, struct recipient_id to, bool two);

#endif
