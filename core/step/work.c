/* work.c - the subject of a step, and what judging made of it. */
#include "step/work.h"

#include "sharing/facts/person.h"
#include "step/fit.h"

bool work_load_person(struct work *w, struct person *out, struct err *e)
{
    struct slice known = memory_get(&w->p->memory, w->out->subject.b);
    w->says.facts_before = known;
    w->says.facts_after = known;
    *out = person_unknown;
    if (known.n > 0 && !person_decode(w->r->bundle, w->a, known, out, e))
        return false;
    w->before = out;
    return true;
}

bool work_keep_person(struct work *w, const struct person *after, struct err *e)
{
    if (!fit_person(w->r->bundle, w->a, w->before, after, &w->by, &w->facts, e))
        return false;
    w->says.facts_after = buf_slice(&w->facts);
    return true;
}

/* Adds a code to the note, a blank between the two. */
static bool add_note(struct work *w, struct slice more)
{
    struct slice was = w->says.note;
    if (was.n > 0)
        more = slice_text(arena_format(w->a, "%.*s %.*s", (int)was.n, (const char *)was.p,
                                       (int)more.n, (const char *)more.p));
    w->says.note = more;
    return more.p != NULL;
}

/* Drops the same event that came by another number of its feed: the facts know its id. */
static bool drop_again(struct work *w)
{
    w->says.kind = AUDIT_DUPLICATE;
    w->says.note = slice_of(NULL, 0);
    w->out->mark = MARK_AGAIN;
    w->out->judged = (struct judged){ .decisions = NULL };
    return true;
}

bool work_take_judged(struct work *w, struct err *e)
{
    struct judged *j = &w->out->judged;
    if (j->error && strcmp(j->error, "duplicate") == 0)
        return drop_again(w);
    if (j->error)
        return err_set(e, ERR_REJECT, j->error, 0, "cannot decide the event: %s",
                       reason_sentence(slice_text(j->error)));
    if (j->facts_changed && !work_keep_person(w, j->after, e))
        return false;
    w->says.judged = j;
    bool has_note = j->note.n > 0 && w->says.kind == AUDIT_EVENT;
    if (has_note && !add_note(w, j->note))
        return err_memory(e);
    return true;
}

bool work_judge(struct work *w, const struct judge_input *in, struct err *e)
{
    if (!judge_event(in, w->a, &w->out->judged, e))
        return false;
    return work_take_judged(w, e);
}

struct judge_input work_input(const struct work *w, const struct person *person,
                              struct slice framed)
{
    return (struct judge_input){ .bundle = w->r->bundle,
                                 .keys = w->r->keys,
                                 .event = w->event.view,
                                 .framed = framed,
                                 .subject = w->out->subject,
                                 .facts = person,
                                 .decided_ms = w->says.decided_ms,
                                 .test = !w->r->live };
}

bool work_keep_judged(struct work *w, struct err *e)
{
    w->says.judged = &w->out->judged;
    return work_keep_person(w, w->out->judged.after, e);
}
