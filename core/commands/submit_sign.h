/* submit_sign.h - a person's signatures on a packed bundle. */
#ifndef CONCORDAT_COMMANDS_SUBMIT_SIGN_H
#define CONCORDAT_COMMANDS_SUBMIT_SIGN_H

#include "sharing/change/pack.h"
#include "sharing/rules/bundle.h"

/* Who signs, and what they sign. */
enum sign_what {
    SIGN_BUNDLE,     /* the bundle alone */
    SIGN_EXTENSIONS, /* and the extensions that lack their agency's signature */
    SIGN_AGREEMENTS  /* and the agreements that lack it */
};
struct signing {
    const char *name, *key_file;
    const struct approvers
        *known; /* asked before those that the bundle names itself; may be NULL */
    enum sign_what what;
};
/* Signs a packed bundle, from which b was loaded. *out: its bytes with the signatures added, in the
 * arena. Errors: key.*, pack.signed (they have signed already), pack.approver (they may not),
 * pack.key (it is not their key), pack.old (of an older program). */
MUST_CHECK bool submit_sign(struct arena *a, struct slice file, const struct bundle *b,
                            const struct signing *s, struct slice *out, struct err *e);

#endif
