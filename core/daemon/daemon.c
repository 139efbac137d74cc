/* daemon.c - concordat run SITE: every feed, the router and every delivery, a thread each.
 *
 * Order: the bus and its topics, transports bound, then threads, then `listening` is written. While
 * the bus is away the feeds of a process go first: they take what they are sent into their spools, by
 * the bundle on disk, and the rest follows when the bus has come. A process without feeds ends.
 * Stopping: first what comes in, then what is spooled goes to the bus, then router and deliveries,
 * then the bus; ending.h bounds it. A part that cannot go on stops the whole process with exit 3:
 * restart is the recovery path. */
#include "daemon/daemon.h"

#include "control/way_back_read.h"
#include "daemon/admin.h"
#include "daemon/certificates.h"
#include "daemon/ending.h"
#include "daemon/keeper.h"
#include "daemon/monitor.h"
#include "daemon/pager.h"
#include "daemon/standing.h"
#include "delivery/asides.h"
#include "delivery/delivery.h"
#include "host/guard.h"
#include "host/log.h"
#include "host/say.h"
#include "intake/asides.h"
#include "intake/intake.h"
#include "router/router.h"
#include "site/site_part.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TAKE_BACK_MS 45000 /* a send to a partner may take as long as its timeout */
#define LOOK_MS 1000    /* between two looks whether the bus has come */
#define ANSWER_MS 2000
#define FIRST_ANSWER_MS 5000

struct daemon;

struct running_feed {
    struct daemon *d;
    const struct site_feed *f;
    struct feed *feed;
    pthread_t thread;
    bool opened, started;
    struct admin *admin; /* its own, where it does not share the site's */
};
struct running_delivery {
    struct daemon *d;
    const struct site_delivery *f;
    struct delivery *delivery;
    pthread_t thread;
    bool opened, started;
    struct admin *admin; /* its own, where it does not share the site's */
};

struct daemon {
    struct site *site;
    struct bus *bus;
    struct keeper *keeper;
    struct router *router;
    pthread_t router_thread;
    bool router_started;
    struct running_feed *feeds;
    struct running_delivery *deliveries;
    struct admin *admin;
    struct tally *tally;    /* with the router */
    struct pager *pager;
    struct monitor *monitor;
    const char *admin_listen; /* NULL: nowhere */
    char **only;            /* NULL-terminated; NULL: everything */
    bool listening;         /* the file of that name is ours */
    bool joined;            /* the bus is there, and all that needs it has been opened */
    struct ending ending;
    atomic_bool failed;
};

static bool is_wanted(const struct daemon *d, const char *room, const char *name)
{
    return site_part_is_wanted(d->only, room, name);
}

/* A thread that cannot go on takes the process down by the ordinary way. */
static void give_up(struct daemon *d, const struct log_who *who, const struct err *e)
{
    log_err(LOG_ERROR, who, e);
    (void)standing_stopped(d->site, who->room, who->name, e);
    atomic_store(&d->failed, true);
    ending_ask();
}

static void *run_feed(void *ctx)
{
    struct running_feed *r = ctx;
    struct log_who who = { "feed", r->f->name };
    struct err e = { 0 };
    standing_over(r->d->site, who.room, who.name);
    if (!r->f->transport->run(r->f->state, feed_intake(r->feed), &e))
        give_up(r->d, &who, &e);
    return NULL;
}

static void *run_router(void *ctx)
{
    struct daemon *d = ctx;
    struct log_who who = { "router", NULL };
    struct err e = { 0 };
    if (!router_run(d->router, &e))
        give_up(d, &who, &e);
    return NULL;
}

static void *run_delivery(void *ctx)
{
    struct running_delivery *r = ctx;
    struct log_who who = { "delivery", r->f->name };
    struct err e = { 0 };
    standing_over(r->d->site, who.room, who.name);
    if (!delivery_run(r->delivery, &e))
        give_up(r->d, &who, &e);
    return NULL;
}

