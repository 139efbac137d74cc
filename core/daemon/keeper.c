/* keeper.c - the thread that follows orders of bundles. */
#include "daemon/keeper.h"

#include <inttypes.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/wait.h"
#include "daemon/named_by_others.h"
#include "host/log.h"
#include "host/waker.h"
#include "sharing/change/expiry.h"

#define LOOK_MS 50
/* topics drop old records: a state is published again before it is gone */
#define SAY_AGAIN_MS (INT64_C(24) * 3600000)
#define ASK_AGAIN_MS 1000
/* how often to check that control is the same topic while nothing comes */
#define SAME_MS INT64_C(30000)
#define READ_ARENA_BYTES ((size_t)64 << 20)
#define BUNDLE_ARENA_BYTES ((size_t)512 << 20)
#define PROBLEMS_SAID 20

struct watched {
    struct watched *next;
    struct slice part, agency;
    uint64_t (*generation)(const void *part);
    const void *of;
    void (*holds)(void *ctx, const struct err *why);
    void *holds_ctx;
    bool is_held;
    uint8_t told[HASH_BYTES]; /* what it was last said to go by */
    int64_t told_ms;          /* and when */
};

/* The memory of one bundle that was taken up; it stays until the keeper closes. */
struct kept {
    struct kept *next;
    struct arena arena;
};

struct keeper {
    struct site *site;
    struct bus *bus;
    struct bus_reader *reader;
    struct bus_end seen;    /* up to the last record of control that was read */
    int64_t same_ns;        /* when to look again whether it still stands there */
    struct arena own, work; /* of its life; of one record */
    struct part_states states;
    struct watched *parts;
    struct named_by_others named;
    bool is_open;               /* false: it reads what was ordered before this program began */
    int64_t warned_day;         /* the London day on which expiries were last logged; 0: none */
    _Atomic int64_t restart_ms; /* when site->waiting comes into force; INT64_MAX: none waits */
    pthread_t thread;
    bool started;
    atomic_bool stop;
    struct waker stop_asked;
    void (*lost)(void *ctx, const struct err *why);
    void *lost_ctx;
    struct kept *kept;
};

static const struct log_who who = { "bundles", NULL };

/* ---- what parts say ---- */

static bool publish_state(struct keeper *k, const struct watched *p, struct bundle_state *s)
{
    struct buf framed;
    struct err e = { 0 };
    s->part = p->part;
    s->agency = p->agency;
    s->at_ms = clock_wall_ms();
    buf_init(&framed, 1 << 16);
    bool good = states_encode(k->site->catalogue, s, &framed, &e);
    good = good && states_publish(k->bus, s->agency, buf_slice(&framed), &e);
    if (!good)
        log_err(LOG_WARN, &who, &e);
    buf_release(&framed);
    return good;
}

static void publish_states(struct keeper *k, const struct bundle_order *o, struct slice outcome,
                           const char *code)
{
    struct bundle_state s = { .outcome = outcome, .code = slice_text(code), .number = o->number };
    memcpy(s.hash, o->hash, HASH_BYTES);
    for (const struct watched *p = k->parts; p && k->is_open; p = p->next)
        (void)publish_state(k, p, &s);
}

/* Publishes the state of each part that goes by the newest bundle now. A state that could not be
 * published is tried again; one that was is published again after a day. */
static void look_at_parts(struct keeper *k)
{
    const struct edition *newest = editions_newest(&k->site->rules);
    struct bundle_state s = { .outcome = SLICE_INIT("taken"), .number = newest->number };
    memcpy(s.hash, newest->bundle->hash, HASH_BYTES);
    const int64_t now = clock_wall_ms();
    for (struct watched *p = k->parts; p; p = p->next) {
        bool is_said =
            hash_equal(p->told, s.hash) && clock_is_within(now, p->told_ms, SAY_AGAIN_MS);
        bool is_behind = p->generation && p->generation(p->of) < s.number;
        if (is_said || is_behind)
            continue;
        if (!publish_state(k, p, &s))
            return;
        memcpy(p->told, s.hash, HASH_BYTES);
        p->told_ms = now;
    }
}

