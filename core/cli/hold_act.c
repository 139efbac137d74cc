/* hold_act.c - a human's word on a hold, as an event on `control`. */
#include "cli/cli.h"

#include "bus/topics.h"
#include "record/wire.h"

#define HOLD_ACT_VERSION 1

bool hold_act_publish(struct bus *b, const struct catalogue *c, const struct hold_act *act,
                      int64_t now_ms, struct err *e)
{
    const struct schema *s = catalogue_named(c, SLICE("HoldAct"));
    struct buf value;
    if (!s)
        return err_set(e, ERR_FATAL, "cli.schema", 0, "cannot write the act: no schema 'HoldAct'");
    buf_init(&value, 1 << 16);
    wire_put_header(&value, plan_fingerprint(s->plan));
    avro_put_long(&value, HOLD_ACT_VERSION);
    avro_put_text(&value, slice_text(act->hold));
    avro_put_text(&value, slice_text(act->act));
    avro_put_text(&value, slice_text(act->person));
    avro_put_text(&value, slice_text(act->reason));
    avro_put_long(&value, now_ms);
    buf_put(&value, slice_of(act->subject, ID_BYTES));
    struct bus_record r = {
        .topic = TOPIC_CONTROL, .partition = act->partition, .value = buf_slice(&value),
        .key = slice_of(act->subject, ID_BYTES),
    };
    bool good = buf_done(&value, e) && bus_publish(b, &r, 1, e);
    buf_release(&value);
    return good;
}
