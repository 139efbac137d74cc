/* passphrase.h - passphrases from the terminal, without echo, or from a file for scripts.
 *
 * Whoever holds a passphrase wipes it, after a failure too. Threads: the command's own.
 * Errors: key.passphrase (ERR_FATAL). */
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
/* Overwrites every byte of it. */
void passphrase_wipe(struct passphrase *p);

/* From now on this command's passphrases are the lines of that file (/dev/fd/N too), in the order
 * in which they are needed. NULL: they are asked for. */
MUST_CHECK bool passphrase_from(const char *file, struct err *e);
/* Asks for the passphrase of an existing key, with that prompt. Fails without a terminal too. */
MUST_CHECK bool passphrase_ask(const char *prompt, struct passphrase *out, struct err *e);
/* Asks for the passphrase of a new key, twice. Fails when the two differ. */
MUST_CHECK bool passphrase_new(struct passphrase *out, struct err *e);

/* Opens a key to sign with: a person's under its passphrase, or an approver's 32 bytes. The caller
 * wipes *out, after a failure too. Fails as key_read and person_key_read do. */
MUST_CHECK bool passphrase_open_key(const char *path, struct key *out, struct err *e);

#endif
