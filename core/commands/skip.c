/* skip.c - what a part passes over: found, put in words, recorded, then done. */
#include "commands/skip.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "bus/topics.h"
#include "control/acts_publish.h"
#include "daemon/standing.h"
#include "delivery/delivery.h"
#include "host/say.h"
#include "router/router.h"

#define ON_MAX 900
#define LANES_NAMED 3 /* a topic's name has at most 249 bytes */

struct skip {
    struct cli *c;
    struct site *s;
    struct bus *bus;
    const char *person, *reason; /* NULL: act is given */
    const struct word_option *options;
    struct act act;
    bool lists; /* says what is gone, and does nothing */
};

static int say_nothing_to_skip(const char *part)
{
    say("%s is behind nothing that is gone: there is nothing to skip\n", part);
    return CLI_NO;
}

/* Has the person sign an act on `on`, or checks that the act at hand is on that. False where it
 * does not count: *code is the program's exit code. */
static bool give_skip(struct skip *k, const char *on, int *code)
{
    struct act_signers by;
    struct err e = { 0 };
    *code = CLI_NO;
    if (k->person) {
        struct act x = acts_make(k->s, "skip", on, k->reason);
        x.subject = k->act.subject;
        k->act = x;
        enum acts_given given = acts_give(k->c, k->s, k->person, k->options, &k->act);
        if (given == ACTS_WRITTEN)
            *code = CLI_DONE;
        if (given != ACTS_GIVEN)
            return false;
    } else if (!slice_equal_text(k->act.on, on)) {
        err_set(&e, ERR_REJECT, "act.form", 0,
                "the missing records are not those that were signed for: have a new skip signed; "
                "missing are: %.100s",
                on);
    }
    bool good = e.fate == ERR_NONE;
    good = good && act_verify(&k->act, k->s->bundle, clock_wall_ms(), &by, &e);
    if (!good)
        cli_fail(CLI_NO, &e);
    return good;
}

static bool record_skip(struct skip *k, struct err *e)
{
    return acts_publish(k->bus, k->s, &k->act, e);
}

/* ---- a delivery ---- */

static const struct site_delivery *find_delivery(const struct site *s, const char *part)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (strncmp(part, "delivery:", 9) == 0 && strcmp(part + 9, s->deliveries[i].name) == 0)
            return &s->deliveries[i];
    return NULL;
}

static int skip_delivery(struct skip *k, const struct site_delivery *d)
{
    struct err e = { 0 };
    char on[ON_MAX];
    int64_t from = 0, to = 0;
    int code;
    if (!delivery_gap(d->database, k->bus, d->service, &from, &to, &e))
        return cli_fail(CLI_CANNOT, &e);
    if (from == to)
        return say_nothing_to_skip(d->name);
    if (k->lists) {
        say("%.*s: up to %" PRId64 " disclosures are gone unread, from %" PRId64 " to %" PRId64
            "\n",
            (int)d->service.n, (const char *)d->service.p, to - from, from, to - 1);
        return CLI_DONE;
    }
    snprintf(on, sizeof on,
             "delivery:%s, up to %" PRId64 " records: %.*s from %" PRId64 " to %" PRId64, d->name,
             to - from, (int)d->service.n, (const char *)d->service.p, from, to - 1);
    if (!give_skip(k, on, &code))
        return code;
    bool good = record_skip(k, &e);
    good = good && delivery_skip(d->database, to, &e);
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    standing_over(k->s, "delivery", d->name);
    say("delivery:%s goes on at %" PRId64 "; up to %" PRId64 " disclosures were never read, and "
        "the audit says so\n",
        d->name, to, to - from);
    return CLI_DONE;
}

/* ---- the router ---- */

/* Writes "router, up to 28 records of 12 lanes: events.a 0 from 0 to 3, ... and 9 more". Only the
 * first lanes are named, since people have to read what they sign. The counts tell whether it is
 * still the same. */
