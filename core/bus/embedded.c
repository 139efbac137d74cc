/* embedded.c - the bus in one file of one writing process (SQLite): demo, pilot, tests, auditors.
 *
 * A SQLite transaction is the bus transaction. Publishers and workers hand their writing to a
 * queue; whoever finds nobody leading takes all that waits and commits it as one: one fsync however
 * many wait. Nobody polls: a commit wakes who waits for records.
 *
 * Threads: `disk` guards the store and the workers, and is held through a commit; `queue` guards
 * the requests that wait. Where both are taken, disk comes first. The table of topics changes under
 * both. */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/wait.h"
#include "bus/backend.h"
#include "bus/bus_store.h"

#define LOOK_AGAIN_MS 50 /* nobody wakes a process that only reads the file */

struct request {
    const struct bus_record *r;
    size_t n;
    const struct bus_position *done;
    size_t m;
    struct worker *w; /* NULL: a publisher's */
    bool served, good;
    struct err e;
    struct request *next;
};

struct embedded {
    struct bus bus;
    struct bus_store store;
    char *prefix;
    pthread_mutex_t disk;
    pthread_cond_t news; /* with disk: records were committed, or a worker was fenced */
    struct worker *workers;
    pthread_mutex_t queue;
    pthread_cond_t served; /* with queue */
    struct request *first, **last;
    bool leading;
};

struct slot {
    struct bus_store_topic *t;
    int partition;
    int64_t at, committed;
    int64_t before; /* at, as the fetch under way found it */
};

struct worker {
    struct bus_worker face;
    struct embedded *b;
    char *id;
    struct slice group; /* the start of id */
    struct slot *slots;
    size_t count, turn; /* turn: where the next fetch starts, so that no topic starves */
    struct batch batch;
    bool fenced;
    struct worker *next;
};

struct reader {
    struct bus_reader face;
    struct embedded *b;
    struct bus_store_topic *t;
    int partition;
    int64_t at;
    bool told; /* that it is at the end: from then on it waits for more */
    struct batch batch;
};

/* ---- writing: one commit for all that wait ---- */

static bool check_topics(struct embedded *b, const struct request *q, struct err *e)
{
    struct bus_store_topic *t;
    for (size_t i = 0; i < q->n; i++)
        if (!bus_store_want(&b->store, q->r[i].topic, q->r[i].partition, &t, e))
            return false;
    for (size_t i = 0; i < q->m; i++)
        if (!bus_store_want(&b->store, q->done[i].topic, q->done[i].partition, &t, e))
            return false;
    return true;
}

static bool is_fenced(const struct worker *w, struct err *e)
{
    if (!w || !w->fenced)
        return false;
    err_set(e, ERR_FATAL, "bus.fenced", 0,
            "cannot go on as '%s': another worker has joined by this name", w->id);
    return true;
}

static bool write_request(struct embedded *b, struct request *q, struct err *e)
{
    for (size_t i = 0; i < q->n; i++)
        if (!bus_store_put(&b->store, &q->r[i], e))
            return false;
    for (size_t i = 0; i < q->m; i++)
        if (!bus_store_set_position(&b->store, q->w->group, &q->done[i], e))
            return false;
    return true;
}

static bool write_group(struct embedded *b, struct request *group, struct err *e)
{
    if (!bus_store_begin(&b->store, e))
        return false;
    for (struct request *q = group; q; q = q->next)
        if (!is_fenced(q->w, &q->e) && !write_request(b, q, e)) {
            bus_store_rollback(&b->store);
            return false;
        }
    return bus_store_commit(&b->store, e);
}

/* After a commit the worker's committed positions move on; after a failure it goes back to them. */
static void settle_worker(struct worker *w, const struct request *q)
{
    for (size_t i = 0; i < w->count; i++) {
        struct slot *s = &w->slots[i];
        for (size_t k = 0; q->good && k < q->m; k++)
            if (q->done[k].partition == s->partition && strcmp(q->done[k].topic, s->t->name) == 0)
                s->committed = q->done[k].next;
        if (!q->good)
            s->at = s->committed;
    }
}

static void lead(struct embedded *b, struct request *group)
{
    struct err e = { 0 };
    pthread_mutex_lock(&b->disk);
    bool good = write_group(b, group, &e);
    for (struct request *q = group; q; q = q->next) {
        q->good = good && q->e.fate == ERR_NONE;
        if (!good && q->e.fate == ERR_NONE)
            q->e = e;
        if (q->w)
            settle_worker(q->w, q);
    }
    pthread_cond_broadcast(&b->news);
    pthread_mutex_unlock(&b->disk);
}

