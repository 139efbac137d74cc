/* run.c - one message on its way through an in mapping: finding values, asking conditions, and
 * noting values that no record takes. */
#include "mapping/inside.h"

#define MISSES_MAX 100
#define FORM_MAX 24

bool run_init(struct run *r, const struct mapping *m, struct arena *a, const struct doc *d,
              struct err *e)
{
    *r = (struct run){ .m = m, .a = a, .d = d };
    r->found = arena_raw(a, (m->source_count + 1) * sizeof *r->found);
    r->is_found = ARENA_ARRAY(a, m->source_count + 1, bool);
    r->plain = ARENA_ARRAY(a, m->source_count + 1, struct slice);
    r->memos = ARENA_ARRAY(a, m->memo_count + 1, struct memo);
    return r->found && r->is_found && r->plain && r->memos ? true : err_memory(e);
}

static void find_anew(struct run *r, const struct ref *ref, struct found *f)
{
    const struct mapping *m = r->m;
    bool is_relative = ref->source < 0;
    if (is_relative) {
        *f = m->format->find(r->a, r->d, ref->path, r->base, r->nth);
    } else {
        *f = m->format->find(r->a, r->d, ref->path, NULL, 0);
        r->is_found[ref->source] = true;
    }
    if (f->how != FOUND_PRESENT)
        return;
    f->value = slice_trim(f->value);
    if (f->value.n == 0)
        f->how = FOUND_ABSENT;
    else if (m->empty_count && slice_is_one_of(f->value, m->empty, m->empty_count))
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

/* What stands for a character where a value's form is shown: a, A, 9, a separator itself, '?' for
 * all else. */
static uint8_t form_of_character(uint8_t c)
{
    if (c >= 'a' && c <= 'z')
        return 'a';
    if (c >= 'A' && c <= 'Z')
        return 'A';
    if (c >= '0' && c <= '9')
        return '9';
    return c >= ' ' && c < 0x7f ? c : '?';
}

/* "AB12 Cd" as "AA99 Aa": the form of a value, never the value. */
static struct slice form_of(struct arena *a, struct slice value)
{
    value = slice_head(value, FORM_MAX);
    uint8_t *form = arena_alloc(a, value.n + 1);
    if (!form)
        return slice_of(NULL, 0);
    for (size_t i = 0; i < value.n; i++)
        form[i] = form_of_character(value.p[i]);
    return slice_of(form, value.n);
}

void run_miss(struct run *r, const struct ref *ref, struct slice field, struct slice value,
              const char *why)
{
    if (!ref)
        return;
    for (size_t i = 0; i < r->miss_count; i++)
        if (slice_equal(r->misses[i].path, ref->text) && slice_equal(r->misses[i].field, field))
            return;
    if (r->miss_count == MISSES_MAX)
        return;
    struct mapped_miss *all =
        arena_grow(r->a, r->misses, &r->miss_room, r->miss_count, sizeof *all);
    if (!all)
        return;
    r->misses = all;
    r->misses[r->miss_count++] =
        (struct mapped_miss){ ref->text, field, form_of(r->a, value), why };
}

/* The value as codes are compared (text_plain). It is kept by source, for many conditions ask
 * about the same few places. */
static struct slice plain_text(struct run *r, const struct ref *ref, struct slice value)
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
    value = plain_text(r, &c->ref, value);
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
bool run_join(struct run *r, const struct refs *refs, uint8_t separator, struct slice *out,
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

/* Values that no condition knows, where conditions alone ask. */
void run_miss_unknown(struct run *r)
{
    for (size_t i = 0; i < r->m->watched_count; i++) {
        const struct watch *w = &r->m->watched[i];
        const struct found *f = run_find(r, &w->ref);
        if (f->how != FOUND_PRESENT)
            continue;
        struct slice value = plain_text(r, &w->ref, f->value);
        bool known = false;
        for (size_t j = 0; !known && j < w->word_count; j++)
            known = slice_equal_nocase(value, w->words[j]);
        if (!known)
            run_miss(r, &w->ref, SLICE("on"), value, "no rule knows it");
    }
}

bool run_is_passed(const struct field *f, struct slice value)
{
    for (size_t i = 0; i < f->passed_count; i++)
        if (slice_equal_nocase(value, f->passed[i]))
            return true;
    return false;
}
