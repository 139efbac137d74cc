/* csv_write.h - a row as it is written. */
#ifndef CONCORDAT_FORMAT_CSV_WRITE_H
#define CONCORDAT_FORMAT_CSV_WRITE_H

#include "contract/format.h"

bool csv_render(const struct node *filled, const struct format_options *o, struct slice id,
                struct buf *out, struct err *e);

#endif
