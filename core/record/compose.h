/* compose.h - one schema made whole: each named type inlined at its first use.
 *
 * Avro-C and most readers of .avsc share no named types between files, so the text that leaves this
 * house stands alone. Later uses go by the full name; every attribute is kept; each node of the
 * result still knows the file, line and column it came from. */
#ifndef CONCORDAT_RECORD_COMPOSE_H
#define CONCORDAT_RECORD_COMPOSE_H

#include "record/schema_files.h"

#define COMPOSED_TYPES_MAX 64

struct composed {
    struct node *root;
    struct {
        struct slice full;
        const struct node *node;
        bool open; /* being written: a use of it now would be recursion */
    } types[COMPOSED_TYPES_MAX];
    size_t count;
};

/* False when a problem was added: schema.unknown-type, schema.recursion, schema.duplicate. */
bool compose(struct arena *a, const struct schema_files *files, const struct schema_file *file,
             struct composed *out, struct problems *p);
/* The definition a type node means: the node itself, or the one its full name was given to. NULL
 * when it is neither. */
const struct node *compose_type(const struct composed *c, const struct node *type);

bool avro_is_primitive(struct slice name);

#endif
