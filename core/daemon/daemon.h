/* daemon.h - concordat run: the parts of a site, until the end is asked for. */
#ifndef CONCORDAT_DAEMON_DAEMON_H
#define CONCORDAT_DAEMON_DAEMON_H

#include "site/site.h"

/* As the commands' exit codes have it: 0 done, 3 cannot. */
enum daemon_exit { DAEMON_STOPPED = 0, DAEMON_FAILED = 3 };

/* Runs the parts named ("router", "feed:NAME"; NULL-terminated, none: all) until the end is asked
 * for, and returns the exit code; what failed has been printed. Borrows all until it returns. The
 * signals are held back already (ending_hold). admin_listen NULL: as the site says. */
int daemon_run(struct site *s, char **only, const char *admin_listen, struct arena *a);

#endif
