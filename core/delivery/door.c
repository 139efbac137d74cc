/* door.c - the check just before a disclosure leaves. */
#include "delivery/door.h"

#include "record/wire.h"

/* By the version that counts now, the highest approved one that has begun; and never by one that
 * was stopped, whichever counts. */
static bool is_in_force(const struct bundle *b, struct slice name, int64_t version, int64_t now_ms)
{
    const struct agreement *last = NULL;
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        if (!slice_equal(g->name, name))
            continue;
        if (g->version == version && now_ms >= g->stopped_ms)
            return false;
        if (g->approved && g->from_ms <= now_ms && (!last || g->version > last->version))
            last = g;
    }
    return last && agreement_in_force(last, now_ms);
}

static bool retracts(const struct view *v)
{
    return slice_equal_text(view_text_at(v, "header.action"), "retracts");
}

/* NULL: nothing stops it. */
static const char *stopped_by(const struct door_input *in, const struct view *v,
                              const struct notice_view *n)
{
    struct slice agreement = view_text_at(v, "header.agreement");
    if (retracts(v))
        return NULL;
    if (!in->maybe &&
        slice_is_one_of(view_text_at(v, "header.id"), n->cancelled, n->cancelled_count))
        return "delivery.cancelled";
    if (slice_is_one_of(agreement, n->stop, n->stop_count))
        return "delivery.stopped";
    int64_t version = view_long_at(v, "header.agreement_version");
    return is_in_force(in->bundle, agreement, version, in->now_ms) ? NULL
                                                                   : "delivery.agreement-ended";
}

/* What a notice withholds and agreements can release. A category that this door does not know
 * withholds all: cannot tell means no. */
static void find_withheld(const struct catalogue *c, const struct notice_view *n,
                          struct categories *out)
{
    struct categories fixed = { { 0 } };
    *out = (struct categories){ { 0 } };
    for (size_t i = 0; i < n->withhold_count; i++) {
        struct categories named = { { 0 } };
        if (!catalogue_categories(c, n->withhold[i], &named))
            for (unsigned k = 0; k < catalogue_category_count(c); k++)
                categories_add(&named, k);
        categories_join(out, &named);
    }
    categories_add(&fixed, catalogue_always(c));
    categories_add(&fixed, catalogue_never(c));
    categories_drop(out, &fixed);
}

/* Those of them that hold something in the record. */
static struct categories standing_of(const struct view *v, const struct categories *withheld)
{
    struct categories standing = { { 0 } };
    for (size_t i = 0; i < plan_slots(v->plan); i++)
        if (!view_is_null(v, i))
            categories_add(&standing, plan_slot_at(v->plan, i)->category);
    categories_keep(&standing, withheld);
    return standing;
}

/* header.cleared without the paths of what is withheld: naming a field says that it was there. */
static bool put_cleared(const struct view *v, const struct categories *withheld, struct arena *a,
                        struct buf *out, struct err *e)
{
    const struct slice *paths;
    size_t n, kept_count = 0;
    if (!view_strings(v, (size_t)plan_header(v->plan)->cleared, a, &paths, &n, e))
        return false;
    struct slice *kept = ARENA_ARRAY(a, n + 1, struct slice);
    if (!kept)
        return err_memory(e);
    for (size_t i = 0; i < n; i++) {
        int at = plan_field(v->plan, paths[i]);
        if (at >= 0 && !categories_has(withheld, plan_slot_at(v->plan, (size_t)at)->category))
            kept[kept_count++] = paths[i];
    }
    if (kept_count)
        avro_put_long(out, (int64_t)kept_count);
    for (size_t i = 0; i < kept_count; i++)
        avro_put_text(out, kept[i]);
    avro_put_long(out, 0);
    return true;
}

