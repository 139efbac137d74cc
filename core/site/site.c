/* site.c - reads site.yaml: keys, feeds, deliveries; all problems, not the first. */
#include "site/site.h"

#include <ctype.h>
#include <stdlib.h>

struct reading {
    struct arena *a;
    struct site *site;
    const struct registry *adapters;
    struct problems *p;
    const char *share;
    struct slice agency; /* site-wide; empty: each feed and delivery names its own */
    const struct node *keys;
    const struct key *region_key; /* NULL: not named */
    const char *region_folder;
    bool with_keys;
};

static bool complain(struct reading *r, const struct node *n, const char *code, const char *why,
                     struct slice what)
{
    return problems_say(r->p, code, n->file, n->line, n->column, "cannot use '%.*s': %s",
                        (int)what.n, (const char *)what.p, why);
}

/* Every key of map is one of the space-separated names. */
static bool only_keys(struct reading *r, const struct node *map, const char *names)
{
    bool good = true;
    for (const struct node *n = map->first; n; n = n->next) {
        bool known = false;
        for (const char *at = names; *at && !known;) {
            size_t length = slice_find(slice_text(at), ' ');
            known = slice_equal(n->key, slice_of(at, length));
            at += length + (at[length] == ' ');
        }
        if (!known)
            good = problems_say(r->p, "site.unknown", n->file, n->key_line, n->key_column,
                                "cannot understand '%.*s': no such key", (int)n->key.n,
                                (const char *)n->key.p);
    }
    return good;
}

/* The member's node of the wanted kind; NULL after a complaint. */
static const struct node *wanted(struct reading *r, const struct node *map, const char *key,
                                 enum node_kind kind)
{
    const struct node *n = node_get(map, key);
    if (!n)
        problems_say(r->p, "site.missing", map->file, map->line, map->column,
                     "cannot do without '%s'", key);
    else if (n->kind != kind)
        problems_say(r->p, "site.kind", n->file, n->line, n->column, "cannot read '%s': want %s",
                     key, kind == NODE_MAP ? "a map" : "a text");
    return n && n->kind == kind ? n : NULL;
}

static struct slice wanted_text(struct reading *r, const struct node *map, const char *key)
{
    const struct node *n = wanted(r, map, key, NODE_TEXT);
    return n ? n->text : (struct slice){ 0 };
}

static const char *optional_text(struct reading *r, const struct node *map, const char *key)
{
    return node_get(map, key) ? arena_text(r->a, wanted_text(r, map, key)) : NULL;
}

/* The members of a map that may be absent; NULL when it is, or after a complaint. */
static const struct node *optional_map(struct reading *r, const struct node *map, const char *key)
{
    return node_get(map, key) ? wanted(r, map, key, NODE_MAP) : NULL;
}

/* Names stand in paths of databases, on the command line and in metrics. */
static void check_name(struct reading *r, const struct node *n)
{
    bool good = n->key.n > 0 && n->key.n <= 64 && n->key.p[0] != '.';
    for (size_t i = 0; i < n->key.n && good; i++)
        good =
            isalnum(n->key.p[i]) || n->key.p[i] == '-' || n->key.p[i] == '_' || n->key.p[i] == '.';
    if (!good)
        problems_say(r->p, "site.name", n->file, n->key_line, n->key_column,
                     "cannot use this name: want at most 64 letters, digits, '-', '_' and '.'");
}

/* Relative paths are meant from the folder. */
static const char *path_in(struct reading *r, const char *folder, struct slice path)
{
    if (path.n && path.p[0] == '/')
        return arena_text(r->a, path);
    return arena_format(r->a, "%s/%.*s", folder, (int)path.n, (const char *)path.p);
}

static const struct key *read_key(struct reading *r, const struct node *n)
{
    struct key *key = ARENA_NEW(r->a, struct key);
    const char *path = path_in(r, r->site->folder, n->text);
    struct err e = { 0 };
    if (!key || !path || !r->with_keys || key_read(path, key, &e))
        return key;
    problems_say(r->p, e.code, n->file, n->line, n->column, "%s", e.text);
    return NULL;
}

static const struct key *agency_key(struct reading *r, struct slice agency, const struct node *at)
{
    if (!r->keys)
        return NULL;
    const struct node *n = node_get(r->keys, "agency");
    if (!n)
        n = node_get_slice(node_get(r->keys, "agencies"), agency);
    if (n && n->kind == NODE_TEXT)
        return read_key(r, n);
    complain(r, at, "site.key", "its agency has no key under keys", agency);
    return NULL;
}

