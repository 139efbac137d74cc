/* passphrase.h - passphrases from the terminal, without echo, or from a file for scripts.
 *
 * Wiped by who has one. Threads: a command's own. Errors: key.passphrase (ERR_FATAL). */
#ifndef CONCORDAT_COMMANDS_PASSPHRASE_H
#define CONCORDAT_COMMANDS_PASSPHRASE_H

#include "host/person_key.h"

struct passphrase {
    uint8_t b[PASSPHRASE_MAX + 2];
    size_t n;
};
static inline struct slice passphrase_slice(const struct passphrase *p)
{
    return slice_of(p->b, p->n);
}
void passphrase_wipe(struct passphrase *p);

/* From now on this command's passphrases are the lines of that file (/dev/fd/N too), in the order
 * in which they are needed. NULL: they are asked for. */
MUST_CHECK bool passphrase_from(const char *file, struct err *e);
/* Of a key that is there; asked with that prompt. */
MUST_CHECK bool passphrase_ask(const char *prompt, struct passphrase *out, struct err *e);
/* Of a new key: asked twice. */
MUST_CHECK bool passphrase_new(struct passphrase *out, struct err *e);

/* Opens a key to sign with: a person's under its passphrase, or an approver's 32 bytes. */
MUST_CHECK bool passphrase_open_key(const char *path, struct key *out, struct err *e);

#endif
