/* load_try.c - a made-up record through an out mapping while it is loaded. */
#include "mapping/inside.h"

#define SCRATCH_MAX ((size_t)16 << 20)
#define MADE_MS INT64_C(1770129005000) /* 2026-02-03T14:30:05Z */

static const struct slice made_text = SLICE_INIT("2026-02-03");

static bool try_make_body(const struct plan *plan, struct arena *a, const struct slice *kind,
                          struct slice action, struct slice *out, struct err *e);

static bool try_make_list(struct build *b, size_t at, struct arena *a, struct err *e)
{
    const struct slot *s = plan_slot_at(b->plan, at);
    struct slice one = s->vocabulary_count ? s->vocabulary[0] : made_text;
    if (!s->item)
        return build_strings(b, at, &one, 1, e);
    return try_make_body(s->item, a, NULL, made_text, &one, e) && build_items(b, at, &one, 1, e);
}

static bool try_make_slot(struct build *b, size_t at, struct arena *a, struct err *e)
{
    const struct slot *s = plan_slot_at(b->plan, at);
    switch (s->type) {
    case SLOT_BOOLEAN:
        return build_bool(b, at, true, e);
    case SLOT_INT:
        return build_long(b, at, 1, e);
    case SLOT_LONG:
        return build_long(b, at, s->is_time_ms ? MADE_MS : 1, e);
    case SLOT_DOUBLE:
        return build_double(b, at, 1.5, e);
    case SLOT_ENUM:
        return build_text(b, at, s->symbols[0], e);
    case SLOT_STRING:
        return build_text(b, at, s->vocabulary_count ? s->vocabulary[0] : made_text, e);
    case SLOT_ARRAY:
        return try_make_list(b, at, a, e);
    default:
        return true; /* of bytes no mapping writes any */
    }
}

/* kind NULL: an item of a list. */
static bool try_make_body(const struct plan *plan, struct arena *a, const struct slice *kind,
                          struct slice action, struct slice *out, struct err *e)
{
    struct build b;
    struct buf body;
    const struct header_slots *h = kind ? plan_header(plan) : NULL;
    if (!build_init(&b, plan, a, e))
        return false;
    for (size_t i = 0; i < plan_slots(plan); i++) {
        bool is_cleared = h && (int)i == h->cleared;
        if (!is_cleared && !try_make_slot(&b, i, a, e))
            return false;
    }
    if (h) {
        if (!build_text(&b, (size_t)h->type, slice_text(plan_name(plan)), e))
            return false;
        if (!build_text(&b, (size_t)h->kind, *kind, e))
            return false;
        if (!build_text(&b, (size_t)h->action, action, e))
            return false;
    }
    buf_init(&body, SCRATCH_MAX);
    bool good = build_done(&b, &body, e);
    *out = good ? arena_copy(a, buf_slice(&body)) : (struct slice){ NULL, 0 };
    buf_release(&body);
    return good && (out->p || err_memory(e));
}

static bool try_one(struct loader *l, const struct out_rule *r, struct arena *a,
                    const struct slice *kind, struct slice action, struct err *e)
{
    const struct mapping_own own = { made_text, MADE_MS };
    struct out_run run = { .m = l->m, .a = a, .own = &own, .is_trial = true };
    struct slice body;
    struct view v;
    struct node *tree = NULL;
    struct buf out;
    if (!try_make_body(r->schema->plan, a, kind, action, &body, e) ||
        !plan_view(r->schema->plan, a, body, &v, e))
        return false;
    run.v = &v;
    if (!out_by(&run, r, &tree, e))
        return false;
    buf_init(&out, SCRATCH_MAX);
    bool good = l->m->format->render(tree, &l->m->options, SLICE("aaaabbbbccccddddeeee"), &out, e);
    buf_release(&out);
    return good;
}

/* The line of the path that the sentence quotes; the rule's own where it quotes none. */
static const struct node *try_place(const struct out_rule *r, const struct node *common,
                                    const char *text)
{
    const char *open = strchr(text, '\''), *close = open ? strchr(open + 1, '\'') : NULL;
    const struct node *maps[] = { strict_member(r->node, "fields", NODE_MAP), common };
    for (size_t i = 0; close && i < 2; i++) {
        struct slice path = slice_of(open + 1, (size_t)(close - open - 1));
        const struct node *n = maps[i] ? node_get_slice(maps[i], path) : NULL;
        if (n)
            return n;
    }
    return r->node;
}

/* Tries one kind in each action of the rule, until one fails. */
static void try_kind(struct loader *l, const struct out_rule *r, const struct node *common,
                     struct arena *a, struct slice kind, struct err *e)
{
    static const struct slice actions[] = { SLICE_INIT("asserts"), SLICE_INIT("replaces"),
                                            SLICE_INIT("retracts") };
    for (size_t i = 0; i < 3; i++) {
        if (!((r->actions >> i) & 1))
            continue;
        arena_reset(a);
        if (!try_one(l, r, a, &kind, actions[i], e)) {
            strict_say(&l->reader, try_place(r, common, e->text), "map.render",
                       "no %.*s.%.*s could be written: %s", SHOWN(r->schema->name), (int)kind.n,
                       (const char *)kind.p, e->text);
            return;
        }
    }
}

void load_try(struct loader *l, const struct out_rule *r, const struct node *common)
{
    struct arena a;
    struct err e = { .fate = ERR_NONE };
    arena_init(&a, SCRATCH_MAX);
    for (size_t k = 0; e.fate == ERR_NONE && k < r->schema->kind_count && k < 64; k++)
        if ((r->kinds >> k) & 1)
            try_kind(l, r, common, &a, r->schema->kinds[k], &e);
    arena_release(&a);
}
