/* unknown.c - codes by which a sender restricts, and that nobody here knows. */
#include "mapping/inside.h"

const struct ref *unknown_next(struct run *r, size_t *next, struct slice *code)
{
    const struct field *f = r->m->unknown;
    while (f && *next < f->from.count) {
        const struct ref *ref = &f->from.list[(*next)++];
        const struct found *one = run_find(r, ref);
        *code = one->value;
        if (one->how == FOUND_PRESENT && !run_is_passed(f, one->value))
            return ref;
    }
    return NULL;
}

/* Whether the event is a restriction of an unknown kind that names the code: it holds all events
 * of its person until a known code comes. */
static bool holds_for_code(const struct mapped_event *event, struct slice code)
{
    const struct build *b = &event->build;
    int kind = plan_slot(b->plan, SLICE("restriction.kind"));
    int said = plan_slot(b->plan, SLICE("restriction.code"));
    if (!event->restricts || kind < 0 || said < 0)
        return false;
    if (!build_is_set(b, (size_t)kind) || !build_is_set(b, (size_t)said))
        return false;
    return slice_equal_text(build_get_text(b, (size_t)kind), "unknown") &&
           slice_equal(build_get_text(b, (size_t)said), code);
}

/* Whether path i shows anything, also where it picks what is unknown alone. */
static bool find_code(struct run *r, size_t i, struct slice *code)
{
    const struct field *f = r->m->unknown;
    const struct ref *ref = &f->from.list[i];
    const struct ref whole = { .path = r->m->places[i].whole, .source = -1 };
    const struct found *one = run_find(r, ref);
    *code = slice_of(NULL, 0);
    if (one->how == FOUND_PRESENT && !run_is_passed(f, one->value))
        *code = one->value;
    if (one->how != FOUND_ABSENT)
        return true;
    bool has_whole = whole.path != ref->path && !r->reads;
    return has_whole && run_find(r, &whole)->how != FOUND_ABSENT;
}

static void note_code(struct run *r, size_t i, struct slice code, struct mapped_code *c,
                      struct mapped *out)
{
    const struct code_place *p = &r->m->places[i];
    *c = (struct mapped_code){ p->name, r->m->unknown->from.list[i].text, code, p->most, false };
    for (size_t j = 0; code.n && !c->stands && j < out->event_count; j++)
        c->stands = holds_for_code(&out->events[j], code);
    if (!code.n || c->stands || out->unknown.n)
        return;
    out->unknown = code;
    out->unknown_path = c->path;
}

/* As words are compared: blanks and letters' case do not count. */
static bool make_plain(struct run *r, struct mapped_code *c, struct err *e)
{
    if (!c->code.n)
        return true;
    struct slice plain = text_plain(r->a, c->code);
    if (plain.n)
        plain = conversion_text(AS_LOWER, r->a, plain);
    if (!plain.p)
        return err_memory(e);
    c->code = plain.n ? plain : c->code;
    return true;
}

bool unknown_note(struct run *r, struct mapped *out, struct err *e)
{
    struct mapped_code *all = NULL;
    size_t n = r->m->unknown ? r->m->unknown->from.count : 0;
    for (size_t i = 0; i < n; i++) {
        struct slice code;
        if (!find_code(r, i, &code))
            continue;
        if (!all)
            all = ARENA_ARRAY(r->a, n, struct mapped_code);
        if (!all)
            return err_memory(e);
        struct mapped_code *c = &all[out->code_count];
        note_code(r, i, code, c, out);
        if (!make_plain(r, c, e))
            return false;
        out->code_count++;
    }
    out->codes = all;
    return true;
}
