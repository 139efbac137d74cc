/* step.c - one input, decided: duplicate, refused, judged, a receipt, an act on a hold.
 *
 * Each way fills `struct work`: what the audit says of the input, and the facts after it. What all
 * ways share - decision time, entry, chain, the feed's mark - is done once, in finish(). */
#include "step/step.h"

#include "sharing/facts/hold.h"
#include "sharing/facts/person.h"
#include "step/acts.h"
#include "step/fit.h"
#include "record/wire.h"
#include "sharing/facts/refusal.h"

struct work {
    const struct input_rules *r;
    struct partition *p;
    const struct bus_record *in;
    struct arena *a;
    struct step *out;
    struct audit_subject says;
    struct input_event event;
    struct mark_event mark;
    struct mark_place place;
    bool moves_mark;
    const struct person *before;        /* the subject, once loaded */
    struct share_asker by;              /* of nobody until it is known whose it is */
    struct buf facts;                   /* the encoded person after it; empty: unchanged */
    struct buf acts;                    /* the acts taken after it; empty: unchanged */
};

/* -- marks of feeds ------------------------------------------------------------------------- */

static bool copy_out(struct memory_change *c, const uint8_t key[ID_BYTES], const struct buf *b,
                     struct err *e)
{
    uint8_t *block = buf_ok(b) ? mem_alloc(b->n) : NULL;
    if (!block)
        return err_memory(e);
    memcpy(block, b->p, b->n);
    memcpy(c->key, key, ID_BYTES);
    c->bytes = block;
    c->n = b->n;
    return true;
}

/* Whether it was decided before. Where that cannot be told nothing may follow from it. */
static bool ask_mark(struct work *w, struct err *e)
{
    const struct view *v = &w->event.view;
    const struct header_slots *h = w->event.header;
    if (slice_is_empty(w->event.feed))
        return true;
    w->mark = (struct mark_event){
        .feed = w->event.feed,
        .number = w->event.feed_seq,
        .id = view_text(v, (size_t)h->id),
        .taken_ms = view_is_null(v, (size_t)h->observed) ? 0 : view_long(v, (size_t)h->observed),
        .decided_ms = w->says.decided_ms,
    };
    if (!marks_ask(w->r->bundle, &w->p->memory, &w->mark, &w->place, e))
        return false;
    if (w->place.says == MARK_UNKNOWN &&
        marks_has_word(&w->p->memory, w->in->topic, w->in->partition, w->in->offset))
        w->place.says = MARK_FIRST;
    w->out->mark = w->place.says;
    w->moves_mark = w->place.says != MARK_AGAIN;
    w->says.note = slice_text(mark_note(w->place.says));
    if (w->place.says != MARK_UNKNOWN)
        return true;
    return err_set(e, ERR_FATAL, "feed.unknown", 0,
                   "cannot tell whether an event of feed %.*s was decided before: it is over 30 days "
                   "old, of an opening of its spool that is not known (concordat skip SITE "
                   "TOPIC/PARTITION)",
                   SHOWN(w->mark.feed));
}

static bool make_marks(struct work *w, struct err *e)
{
    return !w->moves_mark ||
           marks_make(w->r->bundle, &w->p->memory, &w->mark, &w->place, w->out->marks, e);
}

/* -- judging --------------------------------------------------------------------------------- */

static bool load_person(struct work *w, struct person *out, struct err *e)
{
    w->says.facts_before = memory_get(&w->p->memory, w->out->subject.b);
    w->says.facts_after = w->says.facts_before;
    *out = person_unknown;
    if (w->says.facts_before.n && !person_decode(w->r->bundle, w->a, w->says.facts_before, out, e))
        return false;
    w->before = out;
    return true;
}

static bool keep_person(struct work *w, const struct person *after, struct err *e)
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

/* What came of judging: kept, or why not. */
static bool take_judged(struct work *w, struct err *e)
{
    struct judged *j = &w->out->judged;
    if (j->error && slice_equal_text(slice_text(j->error), "duplicate"))
        return drop_again(w);
    if (j->error)
        return err_set(e, ERR_REJECT, j->error, 0, "cannot decide the event: %s",
                       reason_sentence(slice_text(j->error)));
    if (j->facts_changed && !keep_person(w, j->after, e))
        return false;
    w->says.judged = j;
    if (j->note.n && w->says.kind == AUDIT_EVENT && !add_note(w, j->note))
        return err_memory(e);
    return true;
}

static bool judge(struct work *w, const struct judge_input *in, struct err *e)
{
    return judge_event(in, w->a, &w->out->judged, e) && take_judged(w, e);
}

