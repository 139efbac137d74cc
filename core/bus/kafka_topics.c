/* kafka_topics.c - the topics that a client knows; lists and makes topics, and asks where they end.
 */
#include <string.h>

#include "bus/kafka_inside.h"

/* ---- the topics that a client knows ---- */

/* Fills t->partitions. bus.topic (ERR_FATAL) when there is no such topic, or none for this login.
 */
bool kafka_ask_partitions(struct kafka_client *c, const char *name, int wait_ms,
                          struct kafka_topic *t, struct err *e)
{
    const struct rd_kafka_metadata *md = NULL;
    rd_kafka_resp_err_t why = kafka_metadata(c, name, wait_ms, &md);
    if (why)
        return kafka_topic_down(c, e, "ask kafka for", name, why);
    why = md->topic_cnt == 1 ? md->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    t->partitions = why ? 0 : md->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(md);
    bool lasts = why == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
                 why == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    return !why || err_set(e, lasts ? ERR_FATAL : ERR_RETRY, lasts ? "bus.topic" : "bus.down", 0,
                           "cannot use topic '%s': %s", name, rd_kafka_err2str(why));
}

/* Adds a topic that the broker knows to the client's own, at that place. */
static bool add_topic(struct kafka_client *c, const char *name, size_t at, struct err *e)
{
    char full[KAFKA_NAME_MAX];
    if (!mem_room((void **)&c->topics, &c->room, c->count, sizeof *c->topics))
        return err_memory(e);
    struct kafka_topic t = { .handle =
                                 rd_kafka_topic_new(c->rk, kafka_full_name(c, name, full), NULL) };
    if (!t.handle || !kafka_ask_partitions(c, name, KAFKA_ANSWER_MS, &t, e)) {
        if (t.handle)
            rd_kafka_topic_destroy(t.handle);
        return err_set(e, ERR_FATAL, "bus.topic", 0,
                       "cannot use topic '%s': the kafka client does not take the name", name);
    }
    memmove(c->topics + at + 1, c->topics + at, (c->count - at) * sizeof *c->topics);
    t.name = rd_kafka_topic_name(t.handle) + strlen(c->prefix);
    c->topics[at] = t;
    c->count++;
    return true;
}

bool kafka_find_topic(struct kafka_client *c, const char *name, int partition,
                      rd_kafka_topic_t **out, struct err *e)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(c->topics[mid].name, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    bool is_known = low < c->count && strcmp(c->topics[low].name, name) == 0;
    if (!is_known && !add_topic(c, name, low, e))
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
    return kafka_find_topic(c, topic, partition, &handle, e);
}

/* ---- all topics ---- */

/* Kafka's own topics begin with '_'. */
static bool is_ours(const struct kafka_client *c, const char *full)
{
    size_t n = strlen(c->prefix);
    bool has_prefix = strncmp(full, c->prefix, n) == 0;
    return has_prefix && full[n] != '\0' && full[0] != '_';
}

