/* step.c - one input, decided: duplicate, refused, judged, a receipt, an act on a hold.
 *
 * Each way fills `struct work`: what the audit says of the input, and the facts after it. What all
 * ways share is done once: the entry and the chain in make_entry(), the feed's mark in
 * finish_step(). */
#include "step/step_act.h"

#include "step/acts.h"
#include "step/fit.h"

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

/* Asks whether the event was decided before. Where nobody can tell, nothing may follow from it. */
static bool ask_mark(struct work *w, struct err *e)
{
    const struct view *v = &w->event.view;
    const struct header_slots *h = w->event.header;
    const struct memory *m = &w->p->memory;
    const struct bus_record *in = w->in;
    if (slice_is_empty(w->event.feed))
        return true;
    w->mark = (struct mark_event){
        .feed = w->event.feed,
        .number = w->event.feed_seq,
        .id = view_text(v, (size_t)h->id),
        .decided_ms = w->says.decided_ms,
    };
    if (!view_is_null(v, (size_t)h->observed))
        w->mark.taken_ms = view_long(v, (size_t)h->observed);
    if (!marks_ask(w->r->bundle, m, &w->mark, &w->place, e))
        return false;
    if (w->place.says == MARK_UNKNOWN && marks_has_skip(m, in->topic, in->partition, in->offset))
        w->place.says = MARK_FIRST;
    w->out->mark = w->place.says;
    w->moves_mark = w->place.says != MARK_AGAIN;
    w->says.note = slice_text(mark_note(w->place.says));
    if (w->place.says != MARK_UNKNOWN)
        return true;
    return err_set(
        e, ERR_FATAL, "feed.unknown", 0,
        "cannot tell whether an event of feed %.*s was decided before: it is over 30 days "
        "old, of an opening of its spool that is not known (concordat skip SITE "
        "TOPIC/PARTITION)",
        SHOWN(w->mark.feed));
}

static bool make_marks(struct work *w, struct err *e)
{
    if (!w->moves_mark)
        return true;
    return marks_make(w->r->bundle, &w->p->memory, &w->mark, &w->place, w->out->marks, e);
}

/* -- judging --------------------------------------------------------------------------------- */

static bool judge_now(struct work *w, struct err *e)
{
    struct person person;
    if (!work_load_person(w, &person, e))
        return false;
    const struct judge_input in = work_input(w, &person, w->in->value);
    return work_judge(w, &in, e);
}

/* Whatever follows from the event followed the first time: only its subject is still of interest.
 */
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
    if (!read)
        return false;
    if (!ask_mark(w, e))
        return false;
    if (w->place.says == MARK_AGAIN)
        return take_duplicate(w);
    bool good = input_event_check(w->r, w->in, &w->event, e);
    w->out->subject = w->event.subject; /* a refused event may have one, too */
    w->by = fit_asker(w->r->bundle, &w->event.view);
    if (!good)
        return false;
    return judge_now(w, e);
}

/* -- receipts -------------------------------------------------------------------------------- */

/* A disclosure that a notice stopped or reduced comes back when the notice is lifted. What ended
 * otherwise at the door does not. */
static bool may_come_back(const struct input_receipt *r, bool *is_stopped)
{
    *is_stopped = slice_equal_text(r->outcome, "stopped");
    if (!*is_stopped)
        return slice_equal_text(r->outcome, "reduced");
    return slice_equal_text(r->code, "delivery.stopped") ||
           slice_equal_text(r->code, "delivery.nothing-left");
}

static bool take_back_of(struct work *w, const struct input_receipt *r, bool is_stopped,
                         struct err *e)
{
    struct person person;
    bool found = false;
    int to = bundle_service(w->r->bundle, r->recipient);
    if (to < 0)
        return true;
    w->by = (struct share_asker){ w->r->bundle->services[to].agency, true };
    if (!work_load_person(w, &person, e))
        return false;
    const struct judge_input in = work_input(w, &person, slice_of(NULL, 0));
    const struct disclosure_at_door at = { r->disclosure, (uint16_t)to, is_stopped, r->removed,
                                           r->removed_count };
    if (!judge_at_door(&in, &at, w->a, &w->out->judged, &found, e))
        return false;
    if (!found)
        return true;
    return work_keep_judged(w, e);
}

static bool take_receipt(struct work *w, struct err *e)
{
    struct input_receipt r;
    bool is_stopped = false;
    w->says.kind = AUDIT_RECEIPT;
    w->says.schema = SLICE("Receipt");
    if (!input_receipt(w->r, w->in, w->a, &r, e))
        return false;
    w->out->subject = r.subject;
    w->says.source = r.recipient;
    w->says.disclosure = r.disclosure;
    const char *between = r.code.n > 0 ? " " : "";
    const char *note = arena_format(w->a, "%.*s%s%.*s", (int)r.outcome.n, (const char *)r.outcome.p,
                                    between, (int)r.code.n, (const char *)r.code.p);
    w->says.note = slice_text(note);
    if (!note)
        return err_memory(e);
    if (!may_come_back(&r, &is_stopped))
        return true;
    return take_back_of(w, &r, is_stopped, e);
}

/* -- what could not be read -------------------------------------------------------------------- */

