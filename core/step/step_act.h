/* step_act.h - acts of named people as the step takes them; for the room step only. */
#ifndef CONCORDAT_STEP_STEP_ACT_H
#define CONCORDAT_STEP_STEP_ACT_H

#include "step/work.h"

/* Release, refuse, settle, reopen, look: on their subject's facts; of what is no hold the entry
 * alone. */
MUST_CHECK bool step_act(struct work *w, struct err *e);
/* A refusal, or that it was taken back, which a feed carries over from another key of the same
 * person. */
MUST_CHECK bool step_refused(struct work *w, struct err *e);

#endif
