/* delivery_skip.c - what the topic no longer has, and going on behind it. */
#include "delivery/delivery.h"

#include "bus/topics.h"
#include "delivery/inside.h"

bool delivery_gap(const char *database, struct bus *b, struct slice service, int64_t *from,
                  int64_t *to, struct err *e)
{
    struct store *s = NULL;
    struct bus_end end = { .first = 0 };
    struct arena a;
    arena_init(&a, 1 << 12);
    const char *topic = topic_disclosures(&a, service);
    bool good = topic ? store_open(database, &s, e) : err_memory(e);
    good = good && store_progress(s, from, e) && bus_end(b, topic, 0, &end, e);
    if (good)
        *to = *from < end.first ? end.first : *from;
    store_close(&s);
    arena_release(&a);
    return good;
}

bool delivery_skip(const char *database, int64_t to, struct err *e)
{
    struct store *s = NULL;
    bool good = store_open(database, &s, e) && store_skip(s, to, e);
    store_close(&s);
    return good;
}
