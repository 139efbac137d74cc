/* way_back_deliveries.c - what deliveries have set aside, or cannot get rid of. */
#include "commands/way_back.h"

#include "control/way_back_read.h"
#include "delivery/asides.h"
#include "host/say.h"
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

static bool each(const struct site *s, size_t i, struct slice id,
                 bool (*one)(void *ctx, const struct aside *a), void *ctx, struct err *e)
{
    return delivery_asides_each(s->deliveries[i].database, id, one, ctx, e);
}

static bool alone(const struct site *s, size_t i, const struct way_back *w, uint64_t *done,
                  struct err *e)
{
    return delivery_take_back_alone(s->deliveries[i].database, w, done, e);
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
    if (!plain)
        way_back_mask_record(&c->arena, tree);
    buf_init(&text, (size_t)16 << 20);
    node_to_json_pretty(tree, &text);
    say_lines(stdout, buf_slice(&text));
    say("\n");
    buf_release(&text);
    return true;
}

const struct way_back_room way_back_deliveries = {
    .word = WAY_BACK_DELIVERIES,
    .what = "disclosure",
    .said = "answered",
    .count = count,
    .name = name,
    .file = file,
    .each = each,
    .alone = alone,
    .show = show,
};
