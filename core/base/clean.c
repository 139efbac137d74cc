/* clean.c - what of a text leaves for a partner. */
#include "base/clean.h"

#define REPLACEMENT 0xfffd
#define NONE UINT32_MAX

struct row {
    uint32_t first, last; /* code points, both included */
    uint32_t becomes;
};

/* The rows overlap where one character of a row has its own: the first row that has it counts. */
static const struct row rows[] = {
    { '\n', '\r', '\n' },       /* LF, VT, FF, CR */
    { 0x85, 0x85, '\n' },       /* NEL */
    { 0x2028, 0x2029, '\n' },   /* line and paragraph separator */
    { 0, 0x1f, ' ' },           /* C0 */
    { 0x7f, 0x9f, ' ' },        /* DEL, C1 */
    { 0xad, 0xad, NONE },       /* soft hyphen */
    { 0x200b, 0x200b, NONE },   /* zero-width space */
    { 0x202a, 0x202e, NONE },   /* embeddings and overrides */
    { 0x2060, 0x206f, NONE },   /* word joiner, invisible operators, isolates */
    { 0xfeff, 0xfeff, NONE },   /* byte order mark */
    { 0xfff9, 0xfffb, NONE },   /* annotations between lines */
    { 0xe0000, 0xe007f, NONE }, /* tags */
};

/* The character that leaves in c's place; NONE: nothing does. */
static uint32_t cleaned_character(uint32_t c)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (c >= rows[i].first && c <= rows[i].last)
            return rows[i].becomes;
    return c;
}

/* The length of the character at the start of s, *c what it is. */
static size_t next_character(struct slice s, uint32_t *c)
{
    size_t n = slice_utf8_length(s);
    *c = n ? slice_code_point(slice_head(s, n)) : REPLACEMENT;
    return n ? n : 1;
}

static bool is_clean_ascii(uint8_t c)
{
    return (c >= ' ' && c < 0x7f) || c == '\n';
}

/* How many of the first bytes leave as they are. */
static size_t clean_length(struct slice s)
{
    size_t at = 0;
    while (at < s.n) {
        while (at < s.n && is_clean_ascii(s.p[at]))
            at++;
        size_t n = slice_utf8_length(slice_from(s, at));
        if (n == 0)
            break;
        uint32_t c = slice_code_point(slice_of(s.p + at, n));
        if (cleaned_character(c) != c)
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
    uint8_t *out = s.n < SIZE_MAX / 3 ? arena_alloc(a, same + (s.n - same) * 3) : NULL;
    if (!out)
        return (struct slice){ NULL, 0 };
    memcpy(out, s.p, same);
    uint8_t *to = out + same;
    for (s = slice_from(s, same); s.n;) {
        uint32_t c;
        size_t n = next_character(s, &c);
        if (c == '\r' && s.n > 1 && s.p[1] == '\n')
            n = 2;
        c = cleaned_character(c);
        if (c != NONE)
            to = slice_put_utf8(to, c);
        s = slice_from(s, n);
    }
    return slice_of(out, (size_t)(to - out));
}
