/* step_act.c - what named people signed, done. */
#include "step/step_act.h"

#include "record/wire.h"
#include "sharing/facts/hold.h"
#include "sharing/facts/refusal.h"
#include "step/acts.h"

static size_t find_hold(const struct person *p, const struct input_act *act)
{
    size_t i = 0;
    while (i < p->hold_count && (memcmp(p->holds[i].event.b, act->event.b, ID_BYTES) != 0 ||
                                 p->holds[i].service != act->to.n))
        i++;
    return i;
}

static bool open_held(struct work *w, struct slice framed, struct err *e)
{
    if (!input_open(w->r->bundle, w->a, framed, NULL, &w->event.view, e))
        return false;
    w->says.event = &w->event.view;
    return true;
}

/* What follows in its episode cannot be told of an event that is of none. */
static bool check_episode(const struct work *w, const struct input_act *act, struct err *e)
{
    const struct view *v = &w->event.view;
    return !act->is_for_episode || view_text(v, (size_t)plan_header(v->plan)->episode).n ||
           err_set(e, ERR_REJECT, "act.episode", 0,
                   "this event belongs to no episode, so nothing follows it there: refuse it "
                   "without --episode");
}

/* Refused by a person: the hold ends as withheld (law 2), and it lasts. */
static bool refuse_hold(struct work *w, const struct input_act *act, const struct person *person,
                        const struct hold *hold, struct err *e)
{
    const struct judge_input in = work_input(w, person, hold->bytes);
    return judge_refuse(&in, hold, act->person, act->is_for_episode, w->a, &w->out->judged, e) &&
           work_keep_word(w, e);
}

static bool release_hold(struct work *w, const struct person *person, const struct hold *hold,
                         struct err *e)
{
    struct judge_input in = work_input(w, person, hold->bytes);
    in.release = hold;
    return work_judge(w, &in, e);
}

/* "<act> <hold> by <person>: <reason>", and what became of it when that is not the act itself. */
static bool note_act(struct work *w, const struct input_act *act, const char *became, struct err *e)
{
    const char *note = arena_format(
        w->a, "%.*s %.*s by %.*s: %.*s%s", (int)act->act.n, (const char *)act->act.p,
        (int)act->hold.n, (const char *)act->hold.p, (int)act->person.n,
        (const char *)act->person.p, (int)act->reason.n, (const char *)act->reason.p, became);
    w->says.note = slice_text(note);
    return note || err_memory(e);
}

static bool keep_first(struct work *w, const struct input_act *act, const struct person *person,
                       struct slice who, struct err *e)
{
    struct person after;
    return note_act(w, act, HOLD_FIRST_OF_TWO, e) &&
           hold_note_first(w->a, person, &act->event, act->to.n, who, &after, e) &&
           work_keep_person(w, &after, e);
}

#define UNNAMED_CONFLICT " (words are in conflict, which the hold did not say: it waits for that)"
#define SAME_PERSON " (the same person: somebody else must agree)"

static bool no_outsider(const char *what, struct err *e)
{
    return err_set(e, ERR_REJECT, "act.own-agency", 0,
                   "all who signed are of the recipient's own agency: somebody of another agency "
                   "must %s it as well",
                   what);
}

static bool keep_first_settling(struct work *w, const struct input_act *act,
                                const struct person *person, struct err *e)
{
    const char *who = acts_first_settling(w->a, act);
    return who ? keep_first(w, act, person, slice_text(who), e) : err_memory(e);
}

/* The agency of all who settle, with whoever said so first; below 0: of several, or nobody
 * signed. */
static int agency_of_all(const struct work *w, const struct input_act *act, struct slice first_by)
{
    struct err gone = { .fate = ERR_NONE };
    const struct named *first =
        first_by.n && act->by.count
            ? act_person(w->r->bundle, act->act, first_by, w->says.decided_ms, &gone)
            : NULL;
    int agency = first ? first->agency : act->by.count ? act->by.list[0]->agency : -1;
    for (size_t i = 0; i < act->by.count; i++)
        if (act->by.list[i]->agency != agency)
            return -1;
    return agency;
}

static int64_t signed_ms(const struct input_act *act, int64_t first_ms)
{
    int64_t own_ms = act->document ? act->document->at_ms : INT64_MAX;
    return own_ms < first_ms ? own_ms : first_ms;
}

#define CAME_SINCE " (words that came after it was signed are in conflict still)"

/* Whether what was settled is held for a conflict still: none of those who signed knew of it. */
static bool is_in_conflict(const struct person *after, const struct hold *hold)
{
    for (size_t i = 0; i < after->hold_count; i++) {
        const struct hold *h = &after->holds[i];
        if (h->service == hold->service && event_id_equal(&h->event, &hold->event))
            return reason_is_of_conflict(h->reason) && !h->reopened;
    }
    return false;
}

