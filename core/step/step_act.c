/* step_act.c - what named people signed, done. */
#include "step/step_act.h"

#include "record/wire.h"
#include "sharing/facts/hold.h"
#include "sharing/facts/refusal.h"
#include "step/acts.h"

static bool is_hold_of(const struct hold *h, const struct input_act *act)
{
    return event_id_equal(&h->event, &act->event) && h->service == act->to.n;
}

/* hold_count: the hold is gone. */
static size_t find_hold(const struct person *p, const struct input_act *act)
{
    size_t i = 0;
    while (i < p->hold_count && !is_hold_of(&p->holds[i], act))
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

/* Nobody can refuse what follows in the episode of an event that is of none. */
static bool check_episode(const struct work *w, const struct input_act *act, struct err *e)
{
    const struct view *v = &w->event.view;
    if (!act->is_for_episode)
        return true;
    if (view_text(v, (size_t)plan_header(v->plan)->episode).n > 0)
        return true;
    return err_set(e, ERR_REJECT, "act.episode", 0,
                   "this event belongs to no episode, so nothing follows it there: refuse it "
                   "without --episode");
}

/* A person refuses: the hold ends as withheld (law 2), and the refusal lasts. */
static bool refuse_hold(struct work *w, const struct input_act *act, const struct person *person,
                        const struct hold *hold, struct err *e)
{
    const struct judge_input in = work_input(w, person, hold->bytes);
    if (!judge_refuse(&in, hold, act->person, act->is_for_episode, w->a, &w->out->judged, e))
        return false;
    return work_keep_judged(w, e);
}

static bool release_hold(struct work *w, const struct person *person, const struct hold *hold,
                         struct err *e)
{
    struct judge_input in = work_input(w, person, hold->bytes);
    in.release = hold;
    return work_judge(w, &in, e);
}

/* Notes "<verb> <hold> by <person>: <reason>", and what became of it when that is not what the verb
 * says. */
static bool note_act(struct work *w, const struct input_act *act, const char *became, struct err *e)
{
    const char *note = arena_format(
        w->a, "%.*s %.*s by %.*s: %.*s%s", (int)act->verb.n, (const char *)act->verb.p,
        (int)act->hold.n, (const char *)act->hold.p, (int)act->person.n,
        (const char *)act->person.p, (int)act->reason.n, (const char *)act->reason.p, became);
    w->says.note = slice_text(note);
    return note || err_memory(e);
}

static bool keep_first(struct work *w, const struct input_act *act, const struct person *person,
                       struct slice who, struct err *e)
{
    struct person after;
    if (!note_act(w, act, HOLD_FIRST_OF_TWO, e))
        return false;
    if (!hold_note_first(w->a, person, &act->event, act->to.n, who, &after, e))
        return false;
    return work_keep_person(w, &after, e);
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
    struct err ignored = { .fate = ERR_NONE };
    const struct named *first = NULL;
    if (act->by.count == 0)
        return -1;
    if (!slice_is_empty(first_by))
        first = act_person(w->r->bundle, act->verb, first_by, w->says.decided_ms, &ignored);
    int agency = first ? first->agency : act->by.list[0]->agency;
    for (size_t i = 0; i < act->by.count; i++)
        if (act->by.list[i]->agency != agency)
            return -1;
    return agency;
}

/* When the first of all who settle signed; INT64_MAX: nobody did. */
static int64_t signed_ms(const struct input_act *act, int64_t first_ms)
{
    int64_t own_ms = act->document ? act->document->at_ms : INT64_MAX;
    return own_ms < first_ms ? own_ms : first_ms;
}

#define CAME_SINCE " (words that came after it was signed are in conflict still)"

/* Whether what was settled is still held for a conflict: none of those who signed knew of that. */
static bool is_in_conflict(const struct person *after, const struct hold *hold)
{
    for (size_t i = 0; i < after->hold_count; i++) {
        const struct hold *h = &after->holds[i];
        bool is_same = h->service == hold->service && event_id_equal(&h->event, &hold->event);
        if (is_same)
            return reason_is_of_conflict(h->reason) && !h->reopened;
    }
    return false;
}

/* Where two must settle, the newest who does is the first of two anew. */
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

/* Settles a yes beside another's no, for all that rests on it. */
static bool settle_hold(struct work *w, const struct input_act *act, const struct person *person,
                        const struct hold *hold, struct err *e)
{
    const struct judge_input in = work_input(w, person, hold->bytes);
    struct judged *j = &w->out->judged;
    struct slice first = acts_first_by(hold->first_by, act->verb);
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
    int64_t first_ms = acts_first_ms(hold->first_by, act->verb);
    const struct settling how = { slice_equal_text(act->verb, "settle-yes"), act->person,
                                  agency_of_all(w, act, first), signed_ms(act, first_ms) };
    if (!judge_settle(&in, hold, &how, w->a, j, e))
        return false;
    if (j->error) {
        *j = (struct judged){ .decisions = NULL };
        return note_act(w, act, " (nothing is in conflict there)", e);
    }
    const char *became = "";
    bool goes_on = is_in_conflict(j->after, hold);
    if (goes_on)
        became = two ? HOLD_FIRST_OF_TWO : CAME_SINCE;
    if (!note_act(w, act, became, e))
        return false;
    if (goes_on && two && !begin_anew(w, act, e))
        return false;
    return work_take_judged(w, e);
}

/* Whether what was to go is held anew for a conflict, for which it was not held before. */
static bool waits_for_conflict(const struct work *w, const struct hold *hold)
{
    const struct judged *j = &w->out->judged;
    if (reason_is_of_conflict(hold->reason))
        return false;
    for (size_t i = 0; i < j->decision_count; i++) {
        const struct decision *d = &j->decisions[i];
        bool is_held = d->to.n == hold->service && d->outcome == OUTCOME_HOLD;
        if (!is_held || !event_id_equal(&d->event, &hold->event))
            continue;
        if (reason_is_of_conflict(slice_text(d->reason)))
            return true;
    }
    return false;
}

static bool release_by(struct work *w, const struct input_act *act, const struct person *person,
                       const struct hold *hold, struct err *e)
{
    struct slice first = acts_first_by(hold->first_by, act->verb);
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
    if (!note_act(w, act, "", e))
        return false;
    if (!release_hold(w, person, hold, e))
        return false;
    if (!waits_for_conflict(w, hold))
        return true;
    return note_act(w, act, UNNAMED_CONFLICT, e);
}

/* Whoever signed before a refusal, or before it was taken back, knew of neither. */
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
        return settle_hold(w, act, person, hold, e);
    if (act->is_release && hold->reopened && !check_newer(act, hold->since_ms, e))
        return false;
    if (act->is_release)
        return release_by(w, act, person, hold, e);
    if (!check_episode(w, act, e))
        return false;
    if (!note_act(w, act, "", e))
        return false;
    return refuse_hold(w, act, person, hold, e);
}

