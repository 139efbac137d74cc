/* small.h - bundles of a few lines, made in memory: each test says only what it is about. */
#ifndef CONCORDAT_TESTS_SHARING_SMALL_H
#define CONCORDAT_TESTS_SHARING_SMALL_H

#include "world.h"

#define OTHER_TEAM "wexshire-council/other-team"
#define REPAIRS "wexbridge-district/repairs"

struct small_file {
    const char *name, *text;
};

/* What differs from the agreement `sharing` of purpose individual-care, version 1, by public
 * interest (no guard), of all of 2026 and 2027, approved by everybody. */
struct small_terms {
    const char *name, *version, *purpose, *confidentiality, *from, *until, *review_by;
    bool is_unapproved;
};
/* The text of an agreement; clauses: the items of its list, each line begun with two blanks. */
const char *small_agreement(const struct small_terms *t, const char *clauses);
/* The text with the first find put otherwise. */
const char *small_replace(const char *text, const char *find, const char *instead);

/* Its region.yaml. */
extern const char small_region[];
/* The small region with these files beside its own, or in their place. NULL when a problem was
 * added. Everything lives in world.arena. */
const struct bundle *small_load(const struct small_file *files, size_t n, struct problems *p);
/* The same as the world's bundle; problems are printed. */
bool small_open(const struct small_file *files, size_t n);
/* With one agreement of these clauses and nothing else. */
bool small_clauses(const struct small_terms *t, const char *clauses);
/* Whether loading these finds that problem, at that file; else says what was found. */
bool small_problem(const struct small_file *files, size_t n, const char *code, const char *file);

#endif
