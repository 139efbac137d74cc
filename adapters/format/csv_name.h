/* csv_name.h - the names of columns, as reader and writer compare them. */
#ifndef CONCORDAT_FORMAT_CSV_NAME_H
#define CONCORDAT_FORMAT_CSV_NAME_H

#include "base/arena.h"

/* A column's name as names are compared: lower case, blanks as one. .p NULL when memory ran out. */
struct slice csv_name(struct arena *a, struct slice s);
/* How many letters two names share at their beginnings and ends. */
size_t csv_name_shared(struct slice a, struct slice b);

#endif