/* Where two must, the newest who settles is the first of two anew. */
static bool begin_anew(struct work *w, const struct input_act *act, struct err *e)
{
    struct judged *j = &w->out->judged;
    struct person *after = ARENA_NEW(w->a, struct person);
    const char *who = acts_first_settling(w->a, act);
    if (!after || !who)
        return err_memory(e);
    if (!hold_note_first(w->a, j->after, &act->event, act->to.n, slice_text(who), after, e))
        return false;
    j->after = after;
    j->facts_changed = true;
    return true;
}

/* A yes beside another's no, settled for all that rests on it. */
static bool settle(struct work *w, const struct input_act *act, const struct person *person,
                   const struct hold *hold, struct err *e)
{
    const struct judge_input in = work_input(w, person, hold->bytes);
    struct judged *j = &w->out->judged;
    struct slice first = acts_first_by(hold->first_by, act->act);
    bool two = acts_need_two(w->r->bundle, w->a, person, hold->reason, hold->bytes);
    switch (acts_enough(w->r->bundle, w->says.decided_ms, act, first, two)) {
    case ACT_ANOTHER:
        return keep_first_settling(w, act, person, e);
    case ACT_SAME:
        return note_act(w, act, SAME_PERSON, e);
    case ACT_OUTSIDER:
        return no_outsider("settle", e);
    case ACT_ENOUGH:
        break;
    }
    const struct settling how = { slice_equal_text(act->act, "settle-yes"), act->person,
                                  agency_of_all(w, act, first),
                                  signed_ms(act, acts_first_ms(hold->first_by, act->act)) };
    if (!judge_settle(&in, hold, &how, w->a, j, e))
        return false;
    if (j->error) {
        *j = (struct judged){ .decisions = NULL };
        return note_act(w, act, " (nothing is in conflict there)", e);
    }
    bool goes_on = is_in_conflict(j->after, hold);
    return note_act(w, act,
                    !goes_on ? ""
                    : two    ? HOLD_FIRST_OF_TWO
                             : CAME_SINCE,
                    e) &&
           (!goes_on || !two || begin_anew(w, act, e)) && work_take_judged(w, e);
}

static bool waits_for_conflict(const struct work *w, const struct hold *hold)
{
    const struct judged *j = &w->out->judged;
    bool waits = false;
    for (size_t i = 0; i < j->decision_count; i++)
        waits |= j->decisions[i].to.n == hold->service && j->decisions[i].outcome == OUTCOME_HOLD &&
                 event_id_equal(&j->decisions[i].event, &hold->event) &&
                 reason_is_of_conflict(slice_text(j->decisions[i].reason));
    return waits && !reason_is_of_conflict(hold->reason);
}

static bool release(struct work *w, const struct input_act *act, const struct person *person,
                    const struct hold *hold, struct err *e)
{
    struct slice first = acts_first_by(hold->first_by, act->act);
    bool two = acts_need_two(w->r->bundle, w->a, person, hold->reason, hold->bytes);
    switch (acts_enough(w->r->bundle, w->says.decided_ms, act, first, two)) {
    case ACT_ANOTHER:
        return keep_first(w, act, person, acts_first(act), e);
    case ACT_SAME:
        return note_act(w, act, SAME_PERSON, e);
    case ACT_OUTSIDER:
        return no_outsider("release", e);
    case ACT_ENOUGH:
        break;
    }
    if (!note_act(w, act, "", e) || !release_hold(w, person, hold, e))
        return false;
    return !waits_for_conflict(w, hold) || note_act(w, act, UNNAMED_CONFLICT, e);
}

/* What was signed before a refusal, or before that was taken back, knew of neither. */
static bool check_newer(const struct input_act *act, int64_t than_ms, struct err *e)
{
    if (!act->document || act->document->at_ms >= than_ms)
        return true;
    return err_set(e, ERR_REJECT, "act.time", 0,
                   "this act was made before the last word on what it is about: make it anew");
}

static bool act_on_hold(struct work *w, const struct input_act *act, const struct person *person,
                        const struct hold *hold, struct err *e)
{
    if (!open_held(w, hold->bytes, e))
        return false;
    if (act->is_settling)
        return settle(w, act, person, hold, e);
    if (act->is_release)
        return (!hold->reopened || check_newer(act, hold->since_ms, e)) &&
               release(w, act, person, hold, e);
    return check_episode(w, act, e) && note_act(w, act, "", e) &&
           refuse_hold(w, act, person, hold, e);
}

