/* csv.h - rows of comma-separated values with a header row (RFC 4180). */
#ifndef CONCORDAT_FORMAT_CSV_H
#define CONCORDAT_FORMAT_CSV_H

#include "contract/format.h"

extern const struct format format_csv;

#endif
