/* kafka.c - the bus on Kafka: what worker and reader promise, kept by kafka_client.h.
 *
 * Publisher: kafka_publisher.h.
 * Worker: a consumer whose partitions are assigned by hand, and a transactional producer. The
 * committed positions are kept here too; after a failed commit the consumer is set back to them.
 * Two workers of different ids must never be given the same partitions of one group: what fences a
 * zombie is its id.
 * Reader: its end is asked of another client, the looker, which sees what is not yet committed.
 *
 * Threads: the looker is asked by any; a worker and a reader belong to one thread. */
#include <inttypes.h>
#include <string.h>

#include "bus/backend.h"
#include "bus/kafka_client.h"
#include "bus/kafka_lost.h"
#include "bus/kafka_make.h"
#include "bus/kafka_publisher.h"
#include "bus/topics.h"

#define SERVE_MS 100
#define TAKE_MS 200 /* a wait for records looks up so often */
#define NO_WATERMARK INT64_MAX

struct kafka {
    struct bus bus;
    struct arena a;
    const char *prefix, *name;
    const struct kafka_setting *site;
    struct kafka_why *why;
    struct kafka_asker *asker;
    struct kafka_client *look;
    struct kafka_publisher publisher;
};

/* What was handed out and lives until the next call. */
struct held {
    struct bus_record *r;
    void **messages;
    size_t n, bytes;
};

struct worker {
    struct bus_worker face;
    struct kafka *k;
    struct arena a;
    const char *group;
    struct kafka_client *out, *in;
    struct bus_position *lanes; /* what is fetched; next: as committed */
    size_t count;
    struct held held;
    struct err dated; /* a record that its sender dated is next: set when it was met */
    bool paused;      /* nothing was handed out since, so what stands before it is committed */
};

struct reader {
    struct bus_reader face;
    struct kafka *k;
    struct kafka_client *c;
    char *topic;
    int partition;
    int64_t at, watermark; /* where reading goes on; the end as last asked for */
    bool told;             /* that it is at the end: from then on it waits for more */
    struct held held;
};

static bool start_client(struct kafka *k, enum kafka_role role, const char *id,
                         struct kafka_client **out, struct err *e);

static int left_ms(int64_t until_ns)
{
    int64_t left = (until_ns - clock_mono_ns() + 999999) / 1000000;
    return left < 0 ? 0 : (int)left;
}

static bool kafka_publish(struct bus *bus, const struct bus_record *r, size_t n, struct err *e)
{
    return kafka_publisher_send(&((struct kafka *)bus)->publisher, r, n, e);
}

/* ---- topics ---- */

static bool make_topics(struct bus *bus, const struct bus_topic *t, size_t n, struct err *e)
{
    return kafka_make_topics(((struct kafka *)bus)->look, t, n, e);
}

static bool kafka_list(struct bus *bus, struct arena *a, const struct bus_topic **out, size_t *n,
                       struct err *e)
{
    struct kafka *k = (struct kafka *)bus;
    struct bus_topic *list = NULL;
    int brokers;
    bool good = kafka_topics(k->look, true, a, &list, n, &brokers, e);
    *out = list;
    return good;
}

static bool kafka_end(struct bus *bus, const char *topic, int partition, struct bus_end *out,
                      struct err *e)
{
    return kafka_ends(((struct kafka *)bus)->look, topic, partition, &out->first, &out->next, e);
}

static void kafka_end_of_mine(struct bus *bus, const char *topic, int partition,
                              struct bus_end *out)
{
    kafka_publisher_end(&((struct kafka *)bus)->publisher, topic, partition, out);
}

static bool kafka_is_there(struct bus *bus, int wait_ms)
{
    return kafka_answers(((struct kafka *)bus)->look, wait_ms);
}

static void kafka_hurry(struct bus *bus)
{
    kafka_asker_hurry(((struct kafka *)bus)->asker);
}

/* ---- what was handed out ---- */

