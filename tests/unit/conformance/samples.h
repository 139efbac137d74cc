/* samples.h - a sample of each format, so that one suite can ask them all: a row for each of the
 * registry.
 *
 * Whatever a sample says of people begins with "QXZ": no error and no place of one may hold it. */
#ifndef TEST_CONFORMANCE_SAMPLES_H
#define TEST_CONFORMANCE_SAMPLES_H

#include "contract/format.h"

#define PAYLOAD "QXZ"

struct sample {
    const char *name;
    const char *unit; /* of several messages, where a unit may have them */
    size_t messages;
    const char *path, *value; /* of its first message */
    const char *absent[4];    /* paths at which nothing stands; NULL behind the last */
    const char *no_path[4];   /* texts that are no path; likewise */
    /* A path that repeats in the first message, and one relative to it; NULL: none does in this
     * format. */
    const char *each, *item;
    size_t repeats;
    /* A unit over a limit of the format, into b. */
    void (*large)(struct buf *b);
    const char *marks;   /* the bytes that mean something to it */
    bool keys_are_paths; /* of a tree to render; else its members are nested as a path's are */
    struct format_options options; /* of what it renders */
};

/* NULL: there is none for it, so it cannot be asked. */
const struct sample *sample_of(const struct format *format);

#endif
