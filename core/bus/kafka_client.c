/* kafka_client.c - librdkafka (2.0.2 or newer) behind kafka_client.h. */
#include "bus/kafka_client.h"

#include <stdio.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "base/clock.h"
#include "host/log.h"

#define ANSWER_MS 10000 /* one question to a broker */
#define SETTLE_MS 30000 /* a call that may be made again is made again for so long */
#define PAUSE_MS 20
#define FULL_NAME_MAX 512

struct topic {
    rd_kafka_topic_t *handle;
    const char *name; /* without the prefix; the handle's */
    int partitions;
};

struct kafka_client {
    rd_kafka_t *rk;
    const char *prefix;
    void (*report)(void *parcel, const struct bus_record *at);
    struct topic *topics; /* those it has met, by name */
    size_t count, room;
};

static bool down(struct err *e, const char *what, rd_kafka_resp_err_t why)
{
    return err_set(e, ERR_RETRY, "bus.down", 0, "cannot %s: %s", what, rd_kafka_err2str(why));
}

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

static bool pause_before(struct kafka_client *c, int64_t until_ns)
{
    rd_kafka_poll(c->rk, PAUSE_MS);
    return clock_mono_ns() < until_ns; /* false: the time is over */
}

/* ---- starting and ending ---- */

static void to_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    static const struct log_who who = { "bus", "kafka" };
    (void)rk;
    /* CONFWARN: "experimental", of a setting that we want. FAIL: an ERROR says it again. */
    bool matters = level <= 4 && strcmp(facility, "CONFWARN") != 0 && strcmp(facility, "FAIL") != 0;
    log_line(matters ? LOG_WARN : LOG_DEBUG, &who, "bus.client", "%s: %s", facility, text);
}

/* A writer's too: rd_kafka_flush wakes only when there is something to call, else 10 ms later. */
static void on_report(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    struct kafka_client *c = opaque;
    const char *topic = rd_kafka_topic_name(m->rkt) + strlen(c->prefix);
    const struct bus_record at = { .topic = topic, .partition = m->partition, .offset = m->offset,
                                   .accepted_ms = rd_kafka_message_timestamp(m, NULL) };
    (void)rk;
    if (c->report)
        c->report(m->_private, m->err ? NULL : &at);
}

static bool set_all(rd_kafka_conf_t *conf, const struct kafka_setting *list, struct err *e)
{
    for (; list->name; list++) /* the library's own sentence quotes the value: it may be a secret */
        if (rd_kafka_conf_set(conf, list->name, list->value, NULL, 0) != RD_KAFKA_CONF_OK)
            return err_set(e, ERR_FATAL, "bus.url", 0, "cannot set '%s' of the kafka client",
                           list->name);
    return true;
}

static rd_kafka_conf_t *configure(const struct kafka_start *s, struct kafka_client *c,
                                  struct err *e)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, to_log);
    rd_kafka_conf_set_opaque(conf, c);
    if (s->role == KAFKA_PUBLISHER || s->role == KAFKA_WRITER)
        rd_kafka_conf_set_dr_msg_cb(conf, on_report);
    /* Newer libraries tell the broker about themselves unless told not to; older ones cannot. */
    (void)rd_kafka_conf_set(conf, "enable.metrics.push", "false", NULL, 0);
    if (set_all(conf, kafka_role_settings(s->role), e) && set_all(conf, s->site, e) &&
        set_all(conf, s->own, e))
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
    *c = (struct kafka_client){ .prefix = s->prefix, .report = s->report };
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

