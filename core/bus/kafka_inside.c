/* kafka_inside.c - questions to a broker, and what is said where it does not answer. */
#include "bus/kafka_inside.h"

static const char *reason_of(struct kafka_client *c, rd_kafka_resp_err_t why, char *out, size_t n)
{
    const char *reason = kafka_why_now(c->why, out, n);
    return reason ? reason : rd_kafka_err2str(why);
}

bool kafka_down(struct kafka_client *c, struct err *e, const char *what, rd_kafka_resp_err_t why)
{
    char told[KAFKA_WHY_MAX];
    return err_set(e, ERR_RETRY, "bus.down", 0, "cannot %s: %s", what,
                   reason_of(c, why, told, sizeof told));
}

bool kafka_topic_down(struct kafka_client *c, struct err *e, const char *what, const char *topic,
                      rd_kafka_resp_err_t why)
{
    char told[KAFKA_WHY_MAX];
    return err_set(e, ERR_RETRY, "bus.down", 0, "cannot %s topic '%s': %s", what, topic,
                   reason_of(c, why, told, sizeof told));
}

rd_kafka_event_t *kafka_answer(struct kafka_client *c, rd_kafka_queue_t *queue, const char *what,
                               struct err *e)
{
    rd_kafka_event_t *event = NULL;
    int64_t start_ns = clock_mono_ns(), end_ns = after_ms(2 * KAFKA_ANSWER_MS);
    while (!event && clock_mono_ns() < kafka_asker_end(c->asker, start_ns, end_ns, KAFKA_HURRY_MS))
        event = rd_kafka_queue_poll(queue, KAFKA_SLICE_MS);
    rd_kafka_resp_err_t why = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (!why)
        return event;
    rd_kafka_event_destroy(event);
    kafka_down(c, e, what, why);
    return NULL;
}

struct of_metadata {
    rd_kafka_t *rk;
    char topic[KAFKA_NAME_MAX]; /* full name; empty: about all topics */
    int wait_ms;
    const struct rd_kafka_metadata *md;
    rd_kafka_resp_err_t why;
};

static void put_metadata(void *of)
{
    struct of_metadata *q = of;
    rd_kafka_topic_t *one = q->topic[0] ? rd_kafka_topic_new(q->rk, q->topic, NULL) : NULL;
    q->why = rd_kafka_metadata(q->rk, one == NULL, one, &q->md, q->wait_ms);
    if (one)
        rd_kafka_topic_destroy(one);
}

static void drop_metadata(void *of)
{
    const struct of_metadata *q = of;
    if (!q->why)
        rd_kafka_metadata_destroy(q->md);
}

rd_kafka_resp_err_t kafka_metadata(struct kafka_client *c, const char *topic, int wait_ms,
                                   const struct rd_kafka_metadata **out)
{
    struct of_metadata of = { .rk = c->rk,
                              .wait_ms = wait_ms,
                              .why = RD_KAFKA_RESP_ERR__TIMED_OUT };
    const struct kafka_question q = { sizeof of, put_metadata, drop_metadata, &c->open };
    if (topic)
        kafka_full_name(c, topic, of.topic);
    (void)kafka_ask(c->asker, &q, &of, wait_ms + KAFKA_SLICE_MS);
    *out = of.md;
    return of.why;
}