static bool held_init(struct held *h, struct err *e)
{
    h->r = mem_alloc(BUS_BATCH_COUNT * sizeof *h->r);
    h->messages = mem_alloc(BUS_BATCH_COUNT * sizeof *h->messages);
    return (h->r && h->messages) || err_memory(e);
}

static void held_reset(struct held *h)
{
    for (size_t i = 0; i < h->n; i++)
        kafka_release(h->messages[i]);
    h->n = h->bytes = 0;
}

static void held_release(struct held *h)
{
    held_reset(h);
    mem_free(h->r);
    mem_free(h->messages);
}

/* Takes one more, waiting only for the first. *at is where it goes on. */
static bool held_take(struct held *h, struct kafka_client *c, int wait_ms, enum kafka_took *what,
                      int64_t *at, struct err *e)
{
    struct bus_record *r = &h->r[h->n];
    if (!kafka_take(c, h->n ? 0 : wait_ms, r, &h->messages[h->n], what, e))
        return false;
    if (*what == KAFKA_RECORD) {
        h->bytes += r->key.n + r->value.n;
        h->n++;
        *at = r->offset + 1;
    } else if (*what == KAFKA_END) {
        *at = r->offset;
    }
    return true;
}

/* Takes what is there, waiting at most wait_ms for the first; with none, until *at reaches
 * watermark. */
static bool held_fill(struct held *h, struct kafka_client *c, int wait_ms, int64_t watermark,
                      int64_t *at, struct err *e)
{
    int64_t until = after_ms(wait_ms);
    while (h->n < BUS_BATCH_COUNT && h->bytes < BUS_BATCH_BYTES) {
        enum kafka_took what;
        int left = left_ms(until);
        if (!held_take(h, c, left < TAKE_MS ? left : TAKE_MS, &what, at, e))
            return false;
        if (what != KAFKA_RECORD && (h->n > 0 || *at >= watermark || left_ms(until) == 0))
            return true;
    }
    return true;
}

/* ---- the worker ---- */

static void kafka_leave(struct bus_worker *face)
{
    struct worker *w = (struct worker *)face;
    held_release(&w->held); /* before the consumer: messages hold on to it */
    kafka_stop(&w->in);
    kafka_stop(&w->out);
    arena_release(&w->a);
    mem_free(w);
}

static bool list_lanes(struct worker *w, const struct bus_join *j, struct err *e)
{
    size_t topics = 0;
    while (j->topics[topics])
        topics++;
    w->lanes = ARENA_ARRAY(&w->a, topics * (size_t)j->partitions + 1, struct bus_position);
    if (!w->lanes)
        return err_memory(e);
    for (size_t i = 0; i < topics; i++)
        for (int p = 0; p < j->partitions; p++) {
            const char *name = arena_text(&w->a, slice_text(j->topics[i]));
            if (!name)
                return err_memory(e);
            /* Of both clients: the consumer would find the leaders by itself, but a second
             * later. */
            if (!kafka_want(w->out, name, p, e) || !kafka_want(w->in, name, p, e))
                return false;
            w->lanes[w->count++] = (struct bus_position){ .topic = name, .partition = p };
        }
    return true;
}

static bool check_lanes(struct worker *w, const struct bus_join *j, struct err *e)
{
    for (size_t i = 0; i < w->count; i++) {
        struct bus_position *p = &w->lanes[i];
        struct bus_end end = { .first = 0 };
        kafka_take_time(p);
        if (!kafka_ends(w->k->look, p->topic, p->partition, &end.first, &end.next, e) ||
            !bus_lane_may_go_on(j, p, &end, e))
            return false;
        if (p->next <= end.first)
            p->at_ms = 0; /* the record before it has aged */
    }
    return kafka_look_back(w->in, w->k->look, j, w->lanes, w->count, &w->a, e);
}

