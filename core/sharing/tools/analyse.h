/* analyse.h - what can never be right in a bundle, and what whoever signs it should look at.
 *
 * Problems: a clause that never shares anything (its condition can never be true, nobody else can
 * receive, prohibitions take all of it), a word that a field never holds, two prohibitions that
 * would tell a recipient different things, an end of a stay that misleads or is not told. Warnings:
 * all that is doubtful, that this site's mappings do not make or its deliveries cannot carry, that
 * ends soon. Each at file:line, one sentence, code check.*. Pure: the time is given. Cost: sorting
 * and bitmaps; clauses are held against prohibitions, and against few of their like. */
#ifndef CONCORDAT_SHARING_TOOLS_ANALYSE_H
#define CONCORDAT_SHARING_TOOLS_ANALYSE_H

#include "sharing/rules/bundle.h"

/* What the mappings of a site make of a service's messages: one type and kind, and the fields that
 * they or the feed's configuration ever set. Borrowed. */
struct analyse_feed {
    uint16_t service;
    const struct schema *schema;
    struct slice kind;
    const bool *slots; /* one for each of the type's */
};

/* A way out to a service, and what it carries. Borrowed. */
struct analyse_delivery {
    uint16_t service;
    const char *name;
    const void *mapping;
    bool (*carries)(const void *mapping, const struct schema *s, struct slice kind);
};

struct analyse_input {
    const struct bundle *bundle;
    int64_t now_ms;
    const struct analyse_feed *feeds; /* none: the site's mappings are not known */
    size_t feed_count;
    const struct analyse_delivery *deliveries; /* none: the site's ways out are not known */
    size_t delivery_count;
    bool has_all_deliveries; /* of the region: a service without one here has none */
    bool is_in_force;        /* signed already: what older programs did not ask is a warning */
};

/* Adds what it finds, in no order. Texts of file names borrow from the bundle, or live in a. */
void analyse(const struct analyse_input *in, struct arena *a, struct problems *problems,
             struct problems *warnings);

#endif
