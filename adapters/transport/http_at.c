/* http_at.c - addresses, and RFC 8288's links. */
#include "transport/http_at.h"

#include <stdio.h>
#include <string.h>

#include "base/address.h"

const char *http_at_fault(const char *url)
{
    struct slice s = slice_text(url);
    if (!slice_starts(s, SLICE("http://")) && !slice_starts(s, SLICE("https://")))
        return "'url' must begin with http:// or https://";
    struct slice authority = http_at_authority(s);
    return slice_find(authority, '@') < authority.n
               ? "'url' must not hold a user or password: want 'credentials'"
               : NULL;
}

static size_t find_any_byte(struct slice s, const char *bytes)
{
    size_t n = 0, count = strlen(bytes);
    while (n < s.n && !memchr(bytes, s.p[n], count))
        n++;
    return n;
}

struct slice http_at_authority(struct slice url)
{
    struct slice rest = slice_from(url, slice_find(url, ':') + 3);
    return slice_head(rest, find_any_byte(rest, "/?#\\"));
}

void http_at_host(struct slice url, char out[256])
{
    char text[260];
    struct address at = { "", "" };
    struct slice host = http_at_authority(url);
    if (!address_split(host, &at)) {
        (void)snprintf(text, sizeof text, "%.*s:1", (int)host.n, (const char *)host.p);
        (void)!address_split(slice_text(text),
                             &at); /* without a port; a v6 address has its brackets */
    }
    memcpy(out, at.host, sizeof at.host);
}

bool http_at_is_encrypted(struct slice url)
{
    return slice_starts(url, SLICE("https://"));
}

/* ---- the next page ---- */

static bool is_printable(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= 0x20 || s.p[i] >= 0x7f || strchr("\"<>\\^`{|}", s.p[i]))
            return false;
    return s.n > 0;
}

static size_t origin_length(struct slice url)
{
    struct slice authority = http_at_authority(url);
    return (size_t)(authority.p + authority.n - url.p);
}

static bool has_scheme(struct slice ref)
{
    size_t end = find_any_byte(ref, ":/?");
    return end < ref.n && ref.p[end] == ':';
}

static bool is_same_origin(struct slice base, struct slice url)
{
    size_t n = origin_length(base);
    return url.n >= n && slice_equal_nocase(slice_head(url, n), slice_head(base, n)) &&
           (url.n == n || strchr("/?", url.p[n]));
}

static bool join_address(struct slice start, struct slice rest, const char *between,
                         char out[HTTP_AT_MAX + 1])
{
    const struct slice pieces[] = { start, slice_text(between), rest };
    size_t n = 0;
    for (size_t i = 0; i < 3; i++) {
        if (pieces[i].n > HTTP_AT_MAX - n)
            return false;
        if (pieces[i].n)
            memcpy(out + n, pieces[i].p, pieces[i].n);
        n += pieces[i].n;
    }
    out[n] = '\0';
    return n > 0;
}

/* What stands before a relative path: the page's path up to its last slash. */
static struct slice folder_of_path(struct slice path)
{
    while (path.n > 0 && path.p[path.n - 1] != '/')
        path.n--;
    return path;
}

bool http_at_next(struct slice base, struct slice ref, char out[HTTP_AT_MAX + 1])
{
    ref = slice_head(ref, slice_find(ref, '#'));
    base = slice_head(base, slice_find(base, '#'));
    if (!is_printable(ref) || ref.n > HTTP_AT_MAX || base.n > HTTP_AT_MAX)
        return false;
    if (has_scheme(ref))
        return is_same_origin(base, ref) && join_address(ref, slice_of(NULL, 0), "", out);
    if (slice_starts(ref, SLICE("//"))) {
        struct slice scheme = slice_head(base, slice_find(base, ':') + 1);
        return join_address(scheme, ref, "", out) && is_same_origin(base, slice_text(out));
    }
    struct slice origin = slice_head(base, origin_length(base));
    struct slice page = slice_head(base, slice_find(base, '?'));
    if (ref.p[0] == '/')
        return join_address(origin, ref, "", out);
    if (ref.p[0] == '?')
        return join_address(page, ref, "", out);
    return page.n == origin.n ? join_address(origin, ref, "/", out)
                              : join_address(folder_of_path(page), ref, "", out);
}

/* ---- Link: <target>; rel="next"; ..., <target> ---- */

static void pass_blanks(struct slice *s)
{
    while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
        *s = slice_from(*s, 1);
}

/* A token, or what stands in quotes; \ there stands for nothing that a relation has. */
static bool take_link_word(struct slice *s, struct slice *word)
{
    if (slice_take_byte(s, '"')) {
        size_t n = 0;
        while (n < s->n && s->p[n] != '"')
            n += s->p[n] == '\\' ? 2 : 1;
        *word = slice_head(*s, n);
        bool ends = n < s->n;
        *s = slice_from(*s, n + 1);
        return ends;
    }
    *word = slice_head(*s, find_any_byte(*s, " \t;,=\""));
    *s = slice_from(*s, word->n);
    return word->n > 0;
}

static bool says_next(struct slice words)
{
    while (words.n > 0) {
        struct slice one = slice_head(words, find_any_byte(words, " \t"));
        if (slice_equal_nocase(one, SLICE("next")))
            return true;
        words = slice_from(words, one.n + 1);
    }
    return false;
}

struct relation {
    bool is_next, is_said, is_elsewhere; /* the first rel counts */
};

static bool take_parameter(struct slice *s, struct relation *r)
{
    struct slice name, value = slice_of(NULL, 0);
    pass_blanks(s);
    if (s->n == 0 || s->p[0] == ';' || s->p[0] == ',')
        return true; /* an empty one, as some write */
    if (!take_link_word(s, &name))
        return false;
    pass_blanks(s);
    if (slice_take_byte(s, '=')) {
        pass_blanks(s);
        if (!take_link_word(s, &value))
            return false;
    }
    if (slice_equal_nocase(name, SLICE("rel")) && !r->is_said) {
        r->is_said = true;
        r->is_next = says_next(value);
    }
    r->is_elsewhere = r->is_elsewhere || slice_equal_nocase(name, SLICE("anchor"));
    pass_blanks(s);
    return true;
}

static bool take_web_link(struct slice *s, struct slice *target, struct relation *r)
{
    if (!slice_take_byte(s, '<'))
        return false;
    size_t end = slice_find(*s, '>');
    *target = slice_head(*s, end);
    if (end == s->n)
        return false;
    *s = slice_from(*s, end + 1);
    pass_blanks(s);
    while (slice_take_byte(s, ';'))
        if (!take_parameter(s, r))
            return false;
    return true;
}

static bool is_between_links(uint8_t c)
{
    return c == ' ' || c == '\t' || c == ',';
}

enum link_found http_at_link(struct slice header, struct slice *target)
{
    struct slice rest = header;
    for (;;) {
        while (rest.n > 0 && is_between_links(rest.p[0]))
            rest = slice_from(rest, 1);
        if (rest.n == 0)
            return LINK_NONE;
        struct relation r = { .is_next = false };
        if (!take_web_link(&rest, target, &r))
            return LINK_BROKEN;
        if (rest.n > 0 && rest.p[0] != ',')
            return LINK_BROKEN;
        if (r.is_next && !r.is_elsewhere)
            return LINK_NEXT;
    }
}