/* Tells a feed when it may publish no more, and when again. */
static void hold_feed(const struct keeper *k, struct watched *p)
{
    struct err why = { 0 };
    bool stands = p->holds && named_stands(&k->named, p->agency, &why);
    if (stands != p->is_held)
        p->holds(p->holds_ctx, stands ? &why : NULL);
    p->is_held = stands;
}

/* Holds each feed back while the router would decide its events by a bundle that others named. */
static void look_at_feeds(struct keeper *k)
{
    struct err e = { 0 };
    if (!named_look(&k->named, k->site, k->bus, false, &e))
        log_err(LOG_DEBUG, &who, &e); /* asked again */
    for (struct watched *p = k->parts; p; p = p->next)
        hold_feed(k, p);
}

bool keeper_holds(const struct keeper *k, struct slice agency, struct err *why)
{
    return named_stands(&k->named, agency, why);
}

/* ---- taking up ---- */

static struct kept *new_kept(struct keeper *k)
{
    struct kept *one = mem_alloc(sizeof *one);
    if (!one)
        return NULL;
    arena_init(&one->arena, BUNDLE_ARENA_BYTES);
    one->next = k->kept;
    k->kept = one;
    return one;
}

static void drop_kept(struct keeper *k)
{
    struct kept *one = k->kept;
    k->kept = one->next;
    arena_release(&one->arena);
    mem_free(one);
}

/* Reads, checks and compiles the bundle of an order. Each problem goes to the log, and the first
 * becomes e. */
static struct edition *compile_bundle(struct keeper *k, struct arena *a,
                                      const struct bundle_order *o, struct err *e)
{
    struct problems p = { .count = 0 };
    const char *label =
        arena_format(a, "%s/%06" PRIu64 ".bundle", k->site->places.bundles, o->number);
    struct slice file = arena_copy(a, o->file);
    struct edition *g = NULL;
    if (!label || !file.p)
        (void)err_memory(e);
    else
        g = bundles_read(a, file, label, k->site->catalogue, &p);
    for (size_t i = 0; i < p.count && i < PROBLEMS_SAID; i++) {
        log_err(LOG_ERROR, &who, &p.list[i]);
        if (i == 0)
            *e = p.list[i];
    }
    if (!g && e->fate == ERR_NONE)
        err_set(e, ERR_REJECT, "bundle.load", 0,
                "the bundle cannot be loaded; the lines before say why");
    problems_release(&p);
    return g;
}

static void note_waiting(struct keeper *k)
{
    const struct edition *g = k->site->waiting;
    atomic_store(&k->restart_ms, g ? g->from_ms : INT64_MAX);
}

static void take_up_bundle(struct keeper *k, struct edition *g, const struct bundle_order *o)
{
    struct site *s = k->site;
    char time[TIME_TEXT_MAX], hash[9] = { 0 };
    struct slice from = time_ms_to_iso(g->from_ms, time);
    const char *differs = editions_differ(editions_newest(&s->rules)->bundle, g->bundle);
    slice_to_hex(slice_of(g->bundle->hash, 4), hash);
    bool begins_sooner = s->waiting && g->from_ms < s->waiting->from_ms;
    if (begins_sooner)
        s->waiting = NULL; /* g is newer: what waits never comes into force */
    g->earlier = s->last;
    s->last = g;
    if (differs || s->waiting) {
        if (!s->waiting)
            s->waiting = g;
        note_waiting(k);
        log_line(LOG_WARN, &who, "bundle.restart",
                 "bundle %" PRIu64 " (%s) changes %s: it is kept and needs a restart after %.*s",
                 g->number, hash, differs ? differs : "what needs one", SHOWN(from));
        publish_states(k, o, SLICE("restart"), "");
        return;
    }
    editions_add(&s->rules, g);
    note_waiting(k);
    k->warned_day = 0;
    log_line(LOG_INFO, &who, "bundle.taken", "bundle %" PRIu64 " (%s) is in force from %.*s",
             g->number, hash, SHOWN(from));
}

/* Whether the order brings the bundle that it names. No part answers an order that does not: a
 * refusal by that name would count against the real bundle. */
