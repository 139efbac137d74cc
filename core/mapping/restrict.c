/* restrict.c - the restrictions of a message that cannot be mapped: they count all the same. */
#include "mapping/inside.h"

/* How much one field that cannot be read takes with it. */
enum loss { LOSS_FIELD, LOSS_EVENT, LOSS_ALL };
static enum loss loss_of(const struct header_slots *h, const struct setter *s)
{
    if (s->slot == h->environment)
        return LOSS_ALL;
    bool is_common = s->field->memo >= 0;
    return is_common || s->slot == h->occurred ? LOSS_FIELD : LOSS_EVENT;
}

/* Whether the restriction is of an unknown kind. It would withhold for good, so a person must look
 * at it. */
static bool is_unknown_kind(const struct build *b)
{
    int kind = plan_slot(b->plan, SLICE("restriction.kind"));
    return kind >= 0 && build_is_set(b, (size_t)kind) &&
           slice_equal_text(build_get_text(b, (size_t)kind), "unknown");
}

/* Unsets a field again whose value may mean something else than it says (run_doubt). */
static void drop_doubtful(struct run *r, struct build *b, const struct setter *s)
{
    b->encoded[s->slot] = (struct slice){ .n = 0 };
    if (s->field->memo >= 0)
        r->memos[s->field->memo] = (struct memo){ .how = MEMO_NOTHING };
    err_clear(&r->refused);
}

/* Sets each field by itself, so that one that cannot be read costs no other. *is_other: the
 * environment cannot be told, so the message says nothing here. */
static bool set_fields(struct run *r, const struct rule *rule, struct mapped_restriction *x,
                       struct slice *cleared, size_t *cleared_count, bool *is_other, struct err *e)
{
    const struct header_slots *h = plan_header(rule->schema->plan);
    for (size_t i = 0; i < rule->setter_count; i++) {
        const struct setter *s = &rule->setters[i];
        struct err one = { .fate = ERR_NONE };
        bool is_cleared = false;
        bool is_set = run_set(r, &x->event.build, s, &is_cleared, &one);
        if (is_set && r->refused.fate == ERR_NONE) {
            if (is_cleared)
                cleared[(*cleared_count)++] = s->field->path;
            continue;
        }
        if (is_set) {
            drop_doubtful(r, &x->event.build, s);
        } else if (one.fate != ERR_REJECT) {
            *e = one;
            return false;
        }
        enum loss loss = loss_of(h, s);
        *is_other |= loss == LOSS_ALL;
        x->is_unread |= loss == LOSS_EVENT;
        x->is_doubtful |= s->slot == h->unknown_restriction;
    }
    x->is_doubtful |= build_is_set(&x->event.build, (size_t)h->unknown_restriction);
    x->is_unread |= is_unknown_kind(&x->event.build);
    return true;
}

static bool restriction_put_time(struct build *b, int64_t observed_ms, struct err *e)
{
    const struct header_slots *h = plan_header(b->plan);
    if (build_is_set(b, (size_t)h->occurred))
        return true;
    return build_long(b, (size_t)h->occurred, observed_ms, e) &&
           build_text(b, (size_t)h->occurred_precision, SLICE("second"), e);
}

static bool rule_to_restriction(struct run *r, const struct rule *rule, int64_t observed_ms,
                                struct mapped_restriction *x, bool *is_other, struct err *e)
{
    struct slice *cleared = arena_raw(r->a, (rule->setter_count + 1) * sizeof *cleared);
    size_t cleared_count = 0;
    x->event = (struct mapped_event){ .schema = rule->schema, .restricts = true };
    if (!cleared)
        return err_memory(e);
    return build_init(&x->event.build, rule->schema->plan, r->a, e) &&
           set_fields(r, rule, x, cleared, &cleared_count, is_other, e) &&
           restriction_put_time(&x->event.build, observed_ms, e) &&
           rule_end(r, rule, observed_ms, cleared, cleared_count, &x->event, e);
}

static void note_environment(const struct mapped_restriction *x, struct mapped_restrictions *out)
{
    const struct header_slots *h = plan_header(x->event.schema->plan);
    if (build_is_set(&x->event.build, (size_t)h->environment))
        out->environment = build_get_text(&x->event.build, (size_t)h->environment);
}

/* The rules of a message, one after the other. */
struct walk {
    struct run *r;
    bool breaks_off; /* a no may stand where nothing could be read */
    struct mapped_restrictions *out;
    int64_t observed_ms;
    int ordinal;
    bool is_named; /* as not carried: no other rule speaks */
    bool is_other;
    struct mapped_restriction doubt; /* the first that shows a code nobody knows */
};

/* A rule with `changed` says nothing where none of what it watches was sent. */
static bool rule_speaks(struct run *r, const struct rule *rule)
{
    return !rule->has_changed || rule_says_anything(r, rule);
}

