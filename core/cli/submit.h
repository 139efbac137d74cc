/* submit.h - a bundle brought to all parts of the region, and their word that they go by it. */
#ifndef CONCORDAT_CLI_SUBMIT_H
#define CONCORDAT_CLI_SUBMIT_H

#include "cli/cli.h"
#include "cli/orders.h"

/* Checks a packed bundle as the parts will, orders it, waits until each has confirmed and prints
 * each word. Returns the command's exit code: CLI_NO when it is refused or not confirmed by all. */
int submit_bundle(struct cli *c, struct site *s, struct slice file, const char *by);

/* Signs a packed bundle: the same bytes and a line more, in the arena. key.*, pack.signed. */
MUST_CHECK bool submit_sign(struct arena *a, struct slice file, const char *name,
                            const char *key_file, struct slice *out, struct err *e);
/* Writes a new file; err when it is there. */
MUST_CHECK bool submit_write(const char *path, struct slice bytes, struct err *e);

/* What is to be changed of the bundle in force: its files, or a file more beside region.yaml of a
 * demo. */
struct change {
    const struct pack_file *files; /* NULL: those of the one in force and `add` */
    size_t file_count;
    struct pack_file add;                /* name NULL: nothing */
    const char *const *by, *const *keys; /* who signs, with which key file */
    size_t by_count, key_count;
    const char *out; /* where an unfinished one is written; NULL: nowhere */
};
/* From now on: what is only to come is put off, and the operator told. */
int submit_change(struct cli *c, struct site *s, const struct change *change);

#endif
