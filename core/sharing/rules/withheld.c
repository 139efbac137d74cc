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
    struct categories portions;
    const uint8_t *cut = memmem(name.p, name.n, except, sizeof except - 1);
    if (cut)
        name = slice_head(name, (size_t)(cut - name.p));
    if (is_delicate(name) || !bundle_named(b, name, &portions))
        return true;
    for (unsigned i = 0; i < bundle_portion_count(b); i++) {
        unsigned category = bundle_portion_category(b, i);
        if (categories_has(&portions, i) && is_delicate(catalogue_category(b->catalogue, category)))
            return true;
    }
    return false;
}
