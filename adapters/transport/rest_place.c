/* rest_place.c - a poll's cursor, written and read. */
#include "transport/rest_place.h"

#include <stdio.h>
#include <string.h>

#include "host/crypto.h"

#define HEAD "rest_poll 1"

void rest_place_start(struct rest_place *p, const char *url)
{
    *p = (struct rest_place){ .etag = "" };
    (void)snprintf(p->url, sizeof p->url, "%s", url);
}

static bool is_line(struct slice s, size_t max)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] >= 0x7f)
            return false;
    return s.n <= max;
}

static void put_if_line(char *to, size_t max, struct slice s)
{
    struct slice line = is_line(s, max) ? s : slice_of(NULL, 0);
    (void)snprintf(to, max + 1, "%.*s", (int)line.n, (const char *)line.p);
}

void rest_place_know(struct rest_place *p, struct slice etag, struct slice modified)
{
    put_if_line(p->etag, REST_ETAG_MAX, etag);
    put_if_line(p->modified, REST_MODIFIED_MAX, modified);
}

void rest_place_key(const char *const *of, size_t n, char key[REST_KEY_MAX + 1])
{
    uint8_t all[HASH_BYTES], hash[HASH_BYTES];
    memset(all, 0, sizeof all);
    for (size_t i = 0; i < n; i++) {
        const struct slice hashed[] = { slice_of(all, sizeof all), slice_text(of[i]) };
        sha256_slices(hashed, 2, hash);
        memcpy(all, hash, sizeof all);
    }
    slice_to_hex(slice_of(all, REST_KEY_MAX / 2), key);
    key[REST_KEY_MAX] = '\0';
}

struct slice rest_place_write(const struct rest_place *p, const char *key, char out[CURSOR_MAX])
{
    int n = snprintf(out, CURSOR_MAX, HEAD "\n%s\n%s\n%s\n%s\n", key, p->url, p->etag, p->modified);
    return slice_of(out, n > 0 && n < CURSOR_MAX ? (size_t)n : 0);
}

static bool take_cursor_line(struct slice *rest, struct slice *line)
{
    size_t end = slice_find(*rest, '\n');
    *line = slice_head(*rest, end);
    bool ends = end < rest->n;
    *rest = slice_from(*rest, end + 1);
    return ends;
}

bool rest_place_read(struct slice cursor, const char *key, const char *url, struct rest_place *p)
{
    struct slice line[5], rest = cursor;
    struct rest_place read = { .etag = "" };
    for (size_t i = 0; i < 5; i++)
        if (!take_cursor_line(&rest, &line[i]))
            return false;
    bool is_ours = slice_equal_text(line[0], HEAD) && slice_equal_text(line[1], key) && rest.n == 0;
    bool is_well = is_line(line[3], REST_ETAG_MAX) && is_line(line[4], REST_MODIFIED_MAX);
    if (!is_ours || !is_well)
        return false;
    bool is_first_page = slice_equal_text(line[2], url);
    if (!is_first_page && !http_at_next(slice_text(url), line[2], read.url))
        return false;
    put_if_line(read.url, HTTP_AT_MAX, line[2]);
    rest_place_know(&read, line[3], line[4]);
    *p = read;
    return true;
}

bool rest_place_equal(const struct rest_place *a, const struct rest_place *b)
{
    return strcmp(a->url, b->url) == 0 && strcmp(a->etag, b->etag) == 0 &&
           strcmp(a->modified, b->modified) == 0;
}
