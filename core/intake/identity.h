/* identity.h - whom an event is about: the key that it travels under (core/ARCHITECTURE.md,
 * Identity).
 *
 * A valid NHS number gives the person key. Else a case reference that we gave, or a durable link,
 * gives a pseudonym or a person key. Else the local id gives the agency's local key. Nothing is
 * ever joined on demographics. This file reads links and writes none: the caller stores a new link
 * in the commit that stores the event. Errors: map.subject (ERR_REJECT): the record has not even a
 * local id. Also those of the finder, and db.*. */
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
    bool asked;             /* this feed replies as reference_of: that service got the reference */
    const char *confidence; /* a word of header.identity_confidence */
    bool keep_number;       /* the record may carry the NHS number */
    bool has_birth_hash;
    uint8_t birth_hash[HASH_BYTES];
    bool remember;     /* the caller is to store link */
    bool by_reference; /* a case reference made that link: the caller says Person.linked */
    struct link link;
    bool has_local;
    uint8_t local[ID_BYTES]; /* link_key of its local id, as of identity_link_key; has_local */
    bool has_own;
    struct subject_key own; /* of its local id, as of identity_own; has_own */
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

/* Whether any feed could tell whom the record is about: else map.subject, as identity_resolve says
 * it. A number or a reference alone may still be refused by a feed that may not use it. */
MUST_CHECK bool identity_names_somebody(const struct identifiers *c, struct err *e);
/* Sets key, partition and confidence of *out to the agency's own key of a local id. It does not ask
 * whom the id leads to. */
void identity_local(const struct identity *id, struct slice local_id, struct subject *out);
/* Gives the key (link_key) under which links know the local id of s. It is reckoned once. */
const uint8_t *identity_link_key(const struct identity *id, struct slice local_id,
                                 struct subject *s);
/* Gives the subject key that identity_local sets, of the local id of s. It is reckoned once. */
const struct subject_key *identity_own(const struct identity *id, struct slice local_id,
                                       struct subject *s);
/* Finds the subject that c names. */
MUST_CHECK bool identity_resolve(const struct identity *id, const struct identifiers *c,
                                 struct subject *out, struct err *e);

#endif