/* The framed record without what is withheld; tell empty: header.notice stays as it was. */
static bool project(const struct view *v, const struct categories *withheld, struct slice tell,
                    struct arena *a, struct buf *work, struct slice *out, struct err *e)
{
    const struct header_slots *h = plan_header(v->plan);
    struct categories released = { { 0 } };
    struct replacement r[2];
    size_t n = 0;
    for (size_t i = 0; i < plan_slots(v->plan); i++)
        categories_add(&released, plan_slot_at(v->plan, i)->category);
    categories_drop(&released, withheld);
    buf_reset(work);
    if (!put_cleared(v, withheld, a, work, e))
        return false;
    r[n++] = (struct replacement){ (size_t)h->cleared, arena_copy(a, buf_slice(work)) };
    buf_reset(work);
    avro_put_opt_text(work, tell);
    if (tell.n)
        r[n++] = (struct replacement){ (size_t)h->notice, arena_copy(a, buf_slice(work)) };
    if (!r[0].encoded.p || !r[n - 1].encoded.p)
        return err_memory(e);
    buf_reset(work);
    wire_put_header(work, plan_fingerprint(v->plan));
    plan_project(v, plan_categories(v->plan), &released, r, n, work);
    if (!buf_done(work, e))
        return false;
    *out = arena_copy(a, buf_slice(work));
    return out->p ? true : err_memory(e);
}

static bool reduce(const struct door_input *in, const struct notice_view *notice, struct arena *a,
                   struct buf *work, struct door_verdict *out, struct err *e)
{
    struct categories withheld, could, left;
    struct slice framed;
    find_withheld(in->bundle->catalogue, notice, &withheld);
    judge_releasable(in->bundle, &out->view, in->to, &could);
    left = could;
    categories_drop(&left, &withheld);
    if (!categories_is_empty(&could) && categories_is_empty(&left)) {
        out->way = DOOR_STOP;
        out->code = "delivery.nothing-left";
        out->removed = standing_of(&out->view, &withheld);
        return true;
    }
    categories_keep(&could, &withheld);
    struct slice tell = categories_is_empty(&could) ? (struct slice){ 0 } : notice->tell;
    if (!project(&out->view, &withheld, tell, a, work, &framed, e))
        return false;
    if (slice_equal(framed, in->framed))
        return true;
    out->way = DOOR_REDUCE;
    out->removed = standing_of(&out->view, &withheld);
    out->framed = framed;
    out->bytes = slice_from(framed, WIRE_HEADER_BYTES);
    return plan_view(out->view.plan, a, out->bytes, &out->view, e);
}

static bool read_notice(const struct door_input *in, struct arena *a, struct notice_view *out,
                        struct err *e)
{
    struct err why = { 0 };
    *out = (struct notice_view){ 0 };
    if (!in->notice.n || notice_read(in->bundle->catalogue, a, in->notice, out, &why))
        return true;
    return err_set(e, ERR_RETRY, "delivery.notice", why.at,
                   "cannot let it leave: the notice about its subject cannot be read (%s)",
                   why.code);
}

bool door_check(const struct door_input *in, struct arena *a, struct buf *work,
                struct door_verdict *out, struct err *e)
{
    uint64_t fingerprint;
    struct notice_view notice;
    *out = (struct door_verdict){ .way = DOOR_PASS, .framed = in->framed };
    if (!wire_open(in->framed, &fingerprint, &out->bytes, e))
        return false;
    const struct schema *s = catalogue_fingerprint(in->bundle->catalogue, fingerprint);
    if (!s || !plan_header(s->plan))
        return err_set(e, ERR_REJECT, "delivery.schema", 2,
                       "cannot read a disclosure: unknown schema");
    if (!plan_view(s->plan, a, out->bytes, &out->view, e) || !read_notice(in, a, &notice, e))
        return false;
    out->code = stopped_by(in, &out->view, &notice);
    if (out->code)
        out->way = DOOR_STOP;
    if (out->code || retracts(&out->view) || !notice.withhold_count)
        return true;
    return reduce(in, &notice, a, work, out, e);
}
