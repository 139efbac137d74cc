/* because.c - why a disclosure comes now, in the word that its recipient reads.
 *
 * Law 7: one word for whatever opened the way. Which gate it was, or that a person released it, may
 * tell of what is withheld. So does how late it is, unless it follows from header.occurred alone,
 * which always travels. */
#include "sharing/judge/run.h"

#define DAY_MS INT64_C(86400000)

/* How much later than its first moment the time may be that the source means. */
static int64_t span_ms(const struct event *ev)
{
    static const struct {
        const char *precision;
        int64_t days;
    } spans[] = { { "year", 366 }, { "month", 31 }, { "day", 1 } };
    struct slice precision = view_text(ev->view, (size_t)ev->slots->occurred_precision);
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++)
        if (slice_equal_text(precision, spans[i].precision))
            return spans[i].days * DAY_MS;
    return 0;
}

struct slice run_because(const struct event *ev, const struct sending *how)
{
    if (how->had)
        return SLICE("sent-again");
    if (how->caught_up)
        return SLICE("caught-up");
    if (ev->occurred_ms < ev->decided_ms - DAY_MS - span_ms(ev))
        return SLICE("late");
    return SLICE("as-it-happened");
}
