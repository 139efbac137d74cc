/* door.c - the check just before a disclosure leaves. */
#include "delivery/door.h"

#include "record/wire.h"

static bool any_text(const struct slice *list, size_t n, struct slice wanted)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(list[i], wanted))
            return true;
    return false;
}

static bool is_in_force(const struct bundle *b, struct slice name, int64_t now_ms)
{
    for (size_t i = 0; i < b->agreement_count; i++)
        if (slice_equal(b->agreements[i].name, name) &&
            agreement_in_force(&b->agreements[i], now_ms))
            return true;
    return false;
}

/* NULL: nothing stops it. */
static const char *stopped_by(const struct door_input *in, const struct view *v,
                              const struct notice_view *n)
{
    struct slice agreement = view_text_at(v, "header.agreement");
    if (any_text(n->cancelled, n->cancelled_count, view_text_at(v, "header.id")))
        return "delivery.cancelled";
    if (slice_equal_text(view_text_at(v, "header.action"), "retracts"))
        return NULL;
    if (any_text(n->stop, n->stop_count, agreement))
        return "delivery.stopped";
    return is_in_force(in->bundle, agreement, in->now_ms) ? NULL : "delivery.agreement-ended";
}

/* The categories that stand in the record and are to go. A category that this door does not know removes all:
 * cannot tell means no. */
static void find_removed(const struct door_input *in, const struct view *v,
                         const struct notice_view *n, struct categories *removed)
{
    struct categories withheld = { { 0 } }, standing = { { 0 } };
    for (size_t i = 0; i < n->withhold_count; i++)
        if (!catalogue_categories(in->bundle->catalogue, n->withhold[i], &withheld))
            for (unsigned c = 0; c < catalogue_category_count(in->bundle->catalogue); c++)
                categories_add(&withheld, c);
    for (size_t i = 0; i < plan_slots(v->plan); i++)
        if (!view_is_null(v, i))
            categories_add(&standing, plan_slot_at(v->plan, i)->category);
    struct categories fixed = { { 0 } };
    categories_add(&fixed, catalogue_always(in->bundle->catalogue));
    categories_add(&fixed, catalogue_never(in->bundle->catalogue));
    categories_drop(&withheld, &fixed);
    categories_keep(&standing, &withheld);
    *removed = standing;
}

/* header.cleared without the paths of what is removed: naming a field says that it was there. */
static bool reduced_cleared(const struct view *v, int slot, const struct categories *removed,
                            struct arena *a, struct buf *out, struct err *e)
{
    const struct slice *paths;
    struct slice *kept;
    size_t n, kept_count = 0;
    if (!view_strings(v, (size_t)slot, a, &paths, &n, e))
        return false;
    kept = ARENA_ARRAY(a, n + 1, struct slice);
    if (!kept)
        return err_memory(e);
    for (size_t i = 0; i < n; i++) {
        int at = plan_slot(v->plan, paths[i]);
        if (at >= 0 && !categories_has(removed, plan_slot_at(v->plan, (size_t)at)->category))
            kept[kept_count++] = paths[i];
    }
    if (kept_count) {
        avro_put_long(out, (int64_t)kept_count);
        for (size_t i = 0; i < kept_count; i++)
            avro_put_text(out, kept[i]);
    }
    avro_put_long(out, 0);
    return true;
}

static bool reduce(const struct door_input *in, struct slice tell, struct arena *a,
                   struct buf *work, struct door_verdict *out, struct err *e)
{
    const struct header_slots *h = plan_header(out->view.plan);
    struct categories released;
    struct replacement r[2];
    size_t n = 0;
    schema_categories(catalogue_named(in->bundle->catalogue,
                                      slice_text(plan_name(out->view.plan))), &released);
    categories_drop(&released, &out->removed);
    buf_reset(work);
    if (!reduced_cleared(&out->view, h->cleared, &out->removed, a, work, e))
        return false;
    r[n++] = (struct replacement){ (size_t)h->cleared, arena_copy(a, buf_slice(work)) };
    if (tell.n) {
        buf_reset(work);
        avro_put_opt_text(work, tell);
        r[n++] = (struct replacement){ (size_t)h->notice, arena_copy(a, buf_slice(work)) };
    }
    buf_reset(work);
    wire_put_header(work, plan_fingerprint(out->view.plan));
    plan_project(&out->view, &released, r, n, work);
    if (!buf_done(work, e))
        return false;
    out->framed = arena_copy(a, buf_slice(work));
    if (!out->framed.p)
        return err_memory(e);
    out->bytes = slice_from(out->framed, WIRE_HEADER_BYTES);
    return plan_view(out->view.plan, a, out->bytes, &out->view, e);
}

bool door_check(const struct door_input *in, struct arena *a, struct buf *work,
                struct door_verdict *out, struct err *e)
{
    uint64_t fingerprint;
    struct notice_view notice = { 0 };
    *out = (struct door_verdict){ .way = DOOR_PASS, .framed = in->framed };
    if (!wire_open(in->framed, &fingerprint, &out->bytes, e))
        return false;
    const struct schema *s = catalogue_fingerprint(in->bundle->catalogue, fingerprint);
    if (!s || !plan_header(s->plan))
        return err_set(e, ERR_FATAL, "delivery.schema", 0, "cannot read a disclosure: unknown schema");
    if (!plan_view(s->plan, a, out->bytes, &out->view, e) ||
        (in->notice.n && !notice_read(in->bundle->catalogue, a, in->notice, &notice, e)))
        return false;
    out->code = stopped_by(in, &out->view, &notice);
    if (out->code) {
        out->way = DOOR_STOP;
        return true;
    }
    find_removed(in, &out->view, &notice, &out->removed);
    if (categories_is_empty(&out->removed))
        return true;
    out->way = DOOR_REDUCE;
    return reduce(in, notice.tell, a, work, out, e);
}
