/* kafka_settings.c - reads the address of a Kafka bus; lists what each role of a client is told,
 * and how topics must be kept. */
#include "bus/kafka_settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/nearest.h"
#include "bus/topics.h"

#define SECRET_MAX 1024
/* How long readers may wait behind the open transaction of a worker that has died. */
#define TRANSACTION_MS "10000"
#define WEEK_MS "604800000"

/* sets: the library's name of the setting, where the value is a file that has the secret; NULL: the
 * name is the library's own. */
static const struct {
    const char *name, *sets;
} allowed[] = {
    { "security.protocol", NULL },
    { "ssl.ca.location", NULL },
    { "ssl.certificate.location", NULL },
    { "ssl.key.location", NULL },
    { "ssl.key.password.file", "ssl.key.password" },
    { "ssl.endpoint.identification.algorithm", NULL },
    { "sasl.mechanism", NULL },
    { "sasl.username", NULL },
    { "sasl.password.file", "sasl.password" },
};
/* All that are allowed, the hosts, one that is a duplicate, and the end. */
#define LIST_MAX (sizeof allowed / sizeof allowed[0] + 3)

/* The first line of the file. */
static bool read_secret(const char *path, struct arena *a, const char **out, struct err *e)
{
    char line[SECRET_MAX] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return err_errno(e, ERR_FATAL, "bus.url", errno, "cannot read secret file", path);
    struct stat st;
    if (fstat(fileno(file), &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO))) {
        fclose(file);
        return err_set(e, ERR_FATAL, "bus.url", 0,
                       "cannot use secret file '%s': others may read it; its mode must be 0600",
                       path);
    }
    bool good = setvbuf(file, NULL, _IONBF, 0) == 0 && fgets(line, sizeof line, file) != NULL;
    fclose(file);
    if (!good)
        return err_set(e, ERR_FATAL, "bus.url", 0, "cannot use secret file '%s': it is empty",
                       path);
    *out = arena_text(a, slice_of(line, strcspn(line, "\r\n")));
    explicit_bzero(line, sizeof line);
    return *out || err_memory(e);
}

/* pair is "name=value". */
static bool read_pair(struct slice pair, struct arena *a, struct kafka_setting *out, struct err *e)
{
    size_t cut = slice_find(pair, '=');
    struct slice name = slice_head(pair, cut);
    const char *value = arena_text(a, slice_from(pair, cut + 1));
    if (!value)
        return err_memory(e);
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
        if (cut < pair.n && slice_equal_text(name, allowed[i].name)) {
            out->name = allowed[i].sets ? allowed[i].sets : allowed[i].name;
            out->value = value;
            return !allowed[i].sets || read_secret(value, a, &out->value, e);
        }
    char list[90];
    const struct choices choices = { &allowed->name, sizeof allowed[0],
                                     sizeof allowed / sizeof allowed[0] };
    return err_set(e, ERR_FATAL, "bus.url", 0, "the bus's address has no setting '%.*s': it has %s",
                   SHOWN(name), nearest_list(name, &choices, list, sizeof list));
}

/* Refuses a setting that stands twice: the library would take the last, and a person who reads the
 * address the first. */
static bool check_is_first(const struct kafka_setting *list, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].name, list[n].name) == 0)
            return err_set(e, ERR_FATAL, "bus.url", 0,
                           "cannot use the bus address: it sets %s twice", list[n].name);
    return true;
}

bool kafka_settings(const char *address, struct arena *a, const struct kafka_setting **out,
                    struct err *e)
{
    struct slice all = slice_text(address);
    size_t n = 0, cut = slice_find(all, '?');
    struct kafka_setting *list = ARENA_ARRAY(a, LIST_MAX, struct kafka_setting);
    const char *hosts = arena_text(a, slice_head(all, cut));
    if (!list || !hosts)
        return err_memory(e);
    if (!*hosts)
        return err_set(e, ERR_FATAL, "bus.url", 0,
                       "the bus's address names no host: want kafka://HOST:PORT");
    list[n++] = (struct kafka_setting){ "bootstrap.servers", hosts };
    struct slice rest = slice_from(all, cut + 1);
    while (!slice_is_empty(rest)) {
        size_t end = slice_find(rest, '&');
        if (!read_pair(slice_head(rest, end), a, &list[n], e))
            return false;
        if (!check_is_first(list, n, e))
            return false;
        n++;
        rest = slice_from(rest, end + 1);
    }
    *out = list;
    return true;
}

bool kafka_has_setting(const struct kafka_setting *list, const char *name)
{
    while (list->name && strcmp(list->name, name) != 0)
        list++;
    return list->name != NULL;
}

/* reconnect.backoff.max.ms: by the default of 10 s a connection that was reset would cost seconds.
 * fetch.wait.max.ms: a record ends the wait at once, but a new assignment and the news of an end
 * wait as long as this. */
