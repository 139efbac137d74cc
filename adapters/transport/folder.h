/* folder.h - files in a folder: taken in from an inbox, or written to an outbox.
 *
 * In: a file is taken when it has not changed for `settle` and nobody on this machine has it open for
 * writing (inotify, and a lease on a file of our own: of writers behind a network share neither tells),
 * in the order of names, unless its name is one of a file in the making (.part, .tmp, ~ ...). What grew
 * although it was taken is put back and taken whole, while it is among the last 256. After the commit
 * it goes to done/, or to refused/ with a .why beside it that holds code and sentence only; when it
 * cannot be kept now it stays and is tried again. inotify says what came; where it cannot (network
 * shares) the folder is read again every few seconds. Out: written to a hidden name, synced,
 * renamed, the folder synced: a reader never sees half a file; what a killed process left of one is
 * deleted when the folder is opened. The same id written again replaces its file. Threads: one runs or sends; stop() from any. Errors: folder.option, folder.open
 * (ERR_FATAL); folder.connect, folder.write (ERR_RETRY); folder.name (ERR_REJECT). */
#ifndef CONCORDAT_TRANSPORT_FOLDER_H
#define CONCORDAT_TRANSPORT_FOLDER_H

#include "contract/transport.h"

extern const struct transport transport_folder;

#endif
