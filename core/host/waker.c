/* waker.c - poll() over an eventfd and one thing more. */
#include "host/waker.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

#define NS_PER_MS 1000000
#define WAIT_MS_MAX 3600000 /* of one poll(); the loop goes on */

bool waker_open(struct waker *w, struct err *e)
{
    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    w->is_open = w->fd >= 0;
    return w->is_open || err_errno(e, ERR_FATAL, "waker.open", errno,
                                   "cannot open what wakes a waiting part", "eventfd");
}

void waker_close(struct waker *w)
{
    if (w->is_open)
        close(w->fd);
    *w = (struct waker){ .is_open = false };
}

void waker_wake(const struct waker *w)
{
    const uint64_t one = 1;
    int before = errno;
    if (w->is_open && write(w->fd, &one, sizeof one) < 0)
        errno = before; /* the counter is full: it is awake */
}

bool waker_is_awake(const struct waker *w)
{
    struct pollfd p = { .fd = w->fd, .events = POLLIN };
    return w->is_open && poll(&p, 1, 0) > 0;
}

/* Rounded up, so that the moment has come when poll() returns. */
static int poll_ms_until(int64_t end_ns)
{
    int64_t now_ns = clock_mono_ns();
    if (end_ns <= now_ns)
        return 0;
    int64_t ms = (end_ns - now_ns - 1) / NS_PER_MS + 1;
    return ms < WAIT_MS_MAX ? (int)ms : WAIT_MS_MAX;
}

enum waited waker_wait(const struct waker *w, int fd, short events, int64_t end_ns)
{
    struct pollfd p[] = { { .fd = w->is_open ? w->fd : -1, .events = POLLIN },
                          { .fd = fd, .events = events } };
    for (;;) {
        int ms = poll_ms_until(end_ns);
        int ready = poll(p, 2, ms);
        if (ready > 0)
            return p[0].revents ? WAITED_AWAKE : WAITED_READY;
        if (ready < 0 && errno != EINTR)
            return WAITED_READY; /* what is done with fd says why */
        if (ready == 0 && ms == 0)
            return WAITED_END;
    }
}
