/* put.c - bus_put kafka://HOST:PORT: whatever somebody with the right to write could put on a bus.
 * Each line of its input is an order: put TOPIC PARTITION KEY VALUE     a record, both in
 * hexadecimal digits copy TOPIC PARTITION TO           all records of that partition onto the same
 * one of another topic Exit 0 when all of it is on the bus. */
#include <librdkafka/rdkafka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS 30000
#define ORDER_MAX (8 << 20) /* bytes of a line */

static rd_kafka_t *start(rd_kafka_type_t type, const char *hosts)
{
    char text[300];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (rd_kafka_conf_set(conf, "bootstrap.servers", hosts, text, sizeof text) ||
        (type == RD_KAFKA_CONSUMER &&
         (rd_kafka_conf_set(conf, "group.id", "put", text, sizeof text) ||
          rd_kafka_conf_set(conf, "enable.auto.commit", "false", text, sizeof text) ||
          rd_kafka_conf_set(conf, "enable.partition.eof", "true", text, sizeof text))))
        return NULL;
    return rd_kafka_new(type, conf, text, sizeof text);
}

static int produce(rd_kafka_t *to, const char *topic, int partition, void *key, size_t key_n,
                   void *value, size_t value_n)
{
    return rd_kafka_producev(to, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_KEY(key, key_n), RD_KAFKA_V_VALUE(value, value_n),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END) != 0;
}

/* In place; the number of bytes. */
static size_t from_hex(char *text)
{
    size_t n = strlen(text) / 2;
    for (size_t i = 0; i < n; i++) {
        const char two[] = { text[2 * i], text[2 * i + 1], '\0' };
        text[i] = (char)strtoul(two, NULL, 16);
    }
    return n;
}

static int put(rd_kafka_t *to, char **word)
{
    size_t key = from_hex(word[3]), value = from_hex(word[4]);
    return produce(to, word[1], (int)strtol(word[2], NULL, 10), word[3], key, word[4], value);
}

static int copy(const char *hosts, rd_kafka_t *to, char **word)
{
    rd_kafka_t *from = start(RD_KAFKA_CONSUMER, hosts);
    int partition = (int)strtol(word[2], NULL, 10), failed = !from, end = 0;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, word[1], partition)->offset = RD_KAFKA_OFFSET_BEGINNING;
    failed = failed || rd_kafka_assign(from, list);
    while (!failed && !end) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(from, WAIT_MS);
        end = m && m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;
        failed = !m || (m->err && !end);
        if (!failed && !end)
            failed = produce(to, word[3], partition, m->key, m->key_len, m->payload, m->len);
        if (m)
            rd_kafka_message_destroy(m);
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (from)
        rd_kafka_destroy(from);
    return failed;
}

static int obey(const char *hosts, rd_kafka_t *to, char *line)
{
    char *word[5] = { NULL }, *rest = NULL;
    size_t n = 0;
    for (char *w = strtok_r(line, " \n", &rest); w && n < 5; w = strtok_r(NULL, " \n", &rest))
        word[n++] = w;
    if (n == 5 && strcmp(word[0], "put") == 0)
        return put(to, word);
    return n != 4 || strcmp(word[0], "copy") != 0 || copy(hosts, to, word);
}

int main(int argc, char **argv)
{
    if (argc != 2 || strncmp(argv[1], "kafka://", 8) != 0)
        return 2;
    rd_kafka_t *to = start(RD_KAFKA_PRODUCER, argv[1] + 8);
    static char line[ORDER_MAX];
    int failed = !to;
    while (!failed && fgets(line, ORDER_MAX, stdin))
        failed = obey(argv[1] + 8, to, line);
    failed = failed || rd_kafka_flush(to, WAIT_MS) != 0;
    if (to)
        rd_kafka_destroy(to);
    return failed;
}
