/* prohibition.c - names of prohibitions, and what those tell who reads them. */
#include "sharing/rules/prohibition.h"

#include "sharing/rules/compiled.h"
#include "sharing/rules/reason.h"

struct slice prohibition_name(const struct bundle *b, uint32_t prohibition)
{
    return b->prohibitions[prohibition].id;
}

const char *prohibition_place(const struct bundle *b, uint32_t prohibition, uint32_t *line)
{
    *line = b->prohibitions[prohibition].line;
    return b->prohibitions[prohibition].file;
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

bool prohibition_hides(const struct prohibition *p)
{
    return !p || (p->is_protected && p->when);
}

bool prohibitions_hide(const struct bundle *b, const struct slice *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (prohibition_hides(find_prohibition(b, names[i])))
            return true;
    return false;
}

bool prohibition_takes_contact(const struct bundle *b, const struct prohibition *p)
{
    for (size_t i = 0; i < catalogue_count(b->catalogue); i++) {
        const struct header_slots *h = plan_header(catalogue_at(b->catalogue, i)->plan);
        if (h && categories_has(&p->withhold, bundle_portion(b, i, (size_t)h->contact_team)))
            return true;
    }
    return false;
}
