/* unknown.c - codes by which a sender restricts, and that nobody here knows. */
#include "mapping/parts.h"

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

/* A restriction of a kind that nobody knows holds all of its person's until a known code comes. */
static bool stands_for(const struct mapped_event *event, struct slice code)
{
    const struct build *b = &event->build;
    int kind = plan_slot(b->plan, SLICE("restriction.kind"));
    int said = plan_slot(b->plan, SLICE("restriction.code"));
    return event->restricts && kind >= 0 && said >= 0 && build_is_set(b, (size_t)kind) &&
           build_is_set(b, (size_t)said) &&
           slice_equal_text(build_get_text(b, (size_t)kind), "unknown") &&
           slice_equal(build_get_text(b, (size_t)said), code);
}

void unknown_note(struct run *r, struct mapped *out)
{
    const struct ref *ref;
    struct slice code;
    for (size_t next = 0; (ref = unknown_next(r, &next, &code)) != NULL;) {
        bool stands = false;
        for (size_t i = 0; !stands && i < out->event_count; i++)
            stands = stands_for(&out->events[i], code);
        if (stands)
            continue;
        out->unknown = code;
        out->unknown_path = ref->text;
        return;
    }
}
