/* rest_place.h - where a poll goes on: the page that it asks for next, with what that page was
 * known by when it was last taken. As a cursor it is five lines, of which the first two tell it
 * from another transport's and from that of other options. Pure. */
#ifndef CONCORDAT_TRANSPORT_REST_PLACE_H
#define CONCORDAT_TRANSPORT_REST_PLACE_H

#include "contract/transport.h"
#include "transport/http_at.h"

#define REST_ETAG_MAX 256
#define REST_MODIFIED_MAX 64
#define REST_KEY_MAX 16

struct rest_place {
    char url[HTTP_AT_MAX + 1];
    char etag[REST_ETAG_MAX + 1], modified[REST_MODIFIED_MAX + 1]; /* "": not known */
};

/* The beginning: url, of which nothing is known. */
void rest_place_start(struct rest_place *p, const char *url);
/* What the page was known by; what is too long or no text of a header is left out, so that the page
 * is asked for whole. */
void rest_place_know(struct rest_place *p, struct slice etag, struct slice modified);
/* of: the options that a cursor must be of; a digest of them. */
void rest_place_key(const char *const *of, size_t n, char key[REST_KEY_MAX + 1]);
/* Lies in out. */
struct slice rest_place_write(const struct rest_place *p, const char *key, char out[CURSOR_MAX]);
/* False, with *p as it was: it is not ours, or of other options, or damaged. */
bool rest_place_read(struct slice cursor, const char *key, const char *url, struct rest_place *p);
bool rest_place_equal(const struct rest_place *a, const struct rest_place *b);

#endif
