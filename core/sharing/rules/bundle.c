/* bundle.c - answers by name and number. */
#include "sharing/rules/bundle.h"

#include "sharing/rules/compiled.h"

int bundle_service(const struct bundle *b, struct slice name)
{
    return names_find(&b->compiled->services, name);
}

int bundle_agency(const struct bundle *b, struct slice name)
{
    return names_find(&b->compiled->agencies, name);
}

const struct restricted_desk *bundle_desk(const struct bundle *b, uint16_t service)
{
    const struct restricted_desk *own = &b->agencies[b->services[service].agency].desk;
    if (own->team.n)
        return own;
    return b->desk.team.n ? &b->desk : NULL;
}

bool bundle_feed_is_traced(const struct bundle *b, struct slice agency, struct slice feed)
{
    for (size_t i = 0; i < b->compiled->traced_count; i++)
        if (slice_equal(b->compiled->traced[i].agency, agency) &&
            slice_equal(b->compiled->traced[i].feed, feed))
            return true;
    return false;
}

const struct agreement *bundle_agreement(const struct bundle *b, struct slice name, int version)
{
    for (size_t i = 0; i < b->agreement_count; i++)
        if (slice_equal(b->agreements[i].name, name) && b->agreements[i].version == version)
            return &b->agreements[i];
    return NULL;
}

int64_t bundle_kind(const struct bundle *b, size_t schema, struct slice kind)
{
    const struct schema *s = b->compiled->schemas[schema];
    for (size_t i = 0; i < s->kind_count; i++)
        if (slice_equal(s->kinds[i], kind))
            return (int64_t)(b->compiled->kind_base[schema] + i);
    return -1;
}

int bundle_schema(const struct bundle *b, const struct plan *p)
{
    for (size_t i = 0; i < catalogue_count(b->catalogue); i++)
        if (b->compiled->schemas[i]->plan == p)
            return (int)i;
    return -1;
}

#define HOLD_LIMIT_MS ((int64_t)24 * 3600000) /* unless region.yaml says otherwise */

/* An ended agreement pages somebody at once: nobody should have let it end. */
static int64_t built_in_limit(struct slice reason)
{
    return slice_equal_text(reason, "agreement-ended") ? 0 : HOLD_LIMIT_MS;
}

int64_t bundle_hold_limit(const struct bundle *b, struct slice reason)
{
    int64_t ms = built_in_limit(reason);
    for (size_t i = 0; i < b->hold_limit_count; i++) {
        if (slice_equal(b->hold_limits[i].reason, reason))
            return b->hold_limits[i].ms;
        if (ms && slice_equal_text(b->hold_limits[i].reason, "default"))
            ms = b->hold_limits[i].ms;
    }
    return ms;
}

const char *bundle_short_hash(const struct bundle *b, char out[17])
{
    slice_to_hex(slice_of(b->hash, 8), out);
    out[16] = '\0';
    return out;
}
