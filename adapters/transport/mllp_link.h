/* mllp_link.h - the bytes of one connection, in the clear or by TLS; private to MLLP.
 *
 * Nothing here waits: what came of a step is said in the words of host/tls.h, also in the clear.
 * Whoever hangs up without the word that ends TLS has ended all the same: a frame shows by itself
 * whether it is whole. Errors: mllp.closed, and those of host/tls.h (ERR_RETRY). */
#ifndef CONCORDAT_TRANSPORT_MLLP_LINK_H
#define CONCORDAT_TRANSPORT_MLLP_LINK_H

#include "host/tls.h"

struct mllp_link {
    int fd;          /* -1: none */
    struct tls *tls; /* NULL: in the clear */
};

/* Takes fd, connected and not blocking. c NULL: in the clear. */
MUST_CHECK bool mllp_link_open(struct mllp_link *l, int fd, struct tls_context *c, struct err *e);
/* The handshake, where there is one; done: bytes of messages may go. */
enum tls_came mllp_link_shake(struct mllp_link *l, struct err *e);
/* *n: bytes that came or went, over 0 when done. What comes by TLS must be read until it wants
 * something. */
enum tls_came mllp_link_read(struct mllp_link *l, void *to, size_t room, size_t *n, struct err *e);
enum tls_came mllp_link_write(struct mllp_link *l, const void *from, size_t n, size_t *done,
                              struct err *e);
/* Says that nothing more comes from here; what comes from there may still be read. */
void mllp_link_end(struct mllp_link *l);
/* Ends and closes it; again does no harm. */
void mllp_link_close(struct mllp_link *l);

#endif
