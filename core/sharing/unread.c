/* unread.c - messages that may restrict and could not be read: whose events wait because of them, and
 * that somebody has looked. */
#include "sharing/run.h"

static bool is_same(const struct unread_message *a, const struct unread_message *b)
{
    return slice_equal(a->agency, b->agency) && slice_equal(a->feed, b->feed) &&
           slice_equal(a->code, b->code);
}

bool person_note_unread(struct arena *a, const struct person *p, const struct unread_message *seen,
                        struct person *out, struct err *e)
{
    struct draft d;
    size_t i = 0;
    if (!draft_init(&d, a, p, e))
        return false;
    struct unread_message *list = d.unread.items;
    while (i < d.unread.count && !is_same(&list[i], seen))
        i++;
    if (i < d.unread.count) {
        list[i].reference = seen->reference;
        list[i].last_ms = seen->last_ms;
    } else if (d.unread.count < UNREAD_MAX) { /* one more would hold no more */
        struct unread_message *x = list_add(a, &d.unread);
        if (!x)
            return err_memory(e);
        *x = *seen;
    }
    draft_view(&d, out);
    return true;
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
    for (size_t i = r.draft.unread.count; i-- > 0;) {
        const struct unread_message *x = (const struct unread_message *)r.draft.unread.items + i;
        if (!facts_unread_of(x, source, code) || x->last_ms > until_ms)
            continue;
        list_remove(&r.draft.unread, i);
        r.draft.changed = true;
        r.draft.gate |= r.draft.unread.count == 0;
    }
    return run_catch_up(&r) && run_end(&r, out);
}
