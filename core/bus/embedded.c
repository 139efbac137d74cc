/* embedded.c - the bus in one SQLite file that one process writes: for demos, pilots, tests,
 * auditors.
 *
 * A transaction of the bus is a transaction of SQLite. embedded_queue.c writes; here is the rest. A
 * commit wakes the threads that wait for records, so no thread of the writing process polls.
 *
 * Threads: embedded_inside.h. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/wait.h"
#include "bus/embedded_inside.h"

#define NS_PER_MS INT64_C(1000000)
#define LOOK_AGAIN_MS 50 /* a process that only reads the file is woken by no commit: it polls */

struct reader {
    struct bus_reader face;
    struct embedded *b;
    struct bus_store_topic *t;
    int partition;
    int64_t at;
    bool was_at_end; /* the last call said so: the next one waits for more */
    struct batch batch;
};

/* ---- writing ---- */

static bool embedded_publish(struct bus *bus, const struct bus_record *r, size_t n, struct err *e)
{
    struct embedded_request q = { .r = r, .n = n };
    return embedded_submit((struct embedded *)bus, &q, e);
}

/* ---- topics ---- */

static bool add_missing_topics(struct embedded *b, const struct bus_topic *t, size_t n,
                               struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct bus_store_topic *has = bus_store_find(&b->store, t[i].name);
        if (has && has->partitions != t[i].partitions)
            return err_set(e, ERR_FATAL, "bus.topic", 0,
                           "topic '%s' has %d partitions, and region.yaml wants %d", t[i].name,
                           has->partitions, t[i].partitions);
        if (!has && !bus_store_add(&b->store, &t[i], e))
            return false;
    }
    return true;
}

static bool embedded_topics(struct bus *bus, const struct bus_topic *t, size_t n, struct err *e)
{
    struct embedded *b = (struct embedded *)bus;
    pthread_mutex_lock(&b->disk);
    bool good = bus_store_begin(&b->store, e);
    if (good && !add_missing_topics(b, t, n, e)) {
        bus_store_rollback(&b->store);
        good = false;
    }
    good = good && bus_store_commit(&b->store, e);
    if (good) {
        pthread_mutex_lock(&b->queue);
        good = bus_store_load(&b->store, e);
        pthread_mutex_unlock(&b->queue);
    }
    pthread_mutex_unlock(&b->disk);
    return good;
}

/* A bus that is open to read only looks in the file for topics that are new. `disk` is held. */
static bool refresh_topics(struct embedded *b, struct err *e)
{
    if (!b->bus.read_only)
        return true;
    return bus_store_load(&b->store, e);
}

static bool embedded_list(struct bus *bus, struct arena *a, const struct bus_topic **out, size_t *n,
                          struct err *e)
{
    struct embedded *b = (struct embedded *)bus;
    pthread_mutex_lock(&b->disk);
    bool good = refresh_topics(b, e);
    struct bus_topic *list = good ? ARENA_ARRAY(a, b->store.count + 1, struct bus_topic) : NULL;
    for (size_t i = 0; list && i < b->store.count; i++) {
        const struct bus_store_topic *t = b->store.topics[i];
        list[i].name = arena_text(a, slice_text(t->name));
        list[i].partitions = t->partitions;
        list[i].compacted = t->compacted;
        if (!list[i].name)
            list = NULL;
    }
    *out = list;
    *n = list ? b->store.count : 0;
    pthread_mutex_unlock(&b->disk);
    return good && (list || err_memory(e));
}

static bool embedded_group_committed(struct bus *bus, const char *group, const char *topic,
                                     int partition, struct arena *a, struct bus_position *out,
                                     struct err *e)
{
    struct embedded *b = (struct embedded *)bus;
    struct bus_store_topic *t;
    pthread_mutex_lock(&b->disk);
    bool good = refresh_topics(b, e);
    good = good && bus_store_want(&b->store, topic, partition, &t, e);
    good =
        good && bus_store_position(&b->store, slice_text(group), &t->lanes[partition], a, out, e);
    pthread_mutex_unlock(&b->disk);
    out->topic = topic;
    out->partition = partition;
    return good;
}

