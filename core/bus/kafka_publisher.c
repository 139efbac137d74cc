/* kafka_publisher.c - publishing to Kafka. */
#include "bus/kafka_publisher.h"

#include <stdatomic.h>
#include <string.h>

#include "base/clock.h"
#include "base/wait.h"

#define PUBLISH_MS 30000 /* until a publish gives up */
#define SERVE_MS 100
#define HURRIED_MS 2000
#define LOOK_MS 200 /* whether it is to hurry */

struct kafka_producer {
    struct kafka_client *c;
    pthread_t server;
    atomic_bool stop;
    int users;
    bool broken; /* no new users; ended by the last */
};

/* The records of one publish; lives on its stack until each has its report. */
struct parcel {
    struct kafka_publisher *p;
    int64_t start_ns, end_ns;
    size_t left;
    bool failed;
    struct err why; /* what a broker said of the first that it refused */
};

static struct kafka_lane *find_lane(const struct kafka_publisher *p, const char *topic,
                                    int partition)
{
    for (size_t i = 0; i < p->lane_count; i++)
        if (p->lanes[i].partition == partition && strcmp(p->lanes[i].topic, topic) == 0)
            return &p->lanes[i];
    return NULL;
}

/* NULL without memory: then that lane's end is not known. */
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
        lane->end = (struct bus_end){ .next = at->offset + 1, .word = (uint64_t)at->accepted_ms };
}

static void on_report(void *of, const struct bus_record *at, const struct err *why)
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

static void *serve(void *of)
{
    struct kafka_producer *now = of;
    while (!atomic_load(&now->stop))
        kafka_serve(now->c, SERVE_MS);
    return NULL;
}

static bool start(struct kafka_publisher *p, struct err *e)
{
    const struct kafka_setting own[] = { { "client.id", p->name }, { NULL, NULL } };
    struct kafka_start s = p->own;
    s.role = KAFKA_PUBLISHER;
    s.own = own;
    s.report = on_report;
    struct kafka_producer *now = mem_alloc(sizeof *now);
    if (!now)
        return err_memory(e);
    if (kafka_start(&s, &now->c, e)) {
        if (pthread_create(&now->server, NULL, serve, now) == 0) {
            p->now = now;
            return true;
        }
        kafka_stop(&now->c);
    }
    mem_free(now);
    return err_set(e, ERR_RETRY, "bus.down", 0, "cannot start a thread");
}

/* No report may be outstanding. */
static void end(struct kafka_publisher *p)
{
    struct kafka_producer *now = p->now;
    p->now = NULL;
    atomic_store(&now->stop, true);
    pthread_join(now->server, NULL);
    kafka_stop(&now->c);
    mem_free(now);
}

static bool enter(struct kafka_publisher *p, struct err *e)
{
    while (p->now && p->now->broken)
        pthread_cond_wait(&p->change, &p->lock); /* its users leave when their reports are in */
    if (!p->now && !start(p, e))
        return false;
    p->now->users++;
    return true;
}

static void leave(struct kafka_publisher *p)
{
    if (--p->now->users > 0 || !p->now->broken)
        return;
    end(p);
    pthread_cond_broadcast(&p->change);
}

/* Waits for a change or for nothing, with the lock held; false when the time of the parcel is
 * over. */
static bool wait_change(struct kafka_publisher *p, const struct parcel *parcel)
{
    int64_t end_ns = kafka_asker_end(p->own.asker, parcel->start_ns, parcel->end_ns, HURRIED_MS);
    int64_t look_ns = wait_end_ns(LOOK_MS);
    if (clock_mono_ns() >= end_ns)
        return false;
    (void)wait_until(&p->change, &p->lock, look_ns < end_ns ? look_ns : end_ns);
    return true;
}

/* Sends r once there is room for it. Nothing may follow on a producer that was given up, or there
 * would be a gap. */
static bool send_one(struct kafka_publisher *p, struct parcel *parcel, const struct bus_record *r,
                     struct err *e)
{
    while (!p->now->broken) {
        bool full;
        parcel->left++;
        if (!kafka_send(p->now->c, r, parcel, &full, e)) {
            parcel->left--;
            return false;
        }
        if (!full)
            return true;
        parcel->left--;
        if (!wait_change(p, parcel))
            return err_set(e, ERR_RETRY, "bus.full", 0, "cannot publish: too much waits already");
    }
    return false;
}

static bool send_all(struct kafka_publisher *p, struct parcel *parcel, const struct bus_record *r,
                     size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!send_one(p, parcel, &r[i], e)) {
            p->now->broken = true;
            return false;
        }
    while (parcel->left > 0 && !p->now->broken && wait_change(p, parcel))
        ;
    return parcel->left == 0 && !parcel->failed;
}

bool kafka_publisher_send(struct kafka_publisher *p, const struct bus_record *r, size_t n,
                          struct err *e)
{
    struct parcel parcel = { .p = p,
                             .start_ns = clock_mono_ns(),
                             .end_ns = wait_end_ns(PUBLISH_MS) };
    pthread_mutex_lock(&p->lock);
    bool good = enter(p, e);
    for (size_t i = 0; good && i < n; i++) /* before anything is sent */
        if (!kafka_want(p->now->c, r[i].topic, r[i].partition, e)) {
            leave(p);
            good = false;
        }
    if (good) {
        good = send_all(p, &parcel, r, n, e);
        if (!good) {
            p->now->broken = true;
            kafka_purge(p->now->c);
            pthread_cond_broadcast(&p->change);
        }
        while (parcel.left > 0) /* the reports of what was purged: they point here */
            pthread_cond_wait(&p->change, &p->lock);
        leave(p);
    }
    pthread_mutex_unlock(&p->lock);
    if (!good && e->fate == ERR_NONE && parcel.why.fate != ERR_NONE)
        *e = parcel.why;
    return good ||
           err_set(e, ERR_RETRY, "bus.down", 0, "cannot publish: kafka has not confirmed it");
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
    if (p->now)
        end(p);
    for (size_t i = 0; i < p->lane_count; i++)
        mem_free(p->lanes[i].topic);
    mem_free(p->lanes);
    pthread_cond_destroy(&p->change);
    pthread_mutex_destroy(&p->lock);
}
