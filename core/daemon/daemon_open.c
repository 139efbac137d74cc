/* daemon_open.c - opens the parts of a site: the bus and its topics, the keeper, the router, the
 * doors, the feeds. */
#include "daemon/daemon_inside.h"

#include <stdio.h>
#include <string.h>

#include "control/way_back_read.h"
#include "daemon/standing.h"
#include "delivery/asides.h"
#include "host/guard.h"
#include "host/log.h"
#include "intake/asides.h"

#define TAKE_BACK_MS 45000 /* a send to a partner may take as long as its timeout */
#define FIRST_ANSWER_MS 5000

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

static void tell_feed_waits(void *ctx, const struct err *why)
{
    const struct running_feed *r = ctx;
    standing_waits(r->d->site, "feed", r->f->name, why);
}

static void tell_router_waits(void *site, const struct err *why)
{
    standing_waits(site, "router", NULL, why);
}

static bool open_feed(struct running_feed *r, struct err *e)
{
    const struct site_feed *f = r->f;
    const struct site *s = r->d->site;
    struct err why = { .fate = ERR_NONE };
    r->held = r->d->keeper && keeper_holds(r->d->keeper, f->agency, &why);
    struct feed_options o = {
        .name = f->name,
        .agency = f->agency,
        .service = f->service,
        .system = f->system,
        .contact_team = f->contact_team,
        .contact_phone = f->contact_phone,
        .timeliness = f->timeliness,
        .traced = f->traced,
        .live = s->live,
        .mapping = f->mapping,
        .bundle = s->bundle,
        .bus = r->d->bus,
        .region_key = f->region_key,
        .agency_key = f->agency_key,
        .spool = f->spool,
        .spool_max_bytes = f->spool_max_bytes,
        .fetches = f->transport->fetches,
        .stale_after_ms = f->stale_after_ms,
        .quarantine_max_bytes = f->quarantine_max_bytes,
        .quarantine_age_ms = f->quarantine_age_ms,
        .keep_ms = f->keep_ms,
        .words_max_bytes = f->words_max_bytes,
        .references = { find_reference, r },
        .rules = &s->rules,
        .without_bus = !r->d->joined || r->held,
        .waits = tell_feed_waits,
        .waits_ctx = r,
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
        .name = f->name,
        .agency = f->agency,
        .service = f->service,
        .mapping = f->mapping,
        .transport = f->transport,
        .state = f->state,
        .bundle = r->d->site->bundle,
        .bus = r->d->bus,
        .database = f->database,
        .retry_ms = f->retry_ms,
        .retry_max_ms = f->retry_max_ms,
        .retry_after_max_ms = f->retry_after_max_ms,
        .alarm_after_ms = f->alarm_after_ms,
        .tries_on_error = f->tries_on_error,
        .tries_on_reject = f->tries_on_reject,
        .rules = &r->d->site->rules,
    };
    if (!r->opened)
        r->opened = f->transport->open(f->state, e);
    if (!r->opened)
        return false;
    return delivery_open(&o, &r->delivery, e);
}

static bool open_bus(struct daemon *d, struct err *e)
{
    const struct site *s = d->site;
    struct bus_options o = { .url = s->bus_url, .prefix = s->topic_prefix, .client = "concordat" };
    if (!guard_folder(s->state_folder, "run.state", e))
        return false;
    return bus_open(&o, &d->bus, e);
}

static bool open_topics(struct daemon *d, struct arena *a, struct err *e)
{
    const struct bus_topic *topics;
    size_t n;
    if (!region_topics(d->site->bundle, a, &topics, &n, e))
        return false;
    return bus_topics(d->bus, topics, n, e);
}

static bool open_bundles(struct daemon *d, struct err *e)
{
    if (!keeper_open(d->site, d->bus, &d->keeper, e))
        return false;
    if (!keeper_wants_restart(d->keeper))
        return true;
    return err_set(e, ERR_FATAL, "run.restart", 0,
                   "cannot go on by the bundle in force so far: bundle %llu changes the region; "
                   "start again",
                   (unsigned long long)d->site->waiting->number);
}

static bool open_router(struct daemon *d, struct err *e)
{
    struct router_options o = {
        .bus = d->bus,
        .bundle = d->site->bundle,
        .keys = &d->site->router_keys,
        .worker = "router-0",
        .live = d->site->live,
        .demo = d->site->places.demo,
        .rules = &d->site->rules,
        .stands = standing_lanes,
        .waits = tell_router_waits,
        .ctx = d->site,
    };
    if (d->router || !d->site->has_router || !daemon_wants(d, "router", NULL))
        return true;
    if (router_open(&o, &d->router, e))
        return true;
    return standing_stopped(d->site, "router", NULL, e);
}