static const struct key *optional_key(struct reading *r, const char *name)
{
    const struct node *n = node_get(r->keys, name) ? wanted(r, r->keys, name, NODE_TEXT) : NULL;
    return n ? read_key(r, n) : NULL;
}

static void read_keys(struct reading *r, const struct node *root)
{
    r->keys = wanted(r, root, "keys", NODE_MAP);
    if (!r->keys)
        return;
    only_keys(r, r->keys, "region agency agencies recipients");
    optional_map(r, r->keys, "agencies");
    r->region_key = optional_key(r, "region");
    const struct key *key = optional_key(r, "recipients");
    if (key)
        r->site->router_keys.recipients = *key;
    if (r->site->has_router && !node_get(r->keys, "recipients"))
        problems_say(
            r->p, "site.key", r->keys->file, r->keys->line, r->keys->column,
            "cannot route without 'recipients': the router turns subjects into pseudonyms");
}

/* "agency/service" of a feed's service: or a delivery's for:, checked against region.yaml. */
static bool read_service(struct reading *r, const struct node *map, const char *key,
                         struct slice *agency, struct slice *service)
{
    const struct node *n = wanted(r, map, key, NODE_TEXT);
    if (!n)
        return false;
    *service = n->text;
    if (!slice_is_empty(r->agency))
        *service =
            slice_text(arena_format(r->a, "%.*s/%.*s", (int)r->agency.n, (const char *)r->agency.p,
                                    (int)n->text.n, (const char *)n->text.p));
    *agency = slice_head(*service, slice_find(*service, '/'));
    if (r->site->bundle && bundle_service(r->site->bundle, *service) < 0)
        return complain(r, n, "site.service", "region.yaml has no such service", *service);
    return true;
}

static bool read_transport(struct reading *r, const struct node *map, bool receives,
                           const struct transport **transport, void **state)
{
    const struct node *n = wanted(r, map, "transport", NODE_MAP);
    if (!n)
        return false;
    if (n->count != 1 || n->first->kind != NODE_MAP)
        return problems_say(r->p, "site.transport", n->file, n->line, n->column,
                            "cannot read 'transport': want one transport with its options");
    const struct transport *t = registry_transport(r->adapters, n->first->key);
    if (!t)
        return complain(r, n, "site.transport", "no such transport", n->first->key);
    if (receives ? !t->run : !t->send)
        return complain(r, n, "site.transport", receives ? "it only sends" : "it only receives",
                        n->first->key);
    *transport = t;
    *state = arena_alloc(r->a, t->state_size);
    return *state && options_read(r->a, n->first, t->options, r->site->folder, *state, r->p);
}

/* Looked up in the site first, then in what was installed; NULL: in neither. */
static const char *find_mapping(struct reading *r, struct slice name)
{
    const char *places[] = { r->site->folder, r->share };
    for (size_t i = 0; i < 2; i++) {
        const char *path = path_in(r, places[i], name);
        char *real = path ? realpath(path, NULL) : NULL;
        const char *found = real ? arena_text(r->a, slice_text(real)) : NULL;
        free(real);
        if (found)
            return found;
    }
    return NULL;
}

static const struct mapping *read_mapping(struct reading *r, const struct node *map, bool in)
{
    const struct node *n = wanted(r, map, "mapping", NODE_TEXT);
    if (!n || !r->site->catalogue)
        return NULL;
    const char *path = find_mapping(r, n->text);
    if (!path) {
        complain(r, n, "site.mapping", "neither the site nor the program's data has it", n->text);
        return NULL;
    }
    const struct mapping *m = mapping_load(r->a, path, r->adapters, r->site->catalogue, r->p);
    if (m && mapping_is_in(m) != in) {
        complain(r, n, "site.mapping",
                 in ? "a feed wants an in: mapping" : "a delivery wants an out: mapping", n->text);
        return NULL;
    }
    return m;
}

static bool is_word(struct slice word, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_text(word, *words))
            return true;
    return false;
}

/* What delivers or takes in, beside its transport: options of our own. */
static void read_own(struct reading *r, const struct node *map, const struct cfg_option *options,
                     void *into)
{
    struct node own = {
        .kind = NODE_MAP, .file = map->file, .line = map->line, .column = map->column
    };
    for (const struct node *n = map->first; n; n = n->next) {
        const struct cfg_option *o = options;
        while (o->type != CFG_END && !slice_equal_text(n->key, o->key))
            o++;
        struct node *copy = o->type == CFG_END ? NULL : ARENA_NEW(r->a, struct node);
        if (!copy)
            continue;
        *copy = *n;
        node_put(&own, n->key, copy);
    }
    options_read(r->a, &own, options, r->site->folder, into, r->p);
}

