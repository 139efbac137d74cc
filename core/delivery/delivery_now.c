/* delivery_now.c - the clock that a delivery goes by. */
#include "base/clock.h"
#include "delivery/inside.h"

int64_t delivery_now_ms(const struct delivery *d)
{
    return d->o.now_ms ? d->o.now_ms() : clock_wall_ms();
}
