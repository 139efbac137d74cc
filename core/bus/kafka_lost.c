/* kafka_lost.c - notices topics that were deleted and made anew. */
#include "bus/kafka_lost.h"

#include <inttypes.h>
#include <string.h>

#include "bus/backend.h"

#define TIME_NOTE "at=" /* then the time in milliseconds */
#define LOOK_MS 30000   /* how long all lanes together may take */
#define TAKE_MS 100
#define LOST (-1) /* at_ms of a lane in which another record stands */

bool kafka_lost_put_times(const struct bus_position *p, size_t n, struct arena *a,
                          const struct bus_position **out, struct err *e)
{
    struct bus_position *list = ARENA_ARRAY(a, n + 1, struct bus_position);
    for (size_t i = 0; list && i < n; i++) {
        list[i] = p[i];
        if (p[i].at_ms <= 0 || p[i].note.n)
            continue;
        const char *note = arena_format(a, TIME_NOTE "%" PRId64, p[i].at_ms);
        if (!note)
            return err_memory(e);
        list[i].note = slice_text(note);
    }
    *out = list;
    return list || err_memory(e);
}

void kafka_lost_take_time(struct bus_position *p)
{
    if (!slice_starts(p->note, SLICE(TIME_NOTE)))
        return;
    struct slice digits = slice_from(p->note, strlen(TIME_NOTE));
    if (!slice_to_i64(digits, &p->at_ms))
        p->at_ms = 0;
    p->note = SLICE("");
}

/* Compares the first record that is read of a lane with the lane's position. Records that follow
 * tell nothing more, so at_ms is no longer over 0 then. */
static void compare_first(const struct bus_record *r, struct bus_position *lanes, size_t n,
                          size_t *left)
{
    for (size_t i = 0; i < n; i++) {
        struct bus_position *p = &lanes[i];
        bool is_its_lane = p->partition == r->partition && strcmp(p->topic, r->topic) == 0;
        if (!is_its_lane || p->at_ms <= 0)
            continue;
        bool is_another = r->offset < p->next && r->accepted_ms != p->at_ms;
        p->at_ms = is_another ? LOST : 0;
        *left -= 1;
    }
}

/* Reads until each of the `left` lanes has been compared. */
static bool read_firsts(struct kafka_client *in, struct bus_position *lanes, size_t n, size_t left,
                        struct err *e)
{
    int64_t until_ns = after_ms(LOOK_MS);
    while (left > 0) {
        struct bus_record r;
        void *message;
        enum kafka_took what;
        if (clock_mono_ns() > until_ns || kafka_hurries(in))
            return err_set(e, ERR_RETRY, "bus.down", 0,
                           "kafka does not give again, in time, the last record that was read of a "
                           "topic: it is tried again");
        if (!kafka_take(in, TAKE_MS, &r, &message, &what, e))
            return false;
        if (what != KAFKA_RECORD)
            continue;
        compare_first(&r, lanes, n, &left);
        kafka_release(message);
    }
    return true;
}

/* Sets each lane that is LOST to its first record. */
static bool begin_lost_anew(struct kafka_client *looker, const struct bus_join *j,
                            struct bus_position *lanes, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        struct bus_end end = { .first = 0 };
        if (lanes[i].at_ms != LOST)
            continue;
        if (!kafka_ends(looker, lanes[i].topic, lanes[i].partition, &end.first, &end.next, e))
            return false;
        bus_lane_begin_anew(j, &lanes[i], &end);
    }
    return true;
}

bool kafka_lost_look_back(struct kafka_client *in, struct kafka_client *looker,
                          const struct bus_join *j, struct bus_position *lanes, size_t n,
                          struct arena *a, struct err *e)
{
    struct bus_position *before = ARENA_ARRAY(a, n + 1, struct bus_position);
    size_t count = 0;
    if (!before)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        if (lanes[i].at_ms > 0) {
            before[count] = lanes[i];
            before[count].next--;
            count++;
        }
    if (count == 0)
        return true;
    if (!kafka_assign(in, before, count, e))
        return false;
    if (!read_firsts(in, lanes, n, count, e))
        return false;
    return begin_lost_anew(looker, j, lanes, n, e);
}