static bool keep_first_reopening(struct work *w, const struct input_act *act,
                                 const struct person *person, const struct refusal *refusal,
                                 struct err *e)
{
    struct person after;
    if (!note_act(w, act, HOLD_FIRST_OF_TWO, e))
        return false;
    if (!refusal_note_first(w->a, person, refusal, acts_first(act), &after, e))
        return false;
    return work_keep_person(w, &after, e);
}

/* Takes a refusal back. It needs as many people as a release does. */
static bool reopen_refusal(struct work *w, const struct input_act *act, const struct person *person,
                           struct err *e)
{
    struct slice service = w->r->bundle->services[act->to.n].name;
    const struct refusal *refusal = refusal_find(w->r->bundle, person, &act->event, service);
    if (!refusal)
        return note_act(w, act, " (it was not refused)", e);
    if (!check_newer(act, refusal->at_ms, e))
        return false;
    bool two = acts_reopening_needs_two(w->r->bundle, w->a, person, refusal);
    bool has_event = refusal->bytes.n > 0; /* not where it was refused under another key */
    if (has_event && !open_held(w, refusal->bytes, e))
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
    const char *refused_as = acts_refused_as(w->a, act, refusal);
    if (!refused_as)
        return err_memory(e);
    if (!note_act(w, act, refused_as, e))
        return false;
    if (!judge_reopen(&in, &how, w->a, &w->out->judged, e))
        return false;
    return work_keep_judged(w, e);
}

