/* in.c - one message through an in mapping: which rules fit, and the records they make. */
#include "mapping/parts.h"

#define MEMORY_SEPARATOR 0x1f
#define MISSES_MAX 100
#define FORM_MAX 24

static void find_anew(struct run *r, const struct ref *ref, struct found *f)
{
    bool is_passing = ref->source < 0;
    *f = r->m->format->find(r->a, r->d, ref->path, is_passing ? r->base : NULL,
                            is_passing ? r->nth : 0);
    if (!is_passing)
        r->is_found[ref->source] = true;
    if (f->how != FOUND_PRESENT)
        return;
    f->value = slice_trim(f->value);
    if (f->value.n == 0 ||
        (r->m->empty_count && slice_is_one_of(f->value, r->m->empty, r->m->empty_count)))
        f->how = FOUND_ABSENT;
}

const struct found *run_find(struct run *r, const struct ref *ref)
{
    struct found *f = ref->source < 0 ? &r->passing : &r->found[ref->source];
    if (ref->source < 0 || !r->is_found[ref->source])
        find_anew(r, ref, f);
    if (r->reads && f->how != FOUND_ABSENT)
        reads_add(r->reads, f->at, f->length);
    return f;
}

void run_refuse_for(struct run *r, const struct ref *ref, const char *doubt)
{
    if (doubt && r->refused.fate == ERR_NONE)
        err_set(&r->refused, ERR_REJECT, "map.doubtful", 0, "cannot use '%.*s': %s",
                SHOWN(ref->text), doubt);
}

/* Letters as A and a, digits as 9; marks stay. Never the value. */
static struct slice form_of(struct arena *a, struct slice value)
{
    value = slice_head(value, FORM_MAX);
    uint8_t *form = arena_alloc(a, value.n + 1);
    for (size_t i = 0; form && i < value.n; i++) {
        uint8_t c = value.p[i];
        bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
        form[i] = lower ? 'a' : upper ? 'A' : c >= '0' && c <= '9' ? '9' : c < 0x7f && c >= ' ' ? c : '?';
    }
    return slice_of(form, form ? value.n : 0);
}

void run_miss(struct run *r, const struct ref *ref, struct slice field, struct slice value,
              const char *why)
{
    for (size_t i = 0; ref && i < r->miss_count; i++)
        if (slice_equal(r->misses[i].path, ref->text) && slice_equal(r->misses[i].field, field))
            return;
    struct mapped_miss *all =
        r->miss_count < MISSES_MAX
            ? arena_grow(r->a, r->misses, &r->miss_room, r->miss_count, sizeof *all)
            : NULL;
    if (!all || !ref)
        return;
    r->misses = all;
    r->misses[r->miss_count++] =
        (struct mapped_miss){ ref->text, field, form_of(r->a, value), why };
}

/* As a code is compared: blanks of any kind as one, what does not show left out. Many conditions ask
 * about the same few places. */
static struct slice plain(struct run *r, const struct ref *ref, struct slice value)
{
    struct slice *kept = ref->source < 0 ? NULL : &r->plain[ref->source];
    if (kept && kept->p)
        return *kept;
    struct slice text = text_plain(r->a, value);
    if (kept)
        *kept = text;
    return text.p ? text : value;
}

static bool is_a_word(struct run *r, const struct condition *c, struct slice value)
{
    value = plain(r, &c->ref, value);
    for (size_t i = 0; i < c->word_count; i++)
        if (slice_equal_nocase(value, c->words[i]))
            return true;
    return false;
}

bool run_holds(struct run *r, const struct condition *c)
{
    const struct found *f = run_find(r, &c->ref);
    bool is_there = f->how == FOUND_PRESENT;
    if (is_there)
        run_doubt(r, &c->ref, f->value);
    if (c->test != IS_WORD) {
        if (is_there)
            run_doubt_there(r, &c->ref, f->value);
        return is_there == (c->test == IS_PRESENT);
    }
    if (!is_there)
        return c->negated && !c->needs_value;
    bool is_named = is_a_word(r, c, f->value);
    if (c->needs_value && !is_named)
        run_doubt_there(r, &c->ref, f->value);
    return is_named != c->negated;
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
            run_doubt(r, &refs->list[i], f->value);
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
    for (size_t i = 0; i < rule->key.count; i++) {
        const struct found *f = run_find(r, &rule->key.list[i]);
        if (f->how == FOUND_PRESENT)
            run_doubt(r, &rule->key.list[i], f->value);
    }
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
    return fill_header(r, rule, &out->build, observed_ms, cleared, cleared_count, e) &&
           (!rule->has_changed || fill_changed(r, rule, out, e));
}