static bool embedded_end(struct bus *bus, const char *topic, int partition, struct bus_end *out,
                         struct err *e)
{
    struct embedded *b = (struct embedded *)bus;
    struct bus_store_topic *t;
    pthread_mutex_lock(&b->disk);
    bool good = refresh_topics(b, e);
    good = good && bus_store_want(&b->store, topic, partition, &t, e);
    good = good && bus_store_ends(&b->store, &t->lanes[partition], out, e);
    pthread_mutex_unlock(&b->disk);
    return good;
}

/* ---- waiting ---- */

/* Waits until there may be something new, at most until until_ns; false: that time has come. `disk`
 * is held. */
static bool wait_for_news(struct embedded *b, int64_t until_ns)
{
    int64_t now_ns = clock_mono_ns(), end_ns = until_ns;
    int64_t look_ns = now_ns + LOOK_AGAIN_MS * NS_PER_MS;
    if (now_ns >= until_ns)
        return false;
    if (b->bus.read_only && look_ns < end_ns)
        end_ns = look_ns;
    (void)wait_until(&b->news, &b->disk, end_ns);
    return true;
}

/* ---- the worker ---- */

static void free_worker(struct embedded_worker *w)
{
    batch_release(&w->batch);
    mem_free(w->slots);
    mem_free(w->id);
    mem_free(w);
}

/* Finds the lane of a slot, and the committed position from which it is fetched. */
static bool fill_slot(struct embedded_worker *w, const struct bus_join *j,
                      struct bus_position *from, struct embedded_slot *s, struct err *e)
{
    struct arena note; /* not looked at here */
    struct bus_store *store = &w->b->store;
    struct bus_end end = { .first = 0 };
    arena_init(&note, 64 * 1024);
    bool good = bus_store_want(store, from->topic, from->partition, &s->t, e);
    const struct lane *l = good ? &s->t->lanes[from->partition] : NULL;
    good = good && bus_store_position(store, w->group, l, &note, from, e);
    good = good && bus_store_ends(store, l, &end, e);
    good = good && bus_lane_may_go_on(j, from, &end, e);
    s->partition = from->partition;
    s->at = s->committed = from->next;
    arena_release(&note);
    return good;
}

static bool fill_slots(struct embedded_worker *w, const struct bus_join *j, struct err *e)
{
    for (size_t i = 0; j->topics[i]; i++)
        for (int p = 0; p < j->partitions; p++) {
            struct bus_position from = { .topic = j->topics[i], .partition = p };
            if (!fill_slot(w, j, &from, &w->slots[w->count], e))
                return false;
            w->count++;
        }
    return true;
}

static struct embedded_worker *new_worker(struct embedded *b, const struct bus_join *j,
                                          struct err *e)
{
    size_t topics = 0, length = strlen(j->id);
    while (j->topics[topics])
        topics++;
    struct embedded_worker *w = mem_alloc(sizeof *w);
    if (!w) {
        err_memory(e);
        return NULL;
    }
    bool good = batch_init(&w->batch, e);
    w->face.ops = b->bus.ops;
    w->b = b;
    w->id = mem_alloc(length + 1);
    w->slots = mem_alloc((topics * (size_t)j->partitions + 1) * sizeof *w->slots);
    if (!good || !w->id || !w->slots) {
        err_memory(e);
        free_worker(w);
        return NULL;
    }
    memcpy(w->id, j->id, length);
    w->group = slice_of(w->id, bus_name_group_length(w->id));
    return w;
}

/* Puts w first in the list of workers, and fences any other of its id. `disk` is held. */
static void add_worker(struct embedded *b, struct embedded_worker *w)
{
    for (struct embedded_worker *other = b->workers; other; other = other->next)
        if (strcmp(other->id, w->id) == 0)
            other->fenced = true;
    w->next = b->workers;
    b->workers = w;
    pthread_cond_broadcast(&b->news);
}

