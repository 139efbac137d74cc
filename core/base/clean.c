/* clean.c - what of a text leaves for a partner. */
#include "base/clean.h"

#define REPLACEMENT 0xfffd
#define NONE UINT32_MAX

static bool is_unseen(uint32_t c)
{
    return c == 0xad || c == 0x200b || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
           (c >= 0xe0000 && c <= 0xe007f);
}

/* The character that leaves in c's place; NONE: nothing does. */
static uint32_t leaving(uint32_t c)
{
    if ((c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029)
        return '\n';
    if (c < ' ' || (c >= 0x7f && c < 0xa0))
        return ' ';
    return is_unseen(c) ? NONE : c;
}

/* The length of the character at the start of s, *c what it is. */
static size_t next(struct slice s, uint32_t *c)
{
    size_t n = slice_utf8_length(s);
    *c = n ? slice_code_point(slice_head(s, n)) : REPLACEMENT;
    return n ? n : 1;
}

/* How many of the first bytes leave as they are. */
static size_t clean_length(struct slice s)
{
    size_t at = 0;
    while (at < s.n) {
        while (at < s.n && ((s.p[at] >= ' ' && s.p[at] < 0x7f) || s.p[at] == '\n'))
            at++;
        size_t n = slice_utf8_length(slice_from(s, at));
        uint32_t c = n ? slice_code_point(slice_of(s.p + at, n)) : 0;
        if (!n || leaving(c) != c)
            break;
        at += n;
    }
    return at;
}

bool text_is_clean(struct slice s)
{
    return clean_length(s) == s.n;
}

struct slice text_clean(struct arena *a, struct slice s)
{
    size_t same = clean_length(s);
    if (same == s.n)
        return s.p ? s : SLICE("");
    /* A byte alone may become the three of U+FFFD. */
    uint8_t *out = s.n < SIZE_MAX / 3 ? arena_alloc(a, same + (s.n - same) * 3) : NULL, *to = out;
    if (!out)
        return (struct slice){ NULL, 0 };
    memcpy(to, s.p, same);
    to += same;
    for (s = slice_from(s, same); s.n;) {
        uint32_t c;
        size_t n = next(s, &c);
        if (c == '\r' && s.n > 1 && s.p[1] == '\n')
            n = 2;
        c = leaving(c);
        if (c != NONE)
            to = slice_put_utf8(to, c);
        s = slice_from(s, n);
    }
    return slice_of(out, (size_t)(to - out));
}
