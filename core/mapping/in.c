/* in.c - one message through an in mapping: which rules fit, and the records they make. */
#include "mapping/parts.h"

#define MEMORY_SEPARATOR 0x1f

static void find_anew(struct run *r, const struct path *p, const struct path *base, size_t nth,
                      struct found *f)
{
    *f = r->m->format->find(r->a, r->d, p, base, nth);
    if (f->how == FOUND_PRESENT && f->value.n == 0)
        f->how = FOUND_ABSENT; /* escapes that leave nothing */
}

const struct found *run_find(struct run *r, const struct ref *ref)
{
    struct found *f = ref->source < 0 ? &r->passing : &r->found[ref->source];
    if (ref->source < 0) {
        find_anew(r, ref->path, r->base, r->nth, f);
    } else if (!r->is_found[ref->source]) {
        find_anew(r, ref->path, NULL, 0, f);
        r->is_found[ref->source] = true;
    }
    if (r->reads && f->how != FOUND_ABSENT)
        reads_add(r->reads, f->at, f->length);
    return f;
}

bool run_holds(struct run *r, const struct condition *c)
{
    const struct found *f = run_find(r, &c->ref);
    if (c->test != IS_WORD)
        return (f->how == FOUND_PRESENT) == (c->test == IS_PRESENT);
    bool any = false;
    for (size_t i = 0; !any && f->how == FOUND_PRESENT && i < c->word_count; i++)
        any = slice_equal(f->value, c->words[i]);
    if (c->needs_value && f->how != FOUND_PRESENT)
        return false;
    return any != c->negated;
}

bool run_all_hold(struct run *r, const struct conditions *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (!run_holds(r, &c->list[i]))
            return false;
    return true;
}

/* Texts of several paths with a separator between; absent ones are empty. */
static bool join_found(struct run *r, const struct refs *refs, uint8_t separator, struct slice *out,
                       struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < refs->count; i++)
        n += run_find(r, &refs->list[i])->value.n + 1;
    uint8_t *text = arena_raw(r->a, n + 1), *to = text;
    if (!text)
        return err_memory(e);
    for (size_t i = 0; i < refs->count; i++) {
        const struct found *f = run_find(r, &refs->list[i]);
        if (i > 0)
            *to++ = separator;
        if (f->how == FOUND_PRESENT) {
            memcpy(to, f->value.p, f->value.n);
            to += f->value.n;
        }
    }
    *out = slice_of(text, (size_t)(to - text));
    return true;
}

/* What `changed` watches: each path's state ('-' absent, '0' cleared, '+' present) and text. */
static bool watched(struct run *r, const struct refs *refs, struct slice *out, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < refs->count; i++)
        n += run_find(r, &refs->list[i])->value.n + 2;
    uint8_t *text = arena_raw(r->a, n), *to = text;
    if (!text)
        return err_memory(e);
    for (size_t i = 0; i < refs->count; i++) {
        const struct found *f = run_find(r, &refs->list[i]);
        *to++ = MEMORY_SEPARATOR;
        *to++ = f->how == FOUND_PRESENT ? '+' : f->how == FOUND_CLEARED ? '0' : '-';
        if (f->how == FOUND_PRESENT) {
            memcpy(to, f->value.p, f->value.n);
            to += f->value.n;
        }
    }
    *out = slice_of(text, (size_t)(to - text));
    return true;
}

/* What is not sent is unchanged: a watch on it has nothing to tell. */
static bool says_anything(struct run *r, const struct refs *refs)
{
    for (size_t i = 0; i < refs->count; i++)
        if (run_find(r, &refs->list[i])->how != FOUND_ABSENT)
            return true;
    return false;
}

