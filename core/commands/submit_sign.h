/* submit_sign.h - a person's signatures on a packed bundle. */
#ifndef CONCORDAT_COMMANDS_SUBMIT_SIGN_H
#define CONCORDAT_COMMANDS_SUBMIT_SIGN_H

#include "sharing/change/pack.h"
#include "sharing/rules/bundle.h"

/* Who signs, and what beside the bundle as a whole. */
enum sign_what {
    SIGN_BUNDLE,     /* nothing */
    SIGN_EXTENSIONS, /* the extensions that wait for their agency */
    SIGN_AGREEMENTS  /* and the agreements that do: bundle_sign.c */
};
struct signing {
    const char *name, *key_file;
    const struct approvers
        *known; /* asked before those that the bundle names itself; may be NULL */
    enum sign_what what;
};
/* Signs a packed bundle, which b was loaded from: the same bytes and lines more, in the arena. The
 * key must be that person's. key.*, pack.signed, pack.approver, pack.key, pack.old. */
MUST_CHECK bool submit_sign(struct arena *a, struct slice file, const struct bundle *b,
                            const struct signing *s, struct slice *out, struct err *e);

#endif
