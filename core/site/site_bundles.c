/* site_bundles.c - the bundles that a site keeps. */
#include "site/reading.h"

#include "sharing/load/load_approvers.h"

bool site_read_approvers(struct arena *a, const char *path, struct site_approvers *out,
                         struct problems *p)
{
    const struct strict r = { a, p, &site_codes, path };
    size_t before = p->count;
    struct node *root = NULL;
    struct err e = { 0 };
    if (!tree_yaml_file(a, path, &root, &e)) {
        problems_add(p, &e);
        return false;
    }
    if (!strict_is(&r, root, NODE_MAP, "the file of approvers"))
        return false;
    strict_keys(&r, root, &reading_keys_approvers);
    load_approvers(&r, strict_member(root, "approvers", NODE_MAP), &out->first);
    load_approvers(&r, strict_member(root, "joined", NODE_MAP), &out->joined);
    return p->count == before;
}

struct bundles_trust site_trust(const struct site *s, int64_t at_ms)
{
    return (struct bundles_trust){ s->places.demo, &s->by.first, &s->by.joined, at_ms };
}

bool site_keep_bundles(const struct site *s, struct err *e)
{
    bundles_tidy(s->places.bundles);
    for (const struct edition *g = editions_newest(&s->rules); g; g = g->earlier)
        if (!bundles_keep(s->places.bundles, g, e))
            return false;
    return true;
}

const struct bundle *site_bundle_hashed(const struct site *s, struct arena *a,
                                        const uint8_t hash[HASH_BYTES])
{
    const struct edition *known = editions_hashed(&s->rules, hash);
    const struct kept_bundle *kept = NULL;
    struct problems ignored = { .count = 0 };
    struct err e = { 0 };
    size_t n = 0;
    if (known)
        return known->bundle;
    if (!bundles_list(a, s->places.bundles, &kept, &n, &e))
        return NULL;
    const struct bundle *found = NULL;
    for (size_t i = 0; i < n && !found; i++) {
        struct pack p;
        struct slice bytes;
        err_clear(&e);
        if (!bundles_read_pack(a, kept[i].path, &p, &bytes, &e) || !hash_equal(p.hash, hash))
            continue;
        const struct edition *g = bundles_read(a, bytes, kept[i].path, s->catalogue, &ignored);
        found = g ? g->bundle : NULL;
    }
    problems_release(&ignored);
    return found;
}
