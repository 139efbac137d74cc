/* judge_settle.c - a conflict that named people end. */
#include "sharing/judge/judge.h"

#include "sharing/decide/conflict.h"
#include "sharing/judge/run.h"

struct ending {
    struct run *run;
    const struct settling *how;
    bool failed, any;
};

static struct slice agency_name(const struct run *r, int agency)
{
    return agency < 0 ? slice_of(NULL, 0) : r->in->bundle->agencies[agency].name;
}

static void settle_one(void *ctx, const struct sharing_question *ask)
{
    struct ending *s = ctx;
    struct run *r = s->run;
    s->any = true;
    const struct settlement said = { .yes = s->how->yes,
                                     .people = s->how->people,
                                     .agency = s->how->yes ? agency_name(r, s->how->agency)
                                                           : slice_of(NULL, 0),
                                     .at_ms = r->in->decided_ms };
    s->failed = s->failed || !draft_settle_conflict(&r->draft, ask, &said, s->how->signed_ms, r->e);
}

/* What the hold rests on is settled for everything that rests on it; then all is decided anew. */
static bool settle_hold(struct run *r, const struct hold *hold, const struct settling *how)
{
    struct person facts;
    struct decision d;
    struct slice tell;
    struct ending s = { .run = r, .how = how };
    struct question q = {
        .bundle = r->in->bundle, .event = &r->event, .facts = &facts, .arena = r->arena
    };
    r->error =
        event_read(r->in->bundle, &r->in->event, r->in->framed, r->in->decided_ms, &r->event);
    if (r->error)
        return true;
    draft_view(&r->draft, &facts);
    if (!decide_begin(&q, r->e))
        return false;
    if (!decide_for(&q, hold->service, &d, &tell, r->e))
        return false;
    conflict_each(&q, &d, settle_one, &s);
    if (s.failed)
        return false;
    if (!s.any) {
        r->error = reason_code(REASON_DUPLICATE);
        return true;
    }
    r->event.id = (struct event_id){ { 0 } }; /* the held event is among those decided anew */
    return run_catch_up(r) && run_doors(r);
}

bool judge_settle(const struct judge_input *in, const struct hold *hold, const struct settling *how,
                  struct arena *a, struct judged *out, struct err *e)
{
    struct run r;
    return run_begin(&r, in, a, e) && settle_hold(&r, hold, how) && run_end(&r, out);
}
