/* monitor.c - answers /health/live, /health/ready and /metrics over HTTP. */
#include "daemon/monitor.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "daemon/metrics.h"
#include "host/http_server.h"
#include "host/log.h"

#define ARENA_BYTES ((size_t)64 << 20)
#define LAG_MAX_MS 30000

struct monitor {
    struct monitor_options o;
    struct http_server *server;
    pthread_mutex_t lock; /* of o, and one question at a time */
    struct arena arena;   /* of one question */
    int64_t started_ms;
    const char **hosts; /* of the site, NULL-terminated; NULL: none */
    struct tls_context *tls;
    struct address at;
};

static const struct log_who who = { "admin", NULL };

/* ---- is it ready? ---- */

static const struct edition *edition_in_force(const struct site *s, int64_t now_ms)
{
    const struct edition *g = editions_at(editions_newest(&s->rules), now_ms);
    return g && g->from_ms <= now_ms ? g : NULL;
}

static int64_t audit_age_ms(struct tally *t)
{
    struct tally_counts n;
    tally_last(t, &n);
    return clock_wall_ms() - n.read_ms;
}

/* Writes a sentence for each reason why it is not ready. */
static bool is_ready(const struct monitor *m, struct buf *out)
{
    const struct site *s = m->o.of.site;
    size_t before = out->n;
    for (size_t i = 0; i < s->feed_count; i++)
        if (m->o.feeds[i] && !feed_accepts(m->o.feeds[i]))
            buf_format(out, "feed %s cannot keep what it is sent\n", s->feeds[i].name);
    int64_t lag_ms = m->o.router ? router_lag_ms(m->o.router) : 0;
    if (lag_ms > LAG_MAX_MS)
        buf_format(out,
                   "the router is behind: it last had nothing left to decide %" PRId64
                   " seconds ago\n",
                   lag_ms / 1000);
    size_t standing = m->o.router ? router_standing(m->o.router) : 0;
    if (standing)
        buf_format(out,
                   "%zu partitions of topics wait for a named person: see concordat status SITE\n",
                   standing);
    int64_t silent_ms = m->o.of.tally ? audit_age_ms(m->o.of.tally) : 0;
    if (silent_ms > LAG_MAX_MS)
        buf_format(out,
                   "the bus does not answer: the audit was last read %" PRId64 " seconds ago\n",
                   silent_ms / 1000);
    if (!m->o.keeper && m->o.has_others)
        buf_text(out, "the bus does not answer: the feeds take, and all else waits for it\n");
    if (!edition_in_force(s, clock_wall_ms()))
        buf_text(out, "no bundle is in force yet\n");
    if (m->o.keeper && keeper_wants_restart(m->o.keeper))
        buf_text(out, "the bundle in force needs a restart of this process\n");
    return out->n == before;
}

/* Says that a feed cannot fetch. What is not fetched waits at the partner, so the process is no
 * less ready. */
static void say_cannot_fetch(const char *name, const struct spool_fetch *f, struct buf *out)
{
    char at[TIME_TEXT_MAX], next[TIME_TEXT_MAX];
    if (f->tries == 0)
        return;
    struct slice since = time_ms_to_iso(f->since_ms, at);
    struct slice again = time_ms_to_iso(f->again_ms, next);
    buf_format(out,
               "feed %s cannot fetch since %.*s: %s, tried %" PRIu64 " times, next try at %.*s\n",
               name, SHOWN(since), f->code, f->tries, SHOWN(again));
}

static void tell_feed(const struct site_feed *d, const struct feed_counts *n, int64_t now_ms,
                      struct buf *out)
{
    if (feed_is_full_or_old(n, now_ms))
        buf_format(out, "alarm: feed %s has %" PRIu64 " in its quarantine, %s\n", d->name, n->aside,
                   n->aside_full ? "and no room for another" : "and the oldest is too old");
    if (n->aside_lost)
        buf_format(out,
                   "alarm: feed %s lacks %" PRIu64
                   " messages that the bus knows as quarantined: only their sender has them\n",
                   d->name, n->aside_lost);
    if (n->words_full)
        buf_format(out,
                   "alarm: feed %s keeps %" PRIu64
                   " words about sharing, and has no room for another\n",
                   d->name, n->words);
    say_cannot_fetch(d->name, &n->fetch, out);
}

