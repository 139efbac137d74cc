/* kafka_conf.h - settings as librdkafka takes them. bus.url (ERR_FATAL), never with a value. */
#ifndef CONCORDAT_BUS_KAFKA_CONF_H
#define CONCORDAT_BUS_KAFKA_CONF_H

#include "bus/kafka_settings.h"

/* Whether a client can be made of what a site has set; it meets nobody. */
MUST_CHECK bool kafka_conf_try(const struct kafka_setting *site, struct err *e);

#endif
