/* kafka_client.c - starts, produces, commits and consumes by librdkafka (2.0.2 or newer). */
#include <string.h>

#include "bus/kafka_inside.h"
#include "host/log.h"

/* How long a topic must be missing before it counts as gone: a broker that starts knows no topic.
 */
#define GONE_MS 10000
/* How often a consumer that gets nothing asks whether its topics are there: after a hint in the
 * log, and without one, which newer libraries do not give. */
#define ASK_NS INT64_C(1000000000)
#define IDLE_NS (10 * ASK_NS)
#define ASK_MS 1000     /* how long that question may take: a stop may have to wait for it */
#define SETTLE_MS 30000 /* for how long a call that may be made again is made again */

/* Whether the library has given the client up for good; e says why. */
static bool has_fatal_error(struct kafka_client *c, struct err *e)
{
    char why[160] = "";
    rd_kafka_resp_err_t code = rd_kafka_fatal_error(c->rk, why, sizeof why);
    if (!code)
        return false;
    bool is_fenced = code == RD_KAFKA_RESP_ERR__FENCED ||
                     code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
                     code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
    if (is_fenced)
        err_set(e, ERR_FATAL, "bus.fenced", 0,
                "another process has joined the bus under this part's name: a part runs once");
    else
        err_set(e, ERR_FATAL, "bus.fatal", 0, "cannot go on with kafka: %s", why);
    return true;
}

/* Takes error, which may be NULL: then true. It becomes ERR_RETRY where the call may be made again,
 * or after an abort, else ERR_FATAL. */
static bool settle_error(struct kafka_client *c, const char *what, rd_kafka_error_t *error,
                         struct err *e)
{
    if (!error)
        return true;
    bool retry = rd_kafka_error_txn_requires_abort(error) || rd_kafka_error_is_retriable(error);
    if (!has_fatal_error(c, e))
        err_set(e, retry ? ERR_RETRY : ERR_FATAL, retry ? "bus.down" : "bus.fatal", 0,
                "cannot %s: %s", what, rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return false;
}

/* True, with *error taken, when the same call is to be made again. */
static bool is_for_again(rd_kafka_error_t **error, int64_t until_ns)
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
    /* The library says this for each partition, each time that it looks. kafka_take says it once.
     */
    bool gone =
        strstr(text, "topic does not exist") || strstr(text, "partition is no longer available");
    if (gone)
        atomic_store(&c->doubts, true);
    /* CONFWARN says "experimental" of a setting that we want. What FAIL says, an ERROR repeats. */
    bool matters =
        level <= 4 && !gone && strcmp(facility, "CONFWARN") != 0 && strcmp(facility, "FAIL") != 0;
    log_line(matters ? LOG_WARN : LOG_DEBUG, &who, "bus.client", "%s: %s", facility, text);
}

/* Called by a broker's thread for each certificate of its chain. The chain is taken where it
 * returns 1 for all. */
static int on_certificate(rd_kafka_t *rk, const char *broker, int32_t number, int *verdict,
                          int depth, const char *bytes, size_t n, char *why, size_t room,
                          void *opaque)
{
    struct kafka_client *c = opaque;
    (void)rk, (void)number, (void)depth, (void)bytes, (void)n, (void)why, (void)room;
    kafka_why_verdict(c->why, broker, *verdict);
    return *verdict == 0;
}

/* Says in e why a record was not accepted. A purged record has no reason of its own: e stays. */
static void set_refusal(const char *full, rd_kafka_resp_err_t why, struct err *e)
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

/* A writer has it as well: rd_kafka_flush wakes at once only where there is something to call, and
 * else 10 ms later. */
static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct kafka_client *c = opaque;
    const char *full = rd_kafka_topic_name(m->rkt);
    struct err why = { .fate = ERR_NONE };
    (void)rk;
    if (!c->report) {
        /* A writer's commit may have been abandoned. Then the prefix may be freed: it is not used.
         */
        if (m->err == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
            atomic_store(&c->too_small, full);
        return;
    }
    const struct bus_record at = { .topic = full + strlen(c->prefix),
                                   .partition = m->partition,
                                   .offset = m->offset,
                                   .accepted_ms = rd_kafka_message_timestamp(m, NULL) };
    if (m->err)
        set_refusal(full, m->err, &why);
    c->report(m->_private, m->err ? NULL : &at, &why);
}

