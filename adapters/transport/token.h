/* token.h - the bearer token of an HTTP partner: read from a file, compared without telling where
 * two differ. Shared by webhook and http_out, also for other credentials. Errors: token.open,
 * token.mode, token.size (ERR_FATAL). */
#ifndef CONCORDAT_TRANSPORT_TOKEN_H
#define CONCORDAT_TRANSPORT_TOKEN_H

#include "base/err.h"
#include "base/slice.h"

#define TOKEN_MAX 512

struct token {
    char text[TOKEN_MAX + 1]; /* "" = none is asked for */
};

/* path "" or NULL gives no token. One line of printable ASCII; nobody but its owner may read the
 * file. */
MUST_CHECK bool token_read(const char *path, struct token *out, struct err *e);
/* Whether an Authorization header ("Bearer ...") carries it; true when none is asked for. */
bool token_matches(const struct token *t, struct slice header);

#endif
