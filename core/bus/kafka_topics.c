/* kafka_topics.c - what a Kafka client asks of topics, and makes: kafka_client.h. */
#include <string.h>

#include "bus/kafka_inside.h"

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
    rd_kafka_resp_err_t why = kafka_metadata(c, NULL, KAFKA_ANSWER_MS, &md);
    if (why)
        return kafka_down(c, e, "ask kafka for its topics", why);
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
    struct kafka_setting settings[KAFKA_TOPIC_SETTINGS_MAX];
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
    while (made < n && (list[made] = new_topic(c, &t[made], brokers)))
        made++;
    bool good =
        made == n || err_set(e, ERR_FATAL, "bus.topic", 0, "cannot make topic '%s'", t[made].name);
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

/* The library goes on asking the leader that it knows, for a quarter of an hour: all it knows is
 * made new. */
static bool ask_for_leaders(struct kafka_client *c)
{
    const struct rd_kafka_metadata *md = NULL;
    if (kafka_metadata(c, NULL, KAFKA_ANSWER_MS, &md) != 0)
        return false;
    rd_kafka_metadata_destroy(md);
    return true;
}

/* A broker's word, or what the library keeps of one: it does not ask again by itself. */
static bool is_of_leaders(rd_kafka_resp_err_t why)
{
    return why > 0 || why == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
           why == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
}

static bool is_not_there(rd_kafka_resp_err_t why)
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
        answered = is_of_leaders(why) && ask_for_leaders(c);
    } while (why && kafka_pause(c, until));
    if (answered && is_not_there(why))
        return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot ask kafka where topic '%s' ends: %s",
                       topic, rd_kafka_err2str(why));
    return !why || kafka_down(c, e, "ask kafka where a topic ends", why);
}
