/* shown.c - writes out what must not reach a terminal as it is. */
#include "host/shown.h"

#include <stdio.h>

#define TEXTS 8
#define TAIL 16 /* room for what is written out, and for the dots */

static size_t write_escaped(struct slice s, char *to, size_t *taken)
{
    size_t n = slice_utf8_length(s);
    uint32_t c = n ? slice_code_point(slice_head(s, n)) : s.p[0];
    *taken = n ? n : 1;
    return (size_t)snprintf(to, TAIL, n > 1 ? "\\u%04x" : "\\x%02x", (unsigned)c);
}

const char *shown(struct slice s)
{
    static _Thread_local char texts[TEXTS][SHOWN_ROOM];
    static _Thread_local unsigned next;
    return shown_in(texts[next++ % TEXTS], s);
}

const char *shown_in(char out[SHOWN_ROOM], struct slice s)
{
    size_t n = 0;
    while (s.n && n < SHOWN_MAX) {
        size_t plain = slice_plain_length(slice_head(s, SHOWN_MAX - n));
        size_t taken = plain;
        memcpy(out + n, s.p, plain);
        n += plain;
        if (plain == 0)
            n += write_escaped(s, out + n, &taken);
        s = slice_from(s, taken);
    }
    memcpy(out + n, s.n ? "..." : "", s.n ? 4 : 1);
    return out;
}
