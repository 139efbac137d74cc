/* open.c - bus_open kafka://HOST:PORT TOPIC: whether a transaction over that topic is open, so that
 * readers wait before its records. Exit 0 when it is, 1 when none is, 2 when nobody can tell. */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>

#define WAIT_MS 30000

/* The sum of where a reader of that isolation may read to in each partition; -1: it cannot tell. */
static int64_t sum_of_ends(const char *servers, const char *topic, const char *isolation)
{
    char text[300];
    const struct rd_kafka_metadata *all = NULL;
    int64_t sum = 0, first = 0, end = 0;
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", servers, text, sizeof text);
    (void)rd_kafka_conf_set(conf, "isolation.level", isolation, text, sizeof text);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (!rk)
        return -1;
    rd_kafka_topic_t *one = rd_kafka_topic_new(rk, topic, NULL);
    if (rd_kafka_metadata(rk, 0, one, &all, WAIT_MS) || all->topic_cnt != 1)
        sum = -1;
    for (int p = 0; sum >= 0 && p < all->topics[0].partition_cnt; p++) {
        rd_kafka_resp_err_t failed =
            rd_kafka_query_watermark_offsets(rk, topic, p, &first, &end, WAIT_MS);
        sum = failed ? -1 : sum + end;
    }
    if (all)
        rd_kafka_metadata_destroy(all);
    rd_kafka_topic_destroy(one);
    rd_kafka_destroy(rk);
    return sum;
}

int main(int argc, char **argv)
{
    if (argc != 3 || strncmp(argv[1], "kafka://", 8) != 0)
        return 2;
    const char *servers = argv[1] + 8;
    int64_t committed = sum_of_ends(servers, argv[2], "read_committed");
    int64_t written = sum_of_ends(servers, argv[2], "read_uncommitted");
    if (committed < 0 || written < 0)
        return 2;
    return committed < written ? 0 : 1;
}
