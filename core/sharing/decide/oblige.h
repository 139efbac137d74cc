/* oblige.h - values that travel changed; for the room sharing only.
 *
 * Law 7 holds for them too: the bytes depend on the value only through its change. */
#ifndef CONCORDAT_SHARING_DECIDE_OBLIGE_H
#define CONCORDAT_SHARING_DECIDE_OBLIGE_H

#include "sharing/rules/compiled.h"

/* The obligations, the one that says least first. */
extern const enum obligation oblige_least_first[OBLIGE_COUNT];
/* Whether a value says more in form a than in form b; OBLIGE_COUNT: as it is. */
bool oblige_says_more(enum obligation a, enum obligation b);
/* How a portion travels by a decision's `obliged`; OBLIGE_COUNT: as it is, or not at all. */
enum obligation oblige_form(const struct categories obliged[OBLIGE_COUNT], unsigned portion);
/* Whether any portion travels changed. */
bool oblige_any(const struct categories obliged[OBLIGE_COUNT]);
/* The slot's value as the obligation has it, encoded; null when it has none or cannot be
 * changed. */
void oblige_put(const struct bundle *b, const struct view *v, size_t slot, enum obligation o,
                struct buf *out);
/* The most bytes that oblige_put writes. */
size_t oblige_room(const struct bundle *b);

#endif
