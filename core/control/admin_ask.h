/* admin_ask.h - asks the daemon's local socket (daemon/admin.c): what is done by whoever holds the
 * bus.
 *
 * *running false: nobody listens there, also when a socket was left behind; the caller then opens
 * the bus itself. Errors: admin.refused, with the daemon's answer; admin.silent (ERR_RETRY):
 * somebody was asked and gave no answer, so it may have been done. */
#ifndef CONCORDAT_CONTROL_ADMIN_ASK_H
#define CONCORDAT_CONTROL_ADMIN_ASK_H

#include "site/site.h"

/* Hands a framed order of a bundle to a running daemon. */
MUST_CHECK bool admin_ask_order(const struct site *s, struct slice framed, bool *running,
                                struct err *e);
/* Hands an act's file to whoever listens there; *running false when nobody does. *done: on how much
 * of what was set aside it was done there; -1: it is recorded only. */
MUST_CHECK bool admin_ask_act(const char *socket, struct slice file, bool *running, int64_t *done,
                              struct err *e);

#endif
