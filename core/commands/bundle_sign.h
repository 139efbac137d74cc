/* bundle_sign.h - concordat bundle sign, show and verify, and what they print of a bundle. */
#ifndef CONCORDAT_COMMANDS_BUNDLE_SIGN_H
#define CONCORDAT_COMMANDS_BUNDLE_SIGN_H

#include "commands/cli.h"

int bundle_sign(struct cli *c, int argc, char **argv);
int bundle_show(struct cli *c, int argc, char **argv);
int bundle_verify(struct cli *c, int argc, char **argv);
void bundle_print_header(const struct pack *p);
/* Who has signed an agreement, and who has not; news: what it is to the bundle before, or empty. */
void bundle_print_agreement(const struct bundle *b, const struct agreement *g, const char *news);
/* A packed file; false after printing. */
bool bundle_read_file(struct cli *c, const char *path, struct slice *bytes, struct pack *out);

#endif
