/* known.h - what a delivery must know beside its disclosures: the notices of restrictions.<service> (the
 * last one of each pseudonym) and the agency's own ids of links.<agency>.
 *
 * In memory, read from the start when opened, to their end whenever asked. One thread. */
#ifndef CONCORDAT_DELIVERY_KNOWN_H
#define CONCORDAT_DELIVERY_KNOWN_H

#include "bus/bus.h"
#include "record/catalogue.h"

struct known;

MUST_CHECK bool known_open(struct bus *b, const struct catalogue *c, struct slice agency,
                           struct slice service, struct known **out, struct err *e);
void known_close(struct known **k);
/* Reads both topics to what is their end now. When it fails nothing may be sent. */
MUST_CHECK bool known_refresh(struct known *k, struct err *e);
/* The last notice for a pseudonym, framed; empty when there is none. Lives until the next refresh. */
struct slice known_notice(const struct known *k, struct slice pseudonym);
/* The agency's own id of a subject; empty when unknown. */
struct slice known_local_id(const struct known *k, struct slice pseudonym);

#endif
