/* moment.h - times as partners write them.
 *
 * A form is read when it can mean one moment only. Read are: a blank or a small t for T, Z in
 * either case, offsets with and without a colon or minutes, a zone's name in brackets behind an
 * offset, more digits of a fraction than we keep (cut), 24:00 (the next day), second 60 (the next
 * minute), blanks around. Not read are: two digits for a year, a month before a day, names of
 * zones other than GMT, UTC and BST, and years before 1850 or after 2149 that stand without
 * separators. A time without an offset is London's. An hour without minutes counts as its first
 * minute. Threads: no state. False: no such time. */
#ifndef CONCORDAT_BASE_MOMENT_H
#define CONCORDAT_BASE_MOMENT_H

#include "base/clock.h"

/* YYYY[MM[DD[HH[MM[SS[.fraction]]]]]][zone]. Also a fraction without its point, and ISO 8601 as
 * below. */
bool moment_from_hl7(struct slice s, struct moment *out);
/* YYYY[-MM[-DD[THH:MM[:SS[.fraction]][zone]]]], and its basic form YYYYMMDD[THHMM[SS]]. */
bool moment_from_iso(struct slice s, struct moment *out);
/* 1/11/1941, 01-11-1941, 1.11.1941, 01-Nov-1941, 1 November 1941, 11/1941, Nov 1941, 1941. A
 * clock, AM or PM, and a zone may follow. Also an ISO date, since spreadsheets turn some dates
 * into one. */
bool moment_from_uk(struct slice s, struct moment *out);
/* Seconds or milliseconds since 1970, a number; digits after a point are cut. */
bool moment_from_epoch(struct slice s, bool seconds, struct moment *out);

#endif
