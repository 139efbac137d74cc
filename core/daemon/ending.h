/* ending.h - how a run ends: the signals that ask for it, and a bound on how long it may take.
 *
 * TERM and INT ask for the end; so does a part that cannot go on. Before anything runs they end the
 * process at once. Later the parts are stopped in order, for as long as the bus answers; when it
 * does not, waiting for it would be in vain, and the process ends as it stands: what is not
 * committed is done again at the next start, as after a crash. A second TERM or INT is obeyed at
 * once.
 *
 * Threads: all but ending_ask belong to the thread that runs the site. */
#ifndef CONCORDAT_DAEMON_ENDING_H
#define CONCORDAT_DAEMON_ENDING_H

#include <pthread.h>
#include <stdatomic.h>

#include "bus/bus.h"

struct ending {
    pthread_t listener, guard;
    bool listens, guards;
    atomic_bool runs;     /* there is something to stop in order */
    pthread_mutex_t lock; /* what follows */
    pthread_cond_t change;
    struct bus *bus; /* NULL: closed, or about to be */
    bool over;
    int code;
};

/* Holds the signals back in this thread and in those that it starts. It is called before any thread
 * is started. */
void ending_hold(void);
/* Starts to listen to the signals. Borrows x until ending_over, which has to be called after a
 * failure too. Fails: run.thread (ERR_FATAL). */
MUST_CHECK bool ending_start(struct ending *x, struct err *e);
/* From now on a signal is for ending_wait, and b (NULL: there is none) is to hurry once one has
 * come. Borrows b until ending_leave_bus. */
void ending_begin(struct ending *x, struct bus *b);
/* Returns when a signal has come. */
void ending_wait(struct ending *x);
/* Waits at most that long. False: no signal has come. */
bool ending_wait_for(struct ending *x, int64_t ms);
/* Asks for the end, for a part that cannot go on. Any thread. */
void ending_ask(void);
/* From now on the process ends with this code, and a sentence in its log, when the bus (NULL: there
 * is none) does not answer before ending_over. Borrows b until ending_leave_bus. */
void ending_guard(struct ending *x, struct bus *b, int code);
/* Says that the bus is about to be closed: it is asked no more, and closing it has its time too. */
void ending_leave_bus(struct ending *x);
/* Says that all has ended: the guard stops, and what ending_start made is released. */
void ending_over(struct ending *x);

#endif
