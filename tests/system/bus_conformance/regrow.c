/* regrow.c - bus_regrow kafka://HOST:PORT TOPIC PARTITIONS COUNT [NAME=VALUE]...: deletes a topic,
 * makes it anew with such settings and fills each partition with COUNT records of nobody; 0
 * partitions: it stays gone. Exit 0 when all of that is so. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 30000
#define PAUSE_MS 50
#define TRIES 600

/* Takes the event; why it failed, or 0. */
static rd_kafka_resp_err_t answer(rd_kafka_queue_t *queue)
{
    rd_kafka_event_t *done = rd_kafka_queue_poll(queue, WAIT_MS);
    rd_kafka_resp_err_t why = done ? rd_kafka_event_error(done) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    size_t n = 0;
    const rd_kafka_topic_result_t **list = NULL;
    if (!why && rd_kafka_event_type(done) == RD_KAFKA_EVENT_DELETETOPICS_RESULT)
        list = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(done), &n);
    else if (!why)
        list = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(done), &n);
    if (!why && n == 1)
        why = rd_kafka_topic_result_error(list[0]);
    if (done)
        rd_kafka_event_destroy(done);
    return why;
}

static rd_kafka_resp_err_t forget(rd_kafka_t *rk, rd_kafka_queue_t *queue, const char *topic)
{
    rd_kafka_DeleteTopic_t *order = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_DeleteTopics(rk, &order, 1, NULL, queue);
    rd_kafka_DeleteTopic_destroy(order);
    return answer(queue);
}

static rd_kafka_resp_err_t make(rd_kafka_t *rk, rd_kafka_queue_t *queue, const char *topic,
                                int partitions, char **settings)
{
    char why[200];
    rd_kafka_NewTopic_t *order = rd_kafka_NewTopic_new(topic, partitions, 1, why, sizeof why);
    for (; *settings; settings++) {
        char *value = strchr(*settings, '=');
        *value = '\0';
        rd_kafka_NewTopic_set_config(order, *settings, value + 1);
        *value = '=';
    }
    rd_kafka_CreateTopics(rk, &order, 1, NULL, queue);
    rd_kafka_NewTopic_destroy(order);
    return answer(queue);
}

/* The old one is gone a moment after the broker has said so. */
static int make_anew(rd_kafka_t *rk, rd_kafka_queue_t *queue, const char *topic, int partitions,
                     char **settings)
{
    rd_kafka_resp_err_t why = make(rk, queue, topic, partitions, settings);
    for (int i = 0; why == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS && i < TRIES; i++) {
        rd_kafka_poll(rk, PAUSE_MS);
        why = make(rk, queue, topic, partitions, settings);
    }
    if (why)
        fprintf(stderr, "bus_regrow: %s\n", rd_kafka_err2str(why));
    return why != 0;
}

static int fill(rd_kafka_t *rk, const char *topic, int partitions, int count)
{
    char nothing[] = "nobody's";
    for (int p = 0; p < partitions; p++)
        for (int i = 0; i < count; i++)
            if (rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(p),
                                  RD_KAFKA_V_VALUE(nothing, sizeof nothing - 1), RD_KAFKA_V_END))
                return 1;
    return rd_kafka_flush(rk, WAIT_MS) != 0;
}

int main(int argc, char **argv)
{
    char text[300];
    if (argc < 5 || strncmp(argv[1], "kafka://", 8) != 0)
        return 2;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1] + 8, text, sizeof text))
        return 2;
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (!rk)
        return 2;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    int partitions = (int)strtol(argv[3], NULL, 10), count = (int)strtol(argv[4], NULL, 10);
    int failed = forget(rk, queue, argv[2]) != 0 ||
                 (partitions && make_anew(rk, queue, argv[2], partitions, argv + 5)) ||
                 fill(rk, argv[2], partitions, count);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
    return failed;
}
