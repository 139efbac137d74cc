/* editor.h - what changes of a bundle share; for change.c and loosen.c only. */
#ifndef CONCORDAT_TESTS_REFERENCE_EDITOR_H
#define CONCORDAT_TESTS_REFERENCE_EDITOR_H

#include "change.h"

struct editor {
    struct arena *arena;
    struct ref_random *random;
    const struct catalogue *catalogue;
    struct ref_bundle *bundle;
};

static inline size_t below(const struct editor *m, size_t n)
{
    return ref_below(m->random, n);
}

bool edit_obliges(const struct ref_clause *c);
/* Behind the others of its agreement. */
void edit_insert(const struct editor *m, const struct ref_clause *c);

#endif
