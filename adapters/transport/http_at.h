/* http_at.h - the addresses that a transport calls: what the site may write, their parts, and the
 * one that a page names as its next. Pure. Shared by http_out and rest_poll. */
#ifndef CONCORDAT_TRANSPORT_HTTP_AT_H
#define CONCORDAT_TRANSPORT_HTTP_AT_H

#include <stdbool.h>

#include "base/slice.h"

#define HTTP_AT_MAX 2048 /* of an address that a page names */

/* Why an address of the site cannot be used, as a sentence; NULL: it can. */
const char *http_at_fault(const char *url);
/* The part between // and the path. */
struct slice http_at_authority(struct slice url);
/* The name that its certificate must be of, into out; "" when it is too long for one. */
void http_at_host(struct slice url, char out[256]);
bool http_at_is_encrypted(struct slice url);

/* The address that `ref` of a page at base means (RFC 3986 section 5.2; dots are left to the
 * library), into out. False: another origin, which would be shown our credentials, another scheme,
 * or no address. */
bool http_at_next(struct slice base, struct slice ref, char out[HTTP_AT_MAX + 1]);

enum link_found { LINK_NONE, LINK_NEXT, LINK_BROKEN };
/* Of one Link header (RFC 8288 section 3) the target with the relation "next"; with an anchor it is
 * another's. */
enum link_found http_at_link(struct slice header, struct slice *target);

#endif
