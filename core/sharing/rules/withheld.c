/* withheld.c - whether the name of something withheld tells what a protected prohibition keeps
 * back. */
#include "sharing/rules/withheld.h"

static bool is_delicate(struct slice category)
{
    return slice_starts(category, SLICE("protected")) ||
           slice_starts(category, SLICE("clinical")) ||
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
    for (unsigned i = 0; i < bundle_part_count(b); i++) {
        unsigned category = bundle_part_category(b, i);
        if (categories_has(&parts, i) && is_delicate(catalogue_category(b->catalogue, category)))
            return true;
    }
    return false;
}
