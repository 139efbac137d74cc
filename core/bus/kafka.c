/* kafka.c - the bus on Kafka. */
#include "bus/backend.h"

bool kafka_open(const struct bus_options *o, const char *address, struct bus **out, struct err *e)
{
    (void)o;
    (void)out;
    return err_set(e, ERR_FATAL, "bus.fatal", 0, "cannot reach '%s': not built yet", address);
}
