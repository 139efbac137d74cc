/* load_region.c - region.yaml: agencies, their services and roles, feeds whose numbers are traced.
 */
#include "sharing/load.h"

#define SHOWN(s) (int)((s).n < 60 ? (s).n : 60), (const char *)(s).p
#define PARTITIONS_MAX 1024

static const char *const roles[] = { "acute-trust",       "community-health",  "gp",
                                     "care-transfer-hub", "adult-social-care", "safeguarding",
                                     "homelessness",      "adaptations",       "landlord",
                                     "care-provider" };

static void load_service(struct loader *l, const struct node *n, struct slice agency,
                         uint16_t number, struct service *out)
{
    static const struct key_rule keys[] = { { "role", true, NODE_TEXT },
                                            { "title", false, NODE_TEXT } };
    if (!load_is_id(n->key))
        (void)load_say_key(l, n, "bundle.id", "'%.*s' is no id", SHOWN(n->key));
    LOAD_KEYS(l, n, "a service", keys);
    (void)load_one_of(l, node_get(n, "role"), "role", roles, sizeof roles / sizeof roles[0]);
    const char *name = arena_format(l->arena, "%.*s/%.*s", (int)agency.n, (const char *)agency.p,
                                    (int)n->key.n, (const char *)n->key.p);
    if (!name)
        (void)load_memory(l);
    *out = (struct service){ slice_text(name), load_text(n, "role"), number };
}

static void load_feeds(struct loader *l, const struct node *feeds, struct slice agency,
                       struct traced_feed *out, size_t *count)
{
    static const struct key_rule feed_keys[] = { { "nhs_number", true, NODE_MAP } };
    static const struct key_rule number_keys[] = { { "traced", true, NODE_TEXT } };
    for (const struct node *f = feeds ? feeds->first : NULL; f; f = f->next) {
        LOAD_KEYS(l, f, "a feed", feed_keys);
        LOAD_KEYS(l, node_get(f, "nhs_number"), "'nhs_number' of a feed", number_keys);
        out[(*count)++] = (struct traced_feed){ agency, f->key };
    }
}

static void load_codes(struct loader *l, const struct node *codes)
{
    static const struct key_rule keys[] = { { "ods", false, NODE_TEXT },
                                            { "cassr", false, NODE_TEXT },
                                            { "gss", false, NODE_TEXT },
                                            { "cqc", false, NODE_TEXT } };
    LOAD_KEYS(l, codes, "'codes'", keys);
}

static void load_agency(struct loader *l, const struct node *n, struct agency *out)
{
    static const struct key_rule keys[] = { { "title", false, NODE_TEXT },
                                            { "codes", false, NODE_MAP },
                                            { "nhs_number", false, NODE_TEXT },
                                            { "feeds", false, NODE_MAP },
                                            { "services", true, NODE_MAP } };
    static const char *const entitled[] = { "entitled" };
    if (!load_is_id(n->key))
        (void)load_say_key(l, n, "bundle.id", "'%.*s' is no id", SHOWN(n->key));
    LOAD_KEYS(l, n, "an agency", keys);
    load_codes(l, node_get(n, "codes"));
    const struct node *number = node_get(n, "nhs_number");
    out->name = n->key;
    out->entitled = number && load_one_of(l, number, "'nhs_number'", entitled, 1);
}

static size_t count_below(const struct node *agencies, const char *key)
{
    size_t n = 0;
    for (const struct node *a = agencies ? agencies->first : NULL; a; a = a->next) {
        const struct node *below = node_get(a, key);
        n += below && below->kind == NODE_MAP ? below->count : 0;
    }
    return n;
}

static void load_agencies(struct loader *l, const struct node *list)
{
    size_t service_count = count_below(list, "services");
    struct agency *agencies = ARENA_ARRAY(l->arena, list->count + 1, struct agency);
    struct service *services = ARENA_ARRAY(l->arena, service_count + 1, struct service);
    struct traced_feed *traced =
        ARENA_ARRAY(l->arena, count_below(list, "feeds") + 1, struct traced_feed);
    struct bundle *b = l->bundle;
    if (!agencies || !services || !traced) {
        (void)load_memory(l);
        return;
    }
    if (service_count > SERVICES_MAX) {
        (void)load_say(l, list, "bundle.limit", "more than %d services", SERVICES_MAX);
        return;
    }
    size_t n = 0;
    for (const struct node *a = list->first; a; a = a->next, n++) {
        load_agency(l, a, &agencies[n]);
        agencies[n].first_service = (uint16_t)b->service_count;
        const struct node *below = node_get(a, "services");
        for (const struct node *s = below && below->kind == NODE_MAP ? below->first : NULL; s;
             s = s->next)
            load_service(l, s, a->key, (uint16_t)n, &services[b->service_count++]);
        agencies[n].service_count = (uint16_t)(b->service_count - agencies[n].first_service);
        const struct node *feeds = node_get(a, "feeds");
        if (feeds && feeds->kind == NODE_MAP)
            load_feeds(l, feeds, a->key, traced, &l->compiled->traced_count);
    }
    b->agencies = agencies;
    b->agency_count = n;
    b->services = services;
    l->compiled->traced = traced;
}

void load_region(struct loader *l, const struct node *root)
{
    static const struct key_rule keys[] = { { "region", true, NODE_TEXT },
                                            { "partitions", true, NODE_TEXT },
                                            { "agencies", true, NODE_MAP } };
    LOAD_KEYS(l, root, "region.yaml", keys);
    l->bundle->region = load_text(root, "region");
    if (!slice_is_empty(l->bundle->region) && !load_is_id(l->bundle->region))
        (void)load_say(l, node_get(root, "region"), "bundle.id", "'%.*s' is no id",
                       SHOWN(l->bundle->region));
    const struct node *partitions = node_get(root, "partitions");
    uint64_t count = 0;
    if (partitions &&
        (!slice_to_u64(partitions->text, &count) || count == 0 || count > PARTITIONS_MAX))
        (void)load_say(l, partitions, "bundle.number", "'partitions' is a number from 1 to %d",
                       PARTITIONS_MAX);
    l->bundle->partitions = (int)count;
    const struct node *agencies = node_get(root, "agencies");
    if (agencies && agencies->kind == NODE_MAP)
        load_agencies(l, agencies);
}