static int64_t describe_skip(const struct router_gaps *g, char out[ON_MAX])
{
    int64_t records = 0;
    size_t named = g->count <= LANES_NAMED ? g->count : LANES_NAMED;
    int n;
    for (size_t i = 0; i < g->count; i++)
        records += g->list[i].to - g->list[i].from;
    n = snprintf(out, ON_MAX, "router, up to %" PRId64 " records of %zu lanes:", records, g->count);
    for (size_t i = 0; i < named; i++)
        n += snprintf(out + n, ON_MAX - (size_t)n, "%s %s %d from %" PRId64 " to %" PRId64,
                      i > 0 ? "," : "", g->list[i].topic, g->list[i].partition, g->list[i].from,
                      g->list[i].to - 1);
    if (named < g->count)
        (void)snprintf(out + n, ON_MAX - (size_t)n, " and %zu more", g->count - named);
    return records;
}

static int list_gaps(const struct router_gaps *g)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct router_gap *x = &g->list[i];
        say("%s/%d: up to %" PRId64 " records are gone unread, from %" PRId64 " to %" PRId64 "\n",
            x->topic, x->partition, x->to - x->from, x->from, x->to - 1);
    }
    return CLI_DONE;
}

static int skip_gaps(struct skip *k, struct router_gaps *g)
{
    struct err e = { 0 };
    char on[ON_MAX];
    int code;
    if (g->count == 0)
        return say_nothing_to_skip("the router");
    if (k->lists)
        return list_gaps(g);
    if (g->count > LANES_NAMED)
        say("%zu lanes are behind; concordat skip SITE router --list names each\n", g->count);
    int64_t records = describe_skip(g, on);
    if (!give_skip(k, on, &code))
        return code;
    bool good = record_skip(k, &e);
    good = good && router_skip_gaps(g, &e);
    if (!good)
        return cli_fail(CLI_CANNOT, &e);
    standing_over(k->s, "router", NULL);
    say("the router goes on; up to %" PRId64 " records were never decided, and the audit says "
        "so\n",
        records);
    return CLI_DONE;
}

static int skip_router(struct skip *k)
{
    const struct router_options o = { .bus = k->bus, .bundle = k->s->bundle, .worker = "router-0" };
    struct router_gaps g;
    struct err e = { 0 };
    if (!router_find_gaps(&o, &k->c->arena, &g, &e))
        return cli_fail(CLI_CANNOT, &e);
    int code = skip_gaps(k, &g);
    router_leave_gaps(&g);
    return code;
}

/* ---- a lane that stands still ---- */

struct lanes {
    const char *part;
    struct buf others;
    bool stands;
};

static void look_at_lane(void *ctx, const struct standing *x)
{
    struct lanes *l = ctx;
    if (!x->lane.n)
        return;
    if (slice_equal_text(x->lane, l->part))
        l->stands = true;
    buf_text(&l->others, buf_slice(&l->others).n ? ", " : "");
    buf_put(&l->others, x->lane);
}

/* Whether the lane stands, as the router has told in this site's state folder. Says so where it
 * does not. */
static bool lane_stands(const struct site *s, const char *part)
{
    struct lanes l = { .part = part };
    struct slice others;
    buf_init(&l.others, 1 << 20);
    standing_each(s, "router", NULL, look_at_lane, &l);
    others = buf_slice(&l.others);
    if (!s->has_router)
        say("cannot tell here whether lane %s stands: this site has no router. Say it on the host "
            "that runs the router, where concordat status SITE lists the lanes that stand; the act "
            "may be signed anywhere (concordat act sign)\n",
            part);
    else if (!l.stands && others.n == 0)
        say("lane %s does not stand, and no lane does: there is nothing to skip\n", part);
    else if (!l.stands)
        say("lane %s does not stand: there is nothing to skip; what stands: %.*s\n", part,
            SHOWN(others));
    buf_release(&l.others);
    return l.stands && s->has_router;
}

/* part: "events.wexbridge-hospital/3". The act has to reach the same partition of the audit. So its
 * subject is nobody's key, but one that lies there. */
