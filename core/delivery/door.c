/* door.c - the check just before a disclosure leaves. */
#include "delivery/door.h"

#include "record/wire.h"
#include "sharing/judge/notice.h"

/* Whether the agreement is in force, by its highest approved version that has begun. A version
 * that was stopped is not in force, whichever counts. */
static bool is_in_force(const struct bundle *b, struct slice name, int64_t version, int64_t now_ms)
{
    const struct agreement *last = NULL;
    for (size_t i = 0; i < b->agreement_count; i++) {
        const struct agreement *g = &b->agreements[i];
        if (!slice_equal(g->name, name))
            continue;
        if (g->version == version && now_ms >= g->stopped_ms)
            return false;
        bool has_begun = g->approved && g->from_ms <= now_ms;
        if (has_begun && (!last || g->version > last->version))
            last = g;
    }
    return last && agreement_in_force(last, now_ms);
}

static bool is_retraction(const struct view *v)
{
    return slice_equal_text(view_text_at(v, "header.action"), "retracts");
}

/* Whether the notice cancels that disclosure. One that may have arrived is sent again before its
 * retraction, unless it waited in doubt and is withdrawn. */
static bool door_is_cancelled(const struct door_input *in, struct slice id,
                              const struct notice_view *n)
{
    if (!slice_is_one_of(id, n->cancelled, n->cancelled_count))
        return false;
    return !in->maybe || slice_is_one_of(id, n->waiting, n->waiting_count);
}

/* NULL: nothing stops it. */
static const char *stopped_by(const struct door_input *in, const struct view *v,
                              const struct notice_view *n)
{
    struct slice agreement = view_text_at(v, "header.agreement");
    if (is_retraction(v))
        return NULL;
    if (door_is_cancelled(in, view_text_at(v, "header.id"), n))
        return "delivery.cancelled";
    if (slice_is_one_of(agreement, n->stop, n->stop_count))
        return "delivery.stopped";
    int64_t version = view_long_at(v, "header.agreement_version");
    if (!is_in_force(in->bundle, agreement, version, in->now_ms))
        return "delivery.agreement-ended";
    return NULL;
}

/* ---- what is withheld ----
 *
 * Slot by slot: the notice may come from another bundle than the one in force here, which carves
 * other fields out of its categories. */

struct reduction {
    const struct catalogue *catalogue;
    struct arena *arena;
    struct buf *work;
    const struct view *view;
    bool *withheld; /* by slot */
};

/* "X except Y" withholds all of X. */
static struct slice without_exception(struct slice name)
{
    static const struct slice except = SLICE_INIT(" except ");
    for (size_t i = 0; i + except.n <= name.n; i++)
        if (slice_starts(slice_from(name, i), except))
            return slice_head(name, i);
    return name;
}

static bool is_field(const struct catalogue *c, struct slice path)
{
    for (size_t i = 0; i < catalogue_count(c); i++)
        if (plan_field(catalogue_at(c, i)->plan, path) >= 0)
            return true;
    return false;
}

/* Withholds the slots of a category, or the field of a path. A name that this door does not know
 * withholds all slots: cannot tell means no. */
static void door_withhold(const struct reduction *r, struct slice name)
{
    const struct plan *p = r->view->plan;
    struct categories named = { { 0 } };
    struct slice path;
    bool is_category = !catalogue_field(name, &path) &&
                       catalogue_categories(r->catalogue, without_exception(name), &named);
    bool is_all = !is_category && !is_field(r->catalogue, path);
    int field = is_category ? -1 : plan_field(p, path);
    for (size_t i = 0; i < plan_slots(p); i++) {
        bool is_named = (int)i == field || categories_has(&named, plan_categories(p)[i]);
        if (is_all || is_named)
            r->withheld[i] = true;
    }
}

