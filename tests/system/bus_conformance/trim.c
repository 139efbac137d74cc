/* trim.c - bus_trim kafka://HOST:PORT TOPIC PARTITION OFFSET: takes away what lies before that
 * offset, as a broker's retention does. Exit 0 when it is gone. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 30000

static int trim(rd_kafka_t *rk, const char *topic, int partition, int64_t before)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition)->offset = before;
    rd_kafka_DeleteRecords_t *order = rd_kafka_DeleteRecords_new(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteRecords(rk, &order, 1, NULL, queue);
    rd_kafka_event_t *done = rd_kafka_queue_poll(queue, WAIT_MS);
    int failed = !done || rd_kafka_event_error(done);
    if (failed)
        fprintf(stderr, "bus_trim: %s\n", done ? rd_kafka_event_error_string(done) : "no answer");
    if (done)
        rd_kafka_event_destroy(done);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteRecords_destroy(order);
    rd_kafka_topic_partition_list_destroy(list);
    return failed;
}

int main(int argc, char **argv)
{
    char text[300];
    if (argc != 5 || strncmp(argv[1], "kafka://", 8) != 0)
        return 2;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", argv[1] + 8, text, sizeof text))
        return 2;
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    if (!rk)
        return 2;
    int failed = trim(rk, argv[2], (int)strtol(argv[3], NULL, 10), strtoll(argv[4], NULL, 10));
    rd_kafka_destroy(rk);
    return failed;
}