/* Takes over first: only then can no one else still be committing these positions. */
static bool start_worker(struct worker *w, const struct bus_join *j, struct err *e)
{
    int group = (int)bus_name_group_length(j->id);
    const char *id = arena_format(&w->a, "%s%s", w->k->prefix, j->id);
    w->group = arena_format(&w->a, "%s%.*s", w->k->prefix, group, j->id);
    if (!id || !w->group)
        return err_memory(e);
    return held_init(&w->held, e) && start_client(w->k, KAFKA_WRITER, id, &w->out, e) &&
           start_client(w->k, KAFKA_FETCHER, w->group, &w->in, e) && list_lanes(w, j, e) &&
           kafka_take_over(w->out, e) && kafka_committed(w->in, w->lanes, w->count, &w->a, e) &&
           check_lanes(w, j, e) && kafka_assign(w->in, w->lanes, w->count, e);
}

static bool kafka_join(struct bus *bus, const struct bus_join *j, struct bus_worker **out,
                       struct err *e)
{
    struct worker *w = mem_alloc(sizeof *w);
    if (!w)
        return err_memory(e);
    w->face.ops = bus->ops;
    w->k = (struct kafka *)bus;
    arena_init(&w->a, (size_t)64 * 1024 * 1024);
    if (start_worker(w, j, e)) {
        *out = &w->face;
        return true;
    }
    kafka_leave(&w->face);
    return false;
}

static bool position_of(struct kafka_client *c, const char *topic, int partition, struct arena *a,
                        struct bus_position *out, struct err *e)
{
    *out = (struct bus_position){ .topic = topic, .partition = partition };
    if (!kafka_want(c, topic, partition, e) || !kafka_committed(c, out, 1, a, e))
        return false;
    kafka_take_time(out);
    if (out->next == KAFKA_NO_POSITION)
        out->next = 0;
    return true;
}

static bool kafka_position(struct bus_worker *face, const char *topic, int partition,
                           struct arena *a, struct bus_position *out, struct err *e)
{
    return position_of(((struct worker *)face)->in, topic, partition, a, out, e);
}

static bool kafka_group_position(struct bus *bus, const char *group, const char *topic,
                                 int partition, struct arena *a, struct bus_position *out,
                                 struct err *e)
{
    struct kafka *k = (struct kafka *)bus;
    struct kafka_client *c = NULL;
    const char *full = arena_format(a, "%s%s", k->prefix, group);
    bool good = (full || err_memory(e)) && start_client(k, KAFKA_FETCHER, full, &c, e) &&
                position_of(c, topic, partition, a, out, e);
    kafka_stop(&c);
    return good;
}

/* How many come before the first whose time is its sender's word; w->dated is set where there is
 * one. */
static size_t up_to_dated(struct worker *w)
{
    for (size_t i = 0; i < w->held.n; i++) {
        const struct bus_record *r = &w->held.r[i];
        if (!r->sender_dated || !topic_is_timed(r->topic))
            continue;
        (void)err_set(&w->dated, ERR_FATAL, "bus.dated", 0,
                      "cannot go on in '%s' %d at %" PRId64
                      ": its sender dated that record; the topic must have "
                      "message.timestamp.type=LogAppendTime",
                      r->topic, r->partition, r->offset);
        return i;
    }
    return w->held.n;
}

static bool kafka_fetch(struct bus_worker *face, int wait_ms, const struct bus_record **in,
                        size_t *n, struct err *e)
{
    struct worker *w = (struct worker *)face;
    int64_t at = 0;
    *n = 0;
    held_reset(&w->held);
    if (w->dated.code) {
        *e = w->paused ? w->dated : *e;
        w->paused = !w->paused;
        return w->paused;
    }
    if (!held_fill(&w->held, w->in, wait_ms, NO_WATERMARK, &at, e))
        return false;
    *in = w->held.r;
    *n = up_to_dated(w);
    return true;
}

static bool write_all(struct worker *w, const struct bus_record *out, size_t n, struct err *e)
{
    for (size_t i = 0; i < n;) {
        bool full = false;
        if (!kafka_send(w->out, &out[i], NULL, &full, e))
            return false;
        if (full && kafka_hurries(w->out))
            return err_set(e, ERR_RETRY, "bus.full", 0, "cannot commit: too much waits already");
        if (full)
            kafka_serve(w->out, SERVE_MS);
        else
            i++;
    }
    return true;
}

