/* reason.c - texts and ranks of reasons.def. */
#include "sharing/reason.h"

#include <stddef.h>
#include <string.h>

#include "sharing/clause.h"

static const struct {
    const char *code;
    int rank;
    enum visibility visibility;
    const char *sentence;
} reasons[] = {
#define X(name, code, rank, visibility, sentence) { code, rank, VISIBILITY_##visibility, sentence },
#include "sharing/reasons.def"
#undef X
};

const char *reason_code(enum reason r)
{
    return reasons[r].code;
}

int reason_rank(enum reason r)
{
    return reasons[r].rank;
}

enum reason reason_of_rank(unsigned rank)
{
    for (unsigned i = 0; rank > 0 && i < REASON_COUNT; i++)
        if ((unsigned)reasons[i].rank == rank)
            return (enum reason)i;
    return REASON_NO_CLAUSE;
}

static size_t find(const char *code)
{
    size_t i = 0;
    while (i < REASON_COUNT && strcmp(reasons[i].code, code) != 0)
        i++;
    return i;
}

const char *reason_sentence(const char *code)
{
    size_t i = find(code);
    return i < REASON_COUNT ? reasons[i].sentence : "of a reason this version does not know";
}

const char *reason_shown(const char *code, bool may_see_protected)
{
    size_t i = find(code);
    bool is_hidden = i < REASON_COUNT && reasons[i].visibility == VISIBILITY_PROTECTED;
    return is_hidden && !may_see_protected ? reason_code(REASON_PROHIBITED) : code;
}

struct slice prohibition_shown(const struct bundle *b, uint32_t prohibition, bool may_see_protected)
{
    return b->prohibitions[prohibition].is_protected && !may_see_protected
               ? slice_text(reason_code(REASON_PROHIBITED))
               : b->prohibitions[prohibition].id;
}