/* Does a named person's act on what a part has set aside, in that part's own thread. *here: the
 * part runs in this process. */
static bool take_back_asides(void *ctx, const char *room, struct slice name,
                             const struct way_back *w, bool *here, uint64_t *done, struct err *e)
{
    struct daemon *d = ctx;
    const struct site *s = d->site;
    bool is_feed = strcmp(room, WAY_BACK_QUARANTINE) == 0;
    *here = false;
    for (size_t i = 0; is_feed && i < s->feed_count; i++) {
        if (!d->feeds[i].started || !slice_equal_text(name, s->feeds[i].name))
            continue;
        *here = true;
        return feed_take_back(d->feeds[i].feed, w, done, e);
    }
    for (size_t i = 0; !is_feed && i < s->delivery_count; i++) {
        if (!d->deliveries[i].started || !slice_equal_text(name, s->deliveries[i].name))
            continue;
        *here = true;
        return delivery_take_back(d->deliveries[i].delivery, w, TAKE_BACK_MS, done, e);
    }
    return true;
}

static bool open_own_admin(struct daemon *d, struct arena *a, const char *room, const char *name,
                           struct admin **out, struct err *e)
{
    const char *socket = way_back_socket(a, d->site, room, slice_text(name));
    const struct admin_options o = { d->site, d->bus, socket, take_back_asides, d };
    if (!socket)
        return err_memory(e);
    return admin_start(&o, out, e);
}

/* Opens the site's socket. Of a site on Kafka each part may be a process of its own: then each has
 * a socket of its own, for what it set aside. */
static bool open_admin(struct daemon *d, struct arena *a, struct err *e)
{
    const struct site *s = d->site;
    const struct admin_options o = { s, d->bus, s->admin_socket, take_back_asides, d };
    if (!d->only || strncmp(s->bus_url, "embedded:", 9) == 0)
        return admin_start(&o, &d->admin, e);
    for (size_t i = 0; i < s->feed_count; i++) {
        struct running_feed *r = &d->feeds[i];
        if (!r->feed)
            continue;
        if (!open_own_admin(d, a, WAY_BACK_QUARANTINE, r->f->name, &r->admin, e))
            return false;
    }
    for (size_t i = 0; i < s->delivery_count; i++) {
        struct running_delivery *r = &d->deliveries[i];
        if (!r->delivery)
            continue;
        if (!open_own_admin(d, a, WAY_BACK_DELIVERIES, r->f->name, &r->admin, e))
            return false;
    }
    return true;
}

static bool open_feeds(struct daemon *d, struct err *e)
{
    for (size_t i = 0; i < d->site->feed_count; i++) {
        const char *name = d->site->feeds[i].name;
        if (!daemon_wants(d, "feed", name))
            continue;
        if (!open_feed(&d->feeds[i], e))
            return standing_stopped(d->site, "feed", name, e);
    }
    return true;
}

bool daemon_open_others(struct daemon *d, struct arena *a, struct err *e)
{
    const struct site *s = d->site;
    if (!open_topics(d, a, e))
        return false;
    if (!open_bundles(d, e))
        return false;
    if (!open_router(d, e))
        return false;
    for (size_t i = 0; i < s->delivery_count; i++) {
        const char *name = s->deliveries[i].name;
        if (d->deliveries[i].delivery || !daemon_wants(d, "delivery", name))
            continue;
        if (!open_delivery(&d->deliveries[i], e))
            return standing_stopped(s, "delivery", name, e);
    }
    d->joined = open_admin(d, a, e);
    return d->joined;
}

static bool has_feeds(const struct daemon *d)
{
    for (size_t i = 0; i < d->site->feed_count; i++)
        if (daemon_wants(d, "feed", d->site->feeds[i].name))
            return true;
    return false;
}

/* Whether only the bus is missing, which feeds can do without for a while. */
static bool may_go_without(const struct daemon *d, const struct err *e)
{
    return e->fate == ERR_RETRY && has_feeds(d);
}

bool daemon_open(struct daemon *d, struct arena *a, struct err *e)
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
    if (!is_away && !daemon_open_others(d, a, e)) {
        if (!may_go_without(d, e))
            return false;
        log_err(LOG_WARN, NULL, e);
        err_clear(e);
    }
    return open_feeds(d, e);
}
