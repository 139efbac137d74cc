/* person_key.h - a person's secret key under a passphrase: an encrypted PKCS#8 file (PEM), as
 * OpenSSL writes and reads it.
 *
 * The first line says whose public key it is, so that the file can be told without its passphrase.
 * Errors: key.open, key.mode, key.form, key.passphrase, key.plain (ERR_FATAL). */
#ifndef CONCORDAT_HOST_PERSON_KEY_H
#define CONCORDAT_HOST_PERSON_KEY_H

#include "host/crypto.h"

#define PASSPHRASE_MIN 12
#define PASSPHRASE_MAX 512

/* Makes a new one, mode 0600; fails when the file exists or the passphrase is too short. */
MUST_CHECK bool person_key_make(const char *path, struct slice passphrase, struct public_key *out,
                                struct err *e);
/* Opens it; key.plain: it lies there without a passphrase. */
MUST_CHECK bool person_key_read(const char *path, struct slice passphrase, struct key *out,
                                struct err *e);
/* Whose file it says it is, without opening it. False: it is no such file. */
bool person_key_public(const char *path, struct public_key *out);
/* What a file's first bytes are. */
enum key_file { KEY_FILE_NONE, KEY_FILE_RAW, KEY_FILE_ENCRYPTED, KEY_FILE_PLAIN };
enum key_file key_file_kind(const char *path);

#endif
