/* reading_bundles.c - which bundles a site goes by: its first, those kept, the folder of a demo.
 *
 * From one that is trusted (signed by the site's approvers, or a demo's folder) the chain is
 * followed backwards by hash, which proves what came before, and forwards by signature. */
#include "base/clock.h"
#include "sharing/load/bundle_load.h"
#include "sharing/load/load_approvers.h"
#include "site/reading.h"

struct chain {
    struct reading *r;
    const struct kept_bundle *kept;
    size_t kept_count;
    struct edition **list; /* oldest first */
    size_t count, room;
};

bool reading_not_local(struct reading *r, const struct node *n, struct slice what)
{
    return strict_say(
        &r->reader, n, "site.demo",
        "cannot use '%.*s' in a site that is `demo: true`: its rules are unsigned, so "
        "it may reach this machine alone",
        SHOWN(what));
}

static bool bundles_complain(struct reading *r, const struct node *n, const struct err *e)
{
    return strict_say(&r->reader, n, e->code, "%s", e->text);
}

static bool chain_push(struct chain *c, struct edition *g)
{
    struct edition **grown =
        arena_grow(c->r->reader.arena, c->list, &c->room, c->count, sizeof *grown);
    if (!grown)
        return strict_memory(&c->r->reader);
    c->list = grown;
    grown[c->count++] = g;
    return true;
}

/* Adds g behind the older ones. Those that begin after g never come into force, and are dropped. */
static bool chain_add(struct chain *c, struct edition *g)
{
    while (c->count && c->list[c->count - 1]->from_ms > g->from_ms)
        c->count--;
    g->earlier = c->count ? c->list[c->count - 1] : NULL;
    return chain_push(c, g);
}

static struct edition *read_kept(struct chain *c, const char *path, struct problems *p)
{
    struct arena *a = c->r->reader.arena;
    struct slice bytes;
    struct err e = { 0 };
    if (tree_read_file(a, path, SOURCE_BYTES_MAX, &bytes, &e))
        return bundles_read(a, bytes, path, c->r->site->catalogue, p);
    problems_add(p, &e);
    return NULL;
}

/* The one before g; NULL where it is not kept or cannot be read any more, as with older schemas. */
static struct edition *chain_before(struct chain *c, const struct edition *g)
{
    struct problems ignored = { .count = 0 };
    struct edition *found = NULL;
    if (!g->pack->has_previous)
        return NULL;
    for (size_t i = c->kept_count; i > 0 && !found; i--)
        if (c->kept[i - 1].number < g->number)
            found = read_kept(c, c->kept[i - 1].path, &ignored);
    problems_release(&ignored);
    bool is_previous = found && hash_equal(found->bundle->hash, g->pack->previous);
    return is_previous ? found : NULL;
}

/* g, after all that is known to have come before it. */
static bool add_with_past(struct chain *c, struct edition *g)
{
    for (struct edition *one = g; one; one = chain_before(c, one))
        if (!chain_push(c, one))
            return false;
    for (size_t i = 0; i < c->count / 2; i++) {
        struct edition *swap = c->list[i];
        c->list[i] = c->list[c->count - 1 - i];
        c->list[c->count - 1 - i] = swap;
    }
    size_t n = c->count;
    c->count = 0;
    for (size_t i = 0; i < n; i++)
        if (!chain_add(c, c->list[i]))
            return false;
    return true;
}

/* Adds the kept bundles after the last one of the chain; each must follow the one before it. */
static void add_later(struct chain *c)
{
    const struct bundles_trust trust = site_trust(c->r->site, BUNDLES_TAKEN);
    struct problems *p = c->r->reader.problems;
    for (size_t i = 0; i < c->kept_count; i++) {
        struct edition *last = c->list[c->count - 1];
        if (c->kept[i].number <= last->number)
            continue;
        struct edition *g = read_kept(c, c->kept[i].path, p);
        struct err e = { 0 };
        if (!g)
            return;
        if (!bundles_follows(&trust, last, g, &e)) {
            (void)problems_say(p, e.code, c->kept[i].path, 0, 0, "%s", e.text);
            return;
        }
        if (!chain_add(c, g))
            return;
    }
}

/* ---- the first one ---- */

/* Loads from the folder itself, whose problems have file and line, since the packed form could not
 * be made. */
static void complain_of_folder(struct reading *r)
{
    const struct site *s = r->site;
    (void)bundle_load(r->reader.arena, s->places.region, s->catalogue, r->reader.problems);
}

/* The folder as a pack: the last one kept when nothing was changed since, else the next. */
static bool pack_folder(struct chain *c, struct slice *bytes, struct err *e)
{
    struct reading *r = c->r;
    struct arena *a = r->reader.arena;
    const struct bundle_source source = source_folder(r->site->places.region);
    struct bundles_draft draft = { .schemas = r->site->places.schemas,
                                   .catalogue = r->site->catalogue };
    const struct widening *unused = NULL;
    struct pack last, here = { .number = 0 };
    if (!pack_collect(a, &source, draft.schemas, &here, e))
        return false;
    if (c->kept_count) {
        if (!bundles_read_pack(a, c->kept[c->kept_count - 1].path, &last, bytes, e))
            return false;
        if (pack_same_files(&last, &here))
            return true;
        draft.before = &last;
        draft.from_ms = clock_wall_ms();
    }
    return bundles_pack_files(a, here.files, here.file_count, &draft, bytes, &unused, e);
}

