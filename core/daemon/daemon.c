/* daemon.c - concordat run SITE: every feed, the router and every delivery, a thread each.
 *
 * Order: the bus and its topics, transports bound, then threads, then `listening` is written. While
 * the bus is away the feeds of a process go first: they take what they are sent into their spools,
 * by the bundle on disk, and the rest follows when the bus has come. A process without feeds ends.
 * Stopping: first what comes in, then what is spooled goes to the bus, then router and deliveries,
 * then the bus; ending.h bounds it. A part that cannot go on stops the whole process with exit 3:
 * restart is the recovery path. */
#include "daemon/daemon_inside.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/certificates.h"
#include "daemon/standing.h"
#include "daemon/unnamed.h"
#include "host/log.h"
#include "host/say.h"

#define LOOK_MS 1000 /* between two looks whether the bus has come */
#define ANSWER_MS 2000

/* Ends the process by the ordinary way, from any thread. */
static void take_down(struct daemon *d)
{
    atomic_store(&d->failed, true);
    ending_ask();
}

/* A thread that cannot go on takes the process down. */
static void stop_for_error(struct daemon *d, const struct log_who *who, const struct err *e)
{
    log_err(LOG_ERROR, who, e);
    (void)standing_stopped(d->site, who->room, who->name, e);
    take_down(d);
}

static void *run_feed(void *ctx)
{
    struct running_feed *r = ctx;
    struct log_who who = { "feed", r->f->name };
    struct err e = { 0 };
    if (!r->held)
        standing_over(r->d->site, who.room, who.name);
    if (!r->f->transport->run(r->f->state, feed_intake(r->feed), &e))
        stop_for_error(r->d, &who, &e);
    return NULL;
}

static void *run_router(void *ctx)
{
    struct daemon *d = ctx;
    struct log_who who = { "router", NULL };
    struct err e = { 0 };
    standing_over(d->site, who.room, who.name);
    if (!router_run(d->router, &e))
        stop_for_error(d, &who, &e);
    return NULL;
}

static void *run_delivery(void *ctx)
{
    struct running_delivery *r = ctx;
    struct log_who who = { "delivery", r->f->name };
    struct err e = { 0 };
    standing_over(r->d->site, who.room, who.name);
    if (!delivery_run(r->delivery, &e))
        stop_for_error(r->d, &who, &e);
    return NULL;
}

static uint64_t generation_of_router(const void *part)
{
    return router_generation(part);
}

static uint64_t generation_of_delivery(const void *part)
{
    return delivery_generation(part);
}

static void on_orders_lost(void *ctx, const struct err *why)
{
    (void)why;
    take_down(ctx);
}

/* Holds a feed: it takes what it is sent, and publishes nothing. why NULL: it publishes again. */
static void on_feed_held(void *ctx, const struct err *why)
{
    struct running_feed *r = ctx;
    struct log_who who = { "feed", r->f->name };
    if (why) {
        feed_leave_bus(r->feed);
        log_err(LOG_ERROR, &who, why);
        (void)standing_stopped(r->d->site, who.room, who.name, why);
        return;
    }
    feed_join_bus(r->feed);
    standing_over(r->d->site, who.room, who.name);
    log_line(LOG_INFO, &who, "run.joined", "it publishes again");
}

/* Tells the keeper of the bundles what runs here, and starts it. */
static bool watch_parts(struct daemon *d, struct err *e)
{
    const struct keeper_part router = { .room = "router",
                                        .generation = generation_of_router,
                                        .part = d->router };
    if (d->router && !keeper_watch(d->keeper, &router, e))
        return false;
    for (size_t i = 0; i < d->site->feed_count; i++) {
        const struct site_feed *f = &d->site->feeds[i];
        const struct keeper_part p = { .room = "feed",
                                       .name = f->name,
                                       .agency = f->agency,
                                       .holds = on_feed_held,
                                       .holds_ctx = &d->feeds[i] };
        if (!d->feeds[i].feed)
            continue;
        if (!keeper_watch(d->keeper, &p, e))
            return false;
    }
    for (size_t i = 0; i < d->site->delivery_count; i++) {
        const struct running_delivery *r = &d->deliveries[i];
        const struct keeper_part p = { .room = "delivery",
                                       .name = r->f->name,
                                       .agency = r->f->agency,
                                       .generation = generation_of_delivery,
                                       .part = r->delivery };
        if (!r->delivery)
            continue;
        if (!keeper_watch(d->keeper, &p, e))
            return false;
    }
    return keeper_start(d->keeper, on_orders_lost, d, e);
}

static bool start_thread(pthread_t *t, bool *started, void *(*run)(void *), void *ctx,
                         struct err *e)
{
    int number = pthread_create(t, NULL, run, ctx);
    *started = number == 0;
    if (!*started)
        return err_errno(e, ERR_FATAL, "run.thread", number, "cannot start", "a thread");
    return true;
}