/* Asks each delivery of the feed's agency whose disclosure that was. */
static bool find_reference(void *ctx, const struct disclosure_id *id, struct case_reference *out,
                           bool *found, struct err *e)
{
    const struct running_feed *r = ctx;
    const struct site *s = r->d->site;
    *found = false;
    for (size_t i = 0; i < s->delivery_count && !*found; i++) {
        const struct site_delivery *f = &s->deliveries[i];
        if (!slice_equal(f->agency, r->f->agency))
            continue;
        if (!delivery_find_reference(f->database, id, out, found, e))
            return false;
        if (*found)
            snprintf(out->service, sizeof out->service, "%.*s", (int)f->service.n,
                     (const char *)f->service.p);
    }
    return true;
}

static bool open_feed(struct running_feed *r, struct err *e)
{
    const struct site_feed *f = r->f;
    const struct site *s = r->d->site;
    struct feed_options o = {
        .name = f->name, .agency = f->agency, .service = f->service, .system = f->system,
        .contact_team = f->contact_team, .contact_phone = f->contact_phone,
        .timeliness = f->timeliness, .traced = f->traced, .live = s->live, .mapping = f->mapping,
        .bundle = s->bundle, .bus = r->d->bus, .region_key = f->region_key,
        .agency_key = f->agency_key, .spool = f->spool, .spool_max_bytes = f->spool_max_bytes,
        .stale_after_ms = f->stale_after_ms,
        .quarantine_max_bytes = f->quarantine_max_bytes, .quarantine_age_ms = f->quarantine_age_ms, .keep_ms = f->keep_ms,
        .words_max_bytes = f->words_max_bytes,
        .references = { find_reference, r },
        .rules = &s->rules,
        .without_bus = !r->d->joined,
    };
    if (!feed_open(&o, &r->feed, e))
        return false;
    r->opened = f->transport->open(f->state, e);
    return r->opened;
}

static bool open_delivery(struct running_delivery *r, struct err *e)
{
    const struct site_delivery *f = r->f;
    struct delivery_options o = {
        .name = f->name, .agency = f->agency, .service = f->service, .mapping = f->mapping,
        .transport = f->transport, .state = f->state, .bundle = r->d->site->bundle,
        .bus = r->d->bus, .database = f->database, .retry_ms = f->retry_ms,
        .retry_max_ms = f->retry_max_ms,
        .retry_after_max_ms = f->retry_after_max_ms, .alarm_after_ms = f->alarm_after_ms,
        .tries_on_error = f->tries_on_error, .tries_on_reject = f->tries_on_reject, .rules = &r->d->site->rules,
    };
    r->opened = r->opened || f->transport->open(f->state, e);
    return r->opened && delivery_open(&o, &r->delivery, e);
}

static bool open_bus(struct daemon *d, struct err *e)
{
    const struct site *s = d->site;
    struct bus_options o = { .url = s->bus_url, .prefix = s->topic_prefix, .client = "concordat" };
    return guard_folder(s->state_folder, "run.state", e) && bus_open(&o, &d->bus, e);
}

static bool open_topics(struct daemon *d, struct arena *a, struct err *e)
{
    const struct bus_topic *topics;
    size_t n;
    return region_topics(d->site->bundle, a, &topics, &n, e) && bus_topics(d->bus, topics, n, e);
}

static bool open_bundles(struct daemon *d, struct err *e)
{
    if (!keeper_open(d->site, d->bus, &d->keeper, e))
        return false;
    return !keeper_wants_restart(d->keeper) ||
           err_set(e, ERR_FATAL, "run.restart", 0,
                   "cannot go on by the bundle in force so far: bundle %llu changes the region; "
                   "start again", (unsigned long long)d->site->waiting->number);
}

static bool open_router(struct daemon *d, struct err *e)
{
    struct router_options o = {
        .bus = d->bus, .bundle = d->site->bundle, .keys = &d->site->router_keys,
        .worker = "router-0", .live = d->site->live, .demo = d->site->places.demo,
        .rules = &d->site->rules, .stands = standing_lanes, .ctx = d->site,
    };
    if (d->router || !d->site->has_router || !is_wanted(d, "router", NULL))
        return true;
    return router_open(&o, &d->router, e) || standing_stopped(d->site, "router", NULL, e);
}

