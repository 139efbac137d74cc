/* mllp_net.c - addresses as text and back, socket options. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "transport/mllp_state.h"

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

void mllp_socket_tune(int fd)
{
    int yes = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
}
