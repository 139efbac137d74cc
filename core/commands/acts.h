/* acts.h - makes, shows, signs and submits the act of a named person on the command line.
 *
 * A command that needs a person's act makes a struct act (sharing/acts/act.h) and calls
 * acts_give. At the site the person signs with --key; with -o FILE the act is written
 * instead, for others to sign with `act sign` and to submit with `act submit`. Where the region
 * names no people a typed name is enough, and the command says so. */
#ifndef CONCORDAT_COMMANDS_ACTS_H
#define CONCORDAT_COMMANDS_ACTS_H

#include "commands/cli.h"
#include "commands/words.h"
#include "sharing/acts/act.h"

/* The options that say how an act is signed. A command lists them among its own. */
#define ACTS_OPTIONS                                                                               \
    { .name = "--key", .most = 1 }, { .name = "--passphrase-file", .most = 1 },                    \
    {                                                                                              \
        .name = "-o", .most = 1                                                                    \
    }

/* An act in the site's region, made now. Borrows its texts. */
struct act acts_make(const struct site *s, const char *verb, const char *on, const char *reason);

enum acts_given { ACTS_GIVEN, ACTS_WRITTEN, ACTS_FAILED };
/* Prints what is to be signed and signs it as `by`, or writes it to a file. ACTS_GIVEN: submit it
 * now. ACTS_WRITTEN, ACTS_FAILED: there is nothing more to do or to print. */
enum acts_given acts_give(struct cli *c, const struct site *s, const char *by,
                          const struct word_option *options, struct act *x);

/* Submits an act to the router, through the running daemon or on the bus, and prints what became of
 * it. Returns the exit code. */
int acts_submit(const struct site *s, const struct act *x);
/* Publishes an act on `control` itself, where no daemon runs. Fails with bus.down after printing
 * why. */
MUST_CHECK bool acts_publish_alone(const struct site *s, const struct act *x, struct err *e);

/* Prints what signing the act means in a sentence, then its text. */
void acts_print(const struct act *x);
/* *out lives in the arena of c. */
MUST_CHECK bool acts_read_file(struct cli *c, const char *path, struct act *out, struct err *e);
/* anew: fails where the file exists. Else it replaces the file. */
MUST_CHECK bool acts_write_file(const char *path, const struct act *x, bool anew, struct err *e);

#endif
