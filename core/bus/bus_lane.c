/* bus_lane.c - whether a lane (one partition of one topic) can be read from a position on.
 *
 *     0 ...... first ........... next
 *      (aged)  |  records here  |  (not written yet)
 */
#include <inttypes.h>

#include "bus/backend.h"
#include "host/log.h"

/* way_on: the command for it, where the lane's reader is known by how it reads. */
static bool refuse_aged(const char *topic, int partition, int64_t from, int64_t first,
                        const char *way_on, struct err *e)
{
    return err_set(e, ERR_FATAL, "bus.aged", 0,
                   "cannot go on in '%s' %d at %" PRId64 ": it begins at %" PRId64
                   "; up to %" PRId64 " records are gone%s",
                   topic, partition, from, first, first - from, way_on);
}

bool bus_lane_may_read(const char *topic, int partition, int64_t from, const struct bus_end *end,
                       struct err *e)
{
    bool has_aged = from > 0 && from < end->first;
    if (from > end->next)
        return err_set(e, ERR_FATAL, "bus.position", 0,
                       "cannot read partition %d of topic '%s' from offset %" PRId64
                       ": it ends at %" PRId64,
                       partition, topic, from, end->next);
    return !has_aged || refuse_aged(topic, partition, from, end->first, "", e);
}

void bus_lane_begin_anew(const struct bus_join *j, struct bus_position *p,
                         const struct bus_end *end)
{
    const struct log_who who = { "bus", j->id };
    bool ends = p->next > end->next;
    log_line(LOG_WARN, &who, "bus.position",
             "'%s' %d was lost: %s %" PRId64
             " where it was read to; it is read from its start, what was decided is known",
             p->topic, p->partition, ends ? "it ends before" : "another record stands before",
             p->next);
    p->next = end->first;
    p->at_ms = 0;
}

bool bus_lane_may_go_on(const struct bus_join *j, struct bus_position *p, const struct bus_end *end,
                        struct err *e)
{
    int64_t at = p->next > 0 ? p->next : 0;
    if (at > end->next) {
        bus_lane_begin_anew(j, p, end);
        return true;
    }
    if (at >= end->first)
        return true;
    p->next = end->first;
    return j->past_gaps ||
           refuse_aged(p->topic, p->partition, at, end->first, " (concordat skip SITE router)", e);
}
