/* acts.h - a named person's word given on the command line: made, shown, signed, handed in.
 *
 * A command that does something by a person's word makes a struct act (sharing/acts/act.h), and asks
 * acts_give for it. At the site the person signs with --key; with -o FILE the act is written instead,
 * for others to sign with `act sign` and to hand in with `act submit`. Where the region names no
 * people a typed name is enough, and the command says so. */
#ifndef CONCORDAT_CLI_ACTS_H
#define CONCORDAT_CLI_ACTS_H

#include "cli/cli.h"
#include "cli/words.h"
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

/* To the router, through the running daemon or on the bus; says what became of it. The exit code. */
int acts_submit(const struct site *s, const struct act *x);
/* The same for what a command also does by it: a skip (cmd_skip.c), and reading what is in something
 * that was set aside (way_back.c), which only a signature that was never used lets anybody do. */
int skip_submit(struct cli *c, struct site *s, const struct act *x);
int way_back_submit_reading(struct cli *c, const struct site *s, const struct act *x);
/* act.again when it stands on `control` already. */
MUST_CHECK bool acts_unused(const struct site *s, const struct act *x, struct err *e);
/* On `control`, in its subject's partition, durably. What is no word on a hold, which the router
 * decides, is then judged by the bus's time of that record, as the router does it: what is not good by
 * that is not to be done, whatever the clock here says. */
MUST_CHECK bool acts_publish(struct bus *b, const struct site *s, const struct act *x, struct err *e);

/* In sentences, then the text itself. */
void acts_print(const struct act *x);
/* A file made anew, or in the place of the one that is there. Its bytes live in the arena. */
MUST_CHECK bool acts_read_file(struct cli *c, const char *path, struct act *out, struct err *e);
MUST_CHECK bool acts_write_file(const char *path, const struct act *x, bool anew, struct err *e);

#endif
