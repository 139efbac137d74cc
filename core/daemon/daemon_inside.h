/* daemon_inside.h - a running site, for daemon.c and daemon_open.c. */
#ifndef CONCORDAT_DAEMON_DAEMON_INSIDE_H
#define CONCORDAT_DAEMON_DAEMON_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "daemon/admin.h"
#include "daemon/daemon.h"
#include "daemon/ending.h"
#include "daemon/keeper.h"
#include "daemon/monitor.h"
#include "daemon/pager.h"
#include "delivery/delivery.h"
#include "intake/intake.h"
#include "router/router.h"
#include "site/site_part.h"

struct daemon;

struct running_feed {
    struct daemon *d;
    const struct site_feed *f;
    struct feed *feed;
    pthread_t thread;
    bool opened, started;
    bool held;           /* when it was opened: it was to publish nothing (keeper_holds) */
    struct admin *admin; /* its own, where it does not share the site's */
};
struct running_delivery {
    struct daemon *d;
    const struct site_delivery *f;
    struct delivery *delivery;
    pthread_t thread;
    bool opened, started;
    struct admin *admin; /* its own, where it does not share the site's */
};

struct daemon {
    struct site *site;
    struct bus *bus;
    struct keeper *keeper;
    struct router *router;
    pthread_t router_thread;
    bool router_started;
    struct running_feed *feeds;
    struct running_delivery *deliveries;
    struct admin *admin;
    struct tally *tally; /* with the router */
    struct pager *pager;
    struct monitor *monitor;
    const char *admin_listen; /* NULL: nowhere */
    char **only;              /* NULL-terminated; NULL: everything */
    bool listening;           /* the file of that name is ours */
    bool joined;              /* the bus is there, and all that needs it has been opened */
    struct ending ending;
    atomic_bool failed;
};

static inline bool daemon_wants(const struct daemon *d, const char *room, const char *name)
{
    return site_part_is_wanted(d->only, room, name);
}

/* Feeds, and where the bus answers all others. After a failure some may be open: daemon.c closes
 * them. */
MUST_CHECK bool daemon_open(struct daemon *d, struct arena *a, struct err *e);
/* All that asks the bus. After a failure for want of the bus (ERR_RETRY) it may be called again,
 * and goes on where it was. */
MUST_CHECK bool daemon_open_others(struct daemon *d, struct arena *a, struct err *e);

#endif