/* One person has looked at what could not be read of this subject. An act on a whole list comes
 * once for each subject. */
static bool take_looked(struct work *w, const struct input_act *act, const struct person *person,
                        struct err *e)
{
    const struct judge_input in = work_input(w, person, slice_of(NULL, 0));
    struct judged *j = &w->out->judged;
    if (!judge_looked(&in, act->source, act->code, act->document->at_ms, w->a, j, e))
        return false;
    if (!j->facts_changed)
        return note_act(w, act, LOOKED_AT_NOTHING, e);
    if (!note_act(w, act, "", e))
        return false;
    return work_keep_judged(w, e);
}

/* Reads "lane events.hosp 3 at 17". */
static bool read_place(struct work *w, struct slice on, const char **topic, int64_t *partition,
                       int64_t *offset)
{
    struct slice rest = slice_from(on, 5);
    size_t n = slice_find(rest, ' ');
    *topic = arena_text(w->a, slice_head(rest, n));
    rest = slice_from(rest, n < rest.n ? n + 1 : rest.n);
    n = slice_find(rest, ' ');
    struct slice at = slice_from(rest, n);
    if (!*topic || !slice_starts(at, SLICE(" at ")))
        return false;
    if (!slice_to_i64(slice_head(rest, n), partition))
        return false;
    return slice_to_i64(slice_from(at, 4), offset);
}

/* That a lane goes on counts for the place where it stands, and for none where it may come to
 * stand. */
static bool check_lane(struct work *w, const struct input_act *act, struct err *e)
{
    const struct input_rules *r = w->r;
    const char *topic = NULL;
    int64_t partition = 0, offset = 0;
    if (!marks_is_skip(act->verb, act->hold) || !r->stands)
        return true;
    bool is_place = read_place(w, act->hold, &topic, &partition, &offset);
    if (is_place && r->stands(r->ctx, topic, (int)partition, offset))
        return true;
    return err_set(e, ERR_REJECT, "act.lane", 0,
                   "no lane of %.80s stands at the place that the act names: concordat status SITE "
                   "lists those that stand",
                   topic ? topic : "that topic");
}

/* What is no hold is on record here; whose it is does what the act says. */
static bool take_other(struct work *w, const struct input_act *act, struct err *e)
{
    struct step *out = w->out;
    if (!note_act(w, act, "", e))
        return false;
    return marks_keep_skip(act->verb, act->hold, w->in->value, &out->goes_on, &out->marks[0], e);
}

bool step_act(struct work *w, struct err *e)
{
    struct input_act act;
    struct person person;
    int64_t now_ms = w->says.decided_ms;
    w->says.kind = AUDIT_HOLD_ACT;
    w->says.schema = SLICE("HoldAct");
    if (!input_act(w->r, w->in, w->a, now_ms, &act, e))
        return false;
    if (!act.is_on_hold)
        w->says.schema = SLICE("PersonAct");
    w->out->subject = act.subject;
    if (!act.is_on_hold && !check_lane(w, &act, e))
        return false;
    bool is_once = act.by.count > 0 && !act.is_for_many;
    if (is_once && !acts_take(w->r->bundle, &w->p->memory, w->a, act.document, now_ms, &w->acts, e))
        return false;
    if (!act.is_on_hold)
        return take_other(w, &act, e);
    if (!work_load_person(w, &person, e))
        return false;
    if (act.is_looking)
        return take_looked(w, &act, &person, e);
    if (act.is_reopening)
        return reopen_refusal(w, &act, &person, e);
    size_t at = find_hold(&person, &act);
    if (at == person.hold_count)
        return note_act(w, &act, HOLD_WAS_GONE, e);
    return act_on_hold(w, &act, &person, &person.holds[at], e);
}

