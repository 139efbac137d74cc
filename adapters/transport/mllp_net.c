/* mllp_net.c - addresses as text and back, address blocks, socket options. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "transport/mllp_state.h"

/* Copies s NUL-terminated; false when it does not fit. */
static bool copy_text(struct slice s, char *to, size_t room)
{
    if (s.n >= room)
        return false;
    memcpy(to, s.p, s.n);
    to[s.n] = '\0';
    return true;
}

bool mllp_address_check(const char *text, struct address *out, struct err *e)
{
    return address_split(slice_text(text), out) ||
           err_set(e, ERR_FATAL, "mllp.option", 0, "cannot read address '%.80s': want host:port",
                   text);
}

bool mllp_resolve(const char *text, bool passive, struct addrinfo **out, struct err *e)
{
    struct address at;
    const char *code = passive ? "mllp.listen" : "mllp.connect";
    enum err_fate fate = passive ? ERR_FATAL : ERR_RETRY;
    if (!mllp_address_check(text, &at, e))
        return false;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
    if (passive)
        hints.ai_flags |= AI_PASSIVE;
    int why = getaddrinfo(at.host[0] ? at.host : NULL, at.port, &hints, out);
    if (why != 0)
        return err_set(e, fate, code, 0, "cannot resolve '%.80s': %s", text, gai_strerror(why));
    return true;
}

void mllp_address_text(const struct sockaddr_storage *from, char out[MLLP_ADDRESS_MAX])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (from->ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
        snprintf(out, MLLP_ADDRESS_MAX, "%s:%u", host, ntohs(v4.sin_port));
        return;
    }
    struct sockaddr_in6 v6;
    memcpy(&v6, from, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
    snprintf(out, MLLP_ADDRESS_MAX, "[%s]:%u", host, ntohs(v6.sin6_port));
}

/* An IPv4 address as IPv6 (RFC 4291 section 2.5.5.2). */
static void map_v4(const struct in_addr *v4, uint8_t out[16])
{
    static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
    memcpy(out, prefix, sizeof prefix);
    memcpy(out + 12, v4, 4);
}

bool mllp_block_parse(const char *text, struct mllp_block *out)
{
    char host[INET6_ADDRSTRLEN];
    struct in_addr v4;
    size_t slash = slice_find(slice_text(text), '/');
    if (!copy_text(slice_of(text, slash), host, sizeof host))
        return false;
    unsigned width = 128;
    if (inet_pton(AF_INET, host, &v4) == 1) {
        map_v4(&v4, out->address);
        width = 32;
    } else if (inet_pton(AF_INET6, host, out->address) != 1) {
        return false;
    }
    uint64_t bits = width;
    if (text[slash] && !slice_to_u64(slice_text(text + slash + 1), &bits))
        return false;
    out->bits = (unsigned)bits + 128 - width;
    return bits <= width;
}

bool mllp_peer_read(const char *text, struct mllp_block *out, struct err *e)
{
    return mllp_block_parse(text, out) ||
           err_set(e, ERR_FATAL, "mllp.option", 0,
                   "cannot read peer '%.80s': want an address block as 10.1.2.0/24", text);
}

bool mllp_block_holds(const struct mllp_block *b, const struct sockaddr_storage *from)
{
    uint8_t address[16];
    if (from->ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        map_v4(&v4.sin_addr, address);
    } else {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        memcpy(address, &v6.sin6_addr, 16);
    }
    unsigned bytes = b->bits / 8, rest = b->bits % 8;
    if (memcmp(address, b->address, bytes) != 0)
        return false;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return rest == 0 || (address[bytes] & mask) == (b->address[bytes] & mask);
}

void mllp_socket_tune(int fd)
{
    int yes = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
}
