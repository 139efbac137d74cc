/* editions.c - the generations, newest first. */
#include "sharing/change/editions.h"

void editions_add(struct editions *r, struct edition *g)
{
    g->earlier = atomic_load_explicit(&r->newest, memory_order_relaxed);
    atomic_store_explicit(&r->newest, g, memory_order_release);
}

const struct edition *editions_newest(const struct editions *r)
{
    return atomic_load_explicit(&r->newest, memory_order_acquire);
}

const struct edition *editions_at(const struct edition *g, int64_t ms)
{
    while (g->from_ms > ms && g->earlier)
        g = g->earlier;
    return g;
}

const struct edition *editions_hashed(const struct editions *r, const uint8_t hash[HASH_BYTES])
{
    const struct edition *g = editions_newest(r);
    while (g && !hash_equal(g->bundle->hash, hash))
        g = g->earlier;
    return g;
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

static bool says_another(const struct key_check *a, const struct key_check *b)
{
    return a->value.n && b->value.n && !slice_equal(a->value, b->value);
}

/* Whether a key is to be another file from then on. */
static bool another_key(const struct bundle *a, const struct bundle *b)
{
    bool differs = says_another(&a->region_key, &b->region_key) ||
                   says_another(&a->recipients_key, &b->recipients_key);
    for (size_t i = 0; !differs && i < a->agency_count; i++)
        differs = says_another(&a->agencies[i].key, &b->agencies[i].key);
    return differs;
}

const char *editions_differ(const struct bundle *a, const struct bundle *b)
{
    if (!slice_equal(a->region, b->region))
        return "the region's name";
    if (a->partitions != b->partitions)
        return "the number of partitions";
    if (a->catalogue != b->catalogue &&
        !hash_equal(catalogue_hash(a->catalogue), catalogue_hash(b->catalogue)))
        return "the schemas";
    if (!same_agencies(a, b))
        return "the list of agencies";
    if (!same_services(a, b))
        return "the list of services";
    return another_key(a, b) ? "a key" : NULL;
}
