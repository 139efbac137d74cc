/* way_back_read.h - an act (sharing/acts/act.h) by which a named person takes up or drops what was
 * set aside.
 *
 * Its `on` says room, name and selection: "deliveries council-inbox ids bccnot6ymoh47e2ac36c",
 * "quarantine pas-adt code map.value since TIME until TIME". Errors: way_back.form. */
#ifndef CONCORDAT_CONTROL_WAY_BACK_READ_H
#define CONCORDAT_CONTROL_WAY_BACK_READ_H

#include "contract/way_back.h"
#include "sharing/acts/act.h"
#include "site/site.h"

/* The rooms, as acts, commands and sockets name them. */
#define WAY_BACK_DELIVERIES "deliveries"
#define WAY_BACK_QUARANTINE "quarantine"

struct way_back_act {
    const char *room; /* of the two */
    struct slice name;
    struct way_back what;
};
/* False without an error: it is no act of this kind. way_back.form: it is, and cannot be read.
 * Borrows the act's texts. */
MUST_CHECK bool way_back_read(const struct act *x, struct way_back_act *out, struct err *e);
/* What an act is on. In a; NULL: no memory. */
const char *way_back_on(struct arena *a, const char *room, const char *name,
                        const struct selection *s);
/* The same, read; whether it says a selection. Borrows on. */
bool way_back_on_read(struct slice on, struct slice *room, struct slice *name,
                      struct selection *out);
/* Where the part's own process listens, when it is not the site's one. In a. */
const char *way_back_socket(struct arena *a, const struct site *s, const char *room,
                            struct slice name);

#endif
