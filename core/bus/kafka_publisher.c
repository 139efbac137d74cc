/* kafka_publisher.c - publishing to Kafka by one producer that all threads share. */
#include "bus/kafka_publisher.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/wait.h"

#define PUBLISH_MS 30000 /* how long one call waits for its records to be confirmed */
#define HURRIED_MS 2000  /* the same, once a stop was asked for */
#define SERVE_MS 100
#define LOOK_MS 200 /* how often a wait looks whether a stop was asked for */

struct kafka_producer {
    struct kafka_client *c;
    pthread_t server;
    atomic_bool stop;
    int users;   /* calls that are under way */
    bool broken; /* it takes no new users, and its last user ends it */
};

/* The records of one call. It lives on the caller's stack until each of them has its report. */
struct parcel {
    struct kafka_publisher *p;
    int64_t start_ns, end_ns;
    size_t left; /* records without a report */
    bool failed;
    struct err why; /* what a broker said of the first record that it refused */
};

static struct kafka_lane *find_lane(const struct kafka_publisher *p, const char *topic,
                                    int partition)
{
    for (size_t i = 0; i < p->lane_count; i++)
        if (p->lanes[i].partition == partition && strcmp(p->lanes[i].topic, topic) == 0)
            return &p->lanes[i];
    return NULL;
}

/* NULL without memory: then kafka_publisher_end does not know that lane. */
static struct kafka_lane *add_lane(struct kafka_publisher *p, const char *topic, int partition)
{
    void *list = p->lanes;
    size_t n = strlen(topic) + 1;
    char *copy = mem_alloc(n);
    if (!copy || !mem_room(&list, &p->lane_room, p->lane_count, sizeof *p->lanes)) {
        mem_free(copy);
        return NULL;
    }
    p->lanes = list;
    p->lanes[p->lane_count] =
        (struct kafka_lane){ .topic = memcpy(copy, topic, n), .partition = partition };
    return &p->lanes[p->lane_count++];
}

static void note_end(struct kafka_publisher *p, const struct bus_record *at)
{
    struct kafka_lane *lane = find_lane(p, at->topic, at->partition);
    if (!lane)
        lane = add_lane(p, at->topic, at->partition);
    if (lane)
        lane->end = (struct bus_end){ .next = at->offset + 1, .stamp = (uint64_t)at->accepted_ms };
}

/* Called by the producer's thread, once for each record: at is NULL where it was not accepted. */
static void note_report(void *of, const struct bus_record *at, const struct err *why)
{
    struct parcel *parcel = of;
    struct kafka_publisher *p = parcel->p;
    pthread_mutex_lock(&p->lock);
    parcel->failed = parcel->failed || !at;
    if (!at && parcel->why.fate == ERR_NONE)
        parcel->why = *why;
    if (at)
        note_end(p, at);
    if (--parcel->left == 0)
        pthread_cond_broadcast(&p->change);
    pthread_mutex_unlock(&p->lock);
}

static void *serve_reports(void *of)
{
    struct kafka_producer *producer = of;
    while (!atomic_load(&producer->stop))
        kafka_serve(producer->c, SERVE_MS);
    return NULL;
}

static bool start_producer(struct kafka_publisher *p, struct err *e)
{
    const struct kafka_setting own[] = { { "client.id", p->name }, { NULL, NULL } };
    struct kafka_start s = p->own;
    s.role = KAFKA_PUBLISHER;
    s.own = own;
    s.report = note_report;
    struct kafka_producer *producer = mem_alloc(sizeof *producer);
    if (!producer)
        return err_memory(e);
    if (!kafka_start(&s, &producer->c, e)) {
        mem_free(producer);
        return false;
    }
    if (pthread_create(&producer->server, NULL, serve_reports, producer) != 0) {
        kafka_stop(&producer->c);
        mem_free(producer);
        return err_set(e, ERR_RETRY, "bus.down", 0,
                       "cannot start the thread that hears kafka's confirmations");
    }
    p->producer = producer;
    return true;
}

/* Every record that was sent must have its report. */
static void end_producer(struct kafka_publisher *p)
{
    struct kafka_producer *producer = p->producer;
    p->producer = NULL;
    atomic_store(&producer->stop, true);
    pthread_join(producer->server, NULL);
    kafka_stop(&producer->c);
    mem_free(producer);
}

/* Joins the producer's users. Starts one where there is none; waits for the end of one that was
 * given up, whose users leave when they have their reports. Lock held. */
static bool enter_producer(struct kafka_publisher *p, struct err *e)
{
    while (p->producer && p->producer->broken)
        pthread_cond_wait(&p->change, &p->lock);
    if (!p->producer && !start_producer(p, e))
        return false;
    p->producer->users++;
    return true;
}

