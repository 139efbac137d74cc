/* naming.h - a finding that ends in a list of names: those that fit in one line and how many more,
 * or all. */
#ifndef CONCORDAT_SHARING_TOOLS_NAMING_H
#define CONCORDAT_SHARING_TOOLS_NAMING_H

#include "host/strict.h"

/* A finding that ends in a list of names: those that fit in one line and how many more, or all.
 * sentence lives until the end. */
struct naming {
    struct problems *to;
    const char *code, *file, *sentence;
    uint32_t line, column;
    char names[120];
    size_t n, more;
    bool in_full; /* as many lines as it takes */
};
void naming_add(struct naming *m, struct slice name);
void naming_end(struct naming *m);

#endif
