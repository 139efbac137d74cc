/* say.c - printf for sentences of ours with values of others.
 *
 * Format strings are our own, checked by the compiler; what this does not know is asserted. */
#include "host/say.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "host/shown.h"

/* One conversion: "%-28.*s", "%016" PRIx64. most: -1 where there is no precision. */
struct spec {
    bool left, zero;
    int width, most;
    unsigned longs; /* l: 1; ll, j, z, t: 2, which are as long here */
    char what;
};

static void take_digits(const char **f, int *n)
{
    for (*n = 0; **f >= '0' && **f <= '9'; ++*f)
        *n = *n * 10 + (**f - '0');
}

static int take_width(const char **f, va_list *args)
{
    int n;
    if (**f != '*') {
        take_digits(f, &n);
        return n;
    }
    ++*f;
    return va_arg(*args, int);
}

/* f stands behind the %. */
static struct spec read_spec(const char **f, va_list *args)
{
    struct spec s = { .most = -1 };
    for (; **f == '-' || **f == '0'; ++*f) {
        s.left |= **f == '-';
        s.zero |= **f == '0';
    }
    s.width = take_width(f, args);
    if (**f == '.') {
        ++*f;
        s.most = take_width(f, args);
    }
    for (; **f && strchr("lzjt", **f); ++*f)
        s.longs += **f == 'l' ? 1 : 2;
    s.what = **f;
    ++*f;
    return s;
}

static void put_times(FILE *to, int character, size_t n)
{
    while (n-- > 0)
        (void)fputc(character, to);
}

static void put_padded(FILE *to, const struct spec *s, const char *text)
{
    size_t n = strlen(text), width = s->width > 0 ? (size_t)s->width : 0;
    size_t missing = width > n ? width - n : 0;
    if (!s->left)
        put_times(to, s->zero ? '0' : ' ', missing);
    (void)fputs(text, to);
    if (s->left)
        put_times(to, ' ', missing);
}

static void put_integer(FILE *to, const struct spec *s, va_list *args)
{
    _Static_assert(sizeof(long) == sizeof(long long) && sizeof(size_t) == sizeof(long), "LP64");
    char text[24];
    bool has_sign = s->what == 'd' || s->what == 'i';
    if (has_sign) {
        int64_t n = s->longs ? va_arg(*args, int64_t) : va_arg(*args, int);
        (void)snprintf(text, sizeof text, "%" PRId64, n);
    } else {
        uint64_t n = s->longs ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
        if (s->what == 'u')
            (void)snprintf(text, sizeof text, "%" PRIu64, n);
        else if (s->what == 'x')
            (void)snprintf(text, sizeof text, "%" PRIx64, n);
        else
            (void)snprintf(text, sizeof text, "%" PRIX64, n);
    }
    put_padded(to, s, text);
}

/* most: -1 where all of it is wanted; 0: text may be NULL. */
static size_t wanted_length(const char *text, int most)
{
    if (most < 0)
        return strlen(text);
    return most > 0 ? strnlen(text, (size_t)most) : 0;
}

static void put_converted(FILE *to, const struct spec *s, va_list *args)
{
    char room[SHOWN_ROOM]; /* not shown()'s, in which values of this very line may stand */
    if (s->what == 's') {
        const char *text = va_arg(*args, const char *);
        struct slice wanted = slice_of(text, wanted_length(text, s->most));
        put_padded(to, s, shown_in(room, wanted));
    } else if (s->what == 'c') {
        char c = (char)va_arg(*args, int);
        put_padded(to, s, shown_in(room, slice_of(&c, 1)));
    } else if (s->what == '%') {
        put_padded(to, s, "%");
    } else {
        assert(s->what && strchr("diuxX", s->what));
        put_integer(to, s, args);
    }
}

static void say_all(FILE *to, const char *f, va_list *args)
{
    flockfile(to);
    while (*f) {
        size_t n = strcspn(f, "%");
        (void)fwrite(f, 1, n, to);
        f += n;
        if (*f) {
            f++;
            struct spec s = read_spec(&f, args);
            put_converted(to, &s, args);
        }
    }
    funlockfile(to);
}

void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_all(stdout, format, &args);
    va_end(args);
}

void say_to(FILE *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_all(to, format, &args);
    va_end(args);
}

/* What must not stand in a line, as JSON writes it; a byte that is no UTF-8 is nothing in JSON. */
static size_t put_hidden(FILE *to, struct slice s)
{
    size_t n = slice_utf8_length(s);
    uint32_t c = n ? slice_code_point(slice_head(s, n)) : s.p[0];
    if (c == '\n')
        (void)fputc('\n', to);
    else if (c > 0xffff)
        (void)fprintf(to, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
    else if (n)
        (void)fprintf(to, "\\u%04x", c);
    else
        (void)fprintf(to, "\\x%02x", c);
    return n ? n : 1;
}

void say_lines(FILE *to, struct slice text)
{
    flockfile(to);
    while (text.n) {
        size_t n = slice_plain_length(text);
        (void)fwrite(text.p, 1, n, to);
        text = slice_from(text, n);
        if (text.n)
            text = slice_from(text, put_hidden(to, text));
    }
    funlockfile(to);
}

void say_err(const struct err *e)
{
    char line[600];
    say_to(stderr, "concordat: %s\n", err_print(e, line, sizeof line));
}
