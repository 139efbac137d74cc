/* folder.h - files in a folder: taken in from an inbox, or written to an outbox.
 *
 * In: a file is taken when it has not changed for `settle` by our clock (by size and by the
 * system's own time of it: its mtime is whatever its writer says) and nobody on this machine has it
 * open for writing (inotify, and a lease on a file of our own: of writers behind a network share
 * neither tells), in the order of names, unless its name is one of a file in the making (.part,
 * .tmp, ~ ...). What grew although it was taken is put back and taken whole, while it is among the
 * last 256. After the commit it goes to done/, or to refused/ with a .why beside it that holds code
 * and sentence only; when it cannot be kept now it stays and is tried again. inotify says what
 * came; where it cannot (network shares) the folder is read again every few seconds. When another
 * folder stands in its place, that is taken from; when none does, that is said (folder.open) until
 * one is there again: folders are made when the transport is opened, and later done/ and refused/
 * alone. Out: written to a hidden name, synced, renamed, the folder synced: a reader never sees
 * half a file; what a killed process left of one is deleted when the folder is opened. The same id
 * written again replaces its file. An outbox that is gone is not made: what is delivered waits, for
 * nobody might look into ours. Threads: one runs or sends; stop() from any. Errors: folder.option,
 * folder.open (ERR_FATAL); folder.connect, folder.write (ERR_RETRY); folder.name (ERR_REJECT). Log:
 * folder.replaced, folder.grew, folder.move, folder.open_file, folder.old, folder.why. */
#ifndef CONCORDAT_TRANSPORT_FOLDER_H
#define CONCORDAT_TRANSPORT_FOLDER_H

#include "contract/transport.h"

extern const struct transport transport_folder;

#endif
