/* reason.c - texts and ranks of reasons.def. */
#include "sharing/rules/reason.h"

#include <stddef.h>
#include <string.h>

#include "sharing/rules/compiled.h"

static const struct {
    const char *code;
    int rank;
    enum visibility visibility;
    const char *sentence;
} reasons[] = {
#define X(name, code, rank, visibility, sentence) { code, rank, VISIBILITY_##visibility, sentence },
#include "sharing/rules/reasons.def"
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

/* REASON_COUNT: there is none of that code. */
static size_t reason_find(struct slice code)
{
    size_t i = 0;
    while (i < REASON_COUNT && !slice_equal_text(code, reasons[i].code))
        i++;
    return i;
}

bool reason_protected(struct slice code, enum reason *out)
{
    *out = (enum reason)reason_find(code);
    return *out < REASON_COUNT && reasons[*out].visibility == VISIBILITY_PROTECTED;
}

bool reason_is_of_conflict(struct slice code)
{
    return slice_equal_text(code, reason_code(REASON_CONFLICTING_CONSENT)) ||
           slice_equal_text(code, reason_code(REASON_CONFLICTING_OBJECTION));
}

const char *reason_sentence(struct slice code)
{
    size_t i = reason_find(code);
    return i < REASON_COUNT ? reasons[i].sentence : "of a reason this version does not know";
}

struct slice reason_shown(struct slice code, bool may_see_protected)
{
    if (may_see_protected)
        return code;
    size_t i = reason_find(code);
    bool is_open = i < REASON_COUNT && reasons[i].visibility == VISIBILITY_OPEN;
    return slice_text(is_open ? reasons[i].code : reason_code(REASON_PROHIBITED));
}