static bool embedded_join(struct bus *bus, const struct bus_join *j, struct bus_worker **out,
                          struct err *e)
{
    struct embedded *b = (struct embedded *)bus;
    struct embedded_worker *w = new_worker(b, j, e);
    if (!w)
        return false;
    pthread_mutex_lock(&b->disk);
    bool good = fill_slots(w, j, e);
    if (good)
        add_worker(b, w);
    pthread_mutex_unlock(&b->disk);
    if (good)
        *out = &w->face;
    else
        free_worker(w);
    return good;
}

static bool embedded_committed(struct bus_worker *face, const char *topic, int partition,
                               struct arena *a, struct bus_position *out, struct err *e)
{
    struct embedded_worker *w = (struct embedded_worker *)face;
    struct bus_store_topic *t;
    pthread_mutex_lock(&w->b->disk);
    bool good = bus_store_want(&w->b->store, topic, partition, &t, e);
    good = good && bus_store_position(&w->b->store, w->group, &t->lanes[partition], a, out, e);
    if (good) {
        out->topic = t->name;
        out->partition = partition;
    }
    pthread_mutex_unlock(&w->b->disk);
    return good;
}

static bool read_slots(struct embedded_worker *w, struct err *e)
{
    for (size_t k = 0; k < w->count && !batch_is_full(&w->batch); k++) {
        struct embedded_slot *s = &w->slots[(w->turn + k) % w->count];
        bool has_news = s->at < s->t->lanes[s->partition].next;
        if (has_news && !bus_store_read(&w->b->store, s->t, s->partition, &s->at, &w->batch, e))
            return false;
    }
    return true;
}

/* Reads what is new in all slots. If that fails, the slots go back to where they were: what was
 * read is not handed out, and is read again. */
static bool collect_records(struct embedded_worker *w, struct err *e)
{
    if (embedded_is_fenced(w, e))
        return false;
    for (size_t i = 0; i < w->count; i++)
        w->slots[i].before = w->slots[i].at;
    if (read_slots(w, e))
        return true;
    for (size_t i = 0; i < w->count; i++)
        w->slots[i].at = w->slots[i].before;
    return false;
}

static bool embedded_fetch(struct bus_worker *face, int wait_ms, const struct bus_record **in,
                           size_t *n, struct err *e)
{
    struct embedded_worker *w = (struct embedded_worker *)face;
    int64_t until_ns = wait_end_ns(wait_ms);
    pthread_mutex_lock(&w->b->disk);
    batch_reset(&w->batch);
    bool good = collect_records(w, e);
    while (good && w->batch.n == 0 && wait_for_news(w->b, until_ns))
        good = collect_records(w, e);
    pthread_mutex_unlock(&w->b->disk);
    w->turn++;
    *in = w->batch.r;
    *n = good ? w->batch.n : 0;
    return good;
}

static bool embedded_commit(struct bus_worker *face, const struct bus_record *out, size_t n,
                            const struct bus_position *done, size_t m, struct err *e)
{
    struct embedded_worker *w = (struct embedded_worker *)face;
    struct embedded_request q = { .r = out, .n = n, .done = done, .m = m, .w = w };
    return embedded_submit(w->b, &q, e);
}

static void embedded_leave(struct bus_worker *face)
{
    struct embedded_worker *w = (struct embedded_worker *)face;
    pthread_mutex_lock(&w->b->disk);
    for (struct embedded_worker **p = &w->b->workers; *p; p = &(*p)->next)
        if (*p == w) {
            *p = w->next;
            break;
        }
    pthread_mutex_unlock(&w->b->disk);
    free_worker(w);
}

/* ---- the reader ---- */

static void embedded_reader_close(struct bus_reader *face)
{
    struct reader *r = (struct reader *)face;
    batch_release(&r->batch);
    mem_free(r);
}

