/* acts.h - a named person's word given on the command line: made, shown, signed, handed in.
 *
 * A command that does something by a person's word makes a struct act (sharing/acts/act.h), and
 * asks acts_give for it. At the site the person signs with --key; with -o FILE the act is written
 * instead, for others to sign with `act sign` and to hand in with `act submit`. Where the region
 * names no people a typed name is enough, and the command says so. */
#ifndef CONCORDAT_COMMANDS_ACTS_H
#define CONCORDAT_COMMANDS_ACTS_H

#include "commands/cli.h"
#include "commands/words.h"
#include "sharing/acts/act.h"

/* The options that say how; a command lists them among its own. */
#define ACTS_OPTIONS                                                                               \
    { .name = "--key", .most = 1 }, { .name = "--passphrase-file", .most = 1 },                    \
    {                                                                                              \
        .name = "-o", .most = 1                                                                    \
    }

/* An act by the site's region, made now. Texts are borrowed. */
struct act acts_make(const struct site *s, const char *word, const char *on, const char *reason);

enum acts_given { ACTS_GIVEN, ACTS_WRITTEN, ACTS_FAILED };
/* Says plainly what is to be signed and signs it as `by`, or writes it to a file. ACTS_GIVEN: it
 * counts, or may with another's; go on. ACTS_WRITTEN, ACTS_FAILED: all is said. */
enum acts_given acts_give(struct cli *c, const struct site *s, const char *by,
                          const struct word_option *options, struct act *x);

/* To the router, through the running daemon or on the bus; says what became of it. The exit
 * code. */
int acts_submit(const struct site *s, const struct act *x);
/* On `control`, where no daemon runs. bus.down, after printing why. */
MUST_CHECK bool acts_publish_alone(const struct site *s, const struct act *x, struct err *e);

/* In sentences, then the text itself. */
void acts_print(const struct act *x);
/* A file made anew, or in the place of the one that is there. Its bytes live in the arena. */
MUST_CHECK bool acts_read_file(struct cli *c, const char *path, struct act *out, struct err *e);
MUST_CHECK bool acts_write_file(const char *path, const struct act *x, bool anew, struct err *e);

#endif