static bool keep_first_reopening(struct work *w, const struct input_act *act,
                                 const struct person *person, const struct refusal *refusal,
                                 struct err *e)
{
    struct person after;
    return note_act(w, act, HOLD_FIRST_OF_TWO, e) &&
           refusal_note_first(w->a, person, refusal, acts_first(act), &after, e) &&
           work_keep_person(w, &after, e);
}

/* As many people as a release of it needs. */
static bool reopen(struct work *w, const struct input_act *act, const struct person *person,
                   struct err *e)
{
    struct slice service = w->r->bundle->services[act->to.n].name;
    const struct refusal *refusal = refusal_find(w->r->bundle, person, &act->event, service);
    if (!refusal)
        return note_act(w, act, " (it was not refused)", e);
    if (!check_newer(act, refusal->at_ms, e))
        return false;
    bool two = acts_reopening_needs_two(w->r->bundle, w->a, person, refusal);
    if (refusal->bytes.n &&
        !open_held(w, refusal->bytes, e)) /* without: it was refused under another key */
        return false;
    switch (acts_enough(w->r->bundle, w->says.decided_ms, act, refusal->first_by, two)) {
    case ACT_ANOTHER:
        return keep_first_reopening(w, act, person, refusal, e);
    case ACT_SAME:
        return note_act(w, act, SAME_PERSON, e);
    case ACT_OUTSIDER:
        return no_outsider("reopen", e);
    case ACT_ENOUGH:
        break;
    }
    const struct judge_input in = work_input(w, person, refusal->bytes);
    const struct reopening how = { refusal, &act->event, act->person, two || act->by.count > 1,
                                   false };
    const char *as = acts_refused_as(w->a, act, refusal);
    return (as || err_memory(e)) && note_act(w, act, as, e) &&
           judge_reopen(&in, &how, w->a, &w->out->judged, e) && work_keep_word(w, e);
}

/* By one person, of this subject; a word on a whole list comes once for each. */
static bool look(struct work *w, const struct input_act *act, const struct person *person,
                 struct err *e)
{
    const struct judge_input in = work_input(w, person, slice_of(NULL, 0));
    struct judged *j = &w->out->judged;
    if (!judge_looked(&in, act->source, act->code, act->document->at_ms, w->a, j, e))
        return false;
    if (!j->facts_changed)
        return note_act(w, act, LOOKED_AT_NOTHING, e);
    return note_act(w, act, "", e) && work_keep_word(w, e);
}

/* "lane events.hosp 3 at 17". */
static bool read_place(struct work *w, struct slice on, const char **topic, int64_t *partition,
                       int64_t *offset)
{
    struct slice rest = slice_from(on, 5);
    size_t n = slice_find(rest, ' ');
    *topic = arena_text(w->a, slice_head(rest, n));
    rest = slice_from(rest, n < rest.n ? n + 1 : rest.n);
    n = slice_find(rest, ' ');
    struct slice at = slice_from(rest, n);
    return *topic && slice_starts(at, SLICE(" at ")) &&
           slice_to_i64(slice_head(rest, n), partition) && slice_to_i64(slice_from(at, 4), offset);
}

/* A word on a lane counts for the place that stands, and for none that may come to. */
static bool check_lane(struct work *w, const struct input_act *act, struct err *e)
{
    const char *topic = NULL;
    int64_t partition = 0, offset = 0;
    if (!marks_is_word(act->act, act->hold) || !w->r->stands)
        return true;
    if (read_place(w, act->hold, &topic, &partition, &offset) &&
        w->r->stands(w->r->ctx, topic, (int)partition, offset))
        return true;
    return err_set(e, ERR_REJECT, "act.lane", 0,
                   "no lane of %.80s stands at the place that the act names: concordat status SITE "
                   "lists those that stand",
                   topic ? topic : "that topic");
}

bool step_act(struct work *w, struct err *e)
{
    struct input_act act;
    struct person person;
    w->says.kind = AUDIT_HOLD_ACT;
    w->says.schema = SLICE("HoldAct");
    if (!input_act(w->r, w->in, w->a, w->says.decided_ms, &act, e))
        return false;
    if (!act.is_on_hold)
        w->says.schema = SLICE("PersonAct");
    w->out->subject = act.subject;
    if (!act.is_on_hold && !check_lane(w, &act, e))
        return false;
    if (act.by.count && !act.is_for_many &&
        !acts_take(w->r->bundle, &w->p->memory, w->a, act.document, w->says.decided_ms, &w->acts,
                   e))
        return false;
    if (!act.is_on_hold) /* whose it is does it; here it is on record */
        return note_act(w, &act, "", e) && marks_keep_word(act.act, act.hold, w->in->value,
                                                           &w->out->goes_on, &w->out->marks[0], e);
    if (!work_load_person(w, &person, e))
        return false;
    if (act.is_looking)
        return look(w, &act, &person, e);
    if (act.is_reopening)
        return reopen(w, &act, &person, e);
    size_t at = find_hold(&person, &act);
    if (at == person.hold_count)
        return note_act(w, &act, " (the hold was gone)", e);
    return act_on_hold(w, &act, &person, &person.holds[at], e);
}

