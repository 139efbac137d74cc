/* judge_stopped.c - the door of a recipient stopped what was disclosed: nobody has it (law 2). */
#include "sharing/judge/judge.h"

#include "sharing/judge/run.h"

/* As what waited there and is withdrawn: it counts as not sent. */
static bool note_stopped(struct run *r, struct slice disclosure, uint16_t service, bool *found)
{
    struct episode_event *events = r->draft.events.items;
    *found = false;
    for (size_t i = 0; i < r->draft.events.count; i++)
        for (size_t j = 0; j < events[i].receiver_count; j++) {
            const struct receiver *x = &events[i].receivers[j];
            if (x->service != service || x->wait == WAIT_WITHDRAWN ||
                !slice_equal(slice_text(x->id.text), disclosure))
                continue;
            struct receiver *list = run_own_receivers(r, &events[i]);
            if (!list)
                return err_memory(r->e);
            list[j].wait = WAIT_WITHDRAWN;
            *found = r->draft.changed = r->draft.gate = true;
        }
    return true;
}

bool judge_stopped(const struct judge_input *in, struct slice disclosure, uint16_t service,
                   struct arena *a, struct judged *out, bool *found, struct err *e)
{
    struct run r;
    if (!run_begin(&r, in, a, e))
        return false;
    if (!note_stopped(&r, disclosure, service, found))
        return false;
    if (!*found)
        return true;
    r.event.decided_ms = in->decided_ms;
    if (!run_catch_up(&r))
        return false;
    if (!run_doors(&r))
        return false;
    return run_end(&r, out);
}
