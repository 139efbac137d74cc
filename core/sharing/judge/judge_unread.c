/* judge_unread.c - messages that may restrict and could not be read: one has come, and somebody has
 * looked. */
#include "sharing/facts/unread.h"
#include "sharing/judge/run.h"

bool judge_unread(const struct judge_input *in, const struct unread_message *seen,
                  const struct event_id *id, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    if (!run_begin(&r, in, a, e))
        return false;
    r.event.decided_ms = in->decided_ms;
    if (!unread_note(&r.draft, seen, id, e) || (r.draft.doors && !run_forget_let_go(&r)))
        return false;
    return run_doors(&r) && run_end(&r, out);
}

/* Gates open as when a restriction is lifted. */
bool judge_looked(const struct judge_input *in, struct slice source, struct slice code,
                  int64_t until_ms, struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    if (!run_begin(&r, in, a, e))
        return false;
    r.event.decided_ms = in->decided_ms;
    for (size_t i = r.draft.unread.count; i-- > 0;) {
        const struct unread_message *x = (const struct unread_message *)r.draft.unread.items + i;
        if (!unread_is_of(x, source, code) || x->last_ms > until_ms)
            continue;
        list_remove(&r.draft.unread, i);
        bool is_last = r.draft.unread.count == 0;
        r.draft.changed = true;
        r.draft.gate |= is_last;
        r.draft.doors |= is_last;
    }
    return run_catch_up(&r) && run_doors(&r) && run_end(&r, out);
}
