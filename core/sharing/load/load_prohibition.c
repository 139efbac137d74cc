/* load_prohibition.c - the prohibitions of the region. */
#include "sharing/load/load.h"

/* Without "share" a prohibition is for every type that can be disclosed. */
static void load_prohibited_kinds(struct loader *l, const struct node *n, bool *schemas,
                                  struct prohibition *p)
{
    const struct node *share = node_get(n, "share");
    const struct catalogue *c = l->bundle->catalogue;
    if (share) {
        (void)load_kinds(l, share, &p->kinds, &p->kind_count, schemas);
        return;
    }
    p->is_for_all_kinds = true;
    for (size_t i = 0; i < catalogue_count(c); i++)
        schemas[i] = !catalogue_at(c, i)->internal && catalogue_at(c, i)->disclosable;
}

/* Services of the region; all of them where nothing is said. */
static void load_sides(struct loader *l, const struct node *n, struct services *out)
{
    if (n)
        load_services(l, n, NULL, out);
    else
        memset(out, 0xff, sizeof *out);
}

/* Audits tell a reason of its own where all else reads "prohibited". */
static void load_reason(struct loader *l, const struct node *n, struct prohibition *p)
{
    const struct node *code = strict_member(n, "reason", NODE_TEXT);
    const struct choices_at reasons = choices_of_protected_reasons();
    p->reason = REASON_PROHIBITED;
    if (!code)
        return;
    if (!p->is_protected)
        (void)strict_say(&l->reader, code, "bundle.reason",
                         "'reason' is for a protected prohibition only: leave it out, since "
                         "recipients of others are told its name");
    if (!reason_protected(code->text, &p->reason))
        (void)strict_unknown(&l->reader, code, "bundle.reason", "protected reason", code->text,
                             &reasons);
}

static void load_prohibition(struct loader *l, const struct node *n, struct prohibition *p)
{
    bool *schemas = ARENA_ARRAY(l->reader.arena, catalogue_count(l->bundle->catalogue), bool);
    struct when_scope scope;
    if (!schemas) {
        (void)strict_memory(&l->reader);
        return;
    }
    strict_keys(&l->reader, n, &load_keys_prohibition);
    p->id = load_id(l, n, "id");
    p->tell = strict_text(n, "tell");
    p->source = strict_text(n, "source");
    p->file = n->file;
    p->line = n->line;
    p->column = n->column;
    load_prohibited_kinds(l, n, schemas, p);
    load_named(l, node_get(n, "withhold"), &(struct load_types){ schemas, false }, &p->withhold);
    load_sides(l, node_get(n, "from"), &p->from);
    load_sides(l, node_get(n, "to"), &p->to);
    p->is_protected = slice_equal_text(strict_text(n, "protected"), "true");
    if (p->is_protected && p->tell.n)
        (void)strict_say(&l->reader, node_get(n, "tell"), "bundle.tell",
                         "'tell' does not fit a protected prohibition, which tells nobody that it "
                         "acts: leave it out");
    load_reason(l, n, p);
    load_scope(l, schemas, &scope);
    p->when = load_when(l, node_get(n, "when"), &scope);
}

void load_prohibitions(struct loader *l, const struct node *root)
{
    struct bundle *b = l->bundle;
    strict_keys(&l->reader, root, &load_keys_prohibitions);
    const struct node *list = strict_member(root, "prohibitions", NODE_LIST);
    for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
        struct prohibition *grown =
            arena_grow(l->reader.arena, l->prohibitions, &l->prohibition_room, b->prohibition_count,
                       sizeof *grown);
        if (!grown) {
            (void)strict_memory(&l->reader);
            return;
        }
        b->prohibitions = l->prohibitions = grown;
        struct prohibition *p = &grown[b->prohibition_count];
        *p = (struct prohibition){ .id = { 0 } };
        load_prohibition(l, n, p);
        for (size_t i = 0; i < b->prohibition_count; i++)
            if (slice_equal(grown[i].id, p->id))
                (void)strict_say(&l->reader, n, "bundle.duplicate",
                                 "prohibition '%.*s' is also in '%s'", SHOWN(p->id), grown[i].file);
        b->prohibition_count++;
    }
}
