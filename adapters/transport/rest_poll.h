/* rest_poll.h - asks an HTTP address at intervals for what is new: pages, each a list of units or
 * one unit as a whole.
 *
 * Where to go on (the page to ask for next, and the ETag and Last-Modified by which it was known)
 * is committed in the turn that brought what stands before it. Items of a page go up while it
 * comes, a turn at a time; the page's own cursor goes with its last turn, so that a page of which
 * something is to come again, or that breaks off, is asked for once more, and what came already is
 * a duplicate. Redirects are not followed, and no next page of another origin is asked for.
 * Threads: run() has its own; stop() may come from any, and ends a call under way.
 * Errors: rest_poll.option (ERR_FATAL); told to the intake at each try in vain: rest_poll.site,
 * rest_poll.busy, rest_poll.page, rest_poll.size, rest_poll.later, those of host/http_client.h and
 * of credentials.h. */
#ifndef CONCORDAT_TRANSPORT_REST_POLL_H
#define CONCORDAT_TRANSPORT_REST_POLL_H

#include "contract/transport.h"

extern const struct transport transport_rest_poll;

#endif