/* Writes alarms about partners and quarantines. They do not make the process less ready: what waits
 * for a partner waits on disk, and a process out of service could take nothing in. */
static void tell_alarms(const struct monitor *m, struct buf *out)
{
    const struct figures_of *of = &m->o.of;
    struct err ignored = { .fate = ERR_NONE };
    int64_t now_ms = clock_wall_ms();
    for (size_t i = 0; i < of->site->feed_count; i++) {
        const struct site_feed *d = &of->site->feeds[i];
        struct feed_counts n;
        bool is_here = !of->feeds || of->feeds[i];
        if (!is_here || access(d->spool, R_OK) != 0)
            continue;
        if (feed_counts_read(d->spool, &n, &ignored))
            tell_feed(d, &n, now_ms, out);
    }
    for (size_t i = 0; i < of->site->delivery_count; i++) {
        const struct site_delivery *d = &of->site->deliveries[i];
        struct delivery_counts n;
        bool is_here = !of->deliveries || of->deliveries[i];
        if (!is_here || access(d->database, R_OK) != 0)
            continue;
        if (!delivery_counts_read(d->database, &n, &ignored))
            continue;
        if (delivery_is_alarming(&n, d->alarm_after_ms, now_ms))
            buf_format(out, "alarm: delivery %s does not get rid of %" PRIu64 " (%s)\n", d->name,
                       n.parked + n.troubled, n.code);
    }
}

/* Writes which feeds have lost the bus. They are ready all the same, for they keep what they take.
 */
static void say_away(const struct monitor *m, struct buf *out)
{
    const struct site *s = m->o.of.site;
    for (size_t i = 0; i < s->feed_count; i++) {
        char time[TIME_TEXT_MAX];
        int64_t since_ms = m->o.feeds[i] ? feed_bus_away_ms(m->o.feeds[i]) : 0;
        if (since_ms == 0)
            continue;
        struct slice since = time_ms_to_iso(since_ms, time);
        const char *why = feed_bus_trouble(m->o.feeds[i]);
        buf_format(out, "feed %s keeps what it takes: bus away since %.*s", s->feeds[i].name,
                   SHOWN(since));
        if (why)
            buf_format(out, " (%s)", why);
        buf_text(out, "\n");
    }
}

static void answer_ready(struct monitor *m, struct http_answer *out)
{
    bool yes = is_ready(m, out->body);
    out->status = yes ? 200 : 503;
    if (yes)
        buf_text(out->body, "ready\n");
    tell_alarms(m, out->body);
    say_away(m, out->body);
}

/* ---- metrics ---- */

static void look_at_disk(const char *folder, struct metrics_process *p)
{
    struct statvfs disk;
    if (statvfs(folder, &disk) != 0)
        return;
    p->disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    p->disk_size_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
}

/* Since when the bus is away, for each feed by the site's index. NULL: no memory. */
static const int64_t *bus_away_since(struct monitor *m)
{
    size_t n = m->o.of.site->feed_count;
    int64_t *list = ARENA_ARRAY(&m->arena, n + 1, int64_t);
    for (size_t i = 0; list && i < n; i++)
        list[i] = m->o.feeds[i] ? feed_bus_away_ms(m->o.feeds[i]) : 0;
    return list;
}

/* Figures that cannot be gathered are answered by 503, so that whoever asks sees that and pages
 * somebody. */
