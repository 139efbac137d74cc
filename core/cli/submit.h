/* submit.h - a bundle brought to all parts of the region, and their word that they go by it. */
#ifndef CONCORDAT_CLI_SUBMIT_H
#define CONCORDAT_CLI_SUBMIT_H

#include "cli/cli.h"
#include "cli/orders.h"

/* Checks a packed bundle as the parts will, orders it, waits until each has confirmed and prints
 * each word. Returns the command's exit code: CLI_NO when it is refused or not confirmed by all. */
int submit_bundle(struct cli *c, struct site *s, struct slice file, const char *by);

/* Who signs, and what beside the bundle as a whole. */
enum sign_what {
    SIGN_BUNDLE,     /* nothing */
    SIGN_EXTENSIONS, /* the extensions that wait for their agency */
    SIGN_AGREEMENTS  /* and the agreements that do: sign.c */
};
struct signing {
    const char *name, *key_file;
    const struct approvers *known; /* asked before those that the bundle names itself; may be NULL */
    enum sign_what what;
};
/* Signs a packed bundle, which b was loaded from: the same bytes and lines more, in the arena. The
 * key must be that person's. key.*, pack.signed, pack.approver, pack.key, pack.old. */
MUST_CHECK bool submit_sign(struct arena *a, struct slice file, const struct bundle *b,
                            const struct signing *s, struct slice *out, struct err *e);
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
    const char *out; /* where one that lacks signatures is written; NULL: nowhere */
    const char *says; /* in plain words, to whoever signs: "share nothing more under ..." */
    enum sign_what what;
};
/* From now on: what is only to come is put off, and the operator told. */
int submit_change(struct cli *c, struct site *s, const struct change *change);

/* concordat bundle sign, show and verify: cmd_sign.c. */
int bundle_sign(struct cli *c, int argc, char **argv);
int bundle_show(struct cli *c, int argc, char **argv);
int bundle_verify(struct cli *c, int argc, char **argv);
void bundle_print_header(const struct pack *p);
/* Who has signed an agreement, and who has not; news: what it is to the bundle before, or empty. */
void bundle_print_agreement(const struct bundle *b, const struct agreement *g, const char *news);
/* A packed file; false after printing. */
bool bundle_read_file(struct cli *c, const char *path, struct slice *bytes, struct pack *out);

#endif