/* A named person's word on what a part has set aside: done by that part's own thread. */
static bool take_back(void *ctx, const char *room, struct slice name, const struct way_back *w,
                      bool *here, uint64_t *done, struct err *e)
{
    struct daemon *d = ctx;
    *here = false;
    bool is_feed = strcmp(room, WAY_BACK_QUARANTINE) == 0;
    for (size_t i = 0; is_feed && i < d->site->feed_count; i++)
        if (d->feeds[i].started && slice_equal_text(name, d->site->feeds[i].name))
            return (*here = true) && feed_take_back(d->feeds[i].feed, w, done, e);
    for (size_t i = 0; !is_feed && i < d->site->delivery_count; i++)
        if (d->deliveries[i].started && slice_equal_text(name, d->site->deliveries[i].name))
            return (*here = true) &&
                   delivery_take_back(d->deliveries[i].delivery, w, TAKE_BACK_MS, done, e);
    return true;
}

static bool open_own(struct daemon *d, struct arena *a, const char *room, const char *name,
                     struct admin **out, struct err *e)
{
    const char *socket = way_back_socket(a, d->site, room, slice_text(name));
    const struct admin_options o = { d->site, d->bus, socket, take_back, d };
    return socket ? admin_start(&o, out, e) : err_memory(e);
}

/* Parts of a site on Kafka would meet at the one socket: each has its own, for what it set aside. */
static bool open_admin(struct daemon *d, struct arena *a, struct err *e)
{
    const struct site *s = d->site;
    const struct admin_options o = { s, d->bus, s->admin_socket, take_back, d };
    if (!d->only || strncmp(s->bus_url, "embedded:", 9) == 0)
        return admin_start(&o, &d->admin, e);
    bool good = true;
    for (size_t i = 0; good && i < s->feed_count; i++)
        good = !d->feeds[i].feed ||
               open_own(d, a, WAY_BACK_QUARANTINE, s->feeds[i].name, &d->feeds[i].admin, e);
    for (size_t i = 0; good && i < s->delivery_count; i++)
        good = !d->deliveries[i].delivery ||
               open_own(d, a, WAY_BACK_DELIVERIES, s->deliveries[i].name, &d->deliveries[i].admin, e);
    return good;
}

static bool open_feeds(struct daemon *d, struct err *e)
{
    for (size_t i = 0; i < d->site->feed_count; i++)
        if (is_wanted(d, "feed", d->site->feeds[i].name) && !open_feed(&d->feeds[i], e))
            return standing_stopped(d->site, "feed", d->site->feeds[i].name, e);
    return true;
}

/* All that asks the bus. After a failure for want of the bus (ERR_RETRY) it may be called again, and goes
 * on where it was. */
static bool open_others(struct daemon *d, struct arena *a, struct err *e)
{
    const struct site *s = d->site;
    if (!open_topics(d, a, e) || !open_bundles(d, e) || !open_router(d, e))
        return false;
    for (size_t i = 0; i < s->delivery_count; i++)
        if (is_wanted(d, "delivery", s->deliveries[i].name) && !d->deliveries[i].delivery &&
            !open_delivery(&d->deliveries[i], e))
            return standing_stopped(s, "delivery", s->deliveries[i].name, e);
    d->joined = open_admin(d, a, e);
    return d->joined;
}

static bool has_feeds(const struct daemon *d)
{
    for (size_t i = 0; i < d->site->feed_count; i++)
        if (is_wanted(d, "feed", d->site->feeds[i].name))
            return true;
    return false;
}

/* Only the bus is missing, and feeds can do without it for a while. */
static bool may_go_without(const struct daemon *d, const struct err *e)
{
    return e->fate == ERR_RETRY && has_feeds(d);
}

static bool open_all(struct daemon *d, struct arena *a, struct err *e)
{
    const struct site *s = d->site;
    d->feeds = ARENA_ARRAY(a, s->feed_count + 1, struct running_feed);
    d->deliveries = ARENA_ARRAY(a, s->delivery_count + 1, struct running_delivery);
    if (!d->feeds || !d->deliveries)
        return err_memory(e);
    for (size_t i = 0; i < s->feed_count; i++)
        d->feeds[i] = (struct running_feed){ .d = d, .f = &s->feeds[i] };
    for (size_t i = 0; i < s->delivery_count; i++)
        d->deliveries[i] = (struct running_delivery){ .d = d, .f = &s->deliveries[i] };
    if (!open_bus(d, e))
        return false;
    bool is_away = has_feeds(d) && !bus_answers(d->bus, FIRST_ANSWER_MS);
    if (!is_away && !open_others(d, a, e)) {
        if (!may_go_without(d, e))
            return false;
        log_err(LOG_WARN, NULL, e);
        err_clear(e);
    }
    return open_feeds(d, e);
}

