/* mllp_block.c - address blocks: who may come. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "transport/mllp_state.h"

#define V4_BITS 96 /* of the prefix that IPv4 has in IPv6 */
#define V4_ANYBODY (1.0 / 2)
#define V6_ANYBODY (1.0 / 8) /* all that is routed is 2000::/3 */

/* Copies s NUL-terminated; false when it does not fit. */
static bool copy_host(struct slice s, char *to, size_t room)
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
    if (!copy_host(slice_of(text, slash), host, sizeof host))
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

/* Whether two addresses begin with the same bits. Of 21 bits, two bytes and a rest of 5:
 *   a:     bbbbbbbb bbbbbbbb bbbbb...
 *   mask:                    11111000   (0xff00 >> 5, the low byte) */
static bool is_same_prefix(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    uint8_t mask = (uint8_t)(0xff00 >> rest);
    if (memcmp(a, b, bytes) != 0)
        return false;
    return rest == 0 || (a[bytes] & mask) == (b[bytes] & mask);
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
    return is_same_prefix(address, b->address, b->bits);
}

/* Whether all of b's addresses are a's too. */
static bool block_is_within(const struct mllp_block *b, const struct mllp_block *a)
{
    return b->bits >= a->bits && is_same_prefix(b->address, a->address, a->bits);
}

/* The part of all addresses that a block of so many bits has: 1, 1/2, 1/4 ... */
static double share_of_all(unsigned bits)
{
    double share = 1;
    while (bits-- > 0)
        share /= 2;
    return share;
}

/* Whether block i counts: no other has all its addresses. Of two that are the same the first
 * counts. */
static bool is_counted(const struct mllp_block *all, size_t n, size_t i)
{
    for (size_t k = 0; k < n; k++) {
        if (k == i || !block_is_within(&all[i], &all[k]))
            continue;
        bool are_same = block_is_within(&all[k], &all[i]);
        if (!are_same || k < i)
            return false;
    }
    return true;
}

bool mllp_block_is_anybody(const struct mllp_block *all, size_t n)
{
    static const struct mllp_block every_v4 = { .address = { [10] = 0xff, [11] = 0xff },
                                                .bits = V4_BITS };
    double v4 = 0, v6 = 0;
    for (size_t i = 0; i < n; i++) {
        if (block_is_within(&every_v4, &all[i]))
            return true;
        if (!is_counted(all, n, i))
            continue;
        if (block_is_within(&all[i], &every_v4))
            v4 += share_of_all(all[i].bits - V4_BITS);
        else
            v6 += share_of_all(all[i].bits);
    }
    return v4 >= V4_ANYBODY || v6 >= V6_ANYBODY;
}