static void answer_metrics(struct monitor *m, struct http_answer *out)
{
    struct figures f;
    struct err e = { .fate = ERR_NONE };
    struct buf ignored;
    struct metrics_process p = { .started_ms = m->started_ms };
    arena_reset(&m->arena);
    if (!figures_gather(&m->o.of, &m->arena, &f, &e)) {
        log_err(LOG_WARN, &who, &e);
        out->status = 503;
        buf_format(out->body, "cannot gather the figures: %s\n", e.code);
        return;
    }
    buf_init(&ignored, 1 << 16);
    p.is_ready = is_ready(m, &ignored);
    buf_release(&ignored);
    p.wants_restart = m->o.keeper && keeper_wants_restart(m->o.keeper);
    p.router_lag_ms = m->o.router ? router_lag_ms(m->o.router) : 0;
    p.standing_lanes = m->o.router ? router_standing(m->o.router) : 0;
    look_at_disk(m->o.of.site->state_folder, &p);
    p.bus_away_since_ms = bus_away_since(m);
    out->type = METRICS_TYPE;
    out->status = 200;
    metrics_write(&m->o.of, &f, &p, out->body);
}

static void answer_one(struct monitor *m, struct http_request *r, struct http_answer *out)
{
    struct slice path = http_path(r);
    out->type = "text/plain; charset=utf-8";
    if (!slice_equal_text(http_method(r), "GET")) {
        out->status = 405;
    } else if (slice_equal_text(path, "/metrics")) {
        answer_metrics(m, out);
    } else if (slice_equal_text(path, "/health/ready")) {
        answer_ready(m, out);
    } else if (slice_equal_text(path, "/health/live")) {
        out->status = 200;
        buf_text(out->body, "alive\n");
    } else {
        out->status = 404;
    }
}

/* Whether a request names this listener. Any other name may be one that a page in somebody's
 * browser was made to resolve to this machine. */
static bool is_own_name(const struct monitor *m, const struct http_head *h)
{
    struct slice host = http_head_host(h);
    if (host.n == 0 || address_is_local(h->authority))
        return true;
    if (slice_equal_nocase(host, slice_text(m->at.host)))
        return true;
    for (const char **one = m->hosts; one && *one; one++)
        if (slice_equal_nocase(host, slice_text(*one)))
            return true;
    return false;
}

static bool judge_host(void *ctx, const struct http_head *h, struct http_answer *out)
{
    if (is_own_name(ctx, h))
        return false;
    out->status = 421;
    out->type = "text/plain; charset=utf-8";
    buf_text(out->body, "this is not the name of this listener: see 'hosts' of 'admin'\n");
    return true;
}

static void handle_request(void *ctx, struct http_request *r, struct http_answer *out)
{
    struct monitor *m = ctx;
    pthread_mutex_lock(&m->lock);
    answer_one(m, r, out);
    pthread_mutex_unlock(&m->lock);
}

/* ---- its life ---- */

void monitor_join(struct monitor *m, const struct monitor_options *o)
{
    if (!m)
        return;
    pthread_mutex_lock(&m->lock);
    m->o = *o;
    pthread_mutex_unlock(&m->lock);
}

bool monitor_start(const struct monitor_options *o, struct monitor **out, struct err *e)
{
    struct monitor *m = mem_alloc(sizeof *m);
    if (!m)
        return err_memory(e);
    m->o = *o;
    m->hosts = o->of.site->admin.hosts;
    (void)address_split(slice_text(o->listen), &m->at);
    m->started_ms = clock_wall_ms();
    pthread_mutex_init(&m->lock, NULL);
    arena_init(&m->arena, ARENA_BYTES);
    struct secure_stand stand;
    site_admin_stand(&o->of.site->admin, &stand);
    if (!secure_open(&stand, &m->tls, e)) {
        monitor_stop(&m);
        return false;
    }
    const struct http_server_options server = {
        .listen = o->listen,
        .tls = m->tls,
        .body_max = 0,
        .idle_ms = 10000,
        .connections_max = 32,
        .judge = judge_host,
        .handle = handle_request,
        .ctx = m,
    };
    if (!http_server_start(&server, &m->server, e)) {
        monitor_stop(&m);
        return false;
    }
    *out = m;
    return true;
}

const char *monitor_where(const struct monitor *m)
{
    return http_server_where(m->server);
}

void monitor_stop(struct monitor **out)
{
    struct monitor *m = *out;
    *out = NULL;
    if (!m)
        return;
    http_server_stop(&m->server);
    tls_close(&m->tls);
    pthread_mutex_destroy(&m->lock);
    arena_release(&m->arena);
    mem_free(m);
}
