/* base64.c - three bytes as four characters, and back. */
#include "base/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct slice bytes, char *out)
{
    for (size_t i = 0; i < bytes.n; i += 3, out += 4) {
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        uint32_t three = (uint32_t)bytes.p[i] << 16;
        three |= n > 1 ? (uint32_t)bytes.p[i + 1] << 8 : 0;
        three |= n > 2 ? bytes.p[i + 2] : 0;
        out[0] = digits[three >> 18];
        out[1] = digits[three >> 12 & 63];
        out[2] = '=';
        out[3] = '=';
        if (n > 1)
            out[2] = digits[three >> 6 & 63];
        if (n > 2)
            out[3] = digits[three & 63];
    }
}

/* 0 to 63; -1 when it is no digit. */
static int value_of(uint8_t c)
{
    const char *at = c ? memchr(digits, c, 64) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Four characters as up to three bytes: exactly n of them. */
static bool decode_four(const uint8_t *four, uint8_t *out, size_t n)
{
    uint32_t three = 0;
    for (size_t i = 0; i < 4; i++) {
        int value = value_of(four[i]);
        if (i > n && four[i] == '=')
            value = 0;
        else if (i > n || value < 0)
            return false;
        three = three << 6 | (uint32_t)value;
    }
    for (size_t i = 0; i < 3; i++) {
        uint8_t byte = (uint8_t)(three >> (16 - 8 * i));
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
