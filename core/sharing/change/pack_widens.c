/* pack_widens.c - compares the files of two packs, as trees, and lists what may widen. */
#include "sharing/change/pack_widens.h"

#include "host/strict.h"
#include "sharing/rules/compiled.h"

/* An agreement or prohibition, wherever its file lies. */
struct pack_tree {
    const char *file;
    const struct node *root;
};

struct comparing {
    struct arena *a;
    const struct catalogue *catalogue;
    const struct pack *before, *after;
    const struct widening *first, **last;
    struct err *e;
    bool failed;
};

static void add_reason(struct comparing *c, const char *file, const char *what, struct slice name)
{
    struct widening *w = ARENA_NEW(c->a, struct widening);
    const char *text =
        name.n ? arena_format(c->a, "%s: %s '%.*s'", file, what, (int)name.n, (const char *)name.p)
               : arena_format(c->a, "%s: %s", file, what);
    if (!w || !text) {
        c->failed = !err_memory(c->e);
        return;
    }
    w->what = text;
    *c->last = w;
    c->last = &w->next;
}

static const struct node *tree_of(struct comparing *c, const struct pack_file *f)
{
    struct node *root = NULL;
    if (!f || c->failed)
        return NULL;
    if (!tree_yaml(c->a, f->bytes, f->name, &root, c->e))
        c->failed = true;
    return root;
}

/* Whether two nodes are alike, apart from what stands below them. */
static bool same_node(const struct node *a, const struct node *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    return slice_equal(a->text, b->text);
}

/* Whether two trees are equal; NULL equals NULL alone. Both nodes have the same number of children
 * when the children are compared. */
static bool same_tree(const struct node *a, const struct node *b)
{
    if (!a || !b)
        return a == b;
    if (!same_node(a, b))
        return false;
    const struct node *other = b->first;
    for (const struct node *n = a->first; n && other; n = n->next) {
        if (!slice_equal(n->key, other->key) || !same_tree(n, other))
            return false;
        other = other->next;
    }
    return true;
}

static bool has_item(const struct node *list, const struct node *item)
{
    for (const struct node *n = strict_each(list, NULL); n; n = strict_each(list, n))
        if (same_tree(n, item))
            return true;
    return false;
}

/* Every item of a stands in b. */
static bool items_within(const struct node *a, const struct node *b)
{
    for (const struct node *n = strict_each(a, NULL); n; n = strict_each(a, n))
        if (!has_item(b, n))
            return false;
    return true;
}

/* {Type: [kind]}: every kind of a stands in b. */
static bool kinds_within(const struct node *a, const struct node *b)
{
    if (!a || !b || a->kind != NODE_MAP)
        return same_tree(a, b);
    for (const struct node *n = a->first; n; n = n->next) {
        const struct node *other = node_get_slice(b, n->key);
        if (!other || !items_within(n, other))
            return false;
    }
    return true;
}

static const struct node *item_with(const struct node *list, const char *key, struct slice value)
{
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        if (slice_equal(strict_text(n, key), value))
            return n;
    return NULL;
}

/* The first key, apart from those listed, that has not the same value in both maps; NULL: there is
 * none. */
static const struct node *other_difference(const struct node *a, const struct node *b,
                                           const char *const *but, size_t count)
{
    const struct node *maps[][2] = { { a, b }, { b, a } };
    for (int i = 0; i < 2; i++)
        for (const struct node *n = maps[i][0]->first; n; n = n->next)
            if (!slice_is_one_of_texts(n->key, but, count) &&
                !same_tree(n, node_get_slice(maps[i][1], n->key)))
                return n;
    return NULL;
}

/* ---- agreements ---- */

/* What a list releases: whole categories, and fields by their paths. */
struct release_list {
    const struct catalogue *catalogue;
    const struct node *list;
    struct categories whole;
};

/* Whether a released name stands for whole categories, which go into *set. Else *path is the field
 * that it may name. */
static bool is_category(const struct catalogue *c, struct slice name, struct categories *set,
                        struct slice *path)
{
    *set = (struct categories){ { 0 } };
    return !catalogue_field(name, path) && catalogue_categories(c, name, set);
}

