/* mllp.h - HL7 over TCP with the minimal lower layer protocol: server and client.
 *
 * With `listen` it receives: one thread, one epoll; all frames that arrived in one turn go up in
 * one take(), and are answered after it, each connection in its own order. With `connect` it sends:
 * one connection, one message at a time, made anew when it is lost. Framing and its deviations:
 * mllp_frame.h. Bytes outside a frame are dropped and counted, and said once a connection and
 * minute in the log, with the message before them, masked; of a frame over frame_max the beginning
 * goes up as broken, is answered, and its connection closed; an empty frame is counted and gets no
 * answer; a peer that does not read its answers is no longer read from, and closed when idle has
 * passed; a peer that has closed its sending half still gets its answers. What a peer and all of
 * them may hold, and how long: mllp_limits.c. With `tls` both sides go by TLS (host/tls.h), whose
 * handshake is counted as a connection, in the time of a message.
 *
 * Threads: run() by one, stop() and the counts by any, send() by one.
 * Errors: mllp.option, mllp.listen (ERR_FATAL); mllp.connect, mllp.timeout, mllp.closed,
 * mllp.frame, mllp.stopped and those of host/tls.h (ERR_RETRY); mllp.payload (ERR_REJECT: a frame's
 * own marks stand in the message). */
#ifndef CONCORDAT_TRANSPORT_MLLP_H
#define CONCORDAT_TRANSPORT_MLLP_H

#include "contract/transport.h"

extern const struct transport transport_mllp;

struct mllp_counts {
    uint64_t connections, refused, frames, empty, junk_bytes, too_large, cut_short;
    uint64_t shed;       /* closed for another's sake: connections or bytes were out */
    uint64_t slow;       /* a message did not end in time */
    uint64_t tls_failed; /* handshakes */
};

/* What a server has seen since open(). Any thread. */
struct mllp_counts mllp_counts(const void *state);

#endif
