/* waker.h - one wait that any thread ends: an eventfd beside whatever else is waited for.
 *
 * Whoever waits for a moment, a socket or a partner waits here, by the monotonic clock, and whoever
 * stops it wakes it once. It stays awake, so that no later wait is missed. A loop of its own
 * (epoll) watches w->fd. What waits for a condition under a lock is base/wait.h's. Zeroed: closed.
 * Threads: opened and closed by one, when nobody waits; all else by any. Error: waker.open
 * (ERR_FATAL; ERR_RETRY where files are out). */
#ifndef CONCORDAT_HOST_WAKER_H
#define CONCORDAT_HOST_WAKER_H

#include "base/err.h"

struct waker {
    bool is_open;
    int fd; /* readable once it is awake */
};

enum waited { WAITED_AWAKE, WAITED_READY, WAITED_END };

MUST_CHECK bool waker_open(struct waker *w, struct err *e);
void waker_close(struct waker *w);
/* Also from a signal's handler. Nothing where it is closed. */
void waker_wake(const struct waker *w);
bool waker_is_awake(const struct waker *w);
/* Until it is awake, which counts first; until fd (-1: none) is ready for `events` as poll() has
 * them, or in trouble; or until that moment (base/wait.h). */
enum waited waker_wait(const struct waker *w, int fd, short events, int64_t end_ns);

#endif