static void leave_producer(struct kafka_publisher *p)
{
    p->producer->users--;
    if (p->producer->users > 0 || !p->producer->broken)
        return;
    end_producer(p);
    pthread_cond_broadcast(&p->change);
}

/* Waits for a change, or at most LOOK_MS; false: the parcel's time is over. Lock held. */
static bool wait_change(struct kafka_publisher *p, const struct parcel *parcel)
{
    int64_t end_ns = kafka_asker_end(p->own.asker, parcel->start_ns, parcel->end_ns, HURRIED_MS);
    int64_t look_ns = wait_end_ns(LOOK_MS);
    if (clock_mono_ns() >= end_ns)
        return false;
    (void)wait_until(&p->change, &p->lock, look_ns < end_ns ? look_ns : end_ns);
    return true;
}

/* Sends r as soon as the producer has room for it. Fails, with e left alone, on a producer that was
 * given up: a record that followed there would leave a gap. */
static bool send_one(struct kafka_publisher *p, struct parcel *parcel, const struct bus_record *r,
                     struct err *e)
{
    while (!p->producer->broken) {
        bool full;
        parcel->left++; /* first: the report may come before kafka_send returns */
        bool good = kafka_send(p->producer->c, r, parcel, &full, e);
        if (good && !full)
            return true;
        parcel->left--;
        if (!good)
            return false;
        if (!wait_change(p, parcel))
            return err_set(e, ERR_RETRY, "bus.full", 0,
                           "cannot publish: too many records wait for kafka already");
    }
    return false;
}

/* Sends all n and waits until they are confirmed. Gives the producer up when one fails. */
static bool send_all(struct kafka_publisher *p, struct parcel *parcel, const struct bus_record *r,
                     size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!send_one(p, parcel, &r[i], e)) {
            p->producer->broken = true;
            return false;
        }
    bool waits = true;
    while (waits && parcel->left > 0 && !p->producer->broken)
        waits = wait_change(p, parcel);
    return parcel->left == 0 && !parcel->failed;
}

/* Before anything is sent: every lane must exist. */
static bool check_parcel(struct kafka_publisher *p, const struct bus_record *r, size_t n,
                         struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!kafka_want(p->producer->c, r[i].topic, r[i].partition, e))
            return false;
    return true;
}

static void give_up_producer(struct kafka_publisher *p)
{
    p->producer->broken = true;
    kafka_purge(p->producer->c);
    pthread_cond_broadcast(&p->change);
}

/* As one of the producer's users. Lock held. */
static bool send_parcel(struct kafka_publisher *p, struct parcel *parcel,
                        const struct bus_record *r, size_t n, struct err *e)
{
    if (!check_parcel(p, r, n, e))
        return false;
    bool good = send_all(p, parcel, r, n, e);
    if (!good)
        give_up_producer(p);
    while (parcel->left > 0) /* the reports of purged records point to the parcel, too */
        pthread_cond_wait(&p->change, &p->lock);
    return good;
}

bool kafka_publisher_send(struct kafka_publisher *p, const struct bus_record *r, size_t n,
                          struct err *e)
{
    struct parcel parcel = { .p = p,
                             .start_ns = clock_mono_ns(),
                             .end_ns = wait_end_ns(PUBLISH_MS) };
    bool good = false;
    pthread_mutex_lock(&p->lock);
    if (enter_producer(p, e)) {
        good = send_parcel(p, &parcel, r, n, e);
        leave_producer(p);
    }
    pthread_mutex_unlock(&p->lock);
    if (good)
        return true;
    if (e->fate == ERR_NONE && parcel.why.fate != ERR_NONE)
        *e = parcel.why;
    return err_set(e, ERR_RETRY, "bus.down", 0,
                   "kafka has not confirmed in time what was published: it is sent again");
}

void kafka_publisher_end(struct kafka_publisher *p, const char *topic, int partition,
                         struct bus_end *out)
{
    pthread_mutex_lock(&p->lock);
    const struct kafka_lane *lane = find_lane(p, topic, partition);
    if (lane)
        *out = lane->end;
    pthread_mutex_unlock(&p->lock);
}

void kafka_publisher_init(struct kafka_publisher *p, const char *name,
                          const struct kafka_start *own)
{
    *p = (struct kafka_publisher){ .name = name, .own = *own };
    wait_init(&p->change);
    pthread_mutex_init(&p->lock, NULL);
}

void kafka_publisher_release(struct kafka_publisher *p)
{
    if (p->producer)
        end_producer(p);
    for (size_t i = 0; i < p->lane_count; i++)
        mem_free(p->lanes[i].topic);
    mem_free(p->lanes);
    pthread_cond_destroy(&p->change);
    pthread_mutex_destroy(&p->lock);
}
