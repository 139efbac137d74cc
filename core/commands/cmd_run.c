/* cmd_run.c - concordat run SITE [--only PART]... [--admin HOST:PORT]: its words, and that they
 * name parts of the site. */
#include "commands/cli.h"
#include "daemon/daemon.h"
#include "daemon/ending.h"
#include "daemon/files.h"
#include "base/nearest.h"
#include "host/say.h"
#include "site/site_part.h"

#include <stdio.h>
#include <string.h>

static struct slice part_at(const void *of, size_t i)
{
    const struct site_part *parts = of;
    return parts[i].part;
}

/* Whether the site has such a part; told when not. */
static bool names_a_part(struct cli *c, const struct site *s, const char *word)
{
    size_t most = s->feed_count + s->delivery_count + 1, at = 0;
    struct site_part *parts = ARENA_ARRAY(&c->arena, most + 1, struct site_part);
    struct choices_at choices = { parts, part_at, 0 };
    char list[400];
    while (parts && choices.n < most && site_part_next(s, &c->arena, &at, &parts[choices.n])) {
        if (slice_equal_text(parts[choices.n].part, word))
            return true;
        choices.n++;
    }
    say_to(stderr, "concordat: the site has no part '%s'; it has: %s\n", word,
           nearest_list_at(slice_text(word), &choices, list, sizeof list));
    return false;
}

/* The words after each --only, NULL-terminated, and the one after --admin; NULL when the usage is
 * wrong. */
static char **read_run_words(struct cli *c, int argc, char **argv, const char **admin_listen)
{
    char **words = ARENA_ARRAY(&c->arena, (size_t)argc + 1, char *);
    size_t n = 0;
    if (!words)
        return NULL;
    for (int i = 2; i < argc; i += 2) {
        bool is_admin = strcmp(argv[i], "--admin") == 0;
        bool is_only = strcmp(argv[i], "--only") == 0;
        if (i + 1 == argc || (!is_admin && !is_only))
            return NULL;
        if (is_only) {
            words[n++] = argv[i + 1];
            continue;
        }
        if (*admin_listen || !site_may_listen(slice_text(argv[i + 1])))
            return NULL;
        *admin_listen = argv[i + 1];
    }
    return words;
}

static bool files_suffice(const struct site *s, char **only)
{
    struct problems p = { 0 };
    bool good = files_fit(s, only[0] ? only : NULL, &p);
    if (!good)
        cli_print_problems(&p);
    problems_release(&p);
    return good;
}

int cmd_run(struct cli *c, int argc, char **argv)
{
    const char *admin_listen = NULL;
    char **only = argc >= 2 ? read_run_words(c, argc, argv, &admin_listen) : NULL;
    if (!only)
        return CLI_USAGE;
    ending_hold();
    struct site *s = cli_site(c, argv[1], true);
    if (!s)
        return CLI_NO;
    for (char **o = only; *o; o++)
        if (!names_a_part(c, s, *o))
            return CLI_USAGE;
    if (!files_suffice(s, only))
        return CLI_NO;
    return daemon_run(s, only, admin_listen, &c->arena);
}
