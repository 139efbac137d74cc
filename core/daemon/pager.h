/* pager.h - pages for holds past their deadline, said again each hour while they wait.
 *
 * A thread of the process that runs the router: it alone reads the audit's tally. */
#ifndef CONCORDAT_DAEMON_PAGER_H
#define CONCORDAT_DAEMON_PAGER_H

#include "daemon/tally.h"

struct pager;

/* Borrows the tally until pager_stop. */
MUST_CHECK bool pager_start(struct tally *t, struct pager **out, struct err *e);
void pager_stop(struct pager **p);
/* One look: an error in the log for each that is past its deadline and was not said within the
 * hour, and for what could not be read and was not said yet: of one feed and code once in ten
 * minutes, for all its people. How many. */
size_t pager_page(struct holds *h, int64_t now_ms);

#endif
