/* load_region.c - region.yaml: agencies, their services and roles, feeds whose numbers are
 * traced. */
#include "sharing/load/load.h"

#define PARTITIONS_MAX 1024

static void load_service(struct loader *l, const struct node *n, struct slice agency,
                         uint16_t number, struct service *out)
{
    if (!load_is_id(n->key))
        (void)strict_say_key(&l->reader, n, "bundle.id", "'%.*s' is no id", SHOWN(n->key));
    strict_keys(&l->reader, n, &load_keys_service);
    const char *name = arena_format(l->reader.arena, "%.*s/%.*s", (int)agency.n,
                                    (const char *)agency.p, (int)n->key.n, (const char *)n->key.p);
    if (!name)
        (void)strict_memory(&l->reader);
    *out = (struct service){ slice_text(name), strict_text(n, "role"), number,
                             strict_text(n, "title") };
}

static void load_feeds(struct loader *l, const struct node *feeds, struct slice agency,
                       struct traced_feed *out, size_t *count)
{
    for (const struct node *f = feeds ? feeds->first : NULL; f; f = f->next) {
        strict_keys(&l->reader, f, &load_keys_traced_feed);
        strict_keys(&l->reader, node_get(f, "nhs_number"), &load_keys_traced);
        out[(*count)++] = (struct traced_feed){ agency, f->key };
    }
}

static void load_codes(struct loader *l, const struct node *codes)
{
    strict_keys(&l->reader, codes, &load_keys_codes);
}

static bool is_small_hex(uint8_t c)
{
    bool is_capital = c >= 'A' && c <= 'F';
    return hex_digit(c) >= 0 && !is_capital;
}

/* "1f3a-90c2-77de-04b1", as concordat key prints it: a hyphen after every four digits. */
static bool is_key_check(struct slice s)
{
    if (s.n != KEY_CHECK_CHARS)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        bool is_hyphen_here = i % 5 == 4;
        if (is_hyphen_here && s.p[i] != '-')
            return false;
        if (!is_hyphen_here && !is_small_hex(s.p[i]))
            return false;
    }
    return true;
}

static struct key_check load_key_check(struct loader *l, const struct node *n)
{
    if (!n || n->kind != NODE_TEXT)
        return (struct key_check){ .line = 0 };
    if (!is_key_check(n->text))
        (void)strict_say(&l->reader, n, "bundle.word",
                         "'%.*s' is no check value of a key, as concordat key check prints it",
                         SHOWN(n->text));
    return (struct key_check){ n->text, n->file, n->line };
}

static void load_key_checks(struct loader *l, const struct node *map)
{
    strict_keys(&l->reader, map, &load_keys_key_checks);
    l->bundle->region_key = load_key_check(l, node_get(map, "region"));
    l->bundle->recipients_key = load_key_check(l, node_get(map, "recipients"));
}

static struct restricted_desk load_desk(struct loader *l, const struct node *map)
{
    if (!map)
        return (struct restricted_desk){ .team = { .n = 0 } };
    strict_keys(&l->reader, map, &load_keys_desk);
    return (struct restricted_desk){ strict_text(map, "team"), strict_text(map, "phone") };
}

static void load_agency(struct loader *l, const struct node *n, struct agency *out)
{
    if (!load_is_id(n->key))
        (void)strict_say_key(&l->reader, n, "bundle.id", "'%.*s' is no id", SHOWN(n->key));
    strict_keys(&l->reader, n, &load_keys_agency);
    load_codes(l, node_get(n, "codes"));
    const struct node *number = node_get(n, "nhs_number");
    out->name = n->key;
    out->title = strict_text(n, "title");
    out->key = load_key_check(l, node_get(n, "key_check"));
    out->desk = load_desk(l, strict_member(n, "restricted_desk", NODE_MAP));
    out->entitled = number && slice_equal_text(strict_text(n, "nhs_number"), "entitled");
}

