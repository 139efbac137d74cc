/* unread.c - messages that may restrict and could not be read: whose events wait because of them, and
 * that somebody has looked. */
#include "sharing/run.h"

static bool is_same(const struct unread_message *a, const struct unread_message *b)
{
    return slice_equal(a->agency, b->agency) && slice_equal(a->feed, b->feed) &&
           slice_equal(a->code, b->code);
}

static bool note(struct draft *d, const struct unread_message *seen, struct err *e)
{
    struct unread_message *list = d->unread.items;
    size_t i = 0, alike = 0;
    for (; i < d->unread.count && !is_same(&list[i], seen); i++)
        alike += slice_equal(list[i].agency, seen->agency);
    if (i < d->unread.count) {
        list[i].reference = seen->reference;
        list[i].last_ms = seen->last_ms;
    } else if (alike < UNREAD_MAX) { /* one more would hold no more */
        struct unread_message *x = list_add(d->arena, &d->unread);
        if (!x)
            return err_memory(e);
        *x = *seen;
    }
    d->changed = d->doors = true;
    return true;
}

bool judge_unread(const struct judge_input *in, const struct unread_message *seen, struct arena *a,
                  struct judged *out, struct err *e)
{
    struct run r;
    if (!run_begin(&r, in, a, e))
        return false;
    r.event.decided_ms = in->decided_ms;
    return note(&r.draft, seen, e) && run_forget_let_go(&r) && run_doors(&r) && run_end(&r, out);
}

bool facts_unread_of(const struct unread_message *x, struct slice source, struct slice code)
{
    size_t slash = slice_find(source, '/');
    return (slice_is_empty(source) ||
            (slice_equal(x->agency, slice_head(source, slash)) &&
             slice_equal(x->feed, slice_from(source, slash + 1)))) &&
           (slice_is_empty(code) || slice_equal(x->code, code));
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
        if (!facts_unread_of(x, source, code) || x->last_ms > until_ms)
            continue;
        list_remove(&r.draft.unread, i);
        r.draft.changed = true;
        r.draft.gate |= r.draft.unread.count == 0;
        r.draft.doors |= r.draft.unread.count == 0;
    }
    return run_catch_up(&r) && run_doors(&r) && run_end(&r, out);
}
