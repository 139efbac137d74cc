/* kafka_make.c - the topics that a region needs: made where they are missing, looked at where they
 * are there. */
#include "bus/kafka_make.h"

#include <string.h>

#define APPEAR_MS 20000 /* until a new topic is known to the broker that we ask */

/* What of t is not there goes to missing (room for n). */
static bool compare(const struct bus_topic *t, size_t n, const struct bus_topic *has, size_t count,
                    struct bus_topic *missing, size_t *missing_count, struct err *e)
{
    *missing_count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < count && strcmp(has[k].name, t[i].name) != 0)
            k++;
        if (k == count)
            missing[(*missing_count)++] = t[i];
        else if (has[k].partitions != t[i].partitions)
            return err_set(e, ERR_FATAL, "bus.topic", 0,
                           "cannot use topic '%s' with %d partitions: it has %d", t[i].name,
                           t[i].partitions, has[k].partitions);
    }
    return true;
}

/* Makes what is missing, and looks how those that are there are kept; *left: to be asked again. */
static bool look_at_topics(struct kafka_client *look, struct arena *a, const struct bus_topic *t,
                           size_t n, bool *asked, const char **left, struct err *e)
{
    struct bus_topic *has, *missing = ARENA_ARRAY(a, n + 1, struct bus_topic);
    size_t count = 0, missing_count = 0;
    int brokers = 0;
    bool later = false;
    *left = NULL;
    if (!missing)
        return err_memory(e);
    if (!kafka_topics(look, false, a, &has, &count, &brokers, e) ||
        !compare(t, n, has, count, missing, &missing_count, e))
        return false;
    if (missing_count > 0) {
        *left = missing[0].name;
        bool good = *asked || kafka_create(look, missing, missing_count, brokers, e);
        *asked = true;
        return good;
    }
    bool good = kafka_check_kept(look, t, n, &later, e);
    *left = later ? t[0].name : NULL;
    return good;
}

static bool make_topics(struct kafka_client *look, struct arena *a, const struct bus_topic *t,
                        size_t n, struct err *e)
{
    int64_t until = after_ms(APPEAR_MS);
    bool asked = false;
    for (;;) {
        const char *left = NULL;
        struct arena_saved saved = arena_save(a);
        if (!look_at_topics(look, a, t, n, &asked, &left, e))
            return false;
        if (!left)
            return true;
        if (clock_mono_ns() > until || kafka_hurries(look))
            return err_set(e, ERR_RETRY, "bus.down", 0, "cannot see topic '%s' after making it",
                           left);
        kafka_serve(look, 20); /* brokers learn of a topic one after the other */
        arena_rewind(a, saved);
    }
}

bool kafka_make_topics(struct kafka_client *look, const struct bus_topic *t, size_t n,
                       struct err *e)
{
    struct arena a;
    arena_init(&a, (size_t)16 * 1024 * 1024);
    bool good = make_topics(look, &a, t, n, e);
    arena_release(&a);
    return good;
}
