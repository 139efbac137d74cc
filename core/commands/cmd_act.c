/* cmd_act.c - concordat act show|sign|submit: an act as a file that is passed from one signer to
 * the next. */
#include "commands/acts.h"

#include <string.h>

#include "base/clock.h"
#include "commands/passphrase.h"
#include "commands/skip.h"
#include "commands/way_back.h"
#include "host/say.h"

static void print_signers(const struct act *x)
{
    for (size_t i = 0; i < x->signature_count; i++)
        say("signed by %.*s (not verified here)\n", SHOWN(x->signatures[i].person));
    if (!slice_is_empty(x->typed))
        say("by %.*s, typed, not signed\n", SHOWN(x->typed));
}

static int show_act(struct cli *c, const char *path)
{
    struct act x;
    struct err e = { 0 };
    if (!acts_read_file(c, path, &x, &e))
        return cli_fail(CLI_NO, &e);
    acts_print(&x);
    print_signers(&x);
    return CLI_DONE;
}

static int sign_act(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--by", .most = 1 },
                               { .name = "--key", .most = 1 },
                               { .name = "--region", .most = 1 },
                               { .name = "--passphrase-file", .most = 1 },
                               { .name = NULL } };
    struct words w;
    struct act x;
    struct cli_rules rules = { .bundle = NULL };
    struct key secret = { .set = false };
    struct err e = { 0 };
    if (!words_read(argc, argv, 2, 1, o, &w))
        return CLI_USAGE;
    const char *person = words_one(o, "--by");
    const char *key_file = words_one(o, "--key");
    const char *region = words_one(o, "--region");
    if (!person || !key_file)
        return CLI_USAGE;
    if (region && !cli_rules(c, region, &rules))
        return CLI_NO;
    if (!acts_read_file(c, w.plain[0], &x, &e))
        return cli_fail(CLI_NO, &e);
    acts_print(&x);
    print_signers(&x);
    bool done = passphrase_from(words_one(o, "--passphrase-file"), &e);
    done = done && passphrase_open_key(key_file, &secret, &e);
    done = done && act_sign(&x, rules.bundle, slice_text(person), &secret, clock_wall_ms(), &e);
    explicit_bzero(&secret, sizeof secret);
    if (!done)
        return cli_fail(CLI_NO, &e);
    if (!acts_write_file(w.plain[0], &x, false, &e))
        return cli_fail(CLI_CANNOT, &e);
    say("signed by %s%s\n", person,
        rules.bundle ? "" : "; that the key is theirs is checked when the act is submitted");
    return CLI_DONE;
}

static int submit_act(struct cli *c, const char *site, const char *path)
{
    struct act x;
    struct err e = { 0 };
    struct site *s = cli_site(c, site, false);
    if (!s)
        return CLI_CANNOT;
    if (!acts_read_file(c, path, &x, &e))
        return cli_fail(CLI_NO, &e);
    if (slice_equal_text(x.verb, "skip"))
        return skip_submit(c, s, &x);
    if (slice_equal_text(x.verb, "payload"))
        return way_back_submit_reading(c, s, &x);
    if (slice_equal_text(x.verb, "again") || slice_equal_text(x.verb, "drop"))
        return way_back_submit(s, &x);
    return acts_submit(s, &x);
}

int cmd_act(struct cli *c, int argc, char **argv)
{
    struct slice verb = slice_text(argc > 1 ? argv[1] : NULL);
    if (slice_equal_text(verb, "show"))
        return argc == 3 ? show_act(c, argv[2]) : CLI_USAGE;
    if (slice_equal_text(verb, "sign"))
        return sign_act(c, argc, argv);
    if (slice_equal_text(verb, "submit"))
        return argc == 4 ? submit_act(c, argv[2], argv[3]) : CLI_USAGE;
    return CLI_USAGE;
}