/* Waits for a leader to serve q, or leads. Called and returns with `queue` held. */
static void wait_or_lead(struct embedded *b, struct request *q)
{
    while (!q->served && b->leading)
        pthread_cond_wait(&b->served, &b->queue);
    if (q->served)
        return;
    struct request *group = b->first;
    b->first = NULL;
    b->last = &b->first;
    b->leading = true;
    pthread_mutex_unlock(&b->queue);
    lead(b, group);
    pthread_mutex_lock(&b->queue);
    b->leading = false;
    for (struct request *next; group; group = next) {
        next = group->next;
        group->served = true; /* its owner may go as soon as the queue is free */
    }
    pthread_cond_broadcast(&b->served);
}

static bool submit(struct embedded *b, struct request *q, struct err *e)
{
    pthread_mutex_lock(&b->queue);
    bool good = check_topics(b, q, e);
    if (good) {
        *b->last = q;
        b->last = &q->next;
        wait_or_lead(b, q);
    }
    pthread_mutex_unlock(&b->queue);
    if (good && !q->good)
        *e = q->e;
    return good && q->good;
}

static bool embedded_publish(struct bus *bus, const struct bus_record *r, size_t n, struct err *e)
{
    struct request q = { .r = r, .n = n };
    return submit((struct embedded *)bus, &q, e);
}

/* ---- topics ---- */

