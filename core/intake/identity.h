/* identity.h - whom an event is about: the key that it travels under (core/ARCHITECTURE.md,
 * Identity).
 *
 * A valid NHS number gives the person key; else a case reference of ours or a durable link gives a
 * pseudonym or person key; else the local id gives the agency's local key. Nothing is ever joined
 * on demographics. Reads links, writes none: what is to be remembered is given to the caller, who
 * stores it in the commit that stores the event.
 * Errors: map.subject (ERR_REJECT) when not even a local id is there; what the finder and db
 * say. */
#ifndef CONCORDAT_INTAKE_IDENTITY_H
#define CONCORDAT_INTAKE_IDENTITY_H

#include "intake/spool/spool.h"
#include "contract/reference.h"
#include "host/crypto.h"

/* What a mapped record says of its subject; slices borrow from its build. */
struct identifiers {
    struct slice nhs_number, nhs_status, local_id, case_reference, birth_date;
};

struct subject {
    struct subject_key key; /* the bus key: person key, local key or pseudonym */
    int partition;
    bool is_pseudonym;
    char reference_of[128]; /* of a pseudonym */
    bool asked;             /* this feed answers for reference_of: who was asked is who replies */
    const char *confidence; /* a word of header.identity_confidence */
    bool keep_number;       /* the record may carry the NHS number */
    bool has_birth_hash;
    uint8_t birth_hash[HASH_BYTES];
    bool remember;     /* link is to be stored */
    bool by_reference; /* and a case reference made it: Person.linked says so */
    struct link link;
};

struct identity {
    struct slice agency;
    const struct key *region_key; /* NULL: not entitled */
    const struct key *agency_key;
    bool traced; /* numbers of this feed count as verified */
    int partitions;
    struct reference_finder references;
    struct spool *spool;
};

/* The agency's own key of a local id, whoever it is known to be. */
void identity_local(const struct identity *id, struct slice local_id, struct subject *out);
MUST_CHECK bool identity_resolve(const struct identity *id, const struct identifiers *c,
                                 struct subject *out, struct err *e);

#endif
