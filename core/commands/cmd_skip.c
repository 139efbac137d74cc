/* cmd_skip.c - concordat skip SITE PART --by PERSON --reason TEXT: a named person says that a part
 * which stands goes on, past records that aged out before it had read them, or with an event of
 * which it cannot tell whether it was decided before.
 *
 * The act says what is passed over, with its count, and goes to the router's audit before anything
 * moves. router and delivery:NAME must not run; TOPIC/PARTITION is asked of a running router. */
#include "commands/skip.h"

#include <string.h>

static int by_act(struct cli *c, struct site *s, const char *path)
{
    struct act x;
    struct err e = { 0 };
    return acts_read_file(c, path, &x, &e) ? skip_submit(c, s, &x) : cli_fail(CLI_NO, &e);
}

int cmd_skip(struct cli *c, int argc, char **argv)
{
    struct word_option o[] = { { .name = "--by", .most = 1 },
                               { .name = "--reason", .most = 1 },
                               ACTS_OPTIONS,
                               { .name = NULL } };
    struct words w;
    bool lists = words_flag(&argc, argv, "--list");
    bool has_act = argc == 4 && strcmp(argv[2], "--act") == 0;
    if (!has_act && !words_read(argc, argv, 1, 2, o, &w))
        return CLI_USAGE;
    if (!has_act && !lists && (!o[0].count || !o[1].count))
        return CLI_USAGE;
    if (lists && (has_act || o[0].count || o[1].count))
        return CLI_USAGE;
    struct site *s = cli_site(c, argv[1], false);
    if (!s)
        return CLI_CANNOT;
    if (has_act)
        return by_act(c, s, argv[3]);
    if (lists)
        return skip_list(c, s, w.plain[1]);
    return skip_by_person(c, s, w.plain[1], o[0].values[0], o[1].values[0], o);
}
