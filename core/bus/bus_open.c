/* bus_open.c - from the bus's address to its backend. */
#include <string.h>

#include "bus/backend.h"
#include "bus/kafka_conf.h"
#include "host/guard.h"

static const char embedded[] = "embedded:", kafka[] = "kafka://";

bool bus_url_check(const char *url, struct err *e)
{
    struct arena a;
    const struct kafka_setting *settings;
    if (strncmp(url, embedded, strlen(embedded)) == 0)
        return guard_database(url + strlen(embedded), "bus.folder", e);
    if (strncmp(url, kafka, strlen(kafka)) != 0)
        return true;
    arena_init(&a, 64 * 1024);
    a.is_secret = true;
    bool good =
        kafka_settings(url + strlen(kafka), &a, &settings, e) && kafka_conf_try(settings, e);
    arena_release(&a);
    return good;
}

bool bus_open(const struct bus_options *o, struct bus **out, struct err *e)
{
    *out = NULL;
    if (o->prefix && o->prefix[0] && !bus_name_is_one(o->prefix))
        return err_set(e, ERR_FATAL, "bus.topic", 0, "cannot use prefix '%.60s'", o->prefix);
    if (strncmp(o->url, embedded, strlen(embedded)) == 0)
        return (o->read_only || bus_url_check(o->url, e)) &&
               embedded_open(o, o->url + strlen(embedded), out, e);
    if (strncmp(o->url, kafka, strlen(kafka)) == 0)
        return kafka_open(o, o->url + strlen(kafka), out, e);
    return err_set(e, ERR_FATAL, "bus.url", 0,
                   "cannot use a bus whose address starts neither with '%s' nor with '%s'",
                   embedded, kafka);
}