#define COMMON                                                                                     \
    { "socket.nagle.disable", "true" }, { "reconnect.backoff.max.ms", "1000" },                    \
    {                                                                                              \
        "log.connection.close", "false"                                                            \
    }
/* max.in.flight.requests.per.connection: a broker that has just made a partition may refuse a first
 * request and take the second, whose sequence number it does not know yet. The first would be lost,
 * and reported as sent (KAFKA-15591). */
#define PRODUCER                                                                                   \
    COMMON, { "acks", "all" }, { "linger.ms", "0" }, { "compression.type", "lz4" },                \
        { "message.max.bytes", KAFKA_ROOM_BYTES }, { "queue.buffering.max.messages", "500000" },   \
        { "max.in.flight.requests.per.connection", "1" },                                          \
    {                                                                                              \
        "retry.backoff.ms", "5"                                                                    \
    }
#define CONSUMER                                                                                   \
    COMMON, { "isolation.level", "read_committed" }, { "enable.auto.commit", "false" },            \
        { "enable.auto.offset.store", "false" }, { "auto.offset.reset", "error" },                 \
        { "allow.auto.create.topics", "false" }, { "check.crcs", "true" },                         \
        { "fetch.wait.max.ms", "100" }, { "queued.min.messages", "100000" },                       \
    {                                                                                              \
        "queued.max.messages.kbytes", "65536"                                                      \
    }

/* A publisher's record never times out by itself, and none may follow one that failed. So the
 * records that reached a partition are always the first of those sent, without a gap, and a caller
 * may send all of them again. */
const struct kafka_setting *kafka_role_settings(enum kafka_role role)
{
    static const struct kafka_setting looker[] = { COMMON,
                                                   { "isolation.level", "read_uncommitted" },
                                                   { "allow.auto.create.topics", "false" },
                                                   { NULL, NULL } };
    static const struct kafka_setting publisher[] = { PRODUCER,
                                                      { "enable.idempotence", "true" },
                                                      { "enable.gapless.guarantee", "true" },
                                                      { "message.timeout.ms", "0" },
                                                      { NULL, NULL } };
    static const struct kafka_setting writer[] = { PRODUCER,
                                                   { "transaction.timeout.ms", TRANSACTION_MS },
                                                   { NULL, NULL } };
    static const struct kafka_setting fetcher[] = { CONSUMER, { NULL, NULL } };
    static const struct kafka_setting reader[] = { CONSUMER,
                                                   { "enable.partition.eof", "true" },
                                                   { NULL, NULL } };
    static const struct kafka_setting *const all[] = { looker, publisher, writer, fetcher, reader };
    return all[role];
}

const struct kafka_setting *kafka_topic_musts(const struct bus_topic *t)
{
    /* Decisions are timed by the bus, not by who sent. */
#define TIMED                                                                                      \
    {                                                                                              \
        "message.timestamp.type", "LogAppendTime"                                                  \
    }
#define ROLLED                                                                                     \
    {                                                                                              \
        "cleanup.policy", "delete"                                                                 \
    }
#define ROOMY                                                                                      \
    {                                                                                              \
        KAFKA_TOPIC_SIZE, KAFKA_ROOM_BYTES                                                         \
    }
    static const struct kafka_setting state[] = {
        TIMED, { "cleanup.policy", "compact" }, ROOMY, { NULL, NULL }
    };
    static const struct kafka_setting by_time[] = { TIMED, ROLLED, ROOMY, { NULL, NULL } };
    static const struct kafka_setting for_ever[] = {
        TIMED, ROLLED, { "retention.ms", "-1" }, { "retention.bytes", "-1" }, ROOMY, { NULL, NULL }
    };
    if (t->compacted)
        return state;
    return topic_is_for_ever(t->name) ? for_ever : by_time;
}

bool kafka_must_is_least(const struct kafka_setting *must)
{
    return strcmp(must->name, KAFKA_TOPIC_SIZE) == 0;
}

bool kafka_must_holds(const struct kafka_setting *must, const char *is)
{
    int64_t has = 0, least = 0;
    if (!kafka_must_is_least(must))
        return strcmp(is, must->value) == 0;
    return slice_to_i64(slice_text(is), &has) && slice_to_i64(slice_text(must->value), &least) &&
           has >= least;
}

void kafka_topic_settings(const struct bus_topic *t, int copies,
                          struct kafka_setting out[KAFKA_TOPIC_SETTINGS_MAX])
{
    size_t n = 0;
    for (const struct kafka_setting *must = kafka_topic_musts(t); must->name; must++)
        out[n++] = *must;
    if (copies >= 3)
        out[n++] = (struct kafka_setting){ "min.insync.replicas", "2" };
    if (t->compacted)
        out[n++] = (struct kafka_setting){ "delete.retention.ms", WEEK_MS };
    out[n] = (struct kafka_setting){ NULL, NULL };
}
