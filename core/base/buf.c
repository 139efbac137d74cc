/* buf.c - the growing buffer: one place that grows it, many that write to it. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

#define ROOM_MIN 256

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){ .max = max_bytes };
}

void buf_release(struct buf *b)
{
    mem_free(b->p);
    buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
    b->n = 0;
    b->failed = b->full = false;
}

/* The memory holds one byte more than `room`, for the NUL that vsnprintf insists on. */
static bool buf_grow(struct buf *b, size_t wanted)
{
    size_t room = b->room ? b->room : ROOM_MIN;
    while (room < wanted)
        room = room > SIZE_MAX / 4 ? wanted : room * 2;
    if (room > b->max)
        room = b->max;
    uint8_t *p = room < SIZE_MAX ? mem_grow(b->p, room + 1) : NULL;
    if (!p)
        return false;
    b->p = p;
    b->room = room;
    return true;
}

uint8_t *buf_reserve(struct buf *b, size_t n)
{
    if (b->failed)
        return NULL;
    b->full = n > b->max - b->n;
    if (b->full) {
        b->failed = true;
        return NULL;
    }
    bool has_room = b->p && b->room - b->n >= n;
    if (!has_room && !buf_grow(b, b->n + n)) {
        b->failed = true;
        return NULL;
    }
    return b->p + b->n;
}

void buf_put(struct buf *b, struct slice s)
{
    if (s.n == 0)
        return;
    uint8_t *to = buf_reserve(b, s.n);
    if (!to)
        return;
    memcpy(to, s.p, s.n);
    b->n += s.n;
}

void buf_byte(struct buf *b, uint8_t byte)
{
    uint8_t *to = buf_reserve(b, 1);
    if (!to)
        return;
    *to = byte;
    b->n++;
}

void buf_text(struct buf *b, const char *text)
{
    buf_put(b, slice_text(text));
}

void buf_format(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    uint8_t *to = buf_reserve(b, n < 0 ? SIZE_MAX : (size_t)n);
    if (to) {
        vsnprintf((char *)to, (size_t)n + 1, format, again);
        b->n += (size_t)n;
    }
    va_end(again);
    va_end(args);
}

void buf_hex(struct buf *b, struct slice s)
{
    uint8_t *to = buf_reserve(b, s.n > SIZE_MAX / 2 ? SIZE_MAX : s.n * 2);
    if (!to)
        return;
    slice_to_hex(s, (char *)to);
    b->n += s.n * 2;
}

/* The length of the run at the start of s that a JSON string may hold as it is. */
static size_t json_plain_length(struct slice s)
{
    size_t at = 0;
    while (at < s.n) {
        uint8_t c = s.p[at];
        if (c < 0x20 || c == '"' || c == '\\')
            break;
        size_t n = c < 0x80 ? 1 : slice_utf8_length(slice_from(s, at));
        if (n == 0)
            break;
        at += n;
    }
    return at;
}

/* RFC 8259 section 7: the characters that must be escaped. */
static void put_escaped(struct buf *b, uint8_t c)
{
    static const char names[] = "btn\0fr"; /* of 0x08 to 0x0d; 0x0b has none */
    if (c >= 0x80)
        buf_text(b, "\xef\xbf\xbd");
    else if (c == '"' || c == '\\')
        buf_format(b, "\\%c", c);
    else if (c >= 0x08 && c <= 0x0d && names[c - 0x08])
        buf_format(b, "\\%c", names[c - 0x08]);
    else
        buf_format(b, "\\u%04x", c);
}

void buf_json(struct buf *b, struct slice s)
{
    buf_byte(b, '"');
    while (s.n > 0 && !b->failed) {
        size_t n = json_plain_length(s);
        buf_put(b, slice_head(s, n));
        if (n < s.n)
            put_escaped(b, s.p[n++]);
        s = slice_from(s, n);
    }
    buf_byte(b, '"');
}

bool buf_done(const struct buf *b, struct err *e)
{
    return b->failed ? err_memory(e) : true;
}

bool buf_in_arena(struct arena *a, size_t room, struct buf *out, struct err *e)
{
    buf_init(out, room);
    out->p = arena_alloc(a, room + 1);
    out->room = room;
    return out->p || err_memory(e);
}
