/* notice.c - what a door is told, read. */
#include "sharing/judge/notice.h"

#include "record/wire.h"
#include "sharing/facts/former.h"

bool notice_read(const struct catalogue *c, struct arena *a, struct slice framed,
                 struct notice_view *out, struct err *e)
{
    const struct schema *s = catalogue_named(c, SLICE("Notice"));
    struct slice body;
    struct view v;
    *out = (struct notice_view){ 0 };
    if (!s || !former_open(s, a, framed, &body, e))
        return err_set(e, ERR_FATAL, "notice.schema", 0, "cannot read a notice of another form");
    if (!plan_view(s->plan, a, body, &v, e))
        return false;
    out->tell = view_text_at(&v, "tell");
    return view_strings(&v, (size_t)plan_slot(s->plan, SLICE("withhold[]")), a, &out->withhold,
                        &out->withhold_count, e) &&
           view_strings(&v, (size_t)plan_slot(s->plan, SLICE("stop[]")), a, &out->stop,
                        &out->stop_count, e) &&
           view_strings(&v, (size_t)plan_slot(s->plan, SLICE("cancelled[]")), a, &out->cancelled,
                        &out->cancelled_count, e) &&
           view_strings(&v, (size_t)plan_slot(s->plan, SLICE("waiting[]")), a, &out->waiting,
                        &out->waiting_count, e);
}
