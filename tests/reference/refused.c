/* refused.c - what named people have refused, and messages that nobody could read. */
#include "reference.h"

#include <stdlib.h>

static void set_text(struct ref_event *ev, int slot, const char *text)
{
    ev->values[slot] = (struct ref_value){ .sort = REF_IS_TEXT, .text = text };
}

/* Some events correct another, which is on file no more. */
static void make_correction(struct arena *a, struct ref_random *r, struct ref_case *c)
{
    struct ref_event *ev = c->event;
    const struct header_slots *h = plan_header(catalogue_at(c->catalogue, ev->schema)->plan);
    ev->original = ref_next(r) | 1;
    set_text(ev, h->action, "replaces");
    set_text(ev, h->original, arena_format(a, "%032llx", (unsigned long long)ev->original));
}

void ref_random_refusals(struct arena *a, struct ref_random *r, struct ref_case *c)
{
    static const char *const episodes[] = { "E1", "E2", "E3" };
    struct ref_facts *f = c->facts;
    const struct ref_bundle *b = c->bundle;
    size_t own = b->services[c->event->source].agency;
    f->refusals = ARENA_ARRAY(a, 4, struct ref_refusal);
    if (!f->refusals)
        abort();
    if (ref_chance(r, 15))
        make_correction(a, r, c);
    f->has_unread = ref_chance(r, 8);
    while (f->refusal_count < 4 && ref_chance(r, 30)) {
        struct ref_refusal *x = &f->refusals[f->refusal_count++];
        bool of_it = c->event->original && ref_chance(r, 60);
        *x = (struct ref_refusal){ .agency = of_it || ref_chance(r, 70)
                                                 ? own
                                                 : ref_below(r, b->agency_count),
                                   .to = (int)ref_below(r, b->service_count),
                                   .serial = of_it ? c->event->original : ref_next(r) };
        if (ref_chance(r, 40))
            x->episode = episodes[ref_below(r, 3)];
    }
}

/* Retractions are none of these cases. */
bool ref_is_refused(const struct ref_case *c, int to)
{
    const struct ref_event *ev = c->event;
    for (size_t i = 0; i < c->facts->refusal_count; i++) {
        const struct ref_refusal *x = &c->facts->refusals[i];
        if (x->to != to || x->agency != c->bundle->services[ev->source].agency)
            continue;
        if ((ev->original && x->serial == ev->original) ||
            (x->episode && ev->episode && ref_same(x->episode, ev->episode)))
            return true;
    }
    return false;
}
