/* look_back.c - notices that the bus has receipts of this service that the delivery's file does not
 * know: the file came back from a backup, it is new, or another host delivers for the service.
 *
 * The file keeps, with each receipt, up to where it knows each lane of the topic. What stands
 * behind that is read, at the start and once a minute. By what was read the queue is set right at
 * once, and so is each disclosure that comes until its topic has been read to the end. Only then
 * are the lanes noted as known. A new file knows no lane, nor does one of an older program: it
 * reads all of them. */
#include "delivery/inside.h"

#include "base/clock.h"

#include <inttypes.h>
#include <string.h>

#define LOOK_MS INT64_C(60000)
#define ANEW_KEPT_MS ((int64_t)14 * 24 * 3600 * 1000)
#define LIST_BYTES ((size_t)1 << 30)

/* A topic that was lost comes back over days. Until then all receipts are read. */
static bool begin_look(struct delivery *d, bool *fresh, struct err *e)
{
    int64_t now_ms = delivery_now_ms(d);
    int64_t anew_ms = 0;
    if (!store_history(d->store, fresh, &anew_ms, e))
        return false;
    d->told_stays = anew_ms > 0 && now_ms - anew_ms < ANEW_KEPT_MS;
    return told_make(&d->told, e);
}

/* Finds where reading has to go on in a lane. *is_news false: the file knows all of it. To *gone it
 * adds the records that have aged before the file knew them. */
static bool ask_lane(struct delivery *d, int lane, struct bus_end *at, bool *is_news, int64_t *gone,
                     struct err *e)
{
    struct bus_end now;
    bool still_has = true;
    if (!store_heard(d->store, lane, at, e))
        return false;
    if (!bus_end(d->o.bus, d->receipts, lane, &now, e))
        return false;
    *is_news = now.next != at->next;
    if (!*is_news)
        return true;
    if (at->next > 0 && !bus_still_has(d->o.bus, d->receipts, lane, at, &still_has, e))
        return false;
    if (!still_has)
        *at = (struct bus_end){ .next = 0 };
    if (at->next > 0 && at->next < now.first) {
        *gone += now.first - at->next;
        *at = (struct bus_end){ .next = now.first };
    }
    return true;
}

/* Receipts may age between ask_lane and here. That is tried again and does not end the part: asked
 * again, the lane begins behind them, and they are counted. */
static bool read_lane(struct delivery *d, int lane, struct err *e)
{
    if (told_read(d->told, &d->o, d->receipts, lane, &d->heard[lane], e))
        return true;
    if (e->fate == ERR_FATAL && strcmp(e->code, "bus.aged") == 0)
        e->fate = ERR_RETRY;
    return false;
}

/* Reads the lanes in which there is news, or all of them from their start. *some: there were any.
 */
static bool read_lanes(struct delivery *d, bool all, int64_t *gone, bool *some, struct err *e)
{
    *gone = 0;
    *some = false;
    for (int i = 0; i < d->o.bundle->partitions; i++) {
        struct bus_end *at = &d->heard[i];
        bool is_news = false;
        if (!ask_lane(d, i, at, &is_news, gone, e))
            return false;
        if (all)
            *at = (struct bus_end){ .next = 0 };
        if (!is_news && !all)
            continue;
        *some = true;
        if (!read_lane(d, i, e))
            return false;
    }
    return true;
}

static void log_found(const struct delivery *d, int64_t news, int64_t gone)
{
    if (news > 0)
        log_line(LOG_WARN, &d->who, "delivery.others",
                 "the bus has %" PRId64
                 " receipts of this service that this file does not know: it came back from a "
                 "backup, it is new, or another host delivers; what they say is not sent again",
                 news);
    if (gone > 0)
        log_line(LOG_ERROR, &d->who, "delivery.untold",
                 "up to %" PRId64
                 " receipts are gone that this file does not know: whether another file has sent "
                 "what waits cannot be told, so its retractions are sent",
                 gone);
}

static bool settle_queue(struct delivery *d, int64_t gone, struct err *e)
{
    const struct told_end *list;
    size_t n;
    int64_t news = 0;
    struct bus_end others;
    struct arena a;
    arena_init(&a, LIST_BYTES);
    bool good = told_list(d->told, &a, &list, &n, e);
    good = good && store_settle(d->store, list, n, gone, &news, e);
    good = good && store_heard(d->store, STORE_OTHERS, &others, e);
    arena_release(&a);
    if (!good)
        return false;
    d->may_have_left = others.next > 0;
    log_found(d, news, gone);
    return trouble_review(d, e);
}

/* Where the broker does not let this login read the receipts, a delivery that has a file of its own
 * goes on by that file. */
static bool go_on_unheard(struct delivery *d, bool fresh, struct err *e)
{
    bool may_not_read = e->fate == ERR_FATAL && strcmp(e->code, "bus.topic") == 0;
    bool has_own_file = !fresh && !d->told_stays;
    if (!may_not_read || !has_own_file)
        return false;
    log_line(LOG_WARN, &d->who, "delivery.unheard",
             "cannot tell whether this file is the newest of this delivery (%s): %s", e->code,
             e->text);
    d->unheard = true;
    err_clear(e);
    return true;
}

bool look_back(struct delivery *d, struct err *e)
{
    int64_t gone;
    bool some = false, fresh;
    if (d->told || d->unheard)
        return true;
    if (!begin_look(d, &fresh, e))
        return false;
    bool good = read_lanes(d, d->told_stays, &gone, &some, e);
    if (good && some)
        good = settle_queue(d, gone, e);
    if (!good) {
        told_release(&d->told);
        return go_on_unheard(d, fresh, e);
    }
    d->looked_ms = delivery_now_ms(d);
    if (!some)
        told_release(&d->told);
    return true;
}

bool look_back_again(struct delivery *d, struct err *e)
{
    if (clock_is_within(delivery_now_ms(d), d->looked_ms, LOOK_MS))
        return true;
    return look_back(d, e);
}

bool look_back_over(struct delivery *d, struct err *e)
{
    if (!d->told || d->told_over)
        return true;
    if (!store_hear_all(d->store, d->heard, d->o.bundle->partitions, e))
        return false;
    d->may_have_left = false;
    d->told_over = d->told_stays;
    if (!d->told_stays)
        told_release(&d->told);
    return true;
}

bool look_back_published(struct delivery *d, int lane, struct bus_end *end, bool *next,
                         struct err *e)
{
    struct bus_end before;
    *next = false;
    if (d->told && !d->told_over)
        return true;
    if (!store_heard(d->store, lane, &before, e))
        return false;
    if (!bus_published(d->o.bus, d->receipts, lane, end, e))
        return false;
    *next = end->next == before.next + 1;
    return true;
}
