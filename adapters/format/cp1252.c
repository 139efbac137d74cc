/* cp1252.c - the two code tables (WHATWG Encoding Standard, index-windows-1252, index-iso-8859-15). */
#include "format/cp1252.h"

/* 0x80 to 0x9f; from 0xa0 on a byte is its own code point. */
static const uint16_t cp1252_high[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

static uint32_t cp1252_point(uint8_t c)
{
    return c >= 0x80 && c < 0xa0 ? cp1252_high[c - 0x80] : c;
}

static uint32_t latin9_point(uint8_t c)
{
    switch (c) {
    case 0xa4: return 0x20ac;
    case 0xa6: return 0x0160;
    case 0xa8: return 0x0161;
    case 0xb4: return 0x017d;
    case 0xb8: return 0x017e;
    case 0xbc: return 0x0152;
    case 0xbd: return 0x0153;
    case 0xbe: return 0x0178;
    default: return c;
    }
}

/* All code points of both tables are below 0x10000: at most three bytes each. */
static uint8_t *put_point(uint8_t *to, uint32_t point)
{
    if (point < 0x80) {
        *to++ = (uint8_t)point;
        return to;
    }
    if (point < 0x800) {
        *to++ = (uint8_t)(0xc0 | point >> 6);
    } else {
        *to++ = (uint8_t)(0xe0 | point >> 12);
        *to++ = (uint8_t)(0x80 | (point >> 6 & 0x3f));
    }
    *to++ = (uint8_t)(0x80 | (point & 0x3f));
    return to;
}

static struct slice to_utf8(struct arena *a, struct slice s, uint32_t (*point)(uint8_t))
{
    size_t high = 0;
    for (size_t i = 0; i < s.n; i++)
        high += s.p[i] >> 7;
    uint8_t *out = s.n <= SIZE_MAX - 2 * high ? arena_alloc(a, s.n + 2 * high) : NULL;
    if (!out)
        return (struct slice){ NULL, 0 };
    uint8_t *to = out;
    for (size_t i = 0; i < s.n; i++)
        to = put_point(to, point(s.p[i]));
    return slice_of(out, (size_t)(to - out));
}

struct slice cp1252_to_utf8(struct arena *a, struct slice s)
{
    return to_utf8(a, s, cp1252_point);
}

struct slice latin9_to_utf8(struct arena *a, struct slice s)
{
    return to_utf8(a, s, latin9_point);
}

struct slice cp1252_or_utf8(struct arena *a, struct slice s)
{
    return slice_is_utf8(s) ? s : cp1252_to_utf8(a, s);
}
