/* calendar.c - days and times for the reference, counted one by one. */
#include <stdio.h>
#include <stdlib.h>

#include "reference.h"

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01; 0 for that day. */
static int64_t count_days(int year, int month, int day)
{
    int64_t n = 0;
    for (int y = 1970; y < year; y++)
        n += is_leap(y) ? 366 : 365;
    for (int y = year; y < 1970; y++)
        n -= is_leap(y) ? 366 : 365;
    for (int m = 1; m < month; m++)
        n += days_in(year, m);
    return n + day - 1;
}

/* The last Sunday of a month, as days from 1970 (1970-01-01 was a Thursday). */
static int64_t last_sunday(int year, int month)
{
    int64_t n = count_days(year, month, days_in(year, month));
    while ((n + 4) % 7 != 0)
        n--;
    return n;
}

/* Summer time: from 01:00 UTC of the last Sunday of March to 01:00 UTC of that of October. */
static bool is_summer(int year, int64_t utc_ms)
{
    int64_t hour = 3600000;
    return utc_ms >= last_sunday(year, 3) * REF_DAY_MS + hour &&
           utc_ms < last_sunday(year, 10) * REF_DAY_MS + hour;
}

static int64_t london(int year, int64_t local_ms)
{
    return is_summer(year, local_ms - 3600000) ? local_ms - 3600000 : local_ms;
}

static void split_day(const char *day, int *y, int *m, int *d)
{
    *y = (int)strtol(day, NULL, 10);
    *m = (int)strtol(day + 5, NULL, 10);
    *d = (int)strtol(day + 8, NULL, 10);
}

int64_t ref_day_start(const char *day)
{
    int y, m, d;
    split_day(day, &y, &m, &d);
    return london(y, count_days(y, m, d) * REF_DAY_MS);
}

int64_t ref_day_end(const char *day)
{
    int y, m, d;
    split_day(day, &y, &m, &d);
    return london(y, (count_days(y, m, d) + 1) * REF_DAY_MS);
}

int ref_day_of(int64_t ms)
{
    int year = 1970, month = 1;
    while (count_days(year + 1, 1, 1) * REF_DAY_MS <= ms)
        year++;
    if (is_summer(year, ms))
        ms += 3600000;
    int64_t days = ms / REF_DAY_MS;
    if (days >= count_days(year + 1, 1, 1))
        year++;
    while (month < 12 && count_days(year, month + 1, 1) <= days)
        month++;
    return year * 10000 + month * 100 + (int)(days - count_days(year, month, 1)) + 1;
}

static bool take_digits(const char **at, int n, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool take_mark(const char **at, char mark)
{
    if (**at != mark)
        return false;
    (*at)++;
    return true;
}

/* "Z", "+01:00", or nothing: London. */
static bool take_offset(const char *at, int year, int64_t local_ms, int64_t *ms)
{
    int h, m, sign = *at == '-' ? -1 : 1;
    if (*at == '\0') {
        *ms = london(year, local_ms);
        return true;
    }
    *ms = local_ms;
    if (*at == 'Z')
        return at[1] == '\0';
    if (*at != '+' && *at != '-')
        return false;
    at++;
    if (!take_digits(&at, 2, &h) || !take_mark(&at, ':') || !take_digits(&at, 2, &m) || *at)
        return false;
    *ms -= sign * ((int64_t)h * 60 + m) * 60000;
    return true;
}

struct fields {
    int y, m, d, h, min, s, ms;
};

static bool take_date(const char **at, struct fields *t)
{
    return take_digits(at, 4, &t->y) && take_mark(at, '-') && take_digits(at, 2, &t->m) &&
           take_mark(at, '-') && take_digits(at, 2, &t->d) && t->m >= 1 && t->m <= 12 &&
           t->d >= 1 && t->d <= days_in(t->y, t->m);
}

static bool take_clock(const char **at, struct fields *t)
{
    if (!take_mark(at, 'T') || !take_digits(at, 2, &t->h) || !take_mark(at, ':') ||
        !take_digits(at, 2, &t->min) || t->h > 23 || t->min > 59)
        return false;
    if (take_mark(at, ':') && (!take_digits(at, 2, &t->s) || t->s > 59))
        return false;
    return !take_mark(at, '.') || take_digits(at, 3, &t->ms);
}

bool ref_time(const char *at, int64_t *ms)
{
    struct fields t = { .s = 0 };
    if (!take_date(&at, &t) || !take_clock(&at, &t))
        return false;
    int64_t minutes = count_days(t.y, t.m, t.d) * 1440 + t.h * 60 + t.min;
    return take_offset(at, t.y, minutes * 60000 + t.s * (int64_t)1000 + t.ms, ms);
}
