/* files.h - how many files a process may have open, and whether a site's listeners can stay below
 * it.
 *
 * Every connection is a file. The soft limit is raised to the hard one when the program starts;
 * what the listeners of one process may hold in sum, with a reserve for databases, the bus, folders
 * and partners, must fit below the hard one. Errors: run.files. */
#ifndef CONCORDAT_DAEMON_FILES_H
#define CONCORDAT_DAEMON_FILES_H

#include "site/site.h"

/* Best effort: what cannot be raised stays. */
void files_raise(void);
/* The files that all but its listeners' connections need, in a process with that many parts. */
size_t files_reserve(size_t parts);
/* Shares what is left among the listeners whose site names no number, and tells them. A problem at
 * the transport of the feed with which it is too much, of those that a process runs; only: as
 * daemon_run has it, NULL: all. False when a problem was added. */
bool files_fit(const struct site *s, char **only, struct problems *p);
/* The same for `check`, which cannot know which parts run together: on the embedded bus all do;
 * else no listener may be too much alone, and a sum that is too much is a warning. */
void files_check(const struct site *s, struct problems *p, struct problems *warnings);

#endif