static bool brings_its_bundle(struct keeper *k, const struct bundle_order *o, struct err *e)
{
    struct pack p;
    if (!pack_read(&k->work, o->file, &p, e))
        return false;
    if (p.number == o->number && hash_equal(p.hash, o->hash))
        return true;
    return err_set(e, ERR_REJECT, "order.forged", 0,
                   "it brings another bundle than the one that it names");
}

/* Whether the router has taken the bundle of this order, or a later one. Asked of orders that came
 * before this program began. */
static bool was_in_force(const struct keeper *k, const struct bundle_order *o)
{
    uint64_t number = named_routers_number(&k->states);
    return o->number < number || named_is_the_routers(&k->states, o->hash);
}

/* Whether a bundle may be taken up. A bundle of an older program, which names its own approvals,
 * may only come from before this program began; its keys are checked when the program begins. */
static bool may_be_taken_up(const struct keeper *k, const struct bundle_order *o,
                            const struct bundles_trust *trust, const struct edition *g,
                            struct err *e)
{
    if (!k->is_open)
        return was_in_force(k, o) || bundles_are_new(trust, g, e);
    if (!bundles_are_new(trust, g, e))
        return false;
    return site_keys_fit(k->site, k->site->last->bundle, g->bundle, e);
}

static bool is_known(const struct keeper *k, const struct bundle_order *o)
{
    return editions_hashed(&k->site->rules, o->hash) ||
           hash_equal(k->site->last->bundle->hash, o->hash);
}

/* Whether an order came before this program began and was refused then. It is passed over. */
static bool was_refused_before(const struct keeper *k, const struct bundle_order *o)
{
    return !k->is_open && o->number <= k->site->last->number;
}

/* Logs why an order is refused, and publishes the refusal for all parts. g: its bundle; NULL: it
 * does not load. */
static void refuse_bundle(struct keeper *k, const struct bundle_order *o, const struct edition *g,
                          struct err *e)
{
    bool is_another_first = strcmp(e->code, "pack.first") == 0;
    bool is_by_others = is_another_first || named_is_the_routers(&k->states, o->hash);
    if (g && is_by_others && !named_note(&k->named, k->site, g->bundle))
        (void)err_memory(e);
    log_line(k->is_open ? LOG_ERROR : LOG_WARN, &who, e->code,
             "bundle %" PRIu64 " is refused, and the one before goes on: %s", o->number, e->text);
    if (e->fate != ERR_REJECT)
        log_line(LOG_ERROR, &who, e->code,
                 "bundle %" PRIu64
                 " stays on the bus: mend the cause and start again to take it up",
                 o->number);
    publish_states(k, o, SLICE("refused"), e->code);
}

/* Notes a bundle that was passed over because another had its number here. The router may go by it
 * all the same. */
static void note_passed(struct keeper *k, const struct bundle_order *o)
{
    struct problems ignored = { .count = 0 };
    struct err e = { 0 };
    struct arena a;
    if (!named_is_the_routers(&k->states, o->hash) || !brings_its_bundle(k, o, &e))
        return;
    arena_init(&a, BUNDLE_ARENA_BYTES);
    const struct edition *g =
        bundles_read(&a, o->file, "the router's", k->site->catalogue, &ignored);
    if (g && !named_note(&k->named, k->site, g->bundle)) {
        (void)err_memory(&e);
        log_err(LOG_ERROR, &who, &e);
    }
    problems_release(&ignored);
    arena_release(&a);
}

/* Whether the bus dated the record. Whether a signer's time has ended is judged by that date. */
static bool is_dated_by_bus(const struct bus_record *r, struct err *e)
{
    if (!r->sender_dated)
        return true;
    return err_set(
        e, ERR_REJECT, "bus.dated", 0,
        "its sender dated it: set message.timestamp.type=LogAppendTime on the topic 'control'");
}