/* What the notice withholds and agreements can release. */
static bool door_find_withheld(struct reduction *r, const struct notice_view *n)
{
    const struct catalogue *c = r->catalogue;
    const struct plan *p = r->view->plan;
    r->withheld = ARENA_ARRAY(r->arena, plan_slots(p) + 1, bool);
    if (!r->withheld)
        return false;
    for (size_t i = 0; i < n->withhold_count; i++)
        door_withhold(r, n->withhold[i]);
    for (size_t i = 0; i < plan_slots(p); i++) {
        unsigned category = plan_categories(p)[i];
        if (category == catalogue_always(c) || category == catalogue_never(c))
            r->withheld[i] = false;
    }
    return true;
}

/* Names what of the category was taken out: the category when all of it is withheld, else each
 * field. Only fields that held something are named. */
static size_t name_category(const struct reduction *r, unsigned category, struct slice *list)
{
    const struct plan *p = r->view->plan;
    bool all = true;
    size_t n = 0;
    for (size_t i = 0; i < plan_slots(p); i++) {
        if (plan_categories(p)[i] != category)
            continue;
        if (!r->withheld[i])
            all = false;
        else if (!view_is_null(r->view, i))
            list[n++] =
                catalogue_field_name(r->catalogue, r->arena, plan_bare(plan_slot_at(p, i)->path));
    }
    if (n == 0 || !all)
        return n;
    list[0] = catalogue_category(r->catalogue, category);
    return 1;
}

static bool name_removed(const struct reduction *r, struct door_verdict *out)
{
    struct slice *list = ARENA_ARRAY(r->arena, plan_slots(r->view->plan) + 1, struct slice);
    for (unsigned i = 0; list && i < catalogue_category_count(r->catalogue); i++)
        out->removed_count += name_category(r, i, list + out->removed_count);
    out->removed = list;
    return list != NULL;
}

/* header.cleared without the paths of withheld fields: to name a field is to say that it was
 * there. */
static bool door_put_cleared(const struct reduction *r, struct err *e)
{
    const struct view *v = r->view;
    const struct slice *paths;
    size_t n, kept_count = 0;
    if (!view_strings(v, (size_t)plan_header(v->plan)->cleared, r->arena, &paths, &n, e))
        return false;
    struct slice *kept = ARENA_ARRAY(r->arena, n + 1, struct slice);
    if (!kept)
        return err_memory(e);
    for (size_t i = 0; i < n; i++) {
        int at = plan_field(v->plan, paths[i]);
        if (at >= 0 && !r->withheld[at])
            kept[kept_count++] = paths[i];
    }
    if (kept_count)
        avro_put_long(r->work, (int64_t)kept_count);
    for (size_t i = 0; i < kept_count; i++)
        avro_put_text(r->work, kept[i]);
    avro_put_long(r->work, 0);
    return true;
}

/* Two portions will do: what is withheld, and all else. */
static const uint8_t *two_portions(const struct reduction *r)
{
    size_t n = plan_slots(r->view->plan);
    uint8_t *portions = ARENA_ARRAY(r->arena, n + 1, uint8_t);
    for (size_t i = 0; portions && i < n; i++)
        portions[i] = (uint8_t)(r->withheld[i] ? catalogue_never(r->catalogue)
                                               : catalogue_always(r->catalogue));
    return portions;
}