/* -- what was refused under another key of the same person
 * ---------------------------------------- */

/* As the act that it was: "refuse-episode <hold> by <person>: (carried over ...)". */
static bool note_carried(struct work *w, const struct refused *said, const char *word,
                         struct slice by, const char *became, struct err *e)
{
    char id[ID_HEX];
    id_hex(said->x.event.b, id);
    const char *note = arena_format(w->a, "%s %s:%.*s by %.*s: (carried over by a local id)%s",
                                    word, id, SHOWN(said->x.service), SHOWN(by), became);
    w->says.note = slice_text(note);
    return note || err_memory(e);
}

/* Nothing changes by it; what was taken back is said to be so again. */
static bool was_known(struct work *w)
{
    const struct judged *j = &w->out->judged;
    w->says.kind = AUDIT_DUPLICATE;
    w->out->judged = (struct judged){ .links = j->links, .link_count = j->link_count };
    return true;
}

static const struct refusal *find_same(const struct person *p, const struct refusal *like)
{
    for (size_t i = 0; i < p->refusal_count; i++)
        if (refused_is_same(&p->refusals[i], like))
            return &p->refusals[i];
    return NULL;
}

static bool carry_refusal(struct work *w, const struct refused *said, const struct person *person,
                          struct err *e)
{
    const struct judge_input in = work_input(w, person, slice_of(NULL, 0));
    if (!judge_refused(&in, said, w->a, &w->out->judged, e))
        return false;
    if (!w->out->judged.facts_changed)
        return was_known(w);
    return note_carried(w, said, said->x.is_whole_episode ? "refuse-episode" : "refuse", said->x.by,
                        "", e) &&
           work_keep_word(w, e);
}

/* Where one was enough: here that is on file, unless two must say so. */
static bool carry_late(struct work *w, const struct refused *said, const struct person *person,
                       struct err *e)
{
    const struct judge_input in = work_input(w, person, slice_of(NULL, 0));
    if (!said->by_two && acts_need_two(w->r->bundle, w->a, person, said->x.reason, said->x.bytes))
        return was_known(w);
    return note_carried(w, said, "reopen", said->reopened_by, " (it was not refused)", e) &&
           judge_refused_late(&in, said, w->a, &w->out->judged, e) && work_keep_word(w, e);
}

/* Where two must take it back and one has, theirs is the first word. */
static bool carry_reopening(struct work *w, const struct refused *said, const struct person *person,
                            struct err *e)
{
    const struct refusal *x = find_same(person, &said->x);
    struct person after;
    if (!x)
        return carry_late(w, said, person, e);
    if (refusal_is_over(x))
        return was_known(w);
    if (x->bytes.n && !open_held(w, x->bytes, e))
        return false;
    if (!said->by_two && acts_reopening_needs_two(w->r->bundle, w->a, person, x))
        return slice_equal(x->first_by, said->reopened_by)
                   ? was_known(w)
                   : note_carried(w, said, "reopen", said->reopened_by, HOLD_FIRST_OF_TWO, e) &&
                         refusal_note_first(w->a, person, x, said->reopened_by, &after, e) &&
                         work_keep_person(w, &after, e);
    const struct judge_input in = work_input(w, person, x->bytes);
    const struct reopening how = { x, &x->event, said->reopened_by, said->by_two, true };
    return note_carried(w, said, "reopen", said->reopened_by, "", e) &&
           judge_reopen(&in, &how, w->a, &w->out->judged, e) && work_keep_word(w, e);
}

bool step_refused(struct work *w, struct err *e)
{
    struct input_refused u;
    struct person person;
    w->says.kind = AUDIT_HOLD_ACT;
    w->says.schema = SLICE("Refused");
    if (!input_refused(w->r, w->in, w->a, &u, e))
        return false;
    w->out->subject = u.subject;
    w->says.source = u.said.x.agency;
    w->by = (struct share_asker){ bundle_agency(w->r->bundle, u.said.x.agency), true };
    if (!work_load_person(w, &person, e))
        return false;
    return u.said.reopened_by.n ? carry_reopening(w, &u.said, &person, e)
                                : carry_refusal(w, &u.said, &person, e);
}
