/* temp_file.h - files written aside, then put in their place whole or not at all.
 *
 * A temporary file stays locked until its writer closes it or is dead. One that nobody has locked
 * was left by a process that was killed, and may be deleted: it can hold personal data that was
 * never to be sent. Where a share knows no locks, they are written all the same and left alone.
 * Threads: any. Errors: errno. */
#ifndef CONCORDAT_HOST_TEMP_FILE_H
#define CONCORDAT_HOST_TEMP_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* Makes the file, empty and locked, in that folder (AT_FDCWD: name is a path); waits for whoever is
 * writing it. -1 with errno. Closing it unlocks it. */
int temp_file_open(int folder, const char *name, unsigned mode);
bool temp_file_write(int fd, struct slice bytes);
/* Deletes those of the folder's files that is_ours tells by name, that belong to this user and that
 * nobody writes. Returns how many. */
size_t temp_file_sweep(int folder, bool (*is_ours)(const void *ctx, const char *name),
                       const void *ctx);

#endif
