/* kafka_make.c - makes the topics that a region needs, and checks how those that exist are kept. */
#include "bus/kafka_make.h"

#include <string.h>

#define SEEN_PAUSE_MS 20 /* brokers learn of a topic one after the other */
#define APPEAR_MS 20000  /* how long the broker that is asked may take to learn of a new topic */

/* Lists in `missing`, which has room for n, the topics of t that are not among the `count` of
 * `has`. bus.topic where one has another number of partitions. */
static bool list_missing(const struct bus_topic *t, size_t n, const struct bus_topic *has,
                         size_t count, struct bus_topic *missing, size_t *missing_count,
                         struct err *e)
{
    *missing_count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < count && strcmp(has[k].name, t[i].name) != 0)
            k++;
        if (k == count) {
            missing[*missing_count] = t[i];
            *missing_count += 1;
        } else if (has[k].partitions != t[i].partitions) {
            return err_set(e, ERR_FATAL, "bus.topic", 0,
                           "topic '%s' has %d partitions, and region.yaml wants %d", t[i].name,
                           has[k].partitions, t[i].partitions);
        }
    }
    return true;
}

/* Makes the topics that are missing, once; with none missing, checks how they are kept. *asked:
 * they were made. *unseen: a topic that the broker does not know yet, so that this is to be called
 * again; NULL: all is done. */
static bool look_at_topics(struct kafka_client *look, struct arena *a, const struct bus_topic *t,
                           size_t n, bool *asked, const char **unseen, struct err *e)
{
    struct bus_topic *has, *missing = ARENA_ARRAY(a, n + 1, struct bus_topic);
    size_t count = 0, missing_count = 0;
    int brokers = 0;
    bool later = false;
    *unseen = NULL;
    if (!missing)
        return err_memory(e);
    if (!kafka_topics(look, false, a, &has, &count, &brokers, e))
        return false;
    if (!list_missing(t, n, has, count, missing, &missing_count, e))
        return false;
    if (missing_count > 0) {
        *unseen = missing[0].name;
        bool good = *asked || kafka_create(look, missing, missing_count, brokers, e);
        *asked = true;
        return good;
    }
    bool good = kafka_check_kept(look, t, n, &later, e);
    *unseen = later ? t[0].name : NULL;
    return good;
}

static bool make_until_seen(struct kafka_client *look, struct arena *a, const struct bus_topic *t,
                            size_t n, struct err *e)
{
    int64_t until_ns = after_ms(APPEAR_MS);
    bool asked = false;
    for (;;) {
        const char *unseen = NULL;
        struct arena_saved saved = arena_save(a);
        if (!look_at_topics(look, a, t, n, &asked, &unseen, e))
            return false;
        if (!unseen)
            return true;
        if (clock_mono_ns() > until_ns || kafka_hurries(look))
            return err_set(e, ERR_RETRY, "bus.down", 0,
                           "kafka has made topic '%s' and does not show it in time", unseen);
        kafka_serve(look, SEEN_PAUSE_MS);
        arena_rewind(a, saved);
    }
}

bool kafka_make_topics(struct kafka_client *look, const struct bus_topic *t, size_t n,
                       struct err *e)
{
    struct arena a;
    arena_init(&a, (size_t)16 * 1024 * 1024);
    bool good = make_until_seen(look, &a, t, n, e);
    arena_release(&a);
    return good;
}