static uint64_t of_router(const void *part)
{
    return router_generation(part);
}

static uint64_t of_delivery(const void *part)
{
    return delivery_generation(part);
}

/* What runs here, for the keeper of the bundles. */
static bool watch_parts(struct daemon *d, struct err *e)
{
    const struct keeper_part router = { .room = "router",
                                        .generation = of_router,
                                        .part = d->router };
    if (d->router && !keeper_watch(d->keeper, &router, e))
        return false;
    for (size_t i = 0; i < d->site->feed_count; i++) {
        const struct site_feed *f = &d->site->feeds[i];
        const struct keeper_part p = { .room = "feed", .name = f->name, .agency = f->agency };
        if (d->feeds[i].feed && !keeper_watch(d->keeper, &p, e))
            return false;
    }
    for (size_t i = 0; i < d->site->delivery_count; i++) {
        const struct running_delivery *r = &d->deliveries[i];
        const struct keeper_part p = { .room = "delivery", .name = r->f->name,
                                       .agency = r->f->agency, .generation = of_delivery,
                                       .part = r->delivery };
        if (r->delivery && !keeper_watch(d->keeper, &p, e))
            return false;
    }
    return keeper_start(d->keeper, e);
}

static bool start_thread(pthread_t *t, bool *started, void *(*run)(void *), void *ctx,
                         struct err *e)
{
    int number = pthread_create(t, NULL, run, ctx);
    *started = number == 0;
    return *started || err_errno(e, ERR_FATAL, "run.thread", number, "start", "a thread");
}

/* What the monitor looks at: NULL where memory is out. */
static const struct monitor_options *monitored(struct daemon *d, struct arena *a, struct err *e)
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
        .listen = d->admin_listen, .router = d->router, .keeper = d->keeper, .feeds = feeds,
        .has_others = s->has_router && is_wanted(d, "router", NULL),
        .of = { .site = s, .tally = d->tally, .feeds = d->only ? of_feeds : NULL,
                .deliveries = d->only ? of_deliveries : NULL },
    };
    for (size_t i = 0; i < s->feed_count; i++) {
        feeds[i] = d->feeds[i].feed;
        of_feeds[i] = feeds[i] != NULL;
    }
    for (size_t i = 0; i < s->delivery_count; i++) {
        of_deliveries[i] = is_wanted(d, "delivery", s->deliveries[i].name);
        o->has_others |= of_deliveries[i];
    }
    return o;
}

/* After all that it looks at. */
static bool start_monitor(struct daemon *d, struct arena *a, struct err *e)
{
    const struct monitor_options *o = d->admin_listen ? monitored(d, a, e) : NULL;
    return !d->admin_listen || (o && monitor_start(o, &d->monitor, e));
}

static bool start_router(struct daemon *d, struct err *e)
{
    return !d->router || (start_thread(&d->router_thread, &d->router_started, run_router, d, e) &&
                          tally_open(d->site, d->bus, &d->tally, e) &&
                          pager_start(d->tally, &d->pager, e));
}

/* All that needs the bus. */
static bool start_others(struct daemon *d, struct err *e)
{
    if (!start_router(d, e))
        return false;
    for (size_t i = 0; i < d->site->delivery_count; i++) {
        struct running_delivery *r = &d->deliveries[i];
        if (r->delivery && !start_thread(&r->thread, &r->started, run_delivery, r, e))
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
        if (r->feed && !start_thread(&r->thread, &r->started, run_feed, r, e))
            return false;
    }
    return (!d->joined || watch_parts(d, e)) && start_monitor(d, a, e);
}

