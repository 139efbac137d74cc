/* cmd_run.c - concordat run SITE [--only PART]... [--admin HOST:PORT]: its words, and that they name
 * parts of the site. */
#include "commands/cli.h"
#include "daemon/daemon.h"
#include "daemon/ending.h"
#include "daemon/files.h"
#include "host/say.h"

#include <stdio.h>
#include <string.h>

static bool names_a_part(const struct site *s, const char *word)
{
    if (strcmp(word, "router") == 0)
        return s->has_router;
    for (size_t i = 0; i < s->feed_count; i++)
        if (strncmp(word, "feed:", 5) == 0 && strcmp(word + 5, s->feeds[i].name) == 0)
            return true;
    for (size_t i = 0; i < s->delivery_count; i++)
        if (strncmp(word, "delivery:", 9) == 0 && strcmp(word + 9, s->deliveries[i].name) == 0)
            return true;
    say_to(stderr, "concordat: the site has no '%s'\n", word);
    return false;
}

/* The words after each --only, NULL-terminated, and the one after --admin; NULL when the usage is
 * wrong. */
static char **read_run_words(struct cli *c, int argc, char **argv, const char **admin_listen)
{
    char **words = ARENA_ARRAY(&c->arena, (size_t)argc + 1, char *);
    size_t n = 0;
    for (int i = 2; words && i < argc; i += 2) {
        bool is_admin = strcmp(argv[i], "--admin") == 0;
        if ((!is_admin && strcmp(argv[i], "--only") != 0) || i + 1 == argc ||
            (is_admin && (*admin_listen || !site_may_listen(slice_text(argv[i + 1])))))
            return NULL;
        if (is_admin)
            *admin_listen = argv[i + 1];
        else
            words[n++] = argv[i + 1];
    }
    return words;
}

static bool has_room(const struct site *s, char **only)
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
        if (!names_a_part(s, *o))
            return CLI_USAGE;
    if (!has_room(s, only))
        return CLI_NO;
    return daemon_run(s, only, admin_listen, &c->arena);
}
