/* time_iso.c - the one form in which we write a moment. */
#include <stdio.h>

#include "base/clock.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define YEAR_TEXT_MAX 12 /* of any int */

const char *time_precision_name(enum time_precision p)
{
    static const char *const names[] = {
        "year", "month", "day", "minute", "second", "millisecond"
    };
    return names[p];
}

/* Reading. Each take_* moves past what it names, or returns false. */

static bool has_digit(struct slice s)
{
    return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9';
}

/* ".5" is 500 ms; digits past the third are read and dropped. */
static bool take_strict_fraction(struct slice *s, int *ms)
{
    size_t n = 0;
    int value = 0;
    for (*s = slice_from(*s, 1); has_digit(*s); *s = slice_from(*s, 1), n++)
        if (n < 3)
            value = value * 10 + (s->p[0] - '0');
    for (size_t i = n; i < 3; i++)
        value *= 10;
    *ms = value;
    return n > 0 && n <= 9;
}

/* SS[.fraction] */
static bool take_seconds(struct slice *s, struct moment *m)
{
    m->precision = TIME_SECOND;
    if (!slice_take_digits(s, 2, &m->local.second))
        return false;
    if (s->n == 0 || s->p[0] != '.')
        return true;
    m->precision = TIME_MS;
    return take_strict_fraction(s, &m->local.ms);
}

/* +hh:mm, at most 14 hours. */
static bool take_strict_offset(struct slice *s, int64_t *offset_ms)
{
    int hours, minutes;
    bool is_west = slice_take_byte(s, '-');
    if (!is_west && !slice_take_byte(s, '+'))
        return false;
    if (!slice_take_digits(s, 2, &hours) || !slice_take_byte(s, ':'))
        return false;
    if (!slice_take_digits(s, 2, &minutes))
        return false;
    int sign = is_west ? -1 : 1;
    *offset_ms = sign * ((int64_t)hours * HOUR_MS + (int64_t)minutes * MINUTE_MS);
    return minutes < 60 && hours * 60 + minutes <= 14 * 60;
}

static struct moment new_moment(void)
{
    return (struct moment){ .precision = TIME_YEAR, .local = { .month = 1, .day = 1 } };
}

/* HH:MM[:SS[.fraction]] */
static bool take_strict_clock(struct slice *s, struct moment *m)
{
    if (!slice_take_digits(s, 2, &m->local.hour) || !slice_take_byte(s, ':') ||
        !slice_take_digits(s, 2, &m->local.minute))
        return false;
    m->precision = TIME_MINUTE;
    if (!slice_take_byte(s, ':'))
        return true;
    return take_seconds(s, m);
}

static bool take_strict_date(struct slice *s, struct moment *m)
{
    if (!slice_take_digits(s, 4, &m->local.year))
        return false;
    if (!slice_take_byte(s, '-'))
        return true;
    m->precision = TIME_MONTH;
    if (!slice_take_digits(s, 2, &m->local.month))
        return false;
    if (!slice_take_byte(s, '-'))
        return true;
    m->precision = TIME_DAY;
    return slice_take_digits(s, 2, &m->local.day);
}

bool time_from_iso(struct slice s, struct moment *out)
{
    struct moment m = new_moment();
    int64_t offset_ms = 0;
    if (!take_strict_date(&s, &m))
        return false;
    if (m.precision == TIME_DAY && s.n > 0) {
        if (!slice_take_byte(&s, 'T') || !take_strict_clock(&s, &m))
            return false;
        m.has_offset = s.n > 0;
        if (m.has_offset && !slice_take_byte(&s, 'Z') && !take_strict_offset(&s, &offset_ms))
            return false;
    }
    return s.n == 0 && moment_settle(&m, offset_ms, out);
}

/* Writing. */

/* A separator, then the last `width` digits; by hand, since every message has several times.
 * Returns the end of what was written. */
static char *print_digits(char *to, char separator, int value, unsigned width)
{
    if (separator)
        *to++ = separator;
    for (unsigned i = width; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + width;
}

static char *print_date(char *to, const struct civil *c, enum time_precision p)
{
    if (c->year >= 0 && c->year <= 9999)
        to = print_digits(to, 0, c->year, 4);
    else
        to += snprintf(to, YEAR_TEXT_MAX, "%d", c->year); /* no partner writes such a one */
    if (p >= TIME_MONTH)
        to = print_digits(to, '-', c->month, 2);
    return p >= TIME_DAY ? print_digits(to, '-', c->day, 2) : to;
}

struct slice time_to_iso(const struct moment *m, char out[TIME_TEXT_MAX])
{
    struct civil c = m->precision < TIME_MINUTE ? m->local : civil_from_ms(m->ms);
    char *to = print_date(out, &c, m->precision);
    if (m->precision >= TIME_MINUTE) {
        to = print_digits(to, 'T', c.hour, 2);
        to = print_digits(to, ':', c.minute, 2);
        if (m->precision >= TIME_SECOND)
            to = print_digits(to, ':', c.second, 2);
        if (m->precision >= TIME_MS)
            to = print_digits(to, '.', c.ms, 3);
        *to++ = 'Z';
    }
    *to = '\0';
    return slice_of(out, (size_t)(to - out));
}

struct slice time_ms_to_iso(int64_t ms, char out[TIME_TEXT_MAX])
{
    struct moment m = { .ms = ms, .precision = TIME_MS };
    return time_to_iso(&m, out);
}