/* A topic can be used when each of its partitions has a leader. */
static bool is_usable(const struct rd_kafka_metadata_topic *t)
{
    if (t->err)
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
    rd_kafka_resp_err_t why = kafka_metadata(c, NULL, KAFKA_ANSWER_MS, &md);
    if (why)
        return kafka_down(c, e, "ask kafka for its topics", why);
    struct bus_topic *list = ARENA_ARRAY(a, (size_t)md->topic_cnt + 1, struct bus_topic);
    size_t count = 0;
    for (int i = 0; list && i < md->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *t = &md->topics[i];
        if (!is_ours(c, t->topic) || !is_usable(t))
            continue;
        const char *name = arena_text(a, slice_text(t->topic + strlen(c->prefix)));
        list[count] = (struct bus_topic){ .name = name, .partitions = t->partition_cnt };
        count++;
        if (!name)
            list = NULL;
    }
    *brokers = md->broker_cnt;
    *out = list;
    *n = count;
    rd_kafka_metadata_destroy(md);
    if (!list)
        return err_memory(e);
    return !with_compacted || count == 0 || kafka_note_compacted(c, list, count, e);
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
    char full[KAFKA_NAME_MAX], why[160];
    int copies = brokers < 3 ? brokers : 3;
    struct kafka_topic_setting settings[KAFKA_TOPIC_SETTINGS_MAX];
    rd_kafka_NewTopic_t *topic = rd_kafka_NewTopic_new(kafka_full_name(c, t->name, full),
                                                       t->partitions, copies, why, sizeof why);
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
    bool good = true;
    while (good && made < n) {
        list[made] = new_topic(c, &t[made], brokers);
        if (list[made])
            made++;
        else
            good = err_set(e, ERR_FATAL, "bus.topic", 0,
                           "cannot make topic '%s': the kafka client does not take its name or "
                           "number of partitions",
                           t[made].name);
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_new(c->rk);
    if (good) {
        rd_kafka_CreateTopics(c->rk, list, made, NULL, queue);
        rd_kafka_event_t *event = kafka_answer(c, queue, "make topics", e);
        good = event && check_created(event, e);
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_NewTopic_destroy_array(list, made);
    mem_free(list);
    return good;
}

/* Makes the library learn all leaders anew. By itself it goes on asking the leader that it knows
 * for a quarter of an hour. */
static bool ask_for_leaders(struct kafka_client *c)
{
    const struct rd_kafka_metadata *md = NULL;
    if (kafka_metadata(c, NULL, KAFKA_ANSWER_MS, &md) != 0)
        return false;
    rd_kafka_metadata_destroy(md);
    return true;
}

/* Whether a broker has said this, or the library remembers what a broker said: then the library
 * does not ask again by itself, and may know the wrong leader. */
static bool may_be_old_leader(rd_kafka_resp_err_t why)
{
    return why > 0 || why == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
           why == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

static bool means_no_topic(rd_kafka_resp_err_t why)
{
    return why == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           why == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || why == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

struct of_ends {
    rd_kafka_t *rk;
    char topic[KAFKA_NAME_MAX];
    int partition;
    int64_t first, next;
    rd_kafka_resp_err_t why;
};

static void put_ends(void *of)
{
    struct of_ends *q = of;
    q->why = rd_kafka_query_watermark_offsets(q->rk, q->topic, q->partition, &q->first, &q->next,
                                              KAFKA_ANSWER_MS);
}

static rd_kafka_resp_err_t ask_ends(struct kafka_client *c, const char *topic, int partition,
                                    int64_t *first, int64_t *next)
{
    struct of_ends of = { .rk = c->rk,
                          .partition = partition,
                          .why = RD_KAFKA_RESP_ERR__TIMED_OUT };
    const struct kafka_question q = { sizeof of, put_ends, NULL, &c->open };
    kafka_full_name(c, topic, of.topic);
    (void)kafka_ask(c->asker, &q, &of, KAFKA_ANSWER_MS + KAFKA_SLICE_MS);
    *first = of.first;
    *next = of.next;
    return of.why;
}

bool kafka_ends(struct kafka_client *c, const char *topic, int partition, int64_t *first,
                int64_t *next, struct err *e)
{
    int64_t until = after_ms(KAFKA_ANSWER_MS);
    rd_kafka_resp_err_t why;
    bool answered = false;
    do {
        why = ask_ends(c, topic, partition, first, next);
        answered = may_be_old_leader(why) && ask_for_leaders(c);
    } while (why && kafka_pause(c, until));
    if (answered && means_no_topic(why))
        return err_set(e, ERR_FATAL, "bus.topic", 0,
                       "kafka does not tell where topic '%s' ends: %s", topic,
                       rd_kafka_err2str(why));
    return !why || kafka_topic_down(c, e, "ask kafka for the end of", topic, why);
}
