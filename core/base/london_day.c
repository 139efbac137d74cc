/* london_day.c - days as London has them. */
#include "base/clock.h"

bool london_day_start(struct slice day, int64_t *ms)
{
    struct moment m;
    if (!time_from_iso(day, &m) || m.precision != TIME_DAY)
        return false;
    *ms = m.ms;
    return true;
}