/* What the agency of a feed may do, and its keys. */
static void read_agency(struct reading *r, const struct node *n, struct site_feed *f)
{
    const struct bundle *b = r->site->bundle;
    int agency = b ? bundle_agency(b, f->agency) : -1;
    f->agency_key = agency_key(r, f->agency, n);
    if (agency < 0)
        return;
    f->traced = bundle_feed_is_traced(b, f->agency, n->key);
    if (!b->agencies[agency].entitled)
        return;
    f->region_key = r->region_key;
    if (r->keys && !node_get(r->keys, "region"))
        complain(r, n, "site.key", "its agency may see NHS numbers, and keys has no region key",
                 f->agency);
}

static void read_timeliness(struct reading *r, const struct node *n, struct site_feed *f)
{
    static const char *const words[] = { "realtime", "daily", "quarterly", NULL };
    f->timeliness = optional_text(r, n, "timeliness");
    if (!f->timeliness)
        f->timeliness = "realtime";
    else if (!is_word(slice_text(f->timeliness), words))
        complain(r, node_get(n, "timeliness"), "site.word", "want realtime, daily or quarterly",
                 slice_text(f->timeliness));
}

static void read_feed(struct reading *r, const struct node *n, struct site_feed *f)
{
    static const struct cfg_option own[] = {
        { "spool_max", CFG_BYTES, offsetof(struct site_feed, spool_max_bytes), "8GiB",
          "messages that wait for the bus beyond this are answered: later" },
        { .type = CFG_END },
    };
    only_keys(r, n, "service system contact timeliness transport mapping spool_max");
    check_name(r, n);
    f->name = arena_text(r->a, n->key);
    const struct node *contact = optional_map(r, n, "contact");
    if (contact)
        only_keys(r, contact, "team phone");
    f->system = optional_text(r, n, "system");
    f->contact_team = optional_text(r, contact, "team");
    f->contact_phone = optional_text(r, contact, "phone");
    read_timeliness(r, n, f);
    read_own(r, n, own, f);
    read_transport(r, n, true, &f->transport, &f->state);
    f->mapping = read_mapping(r, n, true);
    f->spool = arena_format(r->a, "%s/feed-%s.db", r->site->state_folder, f->name);
    if (read_service(r, n, "service", &f->agency, &f->service))
        read_agency(r, n, f);
}

/* Two would both read the service's topic, and each disclosure would end twice. */
static bool is_served(const struct site *s, const struct site_delivery *d)
{
    for (size_t i = 0; i < s->delivery_count; i++)
        if (&s->deliveries[i] != d && slice_equal(s->deliveries[i].service, d->service))
            return true;
    return false;
}

static void read_delivery(struct reading *r, const struct node *n, struct site_delivery *d)
{
    static const struct cfg_option own[] = {
        { "retry", CFG_MS, offsetof(struct site_delivery, retry_ms), "1s",
          "wait before the second try; doubles each time" },
        { "retry_max", CFG_MS, offsetof(struct site_delivery, retry_max_ms), "60s",
          "the longest wait between two tries" },
        { .type = CFG_END },
    };
    only_keys(r, n, "for transport mapping retry retry_max");
    check_name(r, n);
    d->name = arena_text(r->a, n->key);
    read_own(r, n, own, d);
    read_transport(r, n, false, &d->transport, &d->state);
    d->mapping = read_mapping(r, n, false);
    d->database = arena_format(r->a, "%s/delivery-%s.db", r->site->state_folder, d->name);
    if (read_service(r, n, "for", &d->agency, &d->service) && is_served(r->site, d))
        complain(r, node_get(n, "for"), "site.service", "another delivery serves it", d->service);
}

static bool same_name(const struct node *list, const struct node *n)
{
    for (const struct node *m = list ? list->first : NULL; m; m = m->next)
        if (slice_equal(m->key, n->key))
            return true;
    return false;
}

static void read_feeds(struct reading *r, const struct node *root)
{
    const struct node *n = optional_map(r, root, "feeds");
    if (!n)
        return;
    r->site->feeds = ARENA_ARRAY(r->a, n->count + 1, struct site_feed);
    for (const struct node *m = n->first; m && r->site->feeds; m = m->next)
        if (m->kind == NODE_MAP)
            read_feed(r, m, &r->site->feeds[r->site->feed_count++]);
        else
            complain(r, m, "site.kind", "want a map", m->key);
}

