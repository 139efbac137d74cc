/* moment_settle.c - from what clocks showed to a moment. */
#include "base/clock.h"

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
