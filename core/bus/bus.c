/* bus.c - checks what every backend would refuse, then calls the backend. bus_open.c opens it. */
#include "bus/bus.h"

#include "bus/backend.h"

#define PARTITIONS_MAX 1000

static bool check_topic_name(const char *name, struct err *e)
{
    if (bus_name_is_one(name))
        return true;
    return err_set(e, ERR_FATAL, "bus.topic", 0,
                   "cannot use topic '%.60s': want letters, digits, '.', '_' and '-' in its name",
                   name);
}

static bool check_records(const struct bus_record *r, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        size_t bytes = r[i].key.n + r[i].value.n;
        if (bytes > BUS_RECORD_MAX_BYTES)
            return err_set(e, ERR_REJECT, "bus.size", i,
                           "cannot send a record of %zu bytes to '%s': at most %zu", bytes,
                           r[i].topic, BUS_RECORD_MAX_BYTES);
    }
    return true;
}

static bool check_positions(const struct bus_position *p, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        bool has_nul = slice_find(p[i].note, 0) < p[i].note.n;
        if (has_nul || p[i].note.n > BUS_NOTE_MAX_BYTES)
            return err_set(e, ERR_FATAL, "bus.note", i,
                           "cannot keep how far '%s' was read: its note %s", p[i].topic,
                           "is longer than 4096 bytes, or has a zero byte");
        if (p[i].next < 0)
            return err_set(e, ERR_FATAL, "bus.position", i,
                           "cannot commit how far '%s' was read: the position is below 0",
                           p[i].topic);
    }
    return true;
}

static bool check_may_write(const struct bus *b, struct err *e)
{
    if (!b->read_only)
        return true;
    return err_set(e, ERR_FATAL, "bus.locked", 0,
                   "cannot write to the bus: this program opened it for reading only");
}

void bus_close(struct bus **b)
{
    if (*b)
        (*b)->ops->close(*b);
    *b = NULL;
}

bool bus_topics(struct bus *b, const struct bus_topic *t, size_t n, struct err *e)
{
    if (!check_may_write(b, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!check_topic_name(t[i].name, e))
            return false;
        if (t[i].partitions < 1 || t[i].partitions > PARTITIONS_MAX)
            return err_set(e, ERR_FATAL, "bus.topic", 0,
                           "cannot make topic '%s' with %d partitions: want 1 to %d", t[i].name,
                           t[i].partitions, PARTITIONS_MAX);
    }
    return b->ops->topics(b, t, n, e);
}

bool bus_publish(struct bus *b, const struct bus_record *r, size_t n, struct err *e)
{
    if (!check_may_write(b, e) || !check_records(r, n, e))
        return false;
    return n == 0 || b->ops->publish(b, r, n, e);
}

bool bus_join(struct bus *b, const struct bus_join *j, struct bus_worker **out, struct err *e)
{
    *out = NULL;
    if (!check_may_write(b, e))
        return false;
    if (!bus_name_is_one(j->id))
        return err_set(e, ERR_FATAL, "bus.worker", 0,
                       "cannot join the bus as '%.60s': want letters, digits, '.', '_' and '-' in "
                       "a worker's name",
                       j->id);
    for (size_t i = 0; j->topics[i]; i++)
        if (!check_topic_name(j->topics[i], e))
            return false;
    return b->ops->join(b, j, out, e);
}

bool bus_committed(struct bus_worker *w, const char *topic, int partition, struct arena *a,
                   struct bus_position *out, struct err *e)
{
    return w->ops->committed(w, topic, partition, a, out, e);
}

bool bus_fetch(struct bus_worker *w, int wait_ms, const struct bus_record **in, size_t *n,
               struct err *e)
{
    *in = NULL;
    *n = 0;
    return w->ops->fetch(w, wait_ms, in, n, e);
}

bool bus_commit(struct bus_worker *w, const struct bus_record *out, size_t n,
                const struct bus_position *done, size_t m, struct err *e)
{
    if (!check_records(out, n, e) || !check_positions(done, m, e))
        return false;
    bool is_empty = n == 0 && m == 0;
    return is_empty || w->ops->commit(w, out, n, done, m, e);
}

void bus_leave(struct bus_worker **w)
{
    if (*w)
        (*w)->ops->leave(*w);
    *w = NULL;
}

bool bus_reader_open(struct bus *b, const char *topic, int partition, int64_t from,
                     struct bus_reader **out, struct err *e)
{
    *out = NULL;
    if (!check_topic_name(topic, e))
        return false;
    return b->ops->reader_open(b, topic, partition, from < 0 ? 0 : from, out, e);
}

bool bus_reader_next(struct bus_reader *r, int wait_ms, const struct bus_record **out, size_t *n,
                     bool *end, struct err *e)
{
    *out = NULL;
    *n = 0;
    *end = false;
    return r->ops->reader_next(r, wait_ms, out, n, end, e);
}

void bus_reader_close(struct bus_reader **r)
{
    if (*r)
        (*r)->ops->reader_close(*r);
    *r = NULL;
}

bool bus_group_committed(struct bus *b, const char *group, const char *topic, int partition,
                         struct arena *a, struct bus_position *out, struct err *e)
{
    *out = (struct bus_position){ .topic = topic, .partition = partition };
    if (!b->ops->group_committed)
        return err_set(
            e, ERR_FATAL, "bus.group", 0,
            "this kind of bus does not tell how far a group has read: use the bus's own tools");
    if (!check_topic_name(topic, e))
        return false;
    return b->ops->group_committed(b, group, topic, partition, a, out, e);
}

bool bus_answers(struct bus *b, int wait_ms)
{
    return !b->ops->answers || b->ops->answers(b, wait_ms);
}

void bus_hurry(struct bus *b)
{
    if (b->ops->hurry)
        b->ops->hurry(b);
}

bool bus_list(struct bus *b, struct arena *a, const struct bus_topic **out, size_t *n,
              struct err *e)
{
    *out = NULL;
    *n = 0;
    return b->ops->list(b, a, out, n, e);
}
