/* base64.c - three bytes as four characters, and back. */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Digit i of the four that 24 bits make:
 *
 *     bytes   aaaaaaaa bbbbbbbb cccccccc
 *     digits  000000 111111 222222 333333 */
static inline char base64_digit(uint32_t bits, unsigned i)
{
    return digits[(bits >> (18 - 6 * i)) & 63];
}

void base64_encode(struct slice bytes, char *out)
{
    for (size_t i = 0; i < bytes.n; i += 3, out += 4) {
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        uint32_t bits = (uint32_t)bytes.p[i] << 16;
        if (n > 1)
            bits |= (uint32_t)bytes.p[i + 1] << 8;
        if (n > 2)
            bits |= bytes.p[i + 2];
        out[0] = base64_digit(bits, 0);
        out[1] = base64_digit(bits, 1);
        out[2] = n > 1 ? base64_digit(bits, 2) : '=';
        out[3] = n > 2 ? base64_digit(bits, 3) : '=';
    }
}

/* 0 to 63; -1 when it is no digit. */
static int base64_value(uint8_t c)
{
    const char *at = c ? memchr(digits, c, 64) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Four characters as up to three bytes: exactly n of them. */
static bool decode_four(const uint8_t *four, uint8_t *out, size_t n)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++) {
        bool is_padding = i > n;
        int value = base64_value(four[i]);
        if (is_padding ? four[i] != '=' : value < 0)
            return false;
        bits = (bits << 6) | (is_padding ? 0 : (uint32_t)value);
    }
    for (size_t i = 0; i < 3; i++) {
        uint8_t byte = (uint8_t)(bits >> (16 - 8 * i));
        if (i < n)
            out[i] = byte;
        else if (byte)
            return false;
    }
    return true;
}

bool base64_decode(struct slice text, uint8_t *out, size_t n)
{
    if (text.n != BASE64_LENGTH(n))
        return false;
    for (size_t at = 0; at < n; at += 3)
        if (!decode_four(text.p + at / 3 * 4, out + at, n - at < 3 ? n - at : 3))
            return false;
    return true;
}
