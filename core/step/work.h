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

/* Reads into *out what memory knows of the step's subject. *out stays with the step: the facts
 * after it are compared with it. Fails: facts.* (ERR_FATAL), memory.limit. */
MUST_CHECK bool work_load_person(struct work *w, struct person *out, struct err *e);
/* Encodes the subject as it is after the step. Fails: event.size; facts.*, memory.limit. */
MUST_CHECK bool work_keep_person(struct work *w, const struct person *after, struct err *e);
/* What judging asks for, of the event that was opened last. person: its subject. framed: its
 * bytes. */
struct judge_input work_input(const struct work *w, const struct person *person,
                              struct slice framed);
/* Judges an event and takes what came of it. Fails as judge_event and work_take_judged. */
MUST_CHECK bool work_judge(struct work *w, const struct judge_input *in, struct err *e);
/* Takes what came of judging an event: keeps its subject, or says why the event cannot be decided
 * (a code of judge_event, ERR_REJECT). Fails as work_keep_person too. */
MUST_CHECK bool work_take_judged(struct work *w, struct err *e);
/* Keeps what a person's act, a receipt or a sign made of the subject. Fails as work_keep_person. */
MUST_CHECK bool work_keep_judged(struct work *w, struct err *e);

#endif
