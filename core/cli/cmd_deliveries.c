/* cmd_deliveries.c - concordat deliveries SITE list|show|again|drop: what has not gone, and what
 * becomes of it by a named person's word. Whatever goes again goes through the door. */
#include "cli/way_back.h"

#include <stdio.h>

#include "delivery/asides.h"
#include "record/record_json.h"
#include "record/wire.h"

static size_t count(const struct site *s)
{
    return s->delivery_count;
}

static const char *name(const struct site *s, size_t i)
{
    return s->deliveries[i].name;
}

static const char *file(const struct site *s, size_t i)
{
    return s->deliveries[i].database;
}

/* What says which record it is, and nothing of the person. */
static bool is_open(struct slice key)
{
    static const char *const open[] = { "id", "type", "kind", "action", "original", "agreement",
                                        "agreement_version", "clause" };
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        if (slice_equal_text(key, open[i]))
            return true;
    return false;
}

static void mask(struct arena *a, struct node *n)
{
    if (n->kind == NODE_TEXT)
        n->text = way_back_masked(a, n->text, false);
    for (struct node *child = n->first; child; child = child->next)
        mask(a, child);
}

static void mask_header(struct arena *a, struct node *header)
{
    for (struct node *n = header->first; n; n = n->next)
        if (!is_open(n->key))
            mask(a, n);
}

/* As it was routed; the door may take something out of it yet. */
static bool show(struct cli *c, const struct site *s, size_t i, const struct aside *d, bool plain,
                 struct err *e)
{
    uint64_t fingerprint;
    struct slice body;
    struct view v;
    struct node *tree;
    struct buf text;
    (void)i;
    if (!wire_open(d->bytes, &fingerprint, &body, e))
        return false;
    const struct schema *schema = catalogue_fingerprint(s->catalogue, fingerprint);
    if (!schema)
        return err_set(e, ERR_REJECT, "delivery.schema", 0, "cannot show it: unknown schema");
    if (!plan_view(schema->plan, &c->arena, arena_copy(&c->arena, body), &v, e) ||
        !record_to_tree(&v, &c->arena, false, &tree, e))
        return false;
    for (struct node *part = tree->first; part && !plain; part = part->next)
        if (slice_equal_text(part->key, "header"))
            mask_header(&c->arena, part);
        else
            mask(&c->arena, part);
    buf_init(&text, (size_t)16 << 20);
    node_to_json_pretty(tree, &text);
    printf("%.*s\n", (int)text.n, (const char *)text.p);
    buf_release(&text);
    return true;
}

const struct way_back_room way_back_deliveries = {
    .word = "deliveries",
    .what = "disclosure",
    .count = count,
    .name = name,
    .file = file,
    .each = delivery_asides_each,
    .alone = delivery_take_back_alone,
    .show = show,
};

int cmd_deliveries(struct cli *c, int argc, char **argv)
{
    return way_back_command(c, &way_back_deliveries, argc, argv);
}
