/* clean.h - texts as they leave for a partner, in whatever format.
 *
 * A clean text holds one control character only, LF as the line end; each format writes it in its
 * own way.
 * - Line ends of other systems (CR, CRLF, VT, FF, NEL, U+2028, U+2029) become LF.
 * - Other controls (C0, DEL, C1), which a terminal, a printer, a spreadsheet or a parser may obey,
 *   become a blank: without it two words of a dose or an address would become one.
 * - Invisible characters are left out: soft hyphen, zero-width space, word joiner, invisible
 *   operators, byte order mark, tags, and the embeddings, overrides and isolates of Unicode's UAX
 *   9, which make a text read as another than it is.
 * - The joiners and marks of one letter (U+200C to U+200F, U+061C) stay: names of Persian, Hindi,
 *   Arabic and Hebrew are written with them.
 * - A byte that is no UTF-8 becomes U+FFFD.
 * An escape is no protection, for the reader undoes it. The recipient's own ids are never changed,
 * since the recipient would not find them again: an id that is not clean is refused
 * (mapping/out_value.c).
 * Threads: no state. */
#ifndef CONCORDAT_BASE_CLEAN_H
#define CONCORDAT_BASE_CLEAN_H

#include "base/arena.h"

/* s itself when it is clean, else a copy that lives in a; .p is NULL when a is full. */
struct slice text_clean(struct arena *a, struct slice s);
bool text_is_clean(struct slice s);

#endif
