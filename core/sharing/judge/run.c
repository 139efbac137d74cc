/* run.c - the beginning and the end of a call of judge_event, and what it notes. */
#include "sharing/judge/run.h"

#include "base/clock.h"
#include "record/wire.h"

bool run_begin(struct run *r, const struct judge_input *in, struct arena *a, struct err *e)
{
    *r = (struct run){ .in = in, .arena = a, .e = e };
    list_init(&r->decisions, sizeof(struct decision));
    list_init(&r->disclosures, sizeof(struct disclosure));
    list_init(&r->notices, sizeof(struct notice));
    list_init(&r->links, sizeof(struct link_out));
    return draft_init(&r->draft, a, in->facts, e);
}

bool run_end(struct run *r, struct judged *out)
{
    struct person *after = ARENA_NEW(r->arena, struct person);
    if (!after)
        return err_memory(r->e);
    draft_view(&r->draft, after);
    *out = (struct judged){
        .decisions = r->decisions.items,
        .decision_count = r->decisions.count,
        .disclosures = r->disclosures.items,
        .disclosure_count = r->disclosures.count,
        .notices = r->notices.items,
        .notice_count = r->notices.count,
        .links = r->links.items,
        .link_count = r->links.count,
        .after = r->draft.changed ? after : r->in->facts,
        .facts_changed = r->draft.changed,
        .note = r->note,
        .not_allowed = r->not_allowed,
        .overstepped = r->overstepped,
        .error = r->error,
    };
    if (!r->draft.changed)
        return true;
    return run_claim_changes(r->in->bundle, &r->draft, r->in->facts, out, r->e);
}

bool run_reopen(struct run *r, struct slice framed, const struct event **out)
{
    struct view *v = ARENA_NEW(r->arena, struct view);
    struct event *ev = ARENA_NEW(r->arena, struct event);
    struct slice body;
    uint64_t fingerprint = 0;
    *out = NULL;
    if (!v || !ev)
        return err_memory(r->e);
    if (!wire_open(framed, &fingerprint, &body, r->e))
        return false;
    const struct schema *s = catalogue_fingerprint(r->in->bundle->catalogue, fingerprint);
    if (!s)
        return true;
    if (!plan_view(s->plan, r->arena, body, v, r->e))
        return false;
    if (!event_read(r->in->bundle, v, framed, r->in->decided_ms, ev))
        *out = ev;
    return true;
}

bool run_note(struct run *r, const char *text)
{
    const char *all = text;
    if (text && !slice_is_empty(r->note))
        all = arena_format(r->arena, "%.*s; %s", SHOWN(r->note), text);
    r->note = slice_text(all);
    return all || err_memory(r->e);
}

/* Notes whose refusal kept an event back, and since when. */
static bool note_refusal(struct run *r, const struct refusal *x)
{
    char time[TIME_TEXT_MAX], id[ID_HEX];
    struct slice at = time_ms_to_iso(x->at_ms, time);
    id_hex(x->event.b, id);
    return run_note(r, arena_format(r->arena, "refused from %.*s by %.*s at %.*s (%s:%.*s)",
                                    SHOWN(x->service), SHOWN(x->by), SHOWN(at), id,
                                    SHOWN(x->service)));
}

bool run_decision(struct run *r, const struct decision *d)
{
    if (!list_put(r->arena, &r->decisions, d))
        return err_memory(r->e);
    return !d->refused || note_refusal(r, d->refused);
}