static bool fill_changed(struct run *r, const struct rule *rule, struct mapped_event *out,
                         struct err *e)
{
    struct slice key;
    if (!watched(r, &rule->key, &key, e) || !watched(r, &rule->of, &out->changed_of, e))
        return false;
    uint8_t *text = arena_raw(r->a, rule->memory.n + key.n);
    if (!text)
        return err_memory(e);
    memcpy(text, rule->memory.p, rule->memory.n);
    memcpy(text + rule->memory.n, key.p, key.n);
    out->changed_key = slice_of(text, rule->memory.n + key.n);
    out->has_changed = true;
    out->changed_quiet = rule->is_quiet;
    out->changed_asks = rule->asks;
    return true;
}

static bool fill_header(const struct run *r, const struct rule *rule, struct build *b,
                        int64_t observed_ms, const struct slice *cleared, size_t cleared_count,
                        struct err *e)
{
    const struct header_slots *h = plan_header(rule->schema->plan);
    (void)r;
    return build_text(b, (size_t)h->type, rule->schema->name, e) &&
           build_text(b, (size_t)h->kind, rule->kind, e) &&
           build_text(b, (size_t)h->action, rule->action, e) &&
           (build_is_set(b, (size_t)h->observed) ||
            build_long(b, (size_t)h->observed, observed_ms, e)) &&
           build_strings(b, (size_t)h->cleared, cleared, cleared_count, e);
}

static bool run_rule(struct run *r, const struct rule *rule, int64_t observed_ms,
                     struct mapped_event *out, struct err *e)
{
    *out = (struct mapped_event){ .schema = rule->schema };
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
    return fill_header(r, rule, &out->build, observed_ms, cleared, cleared_count, e) &&
           (!rule->has_changed || fill_changed(r, rule, out, e));
}

static bool run_init(struct run *r, const struct mapping *m, struct arena *a, const struct doc *d,
                     struct err *e)
{
    *r = (struct run){ .m = m, .a = a, .d = d };
    r->found = arena_raw(a, (m->source_count + 1) * sizeof *r->found);
    r->is_found = ARENA_ARRAY(a, m->source_count + 1, bool);
    r->memos = ARENA_ARRAY(a, m->memo_count + 1, struct memo);
    return r->found && r->is_found && r->memos ? true : err_memory(e);
}

/* What does not say its type cannot be told from what nobody wants: that would be lost in silence. */
static bool check_type(const struct mapping *m, struct slice type, struct err *e)
{
    if (m->type.count == 0)
        return true;
    for (size_t i = 0; i < type.n; i++)
        if (type.p[i] != '^')
            return true;
    return err_set(e, ERR_REJECT, "map.type", 0, "cannot tell the type of the message: it says none");
}

static bool run_all(struct run *r, int64_t observed_ms, struct mapped *out, struct err *e)
{
    const struct mapping *m = r->m;
    *out = (struct mapped){ .outcome = MAPPED_NOT_CARRIED };
    if (!join_found(r, &m->id, '|', &out->message_id, e) ||
        !join_found(r, &m->type, '^', &out->type, e) || !check_type(m, out->type, e))
        return false;
    for (size_t i = 0; i < m->not_carried.count; i++)
        if (run_holds(r, &m->not_carried.list[i]))
            return true;
    out->events = arena_raw(r->a, (m->rule_count + 1) * sizeof *out->events);
    if (!out->events)
        return err_memory(e);
    for (size_t i = 0; i < m->rule_count; i++) {
        const struct rule *rule = &m->rules[i];
        if (!run_all_hold(r, &rule->on))
            continue;
        out->outcome = MAPPED_EVENTS;
        if (rule->has_changed && !says_anything(r, &rule->of))
            continue;
        struct mapped_event *event = &out->events[out->event_count++];
        if (!run_rule(r, rule, observed_ms, event, e))
            return false;
        const struct header_slots *h = plan_header(rule->schema->plan);
        if (build_is_set(&event->build, (size_t)h->environment))
            out->environment = build_get_text(&event->build, (size_t)h->environment);
    }
    out->skipped_ids = r->skipped_ids;
    return true;
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