/* Keeps the sign with its person, and notes "<code> <reference>". Which of their events it holds is
 * found when those are decided. */
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
    const char *note = arena_format(w->a, "%.*s %.*s", SHOWN(u.seen.code), SHOWN(u.seen.reference));
    w->says.note = slice_text(note);
    if (!note)
        return err_memory(e);
    if (!work_load_person(w, &person, e))
        return false;
    const struct judge_input in = work_input(w, &person, slice_of(NULL, 0));
    if (!judge_unread(&in, &u.seen, &u.id, w->a, &w->out->judged, e))
        return false;
    if (w->out->judged.facts_changed)
        return work_keep_judged(w, e);
    w->says.kind = AUDIT_DUPLICATE; /* the sign was taken, and perhaps looked at, before */
    return true;
}

/* -- orders and states of bundles ------------------------------------------------------------- */

/* Notes an order or a state; the keeper of the bundles follows them (daemon/keeper.c). What is
 * neither is an act, where the topic has acts. */
static bool take_control(struct work *w, bool has_acts, struct err *e)
{
    struct input_bundle b;
    if (!input_bundle(w->r, w->in, w->a, &b, e))
        return false;
    bool is_neither = slice_is_empty(b.schema);
    if (is_neither && has_acts)
        return step_act(w, e);
    if (is_neither)
        return err_set(e, ERR_REJECT, "event.schema", 2,
                       "the record is of a schema that has no place on this topic");
    w->says.kind = AUDIT_BUNDLE;
    w->says.schema = b.schema;
    w->says.note = b.note;
    return true;
}

/* -- the step ---------------------------------------------------------------------------------- */

static bool take_input(struct work *w, struct err *e)
{
    struct slice agency;
    switch (input_topic(w->in->topic, &agency)) {
    case INPUT_EVENTS:
        if (input_is_unread(w->r, w->in))
            return take_unread(w, e);
        if (input_is_refused(w->r, w->in))
            return step_refused(w, e);
        return take_event(w, e);
    case INPUT_RECEIPTS:
        return take_receipt(w, e);
    case INPUT_CONTROL:
        return take_control(w, true, e);
    case INPUT_STATES:
        return take_control(w, false, e);
    case INPUT_OTHER:
        break;
    }
    return err_set(e, ERR_REJECT, "event.topic", 0,
                   "this topic has no records that a router decides");
}

/* Nothing follows from a refused record but its entry, and its feed's mark: it was decided. */
static void refuse_input(struct work *w, struct err *e)
{
    w->out->refusal = *e;
    err_clear(e);
    step_drop(w->out);
    buf_reset(&w->facts);
    buf_reset(&w->acts);
    w->out->judged = (struct judged){ .decisions = NULL };
    w->says.kind = AUDIT_REFUSED;
    w->says.judged = NULL;
    w->says.disclosure = slice_of(NULL, 0);
    w->says.facts_before = slice_of(NULL, 0);
    w->says.facts_after = slice_of(NULL, 0);
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

/* An input of which some record would not fit the bus is refused. */
static bool decide_input(struct work *w, struct err *e)
{
    if (!take_input(w, e))
        return false;
    if (!fit_records(&w->out->judged, w->facts.n, e))
        return false;
    return make_entry(w, e);
}

static bool keep_acts(struct work *w, struct err *e)
{
    uint8_t key[ID_BYTES];
    if (w->acts.n == 0)
        return true;
    acts_key(key);
    return copy_out(&w->out->acts, key, &w->acts, e);
}

static bool keep_facts(struct work *w, struct err *e)
{
    if (w->facts.n == 0)
        return true;
    return copy_out(&w->out->facts, w->out->subject.b, &w->facts, e);
}

/* Copies out what changes in memory, and makes room for it there. */
static bool finish_step(struct work *w, struct err *e)
{
    w->out->kind = w->says.kind;
    if (!make_marks(w, e))
        return false;
    if (!keep_facts(w, e))
        return false;
    if (!keep_acts(w, e))
        return false;
    return memory_room(&w->p->memory, 2 + MARK_CHANGES, e);
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
    bool done = decide_input(&w, e);
    if (!done && e->fate == ERR_REJECT) {
        refuse_input(&w, e);
        done = make_entry(&w, e);
    }
    done = done && finish_step(&w, e);
    buf_release(&w.facts);
    buf_release(&w.acts);
    if (!done)
        step_drop(out);
    return done;
}

static void accept_change(struct memory *s, struct memory_change *c)
{
    if (c->bytes)
        memory_put(s, c->key, c->bytes, c->n);
    c->bytes = NULL;
}

void step_accept(struct partition *p, struct step *s)
{
    accept_change(&p->memory, &s->facts);
    accept_change(&p->memory, &s->acts);
    for (int i = 0; i < MARK_CHANGES; i++)
        accept_change(&p->memory, &s->marks[i]);
    p->chain = s->chain;
}

void step_drop(struct step *s)
{
    mem_free(s->facts.bytes);
    mem_free(s->acts.bytes);
    s->facts.bytes = NULL;
    s->acts.bytes = NULL;
    for (int i = 0; i < MARK_CHANGES; i++) {
        mem_free(s->marks[i].bytes);
        s->marks[i].bytes = NULL;
    }
}
