/* work.c - the subject of a step, and what judging made of it. */
#include "step/work.h"

#include "sharing/facts/person.h"
#include "step/fit.h"

bool work_load_person(struct work *w, struct person *out, struct err *e)
{
    w->says.facts_before = memory_get(&w->p->memory, w->out->subject.b);
    w->says.facts_after = w->says.facts_before;
    *out = person_unknown;
    if (w->says.facts_before.n && !person_decode(w->r->bundle, w->a, w->says.facts_before, out, e))
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

/* Codes stand beside each other. */
static bool add_note(struct work *w, struct slice more)
{
    struct slice was = w->says.note;
    if (was.n)
        more = slice_text(arena_format(w->a, "%.*s %.*s", (int)was.n, (const char *)was.p,
                                       (int)more.n, (const char *)more.p));
    w->says.note = more;
    return more.p != NULL;
}

/* The same event by another number of its feed: the facts know its id. */
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
    if (j->error && slice_equal_text(slice_text(j->error), "duplicate"))
        return drop_again(w);
    if (j->error)
        return err_set(e, ERR_REJECT, j->error, 0, "cannot decide the event: %s",
                       reason_sentence(slice_text(j->error)));
    if (j->facts_changed && !work_keep_person(w, j->after, e))
        return false;
    w->says.judged = j;
    if (j->note.n && w->says.kind == AUDIT_EVENT && !add_note(w, j->note))
        return err_memory(e);
    return true;
}

bool work_judge(struct work *w, const struct judge_input *in, struct err *e)
{
    return judge_event(in, w->a, &w->out->judged, e) && work_take_judged(w, e);
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

bool work_keep_word(struct work *w, struct err *e)
{
    w->says.judged = &w->out->judged;
    return work_keep_person(w, w->out->judged.after, e);
}
