/* bus_open.c - picks the backend that a bus's address names, and opens it. */
#include <string.h>

#include "bus/backend.h"
#include "bus/kafka_conf.h"
#include "host/guard.h"

static const char embedded[] = "embedded:", kafka[] = "kafka://";

/* What stands behind the scheme; NULL: the address has another scheme. */
static const char *behind_scheme(const char *url, const char *scheme)
{
    size_t n = strlen(scheme);
    return strncmp(url, scheme, n) == 0 ? url + n : NULL;
}

static bool check_kafka_address(const char *address, struct err *e)
{
    struct arena a;
    const struct kafka_setting *settings;
    arena_init(&a, 64 * 1024);
    a.is_secret = true; /* passwords */
    bool good = kafka_settings(address, &a, &settings, e);
    good = good && kafka_conf_try(settings, e);
    arena_release(&a);
    return good;
}

bool bus_url_check(const char *url, struct err *e)
{
    const char *path = behind_scheme(url, embedded);
    const char *address = behind_scheme(url, kafka);
    if (path)
        return guard_database(path, "bus.folder", e);
    return !address || check_kafka_address(address, e);
}

bool bus_open(const struct bus_options *o, struct bus **out, struct err *e)
{
    const char *path = behind_scheme(o->url, embedded);
    const char *address = behind_scheme(o->url, kafka);
    bool has_prefix = o->prefix && o->prefix[0];
    *out = NULL;
    if (has_prefix && !bus_name_is_one(o->prefix))
        return err_set(
            e, ERR_FATAL, "bus.topic", 0,
            "cannot use the prefix '%.60s' of topics: want letters, digits, '.', '_' and '-'",
            o->prefix);
    if (path && !o->read_only && !bus_url_check(o->url, e))
        return false;
    if (path)
        return embedded_open(o, path, out, e);
    if (address)
        return kafka_open(o, address, out, e);
    return err_set(e, ERR_FATAL, "bus.url", 0,
                   "the address of the bus must begin with '%s' or '%s'", embedded, kafka);
}
