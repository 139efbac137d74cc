/* judge_decide.c - deciding alone. */
#include "sharing/decide/decide.h"
#include "sharing/judge/judge.h"
#include "sharing/rules/compiled.h"

bool judge_decide(const struct judge_input *in, struct arena *a, struct judged *out, struct err *e)
{
    struct event ev;
    struct question q = { .bundle = in->bundle, .event = &ev, .facts = in->facts, .arena = a };
    struct slice tell;
    size_t n = 0;
    *out = (struct judged){ .after = in->facts };
    out->error = event_read(in->bundle, &in->event, in->framed, in->decided_ms, &ev);
    if (out->error)
        return true;
    if (!decide_begin(&q, e))
        return false;
    struct decision *list = arena_raw(a, q.candidate_count * sizeof *list);
    if (!list)
        return err_memory(e);
    for (size_t i = 0; i < in->bundle->service_count; i++) {
        if (!services_have(&q.candidates, (unsigned)i))
            continue;
        if (!decide_for(&q, (uint16_t)i, &list[n], &tell, e))
            return false;
        n++;
    }
    out->decisions = list;
    out->decision_count = n;
    return true;
}
