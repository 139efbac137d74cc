/* kafka_conf.c - hands settings to librdkafka, and tries whether it can make a client of them. */
#include <string.h>

#include "bus/kafka_conf.h"
#include "bus/kafka_inside.h"

bool kafka_conf_set(rd_kafka_conf_t *conf, const struct kafka_setting *list, struct err *e)
{
    /* The library's own sentence is not told: it quotes the value, which may be a secret. */
    for (; list->name; list++)
        if (rd_kafka_conf_set(conf, list->name, list->value, NULL, 0) != RD_KAFKA_CONF_OK)
            return err_set(e, ERR_FATAL, "bus.url", 0,
                           "cannot use setting '%s' of the bus's address: the kafka client does "
                           "not take its value",
                           list->name);
    return true;
}

static void drop_log_line(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
    (void)rk, (void)level, (void)facility, (void)text;
}

bool kafka_conf_try(const struct kafka_setting *site, struct err *e)
{
    char why[160] = "";
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, drop_log_line);
    /* The hosts stand first in the list: without them the client connects to no broker. */
    while (site->name && strcmp(site->name, "bootstrap.servers") == 0)
        site++;
    rd_kafka_t *rk = NULL;
    if (kafka_conf_set(conf, site, e))
        rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (rk) {
        rd_kafka_destroy(rk);
        return true;
    }
    rd_kafka_conf_destroy(conf);
    return err_set(e, ERR_FATAL, "bus.url", 0, "cannot use the bus address: %s", why);
}
