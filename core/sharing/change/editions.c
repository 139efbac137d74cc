/* editions.c - the list of editions, newest first. */
#include "sharing/change/editions.h"

void editions_add(struct editions *list, struct edition *x)
{
    x->earlier = atomic_load_explicit(&list->newest, memory_order_relaxed);
    atomic_store_explicit(&list->newest, x, memory_order_release);
}

const struct edition *editions_newest(const struct editions *list)
{
    return atomic_load_explicit(&list->newest, memory_order_acquire);
}

const struct edition *editions_at(const struct edition *x, int64_t ms)
{
    while (x->from_ms > ms && x->earlier)
        x = x->earlier;
    return x;
}

const struct edition *editions_hashed(const struct editions *list, const uint8_t hash[HASH_BYTES])
{
    const struct edition *x = editions_newest(list);
    while (x && !hash_equal(x->bundle->hash, hash))
        x = x->earlier;
    return x;
}

static bool same_services(const struct bundle *a, const struct bundle *b)
{
    bool same = a->service_count == b->service_count;
    for (size_t i = 0; same && i < a->service_count; i++)
        same = slice_equal(a->services[i].name, b->services[i].name);
    return same;
}

static bool same_agencies(const struct bundle *a, const struct bundle *b)
{
    bool same = a->agency_count == b->agency_count;
    for (size_t i = 0; same && i < a->agency_count; i++)
        same = slice_equal(a->agencies[i].name, b->agencies[i].name) &&
               a->agencies[i].entitled == b->agencies[i].entitled;
    return same;
}

/* A bundle need not have the check value of a key. */
static bool is_another_key(const struct key_check *a, const struct key_check *b)
{
    bool have_both = a->value.n && b->value.n;
    return have_both && !slice_equal(a->value, b->value);
}

/* Whether b wants another file of some key than a. The agencies are the same. */
static bool keys_differ(const struct bundle *a, const struct bundle *b)
{
    bool differs = is_another_key(&a->region_key, &b->region_key) ||
                   is_another_key(&a->recipients_key, &b->recipients_key);
    for (size_t i = 0; !differs && i < a->agency_count; i++)
        differs = is_another_key(&a->agencies[i].key, &b->agencies[i].key);
    return differs;
}

static bool schemas_differ(const struct catalogue *a, const struct catalogue *b)
{
    return a != b && !hash_equal(catalogue_hash(a), catalogue_hash(b));
}

const char *editions_differ(const struct bundle *a, const struct bundle *b)
{
    if (!slice_equal(a->region, b->region))
        return "the region's name";
    if (a->partitions != b->partitions)
        return "the number of partitions";
    if (schemas_differ(a->catalogue, b->catalogue))
        return "the schemas";
    if (!same_agencies(a, b))
        return "the list of agencies";
    if (!same_services(a, b))
        return "the list of services";
    if (keys_differ(a, b))
        return "a key";
    return NULL;
}
