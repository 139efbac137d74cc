/* ask_at.c - "ask the source" must name somebody to ask, or staff ring round, which is the very
 * disclosure that is to be avoided. */
#include "delivery/ask_at.h"

#include "record/wire.h"

#define ROOM 64 /* beside the two texts: their lengths, and the slots that were null */

static bool is_for_desk(const struct view *v, const struct header_slots *h)
{
    return view_text(v, (size_t)h->notice).n > 0 && view_is_null(v, (size_t)h->contact_team) &&
           view_is_null(v, (size_t)h->contact_phone);
}

static struct slice put_text(struct buf *out, struct slice text)
{
    size_t from = out->n;
    avro_put_opt_text(out, text);
    return slice_of(out->p + from, out->n - from);
}

static void release_all(const struct bundle *b, struct categories *out)
{
    *out = (struct categories){ { 0 } };
    for (unsigned i = 0; i < catalogue_category_count(b->catalogue); i++)
        categories_add(out, i);
}

bool ask_at_desk(const struct bundle *b, struct recipient_id to, struct arena *a, struct view *v,
                 struct err *e)
{
    const struct plan *p = v->plan;
    const struct header_slots *h = plan_header(p);
    const struct restricted_desk *desk = bundle_desk(b, to.n);
    struct categories all;
    struct buf texts, body;
    if (!desk || !is_for_desk(v, h))
        return true;
    size_t room = ROOM + desk->team.n + desk->phone.n;
    if (!buf_in_arena(a, room, &texts, e) || !buf_in_arena(a, room + v->bytes.n, &body, e))
        return false;
    const struct replacement made[] = {
        { (size_t)h->contact_team, put_text(&texts, desk->team) },
        { (size_t)h->contact_phone, put_text(&texts, desk->phone) },
    };
    release_all(b, &all);
    plan_project(v, plan_categories(p), &all, made, sizeof made / sizeof made[0], &body);
    if (!buf_done(&texts, e) || !buf_done(&body, e))
        return false;
    return plan_view(p, a, buf_slice(&body), v, e);
}
