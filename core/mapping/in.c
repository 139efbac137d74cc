/* in.c - one message through an in mapping: which rules fit, and the records they make. */
#include "mapping/inside.h"

static bool rule_to_event(struct run *r, const struct rule *rule, int64_t observed_ms,
                          struct mapped_event *out, struct err *e)
{
    *out = (struct mapped_event){ .schema = rule->schema, .restricts = rule_restricts(rule) };
    if (!build_init(&out->build, rule->schema->plan, r->a, e))
        return false;
    struct slice *cleared = arena_raw(r->a, (rule->setter_count + 1) * sizeof *cleared);
    size_t cleared_count = 0;
    if (!cleared)
        return err_memory(e);
    for (size_t i = 0; i < rule->setter_count; i++) {
        bool is_cleared = false;
        if (!run_set(r, &out->build, &rule->setters[i], &is_cleared, e))
            return false;
        if (is_cleared)
            cleared[cleared_count++] = rule->setters[i].field->path;
    }
    return rule_end(r, rule, observed_ms, cleared, cleared_count, out, e);
}

/* A message that does not say its type could pass for one that nobody wants, and be lost in
 * silence. */
static bool check_message_type(const struct mapping *m, struct slice type, struct err *e)
{
    if (m->type.count == 0)
        return true;
    for (size_t i = 0; i < type.n; i++)
        if (type.p[i] != '^')
            return true;
    return err_set(e, ERR_REJECT, "map.type", 0, "the message does not say its type");
}

bool mapping_can_read(const struct mapping *m, struct arena *a, const struct doc *d, struct err *e)
{
    if (!m->format->has)
        return true;
    for (size_t i = 0; i < m->source_count; i++)
        if (m->needed[i] && !m->format->has(a, d, m->sources[i], e))
            return false;
    return true;
}

/* Runs all rules; of a message that is not carried, those that restrict alone. */
static bool run_rules(struct run *r, int64_t observed_ms, struct mapped *out, struct err *e)
{
    const struct mapping *m = r->m;
    bool only_restricting = out->is_named;
    for (size_t i = 0; i < m->rule_count; i++) {
        const struct rule *rule = &m->rules[i];
        if (only_restricting && !rule_restricts(rule))
            continue;
        if (!run_all_hold(r, &rule->on))
            continue;
        out->outcome = MAPPED_EVENTS;
        out->is_named = true;
        if (rule->has_changed && !rule_says_anything(r, rule))
            continue;
        struct mapped_event *event = &out->events[out->event_count++];
        if (!rule_to_event(r, rule, observed_ms, event, e))
            return false;
        const struct header_slots *h = plan_header(rule->schema->plan);
        if (build_is_set(&event->build, (size_t)h->environment))
            out->environment = build_get_text(&event->build, (size_t)h->environment);
    }
    return true;
}

/* Finds out whether a message that makes no record is live: its records would have told. */
static bool tell_environment(struct run *r, struct mapped *out, struct err *e)
{
    const struct rule *rule = r->m->teller;
    size_t slot = (size_t)plan_header(rule->schema->plan)->environment;
    struct build b;
    bool cleared = false;
    if (!build_init(&b, rule->schema->plan, r->a, e))
        return false;
    for (size_t i = 0; i < rule->setter_count; i++) {
        if (rule->setters[i].slot != (int)slot)
            continue;
        if (!run_set(r, &b, &rule->setters[i], &cleared, e))
            return false;
    }
    if (build_is_set(&b, slot))
        out->environment = build_get_text(&b, slot);
    return true;
}

/* Refuses a message whose restriction cannot be seen. The environment is told first: a message of
 * the other environment concerns nobody here, whatever it hides. */
static bool refuse_hidden(struct run *r, struct mapped *out, const struct ref *hidden,
                          struct err *e)
{
    if (!out->event_count && !tell_environment(r, out, e))
        return false;
    if (!hidden)
        return err_set(
            e, ERR_REJECT, "map.restriction", 0,
            "the message restricts a second person, and its records are about the first");
    return err_set(e, ERR_REJECT, "map.restriction", 0,
                   "'%.*s' may restrict more than the mapping reads of it: extend the mapping",
                   SHOWN(hidden->text));
}

static bool note_unknown(struct run *r, struct mapped *out, struct err *e)
{
    const struct ref *hidden = hidden_find(r);
    bool of_another = false;
    if (!hidden && !hidden_further(r, &of_another, e))
        return false;
    if (hidden || of_another)
        return refuse_hidden(r, out, hidden, e);
    if (!unknown_note(r, out, e))
        return false;
    bool makes_no_record = out->event_count == 0;
    if (out->unknown.n && makes_no_record)
        return tell_environment(r, out, e);
    return true;
}

static bool run_all(struct run *r, int64_t observed_ms, struct mapped *out, struct err *e)
{
    const struct mapping *m = r->m;
    *out = (struct mapped){ .outcome = MAPPED_NOT_CARRIED, .type_path = m->type_path };
    if (!mapping_can_read(m, r->a, r->d, e))
        return false;
    if (!run_join(r, &m->id, '|', &out->message_id, e))
        return false;
    if (!run_join(r, &m->type, '^', &out->type, e))
        return false;
    if (!check_message_type(m, out->type, e))
        return false;
    for (size_t i = 0; i < m->not_carried.count && !out->is_named; i++)
        out->is_named = run_holds(r, &m->not_carried.list[i]);
    bool is_carried = !out->is_named;
    out->events = arena_raw(r->a, (m->rule_count + 1) * sizeof *out->events);
    if (!out->events)
        return err_memory(e);
    if (!run_rules(r, observed_ms, out, e))
        return false;
    if (!note_unknown(r, out, e))
        return false;
    if (is_carried)
        run_miss_unknown(r);
    out->skipped_ids = r->skipped_ids;
    out->misses = r->misses;
    out->miss_count = r->miss_count;
    if (r->refused.fate == ERR_NONE)
        return true;
    *e = r->refused;
    return false;
}

bool mapping_in(const struct mapping *m, struct arena *a, const struct doc *d, int64_t observed_ms,
                struct mapped *out, struct err *e)
{
    struct run r;
    return run_init(&r, m, a, d, e) && run_all(&r, observed_ms, out, e);
}

bool mapping_in_reading(const struct mapping *m, struct arena *a, const struct doc *d,
                        struct reads *reads, struct err *e)
{
    struct run r;
    struct mapped out;
    if (!run_init(&r, m, a, d, e))
        return false;
    r.reads = reads;
    return run_all(&r, 0, &out, e);
}
