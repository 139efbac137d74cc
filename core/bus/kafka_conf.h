/* kafka_conf.h - tries settings on librdkafka.
 *
 * Errors: bus.url (ERR_FATAL). The sentence never has a setting's value. */
#ifndef CONCORDAT_BUS_KAFKA_CONF_H
#define CONCORDAT_BUS_KAFKA_CONF_H

#include "bus/kafka_settings.h"

/* Whether librdkafka can make a client of a site's settings. It connects to no broker. */
MUST_CHECK bool kafka_conf_try(const struct kafka_setting *site, struct err *e);

#endif
