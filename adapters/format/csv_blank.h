/* csv_blank.h - rows of a CSV that say nothing, as spreadsheets write them below and above the
 * table.
 *
 * Threads: no state. */
#ifndef CONCORDAT_FORMAT_CSV_BLANK_H
#define CONCORDAT_FORMAT_CSV_BLANK_H

#include "base/slice.h"

/* Moves *at past empty lines, rows whose every cell is empty or blank, and what some write as the
 * end of a file (Ctrl-Z). A row of separators that breaks off without a line end is left, since
 * what it would have said is not known; so are NULs, which stand where a copy has not got to. */
void csv_skip_blank(struct slice s, uint8_t separator, size_t *at);

#endif