static void read_deliveries(struct reading *r, const struct node *root)
{
    const struct node *n = optional_map(r, root, "deliveries");
    if (!n)
        return;
    r->site->deliveries = ARENA_ARRAY(r->a, n->count + 1, struct site_delivery);
    for (const struct node *m = n->first; m && r->site->deliveries; m = m->next) {
        if (same_name(node_get(root, "feeds"), m))
            complain(r, m, "site.name", "a feed has that name", m->key);
        if (m->kind == NODE_MAP)
            read_delivery(r, m, &r->site->deliveries[r->site->delivery_count++]);
        else
            complain(r, m, "site.kind", "want a map", m->key);
    }
}

static void read_bus(struct reading *r, const struct node *root)
{
    const struct node *n = wanted(r, root, "bus", NODE_TEXT);
    struct site *s = r->site;
    if (!n)
        return;
    if (slice_starts(n->text, SLICE("embedded:"))) {
        const char *path = path_in(r, s->state_folder, slice_from(n->text, 9));
        s->bus_url = arena_format(r->a, "embedded:%s", path ? path : "");
    } else if (slice_starts(n->text, SLICE("kafka://"))) {
        s->bus_url = arena_text(r->a, n->text);
    } else {
        complain(r, n, "site.bus", "want embedded:FILE or kafka://HOST:PORT,...", n->text);
    }
    const struct node *topics = optional_map(r, root, "topics");
    if (topics)
        only_keys(r, topics, "prefix");
    const char *prefix = optional_text(r, topics, "prefix");
    s->topic_prefix = prefix ? prefix : "";
}

static void read_region(struct reading *r, const struct node *root)
{
    const char *schemas = arena_format(r->a, "%s/schemas", r->share);
    r->site->catalogue = schemas ? catalogue_load(r->a, schemas, r->p) : NULL;
    const struct node *n = wanted(r, root, "region", NODE_TEXT);
    if (!n || !r->site->catalogue)
        return;
    if (!slice_equal_text(slice_from(n->text, n->text.n < 11 ? 0 : n->text.n - 11),
                          "region.yaml")) {
        complain(r, n, "site.region", "want a path that ends in region.yaml", n->text);
        return;
    }
    const char *path = path_in(r, r->site->folder, n->text);
    r->region_folder =
        path ? arena_text(r->a, slice_head(slice_text(path), strlen(path) - 11)) : "";
    r->site->bundle =
        bundle_load(r->a, *r->region_folder ? r->region_folder : ".", r->site->catalogue, r->p);
}

static void read_words(struct reading *r, const struct node *root)
{
    struct slice environment = wanted_text(r, root, "environment");
    r->site->live = slice_equal_text(environment, "live");
    if (environment.p && !r->site->live && !slice_equal_text(environment, "test"))
        complain(r, node_get(root, "environment"), "site.word", "want live or test", environment);
    const struct node *n = node_get(root, "router");
    if (n && !slice_equal_text(n->text, "true") && !slice_equal_text(n->text, "false"))
        complain(r, n, "site.word", "want true or false", n->text);
    r->site->has_router = n && slice_equal_text(n->text, "true");
    n = node_get(root, "agency") ? wanted(r, root, "agency", NODE_TEXT) : NULL;
    r->agency = n ? n->text : (struct slice){ 0 };
    if (n && r->site->bundle && bundle_agency(r->site->bundle, n->text) < 0)
        complain(r, n, "site.agency", "region.yaml has no such agency", n->text);
}

static void read_root(struct reading *r, const struct node *root)
{
    if (root->kind != NODE_MAP) {
        problems_say(r->p, "site.kind", root->file, root->line, root->column,
                     "cannot read the site: want a map");
        return;
    }
    only_keys(r, root, "region agency environment keys bus topics router state feeds deliveries");
    const char *state = optional_text(r, root, "state");
    struct site *s = r->site;
    s->state_folder = path_in(r, s->folder, slice_text(state && *state ? state : "state"));
    s->admin_socket = arena_format(r->a, "%s/admin.sock", s->state_folder);
    s->listening = arena_format(r->a, "%s/listening", s->state_folder);
    read_region(r, root);
    read_words(r, root);
    read_keys(r, root);
    read_bus(r, root);
    read_feeds(r, root);
    read_deliveries(r, root);
}

/* The folder and file that path means; both absolute. */
static bool find_file(struct reading *r, const char *path, const char **file)
{
    char *real = realpath(path, NULL);
    if (!real)
        return problems_say(r->p, "site.open", path, 0, 0, "cannot open '%s': no such site", path);
    struct slice text = slice_text(real);
    if (text.n > 5 && slice_equal_text(slice_from(text, text.n - 5), ".yaml")) {
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
