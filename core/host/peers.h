/* peers.h - who holds how much of a listener: connections and bytes, by address and in sum.
 *
 * A peer is an IPv4 address (also as ::ffff:a.b.c.d), the first 64 bits of an IPv6 address, which
 * one household or host has as a whole, or, of whatever has no address (a UNIX socket), all of
 * them. Counts only: whoever accepts connections asks it, and closes whom it names. Every step
 * takes the same time however many peers there are, but for peers_over.
 *
 * Threads: one at a time. Errors: out of memory only. */
#ifndef CONCORDAT_HOST_PEERS_H
#define CONCORDAT_HOST_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"

/* All of one address. first, last: the caller's own list of its connections; NULL at first. */
struct peer {
    void *first, *last;
    size_t connections, bytes;
    int64_t said_ns; /* the caller's: when it last spoke of this peer; 0: never */

    uint8_t address[16];
    struct peer *next_in_table, *before, *after; /* peers.c */
};

/* 0 bytes: no limit. A peer's share above the sum is the sum. */
struct peers_limits {
    size_t connections_max, peer_connections_max;
    size_t bytes_max, peer_bytes_max;
};

struct peers_line {
    struct peer *first, *last;
};

struct peers {
    struct peers_limits limits;
    size_t connections, bytes;
    /* peers.c: by address; and by how many connections they have, those of each number in the order
     * in which they were last active */
    struct peer **table;
    struct peers_line *by_count;
    size_t room, most;
    uint64_t seed;
};

MUST_CHECK bool peers_init(struct peers *p, const struct peers_limits *l, struct err *e);
void peers_release(struct peers *p);

enum peers_place {
    PEERS_IN,        /* counted; *out: its peer */
    PEERS_PEER_FULL, /* it has its share; *out: its peer */
    PEERS_FULL,     /* the listener is full; *out: who has most connections, of several such the one
                     * that was active least recently */
    PEERS_NO_MEMORY /* *out: NULL */
};
/* Counts one more connection from that address, where there is room. */
enum peers_place peers_join(struct peers *p, const struct sockaddr *from, struct peer **out);
/* Who peers_join names when the listener is full; NULL: it has no connection. */
struct peer *peers_most(const struct peers *p);
/* One connection less; a peer without any is forgotten. */
void peers_leave(struct peers *p, struct peer *who);
/* It has just done what a connection is for. */
void peers_active(struct peers *p, struct peer *who);

/* What one of its connections held before, and holds now. */
void peers_hold(struct peers *p, struct peer *who, size_t before, size_t now);
/* Who is to give bytes back after `who` has taken some: who itself when it is over its share, else
 * who holds most when the listener is over its sum; NULL: all is well. */
struct peer *peers_over(const struct peers *p, struct peer *who);

#endif
