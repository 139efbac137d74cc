/* kafka.c - the bus on Kafka: what a worker and a reader promise, kept by kafka_client.h.
 *
 * The publisher is kafka_publisher.h.
 * A worker has a consumer, whose partitions are assigned by hand, and a transactional producer. It
 * remembers the committed positions, and sets the consumer back to them after a failed commit. A
 * zombie is fenced by its id. So two workers of different ids must never be given the same
 * partitions of one group.
 * A reader has a consumer. Where its lane ends is asked of another client, the looker, which sees
 * uncommitted records too.
 *
 * Threads: any thread may ask the looker; a worker and a reader each belong to one thread. */
#include <inttypes.h>
#include <string.h>

#include "bus/backend.h"
#include "bus/kafka_client.h"
#include "bus/kafka_fetched.h"
#include "bus/kafka_lost.h"
#include "bus/kafka_make.h"
#include "bus/kafka_publisher.h"
#include "bus/topics.h"

#define SERVE_MS 100
#define NO_END INT64_MAX

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

struct worker {
    struct bus_worker face;
    struct kafka *k;
    struct arena a;
    const char *group;
    struct kafka_client *out, *in;
    struct bus_position *lanes; /* what is fetched; next: as committed */
    size_t count;
    struct kafka_fetched fetched;
    /* Set when a fetch has met a record dated by its sender. Then one fetch brings nothing, so that
     * the records before it can be committed, and the next one fails with this. */
    struct err dated;
    bool paused; /* that empty fetch was made */
};

struct reader {
    struct bus_reader face;
    struct kafka *k;
    struct kafka_client *c;
    char *topic;
    int partition;
    int64_t at, end; /* offsets: of the next record; of the lane's end as last asked for */
    bool was_at_end; /* the last call said so: the next one waits for more */
    struct kafka_fetched fetched;
};

static bool start_client(struct kafka *k, enum kafka_role role, const char *id,
                         struct kafka_client **out, struct err *e);

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

/* ---- the worker ---- */

static void kafka_leave(struct bus_worker *face)
{
    struct worker *w = (struct worker *)face;
    kafka_fetched_release(&w->fetched); /* before the consumer, which its messages hold on to */
    kafka_stop(&w->in);
    kafka_stop(&w->out);
    arena_release(&w->a);
    mem_free(w);
}

/* Lists the lanes that are fetched, and makes both clients know their topics. The consumer would
 * find the leaders by itself, but a second later. */
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
            if (!kafka_want(w->out, name, p, e))
                return false;
            if (!kafka_want(w->in, name, p, e))
                return false;
            w->lanes[w->count++] = (struct bus_position){ .topic = name, .partition = p };
        }
    return true;
}

/* Whether fetching may go on at the committed positions; moves those of lanes that were lost. */
static bool check_lanes(struct worker *w, const struct bus_join *j, struct err *e)
{
    for (size_t i = 0; i < w->count; i++) {
        struct bus_position *p = &w->lanes[i];
        struct bus_end end = { .first = 0 };
        kafka_lost_take_time(p);
        if (!kafka_ends(w->k->look, p->topic, p->partition, &end.first, &end.next, e))
            return false;
        if (!bus_lane_may_go_on(j, p, &end, e))
            return false;
        if (p->next <= end.first)
            p->at_ms = 0; /* the record before it has aged */
    }
    return kafka_lost_look_back(w->in, w->k->look, j, w->lanes, w->count, &w->a, e);
}

static bool start_clients(struct worker *w, const struct bus_join *j, struct err *e)
{
    int group = (int)bus_name_group_length(j->id);
    const char *id = arena_format(&w->a, "%s%s", w->k->prefix, j->id);
    w->group = arena_format(&w->a, "%s%.*s", w->k->prefix, group, j->id);
    if (!id || !w->group)
        return err_memory(e);
    if (!start_client(w->k, KAFKA_WRITER, id, &w->out, e))
        return false;
    return start_client(w->k, KAFKA_FETCHER, w->group, &w->in, e);
}

/* Fences other workers of this id before it asks for positions, since only then no other can still
 * commit them. */
static bool start_worker(struct worker *w, const struct bus_join *j, struct err *e)
{
    if (!kafka_fetched_init(&w->fetched, e))
        return false;
    if (!start_clients(w, j, e))
        return false;
    if (!list_lanes(w, j, e))
        return false;
    if (!kafka_take_over(w->out, e))
        return false;
    if (!kafka_committed(w->in, w->lanes, w->count, &w->a, e))
        return false;
    if (!check_lanes(w, j, e))
        return false;
    return kafka_assign(w->in, w->lanes, w->count, e);
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
    if (!kafka_want(c, topic, partition, e))
        return false;
    if (!kafka_committed(c, out, 1, a, e))
        return false;
    kafka_lost_take_time(out);
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
    bool good = full || err_memory(e);
    good = good && start_client(k, KAFKA_FETCHER, full, &c, e);
    good = good && position_of(c, topic, partition, a, out, e);
    kafka_stop(&c);
    return good;
}

/* How many records come before the first that its sender dated and that must not be. Sets w->dated
 * where there is one. */
static size_t count_up_to_dated(struct worker *w)
{
    for (size_t i = 0; i < w->fetched.n; i++) {
        const struct bus_record *r = &w->fetched.r[i];
        if (!r->sender_dated || !topic_is_timed(r->topic))
            continue;
        (void)err_set(&w->dated, ERR_FATAL, "bus.dated", 0,
                      "cannot go on in '%s' %d at %" PRId64
                      ": its sender dated that record; the topic must have "
                      "message.timestamp.type=LogAppendTime",
                      r->topic, r->partition, r->offset);
        return i;
    }
    return w->fetched.n;
}

