/* address.c - see address.h. */
#include "base/address.h"

#define PORT_MAX 65535

static bool address_copy(struct slice s, char *to, size_t room)
{
    if (s.n >= room || slice_find(s, '\0') < s.n)
        return false;
    if (s.n)
        memcpy(to, s.p, s.n);
    to[s.n] = '\0';
    return true;
}

bool address_split(struct slice text, struct address *out)
{
    uint64_t number = 0;
    size_t colon = text.n;
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    struct slice host = slice_head(text, colon - 1), port = slice_from(text, colon);
    if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = slice_of(host.p + 1, host.n - 2);
    if (!slice_to_u64(port, &number) || number > PORT_MAX)
        return false;
    if (!address_copy(host, out->host, sizeof out->host))
        return false;
    return address_copy(port, out->port, sizeof out->port);
}

/* Four decimal numbers, the first of them 127: nothing a resolver could read as another address. */
static bool is_loopback_v4(struct slice host)
{
    for (int i = 0; i < 4; i++) {
        uint64_t number = 0;
        size_t dot = slice_find(host, '.');
        bool is_last = dot == host.n;
        if (is_last != (i == 3))
            return false;
        if (!slice_to_u64(slice_head(host, dot), &number) || number > 255)
            return false;
        if (i == 0 && number != 127)
            return false;
        host = slice_from(host, dot + 1);
    }
    return true;
}

/* Nothing, ":" or ":port". Anything else could be the address that is really connected to. */
static bool is_port_or_none(struct slice rest)
{
    uint64_t number = 0;
    if (rest.n <= 1)
        return true;
    return slice_to_u64(slice_from(rest, 1), &number) && number <= PORT_MAX;
}

bool address_is_local(struct slice text)
{
    struct slice host = slice_head(text, slice_find(text, ':'));
    if (slice_starts(text, SLICE("[::1]")))
        return (text.n == 5 || text.p[5] == ':') && is_port_or_none(slice_from(text, 5));
    if (!is_port_or_none(slice_from(text, host.n)))
        return false;
    return slice_equal_nocase(host, SLICE("localhost")) || is_loopback_v4(host);
}
