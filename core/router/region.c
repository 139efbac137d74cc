/* region.c - which topics a region has: their names follow the bundle (core/ARCHITECTURE.md,
 * Topics). */
#include "router/router.h"

#include "bus/topics.h"

#define TOPICS_OF_AGENCY 5
#define TOPICS_OF_SERVICE 2
#define TOPICS_OF_REGION 5

struct list {
    struct bus_topic *at;
    size_t n;
    bool lost;
};

static void region_add(struct list *l, const char *name, int partitions, bool compacted)
{
    if (!name)
        l->lost = true;
    l->at[l->n++] = (struct bus_topic){ name, partitions, compacted };
}

bool region_topics(const struct bundle *b, struct arena *a, const struct bus_topic **out, size_t *n,
                   struct err *e)
{
    size_t most = b->agency_count * TOPICS_OF_AGENCY + b->service_count * TOPICS_OF_SERVICE +
                  TOPICS_OF_REGION;
    struct list l = { .at = ARENA_ARRAY(a, most, struct bus_topic) };
    if (!l.at)
        return err_memory(e);
    for (size_t i = 0; i < b->agency_count; i++) {
        struct slice agency = b->agencies[i].name;
        region_add(&l, topic_events(a, agency), b->partitions, false);
        region_add(&l, topic_receipts(a, agency), b->partitions, false);
        region_add(&l, topic_states(a, agency), b->partitions, false);
        region_add(&l, topic_quarantine(a, agency), 1, false);
        region_add(&l, topic_links(a, agency), 1, true);
    }
    for (size_t i = 0; i < b->service_count; i++) {
        region_add(&l, topic_disclosures(a, b->services[i].name), 1, false);
        region_add(&l, topic_restrictions(a, b->services[i].name), 1, true);
    }
    region_add(&l, TOPIC_FACTS, b->partitions, true);
    region_add(&l, TOPIC_AUDIT, b->partitions, false);
    region_add(&l, TOPIC_SCHEMAS, 1, true);
    region_add(&l, TOPIC_CONTROL, b->partitions, false);
    region_add(&l, topic_states(a, SLICE("")), b->partitions, false);
    *out = l.at;
    *n = l.n;
    return !l.lost || err_memory(e);
}
