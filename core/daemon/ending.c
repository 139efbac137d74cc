/* ending.c - listens for the signals that end a run, and guards its end. */
#include "daemon/ending.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/wait.h"
#include "host/log.h"

#define LOOK_MS 500 /* between two questions: most ends are over before the first */
#define ANSWER_MS 2000
#define CLOSE_MS 10000 /* to close the bus, which writes down what an embedded one holds */

/* TERM and INT, and USR1 by which a thread gives up: a second TERM, be it of another thread that
 * cannot go on, would end the process at once. */
static void fill_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGUSR1);
}

void ending_hold(void)
{
    sigset_t set;
    fill_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

void ending_ask(void)
{
    kill(getpid(), SIGUSR1);
}

/* What waits for a broker that does not answer must not hold up the end. */
static void hurry_bus(struct ending *x)
{
    pthread_mutex_lock(&x->lock);
    if (x->bus)
        bus_hurry(x->bus);
    pthread_mutex_unlock(&x->lock);
}

static void *listen_for_signal(void *ctx)
{
    struct ending *x = ctx;
    sigset_t set;
    int got = 0;
    fill_signals(&set);
    sigwait(&set, &got);
    bool is_asked_from_outside = got != SIGUSR1;
    if (is_asked_from_outside && !atomic_load(&x->runs)) {
        log_line(LOG_INFO, NULL, "run.stopping",
                 "a signal asked the program to stop before its parts had started: it ends");
        _exit(0);
    }
    hurry_bus(x);
    return NULL;
}

bool ending_start(struct ending *x, struct err *e)
{
    *x = (struct ending){ .code = 0 };
    wait_init(&x->change);
    pthread_mutex_init(&x->lock, NULL);
    int number = pthread_create(&x->listener, NULL, listen_for_signal, x);
    x->listens = number == 0;
    if (!x->listens)
        return err_errno(e, ERR_FATAL, "run.thread", number, "cannot start", "a thread");
    return true;
}

static void set_bus(struct ending *x, struct bus *b)
{
    pthread_mutex_lock(&x->lock);
    x->bus = b;
    pthread_mutex_unlock(&x->lock);
}

void ending_begin(struct ending *x, struct bus *b)
{
    set_bus(x, b);
    atomic_store(&x->runs, true);
}

void ending_wait(struct ending *x)
{
    if (x->listens)
        pthread_join(x->listener, NULL);
    x->listens = false;
}

bool ending_wait_for(struct ending *x, int64_t ms)
{
    int64_t ns = clock_mono_ns() + ms * 1000000;
    const struct timespec until = { ns / 1000000000, ns % 1000000000 };
    if (!x->listens)
        return true;
    bool has_come = pthread_clockjoin_np(x->listener, NULL, CLOCK_MONOTONIC, &until) == 0;
    if (has_come)
        x->listens = false;
    return has_come;
}

/* Lock held. Waits for a change, at most that long. */
static void wait_for_change(struct ending *x, int64_t ms)
{
    (void)wait_until(&x->change, &x->lock, wait_end_ns(ms));
}

/* Lock held, also while it asks: so the bus is not closed meanwhile. */
static bool may_go_on(struct ending *x)
{
    if (x->bus)
        return bus_answers(x->bus, ANSWER_MS);
    wait_for_change(x, CLOSE_MS);
    return x->over;
}

static void *guard_end(void *ctx)
{
    struct ending *x = ctx;
    bool goes_on = true;
    pthread_mutex_lock(&x->lock);
    while (!x->over && goes_on) {
        wait_for_change(x, LOOK_MS);
        goes_on = x->over || may_go_on(x);
    }
    if (!goes_on) {
        log_line(LOG_WARN, NULL, "run.stopping",
                 "the bus does not answer, so the program ends without it: what the bus has not "
                 "confirmed is done again at the next start");
        _exit(x->code);
    }
    pthread_mutex_unlock(&x->lock);
    return NULL;
}

/* From now on a TERM or INT ends the process at once. */
static void let_signals(void)
{
    sigset_t set;
    fill_signals(&set);
    sigdelset(&set, SIGUSR1);
    signal(SIGTERM, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void ending_guard(struct ending *x, struct bus *b, int code)
{
    set_bus(x, b);
    hurry_bus(x); /* also where no signal asked for the end */
    x->code = code;
    x->guards = pthread_create(&x->guard, NULL, guard_end, x) == 0;
    if (!x->listens)
        let_signals();
}

void ending_leave_bus(struct ending *x)
{
    pthread_mutex_lock(&x->lock);
    x->bus = NULL;
    pthread_cond_broadcast(&x->change);
    pthread_mutex_unlock(&x->lock);
}

void ending_over(struct ending *x)
{
    pthread_mutex_lock(&x->lock);
    x->over = true;
    pthread_cond_broadcast(&x->change);
    pthread_mutex_unlock(&x->lock);
    if (x->guards)
        pthread_join(x->guard, NULL);
    if (x->listens) {
        ending_ask();
        pthread_join(x->listener, NULL);
    }
    pthread_cond_destroy(&x->change);
    pthread_mutex_destroy(&x->lock);
}
