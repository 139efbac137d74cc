/* certificates.c - asks each part's transport for its certificates; writes and logs when they
 * end. */
#include "daemon/certificates.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "host/log.h"

#define WATCH_MS (12 * 3600 * 1000)

/* One certificate of a part; whose: "own" or "partner". */
struct certificate {
    const char *room, *name, *whose;
    int64_t days;
};

typedef void (*each_certificate)(void *ctx, const struct certificate *c);

/* Hands over a certificate, where it has an end at all. */
static void give_end(const struct certificate *of, const char *whose, int64_t until_ms,
                     int64_t now_ms, each_certificate each, void *ctx)
{
    if (until_ms == TLS_NO_END)
        return;
    const struct certificate one = { of->room, of->name, whose, tls_days(until_ms, now_ms) };
    each(ctx, &one);
}

/* Files that cannot be used as they are (a new certificate beside the old key) count as ended. */
static void give_own(const struct certificate *part, const struct secure_stand *s, int64_t now_ms,
                     each_certificate each, void *ctx)
{
    struct err e = { .fate = ERR_NONE };
    int64_t until_ms = 0;
    if (!cfg_is_set(s->secure->tls.cert))
        return;
    if (!secure_try(s, &until_ms, &e))
        until_ms = now_ms - 1;
    give_end(part, "own", until_ms, now_ms, each, ctx);
}

static void give_of_part(const struct certificate *part, const struct transport *t,
                         const void *state, bool receives, int64_t now_ms, each_certificate each,
                         void *ctx)
{
    struct secure_stand s = { .secure = NULL };
    if (t->stand)
        t->stand(state, receives, &s);
    if (s.secure)
        give_own(part, &s, now_ms, each, ctx);
    if (t->shown_until_ms)
        give_end(part, "partner", t->shown_until_ms(state), now_ms, each, ctx);
}

static void give_of_admin(const struct site_admin *a, int64_t now_ms, each_certificate each,
                          void *ctx)
{
    const struct certificate part = { .room = "admin", .name = "listener" };
    struct secure_stand s = { .secure = NULL };
    if (!a->listen)
        return;
    site_admin_stand(a, &s);
    give_own(&part, &s, now_ms, each, ctx);
}

static void give_of_bus(const struct site *s, int64_t now_ms, each_certificate each, void *ctx)
{
    const struct certificate part = { .room = "bus", .name = "kafka" };
    struct err e = { .fate = ERR_NONE };
    int64_t until_ms = 0;
    if (!cfg_is_set(s->bus_tls.cert))
        return;
    if (!tls_try(&s->bus_tls, &until_ms, &e))
        until_ms = now_ms - 1;
    give_end(&part, "own", until_ms, now_ms, each, ctx);
}

static void give_each(const struct figures_of *of, int64_t now_ms, each_certificate each, void *ctx)
{
    const struct site *s = of->site;
    give_of_bus(s, now_ms, each, ctx);
    give_of_admin(&s->admin, now_ms, each, ctx);
    for (size_t i = 0; i < s->feed_count; i++) {
        const struct certificate part = { .room = "feed", .name = s->feeds[i].name };
        if (!of->feeds || of->feeds[i])
            give_of_part(&part, s->feeds[i].transport, s->feeds[i].state, true, now_ms, each, ctx);
    }
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct certificate part = { .room = "delivery", .name = s->deliveries[i].name };
        if (!of->deliveries || of->deliveries[i])
            give_of_part(&part, s->deliveries[i].transport, s->deliveries[i].state, false, now_ms,
                         each, ctx);
    }
}

const char certificates_family[] =
    "# HELP concordat_certificate_days_left Whole days until a certificate ends that a part shows "
    "or was last shown; below 0 it has ended or cannot be read.\n"
    "# TYPE concordat_certificate_days_left gauge\n";

struct writing {
    struct buf *out;
    bool begun;
};

static void write_one(void *ctx, const struct certificate *c)
{
    struct writing *w = ctx;
    if (!w->begun)
        buf_text(w->out, certificates_family);
    w->begun = true;
    buf_format(w->out, "concordat_certificate_days_left{%s=\"%s\",whose=\"%s\"} %" PRId64 "\n",
               c->room, c->name, c->whose, c->days);
}

void certificates_write(const struct figures_of *of, int64_t now_ms, struct buf *out)
{
    struct writing w = { .out = out };
    give_each(of, now_ms, write_one, &w);
}

static const char *what_to_do(const struct certificate *c)
{
    if (strcmp(c->whose, "own") == 0)
        return "replace its files; they are read again without a restart";
    return "ask the partner for a new one";
}

static void warn_one(void *ctx, const struct certificate *c)
{
    const struct log_who who = { c->room, c->name };
    (void)ctx;
    if (c->days < 0)
        log_line(LOG_ERROR, &who, "tls.days", "its %s certificate has ended, or cannot be read: %s",
                 c->whose, what_to_do(c));
    else if (c->days < TLS_WARN_DAYS)
        log_line(LOG_WARN, &who, "tls.days", "its %s certificate ends in %" PRId64 " days: %s",
                 c->whose, c->days, what_to_do(c));
}

void certificates_warn_bus(const struct site *s)
{
    give_of_bus(s, clock_wall_ms(), warn_one, NULL);
}

void certificates_watch(const struct figures_of *of, struct ending *until)
{
    do {
        if (of)
            give_each(of, clock_wall_ms(), warn_one, NULL);
    } while (!ending_wait_for(until, WATCH_MS));
}
