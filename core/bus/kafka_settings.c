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
    bool good = setvbuf(file, NULL, _IONBF, 0) == 0;
    good = good && fgets(line, sizeof line, file) != NULL;
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
            if (!allowed[i].sets)
                return true;
            return read_secret(value, a, &out->value, e);
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
    struct slice name = slice_text(list[n].name);
    for (size_t i = 0; i < n; i++)
        if (slice_equal_text(name, list[i].name))
            return err_set(e, ERR_FATAL, "bus.url", 0,
                           "cannot use the bus address: it sets %.*s twice", SHOWN(name));
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

#define LOOKERS (1U << KAFKA_LOOKER)
#define PUBLISHERS (1U << KAFKA_PUBLISHER)
#define WRITERS (1U << KAFKA_WRITER)
#define READERS (1U << KAFKA_READER)
#define PRODUCERS (PUBLISHERS | WRITERS)
#define CONSUMERS (1U << KAFKA_FETCHER | READERS)
#define ALL_ROLES (LOOKERS | PRODUCERS | CONSUMERS)

/* What each role of a client is told. roles: a bit each.
 *
 * reconnect.backoff.max.ms: by the default of 10 s a connection that was reset would cost seconds.
 * max.in.flight.requests.per.connection: a broker that has just made a partition may refuse a first
 * request and take the second, whose sequence number it does not know yet. The first would be lost,
 * and reported as sent (KAFKA-15591).
 * message.timeout.ms and enable.gapless.guarantee: a publisher's record never times out by itself,
 * and none may follow one that failed. So the records that reached a partition are always the first
 * of those sent, without a gap, and a caller may send all of them again.
 * fetch.wait.max.ms: a record ends the wait at once, but a new assignment and the news of an end
 * wait as long as this. */
static const struct {
    unsigned roles;
    struct kafka_setting setting;
} told[] = {
    { .roles = ALL_ROLES, .setting = { "socket.nagle.disable", "true" } },
    { .roles = ALL_ROLES, .setting = { "reconnect.backoff.max.ms", "1000" } },
    { .roles = ALL_ROLES, .setting = { "log.connection.close", "false" } },
    { .roles = PRODUCERS, .setting = { "acks", "all" } },
    { .roles = PRODUCERS, .setting = { "linger.ms", "0" } },
    { .roles = PRODUCERS, .setting = { "compression.type", "lz4" } },
    { .roles = PRODUCERS, .setting = { "message.max.bytes", KAFKA_ROOM_BYTES } },
    { .roles = PRODUCERS, .setting = { "queue.buffering.max.messages", "500000" } },
    { .roles = PRODUCERS, .setting = { "max.in.flight.requests.per.connection", "1" } },
    { .roles = PRODUCERS, .setting = { "retry.backoff.ms", "5" } },
    { .roles = CONSUMERS, .setting = { "isolation.level", "read_committed" } },
    { .roles = CONSUMERS, .setting = { "enable.auto.commit", "false" } },
    { .roles = CONSUMERS, .setting = { "enable.auto.offset.store", "false" } },
    { .roles = CONSUMERS, .setting = { "auto.offset.reset", "error" } },
    { .roles = CONSUMERS, .setting = { "allow.auto.create.topics", "false" } },
    { .roles = CONSUMERS, .setting = { "check.crcs", "true" } },
    { .roles = CONSUMERS, .setting = { "fetch.wait.max.ms", "100" } },
    { .roles = CONSUMERS, .setting = { "queued.min.messages", "100000" } },
    { .roles = CONSUMERS, .setting = { "queued.max.messages.kbytes", "65536" } },
    { .roles = LOOKERS, .setting = { "isolation.level", "read_uncommitted" } },
    { .roles = LOOKERS, .setting = { "allow.auto.create.topics", "false" } },
    { .roles = PUBLISHERS, .setting = { "enable.idempotence", "true" } },
    { .roles = PUBLISHERS, .setting = { "enable.gapless.guarantee", "true" } },
    { .roles = PUBLISHERS, .setting = { "message.timeout.ms", "0" } },
    { .roles = WRITERS, .setting = { "transaction.timeout.ms", TRANSACTION_MS } },
    { .roles = READERS, .setting = { "enable.partition.eof", "true" } },
};
#define TOLD_COUNT (sizeof told / sizeof told[0])
_Static_assert(TOLD_COUNT < KAFKA_ROLE_SETTINGS_MAX, "a role may be told all of them");

static inline bool has_role(unsigned roles, enum kafka_role role)
{
    return (roles >> role & 1U) != 0;
}

const struct kafka_setting *kafka_role_settings(enum kafka_role role,
                                                struct kafka_setting out[KAFKA_ROLE_SETTINGS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < TOLD_COUNT; i++)
        if (has_role(told[i].roles, role))
            out[n++] = told[i].setting;
    out[n] = (struct kafka_setting){ NULL, NULL };
    return out;
}

/* message.timestamp.type: decisions are timed by the bus, not by who sent. */
static const struct kafka_topic_setting compacted_musts[] = {
    { "message.timestamp.type", "LogAppendTime" },
    { "cleanup.policy", "compact" },
    { KAFKA_TOPIC_SIZE, KAFKA_ROOM_BYTES },
    { NULL, NULL },
};
static const struct kafka_topic_setting by_time_musts[] = {
    { "message.timestamp.type", "LogAppendTime" },
    { "cleanup.policy", "delete" },
    { KAFKA_TOPIC_SIZE, KAFKA_ROOM_BYTES },
    { NULL, NULL },
};
static const struct kafka_topic_setting for_ever_musts[] = {
    { "message.timestamp.type", "LogAppendTime" },
    { "cleanup.policy", "delete" },
    { "retention.ms", "-1" },
    { "retention.bytes", "-1" },
    { KAFKA_TOPIC_SIZE, KAFKA_ROOM_BYTES },
    { NULL, NULL },
};

const struct kafka_topic_setting *kafka_topic_musts(const struct bus_topic *t)
{
    if (t->compacted)
        return compacted_musts;
    return topic_is_for_ever(t->name) ? for_ever_musts : by_time_musts;
}

bool kafka_must_is_least(const struct kafka_topic_setting *must)
{
    return strcmp(must->name, KAFKA_TOPIC_SIZE) == 0;
}

bool kafka_must_holds(const struct kafka_topic_setting *must, const char *is)
{
    int64_t has = 0, least = 0;
    if (!kafka_must_is_least(must))
        return strcmp(is, must->value) == 0;
    if (!slice_to_i64(slice_text(is), &has))
        return false;
    if (!slice_to_i64(slice_text(must->value), &least))
        return false;
    return has >= least;
}

void kafka_topic_settings(const struct bus_topic *t, int copies,
                          struct kafka_topic_setting out[KAFKA_TOPIC_SETTINGS_MAX])
{
    size_t n = 0;
    for (const struct kafka_topic_setting *must = kafka_topic_musts(t); must->name; must++)
        out[n++] = *must;
    if (copies >= 3)
        out[n++] = (struct kafka_topic_setting){ "min.insync.replicas", "2" };
    if (t->compacted)
        out[n++] = (struct kafka_topic_setting){ "delete.retention.ms", WEEK_MS };
    out[n] = (struct kafka_topic_setting){ NULL, NULL };
}