static int skip_lane(struct skip *k, const char *part)
{
    const char *slash = strchr(part, '/');
    const char *topic = arena_text(&k->c->arena, slice_of(part, (size_t)(slash - part)));
    struct bus_position at;
    struct err e = { 0 };
    char on[ON_MAX], *end = NULL;
    long partition = strtol(slash + 1, &end, 10);
    int code;
    bool is_number = end > slash + 1 && *end == '\0';
    bool is_there = partition >= 0 && partition < k->s->bundle->partitions;
    if (!topic || !is_number || !is_there)
        return CLI_USAGE;
    if (!lane_stands(k->s, part))
        return CLI_NO;
    if (!bus_group_committed(k->bus, "router", topic, (int)partition, &k->c->arena, &at, &e))
        return cli_fail(CLI_CANNOT, &e);
    bus_close(&k->bus);
    snprintf(on, sizeof on, "lane %s %ld at %" PRId64, topic, partition, at.next);
    k->act.subject.b[6] = (uint8_t)(partition >> 8);
    k->act.subject.b[7] = (uint8_t)partition;
    if (!give_skip(k, on, &code))
        return code;
    return acts_submit(k->s, &k->act);
}

/* ---- one of them ---- */

static void say_absent(const struct site *s, const char *part)
{
    if (strcmp(part, "router") == 0) {
        say_to(stderr, "concordat: this site has no router: say it on the host that runs it, where "
                       "its site.yaml lies\n");
        return;
    }
    say_to(stderr, "concordat: the site has no '%s' that could be behind; it has: %s", part,
           s->has_router ? "router, a lane of its events as TOPIC/PARTITION" : "");
    for (size_t i = 0; i < s->delivery_count; i++)
        say_to(stderr, "%sdelivery:%s", i > 0 || s->has_router ? ", " : "", s->deliveries[i].name);
    say_to(stderr, "\nA part is let go on where it runs\n");
}

static int skip_part(struct skip *k, const char *part)
{
    const struct site_delivery *d = find_delivery(k->s, part);
    bool is_router = strcmp(part, "router") == 0 && k->s->has_router;
    bool is_lane = !k->lists && strncmp(part, "events.", 7) == 0 && strchr(part, '/');
    if (!d && !is_router && !is_lane) {
        say_absent(k->s, part);
        return CLI_USAGE;
    }
    k->bus = cli_bus(k->s, is_lane);
    if (!k->bus)
        return CLI_CANNOT;
    int code;
    if (d)
        code = skip_delivery(k, d);
    else if (is_router)
        code = skip_router(k);
    else
        code = skip_lane(k, part);
    bus_close(&k->bus);
    return code;
}

/* The part that a signed act is about. Its text begins with "delivery:NAME,", "router," or
 * "lane TOPIC PARTITION at". */
static const char *part_of_act(struct cli *c, const struct act *x)
{
    const struct slice lane = SLICE("lane ");
    if (!slice_starts(x->on, lane))
        return arena_text(&c->arena, slice_head(x->on, slice_find(x->on, ',')));
    struct slice rest = slice_from(x->on, lane.n);
    struct slice topic = slice_head(rest, slice_find(rest, ' '));
    struct slice behind = slice_from(rest, topic.n + 1);
    struct slice partition = slice_head(behind, slice_find(behind, ' '));
    return arena_format(&c->arena, "%.*s/%.*s", (int)topic.n, (const char *)topic.p,
                        (int)partition.n, (const char *)partition.p);
}

int skip_submit(struct cli *c, struct site *s, const struct act *x)
{
    struct skip k = { .c = c, .s = s, .act = *x };
    struct err e = { 0 };
    const char *part = part_of_act(c, x);
    if (part && slice_equal_text(x->verb, "skip"))
        return skip_part(&k, part);
    err_set(&e, ERR_REJECT, "act.word", 0,
            "this act says '%.*s', and only a 'skip' can be handed in here", SHOWN(x->verb));
    return cli_fail(CLI_NO, &e);
}

int skip_list(struct cli *c, struct site *s, const char *part)
{
    struct skip k = { .c = c, .s = s, .lists = true };
    return skip_part(&k, part);
}

int skip_by_person(struct cli *c, struct site *s, const char *part, const char *person,
                   const char *reason, const struct word_option *options)
{
    struct skip k = { .c = c, .s = s, .person = person, .reason = reason, .options = options };
    return skip_part(&k, part);
}