/* What the monitor looks at. Lives in a. NULL: memory is out. */
static const struct monitor_options *make_monitor_options(struct daemon *d, struct arena *a,
                                                          struct err *e)
{
    const struct site *s = d->site;
    struct monitor_options *o = ARENA_NEW(a, struct monitor_options);
    const struct feed **feeds = ARENA_ARRAY(a, s->feed_count + 1, const struct feed *);
    bool *of_feeds = ARENA_ARRAY(a, s->feed_count + 1, bool);
    bool *of_deliveries = ARENA_ARRAY(a, s->delivery_count + 1, bool);
    if (!o || !feeds || !of_feeds || !of_deliveries) {
        (void)err_memory(e);
        return NULL;
    }
    *o = (struct monitor_options){
        .listen = d->admin_listen,
        .router = d->router,
        .keeper = d->keeper,
        .feeds = feeds,
        .has_others = s->has_router && daemon_wants(d, "router", NULL),
        .of = { .site = s,
                .tally = d->tally,
                .feeds = d->only ? of_feeds : NULL,
                .deliveries = d->only ? of_deliveries : NULL },
    };
    for (size_t i = 0; i < s->feed_count; i++) {
        feeds[i] = d->feeds[i].feed;
        of_feeds[i] = feeds[i] != NULL;
    }
    for (size_t i = 0; i < s->delivery_count; i++) {
        of_deliveries[i] = daemon_wants(d, "delivery", s->deliveries[i].name);
        if (of_deliveries[i])
            o->has_others = true;
    }
    return o;
}

/* Starts the monitor, after all that it looks at. */
static bool start_monitor(struct daemon *d, struct arena *a, struct err *e)
{
    if (!d->admin_listen)
        return true;
    const struct monitor_options *o = make_monitor_options(d, a, e);
    if (!o)
        return false;
    return monitor_start(o, &d->monitor, e);
}

static bool start_router(struct daemon *d, struct err *e)
{
    if (!d->router)
        return true;
    if (!start_thread(&d->router_thread, &d->router_started, run_router, d, e))
        return false;
    if (!tally_open(d->site, d->bus, &d->tally, e))
        return false;
    return pager_start(d->tally, &d->pager, e);
}

/* Starts all that needs the bus. */
static bool start_others(struct daemon *d, struct err *e)
{
    if (!start_router(d, e))
        return false;
    for (size_t i = 0; i < d->site->delivery_count; i++) {
        struct running_delivery *r = &d->deliveries[i];
        if (!r->delivery)
            continue;
        if (!start_thread(&r->thread, &r->started, run_delivery, r, e))
            return false;
    }
    return true;
}

static bool start_all(struct daemon *d, struct arena *a, struct err *e)
{
    if (d->joined && !start_others(d, e))
        return false;
    for (size_t i = 0; i < d->site->feed_count; i++) {
        struct running_feed *r = &d->feeds[i];
        if (!r->feed)
            continue;
        if (!start_thread(&r->thread, &r->started, run_feed, r, e))
            return false;
    }
    if (d->joined && !watch_parts(d, e))
        return false;
    return start_monitor(d, a, e);
}

/* Lets the feeds publish that may. The keeper, which is started later, says from then on which
 * may. */
static void join_feeds(struct daemon *d)
{
    for (size_t i = 0; i < d->site->feed_count; i++) {
        struct err why = { .fate = ERR_NONE };
        const struct running_feed *r = &d->feeds[i];
        if (r->feed && !keeper_holds(d->keeper, r->f->agency, &why))
            feed_join_bus(r->feed);
    }
}

/* The bus has come: what waited for it starts, and the feeds send what they have kept. */
static bool start_on_bus(struct daemon *d, struct arena *a, struct err *e)
{
    if (!daemon_open_others(d, a, e))
        return false;
    if (!start_others(d, e))
        return false;
    join_feeds(d);
    if (!watch_parts(d, e))
        return false;
    const struct monitor_options *o = make_monitor_options(d, a, e);
    if (!o)
        return false;
    monitor_join(d->monitor, o);
    log_line(LOG_INFO, NULL, "run.joined", "the bus answers: all that waited for it runs");
    return true;
}

/* Waits until the bus has come, or the process ends. */
static bool wait_for_bus(struct daemon *d, struct arena *a, struct err *e)
{
    certificates_warn_bus(d->site);
    log_line(
        LOG_WARN, NULL, "run.without_bus",
        "the bus does not answer: the feeds take what they are sent into their spools, and all "
        "else waits for it");
    while (!ending_wait_for(&d->ending, LOOK_MS)) {
        if (!bus_answers(d->bus, ANSWER_MS))
            continue;
        if (start_on_bus(d, a, e))
            return true;
        if (e->fate != ERR_RETRY || d->joined)
            return false;
        log_err(LOG_WARN, NULL, e);
        err_clear(e);
    }
    return true;
}

/* Writes where each listens: "feed:pas-adt 127.0.0.1:2575", a line a feed, and "admin ..." for
 * metrics and health. The file appears whole, when all listen. */