static bool kafka_fetch(struct bus_worker *face, int wait_ms, const struct bus_record **in,
                        size_t *n, struct err *e)
{
    struct worker *w = (struct worker *)face;
    int64_t at = 0;
    *n = 0;
    kafka_fetched_reset(&w->fetched);
    if (w->dated.code) {
        w->paused = !w->paused;
        if (w->paused)
            return true;
        *e = w->dated;
        return false;
    }
    if (!kafka_fetched_fill(&w->fetched, w->in, wait_ms, NO_END, &at, e))
        return false;
    *in = w->fetched.r;
    *n = count_up_to_dated(w);
    return true;
}

/* Hands over all n, and serves the producer while it has no room. */
static bool send_outputs(struct worker *w, const struct bus_record *out, size_t n, struct err *e)
{
    for (size_t i = 0; i < n;) {
        bool full = false;
        if (!kafka_send(w->out, &out[i], NULL, &full, e))
            return false;
        if (full && kafka_hurries(w->out))
            return err_set(e, ERR_RETRY, "bus.full", 0,
                           "cannot commit: too many records wait for kafka already");
        if (full)
            kafka_serve(w->out, SERVE_MS);
        else
            i++;
    }
    return true;
}

/* Every lane that is written or committed must exist. */
static bool check_written(struct worker *w, const struct bus_record *out, size_t n,
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
    bool good = send_outputs(w, out, n, e);
    good = good && kafka_lost_put_times(done, m, &w->a, &timed, e);
    if (good && m > 0)
        good = kafka_send_positions(w->out, w->group, timed, m, e);
    arena_rewind(&w->a, saved);
    return good && kafka_commit(w->out, e);
}

/* After a failed commit: aborts the transaction, if one was begun, and goes back to the committed
 * positions, so that the same records are fetched again. Where going back fails, e becomes fatal,
 * or those records would be lost. Always false. */
static bool go_back(struct worker *w, bool begun, struct err *e)
{
    struct err worse = { 0 };
    if (e->fate == ERR_FATAL)
        return false;
    kafka_fetched_reset(&w->fetched);
    bool is_back = !begun || kafka_abort(w->out, &worse);
    is_back = is_back && kafka_assign(w->in, w->lanes, w->count, &worse);
    if (!is_back) {
        *e = worse;
        e->fate = ERR_FATAL;
    } else if (begun) {
        kafka_say_refusal(w->out, e);
    }
    return false;
}

static bool is_of_lane(const struct bus_position *lane, const struct bus_position *p)
{
    return lane->partition == p->partition && strcmp(lane->topic, p->topic) == 0;
}

static bool kafka_commit_all(struct bus_worker *face, const struct bus_record *out, size_t n,
                             const struct bus_position *done, size_t m, struct err *e)
{
    struct worker *w = (struct worker *)face;
    if (!check_written(w, out, n, done, m, e))
        return go_back(w, false, e);
    if (!kafka_begin(w->out, e))
        return go_back(w, false, e);
    if (!try_commit(w, out, n, done, m, e))
        return go_back(w, true, e);
    for (size_t i = 0; i < w->count; i++)
        for (size_t k = 0; k < m; k++)
            if (is_of_lane(&w->lanes[i], &done[k]))
                w->lanes[i].next = done[k].next;
    return true;
}

/* ---- the reader ---- */

static void kafka_reader_close(struct bus_reader *face)
{
    struct reader *r = (struct reader *)face;
    kafka_fetched_release(&r->fetched);
    kafka_stop(&r->c);
    mem_free(r->topic);
    mem_free(r);
}

/* Asks the looker, which sees uncommitted records too: a transaction that is open now may be
 * committed, and records behind it are there already. */
static bool ask_end(struct reader *r, int64_t *first, struct err *e)
{
    bool good = kafka_ends(r->k->look, r->topic, r->partition, first, &r->end, e);
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
    if (!start_client(r->k, KAFKA_READER, group, &r->c, e))
        return false;
    if (!kafka_want(r->c, r->topic, r->partition, e))
        return false;
    if (!ask_end(r, &first, e))
        return false;
    const struct bus_end end = { .first = first, .next = r->end };
    if (!bus_lane_may_read(r->topic, r->partition, from, &end, e))
        return false;
    r->at = from < first ? first : from;
    p.next = r->at;
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
    bool good = r->topic || err_memory(e);
    good = good && kafka_fetched_init(&r->fetched, e);
    good = good && start_reader(r, from, e);
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
    bool asked_first = r->at >= r->end;
    kafka_fetched_reset(&r->fetched);
    if (asked_first && !ask_end(r, &first, e))
        return false;
    int64_t until = r->was_at_end ? NO_END : r->end;
    if (r->at < until && !kafka_fetched_fill(&r->fetched, r->c, wait_ms, until, &r->at, e))
        return false;
    /* What it has reached was the end when it last asked, and may not be the end now. */
    bool may_be_old = !asked_first && r->at >= r->end;
    if (may_be_old && !ask_end(r, &first, e))
        return false;
    r->was_at_end = r->at >= r->end;
    *end = r->was_at_end;
    *out = r->fetched.r;
    *n = r->fetched.n;
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
