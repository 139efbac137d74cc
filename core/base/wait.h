/* wait.h - waiting on a condition, with an end that no step of the wall clock moves.
 *
 * Each condition variable of the program is made here, so that it goes by the monotonic clock
 * (clock_mono_ns). By the wall clock, a wait would last an hour more when that clock is set back
 * an hour.
 * Threads: the lock is the caller's, held as pthread_cond_wait wants it. */
#ifndef CONCORDAT_BASE_WAIT_H
#define CONCORDAT_BASE_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

void wait_init(pthread_cond_t *c); /* ended by pthread_cond_destroy */

/* The moment ms from now; a negative ms counts as 0. */
int64_t wait_end_ns(int64_t ms);
/* Waits for the condition; it may also wake for no reason. False when the end has come. */
bool wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t end_ns);

#endif