static bool add_missing(struct embedded *b, const struct bus_topic *t, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct bus_store_topic *has = bus_store_find(&b->store, t[i].name);
        if (has && has->partitions != t[i].partitions)
            return err_set(e, ERR_FATAL, "bus.topic", 0,
                           "cannot use topic '%s' with %d partitions: it has %d", t[i].name,
                           t[i].partitions, has->partitions);
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
    if (good && !add_missing(b, t, n, e)) {
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

/* Who only reads learns of new topics by looking again. With `disk` held. */
static bool refresh(struct embedded *b, struct err *e)
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
    bool good = refresh(b, e);
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
    bool good = refresh(b, e) && bus_store_want(&b->store, topic, partition, &t, e) &&
                bus_store_position(&b->store, slice_text(group), &t->lanes[partition], a, out, e);
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
    bool good = refresh(b, e) && bus_store_want(&b->store, topic, partition, &t, e) &&
                bus_store_ends(&b->store, &t->lanes[partition], out, e);
    pthread_mutex_unlock(&b->disk);
    return good;
}

/* ---- waiting ---- */

static int64_t deadline(int wait_ms)
{
    return wait_end_ns(wait_ms);
}

/* Waits, with `disk` held, until something may be new; false when the time is over. */
static bool wait_news(struct embedded *b, int64_t until_ns)
{
    int64_t now = clock_mono_ns(), stop = until_ns;
    if (now >= until_ns)
        return false;
    if (b->bus.read_only && stop > now + LOOK_AGAIN_MS * (int64_t)1000000)
        stop = now + LOOK_AGAIN_MS * (int64_t)1000000;
    (void)wait_until(&b->news, &b->disk, stop);
    return true;
}

/* ---- the worker ---- */

static void free_worker(struct worker *w)
{
    batch_release(&w->batch);
    mem_free(w->slots);
    mem_free(w->id);
    mem_free(w);
}

static bool fill_slots(struct worker *w, const struct bus_join *j, struct err *e)
{
    struct arena notes;
    arena_init(&notes, 64 * 1024);
    bool good = true;
    for (size_t i = 0; good && j->topics[i]; i++)
        for (int p = 0; good && p < j->partitions; p++) {
            struct slot *s = &w->slots[w->count];
            struct bus_position from;
            s->partition = p;
            good = bus_store_want(&w->b->store, j->topics[i], p, &s->t, e) &&
                   bus_store_position(&w->b->store, w->group, &s->t->lanes[p], &notes, &from, e);
            struct bus_end end = { .first = 0 };
            from.topic = j->topics[i];
            from.partition = p;
            good = good && bus_store_ends(&w->b->store, &s->t->lanes[p], &end, e) &&
                   bus_lane_may_go_on(j, &from, &end, e);
            if (good)
                s->at = s->committed = from.next;
            arena_reset(&notes);
            w->count++;
        }
    arena_release(&notes);
    return good;
}

static struct worker *new_worker(struct embedded *b, const struct bus_join *j, struct err *e)
{
    size_t topics = 0, length = strlen(j->id);
    while (j->topics[topics])
        topics++;
    struct worker *w = mem_alloc(sizeof *w);
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

static bool embedded_join(struct bus *bus, const struct bus_join *j, struct bus_worker **out,
                          struct err *e)
{
    struct embedded *b = (struct embedded *)bus;
    struct worker *w = new_worker(b, j, e);
    if (!w)
        return false;
    pthread_mutex_lock(&b->disk);
    bool good = fill_slots(w, j, e);
    if (good) {
        for (struct worker *other = b->workers; other; other = other->next)
            if (strcmp(other->id, w->id) == 0)
                other->fenced = true;
        w->next = b->workers;
        b->workers = w;
        pthread_cond_broadcast(&b->news);
    }
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
    struct worker *w = (struct worker *)face;
    struct bus_store_topic *t;
    pthread_mutex_lock(&w->b->disk);
    bool good = bus_store_want(&w->b->store, topic, partition, &t, e) &&
                bus_store_position(&w->b->store, w->group, &t->lanes[partition], a, out, e);
    if (good) {
        out->topic = t->name;
        out->partition = partition;
    }
    pthread_mutex_unlock(&w->b->disk);
    return good;
}

static bool read_slots(struct worker *w, struct err *e)
{
    for (size_t k = 0; k < w->count && !batch_is_full(&w->batch); k++) {
        struct slot *s = &w->slots[(w->turn + k) % w->count];
        if (s->at < s->t->lanes[s->partition].next &&
            !bus_store_read(&w->b->store, s->t, s->partition, &s->at, &w->batch, e))
            return false;
    }
    return true;
}

/* What a failed reading had got goes to nobody: it is read again. */
static bool collect(struct worker *w, struct err *e)
{
    if (is_fenced(w, e))
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
    struct worker *w = (struct worker *)face;
    int64_t until = deadline(wait_ms);
    pthread_mutex_lock(&w->b->disk);
    batch_reset(&w->batch);
    bool good = collect(w, e);
    while (good && w->batch.n == 0 && wait_news(w->b, until))
        good = collect(w, e);
    pthread_mutex_unlock(&w->b->disk);
    w->turn++;
    *in = w->batch.r;
    *n = good ? w->batch.n : 0;
    return good;
}

static bool embedded_commit(struct bus_worker *face, const struct bus_record *out, size_t n,
                            const struct bus_position *done, size_t m, struct err *e)
{
    struct worker *w = (struct worker *)face;
    struct request q = { .r = out, .n = n, .done = done, .m = m, .w = w };
    return submit(w->b, &q, e);
}

static void embedded_leave(struct bus_worker *face)
{
    struct worker *w = (struct worker *)face;
    pthread_mutex_lock(&w->b->disk);
    for (struct worker **p = &w->b->workers; *p; p = &(*p)->next)
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
    good = good && refresh(b, e) && bus_store_want(&b->store, topic, partition, &r->t, e) &&
           bus_store_ends(&b->store, &r->t->lanes[partition], &end, e) &&
           bus_lane_may_read(topic, partition, from, &end, e);
    pthread_mutex_unlock(&b->disk);
    if (good)
        *out = &r->face;
    else
        embedded_reader_close(&r->face);
    return good;
}

/* The lane's end now. With `disk` held. */
static bool find_end(struct reader *r, int64_t *end, struct err *e)
{
    const struct lane *l = &r->t->lanes[r->partition];
    int64_t last_ms;
    *end = l->next;
    return !r->b->bus.read_only || bus_store_head(&r->b->store, l, end, &last_ms, e);
}

static bool embedded_reader_next(struct bus_reader *face, int wait_ms,
                                 const struct bus_record **out, size_t *n, bool *end, struct err *e)
{
    struct reader *r = (struct reader *)face;
    int64_t until = deadline(wait_ms), watermark = 0, now = 0, before = r->at;
    pthread_mutex_lock(&r->b->disk);
    batch_reset(&r->batch);
    bool good = find_end(r, &watermark, e);
    now = watermark;
    while (good && r->told && r->at >= now && wait_news(r->b, until))
        good = find_end(r, &now, e);
    if (good && !bus_store_read(&r->b->store, r->t, r->partition, &r->at, &r->batch, e)) {
        r->at = before; /* what it had got goes to nobody */
        good = false;
    }
    pthread_mutex_unlock(&r->b->disk);
    /* The last records of a lane are always there, but in a compacted one not the last offsets. */
    if (good && !batch_is_full(&r->batch) && r->at < watermark)
        r->at = watermark;
    *out = r->batch.r;
    *n = good ? r->batch.n : 0;
    *end = r->told = good && r->at >= watermark;
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
    memcpy(kept, prefix, strlen(prefix));
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