static size_t count_below(const struct node *agencies, const char *key)
{
    size_t n = 0;
    for (const struct node *a = agencies ? agencies->first : NULL; a; a = a->next) {
        const struct node *below = strict_member(a, key, NODE_MAP);
        n += below ? below->count : 0;
    }
    return n;
}

static void index_names(struct loader *l)
{
    const struct bundle *b = l->bundle;
    struct compiled *k = l->compiled;
    struct arena *a = l->reader.arena;
    bool done =
        names_index(&k->services, a, &b->services->name, sizeof *b->services, b->service_count);
    done = done &&
           names_index(&k->agencies, a, &b->agencies->name, sizeof *b->agencies, b->agency_count);
    if (!done)
        (void)strict_memory(&l->reader);
}

static void load_agencies(struct loader *l, const struct node *list)
{
    size_t service_count = count_below(list, "services");
    struct agency *agencies = ARENA_ARRAY(l->reader.arena, list->count + 1, struct agency);
    struct service *services = ARENA_ARRAY(l->reader.arena, service_count + 1, struct service);
    struct traced_feed *traced =
        ARENA_ARRAY(l->reader.arena, count_below(list, "feeds") + 1, struct traced_feed);
    struct bundle *b = l->bundle;
    if (!agencies || !services || !traced) {
        (void)strict_memory(&l->reader);
        return;
    }
    if (service_count > SERVICES_MAX) {
        (void)strict_say(&l->reader, list, "bundle.limit", "region.yaml has more than %d services",
                         SERVICES_MAX);
        return;
    }
    size_t n = 0;
    for (const struct node *a = list->first; a; a = a->next, n++) {
        load_agency(l, a, &agencies[n]);
        agencies[n].first_service = (uint16_t)b->service_count;
        const struct node *below = strict_member(a, "services", NODE_MAP);
        for (const struct node *s = below ? below->first : NULL; s; s = s->next)
            load_service(l, s, a->key, (uint16_t)n, &services[b->service_count++]);
        agencies[n].service_count = (uint16_t)(b->service_count - agencies[n].first_service);
        const struct node *feeds = strict_member(a, "feeds", NODE_MAP);
        if (feeds)
            load_feeds(l, feeds, a->key, traced, &l->compiled->traced_count);
    }
    b->agencies = agencies;
    b->agency_count = n;
    b->services = services;
    l->compiled->traced = traced;
    index_names(l);
}

static void read_region_approvers(struct loader *l, const struct node *map)
{
    struct approvers *by = &l->bundle->approvers;
    const struct choices_at agencies = choices_of_agencies(l->bundle);
    load_approvers(&l->reader, map, by);
    for (size_t i = 0; i < by->count; i++)
        if (bundle_agency(l->bundle, by->list[i].agency) < 0)
            (void)strict_unknown(&l->reader, node_get_slice(map, by->list[i].name), "bundle.agency",
                                 "agency", by->list[i].agency, &agencies);
}

void load_region(struct loader *l, const struct node *root)
{
    strict_keys(&l->reader, root, &load_keys_region);
    l->bundle->region = strict_text(root, "region");
    if (!slice_is_empty(l->bundle->region) && !load_is_id(l->bundle->region))
        (void)strict_say(&l->reader, node_get(root, "region"), "bundle.id", "'%.*s' is no id",
                         SHOWN(l->bundle->region));
    uint64_t count = 0;
    if (strict_number(&l->reader, node_get(root, "partitions"), 1, PARTITIONS_MAX, &count))
        l->bundle->partitions = (int)count;
    const struct node *agencies = strict_member(root, "agencies", NODE_MAP);
    if (agencies)
        load_agencies(l, agencies);
    load_key_checks(l, strict_member(root, "key_checks", NODE_MAP));
    read_region_approvers(l, node_get(root, "approvers"));
    load_named_people(l, strict_member(root, "people", NODE_MAP));
    load_holds(l, strict_member(root, "holds", NODE_MAP));
    l->bundle->desk = load_desk(l, strict_member(root, "restricted_desk", NODE_MAP));
}
