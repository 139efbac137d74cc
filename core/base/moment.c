/* moment.c - readers of times; each take_* moves past what it names, or returns false. */
#include "base/moment.h"

#define SECOND_MS 1000
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS ((int64_t)24 * HOUR_MS)
#define EPOCH_MS_MAX (INT64_C(253402300799) * SECOND_MS) /* the end of the year 9999 */
/* Digits without separators are read as a time when their year lies between these. Otherwise 10
 * digits may be seconds since 1970, and 6 a day without its century (YYMMDD). */
#define YEAR_MIN 1850
#define YEAR_MAX 2149

struct reading {
    struct slice s;
    struct moment m;
    int64_t offset_ms;
    int64_t later_ms; /* to be added: a day for 24:00, a second for second 60 */
};

static struct reading begin_reading(struct slice s)
{
    return (struct reading){
        .s = slice_trim(s),
        .m = { .precision = TIME_YEAR, .local = { .month = 1, .day = 1 } },
    };
}

static bool has_digit_at(struct slice s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

static size_t count_digits(struct slice s)
{
    size_t n = 0;
    while (has_digit_at(s, n))
        n++;
    return n;
}

/* Takes word, in either case, unless a further letter follows it. */
static bool take_letters(struct slice *s, struct slice word)
{
    if (!slice_equal_nocase(slice_head(*s, word.n), word))
        return false;
    uint8_t next = s->n > word.n ? s->p[word.n] | 0x20 : 0;
    if (next >= 'a' && next <= 'z')
        return false;
    *s = slice_from(*s, word.n);
    return true;
}

static void moment_skip_blanks(struct slice *s)
{
    for (size_t n = slice_blank_length(*s); n; n = slice_blank_length(*s))
        *s = slice_from(*s, n);
}

/* Digits of a fraction, at least one: three are kept. */
static bool take_fraction(struct reading *r)
{
    size_t n = count_digits(r->s);
    int ms = 0;
    for (size_t i = 0; i < 3; i++)
        ms = ms * 10 + (i < n ? r->s.p[i] - '0' : 0);
    r->m.local.ms = ms;
    r->m.precision = TIME_MS;
    r->s = slice_from(r->s, n);
    return n > 0;
}

/* Turns 24:00 and second 60 into times that exist, and remembers in later_ms what is missing. */
static bool settle_hour_24(struct reading *r)
{
    struct civil *c = &r->m.local;
    if (c->hour == 24 && c->minute == 0 && c->second == 0 && c->ms == 0) {
        c->hour = 0;
        r->later_ms = DAY_MS;
    }
    if (c->second == 60) {
        c->second = 59;
        c->ms = 0;
        r->later_ms += SECOND_MS;
    }
    return true;
}

/* HH[:MM[:SS[.fraction]]] or HHMM[SS[.fraction]]. There is no precision "hour": it counts as
 * minute. */
static bool take_clock(struct reading *r)
{
    struct civil *c = &r->m.local;
    bool is_short_hour = has_digit_at(r->s, 0) && r->s.n > 1 && r->s.p[1] == ':';
    r->m.precision = TIME_MINUTE;
    if (!slice_take_digits(&r->s, is_short_hour ? 1 : 2, &c->hour))
        return false;
    bool has_colons = slice_take_byte(&r->s, ':');
    if (!has_digit_at(r->s, 0))
        return !has_colons && settle_hour_24(r);
    if (!slice_take_digits(&r->s, 2, &c->minute))
        return false;
    bool has_seconds = has_colons ? slice_take_byte(&r->s, ':') : has_digit_at(r->s, 0);
    if (!has_seconds)
        return settle_hour_24(r);
    r->m.precision = TIME_SECOND;
    if (!slice_take_digits(&r->s, 2, &c->second))
        return false;
    bool has_fraction = slice_take_byte(&r->s, '.') || slice_take_byte(&r->s, ',');
    if (has_fraction && !take_fraction(r))
        return false;
    return settle_hour_24(r);
}

/* [Europe/London] behind an offset says nothing more than it. */
static bool take_zone_name(struct slice *s)
{
    if (!slice_take_byte(s, '['))
        return true;
    *s = slice_from(*s, slice_find(*s, ']'));
    return slice_take_byte(s, ']');
}

/* Whether a year that stands without separators can be one. */
static bool is_likely_year(int year)
{
    return year >= YEAR_MIN && year <= YEAR_MAX;
}

/* +h, +hh, +hhmm, +hh:mm */
static bool take_offset(struct slice *s, int *hours, int *minutes)
{
    size_t n = count_digits(*s);
    if (n == 3 || !slice_take_digits(s, n == 1 ? 1 : 2, hours))
        return false;
    bool has_minutes = slice_take_byte(s, ':') || has_digit_at(*s, 0);
    return !has_minutes || slice_take_digits(s, 2, minutes);
}

/* Z, UTC, GMT, BST, or an offset of at most 14 hours; or nothing. */
static bool take_zone(struct reading *r)
{
    struct slice *s = &r->s;
    moment_skip_blanks(s);
    if (s->n == 0)
        return true;
    r->m.has_offset = true;
    if (take_letters(s, SLICE("Z")) || take_letters(s, SLICE("UTC")) ||
        take_letters(s, SLICE("GMT")))
        return take_zone_name(s);
    if (take_letters(s, SLICE("BST"))) {
        r->offset_ms = HOUR_MS;
        return take_zone_name(s);
    }
    if (s->p[0] != '+' && s->p[0] != '-')
        return false;
    int sign = s->p[0] == '-' ? -1 : 1, hours, minutes = 0;
    *s = slice_from(*s, 1);
    if (!take_offset(s, &hours, &minutes))
        return false;
    r->offset_ms = sign * ((int64_t)hours * HOUR_MS + (int64_t)minutes * MINUTE_MS);
    bool is_offset = minutes < 60 && hours * 60 + minutes <= 14 * 60;
    return is_offset && take_zone_name(s);
}

/* Checks that all was read, and turns it into UTC. */
static bool finish_reading(struct reading *r, struct moment *out)
{
    if (r->s.n > 0 || !moment_settle(&r->m, r->offset_ms, out))
        return false;
    if (r->later_ms == 0)
        return true;
    struct civil later = civil_from_ms(civil_to_ms(&r->m.local) + r->later_ms);
    r->m.local = later;
    return moment_settle(&r->m, r->offset_ms, out);
}

/* T, t or blanks, then a clock; or nothing; then a zone. */
static bool take_rest(struct reading *r)
{
    const uint8_t *behind_date = r->s.p;
    bool has_clock = slice_take_byte(&r->s, 'T') || slice_take_byte(&r->s, 't');
    if (!has_clock) {
        moment_skip_blanks(&r->s);
        has_clock = r->s.p != behind_date && has_digit_at(r->s, 0);
    }
    if (has_clock && !take_clock(r))
        return false;
    return take_zone(r);
}

/* YYYY-MM[-DD], where the hyphen stands behind four digits; or YYYY. */
static bool take_iso_date(struct reading *r)
{
    struct civil *c = &r->m.local;
    if (count_digits(r->s) == 8) {
        r->m.precision = TIME_DAY;
        return slice_take_digits(&r->s, 4, &c->year) && slice_take_digits(&r->s, 2, &c->month) &&
               slice_take_digits(&r->s, 2, &c->day);
    }
    if (count_digits(r->s) != 4 || !slice_take_digits(&r->s, 4, &c->year))
        return false;
    if (!slice_take_byte(&r->s, '-'))
        return true;
    r->m.precision = TIME_MONTH;
    if (!slice_take_digits(&r->s, 2, &c->month))
        return false;
    if (!slice_take_byte(&r->s, '-'))
        return true;
    r->m.precision = TIME_DAY;
    return slice_take_digits(&r->s, 2, &c->day);
}

bool moment_from_iso(struct slice s, struct moment *out)
{
    struct reading r = begin_reading(s);
    if (!take_iso_date(&r))
        return false;
    if (r.m.precision >= TIME_DAY && !take_rest(&r))
        return false;
    return finish_reading(&r, out);
}

/* Digits alone, from the year on. */
static bool take_run(struct reading *r)
{
    struct civil *c = &r->m.local;
    int *const fields[] = { &c->month, &c->day, &c->hour, &c->minute, &c->second };
    static const enum time_precision precisions[] = { TIME_MONTH, TIME_DAY, TIME_MINUTE,
                                                      TIME_MINUTE, TIME_SECOND };
    if (!slice_take_digits(&r->s, 4, &c->year))
        return false;
    for (size_t i = 0; i < 5 && has_digit_at(r->s, 0); i++) {
        if (!slice_take_digits(&r->s, 2, fields[i]))
            return false;
        r->m.precision = precisions[i];
    }
    return true;
}

/* Whether s has the hyphens, the T or the blank of ISO 8601 behind its first n digits. A hyphen
 * behind a year may also begin an offset. */
static bool looks_iso(struct slice s, size_t n)
{
    if (s.n <= n)
        return false;
    if (n == 4) {
        bool may_be_day = s.n < 9 || s.p[7] == '-';
        return s.p[4] == '-' && may_be_day;
    }
    if (n != 8)
        return false;
    if (s.p[8] == 'T' || s.p[8] == 't')
        return true;
    size_t blank = slice_blank_length(slice_from(s, 8));
    return blank > 0 && has_digit_at(s, 8 + blank);
}

bool moment_from_hl7(struct slice s, struct moment *out)
{
    struct reading r = begin_reading(s);
    size_t n = count_digits(r.s);
    if (looks_iso(r.s, n))
        return moment_from_iso(s, out);
    if (!take_run(&r))
        return false;
    bool may_be_other = n == 6 || n == 10 || n == 12; /* see YEAR_MIN */
    if (may_be_other && !is_likely_year(r.m.local.year))
        return false;
    bool has_fraction = n > 14;
    if (n >= 14 && (slice_take_byte(&r.s, '.') || slice_take_byte(&r.s, ',')))
        has_fraction = true;
    if (has_fraction && !take_fraction(&r))
        return false;
    if (r.m.precision >= TIME_MINUTE)
        settle_hour_24(&r);
    return take_zone(&r) && finish_reading(&r, out);
}

/* Jan, january, 1, 01 */
static bool take_month(struct slice *s, int *month)
{
    static const char *const names[] = { "january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december" };
    size_t n = count_digits(*s);
    if (n)
        return n <= 2 && slice_take_digits(s, n, month);
    for (int i = 0; i < 12; i++) {
        struct slice name = slice_text(names[i]);
        if (take_letters(s, name) || take_letters(s, slice_head(name, 3))) {
            *month = i + 1;
            return true;
        }
    }
    return false;
}

/* 2026, 02/2026, 02-2026, Feb 2026: a year, or a month of one. With a point it would be a
 * number. */
static bool take_uk_month(struct reading *r)
{
    struct civil *c = &r->m.local;
    if (count_digits(r->s) != 4) {
        r->m.precision = TIME_MONTH;
        if (!take_month(&r->s, &c->month))
            return false;
        bool has_separator = slice_take_byte(&r->s, '/') || slice_take_byte(&r->s, '-') ||
                             slice_take_byte(&r->s, ' ');
        if (!has_separator)
            return false;
    }
    if (r->s.n != 4 || count_digits(r->s) != 4)
        return false;
    return slice_take_digits(&r->s, 4, &c->year) && is_likely_year(c->year);
}

/* One separator between day, month and year, the same in both places. */
static bool take_uk_date(struct reading *r)
{
    struct civil *c = &r->m.local;
    size_t n = count_digits(r->s);
    r->m.precision = TIME_DAY;
    if (n == 0 || n > 2 || !slice_take_digits(&r->s, n, &c->day))
        return false;
    if (r->s.n == 0 || !memchr("/-. ", r->s.p[0], 4))
        return false;
    uint8_t separator = r->s.p[0];
    if (!slice_take_byte(&r->s, separator) || !take_month(&r->s, &c->month))
        return false;
    if (!slice_take_byte(&r->s, separator) || count_digits(r->s) != 4)
        return false;
    return slice_take_digits(&r->s, 4, &c->year);
}

/* AM or PM, or nothing. */
static bool take_half_of_day(struct reading *r)
{
    struct civil *c = &r->m.local;
    moment_skip_blanks(&r->s);
    bool pm = take_letters(&r->s, SLICE("PM"));
    if (!pm && !take_letters(&r->s, SLICE("AM")))
        return true;
    if (c->hour < 1 || c->hour > 12)
        return false;
    c->hour = c->hour % 12 + (pm ? 12 : 0);
    return true;
}

bool moment_from_uk(struct slice s, struct moment *out)
{
    struct reading r = begin_reading(s);
    if (count_digits(r.s) == 4 && r.s.n > 4 && r.s.p[4] == '-')
        return moment_from_iso(s, out);
    struct reading month = r;
    if (take_uk_month(&month))
        return finish_reading(&month, out);
    if (!take_uk_date(&r))
        return false;
    const uint8_t *behind_date = r.s.p;
    if (!slice_take_byte(&r.s, 'T'))
        moment_skip_blanks(&r.s);
    bool has_clock = r.s.p != behind_date && r.s.n > 0;
    if (has_clock && (!take_clock(&r) || !take_half_of_day(&r)))
        return false;
    return take_zone(&r) && finish_reading(&r, out);
}

bool moment_from_epoch(struct slice s, bool seconds, struct moment *out)
{
    s = slice_trim(s);
    bool minus = s.n > 0 && s.p[0] == '-';
    struct slice whole = slice_from(s, minus);
    size_t n = count_digits(whole);
    struct slice fraction = slice_from(whole, n + 1);
    uint64_t value = 0;
    int unit_ms = seconds ? SECOND_MS : 1;
    bool has_rest = n < whole.n;
    if (has_rest && (whole.p[n] != '.' || count_digits(fraction) != fraction.n))
        return false;
    if (!slice_to_u64(slice_head(whole, n), &value))
        return false;
    if (value > (uint64_t)(EPOCH_MS_MAX / unit_ms))
        return false;
    int64_t ms = (int64_t)value * unit_ms * (minus ? -1 : 1);
    *out = (struct moment){ .ms = ms,
                            .precision = seconds ? TIME_SECOND : TIME_MS,
                            .has_offset = true,
                            .local = civil_from_ms(ms) };
    return civil_is_valid(&out->local);
}
