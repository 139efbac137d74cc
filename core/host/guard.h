/* guard.h - what keeps keys within this process: no dump, no swap, no folder that is others'.
 *
 * All of it is a help, not a promise: where the system refuses, the program goes on. Who holds a
 * key in memory of its own wipes it (explicit_bzero); what lives in an arena is wiped with it
 * (arena.h: is_secret). Threads: guard_process before there are any. */
#ifndef CONCORDAT_HOST_GUARD_H
#define CONCORDAT_HOST_GUARD_H

#include "base/err.h"

/* No core file, and no other process of the same user reads this one's memory. Not under the
 * address sanitizer, whose search for leaks is such a process. */
void guard_process(void);
/* The pages that hold these bytes are not swapped out and not dumped. */
void guard_keep(const void *p, size_t n);

/* A folder for its owner alone: made so, or found so. Fails: CODE (ERR_FATAL), with the command
 * that mends it; false as well where it cannot be made. */
MUST_CHECK bool guard_folder(const char *path, const char *code, struct err *e);
/* Whether that folder is there and others may enter it, see or change what is in it. */
MUST_CHECK bool guard_folder_is_open(const char *path, unsigned *mode);

/* The folder that a secret's file lies in: others must not be able to put another in its place.
 * Fails: key.folder (ERR_FATAL). */
MUST_CHECK bool guard_place_of(const char *file, struct err *e);
/* A database and the folder it lies in: others must not be able to change it, nor to put beside it
 * what would be taken for its journal (a sticky folder lets them). What is not there is fine: it is
 * made as it should be, or cannot be opened. Fails: CODE (ERR_FATAL), with the command that mends
 * it. */
MUST_CHECK bool guard_database(const char *file, const char *code, struct err *e);

#endif
