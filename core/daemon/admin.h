/* admin.h - the daemon's local socket: what changes something while the daemon holds the bus. */
#ifndef CONCORDAT_DAEMON_ADMIN_H
#define CONCORDAT_DAEMON_ADMIN_H

#include "bus/bus.h"
#include "contract/way_back.h"
#include "site/site.h"

struct admin;
struct admin_options {
    const struct site *site;
    struct bus *bus;
    const char *socket; /* path */
    /* Does a recorded act on what a part has set aside; *done: on how many it was done. *here
     * false: the part does not run in this process. It is called on a thread of the socket. */
    bool (*take_back)(void *ctx, const char *room, struct slice name, const struct way_back *w,
                      bool *here, uint64_t *done, struct err *e);
    void *ctx;
};
/* Starts to listen, on a thread of its own. Borrows what o names until admin_stop. Gives *out.
 * Fails as http_server_start does. */
MUST_CHECK bool admin_start(const struct admin_options *o, struct admin **out, struct err *e);
/* Answers what it has begun, then frees *a. *a may be NULL. */
void admin_stop(struct admin **a);

#endif
