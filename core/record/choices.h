/* choices.h - what a word about records may be, for a message about an unknown one: event types,
 * kinds, categories, fields. Each borrows what it is asked of. */
#ifndef CONCORDAT_RECORD_CHOICES_H
#define CONCORDAT_RECORD_CHOICES_H

#include "base/nearest.h"
#include "record/catalogue.h"

/* The event types: no internal schema. */
struct choices_at choices_of_types(const struct catalogue *c);
/* What rules may name a category by: its name, its group ("stay"), its last word ("ward"). Neither
 * "always" nor "never". */
struct choices_at choices_of_categories(const struct catalogue *c);
/* Their names alone. */
struct choices_at choices_of_category_names(const struct catalogue *c);
struct choices_at choices_of_kinds(const struct schema *s);
/* The paths of a record's slots. */
struct choices_at choices_of_fields(const struct plan *p);
/* What a field may say: the symbols or the vocabulary of its slot; none where any text may. */
struct choices_at choices_of_slot(const struct slot *s);

#endif