/* The framed record without what is withheld; tell empty: header.notice stays as it was. */
static bool door_project(const struct reduction *r, struct slice tell, struct slice *out,
                         struct err *e)
{
    const struct plan *p = r->view->plan;
    const uint8_t *portions = two_portions(r);
    struct categories all_else = { { 0 } };
    struct replacement made[2];
    size_t n = 0;
    categories_add(&all_else, catalogue_always(r->catalogue));
    buf_reset(r->work);
    if (!door_put_cleared(r, e))
        return false;
    made[n++] = (struct replacement){ (size_t)plan_header(p)->cleared,
                                      arena_copy(r->arena, buf_slice(r->work)) };
    buf_reset(r->work);
    avro_put_opt_text(r->work, tell);
    if (tell.n)
        made[n++] = (struct replacement){ (size_t)plan_header(p)->notice,
                                          arena_copy(r->arena, buf_slice(r->work)) };
    if (!portions || !made[0].encoded.p || !made[n - 1].encoded.p)
        return err_memory(e);
    buf_reset(r->work);
    wire_put_header(r->work, plan_fingerprint(p));
    plan_project(r->view, portions, &all_else, made, n, r->work);
    if (!buf_done(r->work, e))
        return false;
    *out = arena_copy(r->arena, buf_slice(r->work));
    return out->p ? true : err_memory(e);
}

/* Of the fields that clauses could release to this recipient, whatever they hold: *takes: some are
 * withheld, *leaves: some are left. */
static void door_weigh(const struct door_input *in, const struct reduction *r, bool *takes,
                       bool *leaves)
{
    const struct view *v = r->view;
    const struct schema *s = catalogue_fingerprint(r->catalogue, plan_fingerprint(v->plan));
    struct categories could;
    size_t schema = 0;
    judge_releasable(in->bundle, v, in->to, &could);
    *takes = *leaves = false;
    while (catalogue_at(r->catalogue, schema) != s)
        schema++;
    for (size_t i = 0; i < plan_slots(v->plan); i++) {
        if (!categories_has(&could, bundle_portion(in->bundle, schema, i)))
            continue;
        if (r->withheld[i])
            *takes = true;
        else
            *leaves = true;
    }
}

static bool door_reduce(const struct door_input *in, const struct notice_view *notice,
                        struct arena *a, struct buf *work, struct door_verdict *out, struct err *e)
{
    const struct view v = out->view;
    struct reduction r = {
        .catalogue = in->bundle->catalogue, .arena = a, .work = work, .view = &v
    };
    struct slice framed;
    bool takes, leaves;
    if (!door_find_withheld(&r, notice))
        return err_memory(e);
    door_weigh(in, &r, &takes, &leaves);
    if (takes && !leaves) {
        out->way = DOOR_STOP;
        out->code = "delivery.nothing-left";
        return name_removed(&r, out) || err_memory(e);
    }
    if (!door_project(&r, takes ? notice->tell : (struct slice){ 0 }, &framed, e))
        return false;
    if (slice_equal(framed, in->framed))
        return true;
    out->way = DOOR_REDUCE;
    out->framed = framed;
    out->bytes = slice_from(framed, WIRE_HEADER_BYTES);
    if (!name_removed(&r, out))
        return err_memory(e);
    return plan_view(v.plan, a, out->bytes, &out->view, e);
}

static bool read_notice(const struct door_input *in, struct arena *a, struct notice_view *out,
                        struct err *e)
{
    struct err why = { 0 };
    *out = (struct notice_view){ 0 };
    if (!in->notice.n || notice_read(in->bundle->catalogue, a, in->notice, out, &why))
        return true;
    return err_set(e, ERR_RETRY, "delivery.notice", why.at,
                   "the disclosure waits: the notice about its person cannot be read (%s)",
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
    if (!plan_view(s->plan, a, out->bytes, &out->view, e))
        return false;
    if (!read_notice(in, a, &notice, e))
        return false;
    out->code = stopped_by(in, &out->view, &notice);
    if (out->code) {
        out->way = DOOR_STOP;
        return true;
    }
    if (is_retraction(&out->view))
        return true;
    if (slice_is_one_of(view_text_at(&out->view, "header.id"), notice.waiting,
                        notice.waiting_count))
        return err_set(e, ERR_RETRY, "delivery.doubt", 0,
                       "the disclosure waits: something about its person is in doubt until named "
                       "people settle it (concordat held SITE list)");
    if (!notice.withhold_count)
        return true;
    return door_reduce(in, &notice, a, work, out, e);
}
