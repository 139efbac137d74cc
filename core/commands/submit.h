/* submit.h - a bundle brought to all parts of the region, and their word that they go by it. */
#ifndef CONCORDAT_COMMANDS_SUBMIT_H
#define CONCORDAT_COMMANDS_SUBMIT_H

#include "commands/cli.h"
#include "commands/submit_sign.h"

/* Checks a packed bundle as the parts will, orders it, waits until each has confirmed and prints
 * each word. Returns the command's exit code: CLI_NO when it is refused or not confirmed by all. */
int submit_bundle(struct cli *c, struct site *s, struct slice file, const char *by);

/* What is to be changed of the bundle in force: its files, or a file more beside region.yaml of a
 * demo. */
struct change {
    const struct pack_file *files; /* NULL: those of the one in force and `add` */
    size_t file_count;
    struct pack_file add;                /* name NULL: nothing */
    const char *const *by, *const *keys; /* who signs, with which key file */
    size_t by_count, key_count;
    const char *out;  /* where one that lacks signatures is written; NULL: nowhere */
    const char *says; /* in plain words, to whoever signs: "share nothing more under ..." */
    enum sign_what what;
};
/* From now on: what is only to come is put off, and the operator told. */
int submit_change(struct cli *c, struct site *s, const struct change *change);

#endif
