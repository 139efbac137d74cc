/* rule.c - what a rule gives its event beside the fields: the header, and what `changed` compares.
 * */
#include "mapping/inside.h"

#define MEMORY_SEPARATOR 0x1f

bool rule_restricts(const struct rule *rule)
{
    return schema_restricts(rule->schema, rule->kind) && slice_equal_text(rule->action, "asserts");
}

bool rule_says_sharing(const struct rule *rule)
{
    for (size_t i = 0; i < rule->schema->kind_count; i++)
        if (schema_restricts(rule->schema, rule->schema->kinds[i]))
            return true;
    return false;
}

bool rule_allows(const struct rule *rule)
{
    return rule_says_sharing(rule) && !schema_restricts(rule->schema, rule->kind) &&
           !slice_equal_text(rule->action, "retracts");
}

bool mapping_says_plainly(const struct mapping *m)
{
    for (size_t i = 0; i < m->rule_count; i++)
        if (!m->rules[i].has_changed && rule_says_sharing(&m->rules[i]))
            return true;
    return false;
}

/* What `changed` watches: each path's state ('-' absent, '0' cleared, '+' present) and text. */
static bool watched_text(struct run *r, const struct refs *refs, struct slice *out, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < refs->count; i++)
        n += run_find(r, &refs->list[i])->value.n + 2;
    uint8_t *text = arena_raw(r->a, n + 1), *to = text;
    if (!text)
        return err_memory(e);
    for (size_t i = 0; i < refs->count; i++) {
        const struct found *f = run_find(r, &refs->list[i]);
        *to++ = MEMORY_SEPARATOR;
        if (f->how != FOUND_PRESENT) {
            *to++ = f->how == FOUND_CLEARED ? '0' : '-';
            continue;
        }
        *to++ = '+';
        memcpy(to, f->value.p, f->value.n);
        to += f->value.n;
    }
    *out = slice_of(text, (size_t)(to - text));
    return true;
}

/* If none of the watched fields was sent, there is no change to report. */
bool rule_says_anything(struct run *r, const struct rule *rule)
{
    for (size_t i = 0; i < rule->of.count; i++)
        if (run_find(r, &rule->of.list[i])->how != FOUND_ABSENT)
            return true;
    return false;
}

static bool rule_fill_changed(struct run *r, const struct rule *rule, struct mapped_event *out,
                              struct err *e)
{
    struct slice key;
    for (size_t i = 0; i < rule->key.count; i++) {
        const struct found *f = run_find(r, &rule->key.list[i]);
        if (f->how == FOUND_PRESENT)
            run_doubt(r, &rule->key.list[i], f->value);
    }
    if (!watched_text(r, &rule->key, &key, e) || !watched_text(r, &rule->of, &out->changed_of, e))
        return false;
    uint8_t *text = arena_raw(r->a, rule->memory.n + key.n);
    if (!text)
        return err_memory(e);
    memcpy(text, rule->memory.p, rule->memory.n);
    if (key.n)
        memcpy(text + rule->memory.n, key.p, key.n);
    out->changed_name = rule->memory;
    out->changed_was_count = rule->was.count < CHANGED_WAS_MAX ? rule->was.count : CHANGED_WAS_MAX;
    for (size_t i = 0; i < out->changed_was_count; i++)
        if (!watched_text(r, &(struct refs){ &rule->was.list[i], 1 }, &out->changed_was[i], e))
            return false;
    out->changed_key = slice_of(text, rule->memory.n + key.n);
    out->has_changed = true;
    out->changed_by_subject = rule->by_subject;
    out->changed_quiet = rule->is_quiet;
    out->changed_asks = rule->asks;
    return true;
}

static bool rule_fill_header(const struct rule *rule, struct build *b, int64_t observed_ms,
                             const struct slice *cleared, size_t cleared_count, struct err *e)
{
    const struct header_slots *h = plan_header(rule->schema->plan);
    if (!build_text(b, (size_t)h->type, rule->schema->name, e))
        return false;
    if (!build_text(b, (size_t)h->kind, rule->kind, e))
        return false;
    if (!build_text(b, (size_t)h->action, rule->action, e))
        return false;
    bool has_observed = build_is_set(b, (size_t)h->observed);
    if (!has_observed && !build_long(b, (size_t)h->observed, observed_ms, e))
        return false;
    return build_strings(b, (size_t)h->cleared, cleared, cleared_count, e);
}

bool rule_end(struct run *r, const struct rule *rule, int64_t observed_ms,
              const struct slice *cleared, size_t cleared_count, struct mapped_event *out,
              struct err *e)
{
    if (!rule_fill_header(rule, &out->build, observed_ms, cleared, cleared_count, e))
        return false;
    return !rule->has_changed || rule_fill_changed(r, rule, out, e);
}