/* The bus has come: what waited for it starts, and the feeds send what they have kept. */
static bool join_bus(struct daemon *d, struct arena *a, struct err *e)
{
    const struct monitor_options *o;
    if (!open_others(d, a, e) || !start_others(d, e) || !watch_parts(d, e) ||
        !(o = monitored(d, a, e)))
        return false;
    monitor_join(d->monitor, o);
    for (size_t i = 0; i < d->site->feed_count; i++)
        if (d->feeds[i].feed)
            feed_join_bus(d->feeds[i].feed);
    log_line(LOG_INFO, NULL, "run.joined", "the bus answers: all that waited for it runs");
    return true;
}

/* Until the bus has come, or the end. */
static bool wait_for_bus(struct daemon *d, struct arena *a, struct err *e)
{
    certificates_warn_bus(d->site);
    log_line(LOG_WARN, NULL, "run.without_bus",
             "the bus does not answer: the feeds take what they are sent into their spools, and all "
             "else waits for it");
    while (!ending_wait_for(&d->ending, LOOK_MS)) {
        if (!bus_answers(d->bus, ANSWER_MS))
            continue;
        if (join_bus(d, a, e))
            return true;
        if (e->fate != ERR_RETRY || d->joined)
            return false;
        log_err(LOG_WARN, NULL, e);
        err_clear(e);
    }
    return true;
}

/* "feed:pas-adt 127.0.0.1:2575", a line a feed, and "admin ..." for metrics and health; appears at
 * once when all listen. */
static bool write_listening(struct daemon *d, struct arena *a, struct err *e)
{
    const char *path = d->site->listening, *part = arena_format(a, "%s.part", path);
    FILE *f = part ? fopen(part, "w") : NULL;
    if (!f)
        return err_errno(e, ERR_FATAL, "run.listening", errno, "write", path);
    for (size_t i = 0; i < d->site->feed_count; i++) {
        const struct site_feed *s = d->feeds[i].f;
        const char *where = d->feeds[i].opened && s->transport->where
                                ? s->transport->where(s->state) : NULL;
        if (where)
            say_to(f, "feed:%s %s\n", s->name, where);
        struct log_who who = { "feed", s->name };
        if (where)
            log_line(LOG_INFO, &who, "run.listening", "listening at %s", where);
    }
    if (d->monitor)
        say_to(f, "admin %s\n", monitor_where(d->monitor));
    if (fclose(f) != 0 || rename(part, path) != 0)
        return err_errno(e, ERR_FATAL, "run.listening", errno, "write", path);
    d->listening = true;
    return true;
}

static void stop_intake(struct daemon *d)
{
    for (size_t i = 0; i < d->site->feed_count; i++)
        if (d->feeds && d->feeds[i].started) {
            feed_stop(d->feeds[i].feed);
            d->feeds[i].f->transport->stop(d->feeds[i].f->state);
        }
    for (size_t i = 0; d->feeds && i < d->site->feed_count; i++) {
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
    for (size_t i = 0; d->deliveries && i < d->site->delivery_count; i++) {
        struct running_delivery *r = &d->deliveries[i];
        if (r->started) {
            delivery_stop(r->delivery);
            if (r->f->transport->stop)
                r->f->transport->stop(r->f->state);
        }
    }
    for (size_t i = 0; d->deliveries && i < d->site->delivery_count; i++) {
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

/* What fails once a stop was asked for is told in the log and done again at the next start. */
static int run_site(struct daemon *d, struct arena *a)
{
    struct err e = { 0 };
    bool good = ending_start(&d->ending, &e) && open_all(d, a, &e);
    if (good) {
        ending_begin(&d->ending);
        good = start_all(d, a, &e) && write_listening(d, a, &e);
    }
    if (good) {
        log_line(LOG_INFO, NULL, "run.ready", "running");
        good = d->joined || wait_for_bus(d, a, &e);
    }
    if (good) {
        const struct monitor_options *o = monitored(d, a, &e);
        certificates_watch(o ? &o->of : NULL, &d->ending);
        log_line(LOG_INFO, NULL, "run.stopping", "stopping");
    }
    int code = good && !atomic_load(&d->failed) ? DAEMON_STOPPED : DAEMON_FAILED;
    if (!good)
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
