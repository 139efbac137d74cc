/* address.h - "host:port" as people write it in a configuration. */
#ifndef CONCORDAT_BASE_ADDRESS_H
#define CONCORDAT_BASE_ADDRESS_H

#include "base/slice.h"

struct address {
    char host[256]; /* a name or an address, without brackets; "" when none was written */
    char port[8];   /* decimal digits, at most 65535 */
};

/* Splits "host:port", "[v6]:port" or ":port". False when it is none of them. */
bool address_split(struct slice text, struct address *out);
/* Whether "host[:port]" can only be this machine: localhost, 127.0.0.0/8, [::1]. False for any
 * other name, and for "every address". */
bool address_is_local(struct slice text);

#endif
