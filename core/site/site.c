/* site.c - reads site.yaml: region, keys, bus; all problems, not the first. */
#include "sharing/rules/rule_choices.h"
#include "site/reading.h"

static const struct key *optional_key(struct reading *r, const char *name, enum key_of of)
{
    const struct node *n = strict_member(r->keys, name, NODE_TEXT);
    return n ? reading_key(r, n, of, SLICE("")) : NULL;
}

static void read_keys(struct reading *r, const struct node *root)
{
    r->keys = strict_member(root, "keys", NODE_MAP);
    if (!r->keys)
        return;
    strict_keys(&r->reader, r->keys, &reading_keys_keys);
    r->region_key = optional_key(r, "region", KEY_OF_REGION);
    const struct key *key = optional_key(r, "recipients", KEY_OF_RECIPIENTS);
    if (key)
        r->site->router_keys.recipients = *key;
    if (r->site->has_router && !node_get(r->keys, "recipients"))
        strict_say(&r->reader, r->keys, "site.key",
                   "the key 'recipients' is missing under keys: a router makes pseudonyms with it");
}

static void read_root_words(struct reading *r, const struct node *root)
{
    r->site->live = slice_equal_text(strict_text(root, "environment"), "live");
    r->site->has_router = slice_equal_text(strict_text(root, "router"), "true");
    const struct node *n = strict_member(root, "agency", NODE_TEXT);
    r->agency = n ? n->text : (struct slice){ 0 };
    const struct bundle *b = r->site->bundle;
    if (!n || !b || bundle_agency(b, n->text) >= 0)
        return;
    const struct choices_at agencies = choices_of_agencies(b);
    reading_unknown(r, n, "site.agency", "agency", n->text, &agencies);
}

static void read_root(struct reading *r, const struct node *root)
{
    if (!strict_is(&r->reader, root, NODE_MAP, "the site"))
        return;
    strict_keys(&r->reader, root, &reading_keys_root);
    struct site *s = r->site;
    s->state_folder = s->places.state;
    s->admin_socket = arena_format(r->reader.arena, "%s/admin.sock", s->state_folder);
    s->listening = arena_format(r->reader.arena, "%s/listening", s->state_folder);
    reading_bundles(r, root);
    read_root_words(r, root);
    read_keys(r, root);
    reading_bus(r, root);
    reading_admin(r, root);
    reading_feeds(r, root);
    reading_deliveries(r, root);
}

struct site *site_load(struct arena *a, const char *path, const struct registry *adapters,
                       enum site_keys keys, struct problems *p)
{
    struct reading r = { .reader = { a, p, &site_codes, path },
                         .adapters = adapters,
                         .keys_mode = keys };
    struct node *root = NULL;
    struct err e = { 0 };
    r.site = ARENA_NEW(a, struct site);
    r.share = site_share(a);
    if (!r.site || !r.share)
        return NULL;
    if (!site_open_file(a, path, &r.site->places, &root, &e)) {
        e.file = e.file ? e.file : path;
        problems_add(p, &e);
        return NULL;
    }
    r.site->folder = r.site->places.folder;
    read_root(&r, root);
    return problems_any(p) ? NULL : r.site;
}