static rd_kafka_conf_t *configure(const struct kafka_start *s, struct kafka_client *c,
                                  struct err *e)
{
    struct kafka_setting told[KAFKA_ROLE_SETTINGS_MAX];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, to_log);
    rd_kafka_conf_set_opaque(conf, c);
    (void)rd_kafka_conf_set_ssl_cert_verify_cb(conf, on_certificate);
    if (s->role == KAFKA_PUBLISHER || s->role == KAFKA_WRITER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    /* Newer libraries tell the broker about themselves unless told not to; older ones cannot. */
    (void)rd_kafka_conf_set(conf, "enable.metrics.push", "false", NULL, 0);
    bool good = kafka_conf_set(conf, kafka_role_settings(s->role, told), e);
    good = good && kafka_conf_set(conf, s->site, e);
    good = good && kafka_conf_set(conf, s->own, e);
    if (good)
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
    /* librdkafka 2.0.2 never comes back from destroying a consumer of a deleted topic. And a
     * question that it was asked may keep it busy for long. */
    if (c->gone_ns || !kafka_asker_settles(c->asker, &c->open, KAFKA_SLICE_MS)) {
        kafka_why_keep(c->why);
        return;
    }
    /* Destroying the client waits for ever for whatever still holds on to it. */
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

/* ---- producing ---- */

bool kafka_send(struct kafka_client *c, const struct bus_record *r, void *parcel, bool *full,
                struct err *e)
{
    rd_kafka_topic_t *topic;
    *full = false;
    if (!kafka_find_topic(c, r->topic, r->partition, &topic, e))
        return false;
    /* RD_KAFKA_MSG_F_COPY: the library only reads what we hand it. */
    void *value = (void *)(uintptr_t)r->value.p;
    if (rd_kafka_produce(topic, r->partition, RD_KAFKA_MSG_F_COPY, value, r->value.n, r->key.p,
                         r->key.n, parcel) == 0)
        return true;
    rd_kafka_resp_err_t why = rd_kafka_last_error();
    *full = why == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    if (*full)
        return true;
    return !has_fatal_error(c, e) &&
           kafka_topic_down(c, e, "send to", rd_kafka_topic_name(topic), why);
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

/* librdkafka resumes these calls when they are repeated. With a timeout of our own instead of -1,
 * 2.0.2 does not always. */
static void put_call(void *of)
{
    struct of_call *q = of;
    int64_t until_ns = after_ms(SETTLE_MS);
    do
        q->error = q->call(q->rk, -1);
    while (is_for_again(&q->error, until_ns));
}

static void drop_call(void *of)
{
    const struct of_call *q = of;
    if (q->error)
        rd_kafka_error_destroy(q->error);
}

/* Makes the call through the asker. Without an answer it cannot be told what became of the call, so
 * that error is not retriable. */
static rd_kafka_error_t *call_and_wait(struct kafka_client *c,
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
    rd_kafka_error_t *error = call_and_wait(c, rd_kafka_init_transactions);
    return settle_error(c, "join the bus", error, e);
}

bool kafka_begin(struct kafka_client *c, struct err *e)
{
    atomic_store(&c->too_small, NULL);
    rd_kafka_error_t *error = rd_kafka_begin_transaction(c->rk);
    return settle_error(c, "begin a transaction", error, e);
}

/* The positions in the library's form; NULL without memory. The library frees notes by free(3), as
 * mem_free does. */
static rd_kafka_topic_partition_list_t *new_list(struct kafka_client *c,
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
    rd_kafka_consumer_group_metadata_t *no_member; /* a group without members or generation */
    rd_kafka_error_t *error;
};

/* This call begins anew when it is repeated. */
static void put_positions(void *of)
{
    struct of_positions *q = of;
    int64_t until_ns = after_ms(SETTLE_MS);
    do
        q->error = rd_kafka_send_offsets_to_transaction(q->rk, q->list, q->no_member, -1);
    while (is_for_again(&q->error, until_ns));
}

static void drop_positions(void *of)
{
    const struct of_positions *q = of;
    rd_kafka_consumer_group_metadata_destroy(q->no_member);
    rd_kafka_topic_partition_list_destroy(q->list);
    if (q->error)
        rd_kafka_error_destroy(q->error);
}

/* The partitions are assigned by hand, so the group has no members: the transactional id fences
 * zombies. */
bool kafka_send_positions(struct kafka_client *c, const char *group, const struct bus_position *p,
                          size_t n, struct err *e)
{
    struct of_positions of = { .rk = c->rk, .list = new_list(c, p, n) };
    const struct kafka_question q = { sizeof of, put_positions, drop_positions, &c->open };
    if (!of.list)
        return err_memory(e);
    of.no_member = rd_kafka_consumer_group_metadata_new(group);
    if (!kafka_ask(c->asker, &q, &of, 2 * SETTLE_MS))
        return err_set(
            e, ERR_FATAL, "bus.fatal", 0,
            "kafka has not answered whether it keeps how far this part has read: the part ends, "
            "and finds out when it starts again");
    rd_kafka_error_t *error = of.error;
    of.error = NULL;
    drop_positions(&of);
    return settle_error(c, "tell kafka how far this part has read", error, e);
}

bool kafka_commit(struct kafka_client *c, struct err *e)
{
    rd_kafka_error_t *error = call_and_wait(c, rd_kafka_commit_transaction);
    bool is_unknown =
        error && rd_kafka_error_is_retriable(error) && !rd_kafka_error_txn_requires_abort(error);
    if (is_unknown) {
        rd_kafka_error_destroy(error);
        return err_set(e, ERR_FATAL, "bus.fatal", 0,
                       "kafka has not answered whether it committed: the part ends, and finds out "
                       "when it starts again");
    }
    return settle_error(c, "commit a transaction", error, e);
}

bool kafka_abort(struct kafka_client *c, struct err *e)
{
    rd_kafka_error_t *error = call_and_wait(c, rd_kafka_abort_transaction);
    return settle_error(c, "abort a transaction", error, e);
}

void kafka_say_refusal(struct kafka_client *c, struct err *e)
{
    const char *full = atomic_load(&c->too_small);
    if (!full)
        return;
    err_clear(e);
    set_refusal(full, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, e);
}

/* ---- consuming ---- */

struct of_committed {
    rd_kafka_t *rk;
    rd_kafka_topic_partition_list_t *list; /* the question and, filled, the answer */
    rd_kafka_resp_err_t why;
};

/* While a transaction over a position is open, its err is set and its offset is not. */
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

/* Fills *list. It is NULL afterwards where there was no answer in time: then it went with the
 * abandoned question. */
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
    int64_t until_ns = after_ms(SETTLE_MS);
    rd_kafka_resp_err_t why;
    rd_kafka_topic_partition_list_t *list = new_list(c, p, n);
    if (!list)
        return err_memory(e);
    do
        why = ask_committed(c, &list);
    while (why && list && kafka_pause(c, until_ns));
    bool good = !why || kafka_down(c, e, "ask kafka how far this part has read", why);
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
    rd_kafka_topic_partition_list_t *list = new_list(c, p, n);
    if (!list)
        return err_memory(e);
    rd_kafka_resp_err_t why = rd_kafka_assign(c->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return !why || kafka_down(c, e, "begin to read its topics", why);
}

/* Fails for errors that last. After others the library tells its log and tries again by itself. */
static bool check_consumer_error(struct kafka_client *c, const rd_kafka_message_t *m, struct err *e)
{
    const char *topic = m->rkt ? rd_kafka_topic_name(m->rkt) : "";
    if (has_fatal_error(c, e))
        return false;
    switch (m->err) {
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        return err_set(
            e, ERR_FATAL, "bus.position", 0,
            "kafka no longer has the place where partition %d of topic '%s' was to be read on",
            m->partition, topic);
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot read topic '%s': %s", topic,
                       rd_kafka_err2str(m->err));
    default:
        return true;
    }
}

/* Fails with bus.topic once a topic of the consumer has been missing for GONE_MS. The library
 * itself asks for such a topic for ever, and tells its log at most. */
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
        struct kafka_topic t = c->topics[i];
        if (kafka_ask_partitions(c, t.name, ASK_MS, &t, &why))
            continue;
        if (why.fate != ERR_FATAL)
            return true; /* the broker is away: ask later */
        if (!c->gone_ns)
            c->gone_ns = now_ns;
        if (now_ns - c->gone_ns < GONE_MS * INT64_C(1000000))
            return true;
        return err_set(e, ERR_FATAL, why.code, 0, "topic '%s' is gone, or closed to this login: %s",
                       t.name, why.text);
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
        bool good = end || check_consumer_error(c, m, e);
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