/* Takes up the bundle that an order brings, or refuses it. r: the record of the order. */
static void take_order(struct keeper *k, const struct bundle_order *o, const struct bus_record *r)
{
    const struct bundles_trust trust = site_trust(k->site, r->accepted_ms);
    struct err e = { 0 };
    if (is_known(k, o))
        return;
    if (was_refused_before(k, o)) {
        note_passed(k, o);
        return;
    }
    if (!brings_its_bundle(k, o, &e)) {
        log_line(LOG_WARN, &who, e.code, "an order of bundle %" PRIu64 " is passed over: %s",
                 o->number, e.text);
        return;
    }
    struct kept *one = new_kept(k);
    struct edition *g = one ? compile_bundle(k, &one->arena, o, &e) : NULL;
    if (!one)
        (void)err_memory(&e);
    bool good = g && is_dated_by_bus(r, &e);
    good = good && bundles_follows(&trust, k->site->last, g, &e);
    good = good && may_be_taken_up(k, o, &trust, g, &e);
    good = good && bundles_keep(k->site->places.bundles, g, &e);
    if (good) {
        take_up_bundle(k, g, o);
        named_took(&k->named, g->bundle);
        return;
    }
    refuse_bundle(k, o, g, &e);
    if (one)
        drop_kept(k);
}

static void take_record(struct keeper *k, const struct bus_record *r)
{
    struct order_read read;
    arena_reset(&k->work);
    orders_read(k->site->catalogue, &k->work, r->value, &read);
    if (read.kind == ORDER_BUNDLE)
        take_order(k, &read.order, r);
}

static void take_records(struct keeper *k, const struct bus_record *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        take_record(k, &r[i]);
    if (n > 0)
        bus_end_behind(k->bus, &r[n - 1], &k->seen);
}

/* ---- what ends ---- */

/* Logs which agreements end soon: once a London day, and after each bundle that was taken up. */
static void warn_of_ends(struct keeper *k)
{
    int64_t now = clock_wall_ms();
    struct civil day = london_from_ms(now);
    day.hour = day.minute = day.second = day.ms = 0;
    const struct bundle *b = editions_at(editions_newest(&k->site->rules), now)->bundle;
    int64_t today = civil_to_ms(&day);
    if (k->warned_day == today)
        return;
    struct expiry *list = mem_alloc((b->agreement_count + 1) * sizeof *list);
    size_t n = list ? expiry_notices(b, now, list) : 0;
    for (size_t i = 0; i < n; i++) {
        char text[EXPIRY_TEXT_MAX];
        expiry_sentence(b, &list[i], text);
        log_line(list[i].stage == EXPIRY_ENDED ? LOG_ERROR : LOG_WARN, &who, "agreement.expiry",
                 "%s", text);
    }
    mem_free(list);
    k->warned_day = today;
}

/* ---- its life ---- */

static struct keeper *new_keeper(struct site *s, struct bus *b)
{
    struct keeper *k = mem_alloc(sizeof *k);
    if (!k)
        return NULL;
    k->site = s;
    k->bus = b;
    arena_init(&k->own, READ_ARENA_BYTES);
    arena_init(&k->work, READ_ARENA_BYTES);
    k->states.a = k->named.a = &k->own;
    note_waiting(k);
    return k;
}

bool keeper_open(struct site *s, struct bus *b, struct keeper **out, struct err *e)
{
    struct keeper *k = *out ? *out : new_keeper(s, b);
    bool end = false;
    if (!k)
        return err_memory(e);
    bool good = site_keep_bundles(s, e);
    good = good && states_read(&k->states, b, s->bundle, e);
    good = good && bus_reader_open(b, TOPIC_CONTROL, ORDERS_PARTITION, 0, &k->reader, e);
    while (good && !end) {
        const struct bus_record *r;
        size_t n = 0;
        good = bus_reader_next(k->reader, 0, &r, &n, &end, e);
        if (good)
            take_records(k, r, n);
    }
    good = good && named_look(&k->named, s, b, true, e);
    *out = k;
    k->is_open = good;
    if (!good)
        bus_reader_close(&k->reader);
    return good;
}

bool keeper_wants_restart(const struct keeper *k)
{
    return atomic_load(&k->restart_ms) <= clock_wall_ms();
}

