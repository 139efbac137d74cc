/* client.c - see client.h. A record is its offset. */
#include "client.h"

struct kafka_client {
    enum kafka_role role;
    int64_t at;
};

struct broker broker;

static bool works(enum err_fate fails, const char *what, struct err *e)
{
    return fails == ERR_NONE || err_set(e, fails, "bus.down", 0, "cannot %s: a test said so", what);
}

bool kafka_start(const struct kafka_start *s, struct kafka_client **out, struct err *e)
{
    struct kafka_client *c = mem_alloc(sizeof *c);
    if (!c)
        return err_memory(e);
    *c = (struct kafka_client){ .role = s->role };
    *out = c;
    return true;
}

void kafka_stop(struct kafka_client **c)
{
    mem_free(*c);
    *c = NULL;
}

void kafka_topic_gone(struct kafka_client *c)
{
    (void)c;
}

bool kafka_hurries(struct kafka_client *c)
{
    return c == NULL;
}

bool kafka_want(struct kafka_client *c, const char *topic, int partition, struct err *e)
{
    return (c && topic && partition == 0) || err_set(e, ERR_FATAL, "bus.topic", 0, "no such topic");
}

bool kafka_topics(struct kafka_client *c, bool with_compacted, struct arena *a,
                  struct bus_topic **out, size_t *n, int *brokers, struct err *e)
{
    (void)c, (void)with_compacted, (void)a, (void)e;
    *out = NULL;
    *n = 0;
    *brokers = 1;
    return true;
}

bool kafka_check_kept(struct kafka_client *c, const struct bus_topic *t, size_t n, bool *later,
                      struct err *e)
{
    (void)c, (void)t, (void)n, (void)e;
    *later = false;
    return true;
}

bool kafka_answers(struct kafka_client *c, int wait_ms)
{
    return c && wait_ms >= 0;
}

bool kafka_create(struct kafka_client *c, const struct bus_topic *t, size_t n, int brokers,
                  struct err *e)
{
    (void)c, (void)t, (void)n, (void)brokers, (void)e;
    return true;
}

bool kafka_ends(struct kafka_client *c, const char *topic, int partition, int64_t *first,
                int64_t *next, struct err *e)
{
    *first = broker.first;
    *next = broker.next;
    return kafka_want(c, topic, partition, e);
}

bool kafka_send(struct kafka_client *c, const struct bus_record *r, void *parcel, bool *full,
                struct err *e)
{
    (void)parcel;
    *full = false;
    return kafka_want(c, r->topic, r->partition, e);
}

void kafka_serve(struct kafka_client *c, int wait_ms)
{
    (void)c, (void)wait_ms;
}

void kafka_purge(struct kafka_client *c)
{
    (void)c;
}

bool kafka_take_over(struct kafka_client *c, struct err *e)
{
    (void)c, (void)e;
    return true;
}

bool kafka_begin(struct kafka_client *c, struct err *e)
{
    (void)c, (void)e;
    return true;
}

bool kafka_send_positions(struct kafka_client *c, const char *group, const struct bus_position *p,
                          size_t n, struct err *e)
{
    (void)c, (void)group, (void)p, (void)n, (void)e;
    return true;
}

bool kafka_commit(struct kafka_client *c, struct err *e)
{
    (void)c;
    return works(broker.commit_fails, "commit", e);
}

void kafka_say_refusal(struct kafka_client *c, struct err *e)
{
    (void)c, (void)e;
}

bool kafka_abort(struct kafka_client *c, struct err *e)
{
    (void)c;
    broker.aborts++;
    return works(broker.abort_fails, "abort", e);
}

bool kafka_committed(struct kafka_client *c, struct bus_position *p, size_t n, struct arena *a,
                     struct err *e)
{
    (void)c, (void)a, (void)e;
    for (size_t i = 0; i < n; i++) {
        p[i].next = broker.committed;
        p[i].note = SLICE("");
    }
    return true;
}

bool kafka_assign(struct kafka_client *c, const struct bus_position *p, size_t n, struct err *e)
{
    broker.assigns++;
    if (n != 1 || !works(broker.assign_fails, "assign", e))
        return false;
    c->at = p[0].next == KAFKA_NO_POSITION ? broker.first : p[0].next;
    return true;
}

/* From before the first record there is nothing comes, and nothing is said: as the broker does. */
bool kafka_take(struct kafka_client *c, int wait_ms, struct bus_record *r, void **message,
                enum kafka_took *what, struct err *e)
{
    (void)wait_ms, (void)e;
    *message = NULL;
    *what = c->role == KAFKA_READER && c->at == broker.next ? KAFKA_END : KAFKA_NOTHING;
    *r = (struct bus_record){ .topic = "in", .offset = c->at };
    if (c->at < broker.first || c->at >= broker.next)
        return true;
    c->at++;
    *what = KAFKA_RECORD;
    return true;
}

void kafka_release(void *message)
{
    (void)message;
}