void kafka_stop(struct kafka_client **client)
{
    struct kafka_client *c = *client;
    *client = NULL;
    if (!c)
        return;
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

/* ---- topics ---- */

static const char *full_name(const struct kafka_client *c, const char *name,
                             char out[FULL_NAME_MAX])
{
    snprintf(out, FULL_NAME_MAX, "%s%s", c->prefix, name);
    return out;
}

/* 0 partitions: there is no such topic. */
static bool ask_partitions(struct kafka_client *c, const char *name, struct topic *t, struct err *e)
{
    const struct rd_kafka_metadata *md = NULL;
    rd_kafka_resp_err_t why = rd_kafka_metadata(c->rk, 0, t->handle, &md, ANSWER_MS);
    if (why)
        return down(e, "ask kafka for a topic", why);
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
    char full[FULL_NAME_MAX];
    if (!mem_room((void **)&c->topics, &c->room, c->count, sizeof *c->topics))
        return err_memory(e);
    struct topic t = { .handle = rd_kafka_topic_new(c->rk, full_name(c, name, full), NULL) };
    if (!t.handle || !ask_partitions(c, name, &t, e)) {
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

/* Waits for the answer to what was asked with this queue; NULL with e set when it is an error. */
static rd_kafka_event_t *answer(rd_kafka_queue_t *queue, const char *what, struct err *e)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 2 * ANSWER_MS);
    rd_kafka_resp_err_t why = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (!why)
        return event;
    rd_kafka_event_destroy(event);
    down(e, what, why);
    return NULL;
}

static bool is_compacted(const rd_kafka_ConfigResource_t *resource)
{
    size_t n;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "cleanup.policy") == 0) {
            const char *value = rd_kafka_ConfigEntry_value(entries[i]);
            return value && strstr(value, "compact");
        }
    return false;
}

static bool ask_compacted(struct kafka_client *c, struct bus_topic *t, size_t n, struct err *e)
{
    char full[FULL_NAME_MAX];
    rd_kafka_ConfigResource_t **asked = mem_alloc((n + 1) * sizeof *asked);
    if (!asked)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        asked[i] =
            rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, full_name(c, t[i].name, full));
    rd_kafka_queue_t *queue = rd_kafka_queue_new(c->rk);
    rd_kafka_DescribeConfigs(c->rk, asked, n, NULL, queue);
    rd_kafka_event_t *event = answer(queue, "ask kafka how topics are kept", e);
    const rd_kafka_ConfigResource_t **list = NULL;
    size_t told = 0;
    if (event)
        list = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &told);
    for (size_t k = 0; k < told; k++)
        for (size_t i = 0; i < n; i++)
            if (strcmp(rd_kafka_ConfigResource_name(list[k]), full_name(c, t[i].name, full)) == 0)
                t[i].compacted = is_compacted(list[k]);
    rd_kafka_event_destroy(event); /* takes NULL */
    rd_kafka_queue_destroy(queue);
    rd_kafka_ConfigResource_destroy_array(asked, n);
    mem_free(asked);
    return event != NULL;
}

/* A topic counts when it is ours and each partition has a leader, so that it can be used. */
static bool is_usable(const struct kafka_client *c, const struct rd_kafka_metadata_topic *t)
{
    size_t n = strlen(c->prefix);
    if (t->err || strncmp(t->topic, c->prefix, n) != 0 || !t->topic[n] || t->topic[0] == '_')
        return false;
    for (int p = 0; p < t->partition_cnt; p++)
        if (t->partitions[p].leader < 0)
            return false;
    return true;
}

bool kafka_topics(struct kafka_client *c, bool with_compacted, struct arena *a,
                  struct bus_topic **out, size_t *n, int *brokers, struct err *e)
{
    const struct rd_kafka_metadata *md = NULL;
    rd_kafka_resp_err_t why = rd_kafka_metadata(c->rk, 1, NULL, &md, ANSWER_MS);
    if (why)
        return down(e, "ask kafka for its topics", why);
    struct bus_topic *list = ARENA_ARRAY(a, (size_t)md->topic_cnt + 1, struct bus_topic);
    size_t count = 0;
    for (int i = 0; list && i < md->topic_cnt; i++) {
        if (!is_usable(c, &md->topics[i]))
            continue;
        list[count].name = arena_text(a, slice_text(md->topics[i].topic + strlen(c->prefix)));
        list[count].partitions = md->topics[i].partition_cnt;
        if (!list[count++].name)
            list = NULL;
    }
    *brokers = md->broker_cnt;
    *out = list;
    *n = count;
    rd_kafka_metadata_destroy(md);
    if (!list)
        return err_memory(e);
    return !with_compacted || count == 0 || ask_compacted(c, list, count, e);
}

