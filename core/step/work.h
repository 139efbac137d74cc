/* work.h - one step under way; for the room step only.
 *
 * What a step makes lives in its arena, but for facts and acts, which are released at its end. */
#ifndef CONCORDAT_STEP_WORK_H
#define CONCORDAT_STEP_WORK_H

#include "sharing/facts/share.h"
#include "step/step.h"

struct work {
    const struct input_rules *r;
    struct partition *p;
    const struct bus_record *in;
    struct arena *a;
    struct step *out;
    struct audit_subject says;
    struct input_event event;
    struct mark_event mark;
    struct mark_place place;
    bool moves_mark;
    const struct person *before; /* the subject, once loaded */
    struct share_asker by;       /* of nobody until it is known whose it is */
    struct buf facts;            /* the encoded person after it; empty: unchanged */
    struct buf acts;             /* the acts taken after it; empty: unchanged */
};

/* The subject as it was: *out is from then on what the facts after it are compared with. */
MUST_CHECK bool work_load_person(struct work *w, struct person *out, struct err *e);
/* As it is after the step. */
MUST_CHECK bool work_keep_person(struct work *w, const struct person *after, struct err *e);
/* event and framed: as opened last. */
struct judge_input work_input(const struct work *w, const struct person *person,
                              struct slice framed);
/* An event, judged and kept. */
MUST_CHECK bool work_judge(struct work *w, const struct judge_input *in, struct err *e);
/* What came of judging an event: kept, or why not. */
MUST_CHECK bool work_take_judged(struct work *w, struct err *e);
/* What a person's word, or a sign, made of it, kept. */
MUST_CHECK bool work_keep_word(struct work *w, struct err *e);

#endif
