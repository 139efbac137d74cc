/* clause.c - what a clause is called, and where it stands. */
#include "sharing/rules/clause.h"

#include "sharing/rules/compiled.h"

struct slice clause_name(const struct bundle *b, uint32_t clause)
{
    return b->clauses[clause].name;
}

const struct agreement *clause_agreement(const struct bundle *b, uint32_t clause)
{
    return &b->agreements[b->clauses[clause].agreement];
}

const char *clause_place(const struct bundle *b, uint32_t clause, uint32_t *line)
{
    *line = b->clauses[clause].line;
    return b->clauses[clause].file;
}