static bool embedded_reader_open(struct bus *bus, const char *topic, int partition, int64_t from,
                                 struct bus_reader **out, struct err *e)
{
    struct embedded *b = (struct embedded *)bus;
    struct reader *r = mem_alloc(sizeof *r);
    if (!r)
        return err_memory(e);
    *r = (struct reader){ .face.ops = bus->ops, .b = b, .partition = partition, .at = from };
    bool good = batch_init(&r->batch, e);
    pthread_mutex_lock(&b->disk);
    struct bus_end end = { .first = 0 };
    good = good && refresh_topics(b, e);
    good = good && bus_store_want(&b->store, topic, partition, &r->t, e);
    good = good && bus_store_ends(&b->store, &r->t->lanes[partition], &end, e);
    good = good && bus_lane_may_read(topic, partition, from, &end, e);
    pthread_mutex_unlock(&b->disk);
    if (good)
        *out = &r->face;
    else
        embedded_reader_close(&r->face);
    return good;
}

/* The lane's end now. `disk` is held. */
static bool find_end(struct reader *r, int64_t *end, struct err *e)
{
    const struct lane *l = &r->t->lanes[r->partition];
    int64_t last_ms;
    *end = l->next;
    if (!r->b->bus.read_only)
        return true;
    return bus_store_head(&r->b->store, l, end, &last_ms, e);
}

static bool embedded_reader_next(struct bus_reader *face, int wait_ms,
                                 const struct bus_record **out, size_t *n, bool *end, struct err *e)
{
    struct reader *r = (struct reader *)face;
    int64_t until_ns = wait_end_ns(wait_ms), at_call = 0, before = r->at;
    pthread_mutex_lock(&r->b->disk);
    batch_reset(&r->batch);
    bool good = find_end(r, &at_call, e);
    int64_t now = at_call;
    while (good && r->was_at_end && r->at >= now && wait_for_news(r->b, until_ns))
        good = find_end(r, &now, e);
    good = good && bus_store_read(&r->b->store, r->t, r->partition, &r->at, &r->batch, e);
    pthread_mutex_unlock(&r->b->disk);
    if (!good)
        r->at = before; /* what was read is not handed out, and is read again */
    /* In a compacted lane the last offsets may have no record any more. */
    if (good && !batch_is_full(&r->batch) && r->at < at_call)
        r->at = at_call;
    r->was_at_end = good && r->at >= at_call;
    *end = r->was_at_end;
    *out = r->batch.r;
    *n = good ? r->batch.n : 0;
    return good;
}

/* ---- opening ---- */

static void embedded_close(struct bus *bus)
{
    struct embedded *b = (struct embedded *)bus;
    bus_store_release(&b->store);
    pthread_cond_destroy(&b->news);
    pthread_cond_destroy(&b->served);
    pthread_mutex_destroy(&b->disk);
    pthread_mutex_destroy(&b->queue);
    mem_free(b->prefix);
    mem_free(b);
}

static const struct bus_ops embedded_ops = {
    .close = embedded_close,
    .topics = embedded_topics,
    .list = embedded_list,
    .publish = embedded_publish,
    .join = embedded_join,
    .committed = embedded_committed,
    .fetch = embedded_fetch,
    .commit = embedded_commit,
    .leave = embedded_leave,
    .reader_open = embedded_reader_open,
    .reader_next = embedded_reader_next,
    .reader_close = embedded_reader_close,
    .group_committed = embedded_group_committed,
    .end = embedded_end,
    .reads_cheaply = true,
};

static void init_locks(struct embedded *b)
{
    wait_init(&b->news);
    wait_init(&b->served);
    pthread_mutex_init(&b->disk, NULL);
    pthread_mutex_init(&b->queue, NULL);
}

bool embedded_open(const struct bus_options *o, const char *path, struct bus **out, struct err *e)
{
    const char *prefix = o->prefix ? o->prefix : "";
    struct embedded *b = mem_alloc(sizeof *b);
    char *kept = mem_alloc(strlen(prefix) + 1);
    if (!b || !kept) {
        mem_free(b);
        mem_free(kept);
        return err_memory(e);
    }
    memcpy(kept, prefix, strlen(prefix) + 1);
    b->bus = (struct bus){ .ops = &embedded_ops, .read_only = o->read_only };
    b->prefix = kept;
    b->last = &b->first;
    init_locks(b);
    if (!bus_store_open(&b->store, path, b->prefix, o->read_only, e)) {
        embedded_close(&b->bus);
        return false;
    }
    *out = &b->bus;
    return true;
}