static struct release_list read_release(const struct catalogue *c, const struct node *list)
{
    struct release_list r = { .catalogue = c, .list = list };
    struct categories one;
    struct slice path;
    for (const struct node *n = strict_each(list, NULL); c && n; n = strict_each(list, n))
        if (is_category(c, n->text, &one, &path))
            categories_join(&r.whole, &one);
    return r;
}

static bool names_field(const struct release_list *r, struct slice wanted)
{
    struct categories one;
    struct slice path;
    for (const struct node *n = strict_each(r->list, NULL); n; n = strict_each(r->list, n))
        if (!is_category(r->catalogue, n->text, &one, &path) && slice_equal(path, wanted))
            return true;
    return false;
}

/* Whether the list releases that field of every type that has it. */
static bool releases_field(const struct release_list *r, struct slice path)
{
    bool any = false;
    if (names_field(r, path))
        return true;
    for (size_t i = 0; i < catalogue_count(r->catalogue); i++) {
        unsigned category;
        if (portions_nameable(r->catalogue, i, path, &category) < 0)
            continue;
        if (!categories_has(&r->whole, category))
            return false;
        any = true;
    }
    return any;
}

/* Each item is in the other list as it stands, or by what it means. */
static bool release_within(const struct catalogue *c, const struct node *now,
                           const struct node *was)
{
    struct release_list before = read_release(c, was);
    for (const struct node *n = strict_each(now, NULL); n; n = strict_each(now, n)) {
        struct categories one;
        struct slice path;
        if (has_item(was, n))
            continue;
        if (!c)
            return false;
        bool is_whole = is_category(c, n->text, &one, &path);
        categories_drop(&one, &before.whole);
        bool was_released = is_whole ? categories_is_empty(&one) : releases_field(&before, path);
        if (!was_released)
            return false;
    }
    return true;
}

/* Whether a clause shares nothing that it did not share before. */
static bool clause_within(const struct catalogue *c, const struct node *now, const struct node *was)
{
    static const char *const compared[] = { "share", "from", "to", "release" };
    if (same_tree(now, was))
        return true;
    /* What one clause no longer releases with its obligation, another may release without. */
    if (node_get(was, "oblige") || node_get(now, "oblige"))
        return false;
    if (other_difference(now, was, compared, 4))
        return false;
    if (!kinds_within(node_get(now, "share"), node_get(was, "share")))
        return false;
    if (!items_within(node_get(now, "from"), node_get(was, "from")))
        return false;
    if (!items_within(node_get(now, "to"), node_get(was, "to")))
        return false;
    return release_within(c, node_get(now, "release"), node_get(was, "release"));
}

static void compare_clauses(struct comparing *c, const char *file, const struct node *was,
                            const struct node *now)
{
    for (const struct node *n = now ? now->first : NULL; n; n = n->next) {
        struct slice id = strict_text(n, "id");
        const struct node *old = item_with(was, "id", id);
        if (!old)
            add_reason(c, file, "a new clause", id);
        else if (!clause_within(c->catalogue, n, old))
            add_reason(c, file, "not only narrowed: clause", id);
    }
    for (const struct node *n = was ? was->first : NULL; n; n = n->next)
        if (!item_with(now, "id", strict_text(n, "id")) && node_get(n, "oblige"))
            add_reason(c, file, "gone with its obligations: clause", strict_text(n, "id"));
}

/* Whether in_force is the same but for an end that may be earlier. Days are YYYY-MM-DD, so their
 * texts have the order of the days. */
static bool ends_no_later(const struct node *now, const struct node *was)
{
    static const char *const compared[] = { "until", "review_by" };
    struct slice end = strict_text(now, "until"), before = strict_text(was, "until");
    return now && was && !other_difference(now, was, compared, 2) &&
           slice_compare(end, before) <= 0;
}

