/* plan_view.c - validates a record and notes where each slot lies. */
#include "record/plan.h"

#include "record/reader.h"

bool plan_view(const struct plan *p, struct arena *a, struct slice bytes, struct view *out,
               struct err *e)
{
    if (bytes.n > PLAN_BODY_BYTES_MAX)
        return err_set(e, ERR_REJECT, "avro.size", PLAN_BODY_BYTES_MAX,
                       "cannot read a record of over %zu bytes", PLAN_BODY_BYTES_MAX);
    struct span *spans = ARENA_ARRAY(a, p->count, struct span);
    if (!spans)
        return err_memory(e);
    struct reader r = reader_of(bytes, e);
    if (!reader_record(p, &r, spans))
        return false;
    if (r.p != r.end)
        return reader_refuse(&r, "avro.trailing", "bytes follow its end");
    *out = (struct view){ p, bytes, spans };
    return true;
}
