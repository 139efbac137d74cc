/* step_act.h - acts of named people as the step takes them; for the room step only. */
#ifndef CONCORDAT_STEP_STEP_ACT_H
#define CONCORDAT_STEP_STEP_ACT_H

#include "step/work.h"

/* Does what named people signed: a release, a refusal, a settling, a reopening or a look changes
 * the facts of its subject; an act on what is no hold becomes an entry alone. Fails: act.*;
 * facts.*. */
MUST_CHECK bool step_act(struct work *w, struct err *e);
/* Takes a refusal, or that it was taken back, which a feed carries over from another key of the
 * same person. Fails: refused.*; facts.*. */
MUST_CHECK bool step_refused(struct work *w, struct err *e);

#endif
