/* ask_table.h - makes one of equal conditions, also of those inside others, while a bundle is
 * compiled.
 *
 * Thousands of clauses say the same few things. Single-threaded; what it made is immutable. */
#ifndef CONCORDAT_SHARING_LOAD_ASK_TABLE_H
#define CONCORDAT_SHARING_LOAD_ASK_TABLE_H

#include "sharing/rules/compiled.h"
#include "sharing/rules/weight.h"

/* Interning, while a bundle is compiled. room: at most so many nodes are added. */
struct ask_table {
    struct arena *arena;
    size_t schemas; /* of the catalogue */
    struct ask *list;
    uint32_t count;
    uint32_t *slots; /* open addressing: number + 1; 0 empty */
    size_t mask;
    const struct when_node *
        *names; /* literals and paths that a condition compares a recipient with */
    size_t name_count;
    bool lost; /* memory ran out */
};
MUST_CHECK bool ask_table_init(struct ask_table *t, struct arena *a, size_t schemas, size_t room);
/* How many nodes a condition has. NULL has none. */
size_t ask_nodes(const struct when *w);
/* The number of a condition; ASK_ALWAYS of NULL. */
uint32_t ask_intern(struct ask_table *t, const struct when *w);

#endif