static bool has_obligations(const struct node *agreement)
{
    const struct node *list = node_get(agreement, "clauses");
    for (const struct node *n = list ? list->first : NULL; n; n = n->next)
        if (node_get(n, "oblige"))
            return true;
    return false;
}

static void compare_agreement(struct comparing *c, const struct pack_tree *was,
                              const struct pack_tree *now)
{
    static const char *const compared[] = { "clauses", "in_force" };
    if (same_tree(was->root, now->root))
        return;
    const struct node *other = other_difference(now->root, was->root, compared, 2);
    if (other)
        add_reason(c, now->file, "changed:", other->key);
    const struct node *term = node_get(now->root, "in_force");
    const struct node *before = node_get(was->root, "in_force");
    if (!ends_no_later(term, before))
        add_reason(c, now->file, "not only ended earlier:", SLICE("in_force"));
    else if (!same_tree(term, before) && has_obligations(was->root))
        add_reason(c, now->file, "its obligations end earlier:", SLICE("in_force"));
    compare_clauses(c, now->file, node_get(was->root, "clauses"), node_get(now->root, "clauses"));
}

/* ---- lists of files ---- */

struct pack_trees {
    struct pack_tree *list;
    size_t count;
};

static bool lies_below(const char *name, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(name, folder, n) == 0 && name[n] == '/';
}

static struct pack_trees trees_of(struct comparing *c, const struct pack *p, const char *folder)
{
    struct pack_trees out = { ARENA_ARRAY(c->a, p->file_count + 1, struct pack_tree), 0 };
    if (!out.list)
        c->failed = !err_memory(c->e);
    for (size_t i = 0; out.list && i < p->file_count; i++)
        if (lies_below(p->files[i].name, folder))
            out.list[out.count++] =
                (struct pack_tree){ p->files[i].name, tree_of(c, &p->files[i]) };
    return out;
}

static const struct pack_tree *agreement_of(const struct pack_trees *p, const struct node *like)
{
    for (size_t i = 0; i < p->count; i++)
        if (same_tree(node_get(p->list[i].root, "agreement"), node_get(like, "agreement")) &&
            same_tree(node_get(p->list[i].root, "version"), node_get(like, "version")))
            return &p->list[i];
    return NULL;
}

/* Whether the agreement has another version: it was superseded by the one that is gone, and may
 * come into force again. */
static bool has_another_version(const struct pack_trees *p, const struct node *gone)
{
    for (size_t i = 0; i < p->count; i++)
        if (same_tree(node_get(p->list[i].root, "agreement"), node_get(gone, "agreement")))
            return true;
    return false;
}

static void compare_agreements(struct comparing *c)
{
    struct pack_trees was = trees_of(c, c->before, "agreements");
    struct pack_trees now = trees_of(c, c->after, "agreements");
    for (size_t i = 0; i < now.count && !c->failed; i++) {
        const struct pack_tree *old = agreement_of(&was, now.list[i].root);
        if (old)
            compare_agreement(c, old, &now.list[i]);
        else
            add_reason(c, now.list[i].file, "a new agreement or version", SLICE(""));
    }
    for (size_t i = 0; i < was.count && !c->failed; i++) {
        const struct pack_tree *gone = &was.list[i];
        if (agreement_of(&now, gone->root))
            continue;
        if (has_another_version(&now, gone->root))
            add_reason(c, gone->file, "gone: another version may come into force again", SLICE(""));
        else if (has_obligations(gone->root))
            add_reason(c, gone->file, "gone with its obligations", SLICE(""));
    }
}

/* An extension that is gone makes its agreement end earlier, and its obligations with it. */
static void compare_extensions(struct comparing *c)
{
    struct pack_trees was = trees_of(c, c->before, "agreements");
    struct pack_trees orders = trees_of(c, c->before, "extensions");
    for (size_t i = 0; i < orders.count && !c->failed; i++) {
        const struct pack_tree *gone = &orders.list[i];
        const struct pack_tree *of = agreement_of(&was, gone->root);
        if (!pack_file_named(c->after, gone->file) && of && has_obligations(of->root))
            add_reason(c, gone->file, "gone, and obligations with it", SLICE(""));
    }
}

