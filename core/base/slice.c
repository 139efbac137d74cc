/* slice.c - the few operations on bytes that are not one line. */
#include "base/slice.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct slice slice_trim(struct slice s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = slice_from(s, 1);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
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

size_t slice_utf8_length(struct slice s)
{
    if (s.n == 0)
        return 0;
    uint8_t first = s.p[0];
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size_t n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
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
    while ((s = after_ascii(s)).n > 0) {
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

int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
