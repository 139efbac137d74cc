/* owner.c - whose an event is, by agency; of a word about sharing by service. */
#include "sharing/facts/owner.h"

static bool is_alike(const struct event *ev, struct slice kind)
{
    return slice_equal(kind, ev->kind_name) ||
           (ev->of && schema_is_alike(ev->of, kind, ev->kind_name));
}

bool owner_is_same(const struct episode_event *x, const struct event *ev)
{
    return x->agency == ev->agency && slice_equal(x->type, ev->type) && is_alike(ev, x->kind) &&
           slice_equal(x->episode, ev->episode) &&
           (!ev->is_word || slice_equal(x->source, ev->source_name));
}

bool owner_waits_for(const struct early_retraction *r, const struct event *ev)
{
    return r->agency == ev->agency && slice_equal(r->type, ev->type) && is_alike(ev, r->kind) &&
           slice_equal(r->episode, ev->episode) &&
           (!ev->is_word || slice_equal(r->source, ev->source_name));
}
