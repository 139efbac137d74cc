/* run.c - one message on its way through an in mapping: what stands where, whether conditions hold, and what was
 * met that no record has. */
#include "mapping/parts.h"

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
bool run_join(struct run *r, const struct refs *refs, uint8_t separator, struct slice *out, struct err *e)
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
        bool known = f->how != FOUND_PRESENT;
        struct slice value = known ? f->value : plain(r, &w->ref, f->value);
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
