/* known.h - what a delivery must know beside its disclosures: the notices of restrictions.<service>
 * (the last one of each pseudonym) and the agency's own ids of links.<agency>.
 *
 * In memory, read from the start after opening, to their end whenever asked. A record that cannot
 * be read is logged: a link is passed over, a notice stays and holds its subject. One thread. */
#ifndef CONCORDAT_DELIVERY_KNOWN_H
#define CONCORDAT_DELIVERY_KNOWN_H

#include "delivery/delivery.h"

struct known;

MUST_CHECK bool known_open(const struct delivery_options *o, struct known **out, struct err *e);
void known_close(struct known **k);
/* Reads both topics to what is their end now. When it fails nothing may be sent. */
MUST_CHECK bool known_refresh(struct known *k, struct err *e);
/* The last notice for a pseudonym, framed; empty when there is none. Lives until the next
 * refresh. */
struct slice known_notice(const struct known *k, struct slice pseudonym);
/* The agency's own id of a subject; empty when unknown. */
struct slice known_local_id(const struct known *k, struct slice pseudonym);

#endif
