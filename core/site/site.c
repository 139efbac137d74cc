/* site.c - reads site.yaml: region, keys, bus; all problems, not the first. */
#include "site/reading.h"

#include <stdlib.h>
#include <string.h>

static const struct key *optional_key(struct reading *r, const char *name)
{
    const struct node *n = strict_member(r->keys, name, NODE_TEXT);
    return n ? reading_key(r, n) : NULL;
}

static void read_keys(struct reading *r, const struct node *root)
{
    static const struct strict_key keys[] = { { "region", false, STRICT_TEXT },
                                              { "agency", false, STRICT_TEXT },
                                              { "agencies", false, STRICT_MAP },
                                              { "recipients", false, STRICT_TEXT } };
    r->keys = strict_member(root, "keys", NODE_MAP);
    if (!r->keys)
        return;
    STRICT_KEYS(&r->reader, r->keys, keys);
    r->region_key = optional_key(r, "region");
    const struct key *key = optional_key(r, "recipients");
    if (key)
        r->site->router_keys.recipients = *key;
    if (r->site->has_router && !node_get(r->keys, "recipients"))
        strict_say(&r->reader, r->keys, "site.key",
                   "cannot route without 'recipients': the router turns subjects into pseudonyms");
}

static void read_bus(struct reading *r, const struct node *root)
{
    static const struct strict_key keys[] = { { "prefix", false, STRICT_NOTE } };
    const struct node *n = strict_member(root, "bus", NODE_TEXT);
    struct site *s = r->site;
    if (!n)
        return;
    if (slice_starts(n->text, SLICE("embedded:"))) {
        const char *path = strict_path(r->reader.arena, s->state_folder, slice_from(n->text, 9));
        s->bus_url = arena_format(r->reader.arena, "embedded:%s", path ? path : "");
    } else if (slice_starts(n->text, SLICE("kafka://"))) {
        s->bus_url = arena_text(r->reader.arena, n->text);
    } else {
        reading_complain(r, n, "site.bus", "want embedded:FILE or kafka://HOST:PORT,...", n->text);
    }
    const struct node *topics = strict_member(root, "topics", NODE_MAP);
    STRICT_KEYS(&r->reader, topics, keys);
    const char *prefix = reading_text(r, topics, "prefix");
    s->topic_prefix = prefix ? prefix : "";
}

static void read_region(struct reading *r, const struct node *root)
{
    const char *schemas = arena_format(r->reader.arena, "%s/schemas", r->share);
    r->site->catalogue =
        schemas ? catalogue_load(r->reader.arena, schemas, r->reader.problems) : NULL;
    const struct node *n = strict_member(root, "region", NODE_TEXT);
    const char *path = n ? strict_path(r->reader.arena, r->site->folder, n->text) : NULL;
    if (!path || !r->site->catalogue)
        return;
    if (!slice_ends(slice_text(path), SLICE("/region.yaml"))) {
        reading_complain(r, n, "site.region", "want a path that ends in region.yaml", n->text);
        return;
    }
    struct err ignored = { 0 };
    struct node *region = NULL;
    const char *folder = arena_text(
        r->reader.arena, slice_head(slice_text(path), strlen(path) - strlen("/region.yaml")));
    if (!folder)
        return;
    r->site->bundle = bundle_load(r->reader.arena, *folder ? folder : "/", r->site->catalogue,
                                  r->reader.problems);
    if (!r->site->bundle && tree_yaml_file(r->reader.arena, path, &region, &ignored))
        r->region = region;
}

static void read_words(struct reading *r, const struct node *root)
{
    static const char *const environments[] = { "live", "test" }, *const truths[] = { "true",
                                                                                      "false" };
    strict_one_of(&r->reader, node_get(root, "environment"), environments, 2);
    r->site->live = slice_equal_text(strict_text(root, "environment"), "live");
    strict_one_of(&r->reader, node_get(root, "router"), truths, 2);
    r->site->has_router = slice_equal_text(strict_text(root, "router"), "true");
    const struct node *n = strict_member(root, "agency", NODE_TEXT);
    r->agency = n ? n->text : (struct slice){ 0 };
    if (n && r->site->bundle && bundle_agency(r->site->bundle, n->text) < 0)
        reading_complain(r, n, "site.agency", "region.yaml has no such agency", n->text);
}

static void read_root(struct reading *r, const struct node *root)
{
    static const struct strict_key keys[] = {
        { "region", true, STRICT_TEXT },      { "agency", false, STRICT_TEXT },
        { "environment", true, STRICT_TEXT }, { "keys", true, STRICT_MAP },
        { "bus", true, STRICT_TEXT },         { "topics", false, STRICT_MAP },
        { "router", false, STRICT_TEXT },     { "state", false, STRICT_TEXT },
        { "feeds", false, STRICT_MAP },       { "deliveries", false, STRICT_MAP },
    };
    if (!strict_is(&r->reader, root, NODE_MAP, "the site"))
        return;
    STRICT_KEYS(&r->reader, root, keys);
    struct slice state = strict_text(root, "state");
    struct site *s = r->site;
    s->state_folder = strict_path(r->reader.arena, s->folder, state.n ? state : SLICE("state"));
    s->admin_socket = arena_format(r->reader.arena, "%s/admin.sock", s->state_folder);
    s->listening = arena_format(r->reader.arena, "%s/listening", s->state_folder);
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
        return problems_say(r->reader.problems, "site.open", path, 0, 0,
                            "cannot open '%s': no such site", path);
    struct slice text = slice_text(real);
    if (slice_ends(text, SLICE(".yaml"))) {
        size_t cut = text.n;
        while (cut > 0 && text.p[cut - 1] != '/')
            cut--;
        *file = arena_text(r->reader.arena, text);
        r->site->folder = arena_text(r->reader.arena, slice_head(text, cut > 1 ? cut - 1 : cut));
    } else {
        r->site->folder = arena_text(r->reader.arena, text);
        *file = arena_format(r->reader.arena, "%s/site.yaml", real);
    }
    free(real);
    return *file && r->site->folder;
}

struct site *site_load(struct arena *a, const char *path, const struct registry *adapters,
                       bool with_keys, struct problems *p)
{
    struct reading r = { .reader = { a, p, &site_codes, path },
                         .adapters = adapters,
                         .with_keys = with_keys };
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
