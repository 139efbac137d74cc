/* notice.c - reads a notice. */
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
    const struct {
        struct slice path;
        const struct slice **list;
        size_t *count;
    } lists[] = {
        { SLICE("withhold[]"), &out->withhold, &out->withhold_count },
        { SLICE("stop[]"), &out->stop, &out->stop_count },
        { SLICE("cancelled[]"), &out->cancelled, &out->cancelled_count },
        { SLICE("waiting[]"), &out->waiting, &out->waiting_count },
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        size_t slot = (size_t)plan_slot(s->plan, lists[i].path);
        if (!view_strings(&v, slot, a, lists[i].list, lists[i].count, e))
            return false;
    }
    return true;
}
