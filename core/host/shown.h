/* shown.h - texts that others wrote, made fit for a terminal.
 *
 * What a terminal obeys, what breaks or forges a line, and what hides or turns text is written out,
 * \x1b or \u202e; a byte that is no UTF-8 as \xff. Threads: any; a text lives until the eighth call
 * after it of the same thread. */
#ifndef CONCORDAT_HOST_SHOWN_H
#define CONCORDAT_HOST_SHOWN_H

#include "base/slice.h"

#define SHOWN_MAX 2048

/* In room of the caller's. */
#define SHOWN_ROOM (SHOWN_MAX + 32)
const char *shown_in(char out[SHOWN_ROOM], struct slice s);
/* Cut with "..." beyond SHOWN_MAX bytes. */
const char *shown(struct slice s);
static inline const char *shown_text(const char *text)
{
    return shown(slice_text(text));
}

#endif