static bool judge_now(struct work *w, struct err *e)
{
    struct person person;
    if (!load_person(w, &person, e))
        return false;
    const struct judge_input in = {
        .bundle = w->r->bundle,
        .keys = w->r->keys,
        .event = w->event.view,
        .framed = w->in->value,
        .subject = w->out->subject,
        .facts = &person,
        .decided_ms = w->says.decided_ms,
        .test = !w->r->live,
    };
    return judge(w, &in, e);
}

/* Whatever came of it, it came of it the first time: only its subject is still of interest. */
static bool take_duplicate(struct work *w)
{
    struct err ignored = { .fate = ERR_NONE };
    w->says.kind = AUDIT_DUPLICATE;
    if (input_event_check(w->r, w->in, &w->event, &ignored))
        w->out->subject = w->event.subject;
    return true;
}

static bool take_event(struct work *w, struct err *e)
{
    bool read = input_event(w->r, w->in, w->a, &w->event, e);
    if (w->event.has_sender)
        w->says.event = &w->event.view;
    if (!read || !ask_mark(w, e))
        return false;
    if (w->place.says == MARK_AGAIN)
        return take_duplicate(w);
    bool good = input_event_check(w->r, w->in, &w->event, e);
    w->out->subject = w->event.subject; /* also of a refused one, when it was found */
    w->by = fit_asker(w->r->bundle, &w->event.view);
    return good && judge_now(w, e);
}

/* -- receipts and acts on holds --------------------------------------------------------------- */

static bool take_receipt(struct work *w, struct err *e)
{
    struct input_receipt r;
    w->says.kind = AUDIT_RECEIPT;
    w->says.schema = SLICE("Receipt");
    if (!input_receipt(w->r, w->in, w->a, &r, e))
        return false;
    w->out->subject = r.subject;
    w->says.source = r.recipient;
    w->says.disclosure = r.disclosure;
    const char *note = arena_format(w->a, "%.*s%s%.*s", (int)r.outcome.n, (const char *)r.outcome.p,
                                    r.code.n ? " " : "", (int)r.code.n, (const char *)r.code.p);
    w->says.note = slice_text(note);
    return note || err_memory(e);
}

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

