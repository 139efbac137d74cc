/* load_people.c - reads region.yaml's people. */
#include "sharing/load/load.h"
#include "sharing/load/load_approvers.h"

static unsigned read_roles(const struct strict *r, const struct node *list)
{
    unsigned roles = 0;
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n)) {
        if (!strict_one_of(r, n, people_roles, ROLE_COUNT))
            continue;
        for (unsigned i = 0; i < ROLE_COUNT; i++)
            if (slice_equal_text(n->text, people_roles[i]))
                roles |= 1U << i;
    }
    return roles;
}

static void read_person(struct loader *l, const struct node *n, struct named *out)
{
    const struct strict *r = &l->reader;
    int64_t start_ms;
    strict_keys(r, n, &load_keys_person);
    if (!load_is_id(n->key))
        (void)strict_say_key(r, n, "bundle.id", "'%.*s' is no id", SHOWN(n->key));
    *out = (struct named){ .name = n->key, .title = strict_text(n, "title"), .line = n->line };
    struct slice agency = strict_text(n, "agency");
    const struct choices_at agencies = choices_of_agencies(l->bundle);
    int number = bundle_agency(l->bundle, agency);
    if (number < 0 && !slice_is_empty(agency))
        (void)strict_unknown(r, node_get(n, "agency"), "bundle.agency", "agency", agency,
                             &agencies);
    out->agency = number < 0 ? 0 : (uint16_t)number;
    out->roles = read_roles(r, node_get(n, "roles"));
    load_public_key(r, strict_member(n, "key", NODE_TEXT), "bundle.key", &out->key);
    (void)load_day(l, node_get(n, "until"), &start_ms, &out->until_ms);
}

/* Two names with one key are one person. */
static void refuse_shared(const struct strict *r, const struct node *n, const struct people *p,
                          const struct named *one)
{
    for (size_t i = 0; i < p->count; i++)
        if (memcmp(p->list[i].key.b, one->key.b, KEY_BYTES) == 0)
            (void)strict_say_key(r, n, "bundle.key",
                                 "'%.*s' has the same key as '%.*s': two people have two keys",
                                 SHOWN(one->name), SHOWN(p->list[i].name));
}

void load_named_people(struct loader *l, const struct node *map)
{
    struct people *p = &l->bundle->people;
    if (!map)
        return;
    struct named *list = ARENA_ARRAY(l->reader.arena, map->count + 1, struct named);
    if (!list) {
        (void)strict_memory(&l->reader);
        return;
    }
    p->list = list;
    for (const struct node *n = map->first; n; n = n->next) {
        struct named *one = &list[p->count];
        if (!strict_is(&l->reader, n, NODE_MAP, "a person"))
            continue;
        read_person(l, n, one);
        refuse_shared(&l->reader, n, p, one);
        p->count++;
    }
}
