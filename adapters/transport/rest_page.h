/* rest_page.h - a page while it comes: its units are handed up in turns, its last turn with the
 * place behind it. */
#ifndef CONCORDAT_TRANSPORT_REST_PAGE_H
#define CONCORDAT_TRANSPORT_REST_PAGE_H

#include "base/buf.h"
#include "contract/transport.h"
#include "transport/json_cut.h"
#include "transport/rest_place.h"

#define REST_TURN_UNITS 64
#define REST_TURN_BYTES ((size_t)4 * 1024 * 1024)

struct rest_page {
    struct intake up;
    struct slice sender; /* host of the partner, for logs */
    struct json_cut cut;
    bool reads_json; /* its items, or where the next page stands */
    size_t unit_max;
    struct buf units; /* of the turn to come, one behind the other */
    size_t ends[REST_TURN_UNITS], count;
    struct err why; /* why no more of it is taken; fate ERR_NONE: nothing is wrong */
};

/* items, next: as the site names them (json_way.h). False: a way that cannot be read. */
MUST_CHECK bool rest_page_init(struct rest_page *p, const char *items, const char *next,
                               size_t unit_max);
void rest_page_release(struct rest_page *p);
void rest_page_begin(struct rest_page *p, struct intake up, struct slice sender);
/* A sink (host/http_client.h); false: see why. */
bool rest_page_put(void *ctx, struct slice piece);
/* It is whole: *next is where the body says that the next page stands, empty when nowhere; lives
 * until the next begin. */
MUST_CHECK bool rest_page_whole(struct rest_page *p, char next[HTTP_AT_MAX + 1], struct err *e);
/* Hands up what is left, with that cursor; without any unit the cursor alone (empty: nothing). */
MUST_CHECK bool rest_page_end(struct rest_page *p, struct slice cursor, struct err *e);

#endif
