/* passed_over.h - the disclosures that a delivery never read, since they had aged out and a named
 * person let it go on behind them (concordat skip SITE delivery:NAME).
 *
 * An act names a gap by offsets, which no entry has. So what was passed over is what was decided
 * before the act, lies on its topic no more, and was never heard of.
 * Threads: one. Errors: those of the bus. */
#ifndef CONCORDAT_COMMANDS_PASSED_OVER_H
#define CONCORDAT_COMMANDS_PASSED_OVER_H

#include "audit/disclosed.h"
#include "bus/bus.h"
#include "site/site.h"

struct passed_over {
    struct slice service, by;   /* whose delivery; who said so */
    int64_t at_ms;              /* when */
    struct disclosed_list left; /* what its topic still has, in order of the keys */
};
struct passed_over_list {
    struct arena *a;
    struct passed_over *list;
    size_t count, room;
};

/* Keeps an entry of such an act; passes over any other. */
MUST_CHECK bool passed_over_take(struct passed_over_list *l, const struct audit_read *r,
                                 struct err *e);
/* Reads what the topics still have, after the last passed_over_take. */
MUST_CHECK bool passed_over_read(struct passed_over_list *l, struct bus *b, struct err *e);
/* The act that passed over that decision of entry r, if it was never heard of; NULL: none did. */
const struct passed_over *passed_over_find(const struct passed_over_list *l,
                                           const struct audit_read *r,
                                           const struct audit_decision *d);
void passed_over_release(struct passed_over_list *l);

#endif
