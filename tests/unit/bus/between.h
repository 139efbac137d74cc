/* between.h - steps in between a worker's writing and its commit, without the bus knowing.
 *
 * Who links the library bus_between has the backends' calls to their stores come here first
 * (-Wl,--wrap): what was written is noted, and the commit that comes when outputs and positions are
 * written is asked for. One that comes earlier goes through: a backend that commits in two steps is
 * caught. */
#ifndef CONCORDAT_TESTS_BETWEEN_H
#define CONCORDAT_TESTS_BETWEEN_H

#include <stdbool.h>

/* From now on; may NULL: commits go through. A process may die in it; false makes the commit fail
 * (ERR_RETRY). */
void between_commits(bool (*may)(void *ctx), void *ctx);

bool between_say_no(void *ctx);
bool between_die(void *ctx);

#endif
