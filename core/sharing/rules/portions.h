/* portions.h - the members of a bundle's sets: categories, and fields carved out of them. */
#ifndef CONCORDAT_SHARING_RULES_PORTIONS_H
#define CONCORDAT_SHARING_RULES_PORTIONS_H

#include "record/catalogue.h"

/* Adds to each category in the set what is carved out of it. */
void portions_close(const struct bundle *b, struct categories *set);
/* Not "always", nor "never". */
bool portions_may_be_named(const struct catalogue *c, unsigned category);
/* The slot of that path in a type, and its category, where rules may name it; else -1. */
int portions_nameable(const struct catalogue *c, size_t schema, struct slice path,
                      unsigned *category);
/* Whether no other field of any type is of that category. */
bool portions_is_alone(const struct catalogue *c, unsigned category, struct slice path);

#endif
