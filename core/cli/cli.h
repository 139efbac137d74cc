/* cli.h - what the commands share: the table's row, loading a site, opening its bus.
 *
 * Answers go to stdout, chatter to stderr. Exit codes: 0 done, 1 no (a problem was found, a thing is not there),
 * 2 usage, 3 cannot (file, bus or daemon not to be had). */
#ifndef CONCORDAT_CLI_CLI_H
#define CONCORDAT_CLI_CLI_H

#include "bus/bus.h"
#include "site/site.h"

enum cli_exit { CLI_DONE = 0, CLI_NO = 1, CLI_USAGE = 2, CLI_CANNOT = 3 };

struct cli {
    const struct registry *adapters;
    struct arena arena;             /* lives as long as the command */
};

/* One row of the table: words of the pattern in capitals stand for arguments. */
struct command {
    const char *pattern;            /* "held SITE release HOLD PERSON REASON" */
    const char *help;               /* one line */
    int (*run)(struct cli *c, int argc, char **argv); /* argv[0] is the command's first word */
};

int cmd_run(struct cli *c, int argc, char **argv);
int cmd_check(struct cli *c, int argc, char **argv);
int cmd_map(struct cli *c, int argc, char **argv);
int cmd_test(struct cli *c, int argc, char **argv);
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
int cmd_key(struct cli *c, int argc, char **argv);

/* Whether a part runs: "ROOM" or "ROOM:NAME" is one of the words, or there are none (NULL). */
bool cli_wants(char **only, const char *room, const char *name);
/* Loads and checks; prints every problem. NULL after printing. */
struct site *cli_site(struct cli *c, const char *path, enum site_keys keys);
/* The rules as they lie in a folder, for whoever writes or signs them: of a site, or of a region.yaml
 * without a site. False after printing. rules_folder.c */
struct cli_rules {
    const char *folder; /* of region.yaml */
    const struct catalogue *catalogue;
    const struct bundle *bundle;
};
MUST_CHECK bool cli_rules(struct cli *c, const char *path, struct cli_rules *out);
bool cli_is_rules_only(struct cli *c, const char *path);

/* "WHAT: NAME/VERSION, not yet approved by A and B" for each agreement that lacks approvals. unapproved.c */
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

/* The daemon's local socket (admin.c). */
struct admin;
struct way_back;
struct admin_options {
    const struct site *site;
    struct bus *bus;
    const char *socket; /* path */
    /* A named person's word on what a part has set aside, after it is recorded. *here false: the part
     * does not run in this process. */
    bool (*take_back)(void *ctx, const char *room, struct slice name, const struct way_back *w,
                      bool *here, uint64_t *done, struct err *e);
    void *ctx;
};
MUST_CHECK bool admin_start(const struct admin_options *o, struct admin **out, struct err *e);
void admin_stop(struct admin **a);
/* Hands a framed order of a bundle to a running daemon. */
MUST_CHECK bool admin_ask_order(const struct site *s, struct slice framed, bool *running,
                                struct err *e);
/* Hands an act's file to whoever listens there; *running false when nobody does. *done: on how much of
 * what was set aside it was done there; -1: it is recorded only. */
MUST_CHECK bool admin_ask_act(const char *socket, struct slice file, bool *running, int64_t *done,
                              struct err *e);

#endif
