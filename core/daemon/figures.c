/* figures.c - gathers the figures, and compares what left one room with what reached the next. */
#include "daemon/figures.h"

#include <unistd.h>

#include "base/clock.h"
#include "intake/asides.h"

uint64_t figures_feed_ended(const struct feed_counts *n)
{
    return n->published + n->unchanged + n->duplicates + n->not_carried + n->quarantined;
}

static uint64_t delivery_ended(const struct delivery_counts *n)
{
    return n->accepted + n->refused + n->stopped;
}

/* How many of wanted are not there yet. */
static uint64_t missing(uint64_t wanted, uint64_t there)
{
    return wanted > there ? wanted - there : 0;
}

/* Adds the three sums of law 2, and counts what has left one room and not yet reached the next. */
static void add_up(const struct site *s, struct figures *f)
{
    const struct tally_counts *r = &f->routed;
    uint64_t events = 0, taken = 0, ended = 0;
    f->balanced = r->disclosed + r->withheld + r->held == r->decisions;
    for (size_t i = 0; i < s->feed_count; i++) {
        events += f->feeds[i].events;
        f->in_motion += f->feeds[i].waiting;
        if (figures_feed_ended(&f->feeds[i]) != f->feeds[i].taken || f->feeds[i].lost > 0)
            f->balanced = false;
    }
    for (size_t i = 0; i < s->delivery_count; i++) {
        const struct delivery_counts *n = &f->deliveries[i];
        taken += n->taken + n->skipped;
        ended += delivery_ended(n);
        f->outstanding += n->outstanding;
        if (delivery_ended(n) + n->outstanding != n->taken)
            f->balanced = false;
    }
    f->in_motion += missing(events, r->events + r->refused);
    f->in_motion += missing(r->to_deliveries, taken);
    f->in_motion += missing(ended, r->receipts);
}

bool figures_is_alarming(const struct figures_of *of, const struct figures *f, size_t i)
{
    return delivery_is_alarming(&f->deliveries[i], of->site->deliveries[i].alarm_after_ms,
                                f->at_ms);
}

#define ASIDES_MAX 1000

struct gathering {
    struct arena *a;
    struct figures_aside *list;
    size_t count, feed;
};

static void add_aside(void *ctx, struct slice code, uint64_t n)
{
    struct gathering *g = ctx;
    if (g->count < ASIDES_MAX)
        g->list[g->count++] = (struct figures_aside){ g->feed, arena_copy(g->a, code), n };
}

static bool read_asides(const struct figures_of *of, struct arena *a, struct figures *out,
                        struct err *e)
{
    struct gathering g = { .a = a, .list = ARENA_ARRAY(a, ASIDES_MAX, struct figures_aside) };
    if (!g.list)
        return err_memory(e);
    for (; g.feed < of->site->feed_count; g.feed++)
        if (out->feeds[g.feed].aside &&
            !feed_asides_codes(of->site->feeds[g.feed].spool, add_aside, &g, e))
            return false;
    out->asides = g.list;
    out->aside_count = g.count;
    return true;
}

/* ---- all of it ---- */

static bool is_there(const bool *which, size_t i, const char *path)
{
    return (!which || which[i]) && access(path, R_OK) == 0;
}

static bool read_feeds(const struct figures_of *of, struct figures *out, struct err *e)
{
    const struct site *s = of->site;
    for (size_t i = 0; i < s->feed_count; i++)
        if (is_there(of->feeds, i, s->feeds[i].spool) &&
            !feed_counts_read(s->feeds[i].spool, &out->feeds[i], e))
            return false;
    return true;
}

static bool read_deliveries(const struct figures_of *of, struct figures *out, struct err *e)
{
    const struct site *s = of->site;
    for (size_t i = 0; i < s->delivery_count; i++)
        if (is_there(of->deliveries, i, s->deliveries[i].database) &&
            !delivery_counts_read(s->deliveries[i].database, &out->deliveries[i], e))
            return false;
    return true;
}

bool figures_gather(const struct figures_of *of, struct arena *a, struct figures *out,
                    struct err *e)
{
    const struct site *s = of->site;
    *out = (struct figures){ .at_ms = clock_wall_ms() };
    out->rules = editions_at(editions_newest(&s->rules), out->at_ms);
    const struct bundle *b = out->rules->bundle;
    out->feeds = ARENA_ARRAY(a, s->feed_count + 1, struct feed_counts);
    out->deliveries = ARENA_ARRAY(a, s->delivery_count + 1, struct delivery_counts);
    out->ends = ARENA_ARRAY(a, b->agreement_count + 1, struct expiry);
    if (!out->feeds || !out->deliveries || !out->ends)
        return err_memory(e);
    out->end_count = expiry_ends(b, out->at_ms, out->ends);
    if (of->tally)
        tally_last(of->tally, &out->routed);
    if (!read_feeds(of, out, e))
        return false;
    if (!read_deliveries(of, out, e))
        return false;
    if (!read_asides(of, a, out, e))
        return false;
    add_up(s, out);
    return true;
}