static struct judge_input held_input(const struct work *w, const struct person *person,
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

/* What a person's word, or a sign, made of it, kept. */
static bool keep_word(struct work *w, struct err *e)
{
    w->says.judged = &w->out->judged;
    return keep_person(w, w->out->judged.after, e);
}

/* Refused by a person: the hold ends as withheld (law 2), and it lasts. */
static bool refuse_hold(struct work *w, const struct input_act *act, const struct person *person,
                        const struct hold *hold, struct err *e)
{
    const struct judge_input in = held_input(w, person, hold->bytes);
    return judge_refuse(&in, hold, act->person, act->is_for_episode, w->a, &w->out->judged, e) &&
           keep_word(w, e);
}

static bool release_hold(struct work *w, const struct person *person, const struct hold *hold,
                         struct err *e)
{
    struct judge_input in = held_input(w, person, hold->bytes);
    in.release = hold;
    return judge(w, &in, e);
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
           keep_person(w, &after, e);
}

#define SAME_PERSON " (the same person: somebody else must agree)"

static bool no_outsider(const char *what, struct err *e)
{
    return err_set(e, ERR_REJECT, "act.own-agency", 0,
                   "cannot do it: somebody who is not of the recipient's own agency must %s it",
                   what);
}

static bool keep_first_settling(struct work *w, const struct input_act *act,
                                const struct person *person, struct err *e)
{
    const char *who = arena_format(w->a, "%.*s %.*s", SHOWN(act->act), SHOWN(acts_first(act)));
    return who ? keep_first(w, act, person, slice_text(who), e) : err_memory(e);
}

/* A yes beside another's no, settled for all that rests on it. */
static bool settle(struct work *w, const struct input_act *act, const struct person *person,
                   const struct hold *hold, struct err *e)
{
    const struct judge_input in = held_input(w, person, hold->bytes);
    struct judged *j = &w->out->judged;
    struct slice first = acts_first_by(hold->first_by, act->act);
    bool two = acts_need_two(person, hold->reason);
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
    if (!judge_settle(&in, hold, slice_equal_text(act->act, "settle-yes"), act->person, w->a, j, e))
        return false;
    if (j->error) {
        *j = (struct judged){ .decisions = NULL };
        return note_act(w, act, " (nothing is in conflict there)", e);
    }
    return note_act(w, act, "", e) && take_judged(w, e);
}

static bool release(struct work *w, const struct input_act *act, const struct person *person,
                    const struct hold *hold, struct err *e)
{
    struct slice first = acts_first_by(hold->first_by, act->act);
    bool two = acts_need_two(person, hold->reason);
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
    return note_act(w, act, "", e) && release_hold(w, person, hold, e);
}

static bool act_on_hold(struct work *w, const struct input_act *act, const struct person *person,
                        const struct hold *hold, struct err *e)
{
    if (!open_held(w, hold->bytes, e))
        return false;
    if (act->is_settling)
        return settle(w, act, person, hold, e);
    if (act->is_release)
        return release(w, act, person, hold, e);
    return note_act(w, act, "", e) && refuse_hold(w, act, person, hold, e);
}

static bool keep_first_reopening(struct work *w, const struct input_act *act,
                                 const struct person *person, const struct refusal *refusal,
                                 struct err *e)
{
    struct person after;
    return note_act(w, act, HOLD_FIRST_OF_TWO, e) &&
           refusal_note_first(w->a, person, refusal, acts_first(act), &after, e) &&
           keep_person(w, &after, e);
}

/* As many people as a release of it needs. */
static bool reopen(struct work *w, const struct input_act *act, const struct person *person,
                   struct err *e)
{
    struct slice service = w->r->bundle->services[act->to.n].name;
    const struct refusal *refusal = refusal_find(w->r->bundle, person, &act->event, service);
    if (!refusal)
        return note_act(w, act, " (it was not refused)", e);
    if (!open_held(w, refusal->bytes, e))
        return false;
    switch (acts_enough(w->r->bundle, w->says.decided_ms, act, refusal->first_by,
                        acts_reopening_needs_two(person, refusal))) {
    case ACT_ANOTHER:
        return keep_first_reopening(w, act, person, refusal, e);
    case ACT_SAME:
        return note_act(w, act, SAME_PERSON, e);
    case ACT_OUTSIDER:
        return no_outsider("reopen", e);
    case ACT_ENOUGH:
        break;
    }
    const struct judge_input in = held_input(w, person, refusal->bytes);
    const char *as = acts_refused_as(w->a, act, refusal);
    return (as || err_memory(e)) && note_act(w, act, as, e) &&
           judge_reopen(&in, refusal, &act->event, w->a, &w->out->judged, e) && keep_word(w, e);
}

/* -- what could not be read --------------------------------------------------------------------- */

/* "<code> <reference>"; whose events are held because of it is found when they are decided. */
static bool take_unread(struct work *w, struct err *e)
{
    struct input_unread u;
    struct person person;
    w->says.kind = AUDIT_UNREAD;
    w->says.schema = SLICE("Unread");
    if (!input_unread(w->r, w->in, w->a, &u, e))
        return false;
    w->out->subject = u.subject;
    w->says.source = u.source;
    w->by = (struct share_asker){ bundle_agency(w->r->bundle, u.seen.agency), true };
    u.seen.since_ms = u.seen.last_ms = w->says.decided_ms;
    w->says.note = slice_text(
        arena_format(w->a, "%.*s %.*s", SHOWN(u.seen.code), SHOWN(u.seen.reference)));
    const struct judge_input in = held_input(w, &person, slice_of(NULL, 0));
    return (w->says.note.p || err_memory(e)) && load_person(w, &person, e) &&
           judge_unread(&in, &u.seen, w->a, &w->out->judged, e) && keep_word(w, e);
}

/* By one person, of this subject; a word on a whole list comes once for each. */
static bool look(struct work *w, const struct input_act *act, const struct person *person,
                 struct err *e)
{
    const struct judge_input in = held_input(w, person, slice_of(NULL, 0));
    struct judged *j = &w->out->judged;
    if (!judge_looked(&in, act->source, act->code, act->document->at_ms, w->a, j, e))
        return false;
    if (!j->facts_changed)
        return note_act(w, act, LOOKED_AT_NOTHING, e);
    return note_act(w, act, "", e) && keep_word(w, e);
}

static bool take_act(struct work *w, struct err *e)
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
    if (act.by.count && !act.is_for_many && !acts_take(w->r->bundle, &w->p->memory, w->a, act.document,
                                   w->says.decided_ms, &w->acts, e))
        return false;
    if (!act.is_on_hold) /* whose it is does it; here it is on record */
        return note_act(w, &act, "", e) &&
               marks_keep_word(act.act, act.hold, w->in->value, &w->out->goes_on,
                               &w->out->marks[0], e);
    if (!load_person(w, &person, e))
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

/* -- orders and states of bundles ------------------------------------------------------------- */

/* The keeper of the bundles follows them (daemon/keeper.c); here they are noted. What is neither is an
 * act, where acts stand. */
static bool take_control(struct work *w, bool acts, struct err *e)
{
    struct input_bundle b;
    if (!input_bundle(w->r, w->in, w->a, &b, e))
        return false;
    if (slice_is_empty(b.schema))
        return acts ? take_act(w, e)
                    : err_set(e, ERR_REJECT, "event.schema", 2,
                              "cannot take a record that has no place on this topic");
    w->says.kind = AUDIT_BUNDLE;
    w->says.schema = b.schema;
    w->says.note = b.note;
    return true;
}

/* -- the step ---------------------------------------------------------------------------------- */

static bool take(struct work *w, struct err *e)
{
    struct slice agency;
    switch (input_topic(w->in->topic, &agency)) {
    case INPUT_EVENTS:
        return input_is_unread(w->r, w->in) ? take_unread(w, e) : take_event(w, e);
    case INPUT_RECEIPTS:
        return take_receipt(w, e);
    case INPUT_CONTROL:
        return take_control(w, true, e);
    case INPUT_STATES:
        return take_control(w, false, e);
    case INPUT_OTHER:
        break;
    }
    return err_set(e, ERR_REJECT, "event.topic", 0, "cannot take a record from this topic");
}

/* Nothing follows from a refused record but its entry (and its feed's mark: it was decided). */
static void refuse(struct work *w, struct err *e)
{
    w->out->refusal = *e;
    err_clear(e);
    step_drop(w->out);
    w->out->goes_on = false;
    buf_reset(&w->facts);
    buf_reset(&w->acts);
    w->out->judged = (struct judged){ .decisions = NULL };
    w->says.kind = AUDIT_REFUSED;
    w->says.judged = NULL;
    w->says.disclosure = slice_of(NULL, 0);
    w->says.facts_before = w->says.facts_after = slice_of(NULL, 0);
    w->says.note = slice_text(w->out->refusal.code);
}

static bool make_entry(struct work *w, struct err *e)
{
    struct buf b;
    w->says.subject = &w->out->subject;
    w->out->chain = w->p->chain;
    bool made = fit_entry(w->r->bundle, &w->out->chain, &w->says, &b, e);
    if (made) {
        w->out->entry = arena_copy(w->a, buf_slice(&b));
        made = w->out->entry.p || err_memory(e);
    }
    buf_release(&b);
    return made;
}

/* Whatever it leads to, every record of it fits, or it is refused. */
static bool decide(struct work *w, struct err *e)
{
    return take(w, e) && fit_records(&w->out->judged, w->facts.n, e) && make_entry(w, e);
}

static bool keep_acts(struct work *w, struct err *e)
{
    uint8_t key[ID_BYTES];
    acts_key(key);
    return w->acts.n == 0 || copy_out(&w->out->acts, key, &w->acts, e);
}

static bool finish(struct work *w, struct err *e)
{
    w->out->kind = w->says.kind;
    return make_marks(w, e) &&
           (w->facts.n == 0 || copy_out(&w->out->facts, w->out->subject.b, &w->facts, e)) &&
           keep_acts(w, e) && memory_room(&w->p->memory, 2 + MARK_CHANGES, e);
}

int64_t step_time(const struct partition *p, const struct bus_record *in)
{
    return in->accepted_ms > p->chain.decided_ms ? in->accepted_ms : p->chain.decided_ms;
}

bool step_decide(const struct input_rules *r, struct partition *p, const struct bus_record *in,
                 struct arena *a, struct step *out, struct err *e)
{
    *out = (struct step){ .kind = AUDIT_EVENT };
    struct work w = { .r = r, .p = p, .in = in, .a = a, .out = out, .by = { .agency = -1 } };
    w.says.input = in;
    w.says.decided_ms = step_time(p, in);
    buf_init(&w.facts, BUS_RECORD_MAX_BYTES * 2);
    buf_init(&w.acts, BUS_RECORD_MAX_BYTES);
    bool done = decide(&w, e);
    if (!done && e->fate == ERR_REJECT) {
        refuse(&w, e);
        done = make_entry(&w, e);
    }
    done = done && finish(&w, e);
    buf_release(&w.facts);
    buf_release(&w.acts);
    if (!done)
        step_drop(out);
    return done;
}

static void accept(struct memory *s, struct memory_change *c)
{
    if (c->bytes)
        memory_put(s, c->key, c->bytes, c->n);
    c->bytes = NULL;
}

void step_accept(struct partition *p, struct step *s)
{
    accept(&p->memory, &s->facts);
    accept(&p->memory, &s->acts);
    for (int i = 0; i < MARK_CHANGES; i++)
        accept(&p->memory, &s->marks[i]);
    p->chain = s->chain;
}

void step_drop(struct step *s)
{
    mem_free(s->facts.bytes);
    mem_free(s->acts.bytes);
    s->facts.bytes = s->acts.bytes = NULL;
    for (int i = 0; i < MARK_CHANGES; i++) {
        mem_free(s->marks[i].bytes);
        s->marks[i].bytes = NULL;
    }
}