static bool folders_are_there(struct reading *r, struct err *e)
{
    const struct bundle_source source = source_folder(r->site->places.region);
    struct source_names names = { .found = true };
    for (int i = 0; i < 2 && names.found; i++)
        if (!source.list(source.ctx, r->reader.arena, source_folders[i], &names, e))
            return false;
    return names.found;
}

static bool read_demo(struct chain *c)
{
    struct reading *r = c->r;
    struct slice bytes = { 0 };
    struct err e = { 0 };
    bool good = folders_are_there(r, &e);
    good = good && pack_folder(c, &bytes, &e);
    if (!good) {
        size_t told = r->reader.problems->count;
        complain_of_folder(r);
        if (r->reader.problems->count == told)
            problems_add(r->reader.problems, &e);
        return false;
    }
    struct edition *g = bundles_read(r->reader.arena, bytes, r->site->places.region,
                                     r->site->catalogue, r->reader.problems);
    return g && add_with_past(c, g);
}

static bool read_signed(struct chain *c, const struct node *root)
{
    struct reading *r = c->r;
    const struct node *n = strict_member(root, "bundle", NODE_TEXT);
    const struct node *by = strict_member(root, "approvers", NODE_TEXT);
    struct err e = { 0 };
    if (!n)
        return strict_say(&r->reader, node_get(root, "region") ? node_get(root, "region") : root,
                          "site.unsigned",
                          "cannot run without a signed bundle: want `bundle: FILE` and `approvers: "
                          "FILE`, or `demo: true` where all stays on this machine");
    if (!by)
        return strict_say(&r->reader, n, "site.missing",
                          "the key 'approvers' is missing: it names the file of those whose "
                          "signatures this site trusts");
    const char *path = strict_path(r->reader.arena, r->site->folder, by->text);
    if (!path)
        return strict_memory(&r->reader);
    if (!site_read_approvers(r->reader.arena, path, &r->site->by, r->reader.problems))
        return false;
    struct slice bytes;
    if (!tree_read_file(r->reader.arena, r->site->places.first, SOURCE_BYTES_MAX, &bytes, &e))
        return bundles_complain(r, n, &e);
    struct edition *g = bundles_read(r->reader.arena, bytes, r->site->places.first,
                                     r->site->catalogue, r->reader.problems);
    const struct bundles_trust trust = site_trust(r->site, BUNDLES_TAKEN);
    if (!g)
        return false;
    if (!bundles_follows(&trust, NULL, g, &e))
        return bundles_complain(r, n, &e);
    if (!add_with_past(c, g))
        return false;
    add_later(c);
    return !problems_any(r->reader.problems);
}

/* ---- the whole ---- */

/* Sets the editions between which a running program can change over, around the one in force now.
 * The next one that needs a restart is s->waiting. */
static void set_rules(struct site *s, const struct chain *c, int64_t now_ms)
{
    size_t base = 0, first, end;
    for (size_t i = 0; i < c->count; i++)
        if (c->list[i]->from_ms <= now_ms)
            base = i;
    const struct bundle *b = c->list[base]->bundle;
    first = base;
    while (first > 0 && !editions_differ(c->list[first - 1]->bundle, b))
        first--;
    end = base + 1;
    while (end < c->count && !editions_differ(c->list[end]->bundle, b))
        end++;
    for (size_t i = first; i < end; i++)
        editions_add(&s->rules, c->list[i]);
    s->bundle = b;
    s->last = c->list[c->count - 1];
    s->waiting = end < c->count ? c->list[end] : NULL;
}

static bool region_is_named(struct reading *r, const struct node *root)
{
    const struct node *n = strict_member(root, "region", NODE_TEXT);
    if (!n && r->site->places.demo)
        return strict_say(&r->reader, root, r->reader.codes->missing,
                          "the key 'region' is missing");
    if (n && !slice_ends(n->text, SLICE("region.yaml")))
        return reading_complain(r, n, "site.region", "want a path that ends in region.yaml",
                                n->text);
    return true;
}

void reading_bundles(struct reading *r, const struct node *root)
{
    struct site *s = r->site;
    struct chain c = { .r = r };
    struct err e = { 0 };
    s->catalogue = catalogue_load(r->reader.arena, s->places.schemas, r->reader.problems);
    if (!region_is_named(r, root) || !s->catalogue)
        return;
    if (!bundles_list(r->reader.arena, s->places.bundles, &c.kept, &c.kept_count, &e)) {
        bundles_complain(r, root, &e);
        return;
    }
    bool good = s->places.demo ? read_demo(&c) : read_signed(&c, root);
    if (good) {
        set_rules(s, &c, clock_wall_ms());
        return;
    }
    struct node *region = NULL;
    struct err ignored = { 0 };
    const char *path =
        s->places.region ? arena_format(r->reader.arena, "%s/region.yaml", s->places.region) : NULL;
    if (path && tree_yaml_file(r->reader.arena, path, &region, &ignored))
        r->region = region;
}
