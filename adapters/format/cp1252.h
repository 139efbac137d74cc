/* cp1252.h - single-byte Western text as UTF-8: windows-1252 and ISO 8859-15, by tables of our own.
 *
 * windows-1252 stands also for ISO 8859-1, as the WHATWG Encoding Standard has it: what claims to be
 * Latin-1 is nearly always this. Its five unassigned bytes become the C1 controls of the same number.
 * Threads: no state. */
#ifndef CONCORDAT_FORMAT_CP1252_H
#define CONCORDAT_FORMAT_CP1252_H

#include "base/arena.h"

/* Text as UTF-8, living in a; .p is NULL when a is full. */
struct slice cp1252_to_utf8(struct arena *a, struct slice s);
struct slice latin9_to_utf8(struct arena *a, struct slice s);

/* s itself where it is well-formed UTF-8, else s taken as windows-1252. For sources that do not say,
 * or whose word is not to be trusted. .p is NULL when a is full. */
struct slice cp1252_or_utf8(struct arena *a, struct slice s);

#endif
