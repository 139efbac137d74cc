/* person.h - a person as the value of the topic facts (schemas/internal/Facts.avsc), and back.
 *
 * Whoever has a person's facts has them from here: nobody else knows how they are written. */
#ifndef CONCORDAT_SHARING_FACTS_PERSON_H
#define CONCORDAT_SHARING_FACTS_PERSON_H

#include "base/buf.h"
#include "sharing/facts/facts.h"

/* A person of whom nothing is known. */
extern const struct person person_unknown;
/* The value of the topic `facts`: framed Avro, internal/Facts. */
MUST_CHECK bool person_encode(const struct bundle *b, const struct person *p, struct buf *out,
                              struct err *e);
/* Borrows bytes. facts.* ERR_FATAL: our own record cannot be read. Services are kept by name on the
 * wire, so that a new region.yaml may number them anew; unknown ones are dropped with their
 * facts. */
MUST_CHECK bool person_decode(const struct bundle *b, struct arena *a, struct slice bytes,
                              struct person *out, struct err *e);

#endif
