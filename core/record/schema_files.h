/* schema_files.h - the .avsc files of a folder, as trees that know both types and places.
 *
 * One named type a file, named as the file. JSON is read twice: as JSON for the types of its
 * values, as YAML for the place of each; the result is the first tree with the second's places. */
#ifndef CONCORDAT_RECORD_SCHEMA_FILES_H
#define CONCORDAT_RECORD_SCHEMA_FILES_H

#include "base/arena.h"
#include "host/tree.h"

#define SCHEMA_FILES_MAX 512

struct schema_file {
    struct slice name; /* "HospitalStay" */
    struct slice full; /* "uk.concordat.v1.HospitalStay" */
    struct slice text; /* the file's bytes */
    struct node *root; /* NULL when it could not be read */
    bool internal;
};

struct schema_files {
    struct schema_file *list; /* by name within a folder, folder/internal after folder */
    size_t count;
};

/* False when a problem was added. */
bool schema_files_read(struct arena *a, const char *folder, struct schema_files *out,
                       struct problems *p);
/* The file that defines a full name, or NULL. */
const struct schema_file *schema_files_find(const struct schema_files *f, struct slice full);

#endif
