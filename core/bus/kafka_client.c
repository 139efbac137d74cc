/* kafka_client.c - librdkafka (2.0.2 or newer) behind kafka_client.h: starting, producing,
 * consuming. */
#include <string.h>

#include "bus/kafka_inside.h"
#include "host/log.h"

/* until a topic that is not there counts as gone: a broker that starts knows none */
#define GONE_MS 10000
#define ASK_NS INT64_C(1000000000)
/* until it is asked though nobody said anything: newer libraries do not */
#define IDLE_NS (10 * ASK_NS)
#define ASK_MS 1000     /* so that a stop need not wait for a broker that is away */
#define SETTLE_MS 30000 /* a call that may be made again is made again for so long */

struct topic {
    rd_kafka_topic_t *handle;
    const char *name; /* without the prefix; the handle's */
    int partitions;
};

/* A client that can do nothing more says so here. */
static bool is_ruined(struct kafka_client *c, struct err *e)
{
    char why[160] = "";
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(c->rk, why, sizeof why);
    if (!code)
        return false;
    if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
        code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
        err_set(e, ERR_FATAL, "bus.fenced", 0,
                "cannot go on: another worker has joined by the same name");
    else
        err_set(e, ERR_FATAL, "bus.fatal", 0, "cannot go on with kafka: %s", why);
    return true;
}