/* -- what was refused under another key of the same person ------------------------------------- */

/* Notes it as the act that it was: "refuse-episode <hold> by <person>: (carried over ...)". */
static bool note_carried(struct work *w, const struct refused *said, const char *verb,
                         struct slice by, const char *became, struct err *e)
{
    char id[ID_HEX];
    id_hex(said->x.event.b, id);
    const char *note = arena_format(w->a, "%s %s:%.*s by %.*s: (carried over by a local id)%s",
                                    verb, id, SHOWN(said->x.service), SHOWN(by), became);
    w->says.note = slice_text(note);
    return note || err_memory(e);
}

/* Nothing changes by what was known before. The feed is told once more what was taken back. */
static bool take_known(struct work *w)
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
        return take_known(w);
    const char *verb = said->x.is_whole_episode ? "refuse-episode" : "refuse";
    if (!note_carried(w, said, verb, said->x.by, "", e))
        return false;
    return work_keep_judged(w, e);
}

/* Takes back what is not refused under this key: what one person took back is on file here from
 * then on, unless two must. */
static bool carry_late(struct work *w, const struct refused *said, const struct person *person,
                       struct err *e)
{
    const struct judge_input in = work_input(w, person, slice_of(NULL, 0));
    bool is_enough = said->by_two;
    if (!is_enough)
        is_enough = !acts_need_two(w->r->bundle, w->a, person, said->x.reason, said->x.bytes);
    if (!is_enough)
        return take_known(w);
    if (!note_carried(w, said, "reopen", said->reopened_by, " (it was not refused)", e))
        return false;
    if (!judge_refused_late(&in, said, w->a, &w->out->judged, e))
        return false;
    return work_keep_judged(w, e);
}

/* Two must take it back, and one has: theirs is the first half. */
static bool carry_first(struct work *w, const struct refused *said, const struct person *person,
                        const struct refusal *x, struct err *e)
{
    struct person after;
    if (slice_equal(x->first_by, said->reopened_by))
        return take_known(w);
    if (!note_carried(w, said, "reopen", said->reopened_by, HOLD_FIRST_OF_TWO, e))
        return false;
    if (!refusal_note_first(w->a, person, x, said->reopened_by, &after, e))
        return false;
    return work_keep_person(w, &after, e);
}

/* Takes back what is refused under this key too. */
static bool carry_reopening(struct work *w, const struct refused *said, const struct person *person,
                            struct err *e)
{
    const struct refusal *x = find_same(person, &said->x);
    if (!x)
        return carry_late(w, said, person, e);
    if (refusal_is_over(x))
        return take_known(w);
    if (x->bytes.n > 0 && !open_held(w, x->bytes, e))
        return false;
    if (!said->by_two && acts_reopening_needs_two(w->r->bundle, w->a, person, x))
        return carry_first(w, said, person, x, e);
    const struct judge_input in = work_input(w, person, x->bytes);
    const struct reopening how = { x, &x->event, said->reopened_by, said->by_two, true };
    if (!note_carried(w, said, "reopen", said->reopened_by, "", e))
        return false;
    if (!judge_reopen(&in, &how, w->a, &w->out->judged, e))
        return false;
    return work_keep_judged(w, e);
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
    if (u.said.reopened_by.n > 0)
        return carry_reopening(w, &u.said, &person, e);
    return carry_refusal(w, &u.said, &person, e);
}
