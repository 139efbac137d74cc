/* london_day.c - days as London has them. */
#include "base/clock.h"

#define HOUR_MS ((int64_t)3600 * 1000)

bool london_day_start(struct slice day, int64_t *ms)
{
    struct moment m;
    if (!time_from_iso(day, &m) || m.precision != TIME_DAY)
        return false;
    *ms = m.ms;
    return true;
}

int64_t london_day_end(int64_t start_ms)
{
    /* 36 hours on it is about noon of the next day, whatever the clocks do; then back to its
     * start. */
    struct civil next = london_from_ms(start_ms + 36 * HOUR_MS);
    bool doubtful = false;
    next.hour = next.minute = next.second = next.ms = 0;
    return london_to_ms(&next, &doubtful);
}
