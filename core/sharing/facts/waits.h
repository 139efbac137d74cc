/* waits.h - what of a person's facts waits for people, as bytes; for the room sharing only. */
#ifndef CONCORDAT_SHARING_FACTS_WAITS_H
#define CONCORDAT_SHARING_FACTS_WAITS_H

#include "base/buf.h"
#include "record/plan.h"
#include "sharing/facts/facts.h"

void waits_put_refusals(const struct person *p, struct buf *out);
void waits_get_refusal(const struct view *v, struct refusal *x);
void waits_put_unread(const struct person *p, struct buf *out);
void waits_get_unread(const struct view *v, struct unread_message *x);

#endif
