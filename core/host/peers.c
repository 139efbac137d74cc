/* peers.c - counting by address. */
#include "host/peers.h"

#include <netinet/in.h>
#include <string.h>

#include "base/arena.h"
#include "base/ids.h"
#include "host/crypto.h"

#define ROOM_MAX ((size_t)1 << 16) /* chains in the table */

static void address_of(const struct sockaddr *from, uint8_t out[16])
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    memset(out, 0, 16);
    if (from->sa_family == AF_INET) {
        memcpy(&v4, from, sizeof v4);
        memcpy(out, mapped, sizeof mapped);
        memcpy(out + 12, &v4.sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        memcpy(&v6, from, sizeof v6);
        bool is_v4 = memcmp(&v6.sin6_addr, mapped, sizeof mapped) == 0;
        memcpy(out, &v6.sin6_addr, is_v4 ? 16 : 8);
    }
}

static size_t at_least_one(size_t n)
{
    return n > 0 ? n : 1;
}

bool peers_init(struct peers *p, const struct peers_limits *l, struct err *e)
{
    *p = (struct peers){ .limits = *l, .room = 16 };
    struct peers_limits *m = &p->limits;
    m->connections_max = at_least_one(m->connections_max);
    m->peer_connections_max = at_least_one(m->peer_connections_max);
    if (m->peer_connections_max > m->connections_max)
        m->peer_connections_max = m->connections_max;
    while (p->room < m->connections_max && p->room < ROOM_MAX)
        p->room *= 2;
    p->table = mem_alloc(p->room * sizeof(struct peer *));
    p->by_count = mem_alloc((m->peer_connections_max + 1) * sizeof *p->by_count);
    random_bytes((uint8_t *)&p->seed, sizeof p->seed);
    if (p->table && p->by_count)
        return true;
    peers_release(p);
    return err_memory(e);
}

void peers_release(struct peers *p)
{
    for (size_t i = 0; p->table && i < p->room; i++)
        for (struct peer *who = p->table[i], *next; who; who = next) {
            next = who->next_in_table;
            mem_free(who);
        }
    mem_free(p->table);
    mem_free(p->by_count);
    *p = (struct peers){ .connections = 0 };
}

/* Nobody may choose addresses that meet in one chain: hence the seed. */
static struct peer **peer_chain(const struct peers *p, const uint8_t address[16])
{
    uint8_t seeded[24];
    memcpy(seeded, &p->seed, sizeof p->seed);
    memcpy(seeded + 8, address, 16);
    size_t mask = p->room - 1; /* room is a power of two */
    return &p->table[hash_bytes(slice_of(seeded, sizeof seeded)) & mask];
}

static struct peer *peer_find(const struct peers *p, const uint8_t address[16])
{
    struct peer *who = *peer_chain(p, address);
    while (who && memcmp(who->address, address, 16) != 0)
        who = who->next_in_table;
    return who;
}

static void leave_line(struct peers *p, struct peer *who)
{
    struct peers_line *line = &p->by_count[who->connections];
    if (who->before)
        who->before->after = who->after;
    else
        line->first = who->after;
    if (who->after)
        who->after->before = who->before;
    else
        line->last = who->before;
}

static void join_line(struct peers *p, struct peer *who)
{
    struct peers_line *line = &p->by_count[who->connections];
    who->before = line->last;
    who->after = NULL;
    if (line->last)
        line->last->after = who;
    else
        line->first = who;
    line->last = who;
}

static struct peer *peer_add(struct peers *p, const uint8_t address[16])
{
    struct peer *who = mem_alloc(sizeof *who);
    if (!who)
        return NULL;
    memcpy(who->address, address, 16);
    struct peer **head = peer_chain(p, address);
    who->next_in_table = *head;
    *head = who;
    join_line(p, who);
    return who;
}

static void peer_forget(struct peers *p, struct peer *who)
{
    struct peer **at = peer_chain(p, who->address);
    while (*at != who)
        at = &(*at)->next_in_table;
    *at = who->next_in_table;
    leave_line(p, who);
    mem_free(who);
}

struct peer *peers_most(const struct peers *p)
{
    return p->most > 0 ? p->by_count[p->most].first : NULL;
}

enum peers_place peers_join(struct peers *p, const struct sockaddr *from, struct peer **out)
{
    uint8_t address[16];
    address_of(from, address);
    *out = peer_find(p, address);
    if (*out && (*out)->connections >= p->limits.peer_connections_max)
        return PEERS_PEER_FULL;
    if (p->connections >= p->limits.connections_max) {
        *out = peers_most(p);
        return PEERS_FULL;
    }
    if (!*out)
        *out = peer_add(p, address);
    if (!*out)
        return PEERS_NO_MEMORY;
    leave_line(p, *out);
    (*out)->connections++;
    p->connections++;
    join_line(p, *out);
    if ((*out)->connections > p->most)
        p->most = (*out)->connections;
    return PEERS_IN;
}

void peers_leave(struct peers *p, struct peer *who)
{
    leave_line(p, who);
    who->connections--;
    p->connections--;
    join_line(p, who);
    if (who->connections == 0)
        peer_forget(p, who);
    while (p->most > 0 && !p->by_count[p->most].first)
        p->most--;
}

void peers_active(struct peers *p, struct peer *who)
{
    leave_line(p, who);
    join_line(p, who);
}

void peers_hold(struct peers *p, struct peer *who, size_t before, size_t now)
{
    who->bytes += now - before;
    p->bytes += now - before;
}

static struct peer *who_holds_most(const struct peers *p, struct peer *who)
{
    for (size_t n = 1; n <= p->most; n++)
        for (struct peer *one = p->by_count[n].first; one; one = one->after)
            if (one->bytes > who->bytes)
                who = one;
    return who;
}

struct peer *peers_over(const struct peers *p, struct peer *who)
{
    const struct peers_limits *m = &p->limits;
    if (m->peer_bytes_max > 0 && who->bytes > m->peer_bytes_max)
        return who;
    return m->bytes_max > 0 && p->bytes > m->bytes_max ? who_holds_most(p, who) : NULL;
}
