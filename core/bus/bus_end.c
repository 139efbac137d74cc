/* bus_end.c - where a lane ends, and whether it still has the record that stood last. */
#include <string.h>

#include "base/clock.h"
#include "bus/backend.h"
#include "host/crypto.h"

#define READ_ONE_MS 10000 /* how long a record that is there may take to be read */

static uint64_t stamp_of(const struct bus *b, const struct bus_record *r)
{
    uint8_t hash[HASH_BYTES];
    uint64_t stamp = (uint64_t)r->accepted_ms;
    if (!b->ops->reads_cheaply)
        return stamp;
    const struct slice hashed[] = { r->key, r->value,
                                    slice_of(&r->accepted_ms, sizeof r->accepted_ms) };
    sha256_slices(hashed, 3, hash);
    memcpy(&stamp, hash, sizeof stamp);
    return stamp;
}

/* *out is the stamp of the record at that offset; 0: no record has that offset. */
static bool read_stamp(struct bus *b, const char *topic, int partition, int64_t offset,
                       uint64_t *out, struct err *e)
{
    struct bus_reader *r = NULL;
    const struct bus_record *one = NULL;
    size_t n = 0;
    bool end = false;
    *out = 0;
    if (!bus_reader_open(b, topic, partition, offset, &r, e))
        return false;
    bool good = bus_reader_next(r, READ_ONE_MS, &one, &n, &end, e);
    if (good && n == 0 && !end)
        good = err_set(e, ERR_RETRY, "bus.down", 0,
                       "the bus did not tell in time where partition %d of topic '%s' ends",
                       partition, topic);
    if (good && n > 0 && one->offset == offset)
        *out = stamp_of(b, one);
    bus_reader_close(&r);
    return good;
}

bool bus_end(struct bus *b, const char *topic, int partition, struct bus_end *out, struct err *e)
{
    *out = (struct bus_end){ .first = 0 };
    if (!b->ops->end(b, topic, partition, out, e))
        return false;
    bool is_empty = out->next <= out->first;
    if (is_empty || !b->ops->reads_cheaply)
        return true;
    return read_stamp(b, topic, partition, out->next - 1, &out->stamp, e);
}

bool bus_published(struct bus *b, const char *topic, int partition, struct bus_end *out,
                   struct err *e)
{
    if (!b->ops->published)
        return bus_end(b, topic, partition, out, e);
    *out = (struct bus_end){ .first = 0 };
    b->ops->published(b, topic, partition, out);
    return true;
}

/* Reads up to the first record that equals `like`, which is durable, and tells when it was
 * accepted. */
static bool find_accepted(struct bus_reader *from, const struct bus_record *like, int64_t *at_ms,
                          struct err *e)
{
    int64_t end_ns = clock_mono_ns() + (int64_t)READ_ONE_MS * 1000000;
    bool end = false;
    do {
        const struct bus_record *r = NULL;
        size_t n = 0;
        if (!bus_reader_next(from, READ_ONE_MS, &r, &n, &end, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (slice_equal(r[i].value, like->value) && slice_equal(r[i].key, like->key)) {
                *at_ms = r[i].accepted_ms;
                return true;
            }
    } while (clock_mono_ns() < end_ns);
    return err_set(e, ERR_RETRY, "bus.down", 0,
                   "the bus has confirmed a record in partition %d of topic '%s', and does not "
                   "give it back in time",
                   like->partition, like->topic);
}

bool bus_publish_at(struct bus *b, const struct bus_record *r, int64_t *at_ms, struct err *e)
{
    struct bus_end before = { .first = 0 };
    struct bus_reader *from = NULL;
    if (!b->ops->end(b, r->topic, r->partition, &before, e))
        return false;
    if (!bus_publish(b, r, 1, e))
        return false;
    if (!bus_reader_open(b, r->topic, r->partition, before.next, &from, e))
        return false;
    bool good = find_accepted(from, r, at_ms, e);
    bus_reader_close(&from);
    return good;
}

void bus_end_behind(struct bus *b, const struct bus_record *r, struct bus_end *out)
{
    *out = (struct bus_end){ .next = r->offset + 1, .stamp = stamp_of(b, r) };
}

bool bus_still_has(struct bus *b, const char *topic, int partition, const struct bus_end *then,
                   bool *yes, struct err *e)
{
    struct bus_end now = { .first = 0 };
    if (!b->ops->end(b, topic, partition, &now, e))
        return false;
    *yes = now.next >= then->next;
    bool has_aged = then->next <= now.first;
    if (!*yes || !then->stamp || has_aged)
        return true;
    uint64_t stamp = 0;
    if (!read_stamp(b, topic, partition, then->next - 1, &stamp, e))
        return false;
    *yes = stamp == then->stamp;
    return true;
}