static bool take_rule(struct walk *w, const struct rule *rule, struct err *e)
{
    bool is_no = rule_restricts(rule);
    if (w->is_named && !is_no)
        return true;
    bool holds = run_all_hold(w->r, &rule->on);
    bool is_unread = is_no && w->r->refused.fate != ERR_NONE;
    err_clear(&w->r->refused);
    if (!is_unread && !(holds && rule_speaks(w->r, rule))) {
        bool may_be_cut = is_no && w->breaks_off;
        if (!may_be_cut)
            return true;
        is_unread = true;
    }
    struct mapped_restriction *x = &w->out->list[w->out->count];
    *x = (struct mapped_restriction){ .ordinal = w->ordinal, .is_unread = is_unread };
    w->ordinal += holds;
    if (!is_no && w->doubt.is_doubtful)
        return true;
    if (!rule_to_restriction(w->r, rule, w->observed_ms, x, &w->is_other, e))
        return false;
    note_environment(x, w->out);
    if (x->is_doubtful && !w->doubt.is_doubtful)
        w->doubt = *x;
    w->out->count += is_no;
    return true;
}

/* Finds whom r is about, by the fields of a rule that did not fit. */
static bool tell_person(struct walk *w, struct run *r, struct mapped_restriction *x, struct err *e)
{
    *x = (struct mapped_restriction){ .is_doubtful = true };
    err_clear(&r->refused);
    if (!rule_to_restriction(r, r->m->teller, w->observed_ms, x, &w->is_other, e))
        return false;
    x->is_doubtful = x->is_unread = true;
    note_environment(x, w->out);
    return true;
}

bool mapping_in_person(const struct mapping *m, struct arena *a, const struct doc *d,
                       int64_t observed_ms, struct build *out, struct err *e)
{
    struct run r;
    struct mapped_restriction x;
    struct mapped_restrictions of = { .count = 0 };
    struct walk w = { .r = &r, .out = &of, .observed_ms = observed_ms };
    if (!run_init(&r, m, a, d, e) || !tell_person(&w, &r, &x, e))
        return false;
    *out = x.event.build;
    return true;
}

/* Adds the other persons of the message: nobody knows which of them the doubt is about. */
static bool take_further(struct walk *w, struct err *e)
{
    const struct mapping *m = w->r->m;
    for (size_t i = 0; m->format->further && i < FURTHER_MAX; i++) {
        struct mapped_restriction *x = &w->out->list[w->out->count];
        const struct doc *d = NULL;
        struct run r;
        if (!m->format->further(w->r->a, w->r->d, i, &d, e))
            return false;
        if (!d)
            return true;
        if (!run_init(&r, m, w->r->a, d, e) || !tell_person(w, &r, x, e))
            return false;
        x->is_doubtful = false;
        w->out->count++;
    }
    return true;
}

static bool take_unknown(struct walk *w, struct err *e)
{
    size_t next = 0;
    struct slice code;
    bool of_another = false;
    if (!hidden_further(w->r, &of_another, e))
        return false;
    if (!w->doubt.is_doubtful) {
        bool is_unknown = unknown_next(w->r, &next, &code) || of_another || hidden_find(w->r);
        if (!is_unknown)
            return true;
        if (!tell_person(w, w->r, &w->doubt, e))
            return false;
    }
    return !w->doubt.is_doubtful || take_further(w, e);
}

static bool is_not_carried(struct run *r)
{
    bool named = false;
    for (size_t i = 0; i < r->m->not_carried.count && !named; i++)
        named = run_holds(r, &r->m->not_carried.list[i]);
    err_clear(&r->refused);
    return named;
}

bool mapping_in_restrictions(const struct mapping *m, struct arena *a, const struct doc *d,
                             int64_t observed_ms, struct mapped_restrictions *out, struct err *e)
{
    struct run r;
    const struct format *f = mapping_format(m);
    struct walk w = { .r = &r,
                      .breaks_off = f->breaks_off && f->breaks_off(d),
                      .out = out,
                      .observed_ms = observed_ms };
    *out = (struct mapped_restrictions){ .count = 0 };
    size_t room = m->rule_count + 2 + (f->further ? FURTHER_MAX : 0);
    out->list = ARENA_ARRAY(a, room, struct mapped_restriction);
    if (!out->list)
        return err_memory(e);
    if (!run_init(&r, m, a, d, e))
        return false;
    if (!run_join(&r, &m->id, '|', &out->message_id, e))
        return false;
    w.is_named = is_not_carried(&r);
    for (size_t i = 0; i < m->rule_count; i++)
        if (!take_rule(&w, &m->rules[i], e))
            return false;
    if (!take_unknown(&w, e))
        return false;
    if (w.doubt.is_doubtful) {
        w.doubt.is_unread = true;
        out->list[out->count++] = w.doubt;
    }
    if (w.is_other)
        out->count = 0;
    return true;
}