static const struct node *prohibition_of(const struct pack_trees *p, struct slice id)
{
    const struct node *found = NULL;
    for (size_t i = 0; i < p->count && !found; i++)
        found = item_with(node_get(p->list[i].root, "prohibitions"), "id", id);
    return found;
}

static void compare_prohibitions(struct comparing *c)
{
    struct pack_trees was = trees_of(c, c->before, "prohibitions");
    struct pack_trees now = trees_of(c, c->after, "prohibitions");
    for (size_t i = 0; i < was.count && !c->failed; i++) {
        const struct node *list = node_get(was.list[i].root, "prohibitions");
        for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
            const struct node *left = prohibition_of(&now, strict_text(n, "id"));
            if (!same_tree(n, left))
                add_reason(c, was.list[i].file, left ? "changed: prohibition" : "gone: prohibition",
                           strict_text(n, "id"));
        }
    }
}

/* Tells each file of a folder of one pack that the other lacks or has otherwise. */
static void compare_folder(struct comparing *c, const struct pack *of, const struct pack *in,
                           const char *folder, const char *what)
{
    for (size_t i = 0; i < of->file_count; i++) {
        const struct pack_file *f = &of->files[i];
        const struct pack_file *other = pack_file_named(in, f->name);
        if (lies_below(f->name, folder) && (!other || !hash_equal(other->hash, f->hash)))
            add_reason(c, f->name, what, SLICE(""));
    }
}

static void compare_file(struct comparing *c, const char *name)
{
    const struct pack_file *was = pack_file_named(c->before, name);
    const struct pack_file *now = pack_file_named(c->after, name);
    if (!same_tree(tree_of(c, was), tree_of(c, now)))
        add_reason(c, name, "changed", SLICE(""));
}

bool pack_widens(struct arena *a, const struct catalogue *schemas, const struct pack *before,
                 const struct pack *after, const struct widening **out, struct err *e)
{
    static const char *const whole[] = { "region.yaml", "facts.yaml", "aliases.yaml" };
    struct comparing c = { .a = a, .catalogue = schemas, .before = before, .after = after, .e = e };
    c.last = &c.first;
    if (before) {
        for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
            compare_file(&c, whole[i]);
        compare_agreements(&c);
        compare_extensions(&c);
        compare_prohibitions(&c);
        compare_folder(&c, after, before, "extensions", "a new or changed extension");
        compare_folder(&c, before, after, "stops", "gone or changed: a stop");
        compare_folder(&c, after, before, "schemas", "a new or changed schema");
        compare_folder(&c, before, after, "schemas", "a schema that is gone or changed");
    } else {
        add_reason(&c, "region.yaml", "the first bundle", SLICE(""));
    }
    *out = c.first;
    return !c.failed;
}

/* ---- approvals ---- */

/* Whether an agreement that loses its approval takes more with it than what it releases: its
 * obligations, or its place before another version. */
static bool takes_more_with_it(const struct bundle *b, size_t agreement)
{
    const struct agreement *g = &b->agreements[agreement];
    for (size_t i = 0; i < b->clause_count; i++)
        if (b->clauses[i].agreement == agreement && b->clauses[i].has_obligations)
            return true;
    for (size_t i = 0; i < b->agreement_count; i++)
        if (i != agreement && slice_equal(b->agreements[i].name, g->name))
            return true;
    return false;
}

bool pack_approvals_widen(const struct bundle *before, const struct bundle *after)
{
    for (size_t i = 0; i < after->agreement_count; i++) {
        const struct agreement *now = &after->agreements[i];
        const struct agreement *was = bundle_agreement(before, now->name, now->version);
        if (!was)
            continue; /* new: pack_widens says so */
        bool is_newly_approved = now->approved && !was->approved;
        bool is_disapproved = was->approved && !now->approved;
        bool ends_later = now->until_ms > was->until_ms;
        if (is_newly_approved || ends_later)
            return true;
        if (is_disapproved && takes_more_with_it(after, i))
            return true;
    }
    return false;
}
