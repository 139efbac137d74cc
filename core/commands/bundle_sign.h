/* bundle_sign.h - concordat bundle sign, show and verify, and what they print of a bundle. */
#ifndef CONCORDAT_COMMANDS_BUNDLE_SIGN_H
#define CONCORDAT_COMMANDS_BUNDLE_SIGN_H

#include "commands/cli.h"

int bundle_sign(struct cli *c, int argc, char **argv);
int bundle_show(struct cli *c, int argc, char **argv);
int bundle_verify(struct cli *c, int argc, char **argv);
void bundle_print_header(const struct pack *p);
/* Prints who has signed an agreement and who has not. news: how it differs from the bundle before;
 * empty: not told. */
void bundle_print_agreement(const struct bundle *b, const struct agreement *g, const char *news);
/* Reads a packed file. False: what is wrong has been printed. */
bool bundle_read_file(struct cli *c, const char *path, struct slice *bytes, struct pack *out);

#endif