static bool check_all(struct worker *w, const struct bus_record *out, size_t n,
                      const struct bus_position *done, size_t m, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!kafka_want(w->out, out[i].topic, out[i].partition, e))
            return false;
    for (size_t i = 0; i < m; i++)
        if (!kafka_want(w->out, done[i].topic, done[i].partition, e))
            return false;
    return true;
}

static bool try_commit(struct worker *w, const struct bus_record *out, size_t n,
                       const struct bus_position *done, size_t m, struct err *e)
{
    const struct bus_position *timed = NULL;
    struct arena_saved saved = arena_save(&w->a);
    bool good = write_all(w, out, n, e) && kafka_put_times(done, m, &w->a, &timed, e) &&
                (m == 0 || kafka_send_positions(w->out, w->group, timed, m, e));
    arena_rewind(&w->a, saved);
    return good && kafka_commit(w->out, e);
}

/* Back to the committed positions, so that the same is fetched again. Always false. */
static bool go_back(struct worker *w, bool begun, struct err *e)
{
    struct err worse = { 0 };
    if (e->fate == ERR_FATAL)
        return false;
    held_reset(&w->held);
    if ((begun && !kafka_abort(w->out, &worse)) ||
        !kafka_assign(w->in, w->lanes, w->count, &worse)) {
        *e = worse;
        e->fate = ERR_FATAL; /* not going back would lose what was fetched */
    } else if (begun) {
        kafka_say_refusal(w->out, e);
    }
    return false;
}

static bool kafka_commit_all(struct bus_worker *face, const struct bus_record *out, size_t n,
                             const struct bus_position *done, size_t m, struct err *e)
{
    struct worker *w = (struct worker *)face;
    if (!check_all(w, out, n, done, m, e) || !kafka_begin(w->out, e))
        return go_back(w, false, e);
    if (!try_commit(w, out, n, done, m, e))
        return go_back(w, true, e);
    for (size_t i = 0; i < w->count; i++)
        for (size_t k = 0; k < m; k++)
            if (w->lanes[i].partition == done[k].partition &&
                strcmp(w->lanes[i].topic, done[k].topic) == 0)
                w->lanes[i].next = done[k].next;
    return true;
}

/* ---- the reader ---- */

static void kafka_reader_close(struct bus_reader *face)
{
    struct reader *r = (struct reader *)face;
    held_release(&r->held);
    kafka_stop(&r->c);
    mem_free(r->topic);
    mem_free(r);
}

/* The end is asked of a client that sees what is not yet committed: a transaction that is open now
 * may be committed, and the records behind it are there already. */
static bool ask_watermark(struct reader *r, int64_t *first, struct err *e)
{
    bool good = kafka_ends(r->k->look, r->topic, r->partition, first, &r->watermark, e);
    if (!good && e->fate == ERR_FATAL)
        kafka_topic_gone(r->c);
    return good;
}

static bool start_reader(struct reader *r, int64_t from, struct err *e)
{
    int64_t first = 0;
    char group[300];
    struct bus_position p = { .topic = r->topic, .partition = r->partition };
    struct slice reader = SLICE("reader"), prefix = slice_text(r->k->prefix);
    memcpy(group, prefix.p, prefix.n);
    memcpy(group + prefix.n, reader.p, reader.n + 1);
    if (!start_client(r->k, KAFKA_READER, group, &r->c, e) ||
        !kafka_want(r->c, r->topic, r->partition, e) || !ask_watermark(r, &first, e))
        return false;
    const struct bus_end end = { .first = first, .next = r->watermark };
    if (!bus_lane_may_read(r->topic, r->partition, from, &end, e))
        return false;
    r->at = p.next = from < first ? first : from;
    return kafka_assign(r->c, &p, 1, e);
}

