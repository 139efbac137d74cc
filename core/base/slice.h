/* slice.h - a borrowed run of bytes: pointer and length, passed by value.
 *
 * A slice never owns and is never NUL-terminated; it lives no longer than what it points into
 * (usually a message and its arena). An empty slice may have any pointer, also NULL. */
#ifndef CONCORDAT_BASE_SLICE_H
#define CONCORDAT_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *p;
    size_t n;
};

/* A slice over a string literal; usable as a constant initialiser. */
#define SLICE_INIT(literal)                                                                        \
    {                                                                                              \
        (const uint8_t *)(literal), sizeof(literal) - 1                                            \
    }
#define SLICE(literal) ((struct slice)SLICE_INIT(literal))

/* For "%.*s" in an error's text: at most 60 bytes of a word. Never payload. */
#define SHOWN(s) (int)((s).n < 60 ? (s).n : 60), (const char *)(s).p

static inline struct slice slice_of(const void *p, size_t n)
{
    return (struct slice){ p, n };
}

/* Borrows a NUL-terminated text of our own (never payload); NULL gives the empty slice. */
static inline struct slice slice_text(const char *text)
{
    return (struct slice){ (const uint8_t *)text, text ? strlen(text) : 0 };
}

static inline bool slice_is_empty(struct slice s)
{
    return s.n == 0;
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_equal_text(struct slice a, const char *text)
{
    return slice_equal(a, slice_text(text));
}

static inline bool slice_starts(struct slice s, struct slice start)
{
    return s.n >= start.n && (start.n == 0 || memcmp(s.p, start.p, start.n) == 0);
}

/* <0, 0, >0 by bytes, the shorter first. */
static inline int slice_compare(struct slice a, struct slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

/* The bytes from at on; empty when at is past the end. */
static inline struct slice slice_from(struct slice s, size_t at)
{
    return at >= s.n ? (struct slice){ s.p, 0 } : (struct slice){ s.p + at, s.n - at };
}

/* The first n bytes, or all when there are fewer. */
static inline struct slice slice_head(struct slice s, size_t n)
{
    return (struct slice){ s.p, s.n < n ? s.n : n };
}

/* Offset of the first such byte, or s.n when there is none. */
static inline size_t slice_find(struct slice s, uint8_t byte)
{
    const uint8_t *hit = s.n ? memchr(s.p, byte, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : s.n;
}

static inline bool slice_ends(struct slice s, struct slice end)
{
    return s.n >= end.n && slice_equal(slice_from(s, s.n - end.n), end);
}

/* Whether it is one of the words. */
bool slice_is_one_of(struct slice s, const struct slice *words, size_t n);
bool slice_is_one_of_texts(struct slice s, const char *const *words, size_t n);

/* Lower-case hexadecimal digits of bytes into out: 2 * bytes.n characters, no NUL. */
void slice_to_hex(struct slice bytes, char *out);
/* 0 to 15, also of a capital; -1 when it is no hexadecimal digit. */
extern const int8_t hex_digits[256];
static inline int hex_digit(uint8_t c)
{
    return hex_digits[c];
}

/* The length of the blank character that s starts with: of ASCII, of Unicode as UTF-8 (no-break,
 * thin, ideographic), or one that shows as nothing (zero-width, soft hyphen, byte order mark); 0:
 * none. */
size_t slice_blank_length(struct slice s);
/* Whether s has nothing but such blanks. Stops at the first other byte. */
bool slice_is_blank(struct slice s);
/* Without such blanks at both ends. */
struct slice slice_trim(struct slice s);

/* Equal without regard to ASCII case. */
bool slice_equal_nocase(struct slice a, struct slice b);

/* True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). */
bool slice_is_utf8(struct slice s);

/* The length of the well-formed UTF-8 character that s starts with; 0 when there is none. */
size_t slice_utf8_length(struct slice s);
/* What that character is; one is 1 to 4 bytes, and no more than it. */
uint32_t slice_code_point(struct slice one);

/* How many of the first bytes can be shown as they are: well-formed UTF-8 without control
 * characters, line breaks, and marks that are not seen or turn the direction of writing. */
size_t slice_plain_length(struct slice s);
/* A decimal number without sign, blanks or excess digits; false when it is anything else. The
 * signed one takes a minus too. */
bool slice_to_u64(struct slice s, uint64_t *out);
bool slice_to_i64(struct slice s, int64_t *out);

/* Reading forward: each moves s past what it names, or leaves it and returns false. Exactly n
 * digits. */
bool slice_take_digits(struct slice *s, size_t n, int *out);
bool slice_take_byte(struct slice *s, uint8_t byte);
/* The code point in UTF-8, 1 to 4 bytes at to; returns what is behind it. */
uint8_t *slice_put_utf8(uint8_t *to, uint32_t point);

#endif
