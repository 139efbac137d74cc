/* topics.c - the names of the region's topics. */
#include "bus/topics.h"

#include <string.h>

/* "FAMILY" and then who, with '.' for '/'. */
static const char *topic_name(struct arena *a, const char *family, struct slice who)
{
    size_t head = strlen(family);
    char *name = arena_array(a, head + who.n + 1, 1);
    if (!name)
        return NULL;
    memcpy(name, family, head);
    for (size_t i = 0; i < who.n; i++)
        name[head + i] = who.p[i] == '/' ? '.' : (char)who.p[i];
    return name;
}

const char *topic_events(struct arena *a, struct slice agency)
{
    return topic_name(a, "events.", agency);
}

const char *topic_receipts(struct arena *a, struct slice agency)
{
    return topic_name(a, "receipts.", agency);
}

const char *topic_quarantine(struct arena *a, struct slice agency)
{
    return topic_name(a, "quarantine.", agency);
}

const char *topic_states(struct arena *a, struct slice agency)
{
    return topic_name(a, agency.n ? "states." : "states", agency);
}

const char *topic_links(struct arena *a, struct slice agency)
{
    return topic_name(a, "links.", agency);
}

const char *topic_disclosures(struct arena *a, struct slice service)
{
    return topic_name(a, "disclosures.", service);
}

const char *topic_restrictions(struct arena *a, struct slice service)
{
    return topic_name(a, "restrictions.", service);
}

bool topic_is_for_ever(const char *name)
{
    return strcmp(name, TOPIC_AUDIT) == 0 || strcmp(name, TOPIC_CONTROL) == 0;
}

bool topic_is_timed(const char *name)
{
    static const char events[] = "events.", receipts[] = "receipts.";
    return strcmp(name, TOPIC_CONTROL) == 0 || strncmp(name, events, strlen(events)) == 0 ||
           strncmp(name, receipts, strlen(receipts)) == 0;
}