static bool kafka_reader_open(struct bus *bus, const char *topic, int partition, int64_t from,
                              struct bus_reader **out, struct err *e)
{
    struct reader *r = mem_alloc(sizeof *r);
    if (!r)
        return err_memory(e);
    *r = (struct reader){ .face.ops = bus->ops, .k = (struct kafka *)bus, .partition = partition };
    r->topic = mem_alloc(strlen(topic) + 1);
    if (r->topic)
        memcpy(r->topic, topic, strlen(topic));
    bool good = (r->topic || err_memory(e)) && held_init(&r->held, e) && start_reader(r, from, e);
    if (good)
        *out = &r->face;
    else
        kafka_reader_close(&r->face);
    return good;
}

static bool kafka_reader_next(struct bus_reader *face, int wait_ms, const struct bus_record **out,
                              size_t *n, bool *end, struct err *e)
{
    struct reader *r = (struct reader *)face;
    int64_t first;
    bool fresh = r->at >= r->watermark;
    held_reset(&r->held);
    if (fresh && !ask_watermark(r, &first, e))
        return false;
    if ((r->told || r->at < r->watermark) &&
        !held_fill(&r->held, r->c, wait_ms, r->told ? NO_WATERMARK : r->watermark, &r->at, e))
        return false;
    /* Reached what was the end earlier: is it the end still? */
    if (!fresh && r->at >= r->watermark && !ask_watermark(r, &first, e))
        return false;
    *end = r->told = r->at >= r->watermark;
    *out = r->held.r;
    *n = r->held.n;
    return true;
}

/* ---- opening ---- */

static bool start_client(struct kafka *k, enum kafka_role role, const char *id,
                         struct kafka_client **out, struct err *e)
{
    const char *kind = role == KAFKA_WRITER ? "transactional.id" : "group.id";
    const struct kafka_setting own[] = { { "client.id", k->name },
                                         { id ? kind : NULL, id },
                                         { NULL, NULL } };
    struct kafka_start s = { .role = role,
                             .prefix = k->prefix,
                             .site = k->site,
                             .own = own,
                             .why = k->why,
                             .asker = k->asker };
    return kafka_start(&s, out, e);
}

static void kafka_close(struct bus *bus)
{
    struct kafka *k = (struct kafka *)bus;
    kafka_publisher_release(&k->publisher);
    kafka_stop(&k->look);
    kafka_why_release(k->why);
    kafka_asker_release(k->asker);
    arena_release(&k->a);
    mem_free(k);
}

static const struct bus_ops kafka_ops = {
    .close = kafka_close,
    .topics = make_topics,
    .list = kafka_list,
    .publish = kafka_publish,
    .join = kafka_join,
    .committed = kafka_position,
    .fetch = kafka_fetch,
    .commit = kafka_commit_all,
    .leave = kafka_leave,
    .reader_open = kafka_reader_open,
    .reader_next = kafka_reader_next,
    .reader_close = kafka_reader_close,
    .group_committed = kafka_group_position,
    .end = kafka_end,
    .published = kafka_end_of_mine,
    .answers = kafka_is_there,
    .hurry = kafka_hurry,
};

bool kafka_open(const struct bus_options *o, const char *address, struct bus **out, struct err *e)
{
    struct kafka *k = mem_alloc(sizeof *k);
    if (!k)
        return err_memory(e);
    k->bus = (struct bus){ .ops = &kafka_ops, .read_only = o->read_only };
    arena_init(&k->a, 64 * 1024);
    k->a.is_secret = true; /* passwords */
    k->prefix = arena_text(&k->a, slice_text(o->prefix));
    k->name = arena_text(&k->a, slice_text(o->client ? o->client : "concordat"));
    bool good = (k->prefix && k->name) || err_memory(e);
    good = good && kafka_settings(address, &k->a, &k->site, e);
    k->why = kafka_why_new(good && kafka_has_setting(k->site, "ssl.certificate.location"));
    k->asker = kafka_asker_new();
    good = good && ((k->why && k->asker) || err_memory(e));
    const struct kafka_start own = {
        .prefix = k->prefix, .site = k->site, .why = k->why, .asker = k->asker
    };
    kafka_publisher_init(&k->publisher, k->name, &own);
    good = good && start_client(k, KAFKA_LOOKER, NULL, &k->look, e);
    if (good)
        *out = &k->bus;
    else
        kafka_close(&k->bus);
    return good;
}
