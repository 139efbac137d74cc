/* step.c - one input, decided: duplicate, refused, judged, a receipt, an act on a hold.
 *
 * Each way fills `struct work`: what the audit says of the input, and the facts after it. What all
 * ways share - decision time, entry, chain, the feed's mark - is done once, in finish(). */
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
    return err_set(
        e, ERR_FATAL, "feed.unknown", 0,
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

static bool judge_now(struct work *w, struct err *e)
{
    struct person person;
    if (!work_load_person(w, &person, e))
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
    return work_judge(w, &in, e);
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

/* -- receipts --------------------------------------------------------------- */

/* What a notice closed the way of, or took all or some of the content of, comes back when that
 * opens; what ended otherwise at the door does not. */
static bool may_come_back(const struct input_receipt *r, bool *is_stopped)
{
    bool by_notice = slice_equal_text(r->code, "delivery.stopped") ||
                     slice_equal_text(r->code, "delivery.nothing-left");
    *is_stopped = slice_equal_text(r->outcome, "stopped");
    return (*is_stopped && by_notice) || slice_equal_text(r->outcome, "reduced");
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
    return judge_at_door(&in, &at, w->a, &w->out->judged, &found, e) &&
           (!found || work_keep_word(w, e));
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
    const char *note = arena_format(w->a, "%.*s%s%.*s", (int)r.outcome.n, (const char *)r.outcome.p,
                                    r.code.n ? " " : "", (int)r.code.n, (const char *)r.code.p);
    w->says.note = slice_text(note);
    return (note || err_memory(e)) &&
           (!may_come_back(&r, &is_stopped) || take_back_of(w, &r, is_stopped, e));
}

/* -- what could not be read
 * --------------------------------------------------------------------- */

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
    w->says.note =
        slice_text(arena_format(w->a, "%.*s %.*s", SHOWN(u.seen.code), SHOWN(u.seen.reference)));
    const struct judge_input in = work_input(w, &person, slice_of(NULL, 0));
    if (!w->says.note.p)
        return err_memory(e);
    if (!work_load_person(w, &person, e) ||
        !judge_unread(&in, &u.seen, &u.id, w->a, &w->out->judged, e))
        return false;
    if (w->out->judged.facts_changed)
        return work_keep_word(w, e);
    w->says.kind = AUDIT_DUPLICATE; /* whatever people did about it, they did */
    return true;
}

/* -- orders and states of bundles ------------------------------------------------------------- */

/* The keeper of the bundles follows them (daemon/keeper.c); here they are noted. What is neither is
 * an act, where acts stand. */
static bool take_control(struct work *w, bool acts, struct err *e)
{
    struct input_bundle b;
    if (!input_bundle(w->r, w->in, w->a, &b, e))
        return false;
    if (slice_is_empty(b.schema))
        return acts ? step_act(w, e)
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
        return input_is_unread(w->r, w->in)    ? take_unread(w, e)
               : input_is_refused(w->r, w->in) ? step_refused(w, e)
                                               : take_event(w, e);
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
