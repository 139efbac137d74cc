/* pager.h - logs an alarm for each hold past its deadline, and again each hour while it waits.
 *
 * A thread of the process that runs the router: it alone reads the audit's tally. */
#ifndef CONCORDAT_DAEMON_PAGER_H
#define CONCORDAT_DAEMON_PAGER_H

#include "daemon/tally.h"

struct pager;

/* Borrows the tally until pager_stop. */
MUST_CHECK bool pager_start(struct tally *t, struct pager **out, struct err *e);
void pager_stop(struct pager **p);
/* Looks once. Logs an error for each hold past its deadline that was not logged within the hour.
 * Logs one for messages that could not be read and were not logged yet: for all people of one feed
 * and code together, at most once in ten minutes. Returns how many it logged. */
size_t pager_page(struct holds *h, int64_t now_ms);

#endif