static bool write_listening(struct daemon *d, struct arena *a, struct err *e)
{
    const char *path = d->site->listening;
    const char *temp = arena_format(a, "%s.part", path);
    if (!temp)
        return err_memory(e);
    FILE *f = fopen(temp, "w");
    if (!f)
        return err_errno(e, ERR_FATAL, "run.listening", errno, "write", path);
    for (size_t i = 0; i < d->site->feed_count; i++) {
        const struct site_feed *s = d->feeds[i].f;
        const char *where = NULL;
        if (d->feeds[i].opened && s->transport->where)
            where = s->transport->where(s->state);
        if (!where)
            continue;
        struct log_who who = { "feed", s->name };
        say_to(f, "feed:%s %s\n", s->name, where);
        log_line(LOG_INFO, &who, "run.listening", "listening at %s", where);
    }
    if (d->monitor)
        say_to(f, "admin %s\n", monitor_where(d->monitor));
    bool is_written = fclose(f) == 0;
    is_written = is_written && rename(temp, path) == 0;
    if (!is_written)
        return err_errno(e, ERR_FATAL, "run.listening", errno, "write", path);
    d->listening = true;
    return true;
}

static void stop_intake(struct daemon *d)
{
    if (!d->feeds)
        return;
    for (size_t i = 0; i < d->site->feed_count; i++) {
        struct running_feed *r = &d->feeds[i];
        if (!r->started)
            continue;
        feed_stop(r->feed);
        r->f->transport->stop(r->f->state);
    }
    for (size_t i = 0; i < d->site->feed_count; i++) {
        struct running_feed *r = &d->feeds[i];
        if (r->started)
            pthread_join(r->thread, NULL);
        if (r->opened)
            r->f->transport->close(r->f->state);
        if (r->feed)
            feed_close(&r->feed);
    }
}

static void stop_deliveries(struct daemon *d)
{
    if (!d->deliveries)
        return;
    for (size_t i = 0; i < d->site->delivery_count; i++) {
        struct running_delivery *r = &d->deliveries[i];
        if (!r->started)
            continue;
        delivery_stop(r->delivery);
        if (r->f->transport->stop)
            r->f->transport->stop(r->f->state);
    }
    for (size_t i = 0; i < d->site->delivery_count; i++) {
        struct running_delivery *r = &d->deliveries[i];
        if (r->started)
            pthread_join(r->thread, NULL);
        if (r->delivery)
            delivery_close(&r->delivery);
        if (r->opened)
            r->f->transport->close(r->f->state);
    }
}

static void stop_admin(struct daemon *d)
{
    admin_stop(&d->admin);
    for (size_t i = 0; d->feeds && i < d->site->feed_count; i++)
        admin_stop(&d->feeds[i].admin);
    for (size_t i = 0; d->deliveries && i < d->site->delivery_count; i++)
        admin_stop(&d->deliveries[i].admin);
}

static void stop_all(struct daemon *d)
{
    if (d->listening)
        unlink(d->site->listening);
    monitor_stop(&d->monitor);
    stop_admin(d);
    if (d->keeper)
        keeper_stop(d->keeper);
    stop_intake(d);
    pager_stop(&d->pager);
    tally_close(&d->tally);
    if (d->router_started) {
        router_stop(d->router);
        pthread_join(d->router_thread, NULL);
    }
    if (d->router)
        router_close(&d->router);
    stop_deliveries(d);
    keeper_close(&d->keeper);
    ending_leave_bus(&d->ending);
    if (d->bus)
        bus_close(&d->bus);
}

/* A failure after a stop was asked for is told in the log, and mended at the next start. */
static int run_site(struct daemon *d, struct arena *a)
{
    struct err e = { 0 };
    bool runs = ending_start(&d->ending, &e);
    runs = runs && daemon_open(d, a, &e);
    if (runs) {
        ending_begin(&d->ending, d->bus);
        runs = start_all(d, a, &e);
        runs = runs && write_listening(d, a, &e);
    }
    if (runs) {
        log_line(LOG_INFO, NULL, "run.ready", "running");
        unnamed_log(d->site);
        runs = d->joined || wait_for_bus(d, a, &e);
    }
    if (runs) {
        const struct monitor_options *o = make_monitor_options(d, a, &e);
        certificates_watch(o ? &o->of : NULL, &d->ending);
        log_line(LOG_INFO, NULL, "run.stopping", "stopping");
    }
    bool is_failed = !runs || atomic_load(&d->failed);
    int code = is_failed ? DAEMON_FAILED : DAEMON_STOPPED;
    if (!runs)
        say_err(&e);
    ending_guard(&d->ending, d->bus, code);
    stop_all(d);
    ending_over(&d->ending);
    return code;
}

int daemon_run(struct site *s, char **only, const char *admin_listen, struct arena *a)
{
    struct daemon d = { .site = s, .only = only[0] ? only : NULL };
    d.admin_listen = admin_listen ? admin_listen : s->admin.listen;
    return run_site(&d, a);
}
