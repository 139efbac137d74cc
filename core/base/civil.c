/* civil.c - the calendar.
 *
 * Days are counted with the proleptic Gregorian calendar in eras of 400 years that begin on
 * 1 March, so that the leap day is the last of its year and needs no case of its own. */
#include "base/clock.h"

#define SECOND_MS 1000
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS ((int64_t)24 * HOUR_MS)
#define ERA_DAYS 146097
#define MARCH_0000_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

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
    return era * ERA_DAYS + day_of_era - MARCH_0000_DAYS;
}

int64_t civil_to_ms(const struct civil *c)
{
    return days_from_civil(c->year, c->month, c->day) * DAY_MS + (int64_t)c->hour * HOUR_MS +
           (int64_t)c->minute * MINUTE_MS + (int64_t)c->second * SECOND_MS + c->ms;
}

struct civil civil_from_ms(int64_t ms)
{
    int64_t rest = ms % DAY_MS;
    if (rest < 0)
        rest += DAY_MS;
    int64_t days = floor_div(ms, DAY_MS) + MARCH_0000_DAYS;
    int64_t era = floor_div(days, ERA_DAYS);
    int64_t day_of_era = days - era * ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * day_of_year + 2) / 153;
    struct civil c = {
        .month = (int)(from_march < 10 ? from_march + 3 : from_march - 9),
        .day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1),
        .hour = (int)(rest / HOUR_MS),
        .minute = (int)(rest / MINUTE_MS % 60),
        .second = (int)(rest / SECOND_MS % 60),
        .ms = (int)(rest % SECOND_MS),
    };
    c.year = (int)(year_of_era + era * 400 + (c.month <= 2));
    return c;
}

static bool is_in_range(int value, int low, int high)
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
    return is_in_range(c->year, 1, 9999) && is_in_range(c->month, 1, 12) &&
           is_in_range(c->day, 1, days_of_month(c->year, c->month)) &&
           is_in_range(c->hour, 0, 23) && is_in_range(c->minute, 0, 59) &&
           is_in_range(c->second, 0, 59) && is_in_range(c->ms, 0, 999);
}
