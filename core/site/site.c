/* site.c - reads site.yaml: region, keys, bus; all problems, not the first. */
#include "site/reading.h"

#include <stdlib.h>
#include <string.h>

static const struct key *optional_key(struct reading *r, const char *name)
{
    const struct node *n =
        node_get(r->keys, name) ? reading_wanted(r, r->keys, name, NODE_TEXT) : NULL;
    return n ? reading_key(r, n) : NULL;
}

static void read_keys(struct reading *r, const struct node *root)
{
    r->keys = reading_wanted(r, root, "keys", NODE_MAP);
    if (!r->keys)
        return;
    reading_only_keys(r, r->keys, "region agency agencies recipients");
    reading_optional_map(r, r->keys, "agencies");
    r->region_key = optional_key(r, "region");
    const struct key *key = optional_key(r, "recipients");
    if (key)
        r->site->router_keys.recipients = *key;
    if (r->site->has_router && !node_get(r->keys, "recipients"))
        problems_say(
            r->p, "site.key", r->keys->file, r->keys->line, r->keys->column,
            "cannot route without 'recipients': the router turns subjects into pseudonyms");
}

static void read_bus(struct reading *r, const struct node *root)
{
    const struct node *n = reading_wanted(r, root, "bus", NODE_TEXT);
    struct site *s = r->site;
    if (!n)
        return;
    if (slice_starts(n->text, SLICE("embedded:"))) {
        const char *path = reading_path(r, s->state_folder, slice_from(n->text, 9));
        s->bus_url = arena_format(r->a, "embedded:%s", path ? path : "");
    } else if (slice_starts(n->text, SLICE("kafka://"))) {
        s->bus_url = arena_text(r->a, n->text);
    } else {
        reading_complain(r, n, "site.bus", "want embedded:FILE or kafka://HOST:PORT,...", n->text);
    }
    const struct node *topics = reading_optional_map(r, root, "topics");
    if (topics)
        reading_only_keys(r, topics, "prefix");
    const char *prefix = reading_optional_text(r, topics, "prefix");
    s->topic_prefix = prefix ? prefix : "";
}

static bool ends_with(struct slice text, const char *end)
{
    size_t n = strlen(end);
    return text.n >= n && slice_equal_text(slice_from(text, text.n - n), end);
}

static void read_region(struct reading *r, const struct node *root)
{
    const char *schemas = arena_format(r->a, "%s/schemas", r->share);
    r->site->catalogue = schemas ? catalogue_load(r->a, schemas, r->p) : NULL;
    const struct node *n = reading_wanted(r, root, "region", NODE_TEXT);
    const char *path = n ? reading_path(r, r->site->folder, n->text) : NULL;
    if (!path || !r->site->catalogue)
        return;
    if (!ends_with(slice_text(path), "/region.yaml")) {
        reading_complain(r, n, "site.region", "want a path that ends in region.yaml", n->text);
        return;
    }
    struct err ignored = { 0 };
    struct node *region = NULL;
    const char *folder =
        arena_text(r->a, slice_head(slice_text(path), strlen(path) - strlen("/region.yaml")));
    if (!folder)
        return;
    r->site->bundle = bundle_load(r->a, *folder ? folder : "/", r->site->catalogue, r->p);
    if (!r->site->bundle && tree_yaml_file(r->a, path, &region, &ignored))
        r->region = region;
}

static void read_words(struct reading *r, const struct node *root)
{
    struct slice environment = reading_text(r, root, "environment");
    r->site->live = slice_equal_text(environment, "live");
    if (environment.p && !r->site->live && !slice_equal_text(environment, "test"))
        reading_complain(r, node_get(root, "environment"), "site.word", "want live or test",
                         environment);
    const struct node *n = node_get(root, "router");
    if (n && !slice_equal_text(n->text, "true") && !slice_equal_text(n->text, "false"))
        reading_complain(r, n, "site.word", "want true or false", n->text);
    r->site->has_router = n && slice_equal_text(n->text, "true");
    n = node_get(root, "agency") ? reading_wanted(r, root, "agency", NODE_TEXT) : NULL;
    r->agency = n ? n->text : (struct slice){ 0 };
    if (n && r->site->bundle && bundle_agency(r->site->bundle, n->text) < 0)
        reading_complain(r, n, "site.agency", "region.yaml has no such agency", n->text);
}

static void read_root(struct reading *r, const struct node *root)
{
    if (root->kind != NODE_MAP) {
        problems_say(r->p, "site.kind", root->file, root->line, root->column,
                     "cannot read the site: want a map");
        return;
    }
    reading_only_keys(r, root,
                      "region agency environment keys bus topics router state feeds deliveries");
    const char *state = reading_optional_text(r, root, "state");
    struct site *s = r->site;
    s->state_folder = reading_path(r, s->folder, slice_text(state && *state ? state : "state"));
    s->admin_socket = arena_format(r->a, "%s/admin.sock", s->state_folder);
    s->listening = arena_format(r->a, "%s/listening", s->state_folder);
    read_region(r, root);
    read_words(r, root);
    read_keys(r, root);
    read_bus(r, root);
    reading_feeds(r, root);
    reading_deliveries(r, root);
}

/* The folder and file that path means; both absolute. */
static bool find_file(struct reading *r, const char *path, const char **file)
{
    char *real = realpath(path, NULL);
    if (!real)
        return problems_say(r->p, "site.open", path, 0, 0, "cannot open '%s': no such site", path);
    struct slice text = slice_text(real);
    if (ends_with(text, ".yaml")) {
        size_t cut = text.n;
        while (cut > 0 && text.p[cut - 1] != '/')
            cut--;
        *file = arena_text(r->a, text);
        r->site->folder = arena_text(r->a, slice_head(text, cut > 1 ? cut - 1 : cut));
    } else {
        r->site->folder = arena_text(r->a, text);
        *file = arena_format(r->a, "%s/site.yaml", real);
    }
    free(real);
    return *file && r->site->folder;
}

struct site *site_load(struct arena *a, const char *path, const struct registry *adapters,
                       bool with_keys, struct problems *p)
{
    struct reading r = { .a = a, .adapters = adapters, .p = p, .with_keys = with_keys };
    const char *file = NULL;
    struct node *root = NULL;
    struct err e = { 0 };
    r.site = ARENA_NEW(a, struct site);
    r.share = site_share(a);
    if (!r.site || !r.share || !find_file(&r, path, &file))
        return NULL;
    if (!tree_yaml_file(a, file, &root, &e)) {
        problems_add(p, &e);
        return NULL;
    }
    read_root(&r, root);
    return problems_any(p) ? NULL : r.site;
}
