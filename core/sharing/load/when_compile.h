/* when_compile.h - reads the text of a condition.
 *
 * Parsed by recursive descent (depth at most WHEN_DEPTH_MAX), then typed against the schemas of the
 * clause's event types and the facts table: names, types and arities are load errors, so evaluating
 * cannot fail on them. Errors: when.syntax, when.depth, when.name, when.type (ERR_REJECT, offset in
 * the text). */
#ifndef CONCORDAT_SHARING_LOAD_WHEN_COMPILE_H
#define CONCORDAT_SHARING_LOAD_WHEN_COMPILE_H

#include "sharing/rules/bundle.h"
#include "sharing/rules/when.h"
#include "sharing/rules/words.h"

#define WHEN_DEPTH_MAX 16
/* What when_parse reads, for people. */
#define WHEN_GRAMMAR                                                                               \
    "    or   := and { \"||\" and }\n"                                                             \
    "    and  := not { \"&&\" not }\n"                                                             \
    "    not  := [ \"!\" ] cmp\n"                                                                  \
    "    cmp  := term [ (\"==\" | \"!=\" | \"<\" | \"<=\" | \">\" | \">=\" | \"in\") term ]\n"     \
    "    term := text | number | true | false | PATH | has(PATH)\n"                                \
    "          | FUNCTION([ term { \",\" term } ]) | \"[\" term { \",\" term } \"]\" | \"(\" or "  \
    "\")\"\n"

/* A function of conditions: what is checked, in words. */
struct when_signature {
    const char *name, *result, *manual;
    int arity;
    const char *args[2];
};
/* The i-th; false: there are fewer. */
bool when_signature(size_t i, struct when_signature *out);
/* What names mean where the expression stands. */
struct when_scope {
    const struct bundle *bundle; /* catalogue, services */
    const bool *schemas;         /* by schema index: the event types it is used for */
    struct words relationships, functions, restrictions; /* what the facts table can say */
    struct words purposes; /* the agreement's own; for a prohibition those of all */
};
/* Parses only: the tree, untyped. Lives in a, borrows text. */
MUST_CHECK bool when_parse(struct arena *a, struct slice text, struct when_node **out,
                           struct err *e);
/* Parses and checks. Lives in a, borrows text. */
MUST_CHECK bool when_compile(const struct when_scope *s, struct arena *a, struct slice text,
                             const struct when **out, struct err *e);

#endif
