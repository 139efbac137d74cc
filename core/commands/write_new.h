/* write_new.h - a new file of the caller's bytes: whole and durable, or not there. */
#ifndef CONCORDAT_COMMANDS_WRITE_NEW_H
#define CONCORDAT_COMMANDS_WRITE_NEW_H

#include "base/err.h"
#include "base/slice.h"

/* bundle.write, also when it is there. */
MUST_CHECK bool write_new(const char *path, struct slice bytes, struct err *e);

#endif