/* Takes error. What may be done again and what only needs an abort is for a retry. */
static bool judge(struct kafka_client *c, const char *what, rd_kafka_error_t *error, struct err *e)
{
    if (!error)
        return true;
    bool retry = rd_kafka_error_txn_requires_abort(error) || rd_kafka_error_is_retriable(error);
    if (!is_ruined(c, e))
        err_set(e, retry ? ERR_RETRY : ERR_FATAL, retry ? "bus.down" : "bus.fatal", 0,
                "cannot %s: %s", what, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

/* True, with *error taken, when the same call is to be made once more. */
static bool again(rd_kafka_error_t **error, int64_t until_ns)
{
    if (!*error || !rd_kafka_error_is_retriable(*error) || clock_mono_ns() > until_ns)
        return false;
    rd_kafka_error_destroy(*error);
    *error = NULL;
    return true;
}

/* ---- starting and ending ---- */

static void to_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    static const struct log_who who = { "bus", "kafka" };
    struct kafka_client *c = rd_kafka_opaque(rk);
    kafka_why_line(c->why, text);
    /* Said for each partition and time that it looks; kafka_take says it once. */
    bool gone =
        strstr(text, "topic does not exist") || strstr(text, "partition is no longer available");
    if (gone)
        atomic_store(&c->doubts, true);
    /* CONFWARN: "experimental", of a setting that we want. FAIL: an ERROR says it again. */
    bool matters =
        level <= 4 && !gone && strcmp(facility, "CONFWARN") != 0 && strcmp(facility, "FAIL") != 0;
    log_line(matters ? LOG_WARN : LOG_DEBUG, &who, "bus.client", "%s: %s", facility, text);
}

/* Of each certificate of a chain, by a broker's thread; what it says counts. */
static int on_certificate(rd_kafka_t *rk, const char *broker, int32_t number, int *verdict,
                          int depth, const char *bytes, size_t n, char *why, size_t room,
                          void *opaque)
{
    struct kafka_client *c = opaque;
    (void)rk, (void)number, (void)depth, (void)bytes, (void)n, (void)why, (void)room;
    kafka_why_verdict(c->why, broker, *verdict);
    return *verdict == 0;
}

/* What was purged with a record that was refused has no reason of its own. */
static void say_refused(const char *full, rd_kafka_resp_err_t why, struct err *e)
{
    if (why == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
        (void)err_set(e, ERR_RETRY, "bus.limit", 0,
                      "cannot send to '%s': a record is larger than its " KAFKA_TOPIC_SIZE
                      ", which must be at least " KAFKA_ROOM_BYTES,
                      full);
    else if (why != RD_KAFKA_RESP_ERR__PURGE_QUEUE && why != RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        (void)err_set(e, ERR_RETRY, "bus.down", 0, "cannot send to '%s': %s", full,
                      rd_kafka_err2str(why));
}

/* A writer's too: rd_kafka_flush wakes only when there is something to call, else 10 ms later. */
static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct kafka_client *c = opaque;
    const char *full = rd_kafka_topic_name(m->rkt);
    struct err why = { .fate = ERR_NONE };
    (void)rk;
    if (!c->report) { /* its commit may be one that nobody waits for any more, and the prefix be
                         gone */
        if (m->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
            atomic_store(&c->too_small, full);
        return;
    }
    const struct bus_record at = { .topic = full + strlen(c->prefix),
                                   .partition = m->partition,
                                   .offset = m->offset,
                                   .accepted_ms = rd_kafka_message_timestamp(m, NULL) };
    if (m->err)
        say_refused(full, m->err, &why);
    c->report(m->_private, m->err ? NULL : &at, &why);
}

static rd_kafka_conf_t *configure(const struct kafka_start *s, struct kafka_client *c,
                                  struct err *e)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, to_log);
    rd_kafka_conf_set_opaque(conf, c);
    (void)rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
    if (s->role == KAFKA_PUBLISHER || s->role == KAFKA_WRITER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    /* Newer libraries tell the broker about themselves unless told not to; older ones cannot. */
    (void)rd_kafka_conf_set(conf, "enable.metrics.push", "false", NULL, 0);
    if (kafka_conf_set(conf, kafka_role_settings(s->role), e) && kafka_conf_set(conf, s->site, e) &&
        kafka_conf_set(conf, s->own, e))
        return conf;
    rd_kafka_conf_destroy(conf);
    return NULL;
}

bool kafka_start(const struct kafka_start *s, struct kafka_client **out, struct err *e)
{
    bool produces = s->role == KAFKA_PUBLISHER || s->role == KAFKA_WRITER;
    char why[160] = "";
    struct kafka_client *c = mem_alloc(sizeof *c);
    if (!c)
        return err_memory(e);
    *c = (struct kafka_client){ .prefix = s->prefix,
                                .why = s->why,
                                .asker = s->asker,
                                .report = s->report,
                                .asked_ns = clock_mono_ns() };
    rd_kafka_type_t type = produces ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER;
    rd_kafka_conf_t *conf = configure(s, c, e);
    c->rk = conf ? rd_kafka_new(type, conf, why, sizeof why) : NULL;
    if (c->rk) {
        *out = c;
        return true;
    }
    if (conf)
        rd_kafka_conf_destroy(conf);
    mem_free(c);
    return err_set(e, ERR_FATAL, "bus.fatal", 0, "cannot start the kafka client: %s", why);
}

void kafka_topic_gone(struct kafka_client *c)
{
    if (!c->gone_ns)
        c->gone_ns = clock_mono_ns();
}

void kafka_stop(struct kafka_client **client)
{
    struct kafka_client *c = *client;
    *client = NULL;
    if (!c)
        return;
    /* librdkafka 2.0.2 never comes back from destroying a consumer of a deleted topic; and what it
     * was asked it may be busy with for long. */
    if (c->gone_ns || !kafka_asker_settles(c->asker, &c->open, KAFKA_SLICE_MS)) {
        kafka_why_keep(c->why);
        return;
    }
    /* All that holds on to the client must be gone first, or destroying it waits for ever. */
    for (size_t i = 0; i < c->count; i++)
        rd_kafka_topic_destroy(c->topics[i].handle);
    mem_free(c->topics);
    if (rd_kafka_type(c->rk) == RD_KAFKA_CONSUMER)
        rd_kafka_consumer_close(c->rk);
    else
        kafka_purge(c);
    rd_kafka_destroy(c->rk);
    mem_free(c);
}

bool kafka_hurries(struct kafka_client *c)
{
    return kafka_asker_hurries(c->asker);
}

/* ---- topics ---- */

/* 0 partitions: there is no such topic. */
static bool ask_partitions(struct kafka_client *c, const char *name, int wait_ms, struct topic *t,
                           struct err *e)
{
    const struct rd_kafka_metadata *md = NULL;
    rd_kafka_resp_err_t why = kafka_metadata(c, name, wait_ms, &md);
    if (why)
        return kafka_down(c, e, "ask kafka for a topic", why);
    why = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    t->partitions = why ? 0 : md->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(md);
    bool lasts = why == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                 why == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    return !why || err_set(e, lasts ? ERR_FATAL : ERR_RETRY, lasts ? "bus.topic" : "bus.down", 0,
                           "cannot use topic '%s': %s", name, rd_kafka_err2str(why));
}

static bool meet(struct kafka_client *c, const char *name, size_t at, struct err *e)
{
    char full[KAFKA_NAME_MAX];
    if (!mem_room((void **)&c->topics, &c->room, c->count, sizeof *c->topics))
        return err_memory(e);
    struct topic t = { .handle = rd_kafka_topic_new(c->rk, kafka_full_name(c, name, full), NULL) };
    if (!t.handle || !ask_partitions(c, name, KAFKA_ANSWER_MS, &t, e)) {
        if (t.handle)
            rd_kafka_topic_destroy(t.handle);
        return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot use topic '%s'", name);
    }
    memmove(c->topics + at + 1, c->topics + at, (c->count - at) * sizeof *c->topics);
    t.name = rd_kafka_topic_name(t.handle) + strlen(c->prefix);
    c->topics[at] = t;
    c->count++;
    return true;
}

static bool find(struct kafka_client *c, const char *name, int partition, rd_kafka_topic_t **out,
                 struct err *e)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(c->topics[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    if ((low == c->count || strcmp(c->topics[low].name, name) != 0) && !meet(c, name, low, e))
        return false;
    *out = c->topics[low].handle;
    if (partition >= 0 && partition < c->topics[low].partitions)
        return true;
    return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot use partition %d of topic '%s': it has %d",
                   partition, name, c->topics[low].partitions);
}

bool kafka_want(struct kafka_client *c, const char *topic, int partition, struct err *e)
{
    rd_kafka_topic_t *handle;
    return find(c, topic, partition, &handle, e);
}

/* ---- producing ---- */

bool kafka_send(struct kafka_client *c, const struct bus_record *r, void *parcel, bool *full,
                struct err *e)
{
    rd_kafka_topic_t *topic;
    *full = false;
    if (!find(c, r->topic, r->partition, &topic, e))
        return false;
    /* RD_KAFKA_MSG_F_COPY: the library only reads what we hand it. */
    void *value = (void *)(uintptr_t)r->value.p;
    if (rd_kafka_produce(topic, r->partition, RD_KAFKA_MSG_F_COPY, value, r->value.n, r->key.p,
                         r->key.n, parcel) == 0)
        return true;
    rd_kafka_resp_err_t why = rd_kafka_last_error();
    *full = why == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    return *full || (!is_ruined(c, e) && kafka_down(c, e, "send a record", why));
}

void kafka_serve(struct kafka_client *c, int wait_ms)
{
    rd_kafka_poll(c->rk, wait_ms);
}

void kafka_purge(struct kafka_client *c)
{
    rd_kafka_purge(c->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

/* ---- a writer's transaction ---- */

struct of_call {
    rd_kafka_t *rk;
    rd_kafka_error_t *(*call)(rd_kafka_t *, int);
    rd_kafka_error_t *error;
};

/* These calls go on where they were when they are made again. With a time of our own 2.0.2 does not
 * always. */
static void put_call(void *of)
{
    struct of_call *q = of;
    int64_t until = after_ms(SETTLE_MS);
    do
        q->error = q->call(q->rk, -1);
    while (again(&q->error, until));
}

static void drop_call(void *of)
{
    const struct of_call *q = of;
    if (q->error)
        rd_kafka_error_destroy(q->error);
}

/* Without an answer what became of it cannot be told: that is no error to try again after. */
static rd_kafka_error_t *insist(struct kafka_client *c,
                                rd_kafka_error_t *(*call)(rd_kafka_t *, int))
{
    struct of_call of = { .rk = c->rk, .call = call };
    const struct kafka_question q = { sizeof of, put_call, drop_call, &c->open };
    if (kafka_ask(c->asker, &q, &of, 2 * SETTLE_MS))
        return of.error;
    return rd_kafka_error_new(RD_KAFKA_RESP_ERR__TIMED_OUT,
                              "kafka has not answered; a restart will find out");
}

bool kafka_take_over(struct kafka_client *c, struct err *e)
{
    return judge(c, "join the bus", insist(c, rd_kafka_init_transactions), e);
}

bool kafka_begin(struct kafka_client *c, struct err *e)
{
    atomic_store(&c->too_small, NULL);
    return judge(c, "begin a transaction", rd_kafka_begin_transaction(c->rk), e);
}

/* Under full names; NULL without memory. The library frees notes by free(3), as mem_free does. */
static rd_kafka_topic_partition_list_t *list_of(struct kafka_client *c,
                                                const struct bus_position *p, size_t n)
{
    char full[KAFKA_NAME_MAX];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_t *t = rd_kafka_topic_partition_list_add(
            list, kafka_full_name(c, p[i].topic, full), p[i].partition);
        t->offset = p[i].next == KAFKA_NO_POSITION ? RD_KAFKA_OFFSET_BEGINNING : p[i].next;
        if (p[i].note.n == 0)
            continue;
        t->metadata = mem_alloc(p[i].note.n);
        if (!t->metadata) {
            rd_kafka_topic_partition_list_destroy(list);
            return NULL;
        }
        memcpy(t->metadata, p[i].note.p, p[i].note.n);
        t->metadata_size = p[i].note.n;
    }
    return list;
}

struct of_positions {
    rd_kafka_t *rk;
    rd_kafka_topic_partition_list_t *list;
    rd_kafka_consumer_group_metadata_t *nobody;
    rd_kafka_error_t *error;
};

/* One that is made again begins anew, so each is given its time. */
static void put_positions(void *of)
{
    struct of_positions *q = of;
    int64_t until = after_ms(SETTLE_MS);
    do
        q->error = rd_kafka_send_offsets_to_transaction(q->rk, q->list, q->nobody, -1);
    while (again(&q->error, until));
}

static void drop_positions(void *of)
{
    const struct of_positions *q = of;
    rd_kafka_consumer_group_metadata_destroy(q->nobody);
    rd_kafka_topic_partition_list_destroy(q->list);
    if (q->error)
        rd_kafka_error_destroy(q->error);
}

/* Assigned by hand, the group has no members or generation: the transactional id fences zombies. */
bool kafka_send_positions(struct kafka_client *c, const char *group, const struct bus_position *p,
                          size_t n, struct err *e)
{
    struct of_positions of = { .rk = c->rk, .list = list_of(c, p, n) };
    const struct kafka_question q = { sizeof of, put_positions, drop_positions, &c->open };
    if (!of.list)
        return err_memory(e);
    of.nobody = rd_kafka_consumer_group_metadata_new(group);
    if (!kafka_ask(c->asker, &q, &of, 2 * SETTLE_MS))
        return err_set(
            e, ERR_FATAL, "bus.fatal", 0,
            "cannot hand over positions: kafka has not answered; a restart will find out");
    rd_kafka_error_t *error = of.error;
    of.error = NULL;
    drop_positions(&of);
    return judge(c, "hand over positions", error, e);
}

bool kafka_commit(struct kafka_client *c, struct err *e)
{
    rd_kafka_error_t *error = insist(c, rd_kafka_commit_transaction);
    if (error && rd_kafka_error_is_retriable(error) && !rd_kafka_error_txn_requires_abort(error)) {
        rd_kafka_error_destroy(error);
        return err_set(e, ERR_FATAL, "bus.fatal", 0,
                       "cannot tell whether kafka has committed: a restart will find out");
    }
    return judge(c, "commit", error, e);
}

bool kafka_abort(struct kafka_client *c, struct err *e)
{
    return judge(c, "abort a transaction", insist(c, rd_kafka_abort_transaction), e);
}

void kafka_say_refusal(struct kafka_client *c, struct err *e)
{
    const char *full = atomic_load(&c->too_small);
    if (!full)
        return;
    err_clear(e);
    say_refused(full, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, e);
}

/* ---- consuming ---- */

struct of_committed {
    rd_kafka_t *rk;
    rd_kafka_topic_partition_list_t *list; /* goes with the answer */
    rd_kafka_resp_err_t why;
};

/* While a transaction over a position is open, its err is set, its offset is not. */
static void put_committed(void *of)
{
    struct of_committed *q = of;
    q->why = rd_kafka_committed(q->rk, q->list, KAFKA_ANSWER_MS);
    for (int i = 0; !q->why && i < q->list->cnt; i++)
        q->why = q->list->elems[i].err;
}

static void drop_committed(void *of)
{
    const struct of_committed *q = of;
    rd_kafka_topic_partition_list_destroy(q->list);
}

/* *list is filled; NULL: it is with a question that nobody waits for. */
static rd_kafka_resp_err_t ask_committed(struct kafka_client *c,
                                         rd_kafka_topic_partition_list_t **list)
{
    struct of_committed of = { .rk = c->rk, .list = *list, .why = RD_KAFKA_RESP_ERR__TIMED_OUT };
    const struct kafka_question q = { sizeof of, put_committed, drop_committed, &c->open };
    *list = kafka_ask(c->asker, &q, &of, KAFKA_ANSWER_MS + KAFKA_SLICE_MS) ? of.list : NULL;
    return of.why;
}

bool kafka_committed(struct kafka_client *c, struct bus_position *p, size_t n, struct arena *a,
                     struct err *e)
{
    int64_t until = after_ms(SETTLE_MS);
    rd_kafka_resp_err_t why;
    rd_kafka_topic_partition_list_t *list = list_of(c, p, n);
    if (!list)
        return err_memory(e);
    do
        why = ask_committed(c, &list);
    while (why && list && kafka_pause(c, until));
    bool good = !why || kafka_down(c, e, "ask kafka for positions", why);
    for (size_t i = 0; good && i < n; i++) {
        const rd_kafka_topic_partition_t *t = &list->elems[i];
        p[i].next = t->offset >= 0 ? t->offset : KAFKA_NO_POSITION;
        p[i].note = arena_copy(a, slice_of(t->metadata, t->metadata_size));
        good = p[i].note.p || err_memory(e);
    }
    if (list)
        rd_kafka_topic_partition_list_destroy(list);
    return good;
}

bool kafka_assign(struct kafka_client *c, const struct bus_position *p, size_t n, struct err *e)
{
    rd_kafka_topic_partition_list_t *list = list_of(c, p, n);
    if (!list)
        return err_memory(e);
    rd_kafka_resp_err_t why = rd_kafka_assign(c->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return !why || kafka_down(c, e, "fetch", why);
}

/* Errors that stay; of others the library tells its log and tries again by itself. */
static bool take_error(struct kafka_client *c, const rd_kafka_message_t *m, struct err *e)
{
    const char *topic = m->rkt ? rd_kafka_topic_name(m->rkt) : "";
    if (is_ruined(c, e))
        return false;
    switch (m->err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return err_set(e, ERR_FATAL, "bus.position", 0,
                       "cannot go on in '%s' %d: kafka no longer has that position", topic,
                       m->partition);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot fetch from '%s': %s", topic,
                       rd_kafka_err2str(m->err));
    default:
        return true;
    }
}

/* Of a topic that is not there the library tells its log at most, and asks for it for ever. */
static bool look_for_topics(struct kafka_client *c, struct err *e)
{
    int64_t now_ns = clock_mono_ns();
    int64_t idle_ns = now_ns - c->asked_ns;
    if (idle_ns < ASK_NS)
        return true;
    bool doubts = atomic_exchange(&c->doubts, false) || c->gone_ns;
    if (!doubts && idle_ns < IDLE_NS)
        return true;
    c->asked_ns = now_ns;
    for (size_t i = 0; i < c->count; i++) {
        struct err why = { .fate = ERR_NONE };
        struct topic t = c->topics[i];
        if (ask_partitions(c, t.name, ASK_MS, &t, &why))
            continue;
        if (why.fate != ERR_FATAL)
            return true; /* the broker is away: ask later */
        if (!c->gone_ns)
            c->gone_ns = now_ns;
        if (now_ns - c->gone_ns < GONE_MS * INT64_C(1000000))
            return true;
        return err_set(e, ERR_FATAL, why.code, 0, "cannot go on, '%s' is not there: %s", t.name,
                       why.text);
    }
    c->gone_ns = 0;
    return true;
}

bool kafka_take(struct kafka_client *c, int wait_ms, struct bus_record *r, void **message,
                enum kafka_took *what, struct err *e)
{
    rd_kafka_message_t *m = rd_kafka_consumer_poll(c->rk, wait_ms);
    *what = KAFKA_NOTHING;
    *message = NULL;
    if (!m)
        return look_for_topics(c, e);
    *r = (struct bus_record){ .partition = m->partition, .offset = m->offset };
    if (m->err) {
        bool end = m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        bool good = end || take_error(c, m, e);
        *what = end ? KAFKA_END : KAFKA_NOTHING;
        rd_kafka_message_destroy(m);
        return good;
    }
    r->topic = rd_kafka_topic_name(m->rkt) + strlen(c->prefix);
    r->key = slice_of(m->key, m->key_len);
    r->value = slice_of(m->payload, m->len);
    rd_kafka_timestamp_type_t dated = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    r->accepted_ms = rd_kafka_message_timestamp(m, &dated);
    r->sender_dated = dated != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
    *message = m;
    *what = KAFKA_RECORD;
    return true;
}

void kafka_release(void *message)
{
    rd_kafka_message_destroy(message);
}
