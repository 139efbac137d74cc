/* cmd_skip.c - concordat skip SITE PART --by PERSON --reason TEXT: a named person says that a part
 * which stands goes on, past records that aged out before it had read them, or with an event of
 * which it cannot tell whether it was decided before.
 *
 * With --list instead it says which records are gone, and does nothing. With --act FILE instead of
 * PART it hands in an act that was signed before.
 *
 * The act says what is passed over, with its count, and goes to the router's audit before anything
 * moves. router and delivery:NAME must not run; TOPIC/PARTITION is asked of a running router. */
#include "commands/skip.h"

#include <string.h>

static int skip_by_act(struct cli *c, struct site *s, const char *path)
{
    struct act x;
    struct err e = { 0 };
    if (!acts_read_file(c, path, &x, &e))
        return cli_fail(CLI_NO, &e);
    return skip_submit(c, s, &x);
}

int cmd_skip(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--by", .most = 1 },
                               { .name = "--reason", .most = 1 },
                               ACTS_OPTIONS,
                               { .name = NULL } };
    struct words w;
    bool lists = words_flag(&argc, argv, "--list");
    if (argc == 4 && !lists && strcmp(argv[2], "--act") == 0) {
        struct site *s = cli_site(c, argv[1], false);
        return s ? skip_by_act(c, s, argv[3]) : CLI_CANNOT;
    }
    if (!words_read(argc, argv, 1, 2, o, &w))
        return CLI_USAGE;
    const char *person = words_one(o, "--by");
    const char *reason = words_one(o, "--reason");
    if (lists && (person || reason))
        return CLI_USAGE;
    if (!lists && (!person || !reason))
        return CLI_USAGE;
    struct site *s = cli_site(c, w.plain[0], false);
    if (!s)
        return CLI_CANNOT;
    if (lists)
        return skip_list(c, s, w.plain[1]);
    return skip_by_person(c, s, w.plain[1], person, reason, o);
}
