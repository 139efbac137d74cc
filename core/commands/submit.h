/* submit.h - orders a bundle for all parts of the region, and waits until each says that it goes by
 * it. */
#ifndef CONCORDAT_COMMANDS_SUBMIT_H
#define CONCORDAT_COMMANDS_SUBMIT_H

#include "commands/cli.h"
#include "commands/submit_sign.h"

/* Checks a packed bundle as the parts will, orders it, and prints what each part says of it until
 * all have confirmed. Returns the command's exit code: CLI_NO when a part refuses it, or when not
 * all confirm it in time. */
int submit_bundle(struct cli *c, struct site *s, struct slice file, const char *by);

/* A change to the bundle in force: other files, or one file more. */
struct change {
    const struct pack_file *files; /* NULL: the files in force, and `add` */
    size_t file_count;
    struct pack_file add;                /* name NULL: nothing */
    const char *const *by, *const *keys; /* who signs, with which key file */
    size_t by_count, key_count;
    const char *out;  /* where one that lacks signatures is written; NULL: nowhere */
    const char *says; /* in plain words, to whoever signs: "share nothing more under ..." */
    enum sign_what what;
};
/* Makes a bundle of the change that is in force at once, signs it and orders it. Bundles that were
 * to begin later are dropped, and it prints which. Returns the command's exit code. */
int submit_change(struct cli *c, struct site *s, const struct change *change);

#endif
