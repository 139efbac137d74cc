/* kafka_kept.c - how the broker keeps topics, and whether that is as it must be. */
#include <string.h>

#include "bus/kafka_inside.h"
#include "host/log.h"

static const struct log_who who = { "bus", "kafka" };

/* ---- asking ---- */

struct described {
    struct kafka_client *c;
    rd_kafka_ConfigResource_t **asked;
    size_t n;
    rd_kafka_event_t *event; /* the answers live in it */
    const rd_kafka_ConfigResource_t **list;
    size_t told;
};

static void forget(struct described *d)
{
    rd_kafka_event_destroy(d->event); /* takes NULL */
    if (d->asked)
        rd_kafka_ConfigResource_destroy_array(d->asked, d->n);
    mem_free(d->asked);
}

static bool describe(struct described *d, const struct bus_topic *t, size_t n, struct err *e)
{
    char full[KAFKA_NAME_MAX];
    d->asked = mem_alloc((n + 1) * sizeof *d->asked);
    if (!d->asked)
        return err_memory(e);
    for (; d->n < n; d->n++)
        d->asked[d->n] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC,
                                                     kafka_full_name(d->c, t[d->n].name, full));
    rd_kafka_queue_t *queue = rd_kafka_queue_new(d->c->rk);
    rd_kafka_DescribeConfigs(d->c->rk, d->asked, n, NULL, queue);
    d->event = kafka_answer(d->c, queue, "ask kafka how topics are kept", e);
    rd_kafka_queue_destroy(queue);
    if (d->event)
        d->list = rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(d->event), &d->told);
    return d->event != NULL;
}

/* The answer about that topic; NULL: there is none. */
static const rd_kafka_ConfigResource_t *about(const struct described *d, const struct bus_topic *t)
{
    char full[KAFKA_NAME_MAX];
    kafka_full_name(d->c, t->name, full);
    for (size_t i = 0; i < d->told; i++)
        if (strcmp(rd_kafka_ConfigResource_name(d->list[i]), full) == 0)
            return d->list[i];
    return NULL;
}

/* NULL: it was not told. */
static const char *value_of(const rd_kafka_ConfigResource_t *resource, const char *name)
{
    size_t n = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0)
            return rd_kafka_ConfigEntry_value(entries[i]);
    return NULL;
}

/* ---- which are compacted ---- */

bool kafka_note_compacted(struct kafka_client *c, struct bus_topic *t, size_t n, struct err *e)
{
    struct described d = { .c = c };
    bool good = describe(&d, t, n, e);
    for (size_t i = 0; good && i < n; i++) {
        const rd_kafka_ConfigResource_t *one = about(&d, &t[i]);
        const char *policy = one ? value_of(one, "cleanup.policy") : NULL;
        t[i].compacted = policy && strstr(policy, "compact");
    }
    forget(&d);
    return good;
}

/* ---- whether they are as they must be ---- */

#define LEAST(must) (kafka_must_is_least(must) ? "at least " : "")

/* With the command that mends it. */
static void say_wrong(const char *full, const struct kafka_setting *must, const char *is)
{
    log_line(LOG_ERROR, &who, "bus.settings",
             "topic '%s' has %s=%s and must have %s%s: kafka-configs.sh --bootstrap-server BROKER "
             "--alter "
             "--entity-type topics --entity-name %s --add-config %s=%s",
             full, must->name, is, LEAST(must), must->value, full, must->name, must->value);
}

/* Each setting that is wrong goes to the log, the first becomes e. */
static bool is_kept_well(const struct described *d, const struct bus_topic *t,
                         const rd_kafka_ConfigResource_t *one, struct err *e)
{
    char full[KAFKA_NAME_MAX];
    bool good = true;
    kafka_full_name(d->c, t->name, full);
    for (const struct kafka_setting *must = kafka_topic_musts(t); must->name; must++) {
        const char *is = value_of(one, must->name);
        if (!is || kafka_must_holds(must, is))
            continue;
        say_wrong(full, must, is);
        good = err_set(
            e, ERR_FATAL, "bus.settings", 0,
            "cannot use topic '%s': its %s is %s and must be %s%s (the log has the command)", full,
            must->name, is, LEAST(must), must->value);
    }
    return good;
}

static void say_unseen(const char *first, size_t n, size_t of, const char *why)
{
    if (n > 0)
        log_line(
            LOG_WARN, &who, "bus.unseen",
            "cannot see how %zu of %zu topics are kept, '%s' among them: %s; whoever may describe "
            "their configs looks whether each is as the README says",
            n, of, first, why);
}

bool kafka_check_kept(struct kafka_client *c, const struct bus_topic *t, size_t n, bool *later,
                      struct err *e)
{
    struct described d = { .c = c };
    const char *first = "", *reason = "";
    size_t unseen = 0;
    bool asked = describe(&d, t, n, e), good = asked;
    *later = false;
    for (size_t i = 0; asked && i < n; i++) {
        const rd_kafka_ConfigResource_t *one = about(&d, &t[i]);
        rd_kafka_resp_err_t error =
            one ? rd_kafka_ConfigResource_error(one) : RD_KAFKA_RESP_ERR__FAIL;
        *later |= error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
        if (error && unseen++ == 0) {
            first = t[i].name;
            reason = rd_kafka_err2str(error);
        } else if (!error) {
            good = is_kept_well(&d, &t[i], one, e) && good;
        }
    }
    if (!*later)
        say_unseen(first, unseen, n, reason);
    forget(&d);
    return good;
}
