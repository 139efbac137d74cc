/* slice.c - the few operations on bytes that are not one line. */
#include "base/slice.h"

/* Blanks, and what shows as nothing: U+0085, U+00A0, U+00AD, U+1680, U+180E, U+2000 to U+200F,
 * U+2028 to U+202F, U+205F to U+206F, U+3000, U+FEFF. */
static size_t wide_blank(const uint8_t *p, size_t n)
{
    static const struct {
        uint32_t first, last;
    } blanks[] = { /* three bytes of UTF-8, as one number */
                   { 0xe19a80, 0xe19a80 }, { 0xe1a08e, 0xe1a08e }, { 0xe28080, 0xe2808f },
                   { 0xe280a8, 0xe280af }, { 0xe2819f, 0xe281af }, { 0xe38080, 0xe38080 },
                   { 0xefbbbf, 0xefbbbf }
    };
    if (n >= 2 && p[0] == 0xc2)
        return p[1] == 0xa0 || p[1] == 0x85 || p[1] == 0xad ? 2 : 0;
    if (n < 3 || p[0] < 0xe1)
        return 0;
    uint32_t c = ((uint32_t)p[0] << 16) | ((uint32_t)p[1] << 8) | p[2];
    for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
        if (c >= blanks[i].first && c <= blanks[i].last)
            return 3;
    return 0;
}

size_t slice_blank_length(struct slice s)
{
    if (s.n == 0)
        return 0;
    uint8_t c = s.p[0];
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    return wide_blank(s.p, s.n);
}

/* The length of the blank that s ends with. */
static size_t last_blank(struct slice s)
{
    uint8_t c = s.p[s.n - 1];
    if (c < 0x80)
        return slice_blank_length(slice_of(&c, 1));
    size_t n = 0;
    if (s.n >= 2)
        n = wide_blank(s.p + s.n - 2, 2);
    if (n == 0 && s.n >= 3)
        n = wide_blank(s.p + s.n - 3, 3);
    return n;
}

bool slice_is_blank(struct slice s)
{
    for (size_t n = slice_blank_length(s); n; n = slice_blank_length(s))
        s = slice_from(s, n);
    return s.n == 0;
}

/* No blank, nor the byte of one. */
static bool is_solid(uint8_t c)
{
    return c > ' ' && c < 0x80;
}

struct slice slice_trim(struct slice s)
{
    if (s.n && is_solid(s.p[0]) && is_solid(s.p[s.n - 1]))
        return s;
    for (size_t n = slice_blank_length(s); n; n = slice_blank_length(s))
        s = slice_from(s, n);
    while (s.n) {
        size_t n = last_blank(s);
        if (n == 0)
            break;
        s.n -= n;
    }
    return s;
}

static uint8_t lower_case(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower_case(a.p[i]) != lower_case(b.p[i]))
            return false;
    return true;
}

/* RFC 3629 section 4. Overlong forms, surrogates and what lies past U+10FFFF all show in the second
 * byte, whose range the first byte narrows. */
static bool is_second(uint8_t first, uint8_t c)
{
    switch (first) {
    case 0xe0:
        return c >= 0xa0 && c <= 0xbf;
    case 0xed:
        return c >= 0x80 && c <= 0x9f;
    case 0xf0:
        return c >= 0x90 && c <= 0xbf;
    case 0xf4:
        return c >= 0x80 && c <= 0x8f;
    default:
        return c >= 0x80 && c <= 0xbf;
    }
}

/* How many bytes a character has, by its first byte (0xc2 to 0xf4). */
static size_t length_by_first(uint8_t first)
{
    if (first < 0xe0)
        return 2;
    return first < 0xf0 ? 3 : 4;
}