bool kafka_answers(struct kafka_client *c, int wait_ms)
{
    const struct rd_kafka_metadata *md = NULL;
    if (rd_kafka_metadata(c->rk, 0, NULL, &md, wait_ms) != 0)
        return false;
    rd_kafka_metadata_destroy(md);
    return true;
}

static rd_kafka_NewTopic_t *new_topic(struct kafka_client *c, const struct bus_topic *t,
                                      int brokers)
{
    char full[FULL_NAME_MAX], why[160];
    int copies = brokers < 3 ? brokers : 3;
    struct kafka_setting settings[KAFKA_TOPIC_SETTINGS_MAX];
    rd_kafka_NewTopic_t *topic =
        rd_kafka_NewTopic_new(full_name(c, t->name, full), t->partitions, copies, why, sizeof why);
    kafka_topic_settings(t, copies, settings);
    for (size_t i = 0; topic && settings[i].name; i++)
        rd_kafka_NewTopic_set_config(topic, settings[i].name, settings[i].value);
    return topic;
}

static bool check_created(rd_kafka_event_t *event, struct err *e)
{
    size_t n;
    const rd_kafka_topic_result_t **list =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_resp_err_t why = rd_kafka_topic_result_error(list[i]);
        if (why && why != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
            return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot make topic '%s': %s",
                           rd_kafka_topic_result_name(list[i]), rd_kafka_err2str(why));
    }
    return true;
}

