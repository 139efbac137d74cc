/* kafka_kept.c - asks the broker how it keeps topics, and checks that it is as it must be. */
#include <string.h>

#include "bus/kafka_inside.h"
#include "host/log.h"

static const struct log_who who = { "bus", "kafka" };

/* ---- asking ---- */

/* A question about n topics, and its answers. */
struct described {
    struct kafka_client *c;
    rd_kafka_ConfigResource_t **asked;
    size_t n;
    rd_kafka_event_t *event;                /* owns the answers */
    const rd_kafka_ConfigResource_t **list; /* the answers */
    size_t told;                            /* how many they are */
};

static void described_release(struct described *d)
{
    rd_kafka_event_destroy(d->event); /* takes NULL */
    if (d->asked)
        rd_kafka_ConfigResource_destroy_array(d->asked, d->n);
    mem_free(d->asked);
}

/* Asks about n topics. Release also after a failure. */
static bool described_ask(struct described *d, const struct bus_topic *t, size_t n, struct err *e)
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
static const rd_kafka_ConfigResource_t *answer_about(const struct described *d,
                                                     const struct bus_topic *t)
{
    char full[KAFKA_NAME_MAX];
    kafka_full_name(d->c, t->name, full);
    for (size_t i = 0; i < d->told; i++)
        if (strcmp(rd_kafka_ConfigResource_name(d->list[i]), full) == 0)
            return d->list[i];
    return NULL;
}

/* The value of a setting of that topic; NULL: the broker has not told it. */
static const char *setting_value(const rd_kafka_ConfigResource_t *resource, const char *name)
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
    bool good = described_ask(&d, t, n, e);
    for (size_t i = 0; good && i < n; i++) {
        const rd_kafka_ConfigResource_t *one = answer_about(&d, &t[i]);
        const char *policy = one ? setting_value(one, "cleanup.policy") : NULL;
        t[i].compacted = policy && strstr(policy, "compact");
    }
    described_release(&d);
    return good;
}

/* ---- whether they are as they must be ---- */

#define LEAST(must) (kafka_must_is_least(must) ? "at least " : "")

/* Says in the log what is wrong, with the command that mends it. */
static void say_wrong(const char *full, const struct kafka_topic_setting *must, const char *is)
{
    log_line(LOG_ERROR, &who, "bus.settings",
             "topic '%s' has %s=%s and must have %s%s: kafka-configs.sh --bootstrap-server BROKER "
             "--alter "
             "--entity-type topics --entity-name %s --add-config %s=%s",
             full, must->name, is, LEAST(must), must->value, full, must->name, must->value);
}

/* Says every setting that is wrong in the log. The first of them becomes e. */
static bool check_settings(const struct described *d, const struct bus_topic *t,
                           const rd_kafka_ConfigResource_t *one, struct err *e)
{
    char full[KAFKA_NAME_MAX];
    bool good = true;
    kafka_full_name(d->c, t->name, full);
    for (const struct kafka_topic_setting *must = kafka_topic_musts(t); must->name; must++) {
        const char *is = setting_value(one, must->name);
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

/* `first` is one of the n topics, of `of` in all, whose settings this login may not see. */
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
    bool asked = described_ask(&d, t, n, e), good = asked;
    *later = false;
    for (size_t i = 0; asked && i < n; i++) {
        const rd_kafka_ConfigResource_t *one = answer_about(&d, &t[i]);
        rd_kafka_resp_err_t error =
            one ? rd_kafka_ConfigResource_error(one) : RD_KAFKA_RESP_ERR__FAIL;
        if (!error) {
            good = check_settings(&d, &t[i], one, e) && good;
            continue;
        }
        if (error == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
            *later = true;
        if (unseen == 0) {
            first = t[i].name;
            reason = rd_kafka_err2str(error);
        }
        unseen++;
    }
    if (!*later)
        say_unseen(first, unseen, n, reason);
    described_release(&d);
    return good;
}
