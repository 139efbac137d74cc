/* clock.c - the calendar, and the one form in which we write a moment.
 *
 * Days are counted with the proleptic Gregorian calendar in eras of 400 years that begin on
 * 1 March, so that the leap day is the last of its year and needs no case of its own. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define SECOND_MS 1000
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS ((int64_t)24 * HOUR_MS)
#define ERA_DAYS 146097
#define YEAR_TEXT_MAX 12 /* of any int */

int64_t clock_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * SECOND_MS + t.tv_nsec / 1000000;
}

int64_t clock_mono_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

const char *time_precision_name(enum time_precision p)
{
    static const char *const names[] = {
        "year", "month", "day", "minute", "second", "millisecond"
    };
    return names[p];
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t days_from_civil(int year, int month, int day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400), year_of_era = y - era * 400;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - 719468; /* days from 0000-03-01 to 1970-01-01 */
}

int64_t civil_to_ms(const struct civil *c)
{
    return days_from_civil(c->year, c->month, c->day) * DAY_MS + (int64_t)c->hour * HOUR_MS +
           (int64_t)c->minute * MINUTE_MS + (int64_t)c->second * SECOND_MS + c->ms;
}

struct civil civil_from_ms(int64_t ms)
{
    int64_t rest = ms % DAY_MS + (ms % DAY_MS < 0 ? DAY_MS : 0);
    int64_t days = floor_div(ms, DAY_MS) + 719468;
    int64_t era = floor_div(days, ERA_DAYS), doe = days - era * ERA_DAYS;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t from_march = (5 * doy + 2) / 153;
    struct civil c = {
        .month = (int)(from_march < 10 ? from_march + 3 : from_march - 9),
        .day = (int)(doy - (153 * from_march + 2) / 5 + 1),
        .hour = (int)(rest / HOUR_MS),
        .minute = (int)(rest / MINUTE_MS % 60),
        .second = (int)(rest / SECOND_MS % 60),
        .ms = (int)(rest % SECOND_MS),
    };
    c.year = (int)(yoe + era * 400 + (c.month <= 2));
    return c;
}

static bool is_within(int value, int low, int high)
{
    return value >= low && value <= high;
}

static int days_of_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

bool civil_is_valid(const struct civil *c)
{
    return is_within(c->year, 1, 9999) && is_within(c->month, 1, 12) &&
           is_within(c->day, 1, days_of_month(c->year, c->month)) && is_within(c->hour, 0, 23) &&
           is_within(c->minute, 0, 59) && is_within(c->second, 0, 59) && is_within(c->ms, 0, 999);
}

/* Reading. Each take_* moves past what it names, or returns false. */

static bool has_digit(struct slice s)
{
    return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9';
}

/* ".5" is 500 ms; digits past the third are read and dropped. */
static bool take_fraction(struct slice *s, int *ms)
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
    return take_fraction(s, &m->local.ms);
}

/* +hh:mm, at most 14 hours. */
static bool take_offset(struct slice *s, int64_t *offset_ms)
{
    if (s->n == 0 || (s->p[0] != '+' && s->p[0] != '-'))
        return false;
    int sign = s->p[0] == '-' ? -1 : 1, hours, minutes;
    *s = slice_from(*s, 1);
    if (!slice_take_digits(s, 2, &hours) || !slice_take_byte(s, ':') || !slice_take_digits(s, 2, &minutes))
        return false;
    *offset_ms = sign * ((int64_t)hours * HOUR_MS + (int64_t)minutes * MINUTE_MS);
    return minutes < 60 && hours * 60 + minutes <= 14 * 60;
}

bool moment_settle(struct moment *m, int64_t offset_ms, struct moment *out)
{
    if (!civil_is_valid(&m->local))
        return false;
    if (m->has_offset)
        m->ms = civil_to_ms(&m->local) - offset_ms;
    else
        m->ms = london_to_ms(&m->local, &m->doubtful);
    if (m->precision < TIME_MINUTE)
        m->doubtful = false;
    *out = *m;
    return true;
}

static struct moment new_moment(void)
{
    return (struct moment){ .precision = TIME_YEAR, .local = { .month = 1, .day = 1 } };
}

/* HH:MM[:SS[.fraction]] */
static bool take_clock(struct slice *s, struct moment *m)
{
    if (!slice_take_digits(s, 2, &m->local.hour) || !slice_take_byte(s, ':') ||
        !slice_take_digits(s, 2, &m->local.minute))
        return false;
    m->precision = TIME_MINUTE;
    if (!slice_take_byte(s, ':'))
        return true;
    return take_seconds(s, m);
}

static bool take_iso_date(struct slice *s, struct moment *m)
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
    if (!take_iso_date(&s, &m))
        return false;
    if (m.precision == TIME_DAY && s.n > 0) {
        if (!slice_take_byte(&s, 'T') || !take_clock(&s, &m))
            return false;
        m.has_offset = s.n > 0;
        if (m.has_offset && !slice_take_byte(&s, 'Z') && !take_offset(&s, &offset_ms))
            return false;
    }
    return s.n == 0 && moment_settle(&m, offset_ms, out);
}

/* Writing. */

/* A mark, then the last `width` digits; by hand, since every message has several times. Returns the
 * end of what was written. */
static char *print_part(char *to, char mark, int value, unsigned width)
{
    if (mark)
        *to++ = mark;
    for (unsigned i = width; i-- > 0; value /= 10)
        to[i] = (char)('0' + value % 10);
    return to + width;
}

static char *print_date(char *to, const struct civil *c, enum time_precision p)
{
    if (c->year >= 0 && c->year <= 9999)
        to = print_part(to, 0, c->year, 4);
    else
        to += snprintf(to, YEAR_TEXT_MAX, "%d", c->year); /* no partner writes such a one */
    if (p >= TIME_MONTH)
        to = print_part(to, '-', c->month, 2);
    return p >= TIME_DAY ? print_part(to, '-', c->day, 2) : to;
}

struct slice time_to_iso(const struct moment *m, char out[TIME_TEXT_MAX])
{
    struct civil c = m->precision < TIME_MINUTE ? m->local : civil_from_ms(m->ms);
    char *to = print_date(out, &c, m->precision);
    if (m->precision >= TIME_MINUTE) {
        to = print_part(to, 'T', c.hour, 2);
        to = print_part(to, ':', c.minute, 2);
        if (m->precision >= TIME_SECOND)
            to = print_part(to, ':', c.second, 2);
        if (m->precision >= TIME_MS)
            to = print_part(to, '.', c.ms, 3);
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

bool london_day_start(struct slice day, int64_t *ms)
{
    struct moment m;
    if (!time_from_iso(day, &m) || m.precision != TIME_DAY)
        return false;
    *ms = m.ms;
    return true;
}
