/* address.c - see address.h. */
#include "base/address.h"

static bool copy(struct slice s, char *to, size_t room)
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
    return slice_to_u64(port, &number) && number <= 65535 &&
           copy(host, out->host, sizeof out->host) && copy(port, out->port, sizeof out->port);
}