bool kafka_create(struct kafka_client *c, const struct bus_topic *t, size_t n, int brokers,
                  struct err *e)
{
    rd_kafka_NewTopic_t **list = mem_alloc((n + 1) * sizeof *list);
    if (!list)
        return err_memory(e);
    size_t made = 0;
    while (made < n && (list[made] = new_topic(c, &t[made], brokers)))
        made++;
    bool ok =
        made == n || err_set(e, ERR_FATAL, "bus.topic", 0, "cannot make topic '%s'", t[made].name);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(c->rk);
    if (ok) {
        rd_kafka_CreateTopics(c->rk, list, made, NULL, queue);
        rd_kafka_event_t *event = answer(queue, "make topics", e);
        ok = event && check_created(event, e);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy_array(list, made);
    mem_free(list);
    return ok;
}

bool kafka_ends(struct kafka_client *c, const char *topic, int partition, int64_t *first,
                int64_t *next, struct err *e)
{
    char full[FULL_NAME_MAX];
    int64_t until = after_ms(ANSWER_MS);
    rd_kafka_resp_err_t why;
    full_name(c, topic, full);
    do
        why = rd_kafka_query_watermark_offsets(c->rk, full, partition, first, next, ANSWER_MS);
    while (why && pause_before(c, until)); /* a new topic's leader may not know that it is one */
    return !why || down(e, "ask kafka where a topic ends", why);
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
    return *full || (!is_ruined(c, e) && down(e, "send a record", why));
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

/* These calls go on where they were when they are made again. */
static rd_kafka_error_t *insist(struct kafka_client *c,
                                rd_kafka_error_t *(*call)(rd_kafka_t *, int))
{
    int64_t until = after_ms(SETTLE_MS);
    rd_kafka_error_t *error;
    do
        error = call(c->rk, -1);
    while (again(&error, until));
    return error;
}

bool kafka_take_over(struct kafka_client *c, struct err *e)
{
    return judge(c, "join the bus", insist(c, rd_kafka_init_transactions), e);
}

bool kafka_begin(struct kafka_client *c, struct err *e)
{
    return judge(c, "begin a transaction", rd_kafka_begin_transaction(c->rk), e);
}

/* Under full names; NULL without memory. The library frees notes by free(3), as mem_free does. */
static rd_kafka_topic_partition_list_t *list_of(struct kafka_client *c,
                                                const struct bus_position *p, size_t n)
{
    char full[FULL_NAME_MAX];
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)n);
    for (size_t i = 0; i < n; i++) {
        rd_kafka_topic_partition_t *t =
            rd_kafka_topic_partition_list_add(list, full_name(c, p[i].topic, full), p[i].partition);
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

/* Assigned by hand, the group has no members or generation: the transactional id fences zombies. */
bool kafka_send_positions(struct kafka_client *c, const char *group, const struct bus_position *p,
                          size_t n, struct err *e)
{
    int64_t until = after_ms(SETTLE_MS);
    rd_kafka_topic_partition_list_t *list = list_of(c, p, n);
    if (!list)
        return err_memory(e);
    rd_kafka_consumer_group_metadata_t *nobody = rd_kafka_consumer_group_metadata_new(group);
    rd_kafka_error_t *error;
    do
        error = rd_kafka_send_offsets_to_transaction(c->rk, list, nobody, -1);
    while (again(&error, until));
    rd_kafka_consumer_group_metadata_destroy(nobody);
    rd_kafka_topic_partition_list_destroy(list);
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

/* ---- consuming ---- */

bool kafka_committed(struct kafka_client *c, struct bus_position *p, size_t n, struct arena *a,
                     struct err *e)
{
    int64_t until = after_ms(SETTLE_MS);
    rd_kafka_resp_err_t why;
    rd_kafka_topic_partition_list_t *list = list_of(c, p, n);
    if (!list)
        return err_memory(e);
    do { /* while a transaction over a position is open, its err is set, its offset is not */
        why = rd_kafka_committed(c->rk, list, ANSWER_MS);
        for (int i = 0; !why && i < list->cnt; i++)
            why = list->elems[i].err;
    } while (why && pause_before(c, until));
    bool ok = !why || down(e, "ask kafka for positions", why);
    for (size_t i = 0; ok && i < n; i++) {
        const rd_kafka_topic_partition_t *t = &list->elems[i];
        p[i].next = t->offset >= 0 ? t->offset : KAFKA_NO_POSITION;
        p[i].note = arena_copy(a, slice_of(t->metadata, t->metadata_size));
        ok = p[i].note.p || err_memory(e);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return ok;
}

bool kafka_assign(struct kafka_client *c, const struct bus_position *p, size_t n, struct err *e)
{
    rd_kafka_topic_partition_list_t *list = list_of(c, p, n);
    if (!list)
        return err_memory(e);
    rd_kafka_resp_err_t why = rd_kafka_assign(c->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    return !why || down(e, "fetch", why);
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

bool kafka_take(struct kafka_client *c, int wait_ms, struct bus_record *r, void **message,
                enum kafka_took *what, struct err *e)
{
    rd_kafka_message_t *m = rd_kafka_consumer_poll(c->rk, wait_ms);
    *what = KAFKA_NOTHING;
    *message = NULL;
    if (!m)
        return true;
    *r = (struct bus_record){ .partition = m->partition, .offset = m->offset };
    if (m->err) {
        bool end = m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        bool ok = end || take_error(c, m, e);
        *what = end ? KAFKA_END : KAFKA_NOTHING;
        rd_kafka_message_destroy(m);
        return ok;
    }
    r->topic = rd_kafka_topic_name(m->rkt) + strlen(c->prefix);
    r->key = slice_of(m->key, m->key_len);
    r->value = slice_of(m->payload, m->len);
    r->accepted_ms = rd_kafka_message_timestamp(m, NULL);
    *message = m;
    *what = KAFKA_RECORD;
    return true;
}

void kafka_release(void *message)
{
    rd_kafka_message_destroy(message);
}
