/* mllp_block.c - address blocks: who may come. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "transport/mllp_state.h"

#define V4_BITS 96 /* of the prefix that IPv4 has in IPv6 */
#define V4_ANYBODY (1.0 / 2)
#define V6_ANYBODY (1.0 / 8) /* all that is routed is 2000::/3 */

/* Copies s NUL-terminated; false when it does not fit. */
static bool copy_text(struct slice s, char *to, size_t room)
{
    if (s.n >= room)
        return false;
    memcpy(to, s.p, s.n);
    to[s.n] = '\0';
    return true;
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

bool mllp_block_read(const char *text, struct mllp_block *out, struct err *e)
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

/* Whether all of b's addresses are a's too. */
static bool is_within(const struct mllp_block *b, const struct mllp_block *a)
{
    unsigned bytes = a->bits / 8, rest = a->bits % 8;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    return b->bits >= a->bits && memcmp(b->address, a->address, bytes) == 0 &&
           (rest == 0 || (b->address[bytes] & mask) == (a->address[bytes] & mask));
}

/* 1, 1/2, 1/4 ... of all addresses. */
static double share(unsigned bits)
{
    double part = 1;
    while (bits-- > 0)
        part /= 2;
    return part;
}

/* Of two that are the same the first counts. */
static bool is_counted(const struct mllp_block *all, size_t n, size_t i)
{
    for (size_t k = 0; k < n; k++)
        if (k != i && is_within(&all[i], &all[k]) && !(k > i && is_within(&all[k], &all[i])))
            return false;
    return true;
}

bool mllp_block_is_anybody(const struct mllp_block *all, size_t n)
{
    static const struct mllp_block every_v4 = { .address = { [10] = 0xff, [11] = 0xff }, .bits = V4_BITS };
    double v4 = 0, v6 = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_within(&every_v4, &all[i]))
            return true;
        if (!is_counted(all, n, i))
            continue;
        if (is_within(&all[i], &every_v4))
            v4 += share(all[i].bits - V4_BITS);
        else
            v6 += share(all[i].bits);
    }
    return v4 >= V4_ANYBODY || v6 >= V6_ANYBODY;
}
