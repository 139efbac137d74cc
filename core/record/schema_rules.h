/* schema_rules.h - saying what is wrong with a schema, and the rules of this house for one field.
 *
 * A type that several schemas use is checked once for each of them; each problem is said once.
 * Errors go to struct problems as schema.* with file:line:column. */
#ifndef CONCORDAT_RECORD_SCHEMA_RULES_H
#define CONCORDAT_RECORD_SCHEMA_RULES_H

#include "base/arena.h"
#include "host/tree.h"

/* Adds a problem at the place of a node, unless it is there already; returns false. */
bool schema_problem(struct problems *p, const struct node *at, const char *code, const char *format,
                    ...) PRINTF_LIKE(4, 5);
/* Adds memory.limit; returns false. */
bool schema_no_memory(struct problems *p);

/* The text of a member; empty when it is none. */
struct slice schema_attribute(const struct node *map, const char *key);

/* "identity.nhs-number": lower case, digits, hyphens; segments parted by dots. */
bool schema_is_category(struct slice name);

/* The texts of an attribute that lists words ("vocabulary", "kinds", "symbols"), in a; NULL and 0
 * without the attribute. schema.words: empty, doubled or no text. */
bool schema_words(struct arena *a, const struct node *owner, const char *key,
                  const struct slice **out, size_t *n, struct problems *p);

/* A leaf has a doc; one of a shared schema has a well-formed category too. */
void schema_rules_leaf(const struct node *field, bool internal, struct problems *p);
/* A field that can be withheld is ["null", T] with "default": null. */
void schema_rules_withholdable(const struct node *field, bool nullable, struct problems *p);
/* No two fields of a record have one name. */
void schema_rules_fields(const struct node *fields, struct problems *p);
/* An event starts with header and subject; what starts with a header is an event. */
void schema_rules_event(const struct node *root, struct problems *p);

#endif
