/* credentials.h - what a sender shows by the option group of contract/secure.h, as one header line.
 * The files are read anew for each call: they may have been mended, or changed as tokens are.
 * Errors: token.* (ERR_FATAL; ERR_RETRY where files or memory are out). */
#ifndef CONCORDAT_TRANSPORT_CREDENTIALS_H
#define CONCORDAT_TRANSPORT_CREDENTIALS_H

#include "contract/secure.h"

#define CREDENTIALS_LINE_MAX 800

/* "" when none are named. The caller wipes it. */
MUST_CHECK bool credentials_line(const struct secure_credentials *c, char out[CREDENTIALS_LINE_MAX],
                                 struct err *e);
/* Whether our own files could not be read for want of files or memory, which passes. */
bool credentials_is_shortage(const struct err *why);

#endif
