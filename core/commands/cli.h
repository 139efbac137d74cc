/* cli.h - what the commands share: the table's row, loading a site, opening its bus.
 *
 * Answers go to stdout, chatter to stderr. Exit codes: 0 done, 1 no (a problem was found, a thing
 * is not there), 2 usage, 3 cannot (file, bus or daemon not to be had). */
#ifndef CONCORDAT_COMMANDS_CLI_H
#define CONCORDAT_COMMANDS_CLI_H

#include "bus/bus.h"
#include "site/site.h"

enum cli_exit { CLI_DONE = 0, CLI_NO = 1, CLI_USAGE = 2, CLI_CANNOT = 3 };

struct command;
struct cli {
    const struct registry *adapters;
    const struct command *commands; /* the table of main.c, those of one first word together */
    size_t command_count;
    struct arena arena; /* lives as long as the command */
};

/* One row of the table: words of the pattern in capitals stand for arguments. */
struct command {
    const char *pattern;                              /* "held SITE release HOLD PERSON REASON" */
    const char *help;                                 /* one line */
    int (*run)(struct cli *c, int argc, char **argv); /* argv[0] is the command's first word */
};

int cmd_run(struct cli *c, int argc, char **argv);
int cmd_check(struct cli *c, int argc, char **argv);
int cmd_map(struct cli *c, int argc, char **argv);
int cmd_tables(struct cli *c, int argc, char **argv);
int cmd_explain(struct cli *c, int argc, char **argv);
int cmd_why(struct cli *c, int argc, char **argv);
int cmd_audit(struct cli *c, int argc, char **argv);
int cmd_effect(struct cli *c, int argc, char **argv);
int cmd_act(struct cli *c, int argc, char **argv);
int cmd_deliveries(struct cli *c, int argc, char **argv);
int cmd_quarantine(struct cli *c, int argc, char **argv);
int cmd_held(struct cli *c, int argc, char **argv);
int cmd_skip(struct cli *c, int argc, char **argv);
int cmd_status(struct cli *c, int argc, char **argv);
int cmd_schemas(struct cli *c, int argc, char **argv);
int cmd_bundle(struct cli *c, int argc, char **argv);
int cmd_stop(struct cli *c, int argc, char **argv);
int cmd_extend(struct cli *c, int argc, char **argv);
/* The command's first word. */
static inline struct slice command_word(const struct command *c)
{
    struct slice pattern = slice_text(c->pattern);
    return slice_head(pattern, slice_find(pattern, ' '));
}

int cmd_manual(struct cli *c, int argc, char **argv);
int cmd_key(struct cli *c, int argc, char **argv);

/* Loads and checks; prints every problem. NULL after printing. */
struct site *cli_site(struct cli *c, const char *path, enum site_keys keys);
/* The rules as they lie in a folder, for whoever writes or signs them: of a site, or of a
 * region.yaml without a site. False after printing. cli_rules.c */
struct cli_rules {
    const char *folder; /* of region.yaml */
    const struct catalogue *catalogue;
    const struct bundle *bundle;
};
MUST_CHECK bool cli_rules(struct cli *c, const char *path, struct cli_rules *out);
bool cli_is_rules_only(struct cli *c, const char *path);

/* "WHAT: NAME/VERSION, not yet approved by A and B" for each agreement that lacks approvals.
 * cli_unapproved.c */
void cli_print_unapproved(const struct bundle *b, const char *what);
/* --as-approved: the bundle as if every party had approved, after printing of which that is not so.
 * For commands that only answer. NULL after printing. */
const struct bundle *cli_as_approved(struct cli *c, const struct bundle *b);

/* The schemas alone. NULL after printing. */
const struct catalogue *cli_schemas(struct cli *c);
/* The site's bus; NULL after printing. */
struct bus *cli_bus(const struct site *s, bool read_only);
void cli_print_problems(struct problems *p);
/* Prints "concordat: sentence [code]" and returns the code given. */
int cli_fail(enum cli_exit code, const struct err *e);

#endif
