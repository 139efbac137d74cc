/* clean.h - texts as they leave for a partner, in whatever format.
 *
 * Of control characters a text for others holds line ends alone, LF; a format writes them as it does.
 * What a terminal, a printer, a spreadsheet or another parser obeys becomes a blank (C0, DEL, C1, so
 * that two words do not become one: a dose, an address), and what is a line end in some system (CR,
 * CRLF, VT, FF, NEL, U+2028, U+2029) is one. What is not seen or turns what is seen is left out (soft
 * hyphen, zero-width space and word joiner, invisible operators, byte order mark, tags, and the
 * embeddings, overrides and isolates of Unicode's UAX 9, by which a text reads as another than it
 * is). The joiners and marks of one letter (U+200C to U+200F, U+061C) stay: names of Persian, Hindi,
 * Arabic and Hebrew are written with them. A byte that is no UTF-8 becomes U+FFFD.
 * To be escaped is to leave: a reader undoes an escape. An id of the recipient's own is never changed, since it
 * would find nothing by it: one that is not clean is refused (mapping/out_value.c). Threads: no state. */
#ifndef CONCORDAT_BASE_CLEAN_H
#define CONCORDAT_BASE_CLEAN_H

#include "base/arena.h"

/* s itself where nothing is to be done, else living in a; .p is NULL when a is full. */
struct slice text_clean(struct arena *a, struct slice s);
bool text_is_clean(struct slice s);

#endif