static bool run_init(struct run *r, const struct mapping *m, struct arena *a, const struct doc *d,
                     struct err *e)
{
    *r = (struct run){ .m = m, .a = a, .d = d };
    r->found = arena_raw(a, (m->source_count + 1) * sizeof *r->found);
    r->is_found = ARENA_ARRAY(a, m->source_count + 1, bool);
    r->plain = ARENA_ARRAY(a, m->source_count + 1, struct slice);
    r->memos = ARENA_ARRAY(a, m->memo_count + 1, struct memo);
    return r->found && r->is_found && r->plain && r->memos ? true : err_memory(e);
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

bool mapping_can_read(const struct mapping *m, struct arena *a, const struct doc *d, struct err *e)
{
    if (!m->format->has)
        return true;
    for (size_t i = 0; i < m->source_count; i++)
        if (m->needed[i] && !m->format->has(a, d, m->sources[i], e))
            return false;
    return true;
}

static bool run_rules(struct run *r, int64_t observed_ms, struct mapped *out, struct err *e)
{
    const struct mapping *m = r->m;
    for (size_t i = 0; i < m->rule_count; i++) {
        const struct rule *rule = &m->rules[i];
        if (!run_all_hold(r, &rule->on))
            continue;
        out->outcome = MAPPED_EVENTS;
        out->is_named = true;
        if (rule->has_changed && !says_anything(r, &rule->of))
            continue;
        struct mapped_event *event = &out->events[out->event_count++];
        if (!run_rule(r, rule, observed_ms, event, e))
            return false;
        const struct header_slots *h = plan_header(rule->schema->plan);
        if (build_is_set(&event->build, (size_t)h->environment))
            out->environment = build_get_text(&event->build, (size_t)h->environment);
    }
    return true;
}

/* Values that no condition knows, where conditions alone ask. */
static void miss_unknown(struct run *r)
{
    for (size_t i = 0; i < r->m->watched_count; i++) {
        const struct watch *w = &r->m->watched[i];
        const struct found *f = run_find(r, &w->ref);
        bool known = f->how != FOUND_PRESENT;
        struct slice value = known ? f->value : plain(r, &w->ref, f->value);
        for (size_t j = 0; !known && j < w->word_count; j++)
            known = slice_equal_nocase(value, w->words[j]);
        if (!known)
            run_miss(r, &w->ref, SLICE("on"), value, "no rule knows it");
    }
}

static bool run_all(struct run *r, int64_t observed_ms, struct mapped *out, struct err *e)
{
    const struct mapping *m = r->m;
    *out = (struct mapped){ .outcome = MAPPED_NOT_CARRIED, .type_path = m->type_path };
    if (!mapping_can_read(m, r->a, r->d, e) ||
        !join_found(r, &m->id, '|', &out->message_id, e) ||
        !join_found(r, &m->type, '^', &out->type, e) || !check_type(m, out->type, e))
        return false;
    for (size_t i = 0; i < m->not_carried.count && !out->is_named; i++)
        out->is_named = run_holds(r, &m->not_carried.list[i]);
    if (!out->is_named) {
        out->events = arena_raw(r->a, (m->rule_count + 1) * sizeof *out->events);
        if (!out->events)
            return err_memory(e);
        if (!run_rules(r, observed_ms, out, e))
            return false;
    }
    miss_unknown(r);
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

/* ---- for restrict.c ---- */

bool rule_run_begin(struct run *r, const struct mapping *m, struct arena *a, const struct doc *d,
               struct err *e)
{
    return run_init(r, m, a, d, e);
}

bool rule_says_anything(struct run *r, const struct rule *rule)
{
    return says_anything(r, &rule->of);
}

bool rule_run_end(struct run *r, const struct rule *rule, int64_t observed_ms,
             const struct slice *cleared, size_t cleared_count, struct mapped_event *out,
             struct err *e)
{
    return fill_header(r, rule, &out->build, observed_ms, cleared, cleared_count, e) &&
           (!rule->has_changed || fill_changed(r, rule, out, e));
}

bool rule_message_id(struct run *r, struct slice *out, struct err *e)
{
    return join_found(r, &r->m->id, '|', out, e);
}