size_t slice_utf8_length(struct slice s)
{
    if (s.n == 0)
        return 0;
    uint8_t first = s.p[0];
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size_t n = length_by_first(first);
    if (s.n < n || !is_second(first, s.p[1]))
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s.p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

/* Eight bytes of ASCII at once; what is left is shorter or begins with a byte of another kind. */
static struct slice after_ascii(struct slice s)
{
    uint64_t eight;
    while (s.n >= sizeof eight) {
        memcpy(&eight, s.p, sizeof eight);
        if (eight & 0x8080808080808080u)
            break;
        s = slice_from(s, sizeof eight);
    }
    while (s.n > 0 && s.p[0] < 0x80)
        s = slice_from(s, 1);
    return s;
}

bool slice_is_utf8(struct slice s)
{
    for (s = after_ascii(s); s.n > 0; s = after_ascii(s)) {
        size_t n = slice_utf8_length(s);
        if (n == 0)
            return false;
        s = slice_from(s, n);
    }
    return true;
}

bool slice_to_u64(struct slice s, uint64_t *out)
{
    if (s.n == 0 || s.n > 20)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(s.p[i] - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}

bool slice_to_i64(struct slice s, int64_t *out)
{
    bool minus = s.n > 0 && s.p[0] == '-';
    uint64_t value;
    if (!slice_to_u64(slice_from(s, minus), &value))
        return false;
    if (value > (uint64_t)INT64_MAX + minus)
        return false;
    *out = minus ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool slice_is_one_of(struct slice s, const struct slice *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(s, words[i]))
            return true;
    return false;
}

bool slice_is_one_of_texts(struct slice s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal_text(s, words[i]))
            return true;
    return false;
}

void slice_to_hex(struct slice bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.n; i++) {
        out[2 * i] = digits[bytes.p[i] >> 4];
        out[2 * i + 1] = digits[bytes.p[i] & 15];
    }
}

#define NONE_16 -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
const int8_t hex_digits[256] = {
    NONE_16, NONE_16, NONE_16, 0,       1,       2,       3,  4,  5,       6,       7,
    8,       9,       -1,      -1,      -1,      -1,      -1, -1, -1,      10,      11,
    12,      13,      14,      15,      -1,      -1,      -1, -1, -1,      -1,      -1,
    -1,      -1,      NONE_16, -1,      10,      11,      12, 13, 14,      15,      -1,
    -1,      -1,      -1,      -1,      -1,      -1,      -1, -1, NONE_16, NONE_16, NONE_16,
    NONE_16, NONE_16, NONE_16, NONE_16, NONE_16, NONE_16,
};

uint32_t slice_code_point(struct slice one)
{
    static const uint8_t first[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    uint32_t c = one.p[0] & first[one.n];
    for (size_t i = 1; i < one.n; i++)
        c = (c << 6) | (one.p[i] & 0x3f);
    return c;
}

/* What a terminal obeys, what breaks a line, and what is not seen or turns what is. */
static bool is_hidden_point(uint32_t c)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = { { 0, 0x1f },        { 0x7f, 0x9f },      { 0xad, 0xad },     { 0x61c, 0x61c },
                   { 0x200b, 0x200f }, { 0x2028, 0x202e },  { 0x2060, 0x206f }, { 0xfeff, 0xfeff },
                   { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f } };
    for (size_t i = 0; i < sizeof hidden / sizeof hidden[0] && c >= hidden[i].first; i++)
        if (c <= hidden[i].last)
            return true;
    return false;
}

size_t slice_plain_length(struct slice s)
{
    size_t at = 0;
    while (at < s.n) {
        size_t n = slice_utf8_length(slice_from(s, at));
        if (n == 0 || is_hidden_point(slice_code_point(slice_of(s.p + at, n))))
            break;
        at += n;
    }
    return at;
}

bool slice_take_digits(struct slice *s, size_t n, int *out)
{
    uint64_t value;
    if (s->n < n || !slice_to_u64(slice_head(*s, n), &value))
        return false;
    *out = (int)value;
    *s = slice_from(*s, n);
    return true;
}

bool slice_take_byte(struct slice *s, uint8_t byte)
{
    if (s->n == 0 || s->p[0] != byte)
        return false;
    *s = slice_from(*s, 1);
    return true;
}

/* RFC 3629 section 3:
 *
 *     0xxxxxxx, 110xxxxx 10xxxxxx, 1110xxxx 10xxxxxx 10xxxxxx,
 *     11110xxx 10xxxxxx 10xxxxxx 10xxxxxx */
static inline uint8_t following_byte(uint32_t point, unsigned shift)
{
    return (uint8_t)(0x80 | ((point >> shift) & 0x3f));
}

uint8_t *slice_put_utf8(uint8_t *to, uint32_t point)
{
    if (point < 0x80) {
        *to++ = (uint8_t)point;
        return to;
    }
    if (point < 0x800) {
        *to++ = (uint8_t)(0xc0 | (point >> 6));
    } else if (point < 0x10000) {
        *to++ = (uint8_t)(0xe0 | (point >> 12));
        *to++ = following_byte(point, 6);
    } else {
        *to++ = (uint8_t)(0xf0 | (point >> 18));
        *to++ = following_byte(point, 12);
        *to++ = following_byte(point, 6);
    }
    *to++ = following_byte(point, 0);
    return to;
}
