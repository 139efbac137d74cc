/* csv_write.h - a row as it is written, and what it shares with the reader. */
#ifndef CONCORDAT_FORMAT_CSV_WRITE_H
#define CONCORDAT_FORMAT_CSV_WRITE_H

#include "contract/format.h"

/* A column's name as names are compared: lower case, blanks as one. .p NULL when memory ran out. */
struct slice csv_name(struct arena *a, struct slice s);

bool csv_render(const struct node *filled, const struct format_options *o, struct slice id,
                struct buf *out, struct err *e);

#endif
