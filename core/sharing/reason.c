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

static size_t find(struct slice code)
{
    size_t i = 0;
    while (i < REASON_COUNT && !slice_equal_text(code, reasons[i].code))
        i++;
    return i;
}

bool reason_protected(struct slice code, enum reason *out)
{
    *out = (enum reason)find(code);
    return *out < REASON_COUNT && reasons[*out].visibility == VISIBILITY_PROTECTED;
}

const char *reason_sentence(struct slice code)
{
    size_t i = find(code);
    return i < REASON_COUNT ? reasons[i].sentence : "of a reason this version does not know";
}

struct slice reason_shown(struct slice code, bool may_see_protected)
{
    size_t i = find(code);
    bool is_open = i < REASON_COUNT && reasons[i].visibility == VISIBILITY_OPEN;
    if (may_see_protected)
        return code;
    return slice_text(is_open ? reasons[i].code : reason_code(REASON_PROHIBITED));
}

/* NULL: this bundle has none of that name. */
static const struct prohibition *find_prohibition(const struct bundle *b, struct slice name)
{
    for (size_t i = 0; i < b->prohibition_count; i++)
        if (slice_equal(b->prohibitions[i].id, name))
            return &b->prohibitions[i];
    return NULL;
}

struct slice prohibition_shown(const struct bundle *b, struct slice name, bool may_see_protected)
{
    const struct prohibition *p = find_prohibition(b, name);
    bool is_open = p && !p->is_protected;
    return is_open || may_see_protected ? name : slice_text(reason_code(REASON_PROHIBITED));
}

void prohibitions_shown(const struct bundle *b, const struct slice *names, size_t n,
                        bool may_see_protected, void (*each)(void *ctx, struct slice shown),
                        void *ctx)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        if (!slice_equal(prohibition_shown(b, names[i], may_see_protected), names[i]))
            continue;
        each(ctx, names[i]);
        count++;
    }
    if (count < n)
        each(ctx, slice_text(reason_code(REASON_PROHIBITED)));
}

static bool hides(const struct prohibition *p)
{
    return !p || (p->is_protected && p->when);
}

bool prohibitions_hide(const struct bundle *b, const struct slice *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (hides(find_prohibition(b, names[i])))
            return true;
    return false;
}

bool decision_hides(const struct bundle *b, const struct decision *d)
{
    for (size_t i = 0; i < d->prohibition_count; i++)
        if (hides(&b->prohibitions[d->prohibitions[i]]))
            return true;
    return false;
}

static bool is_delicate(struct slice category)
{
    return slice_starts(category, SLICE("protected")) || slice_starts(category, SLICE("clinical")) ||
           slice_starts(category, SLICE("safeguarding"));
}

bool withheld_hides(const struct bundle *b, struct slice name)
{
    static const char except[] = " except ";
    struct categories parts;
    const uint8_t *cut = memmem(name.p, name.n, except, sizeof except - 1);
    if (cut)
        name = slice_head(name, (size_t)(cut - name.p));
    if (is_delicate(name) || !bundle_named(b, name, &parts))
        return true;
    for (unsigned i = 0; i < bundle_part_count(b); i++)
        if (categories_has(&parts, i) &&
            is_delicate(catalogue_category(b->catalogue, bundle_part_category(b, i))))
            return true;
    return false;
}
