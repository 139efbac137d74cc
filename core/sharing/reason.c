/* reason.c - texts and ranks of reasons.def. */
#include "sharing/reason.h"

#include <stddef.h>
#include <string.h>

#include "sharing/judge.h"

static const struct {
    const char *code;
    int rank;
    const char *sentence;
} reasons[] = {
#define X(name, code, rank, sentence) { code, rank, sentence },
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

enum reason reason_first(enum reason a, enum reason b)
{
    return reasons[b].rank < reasons[a].rank ? b : a;
}

enum reason reason_last(enum reason a, enum reason b)
{
    return reasons[b].rank > reasons[a].rank ? b : a;
}

const char *reason_sentence(const char *code)
{
    for (size_t i = 0; i < REASON_COUNT; i++)
        if (strcmp(reasons[i].code, code) == 0)
            return reasons[i].sentence;
    return "of a reason this version does not know";
}
