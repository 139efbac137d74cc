/* registry.h - the list of all adapters. adapters/registry.c fills it. commands/main.c alone
 * includes it from there, and hands it down. */
#ifndef CONCORDAT_CONTRACT_REGISTRY_H
#define CONCORDAT_CONTRACT_REGISTRY_H

#include "contract/format.h"
#include "contract/transport.h"

struct registry {
    const struct format *const *formats;       /* NULL-terminated */
    const struct transport *const *transports; /* NULL-terminated */
};

/* By name; NULL when there is none. */
static inline const struct format *registry_format(const struct registry *r, struct slice name)
{
    for (const struct format *const *f = r->formats; *f; f++)
        if (slice_equal_text(name, (*f)->name))
            return *f;
    return NULL;
}
static inline const struct transport *registry_transport(const struct registry *r,
                                                         struct slice name)
{
    for (const struct transport *const *t = r->transports; *t; t++)
        if (slice_equal_text(name, (*t)->name))
            return *t;
    return NULL;
}

#endif
