/* explain.c - what a clause or a prohibition is called, and where it stands. */
#include "sharing/clause.h"
#include "sharing/judge.h"

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

struct slice prohibition_name(const struct bundle *b, uint32_t prohibition)
{
    return b->prohibitions[prohibition].id;
}

const char *prohibition_place(const struct bundle *b, uint32_t prohibition, uint32_t *line)
{
    *line = b->prohibitions[prohibition].line;
    return b->prohibitions[prohibition].file;
}