bool keeper_watch(struct keeper *k, const struct keeper_part *p, struct err *e)
{
    struct watched *one = ARENA_NEW(&k->own, struct watched);
    const char *part = p->name ? arena_format(&k->own, "%s:%s", p->room, p->name)
                               : arena_text(&k->own, slice_text(p->room));
    if (!one || !part)
        return err_memory(e);
    *one = (struct watched){ .next = k->parts,
                             .part = slice_text(part),
                             .agency = p->agency,
                             .generation = p->generation,
                             .of = p->part,
                             .holds = p->holds,
                             .holds_ctx = p->holds_ctx };
    const struct bundle_state *before = states_get(&k->states, p->agency, one->part, NULL);
    if (before && slice_equal_text(before->outcome, "taken")) {
        memcpy(one->told, before->hash, HASH_BYTES);
        one->told_ms = before->at_ms;
    }
    k->parts = one;
    hold_feed(k, one);
    return true;
}

/* Waits a while before the same reader is asked again. False after a fatal failure: then the owner
 * was told of it. */
static bool wait_to_ask_again(struct keeper *k, const struct err *e)
{
    bool lost = e->fate == ERR_FATAL;
    log_err(lost ? LOG_ERROR : LOG_WARN, &who, e);
    if (lost)
        k->lost(k->lost_ctx, e);
    else
        (void)waker_wait(&k->stop_asked, -1, 0, wait_end_ns(ASK_AGAIN_MS));
    return !lost;
}

/* Checks that `control` still has the record that was read last. When the topic was made anew and
 * has grown past that place, nobody would read its first orders: a fatal error. */
static bool check_control(struct keeper *k, struct err *e)
{
    bool still_has = true;
    k->same_ns = clock_mono_ns() + SAME_MS * 1000000;
    if (k->seen.next == 0)
        return true;
    if (!bus_still_has(k->bus, TOPIC_CONTROL, ORDERS_PARTITION, &k->seen, &still_has, e))
        return false;
    if (still_has)
        return true;
    return err_set(e, ERR_FATAL, "bus.position", 0,
                   "cannot go on in '" TOPIC_CONTROL "' at %" PRId64
                   ": it was made anew, another record stands before that",
                   k->seen.next);
}

/* Checks that `control` is the same topic: before the n records that came are taken, and every
 * SAME_MS. False: it cannot go on, or it is to stop. */
static bool may_take(struct keeper *k, size_t n)
{
    struct err e = { .fate = ERR_NONE };
    if (n == 0 && clock_mono_ns() < k->same_ns)
        return true;
    while (!check_control(k, &e)) {
        if (atomic_load(&k->stop))
            return false;
        if (!wait_to_ask_again(k, &e))
            return false;
        err_clear(&e);
    }
    return true;
}

static void *follow_orders(void *ctx)
{
    struct keeper *k = ctx;
    while (!atomic_load(&k->stop)) {
        const struct bus_record *r;
        struct err e = { 0 };
        size_t n = 0;
        bool end;
        if (!bus_reader_next(k->reader, LOOK_MS, &r, &n, &end, &e)) {
            if (!wait_to_ask_again(k, &e))
                break;
            continue;
        }
        if (!may_take(k, n))
            break;
        take_records(k, r, n);
        look_at_parts(k);
        look_at_feeds(k);
        warn_of_ends(k);
    }
    return NULL;
}

bool keeper_start(struct keeper *k, void (*lost)(void *ctx, const struct err *why), void *ctx,
                  struct err *e)
{
    k->lost = lost;
    k->lost_ctx = ctx;
    if (!waker_open(&k->stop_asked, e))
        return false;
    int number = pthread_create(&k->thread, NULL, follow_orders, k);
    k->started = number == 0;
    return k->started || err_errno(e, ERR_FATAL, "run.thread", number, "cannot start", "a thread");
}

void keeper_stop(struct keeper *k)
{
    atomic_store(&k->stop, true);
    waker_wake(&k->stop_asked);
    if (k->started)
        pthread_join(k->thread, NULL);
    k->started = false;
}

void keeper_close(struct keeper **out)
{
    struct keeper *k = *out;
    *out = NULL;
    if (!k)
        return;
    keeper_stop(k);
    waker_close(&k->stop_asked);
    named_close(&k->named);
    bus_reader_close(&k->reader);
    while (k->kept)
        drop_kept(k);
    arena_release(&k->work);
    arena_release(&k->own);
    mem_free(k);
}
